"""A made window of a year with clear views of both sensors, for timing the hot path: numbers without meaning."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from eofusion_engine.cube import CubeWindow
from eofusion_engine.inference.tiles import HALO

#: Dates of the year that the targets speak of: of each sensor, and asked for.
S2_DATES, S1_DATES, ASKED = 24, 30, 24
_START = date(2021, 1, 1)


def year(side: int, s2_dates: int = S2_DATES, s1_dates: int = S1_DATES) -> CubeWindow:
    """A window of ``side`` pixels and the halo around them, both sensors' dates spread over the year."""
    rng = np.random.default_rng(0)
    wide = side + 2 * HALO
    s2 = rng.uniform(0, 0.5, (s2_dates, 10, wide, wide)).astype(np.float32)
    s1 = rng.uniform(-20, -5, (s1_dates, 2, wide, wide)).astype(np.float32)
    clear = np.ones((s2_dates, wide, wide), bool)
    rising = np.arange(s1_dates) % 2 == 0
    return CubeWindow(
        s2, clear, np.zeros_like(clear), spread(s2_dates), s1, spread(s1_dates), rising, ("RTC",) * s1_dates
    )


def spread(count: int) -> tuple[date, ...]:
    """``count`` dates, evenly over the year."""
    return tuple(_START + timedelta(days=round(365 * i / count)) for i in range(count))

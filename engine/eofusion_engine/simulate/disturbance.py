"""What strikes single units: felling, fire."""

from __future__ import annotations

from datetime import date

import numpy as np

from .kinds import INDEX, KINDS, Cover
from .phenology import Units
from .presets import Preset

#: Days of the northern year on which land burns: the dry season of the savanna, the mediterranean summer.
_FIRE_DAYS = {"savanna": (310, 415)}
_FIRE_SUMMER = (190, 260)


def disturb(rng: np.random.Generator, preset: Preset, units: Units, first_day: date, days: int) -> None:
    """Give some units of ``units`` (changed in place) a day on which they are felled or burn.

    ``preset.cuts`` and ``preset.fires`` are shares of the wooded and of the wild units; ``first_day`` and ``days``
    bound the weather's days.
    """
    kind = units.kind[-1]
    count = len(units)
    wooded = np.array([KINDS[k].cover == Cover.FOREST for k in kind])
    felled = wooded & (rng.random(count) < preset.cuts)
    # Felled at any time up to the end; most of it before the scenes begin.
    units.disturbed[felled] = rng.integers(0, max(days, 1), int(felled.sum()))
    wild = np.isin(kind, [INDEX[n] for n in ("savanna grass", "savanna woodland", "dry grassland", "maquis")])
    burns = wild & (rng.random(count) < preset.fires)
    low, high = _FIRE_DAYS.get(preset.name, _FIRE_SUMMER)
    half_year = 182 if preset.lat < 0 else 0
    span = range(first_day.year - 1, date.fromordinal(first_day.toordinal() + days).year + 1)
    starts = np.array([date(year, 1, 1).toordinal() - first_day.toordinal() + half_year for year in span])
    when = rng.choice(starts, count) + rng.integers(low, high, count)
    burns &= (when >= 0) & (when < days)
    units.disturbed[burns] = when[burns]
    units.burnt[burns] = True

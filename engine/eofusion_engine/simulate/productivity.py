"""True GPP of the simulated land: light use efficiency x absorbed light x temperature x dryness.

Form of Monteith (1972) with the ramps of MOD17 (Running et al. 2004, BioScience 54).
"""

from __future__ import annotations

import numpy as np

from ..physics.radiation import par
from .kinds import of
from .weather import SimulatedWeather


def daily_gpp(green: np.ndarray, kind: np.ndarray, weather: SimulatedWeather, day: int | np.ndarray) -> np.ndarray:
    """GPP in g C m-2 d-1 of canopies of ``green`` leaf area (...,) and ``kind`` (...,) on the weather's ``day``
    (an index, or an array of them that broadcasts)."""
    tair, ssrd, vpd = weather.tair_degc[day], weather.ssrd_w_m2[day], weather.vpd_kpa[day]
    warm = np.clip((tair + 2.0) / 15.0, 0, 1) * np.clip((43.0 - tair) / 11.0, 0, 1)
    dry_air = np.clip(1 - (vpd - 0.9) / 3.8, 0.15, 1)
    dry_soil = 1 - of(kind, "thirst") * np.clip(1 - weather.deep_wetness[day] / 0.35, 0, 1) * 0.6
    absorbed = 1 - np.exp(-0.5 * green)
    # Bright days are used less well: light saturates.
    light = par(ssrd) / (1 + ssrd / 900.0)
    snowed = 1 - np.clip(weather.snow[day], 0, 1) * 0.8
    return np.asarray(of(kind, "efficiency") * absorbed * light * warm * dry_air * dry_soil * snowed, np.float32)

"""True GPP of the simulated land: light use efficiency x absorbed light x temperature x dryness.

Form of Monteith (1972) with the ramps of MOD17 (Running et al. 2004, BioScience 54).
"""

from __future__ import annotations

import numpy as np

#: MJ of photosynthetically active light per W m-2 of daily mean radiation: 0.48 of it, 0.0864 MJ per W d.
_PAR = 0.48 * 0.0864


def daily_gpp(
    leaf_area: np.ndarray,
    efficiency: np.ndarray,
    vegetated: np.ndarray,
    tair_degc: float,
    ssrd_w_m2: float,
    vpd_kpa: float,
    wetness: float,
    snow: float,
) -> np.ndarray:
    """(H, W) g C m-2 d-1 from green leaf area, efficiency (g C MJ-1) and vegetated share, all (H, W)."""
    warm = np.clip((tair_degc + 2.0) / 16.0, 0, 1) * np.clip((42.0 - tair_degc) / 12.0, 0, 1)
    dry_air = np.clip(1 - (vpd_kpa - 0.9) / 3.6, 0.15, 1)
    dry_soil = np.clip(0.35 + 1.6 * wetness, 0, 1)
    absorbed = (1 - np.exp(-0.5 * leaf_area)) * vegetated * (1 - snow)
    # Bright days are used less well: light saturates.
    light = _PAR * ssrd_w_m2 / (1 + ssrd_w_m2 / 900.0)
    return np.asarray(efficiency * absorbed * light * warm * dry_air * dry_soil, np.float32)

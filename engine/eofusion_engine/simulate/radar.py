"""Sentinel-1 backscatter of the simulated land: canopies over moist soil, with speckle.

The levels are here, fitted to what Sentinel-1 sees; the equations are in physics/radar.py. A canopy's volume is its
leaf area and what stands without leaves.
"""

from __future__ import annotations

import numpy as np

from ..physics.radar import canopy_db, soil_db, transmissivity, water_cloud
from ..physics.radar import speckle as independent_speckle
from .kinds import KINDS, of
from .noise import blur

#: Equivalent number of looks of a 10 m GRD pixel.
LOOKS = 4.9
#: Dry smooth soil in dB at 39 degrees, and dB more when saturated, freshly ploughed, frozen; VV and VH.
_SOIL_DB, _SOIL_WET_DB, _ROUGH_DB, _FROZEN_DB = (-13.4, -20.6), (6.0, 4.2), (3.0, 2.6), (-2.6, -1.9)
#: The kinds' own values with what the Sentinel-1 series of docs/simulator-realism.md ask for more.
_VOLUME = np.array([k.volume_db for k in KINDS], np.float32) + np.array([1.0, 1.5], np.float32)


def unit_backscatter(
    kind: np.ndarray,
    green: np.ndarray,
    dead: np.ndarray,
    rough: np.ndarray,
    felled: np.ndarray,
    offset_db: np.ndarray,
    incidence_deg: float,
    wetness: float | np.ndarray,
    frozen: float | np.ndarray,
) -> np.ndarray:
    """(..., 2) linear power, VV and VH, of plant units; arguments (...,): kind index, leaf areas, ``rough`` 0-1 of a
    fresh furrow, ``felled`` 0-1, ``offset_db`` of the unit itself (rows, stones), soil water and frost 0-1."""
    volume = green + 0.35 * dead + of(kind, "standing") * (1 - felled)
    through = transmissivity(of(kind, "opacity"), volume, incidence_deg)
    out = []
    for i in range(2):
        more = _ROUGH_DB[i] * rough + _FROZEN_DB[i] * frozen + offset_db
        ground = soil_db(_SOIL_DB[i], _SOIL_WET_DB[i], wetness, incidence_deg) + more
        # Frozen trees hold no liquid water: they scatter and absorb less.
        canopy = canopy_db(_VOLUME[kind, i], incidence_deg) - 2.2 * frozen + 0.4 * offset_db
        out.append(water_cloud(canopy, ground, through))
    return np.stack(out, axis=-1)


def speckle(rng: np.random.Generator, power: np.ndarray) -> np.ndarray:
    """``power`` (2, H, W) with speckle of LOOKS looks that neighbouring pixels partly share, as in GRD products."""
    sigma = 0.55
    taps = np.exp(-0.5 * (np.arange(-2, 3) / sigma) ** 2)
    gain = float(np.sum((taps / taps.sum()) ** 2)) ** 2  # what the blur leaves of the variance
    looks = LOOKS * gain
    grain = independent_speckle(rng, np.ones(power.shape, np.float32), looks)
    return np.asarray(power * blur(grain, sigma), np.float32)

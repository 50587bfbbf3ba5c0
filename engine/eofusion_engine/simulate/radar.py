"""Sentinel-1 backscatter of the simulated land: canopies over moist soil, with speckle.

Water-cloud form of Attema and Ulaby (1978), Radio Science 13: sigma0 = canopy (1 - t2) + t2 soil, with
t2 = exp(-2 b V / cos theta), V leaf area and what stands without leaves.
"""

from __future__ import annotations

import numpy as np

from .kinds import KINDS, of
from .noise import blur

#: Equivalent number of looks of a 10 m GRD pixel.
LOOKS = 4.9
#: Dry smooth soil in dB at 39 degrees, and dB more when saturated, freshly ploughed, frozen; VV and VH.
_SOIL_DB, _SOIL_WET_DB, _ROUGH_DB, _FROZEN_DB = (-13.9, -22.0), (6.0, 3.8), (3.0, 2.6), (-3.5, -2.5)
#: dB per degree of incidence, of soil and of canopies.
_SLOPE_SOIL, _SLOPE_CANOPY = -0.16, -0.05
_REFERENCE_DEG = 39.0
_VOLUME = np.array([k.volume_db for k in KINDS], np.float32)


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
    away = incidence_deg - _REFERENCE_DEG
    path = 2.0 / np.cos(np.radians(incidence_deg))
    volume = green + 0.35 * dead + of(kind, "standing") * (1 - felled)
    through = np.exp(-path * of(kind, "opacity") * volume)
    out = []
    for i in range(2):
        ground = _SOIL_DB[i] + _SOIL_WET_DB[i] * wetness + _ROUGH_DB[i] * rough + _FROZEN_DB[i] * frozen
        ground = ground + _SLOPE_SOIL * away + offset_db
        # Frozen trees hold no liquid water: they scatter and absorb less.
        canopy = _VOLUME[kind, i] + _SLOPE_CANOPY * away - 2.2 * frozen + 0.4 * offset_db
        out.append((1 - through) * 10 ** (canopy / 10) + through * 10 ** (ground / 10))
    return np.stack(out, axis=-1)


def speckle(rng: np.random.Generator, power: np.ndarray) -> np.ndarray:
    """``power`` (2, H, W) with speckle of LOOKS looks that neighbouring pixels partly share, as in GRD products."""
    sigma = 0.55
    taps = np.exp(-0.5 * (np.arange(-2, 3) / sigma) ** 2)
    gain = float(np.sum((taps / taps.sum()) ** 2)) ** 2  # what the blur leaves of the variance
    looks = LOOKS * gain
    grain = rng.gamma(looks, 1 / looks, power.shape).astype(np.float32)
    return np.asarray(power * blur(grain, sigma), np.float32)

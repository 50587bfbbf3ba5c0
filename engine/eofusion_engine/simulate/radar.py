"""Sentinel-1 backscatter of the simulated land: a water-cloud canopy over moist soil, with speckle.

Form: Attema and Ulaby (1978), Radio Science 13: sigma0 = canopy (1 - t2) + t2 soil, t2 = exp(-2 b L / cos theta).
"""

from __future__ import annotations

import numpy as np

#: Equivalent number of looks of a 10 m GRD pixel.
LOOKS = 5.0
_INCIDENCE = np.radians(39.0)
#: Soil: dB when dry and dB more when saturated; extinction per unit of leaf area. VV, VH.
_SOIL_DB, _SOIL_WET_DB, _EXTINCTION = (-14.5, -22.0), (6.5, 4.0), (0.13, 0.16)
_TOWN_DB, _WATER_DB = (-4.0, -12.0), (-19.5, -27.5)


def backscatter(
    rng: np.random.Generator,
    leaf_area: np.ndarray,
    canopy_db: np.ndarray,
    vegetated: np.ndarray,
    built: np.ndarray,
    water: np.ndarray,
    texture: np.ndarray,
    relief_db: np.ndarray,
    wetness: float,
    frozen: float,
) -> np.ndarray:
    """(2, H, W) dB, VV and VH. ``canopy_db`` (2, H, W) of the closed canopy; ``frozen`` 0-1 frozen ground or snow."""
    wind = rng.normal(0, 1.8)
    out = []
    for i in range(2):
        soil = 10 ** ((_SOIL_DB[i] + _SOIL_WET_DB[i] * wetness - 3.0 * frozen) / 10)
        through = np.exp(-2 * _EXTINCTION[i] * leaf_area / np.cos(_INCIDENCE))
        plants = 10 ** (canopy_db[i] / 10) * (1 - through) + through * soil
        houses = 10 ** ((_TOWN_DB[i] + 14 * (texture - 1)) / 10)
        smooth = 10 ** ((_WATER_DB[i] + wind) / 10)
        power = (vegetated * plants + built * houses + water * smooth) * 10 ** (relief_db / 10)
        power = power * rng.gamma(LOOKS, 1 / LOOKS, power.shape)
        out.append(10 * np.log10(power))
    return np.clip(np.stack(out), -35, 10).astype(np.float32)

"""C-band backscatter of plants over moist soil, and speckle. Levels are sigma0 in dB, results linear power.

Sources: Attema and Ulaby (1978), Radio Sci. 13, 357 (water cloud); Ulaby, Moore and Fung (1986), Microwave Remote
Sensing vol. 3 (soils in dB against moisture; speckle by looks); Bindlish and Barros (2001), Remote Sens. Environ. 76,
130 (moisture and vegetation terms by cover). All arguments broadcast.
"""

from __future__ import annotations

import numpy as np

Values = np.ndarray | float

#: Incidence in degrees at which levels are given: the middle of Sentinel-1's swath.
REFERENCE_DEG = 39.0
#: dB per degree by which bare soil darkens away from nadir, about what C band shows for .5 to 2 cm of roughness.
SOIL_SLOPE_DB = -0.16


def soil_db(dry_db: Values, wet_db: Values, saturation: Values, incidence_deg: Values) -> np.ndarray:
    """Backscatter of bare soil in dB: ``dry_db`` at REFERENCE_DEG, ``wet_db`` more when saturated.

    Linear in moisture (Ulaby et al. 1986; Bindlish and Barros 2001, eq. 5): ``saturation`` is 0 (dry) to 1, so that
    6 dB over a pore space of .45 are 13 dB per m3 m-3.
    """
    away = np.asarray(incidence_deg) - REFERENCE_DEG
    return np.asarray(dry_db + wet_db * np.asarray(saturation) + SOIL_SLOPE_DB * away)


def canopy_db(closed_db: Values, incidence_deg: Values) -> np.ndarray:
    """Backscatter in dB of a canopy that hides the soil: A cos(theta) of Attema and Ulaby (1978), from ``closed_db`` at
    REFERENCE_DEG."""
    share = np.cos(np.radians(incidence_deg)) / np.cos(np.radians(REFERENCE_DEG))
    return np.asarray(closed_db + 10 * np.log10(share))


def transmissivity(opacity: Values, volume: Values, incidence_deg: Values) -> np.ndarray:
    """Two-way transmissivity 0-1 of a canopy, exp(-2 b V / cos theta): ``opacity`` b per unit of ``volume`` V."""
    return np.asarray(np.exp(-2 * np.asarray(opacity) * np.asarray(volume) / np.cos(np.radians(incidence_deg))))


def water_cloud(canopy: Values, soil: Values, through: Values) -> np.ndarray:
    """sigma0 in linear power of a canopy (dB) over soil (dB) with two-way transmissivity ``through``.

    canopy (1 - t2) + t2 soil, power added without phase (Attema and Ulaby 1978, eq. 8).
    """
    return np.asarray((1 - np.asarray(through)) * linear(canopy) + through * linear(soil))


def linear(db: Values) -> np.ndarray:
    """Linear power of a level in dB."""
    return np.asarray(np.exp(np.asarray(db) * (np.log(10) / 10)))


def speckle(rng: np.random.Generator, power: np.ndarray, looks: float) -> np.ndarray:
    """``power`` (linear, any shape) with fully developed speckle of ``looks`` equivalent looks, as float32.

    Intensities follow a gamma distribution with the mean ``power`` and a coefficient of variation of looks^-1/2.

    Raises:
        ValueError: ``looks`` is not above 0.
    """
    if looks <= 0:
        raise ValueError(f"looks must be above 0, not {looks}")
    return np.asarray(power * rng.gamma(looks, 1 / looks, np.shape(power)).astype(np.float32), np.float32)

"""C-band backscatter of plants over moist soil, and speckle.

Sources: Attema and Ulaby (1978), Radio Sci. 13, 357 (water cloud); Bindlish and Barros (2001), RSE 76,
130 (its parameters by land cover); Ulaby et al. (1986), Microwave Remote Sensing vol. 3 (speckle by looks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Incidence in degrees at which soil backscatter is given: the middle of Sentinel-1's swath.
REFERENCE_DEG = 39.0


@dataclass(frozen=True)
class Cover:
    """Parameters of one polarisation of one land cover.

    ``a`` and ``e`` give the plants' backscatter a V^e (power), ``b`` their opacity per unit of V; the soil has
    ``dry_db`` at 0 and ``per_moisture_db`` more per m3 m-3 of water, and ``slope_db`` per degree from REFERENCE_DEG.
    """

    a: float
    b: float
    dry_db: float
    per_moisture_db: float
    e: float = 1.0
    slope_db: float = -0.16


#: Winter wheat, VV and VH, with V the leaf area index.
WHEAT = (Cover(0.0029, 0.13, -14.6, 12.9), Cover(0.029, 0.0013, -22.5, 4.0))


def transmissivity(
    opacity: np.ndarray | float, volume: np.ndarray | float, incidence_deg: np.ndarray | float
) -> np.ndarray:
    """Two-way transmissivity of a canopy: exp(-2 b V / cos theta); arguments broadcast."""
    return np.asarray(np.exp(-2 * opacity * np.asarray(volume) / np.cos(np.radians(incidence_deg))))


def water_cloud(
    vegetation: np.ndarray,
    soil_moisture: np.ndarray | float,
    incidence_deg: np.ndarray | float,
    cover: tuple[Cover, Cover] = WHEAT,
) -> np.ndarray:
    """Backscatter sigma0 (..., 2) of VV and VH in linear power.

    ``vegetation`` (...,) in the unit of the cover's parameters (leaf area, or water in kg m-2), ``soil_moisture`` in
    m3 m-3 and ``incidence_deg`` broadcast. sigma0 = a V^e cos theta (1 - t2) + t2 soil (Attema and Ulaby 1978).
    """
    cosine = np.cos(np.radians(incidence_deg))
    bands = []
    for c in cover:
        through = transmissivity(c.b, vegetation, incidence_deg)
        soil_db = c.dry_db + c.per_moisture_db * np.asarray(soil_moisture)
        soil_db = soil_db + c.slope_db * (np.asarray(incidence_deg) - REFERENCE_DEG)
        plants = c.a * np.power(vegetation, c.e) * cosine
        bands.append(plants * (1 - through) + through * 10 ** (soil_db / 10))
    return np.stack(np.broadcast_arrays(*bands), axis=-1)


def speckle(rng: np.random.Generator, power: np.ndarray, looks: float) -> np.ndarray:
    """``power`` (linear, any shape) with fully developed speckle of ``looks`` equivalent looks, as float32.

    Intensities follow a gamma distribution with the mean ``power`` and a coefficient of variation of looks^-1/2.
    """
    if looks <= 0:
        raise ValueError(f"looks must be above 0, not {looks}")
    return np.asarray(power * rng.gamma(looks, 1 / looks, np.shape(power)), np.float32)

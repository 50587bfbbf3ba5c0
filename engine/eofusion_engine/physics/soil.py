"""Reflectance of bare soil by its brightness and moisture.

Sources: Jacquemoud et al. (2009), Remote Sens. Environ. 113, S56 (PROSAIL's soil between a dry and a wet spectrum);
Lobell and Asner (2002), Soil Sci. Soc. Am. J. 66, 722 (reflectance falls exponentially towards that of saturation).
"""

from __future__ import annotations

import numpy as np

from .tables import tables


def soil_spectra(brightness: np.ndarray, moisture: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Reflectance (N, W) of PROSAIL's soil: ``brightness`` (N,) times a mix by ``moisture`` (N,), 0 dry to 1 wet.

    ``at`` (W,) are indices of WAVELENGTHS.
    """
    dry, wet = tables()["soil"][:, at]
    moist = np.asarray(moisture)[:, None]
    return np.asarray(np.asarray(brightness)[:, None] * (dry * (1 - moist) + wet * moist))


def darkening(saturated: np.ndarray, saturation: np.ndarray | float, bend: float = 0.0) -> np.ndarray:
    """Factor (..., B) on the reflectance of dry soil in B bands.

    ``saturated`` (B,) is the factor of a saturated soil (.4 to .6); ``saturation`` (...,) 0-1 of its surface. The fall
    goes with exp(-bend x saturation) (Lobell and Asner 2002, who see most of it below half saturation: ``bend`` of some
    3); 0 is its limit, a straight line.

    Raises:
        ValueError: ``bend`` is below 0.
    """
    if bend < 0:
        raise ValueError(f"bend must be 0 or more, not {bend}")
    share = np.clip(np.asarray(saturation, np.float32), 0, 1)[..., None]
    fallen = np.expm1(-bend * share) / np.expm1(-bend) if bend > 1e-6 else share
    return np.asarray(1 + (saturated - 1) * fallen, np.float32)

"""Canopy reflectance in Sentinel-2's bands, quickly: the full model at few wavelengths a band.

Optimal spectral sampling (Moncet et al. 2008, J. Atmos. Sci. 65, 3917): the mean over a band's spectral response is
replaced by a weighted sum over the few wavelengths that represent it best. No more than the mean is approximated: sun,
view, hot spot and soil are the full model's. ``python -m eofusion_engine.training canopy`` chooses wavelengths and
weights and states the error (docs/simulator-physics.md).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from .canopy import TRAITS, canopy_spectra
from .tables import Platform

#: Limits of the traits for which the error is stated; what lies outside is moved to them.
RANGES: dict[str, tuple[float, float]] = {
    "N": (1.0, 3.0), "cab": (0.0, 100.0), "car": (0.0, 25.0), "anth": (0.0, 20.0), "cbrown": (0.0, 1.5),
    "cw": (0.001, 0.06), "cm": (0.001, 0.03), "lai": (0.0, 8.0), "lidfa": (20.0, 80.0), "hspot": (0.01, 0.5),
    "soil_brightness": (0.1, 1.5), "soil_moisture": (0.0, 1.0), "sza": (0.0, 75.0), "vza": (0.0, 15.0),
    "raa": (0.0, 180.0),
}  # fmt: skip
DATA = Path(__file__).with_name("data") / "canopy_bands.safetensors"
#: Canopies that are computed together: their arrays fit a core's cache.
_BATCH = 256


@lru_cache(maxsize=4)
def sampling(platform: Platform, path: Path = DATA) -> tuple[np.ndarray, np.ndarray]:
    """Indices (M,) of WAVELENGTHS at which ``platform`` is sampled, and their weights (M, 10) for the bands."""
    arrays = load_file(path)
    return arrays[f"{platform}.at"], arrays[f"{platform}.weights"].astype(float)


def canopy_reflectance(traits: np.ndarray, platform: Platform = "S2A", path: Path = DATA) -> np.ndarray:
    """Bidirectional reflectance (N, 10) float32, in the order of S2_BANDS, of canopies in direct sunlight.

    ``traits`` (N, 15) in the order of :data:`~.canopy.TRAITS`, moved to :data:`RANGES` where they lie outside.
    """
    at, weights = sampling(platform, path)
    low, high = np.array([RANGES[name] for name in TRAITS]).T
    out = np.empty((len(traits), weights.shape[1]), np.float32)
    for first in range(0, len(traits), _BATCH):
        part = np.clip(np.asarray(traits[first : first + _BATCH], float), low, high)
        out[first : first + _BATCH] = canopy_spectra(part, at) @ weights
    return out

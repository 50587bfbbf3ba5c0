"""Reflectance of what does not grow, in Sentinel-2's ten bands (B02 B03 B04 B05 B06 B07 B08 B8A B11 B12).

Typical values of clear L2A scenes; snow and water after Warren (2019), Philosophical Transactions of the Royal
Society A 377, and Pope and Fry (1997), Applied Optics 36 in order of magnitude.
"""

from __future__ import annotations

import numpy as np

from ..physics.soil import darkening

MATERIALS = ("water", "tiles", "grey roof", "dark roof", "bright roof", "asphalt", "concrete", "gravel", "rock",
             "laterite", "sand", "solar panels")  # fmt: skip
_SPECTRA = np.array(
    [
        [0.022, 0.021, 0.012, 0.011, 0.009, 0.008, 0.007, 0.007, 0.004, 0.003],
        [0.075, 0.095, 0.150, 0.170, 0.182, 0.195, 0.210, 0.222, 0.255, 0.220],
        [0.130, 0.142, 0.150, 0.156, 0.162, 0.168, 0.175, 0.180, 0.195, 0.180],
        [0.062, 0.066, 0.072, 0.078, 0.084, 0.090, 0.096, 0.102, 0.115, 0.105],
        [0.270, 0.290, 0.302, 0.308, 0.312, 0.315, 0.320, 0.318, 0.320, 0.290],
        [0.085, 0.095, 0.106, 0.112, 0.120, 0.126, 0.134, 0.140, 0.160, 0.148],
        [0.170, 0.195, 0.220, 0.232, 0.242, 0.250, 0.260, 0.266, 0.300, 0.270],
        [0.125, 0.160, 0.200, 0.222, 0.240, 0.252, 0.265, 0.278, 0.340, 0.295],
        [0.110, 0.138, 0.165, 0.182, 0.195, 0.205, 0.218, 0.228, 0.275, 0.240],
        [0.078, 0.118, 0.185, 0.225, 0.245, 0.262, 0.285, 0.302, 0.390, 0.330],
        [0.150, 0.205, 0.270, 0.305, 0.325, 0.340, 0.360, 0.372, 0.460, 0.400],
        [0.070, 0.080, 0.090, 0.105, 0.120, 0.128, 0.134, 0.140, 0.165, 0.140],
    ],
    np.float32,
)
#: Radar backscatter of each material in dB, VV and VH.
MATERIAL_DB = np.array(
    [[-20.0, -28.0], [-4.5, -12.0], [-3.5, -11.5], [-4.5, -12.5], [-2.0, -11.0], [-13.5, -21.0], [-9.5, -17.5],
     [-11.5, -20.5], [-9.5, -17.5], [-12.0, -20.0], [-14.0, -23.0], [-6.0, -14.0]], np.float32
)  # fmt: skip
WATER = 0

STRAW = np.array([0.102, 0.143, 0.182, 0.213, 0.245, 0.262, 0.268, 0.278, 0.355, 0.270], np.float32)
LITTER = np.array([0.040, 0.056, 0.076, 0.100, 0.130, 0.148, 0.156, 0.166, 0.225, 0.160], np.float32)
TWIGS = np.array([0.045, 0.058, 0.075, 0.095, 0.122, 0.140, 0.158, 0.172, 0.190, 0.125], np.float32)
CHAR = np.array([0.034, 0.038, 0.043, 0.048, 0.055, 0.060, 0.068, 0.075, 0.115, 0.125], np.float32)
FLOWERS = np.array([0.048, 0.180, 0.192, 0.235, 0.390, 0.440, 0.465, 0.475, 0.225, 0.115], np.float32)
SNOW = np.array([0.86, 0.87, 0.86, 0.85, 0.83, 0.81, 0.79, 0.77, 0.11, 0.07], np.float32)
#: Dry soils: loess and clay of the temperate zone; red soils of warm lands. Both darken when wet.
_SOILS = np.array(
    [
        [0.090, 0.114, 0.136, 0.158, 0.182, 0.196, 0.200, 0.212, 0.280, 0.230],
        [0.060, 0.090, 0.124, 0.150, 0.168, 0.181, 0.183, 0.198, 0.268, 0.226],
    ],
    np.float32,
)
#: Of the water in the upper soil, what shows on its skin, which dries within hours of a clear day.
_SKIN = 0.65
_WET = np.array([0.46, 0.51, 0.57, 0.58, 0.58, 0.58, 0.58, 0.57, 0.48, 0.42], np.float32)


def soil(brightness: np.ndarray, redness: np.ndarray, wetness: float | np.ndarray) -> np.ndarray:
    """Reflectance (..., 10) of bare soil; ``redness`` 0 loess to 1 red soil, ``wetness`` 0-1 of its surface."""
    dry = _SOILS[0] + np.asarray(redness)[..., None] * (_SOILS[1] - _SOILS[0])
    damp = darkening(_WET, _SKIN * np.asarray(wetness))
    return np.asarray(dry * damp * np.asarray(brightness)[..., None], np.float32)


def spectral_tilt(rng: np.random.Generator, count: int) -> np.ndarray:
    """(count, 10) factors about 1 by which the spectra of single soils and roofs differ from the mean of their kind:
    colour in the visible, level of the near infrared, and of the short-wave infrared, each smooth over the bands."""
    shapes = np.array(
        [
            [0.070, 0.035, -0.005, -0.020, -0.020, -0.012, 0.0, 0.0, 0.0, 0.0],
            [-0.06, -0.06, -0.05, -0.01, 0.02, 0.04, 0.055, 0.06, 0.03, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.01, 0.025, 0.035],
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.045, 0.045],
        ],
        np.float32,
    )
    return np.asarray(np.exp(rng.standard_normal((count, len(shapes))) @ shapes), np.float32)


def materials(brightness: np.ndarray, material: np.ndarray, turbidity: float, wetness: float) -> np.ndarray:
    """Reflectance (M, 10) of mineral surfaces and water; rain darkens streets, silt brightens water."""
    values = _SPECTRA[material] * brightness[:, None]
    silt = turbidity * np.array([0.022, 0.046, 0.050, 0.044, 0.026, 0.022, 0.018, 0.014, 0.002, 0.001], np.float32)
    water = material == WATER
    damp = np.where(water, 1.0, 1 - 0.22 * wetness)
    return np.asarray(values * damp[:, None] + water[:, None] * silt, np.float32)

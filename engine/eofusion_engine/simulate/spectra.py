"""Reflectance of the ground in Sentinel-2's ten bands: leaves, dry plants, soil, water, roofs and snow, mixed."""

from __future__ import annotations

import numpy as np

# Order of the bands: B02 B03 B04 B05 B06 B07 B08 B8A B11 B12. Typical values of clear Sentinel-2 L2A scenes.
_LEAVES = np.array(
    [
        [0.025, 0.062, 0.028, 0.098, 0.340, 0.430, 0.450, 0.460, 0.190, 0.090],  # cereals
        [0.022, 0.055, 0.026, 0.085, 0.300, 0.390, 0.410, 0.420, 0.170, 0.080],  # maize
        [0.026, 0.072, 0.030, 0.105, 0.380, 0.480, 0.500, 0.510, 0.205, 0.095],  # broad-leaved crops
        [0.030, 0.066, 0.038, 0.100, 0.290, 0.360, 0.380, 0.400, 0.215, 0.115],  # grass
        [0.020, 0.046, 0.023, 0.075, 0.255, 0.330, 0.345, 0.360, 0.160, 0.075],  # deciduous trees
        [0.014, 0.025, 0.016, 0.041, 0.130, 0.165, 0.175, 0.185, 0.085, 0.040],  # conifers
    ],
    np.float32,
)
_DRY = np.array([0.065, 0.105, 0.150, 0.190, 0.230, 0.260, 0.290, 0.310, 0.360, 0.250], np.float32)
_STUBBLE = np.array([0.085, 0.120, 0.160, 0.190, 0.220, 0.240, 0.260, 0.280, 0.370, 0.290], np.float32)
_FLOWERS = np.array([0.050, 0.185, 0.195, 0.240, 0.400, 0.450, 0.470, 0.480, 0.230, 0.120], np.float32)
_LITTER = np.array([0.038, 0.055, 0.072, 0.098, 0.130, 0.150, 0.170, 0.190, 0.230, 0.165], np.float32)
_SOIL = np.array([0.075, 0.105, 0.140, 0.165, 0.185, 0.200, 0.215, 0.230, 0.300, 0.260], np.float32)
_WET = np.array([0.62, 0.61, 0.60, 0.60, 0.60, 0.60, 0.60, 0.59, 0.48, 0.42], np.float32)
_WATER = np.array([0.033, 0.027, 0.013, 0.013, 0.011, 0.010, 0.009, 0.009, 0.005, 0.003], np.float32)
_BUILT = np.array(
    [
        [0.070, 0.090, 0.145, 0.165, 0.175, 0.185, 0.205, 0.215, 0.245, 0.215],  # tiles
        [0.082, 0.092, 0.102, 0.107, 0.112, 0.117, 0.122, 0.127, 0.142, 0.132],  # asphalt
        [0.230, 0.250, 0.265, 0.275, 0.285, 0.290, 0.300, 0.300, 0.320, 0.300],  # bright roofs
    ],
    np.float32,
)
_SNOW = np.array([0.84, 0.86, 0.85, 0.84, 0.82, 0.79, 0.77, 0.75, 0.11, 0.06], np.float32)


def ground_reflectance(
    leaf_area: np.ndarray,
    dry: np.ndarray,
    stubble: np.ndarray,
    flowers: np.ndarray,
    leaf_kind: np.ndarray,
    is_forest: np.ndarray,
    soil_brightness: np.ndarray,
    wetness: float,
) -> np.ndarray:
    """Reflectance (10, H, W) of vegetated ground; all arguments (H, W), ``wetness`` 0-1 of the whole area.

    Visible and shortwave infrared saturate with leaf area sooner than the near infrared: each band group has
    its own extinction, of the form of Beer's law.
    """
    damp = 1 + (_WET - 1) * wetness
    soil = np.where(is_forest, _LITTER[:, None, None], (_SOIL * damp)[:, None, None] * soil_brightness)
    ground = soil + stubble * (_STUBBLE[:, None, None] - soil)
    leaves = np.moveaxis(_LEAVES[leaf_kind], -1, 0)
    quick, slow = 1 - np.exp(-0.75 * leaf_area), 1 - np.exp(-0.42 * leaf_area)
    # The near infrared of a closed canopy is reached at about six layers of leaves.
    cover = np.stack([quick] * 4 + [slow] * 4 + [quick] * 2)
    mixed = ground + cover * (leaves - ground)
    mixed = mixed + (dry * 0.85) * (_DRY[:, None, None] - mixed)
    return mixed + (flowers * quick) * (_FLOWERS[:, None, None] - mixed)


def scene_reflectance(
    ground: np.ndarray,
    vegetated: np.ndarray,
    built: np.ndarray,
    water: np.ndarray,
    built_kind: np.ndarray,
    snow: np.ndarray,
    turbidity: float,
) -> np.ndarray:
    """Reflectance (10, H, W) of the whole surface from its parts; ``snow`` (H, W) share that snow covers."""
    roofs = np.einsum("kb,khw->bhw", _BUILT, built_kind)
    wet = (_WATER * np.array([1, 1 + turbidity, 1 + 1.2 * turbidity] + [1 + turbidity] * 5 + [1, 1]))[:, None, None]
    surface = vegetated * ground + built * roofs + water * wet
    return np.asarray(surface + snow * (1 - water) * (_SNOW[:, None, None] - surface), np.float32)

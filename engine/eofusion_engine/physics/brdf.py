"""How reflectance depends on where the satellite looks from: the c-factor of Roy et al. (2016).

Kernels: RossThick (Roujean et al. 1992) and LiSparse-Reciprocal (Wanner et al. 1995, Lucht et al. 2000, Strahler et al.
1999: crowns with b/r = 1 and h/b = 2). Weights: the global means of MODIS by Roy et al. (2016), Remote Sens. Environ.
176, 255, table 5, which serve Landsat and Sentinel-2 alike (Roy et al. 2017, Remote Sens. Environ. 199, 25).
"""

from __future__ import annotations

import numpy as np

#: Isotropic, geometric and volume weights of blue, green, red, near infrared and the two short-wave infrared bands.
_WEIGHTS = np.array(
    [
        [0.0774, 0.0079, 0.0372],
        [0.1306, 0.0178, 0.0580],
        [0.1690, 0.0227, 0.0574],
        [0.3093, 0.0330, 0.1535],
        [0.3430, 0.0453, 0.1154],
        [0.2658, 0.0387, 0.0639],
    ]
)
_CROWN_HEIGHT = 2.0


def view_factor(
    sun_zenith: np.ndarray | float, view_zenith: np.ndarray | float, relative_azimuth: np.ndarray | float
) -> np.ndarray:
    """Reflectance (..., 6) of ``bands.SIX_BANDS`` seen from an angle over that seen from nadir, in the same sun.

    All angles in degrees, each (...,); ``relative_azimuth`` is 0 where the satellite stands on the sun's side
    (brighter: shadows are hidden) and 180 opposite to it. The c-factor that normalises to nadir is its inverse.
    """
    seen, nadir = (_modelled(sun_zenith, view, relative_azimuth) for view in (view_zenith, 0.0))
    return np.asarray(seen / nadir)


def _modelled(
    sun_zenith: np.ndarray | float, view_zenith: np.ndarray | float, relative_azimuth: np.ndarray | float
) -> np.ndarray:
    sun, view, azimuth = (np.radians(np.asarray(v, float)) for v in (sun_zenith, view_zenith, relative_azimuth))
    kernels = np.stack(np.broadcast_arrays(1.0, _li_sparse(sun, view, azimuth), _ross_thick(sun, view, azimuth)), -1)
    return np.asarray(kernels @ _WEIGHTS.T)


def _phase(sun: np.ndarray, view: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    cosine = np.cos(sun) * np.cos(view) + np.sin(sun) * np.sin(view) * np.cos(azimuth)
    return np.asarray(np.arccos(np.clip(cosine, -1, 1)))


def _ross_thick(sun: np.ndarray, view: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    phase = _phase(sun, view, azimuth)
    scattered = (np.pi / 2 - phase) * np.cos(phase) + np.sin(phase)
    return np.asarray(scattered / (np.cos(sun) + np.cos(view)) - np.pi / 4)


def _li_sparse(sun: np.ndarray, view: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    path = 1 / np.cos(sun) + 1 / np.cos(view)
    distance = np.tan(sun) ** 2 + np.tan(view) ** 2 - 2 * np.tan(sun) * np.tan(view) * np.cos(azimuth)
    side = (np.tan(sun) * np.tan(view) * np.sin(azimuth)) ** 2
    overlap_angle = np.arccos(np.clip(_CROWN_HEIGHT * np.sqrt(np.maximum(distance + side, 0)) / path, -1, 1))
    overlap = (overlap_angle - np.sin(overlap_angle) * np.cos(overlap_angle)) * path / np.pi
    sunlit = (1 + np.cos(_phase(sun, view, azimuth))) / (np.cos(sun) * np.cos(view)) / 2
    return np.asarray(overlap - path + sunlit)

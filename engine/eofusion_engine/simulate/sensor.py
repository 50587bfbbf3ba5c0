"""What the instruments and their processors add: calibration, view angles, noise, and a scene classification."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..physics.sun import day_angle, declination
from .clouds import Sky
from .noise import blur

#: Indices of the 10 m bands and of the 20 m bands among the ten.
BANDS_10M, BANDS_20M = (0, 1, 2, 6), (3, 4, 5, 7, 8, 9)
#: Sentinel-2 passes at about half past ten of local solar time: degrees of hour angle before noon.
_HOUR_ANGLE = -22.5
#: Point spread, in pixels of the band, beyond the pixel's own square.
_SPREAD_10M, _SPREAD_20M = 0.42, 0.36
#: View-angle effect at 10 degrees of view zenith in the principal plane (orders of Roy et al. 2017, Remote Sensing
#: of Environment 199).
_VIEW = np.array([0.055, 0.050, 0.060, 0.050, 0.045, 0.045, 0.045, 0.045, 0.050, 0.055], np.float32)


#: Of the factor, what a band has for itself: aerosol in the blue, moisture and view angle in the short-wave infrared.
_OWN = np.array([0.026, 0.023, 0.025, 0.018, 0.014, 0.012, 0.012, 0.012, 0.010, 0.014], np.float32)
#: And what the short-wave infrared bands have together: moisture.
_MOIST = np.array([0, 0, 0, 0.003, 0, 0, 0, 0, 0.012, 0.027], np.float32)


class Sun(NamedTuple):
    """Zenith and azimuth (clockwise from north) in degrees."""

    zenith: float
    azimuth: float


@lru_cache(maxsize=4096)
def sun_at_overpass(lat: float, day_of_year: int) -> Sun:
    """The sun when Sentinel-2 passes ``lat`` (degrees); below the horizon the zenith is above 90."""
    decl = float(declination(day_angle(np.array([day_of_year])))[0])
    phi, hour = np.radians(lat), np.radians(_HOUR_ANGLE)
    up = np.sin(phi) * np.sin(decl) + np.cos(phi) * np.cos(decl) * np.cos(hour)
    east = -np.cos(decl) * np.sin(hour)
    north = np.cos(phi) * np.sin(decl) - np.sin(phi) * np.cos(decl) * np.cos(hour)
    return Sun(float(np.degrees(np.arccos(up))), float(np.degrees(np.arctan2(east, north)) % 360))


def illumination(slope: np.ndarray, sun: Sun, strength: float = 0.6) -> np.ndarray:
    """Relative light (H, W) on slopes ``slope`` (2, H, W), gradients to east and north; 1 on the level.

    ``strength`` is what correction and sky light leave of the cosine law.
    """
    zenith, azimuth = np.radians(min(sun.zenith, 70)), np.radians(sun.azimuth)
    facing = -(slope[0] * np.sin(azimuth) + slope[1] * np.cos(azimuth)) * np.tan(zenith)
    cosine = (1 + facing) / np.sqrt(1 + slope[0] ** 2 + slope[1] ** 2)
    return np.asarray(np.clip(1 + strength * (cosine - 1), 0.35, 1.6), np.float32)


class SceneError(NamedTuple):
    """Of one acquisition, (10,): factor and offset of its reflectance."""

    gain: np.ndarray
    offset: np.ndarray


def scene_error(rng: np.random.Generator, view_zenith: float, relative_azimuth: float) -> SceneError:
    """Calibration, correction and view angle of one acquisition; angles in degrees."""
    # Most scenes are corrected well, some badly.
    common = 0.046 * rng.standard_normal() * np.exp(0.45 * rng.standard_normal())
    own = (_OWN * rng.standard_normal(10) + _MOIST * rng.standard_normal()) * np.exp(0.6 * rng.standard_normal())
    view = _VIEW * np.cos(np.radians(relative_azimuth)) * view_zenith / 10.0
    offset = 0.0011 * rng.standard_normal() + 0.0006 * rng.standard_normal(10)
    return SceneError((1 + common + own + view).astype(np.float32), offset.astype(np.float32))


def pixel_noise(rng: np.random.Generator, seen: np.ndarray) -> np.ndarray:
    """``seen`` with the instrument's noise, about one part in 150 of the signal and a floor."""
    noise = rng.standard_normal(seen.shape, dtype=np.float32)
    return np.asarray(seen + noise * (0.0009 + 0.0055 * np.clip(seen, 0, 1.5)), np.float32)


def spread(values: np.ndarray, metres: int) -> np.ndarray:
    """``values`` (B, H, W) seen through the optics of the 10 m or the 20 m bands."""
    return blur(values, _SPREAD_10M if metres == 10 else _SPREAD_20M)


def classify(
    slip: np.ndarray, m20: np.ndarray, blue: np.ndarray, red: np.ndarray, sky: Sky, water: np.ndarray,
    snow: np.ndarray, dark: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Scene classification (H, W) uint8 on 20 m, as Sen2Cor makes it, with its errors.

    ``slip`` (H, W) a smooth field of standard deviation 1 that errors follow; ``m20`` (6, H, W) the 20 m
    bands and ``blue``, ``red`` as seen; ``sky``, ``water`` share, ``snow`` share and
    ``dark`` (deep topographic shade) on the same 20 m pixels. Thin rims and thin cirrus are missed, bright roofs and
    fresh gravel become cloud, dark water and conifers on shady slopes become shadow, thin snow bare soil.
    """
    nir = m20[3]
    ndvi = (nir - red) / np.maximum(nir + red, 1e-3)
    scl = np.where(ndvi > 0.36 + 0.03 * slip, 4, 5)
    scl = np.where((ndvi > 0.16) & (ndvi < 0.36) & (slip > 1.5), 7, scl)
    scl = np.where((dark > 0.5) & (nir < 0.12), 2, scl)
    scl = np.where((water > 0.55) & (nir < 0.12), 6, scl)
    scl = np.where((water > 0.55) & (slip > 2.2), 2, scl)
    scl = np.where((snow > 0.42 + 0.1 * slip) & (blue > 0.18), 11, scl)
    scl = np.where((sky.shadow > 0.32 + 0.07 * slip) & (nir < 0.30), 3, scl)
    scl = np.where(sky.cirrus > 0.10 + 0.04 * slip, 10, scl)
    opacity = sky.opacity + 0.04 * slip
    thin, medium, thick = (opacity > limit for limit in (0.10, 0.26, 0.62))
    scl = np.where(thin, 7, scl)
    scl = np.where(medium, 8, scl)
    scl = np.where(thick, 9, scl)
    bright = (blue > 0.21 + 0.02 * slip) & (snow < 0.1) & (sky.opacity < 0.05)
    return np.where(bright & (slip > -0.2), 8, scl).astype(np.uint8)

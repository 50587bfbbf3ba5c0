"""Clouds, their shadows and the haze below them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .noise import blur, smooth_field

#: Pixels by which the sky is drawn larger than the scene: shadows of clouds that stand outside reach in.
_SKY_MARGIN = 160
_CLOUD = np.array([0.70, 0.69, 0.69, 0.70, 0.70, 0.70, 0.70, 0.70, 0.50, 0.38], np.float32)
_CIRRUS = np.array([0.24, 0.22, 0.21, 0.21, 0.20, 0.20, 0.20, 0.20, 0.12, 0.10], np.float32)
#: Share of light that is left in the shadow: the blue sky still shines.
_SHADE = np.array([0.46, 0.40, 0.36, 0.35, 0.34, 0.33, 0.33, 0.33, 0.28, 0.26], np.float32)
_HAZE = np.array([1.0, 0.78, 0.60, 0.54, 0.45, 0.40, 0.35, 0.33, 0.10, 0.05], np.float32)


class Sky(NamedTuple):
    """All (H, W): ``opacity`` of clouds 0-1, their ``brightness`` about 1, ``cirrus`` 0-1, ``shadow`` share of
    sunlight taken, ``haze`` reflectance in the blue that is left or taken away too much."""

    opacity: np.ndarray
    brightness: np.ndarray
    cirrus: np.ndarray
    shadow: np.ndarray
    haze: np.ndarray


def scene_cover(rng: np.random.Generator, daily: float) -> float:
    """Cloud cover of one small scene on a day of mean cover ``daily`` (both 0-1): mostly clear or mostly covered."""
    daily = float(np.clip(daily, 0.01, 0.99))
    spread = 1 / (1 + np.exp(-(np.log(daily / (1 - daily)) * 1.9 - 0.7 + rng.normal(0, 0.9))))
    return 0.0 if spread < 0.10 else float(min(spread * 1.04, 1.0))


def draw_sky(rng: np.random.Generator, size: int, cover: float, sun_zenith: float, sun_azimuth: float) -> Sky:
    """The sky over ``size`` x ``size`` pixels of 10 m of which about ``cover`` (0-1) is cloud. Angles in degrees."""
    full = size + 2 * _SKY_MARGIN
    shape = (full, full)
    heaps = float(rng.uniform(22, 95)) if cover < 0.75 else float(rng.uniform(90, 180))
    broad, fluff = smooth_field(rng, shape, heaps, 2.9), smooth_field(rng, shape, 9, 2.0)
    field = broad + 0.16 * fluff + 0.06 * smooth_field(rng, shape, 4, 1.6)
    edge = float(np.quantile(field[::3, ::3], np.clip(1 - cover, 0.0, 1.0)))
    depth = (field - edge) / (0.30 if cover < 0.75 else 0.5)
    opacity = 1 - np.exp(-(np.clip(depth, 0, None) ** 1.2))
    if cover <= 0.02:
        opacity = np.zeros(shape)
    elif cover > 0.92:
        opacity = np.maximum(opacity, np.clip(0.86 + 0.06 * fluff + 0.08 * broad, 0.6, 1))
    # A heap's sunny side is bright, its far side grey.
    azimuth = np.radians(sun_azimuth)
    north, east = np.gradient(blur(opacity.astype(np.float32), 2.5))
    lit = -(east * np.sin(azimuth) - north * np.cos(azimuth))
    brightness = np.clip(0.86 + 0.16 * opacity + 1.3 * lit + 0.025 * fluff, 0.55, 1.3)

    height_px = float(rng.uniform(70, 220))
    away = min(height_px * np.tan(np.radians(min(sun_zenith, 72))), _SKY_MARGIN - 2)
    # The shadow falls away from the sun: where the pixel looks towards it, it meets the cloud.
    row = _SKY_MARGIN - round(float(away * np.cos(azimuth)))
    col = _SKY_MARGIN + round(float(away * np.sin(azimuth)))
    inner = slice(_SKY_MARGIN, _SKY_MARGIN + size)
    soft = blur(opacity.astype(np.float32), 1.2)
    shadow = soft[row : row + size, col : col + size] * (1 - opacity[inner, inner])

    veil = np.zeros((size, size), np.float32)
    if rng.random() < 0.06 + 0.30 * cover:
        streaks = 0.22 * rng.random() + 0.07 * smooth_field(rng, (size, size), 120, 2.7)
        veil = np.clip(streaks, 0, 0.6).astype(np.float32)
    # What the atmospheric correction leaves: mostly one value for a scene, thicker near clouds.
    level = float(rng.normal(0.0, 0.0055)) + float(rng.gamma(1.0, 0.007))
    halo = 0.02 * blur(opacity[inner, inner].astype(np.float32), 7.0)
    haze = level + halo + 0.0025 * smooth_field(rng, (size, size), 80, 2.6)
    cut = (inner, inner)
    return Sky(*(np.asarray(a, np.float32) for a in (opacity[cut], brightness[cut], veil, shadow, haze)))


def through_sky(surface: np.ndarray, sky: Sky, bands: tuple[int, ...]) -> np.ndarray:
    """What the satellite's L2A product shows of ``surface`` (B, H, W), whose ``bands`` are indices of the ten."""
    pick = list(bands)
    column = (slice(None), None, None)
    seen: np.ndarray = surface * (1 - sky.shadow * (1 - _SHADE[pick][column]))
    seen = np.asarray(seen + sky.haze * _HAZE[pick][column] * (1 - np.clip(seen, 0, 1)))
    seen = seen + sky.cirrus * (_CIRRUS[pick][column] + 0.75 * seen - seen)
    return np.asarray(seen + sky.opacity * (_CLOUD[pick][column] * sky.brightness - seen), np.float32)


def thinned(sky: Sky) -> Sky:
    """The same sky on pixels twice as large."""
    height, width = (n // 2 for n in sky.opacity.shape)
    return Sky(*(a.reshape(height, 2, width, 2).mean(axis=(1, 3)) for a in sky))

"""Clouds, their shadows and the classification that a processor would make of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .noise import smooth_field

#: Pixels by which the sky is drawn larger than the scene: shadows of clouds that stand outside reach in.
_SKY_MARGIN = 128
_CLOUD = np.array([0.66, 0.66, 0.67, 0.68, 0.69, 0.69, 0.69, 0.69, 0.52, 0.42], np.float32)
_SHADE = np.array([0.42, 0.38, 0.36, 0.35, 0.34, 0.33, 0.33, 0.33, 0.31, 0.30], np.float32)


class Sky(NamedTuple):
    """``opacity`` (H, W) of clouds 0-1, ``shadow`` (H, W) share of sunlight taken, ``haze`` of the whole scene."""

    opacity: np.ndarray
    shadow: np.ndarray
    haze: float


def draw_sky(rng: np.random.Generator, size: int, cover: float, sun_elevation_deg: float) -> Sky:
    """The sky over ``size`` x ``size`` pixels of which about ``cover`` (0-1) is cloud."""
    full = size + 2 * _SKY_MARGIN
    field = smooth_field(rng, (full, full), 70, 3.2)
    fluff = smooth_field(rng, (full, full), 14, 2.4)
    field = field + 0.14 * fluff
    # A soft step at the quantile of the cover: its foot is the haze rim.
    edge = np.quantile(field, np.clip(1 - cover, 0.0, 1.0))
    opacity = 1 / (1 + np.exp(-(field - edge - 0.15) / 0.09))
    opacity = np.clip(opacity * (0.9 + 0.08 * fluff), 0, 1) if cover > 0.02 else np.zeros_like(opacity)
    if cover > 0.9:
        opacity = np.maximum(opacity, np.clip(0.92 + 0.06 * fluff, 0.8, 1))
    height_px = rng.uniform(60, 180)
    away = np.clip(height_px / np.tan(np.radians(max(sun_elevation_deg, 12))), 0, _SKY_MARGIN - 1)
    bearing = np.radians(rng.uniform(335, 350))  # morning sun in the south-south-east: shadows fall to the north-west
    up, left = int(away * np.cos(bearing)), int(-away * np.sin(bearing))
    row, col = _SKY_MARGIN + up, _SKY_MARGIN + left
    inner = opacity[_SKY_MARGIN : _SKY_MARGIN + size, _SKY_MARGIN : _SKY_MARGIN + size]
    shadow = opacity[row : row + size, col : col + size] * (1 - inner)
    return Sky(inner.astype(np.float32), shadow.astype(np.float32), float(rng.gamma(1.2, 0.008)))


def through_sky(rng: np.random.Generator, surface: np.ndarray, sky: Sky) -> np.ndarray:
    """What the satellite's L2A product shows: (10, H, W) with clouds, shadows and a little haze left in it."""
    shaded = surface * (1 - sky.shadow * (1 - _SHADE[:, None, None]))
    bright = _CLOUD[:, None, None] * (0.35 + 0.65 * sky.opacity**3) * rng.uniform(0.85, 1.15)
    seen = shaded + sky.opacity * (bright - shaded)
    veil = (sky.haze * np.array([1, 0.8, 0.65, 0.55, 0.45, 0.4, 0.35, 0.33, 0.1, 0.05]))[:, None, None]
    return np.asarray(seen + veil * (0.5 - seen), np.float32)


def classify(rng: np.random.Generator, seen: np.ndarray, sky: Sky, water: np.ndarray, snow: np.ndarray) -> np.ndarray:
    """Scene classification (H, W) uint8 as Sen2Cor's, with its small errors: thin rims missed, a few roofs taken
    for cloud, some dark water taken for shadow."""
    blue, red, nir = seen[0], seen[2], seen[6]
    ndvi = (nir - red) / np.maximum(nir + red, 1e-3)
    scl = np.where(ndvi > 0.4, 4, 5)
    scl = np.where((ndvi > 0.2) & (ndvi <= 0.3) & (rng.random(ndvi.shape) < 0.15), 7, scl)
    scl = np.where(water > 0.6, 6, scl)
    scl = np.where(snow > 0.5, 11, scl)
    slip = 0.02 * smooth_field(rng, blue.shape, 10, 1.6)
    scl = np.where(sky.shadow + slip > 0.30, 3, scl)
    scl = np.where((water > 0.6) & (rng.random(blue.shape) < 0.02), 3, scl)
    scl = np.where(sky.opacity + slip > 0.07, 10, scl)
    scl = np.where(sky.opacity + slip > 0.22, 8, scl)
    scl = np.where(sky.opacity + slip > 0.55, 9, scl)
    roof = (blue > 0.2) & (sky.opacity < 0.05) & (snow < 0.1) & (rng.random(blue.shape) < 0.3)
    return np.where(roof, 8, scl).astype(np.uint8)

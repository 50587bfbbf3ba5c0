"""The shape of the land: heights, valleys, rivers and lakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import blur, smooth_field
from .presets import Preset


@dataclass(frozen=True)
class Relief:
    """On a grid of ``metres`` a pixel: ``height`` (H, W) in metres; ``river`` metres to the river's middle;
    ``stream`` metres to the bottom of the nearest small valley (rough); ``lake`` bool; ``low`` 0-1 how low it lies."""

    height: np.ndarray
    river: np.ndarray
    stream: np.ndarray
    lake: np.ndarray
    low: np.ndarray


def draw_relief(rng: np.random.Generator, preset: Preset, size: int, metres: float) -> Relief:
    """Relief of ``size`` x ``size`` pixels. A river follows a level line of a tilted field, so it crosses the land
    and never ends; small valleys lie along the creases of another."""
    shape = (size, size)
    length = preset.relief_length_m / metres
    hills = smooth_field(rng, shape, length, 3.0)
    creases = smooth_field(rng, shape, length * 0.45, 3.0)
    rough = smooth_field(rng, shape, length * 0.2, 2.6)
    rows, cols = np.mgrid[0:size, 0:size].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    tilt = ((cols - size / 2) * np.cos(turn) + (rows - size / 2) * np.sin(turn)) * metres
    bends = smooth_field(rng, shape, 900 / metres, 3.6)
    wiggle = smooth_field(rng, shape, 220 / metres, 3.6)
    course = tilt + rng.uniform(-0.22, 0.22) * size * metres + 210 * bends + 26 * wiggle
    river = _distance(course, metres) if preset.river_m > 0 else np.full(shape, 1e4, np.float32)
    stream = _distance(creases, metres)
    valley = np.exp(-((river / 320) ** 2))
    gully = np.exp(-((stream / 90) ** 2))
    height = 0.8 * hills + 0.35 * np.hypot(creases, 0.35) + 0.03 * rough
    height = height * (1 - 0.75 * valley) - 0.9 * valley - 0.08 * gully
    height = blur(np.asarray(height, np.float32), 40 / metres)
    height = (height - height.mean()) / max(float(height.std()), 1e-6) * (preset.relief_m / 2.0)
    order = np.argsort(np.argsort(height.ravel()[:: max(1, height.size // 40_000)]))
    levels = np.sort(height.ravel()[:: max(1, height.size // 40_000)])
    low = 1 - np.interp(height, levels, np.linspace(0, 1, len(order)))
    # Lakes fill hollows of their own: the lowest of a field that follows the land loosely.
    hollow = height / (preset.relief_m / 2.0) + 0.9 * smooth_field(rng, shape, 420 / metres, 3.2)
    lake = hollow < np.quantile(hollow, preset.lakes) if preset.lakes > 0 else np.zeros(shape, bool)
    height = np.where(lake, np.minimum(height, np.quantile(height, 0.2)), height)
    whole = preset.elevation_m + height - height.mean()
    return Relief(np.maximum(whole, 1.0).astype(np.float32), river, stream, lake, low.astype(np.float32))


def _distance(field: np.ndarray, metres: float) -> np.ndarray:
    """Metres to the zero line of a smooth field, to first order."""
    down, right = np.gradient(field, metres)
    return np.asarray(np.abs(field) / np.maximum(np.hypot(down, right), 1e-4), np.float32)

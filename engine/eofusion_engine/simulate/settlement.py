"""Villages, farms and roads: where people live, and what their roofs are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import smooth_field
from .partition import divide
from .presets import Preset

#: What a pixel of a settlement is; roofs carry a material of their own.
NOTHING, GARDEN, ROOF, STREET, YARD, TREES = range(6)


@dataclass(frozen=True)
class Settlement:
    """Per pixel: ``what`` (one of the codes above), ``house`` index that tells roofs apart, ``inside`` the village."""

    what: np.ndarray
    house: np.ndarray
    inside: np.ndarray


def draw_settlement(
    rng: np.random.Generator, preset: Preset, x: np.ndarray, y: np.ndarray, road: np.ndarray, dry: np.ndarray
) -> Settlement:
    """Villages about ``preset.village`` of the land, near roads (``road``: metres to one) and on ``dry`` ground.

    ``x`` and ``y`` (H, W) in metres.
    """
    size, metres = x.shape[0], abs(float(x[0, 1] - x[0, 0]))
    what, house = np.zeros(x.shape, np.uint8), np.zeros(x.shape, np.int32)
    inside = np.zeros(x.shape, bool)
    extent = size * metres
    wanted, shape = preset.village * extent**2, smooth_field(rng, x.shape, 160 / metres, 2.6)
    near_road = np.flatnonzero((road < 25) & dry)
    while wanted > 4e3 and near_road.size:
        area = min(wanted, float(np.exp(rng.normal(np.log(1.8e5), 0.6))))
        wanted -= area
        at = near_road[int(rng.integers(near_road.size))]
        away = np.hypot(x - x.flat[at], y - y.flat[at])
        radius = np.sqrt(area / np.pi)
        inside |= (away < radius * (1 + 0.33 * shape) - 0.25 * np.clip(road, 0, 150)) & dry
    plots = divide(rng, x, y, metres, 29.0, 1.5, 125.0, turn_deg=14)
    dense = np.clip(0.55 - np.clip(shape, -1, 1) * 0.2, 0.2, 0.85)
    count = len(plots.metres)
    kind = rng.random(count)
    offset = rng.uniform(-0.3, 0.3, (2, count))
    half = rng.uniform(0.24, 0.50, (2, count))
    across, along = plots.across - offset[0][plots.label], plots.along - offset[1][plots.label]
    body = (np.abs(across) < half[0][plots.label]) & (np.abs(along) < half[1][plots.label])
    built = kind[plots.label] < dense
    halls = kind[plots.label] > 0.97
    grown = (kind[plots.label] > 0.86) & ~halls
    yards = (kind[plots.label] * 7.3 % 1.0 < 0.09) & ~grown
    what[inside] = GARDEN
    what[inside & yards] = YARD
    what[inside & grown & (shape * 5 % 1.0 < 0.7)] = TREES
    what[inside & (body & built | halls)] = ROOF
    house[inside] = plots.label[inside] + 1
    what[inside & (plots.road < 4.0)] = STREET
    _farms(rng, preset, x, y, road, dry & ~inside, what, house, count, shape)
    return Settlement(what, house, inside)


def _farms(
    rng: np.random.Generator,
    preset: Preset,
    x: np.ndarray,
    y: np.ndarray,
    road: np.ndarray,
    free: np.ndarray,
    what: np.ndarray,
    house: np.ndarray,
    first: int,
    shape: np.ndarray,
) -> None:
    """Single farms: a yard among trees, a few long roofs."""
    metres = abs(float(x[0, 1] - x[0, 0]))
    extent_km2 = (x.shape[0] * metres / 1000) ** 2
    spots = np.flatnonzero((road < 90) & free)
    for number in range(int(rng.poisson(preset.farms * extent_km2))):
        if not spots.size:
            return
        at = spots[int(rng.integers(spots.size))]
        angle, big = rng.uniform(0, np.pi), rng.uniform(0.7, 1.3)
        u = (x - x.flat[at]) * np.cos(angle) + (y - y.flat[at]) * np.sin(angle)
        v = (y - y.flat[at]) * np.cos(angle) - (x - x.flat[at]) * np.sin(angle)
        around = np.hypot(u, v)
        what[(around < (33 + 9 * shape) * big) & free] = GARDEN
        what[(around < 40 * big) & (around > 27 * big) & (u + 0.4 * v > 6) & (shape > -0.6) & free] = TREES
        what[(np.abs(u) < 11 * big) & (np.abs(v) < 12 * big) & free] = YARD
        for part, (du, dv) in enumerate(((-14, 0), (13, 6), (0, -15))):
            long, wide = (15, 6.5) if part != 2 else (11, 6)
            beside, ahead = np.abs(u - du * big), np.abs(v - dv * big)
            length, width = (beside, ahead) if part == 2 else (ahead, beside)
            roof = (length < long * big) & (width < wide * big) & free
            what[roof] = ROOF
            house[roof] = first + 3 * number + part + 1

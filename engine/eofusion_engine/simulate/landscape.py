"""The land of a simulated scene: fields, forest, meadows, a river, a town and the roads between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import smooth_field
from .phenology import Units, draw_units

#: Land cover of the truth map.
WATER, FOREST, GRASS, CROP, TOWN, ROAD = 1, 2, 3, 4, 5, 6
#: Margin in pixels by which the land is drawn larger than asked, so that nothing ends at the edge.
_MARGIN = 12


@dataclass(frozen=True)
class Landscape:
    """What does not change with time, per 10 m pixel (H, W).

    ``cover`` land cover code; ``unit`` index into ``units`` (a field, a stand of trees, a lawn);
    ``vegetated``, ``built``, ``water`` fractions that add up to 1; ``built_kind`` (3, H, W) shares of tiles,
    asphalt and bright roofs in what is built; ``vigour`` multiplies the leaf area; ``texture`` relative
    brightness; ``soil`` brightness of the soil; ``relief`` (2, H, W) dB that ascending and descending radar
    see more or less because of slopes and furrows.
    """

    lat: float
    lon: float
    cover: np.ndarray
    unit: np.ndarray
    units: Units
    vegetated: np.ndarray
    built: np.ndarray
    water: np.ndarray
    built_kind: np.ndarray
    vigour: np.ndarray
    texture: np.ndarray
    soil: np.ndarray
    relief: np.ndarray


def simulate_landscape(seed: int, lat: float, lon: float, size_px: int) -> Landscape:
    """Draw a landscape of ``size_px`` x ``size_px`` pixels of 10 m. The same seed gives the same land."""
    rng = np.random.default_rng([seed, 1])
    size = size_px + 2 * _MARGIN
    rows, cols = np.mgrid[0:size, 0:size].astype(np.float32)
    # Boundaries follow the land a little: straight lines bent by a smooth field of a few pixels.
    bent_rows = rows + 2.5 * smooth_field(rng, (size, size), size / 3, 3.2)
    bent_cols = cols + 2.5 * smooth_field(rng, (size, size), size / 3, 3.2)

    river, banks = _river(rng, rows, cols, size)
    forest = _forest(rng, size)
    parcels, lanes = _parcels(rng, bent_rows, bent_cols, size)
    town, streets = _town(rng, rows, cols, size, river)

    cover = np.full((size, size), CROP, np.uint8)
    pasture = rng.random(parcels.max() + 1) < 0.16
    cover[pasture[parcels]] = GRASS
    cover[banks] = GRASS
    cover[forest & ~banks] = FOREST
    cover[town > 0] = TOWN
    cover[(lanes & (cover != FOREST)) | (streets & (town > 0))] = ROAD
    copse = smooth_field(rng, (size, size), 6, 2.0) > 1.1
    cover[banks & copse & (town == 0)] = FOREST
    cover[river > 0.5] = WATER

    # A forest is divided into larger stands than the fields: several parcels share a stand.
    stands = (smooth_field(rng, (size, size), size / 4, 2.6) * 2).astype(np.int32) + 8
    keys = np.where(cover == FOREST, 10_000 + stands, parcels)
    keys = np.where(cover == TOWN, 20_000, np.where((cover == GRASS) & banks, 20_001, keys))
    keys = keys + 40_000 * (cover == GRASS) * (keys < 10_000)
    labels, unit = np.unique(keys, return_inverse=True)
    unit = unit.reshape(keys.shape).astype(np.int32)
    first = np.zeros(len(labels), np.int64)
    first[unit.ravel()[::-1]] = np.arange(unit.size)[::-1]
    units = draw_units(rng, cover.ravel()[first])

    inner = (slice(_MARGIN, _MARGIN + size_px),) * 2
    water = np.clip(river, 0, 1) * (cover != ROAD)
    patchy = 0.55 + 0.3 * smooth_field(rng, (size, size), 2, 1.4)
    houses = np.where(cover == TOWN, np.clip(town * patchy, 0.05, 0.95), 0)
    built = np.where(cover == ROAD, 0.75, houses) * (1 - water)
    forest_like = cover == FOREST
    grain = smooth_field(rng, (size, size), 3, 1.2)
    rough = np.where(forest_like, 0.13, np.where(cover == TOWN, 0.10, 0.025))
    vigour = 1 + 0.10 * smooth_field(rng, (size, size), 25, 2.4) + 0.04 * grain
    soil = 1 + 0.12 * smooth_field(rng, (size, size), 40, 2.4) + 0.10 * rng.standard_normal(len(labels))[unit]
    relief = np.stack([0.5 * smooth_field(rng, (size, size), 20, 2.4) for _ in range(2)])
    return Landscape(
        lat=lat,
        lon=lon,
        cover=cover[inner],
        unit=unit[inner],
        units=units,
        vegetated=(1 - water - built)[inner].astype(np.float32),
        built=built[inner].astype(np.float32),
        water=water[inner].astype(np.float32),
        built_kind=_built_kind(rng, cover)[(slice(None), *inner)],
        vigour=np.clip(vigour, 0.6, 1.4)[inner].astype(np.float32),
        texture=np.clip(1 + rough * grain, 0.5, 1.6)[inner].astype(np.float32),
        soil=np.clip(soil, 0.6, 1.5)[inner].astype(np.float32),
        relief=relief[(slice(None), *inner)].astype(np.float32),
    )


def _river(rng: np.random.Generator, rows: np.ndarray, cols: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Share of water in each pixel, and the green banks: a meandering river that widens to a pond."""
    angle = rng.uniform(-0.6, 0.6) + (np.pi / 2 if rng.random() < 0.5 else 0)
    centre = size / 2
    along = (cols - centre) * np.cos(angle) + (rows - centre) * np.sin(angle)
    across = -(cols - centre) * np.sin(angle) + (rows - centre) * np.cos(angle)
    bed = rng.uniform(-0.28, 0.28) * size
    for wave, swing in ((size / 1.1, 0.07 * size), (55.0, 5.0), (24.0, 1.6)):
        bed = bed + swing * np.sin(2 * np.pi * along / wave + rng.uniform(0, 2 * np.pi))
    distance = np.abs(across - bed)
    half_width = rng.uniform(1.0, 2.0)
    water = np.clip(half_width - distance + 0.5, 0, 1)
    banks = distance < half_width + rng.uniform(2.5, 4.0) + smooth_field(rng, rows.shape, 12)
    # The pond lies beside the river, its shore ragged.
    at = rng.uniform(-0.35, 0.35) * size
    side = half_width + rng.uniform(6, 10)
    radius = rng.uniform(0.04, 0.065) * size
    bulge = np.hypot((along - at) / 1.6, across - bed - side)
    shore = radius * (1 + 0.22 * smooth_field(rng, rows.shape, 15))
    water = np.maximum(water, np.clip(shore - bulge + 0.5, 0, 1))
    return water.astype(np.float32), banks | (bulge < shore + 2)


def _forest(rng: np.random.Generator, size: int) -> np.ndarray:
    """One or two large woods with smooth edges and some copses."""
    large = smooth_field(rng, (size, size), size / 2, 3.4)
    small = smooth_field(rng, (size, size), size / 6, 3.0)
    field = large + 0.3 * small
    return np.asarray(field > np.quantile(field, rng.uniform(0.72, 0.84))) | (small > 2.3)


def _parcels(rng: np.random.Generator, rows: np.ndarray, cols: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Field numbers (H, W), and the lanes between blocks of fields.

    The land is cut in two again and again: first in free directions along lanes, then, within a block,
    along or across the block's own direction, as land was parcelled out.
    """
    labels = np.zeros((size, size), np.int32)
    lanes = np.zeros((size, size), bool)
    count = 1
    tasks = [(np.ones((size, size), bool), rng.uniform(0, np.pi), 0)]
    while tasks:
        area, angle, depth = tasks.pop()
        pixels = int(area.sum())
        if pixels < rng.uniform(140, 1100) or pixels < 60:
            labels[area] = count
            count += 1
            continue
        if depth < 2:
            angle = angle + np.pi / 2 + rng.uniform(-0.45, 0.45)
        across = rows * np.cos(angle) - cols * np.sin(angle)
        other = rows * np.sin(angle) + cols * np.cos(angle)
        if depth >= 2 and np.ptp(other[area]) > 1.15 * np.ptp(across[area]):
            across = other
        cut = np.quantile(across[area], rng.uniform(0.34, 0.66))
        if depth < 2:
            lanes |= area & (np.abs(across - cut) < 0.62)
        tasks += [(area & (across <= cut), angle, depth + 1), (area & (across > cut), angle, depth + 1)]
    return labels, lanes


def _town(
    rng: np.random.Generator, rows: np.ndarray, cols: np.ndarray, size: int, river: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How densely each pixel is built (0: no town; 1: the centre), and the streets."""
    row, col = rng.uniform(0.2, 0.8, 2) * size
    radius = rng.uniform(0.10, 0.15) * size
    ragged = 1 + 0.28 * smooth_field(rng, rows.shape, 18)
    distance = np.hypot(rows - row, (cols - col) / rng.uniform(0.9, 1.5)) / (radius * ragged)
    density = np.where(distance < 1, 0.35 + 0.65 * (1 - distance), 0) * (river < 0.5)
    angle = rng.uniform(0, np.pi)
    a, b = rows * np.cos(angle) - cols * np.sin(angle), rows * np.sin(angle) + cols * np.cos(angle)
    streets = (np.mod(a, 9.0) < 1.0) | (np.mod(b + 2 * np.sin(a / 14), 14.0) < 1.0)
    return density.astype(np.float32), streets


def _built_kind(rng: np.random.Generator, cover: np.ndarray) -> np.ndarray:
    """(3, H, W) shares of tiled roofs, asphalt and bright roofs."""
    shape = cover.shape
    tiles = np.clip(0.55 + 0.25 * smooth_field(rng, shape, 3, 1.4), 0.05, 0.9)
    bright = np.where(smooth_field(rng, shape, 5, 1.8) > 2.1, 0.8, 0.08)
    tiles = np.where(cover == ROAD, 0.0, tiles * (1 - bright))
    bright = np.where(cover == ROAD, 0.1, bright)
    return np.stack([tiles, 1 - tiles - bright, bright]).astype(np.float32)

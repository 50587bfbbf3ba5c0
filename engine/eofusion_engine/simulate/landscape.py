"""The land of a simulated place on a 5 m grid: which unit or material lies where, and how it varies inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from .disturbance import disturb
from .kinds import INDEX, KINDS, Cover, of
from .noise import block_mean, blur, smooth_field
from .partition import Partition, divide
from .phenology import Units, draw_units
from .presets import Preset
from .relief import Relief, draw_relief
from .settlement import GARDEN, ROOF, STREET, TREES, YARD, Settlement, draw_settlement
from .surfaces import MATERIALS, WATER

#: The land is drawn at 5 m, twice as fine as the finest band, and larger than asked by this many pixels of 10 m.
FINE, MARGIN = 2, 16
FINE_M = 5.0
#: Brightness variants of each material.
VARIANTS = 8


@dataclass(frozen=True)
class Landscape:
    """What does not change with time. Fine arrays (2H, 2W) are of 5 m pixels, others (H, W) of 10 m.

    ``surface`` (2H, 2W): below ``len(units)`` a plant unit, above it ``len(units) + variant`` of a material;
    ``material`` and ``brightness`` (M,) of the variants; ``vigour`` multiplies the leaf area, ``texture`` the
    brightness; ``soil`` and ``redness`` (U,) of the units' soil; ``cover`` (H, W) land cover code, ``kind`` (H, W)
    the plant cover (255: none), both of the larger part; ``height`` (H, W) in metres; ``slope`` (2, H, W) its
    gradient to the east and to the north; ``drift`` (H, W) 0-1 where snow stays late.
    """

    preset: Preset
    surface: np.ndarray
    units: Units
    material: np.ndarray
    brightness: np.ndarray
    vigour: np.ndarray
    texture: np.ndarray
    soil: np.ndarray
    redness: np.ndarray
    cover: np.ndarray
    kind: np.ndarray
    height: np.ndarray
    slope: np.ndarray
    drift: np.ndarray

    @property
    def size(self) -> int:
        """Rows and columns of 10 m pixels."""
        return self.cover.shape[0]

    def share(self, code: Cover) -> np.ndarray:
        """(H, W) whether the larger part of a pixel is of the land cover ``code``."""
        return np.asarray(self.cover == code)


class _Palette:
    """Collects the classes of the land as keys and turns them into units at the end."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.key = np.zeros(shape, np.int64)
        self.names: list[str] = []

    def paint(self, where: np.ndarray, name: str, part: np.ndarray | int = 0) -> None:
        """Give the pixels ``where`` the kind ``name``, each value of ``part`` a unit of its own."""
        if name not in self.names:
            self.names.append(name)
        key = (self.names.index(name) + 1) * 10_000_000 + np.asarray(part, np.int64)
        self.key[where] = np.broadcast_to(key, where.shape)[where]


def simulate_landscape(seed: int, preset: Preset, size_px: int, first_day: date, days: int) -> Landscape:
    """Draw a landscape of ``size_px`` x ``size_px`` pixels of 10 m. The same seed gives the same land.

    ``first_day`` and ``days`` bound the weather's days: crops rotate and disturbances fall within them.
    """
    rng = np.random.default_rng([seed, 1])
    size = FINE * (size_px + 2 * MARGIN)
    rows, cols = np.mgrid[0:size, 0:size].astype(np.float32)
    x, y = cols * FINE_M, rows * FINE_M
    shape = (size, size)
    # Borders follow the land a little: straight lines bent by a smooth field.
    bend = [26 * smooth_field(rng, shape, 160, 3.2) + 3 * smooth_field(rng, shape, 30, 3.2) for _ in range(2)]
    loose = [34 * smooth_field(rng, shape, 40, 2.8) for _ in range(2)]
    relief = draw_relief(rng, preset, size, FINE_M)
    parcels = divide(rng, x + bend[0], y + bend[1], FINE_M, preset.field_m, preset.field_ratio, preset.block_m)
    stands = divide(rng, x + bend[0] + loose[0], y + bend[1] + loose[1], FINE_M, preset.stand_m, 1.3, 700.0)
    water = (relief.river < preset.river_m / 2 * (1 + 0.25 * bend[0] / 26)) | relief.lake
    bank = (relief.river < preset.river_m / 2 + 14) & ~water
    dry = (relief.river > 60) & ~relief.lake & (relief.low < 0.93)
    village = draw_settlement(rng, preset, x, y, parcels.road, dry)

    palette = _Palette(shape)
    tilled = _open_land(rng, preset, palette, parcels, stands, relief, village)
    wooded = _woods(rng, preset, palette, parcels, stands, relief, tilled, village.inside)
    _wet_land(rng, preset, palette, relief, stands, bank)
    _trees_and_hedges(rng, preset, palette, parcels, relief, wooded, bank)
    _gardens(rng, preset, palette, village, parcels)
    labels, unit = np.unique(palette.key, return_inverse=True)
    unit = unit.reshape(shape)
    kind = np.array([INDEX[palette.names[int(k) // 10_000_000 - 1]] for k in labels])
    weights = np.array(list(preset.crops.values()))
    last_year = date.fromordinal(first_day.toordinal() + days).year
    years = last_year - first_day.year + 2  # a winter crop of the next harvest may stand at the end
    units = draw_units(rng, kind, first_day.year, years, [INDEX[n] for n in preset.crops], weights)
    disturb(rng, preset, units, first_day, days)

    variants = np.clip(np.exp(rng.normal(0, 0.16, (len(MATERIALS), VARIANTS))), 0.6, 1.6)
    variants[WATER] = np.exp(rng.normal(0, 0.06, VARIANTS))
    surface = _minerals(rng, preset, unit.astype(np.int32), len(units), village, parcels, relief, water, wooded, tilled)
    vigour, texture = _inside(rng, preset, parcels, unit, kind, surface, len(units))
    soil = preset.soil_brightness * np.clip(rng.normal(1, 0.13, len(units)), 0.6, 1.5)
    redness = np.clip(preset.soil_redness + 0.12 * rng.standard_normal(len(units)), 0, 1)

    inner = slice(FINE * MARGIN, size - FINE * MARGIN)
    cut = (inner, inner)
    height = block_mean(relief.height, FINE)
    north, east = np.gradient(blur(height, 1.0), 10.0)
    small = slice(MARGIN, MARGIN + size_px)
    drift = smooth_field(rng, height.shape, 25, 2.2)
    cover, kinds = _majority(surface[cut], units, np.repeat(np.arange(len(MATERIALS)), VARIANTS))
    return Landscape(
        preset=preset,
        surface=np.ascontiguousarray(surface[cut]),
        units=units,
        material=np.repeat(np.arange(len(MATERIALS)), VARIANTS),
        brightness=variants.ravel().astype(np.float32),
        vigour=np.ascontiguousarray(vigour[cut]),
        texture=np.ascontiguousarray(texture[cut]),
        soil=soil.astype(np.float32),
        redness=redness.astype(np.float32),
        cover=cover,
        kind=kinds,
        height=height[small, small],
        slope=np.stack([east, -north])[:, small, small].astype(np.float32),
        drift=(1 / (1 + np.exp(-1.5 * drift)))[small, small].astype(np.float32),
    )


def _draw(rng: np.random.Generator, weights: Mapping[str, float], count: int) -> tuple[list[str], np.ndarray]:
    """Names of a mapping of weights and ``count`` draws among them."""
    names = list(weights)
    chances = np.array([weights[n] for n in names], float)
    return names, rng.choice(len(names), count, p=chances / chances.sum())


def _open_land(
    rng: np.random.Generator,
    preset: Preset,
    palette: _Palette,
    parcels: Partition,
    stands: Partition,
    relief: Relief,
    village: Settlement,
) -> np.ndarray:
    """Fields and grassland on all land; the mask of what is field or meadow, as against wild grass."""
    shape = parcels.label.shape
    names, drawn = _draw(rng, preset.grass, len(stands.metres))
    for number, name in enumerate(names):
        palette.paint((drawn == number)[stands.label], name, stands.label)
    tilled = np.ones(shape, bool)
    if preset.field_share < 1:
        # Fields lie around villages and in places of their own.
        near = smooth_field(rng, shape, 200, 2.8) + 1.6 * blur(village.inside.astype(np.float32), 24)
        mean = _parcel_mean(near, parcels)
        tilled = (mean > np.quantile(mean, 1 - preset.field_share))[parcels.label]
    names, drawn = _draw(rng, preset.crops, len(parcels.metres))
    for number, name in enumerate(names):
        palette.paint(tilled & (drawn == number)[parcels.label], name, parcels.label)
    # Meadows where it is low and wet.
    damp = _parcel_mean(relief.low, parcels) + 0.35 * rng.standard_normal(len(parcels.metres))
    meadow = (damp > np.quantile(damp, 1 - preset.pasture))[parcels.label] & tilled
    names, drawn = _draw(rng, preset.grass, len(parcels.metres))
    for number, name in enumerate(names):
        palette.paint(meadow & (drawn == number)[parcels.label], name, parcels.label + 3_000_000)
    return tilled


def _woods(
    rng: np.random.Generator,
    preset: Preset,
    palette: _Palette,
    parcels: Partition,
    stands: Partition,
    relief: Relief,
    tilled: np.ndarray,
    inside: np.ndarray,
) -> np.ndarray:
    """Forest on the heights and steep slopes, partly along parcel borders, partly along its own ragged edge."""
    shape = parcels.label.shape
    field = smooth_field(rng, shape, 260, 2.8) - 0.9 * relief.low + 0.10 * smooth_field(rng, shape, 14, 2.2)
    score = 0.62 * _parcel_mean(field, parcels)[parcels.label] + 0.38 * field
    score = np.where(tilled & (preset.field_share < 1), score - 0.8, score) - 3.0 * inside
    wooded = score > np.quantile(score, 1 - preset.forest)
    names, drawn = _draw(rng, preset.stands, len(stands.metres))
    # Neighbouring stands are often alike: the draw leans on a smooth field.
    for number, name in enumerate(names):
        stand = wooded & (drawn == number)[stands.label]
        if preset.open_wood > 0:  # crowns stand apart, grass shines through; denser where the field is higher
            dense = np.clip(preset.open_wood * (1 + 0.5 * smooth_field(rng, shape, 60, 2.4)), 0.05, 0.95)
            palette.paint(stand & (rng.random(shape) < dense), name, stands.label // 4)
        else:
            palette.paint(stand, name, stands.label)
    return wooded


def _wet_land(
    rng: np.random.Generator, preset: Preset, palette: _Palette, relief: Relief, stands: Partition, bank: np.ndarray
) -> None:
    """Bogs and reeds in the hollows."""
    if preset.wetland > 0:
        shape = relief.height.shape
        wet = relief.low + 0.35 * smooth_field(rng, shape, 90, 2.6)
        bog = wet > np.quantile(wet, 1 - preset.wetland)
        palette.paint(bog, "bog", stands.label)
    if preset.lakes > 0:
        shore = blur(relief.lake.astype(np.float32), 2.0) > 0.12
        palette.paint(shore & (smooth_field(rng, relief.height.shape, 30, 2.4) > 0.2), "reed")


def _trees_and_hedges(
    rng: np.random.Generator,
    preset: Preset,
    palette: _Palette,
    parcels: Partition,
    relief: Relief,
    wooded: np.ndarray,
    bank: np.ndarray,
) -> None:
    """Hedges between fields, trees along water, single trees in grass."""
    shape = wooded.shape
    broad = {"savanna": "gallery forest", "mediterranean": "holm oak wood", "boreal": "birch forest"}.get(
        preset.name, "deciduous forest"
    )
    here = smooth_field(rng, shape, 20, 2.0)
    palette.paint(bank & (here > -0.7), broad, 9_000_001)
    if preset.name in ("savanna", "mediterranean"):
        palette.paint((relief.stream < 16 + 9 * here) & (relief.low > 0.45) & ~bank, broad, 9_000_002)
    line = np.minimum(parcels.border, parcels.road)
    hedge = (line < 4.5) & (smooth_field(rng, shape, 60, 2.4) > -np.log(max(preset.hedges, 1e-3)) * 0.75 - 0.6)
    if preset.hedges > 0:
        palette.paint(hedge & ~wooded, broad, 9_000_003)
    loose = {"savanna": "savanna woodland", "mediterranean": "holm oak wood"}.get(preset.name, broad)
    single = rng.random(shape) < preset.trees_in_grass * 0.55 * np.clip(1 + 0.8 * here, 0, 2.5)
    single |= np.roll(single, 1, 0) & (rng.random(shape) < 0.5)
    grass = np.isin(palette.key // 10_000_000 - 1, [palette.names.index(n) for n in preset.grass if n in palette.names])
    palette.paint(single & grass, loose, 9_000_004)
    sparse = rng.random(shape) < preset.trees_in_grass * 0.12
    palette.paint(sparse & ~wooded & ~grass, loose, 9_000_004)


def _gardens(
    rng: np.random.Generator, preset: Preset, palette: _Palette, village: Settlement, parcels: Partition
) -> None:
    garden = np.isin(village.what, (GARDEN, ROOF, STREET, YARD)) & (village.what > 0)
    palette.paint(garden, "lawn and gardens", village.house % 24)
    tree = {"savanna": "gallery forest", "mediterranean": "holm oak wood", "boreal": "birch forest"}
    palette.paint(village.what == TREES, tree.get(preset.name, "deciduous forest"), 9_000_005)
    # Grass verges along roads.
    verge = (parcels.road < 8.0) & (village.what == 0) & (preset.field_share == 1)
    palette.paint(verge, next(iter(preset.grass)), 9_000_006)


def _minerals(
    rng: np.random.Generator,
    preset: Preset,
    unit: np.ndarray,
    plants: int,
    village: Settlement,
    parcels: Partition,
    relief: Relief,
    water: np.ndarray,
    wooded: np.ndarray,
    tilled: np.ndarray,
) -> np.ndarray:
    """Lay water, roofs, roads and bare ground over the plant units."""

    def variant(material: str, number: np.ndarray | int) -> np.ndarray:
        return plants + MATERIALS.index(material) * VARIANTS + np.asarray(number, np.int64) % VARIANTS

    surface = unit.copy()
    shape = unit.shape
    patch = (smooth_field(rng, shape, 40, 2.4) * 2 + 40).astype(np.int64)
    if preset.bare > 0:
        ground = "laterite" if preset.soil_redness > 0.6 else "rock"
        crest = smooth_field(rng, shape, 22, 2.0) - (0.8 * relief.low if ground == "rock" else 0)
        bare = (crest > np.quantile(crest, 1 - preset.bare)) & ~tilled
        surface = np.where(bare, variant(ground, patch), surface)
    earth = "laterite" if preset.soil_redness > 0.6 else "gravel"
    track = (parcels.border < 2.2) & (smooth_field(rng, shape, 70, 2.4) > 0.55) & ~wooded
    surface = np.where(track, variant(earth, 3), surface)
    paved = "asphalt" if preset.name != "savanna" else "laterite"
    main = smooth_field(rng, shape, 300, 3.0) > 0.1
    fade = smooth_field(rng, shape, 60, 2.6)
    surface = np.where((parcels.road < 3.6) & main, variant(paved, 1), surface)
    surface = np.where((parcels.road < 2.2) & ~main & (~wooded | (fade > 0)), variant(earth, 2), surface)
    roofs = {"savanna": ("bright roof", "grey roof", "laterite", "concrete"),
             "mediterranean": ("tiles", "concrete", "bright roof", "tiles"),
             "boreal": ("dark roof", "grey roof", "tiles", "dark roof")}.get(
        preset.name, ("tiles", "dark roof", "grey roof", "tiles"))  # fmt: skip
    scattered = (village.house.astype(np.int64) * 2654435761) % 1009
    for number, name in enumerate(roofs):
        surface = np.where((village.what == ROOF) & (scattered % 4 == number), variant(name, scattered // 4), surface)
    bright = (village.what == ROOF) & (scattered % 37 == 0)
    surface = np.where(bright, variant("bright roof", scattered), surface)
    surface = np.where(village.what == STREET, variant(paved, 0), surface)
    yard = "laterite" if preset.name == "savanna" else "concrete"
    surface = np.where(village.what == YARD, variant(yard, scattered), surface)
    surface = np.where(water & (village.what != ROOF), variant("water", 0), surface)
    if preset.name in ("savanna", "mediterranean"):
        sand = (relief.river < preset.river_m * 1.3) & ~water & (smooth_field(rng, shape, 16, 2.2) > 0.9)
        surface = np.where(sand, variant("sand", patch), surface)
    # Bridges: a main road goes over the river.
    surface = np.where((parcels.road < 3.6) & main & water & ~relief.lake, variant(paved, 1), surface)
    return np.asarray(surface, np.int32)


def _inside(
    rng: np.random.Generator,
    preset: Preset,
    parcels: Partition,
    unit: np.ndarray,
    kind: np.ndarray,
    surface: np.ndarray,
    plants: int,
) -> tuple[np.ndarray, np.ndarray]:
    """How leaf area and brightness vary inside a unit: soil patches, drill rows, crowns."""
    shape = unit.shape
    soils = smooth_field(rng, shape, 36, 2.0)
    fine = smooth_field(rng, shape, 5, 1.4)
    grain = blur(rng.standard_normal(shape).astype(np.float32), 0.6) * 1.9
    code = of(kind, "cover")[unit]
    crop, tree = code == Cover.CROP, np.isin(code, (Cover.FOREST, Cover.SHRUB))
    # Passes of a machine, about 18 m wide, one a little denser than the next.
    passes = np.maximum(1, np.round(parcels.metres / 18)).astype(np.int64)[parcels.label]
    strip = np.floor((parcels.across + 1) / 2 * passes).astype(np.int64) + parcels.label.astype(np.int64) * 31
    rows = rng.standard_normal(4096)[(strip * 2654435761 % 4096)].astype(np.float32)
    uneven = np.clip(np.exp(rng.normal(-2.1, 0.5, len(kind))), 0.04, 0.35)[unit].astype(np.float32)
    vigour = 1 + uneven * (soils + 0.5 * fine) + np.where(crop, 0.05 * rows, 0)
    vigour = np.where(tree, 1 + 0.10 * fine + 0.12 * grain, vigour)
    shrub = np.isin(kind, [INDEX[n] for n in ("maquis", "holm oak wood", "pine forest")])[unit]
    vigour = np.where(shrub, vigour + 0.22 * soils + 0.14 * fine, vigour)
    wild = np.isin(kind, [INDEX[n] for n in ("savanna grass", "dry grassland", "bog", "fallow")])[unit]
    vigour = np.where(wild, vigour + 0.22 * fine + 0.12 * grain, vigour)
    headland = crop & ((np.abs(parcels.along) > 0.93) | (parcels.border < 7))
    vigour = np.where(headland, vigour * 0.9, vigour)
    texture = 1 + 0.035 * soils + 0.03 * fine + np.where(crop, 0.02 * rows, 0)
    texture = np.where(tree, 1 + 0.13 * grain + 0.06 * fine, texture)
    texture = np.where(wild, 1 + 0.05 * soils + 0.07 * fine + 0.04 * grain, texture)
    mineral = surface >= plants
    texture = np.where(mineral, 1 + 0.05 * grain, texture)
    water = (surface >= plants + WATER * VARIANTS) & (surface < plants + (WATER + 1) * VARIANTS)
    texture = np.where(water, 1 + 0.015 * fine, texture)
    return np.clip(vigour, 0.2, 1.4).astype(np.float32), np.clip(texture, 0.5, 1.6).astype(np.float32)


def _majority(surface: np.ndarray, units: Units, material: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Land cover code and plant cover (H, W) of 10 m pixels: of two equal parts, the first in order."""
    name = [MATERIALS[m] for m in material]
    code = {"water": Cover.WATER, "asphalt": Cover.ROAD, "gravel": Cover.ROAD, "rock": Cover.BARE,
            "laterite": Cover.BARE, "sand": Cover.BARE}  # fmt: skip
    codes = np.concatenate([of(units.kind[-1], "cover"), [code.get(n, Cover.TOWN) for n in name]]).astype(np.uint8)
    kinds = np.concatenate([units.kind[-1], np.full(len(name), 255)]).astype(np.uint8)
    height, width = (n // FINE for n in surface.shape)
    parts = surface.reshape(height, FINE, width, FINE).transpose(0, 2, 1, 3).reshape(height, width, -1)
    cover = codes[parts]
    votes = np.stack([(cover == c).sum(axis=-1) for c in Cover], axis=-1)
    winner = np.array(list(Cover), np.uint8)[votes.argmax(axis=-1)]
    first = (cover == winner[..., None]).argmax(axis=-1)
    kind = np.take_along_axis(kinds[parts], first[..., None], axis=-1)[..., 0]
    return winner, kind


def _parcel_mean(values: np.ndarray, parcels: Partition) -> np.ndarray:
    """Mean of ``values`` (H, W) over each parcel."""
    flat = parcels.label.ravel()
    count = np.maximum(np.bincount(flat, minlength=len(parcels.metres)), 1)
    return np.asarray(np.bincount(flat, weights=values.ravel(), minlength=len(parcels.metres)) / count)


__all__ = ["FINE", "FINE_M", "KINDS", "Landscape", "simulate_landscape"]

"""A seeded place with known truth: what each acquisition stores, before any file form is chosen.

The place lies across the border of two UTM zones. The same acquisitions are written as a folder of COGs, as a
STAC catalogue and as netCDF cubes (:mod:`.writers`), so that the three must read alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from typing import Literal

import numpy as np
from eofusion_engine.bands import S2_BANDS
from pyproj import Transformer
from rasterio import Affine
from shapely.geometry import Polygon, box
from shapely.ops import transform

TEN = ("B02", "B03", "B04", "B08")
TWENTY = tuple(name for name in S2_BANDS if name not in TEN)
#: Where a Sentinel-2 item says its radiometric offset, or that there is none.
OffsetWord = Literal["none", "baseline", "raster-bands", "applied"]
#: Longitude and latitude of the place's middle: on the border of UTM zones 32 and 33.
CENTRE = (12.0, 48.2)


@dataclass(frozen=True)
class Tile:
    """The footprint of a scene: UTM zone, upper left corner in metres, size in 10 m pixels."""

    name: str
    epsg: int
    left: float
    top: float
    width: int
    height: int

    def transform(self, metres: float) -> Affine:
        return Affine(metres, 0.0, self.left, 0.0, -metres, self.top)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        return self.left, self.top - 10.0 * self.height, self.left + 10.0 * self.width, self.top

    @cached_property
    def lonlat(self) -> Polygon:
        """The outline in EPSG:4326."""
        to_degrees = Transformer.from_crs(self.epsg, 4326, always_xy=True).transform
        return transform(to_degrees, box(*self.bounds).segmentize(500.0))


@dataclass
class Acquisition:
    """What one scene stores.

    Sentinel-2: ``values`` (H, W) int32 reflectance in 1e-4 by band, 0 where nothing is, at 10 or 20 m; SCL uint8.
    Sentinel-1: float32 linear power, NaN where nothing is, at 10 m.
    """

    id: str
    sensor: Literal["S2", "S1"]
    tile: Tile
    time: datetime
    values: dict[str, np.ndarray]
    baseline: str = "03.00"
    offset: OffsetWord = "none"
    ascending: bool | None = None
    #: False: its item comes without the projection extension.
    projected: bool = True
    #: An older version of another acquisition, which a catalogue lists too and a folder does not.
    superseded: bool = False
    collection: str = ""
    cloud_cover: float = 0.0
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def stored_offset(self) -> int:
        """What the stored Sentinel-2 numbers are higher than ``values``."""
        return 1000 if self.offset in ("baseline", "raster-bands") else 0

    def stored(self, band: str) -> np.ndarray:
        """The numbers of the file: uint16 (0: nothing), uint8 for SCL, float32 for Sentinel-1."""
        values = self.values[band]
        if self.sensor == "S1" or band == "SCL":
            return values
        return np.where(values > 0, values + self.stored_offset, 0).astype(np.uint16)


@dataclass(frozen=True)
class Place:
    """Acquisitions of a place and the area (EPSG:4326) that the tests ask for."""

    acquisitions: tuple[Acquisition, ...]
    area: Polygon
    #: (H, W) float32 metres on 0.001 degree pixels from ``dem_corner`` (west, north).
    dem: np.ndarray
    dem_corner: tuple[float, float]

    def current(self, sensor: str | None = None) -> list[Acquisition]:
        """The acquisitions without superseded ones, oldest first."""
        kept = (a for a in self.acquisitions if not a.superseded and sensor in (None, a.sensor))
        return sorted(kept, key=lambda a: (a.time, a.id))

    def until(self, day: date) -> Place:
        """The place without what was acquired after ``day``."""
        return replace(self, acquisitions=tuple(a for a in self.acquisitions if a.time.date() <= day))


def _smooth(rng: np.random.Generator, height: int, width: int, wave_px: float) -> np.ndarray:
    """A field of standard deviation about 1 that changes over ``wave_px`` pixels."""
    rows, cols = np.mgrid[:height, :width] / wave_px
    total = np.zeros((height, width))
    for _ in range(6):
        a, b = rng.uniform(-2.0, 2.0, 2)
        total += np.sin(a * rows + b * cols + rng.uniform(0, 2 * np.pi))
    return total / np.sqrt(3.0)


def _optical(rng: np.random.Generator, tile: Tile, green: float, cloudy: bool) -> dict[str, np.ndarray]:
    """Bands of a landscape with vegetation ``green`` (0-1), some of it under cloud, a corner outside the swath."""
    height, width = tile.height, tile.width
    cover = np.clip(green + 0.25 * _smooth(rng, height, width, 30.0), 0.0, 1.0)
    level = dict(zip(S2_BANDS, (0.03, 0.06, 0.04, 0.09, 0.25, 0.30, 0.32, 0.34, 0.18, 0.09), strict=True))
    soil = dict(zip(S2_BANDS, (0.07, 0.10, 0.13, 0.16, 0.18, 0.20, 0.22, 0.24, 0.32, 0.28), strict=True))
    cloud = (_smooth(rng, height, width, 45.0) > 1.1) & cloudy
    rows, cols = np.mgrid[:height, :width]
    outside = rows + cols < min(height, width) // 8
    bands: dict[str, np.ndarray] = {}
    for name in (*TEN, *TWENTY):
        values = cover * level[name] + (1 - cover) * soil[name] + rng.normal(0, 0.004, cover.shape)
        values = np.where(cloud, 0.5 + 0.02 * rng.normal(size=cover.shape), values)
        stored = np.where(outside, 0, np.clip(np.round(values * 1e4), 20, 12_000)).astype(np.int32)
        bands[name] = stored if name in TEN else stored[::2, ::2].copy()
    classes = np.where(cover > 0.5, 4, 5)
    classes = np.where(cloud, 9, np.where(outside, 0, classes)).astype(np.uint8)
    bands["SCL"] = classes[::2, ::2].copy()
    return bands


def _radar(rng: np.random.Generator, tile: Tile) -> dict[str, np.ndarray]:
    """VV and VH in linear power with speckle; a strip outside the swath."""
    base = _smooth(rng, tile.height, tile.width, 30.0)
    bands = {}
    for name, mean_db in (("VV", -10.0), ("VH", -17.0)):
        speckle = rng.gamma(8.0, 1 / 8.0, base.shape)
        power = (10 ** ((mean_db + 1.5 * base) / 10) * speckle).astype(np.float32)
        power[:, : tile.width // 20] = np.nan
        bands[name] = power
    return bands


def _tiles(width_m: float, height_m: float) -> tuple[Tile, Tile]:
    """A western tile in zone 32 and an eastern one in zone 33, on the 60 m raster, that overlap in the middle."""
    tiles = []
    for name, epsg, sign in (("T32UQU", 32632, -1), ("T33UTP", 32633, 1)):
        x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(*CENTRE)
        wide, high = (round(v * 1.1 / 60) * 6 for v in (width_m * 0.75, height_m))
        middle = x + sign * width_m * 0.2
        left, top = (round(v / 60) * 60.0 for v in (middle - wide * 5, y + high * 5))
        tiles.append(Tile(name, epsg, left, top, wide, high))
    return tiles[0], tiles[1]


#: One entry a Sentinel-2 date: day of 2022, baseline, where the offset is said, projection extension, collection.
_DATES: Sequence[tuple[str, str, OffsetWord, bool, str]] = (
    ("2022-04-03", "03.00", "none", True, "sentinel-2-l2a"),
    ("2022-04-18", "04.00", "baseline", True, "sentinel-2-l2a"),
    ("2022-05-08", "05.09", "raster-bands", True, "sentinel-2-c1-l2a"),
    ("2022-05-28", "05.09", "applied", True, "sentinel-2-l2a"),
    ("2022-06-12", "05.10", "baseline", False, "sentinel-2-l2a"),
)


def make_place(seed: int = 1, width_m: float = 1500.0, height_m: float = 1200.0) -> Place:
    """The place of the tests: five S2 dates in two zones, four S1 scenes, one S2 scene listed twice."""
    rng = np.random.default_rng(seed)
    west, east = _tiles(width_m, height_m)
    made: list[Acquisition] = []
    for number, (day, baseline, offset, projected, collection) in enumerate(_DATES):
        for tile, seconds in ((west, 0), (east, 12)):
            time = datetime.fromisoformat(f"{day}T10:10:31+00:00") + timedelta(seconds=seconds)
            values = _optical(rng, tile, 0.2 + 0.15 * number, cloudy=number in (1, 3))
            name = f"S2A_MSIL2A_{time:%Y%m%dT%H%M%S}_R022_{tile.name}"
            cover = 100.0 * float((values["SCL"] == 9).mean())
            made.append(
                Acquisition(
                    f"{name}_N{baseline.replace('.', '')}",
                    "S2",
                    tile,
                    time,
                    values,
                    baseline,
                    offset,
                    projected=projected,
                    collection=collection,
                    cloud_cover=round(cover, 2),
                )
            )
    made.append(_older_version(made[0], rng))
    for day, hour, tile, ascending in (
        ("2022-04-05", 5, west, False), ("2022-04-05", 17, west, True),
        ("2022-05-11", 5, west, False), ("2022-05-11", 17, east, True),
    ):  # fmt: skip
        time = datetime.fromisoformat(f"{day}T{hour:02d}:15:07").replace(tzinfo=timezone.utc)
        name = f"S1A_IW_GRDH_1SDV_{time:%Y%m%dT%H%M%S}_{tile.name}_rtc"
        values = _radar(rng, tile)
        made.append(Acquisition(name, "S1", tile, time, values, ascending=ascending, collection="sentinel-1-rtc"))
    return Place(tuple(made), _area(width_m, height_m), *_relief(rng, width_m))


def _older_version(of: Acquisition, rng: np.random.Generator) -> Acquisition:
    """The same acquisition as an older baseline made it: other numbers, to be told from the newer."""
    values = {name: band if name == "SCL" else np.where(band > 0, band + 700, 0) for name, band in of.values.items()}
    return Acquisition(
        of.id.replace("_N0300", "_N0214"), "S2", of.tile, of.time, values, "02.14",
        collection=of.collection, cloud_cover=of.cloud_cover, superseded=True,
    )  # fmt: skip


def _area(width_m: float, height_m: float) -> Polygon:
    """A rectangle in UTM 32 around the middle, as a polygon in EPSG:4326."""
    x, y = Transformer.from_crs(4326, 32632, always_xy=True).transform(*CENTRE)
    outline = box(x - width_m / 2, y - height_m / 2, x + width_m / 2, y + height_m / 2)
    return transform(Transformer.from_crs(32632, 4326, always_xy=True).transform, outline)


def _relief(rng: np.random.Generator, width_m: float) -> tuple[np.ndarray, tuple[float, float]]:
    """Heights around 450 m on pixels of 0.001 degrees, larger than the place."""
    half = width_m / 100_000 + 0.02
    pixels = round(2 * half / 0.001)
    heights = 450 + 60 * _smooth(rng, pixels, pixels, 12.0)
    return heights.astype(np.float32), (round(CENTRE[0] - half, 3), round(CENTRE[1] + half, 3))

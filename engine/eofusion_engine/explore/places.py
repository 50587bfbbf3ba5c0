"""Points and polygons of a user as pixels of a run's grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pyproj import Transformer
from rasterio import Affine
from rasterio.features import rasterize
from shapely import force_2d
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from ..errors import RequestError
from ..events import Listener
from ..inference.tiles import Tile
from ..products.grid import RasterGrid
from .runs import TILE_PIXELS, FinishedRun

_HINT = "Give GeoJSON in EPSG:4326 (longitude and latitude); QGIS saves any layer as one."
_TYPES = ("Point", "MultiPoint", "Polygon", "MultiPolygon")


class PlaceError(RequestError):
    """The points or polygons cannot be used."""

    code = "places"


@dataclass(frozen=True)
class Pixels:
    """Rows and columns (N,) on a grid."""

    rows: np.ndarray
    cols: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def thinned(self, most: int, generator: np.random.Generator) -> Pixels:
        """At most ``most`` of them, by chance, in their order."""
        if len(self) <= most:
            return self
        kept = np.sort(generator.permutation(len(self))[:most])
        return Pixels(self.rows[kept], self.cols[kept])


@dataclass(frozen=True)
class Place:
    """A point or polygon in EPSG:4326 with the properties of its feature."""

    geometry: BaseGeometry
    properties: dict[str, Any] = field(default_factory=dict)

    def pixels(self, grid: RasterGrid) -> Pixels:
        """The pixels under points, and those whose centre a polygon holds (at least one); none off the grid."""
        to_grid = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True).transform
        there = transform(to_grid, self.geometry)
        if there.geom_type.endswith("Point"):
            points = there.geoms if there.geom_type == "MultiPoint" else [there]
            found = [at for point in points if (at := grid.pixel(point.x, point.y)) is not None]
            rows, cols = np.array(found, dtype=np.int64).reshape(-1, 2).T
            return Pixels(rows, cols)
        return _inside(there, grid)


def read_places(data: dict[str, Any], what: str = "the places") -> list[Place]:
    """Points and polygons of a GeoJSON geometry, Feature or FeatureCollection. Raises :class:`PlaceError`."""
    features = data.get("features") if data.get("type") == "FeatureCollection" else [data]
    if not isinstance(features, list):
        raise PlaceError(f"{what[0].upper()}{what[1:]} are not GeoJSON.", _HINT)
    found = []
    for number, feature in enumerate(features, 1):
        inner = feature.get("geometry") if isinstance(feature, dict) and feature.get("type") == "Feature" else feature
        try:
            made = force_2d(shape(inner))
        except Exception:  # shapely raises many kinds
            raise PlaceError(f"Feature {number} of {what} is no geometry.", _HINT) from None
        if made.geom_type not in _TYPES or made.is_empty:
            raise PlaceError(f"Feature {number} of {what} is neither a point nor a polygon.", _HINT)
        west, south, east, north = made.bounds
        if not all(map(math.isfinite, made.bounds)) or west < -180 or east > 180 or south < -90 or north > 90:
            raise PlaceError(f"Feature {number} of {what} is not in degrees.", _HINT)
        if not made.is_valid:
            raise PlaceError(f"Feature {number} of {what} crosses itself.", "Mend it: QGIS has 'Fix geometries'.")
        found.append(Place(made, dict(feature.get("properties") or {}) if inner is not feature else {}))
    if not found:
        raise PlaceError(f"There is nothing in {what}.", _HINT)
    return found


def point_feature(grid: RasterGrid, row: int, col: int, properties: dict[str, Any]) -> dict[str, Any]:
    """The centre of a pixel as a GeoJSON feature in EPSG:4326."""
    x, y = grid.transform.c + (col + 0.5) * grid.transform.a, grid.transform.f + (row + 0.5) * grid.transform.e
    lon, lat = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(x, y)
    geometry = {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def feature(grid: RasterGrid, geometry: BaseGeometry, properties: dict[str, Any]) -> dict[str, Any]:
    """A geometry of the grid's CRS as a GeoJSON feature in EPSG:4326."""
    back = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform
    return {"type": "Feature", "geometry": mapping(transform(back, geometry)), "properties": properties}


def sample(
    run: FinishedRun,
    pixels: Pixels,
    read: Callable[[Tile], np.ndarray],
    listener: Listener | None = None,
    text: str = "Reading samples",
    side: int = TILE_PIXELS,
) -> np.ndarray:
    """Values (N, C) of ``read(tile)`` (C, h, w) at pixels, NaN off the grid; each tile that holds one is read once."""
    values: np.ndarray | None = None
    row, col = pixels.rows // side, pixels.cols // side
    for tile in run.tiles(listener, text, side):
        mine = np.flatnonzero((row == tile.row // side) & (col == tile.col // side))
        if not mine.size:
            continue
        array = read(tile)
        if values is None:
            values = np.full((len(pixels), len(array)), np.nan, dtype=np.float32)
        values[mine] = array[:, pixels.rows[mine] - tile.row, pixels.cols[mine] - tile.col].T
    return np.empty((0, 0), np.float32) if values is None else values


def random_pixels(grid: RasterGrid, count: int, seed: int = 0) -> Pixels:
    """At most ``count`` different pixels of the grid, by chance."""
    generator = np.random.default_rng(seed)
    total = grid.width * grid.height
    if total <= count:
        chosen = np.arange(total)
    else:
        chosen = np.unique(generator.integers(0, total, size=int(count * 1.05)))
        chosen = np.sort(generator.permutation(chosen)[:count])
    return Pixels(chosen // grid.width, chosen % grid.width)


def _inside(geometry: BaseGeometry, grid: RasterGrid) -> Pixels:
    step, left, top = grid.transform.a, grid.transform.c, grid.transform.f
    west, south, east, north = geometry.bounds
    col, row = max(0, math.floor((west - left) / step)), max(0, math.floor((top - north) / step))
    end_col = min(grid.width, math.ceil((east - left) / step))
    end_row = min(grid.height, math.ceil((top - south) / step))
    if end_col <= col or end_row <= row:
        return Pixels(np.empty(0, np.int64), np.empty(0, np.int64))
    frame = Affine(step, 0, left + col * step, 0, -step, top - row * step)
    inside = rasterize([(geometry, 1)], (end_row - row, end_col - col), transform=frame, dtype="uint8")
    rows, cols = np.nonzero(inside)
    if not rows.size:  # smaller than a pixel: the one that it lies in
        point = geometry.representative_point()
        at = grid.pixel(point.x, point.y)
        return Pixels(*(np.array([v] if at else [], np.int64) for v in (at or (0, 0))))
    return Pixels(rows + row, cols + col)


def all_pixels(places: Sequence[Place], grid: RasterGrid, what: str = "the places") -> list[Pixels]:
    """The pixels of each place. Raises :class:`PlaceError` where none of them lies in the run's area."""
    found = [place.pixels(grid) for place in places]
    if not any(len(pixels) for pixels in found):
        raise PlaceError(
            f"None of {what} lies in the run's area.", "Choose places inside it, and give them in longitude, latitude."
        )
    return found

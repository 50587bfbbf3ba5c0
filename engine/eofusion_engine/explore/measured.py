"""A user's measurements: points of a CSV or GeoJSON file, or a raster, as values with a place and perhaps a date."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from ..errors import RequestError
from ..inference.tiles import Tile
from ..products.grid import RasterGrid
from .arguments import read_json_file
from .places import Pixels, Place, PlaceError, read_places

_LON, _LAT = ("lon", "longitude", "x", "long"), ("lat", "latitude", "y")
_MOST = 200_000
_CSV_HINT = (
    "A CSV file needs the columns lon, lat and the value's, in degrees; a column 'date' as YYYY-MM-DD is optional."
)


@dataclass(frozen=True)
class Points:
    """``pixels`` (N) of a grid with ``values`` (N,), ``days`` (N) or None each, and ``classes`` (N) or ''."""

    pixels: Pixels
    values: np.ndarray
    days: list[date | None]
    classes: list[str]
    outside: int


def read_points(
    path: Path, grid: RasterGrid, value: str, date_field: str | None = None, class_field: str | None = None
) -> Points:
    """Measurements of a CSV or GeoJSON file that lie on the grid; of a polygon its middle counts.

    Raises:
        PlaceError: no such file or field, nothing inside the run's area, a date that is none.
    """
    places = _from_csv(path) if path.suffix.lower() in (".csv", ".txt") else _from_geojson(path)
    if len(places) > _MOST:
        raise PlaceError(f"{path.name} has more than {_MOST:,} measurements.", "Give fewer.")
    known = {key for place in places for key in place.properties}
    for name in (value, date_field, class_field):
        if name is not None and name not in known:
            raise PlaceError(f"{path.name} has no field {name!r}.", f"It has: {', '.join(sorted(known)) or 'none'}.")
    rows, cols, values, days, classes, outside = [], [], [], [], [], 0
    to_grid = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True).transform
    for place in places:
        number = _number(place.properties.get(value))
        if number is None:
            continue
        middle = place.geometry.representative_point()
        at = grid.pixel(*to_grid(middle.x, middle.y))
        if at is None:
            outside += 1
            continue
        rows.append(at[0])
        cols.append(at[1])
        values.append(number)
        days.append(_day(place.properties.get(date_field), path.name) if date_field else None)
        classes.append(str(place.properties.get(class_field) or "") if class_field else "")
    if not values:
        raise PlaceError(f"No measurement of {path.name} lies in the run's area.", "Give data of this area.")
    return Points(Pixels(np.array(rows), np.array(cols)), np.array(values), days, classes, outside)


@dataclass
class Measured:
    """A band of any raster, brought to the 10 m grid; ``cell_m`` is about its own pixel's side."""

    path: Path
    band: int
    grid: RasterGrid

    def __enter__(self) -> Measured:
        try:
            self._file = rasterio.open(self.path)
        except RasterioError:
            raise RequestError(f"{self.path} is no raster that can be read.", "Give a GeoTIFF.") from None
        if self._file.crs is None or not 1 <= self.band <= self._file.count:
            self._file.close()
            raise RequestError(
                f"{self.path.name} has no band {self.band} with a coordinate system.", "Give another band or raster."
            )
        frame = {"crs": self.grid.crs, "transform": self.grid.transform, "width": self.grid.width}
        west, south, east, north = self._file.bounds
        middle = Transformer.from_crs(self._file.crs, self.grid.crs, always_xy=True)
        x0, y0 = middle.transform((west + east) / 2, (south + north) / 2)
        x1, y1 = middle.transform((west + east) / 2 + self._file.res[0], (south + north) / 2)
        self.cell_m = math.hypot(x1 - x0, y1 - y0)
        how = Resampling.average if self.cell_m < 10 else Resampling.nearest
        scale, offset = self._file.scales[self.band - 1], self._file.offsets[self.band - 1]
        self._scale, self._offset = (scale or 1.0), offset
        self._warped = WarpedVRT(self._file, **frame, height=self.grid.height, resampling=how)
        return self

    def __exit__(self, *_: object) -> None:
        self._warped.close()
        self._file.close()

    def read(self, tile: Tile) -> tuple[np.ndarray, np.ndarray]:
        """Values (h, w) with NaN where there are none, and the number (h, w) of the raster's own pixel under each."""
        window = Window(tile.col, tile.row, tile.width, tile.height)
        found = self._warped.read(self.band, window=window, masked=True).astype(np.float64)
        values = np.where(np.ma.getmaskarray(found), np.nan, found.filled(0) * self._scale + self._offset)
        rows, cols = np.mgrid[tile.row : tile.row + tile.height, tile.col : tile.col + tile.width]
        x = self.grid.transform.c + (cols + 0.5) * self.grid.transform.a
        y = self.grid.transform.f + (rows + 0.5) * self.grid.transform.e
        back = Transformer.from_crs(self.grid.crs, self._file.crs, always_xy=True).transform
        east, south = back(x, y)
        inverse = ~self._file.transform
        column = inverse.a * east + inverse.b * south + inverse.c
        row = inverse.d * east + inverse.e * south + inverse.f
        inside = (column >= 0) & (row >= 0) & (column < self._file.width) & (row < self._file.height)
        cell = np.floor(np.where(inside, row, 0)).astype(np.int64) * self._file.width
        cell += np.floor(np.where(inside, column, 0)).astype(np.int64)
        return np.where(inside, values, np.nan), np.where(inside, cell, -1)


def _from_csv(path: Path) -> list[Place]:
    from shapely.geometry import Point

    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise PlaceError(f"{path} is no CSV file that can be read.", _CSV_HINT) from None
    names = {name.strip().lower(): name for name in (rows[0] if rows else {}) if name}
    lon, lat = (next((names[n] for n in options if n in names), None) for options in (_LON, _LAT))
    if lon is None or lat is None:
        raise PlaceError(f"{path.name} has no columns lon and lat.", _CSV_HINT)
    found = []
    for number, row in enumerate(rows, 2):
        x, y = _number(row[lon]), _number(row[lat])
        if x is None or y is None or abs(x) > 180 or abs(y) > 90:
            raise PlaceError(f"Line {number} of {path.name} has no longitude and latitude.", _CSV_HINT)
        found.append(Place(Point(x, y), {k: v for k, v in row.items() if k}))
    return found


def _from_geojson(path: Path) -> list[Place]:
    try:
        data: Any = read_json_file(path)
    except ValueError as error:
        text = str(error)
        raise PlaceError(f"{text[0].upper()}{text[1:]}.", "Give a CSV or GeoJSON file.") from None
    if not isinstance(data, dict):
        raise PlaceError(f"{path.name} is not a GeoJSON file.", "Give a CSV or GeoJSON file.")
    return read_places(data, path.name)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _day(value: Any, name: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value)[:10].replace("/", "-"))
    except ValueError:
        raise PlaceError(f"{name} has a date {value!r} that is none.", "Write dates as YYYY-MM-DD.") from None

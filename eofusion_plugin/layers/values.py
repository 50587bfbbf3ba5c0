"""Values of a run's rasters at pixels and in windows, by GDAL itself, the library behind QGIS' own rasters.

Not through :class:`QgsRasterLayer`: that opens a file in 25 ms and reads every band of it, this in 1 ms and only the
bands that are asked for, on several files at once (GDAL lets Python's other threads go on).
"""

from __future__ import annotations

import math
import struct
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import PluginError
from ..series import Values
from ..texts import tr

#: GDAL's data types (GByte, GInt16, ...): the letter of :mod:`struct`, for one pixel of every band.
_LETTERS = {1: "B", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "d", 14: "b"}


@dataclass(frozen=True)
class Frame:
    """Where a north-up raster's pixels lie."""

    left: float
    top: float
    dx: float
    dy: float
    width: int
    height: int

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """(row, column) of the pixel that holds a point, None outside. A point on an edge is of the pixel to the
        east or south of it, the raster's own last edges excepted: beyond them lies nothing."""
        column, row = math.floor((x - self.left) / self.dx), math.floor((self.top - y) / self.dy)
        return (row, column) if 0 <= row < self.height and 0 <= column < self.width else None

    def box(self, row: int, column: int) -> tuple[float, float, float, float]:
        """(west, south, east, north) of a pixel."""
        west, north = self.left + column * self.dx, self.top - row * self.dy
        return west, north - self.dy, west + self.dx, north


class Raster:
    """One open file. Of several threads one reads at a time."""

    def __init__(self, path: Path) -> None:
        """Raises :class:`PluginError` when GDAL cannot open it, or it is not north-up."""
        self.path = path
        self._lock = threading.Lock()
        with self._speaking():
            self._dataset = _gdal().Open(str(path))
            left, dx, turn_x, top, turn_y, dy = self._dataset.GetGeoTransform()
            if turn_x or turn_y or dx <= 0 or dy >= 0:
                raise RuntimeError("not north-up")
            self.frame = Frame(left, top, dx, -dy, self._dataset.RasterXSize, self._dataset.RasterYSize)
            self.count = self._dataset.RasterCount
            first = self._dataset.GetRasterBand(1)
            # Every product has one scale, offset and nodata for all its bands.
            self.type = first.DataType
            self.scale, self.offset = first.GetScale() or 1.0, first.GetOffset() or 0.0
            self.nodata = first.GetNoDataValue()

    def pixel(self, row: int, column: int, bands: list[int] | None = None) -> Values:
        """Values in units of ``bands`` (from 1; all by default) at a pixel, None for nodata."""
        wanted = bands or list(range(1, self.count + 1))
        data = self._read(row, column, 1, 1, wanted)
        return tuple(self._unit(value) for value in struct.unpack(f"={len(wanted)}{_LETTERS[self.type]}", data))

    def window(self, row: int, column: int, height: int, width: int, bands: list[int] | None = None) -> Any:
        """A numpy array (bands, height, width) float64 in units, NaN for nodata."""
        import numpy as np

        wanted = bands or list(range(1, self.count + 1))
        data = self._read(row, column, height, width, wanted)
        stored = np.frombuffer(data, dtype=np.dtype(_LETTERS[self.type]))
        values = stored.astype(np.float64).reshape(len(wanted), height, width) * self.scale + self.offset
        unknown = ~np.isfinite(values)
        if self.nodata is not None:
            unknown |= stored.reshape(values.shape) == self.nodata
        values[unknown] = np.nan
        return values

    def projection(self) -> str:
        """Its coordinate system as WKT."""
        return str(self._dataset.GetProjection())

    def _read(self, row: int, column: int, height: int, width: int, bands: list[int]) -> bytes:
        with self._speaking(), self._lock:
            data = self._dataset.ReadRaster(column, row, width, height, band_list=bands)
            if data is None:
                raise RuntimeError("not read")
        return bytes(data)

    def _unit(self, stored: float) -> float | None:
        if stored == self.nodata or not math.isfinite(stored):
            return None
        return stored * self.scale + self.offset

    def _speaking(self) -> _Speaking:
        return _Speaking(self.path)


class _Speaking:
    """Turns GDAL's errors into a sentence."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, (RuntimeError, AttributeError)):
            raise PluginError(tr("{file} cannot be read.").format(file=self._path.name), tr("Run again.")) from error


def _gdal() -> Any:
    """GDAL's bindings, that QGIS always brings. Whether they raise is the whole process' choice, so it is left alone:
    without exceptions ``Open`` gives None, which the caller meets as an ``AttributeError``."""
    from osgeo import gdal

    return gdal

"""What every source gives: scenes, their bands, and how a band is read on another grid."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from pyproj import Transformer
from shapely import segmentize
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from ..errors import SourceError
from .resample import Frame, Window, bilinear, nearest, positions
from .store import ReadCache

__all__ = ["CHUNK", "SCL", "BandRef", "Frame", "Scene", "Source", "Unit", "Window", "footprint"]

#: Codes of errors that say nothing of one file: without a network everything would become a gap, so they end the run,
#: whose finished tiles stay.
ENDING = frozenset({"offline"})
#: Name of Sentinel-2's scene classification among a scene's bands.
SCL = "SCL"
#: Bands are read and kept in pieces of about this many pixels a side.
CHUNK = 512

#: What a stored number is after scale and offset: surface reflectance, a class, backscatter as dB,
#: linear power or amplitude (the square root of power), or metres above sea level.
Unit = Literal["reflectance", "class", "dB", "power", "amplitude", "metre"]
Warn = Callable[[str], None]
#: No band reaches it in any unit: infinity, and what programs write where nothing is (1e20, netCDF's 9.97e36).
_NO_MEASUREMENT = 1e6


@dataclass(frozen=True, kw_only=True)
class BandRef(ABC):
    """One band of one scene on disk. ``value = stored * scale + offset``; ``nodata`` is a stored number."""

    unit: Unit
    scale: float = 1.0
    offset: float = 0.0
    nodata: float | None = None

    @property
    @abstractmethod
    def label(self) -> str:
        """The file (and band) as a person knows it, for messages."""

    @abstractmethod
    def frame(self, cache: ReadCache) -> Frame:
        """Where the band's pixels are. Raises :class:`SourceError` naming a file that cannot be read."""

    def chunk_shape(self, cache: ReadCache) -> tuple[int, int]:
        """Rows and columns of the pieces in which the band is read and kept, counted from the raster's own corner."""
        return CHUNK, CHUNK

    @abstractmethod
    def chunk(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        """Stored numbers of the chunk whose first pixel is (row, col), cut off at the raster's edge."""

    def native(self, cache: ReadCache, bounds: tuple[int, int, int, int], warn: Warn | None) -> np.ndarray:
        """Values of source pixels [row0, row1) x [col0, col1), NaN (class: 0) outside and where nothing is.

        A piece that cannot be read is told to ``warn`` and left empty; without ``warn``, or when the service cannot be
        reached at all (:data:`ENDING`), it raises.
        """
        frame = self.frame(cache)
        row0, row1, col0, col1 = bounds
        rows, cols = self.chunk_shape(cache)
        gap, dtype = (0, np.uint8) if self.unit == "class" else (np.nan, np.float32)
        out = np.full((row1 - row0, col1 - col0), gap, dtype)
        top, bottom = max(row0, 0), min(row1, frame.height)
        left, right = max(col0, 0), min(col1, frame.width)
        for row in range(top // rows * rows, max(bottom, top), rows):
            for col in range(left // cols * cols, max(right, left), cols):
                try:
                    stored = self.chunk(cache, row, col)
                except SourceError as error:
                    if warn is None or error.code in ENDING:
                        raise
                    warn(str(error))
                    continue
                r0, r1 = max(top, row), min(bottom, row + rows)
                c0, c1 = max(left, col), min(right, col + cols)
                piece = self._values(stored[r0 - row : r1 - row, c0 - col : c1 - col])
                out[r0 - row0 : r1 - row0, c0 - col0 : c1 - col0] = piece
        return out

    def _values(self, stored: np.ndarray) -> np.ndarray:
        if self.unit == "class":
            return stored.astype(np.uint8)
        values = (stored * self.scale + self.offset).astype(np.float32)
        if stored.dtype.kind == "f":
            values[~(np.abs(values) < _NO_MEASUREMENT)] = np.nan
        if self.nodata is not None and not np.isnan(self.nodata):
            values[stored == self.nodata] = np.nan
        if self.unit in ("power", "amplitude"):
            # No backscatter at all is no measurement; as a number it would darken its neighbours in an average.
            values[values == 0] = np.nan
        return values

    def on_grid(self, target: Frame, window: Window, cache: ReadCache, warn: Warn | None = None) -> np.ndarray:
        """The band on another grid: (h, w) float32 with NaN, or uint8 with 0 for a class.

        Reflectance and elevation are bilinear, classes nearest, backscatter bilinear in linear power and given in dB.
        """
        source = self.frame(cache)
        where = positions(source, target, window, points=self.unit == "class")
        bounds = where.needs()
        if bounds is None or not _touches(bounds, source):
            return self._nothing(window)
        native = self.native(cache, bounds, warn)
        origin = (bounds[0], bounds[2])
        if self.unit == "class":
            return nearest(native, origin, where)
        if self.unit in ("reflectance", "metre"):
            return bilinear(native, origin, where)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            if self.unit == "dB":
                power = np.power(np.float32(10), native / np.float32(10))
            else:
                power = native if self.unit == "power" else native**2
            db = 10 * np.log10(bilinear(power, origin, where))
        return np.where(np.isfinite(db), db, np.nan).astype(np.float32)

    def _nothing(self, window: Window) -> np.ndarray:
        shape = (window.height, window.width)
        return np.zeros(shape, np.uint8) if self.unit == "class" else np.full(shape, np.nan, np.float32)


def _touches(bounds: tuple[int, int, int, int], frame: Frame) -> bool:
    row0, row1, col0, col1 = bounds
    return row0 < frame.height and row1 > 0 and col0 < frame.width and col1 > 0


@dataclass(frozen=True)
class Scene:
    """One acquisition: which sensor, when (UTC), where (bounds in ``crs``), and its bands by name.

    ``ascending`` is None for Sentinel-2. ``cloud_cover`` is in percent, by the scene's metadata; ``baseline``
    is Sentinel-2's processing baseline such as ``"05.09"``; both None where nothing is said.
    """

    id: str
    sensor: Literal["S2", "S1"]
    level: Literal["L2A", "L1C", "GRD", "RTC"]
    time: datetime
    crs: str
    bounds: tuple[float, float, float, float]
    bands: Mapping[str, BandRef]
    ascending: bool | None = None
    cloud_cover: float | None = None
    baseline: str | None = None

    @property
    def date(self) -> date:
        """The day of the acquisition in UTC."""
        return self.time.date()

    def read(
        self, band: str, target: Frame, window: Window, cache: ReadCache | None = None, warn: Warn | None = None
    ) -> np.ndarray:
        """``band`` on ``target``'s pixels: (h, w) float32, NaN where nothing is; SCL as uint8.

        Raises :class:`SourceError` naming the file when it cannot be read; with ``warn``, damaged pieces
        of a file that opens are told there and left empty instead.
        """
        own = cache or ReadCache()
        try:
            return self.bands[band].on_grid(target, window, own, warn)
        finally:
            if cache is None:
                own.close()


class Source(Protocol):
    """Where scenes come from."""

    name: str
    kind: str
    #: Plain sentences about what was left out and why.
    notes: list[str]

    def extent(self) -> BaseGeometry:
        """What all scenes together cover, in EPSG:4326."""

    def scenes(self, area: BaseGeometry, start: date, end: date) -> list[Scene]:
        """The scenes that touch ``area`` (EPSG:4326) from ``start`` to ``end``, both included, oldest first.

        Raises :class:`~eofusion_engine.errors.NoScenesError` when there is none.
        """

    def weather(self, area: BaseGeometry | None = None) -> Path | None:
        """A daily weather file that comes with the scenes, if there is one."""

    def elevation(self, area: BaseGeometry) -> Sequence[BandRef]:
        """Elevation rasters (unit ``metre``) of ``area`` that come with the scenes; empty without."""


def footprint(crs: str, bounds: tuple[float, float, float, float]) -> BaseGeometry:
    """Bounds in ``crs`` as a polygon in EPSG:4326 (edges densified: a straight edge in UTM is curved there)."""
    left, bottom, right, top = bounds
    outline = segmentize(box(left, bottom, right, top), max(right - left, top - bottom) / 16)
    return transform(Transformer.from_crs(crs, 4326, always_xy=True).transform, outline)

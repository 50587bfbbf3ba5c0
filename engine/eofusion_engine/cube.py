"""Scenes to aligned, masked cubes on one 10 m UTM grid, window by window."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from types import TracebackType

import numpy as np
from pyproj import CRS, Transformer
from rasterio import Affine
from rasterio.features import geometry_mask
from shapely import segmentize
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from .bands import S1_BANDS, S2_BANDS, SCL_UNCLEAR
from .errors import RequestError, SourceError
from .sources.base import SCL, Frame, Scene, Window
from .sources.plausible import implausible
from .sources.store import ReadCache

#: Side of a grid pixel in metres.
PIXEL_M = 10.0
#: The grid's corners are multiples of this many metres, so that the 160 m token cells of two overlapping
#: areas are the same cells.
CELL_M = 160.0
#: An area that reaches less than this into the next cell does not claim it: rounded degrees must not add a row.
_SLACK_M = 1.0
#: Backscatter in dB is cut to this range.
S1_RANGE_DB = (-30.0, 5.0)
#: Clouds and their shadows are grown by the margin; what is merely dark or missing is not.
_SCL_GROWN = (3, 8, 9, 10)
#: Shares of clear ground are counted on at most about this many pixels a date.
_COVERAGE_PIXELS = 1_000_000


@dataclass(frozen=True)
class CubeWindow:
    """One window of the cube: everything seen of it, aligned, with what is missing as NaN.

    Shapes: ``s2`` (T2, 10, H, W) surface reflectance, NaN where missing or not clear, bands in
    the order of :data:`bands.S2_BANDS`; ``s2_clear`` (T2, H, W) True where the ground was seen;
    ``s1`` (T1, 2, H, W) backscatter in dB, VV then VH; ``s1_ascending`` (T1,) True for ascending.
    One entry a date (and, for S1, orbit direction): scenes of one date are mosaicked.
    """

    s2: np.ndarray
    s2_clear: np.ndarray
    s2_dates: tuple[date, ...]
    s1: np.ndarray
    s1_dates: tuple[date, ...]
    s1_ascending: np.ndarray


@dataclass(frozen=True)
class Grid:
    """North-up 10 m pixels in one UTM zone: EPSG number, upper left corner in metres, size in pixels."""

    crs: int
    left: float
    top: float
    width: int
    height: int

    @property
    def transform(self) -> Affine:
        """Pixel (column, row) to metres."""
        return Affine(PIXEL_M, 0.0, self.left, 0.0, -PIXEL_M, self.top)

    @property
    def frame(self) -> Frame:
        """The grid as the frame of a raster."""
        return Frame(f"EPSG:{self.crs}", self.transform, self.height, self.width)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) in metres."""
        return self.window_bounds(0, 0, self.height, self.width)

    def window_bounds(self, row: int, col: int, height: int, width: int) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) in metres of a window in pixels."""
        left, top = self.left + col * PIXEL_M, self.top - row * PIXEL_M
        return left, top - height * PIXEL_M, left + width * PIXEL_M, top

    @classmethod
    def for_area(cls, area: BaseGeometry, crs: int | str | None = None) -> Grid:
        """The grid that covers ``area`` (EPSG:4326), snapped outward to multiples of 160 m.

        ``crs`` is the scenes' own (:func:`common_crs`); where it is none or no UTM zone, the zone of the
        area's centre is taken. Raises :class:`RequestError` for an area that no UTM zone can hold.
        """
        if area.is_empty:
            raise RequestError("area: it is empty.", "Draw a polygon with some extent.")
        epsg = _utm_number(crs) or _utm_zone(area)
        west, south, east, north = area.bounds
        step = max(east - west, north - south) / 64
        outline = segmentize(area, step) if step > 0 else area
        outline = transform(Transformer.from_crs(4326, epsg, always_xy=True).transform, outline)
        x0, y0, x1, y1 = outline.bounds
        if not all(map(math.isfinite, (x0, y0, x1, y1))) or x1 - x0 > 1_000_000 or y1 - y0 > 1_000_000:
            raise RequestError("area: it does not fit one UTM zone.", "Split it into smaller areas.")
        left, bottom = (math.floor((v + _SLACK_M) / CELL_M) * CELL_M for v in (x0, y0))
        right, top = (math.ceil((v - _SLACK_M) / CELL_M) * CELL_M for v in (x1, y1))
        right, top = max(right, left + CELL_M), max(top, bottom + CELL_M)
        return cls(epsg, left, top, round((right - left) / PIXEL_M), round((top - bottom) / PIXEL_M))


def common_crs(scenes: Iterable[Scene]) -> str | None:
    """The CRS that most Sentinel-2 scenes have (any scene, where there is no Sentinel-2)."""
    scenes = list(scenes)
    counted = [s.crs for s in scenes if s.sensor == "S2"] or [s.crs for s in scenes]
    return max(sorted(set(counted)), key=counted.count) if counted else None


def _utm_number(crs: int | str | None) -> int | None:
    if crs is None:
        return None
    number = CRS.from_user_input(crs).to_epsg()
    return number if number and (32601 <= number <= 32660 or 32701 <= number <= 32760) else None


def _utm_zone(area: BaseGeometry) -> int:
    centre = area.centroid
    zone = min(int((centre.x + 180) // 6) + 1, 60)
    return (32600 if centre.y >= 0 else 32700) + zone


class CubeReader:
    """Reads windows of the cube that ``scenes`` make on ``grid``.

    ``cloud_margin_m``: clouds and shadows are grown by this many metres. What cannot be read is told
    to ``warn`` once, in a plain sentence with the file's name, and is a gap. Safe to use from several threads.
    The value of a pixel does not depend on the window it is read in.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        grid: Grid,
        cloud_margin_m: float = 20.0,
        warn: Callable[[str], None] = lambda message: None,
        cache_bytes: int = 256 << 20,
    ) -> None:
        self.grid = grid
        self._margin = round(cloud_margin_m / PIXEL_M)
        self._cache = ReadCache(cache_bytes)
        self._tell, self._told, self._lock = warn, set[str](), threading.Lock()
        ordered = sorted(scenes, key=lambda s: (s.date, s.time, s.id))
        optical = (s for s in ordered if s.sensor == "S2")
        self._s2 = {day: list(group) for day, group in groupby(optical, lambda s: s.date)}
        radar = sorted((s for s in ordered if s.sensor == "S1"), key=_radar_key)
        self._s1 = {key: list(group) for key, group in groupby(radar, _radar_key)}

    @property
    def s2_dates(self) -> tuple[date, ...]:
        """Every Sentinel-2 date, oldest first, clear or not."""
        return tuple(self._s2)

    @property
    def s1_keys(self) -> tuple[tuple[date, bool], ...]:
        """Every Sentinel-1 date with its direction (True: ascending), oldest first."""
        return tuple(self._s1)

    def read(self, row: int, col: int, height: int, width: int) -> CubeWindow:
        """The window of ``height`` x ``width`` pixels at (``row``, ``col``) of the grid.

        It may reach outside the grid: what the scenes show there is read, the rest is NaN.
        """
        window = Window(row, col, height, width)
        s2 = np.full((len(self._s2), len(S2_BANDS), height, width), np.nan, np.float32)
        clear = np.zeros((len(self._s2), height, width), bool)
        for index, scenes in enumerate(self._s2.values()):
            self._optical(scenes, window, s2[index], clear[index])
        s1 = np.full((len(self._s1), len(S1_BANDS), height, width), np.nan, np.float32)
        for index, scenes in enumerate(self._s1.values()):
            self._radar(scenes, window, s1[index])
        ascending = np.array([rising for _, rising in self._s1], bool)
        return CubeWindow(s2, clear, self.s2_dates, s1, tuple(day for day, _ in self._s1), ascending)

    def coverage(self, area: BaseGeometry | None = None) -> dict[date, float]:
        """Share (0-1) of ``area`` (EPSG:4326; None: the whole grid) whose ground was seen, per Sentinel-2 date.

        Counted from the cloud masks alone, on every n-th pixel of a large grid: an estimate for planning.
        """
        step = max(1, math.ceil(math.sqrt(self.grid.width * self.grid.height / _COVERAGE_PIXELS)))
        window = Window(0, 0, max(1, self.grid.height // step), max(1, self.grid.width // step), step)
        inside = np.ones((window.height, window.width), bool)
        if area is not None:
            there = transform(Transformer.from_crs(4326, self.grid.crs, always_xy=True).transform, area)
            pixels = Affine(PIXEL_M * step, 0.0, self.grid.left, 0.0, -PIXEL_M * step, self.grid.top)
            inside = geometry_mask([there], (window.height, window.width), pixels, all_touched=False, invert=True)
            if not inside.any():
                inside = geometry_mask([there], (window.height, window.width), pixels, all_touched=True, invert=True)
        count = max(int(inside.sum()), 1)
        shares = {}
        for day, scenes in self._s2.items():
            seen = np.zeros_like(inside)
            for scene in self._usable(scenes):
                seen |= self._clear(scene, window)
            shares[day] = float((seen & inside).sum() / count)
        return shares

    def clear_fraction(self, day: date, area: BaseGeometry | None = None) -> float:
        """:meth:`coverage` of one date; 0 on a date without a scene."""
        return self.coverage(area).get(day, 0.0)

    def close(self) -> None:
        """Close the files."""
        self._cache.close()

    def __enter__(self) -> CubeReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _warn(self, message: str) -> None:
        with self._lock:
            if message in self._told:
                return
            self._told.add(message)
        self._tell(message)

    def _usable(self, scenes: list[Scene]) -> list[Scene]:
        """Scenes without those whose numbers cannot be what their sidecar says (told once)."""
        usable = []
        for scene in scenes:
            complaint = self._cache.fact(("plausible", scene.id, scene.time), partial(implausible, scene, self._cache))
            if complaint:
                self._warn(complaint)
            else:
                usable.append(scene)
        return usable

    def _optical(self, scenes: list[Scene], window: Window, out: np.ndarray, clear: np.ndarray) -> None:
        """Fill ``out`` (10, H, W) and ``clear`` (H, W): of several scenes the first that saw a pixel gives it whole."""
        for scene in self._usable(scenes):
            wanted = self._clear(scene, window) & ~clear
            if not wanted.any():
                continue
            values = np.full_like(out, np.nan)
            for index, name in enumerate(S2_BANDS):
                if name in scene.bands:
                    values[index] = self._band(scene, name, window)
            wanted &= np.isfinite(values).any(axis=0)
            out[:, wanted] = values[:, wanted]
            clear |= wanted

    def _radar(self, scenes: list[Scene], window: Window, out: np.ndarray) -> None:
        """Fill ``out`` (2, H, W) in dB: of several scenes the first that has a value gives it."""
        for scene in self._usable(scenes):
            for index, name in enumerate(S1_BANDS):
                if name in scene.bands:
                    values = np.clip(self._band(scene, name, window), *S1_RANGE_DB)
                    out[index] = np.where(np.isnan(out[index]), values, out[index])

    def _band(self, scene: Scene, name: str, window: Window) -> np.ndarray:
        try:
            return scene.read(name, self.grid.frame, window, self._cache, self._warn)
        except SourceError as error:
            self._warn(str(error))
            return np.full((window.height, window.width), np.nan, np.float32)

    def _clear(self, scene: Scene, window: Window) -> np.ndarray:
        """(H, W) True where the scene saw the ground: neither cloud nor shadow, nor within the margin of one.

        Without a classification every pixel with a value counts; with one that cannot be read, none.
        """
        if SCL not in scene.bands:
            band = next(name for name in S2_BANDS if name in scene.bands)
            return np.isfinite(self._band(scene, band, window))
        margin = math.ceil(self._margin / window.step)
        around = window.height + 2 * margin, window.width + 2 * margin
        wide = Window(window.row - margin * window.step, window.col - margin * window.step, *around, window.step)
        try:
            classes = scene.read(SCL, self.grid.frame, wide, self._cache, self._warn)
        except SourceError as error:
            self._warn(f"The cloud mask of {scene.id} is missing, so the scene is left out. {error.message}")
            return np.zeros((window.height, window.width), bool)
        unclear = np.isin(classes, SCL_UNCLEAR)
        if margin:
            unclear |= grow(np.isin(classes, _SCL_GROWN), margin)
            unclear = unclear[margin:-margin, margin:-margin]
        return ~unclear


def _radar_key(scene: Scene) -> tuple[date, bool]:
    return scene.date, bool(scene.ascending)


def grow(mask: np.ndarray, radius: int) -> np.ndarray:
    """``mask`` (H, W) with every True grown to a disc of ``radius`` pixels (cost: 2 radius + 1 passes)."""
    height, width = mask.shape
    padded = np.zeros((height + 2 * radius, width + 2 * radius + 1), np.int32)
    padded[radius : radius + height, radius + 1 : radius + 1 + width] = mask
    sums = padded.cumsum(axis=1, dtype=np.int32)
    out = np.zeros_like(mask)
    for dy in range(-radius, radius + 1):
        half = math.isqrt(radius * radius - dy * dy)
        rows = slice(radius + dy, radius + dy + height)
        upper = sums[rows, radius + half + 1 : radius + half + 1 + width]
        out |= (upper - sums[rows, radius - half : radius - half + width]) > 0
    return out

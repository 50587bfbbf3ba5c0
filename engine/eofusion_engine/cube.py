"""Scenes to aligned, masked cubes on one 10 m UTM grid, window by window."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby, zip_longest
from types import TracebackType
from typing import TypeVar

import numpy as np
from pyproj import Transformer
from rasterio import Affine
from rasterio.features import geometry_mask
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from .bands import S1_BANDS, S2_BANDS, SCL_UNCLEAR
from .cloud_test import CLOUD_TEST_BANDS, cloudy, snowy
from .errors import SourceError
from .gdal_memory import bound_gdal_cache
from .grid import PIXEL_M, Grid, common_crs
from .masks import Mask, classified, grow, widen
from .sources.base import ENDING, SCL, Scene, Window
from .sources.plausible import implausible, mixed_up
from .sources.sample import cache_folder
from .sources.spill import Spill
from .sources.store import ReadCache

__all__ = ["S1_RANGE_DB", "CubeReader", "CubeWindow", "Grid", "common_crs", "grow"]

#: Backscatter in dB is cut to this range.
S1_RANGE_DB = (-30.0, 5.0)
#: Shares of clear ground are counted on at most about this many pixels a date.
_COVERAGE_PIXELS = 1_000_000
#: They are counted in blocks of at most so many pixels of the grid, and with the cloud test of so many values a band.
_BLOCK_PIXELS, _BLOCK_VALUES = 4_000_000, 4_000_000

T = TypeVar("T")


@dataclass(frozen=True)
class CubeWindow:
    """One window of the cube: everything seen of it, aligned, with what is missing as NaN.

    Shapes: ``s2`` (T2, 10, H, W) surface reflectance, NaN where missing or not clear, bands in
    the order of :data:`bands.S2_BANDS`; ``s2_clear`` (T2, H, W) True where the ground was seen, ``s2_snow``
    (T2, H, W) where it was seen under snow; ``s1`` (T1, 2, H, W) backscatter in dB, VV then VH;
    ``s1_ascending`` (T1,) True for ascending; ``s1_levels`` (T1,) ``RTC`` or ``GRD``.
    One entry a date (and, for S1, orbit direction): scenes of one date are mosaicked.
    """

    s2: np.ndarray
    s2_clear: np.ndarray
    s2_snow: np.ndarray
    s2_dates: tuple[date, ...]
    s1: np.ndarray
    s1_dates: tuple[date, ...]
    s1_ascending: np.ndarray
    s1_levels: tuple[str, ...]


class CubeReader:
    """Reads windows of the cube that ``scenes`` make on ``grid``.

    ``cloud_margin_m``: clouds and shadows are grown by this many metres. ``scl_drop``: the SCL classes that are no
    view of the ground. ``cloud_test``: also drop what the reflectance shows to be cloud or haze
    (:mod:`.cloud_test`). ``readers``: threads that read dates and bands at the same time; one for local files, many
    for a service, whose answers take their time. What cannot be read is told to ``warn`` once, in a plain sentence
    with the file's name, and is a gap. Safe to use from several threads.

    The value of a pixel does not depend on the window it is read in. ``notes`` are plain sentences about how the
    scenes were put together.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        grid: Grid,
        cloud_margin_m: float = 20.0,
        warn: Callable[[str], None] = lambda message: None,
        cache_bytes: int = 128 << 20,
        *,
        scl_drop: Collection[int] = SCL_UNCLEAR,
        cloud_test: bool = False,
        readers: int = 1,
    ) -> None:
        bound_gdal_cache()
        self.grid = grid
        self._margin = round(cloud_margin_m / PIXEL_M)
        self._drop, self._cloud_test = tuple(scl_drop), cloud_test
        self._cache = ReadCache(cache_bytes, spill=Spill(cache_folder()))
        self._tell, self._told, self._lock = warn, set[str](), threading.Lock()
        self._pool = ThreadPoolExecutor(readers, thread_name_prefix="read") if readers > 1 else None
        ordered = sorted(scenes, key=lambda s: (s.date, s.time, s.id))
        optical = [s for s in ordered if s.sensor == "S2"]
        self._s2 = {day: list(group) for day, group in groupby(optical, lambda s: s.date)}
        self._s1, self.notes = _radar_groups([s for s in ordered if s.sensor == "S1"])
        blind = sum(not {"B02", "B04"} <= set(scene.bands) for scene in optical)
        if cloud_test and blind:
            self.notes += (f"The second cloud test cannot judge {blind} scenes: it needs the blue and red bands.",)

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
        s2, mask = self._optical(window, S2_BANDS)
        s1 = self._radar(window)
        ascending = np.array([rising for _, rising in self._s1], bool)
        levels = tuple(str(group[0].level) for group in self._s1.values())
        return CubeWindow(s2, *mask, self.s2_dates, s1, tuple(day for day, _ in self._s1), ascending, levels)

    def coverage(self, area: BaseGeometry | None = None) -> dict[date, float]:
        """Share (0-1) of ``area`` (EPSG:4326; None: the whole grid) whose ground was seen, per Sentinel-2 date.

        Counted on every n-th pixel of a large grid, from the classification alone unless the second cloud test is
        on: an estimate for planning. Memory does not grow with the area.
        """
        grid = self.grid
        step = max(1, math.ceil(math.sqrt(grid.width * grid.height / _COVERAGE_PIXELS)))
        height, width = max(1, grid.height // step), max(1, grid.width // step)
        inside = self._inside(area, height, width, step)
        pixels = _BLOCK_PIXELS // (step * step)
        if self._cloud_test:
            pixels = min(pixels, _BLOCK_VALUES // max(len(self._s2), 1))
        side = max(1, math.isqrt(pixels))
        seen = np.zeros(len(self._s2), np.int64)
        for row in range(0, height, side):
            for col in range(0, width, side):
                part = inside[row : row + side, col : col + side]
                if part.any():
                    window = Window(row * step, col * step, part.shape[0], part.shape[1], step)
                    seen += np.array([int((clear & part).sum()) for clear in self._seen(window)], np.int64)
        count = max(int(inside.sum()), 1)
        return {day: float(number / count) for day, number in zip(self._s2, seen, strict=True)}

    def clear_fraction(self, day: date, area: BaseGeometry | None = None) -> float:
        """:meth:`coverage` of one date; 0 on a date without a scene."""
        return self.coverage(area).get(day, 0.0)

    def close(self) -> None:
        """Close the files."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._cache.close()

    def __enter__(self) -> CubeReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _inside(self, area: BaseGeometry | None, height: int, width: int, step: int) -> np.ndarray:
        """(height, width) True for every ``step``-th pixel whose centre lies in the polygon (any, for a speck)."""
        if area is None:
            return np.ones((height, width), bool)
        there = transform(Transformer.from_crs(4326, self.grid.crs, always_xy=True).transform, area)
        pixels = Affine(PIXEL_M * step, 0.0, self.grid.left, 0.0, -PIXEL_M * step, self.grid.top)
        inside = geometry_mask([there], (height, width), pixels, all_touched=False, invert=True)
        if not inside.any():
            inside = geometry_mask([there], (height, width), pixels, all_touched=True, invert=True)
        return np.asarray(inside)

    def _each(self, work: Callable[[T], object], items: Iterable[T]) -> None:
        """``work`` on every item, in the readers' threads where there are some. Must not be nested."""
        for _ in self._pool.map(work, items) if self._pool is not None else map(work, items):
            pass

    def _warn(self, message: str) -> None:
        with self._lock:
            if message in self._told:
                return
            self._told.add(message)
        self._tell(message)

    def _usable(self, scene: Scene) -> bool:
        """Whether the scene's numbers can be what its description says (told once where not)."""
        complaint = self._cache.fact(("plausible", scene.id, scene.time), partial(implausible, scene, self._cache))
        doubt = self._cache.fact(("order", scene.id, scene.time), partial(mixed_up, scene, self._cache))
        for message in (complaint, doubt):
            if message:
                self._warn(message)
        return not complaint

    def _seen(self, window: Window) -> Iterator[np.ndarray]:
        """(H, W) per date: True where any of its scenes saw the ground."""
        if self._cloud_test:
            yield from self._optical(window, CLOUD_TEST_BANDS)[1].clear
            return
        masks = self._masks(window)
        for scenes in masks:
            shape = (window.height, window.width)
            yield np.logical_or.reduce([mask.clear for _, mask in scenes]) if scenes else np.zeros(shape, bool)

    def _masks(self, window: Window) -> list[list[tuple[Scene, Mask]]]:
        """Per date its usable scenes, each with its mask."""
        found: dict[int, Mask] = {}

        def look(scene: Scene) -> None:
            if self._usable(scene):
                found[id(scene)] = self._mask(scene, window)

        self._each(look, [scene for scenes in self._s2.values() for scene in scenes])
        return [[(s, found[id(s)]) for s in scenes if id(s) in found] for scenes in self._s2.values()]

    def _mask(self, scene: Scene, window: Window) -> Mask:
        """Without a classification every pixel with a value counts as seen; with one that cannot be read, none."""
        nothing = np.zeros((window.height, window.width), bool)
        if SCL not in scene.bands:
            band = next(name for name in S2_BANDS if name in scene.bands)
            return Mask(np.isfinite(self._band(scene, band, window)), nothing)
        try:
            return classified(scene, self.grid.frame, window, self._cache, self._warn, self._margin, self._drop)
        except SourceError as error:
            if error.code in ENDING:
                raise
            self._warn(f"The cloud mask of {scene.id} is missing, so the scene is left out. {error.message}")
            return Mask(nothing, nothing)

    def _optical(self, window: Window, bands: Sequence[str]) -> tuple[np.ndarray, Mask]:
        """Reflectance (T, 10, H, W) of ``bands`` (the others NaN) and the mask (T, H, W) of the mosaics.

        The cloud test looks at mosaics: of two scenes of a day, which are minutes apart, the second does not stand in
        for what it finds in the first.
        """
        halo = math.ceil(self._margin / window.step) if self._cloud_test else 0
        s2, mask = self._mosaics(widen(window, halo), bands)
        if self._cloud_test:
            found = cloudy(s2, self.s2_dates, mask.clear) & mask.clear & ~mask.snow
            for index, cloud in enumerate(found):
                hidden = grow(cloud, halo)
                s2[index, :, hidden] = np.nan
                mask.clear[index, hidden] = mask.snow[index, hidden] = False
        inner = (..., slice(halo, halo + window.height), slice(halo, halo + window.width))
        return s2[inner], Mask(mask.clear[inner], mask.snow[inner])

    def _mosaics(self, window: Window, bands: Sequence[str]) -> tuple[np.ndarray, Mask]:
        """Of several scenes of a date the first that saw a pixel gives it whole."""
        shape = (window.height, window.width)
        s2 = np.full((len(self._s2), len(S2_BANDS), *shape), np.nan, np.float32)
        clear, snow, unclassified = (np.zeros((len(self._s2), *shape), bool) for _ in range(3))

        def fill(job: tuple[int, Scene, str, np.ndarray]) -> None:
            index, scene, name, wanted = job
            np.copyto(s2[index, S2_BANDS.index(name)], self._band(scene, name, window), where=wanted)

        # First every date's first scene, then every second one: so all reading of a turn can happen at once.
        for turn in zip_longest(*self._masks(window)):
            wanted = [(i, *entry, entry[1].clear & ~clear[i]) for i, entry in enumerate(turn) if entry is not None]
            wanted = [entry for entry in wanted if entry[-1].any()]
            self._each(fill, [(i, s, name, pixels) for i, s, _, pixels in wanted for name in bands if name in s.bands])
            for index, scene, mask, pixels in wanted:
                got = pixels & np.isfinite(s2[index]).any(axis=0)
                clear[index] |= got
                if SCL in scene.bands:
                    snow[index] |= got & mask.snow
                else:
                    unclassified[index] |= got
        for index in np.flatnonzero(unclassified.any(axis=(1, 2))):
            snow[index] |= unclassified[index] & snowy(s2[index])
        return s2, Mask(clear, snow)

    def _radar(self, window: Window) -> np.ndarray:
        """Backscatter (T, 2, H, W) in dB: of several scenes of a key the first that has a value gives it."""
        s1 = np.full((len(self._s1), len(S1_BANDS), window.height, window.width), np.nan, np.float32)

        def fill(job: tuple[int, Scene, str]) -> None:
            index, scene, name = job
            out = s1[index, S1_BANDS.index(name)]
            values = np.clip(self._band(scene, name, window), *S1_RANGE_DB)
            np.copyto(out, values, where=np.isnan(out))

        self._each(self._usable, [scene for scenes in self._s1.values() for scene in scenes])
        for turn in zip_longest(*self._s1.values()):
            scenes = [(i, s) for i, s in enumerate(turn) if s is not None and self._usable(s)]
            self._each(fill, [(i, scene, n) for i, scene in scenes for n in S1_BANDS if n in scene.bands])
        return s1

    def _band(self, scene: Scene, name: str, window: Window) -> np.ndarray:
        try:
            return scene.read(name, self.grid.frame, window, self._cache, self._warn)
        except SourceError as error:
            if error.code in ENDING:
                raise
            self._warn(str(error))
            return np.full((window.height, window.width), np.nan, np.float32)


def _radar_groups(scenes: Sequence[Scene]) -> tuple[dict[tuple[date, bool], list[Scene]], tuple[str, ...]]:
    """Scenes by date and direction (True: ascending), and sentences about levels that meet.

    Terrain-flattened backscatter (RTC, gamma nought) and terrain-corrected GRD (sigma nought) of one date are
    never put into one mosaic: RTC is taken.
    """

    def key(scene: Scene) -> tuple[date, bool]:
        return scene.date, bool(scene.ascending)

    groups = {key_: list(group) for key_, group in groupby(sorted(scenes, key=key), key)}
    left_out = 0
    for name, group in groups.items():
        flat = [scene for scene in group if scene.level == "RTC"]
        if flat:
            left_out += len(group) - len(flat)
            groups[name] = flat
    notes = []
    if left_out:
        notes.append(f"Sentinel-1: {left_out} GRD scenes are left out, because RTC scenes show the same passes.")
    levels = [group[0].level for group in groups.values()]
    if len(set(levels)) > 1:
        notes.append(
            f"Sentinel-1: {levels.count('RTC')} passes are RTC (gamma nought) and {levels.count('GRD')} GRD (sigma "
            "nought), which differ on slopes: do not read a change between the two as a change on the ground."
        )
    return groups, tuple(notes)

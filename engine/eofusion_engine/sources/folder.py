"""A folder of scenes: GeoTIFF scenes with sidecars and netCDF cubes, also mixed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from shapely import union_all
from shapely.geometry.base import BaseGeometry

from ..errors import NoScenesError, SourceError
from . import geotiff, netcdf
from .base import BandRef, Scene, footprint
from .options import SourceOptions
from .store import ReadCache

#: A folder is searched this deep and for at most this many files: a slip (a whole disk) must end soon.
_MAX_DEPTH = 8
_MAX_FILES = 200_000
_WEATHER_CSV = "weather.csv"
_ELEVATION = "elevation.tif"
_HINT = "A scene is a folder of GeoTIFFs with a scene.json, or a netCDF cube: see docs/folder-source.md."

_footprint = lru_cache(maxsize=256)(footprint)


class FolderSource:
    """All scenes below one folder (a :class:`~.base.Source`)."""

    def __init__(
        self, folder: Path, name: str | None = None, kind: str = "folder", options: SourceOptions | None = None
    ) -> None:
        """Scan ``folder``. Raises :class:`SourceError` when nothing in it can be read.

        What had to be left out is in ``notes``, one plain sentence each.
        """
        self.folder = folder
        self.name = name or str(folder)
        self.kind = kind
        self.options = options or SourceOptions()
        self.notes: list[str] = []
        sidecars, cubes, self._weather = _find(folder, self.notes.append)
        cache = ReadCache(idle_handles=0)
        try:
            found = [
                *geotiff.scan(sidecars, folder, cache, self.notes.append),
                *netcdf.scan(cubes, self.notes.append),
            ]
        finally:
            cache.close()
        if not found:
            why = f" {self.notes[0]}" if self.notes else ""
            raise SourceError(f"There is nothing that EO Fusion can read in {folder.name or folder}.{why}", _HINT)
        self._scenes = sorted(found, key=lambda scene: (scene.time, scene.id))
        if any(scene.level == "L1C" for scene in found):
            self.notes.append(
                "Some Sentinel-2 scenes are L1C (not corrected for the atmosphere); the model was trained on L2A, "
                "so its results from them are less certain."
            )

    def extent(self) -> BaseGeometry:
        """What all scenes together cover, in EPSG:4326."""
        return union_all([_footprint(*place) for place in sorted({(s.crs, s.bounds) for s in self._scenes})])

    def scenes(self, area: BaseGeometry, start: date, end: date) -> list[Scene]:
        """The scenes that touch ``area`` (EPSG:4326) from ``start`` to ``end``, oldest first."""
        there = [s for s in self._scenes if _footprint(s.crs, s.bounds).intersects(area)]
        if not there:
            west, south, east, north = self.extent().bounds
            raise NoScenesError(
                f"No scene of {self.name} touches the area.",
                f"Its scenes lie from {west:.3f} to {east:.3f} degrees east, {south:.3f} to {north:.3f} north.",
            )
        then = [s for s in there if start <= s.date <= end]
        if not then:
            raise NoScenesError(
                f"{self.name} has no scene of the area from {start} to {end}.",
                f"Its scenes there run from {there[0].date} to {there[-1].date}: choose dates among them.",
            )
        if len({s.level for s in then if s.sensor == "S2"}) > 1:
            raise SourceError(
                f"{self.name} mixes Sentinel-2 levels L1C and L2A in this area and period.",
                "Keep one of them: above and below the atmosphere are not the same measurement.",
                code="mixed-levels",
            )
        return then

    def weather(self, area: BaseGeometry | None = None) -> Path | None:
        """The daily weather file beside the scenes; of several, the one whose folder has scenes of ``area``."""
        if len(self._weather) <= 1 or area is None:
            return self._weather[0] if len(self._weather) == 1 else None
        for path in self._weather:
            if any(_is_below(s, path.parent) and _footprint(s.crs, s.bounds).intersects(area) for s in self._scenes):
                return path
        return None


    def elevation(self, area: BaseGeometry) -> list[BandRef]:
        """``elevation.tif`` in the folder itself, where there is one."""
        path = self.folder / _ELEVATION
        return [geotiff.TiffBand(unit="metre", path=str(path), index=1)] if path.is_file() else []


def _is_below(scene: Scene, folder: Path) -> bool:
    paths = [Path(getattr(band, "path", "")) for band in scene.bands.values()]
    return any(path.is_relative_to(folder.resolve()) or path.is_relative_to(folder) for path in paths)


def _find(folder: Path, warn: Callable[[str], None]) -> tuple[list[Path], list[Path], list[Path]]:
    """Sidecars, cubes and weather files below ``folder``."""
    sidecars: list[Path] = []
    cubes: list[Path] = []
    weather: list[Path] = []
    for path in _walk(folder, warn):
        if path.name == geotiff.SIDECAR:
            sidecars.append(path)
        elif netcdf.is_cube(path):
            cubes.append(path)
        elif netcdf.is_weather(path) or path.name == _WEATHER_CSV:
            weather.append(path)
    return sidecars, cubes, sorted(weather)


def _walk(folder: Path, warn: Callable[[str], None]) -> Iterator[Path]:
    """Files below ``folder``, links to folders not followed."""
    count = 0
    for parent, folders, files in os.walk(folder, onerror=lambda error: warn(f"A folder cannot be opened: {error}.")):
        here = Path(parent)
        if len(here.relative_to(folder).parts) >= _MAX_DEPTH:
            folders.clear()
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        count += len(files)
        if count > _MAX_FILES:
            warn(f"{folder.name} holds more than {_MAX_FILES:,} files; the rest was not looked at.")
            return
        yield from (here / name for name in sorted(files))

"""A folder of scenes in any of the forms that are read, also mixed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from shapely import union_all
from shapely.geometry.base import BaseGeometry

from ..elevation import elevation_band
from ..errors import NoScenesError, SourceError
from ..weather import agera5_geotiff
from . import cubes, geotiff, named, safe
from .base import BandRef, Scene, footprint
from .named import NamedFile, read_name
from .options import SourceOptions
from .pattern import FilePattern
from .store import ReadCache

#: A folder is searched this deep and for at most this many files: a slip (a whole disk) must end soon.
_MAX_DEPTH = 8
_MAX_FILES = 200_000
_WEATHER_CSV = "weather.csv"
_ELEVATION = "elevation.tif"
#: A place of ``eofusion simulate``: its description and its truth.
_SIMULATED, _TRUTH = "place.json", "truth"
_LANDSAT = re.compile(r"L(?:[CE]0\d_L|8_SR_)")
#: Paths like these are of imagery: somebody wonders when nothing is said of them.
_LIKE_IMAGERY = re.compile(
    r"(?:^|[^a-z0-9])(?:s[12][abcl]?_?(?:l[12]|rtc|grd|_)|sentinel|b\d\d|b8a|vv|vh|hls)|20\d\d-?[01]\d-?[0-3]\d", re.I
)
_HINT = "Scenes are SAFE products, GeoTIFFs with a scene.json or a known name, or netCDF cubes: docs/folder-source.md."

_footprint = lru_cache(maxsize=256)(footprint)


class FolderSource:
    """All scenes below one folder (a :class:`~.base.Source`)."""

    def __init__(
        self, folder: Path, name: str | None = None, kind: str = "folder", options: SourceOptions | None = None
    ) -> None:
        """Scan ``folder``, or one file that holds scenes. Raises :class:`SourceError` when nothing in it can be read.

        What had to be left out is in ``notes``, one plain sentence each.
        """
        self.folder = folder
        self.name = name or str(folder)
        self.kind = kind
        self.options = options or SourceOptions()
        self.notes: list[str] = []
        warn = self.notes.append
        pattern = FilePattern(self.options.file_pattern) if self.options.file_pattern else None
        there = _find(folder, pattern, warn)
        self._weather = there.weather
        cache = ReadCache(idle_handles=0)
        try:
            found = [
                *geotiff.scan(there.sidecars, folder, cache, warn),
                *safe.scan(there.safes, cache, warn),
                *named.scan(there.named, cache, warn),
                *cubes.scan(there.cubes, warn),
            ]
        finally:
            cache.close()
        if there.unnamed:
            warn(
                "Rasters whose names tell no date and band in a known form are left out "
                f"({len(there.unnamed)}, such as {there.unnamed[0]}): give a pattern of their names, or a scene.json."
            )
        if there.landsat:
            files = "1 Landsat file is" if there.landsat == 1 else f"{there.landsat} Landsat files are"
            warn(f"{files} left out: EO Fusion reads Landsat in the HLS form only.")
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
        return [elevation_band(path)] if path.is_file() else []


def _is_below(scene: Scene, folder: Path) -> bool:
    paths = [Path(getattr(band, "path", "").removeprefix("/vsizip/{")) for band in scene.bands.values()]
    return any(path.is_relative_to(folder.resolve()) or path.is_relative_to(folder) for path in paths)


@dataclass
class _Found:
    """Files below a folder, by what reads them."""

    sidecars: list[Path] = field(default_factory=list)
    cubes: list[Path] = field(default_factory=list)
    safes: list[Path] = field(default_factory=list)
    named: list[tuple[Path, NamedFile]] = field(default_factory=list)
    weather: list[Path] = field(default_factory=list)
    landsat: int = 0
    unnamed: list[str] = field(default_factory=list)


def _find(folder: Path, pattern: FilePattern | None, warn: Callable[[str], None]) -> _Found:
    """What lies below ``folder``. A GeoTIFF beside or below a sidecar is not told by its name."""
    found = _Found()
    with_sidecar: set[Path] = set()
    loose: list[Path] = []
    for path in _walk(folder, found, warn):
        if path.name == geotiff.SIDECAR:
            found.sidecars.append(path)
            with_sidecar.add(path.parent)
        elif cubes.is_weather(path) or path.name == _WEATHER_CSV:
            found.weather.append(path)
        elif agera5_geotiff.NAME.match(path.name):
            years = path.parent.parent if path.parent.name.isdigit() else path.parent
            if years not in found.weather:
                found.weather.append(years)
        elif path.suffix.lower() in (".tif", ".tiff", ".jp2"):
            loose.append(path)
        elif path.suffix.lower() == ".zip" and safe.is_safe(path):
            found.safes.append(path)
        elif cubes.is_cube(path):
            found.cubes.append(path)
        elif _LANDSAT.match(path.name):
            found.landsat += 1
    for path in loose:
        if not with_sidecar.isdisjoint((path.parent, *path.parent.parents)):
            continue
        if pattern is not None:
            found.named += [(path, said) for said in pattern.files(path, folder)]
        elif (said := read_name(path)) is not None:
            found.named.append((path, said))
        elif _LANDSAT.match(path.name):
            found.landsat += 1
        elif _LIKE_IMAGERY.search(path.relative_to(folder).as_posix()):
            found.unnamed.append(path.relative_to(folder).as_posix())
    if pattern is not None and loose and not found.named:
        warn(f"None of the {len(loose):,} rasters has a name of the form {pattern.name!r} with a date that exists.")
    found.weather.sort()
    return found


def _walk(folder: Path, found: _Found, warn: Callable[[str], None]) -> Iterator[Path]:
    """Files below ``folder``, links to folders not followed; SAFE products and zarr stores are taken as wholes."""
    count = 0
    if folder.is_file():
        yield folder
        return
    if _whole(folder, found):
        return
    for parent, folders, files in os.walk(folder, onerror=lambda error: warn(f"A folder cannot be opened: {error}.")):
        here = Path(parent)
        if len(here.relative_to(folder).parts) >= _MAX_DEPTH:
            folders.clear()
        if _SIMULATED in files and _TRUTH in folders:
            folders.remove(_TRUTH)  # what a simulated place was made from is no observation
        folders[:] = sorted(f for f in folders if not f.startswith(".") and not _whole(here / f, found))
        count += len(files)
        if count > _MAX_FILES:
            warn(f"{folder.name} holds more than {_MAX_FILES:,} files; the rest was not looked at.")
            return
        yield from (here / name for name in sorted(files))


def _whole(folder: Path, found: _Found) -> bool:
    """Whether a folder is one product, which is then noted in ``found``."""
    if folder.suffix == ".zarr" and cubes.is_cube(folder):
        found.cubes.append(folder)
        return True
    if safe.is_safe(folder):
        found.safes.append(folder)
        return True
    return False

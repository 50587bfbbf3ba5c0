"""Cubes as openEO services and xarray write them: netCDF or zarr, dimensions (t, y, x), a variable a band.

Variables are called ``B02`` or ``S2-L2A-B02``, ``VV`` or ``S1-SIGMA0-VV``. Reflectance x 10,000 or from 0 to 1 is told
by its size. Sentinel-1 in whole numbers are amplitudes, dB = 20 log10(DN) - 83, often put into int16 though they reach
65535; in floats it is dB where negative, else linear power.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from rasterio.errors import RasterioError
from rasterio.windows import Window as RasterWindow

from ...bands import S1_BANDS, S2_BANDS
from ...errors import SourceError
from ..base import SCL, BandRef, Frame, Scene, Warn
from ..geotiff import rises_at
from ..store import ReadCache
from .header import BAND, NETCDF_LOCK, TIME_NAMES, Header, Variable, damaged, open_netcdf, open_zarr, read_header

_AMPLITUDE = 10 ** (-83 / 20)
_INT16_FILL = -1  # 65535 put into int16
#: Means over a period, by the file's name.
_COMPOSITE = re.compile(r"pentad|quintad|dekad|monthly|composite|median", re.IGNORECASE)
#: Sentinel-1's direction in names such as S1_ASC_2021.nc.
_ASCENDING = re.compile(r"(?<![a-z])asc(?:ending)?(?![a-z])", re.IGNORECASE)
_DESCENDING = re.compile(r"(?<![a-z])des(?:c|cending)?(?![a-z])", re.IGNORECASE)
#: Reflectance above this is stored x 10,000.
_LARGEST_REFLECTANCE = 3.0


@dataclass(frozen=True, kw_only=True)
class CubeBand(BandRef):
    """One time step of one variable of a netCDF file or zarr store."""

    path: str
    variable: str
    step: int
    #: How many steps are decoded together, and how many the file has.
    together: int
    steps: int
    #: The pieces in which the file is read: rows, columns.
    piece: tuple[int, int]
    place: Frame
    form: Literal["netcdf", "zarr"]

    @property
    def label(self) -> str:
        return f"{Path(self.path).name} ({self.variable})"

    def frame(self, cache: ReadCache) -> Frame:
        return self.place

    def chunk_shape(self, cache: ReadCache) -> tuple[int, int]:
        return self.piece

    def chunk(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        first = self.step // self.together * self.together
        key = (self.path, self.variable, first, row, col)
        block = cache.array(key, lambda: self._read(cache, first, min(first + self.together, self.steps), row, col))
        return block[self.step - first]

    def _read(self, cache: ReadCache, first: int, end: int, row: int, col: int) -> np.ndarray:
        """Stored numbers (steps, rows, columns) of the steps from ``first`` to before ``end``."""
        height, width = min(self.piece[0], self.place.height - row), min(self.piece[1], self.place.width - col)
        try:
            if self.form == "zarr":
                with cache.handle(
                    (self.path, self.variable), lambda: open_zarr(Path(self.path), self.variable)
                ) as file:
                    window = RasterWindow(col, row, width, height)
                    return np.asarray(file.read(list(range(first + 1, end + 1)), window=window))
            with NETCDF_LOCK, open_netcdf(Path(self.path)) as file:
                part = file.variables[self.variable][first:end, row : row + height, col : col + width]
                return np.asarray(part)
        except (RasterioError, OSError, RuntimeError, IndexError, KeyError) as error:
            raise damaged(Path(self.path), f"its band {self.variable} cannot be decoded") from error

    def _values(self, stored: np.ndarray) -> np.ndarray:
        if self.unit == "class":
            return np.where((stored >= 0) & (stored <= 11), stored, 0).astype(np.uint8)
        if self.unit == "amplitude" and stored.dtype == np.int16:
            stored = stored.view(np.uint16)
        return super()._values(stored)


def is_cube(path: Path) -> bool:
    """Whether a netCDF file or a zarr folder has bands of Sentinel-1 or -2; only headers are looked at.

    True of a netCDF file that cannot be opened: :func:`scan` then names it.
    """
    try:
        if path.is_dir():
            return path.suffix == ".zarr" and any(BAND.match(entry.name) for entry in path.iterdir())
        if path.suffix.lower() != ".nc":
            return False
        with NETCDF_LOCK, open_netcdf(path) as file:
            bands = any(BAND.match(name) and v.ndim == 3 for name, v in file.variables.items())
            return bands and any(name in file.variables for name in TIME_NAMES)
    except (OSError, RuntimeError):
        return path.is_file()


def scan(paths: list[Path], warn: Warn) -> list[Scene]:
    """Scenes of cubes, one a time step and sensor; one that cannot be read is told to ``warn`` by name."""
    scenes = []
    for path in sorted(paths):
        try:
            scenes += list(_scenes(path, warn))
        except SourceError as error:
            warn(str(error))
    return scenes


def _scenes(path: Path, warn: Warn) -> Iterator[Scene]:
    header = read_header(path)
    _say_composite(path, header, warn)
    for sensor in ("S2", "S1"):
        wanted = (*S2_BANDS, SCL) if sensor == "S2" else S1_BANDS
        there = {name: about for name, about in header.variables.items() if about.band in wanted}
        if not {about.band for about in there.values()} - {SCL}:
            continue
        level = _level(sensor, path, {about.product.upper() for about in there.values()})
        units = _s2_coding(path, header, there) if sensor == "S2" else _s1_coding(path, header, there)
        ascending = [None] * len(header.times) if sensor == "S2" else _directions(path, header, there, warn)
        for step, time in enumerate(header.times):
            refs: dict[str, BandRef] = {
                about.band: CubeBand(**_pieces(path, header, name), **units[name], step=step)
                for name, about in there.items()
            }
            name = f"{path.stem}_{sensor}_{time:%Y%m%dT%H%M}"
            place = header.frame
            yield Scene(name, cast(Any, sensor), level, time, place.crs, place.bounds, refs, ascending[step])


def _pieces(path: Path, header: Header, name: str) -> dict[str, Any]:
    """The fields of :class:`CubeBand` that a variable's steps share."""
    shared = {"path": str(path), "variable": name, "place": header.frame, "form": header.form}
    return {**shared, "steps": len(header.times), **header.variables[name].reading(path)}


def _say_composite(path: Path, header: Header, warn: Warn) -> None:
    days = np.diff([time.toordinal() for time in header.times])
    if _COMPOSITE.search(path.name) or (len(days) > 2 and days.min() >= 27 and days.max() <= 32):
        warn(f"{path.name} holds composites of several days, not single acquisitions; each stands for its first day.")


def _level(sensor: str, path: Path, products: set[str]) -> Literal["L2A", "L1C", "GRD", "RTC"]:
    """By the variables' names, else by the file's."""
    named = " ".join(products - {""}) or path.name.upper()
    if sensor == "S2":
        return "L1C" if "L1C" in named else "L2A"
    return "RTC" if "RTC" in named or "GAMMA0" in named else "GRD"


def _directions(path: Path, header: Header, there: dict[str, Variable], warn: Warn) -> list[bool]:
    """Whether Sentinel-1 was ascending at each step: by names, else by the hours where the file has any."""
    named = " ".join((path.stem, *(about.product for about in there.values())))
    ascending, descending = _ASCENDING.search(named) is not None, _DESCENDING.search(named) is not None
    if ascending != descending:
        return [ascending] * len(header.times)
    if any((time.hour, time.minute, time.second) != (0, 0, 0) for time in header.times):
        return [rises_at(time, header.frame) for time in header.times]
    warn(f"{path.name} does not say in which direction Sentinel-1 passed: all is taken as descending.")
    return [False] * len(header.times)


def _s2_coding(path: Path, header: Header, there: dict[str, Variable]) -> dict[str, dict[str, Any]]:
    """Unit, scale, offset and nodata of each variable. Floats without a scale are told by their size, once a file."""
    scale = 1e-4
    floats = [n for n, about in there.items() if about.dtype.kind == "f" and about.plain and about.band != SCL]
    for name in floats:
        if (values := _look(path, header, name)).size:
            scale = 1e-4 if float(np.quantile(values, 0.9)) > _LARGEST_REFLECTANCE else 1.0
            break
    codings: dict[str, dict[str, Any]] = {}
    for name, about in there.items():
        if about.band == SCL:
            codings[name] = {"unit": "class"}
        elif not about.plain:
            codings[name] = {"unit": "reflectance", **about.own_coding}
        elif about.dtype.kind == "f":
            codings[name] = {"unit": "reflectance", "scale": scale, "nodata": about.nodata}
        else:
            unsigned = about.nodata is None and about.dtype == np.int16
            fill = float(_INT16_FILL) if unsigned else about.nodata
            codings[name] = {"unit": "reflectance", "scale": 1e-4, "nodata": fill}
    return codings


def _s1_coding(path: Path, header: Header, there: dict[str, Variable]) -> dict[str, dict[str, Any]]:
    """Unit, scale, offset and nodata of each variable."""
    codings: dict[str, dict[str, Any]] = {}
    for name, about in there.items():
        if not about.plain:
            codings[name] = {"unit": "dB", **about.own_coding}
        elif about.dtype.kind in "iu":
            codings[name] = {"unit": "amplitude", "scale": _AMPLITUDE, "nodata": 65535.0}
        else:
            values = _look(path, header, name)
            negative = values.size > 0 and float(np.quantile(values, 0.1)) < 0
            codings[name] = {"unit": "dB" if negative else "power", "nodata": about.nodata}
    return codings


def _look(path: Path, header: Header, name: str) -> np.ndarray:
    """Known values of a variable from a few dates, at its corner and in its middle."""
    found = []
    band = CubeBand(**_pieces(path, header, name), step=0, unit="reflectance")
    rows, cols = band.piece
    middle = header.frame.height // 2 // rows * rows, header.frame.width // 2 // cols * cols
    for row, col in {(0, 0), middle}:
        for step in range(0, len(header.times), max(1, len(header.times) // 4)):
            values = band._read(ReadCache(idle_handles=0), step, step + 1, row, col)
            known = np.isfinite(values) & (values != header.variables[name].nodata)
            found.append(values[known])
    return np.concatenate(found)

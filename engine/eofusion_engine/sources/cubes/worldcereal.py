"""netCDF cubes as the WorldCereal extraction names them: one file per sensor and resolution, all dates inside.

``S2_L2A_10m_<place>_<epsg>_<start>_<end>.nc`` (B02 B03 B04 B08), ``S2_L2A_20m_...`` (the other bands and
SCL), ``S1_GRD-ASCENDING_20m_...`` (VV VH, dB x 10,000), ``AgERA5_DAILY_...`` (weather). 0 is nodata.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
from rasterio import Affine
from rasterio.crs import CRS
from rasterio.errors import CRSError

from ...bands import S1_BANDS, S2_BANDS
from ...errors import SourceError
from ..base import CHUNK, SCL, BandRef, Frame, Scene, Warn
from ..store import ReadCache
from .header import refuse_other_files

_NAME = re.compile(
    r"(?P<product>S2_L2A|S1_GRD-(?P<orbit>ASCENDING|DESCENDING))_(?P<metres>\d+)m_(?P<place>.+)_(?P<epsg>\d{4,5})"
    r"_(?P<start>\d{4}-\d\d-\d\d)_(?P<end>\d{4}-\d\d-\d\d)\.nc$"
)
_WEATHER = re.compile(r"AgERA5_DAILY_.+\.nc$")
_UNITS = re.compile(r"(?P<unit>seconds|minutes|hours|days) since (?P<origin>.+)$")
#: Dates that are decoded together are limited to this many bytes.
_BLOCK_BYTES = 8 << 20


@dataclass(frozen=True, kw_only=True)
class NetcdfBand(BandRef):
    """One date of one variable."""

    path: str
    variable: str
    index: int
    place: Frame

    @property
    def label(self) -> str:
        return f"{Path(self.path).name} ({self.variable})"

    def frame(self, cache: ReadCache) -> Frame:
        return self.place

    def chunk(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        height, width = min(CHUNK, self.place.height - row), min(CHUNK, self.place.width - col)
        count = max(1, _BLOCK_BYTES // (height * width * 4))
        first = self.index // count * count
        key = (self.path, self.variable, first, row, col)
        block = cache.array(key, lambda: self._block(cache, first, count, row, col))
        return block[self.index - first]

    def _block(self, cache: ReadCache, first: int, count: int, row: int, col: int) -> np.ndarray:
        """A stack of dates: these files keep time as the outermost axis, and every date is wanted sooner or later."""
        try:
            with cache.handle(self.path, lambda: _open(Path(self.path))) as file:
                stored = file[self.variable][first : first + count, row : row + CHUNK, col : col + CHUNK]
                return np.ascontiguousarray(stored)
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise _damaged(Path(self.path), f"its band {self.variable} cannot be decoded") from error


def is_cube(path: Path) -> bool:
    """Whether the file's name is that of a Sentinel cube."""
    return _NAME.match(path.name) is not None


def is_weather(path: Path) -> bool:
    """Whether the file's name is that of a daily AgERA5 series."""
    return _WEATHER.match(path.name) is not None


def scan(paths: list[Path], warn: Warn) -> list[Scene]:
    """The scenes of cube files: one a time step, the 10 m and the 20 m file of a place joined by their times.

    A file that cannot be read is told to ``warn`` by name and left out.
    """
    found: dict[tuple[str, str, datetime], list[Scene]] = {}
    for path in sorted(paths):
        try:
            for scene in _read_scenes(path):
                match = _NAME.match(path.name)
                place = f"{path.parent}/{match['place'] if match else ''}"
                found.setdefault((place, scene.sensor + str(scene.ascending), scene.time), []).append(scene)
        except SourceError as error:
            warn(str(error))
    return [_joined(parts) for parts in found.values()]


def _joined(parts: list[Scene]) -> Scene:
    first = parts[0]
    if len(parts) == 1:
        return first
    lefts, bottoms, rights, tops = zip(*(part.bounds for part in parts), strict=True)
    bands = {name: ref for part in reversed(parts) for name, ref in part.bands.items()}
    bounds = (min(lefts), min(bottoms), max(rights), max(tops))
    return Scene(first.id, first.sensor, first.level, first.time, first.crs, bounds, bands, first.ascending)


def _read_scenes(path: Path) -> Iterator[Scene]:
    match = _NAME.match(path.name)
    if match is None:
        raise SourceError(f"{path.name} is not named like a Sentinel cube.", "See docs/folder-source.md.")
    sensor = "S2" if match["product"].startswith("S2") else "S1"
    wanted = (*S2_BANDS, SCL) if sensor == "S2" else S1_BANDS
    try:
        refuse_other_files(path)
        file = _open(path)
    except (OSError, RuntimeError, KeyError) as error:
        raise _damaged(path, "it is damaged or not netCDF-4") from error
    with file:
        try:
            frame = _frame(file, int(match["epsg"]), path)
            times = _times(file, path)
            shape = (len(times), frame.height, frame.width)
            bands = {name: _scaling(file, name, path, shape) for name in wanted if name in file.variables}
        except (KeyError, OSError, RuntimeError, ValueError) as error:
            raise _damaged(path, f"its header is incomplete ({error})") from error
    if not bands:
        raise SourceError(f"{path.name} holds none of the bands {', '.join(wanted)}.", "It is left out.")
    for index, time in enumerate(times):
        refs = {
            name: NetcdfBand(path=str(path), variable=name, index=index, place=frame, **about)
            for name, about in bands.items()
        }
        name = f"{match['product']}_{match['place']}_{time:%Y%m%dT%H%M%S}"
        yield Scene(
            id=name,
            sensor="S2" if sensor == "S2" else "S1",
            level="L2A" if sensor == "S2" else "GRD",
            time=time,
            crs=frame.crs,
            bounds=frame.bounds,
            bands=refs,
            ascending=None if sensor == "S2" else match["orbit"] == "ASCENDING",
        )


def _open(path: Path) -> h5netcdf.File:
    return h5netcdf.File(path, "r", decode_vlen_strings=True)


def _damaged(path: Path, why: str) -> SourceError:
    return SourceError(f"{path.name} cannot be read: {why}.", "Copy or download it again; the run goes on without it.")


def _scaling(file: Any, name: str, path: Path, shape: tuple[int, int, int]) -> dict[str, Any]:
    variable = file.variables[name]
    if tuple(variable.shape) != shape:
        raise _damaged(path, f"band {name} has the shape {tuple(variable.shape)} instead of {shape}")
    if name == SCL:
        return {"unit": "class"}
    attributes = variable.attrs
    return {
        "unit": "reflectance" if name in S2_BANDS else "dB",
        "scale": float(np.ravel(attributes.get("scale_factor", 1.0))[0]),
        "offset": float(np.ravel(attributes.get("add_offset", 0.0))[0]),
        "nodata": float(np.ravel(attributes.get("_FillValue", 0))[0]),
    }


def _frame(file: Any, epsg: int, path: Path) -> Frame:
    """The pixel grid from the coordinates of the pixels' centres, which must be evenly spaced."""
    x, y = (np.asarray(file.variables[name][:], float) for name in ("x", "y"))
    steps = []
    for values in (x, y):
        step = (values[-1] - values[0]) / max(len(values) - 1, 1)
        if len(values) < 2 or not math.isfinite(step) or not np.allclose(np.diff(values), step, atol=1e-3):
            raise _damaged(path, "its x or y coordinates are not evenly spaced")
        steps.append(float(step))
    dx, dy = steps
    transform = Affine(dx, 0.0, float(x[0]) - dx / 2, 0.0, dy, float(y[0]) - dy / 2)
    return Frame(_crs(file, epsg), transform, len(y), len(x))


def _crs(file: Any, epsg: int) -> str:
    """The file's own CRS (CF grid mapping); the EPSG number in its name where it has none."""
    mapping = file.variables.get("spatial_ref")
    text = mapping.attrs.get("crs_wkt") if mapping is not None else None
    if text is None:
        return f"EPSG:{epsg}"
    try:
        number = CRS.from_wkt(text).to_epsg()
    except CRSError:
        number = None
    return f"EPSG:{number}" if number else str(text)


def _times(file: Any, path: Path) -> list[datetime]:
    variable = file.variables["timestamp"]
    match = _UNITS.match(str(variable.attrs.get("units", "")))
    if match is None:
        raise _damaged(path, "its time axis has no unit such as 'seconds since 2019-01-01'")
    origin = datetime.fromisoformat(match["origin"].strip().removesuffix("Z"))
    if origin.tzinfo is None:
        origin = origin.replace(tzinfo=timezone.utc)
    origin = origin.astimezone(timezone.utc)
    return [origin + timedelta(**{match["unit"]: float(value)}) for value in variable[:]]

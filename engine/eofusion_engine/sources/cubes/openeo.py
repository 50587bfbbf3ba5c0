"""Cubes as openEO services and xarray write them: netCDF or zarr, dimensions (t, y, x), a variable a band.

Variables are called ``B02`` or ``S2-L2A-B02``, ``VV`` or ``S1-SIGMA0-VV``. Reflectance x 10,000 or from 0 to 1 is told
by its size. Sentinel-1 in whole numbers are amplitudes, dB = 20 log10(DN) - 83, often put into int16 though they reach
65535; in floats it is dB where negative, else linear power.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal, cast

import netCDF4
import numpy as np
import rasterio
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio import Affine
from rasterio.errors import RasterioError
from rasterio.windows import Window as RasterWindow

from ...bands import S1_BANDS, S2_BANDS
from ...errors import SourceError
from ..base import CHUNK, SCL, BandRef, Frame, Scene, Unit, Warn
from ..store import ReadCache

_BAND = re.compile(r"(?:(?P<of>S[12][-_][A-Z0-9]+)[-_])?(?P<band>B\d\d|B8A|SCL|VV|VH)$", re.IGNORECASE)
_TIME_NAMES = ("t", "time")
_AMPLITUDE = 10 ** (-83 / 20)
_INT16_FILL = -1  # 65535 put into int16
#: Means over a period, by the file's name.
_COMPOSITE = re.compile(r"pentad|quintad|dekad|monthly|composite|median", re.IGNORECASE)
_MAX_STEPS = 20_000
#: Reflectance above this is stored x 10,000.
_LARGEST_REFLECTANCE = 3.0
#: netCDF's library may not be used from two threads at once.
_NETCDF = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class CubeBand(BandRef):
    """One time step of one variable of a netCDF file or zarr store."""

    path: str
    variable: str
    step: int
    place: Frame
    form: Literal["netcdf", "zarr"]

    @property
    def label(self) -> str:
        return f"{Path(self.path).name} ({self.variable})"

    def frame(self, cache: ReadCache) -> Frame:
        return self.place

    def chunk(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        return cache.array((self.path, self.variable, self.step, row, col), lambda: self._read(cache, row, col))

    def _read(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        height, width = min(CHUNK, self.place.height - row), min(CHUNK, self.place.width - col)
        try:
            if self.form == "zarr":
                with cache.handle(
                    (self.path, self.variable), lambda: _open_zarr(Path(self.path), self.variable)
                ) as file:
                    return np.asarray(file.read(self.step + 1, window=RasterWindow(col, row, width, height)))
            with _NETCDF, _open_netcdf(Path(self.path)) as file:
                part = file.variables[self.variable][self.step, row : row + height, col : col + width]
                return np.asarray(part)
        except (RasterioError, OSError, RuntimeError, IndexError, KeyError) as error:
            raise _damaged(Path(self.path), f"its band {self.variable} cannot be decoded") from error

    def _values(self, stored: np.ndarray) -> np.ndarray:
        if self.unit == "class":
            return np.where((stored >= 0) & (stored <= 11), stored, 0).astype(np.uint8)
        if self.unit == "amplitude" and stored.dtype == np.int16:
            stored = stored.view(np.uint16)
        return super()._values(stored)


@dataclass(frozen=True)
class _Header:
    """Where a cube's pixels are, its times, and its variables: name -> (band, of which product, dtype, nodata)."""

    frame: Frame
    times: list[datetime]
    variables: dict[str, tuple[str, str, np.dtype[Any], float | None, float, float]]
    form: Literal["netcdf", "zarr"]


def is_cube(path: Path) -> bool:
    """Whether a netCDF file or a zarr folder has bands of Sentinel-1 or -2; only headers are looked at.

    True of a netCDF file that cannot be opened: :func:`scan` then names it.
    """
    try:
        if path.is_dir():
            return path.suffix == ".zarr" and any(_BAND.match(entry.name) for entry in path.iterdir())
        if path.suffix.lower() != ".nc":
            return False
        with _NETCDF, _open_netcdf(path) as file:
            bands = any(_BAND.match(name) and v.ndim == 3 for name, v in file.variables.items())
            return bands and any(name in file.variables for name in _TIME_NAMES)
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
    header = _zarr_header(path) if path.is_dir() else _netcdf_header(path)
    _say_what_it_is(path, header, warn)
    for sensor in ("S2", "S1"):
        wanted = (*S2_BANDS, SCL) if sensor == "S2" else S1_BANDS
        bands = {}
        level: Literal["L2A", "L1C", "GRD", "RTC"] = "L2A" if sensor == "S2" else "GRD"
        for name, (band, product, dtype, nodata, scale, offset) in header.variables.items():
            if band not in wanted:
                continue
            if "L1C" in (product or path.name).upper():
                level = "L1C"
            if "RTC" in product.upper() or "GAMMA0" in product.upper():
                level = "RTC" if sensor == "S1" else level
            bands[band] = name, _coding(path, header, name, band, dtype, nodata, scale, offset)
        if not set(bands) - {SCL}:
            continue
        for step, time in enumerate(header.times):
            refs: dict[str, BandRef] = {
                band: CubeBand(path=str(path), variable=name, step=step, place=header.frame, form=header.form, **coding)
                for band, (name, coding) in bands.items()
            }
            place = header.frame
            name = f"{path.stem}_{sensor}_{time:%Y%m%dT%H%M}"
            ascending = None if sensor == "S2" else False
            yield Scene(name, cast(Any, sensor), level, time, place.crs, place.bounds, refs, ascending)


def _say_what_it_is(path: Path, header: _Header, warn: Warn) -> None:
    days = np.diff([time.toordinal() for time in header.times])
    if _COMPOSITE.search(path.name) or (len(days) > 2 and days.min() >= 27 and days.max() <= 32):
        warn(f"{path.name} holds composites of several days, not single acquisitions; each stands for its first day.")
    if any(band in S1_BANDS for band, *_ in header.variables.values()):
        warn(f"{path.name} does not say in which direction Sentinel-1 passed: all is taken as descending.")


def _coding(
    path: Path, header: _Header, name: str, band: str, dtype: np.dtype[Any], nodata: float | None, scale: float,
    offset: float,
) -> dict[str, Any]:  # fmt: skip
    """Unit, scale, offset and nodata of a variable."""
    whole = dtype.kind in "iu"
    if band == SCL:
        return {"unit": "class"}
    if (scale, offset) != (1.0, 0.0):
        return {"unit": "reflectance" if band in S2_BANDS else "dB", "scale": scale, "offset": offset, "nodata": nodata}
    if band in S2_BANDS:
        if whole:
            fill = float(_INT16_FILL) if nodata is None and dtype == np.int16 else nodata
            return {"unit": "reflectance", "scale": 1e-4, "nodata": fill}
        tenthousand = _largest(path, header, name) > _LARGEST_REFLECTANCE
        return {"unit": "reflectance", "scale": 1e-4 if tenthousand else 1.0, "nodata": nodata}
    if whole:
        return {"unit": "amplitude", "scale": _AMPLITUDE, "nodata": 65535.0}
    unit: Unit = "dB" if _smallest(path, header, name) < 0 else "power"
    return {"unit": unit, "nodata": nodata}


def _look(path: Path, header: _Header, name: str) -> np.ndarray:
    """Known values of a few dates of a variable."""
    cache = ReadCache(idle_handles=0)
    found = []
    try:
        for step in range(0, len(header.times), max(1, len(header.times) // 4)):
            band = CubeBand(
                path=str(path), variable=name, step=step, place=header.frame, form=header.form, unit="reflectance"
            )
            values = band._read(cache, 0, 0)
            found.append(values[np.isfinite(values)])
    finally:
        cache.close()
    return np.concatenate(found) if found else np.zeros(0)


def _largest(path: Path, header: _Header, name: str) -> float:
    values = _look(path, header, name)
    return float(np.quantile(values, 0.9)) if values.size else 0.0


def _smallest(path: Path, header: _Header, name: str) -> float:
    values = _look(path, header, name)
    return float(np.quantile(values, 0.1)) if values.size else 0.0


def _open_netcdf(path: Path) -> netCDF4.Dataset:
    file = netCDF4.Dataset(path, "r")
    file.set_auto_maskandscale(False)
    return file


def _open_zarr(path: Path, variable: str) -> Any:
    if not re.fullmatch(r"[\w-]+", variable):
        raise OSError(f"{variable!r} is no variable's name")
    with rasterio.Env(GDAL_PAM_ENABLED="NO"):
        return rasterio.open(f'ZARR:"{path}":/{variable}', driver="Zarr")


def _netcdf_header(path: Path) -> _Header:
    try:
        with _NETCDF, _open_netcdf(path) as file:
            x, y = (np.asarray(file.variables[name][:], float) for name in ("x", "y"))
            time = next(file.variables[name] for name in _TIME_NAMES if name in file.variables)
            times = _times(path, np.asarray(time[:]).tolist(), str(getattr(time, "units", "")))
            wkt = next((str(v.getncattr("crs_wkt")) for v in file.variables.values() if "crs_wkt" in v.ncattrs()), "")
            frame = _frame(path, x, y, wkt)
            variables = {}
            for name, variable in file.variables.items():
                match = _BAND.match(name)
                if match is None or variable.ndim != 3:
                    continue
                if variable.shape != (len(times), frame.height, frame.width):
                    raise _damaged(path, f"its band {name} has the shape {variable.shape}")
                fill = getattr(variable, "_FillValue", None)
                coding = (getattr(variable, "scale_factor", 1.0), getattr(variable, "add_offset", 0.0))
                nodata = None if fill is None else float(np.ravel(fill)[0])
                scale, offset = (float(np.ravel(number)[0]) for number in coding)
                about = match["band"].upper(), match["of"] or "", np.dtype(variable.dtype), nodata, scale, offset
                variables[name] = about
    except (OSError, RuntimeError, KeyError, StopIteration, ValueError) as error:
        raise _damaged(path, f"its header is incomplete ({type(error).__name__})") from error
    return _Header(frame, times, variables, "netcdf")


def _zarr_header(path: Path) -> _Header:
    """By GDAL: names from the folder, times from the bands' own dimension values."""
    variables = {}
    frame, times = None, list[datetime]()
    for entry in sorted(path.iterdir()):
        match = _BAND.match(entry.name)
        if match is None or not entry.is_dir():
            continue
        try:
            with _open_zarr(path, entry.name) as file:
                crs, here = file.crs, Frame("", file.transform, file.height, file.width)
                tags = [file.tags(index) for index in file.indexes]
                dtype, nodata = np.dtype(file.dtypes[0]), file.nodata
        except (RasterioError, OSError) as error:
            raise _damaged(path, f"its band {entry.name} cannot be opened") from error
        named = next((n for n in _TIME_NAMES if tags and f"DIM_{n}_VALUE" in tags[0]), None)
        if crs is None or named is None:
            raise _damaged(path, f"its band {entry.name} has no map projection or no time axis")
        number = crs.to_epsg()
        here = Frame(f"EPSG:{number}" if number else crs.to_wkt(), here.transform, here.height, here.width)
        steps = [float(tag[f"DIM_{named}_VALUE"]) for tag in tags]
        found = _times(path, steps, tags[0].get(f"DIM_{named}_UNIT", "") or _zarr_unit(path / named))
        if frame is None:
            frame, times = here, found
        elif here != frame or found != times:
            raise _damaged(path, "its bands lie on different grids")
        variables[entry.name] = match["band"].upper(), match["of"] or "", dtype, nodata, 1.0, 0.0
    if frame is None:
        raise _damaged(path, "it has no bands")
    return _Header(frame, times, variables, "zarr")


def _zarr_unit(path: Path) -> str:
    try:
        return str(json.loads((path / ".zattrs").read_text(encoding="utf-8")).get("units", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _frame(path: Path, x: np.ndarray, y: np.ndarray, wkt: str) -> Frame:
    steps = []
    for values in (x, y):
        step = (values[-1] - values[0]) / max(len(values) - 1, 1)
        if len(values) < 2 or not math.isfinite(step) or not np.allclose(np.diff(values), step, atol=1e-3):
            raise _damaged(path, "its x or y coordinates are not evenly spaced")
        steps.append(float(step))
    dx, dy = steps
    try:
        number = CRS.from_wkt(wkt).to_epsg()
    except CRSError:
        raise _damaged(path, "it does not say its map projection") from None
    transform = Affine(dx, 0.0, float(x[0]) - dx / 2, 0.0, dy, float(y[0]) - dy / 2)
    return Frame(f"EPSG:{number}" if number else wkt, transform, len(y), len(x))


def _times(path: Path, steps: list[float], unit: str) -> list[datetime]:
    match = re.match(r"(seconds|minutes|hours|days) since (.+)$", unit)
    if match is None or not 0 < len(steps) <= _MAX_STEPS:
        raise _damaged(path, f"its time axis is in {unit!r}, not in a unit such as 'days since 1990-01-01'")
    try:
        origin = datetime.fromisoformat(match[2].strip().removesuffix("Z"))
        origin = origin.replace(tzinfo=timezone.utc) if origin.tzinfo is None else origin
        return [origin + timedelta(**{match[1]: float(step)}) for step in steps]
    except (ValueError, OverflowError) as error:
        raise _damaged(path, "its time axis cannot be read") from error


def _damaged(path: Path, why: str) -> SourceError:
    return SourceError(f"{path.name} cannot be read: {why}.", "Copy or download it again; the run goes on without it.")

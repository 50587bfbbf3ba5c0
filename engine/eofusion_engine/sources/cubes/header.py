"""What a cube says of itself: its grid, its times and its variables, of a netCDF file or a zarr store."""

from __future__ import annotations

import json
import math
import re
import threading
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

import h5py
import netCDF4
import numpy as np
import rasterio
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio import Affine
from rasterio.errors import RasterioError

from ...errors import SourceError
from ..base import CHUNK, Frame

BAND = re.compile(r"(?:(?P<of>S[12][-_][A-Z0-9]+)[-_])?(?P<band>B\d\d|B8A|SCL|VV|VH)$", re.IGNORECASE)
TIME_NAMES = ("t", "time")
#: netCDF's library may not be used from two threads at once.
NETCDF_LOCK = threading.Lock()
_MAX_STEPS = 20_000
_MAX_SIDE = 200_000
#: Time steps that the file compresses together are decoded together, up to this many bytes.
_BLOCK_BYTES = 32 << 20
#: A file whose own pieces unpack to more than this is not read.
_MAX_PIECE_BYTES = 512 << 20


@dataclass(frozen=True)
class Variable:
    """A band's variable: ``product`` is what stands before the band in its name, ``chunks`` (t, y, x) of the file."""

    band: str
    product: str
    dtype: np.dtype[Any]
    nodata: float | None
    chunks: tuple[int, int, int]
    scale: float = 1.0
    offset: float = 0.0

    @property
    def plain(self) -> bool:
        """Whether the file gives no scale and offset."""
        return (self.scale, self.offset) == (1.0, 0.0)

    @property
    def own_coding(self) -> dict[str, Any]:
        """Scale, offset and nodata as the file gives them."""
        return {"scale": self.scale, "offset": self.offset, "nodata": self.nodata}

    def reading(self, path: Path) -> dict[str, Any]:
        """Fields of :class:`.openeo.CubeBand`: it is read in whole pieces of the file, about CHUNK a side."""
        if math.prod(self.chunks) * self.dtype.itemsize > _MAX_PIECE_BYTES:
            raise damaged(path, "it is compressed in pieces that are too large")
        rows, cols = (max(1, round(CHUNK / side)) * side if side <= 2 * CHUNK else CHUNK for side in self.chunks[1:])
        together = max(1, min(self.chunks[0], _BLOCK_BYTES // (rows * cols * self.dtype.itemsize)))
        return {"piece": (rows, cols), "together": together}


@dataclass(frozen=True)
class Header:
    """Where a cube's pixels are, its times, and its variables by name."""

    frame: Frame
    times: list[datetime]
    variables: dict[str, Variable]
    form: Literal["netcdf", "zarr"]


def read_header(path: Path) -> Header:
    """The header of a netCDF file or a zarr folder. Raises :class:`SourceError` naming what is wrong with it."""
    return _zarr_header(path) if path.is_dir() else _netcdf_header(path)


def open_netcdf(path: Path) -> netCDF4.Dataset:
    """The file with its stored numbers; only under ``NETCDF_LOCK``."""
    file = netCDF4.Dataset(path, "r")
    file.set_auto_maskandscale(False)
    return file


def open_zarr(path: Path, variable: str) -> Any:
    """One array of a zarr store, a band a time step, by GDAL's Zarr driver and no other."""
    if not re.fullmatch(r"[\w-]+", variable):
        raise OSError(f"{variable!r} is no variable's name")
    with rasterio.Env(GDAL_PAM_ENABLED="NO"):
        return rasterio.open(f'ZARR:"{path}":/{variable}', driver="Zarr")


def refuse_other_files(path: Path) -> None:
    """Raises :class:`SourceError` when an HDF5 file takes its numbers from other files, which it may name at will."""
    if not h5py.is_hdf5(path):
        return
    with h5py.File(path, "r") as file:
        for name in file:
            if isinstance(file.get(name, getlink=True), h5py.ExternalLink):
                raise damaged(path, f"its variable {name} is a link to another file")
            variable = file[name]
            if isinstance(variable, h5py.Dataset) and (variable.external or variable.is_virtual):
                raise damaged(path, f"the numbers of its variable {name} are in another file")


def _netcdf_header(path: Path) -> Header:
    try:
        refuse_other_files(path)
        with NETCDF_LOCK, open_netcdf(path) as file:
            if max(file.variables[name].size for name in ("x", "y")) > _MAX_SIDE:
                raise damaged(path, "it claims more pixels than a cube can have")
            x, y = (np.asarray(file.variables[name][:], float) for name in ("x", "y"))
            time = next(file.variables[name] for name in TIME_NAMES if name in file.variables)
            times = _times(path, np.asarray(time[:]).tolist(), str(getattr(time, "units", "")))
            wkt = _wkt(file)
            frame = _frame(path, x, y, wkt)
            variables = {}
            for name, variable in file.variables.items():
                match = BAND.match(name)
                if match is None or variable.ndim != 3:
                    continue
                _check_order(path, name, variable.dimensions)
                if variable.shape != (len(times), frame.height, frame.width):
                    raise damaged(path, f"its band {name} has the shape {variable.shape}")
                fill = getattr(variable, "_FillValue", None)
                coding = (getattr(variable, "scale_factor", 1.0), getattr(variable, "add_offset", 0.0))
                nodata = None if fill is None else float(np.ravel(fill)[0])
                scale, offset = (float(np.ravel(number)[0]) for number in coding)
                chunks = _chunks(variable.chunking())
                about = Variable(
                    match["band"].upper(), match["of"] or "", np.dtype(variable.dtype), nodata, chunks, scale, offset
                )
                variables[name] = about
    except (OSError, RuntimeError, KeyError, StopIteration, ValueError) as error:
        raise damaged(path, f"its header is incomplete ({type(error).__name__})") from error
    return Header(frame, times, variables, "netcdf")


def _zarr_header(path: Path) -> Header:
    """By GDAL: names from the folder, times from the bands' own dimension values."""
    variables = {}
    frame, times = None, list[datetime]()
    for entry in sorted(path.iterdir()):
        match = BAND.match(entry.name)
        if match is None or not entry.is_dir():
            continue
        try:
            with open_zarr(path, entry.name) as file:
                crs, here = file.crs, Frame("", file.transform, file.height, file.width)
                tags = [file.tags(index) for index in file.indexes]
                dtype, nodata = np.dtype(file.dtypes[0]), file.nodata
                scale, offset = file.scales[0], file.offsets[0]
        except (RasterioError, OSError) as error:
            if (entry / "zarr.json").is_file():
                raise damaged(path, "it is in zarr's version 3; write it anew as version 2") from error
            raise damaged(path, f"its band {entry.name} cannot be opened") from error
        _check_order(path, entry.name, _zarr_json(entry / ".zattrs").get("_ARRAY_DIMENSIONS"))
        if here.transform.is_identity:  # what GDAL gives where x or y is uneven
            raise damaged(path, "its x or y coordinates are not evenly spaced")
        named = next((n for n in TIME_NAMES if tags and f"DIM_{n}_VALUE" in tags[0]), None)
        if crs is None or named is None:
            raise damaged(path, f"its band {entry.name} has no map projection or no time axis")
        number = crs.to_epsg()
        here = Frame(f"EPSG:{number}" if number else crs.to_wkt(), here.transform, here.height, here.width)
        steps = [float(tag[f"DIM_{named}_VALUE"]) for tag in tags]
        found = _times(
            path,
            steps,
            tags[0].get(f"DIM_{named}_UNIT", "") or str(_zarr_json(path / named / ".zattrs").get("units", "")),
        )
        if frame is None:
            frame, times = here, found
        elif here != frame or found != times:
            raise damaged(path, "its bands lie on different grids")
        chunks = _chunks(_zarr_json(path / entry.name / ".zarray").get("chunks"))
        variables[entry.name] = Variable(match["band"].upper(), match["of"] or "", dtype, nodata, chunks, scale, offset)
    if frame is None:
        raise damaged(path, "it has no bands")
    return Header(frame, times, variables, "zarr")


def _wkt(file: netCDF4.Dataset) -> str:
    """The map projection of a variable that tells it, as CF asks or as GDAL wrote it before; empty without."""
    for key in ("crs_wkt", "spatial_ref"):
        for variable in file.variables.values():
            if key in variable.ncattrs():
                return str(variable.getncattr(key))
    return ""


def _check_order(path: Path, name: str, dimensions: Any) -> None:
    """Raises :class:`SourceError` for a band that is not (t, y, x); in a square, no shape would tell."""
    if isinstance(dimensions, list | tuple) and {"x", "y"} <= set(dimensions) and tuple(dimensions[1:]) != ("y", "x"):
        raise damaged(path, f"its band {name} has the dimensions {', '.join(map(str, dimensions))} instead of t, y, x")


def _zarr_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _chunks(told: Any) -> tuple[int, int, int]:
    """The pieces (t, y, x) in which a variable is compressed; one step at a time where it is not."""
    if isinstance(told, list | tuple) and len(told) == 3 and all(isinstance(side, int) and side > 0 for side in told):
        return told[0], told[1], told[2]
    return 1, CHUNK, CHUNK


def _frame(path: Path, x: np.ndarray, y: np.ndarray, wkt: str) -> Frame:
    steps = []
    for values in (x, y):
        step = (values[-1] - values[0]) / max(len(values) - 1, 1)
        if len(values) < 2 or not math.isfinite(step) or not np.allclose(np.diff(values), step, atol=1e-3):
            raise damaged(path, "its x or y coordinates are not evenly spaced")
        steps.append(float(step))
    dx, dy = steps
    try:
        number = CRS.from_wkt(wkt).to_epsg()
    except CRSError:
        raise damaged(path, "it does not say its map projection") from None
    transform = Affine(dx, 0.0, float(x[0]) - dx / 2, 0.0, dy, float(y[0]) - dy / 2)
    return Frame(f"EPSG:{number}" if number else wkt, transform, len(y), len(x))


def _times(path: Path, steps: list[float], unit: str) -> list[datetime]:
    """Times in UTC (a unit's own offset, "+02:00", is taken away by the library)."""
    try:
        if not 0 < len(steps) <= _MAX_STEPS:
            raise ValueError
        found = netCDF4.num2date(steps, unit, only_use_cftime_datetimes=False, only_use_python_datetimes=True)
    except (ValueError, OverflowError):
        raise damaged(path, f"its time axis is in {unit!r}, not in a unit such as 'days since 1990-01-01'") from None
    return [time.replace(tzinfo=timezone.utc) for time in np.ravel(np.asarray(found)).tolist()]


def damaged(path: Path, why: str) -> SourceError:
    """The error of a cube that cannot be read."""
    return SourceError(f"{path.name} cannot be read: {why}.", "Copy or download it again; the run goes on without it.")

"""Which cells of a grid are a place's, and their series."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from .series import Place, WeatherError

#: Empty cells (sea in ERA5-Land) are passed over for a neighbour at most this many cells away.
_REACH = 2
_FAR_KM = 100.0
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Cells:
    """Which cells are read, and how they are weighed: ``rows``, ``cols`` slices, ``km`` their distances (h, w).

    ``weights`` (h, w) for interpolation, else the nearest cell that has data is taken.
    """

    y: str
    x: str
    rows: slice
    cols: slice
    km: np.ndarray
    weights: np.ndarray | None

    @classmethod
    def of(cls, path: Path, file: netCDF4.Dataset, place: Place | None) -> Cells:
        """Raises :class:`WeatherError` where the grid does not cover the place."""
        y, x = (_axis(file, names) for names in (("latitude", "lat", "y"), ("longitude", "lon", "x")))
        if y is None or x is None or place is None:
            names = (y or "", x or "")
            return cls(*names, slice(None), slice(None), np.zeros((1, 1)), None)
        ys, xs = (np.ma.getdata(file.variables[name][:]).astype(float) for name in (y, x))
        crs = _crs(file) if y == "y" else CRS.from_epsg(4326)
        want_x, want_y = Transformer.from_crs(4326, crs, always_xy=True).transform(place.lon, place.lat)
        if crs.is_geographic:
            want_x = float(xs.min() + (want_x - xs.min()) % 360) if xs.max() > 180 or want_x < xs.min() else want_x
        row, col = int(np.abs(ys - want_y).argmin()), int(np.abs(xs - want_x).argmin())
        back = Transformer.from_crs(crs, 4326, always_xy=True)
        rows = slice(max(row - _REACH, 0), row + _REACH + 1)
        cols = slice(max(col - _REACH, 0), col + _REACH + 1)
        grid_x, grid_y = np.meshgrid(xs[cols], ys[rows])
        lon, lat = back.transform(grid_x, grid_y)
        here = np.full(lon.size, place.lon), np.full(lon.size, place.lat)
        km = np.reshape(_GEOD.inv(np.ravel(lon), np.ravel(lat), *here)[2], lon.shape) / 1000
        if km.min() > _FAR_KM:
            raise WeatherError(
                f"The weather file {path.name} does not cover the area: its nearest cell is {km.min():,.0f} km away.",
                "Give a file of this place.",
            )
        weights = _bilinear(grid_x, grid_y, want_x, want_y) if place.method == "interpolate" else None
        return cls(y, x, rows, cols, km, weights)

    def series(self, variable: Any, time: str, steps: int) -> tuple[np.ndarray, float]:
        """The variable (T,) at the place as float64, NaN where missing, and how far its cell is in km.

        ``time`` is the time axis' dimension, ``steps`` its length.
        """
        index = tuple({self.y: self.rows, self.x: self.cols}.get(name, slice(None)) for name in variable.dimensions)
        values = np.ma.filled(np.ma.asarray(variable[index], np.float64), np.nan)
        for nodata in np.atleast_1d(getattr(variable, "nodata", [])):
            values[values == float(nodata)] = np.nan
        order = [time, self.y, self.x]
        here = [name for name in order if name in variable.dimensions]
        others = [name for name in variable.dimensions if name not in order]
        values = values.transpose([variable.dimensions.index(name) for name in (*here, *others)])
        # Other axes are versions of the same hours (ERA5's expver, an ensemble's number): the first that is known.
        values = values.reshape(*values.shape[: len(here)], -1)
        best = np.isfinite(values).argmax(axis=-1)
        values = np.take_along_axis(values, best[..., None], axis=-1)[..., 0]
        values = values.reshape(steps, -1)
        return self._at_place(values)

    def _at_place(self, values: np.ndarray) -> tuple[np.ndarray, float]:
        """(T, cells) to (T,), and how far the cell is in km (0: an average)."""
        known = np.isfinite(values)
        if values.shape[1] == self.km.size and self.km.any():
            if self.weights is not None:
                weight = np.where(known, self.weights.ravel(), 0.0)
                total = weight.sum(axis=1)
                if (total > 0.5).any():
                    mean = (np.where(known, values, 0.0) * weight).sum(axis=1)
                    return np.divide(mean, total, out=np.full(len(total), np.nan), where=total > 0.5), 0.0
            full = np.flatnonzero(known.any(axis=0))
            cells = full if full.size else np.arange(values.shape[1])
            nearest = cells[self.km.ravel()[cells].argmin()]
            return values[:, nearest], float(self.km.ravel()[nearest])
        total = np.where(known, values, 0.0).sum(axis=1)
        return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan), 0.0


def _axis(file: netCDF4.Dataset, names: tuple[str, ...]) -> str | None:
    return next((n for n in names if n in file.variables and file.variables[n].ndim == 1), None)


def _crs(file: netCDF4.Dataset) -> CRS:
    """The CRS of the axes x and y."""
    for variable in file.variables.values():
        if text := getattr(variable, "crs_wkt", None) or getattr(variable, "spatial_ref", None):
            try:
                return CRS.from_wkt(str(text))
            except CRSError:
                continue
    return CRS.from_epsg(4326)


def _bilinear(grid_x: np.ndarray, grid_y: np.ndarray, x: float, y: float) -> np.ndarray:
    """Weights (h, w) of the four cells around (x, y); 0 elsewhere, cells at the grid's edge take the rest."""
    dx = np.abs(np.diff(grid_x[0])).max() if grid_x.shape[1] > 1 else 1.0
    dy = np.abs(np.diff(grid_y[:, 0])).max() if grid_y.shape[0] > 1 else 1.0
    near_x = np.clip(1 - np.abs(grid_x - x) / dx, 0, None)
    near_y = np.clip(1 - np.abs(grid_y - y) / dy, 0, None)
    weights = near_x * near_y
    return np.asarray(weights / weights.sum() if weights.sum() > 0 else weights)

"""The cube once more, by other means: items through pystac-client, pixels through odc-stac, resampling by xarray."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import odc.stac
import pystac_client
import xarray
from eofusion_engine.bands import S1_BANDS, S2_BANDS
from eofusion_engine.cube import Grid
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from scipy.ndimage import binary_dilation

from .place import TEN, Acquisition, Place
from .writers import COLOURS

#: Sen2Cor's classes that are no view of the ground, and those that are grown by the margin.
_UNCLEAR, _GROWN = (0, 1, 2, 3, 8, 9, 10), (3, 8, 9, 10)
_MARGIN_PX = 2


def load_native(url: str, place: Place) -> dict[str, dict[str, xarray.DataArray]]:
    """Stored numbers of every current acquisition by band, each on its tile's own pixels, as odc-stac reads them."""
    odc.stac.configure_rio(cloud_defaults=True)  # else GDAL asks for sidecar files that are not there
    client = pystac_client.Client.open(url)
    wanted = {a.id: a for a in place.current()}
    search = client.search(collections=sorted({a.collection for a in wanted.values()}), bbox=place.area.bounds)
    found: dict[str, dict[str, xarray.DataArray]] = {}
    for item in search.items():
        if item.id not in wanted:
            continue
        a = wanted[item.id]
        found[a.id] = {}
        for metres in (10.0, 20.0):
            bands = [band for band in a.values if metres == (10.0 if a.sensor == "S1" or band in TEN else 20.0)]
            if not bands:
                continue
            box = GeoBox(a.values[bands[0]].shape, a.tile.transform(metres), f"EPSG:{a.tile.epsg}")
            cube = odc.stac.load([item], [_asset(a, band) for band in bands], geobox=box, resampling="nearest")
            found[a.id] |= {band: cube[_asset(a, band)].isel(time=0, drop=True) for band in bands}
    return found


def _asset(a: Acquisition, band: str) -> str:
    if a.sensor == "S1":
        return band.lower()
    return COLOURS[band] if a.collection == "sentinel-2-c1-l2a" else band


def cube(place: Place, native: dict[str, dict[str, xarray.DataArray]], grid: Grid) -> dict[str, Any]:
    """``s2`` (T, 10, H, W), ``s2_dates``, ``s1`` (T, 2, H, W) in dB, ``s1_keys`` on ``grid``, NaN where nothing is."""
    s2: dict[date, np.ndarray] = {}
    shape = (grid.height, grid.width)
    for a in place.current("S2"):
        clear = _clear(native[a.id]["SCL"], a, grid)
        bands = []
        for name in S2_BANDS:
            stored = native[a.id][name].astype(np.float64)
            # Stored 0 is nothing; the truth, not the item, says how much was added.
            values = stored.where(stored > 0) - a.stored_offset
            bands.append(_linear(values * 1e-4, a, grid))
        values = np.where(clear, np.stack(bands), np.nan)
        out = s2.setdefault(a.time.date(), np.full((10, *shape), np.nan))
        free = ~np.isfinite(out).any(axis=0)
        out[:, free] = values[:, free]
    s1: dict[tuple[date, bool], np.ndarray] = {}
    for a in place.current("S1"):
        key = (a.time.date(), bool(a.ascending))
        out = s1.setdefault(key, np.full((2, *shape), np.nan))
        for index, name in enumerate(S1_BANDS):
            stored = native[a.id][name].astype(np.float64)
            power = _linear(stored.where(stored > 0), a, grid)
            db = np.clip(10 * np.log10(power), -30.0, 5.0)
            out[index] = np.where(np.isnan(out[index]), db, out[index])
    return {
        "s2": np.stack(list(s2.values())), "s2_dates": tuple(s2),
        "s1": np.stack([s1[key] for key in sorted(s1)]), "s1_keys": tuple(sorted(s1)),
    }  # fmt: skip


def _centres(a: Acquisition, grid: Grid, margin: int = 0) -> tuple[xarray.DataArray, xarray.DataArray]:
    """x and y, in the acquisition's CRS, of the centres of the grid's pixels and ``margin`` more on each side."""
    cols, rows = (np.arange(-margin, n + margin) + 0.5 for n in (grid.width, grid.height))
    x, y = np.meshgrid(grid.left + 10.0 * cols, grid.top - 10.0 * rows)
    if grid.crs != a.tile.epsg:
        x, y = Transformer.from_crs(grid.crs, a.tile.epsg, always_xy=True).transform(x, y)
    return xarray.DataArray(x, dims=("row", "col")), xarray.DataArray(y, dims=("row", "col"))


def _linear(values: xarray.DataArray, a: Acquisition, grid: Grid) -> np.ndarray:
    """Bilinear over what is known; NaN where less than half of the weight is."""
    x, y = _centres(a, grid)
    padded = values.pad(x=2, y=2)
    for axis in ("x", "y"):
        step = float(values[axis][1] - values[axis][0])
        first = float(values[axis][0])
        padded = padded.assign_coords({axis: first + step * np.arange(-2, values.sizes[axis] + 2)})
    known = padded.notnull().astype(np.float64)
    total = padded.fillna(0.0).interp(x=x, y=y, kwargs={"fill_value": 0.0}).values
    weight = known.interp(x=x, y=y, kwargs={"fill_value": 0.0}).values
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight >= 0.5 - 1e-6, total / weight, np.nan)


def _clear(classes: xarray.DataArray, a: Acquisition, grid: Grid) -> np.ndarray:
    """(H, W) True where the scene shows the ground, two pixels of 10 m away from cloud and shadow."""
    x, y = _centres(a, grid, _MARGIN_PX)
    half = abs(float(classes.x[1] - classes.x[0])) / 2
    inside = (x > classes.x.min() - half) & (x < classes.x.max() + half)
    inside &= (y > classes.y.min() - half) & (y < classes.y.max() + half)
    here = np.where(inside.values, classes.sel(x=x, y=y, method="nearest").values, 0)
    rows, cols = np.ogrid[-_MARGIN_PX : _MARGIN_PX + 1, -_MARGIN_PX : _MARGIN_PX + 1]
    grown = binary_dilation(np.isin(here, _GROWN), structure=rows**2 + cols**2 <= _MARGIN_PX**2)
    unclear = np.isin(here, _UNCLEAR) | grown
    return ~unclear[_MARGIN_PX:-_MARGIN_PX, _MARGIN_PX:-_MARGIN_PX]

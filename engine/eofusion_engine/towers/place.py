"""What a run says at a tower: its pixel, a circle around it or a polygon, date by date."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.errors import RasterioError
from rasterio.windows import Window
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from ..bands import S2_BANDS, SIX_BAND_INDEX
from ..errors import OutputError
from ..inspect_point import OutsideError
from ..products.cover import Cover, cover
from ..runfolder import RunFolder

#: A footprint counts with at least this share of it inside the run's area.
_LEAST_INSIDE = 0.9
_STATISTICS = ("p10", "p50", "p90")


@dataclass(frozen=True)
class RunSeries:
    """A run at a tower: ``days`` (N,), GPP ``p10``, ``p50``, ``p90`` (N,) in g C m-2 d-1, ``six`` (N, 6) reflectance
    (NaN where the run made none), all means over the footprint; ``total`` (3,) the period's sum in g C m-2, NaN
    without. ``pixels`` and ``hectares`` are of the footprint.
    """

    run: Path
    days: tuple[date, ...]
    p10: np.ndarray
    p50: np.ndarray
    p90: np.ndarray
    six: np.ndarray
    total: np.ndarray
    start: date
    end: date
    pixels: int
    hectares: float
    drivers: dict[str, str]


def series_at_tower(
    run_folder: Path | str,
    lat: float,
    lon: float,
    radius_m: float | None = None,
    footprint: BaseGeometry | None = None,
) -> RunSeries:
    """Means over the tower's footprint: ``footprint`` (a polygon in EPSG:4326), a circle, or the pixel under it.

    Raises:
        OutsideError: the tower, or more than a tenth of its footprint, is outside the run's area.
        OutputError: no run folder, no GPP in it, or a raster that cannot be read.
    """
    run = RunFolder.open(run_folder)
    if not any(product["kind"] == "gpp" for product in run.products):
        raise OutputError("This run made no GPP.", "Run again with GPP chosen.")
    part = _cover(run, lat, lon, radius_m, footprint)
    by_day: dict[date, dict[str, float]] = {}
    for product in run.products:
        if product["kind"] == "gpp":
            for day, layer in zip(product["dates"], _read(run.path / product["path"], part), strict=True):
                by_day.setdefault(date.fromisoformat(day), {})[product["statistic"]] = part.mean(layer)
    days = tuple(sorted(by_day))
    six = np.full((len(days), 6), np.nan)
    total = np.full(3, np.nan)
    for product in run.products:
        if product["kind"] == "reflectance" and date.fromisoformat(product["dates"][0]) in by_day:
            layers = _read(run.path / product["path"], part)[: len(S2_BANDS)]
            row = days.index(date.fromisoformat(product["dates"][0]))
            six[row] = [part.mean(layers[band]) for band in SIX_BAND_INDEX]
        if product["kind"] == "gpp_sum":
            total = np.array([part.mean(layer) for layer in _read(run.path / product["path"], part)])
    start, end = (date.fromisoformat(text) for text in run.info["period"])
    p10, p50, p90 = (np.array([by_day[day].get(name, math.nan) for day in days]) for name in _STATISTICS)
    return RunSeries(
        run=run.path,
        days=days,
        p10=p10,
        p50=p50,
        p90=p90,
        six=six,
        total=total,
        start=start,
        end=end,
        pixels=int((part.share > 0).sum()),
        hectares=float(part.share.sum()) * run.grid.transform.a**2 / 1e4,
        drivers=dict(run.info["drivers"]),
    )


def _cover(run: RunFolder, lat: float, lon: float, radius_m: float | None, footprint: BaseGeometry | None) -> Cover:
    grid = run.grid
    to_grid = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True).transform
    x, y = to_grid(lon, lat)
    pixel = grid.pixel(x, y) if math.isfinite(x) and math.isfinite(y) else None
    if footprint is None and pixel is None:
        raise OutsideError(
            f"The tower at {lat:.5f}, {lon:.5f} lies outside the area of this run.",
            "Give its position with --lat and --lon, or make a run around it.",
        )
    if footprint is None and not radius_m:
        assert pixel is not None  # nosec B101 - for the type checker
        return Cover(Window(pixel[1], pixel[0], 1, 1), np.ones((1, 1)))
    shape = Point(x, y).buffer(radius_m, quad_segs=32) if footprint is None else transform(to_grid, footprint)
    part = cover(shape, grid)
    inside = 0.0 if part is None else part.share.sum() * grid.transform.a**2 / shape.area
    if part is None or inside < _LEAST_INSIDE:
        raise OutsideError(
            f"Only {inside:.0%} of the tower's footprint lies in the area of this run.",
            "Take a smaller footprint, or make a run around the tower.",
        )
    return part


def _read(path: Path, part: Cover) -> np.ndarray:
    try:
        with rasterio.open(path) as dataset:
            stored = dataset.read(window=part.window).astype(float)
            scale, offset = (np.array(v)[:, None, None] for v in (dataset.scales, dataset.offsets))
            return np.where(stored == dataset.nodata, np.nan, stored * scale + offset)
    except RasterioError as error:
        raise OutputError(f"The product {path.name} cannot be read ({error}).", "Run it again.") from None

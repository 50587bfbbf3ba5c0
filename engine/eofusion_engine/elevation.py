"""Heights of the run's token cells, from the best elevation there is, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio import Affine
from rasterio.errors import RasterioError
from shapely.geometry.base import BaseGeometry

from .errors import RequestError, SourceError
from .grid import CELL_M, Grid
from .sources.base import BandRef, Frame, Source, Window
from .sources.geotiff import TiffBand
from .sources.store import ReadCache

#: A cell's height is the mean of this many points a side, 40 m apart.
POINTS = 4
#: No land is lower or higher (m): beyond are numbers that mean "nothing" without saying so.
HEIGHT_RANGE_M = (-500.0, 9000.0)
#: Cells that are read together: bounds memory where the raster is much finer than the cells.
_CELLS_AT_ONCE = 16


@dataclass(frozen=True)
class Relief:
    """Heights of the 160 m token cells.

    ``heights`` (h, w) float32 in metres above sea level, NaN where not known: there the temperature model takes its
    climatology's coarse relief. ``words`` say where they come from.
    """

    heights: np.ndarray
    words: str

    @property
    def known(self) -> float:
        """Share (0-1) of the cells whose height is known."""
        return float(np.isfinite(self.heights).mean())


def read_relief(
    raster: Path | None, source: Source, area: BaseGeometry, grid: Grid, warn: Callable[[str], None]
) -> Relief:
    """The heights of ``grid``'s cells: from the user's ``raster``, else from what comes with the source, else none.

    A cell's height does not depend on the grid it is part of. What a source's elevation cannot give is told to
    ``warn`` and left unknown. Raises :class:`RequestError` where the user's raster cannot be read or has no height
    in ``area`` (EPSG:4326).
    """
    if raster is not None:
        try:
            heights = cell_heights([elevation_band(raster)], grid, None)
        except SourceError as error:
            raise _unusable(raster) from error
        if not np.isfinite(heights).any():
            raise _unusable(raster)
        return _described(heights, f"the raster {raster.name}")
    try:
        bands = source.elevation(area)
        heights = cell_heights(bands, grid, warn)
    except SourceError as error:
        warn(f"The elevation that comes with the source is not used. {error.message}")
        bands, heights = (), _unknown(grid)
    if bands and np.isfinite(heights).any():
        return _described(heights, f"the elevation of {source.name}")
    return Relief(heights, "a coarse relief of places where people live (none of the area's own was found)")


def elevation_band(path: Path) -> TiffBand:
    """The first band of a GeoTIFF of heights in metres, with the file's own nodata, scale and offset.

    Raises :class:`SourceError` naming a file that cannot be opened.
    """
    try:
        with rasterio.open(path, driver="GTiff") as file:
            nodata, scale, offset = file.nodata, file.scales[0], file.offsets[0]
    except (RasterioError, OSError):
        raise SourceError(f"{path.name} is not a GeoTIFF that can be read.", "Give heights as a GeoTIFF.") from None
    return TiffBand(unit="metre", scale=scale, offset=offset, nodata=nodata, path=str(path), index=1)


def cell_heights(bands: Sequence[BandRef], grid: Grid, warn: Callable[[str], None] | None) -> np.ndarray:
    """(h, w) float32: each cell's mean height in metres over ``POINTS`` x ``POINTS`` points, NaN where none is known.

    Of several rasters the first that knows a point gives it. With ``warn`` a raster that cannot be read is told
    there and left out; without it raises :class:`SourceError`.
    """
    told: set[str] = set()

    def once(message: str) -> None:
        if warn is not None and message not in told:
            told.add(message)
            warn(message)

    heights = _unknown(grid)
    metres = CELL_M / POINTS
    rows, cols = heights.shape
    points = Frame(f"EPSG:{grid.crs}", Affine(metres, 0, grid.left, 0, -metres, grid.top), rows * POINTS, cols * POINTS)
    cache = ReadCache(64 << 20)
    try:
        for row in range(0, rows, _CELLS_AT_ONCE):
            for col in range(0, cols, _CELLS_AT_ONCE):
                h, w = min(_CELLS_AT_ONCE, rows - row), min(_CELLS_AT_ONCE, cols - col)
                window = Window(row * POINTS, col * POINTS, h * POINTS, w * POINTS)
                values = _first_known(bands, points, window, cache, None if warn is None else once)
                heights[row : row + h, col : col + w] = _means(values.reshape(h, POINTS, w, POINTS))
    finally:
        cache.close()
    return heights


def _first_known(
    bands: Sequence[BandRef], points: Frame, window: Window, cache: ReadCache, warn: Callable[[str], None] | None
) -> np.ndarray:
    values = np.full((window.height, window.width), np.nan, np.float32)
    for band in bands:
        if np.isfinite(values).all():
            break
        try:
            found = band.on_grid(points, window, cache, warn)
        except SourceError as error:
            if warn is None:
                raise
            warn(str(error))
            continue
        with np.errstate(invalid="ignore"):
            sane = (found >= HEIGHT_RANGE_M[0]) & (found <= HEIGHT_RANGE_M[1])
        np.copyto(values, found, where=np.isnan(values) & sane)
    return values


def _means(blocks: np.ndarray) -> np.ndarray:
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0).sum(axis=(1, 3), dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, total / count, np.nan).astype(np.float32)


def _unknown(grid: Grid) -> np.ndarray:
    return np.full((round(grid.height * 10 / CELL_M), round(grid.width * 10 / CELL_M)), np.nan, np.float32)


def _described(heights: np.ndarray, words: str) -> Relief:
    relief = Relief(heights, words)
    if relief.known < 1:
        words += f" where it reaches ({relief.known:.0%} of the area), elsewhere a coarse relief"
    return Relief(heights, words)


def _unusable(raster: Path) -> RequestError:
    return RequestError(
        f"The elevation raster {raster.name} cannot be read over the area.",
        "Give a GeoTIFF of metres above sea level that covers the area, or none.",
    )

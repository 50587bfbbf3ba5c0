"""From a raster's own pixels to another grid: exact, aware of gaps, and the same in every window.

GDAL's warper approximates the transformation between coordinate systems piecewise per requested
window, so the same pixel could differ by an ulp or more between two tiles. Here every target pixel's
centre is transformed by itself, and a value depends on nothing but its own pixel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from pyproj import Transformer
from rasterio import Affine
from rasterio.transform import array_bounds

#: How each kind of value is brought to the run's grid, in words, for the record of a run.
RESAMPLING: Mapping[str, str] = {
    "reflectance": "bilinear",
    "scene classification": "nearest",
    "backscatter": "bilinear in linear power",
    "elevation": "bilinear, then the mean of each 160 m cell",
    "finer than the grid": "mean of bilinear points, up to 16 x 16 in a pixel",
}
#: A target pixel is known where at least this share of the interpolation weight is.
MIN_WEIGHT = 0.5 - 1e-6


@dataclass(frozen=True)
class Frame:
    """Where a raster's pixels are: CRS (``EPSG:n`` or WKT), affine transform, size in pixels."""

    crs: str
    transform: Affine
    height: int
    width: int

    @property
    def pixel_m(self) -> float:
        """Side of a pixel in the CRS' unit (square root of its area)."""
        return math.sqrt(abs(self.transform.determinant))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) in the frame's CRS."""
        left, bottom, right, top = array_bounds(self.height, self.width, self.transform)
        return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


class Window(NamedTuple):
    """``height`` x ``width`` pixels of a grid from ``row``, ``col`` (may be negative), every ``step``-th one."""

    row: int
    col: int
    height: int
    width: int
    step: int = 1


@dataclass(frozen=True)
class Positions:
    """Target pixels in a source raster's pixel coordinates, where a pixel's centre is a whole number.

    ``rows`` (h*k,) and ``cols`` (w*k,) when ``separable``, else both (h*k, w*k); ``k`` points per
    target pixel side when the source is finer than the target.
    """

    rows: np.ndarray
    cols: np.ndarray
    separable: bool
    k: int

    def needs(self) -> tuple[int, int, int, int] | None:
        """(row0, row1, col0, col1) of the source pixels that interpolation touches; None where there are none.

        A position on a pixel's centre needs that pixel alone: a window that ends with a block reads no further block.
        """
        if not (np.isfinite(self.rows).any() and np.isfinite(self.cols).any()):
            return None
        return (
            math.floor(np.nanmin(self.rows)),
            math.ceil(np.nanmax(self.rows)) + 1,
            math.floor(np.nanmin(self.cols)),
            math.ceil(np.nanmax(self.cols)) + 1,
        )


@lru_cache(maxsize=16)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


@lru_cache(maxsize=24)
def positions(source: Frame, target: Frame, window: Window, points: bool = False) -> Positions:
    """Where the target's pixels lie in ``source``; with ``points`` only their centres, however fine the source is."""
    same = source.crs == target.crs
    coarser = target.pixel_m * window.step / source.pixel_m if same else 1.0
    k = 1 if points or coarser < 1.5 or window.step > 1 else min(math.ceil(coarser - 1e-9), 16)
    rows = _sub_pixels(window.row, window.height, window.step, k)
    cols = _sub_pixels(window.col, window.width, window.step, k)
    to_source = ~source.transform
    straight = all(t.b == 0 and t.d == 0 for t in (source.transform, target.transform))
    if same and straight:
        xs = target.transform.c + cols * target.transform.a
        ys = target.transform.f + rows * target.transform.e
        return Positions(_snap(ys * to_source.e + to_source.f), _snap(xs * to_source.a + to_source.c), True, k)
    grid_cols, grid_rows = np.meshgrid(cols, rows)
    t = target.transform
    xs = t.c + grid_cols * t.a + grid_rows * t.b
    ys = t.f + grid_cols * t.d + grid_rows * t.e
    if not same:
        xs, ys = _transformer(target.crs, source.crs).transform(xs, ys)
    source_cols = xs * to_source.a + ys * to_source.b + to_source.c
    source_rows = xs * to_source.d + ys * to_source.e + to_source.f
    lost = ~(np.isfinite(source_cols) & np.isfinite(source_rows))
    source_cols[lost] = source_rows[lost] = np.nan
    return Positions(_snap(source_rows), _snap(source_cols), False, k)


def _sub_pixels(start: int, count: int, step: int, k: int) -> np.ndarray:
    """Coordinates, in target pixels from the grid's corner, of ``k`` points in each of ``count`` pixels."""
    pixels = start + step // 2 + step * np.arange(count)
    return (pixels[:, None] + (np.arange(k) + 0.5) / k).ravel()


def _snap(edge_based: np.ndarray) -> np.ndarray:
    """From edge-based to centre-based coordinates, whole numbers freed of rounding noise."""
    centred = edge_based - 0.5
    near = np.round(centred)
    return np.where(np.abs(centred - near) < 1e-6, near, centred)


def bilinear(values: np.ndarray, origin: tuple[int, int], where: Positions) -> np.ndarray:
    """Interpolate ``values`` (float32, NaN = gap; its first pixel is source pixel ``origin``) at ``where``.

    Gaps are left out of the weights; a result is NaN where less than half of the weight is known.
    """
    r0, fr = _split(where.rows, origin[0])
    c0, fc = _split(where.cols, origin[1])
    if where.separable and not fr.any() and not fc.any():
        out = _pick(values, r0, c0).astype(np.float32)
        return _average(out, where.k)
    known = np.isfinite(values)
    if where.separable and known.all() and _exact(fr) and _exact(fc):  # every weight is known, and they sum up to 1
        whole = values.astype(np.float32, copy=False)
        return _average(_lerp_rows(_lerp_cols(whole, c0, fc), r0, fr), where.k)
    filled = np.where(known, values, 0).astype(np.float32)
    weight = known.astype(np.float32)
    if where.separable:
        total = _lerp_rows(_lerp_cols(filled, c0, fc), r0, fr)
        share = _lerp_rows(_lerp_cols(weight, c0, fc), r0, fr)
    else:
        total, share = (_corners(a, r0, fr, c0, fc) for a in (filled, weight))
    with np.errstate(invalid="ignore", divide="ignore"):
        out = np.where(share >= MIN_WEIGHT, total / share, np.nan).astype(np.float32)
    return _average(out, where.k)


def nearest(values: np.ndarray, origin: tuple[int, int], where: Positions, gap: int = 0) -> np.ndarray:
    """The value of the source pixel that holds each target pixel's centre; ``gap`` where there is none."""
    lost = ~np.isfinite(where.rows) | ~np.isfinite(where.cols) if not where.separable else None
    rows = np.floor(np.nan_to_num(where.rows, nan=origin[0]) + 0.5).astype(np.intp) - origin[0]
    cols = np.floor(np.nan_to_num(where.cols, nan=origin[1]) + 0.5).astype(np.intp) - origin[1]
    out = _pick(values, rows, cols) if where.separable else values[rows, cols]
    return out if lost is None else np.where(lost, np.asarray(gap, out.dtype), out)


def _split(coordinate: np.ndarray, origin: int) -> tuple[np.ndarray, np.ndarray]:
    """Index from ``origin`` and fraction; the fraction comes from the raster's own coordinate, not the window's."""
    whole = np.floor(np.nan_to_num(coordinate, nan=origin))
    return whole.astype(np.intp) - origin, (coordinate - whole).astype(np.float32)


def _next(index: np.ndarray, count: int) -> np.ndarray:
    """The following index; beyond the last one, which only a position without a fraction has, the last."""
    return np.minimum(index + 1, count - 1)


def _exact(fraction: np.ndarray) -> bool:
    """Whether the two weights of each fraction sum up to exactly 1, as those of pixels twice as large do."""
    return bool(((1 - fraction) + fraction == 1).all())


def _pick(a: np.ndarray, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """``a[np.ix_(rows, cols)]``, faster."""
    return a.take(rows, axis=0).take(cols, axis=1)


def _lerp_cols(a: np.ndarray, c0: np.ndarray, fc: np.ndarray) -> np.ndarray:
    return a.take(c0, axis=1) * (1 - fc) + a.take(_next(c0, a.shape[1]), axis=1) * fc


def _lerp_rows(a: np.ndarray, r0: np.ndarray, fr: np.ndarray) -> np.ndarray:
    return a.take(r0, axis=0) * (1 - fr)[:, None] + a.take(_next(r0, a.shape[0]), axis=0) * fr[:, None]


def _corners(a: np.ndarray, r0: np.ndarray, fr: np.ndarray, c0: np.ndarray, fc: np.ndarray) -> np.ndarray:
    r1, c1 = _next(r0, a.shape[0]), _next(c0, a.shape[1])
    upper = a[r0, c0] * (1 - fc) + a[r0, c1] * fc
    lower = a[r1, c0] * (1 - fc) + a[r1, c1] * fc
    return upper * (1 - fr) + lower * fr


def _average(values: np.ndarray, k: int) -> np.ndarray:
    """Mean of each ``k`` x ``k`` block, NaN where fewer than half of its points are known."""
    if k == 1:
        return values
    height, width = values.shape[0] // k, values.shape[1] // k
    blocks = values.reshape(height, k, width, k)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0).sum(axis=(1, 3), dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count * 2 >= k * k, total / count, np.nan).astype(np.float32)

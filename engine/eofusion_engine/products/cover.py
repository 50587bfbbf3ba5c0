"""What share of each pixel a polygon covers: the weights of polygon means and sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from rasterio import Affine
from rasterio.features import rasterize
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from .grid import RasterGrid

#: Pixels are cut exactly in blocks of this side, so that a long outline is not cut with every pixel.
_BLOCK = 64


@dataclass(frozen=True)
class Cover:
    """``share`` (h, w) float64 from 0 to 1 of the pixels of ``window``, a part of the grid."""

    window: Window
    share: np.ndarray

    def mean(self, values: np.ndarray) -> float:
        """Mean of ``values`` (h, w), NaN left out, weighted by cover; NaN where nothing is known."""
        known = np.isfinite(values) & (self.share > 0)
        weight = self.share[known]
        return float((values[known] * weight).sum() / weight.sum()) if weight.size else float("nan")

    def known_share(self, values: np.ndarray) -> float:
        """Share of the covered area whose ``values`` (h, w) are known."""
        return float(self.share[np.isfinite(values)].sum() / self.share.sum()) if self.share.sum() > 0 else 0.0


def cover(geometry: BaseGeometry, grid: RasterGrid) -> Cover | None:
    """Exact cover of the grid's pixels by ``geometry``, given in the grid's CRS; None where they do not meet.

    Pixels off the outline are told by rasterising, those on it and beside it by cutting.
    """
    step, left, top = grid.transform.a, grid.transform.c, grid.transform.f
    if geometry.is_empty:
        return None
    west, south, east, north = geometry.bounds
    col, row = max(0, int((west - left) // step)), max(0, int((top - north) // step))
    end_col = min(grid.width, int(np.ceil((east - left) / step)))
    end_row = min(grid.height, int(np.ceil((top - south) / step)))
    if end_col <= col or end_row <= row:
        return None
    shape = (end_row - row, end_col - col)
    frame = Affine(step, 0, left + col * step, 0, -step, top - row * step)
    share = rasterize([(geometry, 1)], shape, transform=frame, dtype="uint8").astype(float)
    outline = rasterize([(geometry.boundary, 1)], shape, transform=frame, all_touched=True, dtype="uint8")
    edge = np.pad(outline, 1)
    near = np.max([edge[r : r + shape[0], c : c + shape[1]] for r in range(3) for c in range(3)], axis=0) > 0
    for block_row in range(0, shape[0], _BLOCK):
        for block_col in range(0, shape[1], _BLOCK):
            part = np.s_[block_row : block_row + _BLOCK, block_col : block_col + _BLOCK]
            rows, cols = np.nonzero(near[part])
            if not rows.size:
                continue
            x = left + (col + block_col + cols) * step
            y = top - (row + block_row + rows) * step
            piece = shapely.clip_by_rect(geometry, x.min(), y.min() - step, x.max() + step, y.max())
            pixels = shapely.box(x, y - step, x + step, y)
            share[part][rows, cols] = shapely.area(shapely.intersection(pixels, piece)) / step**2
    return Cover(Window(col, row, shape[1], shape[0]), share) if share.sum() > 0 else None

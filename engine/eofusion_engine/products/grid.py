"""The grid that a product is written on: a north-up raster frame in one UTM zone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from rasterio import Affine

#: Side of a token cell in 10 m pixels (160 m): temperature lives on this coarser grid.
TOKEN_PIXELS = 16


class GridLike(Protocol):
    """Whatever has a frame: the cube's grid, or a :class:`RasterGrid`."""

    @property
    def crs(self) -> Any: ...
    @property
    def transform(self) -> Any: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


@dataclass(frozen=True)
class RasterGrid:
    """CRS (``EPSG:32632``), the six-number transform (metres), width and height in pixels."""

    crs: str
    transform: Affine
    width: int
    height: int

    @classmethod
    def of(cls, grid: GridLike) -> RasterGrid:
        """The frame of the cube's grid; a bare EPSG number becomes ``EPSG:number``."""
        crs = f"EPSG:{grid.crs}" if isinstance(grid.crs, int) else str(grid.crs)
        return cls(crs, Affine(*tuple(grid.transform)[:6]), int(grid.width), int(grid.height))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RasterGrid:
        """The inverse of :meth:`as_dict`."""
        return cls(data["crs"], Affine(*data["transform"][:6]), int(data["width"]), int(data["height"]))

    def coarsened(self, factor: int = TOKEN_PIXELS) -> RasterGrid:
        """The grid of cells of ``factor`` x ``factor`` pixels, from the same upper left corner."""
        step_x, _, left, _, step_y, top = tuple(self.transform)[:6]
        transform = Affine(step_x * factor, 0.0, left, 0.0, step_y * factor, top)
        return RasterGrid(self.crs, transform, math.ceil(self.width / factor), math.ceil(self.height / factor))

    def as_dict(self) -> dict[str, Any]:
        """The frame as run.json holds it."""
        return {
            "crs": self.crs,
            "transform": list(self.transform)[:6],
            "width": self.width,
            "height": self.height,
        }

    def pixel(self, x: float, y: float) -> tuple[int, int] | None:
        """(row, column) of the pixel that holds the point, None outside.

        A pixel owns its upper and left edge and not its lower and right one, so a point on a
        border belongs to exactly one pixel, the same that QGIS' identify tool takes.
        """
        step_x, _, left, _, step_y, top = tuple(self.transform)[:6]
        row, column = math.floor((y - top) / step_y), math.floor((x - left) / step_x)
        inside = 0 <= row < self.height and 0 <= column < self.width
        return (row, column) if inside else None

"""The run's grid: 10 m pixels in one UTM zone, its corner on whole token cells."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pyproj import CRS, Transformer
from rasterio import Affine
from shapely import segmentize
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from .errors import RequestError
from .sources.base import Frame, Scene

#: Side of a grid pixel in metres.
PIXEL_M = 10.0
#: The grid's corners are multiples of this many metres, so that the 160 m token cells of two overlapping
#: areas are the same cells.
CELL_M = 160.0
#: An area that reaches less than this into the next cell does not claim it: rounded degrees must not add a row.
_SLACK_M = 1.0


@dataclass(frozen=True)
class Grid:
    """North-up 10 m pixels in one UTM zone: EPSG number, upper left corner in metres, size in pixels."""

    crs: int
    left: float
    top: float
    width: int
    height: int

    @property
    def transform(self) -> Affine:
        """Pixel (column, row) to metres."""
        return Affine(PIXEL_M, 0.0, self.left, 0.0, -PIXEL_M, self.top)

    @property
    def frame(self) -> Frame:
        """The grid as the frame of a raster."""
        return Frame(f"EPSG:{self.crs}", self.transform, self.height, self.width)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) in metres."""
        return self.window_bounds(0, 0, self.height, self.width)

    def window_bounds(self, row: int, col: int, height: int, width: int) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) in metres of a window in pixels."""
        left, top = self.left + col * PIXEL_M, self.top - row * PIXEL_M
        return left, top - height * PIXEL_M, left + width * PIXEL_M, top

    @classmethod
    def for_area(cls, area: BaseGeometry, crs: int | str | None = None) -> Grid:
        """The grid that covers ``area`` (EPSG:4326), snapped outward to multiples of 160 m.

        ``crs`` is the scenes' own (:func:`common_crs`); where it is none or no UTM zone, the zone of the
        area's centre is taken. Raises :class:`RequestError` for an area that no UTM zone can hold.
        """
        if area.is_empty:
            raise RequestError("area: it is empty.", "Draw a polygon with some extent.")
        epsg = _utm_number(crs) or _utm_zone(area)
        west, south, east, north = area.bounds
        step = max(east - west, north - south) / 64
        outline = segmentize(area, step) if step > 0 else area
        outline = transform(Transformer.from_crs(4326, epsg, always_xy=True).transform, outline)
        x0, y0, x1, y1 = outline.bounds
        if not all(map(math.isfinite, (x0, y0, x1, y1))) or x1 - x0 > 1_000_000 or y1 - y0 > 1_000_000:
            raise RequestError("area: it does not fit one UTM zone.", "Split it into smaller areas.")
        left, bottom = (math.floor((v + _SLACK_M) / CELL_M) * CELL_M for v in (x0, y0))
        right, top = (math.ceil((v - _SLACK_M) / CELL_M) * CELL_M for v in (x1, y1))
        right, top = max(right, left + CELL_M), max(top, bottom + CELL_M)
        return cls(epsg, left, top, round((right - left) / PIXEL_M), round((top - bottom) / PIXEL_M))


def common_crs(scenes: Iterable[Scene]) -> str | None:
    """The CRS that most Sentinel-2 scenes have (any scene, where there is no Sentinel-2)."""
    scenes = list(scenes)
    counted = [s.crs for s in scenes if s.sensor == "S2"] or [s.crs for s in scenes]
    return max(sorted(set(counted)), key=counted.count) if counted else None


def _utm_number(crs: int | str | None) -> int | None:
    if crs is None:
        return None
    number = CRS.from_user_input(crs).to_epsg()
    return number if number and (32601 <= number <= 32660 or 32701 <= number <= 32760) else None


def _utm_zone(area: BaseGeometry) -> int:
    centre = area.centroid
    zone = min(int((centre.x + 180) // 6) + 1, 60)
    return (32600 if centre.y >= 0 else 32700) + zone

"""Mean and spread of all pixels of a polygon, date by date. No widgets in here: it may work in a thread.

A pixel counts when its centre lies inside. A polygon that holds no centre (narrower than a pixel) takes the pixels that
it touches. Windows are read in strips of rows, so that memory stays bounded whatever the polygon.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry

from ..errors import PluginError
from ..series import Series, Values
from ..texts import tr
from .pixel import WGS84, RunRasters, transformed, transformed_geometry
from .values import Frame, Raster
from .variables import Source, Variable

#: Values that are held at a time.
STRIP_VALUES = 8_000_000
#: Pixels of a date that the two ends of the spread are told from; of more, a regular sample of rows.
SPREAD_PIXELS = 200_000
TOUCHED = "ALL_TOUCHED=TRUE"


@dataclass(frozen=True)
class Region:
    """What is known of a polygon: ``geometry`` in ``crs`` (the run's), ``pixels`` of 10 m in it."""

    lon: float
    lat: float
    crs: QgsCoordinateReferenceSystem
    geometry: QgsGeometry
    pixels: int
    series: tuple[Series, ...]


@dataclass
class Statistics:
    """Of each date (None where no pixel is known): mean, standard deviation, 10th and 90th percentile, pixels known."""

    mean: Values
    deviation: Values
    low: Values
    high: Values
    known: Values


def read_region(
    rasters: RunRasters,
    geometry: QgsGeometry,
    crs: QgsCoordinateReferenceSystem,
    stop: Callable[[], bool] = lambda: False,
) -> Region:
    """Mean and spread of every variable in ``geometry`` (a polygon in ``crs``).

    Raises:
        PluginError: the run has no series, the polygon is empty or lies outside of it, or a file cannot be read.
    """
    target = rasters.crs()
    shape = transformed_geometry(geometry, crs, target)
    if shape.isEmpty() or shape.area() <= 0:
        raise PluginError(tr("This polygon has no area."), tr("Draw one with at least three corners."), "outside")
    series: list[Series] = []
    pixels = 0
    cut = Cut(shape)
    for variable in rasters.variables:
        found = [statistics_in(rasters.raster(source.product), source, cut, stop) for source in variable.middle]
        pixels = max(pixels, *(int(n) for part in found for n in part.known if n is not None), 0)
        one = _series(variable, found)
        if one.known:
            series.append(one)
    if not series:
        raise PluginError(
            tr("Nothing of this run lies in the polygon."), tr("Draw it over the coloured area."), "outside"
        )
    middle = shape.centroid().asPoint()
    world = transformed(middle, target, QgsCoordinateReferenceSystem(WGS84))
    return Region(world.x(), world.y(), target, shape, pixels, tuple(series))


def _series(variable: Variable, found: list[Statistics]) -> Series:
    def joined(name: str) -> Values:
        return tuple(value for part in found for value in getattr(part, name))

    return Series(
        name=variable.name,
        variable=variable.key,
        unit=variable.unit,
        dates=variable.dates,
        middle=joined("mean"),
        low=joined("low"),
        high=joined("high"),
        statistic="mean_of_pixels",
        ends=("p10_of_pixels", "p90_of_pixels"),
        form=variable.form,
        more=(("sd_of_pixels", joined("deviation")), ("pixels", joined("known"))),
    )


class Cut:
    """A polygon on the pixels of rasters. Most files of a run share a frame: each is burnt in once."""

    def __init__(self, shape: QgsGeometry) -> None:
        self.shape = shape
        self._known: dict[Frame, tuple[tuple[int, int, int, int], Any] | None] = {}

    def of(self, raster: Raster) -> tuple[tuple[int, int, int, int], Any] | None:
        """((row, column, height, width), boolean array of it), None when the polygon lies beside the raster."""
        if raster.frame not in self._known:
            window = window_of(raster.frame, self.shape)
            self._known[raster.frame] = None if window is None else (window, mask_of(raster, self.shape, window))
        return self._known[raster.frame]


def statistics_in(raster: Raster, source: Source, cut: Cut, stop: Callable[[], bool]) -> Statistics:
    """Statistics of the values of ``source`` within ``cut``. Raises :class:`PluginError`."""
    import numpy as np

    count = len(source.dates)
    found = cut.of(raster)
    if found is None:
        return Statistics(*((None,) * count,) * 5)
    (row, column, height, width), inside = found
    known, total, squares = np.zeros(count), np.zeros(count), np.zeros(count)
    origin: Any = None
    sample: list[Any] = []
    rows = max(1, STRIP_VALUES // (width * len(source.bands)))
    step = max(1, int(inside.sum()) // SPREAD_PIXELS)
    for start in range(0, height, rows):
        if stop():
            raise PluginError(tr("This was cancelled."), "", "cancelled")
        part = inside[start : start + rows]
        if not part.any():
            continue
        values = raster.window(row + start, column, part.shape[0], width, list(source.bands))[:, part]
        if source.combine is not None:
            values = source.combine(values)[None]
        there = np.isfinite(values)
        # Sums around a value of the data: plain sums of squares would lose the digits of small spreads.
        origin = np.where(there, values, 0).mean(axis=1, keepdims=True) if origin is None else origin
        moved = np.where(there, values - origin, 0)
        known += there.sum(axis=1)
        total += moved.sum(axis=1)
        squares += (moved**2).sum(axis=1)
        sample.append(values[:, ::step])
    if not sample:
        return Statistics(*((None,) * count,) * 5)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / known
        deviation = np.sqrt(np.maximum(squares / known - mean**2, 0))
    ends = _percentiles(np.concatenate(sample, axis=1))
    return Statistics(
        _plain(mean + origin[:, 0]), _plain(deviation), *ends, tuple(int(n) if n else None for n in known)
    )


def _percentiles(values: Any) -> tuple[Values, Values]:
    import numpy as np

    low: list[float | None] = []
    high: list[float | None] = []
    for row in values:
        there = row[np.isfinite(row)]
        ends = np.percentile(there, (10, 90)) if there.size else (None, None)
        low.append(None if ends[0] is None else float(ends[0]))
        high.append(None if ends[1] is None else float(ends[1]))
    return tuple(low), tuple(high)


def _plain(values: Any) -> Values:
    return tuple(float(value) if math.isfinite(value) else None for value in values)


def window_of(frame: Frame, shape: QgsGeometry) -> tuple[int, int, int, int] | None:
    """(row, column, height, width) of the pixels that ``shape``'s box meets, None when it meets none."""
    box = shape.boundingBox()
    first_column = max(0, int((box.xMinimum() - frame.left) // frame.dx))
    first_row = max(0, int((frame.top - box.yMaximum()) // frame.dy))
    last_column = min(frame.width - 1, int((box.xMaximum() - frame.left) // frame.dx))
    last_row = min(frame.height - 1, int((frame.top - box.yMinimum()) // frame.dy))
    if last_column < first_column or last_row < first_row:
        return None
    return first_row, first_column, last_row - first_row + 1, last_column - first_column + 1


def mask_of(raster: Raster, shape: QgsGeometry, window: tuple[int, int, int, int]) -> Any:
    """Boolean array (height, width): the pixels of ``window`` that count as inside."""
    inside = _burn(raster, shape, window, [])
    return inside if inside.any() else _burn(raster, shape, window, [TOUCHED])


def _burn(raster: Raster, shape: QgsGeometry, window: tuple[int, int, int, int], options: list[str]) -> Any:
    import numpy as np
    from osgeo import gdal, ogr, osr

    row, column, height, width = window
    frame = raster.frame
    plane = gdal.GetDriverByName("MEM").Create("", width, height, 1, gdal.GDT_Byte)
    plane.SetGeoTransform((frame.left + column * frame.dx, frame.dx, 0.0, frame.top - row * frame.dy, 0.0, -frame.dy))
    plane.SetProjection(raster.projection())
    vector = (ogr.GetDriverByName("Memory") or ogr.GetDriverByName("MEM")).CreateDataSource("")
    crs = osr.SpatialReference()
    crs.ImportFromWkt(raster.projection())
    layer = vector.CreateLayer("shape", crs, ogr.wkbUnknown)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkb(bytes(shape.asWkb())))
    layer.CreateFeature(feature)
    gdal.RasterizeLayer(plane, [1], layer, burn_values=[1], options=options)
    data = plane.GetRasterBand(1).ReadRaster(0, 0, width, height)
    return np.frombuffer(bytes(data), np.uint8).reshape(height, width) == 1

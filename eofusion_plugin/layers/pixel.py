"""The series of one pixel, read through QGIS' own provider: works during a run and without an engine."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)

from ..compat import IDENTIFY_VALUE
from ..errors import PluginError
from ..run_folder import Product, Run
from ..series import Series, Values
from ..texts import tr


@dataclass(frozen=True)
class Pixel:
    """What is known of one pixel. ``cell`` is its square in ``crs``."""

    lon: float
    lat: float
    x: float
    y: float
    crs: QgsCoordinateReferenceSystem
    cell: QgsRectangle
    series: tuple[Series, ...]


class PixelReader:
    """Reads series of one run; keeps its files open."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._open: dict[str, QgsRasterLayer] = {}

    def read(self, point: QgsPointXY, crs: QgsCoordinateReferenceSystem) -> Pixel:
        """The pixel under ``point`` (in ``crs``).

        Raises:
            PluginError: the run has no series, or the point lies outside of it.
        """
        variables = (
            ("gpp", "p50", "gpp", tr("GPP")),
            ("temperature", "mean", "temperature", tr("Generated air temperature")),
        )
        series: list[Series] = []
        cell, layer = None, None
        for kind, statistic, variable, name in variables:
            product = self.run.find(kind, statistic)
            if product is None:
                continue
            layer = self._layer(product)
            there = _transformed(point, crs, layer.crs())
            if not layer.extent().contains(there):
                continue
            cell = cell or _cell(layer, there)
            one = self._series(product, name, variable, there)
            if one.known:
                series.append(one)
        if layer is None:
            raise PluginError(
                tr("This run has neither GPP nor temperature to show."), tr("Choose another run."), "no-series"
            )
        if cell is None:
            raise PluginError(
                tr("This place lies outside the run's area."), tr("Click inside the coloured area."), "outside"
            )
        there = _transformed(point, crs, layer.crs())
        world = _transformed(there, layer.crs(), QgsCoordinateReferenceSystem("EPSG:4326"))
        return Pixel(world.x(), world.y(), there.x(), there.y(), layer.crs(), cell, tuple(series))

    def _series(self, product: Product, name: str, variable: str, there: QgsPointXY) -> Series:
        low, high = self.run.find(product.kind, "p10"), self.run.find(product.kind, "p90")
        return Series(
            name=name,
            variable=variable,
            unit=product.unit,
            dates=product.dates,
            middle=self._values(product, there),
            low=self._values(low, there) if low else (),
            high=self._values(high, there) if high else (),
            statistic=product.statistic or "",
        )

    def _values(self, product: Product, there: QgsPointXY) -> Values:
        provider = self._layer(product).dataProvider()
        answer = provider.identify(there, IDENTIFY_VALUE)
        if not answer.isValid():
            raise PluginError(tr("{file} cannot be read.").format(file=product.path.name), tr("Run again."))
        found = answer.results()
        return tuple(_number(found.get(band)) for band in range(1, len(product.dates) + 1))

    def _layer(self, product: Product) -> QgsRasterLayer:
        key = str(product.path)
        if key not in self._open:
            layer = QgsRasterLayer(key, product.path.name, "gdal")
            if not layer.isValid():
                raise PluginError(tr("{file} cannot be read.").format(file=product.path.name), tr("Run again."))
            self._open[key] = layer
        return self._open[key]


def _transformed(
    point: QgsPointXY, source: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem
) -> QgsPointXY:
    try:
        return QgsCoordinateTransform(source, target, QgsProject.instance()).transform(point)
    except QgsCsException as error:
        raise PluginError(
            tr("This place cannot be expressed in the run's coordinates."), tr("Click inside the coloured area.")
        ) from error


def _cell(layer: QgsRasterLayer, point: QgsPointXY) -> QgsRectangle:
    """The square of the pixel that holds ``point``."""
    extent = layer.extent()
    dx, dy = layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY()
    column = int((point.x() - extent.xMinimum()) // dx)
    row = int((extent.yMaximum() - point.y()) // dy)
    left, top = extent.xMinimum() + column * dx, extent.yMaximum() - row * dy
    return QgsRectangle(left, top - dy, left + dx, top)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not math.isnan(value) else None

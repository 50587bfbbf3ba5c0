"""The series of one pixel: works during a run and without an engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)

from ..errors import PluginError
from ..run_folder import Product, Run
from ..series import Series, Values
from ..texts import tr
from ..weather_table import read_weather_table
from .values import Raster
from .variables import Source, Variable, variables

WGS84 = "EPSG:4326"
#: Files that are read at the same time. More gains nothing on laptops.
THREADS = 4


@dataclass(frozen=True)
class Pixel:
    """What is known of one pixel.

    ``cell`` is its square in ``crs``; ``coarse`` the square of 160 m that its temperature is for, where the run has
    temperature.
    """

    lon: float
    lat: float
    x: float
    y: float
    crs: QgsCoordinateReferenceSystem
    cell: QgsRectangle
    coarse: QgsRectangle | None
    series: tuple[Series, ...]


class RunRasters:
    """A run's variables and its open files, shared by pixels and regions; its threads end with :meth:`close`."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.variables = variables(run)
        self._open: dict[str, Raster] = {}
        self._pool: ThreadPoolExecutor | None = None

    def raster(self, product: Product) -> Raster:
        """Its open file. Raises :class:`PluginError` when it cannot be read."""
        key = str(product.path)
        if key not in self._open:
            self._open[key] = Raster(product.path)
        return self._open[key]

    def crs(self) -> QgsCoordinateReferenceSystem:
        """The run's coordinate system.

        Raises:
            PluginError: the run has nothing to show.
        """
        if not self.variables:
            raise PluginError(
                tr("This run has no product over time to show yet."), tr("Choose another run."), "no-series"
            )
        wkt = self.raster(self.variables[0].middle[0].product).projection()
        return QgsCoordinateReferenceSystem.fromWkt(wkt)

    def map(self, work, items: list) -> list:
        """``work`` on every item, several at once; in the items' order."""
        return list(self._threads().map(work, items))

    def start(self, work, items: list) -> None:
        """``work`` on every item, without waiting for it; what goes wrong there is told when the file is read."""
        for item in items:
            self._threads().submit(work, item)

    def close(self) -> None:
        """Let go of files and threads."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        self._open = {}

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="eofusion-read")
        return self._pool


class PixelReader:
    """Reads series of one run; keeps its files open until :meth:`close`."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.rasters = RunRasters(run)

    def close(self) -> None:
        """Let go of files and threads."""
        self.rasters.close()

    def warm(self) -> None:
        """Open the files and read their middles ahead of the first click, in threads: then what a small run has is in
        GDAL's cache."""

        def touch(source: Source) -> None:
            raster = self.rasters.raster(source.product)
            raster.pixel(raster.frame.height // 2, raster.frame.width // 2, list(source.bands))

        self.rasters.start(touch, self._sources())

    def read(self, point: QgsPointXY, crs: QgsCoordinateReferenceSystem) -> Pixel:
        """The pixel under ``point`` (in ``crs``).

        Raises:
            PluginError: the run has no series, the point lies outside of it, or a file cannot be read.
        """
        target = self.rasters.crs()
        there = transformed(point, crs, target)
        sources = self._sources()
        frames = [self.rasters.raster(source.product).frame for source in sources]
        hits = [frame.box(*cell) for frame in frames if (cell := frame.cell(there.x(), there.y())) is not None]
        if not hits:
            raise PluginError(
                tr("This place lies outside the run's area."), tr("Click inside the coloured area."), "outside"
            )
        boxes = sorted(set(hits), key=lambda box: box[2] - box[0])
        read = dict(zip(sources, self.rasters.map(lambda source: self._values(source, there), sources)))
        series = [self._series(variable, read) for variable in self.rasters.variables]
        series += read_weather_table(self.run.folder, self.run.period)
        world = transformed(there, target, QgsCoordinateReferenceSystem(WGS84))
        return Pixel(
            world.x(),
            world.y(),
            there.x(),
            there.y(),
            target,
            QgsRectangle(*boxes[0]),
            QgsRectangle(*boxes[-1]) if len(boxes) > 1 else None,
            tuple(one for one in series if one.known),
        )

    def _sources(self) -> list[Source]:
        found: list[Source] = []
        for variable in self.rasters.variables:
            found += [*variable.middle, *(end for end in (variable.low, variable.high) if end is not None)]
        return found

    def _values(self, source: Source, there: QgsPointXY) -> Values:
        raster = self.rasters.raster(source.product)
        cell = raster.frame.cell(there.x(), there.y())
        if cell is None:
            return (None,) * len(source.dates)
        values = raster.pixel(*cell, list(source.bands))
        return (source.combine(values),) if source.combine is not None else values

    def _series(self, variable: Variable, read: dict[Source, Values]) -> Series:
        return Series(
            name=variable.name,
            variable=variable.key,
            unit=variable.unit,
            dates=variable.dates,
            middle=tuple(value for source in variable.middle for value in read[source]),
            low=read[variable.low] if variable.low else (),
            high=read[variable.high] if variable.high else (),
            statistic=variable.statistic,
            form=variable.form,
        )


def transformed(
    point: QgsPointXY, source: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem
) -> QgsPointXY:
    """``point`` of ``source`` in ``target``. Raises :class:`PluginError` where it has no such coordinates."""
    try:
        return QgsCoordinateTransform(source, target, QgsProject.instance()).transform(point)
    except QgsCsException as error:
        raise _nowhere() from error


def transformed_geometry(
    geometry: QgsGeometry, source: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem
) -> QgsGeometry:
    """A copy of ``geometry`` in ``target``. Raises :class:`PluginError` where it has no such coordinates."""
    copy = QgsGeometry(geometry)
    try:
        copy.transform(QgsCoordinateTransform(source, target, QgsProject.instance()))
    except QgsCsException as error:
        raise _nowhere() from error
    return copy


def _nowhere() -> PluginError:
    return PluginError(
        tr("This place cannot be expressed in the run's coordinates."), tr("Click inside the coloured area.")
    )

"""Draw a rectangle on the map, and keep the run's area visible there."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsDistanceArea,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsWkbTypes,
)
from qgis.gui import QgsMapCanvas, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor

from ..errors import PluginError
from ..texts import tr

COLOUR = "#f72585"
WGS84 = "EPSG:4326"


class RectangleTool(QgsMapTool):
    """Press, drag, release: ``drawn`` gives the rectangle in the map's CRS. Escape gives up."""

    drawn = pyqtSignal(QgsRectangle)
    given_up = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._start: QgsPointXY | None = None
        self._band = _band(canvas)

    def canvasPressEvent(self, event) -> None:
        """The first corner."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._start = event.mapPoint()

    def canvasMoveEvent(self, event) -> None:
        """Show the rectangle while it is drawn."""
        if self._start is not None:
            rectangle = QgsRectangle(self._start, event.mapPoint())
            self._band.setToGeometry(QgsGeometry.fromRect(rectangle), None)

    def canvasReleaseEvent(self, event) -> None:
        """The second corner."""
        if self._start is None:
            return
        rectangle = QgsRectangle(self._start, event.mapPoint())
        self._reset()
        if rectangle.width() > 0 and rectangle.height() > 0:
            self.drawn.emit(rectangle)

    def keyPressEvent(self, event) -> None:
        """Escape gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self._reset()
            self.given_up.emit()

    def deactivate(self) -> None:
        """Another tool was taken."""
        self._reset()
        super().deactivate()

    def remove(self) -> None:
        """Take the drawing off the map for good."""
        _remove(self._band)

    def _reset(self) -> None:
        self._start = None
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)


class AreaBand:
    """The run's area on the map."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._band = _band(canvas)
        self._geometry: QgsGeometry | None = None
        canvas.destinationCrsChanged.connect(self._draw)

    def show(self, geometry: QgsGeometry | None) -> None:
        """Show a geometry in EPSG:4326; None hides it."""
        self._geometry = geometry
        self._draw()

    def _draw(self) -> None:
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
        if self._geometry is not None and not self._geometry.isEmpty():
            self._band.setToGeometry(self._geometry, QgsCoordinateReferenceSystem(WGS84))

    def remove(self) -> None:
        """Take it off the map for good."""
        self._canvas.destinationCrsChanged.disconnect(self._draw)
        _remove(self._band)


def to_wgs84(rectangle: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> QgsGeometry:
    """A rectangle of the map as a polygon in EPSG:4326, its edges following the map's.

    Raises:
        PluginError: the rectangle reaches beyond what can be transformed.
    """
    geometry = QgsGeometry.fromRect(rectangle)
    target = QgsCoordinateReferenceSystem(WGS84)
    if crs != target:
        geometry = geometry.densifyByCount(4)
        try:
            geometry.transform(QgsCoordinateTransform(crs, target, QgsProject.instance()))
        except QgsCsException as error:
            raise PluginError(
                tr("This area reaches beyond the world as this map's projection knows it."), tr("Draw a smaller one.")
            ) from error
    return geometry


def area_km2(geometry: QgsGeometry) -> float:
    """Area in km2 of a geometry in EPSG:4326, on the ellipsoid."""
    measure = QgsDistanceArea()
    measure.setSourceCrs(QgsCoordinateReferenceSystem(WGS84), QgsProject.instance().transformContext())
    measure.setEllipsoid("WGS84")
    return measure.measureArea(geometry) / 1e6


def _band(canvas: QgsMapCanvas) -> QgsRubberBand:
    band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
    colour = QColor(COLOUR)
    band.setStrokeColor(colour)
    band.setWidth(2)
    colour.setAlpha(18)
    band.setFillColor(colour)
    return band


def _remove(band: QgsRubberBand) -> None:
    scene = band.scene()
    if scene is not None:
        scene.removeItem(band)

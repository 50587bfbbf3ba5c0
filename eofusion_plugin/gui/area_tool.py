"""Draw a rectangle or a polygon on the map, and keep the run's area visible there."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsPointXY, QgsRectangle, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor

from .area_geometry import WGS84

COLOUR = "#f72585"


class RectangleTool(QgsMapTool):
    """Press, drag, release: ``drawn`` gives the rectangle in the map's CRS. Escape gives up."""

    drawn = pyqtSignal(QgsGeometry)
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
            self.drawn.emit(QgsGeometry.fromRect(rectangle))

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


class PolygonTool(QgsMapTool):
    """Click the corners, right-click to finish: ``drawn`` gives the polygon in the map's CRS. Backspace takes the last
    corner back, Escape gives up."""

    drawn = pyqtSignal(QgsGeometry)
    given_up = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._corners: list[QgsPointXY] = []
        self._band = _band(canvas)

    def canvasReleaseEvent(self, event) -> None:
        """A corner, or the end."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._corners.append(event.mapPoint())
            self._show(event.mapPoint())
        elif event.button() == Qt.MouseButton.RightButton:
            self._finish()

    def canvasMoveEvent(self, event) -> None:
        """Show the polygon while it is drawn."""
        if self._corners:
            self._show(event.mapPoint())

    def keyPressEvent(self, event) -> None:
        """Return finishes, Backspace takes a corner back, Escape gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self._reset()
            self.given_up.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.key() == Qt.Key.Key_Backspace and self._corners:
            self._corners.pop()
            self._show(self._corners[-1] if self._corners else None)
            event.ignore()

    def deactivate(self) -> None:
        """Another tool was taken."""
        self._reset()
        super().deactivate()

    def remove(self) -> None:
        """Take the drawing off the map for good."""
        _remove(self._band)

    def _show(self, cursor: QgsPointXY | None) -> None:
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
        for point in (*self._corners, *([cursor] if cursor is not None else [])):
            self._band.addPoint(point)

    def _finish(self) -> None:
        polygon = QgsGeometry.fromPolygonXY([self._corners]) if len(self._corners) >= 3 else QgsGeometry()
        self._reset()
        if not polygon.isEmpty() and polygon.area() > 0:
            self.drawn.emit(polygon)

    def _reset(self) -> None:
        self._corners = []
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

"""Map tools of the Inspect tab: click a pixel (or follow the mouse), draw a polygon."""

from __future__ import annotations

from qgis.core import QgsGeometry, QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor

COLOUR = "#d55e00"
POLYGON = QgsWkbTypes.GeometryType.PolygonGeometry


class PixelTool(QgsMapTool):
    """Click: ``clicked(point, new pin)``, Ctrl for a new pin. Shift held: ``followed(point)`` as the mouse moves."""

    clicked = pyqtSignal(QgsPointXY, bool)
    followed = pyqtSignal(QgsPointXY)
    given_up = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def canvasMoveEvent(self, event) -> None:
        """Follow the mouse while Shift is held."""
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.followed.emit(self.toMapCoordinates(event.pos()))

    def canvasReleaseEvent(self, event) -> None:
        """A pixel was chosen."""
        if event.button() == Qt.MouseButton.LeftButton:
            new = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.clicked.emit(self.toMapCoordinates(event.pos()), new)

    def keyPressEvent(self, event) -> None:
        """Escape gives the map its earlier tool back."""
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            self.given_up.emit()


class PolygonTool(QgsMapTool):
    """Click corners; right click or double click ends, Backspace takes the last corner back, Escape gives up."""

    drawn = pyqtSignal(QgsGeometry)
    given_up = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._corners: list[QgsPointXY] = []
        self._double = False
        self._band = QgsRubberBand(canvas, POLYGON)
        self._band.setStrokeColor(QColor(COLOUR))
        self._band.setFillColor(QColor(213, 94, 0, 25))
        self._band.setWidth(2)

    def canvasReleaseEvent(self, event) -> None:
        """A corner, or the end."""
        if self._double:  # the second release of a double click is no corner
            self._double = False
        elif event.button() == Qt.MouseButton.RightButton:
            self._end()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._corners.append(self.toMapCoordinates(event.pos()))
            self._draw(None)

    def canvasDoubleClickEvent(self, event) -> None:
        """The end: the first click of the two has set the last corner."""
        del event
        self._double = True
        self._end()

    def canvasMoveEvent(self, event) -> None:
        """Show the polygon while it is drawn."""
        if self._corners:
            self._draw(self.toMapCoordinates(event.pos()))

    def keyPressEvent(self, event) -> None:
        """Backspace takes the last corner back, Escape gives up."""
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._corners:
            event.ignore()
            self._corners.pop()
            self._draw(None)
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
            self._reset()
            self.given_up.emit()

    def deactivate(self) -> None:
        """Another tool was taken."""
        self._double = False
        self._reset()
        super().deactivate()

    def remove(self) -> None:
        """Off the map for good."""
        scene = self._band.scene()
        if scene is not None:
            scene.removeItem(self._band)

    def _end(self) -> None:
        corners = self._corners
        self._reset()
        if len(corners) >= 3:
            self.drawn.emit(QgsGeometry.fromPolygonXY([[*corners, corners[0]]]))

    def _draw(self, mouse: QgsPointXY | None) -> None:
        corners = [*self._corners, mouse] if mouse is not None else list(self._corners)
        self._band.setToGeometry(QgsGeometry.fromPolygonXY([corners]), None)

    def _reset(self) -> None:
        self._corners = []
        self._band.reset(POLYGON)

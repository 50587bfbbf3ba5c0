"""A field for places: clicked on the map, drawn, or taken from a layer; kept in degrees, shown on the map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from ..errors import PluginError
from ..explore.asks import Ask
from ..explore.geometry import POINT, POLYGON, WGS84, collection, joined, to_degrees
from ..texts import area_text, tr
from .area_geometry import area_km2
from .context import Context
from .inspect_tools import PixelTool, PolygonTool
from .tool_switch import ToolSwitch
from .widgets import note_label, tool_button

COLOUR = "#7b2cbf"
#: More places than these are no picking by hand.
MOST = 500


class PlacesField(QWidget):
    """Buttons to pick pixels, to draw polygons and to take them from a layer; a line that says what there is."""

    changed = pyqtSignal()

    def __init__(self, context: Context, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._ask = context, ask
        self.shapes: list[QgsGeometry] = []
        self.marks = PlaceMarks(context.canvas)
        theme = QgsApplication.getThemeIcon
        self.pick_button = tool_button(
            tr("Pick"), tr("Click pixels on the map"), image=theme("/mActionIdentify.svg"), checkable=True
        )
        self.draw_button = tool_button(
            tr("Draw"),
            tr("Click the corners on the map; a right click ends, Backspace takes one back"),
            image=theme("/mActionAddPolygon.svg"),
            checkable=True,
        )
        self.layer_button = tool_button(
            tr("Layer"), tr("Take features of the active layer"), image=theme("/mActionAddOgrLayer.svg")
        )
        menu = QMenu(self.layer_button)
        self.selected_action = menu.addAction(tr("Selected features of the active layer"))
        self.all_action = menu.addAction(tr("All of the active layer"))
        self.layer_button.setMenu(menu)
        self.layer_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.clear_button = QToolButton()
        self.clear_button.setIcon(theme("/mActionDeleteSelected.svg"))
        self.clear_button.setToolTip(tr("Forget the places"))
        self.clear_button.setAccessibleName(tr("Forget the places"))
        self.label = note_label()
        self._pixel_tool, self._polygon_tool = PixelTool(context.canvas), PolygonTool(context.canvas)
        self._switches = (
            ToolSwitch(context.canvas, self._pixel_tool, self.pick_button),
            ToolSwitch(context.canvas, self._polygon_tool, self.draw_button),
        )
        for tool, switch in zip((self._pixel_tool, self._polygon_tool), self._switches):
            tool.given_up.connect(switch.off)
        self._pixel_tool.clicked.connect(self._picked)
        self._polygon_tool.drawn.connect(self._drawn)
        self.selected_action.triggered.connect(lambda _checked: self.take_layer(selected=True))
        self.all_action.triggered.connect(lambda _checked: self.take_layer(selected=False))
        self.clear_button.clicked.connect(lambda _checked: self.clear())
        self.pick_button.setVisible(ask.shapes != "polygons")
        self.draw_button.setVisible(ask.shapes != "points")
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.pick_button, self.draw_button, self.layer_button):
            row.addWidget(button, 1)
        row.addWidget(self.clear_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.label)
        self._tell()

    def value(self) -> dict[str, Any] | None:
        """GeoJSON: a geometry, or a FeatureCollection where several are asked for; None where there is nothing."""
        if not self.shapes:
            return None
        return joined(self.shapes) if self._ask.single else collection(self.shapes)

    def add(self, shapes: Iterable[QgsGeometry], crs: QgsCoordinateReferenceSystem) -> None:
        """Add points or polygons; where one is asked for, the last takes the place of the others.

        Raises:
            PluginError: they cannot be expressed in degrees, or are too many.
        """
        found = [to_degrees(shape, crs) for shape in shapes]
        if self._ask.single:
            self.shapes = found
        else:
            self.shapes = [*self.shapes, *found]
        if len(self.shapes) > MOST:
            self.shapes = self.shapes[:MOST]
            raise PluginError(tr("These are more than {n} places.").format(n=MOST), tr("Select fewer."))
        self._tell()
        self.changed.emit()

    def clear(self) -> None:
        """No places."""
        self.shapes = []
        self._tell()
        self.changed.emit()

    def take_layer(self, selected: bool) -> None:
        """Points and polygons of the active layer, all or the selected ones."""
        self._off()
        layer = self._context.iface.activeLayer()
        try:
            if not isinstance(layer, QgsVectorLayer):
                raise PluginError(tr("No vector layer is active."), tr("Click one in the Layers panel first."))
            features = layer.getSelectedFeatures() if selected else layer.getFeatures()
            found = [geometry for geometry in _geometries(features) if self._fits(geometry)]
            if not found:
                raise PluginError(
                    tr("Nothing that fits is selected in {layer}.").format(layer=layer.name())
                    if selected
                    else tr("Nothing that fits is in {layer}.").format(layer=layer.name()),
                    tr("Polygons are needed.") if self._ask.shapes == "polygons" else "",
                )
            self.add(found, layer.crs())
        except PluginError as error:
            self._context.complain(error.as_dict())

    def show_on_map(self, shown: bool) -> None:
        """Show or hide the marks; hidden, the map's tool is given back too."""
        if not shown:
            self._off()
        self.marks.show(self.shapes if shown else [])

    def remove(self) -> None:
        """Off the map for good."""
        self._off()
        self.marks.remove()
        self._polygon_tool.remove()

    def _fits(self, geometry: QgsGeometry) -> bool:
        kinds = {"points": (POINT,), "polygons": (POLYGON,)}.get(self._ask.shapes, (POINT, POLYGON))
        return geometry.type() in kinds

    def _off(self) -> None:
        for switch in self._switches:
            switch.off()

    def _picked(self, point: QgsPointXY, _new: bool = False) -> None:
        self._take(QgsGeometry.fromPointXY(point))

    def _drawn(self, geometry: QgsGeometry) -> None:
        self._take(geometry)
        if self._ask.single:
            self._off()

    def _take(self, geometry: QgsGeometry) -> None:
        try:
            self.add([geometry], self._context.canvas.mapSettings().destinationCrs())
        except PluginError as error:
            self._context.complain(error.as_dict())

    def _tell(self) -> None:
        points = sum(shape.type() == POINT for shape in self.shapes)
        polygons = [shape for shape in self.shapes if shape.type() == POLYGON]
        parts = []
        if points:
            parts.append(tr("1 pixel") if points == 1 else tr("{n} pixels").format(n=points))
        if polygons:
            area = area_text(sum(area_km2(shape) for shape in polygons))
            words = tr("1 polygon, {area}") if len(polygons) == 1 else tr("{n} polygons, {area}")
            parts.append(words.format(n=len(polygons), area=area))
        nothing = tr("Nothing: all of the run") if self._ask.optional else tr("Nothing yet")
        self.label.setText(", ".join(parts) or nothing)
        self.clear_button.setEnabled(bool(self.shapes))
        self.marks.show(self.shapes)


class PlaceMarks:
    """Places on the map, right in every projection of it."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._shapes: list[QgsGeometry] = []
        self._bands = (_band(canvas, POLYGON), _band(canvas, POINT))
        canvas.destinationCrsChanged.connect(self._draw)

    def show(self, shapes: Iterable[QgsGeometry]) -> None:
        """Mark these geometries (EPSG:4326) and no others."""
        self._shapes = list(shapes)
        self._draw()

    def count(self) -> int:
        """How many are marked."""
        return len(self._shapes)

    def remove(self) -> None:
        """Off the map for good."""
        self._canvas.destinationCrsChanged.disconnect(self._draw)
        for band in self._bands:
            scene = band.scene()
            if scene is not None:
                scene.removeItem(band)

    def _draw(self) -> None:
        for band, kind in zip(self._bands, (POLYGON, POINT)):
            band.reset(kind)
            for shape in self._shapes:
                if shape.type() == kind:
                    band.addGeometry(shape, QgsCoordinateReferenceSystem(WGS84))


def _band(canvas: QgsMapCanvas, kind: object) -> QgsRubberBand:
    band = QgsRubberBand(canvas, kind)
    colour = QColor(COLOUR)
    band.setStrokeColor(colour)
    band.setSecondaryStrokeColor(QColor(255, 255, 255, 200))
    band.setWidth(2)
    if kind == POINT:
        band.setIcon(QgsRubberBand.IconType.ICON_CIRCLE)
        band.setIconSize(9)
    fill = QColor(colour)
    fill.setAlpha(20)
    band.setFillColor(fill)
    return band


def _geometries(features: Iterable[QgsFeature]) -> Iterable[QgsGeometry]:
    for feature in features:
        if feature.hasGeometry() and not feature.geometry().isEmpty():
            yield feature.geometry()

"""The run's area: four buttons, one line that says what is chosen. 360 px are enough."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsProject,
)
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from ..errors import PluginError
from ..texts import area_text, tr
from .area_geometry import WGS84, area_km2, from_geojson, of_layer, to_geojson, to_wgs84
from .area_tool import AreaBand, PolygonTool, RectangleTool
from .context import Context
from .tool_switch import ToolSwitch
from .widgets import note_label, tool_button


class AreaRow(QWidget):
    """Draw a rectangle or a polygon, take the map's view, a layer, selected features, or all that the source covers."""

    changed = pyqtSignal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._area: QgsGeometry | None = None
        self._words = ""
        self._extent: QgsGeometry | None = None
        self._band = AreaBand(context.canvas)
        self._make()
        self._tell()

    def _make(self) -> None:
        theme = QgsApplication.getThemeIcon
        self.draw_button = tool_button(
            tr("Draw"), tr("Draw a rectangle on the map"), image=theme("/mActionAddBasicRectangle.svg"), checkable=True
        )
        self.polygon_button = tool_button(
            tr("Polygon"),
            tr("Click the corners on the map; a right click ends, Backspace takes one back"),
            image=theme("/mActionAddPolygon.svg"),
            checkable=True,
        )
        self.view_button = tool_button(
            tr("View"), tr("Take what the map shows now"), image=theme("/mActionZoomToArea.svg")
        )
        self.layer_button = tool_button(
            tr("Layer"), tr("Take the polygons or the extent of a layer"), image=theme("/mActionAddOgrLayer.svg")
        )
        menu = QMenu(self.layer_button)
        self.selected_action = menu.addAction(tr("Selected features of the active layer"))
        self.layer_action = menu.addAction(tr("All of the active layer"))
        self.layer_button.setMenu(menu)
        self.layer_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.source_button = tool_button(
            tr("Source"), tr("Take all that the source covers"), image=theme("/mActionZoomFullExtent.svg")
        )
        self.zoom_button = QToolButton()
        self.zoom_button.setAutoRaise(True)
        self.zoom_button.setIcon(theme("/mActionZoomToLayer.svg"))
        self.zoom_button.setToolTip(tr("Zoom to the area"))
        self.zoom_button.setAccessibleName(tr("Zoom to the area"))
        self.label = note_label()

        self._tools = [RectangleTool(self._context.canvas), PolygonTool(self._context.canvas)]
        self._switches = []
        for tool, button, words in zip(
            self._tools, (self.draw_button, self.polygon_button), (tr("Rectangle"), tr("Polygon"))
        ):
            switch = ToolSwitch(self._context.canvas, tool, button)
            tool.given_up.connect(switch.off)
            button.clicked.connect(lambda _checked: self._context.show_map())
            tool.drawn.connect(lambda geometry, words=words: self._take_drawn(geometry, words))
            self._switches.append(switch)
        self.view_button.clicked.connect(self._take_view)
        self.selected_action.triggered.connect(lambda: self._take_layer(selected=True))
        self.layer_action.triggered.connect(lambda: self._take_layer(selected=False))
        self.source_button.clicked.connect(self.take_source)
        self.zoom_button.clicked.connect(self.zoom)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for row in (
            (self.draw_button, self.polygon_button, self.view_button),
            (self.layer_button, self.source_button),
        ):
            buttons = QHBoxLayout()
            buttons.setSpacing(4)
            for button in row:
                buttons.addWidget(button, 1)
            column.addLayout(buttons)
        line = QHBoxLayout()
        line.addWidget(self.label, 1)
        line.addWidget(self.zoom_button)
        column.addLayout(line)

    # -- what it holds -----------------------------------------------------------------------------

    @property
    def geojson(self) -> dict[str, Any] | None:
        """The area as GeoJSON in EPSG:4326, None for all of the source."""
        return None if self._area is None else to_geojson(self._area)

    @property
    def latitude(self) -> float | None:
        """The area's latitude in degrees, None while it is not known."""
        shown = self._area or self._extent
        return None if shown is None else shown.boundingBox().center().y()

    def set_geojson(self, area: dict[str, Any] | None) -> None:
        """Set the area from GeoJSON (Polygon or MultiPolygon), None for all of the source."""
        self._area = from_geojson(area)
        self._words = tr("Area")
        self._tell()

    def show_extent(self, area: dict[str, Any] | None) -> None:
        """What the engine found the area to be: shown when the person left it to the source."""
        self._extent = from_geojson(area)
        self._tell()

    def take_source(self) -> None:
        """All that the source covers."""
        self._area = None
        self._tools_off()
        self._tell()
        self.changed.emit()

    def forget_extent(self) -> None:
        """Another source was chosen: its extent is not known yet."""
        self._extent = None
        self._tell()

    def zoom(self) -> None:
        """Move the map to the area."""
        geometry = self._area or self._extent
        if geometry is None:
            return
        canvas = self._context.canvas
        transform = QgsCoordinateTransform(
            QgsCoordinateReferenceSystem(WGS84), canvas.mapSettings().destinationCrs(), QgsProject.instance()
        )
        try:
            extent = transform.transformBoundingBox(geometry.boundingBox())
        except QgsCsException:
            self._context.say(tr("The map's projection cannot show this area."))
            return
        extent.scale(1.15)
        self._context.show_map()
        canvas.setExtent(extent)
        canvas.refresh()

    def remove(self) -> None:
        """Take everything off the map for good."""
        self._tools_off()
        self._band.remove()
        for tool in self._tools:
            tool.remove()

    def set_visible_on_map(self, shown: bool) -> None:
        """Show or hide the outline."""
        self._band.show((self._area or self._extent) if shown else None)

    # -- inside ------------------------------------------------------------------------------------

    def _tools_off(self) -> None:
        for switch in self._switches:
            switch.off()

    def _take_drawn(self, geometry: QgsGeometry, words: str) -> None:
        self._tools_off()
        self._take(lambda: (to_wgs84(geometry, self._context.canvas.mapSettings().destinationCrs()), words))

    def _take_view(self) -> None:
        self._take_drawn(QgsGeometry.fromRect(self._context.canvas.extent()), tr("Rectangle"))

    def _take_layer(self, selected: bool) -> None:
        self._tools_off()
        self._take(lambda: of_layer(self._context.iface.activeLayer(), selected))

    def _take(self, make: Any) -> None:
        try:
            self._area, self._words = make()
        except PluginError as error:
            self._context.complain(error.as_dict())
            return
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        shown = self._area or self._extent
        if self._area is not None:
            text = f"{self._words}, {area_text(area_km2(self._area))}"
        elif self._extent is not None:
            text = tr("All of the source, {area}").format(area=area_text(area_km2(self._extent)))
        else:
            text = tr("All that the source covers")
        self.label.setText(text)
        self.zoom_button.setEnabled(shown is not None)
        self._band.show(shown)

"""The run's area: three buttons, one line that says what is chosen. 360 px are enough."""

from __future__ import annotations

import json
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ..errors import PluginError
from ..texts import area_text, tr
from .area_tool import WGS84, AreaBand, RectangleTool, area_km2, to_wgs84
from .context import Context
from .tool_switch import ToolSwitch
from .widgets import note_label, tool_button


class AreaRow(QWidget):
    """Draw a rectangle, take the map's view, or take all that the source covers."""

    changed = pyqtSignal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._area: QgsGeometry | None = None
        self._extent: QgsGeometry | None = None
        self._band = AreaBand(context.canvas)
        self._tool = RectangleTool(context.canvas)
        self._tool.drawn.connect(self._drawn)

        theme = QgsApplication.getThemeIcon
        self.draw_button = tool_button(
            tr("Draw"), tr("Draw a rectangle on the map"), image=theme("/mActionAddBasicRectangle.svg"), checkable=True
        )
        self.view_button = tool_button(
            tr("View"), tr("Take what the map shows now"), image=theme("/mActionZoomToArea.svg")
        )
        self.source_button = tool_button(
            tr("Source"), tr("Take all that the source covers"), image=theme("/mActionZoomFullExtent.svg")
        )
        self.zoom_button = QToolButton()
        self.zoom_button.setAutoRaise(True)
        self.zoom_button.setIcon(theme("/mActionZoomToLayer.svg"))
        self.zoom_button.setToolTip(tr("Zoom to the area"))
        self.label = note_label()
        self._switch = ToolSwitch(context.canvas, self._tool, self.draw_button)
        self._tool.given_up.connect(self._switch.off)
        self.view_button.clicked.connect(self._take_view)
        self.source_button.clicked.connect(self.take_source)
        self.zoom_button.clicked.connect(self.zoom)

        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.draw_button, self.view_button, self.source_button):
            buttons.addWidget(button)
        line = QHBoxLayout()
        line.addWidget(self.label, 1)
        line.addWidget(self.zoom_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(buttons)
        column.addLayout(line)
        self._tell()

    @property
    def geojson(self) -> dict[str, Any] | None:
        """The area as GeoJSON in EPSG:4326, None for all of the source."""
        return None if self._area is None else json.loads(self._area.asJson(7))

    def set_geojson(self, area: dict[str, Any] | None) -> None:
        """Set the area from GeoJSON (a Polygon), None for all of the source."""
        self._area = None
        if area is not None:
            rings = area.get("coordinates") or [[]]
            points = ", ".join(f"{x} {y}" for x, y in rings[0])
            geometry = QgsGeometry.fromWkt(f"Polygon (({points}))")
            self._area = None if geometry.isEmpty() else geometry
        self._tell()

    def show_extent(self, area: dict[str, Any] | None) -> None:
        """What the engine found the area to be: shown when the person left it to the source."""
        self._extent = None
        if area is not None and area.get("type") == "Polygon":
            points = ", ".join(f"{x} {y}" for x, y in area["coordinates"][0])
            self._extent = QgsGeometry.fromWkt(f"Polygon (({points}))")
        self._tell()

    def take_source(self) -> None:
        """All that the source covers."""
        self._area = None
        self._switch.off()
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
        canvas.setExtent(extent)
        canvas.refresh()

    def remove(self) -> None:
        """Take everything off the map for good."""
        self._switch.off()
        self._band.remove()
        self._tool.remove()

    def set_visible_on_map(self, shown: bool) -> None:
        """Show or hide the outline."""
        self._band.show((self._area or self._extent) if shown else None)

    # -- inside ------------------------------------------------------------------------------------

    def _drawn(self, rectangle: QgsRectangle) -> None:
        self._switch.off()
        self._take(rectangle)

    def _take_view(self) -> None:
        self._switch.off()
        self._take(self._context.canvas.extent())

    def _take(self, rectangle: QgsRectangle) -> None:
        try:
            self._area = to_wgs84(rectangle, self._context.canvas.mapSettings().destinationCrs())
        except PluginError as error:
            self._context.complain(error.as_dict())
            return
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        shown = self._area or self._extent
        if self._area is not None:
            text = tr("Rectangle, {area}").format(area=area_text(area_km2(self._area)))
        elif self._extent is not None:
            text = tr("All of the source, {area}").format(area=area_text(area_km2(self._extent)))
        else:
            text = tr("All that the source covers")
        self.label.setText(text)
        self.zoom_button.setEnabled(shown is not None)
        self._band.show(shown)

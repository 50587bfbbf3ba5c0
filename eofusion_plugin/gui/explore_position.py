"""A field for a position in degrees."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsPointXY,
    QgsProject,
)
from qgis.PyQt.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout

from ..explore.asks import Ask
from ..explore.geometry import WGS84
from ..texts import tr
from .context import Context
from .explore_fields import Field
from .inspect_tools import PixelTool
from .tool_switch import ToolSwitch


class PositionField(Field):
    """Longitude and latitude, typed or clicked on the map."""

    def __init__(self, ask: Ask, context: Context) -> None:
        super().__init__(ask)
        self._context = context
        self._known = False
        self.lon, self.lat = (_degrees(ends, name) for ends, name in ((180, tr("Longitude")), (90, tr("Latitude"))))
        self.pick_button = QToolButton()
        self.pick_button.setCheckable(True)
        self.pick_button.setIcon(QgsApplication.getThemeIcon("/mActionIdentify.svg"))
        self.pick_button.setToolTip(tr("Click the tower on the map"))
        self.pick_button.setAccessibleName(tr("Click the tower on the map"))
        self._tool = PixelTool(context.canvas)
        self._switch = ToolSwitch(context.canvas, self._tool, self.pick_button)
        self._tool.given_up.connect(self._switch.off)
        self._tool.clicked.connect(self._clicked)
        grid = QGridLayout()
        grid.setSpacing(4)
        for column, (name, box) in enumerate(((tr("Longitude"), self.lon), (tr("Latitude"), self.lat))):
            grid.addWidget(QLabel(name), 0, column)
            grid.addWidget(box, 1, column)
            box.valueChanged.connect(self._typed)
        self._row.addLayout(grid, 1)
        beside = QVBoxLayout()
        beside.addStretch(1)
        beside.addWidget(self.pick_button)
        self._row.addLayout(beside)

    def value(self) -> Any:
        """{"lon", "lat"} in degrees, None before any was given."""
        return {"lon": self.lon.value(), "lat": self.lat.value()} if self._known else None

    def put(self, lon: float, lat: float) -> None:
        """Set the position in degrees."""
        self.lon.setValue(lon)
        self.lat.setValue(lat)
        self._typed()

    def show_on_map(self, shown: bool) -> None:
        """Hidden, the map's tool is given back."""
        if not shown:
            self._switch.off()

    def remove(self) -> None:
        """The plugin goes away."""
        self._switch.off()

    def _typed(self, *_: object) -> None:
        self._known = True
        self.changed.emit()

    def _clicked(self, point: QgsPointXY, _new: bool = False) -> None:
        crs = self._context.canvas.mapSettings().destinationCrs()
        try:
            there = QgsCoordinateTransform(crs, QgsCoordinateReferenceSystem(WGS84), QgsProject.instance()).transform(
                point
            )
        except QgsCsException:
            self._context.say(tr("The map's projection does not know this place."))
            return
        self._switch.off()
        self.put(there.x(), there.y())


def _degrees(ends: int, name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(-ends, ends)
    box.setDecimals(5)
    box.setSuffix("°")
    box.setMinimumWidth(60)
    box.setAccessibleName(name)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box

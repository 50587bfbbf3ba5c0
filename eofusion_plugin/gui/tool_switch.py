"""A button that takes a map tool and gives the map back the tool that it had before."""

from __future__ import annotations

import contextlib
from weakref import WeakKeyDictionary

from qgis.gui import QgsMapCanvas, QgsMapTool
from qgis.PyQt.QtWidgets import QAbstractButton

#: What the map had before each of the plugin's tools that is in use: never one of the plugin's own.
_BEFORE: WeakKeyDictionary[QgsMapTool, QgsMapTool | None] = WeakKeyDictionary()


class ToolSwitch:
    """Keeps a checkable button and the map's tool in step."""

    def __init__(self, canvas: QgsMapCanvas, tool: QgsMapTool, button: QAbstractButton) -> None:
        self._canvas = canvas
        self._tool = tool
        self._button = button
        button.toggled.connect(self._toggled)

    def off(self, restore: bool = True) -> None:
        """Put the tool away; with ``restore`` the map gets its earlier tool."""
        with contextlib.suppress(TypeError):  # it was not connected: the tool was not in use
            self._canvas.mapToolSet.disconnect(self._tool_set)
        before = _BEFORE.pop(self._tool, None)
        if restore and self._canvas.mapTool() is self._tool:
            self._canvas.unsetMapTool(self._tool)
            if before is not None:
                self._canvas.setMapTool(before)
        blocked = self._button.blockSignals(True)
        self._button.setChecked(False)
        self._button.blockSignals(blocked)

    def _toggled(self, on: bool) -> None:
        if not on:
            self.off()
            return
        now = self._canvas.mapTool()
        _BEFORE[self._tool] = _BEFORE.get(now) if now in _BEFORE else now
        self._canvas.setMapTool(self._tool)
        self._canvas.mapToolSet.connect(self._tool_set)

    def _tool_set(self, tool: object, _old: object = None) -> None:
        if tool is not self._tool:
            self.off(restore=False)

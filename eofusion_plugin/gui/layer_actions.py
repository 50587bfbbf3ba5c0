"""Entries in the context menu of a run's layers: export, find the run folder again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer
from qgis.gui import QgisInterface
from qgis.PyQt.QtWidgets import QAction

from ..compat import RASTER_LAYER
from ..layers.relink import KIND
from ..texts import tr

if TYPE_CHECKING:
    from .context import Context
    from .export_dialog import ExportDialog

MENU = "EO Fusion"


class LayerActions:
    """Adds the entries to layers as they come, takes them away with :meth:`remove`."""

    def __init__(self, iface: QgisInterface) -> None:
        self._iface = iface
        self._context: Context | None = None
        self.dialog: ExportDialog | None = None
        window = iface.mainWindow()
        self.export_action = QAction(tr("Export…"), window)
        self.export_action.triggered.connect(lambda _checked: self.export())
        self.relink_action = QAction(tr("Find the run folder again…"), window)
        self.relink_action.triggered.connect(lambda _checked: self.relink())
        self._actions = (self.export_action, self.relink_action)
        for action in self._actions:
            iface.addCustomActionForLayerType(action, MENU, RASTER_LAYER, False)
        project = QgsProject.instance()
        project.layersAdded.connect(self._added)
        self._added(list(project.mapLayers().values()))

    def export(self, layer: QgsMapLayer | None = None) -> None:
        """Open the dialog for a layer, by default the one that is active."""
        from ..errors import PluginError
        from .export_dialog import ExportDialog

        layer = layer or self._iface.activeLayer()
        if not isinstance(layer, QgsRasterLayer):
            return
        self._close_dialog()
        try:
            self.dialog = ExportDialog(self._with_context(), layer.source(), self._iface.mainWindow())
        except PluginError as error:
            self._with_context().complain(error.as_dict())
            return
        self.dialog.show()

    def relink(self) -> None:
        """Ask for the folder of a run whose layers have lost it."""
        from .relink_dialog import ask_relink

        ask_relink(self._with_context(), self._iface.mainWindow())

    def remove(self) -> None:
        """Leave QGIS as it was."""
        QgsProject.instance().layersAdded.disconnect(self._added)
        self._close_dialog()
        for action in self._actions:
            self._iface.removeCustomActionForLayerType(action)
            action.deleteLater()

    def _added(self, layers: list[QgsMapLayer]) -> None:
        for layer in layers:
            if isinstance(layer, QgsRasterLayer) and layer.customProperty(KIND):
                for action in self._actions:
                    self._iface.addCustomActionForLayer(action, layer)

    def _close_dialog(self) -> None:
        if self.dialog is not None:
            self.dialog.remove()
            self.dialog = None

    def _with_context(self) -> Context:
        from .context import Context

        if self._context is None:
            self._context = Context(self._iface)
        return self._context

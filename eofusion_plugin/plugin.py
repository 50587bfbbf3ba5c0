"""The plugin's face: menu, toolbar button, dock, Processing provider. Starts no engine and asks nothing."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QAction

from .texts import tr, translator

MENU = "EO Fusion"


class EOFusionPlugin:
    """Made by QGIS. ``qgis_process`` calls only :meth:`initProcessing`, with no window at all."""

    def __init__(self, iface: QgisInterface | None) -> None:
        self.iface = iface
        self.provider = None
        self.dock = None
        self._actions: list[QAction] = []
        self._options = None
        self.layer_actions = None
        self._translator = None

    def initProcessing(self) -> None:
        """Register the algorithms."""
        from . import settings
        from .processing.provider import EOFusionProvider

        settings.apply()
        self._translate()
        self.provider = EOFusionProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Menu, toolbar button, algorithms. The dock is made when it is first opened."""
        from .gui.layer_actions import LayerActions
        from .gui.options_factory import OptionsFactory
        from .gui.widgets import icon, open_help

        self.initProcessing()
        window = self.iface.mainWindow()
        panel = QAction(icon(), tr("EO Fusion"), window)
        panel.setObjectName("EOFusionPanel")
        panel.setCheckable(True)
        panel.setToolTip(tr("EO Fusion: GPP, temperature, embeddings and reflectance from satellite series"))
        panel.triggered.connect(self.show_dock)
        setup = QAction(tr("Set up the engine…"), window)
        setup.triggered.connect(self._open_setup)
        manual = QAction(tr("Help"), window)
        manual.triggered.connect(open_help)
        self.iface.addToolBarIcon(panel)
        for action in (panel, setup, manual):
            self.iface.addPluginToMenu(MENU, action)
        self._actions = [panel, setup, manual]
        self._options = OptionsFactory(self._open_setup, self._open_credentials)
        self.iface.registerOptionsWidgetFactory(self._options)
        self.layer_actions = LayerActions(self.iface)

    def show_dock(self, shown: bool = True) -> None:
        """Show or hide the dock."""
        if self.dock is None:
            if not shown:
                return
            self.dock = self._make_dock()
        self.dock.setUserVisible(shown)

    def unload(self) -> None:
        """Leave QGIS as it was."""
        if self.dock is not None:
            self.dock.remove()
            self.iface.removeDockWidget(self.dock)
            self.dock.deleteLater()
            self.dock = None
        if self.layer_actions is not None:
            self.layer_actions.remove()
            self.layer_actions = None
        if self._options is not None:
            self.iface.unregisterOptionsWidgetFactory(self._options)
            self._options = None
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None
        for action in self._actions:
            self.iface.removePluginMenu(MENU, action)
            self.iface.removeToolBarIcon(action)
            action.deleteLater()
        self._actions = []
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None

    def _translate(self) -> None:
        if self._translator is None:
            self._translator = translator()
            if self._translator is not None:
                QCoreApplication.installTranslator(self._translator)

    def _make_dock(self):
        from .gui.context import Context
        from .gui.dock import Dock

        dock = Dock(Context(self.iface), self.iface.mainWindow())
        self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        dock.visibilityChanged.connect(self._actions[0].setChecked)
        return dock

    def _open_setup(self) -> None:
        self.show_dock(True)
        self.dock.open_setup()

    def _open_credentials(self) -> None:
        self.iface.showOptionsDialog(self.iface.mainWindow(), "mOptionsPageAuth")

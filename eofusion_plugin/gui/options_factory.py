"""Tells QGIS' options of EO Fusion's page. Imported at start-up: so light, and the page itself comes later."""

from __future__ import annotations

from collections.abc import Callable

from qgis.gui import QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QWidget

from .widgets import icon


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page when QGIS' options are opened: nothing at start-up."""

    def __init__(self, open_setup: Callable[[], None], open_credentials: Callable[[], None]) -> None:
        super().__init__()
        self._actions = (open_setup, open_credentials)

    def title(self) -> str:
        """The page's name in the list."""
        return "EO Fusion"

    def icon(self) -> QIcon:
        """Its icon in the list."""
        return icon()

    def createWidget(self, parent: QWidget | None) -> QgsOptionsPageWidget:
        """Called by QGIS."""
        from .options_page import OptionsPage

        return OptionsPage(*self._actions, parent)

"""``qgis.gui``: widgets with the methods that the plugin calls."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QDockWidget, QGroupBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from .loose import Loose, add_enums, loose_class


class _Settable:
    """What is set of it has no effect here."""

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("set"):
            raise AttributeError(f"{type(self).__name__} has no {name} here: see stubs/qgis/gui.py")
        return lambda *_, **__: None


class QgsDockWidget(QDockWidget):
    """A dock."""

    def setUserVisible(self, shown: bool) -> None:
        """Show or hide it."""
        self.setVisible(shown)


class QgsCollapsibleGroupBox(_Settable, QGroupBox):
    """A box that folds."""

    collapsedStateChanged = pyqtSignal(bool)

    def setCollapsed(self, folded: bool) -> None:
        """Fold it."""
        self.collapsedStateChanged.emit(folded)

    def isCollapsed(self) -> bool:
        """It never is."""
        return False


@add_enums
class QgsFileWidget(_Settable, QWidget):
    """A path and a button."""

    fileChanged = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edit = QLineEdit()
        self._edit.textChanged.connect(self.fileChanged)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._edit)
        row.addWidget(QToolButton())

    def lineEdit(self) -> QLineEdit:
        """The field."""
        return self._edit

    def filePath(self) -> str:
        """The path."""
        return self._edit.text()

    def setFilePath(self, path: str) -> None:
        """Fill it in."""
        self._edit.setText(path)

    def setStorageMode(self, mode: Any) -> None:
        """Only a scoped member is one."""
        assert isinstance(mode, QgsFileWidget.StorageMode), mode


class QgsMapLayerComboBox(_Settable, QComboBox):
    """A list of no layers."""

    layerChanged = pyqtSignal(object)

    def currentLayer(self) -> None:
        """There is none."""


class QgsFieldComboBox(_Settable, QComboBox):
    """A list of no fields."""

    fieldChanged = pyqtSignal(str)

    def currentField(self) -> str:
        """There is none."""
        return ""


class QgsCheckableComboBox(_Settable, QComboBox):
    """A list with ticks."""

    checkedItemsChanged = pyqtSignal(list)

    def checkedItems(self) -> list[str]:
        """None is ticked."""
        return []


@add_enums
class QgsProjectionSelectionWidget(_Settable, QComboBox):
    """A list of no projections."""

    crsChanged = pyqtSignal(object)

    def setOptionVisible(self, option: Any, shown: bool) -> None:
        """Only a scoped member is one."""
        assert isinstance(option, QgsProjectionSelectionWidget.CrsOption), (option, shown)

    def crs(self) -> Loose:
        """None."""
        return Loose()


class QgsAuthConfigSelect(_Settable, QWidget):
    """A chooser of no credentials."""

    selectedConfigIdChanged = pyqtSignal(str)

    def configId(self) -> str:
        """None."""
        return ""


class QgsOptionsPageWidget(QWidget):
    """A page of the options."""


class QgsMapCanvas(QWidget):
    """A map of nothing."""

    destinationCrsChanged = pyqtSignal()
    extentsChanged = pyqtSignal()
    mapToolSet = pyqtSignal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._tool: QgsMapTool | None = None

    def mapTool(self) -> QgsMapTool | None:
        """The tool in use."""
        return self._tool

    def setMapTool(self, tool: QgsMapTool, *_: Any) -> None:
        """Take a tool."""
        old, self._tool = self._tool, tool
        self.mapToolSet.emit(tool, old)

    def unsetMapTool(self, tool: QgsMapTool) -> None:
        """Put it away."""
        if self._tool is tool:
            self._tool = None
            tool.deactivate()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_, **__: Loose()


class QgsMapTool(QObject):
    """A map tool."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__()
        self._canvas = canvas

    def setCursor(self, cursor: Any) -> None:
        """Only a scoped member is one."""
        assert isinstance(cursor, Qt.CursorShape), cursor

    def deactivate(self) -> None:
        """Put away."""

    def canvas(self) -> QgsMapCanvas:
        """The map."""
        return self._canvas

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_, **__: Loose()


def __getattr__(name: str) -> Any:
    if not name.startswith(("Qgs", "Qgis")):
        raise AttributeError(name)
    made = loose_class(name)
    globals()[name] = made
    return made

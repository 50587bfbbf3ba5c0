"""``qgis.core``: what the widgets need, and loose classes for the rest."""

from __future__ import annotations

from typing import Any, ClassVar

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QIcon

from .loose import Loose, add_enums, loose_class

NULL = None


@add_enums
class Qgis:
    """Versions and enumerations."""

    QGIS_VERSION = "4.0.0-Stand-in"
    QGIS_VERSION_INT = 40000


class QgsSettings:
    """Settings that end with the process."""

    kept: ClassVar[dict[str, Any]] = {}

    def value(self, name: str, default: Any = None, *_: Any, **__: Any) -> Any:
        """A value that was set."""
        return self.kept.get(name, default)

    def setValue(self, name: str, value: Any, *_: Any) -> None:
        """Set a value."""
        self.kept[name] = value


class QgsApplication(Loose):
    """The application's shared objects."""

    locale = staticmethod(lambda: "en")
    getThemeIcon = staticmethod(lambda _name, *_: QIcon())


@add_enums
class QgsTask(QObject):
    """A task that nobody runs."""

    progressChanged = pyqtSignal(float)
    taskCompleted = pyqtSignal()
    taskTerminated = pyqtSignal()

    def __init__(self, description: str = "", flags: Any = None) -> None:
        super().__init__()
        self.said = (description, flags)

    def isCanceled(self) -> bool:
        """It never is."""
        return False

    def cancel(self) -> None:
        """Does nothing."""


class QgsProject(QObject):
    """An empty project."""

    layersAdded = pyqtSignal(list)
    layersRemoved = pyqtSignal(list)
    layerWasAdded = pyqtSignal(object)
    layersWillBeRemoved = pyqtSignal(list)
    readProject = pyqtSignal()
    cleared = pyqtSignal()
    homePathChanged = pyqtSignal()
    crsChanged = pyqtSignal()
    _only: QgsProject | None = None

    @classmethod
    def instance(cls) -> QgsProject:
        """The project."""
        cls._only = cls._only or cls()
        return cls._only

    def homePath(self) -> str:
        """It was never saved."""
        return ""

    def mapLayers(self) -> dict[str, Any]:
        """It has none."""
        return {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: Loose()


class QgsCsException(Exception):
    """A projection failed."""


class QgsProcessingException(Exception):
    """An algorithm failed."""


class QgsMessageLog(Loose):
    """Forgets everything."""


def __getattr__(name: str) -> Any:
    if not name.startswith("Qgs"):
        raise AttributeError(name)
    made = loose_class(name)
    globals()[name] = made
    return made

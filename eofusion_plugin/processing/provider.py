"""The Processing provider ``eofusion``."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..engine.environment import PLUGIN_FOLDER
from .explore_algorithm import explore_algorithms
from .export_algorithm import ExportAlgorithm
from .find_algorithm import FindAlgorithm
from .points_algorithm import SeriesAlgorithm
from .product_algorithms import EmbeddingsAlgorithm, GppAlgorithm, ReflectanceAlgorithm, TemperatureAlgorithm
from .run_algorithm import RunAlgorithm


class EOFusionProvider(QgsProcessingProvider):
    """All algorithms of EO Fusion."""

    def id(self) -> str:
        """Its part of an algorithm's id."""
        return "eofusion"

    def name(self) -> str:
        """Its name in the toolbox."""
        return "EO Fusion"

    def icon(self) -> QIcon:
        """Its icon in the toolbox."""
        return QIcon(str(PLUGIN_FOLDER / "resources" / "icons" / "eofusion.svg"))

    def loadAlgorithms(self) -> None:
        """Called by QGIS."""
        for made in (
            FindAlgorithm,
            RunAlgorithm,
            EmbeddingsAlgorithm,
            ReflectanceAlgorithm,
            GppAlgorithm,
            TemperatureAlgorithm,
            SeriesAlgorithm,
            ExportAlgorithm,
        ):
            self.addAlgorithm(made())
        for algorithm in explore_algorithms():
            self.addAlgorithm(algorithm)

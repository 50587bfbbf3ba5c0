"""``eofusion:run``: the same run as the dock's, for the toolbox, models and ``qgis_process``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputRasterLayer,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFolderDestination,
)
from qgis.PyQt.QtGui import QIcon

from ..engine.environment import PLUGIN_FOLDER
from ..errors import PluginError
from ..run_folder import read_run
from ..texts import tr
from .conversation import converse
from .request_algorithm import RequestAlgorithm, source_help

RASTERS = {
    "GPP": ("gpp", "p50"),
    "GPP_SUM": ("gpp_sum", None),
    "TEMPERATURE": ("temperature", "mean"),
    "QUALITY": ("quality", None),
}


class RunAlgorithm(RequestAlgorithm):
    """Area and dates in; a run folder and its main rasters out."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = ""
        self._load = False

    def createInstance(self) -> RunAlgorithm:
        """Called by QGIS."""
        return RunAlgorithm()

    def name(self) -> str:
        """Its part of the id ``eofusion:run``."""
        return "run"

    def displayName(self) -> str:
        """Its name in the toolbox."""
        return tr("Maps from satellite series")

    def shortHelpString(self) -> str:
        """The help beside the parameters."""
        parts = (
            tr(
                "Joins the Sentinel-2 and Sentinel-1 images of an area and a period, and makes embeddings, cloud-free "
                "reflectance, GPP with its interval and a generated daily air temperature, each at every clear date."
            ),
            source_help(),
            tr(
                "Dates of the maps: 'clear', 'every:10' (days), or dates such as 2021-05-01,2021-06-10.\n"
                "Weather: a CSV with the columns date, tair_degC, ssrd_w_m2, or ERA5, ERA5-Land or AgERA5 netCDF, "
                "makes GPP better.\n"
                "'Find scenes' shows the dates that there are; those to leave out are written here, with commas."
            ),
            tr("Temperature is generated, not measured. The same request in the same folder goes on where it stopped."),
        )
        return "\n\n".join(parts)

    def icon(self) -> QIcon:
        """Its icon in the toolbox."""
        return QIcon(str(PLUGIN_FOLDER / "resources" / "icons" / "eofusion.svg"))

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Parameters and outputs."""
        del configuration
        self.add_request_parameters()
        self.add_advanced(QgsProcessingParameterBoolean("LOAD", tr("Add the styled layers to the project"), True))
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", tr("Run folder")))
        titles = {
            "GPP": tr("GPP, median"),
            "GPP_SUM": tr("GPP sum"),
            "TEMPERATURE": tr("Temperature, mean"),
            "QUALITY": tr("Clear observations"),
        }
        for name, title in titles.items():
            self.addOutput(QgsProcessingOutputRasterLayer(name, title))

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """In a thread of Processing: one engine process of its own, ended with it."""
        request = self.request(parameters, context, self.parameterAsString(parameters, "OUTPUT", context))
        self._load = self.parameterAsBoolean(parameters, "LOAD", context)
        try:
            result = converse("run", request, self.take_secret(), feedback)
            run = read_run(Path(str(result["run"])))
        except PluginError as error:
            if feedback.isCanceled():
                return {}
            raise QgsProcessingException(str(error)) from error
        self._folder = str(run.folder)
        outputs: dict[str, Any] = {"OUTPUT": self._folder}
        for name, (kind, statistic) in RASTERS.items():
            product = run.find(kind, statistic)
            if product is not None:
                outputs[name] = str(product.path)
        for note in run.info.get("notes", []):
            feedback.pushInfo(str(note))
        return outputs

    def postProcessAlgorithm(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """In the main thread: the styled group, where there is a window to show it in."""
        from qgis.utils import iface

        if self._load and self._folder and iface is not None and context.project() is not None:
            from ..layers.group import add_run

            added = add_run(read_run(Path(self._folder)), context.project())
            feedback.pushInfo(tr("{n} layers added.").format(n=len(added.layers)))
        return {}

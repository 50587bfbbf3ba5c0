"""``eofusion:run``: the same run as the dock's, for the toolbox, models and ``qgis_process``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputMultipleLayers,
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


@dataclass(frozen=True)
class RasterOutput:
    """A raster of a run that an algorithm gives out: the product of this kind and statistic; with ``every`` all of that
    kind, one a date."""

    name: str
    title: str
    kind: str
    statistic: str | None = None
    every: bool = False


def gpp_outputs() -> tuple[RasterOutput, ...]:
    """GPP as stacks (a band a date) and the period's sum."""
    return (
        RasterOutput("GPP", tr("GPP, median"), "gpp", "p50"),
        RasterOutput("GPP_P10", tr("GPP, 10th percentile"), "gpp", "p10"),
        RasterOutput("GPP_P90", tr("GPP, 90th percentile"), "gpp", "p90"),
        RasterOutput("GPP_SUM", tr("GPP sum"), "gpp_sum"),
    )


def temperature_outputs() -> tuple[RasterOutput, ...]:
    """Temperature as stacks (a band a day) and its monthly means."""
    return (
        RasterOutput("TEMPERATURE", tr("Temperature, mean"), "temperature", "mean"),
        RasterOutput("TEMPERATURE_P10", tr("Temperature, 10th percentile"), "temperature", "p10"),
        RasterOutput("TEMPERATURE_P90", tr("Temperature, 90th percentile"), "temperature", "p90"),
        RasterOutput("TEMPERATURE_MONTHLY", tr("Temperature, monthly means"), "temperature_monthly"),
    )


def quality_output() -> RasterOutput:
    """Which every run has."""
    return RasterOutput("QUALITY", tr("Clear observations"), "quality")


class RunAlgorithm(RequestAlgorithm):
    """Area and dates in; a run folder and its main rasters out."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = ""
        self._load = False

    def createInstance(self) -> RunAlgorithm:
        """Called by QGIS."""
        return type(self)()

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

    def rasters(self) -> tuple[RasterOutput, ...]:
        """What it gives out beside the folder, so that models can go on from it."""
        return (*gpp_outputs(), *temperature_outputs(), quality_output())

    def icon(self) -> QIcon:
        """Its icon in the toolbox."""
        return QIcon(str(PLUGIN_FOLDER / "resources" / "icons" / "eofusion.svg"))

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Parameters and outputs."""
        del configuration
        self.add_request_parameters()
        self.add_advanced(QgsProcessingParameterBoolean("LOAD", tr("Add the styled layers to the project"), True))
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", tr("Run folder")))
        for output in self.rasters():
            made = QgsProcessingOutputMultipleLayers if output.every else QgsProcessingOutputRasterLayer
            self.addOutput(made(output.name, output.title))

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
        for output in self.rasters():
            if output.every:
                outputs[output.name] = [str(p.path) for p in run.products if p.kind == output.kind and p.path.is_file()]
            elif (product := run.find(output.kind, output.statistic)) is not None:
                outputs[output.name] = str(product.path)
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

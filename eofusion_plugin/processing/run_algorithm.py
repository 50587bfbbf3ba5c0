"""``eofusion:run``: the same run as the dock's, for the toolbox, models and ``qgis_process``."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputRasterLayer,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QDate
from qgis.PyQt.QtGui import QIcon

from .. import log
from ..compat import FILE_IS_FOLDER
from ..engine.environment import PLUGIN_FOLDER
from ..engine.session import EngineSession
from ..errors import PluginError
from ..run_folder import read_run
from ..run_request import PRODUCTS, RunRequest
from ..texts import tr
from .conversation import follow

WGS84 = "EPSG:4326"
DEVICES = ("auto", "cpu", "cuda")
RASTERS = {
    "GPP": ("gpp", "p50"),
    "GPP_SUM": ("gpp_sum", None),
    "TEMPERATURE": ("temperature", "mean"),
    "QUALITY": ("quality", None),
}


class RunAlgorithm(QgsProcessingAlgorithm):
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
        return tr(
            "Joins the Sentinel-2 and Sentinel-1 images of an area and a period, and makes embeddings, cloud-free "
            "reflectance, GPP with its interval and a generated daily air temperature, each at every clear date.\n\n"
            "Source: 'sample' is a small simulated landscape that needs no data; or choose a folder of scenes.\n"
            "Area: an extent, or a layer of polygons; without either, all that the source covers.\n"
            "Dates of the maps: 'clear', 'every:10' (days), or dates such as 2021-05-01,2021-06-10.\n"
            "Weather: a CSV with the columns date, tair_degC, ssrd_w_m2 makes GPP better.\n\n"
            "Temperature is generated, not measured. The same request in the same folder goes on where it stopped."
        )

    def icon(self) -> QIcon:
        """Its icon in the toolbox."""
        return QIcon(str(PLUGIN_FOLDER / "resources" / "icons" / "eofusion.svg"))

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Parameters and outputs."""
        del configuration
        date_type = QgsProcessingParameterDateTime.Type.Date
        polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
        add = self.addParameter
        add(QgsProcessingParameterString("SOURCE", tr("Source"), "sample", optional=True))
        add(
            QgsProcessingParameterFile(
                "FOLDER", tr("Folder of scenes (instead of the source)"), FILE_IS_FOLDER, optional=True
            )
        )
        add(QgsProcessingParameterExtent("AREA", tr("Area"), optional=True))
        add(QgsProcessingParameterFeatureSource("POLYGONS", tr("Area from polygons"), polygons, optional=True))
        add(QgsProcessingParameterDateTime("START", tr("First day"), date_type, QDate(2021, 4, 1)))
        add(QgsProcessingParameterDateTime("END", tr("Last day"), date_type, QDate(2021, 9, 30)))
        titles = [tr("Embeddings"), tr("Cloud-free reflectance"), tr("GPP"), tr("Temperature (generated)")]
        add(QgsProcessingParameterEnum("PRODUCTS", tr("Products"), titles, True, list(range(len(titles)))))
        add(QgsProcessingParameterString("DATES", tr("Dates of the maps"), "clear"))
        add(QgsProcessingParameterFile("WEATHER", tr("Weather file"), optional=True))
        for parameter in (
            QgsProcessingParameterEnum("DEVICE", tr("Device"), list(DEVICES), defaultValue=0),
            QgsProcessingParameterNumber(
                "SEED", tr("Seed"), QgsProcessingParameterNumber.Type.Integer, 0, minValue=0, maxValue=2**31 - 1
            ),
            QgsProcessingParameterBoolean("LOAD", tr("Add the styled layers to the project"), True),
        ):
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
            add(parameter)
        add(QgsProcessingParameterFolderDestination("OUTPUT", tr("Run folder")))
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
        from ..gui.context import engine_command

        request = self._request(parameters, context)
        self._load = self.parameterAsBoolean(parameters, "LOAD", context)
        session = EngineSession(engine_command, log.info)
        try:
            result = follow(session, request.as_dict(), feedback)
            run = read_run(Path(str(result["run"])))
        except PluginError as error:
            if feedback.isCanceled():
                return {}
            raise QgsProcessingException(str(error)) from error
        finally:
            session.close()
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

    # -- the request -------------------------------------------------------------------------------

    def _request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> RunRequest:
        folder = self.parameterAsFile(parameters, "FOLDER", context)
        chosen = self.parameterAsEnums(parameters, "PRODUCTS", context)
        out = self.parameterAsString(parameters, "OUTPUT", context)
        return RunRequest(
            start=_day(self.parameterAsDateTime(parameters, "START", context).date()),
            end=_day(self.parameterAsDateTime(parameters, "END", context).date()),
            out=out,
            source=folder or self.parameterAsString(parameters, "SOURCE", context).strip() or "sample",
            area=self._area(parameters, context),
            products=tuple(PRODUCTS[index] for index in chosen),
            dates=self.parameterAsString(parameters, "DATES", context).strip() or "clear",
            weather=self.parameterAsFile(parameters, "WEATHER", context),
            device=DEVICES[self.parameterAsEnum(parameters, "DEVICE", context)],
            seed=self.parameterAsInt(parameters, "SEED", context),
        )

    def _area(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any] | None:
        target = QgsCoordinateReferenceSystem(WGS84)
        source = self.parameterAsSource(parameters, "POLYGONS", context)
        if source is not None:
            request = QgsFeatureRequest().setDestinationCrs(target, context.transformContext()).setNoAttributes()
            shapes = [feature.geometry() for feature in source.getFeatures(request) if feature.hasGeometry()]
            if not shapes:
                raise QgsProcessingException(tr("The layer of polygons is empty. Choose one with polygons."))
            return json.loads(QgsGeometry.unaryUnion(shapes).asJson(7))
        if parameters.get("AREA") in (None, ""):
            return None
        crs = self.parameterAsExtentCrs(parameters, "AREA", context)
        geometry = self.parameterAsExtentGeometry(parameters, "AREA", context, QgsCoordinateReferenceSystem())
        if geometry.isEmpty():
            return None
        if crs.isValid() and crs != target:
            geometry = geometry.densifyByCount(4)
            try:
                geometry.transform(QgsCoordinateTransform(crs, target, context.transformContext()))
            except QgsCsException as error:
                raise QgsProcessingException(
                    tr("The area cannot be expressed in degrees. Choose a smaller one.")
                ) from error
        return json.loads(geometry.asJson(7))


def _day(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())

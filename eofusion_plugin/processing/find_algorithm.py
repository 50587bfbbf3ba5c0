"""``eofusion:findscenes``: which scenes there are and what a run would take, as the dock's "Find scenes"."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingUtils,
    QgsWkbTypes,
)
from qgis.PyQt.QtGui import QIcon

from ..compat import FIELD_BOOL, FIELD_INT, FIELD_REAL, FIELD_TEXT
from ..engine.environment import PLUGIN_FOLDER
from ..errors import PluginError
from ..texts import tr
from .conversation import converse
from .request_algorithm import RequestAlgorithm, source_help

#: Outputs and the fields of the engine's plan that they are.
NUMBERS = {
    "KM2": "km2",
    "SECONDS": "seconds",
    "MEMORY_MB": "memory_mb",
    "DISK_MB": "disk_mb",
    "READ_MB": "read_mb",
}


class FindAlgorithm(RequestAlgorithm):
    """Area and dates in; a table of scenes' dates and an estimate out. Nothing is made."""

    def createInstance(self) -> FindAlgorithm:
        """Called by QGIS."""
        return FindAlgorithm()

    def name(self) -> str:
        """Its part of the id ``eofusion:findscenes``."""
        return "findscenes"

    def displayName(self) -> str:
        """Its name in the toolbox."""
        return tr("Find scenes")

    def shortHelpString(self) -> str:
        """The help beside the parameters."""
        return "\n\n".join(
            (
                tr(
                    "Lists the dates of the Sentinel-2 and Sentinel-1 scenes of an area and a period, with the cloud "
                    "cover by their metadata (percent) and the share of the area (0-1) that is clear, and estimates "
                    "what a run takes: seconds, memory, disk and bytes to read (MB). Makes no maps."
                ),
                source_help(),
            )
        )

    def icon(self) -> QIcon:
        """Its icon in the toolbox."""
        return QIcon(str(PLUGIN_FOLDER / "resources" / "icons" / "eofusion.svg"))

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Parameters and outputs."""
        del configuration
        self.add_request_parameters()
        table = QgsProcessing.SourceType.TypeVector
        self.addParameter(QgsProcessingParameterFeatureSink("OUTPUT", tr("Dates"), table))
        titles = {
            "KM2": tr("Area (km2)"),
            "SECONDS": tr("Time (s)"),
            "MEMORY_MB": tr("Memory (MB)"),
            "DISK_MB": tr("Disk (MB)"),
            "READ_MB": tr("To read (MB)"),
        }
        for name, title in titles.items():
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """In a thread of Processing: one engine process of its own, ended with it."""
        request = self.request(parameters, context, QgsProcessingUtils.tempFolder())
        try:
            plan = converse("plan", request, self.take_secret(), feedback)
        except PluginError as error:
            if feedback.isCanceled():
                return {}
            raise QgsProcessingException(str(error)) from error
        fields = _fields()
        sink, table = self.parameterAsSink(
            parameters, "OUTPUT", context, fields, QgsWkbTypes.Type.NoGeometry, QgsCoordinateReferenceSystem()
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, "OUTPUT"))
        for sensor in ("S2", "S1"):
            for row in plan.get(sensor.lower(), []):
                feature = QgsFeature(fields)
                feature.setAttributes([{**row, "sensor": sensor}.get(name) for name in fields.names()])
                sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert)
        for note in plan.get("notes", []):
            feedback.pushInfo(str(note))
        return {"OUTPUT": table, **{name: plan[key] for name, key in NUMBERS.items() if key in plan}}


def _fields() -> QgsFields:
    fields = QgsFields()
    for name, kind in (
        ("date", FIELD_TEXT),
        ("sensor", FIELD_TEXT),
        ("scenes", FIELD_INT),
        ("cloud_cover", FIELD_REAL),
        ("clear_fraction", FIELD_REAL),
        ("orbit", FIELD_TEXT),
        ("level", FIELD_TEXT),
        ("skipped", FIELD_BOOL),
    ):
        fields.append(QgsField(name, kind))
    return fields

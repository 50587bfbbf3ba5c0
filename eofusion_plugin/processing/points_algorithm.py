"""``eofusion:series``: all that a run knows over time at points, as a table. Needs no engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeatureSource,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsWkbTypes,
)
from qgis.PyQt.QtGui import QIcon

from ..compat import FIELD_REAL, FIELD_TEXT, FILE_IS_FOLDER
from ..engine.environment import PLUGIN_FOLDER
from ..errors import PluginError
from ..run_folder import read_run
from ..texts import tr
from .tables import add_rows, table_fields

if TYPE_CHECKING:
    from ..layers.pixel import PixelReader

COLUMNS = (
    ("point", FIELD_TEXT),
    ("lon", FIELD_REAL),
    ("lat", FIELD_REAL),
    ("date", FIELD_TEXT),
    ("variable", FIELD_TEXT),
    ("statistic", FIELD_TEXT),
    ("value", FIELD_REAL),
    ("unit", FIELD_TEXT),
)


class SeriesAlgorithm(QgsProcessingAlgorithm):
    """A run folder and points in; one value a row out."""

    def createInstance(self) -> SeriesAlgorithm:
        """Called by QGIS."""
        return SeriesAlgorithm()

    def name(self) -> str:
        """Its part of the id ``eofusion:series``."""
        return "series"

    def displayName(self) -> str:
        """Its name in the toolbox."""
        return tr("Series at points")

    def shortHelpString(self) -> str:
        """The help beside the parameters."""
        return tr(
            "Reads all that a run knows over time at points, as the Inspect tab does: GPP and generated temperature "
            "with their intervals, NDVI, backscatter, the weather that was given. One value a row, with its "
            "unit. Points outside of the run's area are left out and counted."
        )

    def icon(self) -> QIcon:
        """Its icon in the toolbox."""
        return QIcon(str(PLUGIN_FOLDER / "resources" / "icons" / "eofusion.svg"))

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Parameters and outputs."""
        del configuration
        points = [QgsProcessing.SourceType.TypeVectorPoint]
        self.addParameter(QgsProcessingParameterFile("RUN", tr("Run folder"), FILE_IS_FOLDER))
        self.addParameter(QgsProcessingParameterFeatureSource("POINTS", tr("Points"), points))
        self.addParameter(
            QgsProcessingParameterField("POINT_NAME", tr("Names of the points"), None, "POINTS", optional=True)
        )
        table = QgsProcessing.SourceType.TypeVector
        self.addParameter(QgsProcessingParameterFeatureSink("OUTPUT", tr("Series"), table))
        self.addOutput(QgsProcessingOutputNumber("OUTSIDE", tr("Points outside of the area")))

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """In a thread of Processing."""
        from ..layers.pixel import PixelReader  # not at QGIS' start

        points = self.parameterAsSource(parameters, "POINTS", context)
        if points is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "POINTS"))
        fields = table_fields(COLUMNS)
        sink, table = self.parameterAsSink(
            parameters, "OUTPUT", context, fields, QgsWkbTypes.Type.NoGeometry, QgsCoordinateReferenceSystem()
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, "OUTPUT"))
        field = next(iter(self.parameterAsFields(parameters, "POINT_NAME", context)), "")
        reader = None
        outside: list[str] = []
        try:
            reader = PixelReader(read_run(Path(self.parameterAsFile(parameters, "RUN", context))))
            add_rows(sink, fields, _rows(reader, points, field, outside, feedback))
        except PluginError as error:
            raise QgsProcessingException(str(error)) from error
        finally:
            if reader is not None:
                reader.close()
        if outside:
            feedback.pushWarning(
                tr("{n} points lie outside of the run's area: {names}").format(
                    n=len(outside), names=", ".join(outside[:20])
                )
            )
        return {"OUTPUT": table, "OUTSIDE": len(outside)}


def _rows(
    reader: PixelReader, points: QgsFeatureSource, field: str, outside: list[str], feedback: QgsProcessingFeedback
) -> Iterator[list[Any]]:
    total = max(points.featureCount(), 1)
    for done, feature in enumerate(points.getFeatures()):
        if feedback.isCanceled():
            return
        feedback.setProgress(100 * done / total)
        name = str(feature[field]) if field else str(feature.id())
        for part in feature.geometry().asGeometryCollection() if feature.hasGeometry() else ():
            try:
                pixel = reader.read(part.asPoint(), points.sourceCrs())
            except PluginError as error:
                if error.code != "outside":
                    raise
                outside.append(name)
                continue
            for series in pixel.series:
                for day, statistic, value in series.rows():
                    yield [
                        *(name, round(pixel.lon, 7), round(pixel.lat, 7), day.isoformat()),
                        *(series.variable, statistic, float(f"{value:.6g}"), series.unit),
                    ]

"""``eofusion:export``: a product of a run as COG or netCDF, and as a table of zones. Needs no engine."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSource,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtGui import QIcon

from ..engine.environment import PLUGIN_FOLDER
from ..errors import PluginError
from ..run_folder import Product, Run, read_run, run_folder_of
from ..texts import tr

if TYPE_CHECKING:
    from .export_work import ExportJob

# What does the work is imported when there is some: QGIS loads this module at each of its starts.
STATISTICS = ("", "p50", "mean", "p10", "p90")
POLYGON = QgsProcessing.SourceType.TypeVectorPolygon


class ExportAlgorithm(QgsProcessingAlgorithm):
    """A layer of a run in; a raster that explains itself, and a table of zones out."""

    def createInstance(self) -> ExportAlgorithm:
        """Called by QGIS."""
        return ExportAlgorithm()

    def name(self) -> str:
        """Its part of the id ``eofusion:export``."""
        return "export"

    def displayName(self) -> str:
        """Its name in the toolbox."""
        return tr("Export a product")

    def shortHelpString(self) -> str:
        """The help beside the parameters."""
        return "\n\n".join(
            (
                tr(
                    "Writes a product of a run anew: other statistic, chosen dates, another coordinate system, cut to "
                    "polygons. The ending chooses the form: .tif is a Cloud Optimized GeoTIFF, .nc is netCDF (CF)."
                ),
                tr(
                    "Beside it come NAME.json and NAME.txt: unit, legend, limits, provenance and how to cite it. "
                    "Values stay as they are: the nearest pixel where the raster is projected anew."
                ),
                tr("With zones, a table has mean, spread and pixels of every zone and date."),
            )
        )

    def icon(self) -> QIcon:
        """Its icon in the toolbox."""
        return QIcon(str(PLUGIN_FOLDER / "resources" / "icons" / "eofusion.svg"))

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Parameters and outputs."""
        del configuration
        day = QgsProcessingParameterDateTime.Type.Date
        words = [tr("That of the layer"), tr("Median (p50)"), tr("Mean"), tr("10th percentile"), tr("90th percentile")]
        optional = {"optional": True}
        for parameter in (
            QgsProcessingParameterRasterLayer("INPUT", tr("Layer of a run")),
            QgsProcessingParameterEnum("STATISTIC", tr("Statistic"), words, defaultValue=0),
            QgsProcessingParameterDateTime("START", tr("First date"), day, **optional),
            QgsProcessingParameterDateTime("END", tr("Last date"), day, **optional),
            QgsProcessingParameterCrs("CRS", tr("Coordinate system (that of the run by default)"), **optional),
            QgsProcessingParameterFeatureSource("CLIP", tr("Cut to polygons"), [POLYGON], **optional),
            QgsProcessingParameterFeatureSource("ZONES", tr("Zones of the table"), [POLYGON], **optional),
            QgsProcessingParameterField("ZONE_NAME", tr("Names of the zones"), None, "ZONES", **optional),
            QgsProcessingParameterRasterDestination("OUTPUT", tr("Raster")),
            QgsProcessingParameterFeatureSink(
                "TABLE", tr("Table of zones"), QgsProcessing.SourceType.TypeVector, None, True, False
            ),
        ):
            self.addParameter(parameter)

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """In a thread of Processing."""
        from .export_work import ExportJob, bands_between, export

        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        out = Path(self.parameterAsOutputLayer(parameters, "OUTPUT", context))
        crs = self.parameterAsCrs(parameters, "CRS", context)
        clip = self.parameterAsSource(parameters, "CLIP", context)
        zones = self.parameterAsSource(parameters, "ZONES", context)
        statistic = STATISTICS[self.parameterAsEnum(parameters, "STATISTIC", context)]
        try:
            run, product = product_of(layer.source(), statistic)
            job = ExportJob(
                run,
                product,
                out,
                bands_between(product, self._day(parameters, "START", context), self._day(parameters, "END", context)),
                crs_text(crs),
                clip_json([f.geometry() for f in clip.getFeatures()], clip.sourceCrs()) if clip else None,
            )
            for path in export(job, feedback.setProgress, feedback.isCanceled):
                feedback.pushInfo(str(path))
            results: dict[str, Any] = {"OUTPUT": str(out)}
            if zones is not None:
                results |= self._table(parameters, context, job, zones, feedback)
        except PluginError as error:
            if feedback.isCanceled():
                return {}
            raise QgsProcessingException(str(error)) from error
        return results

    def _table(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        job: ExportJob,
        zones: QgsFeatureSource,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from .tables import add_rows
        from .zonal import zonal_fields, zonal_rows

        fields = zonal_fields()
        sink, table = self.parameterAsSink(
            parameters, "TABLE", context, fields, QgsWkbTypes.Type.NoGeometry, QgsCoordinateReferenceSystem()
        )
        if sink is None:
            return {}
        field = next(iter(self.parameterAsFields(parameters, "ZONE_NAME", context)), "")

        def name(feature: QgsFeature) -> str:
            return str(feature[field]) if field else str(feature.id())

        named = ((name(feature), feature.geometry()) for feature in zones.getFeatures() if feature.hasGeometry())
        add_rows(sink, fields, zonal_rows(job, named, zones.sourceCrs(), feedback.isCanceled))
        return {"TABLE": table}

    def _day(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> date | None:
        value = self.parameterAsDateTime(parameters, name, context) if parameters.get(name) else None
        return value.date().toPyDate() if value is not None and value.isValid() else None


def product_of(source: str, statistic: str = "") -> tuple[Run, Product]:
    """The run and the product that a layer shows; with ``statistic`` that of its kind.

    Raises:
        PluginError: the layer is of no run, or the run has no such statistic.
    """
    folder = run_folder_of(source)
    if folder is None:
        raise PluginError(
            tr("This layer is of no run of EO Fusion."), tr("Choose one of the layers that a run has added.")
        )
    run = read_run(folder)
    path = Path(source.split("|", maxsplit=1)[0]).resolve()
    product = next((product for product in run.products if product.path == path), None)
    if product is None:
        raise PluginError(tr("{file} is no product of its run.").format(file=path.name), tr("Choose another layer."))
    if statistic and statistic != product.statistic:
        other = run.find(product.kind, statistic)
        if other is None:
            raise PluginError(
                tr("This product has no statistic {name}.").format(name=statistic),
                tr("It has {names}.").format(names=", ".join(statistics_of(run, product)) or tr("only one")),
            )
        product = other
    return run, product


def statistics_of(run: Run, product: Product) -> list[str]:
    """The statistics that a run has of a product's kind."""
    return [p.statistic for p in run.products if p.kind == product.kind and p.statistic and p.path.is_file()]


def crs_text(crs: QgsCoordinateReferenceSystem) -> str:
    """What GDAL understands of a coordinate system; empty where there is none."""
    return (crs.authid() if crs.authid().startswith("EPSG:") else crs.toWkt()) if crs.isValid() else ""


def clip_json(geometries: list[QgsGeometry], crs: QgsCoordinateReferenceSystem) -> dict[str, Any]:
    """Polygons together as one GeoJSON geometry. Raises :class:`PluginError` when there is none."""
    from ..layers.pixel import WGS84, transformed_geometry

    union = QgsGeometry.unaryUnion([geometry for geometry in geometries if not geometry.isEmpty()])
    if union.isEmpty() or union.area() <= 0:
        raise PluginError(tr("There is no polygon to cut to."), tr("Choose a layer with polygons, or cut nothing."))
    return json.loads(transformed_geometry(union, crs, QgsCoordinateReferenceSystem(WGS84)).asJson(9))

"""The parameters that describe a run, shared by the algorithms, and the request that they make."""

from __future__ import annotations

import json
from datetime import date
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
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QDate

from .. import services
from ..compat import FILE_IS_FOLDER
from ..credentials import Secret, read_secret
from ..errors import PluginError
from ..run_request import PRODUCTS, SCL_DROPPED, RunRequest, split_list
from ..texts import tr

WGS84 = "EPSG:4326"
DEVICES = ("auto", "cpu", "cuda")
ORBITS = ("both", "ascending", "descending")
METHODS = ("nearest", "interpolate")


class RequestAlgorithm(QgsProcessingAlgorithm):
    """An algorithm whose parameters are a run request. With ``PRODUCTS_MADE`` it makes those and asks for none."""

    PRODUCTS_MADE: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self._secret: Secret | None = None

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """In the main thread, where QGIS may ask for the master password of its credentials."""
        del feedback
        try:
            self._secret = read_secret(self.parameterAsString(parameters, "AUTHCFG", context).strip())
        except PluginError as error:
            raise QgsProcessingException(str(error)) from error
        return True

    def take_secret(self) -> Secret | None:
        """The credentials, once."""
        secret, self._secret = self._secret, None
        return secret

    def add_request_parameters(self) -> None:
        """Add the parameters of :meth:`request`."""
        date_type = QgsProcessingParameterDateTime.Type.Date
        polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
        add = self.addParameter
        add(QgsProcessingParameterString("SOURCE", tr("Source"), "sample", optional=True))
        add(
            QgsProcessingParameterFile(
                "FOLDER", tr("Folder of scenes (instead of the source)"), FILE_IS_FOLDER, optional=True
            )
        )
        add(QgsProcessingParameterAuthConfig("AUTHCFG", tr("Credentials of the service"), optional=True))
        add(QgsProcessingParameterExtent("AREA", tr("Area"), optional=True))
        add(QgsProcessingParameterFeatureSource("POLYGONS", tr("Area from polygons"), polygons, optional=True))
        add(QgsProcessingParameterDateTime("START", tr("First day"), date_type, QDate(2021, 4, 1)))
        add(QgsProcessingParameterDateTime("END", tr("Last day"), date_type, QDate(2021, 9, 30)))
        if not self.PRODUCTS_MADE:
            titles = [tr("Embeddings"), tr("Cloud-free reflectance"), tr("GPP"), tr("Temperature (generated)")]
            add(QgsProcessingParameterEnum("PRODUCTS", tr("Products"), titles, True, list(range(len(titles)))))
        add(QgsProcessingParameterString("DATES", tr("Dates of the maps"), "clear"))
        add(QgsProcessingParameterFile("WEATHER", tr("Weather file"), optional=True))
        real, whole = QgsProcessingParameterNumber.Type.Double, QgsProcessingParameterNumber.Type.Integer
        orbits = [tr("Both"), tr("Ascending"), tr("Descending")]
        methods = [tr("Nearest cell"), tr("Interpolated")]
        for parameter in (
            QgsProcessingParameterNumber(
                "MAX_CLOUD", tr("Highest cloud cover of a Sentinel-2 scene (%)"), real, 100, minValue=0, maxValue=100
            ),
            QgsProcessingParameterEnum("ORBIT", tr("Sentinel-1 passes"), orbits, defaultValue=0),
            QgsProcessingParameterString("SKIP_S2", tr("Sentinel-2 dates to leave out"), optional=True),
            QgsProcessingParameterString("SKIP_S1", tr("Sentinel-1 dates to leave out"), optional=True),
            QgsProcessingParameterString("FILE_PATTERN", tr("How the folder's files are named"), optional=True),
            QgsProcessingParameterString("SCL_DROP", tr("Masked SCL classes"), " ".join(SCL_DROPPED), optional=True),
            QgsProcessingParameterBoolean("CLOUD_TEST", tr("Second cloud test"), False),
            QgsProcessingParameterEnum("WEATHER_METHOD", tr("Gridded weather"), methods, defaultValue=0),
            QgsProcessingParameterFile("ELEVATION", tr("Elevation raster"), optional=True),
            QgsProcessingParameterNumber("CACHE_GB", tr("Disk cache (GB)"), real, 10, minValue=0, maxValue=10_000),
            QgsProcessingParameterEnum("DEVICE", tr("Device"), list(DEVICES), defaultValue=0),
            QgsProcessingParameterNumber("THREADS", tr("Threads (0: all)"), whole, 0, minValue=0, maxValue=1024),
            QgsProcessingParameterString(
                "SCHEDULER", tr("Address of a Dask scheduler (empty: this computer)"), optional=True
            ),
            QgsProcessingParameterNumber("SEED", tr("Seed"), whole, 0, minValue=0, maxValue=2**31 - 1),
        ):
            self.add_advanced(parameter)

    def add_advanced(self, parameter: QgsProcessingParameterDefinition) -> None:
        """Add a parameter that is folded away."""
        parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(parameter)

    def request(self, parameters: dict[str, Any], context: QgsProcessingContext, out: str) -> RunRequest:
        """The request that the parameters describe, written to ``out``; the engine checks it."""
        folder = self.parameterAsFile(parameters, "FOLDER", context)
        products = self.PRODUCTS_MADE
        if not products:
            products = tuple(PRODUCTS[i] for i in self.parameterAsEnums(parameters, "PRODUCTS", context))

        def words(name: str) -> str:
            return self.parameterAsString(parameters, name, context).strip()

        scl = split_list(words("SCL_DROP"))
        return RunRequest(
            start=_day(self.parameterAsDateTime(parameters, "START", context).date()),
            end=_day(self.parameterAsDateTime(parameters, "END", context).date()),
            out=out,
            source=folder or words("SOURCE") or "sample",
            area=self._area(parameters, context),
            products=products,
            dates=words("DATES") or "clear",
            weather=self.parameterAsFile(parameters, "WEATHER", context),
            elevation=self.parameterAsFile(parameters, "ELEVATION", context),
            device=DEVICES[self.parameterAsEnum(parameters, "DEVICE", context)],
            seed=self.parameterAsInt(parameters, "SEED", context),
            threads=self.parameterAsInt(parameters, "THREADS", context),
            scheduler=words("SCHEDULER"),
            authcfg=words("AUTHCFG"),
            file_pattern=words("FILE_PATTERN"),
            max_cloud=self.parameterAsDouble(parameters, "MAX_CLOUD", context),
            orbit=ORBITS[self.parameterAsEnum(parameters, "ORBIT", context)],
            skip_s2_dates=split_list(words("SKIP_S2")),
            skip_s1_dates=split_list(words("SKIP_S1")),
            scl_drop=() if set(scl) == set(SCL_DROPPED) else scl,
            cloud_test=self.parameterAsBoolean(parameters, "CLOUD_TEST", context),
            weather_method=METHODS[self.parameterAsEnum(parameters, "WEATHER_METHOD", context)],
            cache_gb=self.parameterAsDouble(parameters, "CACHE_GB", context),
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


def source_help() -> str:
    """What may be given as source and area, for an algorithm's help."""
    names = ", ".join(f"'{service.id}'" for service in services.services())
    return tr(
        "Source: 'sample' is a small simulated landscape that needs no data; or a service: {names}, the address of a "
        "STAC API, or a .json file that describes one; or choose a folder of scenes.\n"
        "Credentials: only for services that need them. S3 keys are stored as 'Basic authentication': the access key "
        "as the user name, the secret key as the password.\n"
        "Area: an extent, or a layer of polygons; without either, all that a folder covers."
    ).format(names=names)


def _day(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())

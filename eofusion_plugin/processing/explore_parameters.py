"""The questions of an exploring tool as parameters of Processing, and their values as the engine takes them."""

from __future__ import annotations

import re
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterPoint,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..compat import FILE_IS_FOLDER
from ..explore.asks import Ask
from ..explore.geometry import POINT, POLYGON, WGS84, collection, feature_collection, joined, to_degrees
from ..run_request import split_list
from ..texts import tr

_SHAPES = {
    "points": [QgsProcessing.SourceType.TypeVectorPoint],
    "polygons": [QgsProcessing.SourceType.TypeVectorPolygon],
    "both": [QgsProcessing.SourceType.TypeVectorPoint, QgsProcessing.SourceType.TypeVectorPolygon],
}


def parameter_name(ask: Ask) -> str:
    """``picks_run`` as ``PICKS_RUN``."""
    return ask.name.strip("_").upper()


def parameters_of(ask: Ask) -> list[QgsProcessingParameterDefinition]:
    """The parameters of a question: one, or two where a layer has a field."""
    name = parameter_name(ask)
    # What is asked only with another answer cannot be obligatory here: the tool tells what is missing.
    optional = ask.optional or ask.when is not None
    found = [_parameter(ask, name, optional)]
    kinds = QgsProcessingParameterField.DataType
    found += [
        QgsProcessingParameterField(
            field.name.upper(),
            field.title,
            None,
            name,
            kinds.Numeric if field.kind == "number" else kinds.Any,
            False,
            field.optional or optional,
        )
        for field in ask.fields
    ]
    for parameter in found:
        if ask.advanced:
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        parameter.setHelp(ask.tip)
    return found


def _parameter(ask: Ask, name: str, optional: bool) -> QgsProcessingParameterDefinition:
    if ask.kind == "run":
        return QgsProcessingParameterFile(name, ask.title, FILE_IS_FOLDER, optional=optional)
    if ask.kind == "runs":
        return QgsProcessingParameterString(name, tr("Other runs (folders, with ;)"), optional=True)
    if ask.kind in ("date", "dates"):
        words = (
            tr("{title} (such as 2021-05-01, several with commas)") if ask.kind == "dates" else "{title} (2021-05-01)"
        )
        return QgsProcessingParameterString(name, words.format(title=ask.title), optional=optional)
    if ask.kind in ("places", "features"):
        return QgsProcessingParameterFeatureSource(name, ask.title, _SHAPES[ask.shapes], optional=optional)
    if ask.kind == "raster":
        return QgsProcessingParameterRasterLayer(name, ask.title, optional=optional)
    if ask.kind == "file":
        return QgsProcessingParameterFile(name, ask.title, optional=optional, fileFilter=ask.files)
    if ask.kind == "position":
        return QgsProcessingParameterPoint(name, ask.title, optional=optional)
    if ask.kind == "choice":
        values = [value for value, _ in ask.options]
        words = [text for _, text in ask.options]
        return QgsProcessingParameterEnum(name, ask.title, words, defaultValue=values.index(ask.default))
    if ask.kind == "yes":
        return QgsProcessingParameterBoolean(name, ask.title, bool(ask.default))
    kinds = QgsProcessingParameterNumber.Type
    return QgsProcessingParameterNumber(
        name,
        f"{ask.title} ({ask.unit})" if ask.unit else ask.title,
        kinds.Integer if ask.kind == "whole" else kinds.Double,
        None if ask.lowest else ask.default,
        optional or bool(ask.lowest),
        ask.minimum,
        ask.maximum,
    )


def answer_of(
    algorithm: QgsProcessingAlgorithm,
    ask: Ask,
    parameters: dict[str, Any],
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
) -> Any:
    """The value of a question; None where there is none.

    Raises:
        QgsProcessingException: a layer cannot be read.
        PluginError: it holds nothing that fits.
    """
    name = parameter_name(ask)
    if parameters.get(name) in (None, "") and ask.kind not in ("choice", "yes", "whole", "real"):
        return None
    if ask.kind in ("run", "file"):
        return algorithm.parameterAsFile(parameters, name, context) or None
    if ask.kind == "runs":
        words = algorithm.parameterAsString(parameters, name, context)
        return [part.strip() for part in re.split(r"[;\n]", words) if part.strip()] or None
    if ask.kind == "date":
        return algorithm.parameterAsString(parameters, name, context).strip() or None
    if ask.kind == "dates":
        return list(split_list(algorithm.parameterAsString(parameters, name, context))) or None
    if ask.kind == "choice":
        return ask.options[algorithm.parameterAsEnum(parameters, name, context)][0]
    if ask.kind == "yes":
        return algorithm.parameterAsBoolean(parameters, name, context) or None
    if ask.kind in ("whole", "real"):
        if ask.lowest and parameters.get(name) is None:
            return None
        whole = ask.kind == "whole"
        return (algorithm.parameterAsInt if whole else algorithm.parameterAsDouble)(parameters, name, context)
    if ask.kind == "position":
        point = algorithm.parameterAsPoint(parameters, name, context, QgsCoordinateReferenceSystem(WGS84))
        return {"lon": point.x(), "lat": point.y()}
    if ask.kind == "raster":
        layer = algorithm.parameterAsRasterLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(algorithm.invalidRasterError(parameters, name))
        return layer.source().split("|", maxsplit=1)[0]
    source = algorithm.parameterAsSource(parameters, name, context)
    if source is None:
        raise QgsProcessingException(algorithm.invalidSourceError(parameters, name))
    return (
        _places(ask, source)
        if ask.kind == "places"
        else _features(algorithm, ask, source, parameters, context, feedback)
    )


def _places(ask: Ask, source: QgsProcessingFeatureSource) -> dict[str, Any] | None:
    kinds = {"points": (POINT,), "polygons": (POLYGON,)}.get(ask.shapes, (POINT, POLYGON))
    shapes: list[QgsGeometry] = [
        to_degrees(feature.geometry(), source.sourceCrs())
        for feature in source.getFeatures()
        if feature.hasGeometry() and feature.geometry().type() in kinds
    ]
    if not shapes:
        return None
    return joined(shapes) if ask.single else collection(shapes)


def _features(
    algorithm: QgsProcessingAlgorithm,
    ask: Ask,
    source: QgsProcessingFeatureSource,
    parameters: dict[str, Any],
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
) -> dict[str, Any]:
    chosen = {}
    for field in ask.fields:
        names = algorithm.parameterAsFields(parameters, field.name.upper(), context)
        if names:
            chosen[field.name] = names[0]
    found = feature_collection(
        source.getFeatures(), source.sourceCrs(), tuple(chosen.values()), ask.shapes, feedback.isCanceled
    )
    return {ask.name: found, **chosen}

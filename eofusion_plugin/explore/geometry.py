"""Places and features of any layer and any CRS as GeoJSON in EPSG:4326. No widgets in here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime

from ..errors import PluginError
from ..texts import tr

WGS84 = "EPSG:4326"
#: More features than this take the engine long and are no sample any more.
MOST_FEATURES = 50_000
#: Points that a straight edge gets before it is transformed, for shapes with few of them.
_DENSIFY, _FEW_POINTS = 4, 100
POINT, POLYGON = QgsWkbTypes.GeometryType.PointGeometry, QgsWkbTypes.GeometryType.PolygonGeometry


def to_degrees(geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> QgsGeometry:
    """A point or polygon in EPSG:4326: straight, without Z and M, mended where it crosses itself.

    Raises:
        PluginError: it cannot be expressed in degrees.
    """
    made = QgsGeometry(geometry.constGet().segmentize())
    made.get().dropZValue()
    made.get().dropMValue()
    if made.type() == POLYGON and not made.isGeosValid():
        parts = made.makeValid().coerceToType(QgsWkbTypes.Type.Polygon)
        made = QgsGeometry.unaryUnion(parts) if parts else made
    target = QgsCoordinateReferenceSystem(WGS84)
    if crs.isValid() and crs != target:
        if made.type() == POLYGON and made.constGet().nCoordinates() <= _FEW_POINTS:
            made = made.densifyByCount(_DENSIFY)
        try:
            made.transform(QgsCoordinateTransform(crs, target, QgsProject.instance().transformContext()))
        except QgsCsException as error:
            raise PluginError(
                tr("A place lies beyond the world as its projection knows it."), tr("Check the layer's projection.")
            ) from error
    return made


def as_geojson(geometry: QgsGeometry) -> dict[str, Any]:
    """A geometry in EPSG:4326 as GeoJSON, to a centimetre."""
    return json.loads(geometry.asJson(7))


def collection(shapes: Iterable[QgsGeometry]) -> dict[str, Any]:
    """Geometries in EPSG:4326 as a FeatureCollection without properties."""
    features = [{"type": "Feature", "properties": {}, "geometry": as_geojson(shape)} for shape in shapes]
    return {"type": "FeatureCollection", "features": features}


def joined(shapes: Sequence[QgsGeometry]) -> dict[str, Any]:
    """Geometries in EPSG:4326 as one GeoJSON geometry."""
    return as_geojson(shapes[0] if len(shapes) == 1 else QgsGeometry.unaryUnion(list(shapes)))


def feature_collection(
    features: Iterable[QgsFeature],
    crs: QgsCoordinateReferenceSystem,
    fields: Sequence[str] = (),
    shapes: str = "both",
    stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """The points and polygons of a layer with some of its fields; others and empty ones are passed over.

    Raises:
        PluginError: there is none of the wanted shape, there are too many, or it was stopped.
    """
    kinds = {"points": (POINT,), "polygons": (POLYGON,)}.get(shapes, (POINT, POLYGON))
    found: list[dict[str, Any]] = []
    for feature in features:
        if stop():
            raise PluginError(tr("This was cancelled."), "", "cancelled")
        if not feature.hasGeometry() or feature.geometry().isEmpty() or feature.geometry().type() not in kinds:
            continue
        if len(found) == MOST_FEATURES:
            raise PluginError(
                tr("The layer has more than {n} features.").format(n=MOST_FEATURES), tr("Select some, or filter it.")
            )
        properties = {name: plain(feature[name]) for name in fields}
        shape = as_geojson(to_degrees(feature.geometry(), crs))
        found.append({"type": "Feature", "id": feature.id(), "properties": properties, "geometry": shape})
    if not found:
        words = {"points": tr("The layer has no points."), "polygons": tr("The layer has no polygons.")}
        raise PluginError(
            words.get(shapes, tr("The layer has no points or polygons.")), tr("Choose another layer, or select some.")
        )
    return {"type": "FeatureCollection", "features": found}


def plain(value: Any) -> Any:
    """An attribute as JSON has it."""
    if value is None or value == NULL:
        return None
    if isinstance(value, (QDate, QDateTime)):
        return value.toString("yyyy-MM-dd")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool)) else str(value)

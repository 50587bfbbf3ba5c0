"""Areas as geometries in EPSG:4326: from the map, from layers, from GeoJSON. No widgets in here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsDistanceArea,
    QgsFeature,
    QgsGeometry,
    QgsJsonUtils,
    QgsMapLayer,
    QgsProject,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ..errors import PluginError
from ..texts import tr

WGS84 = "EPSG:4326"
#: More features than this are joined for minutes; an area of that many parts is better dissolved first.
MOST_FEATURES = 5000
#: Points that a straight edge gets before it is transformed, so that it stays where the person saw it.
_DENSIFY = 4


def to_wgs84(geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> QgsGeometry:
    """A polygon of the map or of a layer in EPSG:4326, its edges following those of ``crs``.

    Raises:
        PluginError: it reaches beyond what can be transformed.
    """
    geometry = QgsGeometry(geometry)
    target = QgsCoordinateReferenceSystem(WGS84)
    if crs.isValid() and crs != target:
        # Drawn shapes have few edges, which bend under way; digitised ones have points enough.
        if geometry.constGet().nCoordinates() <= 100:
            geometry = geometry.densifyByCount(_DENSIFY)
        try:
            geometry.transform(QgsCoordinateTransform(crs, target, QgsProject.instance()))
        except QgsCsException as error:
            raise PluginError(
                tr("This area reaches beyond the world as this map's projection knows it."), tr("Draw a smaller one.")
            ) from error
    return geometry


def of_features(features: Iterable[QgsFeature], crs: QgsCoordinateReferenceSystem) -> tuple[QgsGeometry, int]:
    """The polygons of features, holes and parts and all, as one geometry in EPSG:4326, and of how many features.

    Raises:
        PluginError: there is no polygon among them, or too many features.
    """
    parts = []
    for feature in features:
        geometry = QgsGeometry(feature.geometry())
        if geometry.isEmpty() or geometry.type() != QgsWkbTypes.GeometryType.PolygonGeometry:
            continue
        if len(parts) == MOST_FEATURES:
            raise PluginError(
                tr("These are more than {n} polygons.").format(n=MOST_FEATURES),
                tr("Select fewer, or dissolve the layer first."),
            )
        straight = QgsGeometry(geometry.constGet().segmentize())
        if straight.isGeosValid():
            parts.append(straight)
        else:  # mending may leave lines and points beside the polygons
            mended = straight.makeValid().coerceToType(QgsWkbTypes.Type.Polygon)
            parts.append(QgsGeometry.unaryUnion(mended) if mended else straight)
    if not parts:
        raise PluginError(tr("There is no polygon to take."), tr("Select polygons in a vector layer first."))
    whole = parts[0] if len(parts) == 1 else QgsGeometry.unaryUnion(parts)
    whole.get().dropZValue()
    whole.get().dropMValue()
    return to_wgs84(whole, crs), len(parts)


def of_layer(layer: QgsMapLayer | None, selected: bool) -> tuple[QgsGeometry, str]:
    """The area of a layer: its (selected) polygons, else its extent; in EPSG:4326, with words for it.

    Raises:
        PluginError: there is no layer, nothing is selected, or it has no place on the Earth.
    """
    if layer is None:
        raise PluginError(tr("No layer is chosen."), tr("Click a layer in the Layers panel first."))
    is_polygons = isinstance(layer, QgsVectorLayer) and layer.geometryType() == QgsWkbTypes.GeometryType.PolygonGeometry
    if selected:
        if not is_polygons or not layer.selectedFeatureCount():
            raise PluginError(
                tr("No polygon is selected in {layer}.").format(layer=layer.name()), tr("Select some on the map first.")
            )
        geometry, count = of_features(layer.getSelectedFeatures(), layer.crs())
    elif is_polygons:
        geometry, count = of_features(layer.getFeatures(), layer.crs())
    else:
        if layer.extent().isEmpty() or not layer.crs().isValid():
            raise PluginError(tr("{layer} has no extent on the map.").format(layer=layer.name()), "")
        return to_wgs84(QgsGeometry.fromRect(layer.extent()), layer.crs()), tr("Extent of {layer}").format(
            layer=layer.name()
        )
    words = tr("{layer}, one polygon") if count == 1 else tr("{layer}, {n} polygons")
    return geometry, words.format(layer=layer.name(), n=count)


def from_geojson(area: dict[str, Any] | None) -> QgsGeometry | None:
    """A GeoJSON Polygon or MultiPolygon as a geometry, None where it is none."""
    if not area or not area.get("coordinates"):
        return None
    feature = {"type": "Feature", "properties": {}, "geometry": area}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    found = QgsJsonUtils.stringToFeatureList(text)
    geometry = QgsGeometry(found[0].geometry()) if found else QgsGeometry()
    return None if geometry.isEmpty() else geometry


def to_geojson(geometry: QgsGeometry) -> dict[str, Any]:
    """A geometry in EPSG:4326 as GeoJSON, to a centimetre."""
    return json.loads(geometry.asJson(7))


def area_km2(geometry: QgsGeometry) -> float:
    """Area in km2 of a geometry in EPSG:4326, on the ellipsoid."""
    measure = QgsDistanceArea()
    measure.setSourceCrs(QgsCoordinateReferenceSystem(WGS84), QgsProject.instance().transformContext())
    measure.setEllipsoid("WGS84")
    return measure.measureArea(geometry) / 1e6

"""Polygons of a user's file, in EPSG:4326, with a name each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyproj import Transformer
from shapely import force_2d
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform
from shapely.validation import explain_validity

from ..errors import RequestError

#: Properties that are taken as a polygon's name, in this order.
_NAMES = ("name", "Name", "NAME", "id", "ID", "fid", "label")
_HINT = "Give a GeoJSON file of polygons in EPSG:4326 (longitude and latitude); QGIS saves any layer as one."


class PolygonError(RequestError):
    """The polygons cannot be used."""

    code = "polygons"


@dataclass(frozen=True)
class NamedPolygon:
    """A polygon or multipolygon in EPSG:4326."""

    name: str
    geometry: BaseGeometry

    def on(self, crs: str) -> BaseGeometry:
        """The polygon in another CRS (``EPSG:32632``)."""
        to_crs = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        return transform(to_crs.transform, self.geometry)


def read_polygons(path: Path) -> list[NamedPolygon]:
    """The polygons of a GeoJSON file.

    Raises:
        PolygonError: no file, no GeoJSON, no polygon, degrees that are none, a polygon that crosses itself.
    """
    if not path.is_file():
        raise PolygonError(f"There is no file {path}.", _HINT)
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        raise PolygonError(f"{path.name} is not a GeoJSON file.", _HINT) from None
    return parse_polygons(data, path.name)


def parse_polygons(data: Any, source: str = "the polygons") -> list[NamedPolygon]:
    """The polygons of parsed GeoJSON (a feature collection, a feature or a geometry). Raises ``PolygonError``."""
    features = data.get("features") if isinstance(data, dict) else None
    if features is None:
        features = [data]
    found: list[NamedPolygon] = []
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict):
            raise PolygonError(f"{source} is not GeoJSON.", _HINT)
        geometry = feature.get("geometry", feature) if feature.get("type") == "Feature" else feature
        properties = feature.get("properties") or {}
        name = next((str(properties[key]) for key in _NAMES if properties.get(key) not in (None, "")), f"{number}")
        try:
            # What is drawn in three dimensions has a height that means nothing here.
            made = force_2d(shape(geometry))
        except (ValueError, TypeError, AttributeError, KeyError, IndexError):
            raise PolygonError(f"Feature {number} of {source} is no geometry.", _HINT) from None
        if made.geom_type not in ("Polygon", "MultiPolygon") or made.is_empty:
            raise PolygonError(f"Feature {number} of {source} is no polygon but {made.geom_type}.", _HINT)
        west, south, east, north = made.bounds
        if west < -180 or east > 180 or south < -90 or north > 90:
            raise PolygonError(f"{name} of {source} is not in degrees ({west:.0f}, {south:.0f}).", _HINT)
        if not made.is_valid:
            reason = explain_validity(made)
            raise PolygonError(f"{name} of {source} is not valid: {reason}.", "Mend it: QGIS has 'Fix geometries'.")
        found.append(NamedPolygon(name, made))
    if not found:
        raise PolygonError(f"{source} has no polygon.", _HINT)
    return found

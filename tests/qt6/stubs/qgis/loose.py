"""Classes that stand in for QGIS ones: strict about names of classes, loose about what objects do.

An attribute of a *class* must be one of its scoped enumerations (:data:`ENUMS`) or a method told here: QGIS 4 has no
unscoped enumerations, so ``QgsTask.CanCancel`` must fail while ``QgsTask.Flag.CanCancel`` does not.
"""

from __future__ import annotations

import enum
from typing import Any

#: Every enumeration of QGIS that the plugin names, with the members it uses. tests/qgis/test_names.py holds them
#: against the real QGIS.
ENUMS: dict[str, dict[str, tuple[str, ...]]] = {
    "Qgis": {
        "LayerType": ("Raster",),
        "MessageLevel": ("Info", "Warning", "Critical", "Success"),
        "ProcessingFileParameterBehavior": ("File", "Folder"),
        "RasterBandStatistic": ("Min", "Max", "Mean"),
        "RasterTemporalMode": ("FixedTemporalRange", "FixedRangePerBand"),
        "TemporalUnit": ("Days", "Hours"),
    },
    "QgsColorRampShader": {"Type": ("Interpolated", "Discrete", "Exact")},
    "QgsContrastEnhancement": {"ContrastEnhancementAlgorithm": ("NoEnhancement", "StretchToMinimumMaximum")},
    "QgsFeatureSink": {"Flag": ("FastInsert",)},
    "QgsFieldProxyModel": {"Filter": ("Numeric", "String")},
    "QgsFileWidget": {"StorageMode": ("GetFile", "GetDirectory", "SaveFile")},
    "QgsMapLayer": {"StyleCategory": ("Rendering", "Symbology")},
    "QgsMapLayerProxyModel": {"Filter": ("PointLayer", "PolygonLayer", "RasterLayer", "VectorLayer")},
    "QgsProcessing": {"SourceType": ("TypeVector", "TypeVectorPoint", "TypeVectorPolygon")},
    "QgsProcessingParameterDateTime": {"Type": ("Date", "DateTime")},
    "QgsProcessingParameterDefinition": {"Flag": ("FlagAdvanced", "FlagOptional")},
    "QgsProcessingParameterField": {"DataType": ("Any", "Numeric", "String")},
    "QgsProcessingParameterNumber": {"Type": ("Integer", "Double")},
    "QgsProjectionSelectionWidget": {"CrsOption": ("CrsNotSet",)},
    "QgsRubberBand": {"IconType": ("ICON_CIRCLE", "ICON_BOX")},
    "QgsTask": {"Flag": ("CanCancel",)},
    "QgsTemporalNavigationObject": {"NavigationMode": ("NavigationOff",)},
    "QgsWkbTypes": {
        "GeometryType": ("PointGeometry", "LineGeometry", "PolygonGeometry"),
        "Type": ("NoGeometry", "Polygon", "Point"),
    },
}


def add_enums(cls: type) -> type:
    """Give a class its enumerations, as scoped and as strict as PyQt6 has them."""
    for name, members in ENUMS.get(cls.__name__, {}).items():
        setattr(cls, name, enum.Flag(name, {member: 2**i for i, member in enumerate(members)}))
    return cls


class _Strict(type):
    """Anything of a class that QGIS has and no test needs is a function; nothing is an unscoped member."""

    def __getattr__(cls, name: str) -> Any:
        known = {member for enums in ENUMS.get(cls.__name__, {}).values() for member in enums}
        if name.startswith("__") or name in known or name[:1].isupper():
            raise AttributeError(f"{cls.__name__} has no {name} in QGIS 4")
        return lambda *_, **__: Loose()


class Loose(metaclass=_Strict):
    """An object that answers every call with another one, and is empty."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name[:1].isupper():
            raise AttributeError(f"{type(self).__name__} has no {name}")
        return lambda *_, **__: Loose()

    def __bool__(self) -> bool:
        return False

    def __iter__(self):
        return iter(())


def loose_class(name: str) -> type:
    """A class of QGIS of which the plugin's widgets need nothing but the name."""
    return add_enums(_Strict(name, (Loose,), {"__doc__": f"Stands in for {name}."}))

"""Fields for layers of the project: features with a field of theirs, and rasters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsFieldProxyModel, QgsMapLayerProxyModel, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsFieldComboBox, QgsMapLayerComboBox
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QLabel, QSizePolicy, QVBoxLayout

from ..errors import PluginError
from ..explore.asks import Ask, FieldAsk
from ..explore.geometry import feature_collection
from ..texts import tr
from .explore_fields import Field

_FILTERS = {
    "points": QgsMapLayerProxyModel.Filter.PointLayer,
    "polygons": QgsMapLayerProxyModel.Filter.PolygonLayer,
    "both": QgsMapLayerProxyModel.Filter.PointLayer | QgsMapLayerProxyModel.Filter.PolygonLayer,
}


class FeaturesField(Field):
    """A vector layer, all of it or what is selected, and one of its fields where the question has one."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self.layers = QgsMapLayerComboBox()
        self.layers.setFilters(_FILTERS[ask.shapes])
        self.layers.setAccessibleName(ask.title)
        self.layers.setAllowEmptyLayer(ask.optional)
        _narrow(self.layers)
        self.only_selected = QCheckBox(tr("Only selected features"))
        self.fields: dict[str, QgsFieldComboBox] = {}
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self.layers)
        column.addWidget(self.only_selected)
        for field in ask.fields:
            combo = self.fields[field.name] = _field_combo(field)
            combo.fieldChanged.connect(lambda *_: self.changed.emit())
            column.addWidget(QLabel(field.title))
            column.addWidget(combo)
        self._row.addLayout(column, 1)
        self.layers.layerChanged.connect(self._layer_changed)
        self.only_selected.toggled.connect(lambda *_: self.changed.emit())
        self._layer_changed(self.layers.currentLayer())

    def value(self) -> Any:
        """{name of the question: FeatureCollection, names of the fields' arguments: fields}.

        Raises:
            PluginError: nothing fits in the layer, or no field is chosen.
        """
        layer = self.layers.currentLayer()
        if not isinstance(layer, QgsVectorLayer):
            return None
        chosen = {name: combo.currentField() for name, combo in self.fields.items()}
        if any(not chosen[field.name] and not field.optional for field in self.ask.fields):
            raise PluginError(
                tr("The layer {layer} has no field that fits.").format(layer=layer.name()),
                tr("Choose another layer."),
                "missing",
            )
        chosen = {name: field for name, field in chosen.items() if field}
        features = layer.getSelectedFeatures() if self.only_selected.isChecked() else layer.getFeatures()
        found = feature_collection(features, layer.crs(), tuple(chosen.values()), self.ask.shapes)
        return {self.ask.name: found, **chosen}

    def _layer_changed(self, layer: object) -> None:
        vector = layer if isinstance(layer, QgsVectorLayer) else None
        for field in self.ask.fields:
            combo = self.fields[field.name]
            combo.setLayer(vector)
            if field.optional:
                combo.setField("")
            elif combo.count() and not combo.currentField():
                combo.setCurrentIndex(0)
        self.only_selected.setChecked(vector is not None and vector.selectedFeatureCount() > 0)
        self.changed.emit()


class RasterField(Field):
    """A raster layer that is a file."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self.layers = QgsMapLayerComboBox()
        self.layers.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        self.layers.setAccessibleName(ask.title)
        self.layers.setAllowEmptyLayer(ask.optional)
        _narrow(self.layers)
        self.layers.layerChanged.connect(lambda *_: self.changed.emit())
        self._row.addWidget(self.layers, 1)

    def value(self) -> Any:
        """The file's path. Raises :class:`PluginError` where the layer is of no file."""
        layer = self.layers.currentLayer()
        if not isinstance(layer, QgsRasterLayer):
            return None
        return raster_file(layer)


def raster_file(layer: QgsRasterLayer) -> str:
    """The path of a raster layer. Raises :class:`PluginError` where it is of no file."""
    path = layer.source().split("|", maxsplit=1)[0]
    if not Path(path).is_file():
        raise PluginError(
            tr("{layer} is not a file on this computer.").format(layer=layer.name()),
            tr("Save it as a GeoTIFF first (Export > Save As)."),
        )
    return path


def _field_combo(field: FieldAsk) -> QgsFieldComboBox:
    combo = QgsFieldComboBox()
    combo.setAccessibleName(field.title)
    combo.setAllowEmptyFieldName(field.optional)
    if field.kind == "number":
        combo.setFilters(QgsFieldProxyModel.Filter.Numeric)
    _narrow(combo)
    return combo


def _narrow(combo: QComboBox) -> None:
    """A long name of a layer must not widen the dock."""
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)

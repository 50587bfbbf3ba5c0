"""Tables of Processing: fields and rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from qgis.core import QgsFeature, QgsFeatureSink, QgsField, QgsFields


def table_fields(columns: Sequence[tuple[str, Any]]) -> QgsFields:
    """Fields from (name, type)."""
    fields = QgsFields()
    for name, kind in columns:
        fields.append(QgsField(name, kind))
    return fields


def add_rows(sink: QgsFeatureSink, fields: QgsFields, rows: Iterable[list[Any]]) -> int:
    """Write rows without a geometry; returns how many."""
    count = 0
    for row in rows:
        feature = QgsFeature(fields)
        feature.setAttributes(row)
        sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert)
        count += 1
    return count

"""Dates of layers, for QGIS' temporal controller.

A date's range runs until one millisecond before the next date: ranges of single days would blank
the map between dates, and ``includeEnd=False`` is lost on saving.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from qgis.core import Qgis, QgsDateTimeRange, QgsRasterLayer, QgsRasterLayerTemporalProperties
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime


def has_range_per_band() -> bool:
    """Whether one multi-date file can be played (QGIS 3.38 and later)."""
    return hasattr(QgsRasterLayerTemporalProperties, "setFixedRangePerBand")


def ranges(dates: Sequence[date], end: date) -> list[QgsDateTimeRange]:
    """The range of each of ``dates`` (ascending); the last one runs to the end of the day ``end``."""
    nexts = [*dates[1:], max(end, dates[-1]) + timedelta(days=1)]
    return [QgsDateTimeRange(_midnight(day), _midnight(after).addMSecs(-1)) for day, after in zip(dates, nexts)]


def set_range(layer: QgsRasterLayer, span: QgsDateTimeRange) -> None:
    """Show the layer during ``span`` only, when the map has a time."""
    properties = layer.temporalProperties()
    properties.setMode(Qgis.RasterTemporalMode.FixedTemporalRange)
    properties.setFixedTemporalRange(span)
    properties.setIsActive(True)


def set_range_per_band(layer: QgsRasterLayer, spans: Sequence[QgsDateTimeRange]) -> None:
    """Let the map's time choose the layer's band. Only where :func:`has_range_per_band`."""
    properties = layer.temporalProperties()
    properties.setMode(Qgis.RasterTemporalMode.FixedRangePerBand)
    properties.setFixedRangePerBand(dict(enumerate(spans, start=1)))
    properties.setIsActive(True)


def _midnight(day: date) -> QDateTime:
    return QDateTime(QDate(day.year, day.month, day.day), QTime(0, 0), Qt.TimeSpec.UTC)

"""Dates of layers, for QGIS' temporal controller.

A date's range runs until one millisecond before the next date: ranges of single days would blank
the map between dates, and ``includeEnd=False`` is lost on saving.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from qgis.core import (
    Qgis,
    QgsDateTimeRange,
    QgsInterval,
    QgsProjectTimeSettings,
    QgsRasterLayer,
    QgsRasterLayerTemporalProperties,
    QgsTemporalNavigationObject,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from ..compat import TEMPORAL_DAYS

#: One step of the temporal controller: as far as one Sentinel-2 view is from the next.
STEP_DAYS = 5
#: What QGIS takes where nobody has chosen a step: a season would play for an hour.
_UNCHOSEN_S = 3600


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


def set_project_time(settings: QgsProjectTimeSettings, span: QgsDateTimeRange) -> None:
    """Let the project's time range be ``span``, played in steps of some days, where it has none."""
    if settings.temporalRange().isInfinite() or settings.temporalRange().isEmpty():
        settings.setTemporalRange(span)
        settings.setTimeStep(STEP_DAYS)
        settings.setTimeStepUnit(TEMPORAL_DAYS)


def set_step(controller: object) -> None:
    """Let the map's temporal controller go on by days, where nobody has chosen a step and it does not play."""
    if (
        isinstance(controller, QgsTemporalNavigationObject)
        and controller.navigationMode() == QgsTemporalNavigationObject.NavigationMode.NavigationOff
        and controller.frameDuration().seconds() == _UNCHOSEN_S
    ):
        controller.setFrameDuration(QgsInterval(STEP_DAYS, TEMPORAL_DAYS))


def _midnight(day: date) -> QDateTime:
    return QDateTime(QDate(day.year, day.month, day.day), QTime(0, 0), Qt.TimeSpec.UTC)

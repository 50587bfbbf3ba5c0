"""A matrix with its numbers, as of confusion: a row a series, a column an x."""

from __future__ import annotations

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QPainter, QPen

from ..explore.answer import DataChart
from .colours import blend
from .explore_scale import short_number
from .plot_paint import Look

BLUE = QColor("#0072b2")
#: Share of the width that names of rows may take.
NAMES_SHARE = 0.34


def matrix_height(chart: DataChart, metrics: QFontMetricsF) -> float:
    """The height that the matrix needs below its title."""
    rows = max(len(chart.series), 1)
    return _bottom(chart, metrics) + rows * max(1.9 * metrics.height(), 24.0) + 8


def paint_matrix(
    painter: QPainter, inside: QRectF, chart: DataChart, look: Look, hover: tuple[float, float] | None = None
) -> None:
    """Draw the matrix: the bluer a cell, the greater its share of its row."""
    metrics = look.metrics
    area = _cells(chart, inside, metrics)
    width, height = area.width() / max(len(chart.x), 1), area.height() / max(len(chart.series), 1)
    for row, one in enumerate(chart.series):
        total = sum(value for value in one.y if value is not None and value > 0)
        top = area.top() + row * height
        name = metrics.elidedText(one.label, Qt.TextElideMode.ElideRight, area.left() - inside.left() - 6)
        painter.setPen(QPen(look.soft))
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(inside.left(), top, area.left() - inside.left() - 6, height), flags, name)
        for column, value in enumerate(one.y[: len(chart.x)]):
            share = min(max((value or 0.0) / total, 0.0), 1.0) if total else 0.0
            ground = blend(look.paper, BLUE, 0.06 + 0.86 * share)
            cell = QRectF(area.left() + column * width, top, width, height).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.fillRect(cell, ground)
            text = "" if value is None else short_number(value)
            if metrics.horizontalAdvance(text) <= width - 2:
                painter.setPen(QPen(QColor("#111111" if ground.lightness() > 140 else "#ffffff")))
                painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), text)
    _column_names(painter, area, chart, look)
    found = _cell_at(chart, area, hover) if hover else None
    if found is not None:
        row, column = found
        painter.setPen(QPen(look.ink, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(area.left() + column * width, area.top() + row * height, width, height))
        text = _words(chart, row, column)
        painter.setPen(QPen(look.ink))
        below = QRectF(inside.left(), inside.bottom() - metrics.height() - 2, inside.width(), metrics.height() + 2)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, inside.width())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), shown)
    elif chart.x_label:
        painter.setPen(QPen(look.soft))
        below = QRectF(inside.left(), inside.bottom() - metrics.height() - 2, inside.width(), metrics.height() + 2)
        shown = metrics.elidedText(chart.x_label, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), shown)


def matrix_words(chart: DataChart, inside: QRectF, metrics: QFontMetricsF, place: tuple[float, float]) -> str:
    """The cell under the mouse in words, empty where there is none."""
    found = _cell_at(chart, _cells(chart, inside, metrics), place)
    return _words(chart, *found) if found is not None else ""


def _words(chart: DataChart, row: int, column: int) -> str:
    value = chart.series[row].y[column] if column < len(chart.series[row].y) else None
    number = "\u2013" if value is None else short_number(value)
    return f"{chart.series[row].label} \u2192 {chart.x[column]}: {number}"


def _cell_at(chart: DataChart, area: QRectF, place: tuple[float, float]) -> tuple[int, int] | None:
    if not (chart.x and chart.series and area.contains(QPointF(*place))):
        return None
    column = int((place[0] - area.left()) / area.width() * len(chart.x))
    row = int((place[1] - area.top()) / area.height() * len(chart.series))
    return min(row, len(chart.series) - 1), min(column, len(chart.x) - 1)


def _cells(chart: DataChart, inside: QRectF, metrics: QFontMetricsF) -> QRectF:
    widest = max((metrics.horizontalAdvance(one.label) for one in chart.series), default=0.0)
    left = min(widest + 6, inside.width() * NAMES_SHARE)
    return QRectF(inside).adjusted(left, 2, 0, -_bottom(chart, metrics))


def _bottom(chart: DataChart, metrics: QFontMetricsF) -> float:
    """Room for the names of the columns, written upwards, and the line below them."""
    widest = max((metrics.horizontalAdvance(str(name)) for name in chart.x), default=0.0)
    return min(widest, 6 * metrics.height()) + 10 + metrics.height()


def _column_names(painter: QPainter, area: QRectF, chart: DataChart, look: Look) -> None:
    metrics = look.metrics
    width = area.width() / max(len(chart.x), 1)
    room = 6 * metrics.height()
    painter.setPen(QPen(look.soft))
    for column, name in enumerate(chart.x):
        text = metrics.elidedText(str(name), Qt.TextElideMode.ElideRight, room)
        middle = area.left() + (column + 0.5) * width
        painter.save()
        painter.translate(middle + metrics.ascent() / 2 - 1, area.bottom() + 4 + metrics.horizontalAdvance(text))
        painter.rotate(-90)
        painter.drawText(QPointF(0, 0), text)
        painter.restore()

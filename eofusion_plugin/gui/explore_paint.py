"""Draws one chart of an answer: its frame, axes and legend; what is inside is drawn by the module of its kind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QFont, QFontMetricsF, QPainter, QPen

from ..explore.answer import DataChart
from ..texts import tr
from .colours import blend
from .explore_matrix import matrix_height, matrix_words, paint_matrix
from .explore_paint_kinds import Inside, paint_inside
from .explore_scale import Scale, nearest_index, positions, short_number, unit_of, with_units, x_of, x_scale, y_scale
from .plot_paint import Look

#: Okabe and Ito's colours, then Tol's muted ones: told apart with colour-vision deficiency.
COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#999933"),
    *("#332288", "#44aa99", "#aa4499", "#117733"),
)
EDGE = 8.0


@dataclass(frozen=True)
class Hover:
    """What is under the mouse: a place in the frame."""

    x: float
    y: float


def colour_of(chart: DataChart, index: int) -> str:
    """The colour of a series."""
    return chart.series[index].colour or COLOURS[index % len(COLOURS)]


def chart_height(chart: DataChart, width: float, metrics: QFontMetricsF) -> float:
    """The height that a chart needs at least."""
    if chart.kind == "matrix":
        return _head(metrics) + matrix_height(chart, metrics)
    return metrics.height() * (11 + 1.15 * len(legend_rows(chart, width, metrics)))


def legend_rows(chart: DataChart, width: float, metrics: QFontMetricsF) -> list[list[int]]:
    """Which series stand in each row of the legend; none where there is but one without a name."""
    shown = [i for i, one in enumerate(chart.series) if one.label]
    if len(chart.series) == 1 and chart.series[0].label in ("", chart.y_label, chart.title):
        return []
    rows: list[list[int]] = []
    left = 0.0
    for index in shown:
        need = 22 + metrics.horizontalAdvance(chart.series[index].label) + 12
        if not rows or left + need > width - 2 * EDGE:
            rows.append([])
            left = 0.0
        rows[-1].append(index)
        left += need
    return rows


def plot_area(chart: DataChart, frame: QRectF, metrics: QFontMetricsF) -> QRectF:
    """Where the values lie in the frame."""
    rows = len(legend_rows(chart, frame.width(), metrics))
    top = _head(metrics) + max(rows, 1) * metrics.height() * 1.15 + 4
    bottom = metrics.height() * (2.2 if chart.x_label else 1.2) + 8
    left = metrics.horizontalAdvance("\u221200.00") + 10
    return QRectF(frame).adjusted(left, top, -14, -bottom)


def paint_data_chart(
    painter: QPainter, frame: QRectF, chart: DataChart, look: Look, hover: Hover | None = None, empty: str = ""
) -> None:
    """Draw ``chart`` into ``frame``; ``empty`` is said where there is nothing in it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(look.font)
    _title(painter, frame, chart, look)
    if chart.kind == "matrix" and chart.series:
        inside = QRectF(frame).adjusted(EDGE, _head(look.metrics), -EDGE, -4)
        paint_matrix(painter, inside, chart, look, (hover.x, hover.y) if hover else None)
        return
    values = y_scale(chart)
    if values is None:
        painter.setPen(QPen(look.soft))
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(frame.adjusted(16, 2 * look.metrics.height(), -16, -8), flags, empty or tr("No values."))
        return
    area = plot_area(chart, frame, look.metrics)
    along = x_scale(chart)
    _axes(painter, area, chart, along, values, look)
    marked = hover if hover is not None and area.adjusted(-6, -6, 6, 6).contains(QPointF(hover.x, hover.y)) else None
    words = _words_at(chart, area, along, values, marked) if marked else []
    corner = QPointF(frame.left() + EDGE, frame.top() + _head(look.metrics))
    if words:
        _values(painter, corner, frame.width() - 2 * EDGE, chart, words, look)
    else:
        _legend(painter, corner, chart, frame.width(), look)
    painter.save()
    painter.setClipRect(area.adjusted(-4, -4, 4, 4))
    colours = [look.line(colour_of(chart, i)) for i in range(len(chart.series))]
    paint_inside(painter, Inside(chart, area, along, values, look, colours))
    painter.restore()
    if marked and chart.kind != "scatter":
        index = nearest_index(chart, along.at((marked.x - area.left()) / area.width()))
        place = positions(chart.x)[index] if index is not None else None
        if place is not None and chart.kind != "bar":
            x = area.left() + area.width() * along.share(place)
            painter.setPen(QPen(blend(look.ink, look.paper, 0.5), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


def words_at(chart: DataChart, frame: QRectF, metrics: QFontMetricsF, hover: Hover) -> str:
    """What is under the mouse, in words, for screen readers; empty where nothing is."""
    if chart.kind == "matrix":
        inside = QRectF(frame).adjusted(EDGE, _head(metrics), -EDGE, -4)
        return matrix_words(chart, inside, metrics, (hover.x, hover.y))
    area, values = plot_area(chart, frame, metrics), y_scale(chart)
    if values is None or not area.adjusted(-6, -6, 6, 6).contains(QPointF(hover.x, hover.y)):
        return ""
    return ", ".join(text for _, text in _words_at(chart, area, x_scale(chart), values, hover))


def _head(metrics: QFontMetricsF) -> float:
    return metrics.height() + 8


def _title(painter: QPainter, frame: QRectF, chart: DataChart, look: Look) -> None:
    bold = QFont(look.font)
    bold.setBold(True)
    metrics = QFontMetricsF(bold)
    room = frame.width() - 2 * EDGE
    words = with_units(chart.title)
    unit = with_units(chart.y_label)
    if metrics.horizontalAdvance(words) + 8 + look.metrics.horizontalAdvance(unit) > room:
        unit = unit_of(unit)
    unit_room = min(look.metrics.horizontalAdvance(unit) + 8, room * 0.3) if unit else 0
    title = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room - unit_room)
    base = frame.top() + 4 + look.metrics.ascent()
    painter.setFont(bold)
    painter.setPen(QPen(look.ink))
    painter.drawText(QPointF(frame.left() + EDGE, base), title)
    painter.setFont(look.font)
    painter.setPen(QPen(look.soft))
    left = frame.left() + EDGE + metrics.horizontalAdvance(title) + 8
    shown = look.metrics.elidedText(unit, Qt.TextElideMode.ElideRight, frame.right() - EDGE - left)
    painter.drawText(QPointF(left, base), shown)


def _legend(painter: QPainter, corner: QPointF, chart: DataChart, width: float, look: Look) -> None:
    metrics = look.metrics
    y = corner.y()
    for row in legend_rows(chart, width, metrics):
        x = corner.x()
        for index in row:
            painter.fillRect(QRectF(x, y + metrics.height() / 2 - 4, 14, 8), look.line(colour_of(chart, index)))
            room = corner.x() + width - 2 * EDGE - x - 20
            text = metrics.elidedText(chart.series[index].label, Qt.TextElideMode.ElideRight, room)
            painter.setPen(QPen(look.soft))
            painter.drawText(QPointF(x + 20, y + metrics.ascent()), text)
            x += 22 + metrics.horizontalAdvance(chart.series[index].label) + 12
        y += metrics.height() * 1.15


def _values(
    painter: QPainter, corner: QPointF, room: float, chart: DataChart, words: Sequence[tuple[int, str]], look: Look
) -> None:
    """Values under the mouse in one row, each behind its series' colour."""
    metrics = look.metrics
    x = corner.x()
    for index, text in words:
        mark = 0 if index < 0 else 12
        left = corner.x() + room - x - mark
        if left < 20:
            return
        if mark:
            mark_colour = look.line(colour_of(chart, index))
            painter.fillRect(QRectF(x, corner.y() + metrics.height() / 2 - 4, 8, 8), mark_colour)
        painter.setPen(QPen(look.ink))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, left)
        painter.drawText(QPointF(x + mark, corner.y() + metrics.ascent()), shown)
        x += mark + metrics.horizontalAdvance(text) + 10


def _words_at(chart: DataChart, area: QRectF, along: Scale, values: Scale, hover: Hover) -> list[tuple[int, str]]:
    if chart.kind == "scatter":
        return _nearest_dot(chart, area, along, values, hover)
    index = nearest_index(chart, along.at((hover.x - area.left()) / max(area.width(), 1)))
    if index is None:
        return []
    place = chart.x[index]
    found = [(-1, along.text(float(index)) if along.kind == "name" else str(place))]
    for number, one in enumerate(chart.series):
        value = one.y[index] if index < len(one.y) else None
        if value is None:
            continue
        text = short_number(value)
        if len(one.low) > index and len(one.high) > index and len(chart.series) == 1:
            low, high = one.low[index], one.high[index]
            if low is not None and high is not None:
                text += tr(" ({low} to {high})").format(low=short_number(low), high=short_number(high))
        found.append((number, text))
    return found


def _nearest_dot(chart: DataChart, area: QRectF, along: Scale, values: Scale, hover: Hover) -> list[tuple[int, str]]:
    best: tuple[float, int, str] | None = None
    for number, one in enumerate(chart.series):
        for x, y in zip(positions(x_of(chart, one)), one.y):
            if x is None or y is None:
                continue
            dx = area.left() + area.width() * along.share(x) - hover.x
            dy = area.bottom() - area.height() * values.share(y) - hover.y
            distance = dx * dx + dy * dy
            if distance < 200 and (best is None or distance < best[0]):
                best = (distance, number, f"{along.text(x)}, {short_number(y)}")
    return [(best[1], best[2])] if best else []


def thinned(names: Sequence[str], width: float, metrics: QFontMetricsF) -> tuple[int, float]:
    """Every how manieth name has room for its first letters along ``width``, and the room of each."""
    step = width / max(len(names), 1)
    widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
    every = max(1, math.ceil((min(widest, metrics.horizontalAdvance("2021-05-01")) + 6) / step))
    return every, every * step - 4


def _axes(painter: QPainter, area: QRectF, chart: DataChart, along: Scale, values: Scale, look: Look) -> None:
    metrics = look.metrics
    for value, text in values.ticks(min(6, max(2, int(area.height() / (1.6 * metrics.height()))))):
        y = area.bottom() - area.height() * values.share(value)
        if not area.top() - 1 <= y <= area.bottom() + 1:
            continue
        painter.setPen(QPen(blend(look.ink, look.paper, 0.86)))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QPen(look.soft))
        label = QRectF(area.left() - 90, y - metrics.height() / 2, 84, metrics.height())
        painter.drawText(label, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
    painter.setPen(QPen(look.soft))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    wanted = max(2, int(area.width() / (metrics.horizontalAdvance("2021-09") + 10)))
    end = area.left() - 100.0
    room = area.width()
    labels = along.ticks(wanted)
    if along.kind == "name":
        every, room = thinned(along.names, area.width(), metrics)
        labels = labels[::every]
    for value, label in labels:
        x = area.left() + area.width() * along.share(value)
        if not area.left() - 1 <= x <= area.right() + 1:
            continue
        text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(text)
        left = min(max(x - width / 2, area.left() - 30), area.right() + 12 - width)
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3))
        if left > end + 4:
            painter.drawText(QPointF(left, area.bottom() + 5 + metrics.ascent()), text)
            end = left + width
    if chart.x_label:
        below = QRectF(area.left(), area.bottom() + 6 + metrics.height(), area.width(), metrics.height() + 2)
        shown = metrics.elidedText(with_units(chart.x_label), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), shown)

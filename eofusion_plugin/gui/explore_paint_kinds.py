"""What is inside the frame of an answer's chart: lines with bands, stacks, bars, dots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPen, QPolygonF

from ..explore.answer import DataChart, DataSeries
from .colours import blend
from .explore_scale import Scale, positions, stacked, x_of
from .plot_paint import BAND_ALPHA, BANDS_ALPHA, DOT_ROOM, Look, with_alpha

#: More dots than these are drawn smaller and see-through.
CROWD = 300
#: Share of its place that a group of bars takes.
BAR_SHARE = 0.72
#: Series of a scatter chart that are lines: the bisector and fits, told by two points.
LINE_POINTS = 2


@dataclass(frozen=True)
class Inside:
    """A chart with its scales and its place on the paper."""

    chart: DataChart
    area: QRectF
    along: Scale
    values: Scale
    look: Look
    colours: Sequence[QColor]

    def point(self, x: float, y: float) -> QPointF:
        """The place of a value on the paper."""
        return QPointF(
            self.area.left() + self.area.width() * self.along.share(x),
            self.area.bottom() - self.area.height() * self.values.share(y),
        )


def paint_inside(painter: QPainter, inside: Inside) -> None:
    """Draw the values of any kind but a matrix; unknown kinds are drawn as lines."""
    paint = {"scatter": _dots, "bar": _bars, "stack": _stack}.get(inside.chart.kind, _lines)
    paint(painter, inside)


def _lines(painter: QPainter, inside: Inside) -> None:
    alone = sum(bool(one.low) for one in inside.chart.series) <= 1
    for colour, one in zip(inside.colours, inside.chart.series):
        _band(painter, inside, one, with_alpha(colour, BAND_ALPHA if alone else BANDS_ALPHA))
    for colour, one in zip(inside.colours, inside.chart.series):
        _line(painter, inside, one, colour)


def _line(painter: QPainter, inside: Inside, one: DataSeries, colour: QColor) -> None:
    stretches = list(_stretches(inside, one, one.y))
    dots = sum(len(stretch) for stretch in stretches) <= inside.area.width() / DOT_ROOM
    for stretch in stretches:
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(stretch))
        if dots or len(stretch) == 1:
            painter.setPen(QPen(inside.look.paper, 1))
            painter.setBrush(colour)
            for point in stretch:
                painter.drawEllipse(point, 3, 3)


def _band(painter: QPainter, inside: Inside, one: DataSeries, colour: QColor) -> None:
    if not (one.low and one.high):
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    known = [low if high is not None else None for low, high in zip(one.low, one.high)]
    upper = [high if low is not None else None for low, high in zip(one.low, one.high)]
    for below, above in zip(_stretches(inside, one, known), _stretches(inside, one, upper)):
        painter.drawPolygon(QPolygonF([*above, *reversed(below)]))


def _stack(painter: QPainter, inside: Inside) -> None:
    """Areas one on the other; over names, bars one on the other."""
    below: list[float] = [0.0] * max((len(one.y) for one in inside.chart.series), default=0)
    places = positions(inside.chart.x)
    for colour, top in zip(inside.colours, stacked(inside.chart.series)):
        painter.setPen(QPen(inside.look.paper, 0.6))
        painter.setBrush(blend(colour, inside.look.paper, 0.12))
        edges = [(x, low, high) for x, low, high in zip(places, below, top) if x is not None and high is not None]
        if inside.along.kind == "name" or len(edges) == 1:
            half = BAR_SHARE / 2 if inside.along.kind == "name" else 0.4
            for x, low, high in edges:
                painter.drawRect(QRectF(inside.point(x - half, high), inside.point(x + half, low)))
        else:
            outline = [inside.point(x, high) for x, _, high in edges]
            outline += [inside.point(x, low) for x, low, _ in reversed(edges)]
            painter.drawPolygon(QPolygonF(outline))
        below = [value or 0.0 for value in top]


def _bars(painter: QPainter, inside: Inside) -> None:
    """A group of bars a name, each with its interval."""
    count = max(len(inside.chart.series), 1)
    width = BAR_SHARE / count
    for number, (colour, one) in enumerate(zip(inside.colours, inside.chart.series)):
        for index, value in enumerate(one.y):
            if value is None:
                continue
            left = index - BAR_SHARE / 2 + number * width
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(blend(colour, inside.look.paper, 0.12))
            painter.drawRect(QRectF(inside.point(left, value), inside.point(left + width, 0.0)).normalized())
            low = one.low[index] if index < len(one.low) else None
            high = one.high[index] if index < len(one.high) else None
            if low is not None and high is not None:
                middle = left + width / 2
                painter.setPen(QPen(inside.look.ink, 1.2))
                painter.drawLine(inside.point(middle, low), inside.point(middle, high))


def _dots(painter: QPainter, inside: Inside) -> None:
    count = sum(len(one.y) for one in inside.chart.series)
    crowd = count > CROWD
    radius = 2.0 if crowd else 3.0
    for colour, one in zip(inside.colours, inside.chart.series):
        places = positions(x_of(inside.chart, one))
        points = [inside.point(x, y) for x, y in zip(places, one.y) if x is not None and y is not None]
        if len(points) == LINE_POINTS < count - LINE_POINTS:
            painter.setPen(QPen(colour, 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(*points)
            continue
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(colour, 110 if crowd else 190))
        for point in points:
            painter.drawEllipse(point, radius, radius)
        painter.setPen(QPen(with_alpha(colour, 120), 1))
        for x, low, high in zip(places, one.low, one.high):
            if x is not None and low is not None and high is not None:
                painter.drawLine(inside.point(x, low), inside.point(x, high))


def _stretches(inside: Inside, one: DataSeries, values: Sequence[float | None]) -> Iterator[list[QPointF]]:
    """The points of known values, cut where one is unknown."""
    stretch: list[QPointF] = []
    for x, value in zip(positions(x_of(inside.chart, one)), values):
        if x is None or value is None:
            if stretch:
                yield stretch
            stretch = []
        else:
            stretch.append(inside.point(x, value))
    if stretch:
        yield stretch

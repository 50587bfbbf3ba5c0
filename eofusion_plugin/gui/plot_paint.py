"""Draws one chart: axes with dates and units, curves with their bands, legend, the values under the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qgis.PyQt.QtCore import QLocale, QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from ..texts import unit_text
from .axes import date_ticks, nice_ticks, number_text, padded
from .colours import blend
from .plot_curves import Chart, Curve, band_words, form_words, limits, shown_day, value_index, value_words
from .view_span import ViewSpan

#: More values than one in so many pixels of width get no dots on their line.
DOT_ROOM = 8
#: How opaque a band is: one alone, and one of several.
BAND_ALPHA, BANDS_ALPHA = 60, 34


@dataclass(frozen=True)
class Look:
    """Colours and letters."""

    ink: QColor
    paper: QColor
    font: QFont

    @property
    def soft(self) -> QColor:
        """Of what may stand back."""
        return blend(self.ink, self.paper, 0.3)

    @property
    def metrics(self) -> QFontMetricsF:
        """Sizes of the letters."""
        return QFontMetricsF(self.font)

    def line(self, colour: str) -> QColor:
        """A curve's colour, lighter on dark paper."""
        return blend(QColor(colour), QColor("white"), 0.3) if self.paper.lightness() < 100 else QColor(colour)


def plot_area(frame: QRectF, metrics: QFontMetricsF) -> QRectF:
    """Where the curves lie in a chart's frame."""
    left = metrics.horizontalAdvance("-00.0 ") + 10
    return QRectF(frame).adjusted(left, 2 * metrics.height() + 12, -16, -metrics.height() - 10)


def paint_chart(
    painter: QPainter,
    frame: QRectF,
    chart: Chart,
    curves: Sequence[Curve],
    view: ViewSpan | None,
    day: date | None,
    look: Look,
    empty: str = "",
) -> None:
    """Draw a chart into ``frame``; ``day`` is the day under the mouse, ``empty`` is said where there is nothing."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(look.font)
    ends = limits(curves, view.days) if view is not None else None
    if view is None or ends is None:
        _title(painter, frame, chart, look)
        painter.setPen(QPen(blend(look.ink, look.paper, 0.35)))
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(frame.adjusted(16, look.metrics.height() + 8, -16, -8), flags, empty or chart.empty)
        return
    drawing = _Drawing(painter, plot_area(frame, look.metrics), view, padded(*ends, from_zero=chart.from_zero), look)
    drawing.axes()
    _title(painter, frame, chart, look)
    corner = QPointF(frame.left() + 8, frame.top() + 6 + look.metrics.height())
    room = frame.width() - 16
    if day is not None:
        day = shown_day(curves, day)
    told = [curve for curve in curves if day is not None and value_index(curve.series, day) is not None]
    if day is not None and told:  # the values take the legend's place and hide nothing
        _values(painter, corner, room, day, told, chart.decimals, look)
    else:
        _legend(painter, corner, room, curves, look)
    painter.save()
    painter.setClipRect(drawing.area.adjusted(-4, -4, 4, 4))
    alpha = BAND_ALPHA if len({curve.pin for curve in curves}) == 1 else BANDS_ALPHA
    for curve in curves:
        drawing.band(curve, alpha)
    for curve in sorted(curves, key=lambda curve: curve.series.form != "thin"):
        drawing.curve(curve)
    painter.restore()
    if day is not None and told:
        drawing.day_line(day)
        for curve in told:
            drawing.mark(curve, day)


def _title(painter: QPainter, frame: QRectF, chart: Chart, look: Look) -> None:
    bold = QFont(look.font)
    bold.setBold(True)
    metrics = QFontMetricsF(bold)
    unit = unit_text(chart.unit)
    unit_room = look.metrics.horizontalAdvance(unit) + 8 if unit else 0
    title = metrics.elidedText(chart.title, Qt.TextElideMode.ElideRight, frame.width() - 16 - unit_room)
    base = frame.top() + 4 + look.metrics.ascent()
    painter.setFont(bold)
    painter.setPen(QPen(look.ink))
    painter.drawText(QPointF(frame.left() + 8, base), title)
    painter.setFont(look.font)
    painter.setPen(QPen(look.soft))
    painter.drawText(QPointF(frame.left() + 16 + metrics.horizontalAdvance(title), base), unit)


def _values(
    painter: QPainter, corner: QPointF, room: float, day: date, told: Sequence[Curve], decimals: int, look: Look
) -> None:
    """Date and values in one row: of one curve with its interval, of several each behind its own mark."""
    metrics = look.metrics
    base = corner.y() + metrics.ascent()
    alone = len(told) == 1
    x = corner.x()
    painter.setPen(QPen(look.ink if alone else look.soft))
    date_text = str(day)
    painter.drawText(QPointF(x, base), date_text)
    x += metrics.horizontalAdvance(date_text) + 10
    for curve in told:
        text = value_words(curve, day, decimals, interval=alone) or ""
        mark = 0 if alone else 13
        if x + mark + metrics.horizontalAdvance(text) > corner.x() + room + 4:
            return
        if mark:
            point = QPointF(x + 5, corner.y() + metrics.height() / 2)
            if curve.series.form == "dots":
                draw_dot(painter, point, curve, look)
            else:
                painter.fillRect(QRectF(x, point.y() - 4, 9, 8), look.line(curve.colour))
        painter.setPen(QPen(look.ink))
        painter.drawText(QPointF(x + mark, base), text)
        x += mark + metrics.horizontalAdvance(text) + 10


def _legend(painter: QPainter, corner: QPointF, room: float, curves: Sequence[Curve], look: Look) -> None:
    """What each form of curve is: once a form, in its first pin's colour."""
    forms: dict[str, Curve] = {}
    for curve in curves:
        forms.setdefault(form_words(curve.series), curve)
    entries: list[tuple[Curve, str, str, bool]] = []
    banded: set[tuple[str, str]] = set()
    for words, curve in forms.items():
        entries.append((curve, words, words, False))
    for curve in forms.values():
        band = band_words(curve.series)
        if curve.series.low and curve.series.form != "dots" and band not in banded:
            banded.add(band)
            entries.append((curve, *band, True))
    x = corner.x()
    middle = corner.y() + look.metrics.height() / 2
    for number, (curve, long, short, band) in enumerate(entries):
        rest = sum(23 + look.metrics.horizontalAdvance(entry[2]) + 12 for entry in entries[number + 1 :])
        fits = x + 23 + look.metrics.horizontalAdvance(long) + (12 + rest if rest else 0) <= corner.x() + room
        words = long if fits else short
        if x + 23 + look.metrics.horizontalAdvance(words) > corner.x() + room + 4:
            return
        colour = look.line(curve.colour)
        if band:
            painter.fillRect(QRectF(x, middle - 4, 18, 8), with_alpha(colour, BAND_ALPHA))
        elif curve.series.form == "dots":
            draw_dot(painter, QPointF(x + 9, middle), curve, look)
        else:
            painter.setPen(line_pen(curve, look))
            painter.drawLine(QPointF(x, middle), QPointF(x + 18, middle))
        painter.setPen(QPen(look.soft))
        painter.drawText(QPointF(x + 23, corner.y() + look.metrics.ascent()), words)
        x += 23 + look.metrics.horizontalAdvance(words) + 12


class _Drawing:
    def __init__(self, painter: QPainter, area: QRectF, view: ViewSpan, ends: tuple[float, float], look: Look) -> None:
        self.area = area
        self._painter, self._view, self._ends, self._look = painter, view, ends, look

    def x(self, day: date) -> float:
        return self.area.left() + self.area.width() * self._view.share(day)

    def y(self, value: float) -> float:
        low, high = self._ends
        return self.area.bottom() - self.area.height() * (value - low) / (high - low)

    def axes(self) -> None:
        painter, area, look = self._painter, self.area, self._look
        metrics = look.metrics
        ticks = nice_ticks(*self._ends, min(6, max(2, int(area.height() / (1.6 * metrics.height())))))
        for value in ticks:
            y = self.y(value)
            if not area.top() - 1 <= y <= area.bottom() + 1:
                continue
            painter.setPen(QPen(blend(look.ink, look.paper, 0.86)))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QPen(look.soft))
            label = QRectF(area.left() - 80, y - metrics.height() / 2, 74, metrics.height())
            flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(label, flags, number_text(value, ticks[1] - ticks[0]))
        painter.setPen(QPen(look.soft))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        self._dates()

    def _dates(self) -> None:
        painter, area, metrics = self._painter, self.area, self._look.metrics
        locale = QLocale()
        wanted = max(2, int(area.width() / (metrics.horizontalAdvance("Sep 2021") + 6)))
        end = area.left() - 100.0
        first = True
        for day, is_month in date_ticks(*self._view.days, wanted):
            x = self.x(day)
            if not area.left() - 1 <= x <= area.right() + 1:
                continue
            text = locale.standaloneMonthName(day.month, QLocale.FormatType.ShortFormat) if is_month else f"{day:%m-%d}"
            if first or (day.month == 1 and is_month):
                text = f"{text} {day.year}" if is_month else f"{day.year}-{text}"
            first = False
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, area.left() - 30), area.right() + 10 - width)
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 4))
            if left > end + 6:
                painter.drawText(QPointF(left, area.bottom() + 6 + metrics.ascent()), text)
                end = left + width

    def band(self, curve: Curve, alpha: int) -> None:
        series = curve.series
        if not (series.low and series.high):
            return
        colour = with_alpha(self._look.line(curve.colour), alpha)
        if series.form == "dots":  # single days: a band would make something up between them
            self._painter.setPen(QPen(with_alpha(colour, 3 * alpha), 1.2))
            for day, low, high in zip(series.dates, series.low, series.high):
                if low is not None and high is not None:
                    self._painter.drawLine(QPointF(self.x(day), self.y(low)), QPointF(self.x(day), self.y(high)))
            return
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(colour)
        for start, stop in series.stretches():
            xs = [self.x(day) for day in series.dates[start:stop]]
            upper = [QPointF(x, self.y(v)) for x, v in zip(xs, series.high[start:stop]) if v is not None]
            lower = [QPointF(x, self.y(v)) for x, v in zip(xs, series.low[start:stop]) if v is not None]
            self._painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))

    def curve(self, curve: Curve) -> None:
        series, painter = curve.series, self._painter
        shown = sum(0 <= self._view.share(day) <= 1 for day in series.dates)
        for start, stop in series.stretches():
            points = [
                QPointF(self.x(day), self.y(value))
                for day, value in zip(series.dates[start:stop], series.middle[start:stop])
                if value is not None
            ]
            if series.form != "dots":
                path = QPainterPath(points[0])
                for point in points[1:]:
                    path.lineTo(point)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(line_pen(curve, self._look))
                painter.drawPath(path)
            if series.form == "dots" or (series.form == "line" and shown <= self.area.width() / DOT_ROOM):
                for point in points:
                    draw_dot(painter, point, curve, self._look)

    def day_line(self, day: date) -> None:
        x = self.x(day)
        self._painter.setPen(QPen(blend(self._look.ink, self._look.paper, 0.5), 1, Qt.PenStyle.DashLine))
        self._painter.drawLine(QPointF(x, self.area.top()), QPointF(x, self.area.bottom()))

    def mark(self, curve: Curve, day: date) -> None:
        index = value_index(curve.series, day)
        if index is None or (value := curve.series.middle[index]) is None:
            return
        if not 0 <= self._view.share(curve.series.dates[index]) <= 1:
            return
        self._painter.setPen(QPen(self._look.ink, 1.5))
        self._painter.setBrush(self._look.line(curve.colour))
        self._painter.drawEllipse(QPointF(self.x(curve.series.dates[index]), self.y(value)), 4, 4)


def line_pen(curve: Curve, look: Look) -> QPen:
    """The line of a curve: the user's own weather is thin, so that the model's line stays in front."""
    colour = look.line(curve.colour)
    if curve.series.form == "thin":
        return QPen(colour, 1)
    return QPen(colour, 1.6)


def draw_dot(painter: QPainter, point: QPointF, curve: Curve, look: Look) -> None:
    """A value: filled on a line, a ring where it was observed, a square for VH."""
    colour = look.line(curve.colour)
    if curve.series.form != "dots":
        painter.setPen(QPen(look.paper, 1))
        painter.setBrush(colour)
        painter.drawEllipse(point, 3.2, 3.2)
        return
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(look.paper)
    if curve.series.variable == "vh":
        painter.drawRect(QRectF(point.x() - 2.6, point.y() - 2.6, 5.2, 5.2))
    elif curve.series.variable == "vv":
        painter.setBrush(colour)
        painter.drawEllipse(point, 2.6, 2.6)
    else:
        painter.drawEllipse(point, 3, 3)


def with_alpha(colour: QColor, alpha: int) -> QColor:
    """``colour``, see-through."""
    result = QColor(colour)
    result.setAlpha(alpha)
    return result

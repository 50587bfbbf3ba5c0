"""A small plot of one series over time: band, line or dots, axes with units, legend, value under the mouse.

QGIS has no line-plot class on the versions that we support and no plotting library everywhere.
"""

from __future__ import annotations

from datetime import date, timedelta

from qgis.PyQt.QtCore import QLocale, QPointF, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ..series import Series
from ..texts import tr, unit_text
from ..typography import EN_DASH, with_minus
from .axes import date_ticks, nice_ticks, number_text, padded
from .colours import blend, ink_and_paper

#: Line colours by variable, readable with colour-vision deficiency (Okabe and Ito).
COLOURS = {"gpp": "#009e73", "temperature": "#d55e00"}


class SeriesPlot(QWidget):
    """Shows one :class:`Series`, or a sentence where there is none."""

    #: The date under the mouse, None when it left: so that plots can show the same day.
    hovered = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: Series | None = None
        self._span: tuple[date, date] | None = None
        self._day: date | None = None
        self._empty = ""
        self.setMouseTracking(True)
        self.setMinimumSize(220, 130)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """A comfortable size in a narrow dock."""
        return QSize(340, 190)

    @property
    def series(self) -> Series | None:
        """What is shown."""
        return self._series

    def show_series(self, series: Series | None, span: tuple[date, date] | None = None, empty: str = "") -> None:
        """Show a series over ``span`` (its own dates by default); ``empty`` is said when there is none."""
        self._series = series
        self._empty = empty
        self._day = None
        self._span = span or ((series.dates[0], series.dates[-1]) if series and series.dates else None)
        self.update()

    def show_day(self, day: date | None) -> None:
        """Mark the value nearest to ``day``."""
        self._day = day
        self.update()

    def image(self, size: QSize, scale: float = 2.0) -> QImage:
        """The plot as an image of ``size`` x ``scale`` pixels, on white."""
        image = QImage(size * scale, QImage.Format.Format_ARGB32)
        image.setDevicePixelRatio(scale)
        image.fill(QColor("white"))
        painter = QPainter(image)
        self.draw(painter, QRectF(0, 0, size.width(), size.height()), QColor("#222222"), QColor("white"))
        painter.end()
        return image

    # -- events ------------------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """Draw in the colours of the user's theme."""
        del event
        painter = QPainter(self)
        ink, paper = ink_and_paper(self)
        painter.fillRect(self.rect(), paper)
        self.draw(painter, QRectF(self.rect()), ink, paper)

    def mouseMoveEvent(self, event) -> None:
        """Tell the date under the mouse."""
        if self._series is None or self._span is None:
            return
        area = self._area(QRectF(self.rect()), QFontMetricsF(self.font()))
        share = (event.pos().x() - area.left()) / max(area.width(), 1)
        days = (self._span[1] - self._span[0]).days
        self.hovered.emit(self._span[0] + timedelta(days=round(min(max(share, 0), 1) * days)))

    def leaveEvent(self, event) -> None:
        """Forget the date."""
        del event
        self.hovered.emit(None)

    # -- drawing -----------------------------------------------------------------------------------

    def draw(self, painter: QPainter, frame: QRectF, ink: QColor, paper: QColor) -> None:
        """Draw into ``frame`` with text in ``ink`` on ``paper``."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        series, span = self._series, self._span
        extremes = series.extremes() if series else None
        if series is None or span is None or extremes is None:
            painter.setPen(QPen(blend(ink, paper, 0.35)))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(frame.adjusted(16, 8, -16, -8), flags, self._empty)
            return
        metrics = QFontMetricsF(self.font())
        area = self._area(frame, metrics)
        limits = padded(*extremes, from_zero=series.variable == "gpp")
        index = series.nearest(self._day) if self._day is not None else None
        self._axes(painter, area, limits, span, ink, paper, metrics)
        self._title(painter, frame, series, index, ink, paper, metrics)
        painter.save()
        painter.setClipRect(area.adjusted(-4, -4, 4, 4))
        self._curves(painter, area, series, limits, span, paper)
        painter.restore()
        if index is not None:
            self._mark(painter, area, series, index, limits, span, ink, paper)

    def _area(self, frame: QRectF, metrics: QFontMetricsF) -> QRectF:
        left = metrics.horizontalAdvance("-00.0 ") + 10
        return QRectF(frame).adjusted(left, 2 * metrics.height() + 12, -16, -metrics.height() - 10)

    def _title(self, painter: QPainter, frame: QRectF, series: Series, index, ink, paper, metrics) -> None:
        line = metrics.height()
        bold = painter.font()
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(QPen(ink))
        left = frame.left() + 8
        room = frame.width() - 16
        bold_metrics = QFontMetricsF(bold)
        unit = unit_text(series.unit)
        unit_room = metrics.horizontalAdvance(unit) + 8 if unit else 0
        title = bold_metrics.elidedText(series.name, Qt.TextElideMode.ElideRight, room - unit_room)
        painter.drawText(QPointF(left, frame.top() + 4 + metrics.ascent()), title)
        painter.setFont(self.font())
        painter.setPen(QPen(blend(ink, paper, 0.3)))
        used = bold_metrics.horizontalAdvance(title) + 8
        painter.drawText(QPointF(left + used, frame.top() + 4 + metrics.ascent()), unit)
        corner = QPointF(left, frame.top() + 6 + line)
        if index is None:
            self._legend(painter, corner, room, series, ink, paper, metrics)
        else:  # the value under the mouse takes the legend's place and hides nothing
            painter.setPen(QPen(ink))
            painter.drawText(QPointF(left, corner.y() + metrics.ascent()), _value_text(series, index))

    def _legend(
        self, painter: QPainter, corner: QPointF, room: float, series: Series, ink: QColor, paper: QColor, metrics
    ) -> None:
        colour = QColor(COLOURS.get(series.variable, "#0072b2"))
        middle = tr("median") if series.statistic == "p50" else tr("mean")
        entries = [(middle, False)]
        if series.low and series.high:
            entries.append((tr("4 in 5 lie here (p10 to p90)"), True))
        x, y = corner.x(), corner.y()
        for long, band in entries:
            fits = x + 23 + metrics.horizontalAdvance(long) <= corner.x() + room
            words = long if fits else f"p10{EN_DASH}p90"
            width = 23 + metrics.horizontalAdvance(words) + 14
            box = QRectF(x, y + metrics.height() / 2 - 4, 18, 8)
            if band:
                painter.fillRect(box, _with_alpha(colour, 70))
            else:
                painter.setPen(QPen(colour, 2))
                painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()))
            painter.setPen(QPen(blend(ink, paper, 0.3)))
            painter.drawText(QPointF(x + 23, y + metrics.ascent()), words)
            x += width

    def _axes(
        self, painter: QPainter, area: QRectF, limits: tuple[float, float], span: tuple[date, date], ink, paper, metrics
    ) -> None:
        ticks = nice_ticks(*limits, min(6, max(3, int(area.height() / 28))))
        grid, soft = QPen(blend(ink, paper, 0.86)), QPen(blend(ink, paper, 0.3))
        for value in ticks:
            y = _y(value, limits, area)
            if not area.top() - 1 <= y <= area.bottom() + 1:
                continue
            painter.setPen(grid)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(soft)
            label = QRectF(area.left() - 80, y - metrics.height() / 2, 74, metrics.height())
            flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(label, flags, number_text(value, ticks[1] - ticks[0]))
        painter.setPen(soft)
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        locale = QLocale()
        wanted = max(2, int(area.width() / (metrics.horizontalAdvance("Sep 2021") + 6)))
        end = area.left() - 100.0
        for index, (day, is_month) in enumerate(date_ticks(*span, wanted)):
            x = _x(day, span, area)
            text = locale.standaloneMonthName(day.month, QLocale.FormatType.ShortFormat) if is_month else f"{day:%m-%d}"
            if index == 0 or (day.month == 1 and is_month):
                text = f"{text} {day.year}" if is_month else f"{day.year}-{text}"
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, area.left() - 30), area.right() + 10 - width)
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 4))
            if left > end + 6:
                painter.drawText(QPointF(left, area.bottom() + 6 + metrics.ascent()), text)
                end = left + width

    def _curves(
        self,
        painter: QPainter,
        area: QRectF,
        series: Series,
        limits: tuple[float, float],
        span: tuple[date, date],
        paper,
    ) -> None:
        colour = QColor(COLOURS.get(series.variable, "#0072b2"))
        for start, stop in _runs(series):
            days = series.dates[start:stop]
            xs = [_x(day, span, area) for day in days]
            if series.low and series.high:
                upper = [QPointF(x, _y(v, limits, area)) for x, v in zip(xs, series.high[start:stop]) if v is not None]
                lower = [QPointF(x, _y(v, limits, area)) for x, v in zip(xs, series.low[start:stop]) if v is not None]
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(_with_alpha(colour, 70))
                painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
            points = [QPointF(x, _y(v, limits, area)) for x, v in zip(xs, series.middle[start:stop]) if v is not None]
            path = QPainterPath(points[0])
            for point in points[1:]:
                path.lineTo(point)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 1.6))
            painter.drawPath(path)
            if len(series.dates) <= area.width() / 8:
                painter.setPen(QPen(paper, 1))
                painter.setBrush(colour)
                for point in points:
                    painter.drawEllipse(point, 3.2, 3.2)

    def _mark(self, painter: QPainter, area: QRectF, series: Series, index: int, limits, span, ink, paper) -> None:
        value = series.middle[index]
        if value is None:
            return
        point = QPointF(_x(series.dates[index], span, area), _y(value, limits, area))
        painter.setPen(QPen(blend(ink, paper, 0.5), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(point.x(), area.top()), QPointF(point.x(), area.bottom()))
        painter.setPen(QPen(ink, 1.5))
        painter.setBrush(QColor(COLOURS.get(series.variable, "#0072b2")))
        painter.drawEllipse(point, 4, 4)


def _value_text(series: Series, index: int) -> str:
    """Date, value and interval, as ``2021-07-02   16.7 (13.7 to 19.7)``."""

    def number(value: float) -> str:
        return with_minus(f"{value:.1f}")

    text = f"{series.dates[index]}   {number(series.middle[index] or 0.0)}"
    low = series.low[index] if series.low else None
    high = series.high[index] if series.high else None
    if low is not None and high is not None:
        text += tr(" ({low} to {high})").format(low=number(low), high=number(high))
    return text


def _x(day: date, span: tuple[date, date], area: QRectF) -> float:
    return area.left() + area.width() * (day - span[0]).days / max((span[1] - span[0]).days, 1)


def _y(value: float, limits: tuple[float, float], area: QRectF) -> float:
    return area.bottom() - area.height() * (value - limits[0]) / (limits[1] - limits[0])


def _runs(series: Series) -> list[tuple[int, int]]:
    """Stretches of known values, as (start, stop)."""
    runs, start = [], None
    for index, value in enumerate((*series.middle, None)):
        if value is not None and start is None:
            start = index
        elif value is None and start is not None:
            runs.append((start, index))
            start = None
    return runs


def _with_alpha(colour: QColor, alpha: int) -> QColor:
    result = QColor(colour)
    result.setAlpha(alpha)
    return result

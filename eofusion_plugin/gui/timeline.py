"""A small painted timeline: a dot a Sentinel-2 date by its clear share, a tick a Sentinel-1 date below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qgis.PyQt.QtCore import QLocale, QPointF, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QPainter, QPen
from qgis.PyQt.QtWidgets import QSizePolicy, QToolTip, QWidget

from ..scene_dates import SceneDate
from ..texts import NBSP, tr
from .axes import date_ticks
from .colours import blend, ink_and_paper

#: The clear end of the dots' colours, on light and on dark paper (Okabe and Ito's blues).
CLEAR_ON_LIGHT, CLEAR_ON_DARK = QColor("#0072b2"), QColor("#56b4e9")
_DOT = 3.6
_TICK = 9.0
_REACH = 6.0


class Timeline(QWidget):
    """Shows dates; tells which one is clicked."""

    #: Sensor and day.
    picked = pyqtSignal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dates: list[SceneDate] = []
        self._out: set[tuple[str, date]] = set()
        self._span: tuple[date, date] | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as its text needs."""
        return QSize(300, round(6.2 * QFontMetricsF(self.font()).height()))

    def minimumSizeHint(self) -> QSize:
        """Not lower than its text needs."""
        return QSize(120, self.sizeHint().height())

    def show_dates(
        self, dates: Sequence[SceneDate], out: set[tuple[str, date]], span: tuple[date, date] | None = None
    ) -> None:
        """Show ``dates`` over ``span`` (their own by default), those in ``out`` as taken out."""
        self._dates, self._out = list(dates), set(out)
        days = [entry.day for entry in dates]
        self._span = span or ((min(days), max(days)) if days else None)
        self.update()

    # -- events ------------------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """Draw in the colours of the user's theme."""
        del event
        if self._span is None:
            return
        ink, paper = ink_and_paper(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), paper)
        painter.setFont(self.font())
        self._axes(painter, ink, paper)
        # The clear ones last, so that they lie on top.
        for entry in sorted(self._dates, key=lambda entry: (entry.key not in self._out, entry.clear or 0.0)):
            self._mark(painter, entry, ink, paper)
        painter.end()

    def mouseMoveEvent(self, event) -> None:
        """Say what is under the mouse."""
        entry = self._at(QPointF(event.pos()))
        if entry is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(self.mapToGlobal(event.pos()), words_of(entry, entry.key in self._out), self)

    def mousePressEvent(self, event) -> None:
        """Tell the date under the mouse."""
        entry = self._at(QPointF(event.pos()))
        if entry is not None:
            self.picked.emit(*entry.key)

    # -- drawing -----------------------------------------------------------------------------------

    def _areas(self) -> tuple[QRectF, float]:
        """Where the dots are, and the middle of the row of ticks."""
        metrics = QFontMetricsF(self.font())
        left = metrics.horizontalAdvance(f"100{NBSP}%") + 10
        top, height = metrics.height() / 2 + 2, self.height() - metrics.height() * 2.9 - 2
        area = QRectF(left, top, self.width() - left - 8, max(height, 12.0))
        # The row's own label must clear that of the lowest dots.
        return area, area.bottom() + metrics.height() * 0.95

    def _axes(self, painter: QPainter, ink: QColor, paper: QColor) -> None:
        area, row = self._areas()
        metrics = QFontMetricsF(self.font())
        text = blend(ink, paper, 0.25)
        line = QPen(blend(ink, paper, 0.75))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share, label in ((1.0, f"100{NBSP}%"), (0.0, f"0{NBSP}%")):
            y = area.bottom() - share * area.height()
            painter.setPen(line)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(text)
            painter.drawText(QRectF(0, y - metrics.height() / 2, area.left() - 6, metrics.height()), int(right), label)
        if any(entry.sensor == "S1" for entry in self._dates):
            painter.drawText(QRectF(0, row - metrics.height() / 2, area.left() - 6, metrics.height()), int(right), "S1")
        self._months(painter, area, row, text, line)

    def _months(self, painter: QPainter, area: QRectF, row: float, text: QColor, line: QPen) -> None:
        metrics = QFontMetricsF(self.font())
        locale = QLocale()
        first, last = self._span
        wide = metrics.horizontalAdvance("MMMM") + 10
        top, end = row + _TICK / 2 + 2, 0.0
        for day, is_month in date_ticks(first, last, max(2, int(area.width() / wide))):
            x = self._x(day, area)
            words = (
                locale.monthName(day.month, QLocale.FormatType.ShortFormat) if is_month else f"{day:%d}.{day.month}."
            )
            if is_month and day.month == 1:
                words = str(day.year)
            width = metrics.horizontalAdvance(words)
            left = min(max(x - width / 2, 0.0), self.width() - width - 1)
            painter.setPen(line)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, top))
            if left >= end:
                painter.setPen(text)
                painter.drawText(QPointF(left, top + metrics.ascent()), words)
                end = left + width + 6

    def _mark(self, painter: QPainter, entry: SceneDate, ink: QColor, paper: QColor) -> None:
        place = self._place(entry)
        out = entry.key in self._out
        faint = blend(ink, paper, 0.55)
        if entry.sensor == "S1":
            painter.setPen(QPen(blend(ink, paper, 0.65 if out else 0.2), 1.4))
            half = QPointF(0, _TICK / 2)
            painter.drawLine(place - half, place + half)
            return
        if out or entry.clear is None:
            painter.setPen(QPen(faint, 1.0))
            painter.setBrush(paper)
        else:
            clear = CLEAR_ON_DARK if paper.lightness() < 128 else CLEAR_ON_LIGHT
            painter.setPen(QPen(paper, 0.6))
            painter.setBrush(blend(clear, blend(ink, paper, 0.62), 1 - entry.clear))
        painter.drawEllipse(place, _DOT, _DOT)

    def _x(self, day: date, area: QRectF) -> float:
        first, last = self._span
        return area.left() + _DOT + (day - first).days / max((last - first).days, 1) * (area.width() - 2 * _DOT)

    def _place(self, entry: SceneDate) -> QPointF:
        area, row = self._areas()
        x = self._x(entry.day, area)
        return QPointF(x, row if entry.sensor == "S1" else area.bottom() - (entry.clear or 0.0) * area.height())

    def _at(self, where: QPointF) -> SceneDate | None:
        """The date nearest to a point, None when none is near."""
        if self._span is None or not self._dates:
            return None

        def far(entry: SceneDate) -> float:
            delta = self._place(entry) - where
            return (delta.x() ** 2 + delta.y() ** 2) ** 0.5

        nearest = min(self._dates, key=far)
        return nearest if far(nearest) <= _REACH else None


def words_of(entry: SceneDate, out: bool) -> str:
    """A date in words."""
    parts = [f"{entry.day.isoformat()}, " + ("Sentinel-2" if entry.sensor == "S2" else "Sentinel-1")]
    if entry.clear is not None:
        parts.append(tr("{n} % of the area clear").format(n=round(100 * entry.clear)))
    if entry.cloud is not None:
        parts.append(tr("{n} % cloud by its metadata").format(n=round(entry.cloud)))
    if entry.sensor == "S1":
        orbits = {"ascending": tr("ascending"), "descending": tr("descending"), "both": tr("both orbits")}
        parts.append(orbits.get(entry.orbit, entry.orbit))
    if entry.level:
        parts.append(entry.level)
    if out:
        parts.append(tr("taken out"))
    return ", ".join(part for part in parts if part)

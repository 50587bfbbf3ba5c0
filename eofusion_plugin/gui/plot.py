"""A small plot of curves over time: zoom with the wheel or by dragging, values under the mouse or the arrow keys.

QGIS has no line-plot class on the versions that we support and no plotting library everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qgis.PyQt.QtCore import QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QImage, QPainter
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ..texts import tr
from .colours import ink_and_paper
from .plot_curves import Chart, Curve, value_words
from .plot_paint import Look, paint_chart, plot_area, with_alpha
from .view_span import ViewSpan

#: A drag over fewer pixels is a click.
DRAG_PIXELS = 4
WHEEL_FACTOR = 0.8


class SeriesPlot(QWidget):
    """Shows the curves of one :class:`Chart`, or a sentence where there are none."""

    #: The date under the mouse, None when it left: so that plots can show the same day.
    hovered = pyqtSignal(object)
    #: The stretch of time that the person chose (:class:`ViewSpan`): so that plots can show the same.
    view_changed = pyqtSignal(object)

    def __init__(self, chart: Chart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = chart
        self.curves: list[Curve] = []
        self.view: ViewSpan | None = None
        self.day: date | None = None
        self._empty = ""
        self._drag: tuple[float, float] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(chart.title)
        self.setToolTip(tr("Wheel or drag: zoom. Double click: all dates. Arrow keys: next date, + and \u2212: zoom."))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        metrics = QFontMetricsF(self.font())
        self.setMinimumSize(220, round(75 + 4 * metrics.height()))

    def sizeHint(self) -> QSize:
        """A comfortable size in a narrow dock."""
        return QSize(340, 170)

    def show_curves(self, curves: Sequence[Curve], span: tuple[date, date] | None, empty: str = "") -> None:
        """Show curves; ``span`` is the run's period. A zoomed view stays while the period does."""
        self.curves = [curve for curve in curves if curve.series.known]
        self._empty = empty
        whole = ViewSpan.whole(*span) if span is not None else None
        if whole is None or self.view is None or (self.view.first, self.view.last) != (whole.first, whole.last):
            self.view = whole
        self._tell()
        self.update()

    def show_view(self, view: ViewSpan) -> None:
        """Show this stretch of time."""
        self.view = view
        self.update()

    def show_day(self, day: date | None) -> None:
        """Mark the values nearest to ``day``."""
        self.day = day
        self._tell()
        self.update()

    def image(self, size: QSize, scale: float = 2.0) -> QImage:
        """The plot as an image of ``size`` x ``scale`` pixels, on white."""
        image = QImage(size * scale, QImage.Format.Format_ARGB32)
        image.setDevicePixelRatio(scale)
        image.fill(QColor("white"))
        painter = QPainter(image)
        look = Look(QColor("#222222"), QColor("white"), self.font())
        frame = QRectF(0, 0, size.width(), size.height())
        paint_chart(painter, frame, self.chart, self.curves, self.view, self.day, look, self._empty)
        painter.end()
        return image

    # -- events ------------------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """Draw in the colours of the user's theme."""
        del event
        painter = QPainter(self)
        look = Look(*ink_and_paper(self), self.font())
        painter.fillRect(self.rect(), look.paper)
        frame = QRectF(self.rect())
        paint_chart(painter, frame, self.chart, self.curves, self.view, self.day, look, self._empty)
        if self._drag is not None:
            area = self._area()
            left, right = sorted(min(max(x, area.left()), area.right()) for x in self._drag)
            painter.fillRect(QRectF(left, area.top(), right - left, area.height()), with_alpha(look.ink, 40))
        if self.hasFocus():
            painter.setPen(with_alpha(look.ink, 90))
            painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event) -> None:
        """A stretch of time begins."""
        if event.button() == Qt.MouseButton.LeftButton and self.view is not None and self.curves:
            self._drag = (float(event.pos().x()),) * 2

    def mouseMoveEvent(self, event) -> None:
        """Tell the date under the mouse, or draw the stretch."""
        if self.view is None or not self.curves:
            return
        if self._drag is not None:
            self._drag = (self._drag[0], float(event.pos().x()))
            self.update()
        self.hovered.emit(self.view.day_at(self._share(event.pos().x())))

    def mouseReleaseEvent(self, event) -> None:
        """The stretch of time ends: show it."""
        drag, self._drag = self._drag, None
        if drag is not None and self.view is not None and abs(event.pos().x() - drag[0]) > DRAG_PIXELS:
            self._choose(self.view.between(self._share(drag[0]), self._share(event.pos().x())))
        self.update()

    def mouseDoubleClickEvent(self, event) -> None:
        """All dates."""
        del event
        self._drag = None
        if self.view is not None:
            self._choose(self.view.reset())

    def wheelEvent(self, event) -> None:
        """Zoom around the mouse; sideways moves."""
        if self.view is None or not self.curves:
            event.ignore()
            return
        sideways, steps = event.angleDelta().x() / 120, event.angleDelta().y() / 120
        position = event.position() if hasattr(event, "position") else event.posF()
        if steps:
            share = min(max(self._share(position.x()), 0.0), 1.0)
            self._choose(self.view.zoom(share, WHEEL_FACTOR**steps))
        elif sideways:
            self._choose(self.view.move(-0.1 * sideways))
        event.accept()

    def keyPressEvent(self, event) -> None:
        """Arrow keys go from date to date, + and - zoom, Home shows all."""
        view, key = self.view, event.key()
        if view is None or not self.curves:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.hovered.emit(self._next_day(1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._choose(view.zoom(0.5, WHEEL_FACTOR))
        elif key == Qt.Key.Key_Minus:
            self._choose(view.zoom(0.5, 1 / WHEEL_FACTOR))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self._choose(view.reset())
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event) -> None:
        """Forget the date."""
        del event
        self.hovered.emit(None)

    def _choose(self, view: ViewSpan) -> None:
        self.show_view(view)
        self.view_changed.emit(view)

    def _next_day(self, step: int) -> date:
        days = sorted({day for curve in self.curves for day in curve.series.dates})
        if self.day is None:
            return days[0] if step > 0 else days[-1]
        later = [day for day in days if (day > self.day if step > 0 else day < self.day)]
        return (later[0] if step > 0 else later[-1]) if later else self.day

    def _area(self) -> QRectF:
        return plot_area(QRectF(self.rect()), QFontMetricsF(self.font()))

    def _share(self, x: float) -> float:
        area = self._area()
        return (x - area.left()) / max(area.width(), 1)

    def _tell(self) -> None:
        """What is shown, in words, for screen readers."""
        day = self.day
        words = [text for curve in self.curves if day and (text := value_words(curve, day, self.chart.decimals))]
        self.setAccessibleDescription(f"{day}: {', '.join(words)}" if words else "")

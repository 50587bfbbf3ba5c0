"""A chart of an answer as a widget: values under the mouse or the arrow keys, an image for files."""

from __future__ import annotations

from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ..explore.answer import DataChart
from .colours import ink_and_paper
from .explore_paint import Hover, chart_height, paint_data_chart, plot_area, words_at
from .explore_scale import positions, x_scale
from .plot_paint import Look, with_alpha


class DataPlot(QWidget):
    """Shows one :class:`DataChart`; as high as its legend or its rows need."""

    def __init__(self, chart: DataChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = chart
        self._hover: Hover | None = None
        self._index = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(chart.title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fit(340)

    def sizeHint(self) -> QSize:
        """A comfortable size in a narrow dock."""
        return QSize(340, self.minimumHeight())

    def image(self, width: int, scale: float = 2.0) -> QImage:
        """The chart as an image ``width`` x ``scale`` pixels wide, on white."""
        height = max(round(chart_height(self.chart, width, QFontMetricsF(self.font()))), round(width * 0.45))
        size = QSize(width, height)
        image = QImage(size * scale, QImage.Format.Format_ARGB32)
        image.setDevicePixelRatio(scale)
        image.fill(QColor("white"))
        painter = QPainter(image)
        look = Look(QColor("#222222"), QColor("white"), self.font())
        paint_data_chart(painter, QRectF(0, 0, width, height), self.chart, look)
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
        paint_data_chart(painter, frame, self.chart, look, self._hover)
        if self.hasFocus():
            painter.setPen(QPen(with_alpha(look.ink, 90)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))

    def resizeEvent(self, event) -> None:
        """A wider plot needs fewer rows for its legend."""
        self._fit(event.size().width())
        super().resizeEvent(event)

    def mouseMoveEvent(self, event) -> None:
        """Tell what is under the mouse."""
        self._show(Hover(float(event.pos().x()), float(event.pos().y())))

    def leaveEvent(self, event) -> None:
        """Forget it."""
        del event
        self._show(None)

    def keyPressEvent(self, event) -> None:
        """Arrow keys go from value to value of lines, stacks and bars."""
        key = event.key()
        if self.chart.kind in ("scatter", "matrix") or key not in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            super().keyPressEvent(event)
            return
        along = x_scale(self.chart)
        places = [p for p in positions(self.chart.x) if p is not None]
        if not places:
            return
        step = 1 if key == Qt.Key.Key_Right else -1
        self._index = min(max(self._index + step, 0), len(places) - 1)
        area = plot_area(self.chart, QRectF(self.rect()), QFontMetricsF(self.font()))
        place = float(self._index) if self.chart.kind == "bar" else places[self._index]
        self._show(Hover(area.left() + area.width() * along.share(place), area.center().y()))

    def _show(self, hover: Hover | None) -> None:
        self._hover = hover
        frame = QRectF(self.rect())
        words = words_at(self.chart, frame, QFontMetricsF(self.font()), hover) if hover else ""
        self.setAccessibleDescription(words)
        self.update()

    def _fit(self, width: int) -> None:
        height = round(chart_height(self.chart, max(width, 200), QFontMetricsF(self.font())))
        if height != self.minimumHeight():
            self.setMinimumHeight(height)
            self.updateGeometry()

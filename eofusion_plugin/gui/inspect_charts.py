"""The Inspect tab's plots, one below the other, showing the same stretch of time and the same day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from .inspect_pins import Pin
from .plot import SeriesPlot
from .plot_curves import charts, curves_of
from .view_span import ViewSpan


class Charts(QScrollArea):
    """Scrolls where the dock is low. Charts that a run has nothing for are hidden."""

    #: Whether less than all dates are shown.
    zoomed = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.plots = {chart.key: SeriesPlot(chart) for chart in charts()}
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for plot in self.plots.values():
            plot.hovered.connect(self._hover)
            plot.view_changed.connect(self._view)
            column.addWidget(plot, 1)
        self.setWidget(inner)
        self.clear()

    @property
    def shown(self) -> list[SeriesPlot]:
        """The plots that have a curve."""
        return [plot for plot in self.plots.values() if plot.curves]

    def show_pins(self, pins: Sequence[Pin], span: tuple[date, date] | None, empty: str = "") -> None:
        """The curves of all pins; with no curve at all ``empty`` is said."""
        found = [(pin.name, pin.colour, pin.series) for pin in pins]
        for plot in self.plots.values():
            plot.show_curves(curves_of(plot.chart, found), span, empty)
        any_curve = bool(self.shown)
        for index, plot in enumerate(self.plots.values()):
            plot.setVisible(bool(plot.curves) if any_curve else index == 0)

    def clear(self, empty: str = "") -> None:
        """Nothing to show, and why."""
        for plot in self.plots.values():
            plot.view = None
        self.show_pins([], None, empty)
        self.zoomed.emit(False)

    def reset_view(self) -> None:
        """All dates."""
        for plot in self.plots.values():
            if plot.view is not None:
                self._view(plot.view.reset())
                return

    def _hover(self, day: object) -> None:
        for plot in self.plots.values():
            plot.show_day(day if isinstance(day, date) else None)

    def _view(self, view: ViewSpan) -> None:
        for plot in self.plots.values():
            plot.show_view(view)
        self.zoomed.emit(view.zoomed)

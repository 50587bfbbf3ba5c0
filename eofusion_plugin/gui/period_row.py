"""The run's period: two dates, usual periods to pick, and which dates get maps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QDate, pyqtSignal
from qgis.PyQt.QtWidgets import QDateEdit, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ..periods import usual_periods
from ..texts import tr
from .fields import combo_box
from .widgets import choose

SAMPLE_PERIOD = (date(2021, 4, 1), date(2021, 9, 30))


class PeriodRow(QWidget):
    """From, to, a menu of usual periods; and the dates that are mapped."""

    changed = pyqtSignal()

    def __init__(self, latitude: Callable[[], float | None], parent: QWidget | None = None) -> None:
        """``latitude`` tells where the area lies: seasons differ between the hemispheres."""
        super().__init__(parent)
        self._latitude = latitude
        self.start, self.end = QDateEdit(), QDateEdit()
        for edit, day, name in zip((self.start, self.end), SAMPLE_PERIOD, (tr("First day"), tr("Last day"))):
            edit.setCalendarPopup(True)
            edit.setDisplayFormat("yyyy-MM-dd")
            edit.setDate(_qdate(day))
            edit.setAccessibleName(name)
            edit.setToolTip(name)
            edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            edit.setMinimumWidth(60)
            edit.dateChanged.connect(lambda _: self.changed.emit())
        self.usual_button = QToolButton()
        self.usual_button.setIcon(QgsApplication.getThemeIcon("/propertyicons/temporal.svg"))
        self.usual_button.setToolTip(tr("Usual periods: growing season, last year, …"))
        self.usual_button.setAccessibleName(tr("Usual periods"))
        self.usual_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.usual_menu = QMenu(self.usual_button)
        self.usual_menu.aboutToShow.connect(self._fill_menu)
        self.usual_button.setMenu(self.usual_menu)
        self.dates = combo_box()
        self.dates.setAccessibleName(tr("Dates that get maps"))
        self.dates.addItem(tr("Maps on each clear date"), "clear")
        for days in (5, 10, 16, 30):
            self.dates.addItem(tr("Maps every {n} days").format(n=days), f"every:{days}")
        self.dates.setToolTip(tr("The dates that get maps of embeddings, reflectance and GPP"))
        self.dates.currentIndexChanged.connect(lambda _: self.changed.emit())
        row = QHBoxLayout()
        row.addWidget(self.start, 1)
        row.addWidget(QLabel(tr("to")))
        row.addWidget(self.end, 1)
        row.addWidget(self.usual_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.dates)

    @property
    def first(self) -> date:
        """The first day."""
        return _day(self.start.date())

    @property
    def last(self) -> date:
        """The last day."""
        return _day(self.end.date())

    def set_period(self, first: date, last: date) -> None:
        """Fill both dates in, with one :attr:`changed`."""
        blocked = self.blockSignals(True)
        self.start.setDate(_qdate(first))
        self.end.setDate(_qdate(last))
        self.blockSignals(blocked)
        self.changed.emit()

    def choose_dates(self, dates: str) -> None:
        """Select which dates get maps; a list of days gets an entry of its own."""
        if not choose(self.dates, dates):
            count = len(dates.split(","))
            self.dates.addItem(tr("Maps on {n} chosen dates").format(n=count), dates)
            choose(self.dates, dates)

    def _fill_menu(self) -> None:
        self.usual_menu.clear()
        names = {
            "growing": tr("Growing season {year}"),
            "year": tr("Year {year}"),
            "recent": tr("Last 12 months"),
            "sample": tr("The sample's season"),
        }
        usual = usual_periods(date.today(), self._latitude())
        for name, first, last in (*usual, ("sample", *SAMPLE_PERIOD)):
            action = self.usual_menu.addAction(names[name].format(year=last.year))
            action.setToolTip(tr("{first} to {last}").format(first=first, last=last))
            action.triggered.connect(lambda _=False, first=first, last=last: self.set_period(first, last))
        self.usual_menu.setToolTipsVisible(True)


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _day(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())

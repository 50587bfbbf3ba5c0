"""The scenes that were found: a timeline, a table of dates with ticks, and quick choices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..scene_dates import SceneDate, read_dates
from ..texts import NBSP, tr
from .timeline import Timeline, words_of
from .widgets import caption, note_label

#: A date with less of the area clear is no clear date (the request's ``min_clear``).
CLEAR_SHARE = 0.2
ROWS_SHOWN = 7
_NOTES_SHOWN = 2


class SceneBox(QWidget):
    """Which dates a run uses. Hidden until scenes were found."""

    #: A tick was changed by the person.
    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dates: list[SceneDate] = []
        self._span: tuple[date, date] | None = None
        #: Dates that are taken out though no table shows them yet (a request that was filled in).
        self._out: set[tuple[str, date]] = set()
        self.count = QLabel()
        self.timeline = Timeline()
        self.timeline.picked.connect(self._go_to)
        self.table = _table()
        self.table.itemChanged.connect(self._ticked)
        self._all_notes: list[str] = []
        self.notes = note_label()
        self.more_button = QToolButton()
        self.more_button.setCheckable(True)
        self.more_button.setAutoRaise(True)
        self.more_button.toggled.connect(lambda _: self._tell_notes())
        head = QHBoxLayout()
        head.addWidget(caption(tr("Scenes")))
        head.addStretch(1)
        head.addWidget(self.count)
        choices = QHBoxLayout()
        choices.setSpacing(4)
        self.buttons: dict[str, QToolButton] = {}
        for name, text, tip, wanted in (
            ("all", tr("All"), tr("Use every date"), lambda entry: True),
            (
                "clear",
                tr("Clear only"),
                tr("Of Sentinel-2, use the dates on which at least a fifth of the area is clear"),
                lambda entry: entry.sensor == "S1" or entry.clear is None or entry.clear >= CLEAR_SHARE,
            ),
            ("none", tr("None"), tr("Take every date out, to choose a few"), lambda entry: False),
        ):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked, wanted=wanted: self._choose(wanted))
            self.buttons[name] = button
            choices.addWidget(button)
        choices.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        for widget in (self.timeline, self.table):
            column.addWidget(widget)
        column.addLayout(choices)
        column.addWidget(self.notes)
        column.addWidget(self.more_button)
        self._tell_notes()
        self.hide()

    # -- what it holds -----------------------------------------------------------------------------

    @property
    def dates(self) -> list[SceneDate]:
        """The dates in the table."""
        return list(self._dates)

    def skipped(self, sensor: str) -> tuple[str, ...]:
        """The days of a sensor that the person took out, as a request names them."""
        return tuple(sorted(day.isoformat() for name, day in self._out if name == sensor))

    def set_skipped(self, s2: tuple[str, ...], s1: tuple[str, ...]) -> None:
        """Take days out, whether or not they are in the table."""
        self._out = {(name, date.fromisoformat(day)) for name, days in (("S2", s2), ("S1", s1)) for day in days}
        self._show_ticks()

    def show_plan(self, plan: dict[str, Any]) -> None:
        """Show what a plan found. The person's ticks stay: they may have changed while it was made."""
        self._dates = read_dates(plan, self._dates)
        self._span = (
            (date.fromisoformat(plan["start"]), date.fromisoformat(plan["end"]))
            if plan.get("start") and plan.get("end")
            else None
        )
        self._fill()
        self._show_notes([str(note) for note in plan.get("notes", [])])
        self.setVisible(bool(self._dates))

    def forget(self) -> None:
        """The scenes are no longer those of the form."""
        if self._dates or self._out:
            self._dates, self._out = [], set()
            self._fill()
        self.hide()

    # -- inside ------------------------------------------------------------------------------------

    def _fill(self) -> None:
        self.table.blockSignals(True)
        if self.table.rowCount() != len(self._dates):
            self.table.setRowCount(len(self._dates))
        for row, entry in enumerate(self._dates):
            cells = (
                entry.day.isoformat(),
                entry.sensor,
                "" if entry.cloud is None else f"{entry.cloud:.0f}{NBSP}%{NBSP}",
                "" if entry.clear is None else f"{100 * entry.clear:.0f}{NBSP}%{NBSP}",
                _orbit_text(entry.orbit),
            )
            for index, text in enumerate(cells):
                item = self.table.item(row, index)
                if item is None:
                    item = QTableWidgetItem()
                    item.setFlags(_flags(tick=index == 0))
                    item.setTextAlignment(int(_alignment(index)))
                    self.table.setItem(row, index, item)
                item.setText(text)
                item.setToolTip(words_of(entry, False))
        self.table.blockSignals(False)
        self._show_ticks()
        self._fit_columns()

    def _show_ticks(self) -> None:
        self.table.blockSignals(True)
        for row, entry in enumerate(self._dates):
            out = entry.key in self._out
            self.table.item(row, 0).setCheckState(Qt.CheckState.Unchecked if out else Qt.CheckState.Checked)
        self.table.blockSignals(False)
        self.timeline.show_dates(self._dates, self._out, self._span)
        used = sum(entry.key not in self._out for entry in self._dates)
        self.count.setText(tr("{n} of {total} dates").format(n=used, total=len(self._dates)).replace(" ", NBSP))

    def _show_notes(self, notes: list[str]) -> None:
        self._all_notes = notes
        self.more_button.setChecked(False)
        self._tell_notes()

    def _tell_notes(self) -> None:
        """The first notes, and a button for the others."""
        notes, hidden = self._all_notes, len(self._all_notes) - _NOTES_SHOWN
        unfolded = self.more_button.isChecked()
        self.notes.setText("\n".join(notes if unfolded else notes[:_NOTES_SHOWN]))
        self.notes.setVisible(bool(notes))
        more = tr("One more note") if hidden == 1 else tr("{n} more notes").format(n=hidden)
        self.more_button.setText(tr("Fewer notes") if unfolded else more)
        self.more_button.setVisible(hidden > 0)

    def _ticked(self, item: QTableWidgetItem) -> None:
        """A tick was changed: rows that are selected with it follow."""
        if item.column() != 0:
            return
        use = item.checkState() == Qt.CheckState.Checked
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        for row in rows if item.row() in rows else {item.row()}:
            self._set(self._dates[row], use)
        self._show_ticks()
        self.changed.emit()

    def _choose(self, wanted: Callable[[SceneDate], bool]) -> None:
        for entry in self._dates:
            self._set(entry, wanted(entry))
        self._show_ticks()
        self.changed.emit()

    def _set(self, entry: SceneDate, use: bool) -> None:
        if use:
            self._out.discard(entry.key)
        else:
            self._out.add(entry.key)

    def _go_to(self, sensor: str, day: date) -> None:
        """A date was clicked on the timeline."""
        for row, entry in enumerate(self._dates):
            if entry.key == (sensor, day):
                self.table.selectRow(row)
                self.table.scrollToItem(self.table.item(row, 0))

    def _fit_columns(self) -> None:
        """Wide enough for the text, high enough for some rows."""
        header = self.table.horizontalHeader()
        for column in range(self.table.columnCount() - 1):
            words = header.fontMetrics().horizontalAdvance(self.table.horizontalHeaderItem(column).text())
            self.table.setColumnWidth(column, max(self.table.sizeHintForColumn(column), words + 8) + 8)
        rows = min(max(len(self._dates), 1), ROWS_SHOWN)
        height = header.sizeHint().height() + rows * self.table.verticalHeader().defaultSectionSize() + 4
        self.table.setFixedHeight(height)


def _table() -> QTableWidget:
    table = QTableWidget(0, 5)
    font = table.font()
    font.setPointSizeF(0.9 * font.pointSizeF())
    table.setFont(font)
    table.horizontalHeader().setFont(font)
    table.setHorizontalHeaderLabels([tr("Date"), "", tr("Cloud") + NBSP, tr("Clear") + NBSP, tr("Orbit")])
    tips = (
        tr("Ticked dates are used; a tick of several selected rows counts for all of them"),
        tr("Sentinel-2 or Sentinel-1"),
        tr("By the metadata of the scenes, of the whole scene"),
        tr("Of the area, by the scene classification"),
        tr("Of Sentinel-1: ascending passes come in the evening, descending ones in the morning"),
    )
    for index, tip in enumerate(tips):
        table.horizontalHeaderItem(index).setToolTip(tip)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setSectionResizeMode(table.columnCount() - 1, QHeaderView.ResizeMode.Stretch)
    header.setMinimumSectionSize(20)
    header.setHighlightSections(False)
    vertical = table.verticalHeader()
    vertical.hide()
    vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    vertical.setDefaultSectionSize(round(1.35 * table.fontMetrics().height()))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setMinimumWidth(1)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column in (2, 3):
        table.horizontalHeaderItem(column).setTextAlignment(int(_alignment(column)))
    return table


def _flags(tick: bool) -> Qt.ItemFlag:
    flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
    return flags | Qt.ItemFlag.ItemIsUserCheckable if tick else flags


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (2, 3) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _orbit_text(orbit: str) -> str:
    return {"ascending": tr("asc."), "descending": tr("desc."), "both": tr("both")}.get(orbit, orbit)

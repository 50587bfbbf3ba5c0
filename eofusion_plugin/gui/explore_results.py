"""An answer in the Explore tab: notes, scores, charts, tables, and buttons to add its layers and to save it."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices, QImage
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..explore.answer import Answer, Score, Table, number
from ..texts import tr, unit_text
from . import explore_save
from .context import Context
from .explore_plot import DataPlot
from .explore_scale import short_number, with_units
from .inspect_save import SaveRow
from .widgets import note_label, tool_button

#: Rows of a table that are shown before it scrolls, and pixels of one.
TABLE_ROWS, ROW_HEIGHT = 8, 22
#: A score and its name are in one line when they are at most so wide in a narrow dock.
ROW_WIDTH = 300


class AnswerView(QWidget):
    """Shows one answer at a time."""

    layers_wanted = pyqtSignal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer: Answer | None = None
        self.plots: list[DataPlot] = []
        self.tables: list[QTableWidget] = []
        self.title = _heading("")
        theme = QgsApplication.getThemeIcon
        self.add_button = tool_button(
            tr("Add layers"), tr("Add the answer's layers to the project again"), image=theme("/mActionAddLayer.svg")
        )
        self.add_button.clicked.connect(lambda _checked: self.layers_wanted.emit(self.answer))
        self.folder_button = tool_button(
            tr("Folder"), tr("Open the folder that holds the answer's files"), image=theme("/mActionFileOpen.svg")
        )
        self.folder_button.clicked.connect(lambda _checked: self._open_folder())
        self.save_row = SaveRow(context, self.csv_text, self.picture, self._copy)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_button, 1)
        buttons.addWidget(self.folder_button, 1)
        self._inside = QWidget()
        self._parts = QVBoxLayout(self._inside)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.title)
        column.addLayout(buttons)
        column.addWidget(self._inside)
        column.addWidget(self.save_row)
        self.hide()

    def show_answer(self, answer: Answer | None) -> None:
        """Show this answer; None shows nothing."""
        self.answer = answer
        self.plots, self.tables = [], []
        while (item := self._parts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.setVisible(answer is not None)
        if answer is None:
            return
        self.title.setText(answer.title)
        self.add_button.setEnabled(bool(answer.layers or answer.vectors))
        self.save_row.setVisible(bool(answer.tables or answer.charts or answer.scores))
        self.save_row.png_button.setEnabled(bool(answer.charts))
        for note in answer.notes:
            self._parts.addWidget(note_label(f"• {with_units(note)}"))
        if answer.scores:
            self._parts.addWidget(_scores(answer.scores))
        for chart in answer.charts:
            plot = DataPlot(chart)
            self.plots.append(plot)
            self._parts.addWidget(plot)
        for table in answer.tables:
            self._parts.addWidget(_heading(with_units(table.title)))
            shown = _table(table)
            self.tables.append(shown)
            self._parts.addWidget(shown)

    def csv_text(self, separator: str = ",") -> str:
        """All numbers of the answer."""
        return explore_save.csv_text(self.answer, separator) if self.answer is not None else ""

    def picture(self) -> QImage:
        """The charts one below the other."""
        return explore_save.picture(self.plots, self.answer.title if self.answer is not None else "")

    def _copy(self) -> None:
        explore_save.copy(self.csv_text("\t"), self.picture())

    def _open_folder(self) -> None:
        if self.answer is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.answer.folder)))


def score_words(score: Score) -> str:
    """A score with its interval and unit, as ``0.74 (0.61 to 0.85)``."""
    if score.value is None:
        return "\u2013"
    text = short_number(score.value)
    if score.low is not None and score.high is not None:
        text += tr(" ({low} to {high})").format(low=short_number(score.low), high=short_number(score.high))
    return f"{text} {unit_text(score.unit)}".strip()


def _heading(text: str) -> QLabel:
    """Bold words that wrap and never widen the dock."""
    label = note_label(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def _scores(scores: tuple[Score, ...]) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    for score in scores:
        name = note_label(with_units(score.name))
        value = QLabel(score_words(score))
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = value.font()
        font.setBold(True)
        value.setFont(font)
        wide = name.fontMetrics().horizontalAdvance(name.text()) + value.sizeHint().width() > ROW_WIDTH
        if wide:  # one below the other
            column.addWidget(name)
            column.addWidget(value, 0, Qt.AlignmentFlag.AlignRight)
            continue
        row = QHBoxLayout()
        row.addWidget(name, 1)
        row.addWidget(value)
        column.addLayout(row)
    return box


def _table(table: Table) -> QTableWidget:
    shown = QTableWidget(len(table.rows), len(table.columns))
    shown.setAccessibleName(table.title)
    shown.setHorizontalHeaderLabels([with_units(column) for column in table.columns])
    shown.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    shown.setMinimumWidth(40)
    shown.verticalHeader().hide()
    shown.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    for row, cells in enumerate(table.rows):
        for column, cell in enumerate(cells[: len(table.columns)]):
            value = number(cell)
            item = QTableWidgetItem("" if cell is None else str(cell) if value is None else short_number(value))
            if value is not None:
                item.setTextAlignment(int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter))
            shown.setItem(row, column, item)
    shown.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    rows = min(len(table.rows), TABLE_ROWS)
    shown.setFixedHeight(shown.horizontalHeader().sizeHint().height() + rows * ROW_HEIGHT + 22)
    return shown

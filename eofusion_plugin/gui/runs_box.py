"""Runs that wait and runs that were: a picture each, to open, to run again with changes, to delete."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from qgis.core import QgsApplication
from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon, QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..run_history import PastRun
from ..run_request import RunRequest
from ..texts import tr
from .widgets import note_label, tool_button

THUMBNAIL = QSize(72, 48)
_RUN, _WAITING = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class RunsBox(QgsCollapsibleGroupBox):
    """A list with its buttons. Changes nothing itself: it tells what the person wants."""

    open_wanted = pyqtSignal(str)
    change_wanted = pyqtSignal(object)
    resume_wanted = pyqtSignal(object)
    delete_wanted = pyqtSignal(str)
    #: The place in the queue of a run that shall not be run after all.
    drop_wanted = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Runs"), parent)
        self.list = QListWidget()
        self.list.setIconSize(THUMBNAIL)
        self.list.setWordWrap(True)
        self.list.setMinimumWidth(40)
        self.list.setMinimumHeight(150)
        self.list.setAccessibleName(tr("Past and waiting runs"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.empty = note_label(tr("Runs in the results folder are listed here."))
        theme = QgsApplication.getThemeIcon
        self.open_button = tool_button(
            tr("Open"), tr("Add its layers to the project"), image=theme("/mActionFileOpen.svg")
        )
        self.resume_button = tool_button(
            tr("Resume"), tr("Go on where it stopped, with the same settings"), image=theme("/mActionStart.svg")
        )
        self.change_button = tool_button(
            tr("Change"),
            tr("Fill the form in with its settings, to run it again with changes"),
            image=theme("/mActionEditTable.svg"),
        )
        self.delete_button = tool_button(
            tr("Delete"),
            tr("Delete its folder, or take it out of the queue"),
            image=theme("/mActionDeleteSelected.svg"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(self.empty)
        column.addWidget(self.list)
        for pair in ((self.open_button, self.resume_button), (self.change_button, self.delete_button)):
            row = QHBoxLayout()
            row.setSpacing(4)
            for button in pair:
                row.addWidget(button, 1)
            column.addLayout(row)
        self.list.itemSelectionChanged.connect(self._selected)
        self.list.itemDoubleClicked.connect(lambda _item: self.open_button.click())
        self.open_button.clicked.connect(lambda: self._tell(self.open_wanted, "folder"))
        self.resume_button.clicked.connect(lambda: self._tell(self.resume_wanted, "run"))
        self.change_button.clicked.connect(lambda: self._tell(self.change_wanted, "request"))
        self.delete_button.clicked.connect(self._delete)
        self._selected()

    def show_runs(self, waiting: Iterable[RunRequest], past: Iterable[PastRun]) -> None:
        """Fill the list: what waits first, then what was, newest first."""
        chosen = self._chosen_folder()
        self.list.clear()
        for index, request in enumerate(waiting):
            item = QListWidgetItem(QgsApplication.getThemeIcon("/mIconClock.svg"), _waiting_text(request))
            item.setData(_WAITING, index)
            item.setData(_RUN, request)
            self.list.addItem(item)
        for run in past:
            item = QListWidgetItem(_picture(run.thumbnail), _past_text(run))
            item.setToolTip(str(run.folder))
            item.setData(_RUN, run)
            self.list.addItem(item)
            if chosen == run.folder:
                self.list.setCurrentItem(item)
        self.empty.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)
        self._selected()

    # -- inside ------------------------------------------------------------------------------------

    def _chosen(self) -> object:
        item = self.list.currentItem()
        return item.data(_RUN) if item is not None and item.isSelected() else None

    def _chosen_folder(self) -> Path | None:
        run = self._chosen()
        return run.folder if isinstance(run, PastRun) else None

    def _selected(self) -> None:
        run = self._chosen()
        past = run if isinstance(run, PastRun) else None
        self.open_button.setEnabled(past is not None and past.whole)
        self.resume_button.setEnabled(past is not None and not past.whole and past.request is not None)
        self.change_button.setEnabled(isinstance(run, RunRequest) or (past is not None and past.request is not None))
        self.delete_button.setEnabled(run is not None)
        for button in self.findChildren(QToolButton):
            button.setVisible(self.list.count() > 0 or button.parent() is not self)

    def _tell(self, signal: object, what: str) -> None:
        run = self._chosen()
        if isinstance(run, PastRun):
            signal.emit({"folder": str(run.folder), "run": run, "request": run.request}[what])
        elif isinstance(run, RunRequest) and what == "request":
            signal.emit(run)

    def _delete(self) -> None:
        item = self.list.currentItem()
        run = self._chosen()
        if isinstance(run, PastRun):
            self.delete_wanted.emit(str(run.folder))
        elif item is not None:
            self.drop_wanted.emit(int(item.data(_WAITING)))


def _picture(path: Path | None) -> QIcon:
    if path is None:
        return QgsApplication.getThemeIcon("/mIconRaster.svg")
    pixmap = QPixmap(str(path))
    if pixmap.isNull():
        return QgsApplication.getThemeIcon("/mIconRaster.svg")
    return QIcon(
        pixmap.scaled(THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    )


def _past_text(run: PastRun) -> str:
    states = {
        "done": tr("done"),
        "cancelled": tr("cancelled"),
        "failed": tr("failed"),
        "running": tr("not finished"),
    }
    return f"{run.title}\n{_when(run.started)} · {states.get(run.state, run.state)}"


def _waiting_text(request: RunRequest) -> str:
    return (
        tr("{source} {start} to {end}").format(
            source=Path(request.source).name or request.source, start=request.start, end=request.end
        )
        + "\n"
        + tr("waits")
    )


def _when(started: str) -> str:
    try:
        return datetime.fromisoformat(started).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return started

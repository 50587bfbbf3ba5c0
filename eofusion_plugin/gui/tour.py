"""The first-run tour: four short steps above the tabs, dismissed for good with one click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qgis.PyQt.QtWidgets import QFocusFrame, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from .. import settings
from ..texts import tr
from .widgets import note_label


@dataclass(frozen=True)
class Stop:
    """A step: what is said, which widget it is about, and what brings that into view."""

    text: str
    widget: QWidget
    show: Callable[[], None] = lambda: None


class Tour(QFrame):
    """Walks through its stops; the widget of each gets a frame. Closing it is remembered."""

    def __init__(self, stops: Sequence[Stop], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops = tuple(stops)
        self._at = 0
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(tr("Tour"))
        self.label = note_label()
        self.next_button = QPushButton()
        self.close_button = QPushButton(tr("Close for good"))
        self.next_button.clicked.connect(lambda _checked: self._next())
        self.close_button.clicked.connect(lambda _checked: self.end())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.addWidget(self.label)
        row = QHBoxLayout()
        row.addWidget(self.close_button)
        row.addStretch(1)
        row.addWidget(self.next_button)
        column.addLayout(row)
        self._frame = QFocusFrame(self)
        self.hide()

    def start(self) -> None:
        """Begin, unless the person has closed it before."""
        if settings.text("tour") != "done" and self._stops:
            self._at = 0
            self.show()
            self._tell()

    def end(self) -> None:
        """Go away for good."""
        settings.put("tour", "done")
        self._frame.setWidget(None)
        self.hide()

    def _next(self) -> None:
        self._at += 1
        if self._at >= len(self._stops):
            self.end()
        else:
            self._tell()

    def _tell(self) -> None:
        stop, count = self._stops[self._at], len(self._stops)
        self.label.setText(f"<b>{self._at + 1}/{count}</b> {stop.text}")
        self.next_button.setText(tr("Done") if self._at + 1 == count else tr("Next"))
        self.close_button.setVisible(self._at + 1 < count)
        stop.show()
        self._frame.setWidget(stop.widget)

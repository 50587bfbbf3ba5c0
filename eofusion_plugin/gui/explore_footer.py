"""The foot of the Explore tab: how far the question is, and its buttons."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ..texts import duration_text, tr
from .widgets import note_label


class ExploreFooter(QFrame):
    """A bar, a line and two buttons; the panel connects them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waits = False
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.stage_label = note_label()
        self.ask_button = QPushButton(QgsApplication.getThemeIcon("/mActionStart.svg"), tr("Start"))
        font = self.ask_button.font()
        font.setBold(True)
        self.ask_button.setFont(font)
        self.cancel_button = QPushButton(QgsApplication.getThemeIcon("/mTaskCancel.svg"), tr("Cancel"))
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(6)
        for widget in (line, self.bar, self.stage_label):
            column.addWidget(widget)
        row = QHBoxLayout()
        for button in (self.ask_button, self.cancel_button):
            button.setMinimumHeight(32)
            row.addWidget(button, 1)
        column.addLayout(row)

    def begin(self, waits: bool) -> None:
        """A question was sent; with ``waits`` the engine is at something else and comes to it later."""
        self._waits = waits
        self.bar.setValue(0)
        self.show_running(True)
        self.stage_label.setText(tr("Waits for the engine to end its present work…") if waits else tr("Asking…"))

    def show_running(self, running: bool) -> None:
        """While a question is with the engine there is a bar, and Cancel takes the place of Start."""
        self.bar.setVisible(running)
        self.stage_label.setVisible(running or bool(self.stage_label.text()))
        self.ask_button.setVisible(not running)
        self.cancel_button.setVisible(running)
        self.cancel_button.setEnabled(running)

    def tell(self, text: str) -> None:
        """A line above the buttons; an empty one takes no room."""
        self.stage_label.setText(text)
        self.stage_label.setVisible(bool(text))

    def show_stage(self, stage: str, text: str, seconds: Any) -> None:
        """What the engine is at, and how long this step will take."""
        if stage == "start":
            if not self._waits:
                self.stage_label.setText(tr("Starting the engine…"))
            return
        parts = [text or tr("Working")]
        if seconds is not None and seconds > 2:
            parts.append(tr("{time} left in this step").format(time=duration_text(float(seconds))))
        self.stage_label.setText(" · ".join(parts))

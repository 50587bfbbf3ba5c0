"""The foot of the Run tab: what a run would cost, how far it is, and its buttons."""

from __future__ import annotations

import re
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ..texts import NBSP, area_text, duration_text, size_text, tr
from .widgets import note_label

ESTIMATE_HINT = "Find scenes: dates, time and disk space, before you run."


class RunFooter(QFrame):
    """Labels, a bar and three buttons; the panel connects them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.estimate_label = note_label(tr(ESTIMATE_HINT))
        self.find_button = QPushButton(tr("Find scenes"))
        self.find_button.setToolTip(tr("Which dates there are, how clear they are, and what a run would take"))
        self.run_button = QPushButton(QgsApplication.getThemeIcon("/mActionStart.svg"), tr("Run"))
        self.run_button.setDefault(True)
        font = self.run_button.font()
        font.setBold(True)
        self.run_button.setFont(font)
        self.cancel_button = QPushButton(QgsApplication.getThemeIcon("/mTaskCancel.svg"), tr("Cancel"))
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.stage_label = note_label()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(6)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        column.addWidget(line)
        for widget in (self.estimate_label, self.bar, self.stage_label):
            column.addWidget(widget)
        row = QHBoxLayout()
        for button in (self.find_button, self.run_button, self.cancel_button):
            button.setMinimumHeight(32)
            row.addWidget(button, 1)
        column.addLayout(row)

    def show_running(self, running: bool) -> None:
        """While a run is going on the next one can be put behind it, but no scenes are looked for."""
        self.bar.setVisible(running)
        self.stage_label.setVisible(running or bool(self.stage_label.text()))
        self.find_button.setVisible(not running)
        self.run_button.setText(tr("Add to queue") if running else tr("Run"))
        self.run_button.setToolTip(tr("Runs after the present one, with the form as it is now") if running else "")
        self.cancel_button.setVisible(running)
        self.cancel_button.setEnabled(running)

    def show_stage(self, stage: str, text: str, seconds: Any) -> None:
        """What the engine is at, and how long this step will take."""
        words = {
            "start": tr("Starting the engine…"),
            "plan": tr("Finding scenes"),
            "read": tr("Reading images"),
            "encode": tr("Reading and fusing images"),
            "temperature": tr("Generating temperature"),
            "gpp": tr("Computing GPP"),
            "write": tr("Writing maps"),
        }.get(stage, stage)
        parts = [words, _told(text)] if text else [words]
        if seconds is not None and seconds > 2:
            parts.append(tr("{time} left in this step").format(time=duration_text(float(seconds))))
        self.stage_label.setText(" · ".join(parts))


def _told(text: str) -> str:
    """What the engine says of a step, in the user's language where it only counts tiles."""
    found = re.fullmatch(r"Tile (\d+) of (\d+)", text)
    return tr("Tile {n} of {total}").format(n=found[1], total=found[2]) if found else text


def estimate_text(plan: dict[str, Any]) -> str:
    """The plan in one line, as ``3.7 km², 21 clear dates, about 40 s, 900 MB memory, 180 MB disk, 25 MB to read``."""
    dates, clear = len(plan.get("dates", [])), len(plan.get("clear_dates", []))
    parts = [
        area_text(float(plan.get("km2", 0))),
        tr("{n} clear dates").format(n=clear),
        *([tr("{n} dates mapped").format(n=dates)] if dates != clear else []),
        tr("about {time}").format(time=duration_text(float(plan.get("seconds", 0)))),
    ]
    sizes = {"memory_mb": tr("{size} memory"), "disk_mb": tr("{size} disk"), "read_mb": tr("{size} to read")}
    parts += [text.format(size=size_text(float(plan[name]))) for name, text in sizes.items() if name in plan]
    return ", ".join(part.replace(" ", NBSP) for part in parts)

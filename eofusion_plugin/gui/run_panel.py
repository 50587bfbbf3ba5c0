"""The Run tab: the form, what a run would cost, Run and Cancel, and how far it is."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ..engine.task import EngineTask, FunctionTask, Outcome
from ..run_request import RunRequest, new_run_folder
from ..texts import area_text, duration_text, size_text, tr
from .context import Context, default_runs_folder
from .run_form import RunForm
from .widgets import Banner, note_label

ESTIMATE_DELAY_MS = 900
ESTIMATE_HINT = "Estimate: dates, time and disk space, before you run."


class RunPanel(QWidget):
    """Fills in a request, has it estimated and run. Adds no layers itself: see :attr:`run_finished`."""

    #: The run folder of a run that ended well.
    run_finished = pyqtSignal(str)
    setup_wanted = pyqtSignal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._run: EngineTask | None = None
        self._plan: EngineTask | None = None
        self._hello: FunctionTask | None = None
        #: The last run that did not end well: the same request goes on in the same folder.
        self._unfinished: RunRequest | None = None
        #: What the last run that failed said, empty after a good one.
        self.last_error = ""
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(ESTIMATE_DELAY_MS)
        self._delay.timeout.connect(self._estimate_quietly)

        self.form = RunForm(context)
        self.form.changed.connect(self._form_changed)
        self.form.devices_wanted.connect(self._ask_devices)
        self.banner = Banner(tr("Set up…"), self.setup_wanted.emit)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(scroll, 1)
        column.addWidget(self._footer())
        self.refresh_engine()
        self._show_running(False)

    def _footer(self) -> QWidget:
        self.estimate_label = note_label(tr(ESTIMATE_HINT))
        self.estimate_button = QPushButton(tr("Estimate"))
        self.estimate_button.setMinimumHeight(32)
        self.estimate_button.clicked.connect(self.estimate)
        self.run_button = QPushButton(QgsApplication.getThemeIcon("/mActionStart.svg"), tr("Run"))
        self.run_button.setDefault(True)
        font = self.run_button.font()
        font.setBold(True)
        self.run_button.setFont(font)
        self.run_button.setMinimumHeight(32)
        self.run_button.clicked.connect(lambda _checked: self.start_run())
        self.cancel_button = QPushButton(QgsApplication.getThemeIcon("/mTaskCancel.svg"), tr("Cancel"))
        self.cancel_button.setMinimumHeight(32)
        self.cancel_button.clicked.connect(self.cancel)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.stage_label = note_label()

        footer = QFrame()
        column = QVBoxLayout(footer)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(6)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        column.addWidget(line)
        for widget in (self.estimate_label, self.bar, self.stage_label):
            column.addWidget(widget)
        row = QHBoxLayout()
        row.addWidget(self.estimate_button, 1)
        row.addWidget(self.run_button, 2)
        row.addWidget(self.cancel_button, 2)
        column.addLayout(row)
        return footer

    # -- for the dock ------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a run is going on."""
        return self._run is not None

    @property
    def estimating(self) -> bool:
        """Whether an estimate is being made."""
        return self._plan is not None

    def refresh_engine(self) -> None:
        """Say so where the engine is missing. Looks at files, starts nothing."""
        self.banner.tell(self._context.engine_missing())

    def remove(self) -> None:
        """The plugin goes away: stop everything, call back nobody."""
        self._delay.stop()
        for task in (self._plan, self._run):
            if task is not None:
                task.forget()
        self._plan = self._run = None
        self.form.remember()
        self.form.area.remove()

    # -- estimate ----------------------------------------------------------------------------------

    def estimate(self) -> None:
        """Ask the engine what the run would take."""
        if self._missing() or self.running:
            return
        self._stop_plan()
        out = self.form.out_base(default_runs_folder()) / "estimate"
        request = self.form.request(str(out))
        self.estimate_label.setText(tr("Looking for scenes…"))
        self._plan = EngineTask(
            tr("EO Fusion: estimate"), self._context.session, "plan", {"request": request.as_dict()}, self._planned
        )
        QgsApplication.taskManager().addTask(self._plan)

    def _estimate_quietly(self) -> None:
        # Only where the engine runs already: filling in a form must not start it.
        if self._context.session.alive and not self.running and self.form.source_text():
            self.estimate()

    def _planned(self, outcome: Outcome) -> None:
        self._plan = None
        self._take_devices()
        if outcome.state == "ok":
            self.estimate_label.setText(estimate_text(outcome.result))
            self.estimate_label.setToolTip("\n".join(str(note) for note in outcome.result.get("notes", [])))
            self.form.area.show_extent(outcome.result.get("area"))
        elif outcome.state == "error":
            error = outcome.error
            self.estimate_label.setText(f"{error.get('message', '')} {error.get('hint', '')}".strip())

    def _stop_plan(self) -> None:
        self._delay.stop()
        if self._plan is not None:
            self._plan.forget()
            self._plan = None

    def _form_changed(self) -> None:
        if self.running:
            return
        self.estimate_label.setText(tr(ESTIMATE_HINT))
        self.estimate_label.setToolTip("")
        self._delay.start()

    # -- run ---------------------------------------------------------------------------------------

    def start_run(self, out: str = "") -> None:
        """Start the run that the form asks for, in a new folder unless ``out`` names one."""
        if self.running or self._missing():
            return
        self._stop_plan()
        self.form.remember()
        request = self.form.request(out or str(new_run_folder(self.form.out_base(default_runs_folder()))))
        if not out and self._unfinished is not None and self._unfinished.same_work(request):
            request = self.form.request(self._unfinished.out)
        self._unfinished = request
        self._run = EngineTask(
            tr("EO Fusion: run"), self._context.session, "run", {"request": request.as_dict()}, self._ended
        )
        self._run.told.connect(self._told)
        self._run.progressChanged.connect(lambda percent: self.bar.setValue(round(percent)))
        self.bar.setValue(0)
        self.stage_label.setText(tr("Starting the engine…"))
        self._show_running(True)
        QgsApplication.taskManager().addTask(self._run)

    def cancel(self) -> None:
        """Stop the run; its finished tiles stay for the next try."""
        if self._run is not None:
            self.stage_label.setText(tr("Stopping…"))
            self.cancel_button.setEnabled(False)
            self._run.cancel()

    def _told(self, stage: str, text: str, seconds: Any) -> None:
        words = {
            "start": tr("Starting the engine…"),
            "plan": tr("Finding scenes"),
            "read": tr("Reading images"),
            "encode": tr("Reading and fusing images"),
            "temperature": tr("Generating temperature"),
            "gpp": tr("Computing GPP"),
            "write": tr("Writing maps"),
        }.get(stage, stage)
        parts = [words, text] if text else [words]
        if seconds is not None and seconds > 2:
            parts.append(tr("{time} left in this step").format(time=duration_text(float(seconds))))
        self.stage_label.setText(" · ".join(parts))

    def _ended(self, outcome: Outcome) -> None:
        self._run = None
        self.last_error = outcome.error.get("message", "")
        self._show_running(False)
        self._take_devices()
        if outcome.state == "ok":
            self._unfinished = None
            folder = str(outcome.result.get("run", ""))
            seconds = float(outcome.result.get("seconds") or 0)
            self.stage_label.setText(tr("Done in {time}.").format(time=duration_text(seconds)))
            self.stage_label.setToolTip(folder)
            self.run_finished.emit(folder)
            if outcome.warnings:
                self._context.say(_first_of(outcome.warnings), Qgis.MessageLevel.Info, 12)
        elif outcome.state == "cancelled":
            self.stage_label.setText(tr("Cancelled. Run goes on from here."))
        else:
            self.stage_label.setText(tr("The run failed."))
            if outcome.error.get("code") in ("other-run", "output", "bad-request"):
                self._unfinished = None
            self._context.complain(outcome.error)
            self.refresh_engine()

    def _show_running(self, running: bool) -> None:
        self.bar.setVisible(running)
        self.stage_label.setVisible(running or bool(self.stage_label.text()))
        self.run_button.setVisible(not running)
        self.cancel_button.setVisible(running)
        self.cancel_button.setEnabled(running)
        self.estimate_button.setEnabled(not running)
        self.form.setEnabled(not running)

    # -- engine ------------------------------------------------------------------------------------

    def _missing(self) -> bool:
        """Whether something must be done first; says what."""
        self.refresh_engine()
        if self._context.engine_missing():
            self.setup_wanted.emit()
            return True
        if not self.form.source_text():
            self._context.say(tr("Choose the folder with your scenes first."), Qgis.MessageLevel.Warning)
            return True
        return False

    def _ask_devices(self) -> None:
        session = self._context.session
        if session.ready is not None or self._hello is not None or self._context.engine_missing():
            return
        self._hello = FunctionTask(
            tr("EO Fusion: devices"), lambda task: session.hello(stop=task.isCanceled), self._devices_told
        )
        QgsApplication.taskManager().addTask(self._hello)

    def _devices_told(self, _ready: Any, error: dict[str, str]) -> None:
        self._hello = None
        if error:
            self._context.complain(error)
        self._take_devices()

    def _take_devices(self) -> None:
        ready = self._context.session.ready
        if ready is not None and ready.get("devices"):
            blocked = self.form.blockSignals(True)
            self.form.set_devices(ready["devices"])
            self.form.blockSignals(blocked)


def estimate_text(plan: dict[str, Any]) -> str:
    """The plan in one line, as ``3.7 km², 21 maps, about 40 s, 180 MB``."""
    dates, clear = len(plan.get("dates", [])), len(plan.get("clear_dates", []))
    parts = [
        area_text(float(plan.get("km2", 0))),
        tr("{n} clear dates").format(n=clear),
        *([tr("{n} dates mapped").format(n=dates)] if dates != clear else []),
        tr("about {time}").format(time=duration_text(float(plan.get("seconds", 0)))),
        size_text(float(plan.get("disk_mb", 0))),
    ]
    return ", ".join(parts)


def _first_of(warnings: list[str]) -> str:
    more = len(warnings) - 1
    return warnings[0] if not more else tr("{first} ({n} more in the log panel)").format(first=warnings[0], n=more)

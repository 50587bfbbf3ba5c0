"""The Run tab: the form, what a run would cost, Run and Cancel, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
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

from ..credentials import read_secret
from ..engine.task import EngineTask, FunctionTask, Outcome
from ..errors import PluginError
from ..run_request import RunRequest, new_run_folder
from ..texts import NBSP, area_text, duration_text, size_text, tr
from .context import Context, default_runs_folder
from .run_form import RunForm
from .widgets import Banner, note_label

ESTIMATE_DELAY_MS = 900
ESTIMATE_HINT = "Find scenes: dates, time and disk space, before you run."


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
        #: What the scenes in the table were found for, None while there are none.
        self._found_for: RunRequest | None = None
        self._hello: FunctionTask | None = None
        #: The last run that did not end well: the same request goes on in the same folder.
        self._unfinished: RunRequest | None = None
        #: What the last run that failed said, empty after a good one.
        self.last_error = ""
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(ESTIMATE_DELAY_MS)
        self._delay.timeout.connect(self._find_quietly)

        self.form = RunForm(context)
        self.form.changed.connect(self._form_changed)
        self.form.devices_wanted.connect(self._ask_devices)
        self.banner = Banner(tr("Set up…"), self.setup_wanted.emit)
        self._scroll = scroll = QScrollArea()
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
        self.find_button = QPushButton(tr("Find scenes"))
        self.find_button.setToolTip(tr("Which dates there are, how clear they are, and what a run would take"))
        self.find_button.setMinimumHeight(32)
        self.find_button.clicked.connect(self._find_or_stop)
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
        row.addWidget(self.find_button, 1)
        row.addWidget(self.run_button, 1)
        row.addWidget(self.cancel_button, 1)
        column.addLayout(row)
        return footer

    # -- for the dock ------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a run is going on."""
        return self._run is not None

    @property
    def finding(self) -> bool:
        """Whether scenes are being looked for."""
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

    # -- scenes ------------------------------------------------------------------------------------

    def find_scenes(self) -> None:
        """Ask the engine which scenes there are and what the run would take."""
        if self._missing() or self.running:
            return
        self._find(lambda: self._scroll.ensureWidgetVisible(self.form.scenes, 0, 8))

    def _find(self, then: Callable[[], None] = lambda: None) -> None:
        self._stop_plan()
        request = self.form.request(str(self.form.out_base(default_runs_folder()) / "estimate"))

        def ended(outcome: Outcome) -> None:
            self._planned(request, outcome)
            if outcome.state == "ok":
                # Later, when the table has its height.
                QTimer.singleShot(0, then)

        task = self._task(tr("EO Fusion: find scenes"), "plan", request, ended)
        if task is None:
            return
        self._plan = task
        task.told.connect(self._plan_told)
        self.estimate_label.setText(tr("Looking for scenes…"))
        self.find_button.setText(tr("Stop"))
        QgsApplication.taskManager().addTask(task)

    def _find_or_stop(self, _checked: bool = False) -> None:
        if self._plan is None:
            self.find_scenes()
        else:
            self._stop_plan()
            self.estimate_label.setText(tr("Stopped."))

    def _find_quietly(self) -> None:
        # Filling in a form must neither start the engine nor search a service; ticks of a found table may.
        if not self._context.session.alive or self.running or not self.form.source.text():
            return
        if not self.form.source.is_service or self._found_for is not None:
            self._find()

    def _plan_told(self, stage: str, text: str, _seconds: Any) -> None:
        words = tr("Starting the engine…") if stage == "start" else tr("Looking for scenes…")
        self.estimate_label.setText(" · ".join(part for part in (words, text) if part and part != words))

    def _planned(self, request: RunRequest, outcome: Outcome) -> None:
        self._plan = None
        self.find_button.setText(tr("Find scenes"))
        self._take_devices()
        if outcome.state == "ok":
            self._found_for = request
            self.form.scenes.show_plan(outcome.result)
            self.estimate_label.setText(estimate_text(outcome.result))
            self.form.area.show_extent(outcome.result.get("area"))
        elif outcome.state == "error":
            error = outcome.error
            self.estimate_label.setText(f"{error.get('message', '')} {error.get('hint', '')}".strip())

    def _stop_plan(self) -> None:
        self._delay.stop()
        if self._plan is not None:
            self._plan.forget()
            self._plan = None
            self.find_button.setText(tr("Find scenes"))

    def _task(self, title: str, kind: str, request: RunRequest, on_end: Callable[[Outcome], None]) -> EngineTask | None:
        """A task for the engine with the credentials of ``request``; None where they cannot be opened (it is said)."""
        try:
            secret = read_secret(request.authcfg)
        except PluginError as error:
            self._context.complain(error.as_dict())
            return None
        return EngineTask(title, self._context.session, kind, {"request": request.as_dict()}, on_end, secret)

    def _form_changed(self) -> None:
        if self.running:
            return
        self._stop_plan()
        if self._found_for is not None and not self._found_for.same_scenes(self.form.request("")):
            self._found_for = None
            self.form.scenes.forget()
        self.estimate_label.setText(tr(ESTIMATE_HINT))
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
        task = self._task(tr("EO Fusion: run"), "run", request, self._ended)
        if task is None:
            return
        self._unfinished, self._run = request, task
        task.told.connect(self._told)
        task.progressChanged.connect(lambda percent: self.bar.setValue(round(percent)))
        self.bar.setValue(0)
        self.stage_label.setText(tr("Starting the engine…"))
        self._show_running(True)
        QgsApplication.taskManager().addTask(task)

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
        self.find_button.setEnabled(not running)
        self.form.setEnabled(not running)

    # -- engine ------------------------------------------------------------------------------------

    def _missing(self) -> bool:
        """Whether something must be done first; says what."""
        self.refresh_engine()
        if self._context.engine_missing():
            self.setup_wanted.emit()
            return True
        source = self.form.source
        if not source.text():
            words = tr("Give the service's address first.") if source.is_service else tr("Choose the folder first.")
        elif source.credentials_missing:
            words = tr("This service needs credentials: choose or add them below its name.")
        else:
            return False
        self._context.say(words, Qgis.MessageLevel.Warning)
        return True

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


def _first_of(warnings: list[str]) -> str:
    more = len(warnings) - 1
    return warnings[0] if not more else tr("{first} ({n} more in the log panel)").format(first=warnings[0], n=more)

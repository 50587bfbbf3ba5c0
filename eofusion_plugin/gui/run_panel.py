"""The Run tab: the form, what a run would cost, Run and Cancel, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QFrame, QMessageBox, QScrollArea, QVBoxLayout, QWidget

from ..credentials import read_secret
from ..engine.task import EngineTask, FunctionTask, Outcome
from ..errors import PluginError
from ..run_history import PastRun, delete_run, past_runs
from ..run_request import RunRequest, new_run_folder
from ..texts import duration_text, tr
from .context import Context, default_runs_folder
from .run_footer import ESTIMATE_HINT, RunFooter, estimate_text
from .run_form import RunForm
from .runs_box import RunsBox
from .widgets import Banner

ESTIMATE_DELAY_MS = 900


class RunPanel(QWidget):
    """Fills in a request, has it estimated and run. Adds no layers itself: see :attr:`run_finished`."""

    #: The run folder of a run that ended well.
    run_finished = pyqtSignal(str)
    #: The folder of the run that goes on, each time that it has one more product.
    product_made = pyqtSignal(str)
    setup_wanted = pyqtSignal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._run: EngineTask | None = None
        self._run_folder: Path | None = None
        self._plan: EngineTask | None = None
        #: What the scenes in the table were found for, None while there are none.
        self._found_for: RunRequest | None = None
        self._hello: FunctionTask | None = None
        #: The last run that did not end well: the same request goes on in the same folder.
        self._unfinished: RunRequest | None = None
        #: Requests that wait for the present run to end.
        self._queue: list[RunRequest] = []
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
        self.runs = RunsBox()
        self.runs.open_wanted.connect(self.run_finished)
        self.runs.change_wanted.connect(self._change)
        self.runs.resume_wanted.connect(self._resume)
        self.runs.delete_wanted.connect(self._delete)
        self.runs.drop_wanted.connect(self._drop)
        inside = QWidget()
        both = QVBoxLayout(inside)
        both.setContentsMargins(0, 0, 0, 8)
        both.addWidget(self.form)
        both.addWidget(self.runs)
        both.addStretch(1)
        scroll.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(scroll, 1)
        self.footer = RunFooter()
        self.estimate_label, self.stage_label = self.footer.estimate_label, self.footer.stage_label
        self.find_button, self.run_button = self.footer.find_button, self.footer.run_button
        self.cancel_button, self.bar = self.footer.cancel_button, self.footer.bar
        self.find_button.clicked.connect(self._find_or_stop)
        self.run_button.clicked.connect(lambda _checked: self.start_run())
        self.cancel_button.clicked.connect(self.cancel)
        column.addWidget(self.footer)
        self.refresh_engine()
        self._show_running()

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
        self._queue.clear()
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
        if self._missing():
            return
        self._stop_plan()
        self.form.remember()
        request = self.form.request(out or str(self._new_folder()))
        if not out and self._unfinished is not None and self._unfinished.same_work(request):
            request = self.form.request(self._unfinished.out)
        self._start_or_queue(request)

    def _start_or_queue(self, request: RunRequest) -> None:
        if self.running:
            self._queue.append(request)
            self._context.say(tr("The run waits for the present one to end."))
            self.refresh_runs()
        else:
            self._start(request)

    def _start(self, request: RunRequest) -> None:
        task = self._task(tr("EO Fusion: run"), "run", request, self._ended)
        if task is None:
            return
        self._unfinished, self._run, self._run_folder = request, task, Path(request.out)
        task.told.connect(self.footer.show_stage)
        task.made.connect(lambda: self.product_made.emit(request.out))
        task.progressChanged.connect(lambda percent: self.bar.setValue(round(percent)))
        self.bar.setValue(0)
        self.stage_label.setText(tr("Starting the engine…"))
        self._show_running()
        QgsApplication.taskManager().addTask(task)

    def cancel(self) -> None:
        """Stop the run; its finished tiles stay for the next try."""
        if self._run is not None:
            self.stage_label.setText(tr("Stopping…"))
            self.cancel_button.setEnabled(False)
            self._run.cancel()

    def _ended(self, outcome: Outcome) -> None:
        self._run = None
        self.last_error = outcome.error.get("message", "")
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
        if self._queue:
            self._start(self._queue.pop(0))
        self._show_running()

    # -- past and waiting runs -----------------------------------------------------------------------

    def refresh_runs(self) -> None:
        """List the runs of the results folder again."""
        base = self.form.out_base(default_runs_folder())
        going_on = {self._run_folder} if self.running else set()
        past = [run for run in past_runs([base]) if run.folder not in going_on]
        self.runs.show_runs(self._queue, past)

    def _new_folder(self) -> Path:
        taken = [Path(request.out) for request in self._queue] + ([self._run_folder] if self._run_folder else [])
        return new_run_folder(self.form.out_base(default_runs_folder()), taken)

    def _change(self, request: RunRequest) -> None:
        self.form.fill(request)
        self._scroll.ensureVisible(0, 0)

    def _resume(self, run: PastRun) -> None:
        if run.request is None or self._missing_engine():
            return
        self._start_or_queue(run.request)

    def _drop(self, place: int) -> None:
        if 0 <= place < len(self._queue):
            del self._queue[place]
            self.refresh_runs()

    def _delete(self, folder: str) -> None:
        buttons = QMessageBox.StandardButton
        question = tr("Delete this run and its results for good?\n\n{folder}").format(folder=folder)
        if QMessageBox.question(self, tr("Delete"), question, buttons.Yes | buttons.No) != buttons.Yes:
            return
        try:
            delete_run(Path(folder))
        except PluginError as error:
            self._context.complain(error.as_dict())
        self.refresh_runs()

    def _show_running(self) -> None:
        self.footer.show_running(self.running)
        self.refresh_runs()

    # -- engine ------------------------------------------------------------------------------------

    def _missing_engine(self) -> bool:
        self.refresh_engine()
        if not self._context.engine_missing():
            return False
        self.setup_wanted.emit()
        return True

    def _missing(self) -> bool:
        """Whether something must be done first; says what."""
        if self._missing_engine():
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


def _first_of(warnings: list[str]) -> str:
    more = len(warnings) - 1
    return warnings[0] if not more else tr("{first} ({n} more in the log panel)").format(first=warnings[0], n=more)

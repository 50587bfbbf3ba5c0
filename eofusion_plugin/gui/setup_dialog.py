"""Set up the engine: nothing happens before the person has seen place, size and commands and agrees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QMessageBox,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from .. import log, settings
from ..engine.builder import Builder, try_engine
from ..engine.environment import find_python, installed, remove_environment, suitable_base
from ..engine.hardware import nvidia_gpu
from ..engine.recipes import Recipe, recipe
from ..engine.task import FunctionTask
from ..errors import PluginError
from ..texts import size_text, tr
from .context import Context
from .setup_checks import environment_sizes, from_wheels, works_text
from .setup_made import MadeEnvironments
from .setup_ways import CREATE, EXISTING, WHEELS, SetupWays
from .widgets import note_label


class SetupDialog(QDialog):
    """Three ways to an engine, each checked before it is used; repair and remove what was made."""

    engine_changed = pyqtSignal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._task: FunctionTask | None = None
        self._recipe: Recipe | None = None
        self._tried = ""
        self._builder: Builder | None = None
        self._look: FunctionTask | None = None
        self._looked = False
        self.setWindowTitle(tr("Set up the EO Fusion engine"))
        self.resize(640, 660)
        self._make()
        self._tell_state()
        self._choice_changed()

    # -- making ------------------------------------------------------------------------------------

    def _make(self) -> None:
        intro = note_label(
            tr(
                "The engine (PyTorch and its libraries) runs beside QGIS in a Python of its own, so that it cannot "
                "disturb QGIS or other plugins. Nothing is installed before you have seen what and agreed."
            )
        )
        self.state = note_label()
        self.made = MadeEnvironments()
        self.ways = SetupWays()
        self.output = QPlainTextEdit()
        self.output.setReadOnly(True)
        self.output.setMaximumBlockCount(5000)
        self.output.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.output.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.output.setMinimumHeight(90)
        self.output.setAccessibleName(tr("What the set-up says"))
        self.stage = note_label()
        self.bar = QProgressBar()
        self.bar.hide()
        self.try_button = QPushButton(tr("Try the engine"))
        self.try_button.setToolTip(tr("Starts the engine that is in use now and lets it load everything"))
        self.report_button = QPushButton(tr("Copy report"))
        self.report_button.setToolTip(tr("The text above, without passwords and without your home folder's name"))
        self.check_button = QPushButton(tr("Check"))
        self.check_button.setToolTip(tr("Looks whether this way works here, and shows what would be done"))
        self.go_button = QPushButton()
        self.cancel_button = QPushButton(tr("Cancel"))
        self.close_button = QPushButton(tr("Close"))
        column = QVBoxLayout(self)
        for widget in (intro, self.state, self.made, self.ways, self.output, self.stage, self.bar):
            column.addWidget(widget, 1 if widget is self.output else 0)
        row = QHBoxLayout()
        for button in (self.try_button, self.report_button):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self.check_button, self.go_button, self.cancel_button, self.close_button):
            row.addWidget(button)
        column.addLayout(row)

        self.ways.changed.connect(self._choice_changed)
        self.check_button.clicked.connect(self.check)
        self.go_button.clicked.connect(self._go)
        self.try_button.clicked.connect(self.try_now)
        self.cancel_button.clicked.connect(self.cancel)
        self.report_button.clicked.connect(lambda: QApplication.clipboard().setText(self.output.toPlainText()))
        self.close_button.clicked.connect(self.hide)
        self.made.repair_wanted.connect(self.repair)
        self.made.remove_wanted.connect(self._remove_environment)

    def showEvent(self, event: Any) -> None:
        """Look at the graphics card and at what the environments take, once, in the background."""
        super().showEvent(event)
        if not self._looked:
            self._looked = True
            self._look = FunctionTask(
                tr("Looking at this computer"), lambda task: (nvidia_gpu(), environment_sizes()), self._looked_around
            )
            QgsApplication.taskManager().addTask(self._look)

    def _looked_around(self, value: Any, error: dict[str, str]) -> None:
        self._look = None  # QGIS deletes a task that has ended
        if not error:
            gpu, sizes = value
            self.ways.tell_gpu(gpu)
            self.made.refresh(sizes)

    # -- what is chosen ----------------------------------------------------------------------------

    def _choice_changed(self) -> None:
        self._recipe, self._tried = None, ""
        self._buttons()

    def _buttons(self) -> None:
        busy = self._task is not None
        checked = self._recipe is not None or bool(self._tried)
        self.check_button.setVisible(not checked and not busy)
        self.go_button.setVisible(checked and not busy)
        self.go_button.setText(tr("Use this Python") if self.ways.way == EXISTING else tr("Agree and install"))
        self.ways.setEnabled(not busy)
        self.made.setEnabled(not busy)
        self.try_button.setEnabled(not busy)
        self.cancel_button.setVisible(busy)
        self.bar.setVisible(busy)
        self.close_button.setVisible(not busy)

    def _tell_state(self) -> None:
        found = self.made.refresh()
        try:
            python = find_python(settings.python())
        except PluginError as error:
            self.state.setText(f"<b>{error.message}</b>")
            return
        if python is not None:
            origin = {
                "setting": tr("chosen here"),
                "variable": tr("named by EOFUSION_PYTHON"),
                "own": tr("made by this plugin"),
                "developer": tr("the developer's environment beside the plugin"),
            }[python.origin]
            self.state.setText(tr("Now used: {path} ({origin}).").format(path=python.path, origin=origin))
        elif any(item.current for item in found):
            text = tr("An earlier set-up stopped half-way. Press Check to go on.")
            self.state.setText(f"<b>{text}</b>")
        elif found:
            text = tr("EO Fusion was updated, and its engine needs other libraries. Press Check to make them anew.")
            self.state.setText(f"<b>{text}</b>")
        else:
            self.state.setText("<b>{}</b>".format(tr("The engine is not set up yet.")))

    # -- checking ----------------------------------------------------------------------------------

    def check(self) -> None:
        """Look whether the chosen way works here. Nothing is changed by this."""
        self.output.clear()
        way, ways = self.ways.way, self.ways
        if way == EXISTING:
            path = ways.existing.filePath().strip()
            if not path or not Path(path).expanduser().is_file():
                self._failed(PluginError(tr("Choose the Python first: there is no such file.")).as_dict())
                return
            self._start(
                tr("Checking this Python"),
                lambda task: (path, try_engine(Path(path).expanduser(), log=task.told.emit, cancelled=task.isCanceled)),
                self._existing_checked,
            )
        elif way == WHEELS:
            base, folder = ways.wheels_base.filePath().strip(), ways.wheels.filePath().strip()
            self._start(tr("Looking into the folder"), lambda task: from_wheels(base, folder), self._recipe_found)
        else:
            base, build = ways.base.filePath().strip(), ways.chosen_build()
            self._start(
                tr("Looking for a Python"),
                lambda task: recipe(*suitable_base(base), build=build),
                self._recipe_found,
            )

    def _recipe_found(self, found: Any, error: dict[str, str]) -> None:
        if self._failed(error):
            return
        self._recipe = found
        self.output.setPlainText(
            tr("These commands will be run. Nothing was done yet.\n\n{commands}\n\n").format(commands=found.as_text())
            + tr("Place: {folder}\nSize:  about {size} on disk").format(
                folder=found.folder, size=size_text(found.bytes / 1e6)
            )
        )
        self.stage.setText("")

    def _existing_checked(self, value: Any, error: dict[str, str]) -> None:
        if self._failed(error):
            return
        self._tried, ready = value
        self._say(works_text(ready))
        self.stage.setText(tr("This Python works."))

    def try_now(self) -> None:
        """Start the engine that is used now and let it say what it is."""
        try:
            python = find_python(settings.python())
        except PluginError as error:
            self._failed(error.as_dict())
            return
        if python is None:
            self._failed(PluginError(tr("The engine is not set up yet.")).as_dict())
            return
        self.output.clear()
        self._start(
            tr("Trying the engine"),
            lambda task: try_engine(python.path, log=task.told.emit, cancelled=task.isCanceled),
            self._engine_tried,
        )

    def _engine_tried(self, ready: Any, error: dict[str, str]) -> None:
        if self._failed(error):
            if any(item.current for item in installed()):
                self._say(tr("Press Repair to make the environment again."))
            return
        self._works(ready)

    # -- doing -------------------------------------------------------------------------------------

    def _go(self) -> None:
        if self._recipe is not None:
            self._create(self._recipe)
        elif self._tried:
            settings.put("python", self._tried)
            self._context.session.close()
            self.stage.setText(tr("The engine works."))
            self._tell_state()
            self._choice_changed()
            self.engine_changed.emit()

    def _create(self, plan: Recipe, note: str = "") -> None:
        self.ways.remember()
        self._context.session.close()
        self.output.setPlainText(note)
        kind = self.ways.chosen_build().kind if self.ways.way == CREATE else ""

        def work(task: FunctionTask) -> Any:
            step = ""

            def stage(number: int, total: int, title: str) -> None:
                nonlocal step
                step = tr("Step {n} of {total}: {title}").format(n=number, total=total, title=tr(title))
                task.stage.emit(step)

            def grown(size: int) -> None:
                share = min(99.0, 100 * size / plan.bytes)
                task.setProgress(share)
                done, whole = size_text(size / 1e6), size_text(plan.bytes / 1e6)
                task.stage.emit(step + "  " + tr("{done} of about {whole}").format(done=done, whole=whole))

            self._builder = Builder(plan, task.told.emit, stage, task.isCanceled, grown=grown, build=kind)
            return self._builder.build()

        self._start(tr("Setting up the engine"), work, self._created)
        if self._task is not None:
            self.bar.setRange(0, 100)
            self._task.progressChanged.connect(lambda value: self.bar.setValue(round(value)))

    def _created(self, ready: Any, error: dict[str, str]) -> None:
        self._choice_changed()
        if self._failed(error):
            if self._builder is not None:
                self._say(tr("Log: {file}").format(file=self._builder.log_file))
            return
        settings.put("python", "")  # the environment is found by its name, also after an update
        self._works(ready)
        if any(not item.current for item in installed()):
            self._say(tr("Environments of earlier versions are no longer needed: remove them above."))

    def repair(self) -> None:
        """Make the present environment again from the beginning."""
        current = next((item for item in installed() if item.current), None)
        if current is None:
            return
        base, build = self.ways.base.filePath().strip(), self.ways.remembered_build(current.build)
        wheels = self.ways.wheels.filePath().strip() if self.ways.way == WHEELS else ""

        def work(task: FunctionTask) -> Any:
            plan = recipe(*suitable_base(base), build=build, wheels=wheels)
            remove_environment(current.folder)
            return plan

        def ended(plan: Any, error: dict[str, str]) -> None:
            if not self._failed(error):
                self._create(plan, tr("Repairing: the environment is made again.") + "\n")

        self._context.session.close()
        self._start(tr("Removing the old environment"), work, ended)

    def _remove_environment(self, folder: str) -> None:
        question = tr("Delete this environment? It can be made again at any time.\n\n{folder}").format(folder=folder)
        buttons = QMessageBox.StandardButton
        if QMessageBox.question(self, tr("Remove"), question, buttons.Yes | buttons.No) != buttons.Yes:
            return
        self._context.session.close()

        def ended(_value: Any, error: dict[str, str]) -> None:
            if not self._failed(error):
                self.stage.setText(tr("The environment was removed."))
                self._tell_state()
                self.engine_changed.emit()

        self._start(tr("Removing"), lambda task: remove_environment(Path(folder)), ended)

    def _works(self, ready: Any) -> None:
        self._say(works_text(ready))
        self.stage.setText(tr("The engine works."))
        self._tell_state()
        self.engine_changed.emit()

    def cancel(self) -> None:
        """Stop what is going on; finished steps are kept for the next try."""
        if self._task is not None:
            self.stage.setText(tr("Stopping…"))
            self._task.cancel()

    def remove(self) -> None:
        """The plugin goes away."""
        for task in (self._task, self._look):
            if task is not None:
                task.forget()
        self.close()

    # -- inside ------------------------------------------------------------------------------------

    def _start(self, title: str, work: Any, ended: Any) -> None:
        if self._task is not None:
            return

        def done(value: Any, error: dict[str, str]) -> None:
            self._task = None
            ended(value, error)
            self._buttons()

        self._task = FunctionTask(title, work, done)
        self._task.told.connect(self._say)
        self._task.stage.connect(self.stage.setText)
        self.bar.setRange(0, 0)
        self.stage.setText(title + "…")
        self._buttons()
        QgsApplication.taskManager().addTask(self._task)

    def _say(self, text: str) -> None:
        self.output.appendPlainText(text)
        log.info(text)

    def _failed(self, error: dict[str, str]) -> bool:
        if not error:
            return False
        self.stage.setText(tr(error.get("message", "")))
        self._say(" ".join(tr(part) for part in (error.get("message"), error.get("hint")) if part))
        self._tell_state()
        self.engine_changed.emit()
        return True

"""Set up the engine: nothing happens before the person has seen place, size and commands and agrees."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import (
    QApplication,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from .. import log, settings
from ..engine.builder import Builder, try_engine
from ..engine.environment import SIZE_TEXT, Recipe, find_python, recipe, suitable_base
from ..engine.task import FunctionTask
from ..errors import PluginError
from ..texts import tr
from .context import Context
from .widgets import note_label


class SetupDialog(QDialog):
    """Make an environment for the engine, or name an existing Python; check either by running it."""

    engine_changed = pyqtSignal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._task: FunctionTask | None = None
        self._recipe: Recipe | None = None
        self._builder: Builder | None = None
        self.setWindowTitle(tr("Set up the EO Fusion engine"))
        self.resize(620, 560)
        self._make()
        self._load()
        self._choice_changed()

    # -- making ------------------------------------------------------------------------------------

    def _make(self) -> None:
        intro = note_label(
            tr(
                "The engine (PyTorch and its libraries) runs beside QGIS in a Python of its own, so that it cannot "
                "disturb QGIS or other plugins. Nothing is installed before you press the button below."
            )
        )
        self.state = note_label()
        self.create_choice = QRadioButton(tr("Make an environment on this computer"))
        self.existing_choice = QRadioButton(tr("Use an existing Python that has the engine's libraries"))
        self.base = _file(QgsFileWidget.StorageMode.GetFile, tr("Found by itself: Python 3.11 to 3.14"))
        self.index = QLineEdit()
        self.index.setPlaceholderText(tr("Where pip is set up to look"))
        self.index.setToolTip(tr("The package index that has the CPU build of PyTorch"))
        self.wheels = _file(QgsFileWidget.StorageMode.GetDirectory, tr("None: install from the network"))
        self.wheels.setToolTip(tr("For computers without a network: a folder with all wheels"))
        self.create_form = QWidget()
        form = QFormLayout(self.create_form)
        form.setContentsMargins(24, 0, 0, 0)
        form.addRow(tr("Build from"), self.base)
        form.addRow(tr("PyTorch index"), self.index)
        form.addRow(tr("Folder of wheels"), self.wheels)
        self.existing = _file(QgsFileWidget.StorageMode.GetFile, tr("python of an environment"))
        self.existing_form = QWidget()
        form = QFormLayout(self.existing_form)
        form.setContentsMargins(24, 0, 0, 0)
        form.addRow(tr("Python"), self.existing)

        self.output = QPlainTextEdit()
        self.output.setReadOnly(True)
        self.output.setMaximumBlockCount(5000)
        self.output.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.output.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.stage = QLabel()
        self.bar = QProgressBar()
        self.bar.hide()
        self.show_button = QPushButton(tr("Show commands"))
        self.go_button = QPushButton()
        self.check_button = QPushButton(tr("Check"))
        self.check_button.setToolTip(tr("Starts the engine and lets it load everything"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self.report_button = QPushButton(tr("Copy report"))
        self.report_button.setToolTip(tr("The text above, without passwords and without your home folder's name"))
        self.close_button = QPushButton(tr("Close"))
        column = QVBoxLayout(self)
        for widget in (intro, self.state, self.create_choice, self.create_form):
            column.addWidget(widget)
        for widget in (self.existing_choice, self.existing_form, self.output, self.stage, self.bar):
            column.addWidget(widget, 1 if widget is self.output else 0)
        row = QHBoxLayout()
        for button in (self.check_button, self.report_button):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self.show_button, self.go_button, self.cancel_button, self.close_button):
            row.addWidget(button)
        column.addLayout(row)

        self.create_choice.toggled.connect(self._choice_changed)
        self.base.fileChanged.connect(self._recipe_changed)
        self.index.textChanged.connect(self._recipe_changed)
        self.wheels.fileChanged.connect(self._recipe_changed)
        self.show_button.clicked.connect(self.show_commands)
        self.go_button.clicked.connect(self._go)
        self.check_button.clicked.connect(self.check)
        self.cancel_button.clicked.connect(self.cancel)
        self.report_button.clicked.connect(lambda: QApplication.clipboard().setText(self.output.toPlainText()))
        self.close_button.clicked.connect(self.hide)

    def _load(self) -> None:
        self.index.setText(settings.torch_index())
        self.existing.setFilePath(settings.python())
        (self.existing_choice if settings.python() else self.create_choice).setChecked(True)
        self._tell_state()

    # -- what is chosen ----------------------------------------------------------------------------

    def _choice_changed(self, *_: object) -> None:
        create = self.create_choice.isChecked()
        self.create_form.setEnabled(create)
        self.existing_form.setEnabled(not create)
        self._recipe_changed()

    def _recipe_changed(self, *_: object) -> None:
        self._recipe = None
        self._buttons()

    def _buttons(self) -> None:
        busy, create = self._task is not None, self.create_choice.isChecked()
        self.show_button.setVisible(create and self._recipe is None)
        self.go_button.setVisible(not create or self._recipe is not None)
        self.go_button.setText(tr("Agree and install") if create else tr("Use this Python"))
        for button in (self.show_button, self.go_button, self.check_button):
            button.setEnabled(not busy)
        self.cancel_button.setVisible(busy)
        self.bar.setVisible(busy)
        self.close_button.setVisible(not busy)

    def _tell_state(self) -> None:
        try:
            python = find_python(settings.python())
        except PluginError as error:
            self.state.setText(f"<b>{error.message}</b>")
            return
        if python is None:
            self.state.setText(tr("<b>The engine is not set up yet.</b>"))
            return
        origin = {
            "setting": tr("chosen here"),
            "variable": tr("named by EOFUSION_PYTHON"),
            "own": tr("made by this plugin"),
            "developer": tr("the developer's environment beside the plugin"),
        }[python.origin]
        self.state.setText(tr("Now used: {path} ({origin}).").format(path=python.path, origin=origin))

    # -- doing -------------------------------------------------------------------------------------

    def show_commands(self) -> None:
        """Find a Python to build from, and show what would be done. Nothing is changed by this."""
        chosen, index, wheels = self.base.filePath().strip(), self.index.text().strip(), self.wheels.filePath().strip()
        self._start(
            tr("Looking for a Python"),
            lambda task: recipe(*suitable_base(chosen), torch_index=index, wheels=wheels),
            self._recipe_found,
        )

    def _recipe_found(self, found: Any, error: dict[str, str]) -> None:
        if self._failed(error):
            return
        self._recipe = found
        self.output.setPlainText(
            tr("These commands will be run. Nothing was done yet.\n\n{commands}\n\n").format(commands=found.as_text())
            + tr("Place: {folder}\nSize:  {size} on disk, most of it downloaded\nRemove: delete this folder").format(
                folder=found.folder, size=SIZE_TEXT
            )
        )
        self.stage.setText("")
        self._buttons()

    def _go(self) -> None:
        if not self.create_choice.isChecked():
            settings.put("python", self.existing.filePath().strip())
            self.check()
        elif self._recipe is not None:
            self._create(self._recipe)

    def _create(self, plan: Recipe) -> None:
        settings.put("torch_index", self.index.text().strip())
        self._context.session.close()
        self.output.clear()

        def work(task: FunctionTask) -> Any:
            def stage(number: int, total: int, title: str) -> None:
                task.setProgress(100 * (number - 1) / total)
                task.stage.emit(tr("Step {n} of {total}: {title}").format(n=number, total=total, title=title))

            self._builder = Builder(plan, task.told.emit, stage, task.isCanceled)
            return self._builder.build()

        self._start(tr("Setting up the engine"), work, self._created)

    def _created(self, ready: Any, error: dict[str, str]) -> None:
        if self._failed(error):
            if self._builder is not None:
                self._say(tr("Log: {file}").format(file=self._builder.log_file))
            return
        settings.put("python", "")  # the environment is found by its name, also after an update
        self.existing.setFilePath("")
        self._works(ready)

    def check(self) -> None:
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
            tr("Checking the engine"),
            lambda task: try_engine(python.path, log=task.told.emit, cancelled=task.isCanceled),
            self._checked,
        )

    def _checked(self, ready: Any, error: dict[str, str]) -> None:
        if not self._failed(error):
            self._works(ready)

    def _works(self, ready: Any) -> None:
        devices = ", ".join(device.get("name", "") for device in ready.get("devices", []))
        text = tr("The engine works: version {engine}, Python {python}, PyTorch {torch}, {devices}.").format(
            engine=ready.get("engine"), python=ready.get("python"), torch=ready.get("torch"), devices=devices
        )
        self._say(text)
        self.stage.setText(tr("The engine works."))
        self._tell_state()
        self.engine_changed.emit()

    def cancel(self) -> None:
        """Stop what is going on; nothing half-made stays."""
        if self._task is not None:
            self.stage.setText(tr("Stopping…"))
            self._task.cancel()

    def remove(self) -> None:
        """The plugin goes away."""
        if self._task is not None:
            self._task.forget()
        self.close()

    # -- inside ------------------------------------------------------------------------------------

    def _start(self, title: str, work: Any, ended: Any) -> None:
        if self._task is not None:
            return

        def done(value: Any, error: dict[str, str]) -> None:
            self._task = None
            self._buttons()
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
        self.stage.setText(error.get("message", ""))
        self._say(" ".join(part for part in (error.get("message"), error.get("hint")) if part))
        self._tell_state()
        self.engine_changed.emit()
        return True


def _file(mode: QgsFileWidget.StorageMode, placeholder: str) -> QgsFileWidget:
    widget = QgsFileWidget()
    widget.setStorageMode(mode)
    widget.lineEdit().setPlaceholderText(placeholder)
    return widget

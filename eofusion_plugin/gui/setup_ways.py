"""The three ways to an engine, as forms: make an environment, install from wheels, use an existing Python."""

from __future__ import annotations

import sys

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from .. import settings
from ..engine.recipes import CPU, GPU, Build, build_of, fill_commands
from ..texts import tr
from .widgets import choose, note_label

CREATE, WHEELS, EXISTING = "create", "wheels", "existing"


class SetupWays(QWidget):
    """Radio buttons with a form each; only the chosen way's form is shown."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._radios = {
            CREATE: QRadioButton(tr("Make an environment on this computer, from the network")),
            WHEELS: QRadioButton(tr("Make an environment from a folder of wheels, without a network")),
            EXISTING: QRadioButton(tr("Use an existing Python that has the engine's libraries")),
        }
        self.base = _file(QgsFileWidget.StorageMode.GetFile, tr("Found by itself: Python 3.11 to 3.14"))
        self.build = QComboBox()
        for build, text in ((CPU, tr("CPU: {size}")), (GPU, tr("NVIDIA GPU: {size}"))):
            self.build.addItem(text.format(size=build.size_text), build.kind)
        self.reason = note_label()
        self.index = QLineEdit()
        self.index.setPlaceholderText(tr("Where pip is set up to look"))
        self.index.setToolTip(tr("The package index that PyTorch comes from"))
        self.wheels_base = _file(QgsFileWidget.StorageMode.GetFile, tr("Found by itself: Python 3.11 to 3.14"))
        self.wheels = _file(QgsFileWidget.StorageMode.GetDirectory, tr("The folder with all wheels"))
        self.wheels.setToolTip(
            tr("Filled on a computer with a network, with the same system and Python:\n{commands}").format(
                commands=fill_commands()
            )
        )
        self.existing = _file(QgsFileWidget.StorageMode.GetFile, tr("python of an environment"))
        self._forms = {
            CREATE: _form(
                (tr("Build from"), self.base),
                (tr("PyTorch for"), self.build),
                (tr("PyTorch index"), self.index),
                below=self.reason,
            ),
            WHEELS: _form((tr("Build from"), self.wheels_base), (tr("Folder of wheels"), self.wheels)),
            EXISTING: _form((tr("Python"), self.existing)),
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for way, radio in self._radios.items():
            column.addWidget(radio)
            column.addWidget(self._forms[way])
            radio.toggled.connect(self._chosen)
        for widget in (self.base, self.wheels_base, self.wheels, self.existing):
            widget.fileChanged.connect(lambda _path: self.changed.emit())
        self.index.textChanged.connect(self._index_changed)
        self.build.currentIndexChanged.connect(self._build_chosen)
        self._gpu = ""
        self._build_chosen()
        self.tell_gpu("")
        self.existing.setFilePath(settings.python())
        self._radios[EXISTING if settings.python() else CREATE].setChecked(True)

    @property
    def way(self) -> str:
        """The chosen way."""
        return next(way for way, radio in self._radios.items() if radio.isChecked())

    def choose(self, way: str) -> None:
        """Choose a way."""
        self._radios[way].setChecked(True)

    def chosen_build(self) -> Build:
        """The build of PyTorch, from the index in the form."""
        return build_of(self.build.currentData(), self.index.text().strip())

    def remembered_build(self, kind: str) -> Build:
        """The build of a kind ("cpu", "gpu"), from the index that was last used for it."""
        build = GPU if kind == GPU.kind else CPU
        return build_of(build.kind, settings.torch_index(build.kind, build.index))

    def tell_gpu(self, name: str) -> None:
        """Say which build is advised, and why, now that the graphics card is known (empty: there is none)."""
        self._gpu = name
        self.reason.setText(_why(name, self.chosen_build()))
        if not name:
            choose(self.build, CPU.kind)

    def remember(self) -> None:
        """Keep what was typed for the next time."""
        settings.put(f"torch_index_{self.build.currentData()}", self.index.text().strip())

    def _chosen(self, *_: object) -> None:
        for way, radio in self._radios.items():
            self._forms[way].setVisible(radio.isChecked())
        self.changed.emit()

    def _index_changed(self, *_: object) -> None:
        build = self.chosen_build()
        text = tr("NVIDIA GPU: {size}") if build.kind == GPU.kind else tr("CPU: {size}")
        self.build.setItemText(self.build.currentIndex(), text.format(size=build.size_text))
        self.reason.setText(_why(self._gpu, build))
        self.changed.emit()

    def _build_chosen(self, *_: object) -> None:
        self.index.setText(self.remembered_build(self.build.currentData()).index)
        self.changed.emit()


def _form(*rows: tuple[str, QWidget], below: QWidget | None = None) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(24, 0, 0, 4)
    form = QFormLayout()
    for text, widget in rows:
        form.addRow(text, widget)
        widget.setAccessibleName(text)
        widget.setMinimumHeight(widget.sizeHint().height())  # in a low dialog other parts give way
    column.addLayout(form)
    if below is not None:  # running text in a form's cell takes far too much height
        column.addWidget(below)
    return holder


def _file(mode: QgsFileWidget.StorageMode, placeholder: str) -> QgsFileWidget:
    widget = QgsFileWidget()
    widget.setStorageMode(mode)
    widget.lineEdit().setPlaceholderText(placeholder)
    return widget


def _why(gpu: str, build: Build) -> str:
    """Why the CPU build is the one to begin with, or why it is as large as the other."""
    if build.kind == CPU.kind and build.bytes > CPU.bytes:
        return tr("Without an index PyTorch comes from where pip is set up to look: from PyPI that is the GPU build.")
    if sys.platform == "darwin":
        return tr("This build uses the Apple GPU by itself.")
    if not gpu:
        return tr("No NVIDIA graphics card answered on this computer, so the GPU build would bring nothing.")
    return tr(
        "This computer has an {gpu}, which the GPU build can use. The CPU build is advised to begin with: "
        "{small} instead of {large}, and fast enough for some tens of square kilometres."
    ).format(gpu=gpu, small=CPU.size_text, large=GPU.size_text)

"""EO Fusion's page in QGIS' options: engine, folders, threads."""

from __future__ import annotations

from collections.abc import Callable

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget
from qgis.PyQt.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from .. import settings
from ..engine.environment import data_folder, find_python
from ..errors import PluginError
from ..texts import tr
from .fields import file_widget
from .widgets import caption, note_label


class OptionsPage(QgsOptionsPageWidget):
    """What holds for all runs. Applied when the person presses OK."""

    def __init__(
        self, open_setup: Callable[[], None], open_credentials: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.engine = note_label(_engine_text())
        setup = QPushButton(tr("Set up the engine…"))
        setup.clicked.connect(lambda _checked: open_setup())
        credentials = QPushButton(tr("Credentials of services…"))
        credentials.setToolTip(tr("QGIS' own authentication database keeps them; EO Fusion never writes them down"))
        credentials.clicked.connect(lambda _checked: open_credentials())
        folder = QgsFileWidget.StorageMode.GetDirectory
        self.runs = file_widget(folder, tr("Beside the project, else with your own data"))
        self.runs.setFilePath(settings.text("runs_folder"))
        self.data = file_widget(folder, str(data_folder()))
        self.data.setToolTip(tr("Where the engine's environments and logs are kept; takes effect at once"))
        self.data.setFilePath(settings.text("data_folder"))
        self.threads = QSpinBox()
        self.threads.setRange(0, 1024)
        self.threads.setSpecialValueText(tr("All"))
        self.threads.setToolTip(tr("How many of the processor's threads a run may take"))
        self.threads.setValue(settings.threads())
        self.tour = QPushButton(tr("Show the tour again"))
        self.tour.clicked.connect(self._tour_again)

        column = QVBoxLayout(self)
        column.addWidget(caption(tr("Engine")))
        column.addWidget(self.engine)
        column.addLayout(_left(setup, credentials))
        column.addWidget(caption(tr("Runs")))
        form = QFormLayout()
        for text, field in (
            (tr("Results in"), self.runs),
            (tr("EO Fusion's data in"), self.data),
            (tr("Threads"), self.threads),
        ):
            field.setAccessibleName(text)
            form.addRow(QLabel(text), field)
        column.addLayout(form)
        column.addLayout(_left(self.tour))
        column.addStretch(1)

    def apply(self) -> None:
        """Called by QGIS on OK."""
        settings.put("runs_folder", self.runs.filePath().strip())
        settings.put("data_folder", self.data.filePath().strip())
        settings.put("threads", str(self.threads.value()))
        settings.apply()

    def _tour_again(self, _checked: bool) -> None:
        settings.put("tour", "")
        self.tour.setText(tr("The tour comes when the panel is opened next."))
        self.tour.setEnabled(False)


def _engine_text() -> str:
    try:
        python = find_python(settings.python())
    except PluginError as error:
        return str(error)
    return tr("The engine is not set up yet.") if python is None else tr("Python: {path}").format(path=python.path)


def _left(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row

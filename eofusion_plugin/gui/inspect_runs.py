"""The list of runs to inspect: those whose layers are in the project, and folders that were opened."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from .. import settings
from ..errors import PluginError
from ..layers.relink import lost_runs
from ..run_folder import Run, read_run, run_folder_of
from ..texts import tr
from .context import Context
from .relink_dialog import ask_relink
from .widgets import Banner


class RunChooser(QWidget):
    """A combo box of runs, a button to open a folder, and a banner where layers have lost their run's folder."""

    #: The folder of the run that was chosen, None when there is none.
    run_chosen = pyqtSignal(object)
    #: A folder that the person opened: its layers are wanted.
    folder_chosen = pyqtSignal(str)
    #: A map of the run that is chosen is to be exported.
    export_wanted = pyqtSignal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._kept: list[Path] = []
        self.combo = QComboBox()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(12)
        self.combo.setAccessibleName(tr("Run"))
        self.combo.currentIndexChanged.connect(self._tell)
        self.open_button = _button("/mActionFileOpen.svg", tr("Open a run folder"))
        self.open_button.clicked.connect(lambda _checked: self._open())
        self.export_button = _button("/mActionFileSaveAs.svg", tr("Export a map of this run: the active layer, or GPP"))
        self.export_button.clicked.connect(lambda _checked: self.export_wanted.emit())
        self.lost = Banner(tr("Find it…"), self.ask_relink)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.combo, 1)
        row.addWidget(self.open_button)
        row.addWidget(self.export_button)
        column.addLayout(row)
        column.addWidget(self.lost)
        # Layers come and go in crowds, and before the tree has them: look once, when all is quiet.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        project = QgsProject.instance()
        for signal in (project.layersAdded, project.layersRemoved, project.readProject):
            signal.connect(self._changed)
        project.cleared.connect(self._forget)

    def folders(self) -> list[str]:
        """The runs listed."""
        return [self.combo.itemData(i) for i in range(self.combo.count())]

    def refresh(self) -> None:
        """List the runs whose layers are in the project, the topmost first; then those that were opened or go on."""
        chosen = self.combo.currentData()
        found: dict[str, Run] = {}
        for node in QgsProject.instance().layerTreeRoot().findLayers():
            layer = node.layer()
            folder = run_folder_of(layer.source()) if isinstance(layer, QgsRasterLayer) else None
            if folder is not None:
                self._add(found, folder)
        for folder in self._kept:
            self._add(found, folder)
        self._tell_lost()
        if self.folders() == list(found):
            return
        self.combo.blockSignals(True)
        self.combo.clear()
        for path, run in found.items():
            self.combo.addItem(run.title, path)
            self.combo.setItemData(self.combo.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
        self.combo.setCurrentIndex(max(self.combo.findData(chosen), 0) if found else -1)
        self.combo.blockSignals(False)
        if self.combo.currentData() != chosen:
            self._tell()

    def choose(self, folder: Path) -> None:
        """Show this run, whether or not its layers are in the project."""
        self.offer(folder)
        index = self.combo.findData(str(folder.resolve()))
        if index >= 0:
            self.combo.setCurrentIndex(index)

    def offer(self, folder: Path) -> None:
        """List this run, whether or not its layers are in the project; what is chosen stays."""
        if folder.resolve() not in self._kept:
            self._kept.append(folder.resolve())
        self.refresh()

    def ask_relink(self) -> None:
        """Ask for the folder of the first run that is lost, and give it to its layers."""
        folder = ask_relink(self._context, self)
        if folder is not None:
            self.choose(folder)

    def remove(self) -> None:
        """The plugin goes away."""
        self._later.stop()
        project = QgsProject.instance()
        for signal in (project.layersAdded, project.layersRemoved, project.readProject):
            signal.disconnect(self._changed)
        project.cleared.disconnect(self._forget)

    def _add(self, found: dict[str, Run], folder: Path) -> None:
        if str(folder) in found:
            return
        try:
            found[str(folder)] = read_run(folder)
        except PluginError as error:
            self._context.complain(error.as_dict())

    def _tell(self, *_: object) -> None:
        self.export_button.setEnabled(self.combo.currentData() is not None)
        self.run_chosen.emit(self.combo.currentData())

    def _tell_lost(self) -> None:
        lost = lost_runs(QgsProject.instance())
        self.lost.tell(
            tr("{n} layers have lost the run folder {name}.").format(n=len(lost[0].layers), name=lost[0].folder.name)
            if lost
            else ""
        )

    def _forget(self) -> None:
        """Another project: what was opened by hand was of the last one."""
        self._kept = []
        self._changed()

    def _changed(self, *_: object) -> None:
        self._later.start(0)

    def _open(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Open a run folder"), settings.text("last_folder"))
        if folder:
            settings.put("last_folder", folder)
            self.folder_chosen.emit(folder)


def _button(image: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(QgsApplication.getThemeIcon(image))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button

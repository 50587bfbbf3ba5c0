"""A field for another run, or several others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.gui import QgsCheckableComboBox
from qgis.PyQt.QtWidgets import QFileDialog, QSizePolicy, QToolButton

from .. import settings
from ..errors import PluginError
from ..explore.asks import Ask
from ..run_folder import Run, read_run
from ..texts import tr
from .context import Context
from .explore_fields import Field
from .fields import combo_box


class RunField(Field):
    """Another run, or (kind "runs") several others: those in the project and those that were opened here."""

    def __init__(self, ask: Ask, context: Context) -> None:
        super().__init__(ask)
        self._context = context
        self._several = ask.kind == "runs"
        self._known: dict[str, str] = {}
        self._main = ""
        if self._several:
            self.combo = QgsCheckableComboBox()
            self.combo.setDefaultText(tr("no other run"))
            self.combo.setMinimumWidth(60)
            self.combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self.combo.checkedItemsChanged.connect(lambda *_: self.changed.emit())
        else:
            self.combo = combo_box([(tr("the same run"), None)])
            self.combo.currentIndexChanged.connect(lambda *_: self.changed.emit())
        self.combo.setAccessibleName(ask.title)
        self.open_button = QToolButton()
        self.open_button.setIcon(QgsApplication.getThemeIcon("/mActionFileOpen.svg"))
        self.open_button.setToolTip(tr("Another run folder"))
        self.open_button.setAccessibleName(tr("Another run folder"))
        self.open_button.clicked.connect(lambda _checked: self._open())
        self._row.addWidget(self.combo, 1)
        self._row.addWidget(self.open_button)

    def value(self) -> Any:
        """A folder, or a list of folders; None for none."""
        if self._several:
            return list(self.combo.checkedItemsData()) or None
        return self.combo.currentData()

    def run(self) -> Run | None:
        """The chosen run, None for the same as above."""
        folder = None if self._several else self.combo.currentData()
        try:
            return read_run(Path(folder)) if folder else None
        except PluginError:
            return None

    def show_run(self, run: Run | None) -> None:
        """The run above is not offered again."""
        self._main = str(run.folder) if run is not None else ""
        self._fill()

    def offer(self, runs: Sequence[Run]) -> None:
        """The runs that are known."""
        self._known |= {str(run.folder): run.title for run in runs}
        self._fill()

    def take(self, folder: Path) -> None:
        """Choose this folder. Raises :class:`PluginError` where it is no run."""
        run = read_run(folder)
        self._known[str(run.folder)] = run.title
        self._fill()
        if self._several:
            index = self.combo.findData(str(run.folder))
            if index >= 0:
                self.combo.toggleItemCheckState(index)
        else:
            self.combo.setCurrentIndex(max(self.combo.findData(str(run.folder)), 0))

    def _fill(self) -> None:
        chosen = self.value() or []
        blocked = self.combo.blockSignals(True)
        self.combo.clear()
        if not self._several:
            self.combo.addItem(tr("the same run"), None)
        for folder, title in self._known.items():
            if folder == self._main:
                continue
            self.combo.addItem(title, folder)
            if self._several and folder in chosen:
                self.combo.toggleItemCheckState(self.combo.count() - 1)
        if not self._several:
            self.combo.setCurrentIndex(max(self.combo.findData(chosen or None), 0))
        self.combo.blockSignals(blocked)

    def _open(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Open a run folder"), settings.text("last_folder"))
        if not folder:
            return
        try:
            self.take(Path(folder))
        except PluginError as error:
            self._context.complain(error.as_dict())

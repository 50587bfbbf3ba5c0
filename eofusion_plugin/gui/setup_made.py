"""The environments that this plugin made: how large they are, and the way to be rid of them."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from ..engine.environment import Installed, installed
from ..texts import size_text, tr


class MadeEnvironments(QWidget):
    """A row: which environment, Repair, Remove. Hidden while there is none."""

    repair_wanted = pyqtSignal()
    remove_wanted = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Environments made by this plugin"))
        self.choice.setToolTip(tr("Environments that this plugin made"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.repair = QPushButton(tr("Repair"))
        self.repair.setToolTip(tr("Makes the environment again from the beginning; what was downloaded is used again"))
        self.remove = QPushButton(tr("Remove"))
        self.remove.setToolTip(tr("Deletes this environment from the disk"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.choice, 1)
        row.addWidget(self.repair)
        row.addWidget(self.remove)
        self.repair.clicked.connect(lambda _checked: self.repair_wanted.emit())
        self.remove.clicked.connect(lambda: self.remove_wanted.emit(self.choice.currentData() or ""))
        self.choice.currentIndexChanged.connect(self._chosen)

    def refresh(self, sizes: dict[str, int] | None = None) -> list[Installed]:
        """Look again; ``sizes`` by folder where they are known. Returns what is there."""
        found = installed()
        self.choice.clear()
        for item in found:
            state = tr("in use") if item.current and item.whole else tr("stopped half-way")
            if not item.current:
                state = tr("of an earlier version")
            size = (sizes or {}).get(str(item.folder))
            words = [item.folder.name, state, *([size_text(size / 1e6)] if size is not None else [])]
            self.choice.addItem(", ".join(words), str(item.folder))
        self.setVisible(bool(found))
        self._chosen()
        return found

    def _chosen(self, *_: object) -> None:
        folder = self.choice.currentData()
        current = {str(item.folder) for item in installed() if item.current}
        self.repair.setEnabled(bool(folder) and str(Path(folder or ".")) in current)

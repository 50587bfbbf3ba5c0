"""Where a run is computed: on this computer, or by the workers of a Dask scheduler."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ..texts import tr
from .fields import combo_box

#: What an address begins with; on its own it is none, and the engine says so.
_BEGINNING = "tls://"


class SchedulerField(QWidget):
    """A choice, and below it the scheduler's address while one is chosen."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.combo = combo_box([(tr("This computer"), False), (tr("A Dask scheduler…"), True)])
        self.combo.setAccessibleName(tr("Where a run is computed"))
        tip = tr("Workers of a Dask scheduler on this computer or, with TLS, elsewhere: see docs/cluster.md")
        self.address = QLineEdit()
        self.address.setPlaceholderText("tls://…:8786")
        self.address.setAccessibleName(tr("Address of the Dask scheduler"))
        self.address.setMinimumWidth(40)
        for part in (self.combo, self.address):
            part.setToolTip(tip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.combo)
        column.addWidget(self.address)
        self.address.hide()
        self.combo.currentIndexChanged.connect(self._chosen)
        self.address.editingFinished.connect(self.changed)

    def text(self) -> str:
        """The scheduler's address, empty for this computer."""
        return (self.address.text().strip() or _BEGINNING) if self.combo.currentData() else ""

    def set_text(self, address: str) -> None:
        """Choose a scheduler, or this computer where ``address`` is empty; an address once given stays at hand."""
        if address:
            self.address.setText(address)
            self.address.setCursorPosition(0)  # where it is too long, its beginning tells more
        self.combo.setCurrentIndex(int(bool(address)))

    def _chosen(self, _index: int) -> None:
        self.address.setVisible(bool(self.combo.currentData()))
        self.changed.emit()

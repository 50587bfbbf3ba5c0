"""The row of pins: which there are, which one the next click moves, add, remove."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPixmap
from qgis.PyQt.QtWidgets import QHBoxLayout, QToolButton, QWidget

from ..texts import tr
from .inspect_pins import Pins

ICON = 14


class PinBar(QWidget):
    """Shows :class:`Pins`; hidden while there is none."""

    #: The pin with this index is to be the one that clicks move.
    chosen = pyqtSignal(int)
    remove_wanted = pyqtSignal()
    clear_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.chips: list[QToolButton] = []
        self.add_button = _button(
            "/mActionAdd.svg", tr("Next click adds a pin (or hold Ctrl)"), tr("Add a pin"), checkable=True
        )
        self.remove_button = _button("/mActionRemove.svg", tr("Take the chosen pin away"), tr("Remove the chosen pin"))
        self.clear_button = _button("/mActionDeleteSelected.svg", tr("Take all pins away"), tr("Remove all pins"))
        self._row.addStretch(1)
        for button in (self.add_button, self.remove_button, self.clear_button):
            self._row.addWidget(button)
        self.remove_button.clicked.connect(lambda _checked: self.remove_wanted.emit())
        self.clear_button.clicked.connect(lambda _checked: self.clear_wanted.emit())
        self.hide()

    @property
    def adding(self) -> bool:
        """Whether the next click adds a pin."""
        return self.add_button.isChecked()

    def show_pins(self, pins: Pins) -> None:
        """One chip a pin, in its colour."""
        for chip in self.chips:
            self._row.removeWidget(chip)
            chip.setParent(None)
            chip.deleteLater()
        self.chips = []
        for index, pin in enumerate(pins.all):
            chip = QToolButton()
            chip.setIcon(_dot(pin.colour, pin.is_region, self.devicePixelRatioF()))
            chip.setIconSize(QSize(ICON, ICON))
            chip.setText(str(pin.number))
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setAutoRaise(True)
            chip.setCheckable(True)
            chip.setChecked(index == pins.active)
            chip.setToolTip(pin.words)
            chip.setAccessibleName(tr("Pin {n}: {place}").format(n=pin.number, place=pin.words))
            chip.clicked.connect(lambda _checked, which=index: self.chosen.emit(which))
            self._row.insertWidget(index, chip)
            self.chips.append(chip)
        self.add_button.setChecked(False)
        self.add_button.setEnabled(not pins.full)
        self.setVisible(bool(pins.all))


def _button(image: str, tip: str, name: str, checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setIcon(QgsApplication.getThemeIcon(image))
    button.setIconSize(QSize(16, 16))
    button.setAutoRaise(True)
    button.setCheckable(checkable)
    button.setToolTip(tip)
    button.setAccessibleName(name)
    return button


def _dot(colour: str, square: bool, ratio: float) -> QIcon:
    image = QPixmap(round(ICON * ratio), round(ICON * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(QColor(255, 255, 255))
    frame = QRectF(1, 1, ICON - 2, ICON - 2)
    if square:
        painter.drawRect(frame)
    else:
        painter.drawEllipse(frame)
    painter.end()
    return QIcon(image)

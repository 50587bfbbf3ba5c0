"""One widget for each kind of question; each says its answer as the engine takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.gui import QgsCheckableComboBox, QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QSizePolicy, QSpinBox, QWidget

from ..errors import PluginError
from ..explore.asks import Ask
from ..run_folder import Run
from ..texts import tr
from .fields import combo_box, file_widget


class Field(QWidget):
    """A question's widget. ``value()`` is None where there is no answer."""

    changed = pyqtSignal()

    def __init__(self, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ask = ask
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)

    def value(self) -> Any:
        """The answer."""
        raise NotImplementedError

    def show_run(self, run: Run | None) -> None:
        """Another run was chosen: offer what it has."""

    def show_on_map(self, shown: bool) -> None:
        """Show or hide what the field has on the map."""

    def remove(self) -> None:
        """The plugin goes away."""


class ChoiceField(Field):
    """A combo box."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self.combo = combo_box((words, value) for value, words in ask.options)
        self.combo.setCurrentIndex(max(self.combo.findData(ask.default), 0))
        self.combo.setAccessibleName(ask.title)
        self.combo.currentIndexChanged.connect(lambda *_: self.changed.emit())
        self._row.addWidget(self.combo, 1)

    def value(self) -> Any:
        """The chosen value."""
        return self.combo.currentData()


class NumberField(Field):
    """A whole or real number; its lowest value may stand for "none"."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        whole = ask.kind == "whole"
        self.box: QSpinBox | QDoubleSpinBox = QSpinBox() if whole else QDoubleSpinBox()
        if isinstance(self.box, QDoubleSpinBox):
            self.box.setDecimals(ask.decimals)
            self.box.setSingleStep(10 ** -min(ask.decimals, 1) * (0.5 if ask.decimals else 10))
        number = int if whole else float
        self.box.setRange(number(ask.minimum), number(min(ask.maximum, 2e9)))
        self.box.setValue(number(ask.default if ask.default is not None else ask.minimum))
        if ask.lowest:
            self.box.setSpecialValueText(ask.lowest)
        if ask.unit:
            self.box.setSuffix(f" {ask.unit}")
        self.box.setAccessibleName(ask.title)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.valueChanged.connect(lambda *_: self.changed.emit())
        self._row.addWidget(self.box, 1)

    def value(self) -> Any:
        """The number, None where it is the lowest that stands for none."""
        value = self.box.value()
        return None if self.ask.lowest and value == self.box.minimum() else value


class YesField(Field):
    """A box to tick, with the question beside it."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self.box = QCheckBox(ask.title)
        self.box.setChecked(bool(ask.default))
        self.box.toggled.connect(lambda *_: self.changed.emit())
        self._row.addWidget(self.box, 1)

    def value(self) -> Any:
        """True, or None."""
        return True if self.box.isChecked() else None


class FileField(Field):
    """An existing file."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self.file = file_widget(QgsFileWidget.StorageMode.GetFile, ask.title)
        self.file.setFilter(ask.files)
        self.file.lineEdit().setAccessibleName(ask.title)
        self.file.fileChanged.connect(lambda *_: self.changed.emit())
        self._row.addWidget(self.file, 1)

    def value(self) -> Any:
        """Its path. Raises :class:`PluginError` where no such file is."""
        text = self.file.filePath().strip()
        if text and not Path(text).is_file():
            raise PluginError(tr("There is no file {file}.").format(file=Path(text).name), tr("Choose it again."))
        return text or None


class DateField(Field):
    """One of the run's dates."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self.combo = combo_box()
        self.combo.setAccessibleName(ask.title)
        self.combo.currentIndexChanged.connect(lambda *_: self.changed.emit())
        self._row.addWidget(self.combo, 1)

    def value(self) -> Any:
        """ISO text, None for any."""
        return self.combo.currentData()

    def show_run(self, run: Run | None) -> None:
        """Offer the run's dates; what was chosen stays where it can."""
        chosen = self.combo.currentData()
        blocked = self.combo.blockSignals(True)
        self.combo.clear()
        if self.ask.optional:
            self.combo.addItem(tr("any"), None)
        for day in product_dates(run, self.ask.product):
            self.combo.addItem(day, day)
        self.combo.setCurrentIndex(max(self.combo.findData(chosen), 0))
        self.combo.blockSignals(blocked)


class DatesField(Field):
    """Several of the run's dates, ticked in a list."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self.combo = QgsCheckableComboBox()
        self.combo.setDefaultText(tr("chosen by the engine") if ask.optional else tr("tick dates"))
        self.combo.setMinimumWidth(60)
        self.combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.combo.setAccessibleName(ask.title)
        self.combo.checkedItemsChanged.connect(lambda *_: self.changed.emit())
        self._row.addWidget(self.combo, 1)

    def value(self) -> Any:
        """ISO texts, None for none."""
        return list(self.combo.checkedItems()) or None

    def show_run(self, run: Run | None) -> None:
        """Offer the run's dates."""
        kept = set(self.combo.checkedItems())
        blocked = self.combo.blockSignals(True)
        self.combo.clear()
        days = product_dates(run, self.ask.product)
        self.combo.addItems(days)
        self.combo.setCheckedItems([day for day in days if day in kept])
        self.combo.blockSignals(blocked)


def product_dates(run: Run | None, kind: str) -> list[str]:
    """The dates of a kind of product, ascending."""
    if run is None:
        return []
    return sorted({day.isoformat() for product in run.products if product.kind == kind for day in product.dates})

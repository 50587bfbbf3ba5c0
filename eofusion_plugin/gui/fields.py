"""Form fields that fit a narrow dock: none asks for more room than there is."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QSizePolicy, QVBoxLayout, QWidget


def form_layout(parent: QWidget) -> QFormLayout:
    """A form whose fields take all the width."""
    form = QFormLayout(parent)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setHorizontalSpacing(10)
    form.setVerticalSpacing(8)
    return form


def combo_box(entries: Iterable[tuple[str, object]] = ()) -> QComboBox:
    """A combo box of texts with their data that may be narrower than its longest entry."""
    combo = QComboBox()
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    for text, data in entries:
        combo.addItem(text, data)
    return combo


def file_widget(mode: QgsFileWidget.StorageMode, placeholder: str) -> QgsFileWidget:
    """A path with its "..." button."""
    widget = QgsFileWidget()
    widget.setStorageMode(mode)
    widget.setDialogTitle(placeholder)
    widget.lineEdit().setPlaceholderText(placeholder)
    widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return widget


def column_of(*widgets: QWidget) -> QWidget:
    """Widgets one below the other, without a frame."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for widget in widgets:
        column.addWidget(widget)
    return box

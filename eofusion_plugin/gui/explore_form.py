"""The questions of one tool as a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from ..explore.asks import Ask, Tool
from ..run_folder import Run
from ..texts import tr
from .context import Context
from .explore_fields import ChoiceField, DateField, DatesField, Field, FileField, NumberField, YesField
from .explore_layer_fields import FeaturesField, RasterField
from .explore_places import PlacesField
from .explore_position import PositionField
from .explore_run_field import RunField
from .fields import form_layout
from .widgets import caption

#: Kinds that stand below their title, over all the width.
WIDE = ("places", "features", "position")


def make_field(ask: Ask, context: Context) -> Any:
    """The widget of a question."""
    if ask.kind == "places":
        return PlacesField(context, ask)
    if ask.kind in ("run", "runs"):
        return RunField(ask, context)
    if ask.kind == "position":
        return PositionField(ask, context)
    simple: dict[str, type[Field]] = {
        "choice": ChoiceField,
        "whole": NumberField,
        "real": NumberField,
        "yes": YesField,
        "file": FileField,
        "date": DateField,
        "dates": DatesField,
        "features": FeaturesField,
        "raster": RasterField,
    }
    return simple[ask.kind](ask)


class ToolForm(QWidget):
    """Fields for what a tool asks; those that do not matter with the other answers are hidden."""

    changed = pyqtSignal()

    def __init__(self, tool: Tool, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tool = tool
        self.fields: dict[str, Any] = {}
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        inside = QWidget()
        self._form = form_layout(inside)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        column.addWidget(inside)
        self.more = QgsCollapsibleGroupBox(tr("More options"))
        self.more.setCollapsed(True)
        more_form = form_layout(self.more)
        more_form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for ask in tool.asks:
            self._add(ask, context, more_form if ask.advanced else self._form)
        column.addWidget(self.more)
        self.more.setVisible(any(ask.advanced for ask in tool.asks))
        self._show_rows()

    def answers(self) -> dict[str, Any]:
        """What was answered, by the names of the questions; only of those that are asked.

        Raises:
            PluginError: an answer cannot be used.
        """
        simple = self._choices()
        return {ask.name: self.fields[ask.name].value() for ask in self.tool.asks if ask.asked(simple)}

    def show_run(self, run: Run | None) -> None:
        """Offer what this run has."""
        for ask in self.tool.asks:
            field = self.fields[ask.name]
            if ask.kind != "places":
                field.show_run(self._run_of(ask) or run)
        self._run = run

    def offer_runs(self, runs: Sequence[Run]) -> None:
        """Runs that may be chosen as the other one."""
        for field in self.fields.values():
            if isinstance(field, RunField):
                field.offer(runs)

    def show_on_map(self, shown: bool) -> None:
        """Show or hide what the fields have on the map."""
        for field in self.fields.values():
            field.show_on_map(shown)

    def remove(self) -> None:
        """The form goes away."""
        for field in self.fields.values():
            field.remove()

    # -- inside ------------------------------------------------------------------------------------

    def _add(self, ask: Ask, context: Context, form: QFormLayout) -> None:
        field = make_field(ask, context)
        field.setToolTip(ask.tip)
        field.changed.connect(self._changed)
        self.fields[ask.name] = field
        if ask.kind == "yes":
            form.addRow(field)
            self._rows[ask.name] = (field,)
            return
        label = caption(ask.title) if ask.kind in WIDE else QLabel(ask.title)
        label.setToolTip(ask.tip)
        if ask.kind in WIDE:
            form.addRow(label)
            form.addRow(field)
        else:
            label.setBuddy(field)
            form.addRow(label, field)
        self._rows[ask.name] = (label, field)

    def _choices(self) -> dict[str, Any]:
        """The answers that others depend on."""
        return {ask.name: self.fields[ask.name].value() for ask in self.tool.asks if ask.kind == "choice"}

    def _run_of(self, ask: Ask) -> Run | None:
        other = self.fields.get(ask.of)
        return other.run() if isinstance(other, RunField) else None

    def _changed(self) -> None:
        self._show_rows()
        for ask in self.tool.asks:
            if ask.of:
                self.fields[ask.name].show_run(self._run_of(ask) or self._run)
        self.changed.emit()

    _run: Run | None = None

    def _show_rows(self) -> None:
        simple = self._choices()
        for ask in self.tool.asks:
            shown = ask.asked(simple)
            for widget in self._rows[ask.name]:
                widget.setVisible(shown)
            self.fields[ask.name].show_on_map(shown)

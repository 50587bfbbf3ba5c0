"""Every control can be reached with the keyboard and has a name that a screen reader can say."""

from __future__ import annotations

import pytest
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)

from eofusion_plugin.gui.dock import Dock

CONTROLS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)


@pytest.fixture
def dock(context):
    opened = Dock(context())
    opened.resize(360, 900)
    opened.show()
    opened.run_panel.form._options_box.setCollapsed(False)
    yield opened
    opened.remove()


def own_controls(root: QWidget) -> list[QWidget]:
    """The controls of a panel, without the parts that Qt and QGIS make of them."""
    inside = (QAbstractSpinBox, QComboBox, QTabBar, QScrollBar, QgsFileWidget)
    found = []
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or widget.objectName().startswith("qt_"):
            continue
        parent, part = widget.parentWidget(), False
        while parent is not None and parent is not root:
            part = part or isinstance(parent, inside)
            parent = parent.parentWidget()
        # A table has a button in its corner, QGIS' folding box one to fold.
        corner = type(widget) is QAbstractButton or widget.objectName() == "collapseButton"
        if not part and not corner:
            found.append(widget)
    return found


def label_of(widget: QWidget) -> str:
    """The words beside a field in a form."""
    for form in widget.window().findChildren(QFormLayout):
        label = form.labelForField(widget)
        if isinstance(label, QLabel) and label.text():
            return label.text()
    return ""


def spoken(widget: QWidget) -> str:
    """What a screen reader has to say of it."""
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    placeholder = widget.placeholderText() if isinstance(widget, QLineEdit) else ""
    return widget.accessibleName() or text or label_of(widget) or placeholder


@pytest.mark.parametrize("panel", ["run_panel", "inspect_panel"])
def test_every_control_has_a_name(dock, panel: str) -> None:
    controls = own_controls(getattr(dock, panel))
    assert len(controls) > 8
    nameless = [
        f"{type(w).__name__} {w.objectName()} in {type(w.parentWidget()).__name__} ({w.toolTip()})"
        for w in controls
        if not spoken(w)
    ]
    assert not nameless, "; ".join(nameless)


@pytest.mark.parametrize("panel", ["run_panel", "inspect_panel"])
def test_every_control_is_reached_with_tab(dock, panel: str) -> None:
    out = [
        f"{type(w).__name__} {spoken(w)}"
        for w in own_controls(getattr(dock, panel))
        if not w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert not out, "; ".join(out)


def test_tab_goes_through_the_run_tab_and_comes_round(dock) -> None:
    first = dock.run_panel.form.source.combo
    seen, at = [], first
    for _ in range(400):
        at = at.nextInFocusChain()
        if at is first:
            break
        seen.append(at)
    assert at is first and {dock.run_panel.run_button, dock.run_panel.find_button} <= set(seen)

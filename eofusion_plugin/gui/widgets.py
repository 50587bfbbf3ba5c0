"""Small widgets that the panels share."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from qgis.PyQt.QtCore import QSize, Qt, QUrl
from qgis.PyQt.QtGui import QColor, QDesktopServices, QIcon
from qgis.PyQt.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from ..engine.environment import PLUGIN_FOLDER

HELP_URL = "https://github.com/eofusion/eofusion/blob/main/docs/user-guide.md"


def icon(name: str = "eofusion") -> QIcon:
    """One of the plugin's own icons."""
    return QIcon(str(PLUGIN_FOLDER / "resources" / "icons" / f"{name}.svg"))


def open_help(_checked: bool = False) -> None:
    """The user guide in the browser: the copy that came with the plugin, else the one on the web."""
    local = PLUGIN_FOLDER / "docs" / "user-guide.md"
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(local)) if local.is_file() else QUrl(HELP_URL))


def tool_button(text: str, tip: str, *, image: QIcon | None = None, checkable: bool = False) -> QToolButton:
    """A flat button with its text beside its icon."""
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setCheckable(checkable)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    if image is not None:
        button.setIcon(image)
        button.setIconSize(QSize(16, 16))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def note_label(text: str = "") -> QLabel:
    """Small running text that wraps and never widens the dock."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setMinimumWidth(1)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def linked(text: str, ink: QColor) -> str:
    """``text`` as HTML in which web addresses are links, in ``ink``, that may break in a narrow dock."""

    def link(found: re.Match[str]) -> str:
        address = found[0]
        shown = re.sub(r"(?<=[./-])", "\u200b", address.removeprefix("https://"))
        target = f"https://{address.removeprefix('https://')}"
        return f'<a href="{target}" style="color: {ink.name()}">{shown}</a>'

    return re.sub(r"\b(?:https://)?(?:[a-z0-9-]+\.)+[a-z]{2,}\b(?:/[\w./-]*\w)?", link, escape(text))


class Banner(QFrame):
    """A framed sentence with one button: what is missing, and the way to get it."""

    def __init__(self, button_text: str, pressed: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._label = note_label()
        button = QPushButton(button_text)
        button.clicked.connect(lambda _checked: pressed())
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.addWidget(self._label, 1)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def tell(self, text: str) -> None:
        """Show a sentence; an empty one hides the banner."""
        self._label.setText(text)
        self.setVisible(bool(text))


class LazyCombo(QComboBox):
    """A combo box that asks for its entries when it is first opened."""

    def __init__(self, opened: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opened = opened

    def showPopup(self) -> None:
        """Opened by the person."""
        self._opened()
        super().showPopup()


def caption(text: str) -> QLabel:
    """The words above a field."""
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def choose(combo: QComboBox, value: object) -> bool:
    """Select the entry with this data; False when there is none."""
    index = combo.findData(value)
    if index >= 0:
        combo.setCurrentIndex(index)
    return index >= 0

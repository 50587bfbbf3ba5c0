"""The list of Explore's tools, in chapters."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QStandardItemModel
from qgis.PyQt.QtWidgets import QComboBox, QSizePolicy, QWidget

from ..explore.asks import Tool
from ..texts import tr


class ToolBox(QComboBox):
    """A combo box of tools below the names of their chapters."""

    chosen = pyqtSignal(object)

    def __init__(self, tools: Sequence[Tool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools = {tool.name: tool for tool in tools}
        self.setAccessibleName(tr("Tool"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setMaxVisibleItems(len(tools) + 5)
        chapter = ""
        for tool in tools:
            if tool.chapter != chapter:
                chapter = tool.chapter
                self._add_chapter(chapter)
            self.addItem(QgsApplication.getThemeIcon(tool.icon), tool.title, tool.name)
            self.setItemData(self.count() - 1, tool.help, Qt.ItemDataRole.ToolTipRole)
        self.choose(next(iter(self.tools)))
        self.currentIndexChanged.connect(lambda *_: self.chosen.emit(self.tool))

    @property
    def tool(self) -> Tool:
        """The chosen one."""
        return self.tools[str(self.currentData())]

    def choose(self, name: str) -> None:
        """Choose the tool of this name."""
        index = self.findData(name)
        if index >= 0:
            self.setCurrentIndex(index)

    def _add_chapter(self, title: str) -> None:
        self.addItem(title, None)
        model = self.model()
        item = model.item(self.count() - 1) if isinstance(model, QStandardItemModel) else None
        if item is not None:
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            item.setEnabled(False)
            font = item.font()
            font.setBold(True)
            item.setFont(font)

"""The row below the plots: save or copy what they show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from .. import settings
from ..errors import PluginError
from ..texts import tr
from .context import Context


class SaveRow(QWidget):
    """CSV, PNG, clipboard."""

    def __init__(
        self,
        context: Context,
        table: Callable[[], str],
        picture: Callable[[], QImage],
        copy: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context, self._table, self._picture, self._do_copy = context, table, picture, copy
        self.csv_button = QPushButton(tr("CSV…"))
        self.csv_button.setToolTip(tr("Save the values: one a row, with date, unit and place"))
        self.csv_button.clicked.connect(lambda _checked: self._ask_csv())
        self.png_button = QPushButton(tr("PNG…"))
        self.png_button.setToolTip(tr("Save the plots as a picture"))
        self.png_button.clicked.connect(lambda _checked: self._ask_png())
        self.copy_button = QPushButton(QgsApplication.getThemeIcon("/mActionEditCopy.svg"), tr("Copy"))
        self.copy_button.setToolTip(tr("Copy the values (for a spreadsheet) and the picture (for a text or a slide)"))
        self.copy_button.clicked.connect(lambda _checked: self._copy())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.csv_button, self.png_button, self.copy_button):
            button.setMinimumWidth(40)
            row.addWidget(button)

    def save_csv(self, path: Path) -> bool:
        """Write the values."""
        return self._save(path, lambda: path.write_text(self._table(), encoding="utf-8") > 0)

    def save_png(self, path: Path) -> bool:
        """Write the plots."""
        return self._save(path, lambda: self._picture().save(str(path), "PNG"))

    def _copy(self) -> None:
        self._do_copy()
        self._context.say(tr("Values and picture are in the clipboard."))

    def _ask_csv(self) -> None:
        path = self._ask(tr("CSV (*.csv)"), ".csv")
        if path is not None:
            self.save_csv(path)

    def _ask_png(self) -> None:
        path = self._ask(tr("PNG (*.png)"), ".png")
        if path is not None:
            self.save_png(path)

    def _ask(self, kinds: str, suffix: str) -> Path | None:
        start = str(Path(settings.text("last_folder")) / f"series{suffix}")
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the series"), start, kinds)
        return None if not name else Path(name if name.endswith(suffix) else name + suffix)

    def _save(self, path: Path, write: Callable[[], bool]) -> bool:
        try:
            done = write()
        except OSError:
            done = False
        if done:
            settings.put("last_folder", str(path.parent))
            self._context.say(tr("Saved {file}.").format(file=path.name))
        else:
            text = tr("{file} could not be written.").format(file=path.name)
            self._context.complain(PluginError(text, tr("Choose another folder.")).as_dict())
        return done

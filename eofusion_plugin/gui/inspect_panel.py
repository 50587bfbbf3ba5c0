"""The Inspect tab: click a pixel, see its GPP and its temperature with their intervals, save them.

Reads the run's files through QGIS, so it works during a run and with no engine installed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsWkbTypes,
)
from qgis.gui import QgsMapToolEmitPoint, QgsRubberBand
from qgis.PyQt.QtCore import QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QImage, QPainter
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from .. import settings
from ..errors import PluginError
from ..layers.pixel import Pixel, PixelReader
from ..run_folder import Run, read_run, run_folder_of
from ..series import to_csv
from ..texts import tr
from .context import Context
from .plot import SeriesPlot
from .tool_switch import ToolSwitch
from .widgets import note_label

MARK = "#f72585"
PICTURE = QSize(640, 300)


class InspectPanel(QWidget):
    """Series of the pixel that was clicked."""

    #: A folder that the person chose: its layers are wanted.
    folder_chosen = pyqtSignal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._reader: PixelReader | None = None
        self._last: QgsPointXY | None = None
        self.pixel: Pixel | None = None
        self._tool = QgsMapToolEmitPoint(context.canvas)
        self._tool.canvasClicked.connect(self._clicked)
        self._mark = QgsRubberBand(context.canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        self._mark.setStrokeColor(QColor(MARK))
        self._mark.setFillColor(QColor(0, 0, 0, 0))
        self._mark.setWidth(3)

        self.runs = QComboBox()
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.runs.setMinimumContentsLength(12)
        self.runs.currentIndexChanged.connect(self._run_chosen)
        self.open_button = QToolButton()
        self.open_button.setIcon(QgsApplication.getThemeIcon("/mActionFileOpen.svg"))
        self.open_button.setToolTip(tr("Open a run folder"))
        self.open_button.clicked.connect(self._open_folder)
        self.pick_button = QPushButton(QgsApplication.getThemeIcon("/mActionIdentify.svg"), tr("Click a pixel"))
        self.pick_button.setCheckable(True)
        self.pick_button.setMinimumHeight(28)
        self._switch = ToolSwitch(context.canvas, self._tool, self.pick_button)
        self.place = note_label(tr("Choose a run, press the button, then click on the map."))
        self.plots = {"gpp": SeriesPlot(), "temperature": SeriesPlot()}
        for plot in self.plots.values():
            plot.hovered.connect(self._hover)
        self.csv_button = QPushButton(tr("Save CSV…"))
        self.csv_button.clicked.connect(self._ask_csv)
        self.png_button = QPushButton(tr("Save PNG…"))
        self.png_button.clicked.connect(self._ask_png)

        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        row = QHBoxLayout()
        row.addWidget(self.runs, 1)
        row.addWidget(self.open_button)
        column.addLayout(row)
        column.addWidget(self.pick_button)
        column.addWidget(self.place)
        for plot in self.plots.values():
            column.addWidget(plot, 1)
        row = QHBoxLayout()
        row.addWidget(self.csv_button)
        row.addWidget(self.png_button)
        column.addLayout(row)
        self._run_chosen()
        # Layers come and go in crowds, and before the tree has them: look once, when all is quiet.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh_runs)
        project = QgsProject.instance()
        project.layersAdded.connect(self._layers_changed)
        project.layersRemoved.connect(self._layers_changed)
        self.refresh_runs()

    # -- runs --------------------------------------------------------------------------------------

    def _layers_changed(self, *_: object) -> None:
        self._later.start(0)

    def refresh_runs(self) -> None:
        """List the runs whose layers are in the project, the topmost first."""
        chosen = self.runs.currentData()
        folders: dict[str, Run] = {}
        for node in QgsProject.instance().layerTreeRoot().findLayers():
            layer = node.layer()
            folder = run_folder_of(layer.source()) if isinstance(layer, QgsRasterLayer) else None
            if folder is not None and str(folder) not in folders:
                try:
                    folders[str(folder)] = read_run(folder)
                except PluginError as error:
                    self._context.complain(error.as_dict())
        if [self.runs.itemData(i) for i in range(self.runs.count())] == list(folders):
            return
        self.runs.blockSignals(True)
        self.runs.clear()
        for path, run in folders.items():
            self.runs.addItem(run.title, path)
            self.runs.setItemData(self.runs.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
        self.runs.setCurrentIndex(max(self.runs.findData(chosen), 0) if folders else -1)
        self.runs.blockSignals(False)
        self._run_chosen()

    def choose_run(self, folder: Path) -> None:
        """Show this run, when its layers are in the project."""
        self.refresh_runs()
        index = self.runs.findData(str(folder.resolve()))
        if index >= 0:
            self.runs.setCurrentIndex(index)

    def _run_chosen(self, *_: object) -> None:
        path = self.runs.currentData()
        self.pick_button.setEnabled(bool(path))
        self._reader = None
        self._clear()
        if not path:
            self.place.setText(tr("No run is in this project yet. Run one, or open a run folder."))
            return
        try:
            self._reader = PixelReader(read_run(Path(path)))
        except PluginError as error:
            self.place.setText(str(error))
            return
        self.place.setText(tr("Press the button, then click on the map."))

    def _open_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Open a run folder"), settings.text("last_folder"))
        if folder:
            settings.put("last_folder", folder)
            self.folder_chosen.emit(folder)

    # -- clicking ----------------------------------------------------------------------------------

    def inspect(self, point: QgsPointXY) -> None:
        """Show the pixel under ``point`` (in the map's CRS)."""
        if self._reader is None:
            return
        crs = self._context.canvas.mapSettings().destinationCrs()
        try:
            self.pixel = self._reader.read(point, crs)
        except PluginError as error:
            self._clear()
            self.place.setText(str(error))
            return
        self._show(self.pixel)

    def _clicked(self, point: QgsPointXY, _button: Any = None) -> None:
        self.inspect(point)

    def _show(self, pixel: Pixel) -> None:
        self.place.setText(place_text(pixel.lat, pixel.lon))
        found = {series.variable: series for series in pixel.series}
        span = self._reader.run.period if self._reader else None
        for variable, plot in self.plots.items():
            plot.show_series(found.get(variable), span, tr("Nothing is known of this pixel."))
        for button in (self.csv_button, self.png_button):
            button.setEnabled(bool(pixel.series))
        self._draw_mark(pixel)

    def _clear(self) -> None:
        self.pixel = None
        self._mark.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
        self.plots["gpp"].show_series(None, empty=tr("GPP of the pixel that you click"))
        self.plots["temperature"].show_series(None, empty=tr("Generated temperature of the pixel that you click"))
        for button in (self.csv_button, self.png_button):
            button.setEnabled(False)

    def _draw_mark(self, pixel: Pixel) -> None:
        geometry = QgsGeometry.fromRect(pixel.cell)
        target = self._context.canvas.mapSettings().destinationCrs()
        try:
            geometry.transform(QgsCoordinateTransform(pixel.crs, target, QgsProject.instance()))
        except QgsCsException:
            return  # the map's projection cannot show this place: nothing to mark
        self._mark.setToGeometry(geometry, None)

    def _hover(self, day: object) -> None:
        for plot in self.plots.values():
            plot.show_day(day)

    # -- saving ------------------------------------------------------------------------------------

    def csv_text(self) -> str:
        """The series shown, in the columns of ``eofusion inspect``."""
        if self.pixel is None:
            return ""
        return to_csv(self.pixel.lon, self.pixel.lat, self.pixel.series)

    def picture(self) -> QImage:
        """The plots shown, one below the other, with the place."""
        shown = [plot for plot in self.plots.values() if plot.series is not None]
        line = 26
        image = QImage(PICTURE.width() * 2, (PICTURE.height() * len(shown) + line) * 2, QImage.Format.Format_ARGB32)
        image.fill(QColor("white"))
        image.setDevicePixelRatio(2)
        painter = QPainter(image)
        for index, plot in enumerate(shown):
            painter.drawImage(0, index * PICTURE.height(), plot.image(PICTURE))
        painter.setPen(QColor("#555555"))
        footer = self.place.text() + ("  ·  " + self._reader.run.title if self._reader else "")
        painter.drawText(10, PICTURE.height() * len(shown) + line - 10, footer)
        painter.end()
        return image

    def _ask_csv(self) -> None:
        path = self._ask(tr("CSV (*.csv)"), ".csv")
        if path is not None:
            self._save(path, lambda: path.write_text(self.csv_text(), encoding="utf-8") > 0)

    def _ask_png(self) -> None:
        path = self._ask(tr("PNG (*.png)"), ".png")
        if path is not None:
            self._save(path, lambda: self.picture().save(str(path), "PNG"))

    def _ask(self, kinds: str, suffix: str) -> Path | None:
        start = str(Path(settings.text("last_folder")) / f"pixel{suffix}")
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the series"), start, kinds)
        return None if not name else Path(name if name.endswith(suffix) else name + suffix)

    def _save(self, path: Path, write: Any) -> None:
        try:
            done = bool(write())
        except OSError:
            done = False
        if done:
            settings.put("last_folder", str(path.parent))
            self._context.say(tr("Saved {file}.").format(file=path.name))
        else:
            self._context.complain(
                PluginError(
                    tr("{file} could not be written.").format(file=path.name), tr("Choose another folder.")
                ).as_dict()
            )

    # -- ending ------------------------------------------------------------------------------------

    def remove(self) -> None:
        """The plugin goes away. Open files are let go now: after QGIS has ended they would crash it."""
        self._reader = None
        project = QgsProject.instance()
        project.layersAdded.disconnect(self._layers_changed)
        project.layersRemoved.disconnect(self._layers_changed)
        self._later.stop()
        self._switch.off()
        scene = self._mark.scene()
        if scene is not None:
            scene.removeItem(self._mark)


def place_text(lat: float, lon: float) -> str:
    """A place as ``51.10037° N, 10.40081° E``."""
    return f"{abs(lat):.5f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.5f}° {'E' if lon >= 0 else 'W'}"

"""The Inspect tab: pixels and polygons of a run over time, compared, zoomed into, saved.

Reads the run's files itself, so it works during a run and with no engine installed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsPointXY,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsVectorLayerUtils,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ..engine.task import FunctionTask
from ..errors import PluginError
from ..layers.pixel import PixelReader, RunRasters
from ..layers.region import Region, read_region
from ..run_folder import Run, read_run, run_folder_of
from ..texts import tr
from . import inspect_files
from .context import Context
from .export_dialog import ExportDialog
from .inspect_bar import PinBar
from .inspect_charts import Charts
from .inspect_pins import MOST, PinMarks, Pins
from .inspect_runs import RunChooser
from .inspect_save import SaveRow
from .inspect_tools import PixelTool, PolygonTool
from .tool_switch import ToolSwitch
from .widgets import note_label, tool_button

#: A run that goes on is looked at again after so many milliseconds.
LOOK_AGAIN_MS = 2000


class InspectPanel(QWidget):
    """Series of the pixels and polygons that were chosen."""

    #: A folder that the person chose: its layers are wanted.
    folder_chosen = pyqtSignal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._reader: PixelReader | None = None
        self._stamp: tuple[int, ...] = ()
        self._task: FunctionTask | None = None
        self._wanted: QgsPointXY | None = None
        self.export_dialog: ExportDialog | None = None
        self.pins = Pins()
        self._marks = PinMarks(context.canvas)
        self._make_tools()
        self.runs = RunChooser(context)
        self.runs.run_chosen.connect(self._run_chosen)
        self.runs.folder_chosen.connect(self.folder_chosen)
        self.runs.export_wanted.connect(self.export_map)
        self.bar = PinBar()
        self.bar.chosen.connect(self._pin_chosen)
        self.bar.remove_wanted.connect(self._remove_pin)
        self.bar.clear_wanted.connect(self._clear)
        self.place = note_label()
        self.charts = Charts()
        self.save_row = SaveRow(context, self.csv_text, self.picture, self._copy)
        self.reset_button = tool_button(tr("All dates"), tr("Show all dates again (double click on a plot)"))
        self.reset_button.clicked.connect(lambda _checked: self.charts.reset_view())
        self.reset_button.hide()
        self.charts.zoomed.connect(self.reset_button.setVisible)

        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.runs)
        row = QHBoxLayout()
        for button in (self.pick_button, self.draw_button, self.features_button):
            row.addWidget(button, 2 if button is self.pick_button else 1)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.place)
        column.addWidget(self.reset_button)
        column.addWidget(self.charts, 1)
        column.addWidget(self.save_row)
        self._follow_timer = _single_shot(self, self._follow)
        self._again = QTimer(self)
        self._again.setInterval(LOOK_AGAIN_MS)
        self._again.timeout.connect(self._look_again)
        self._run_chosen(None)
        self.runs.refresh()

    def _make_tools(self) -> None:
        canvas = self._context.canvas
        self._pixel_tool, self._polygon_tool = PixelTool(canvas), PolygonTool(canvas)
        self._pixel_tool.clicked.connect(self._clicked)
        self._pixel_tool.followed.connect(self._followed)
        self._polygon_tool.drawn.connect(self._drawn)
        self.pick_button = QPushButton(QgsApplication.getThemeIcon("/mActionIdentify.svg"), tr("Click a pixel"))
        self.pick_button.setToolTip(
            tr("Then click on the map: its pixel's values are shown. Ctrl: one more pin. Shift: follow the mouse.")
        )
        self.draw_button = QPushButton(QgsApplication.getThemeIcon("/mActionAddPolygon.svg"), tr("Polygon"))
        self.draw_button.setToolTip(
            tr("Then draw a polygon on the map, right click to end: the mean and the spread of its pixels are shown.")
        )
        self.features_button = QPushButton(QgsApplication.getThemeIcon("/mActionSelectRectangle.svg"), "")
        self.features_button.setToolTip(tr("The selected polygons of the active layer"))
        self.features_button.setAccessibleName(tr("Use the selected polygons"))
        self.features_button.clicked.connect(lambda _checked: self.use_selected())
        for button in (self.pick_button, self.draw_button):
            button.setCheckable(True)
            button.setMinimumWidth(60)
        self.features_button.setMaximumWidth(44)
        self._switches = (
            ToolSwitch(canvas, self._pixel_tool, self.pick_button),
            ToolSwitch(canvas, self._polygon_tool, self.draw_button),
        )
        for tool, switch in zip((self._pixel_tool, self._polygon_tool), self._switches):
            tool.given_up.connect(switch.off)

    # -- the run -----------------------------------------------------------------------------------

    @property
    def run(self) -> Run | None:
        """The run that is looked at."""
        return self._reader.run if self._reader is not None else None

    def choose_run(self, folder: Path) -> None:
        """Show this run. It may still go on, and need not have layers in the project."""
        self.runs.choose(folder)

    def offer_run(self, folder: str) -> None:
        """List a run that goes on, without taking away what is looked at."""
        self.runs.offer(Path(folder))

    def _run_chosen(self, folder: object) -> None:
        self._close_reader()
        self._clear()
        for button in (self.pick_button, self.draw_button, self.features_button):
            button.setEnabled(folder is not None)
        if folder is None:
            self.place.setText(tr("No run is in this project yet. Run one, or open a run folder."))
            return
        self._open_reader(Path(str(folder)))

    def _open_reader(self, folder: Path) -> None:
        try:
            self._reader = PixelReader(read_run(folder))
            self._stamp = _stamp(folder)
        except PluginError as error:
            self.place.setText(str(error))
            return
        QTimer.singleShot(0, self._warm)
        if self.run is not None and self.run.info.get("state", "done") != "done":
            self._again.start()

    def _warm(self) -> None:
        """Open its files before the first click."""
        if self._reader is not None:
            self._reader.warm()

    def _look_again(self) -> None:
        """A run that goes on has more to show by and by: of pixels at once, of polygons when they are drawn again."""
        run = self.run
        if run is None:
            self._again.stop()
            return
        if _stamp(run.folder) == self._stamp:
            return
        self._close_reader()
        self._open_reader(run.folder)
        active = self.pins.active
        for index, pin in enumerate(self.pins.all):
            if not pin.is_region:
                self.pins.active = index
                self.inspect(pin.outline.centroid().asPoint(), pin.crs)
        self.pins.active = active
        self._show()

    def _close_reader(self) -> None:
        self._again.stop()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # -- pixels ------------------------------------------------------------------------------------

    def inspect(self, point: QgsPointXY, crs: QgsCoordinateReferenceSystem | None = None, new: bool = False) -> None:
        """Show the pixel under ``point`` (in the map's CRS unless told otherwise), at a new pin with ``new``."""
        if self._reader is None:
            return
        if self.run is not None and _stamp(self.run.folder) != self._stamp:
            folder = self.run.folder
            self._close_reader()
            self._open_reader(folder)
        try:
            pixel = self._reader.read(point, crs or self._context.canvas.mapSettings().destinationCrs())
        except PluginError as error:
            self.place.setText(str(error))
            return
        self.pins.put_pixel(pixel, new)
        self._show()

    def _clicked(self, point: QgsPointXY, new: bool = False) -> None:
        self.inspect(point, new=new or self.bar.adding)

    def _followed(self, point: QgsPointXY) -> None:
        self._wanted = QgsPointXY(point)
        if not self._follow_timer.isActive():
            self._follow_timer.start(0)

    def _follow(self) -> None:
        point, self._wanted = self._wanted, None
        if point is not None:
            self.inspect(point)

    # -- polygons ----------------------------------------------------------------------------------

    def use_selected(self) -> None:
        """The selected polygons of the active layer: each a region, all in one where there are more than colours."""
        layer = self._context.iface.activeLayer()
        polygons = isinstance(layer, QgsVectorLayer) and (
            layer.geometryType() == QgsWkbTypes.GeometryType.PolygonGeometry
        )
        features = [f for f in layer.selectedFeatures() if f.hasGeometry()] if polygons else []
        features.sort(key=lambda feature: feature.id())
        if not features:
            self.place.setText(tr("Select polygons of the active layer first."))
            return
        if len(features) > MOST:
            union = QgsGeometry.unaryUnion([feature.geometry() for feature in features])
            shapes = [(union, tr("{n} polygons").format(n=len(features)))]
        else:
            shapes = [(f.geometry(), QgsVectorLayerUtils.getFeatureDisplayString(layer, f)) for f in features]
        self.read_regions(shapes, layer.crs())

    def _drawn(self, geometry: QgsGeometry) -> None:
        self.read_regions([(geometry, "")], self._context.canvas.mapSettings().destinationCrs())

    def read_regions(self, shapes: list[tuple[QgsGeometry, str]], crs: QgsCoordinateReferenceSystem) -> None:
        """Mean and spread of polygons with their titles, in a task; they come as pins."""
        run = self.run
        if run is None:
            return
        if self._task is not None:
            self._task.forget()
        self.place.setText(tr("Reading the polygon…"))

        def work(task: FunctionTask) -> list[tuple[Region, str]]:
            rasters = RunRasters(run)
            return [(read_region(rasters, shape, crs, task.isCanceled), title) for shape, title in shapes]

        self._task = FunctionTask(tr("EO Fusion: mean of a polygon"), work, self._regions_read)
        QgsApplication.taskManager().addTask(self._task)

    def _regions_read(self, regions: list[tuple[Region, str]] | None, error: dict[str, str]) -> None:
        self._task = None
        if error or regions is None:
            self.place.setText(" ".join(part for part in (error.get("message"), error.get("hint")) if part))
            return
        for region, title in regions:
            self.pins.put_region(region, title)
        self._show()

    # -- showing -----------------------------------------------------------------------------------

    def _show(self) -> None:
        pins, run = self.pins, self.run
        self.bar.show_pins(pins)
        self._marks.show(pins.all)
        current = pins.current
        self.place.setText(current.words if current is not None else tr("Press the button, then click on the map."))
        known = any(pin.series for pin in pins.all)
        if pins.all and run is not None:
            self.charts.show_pins(pins.all, run.period, "" if known else tr("Nothing is known of this pixel."))
        else:
            self.charts.clear(tr("The series of the pixel that you click, or of the polygon that you draw"))
        self.save_row.setEnabled(known)

    def _clear(self) -> None:
        self.pins.clear()
        self._show()

    def _pin_chosen(self, index: int) -> None:
        self.pins.active = index
        self._show()

    def _remove_pin(self) -> None:
        self.pins.remove_current()
        self._show()

    # -- saving ------------------------------------------------------------------------------------

    def csv_text(self) -> str:
        """The series shown, in the columns of ``eofusion inspect``."""
        return inspect_files.csv_text(self.pins.all)

    def picture(self) -> QImage:
        """The plots shown, one below the other, with the places."""
        return inspect_files.picture(self.charts.shown, self.pins.all, self.run.title if self.run else "")

    def export_map(self) -> None:
        """The dialog to export the active layer, or GPP where that is of no product of this run."""
        run = self.run
        if run is None:
            return
        layer = self._context.iface.activeLayer()
        product = run.find("gpp") or next((p for p in run.products if p.path.is_file()), None)
        mine = isinstance(layer, QgsRasterLayer) and run_folder_of(layer.source()) == run.folder
        source = layer.source() if mine else str(product.path) if product is not None else ""
        self._close_export()
        try:
            self.export_dialog = ExportDialog(self._context, source, self)
        except PluginError as error:
            self._context.complain(error.as_dict())
            return
        self.export_dialog.show()

    def _close_export(self) -> None:
        if self.export_dialog is not None:
            self.export_dialog.remove()
            self.export_dialog = None

    def _copy(self) -> None:
        inspect_files.copy(self.pins.all, self.picture())

    # -- ending ------------------------------------------------------------------------------------

    def remove(self) -> None:
        """The plugin goes away. Open files are let go now: after QGIS has ended they would crash it."""
        if self._task is not None:
            self._task.forget()
            self._task = None
        self._close_export()
        self._close_reader()
        self._follow_timer.stop()
        self.runs.remove()
        for switch in self._switches:
            switch.off()
        self._polygon_tool.remove()
        self._marks.remove()


def _stamp(folder: Path) -> tuple[int, ...]:
    """Tells one state of what the run wrote down from the next, even within one tick of the file system's clock."""
    try:
        found = (folder / "run.json").stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _single_shot(parent: QWidget, called: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(called)
    return timer

"""The dialog "Export": a product's statistic, dates, coordinates, cut, zones and form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsMapLayerProxyModel,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.gui import QgsFileWidget, QgsMapLayerComboBox, QgsProjectionSelectionWidget
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from .. import settings
from ..engine.task import FunctionTask
from ..errors import PluginError
from ..layers.qml import save_style
from ..layers.styles import apply_style
from ..processing.export_algorithm import clip_json, crs_text, product_of, statistics_of
from ..processing.export_work import DATED, ExportJob, bands_between, export
from ..processing.zonal import write_zonal_csv
from ..run_folder import Product
from ..texts import tr, unit_text
from .context import Context
from .fields import column_of, combo_box, file_widget, form_layout
from .widgets import choose, note_label

POLYGONS = QgsMapLayerProxyModel.Filter.PolygonLayer
FORMS = ((".tif", "Cloud Optimized GeoTIFF (.tif)"), (".nc", "netCDF, CF (.nc)"))


class ExportDialog(QDialog):
    """Exports the product that a layer shows, in a task; it may be closed at once."""

    def __init__(self, context: Context, source: str, parent: QWidget | None = None) -> None:
        """``source`` is that of a layer of a run. Raises :class:`PluginError` when it is of none."""
        super().__init__(parent)
        self._context = context
        self._source = source
        self._task: FunctionTask | None = None
        run, product = product_of(source)
        self.setWindowTitle(tr("Export: {title}").format(title=product.title))
        self.setObjectName("EOFusionExport")
        names = {
            "p50": tr("Median (p50)"),
            "mean": tr("Mean"),
            "p10": tr("10th percentile"),
            "p90": tr("90th percentile"),
        }
        self.statistic = combo_box((names.get(name, name), name) for name in statistics_of(run, product))
        choose(self.statistic, product.statistic)
        self.first, self.last = (combo_box((str(day), day) for day in product.dates) for _ in range(2))
        self.last.setCurrentIndex(self.last.count() - 1)
        self.crs = QgsProjectionSelectionWidget()
        self.crs.setOptionVisible(QgsProjectionSelectionWidget.CrsOption.CrsNotSet, True)
        self.crs.setNotSetText(tr("That of the run"))
        self.crs.setCrs(QgsCoordinateReferenceSystem())
        self.clip, self.clip_selected = self._polygons(tr("Nothing is cut"))
        self.zones, self.zones_selected = self._polygons(tr("No table"))
        self.form = combo_box((words, suffix) for suffix, words in FORMS)
        self.form.currentIndexChanged.connect(self._form_chosen)
        self.file = file_widget(QgsFileWidget.StorageMode.SaveFile, tr("File to write"))
        self.file.setFilter("GeoTIFF (*.tif);;netCDF (*.nc)")
        folder = settings.text("last_folder") or str(Path.home())
        stem = "_".join(part for part in (product.kind, product.statistic) if part)
        self.file.setFilePath(str(Path(folder) / f"{stem}.tif"))
        self.file.fileChanged.connect(self._file_chosen)
        self.load = QCheckBox(tr("Add it to the project"))
        self.load.setChecked(True)
        self.status = note_label()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.button = self.buttons.addButton(tr("Export"), QDialogButtonBox.ButtonRole.ActionRole)
        self.button.setDefault(True)
        self.button.clicked.connect(lambda _checked: self.start())
        self.buttons.rejected.connect(self.reject)
        self._lay_out(product)

    def _lay_out(self, product: Product) -> None:
        column = QVBoxLayout(self)
        unit = unit_text(product.unit)
        column.addWidget(note_label(f"{product.title}{f' ({unit})' if unit else ''}"))
        form = form_layout(body := QWidget())
        form.setContentsMargins(0, 0, 0, 0)
        if self.statistic.count() > 1:
            form.addRow(tr("Statistic"), self.statistic)
        if product.kind in DATED and len(product.dates) > 1:
            dates = QWidget()
            row = QHBoxLayout(dates)
            row.setContentsMargins(0, 0, 0, 0)
            for widget in (self.first, QLabel(tr("to")), self.last):
                row.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
            form.addRow(tr("Dates"), dates)
        form.addRow(tr("Coordinates"), self.crs)
        form.addRow(tr("Cut to"), column_of(self.clip, self.clip_selected))
        form.addRow(tr("Zonal table"), column_of(self.zones, self.zones_selected))
        form.addRow(tr("Form"), self.form)
        form.addRow(tr("File"), self.file)
        column.addWidget(body)
        column.addWidget(self.load)
        column.addWidget(
            note_label(tr("Unit, legend, limits, provenance and citation are written beside it (.json, .txt, .qml)."))
        )
        column.addWidget(self.status)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.resize(460, self.sizeHint().height())

    # -- the job -----------------------------------------------------------------------------------

    def job(self) -> ExportJob:
        """What the fields ask for. Raises :class:`PluginError` with what is missing."""
        if not self.file.filePath().strip():
            raise PluginError(tr("There is no file to write to."), tr("Choose one."))
        run, product = product_of(self._source, self.statistic.currentData() or "")
        first: date | None = self.first.currentData()
        last: date | None = self.last.currentData()
        clip = self._shapes(self.clip, self.clip_selected)
        return ExportJob(
            run,
            product,
            Path(self.file.filePath()),
            bands_between(product, first, last),
            crs_text(self.crs.crs()),
            clip_json([shape for _, shape in clip[0]], clip[1]) if clip is not None else None,
        )

    def start(self) -> None:
        """Write, in a task of QGIS that goes on when the dialog is closed."""
        try:
            job = self.job()
            zones = self._shapes(self.zones, self.zones_selected)
        except PluginError as error:
            self.status.setText(str(error))
            return
        settings.put("last_folder", str(job.out.parent))
        load = self.load.isChecked()

        def work(task: FunctionTask) -> list[Path]:
            written = export(job, task.setProgress, task.isCanceled)
            if zones is not None:
                written.append(write_zonal_csv(job, *zones, job.out.with_suffix(".csv"), task.isCanceled))
            return written

        context, done = self._context, self._done
        self._task = FunctionTask(
            tr("EO Fusion: export"), work, lambda files, error: _finished(context, job, load, files, error, done)
        )
        self.button.setEnabled(False)
        self.status.setText(tr("Writing {file}…").format(file=job.out.name))
        QgsApplication.taskManager().addTask(self._task)

    @property
    def running(self) -> bool:
        """Whether something is being written."""
        return self._task is not None

    def remove(self) -> None:
        """The plugin goes away."""
        if self._task is not None:
            self._task.forget()
            self._task = None
        self.deleteLater()

    def _done(self, words: str) -> None:
        self._task = None
        self.status.setText(words)
        self.button.setEnabled(True)

    # -- fields ------------------------------------------------------------------------------------

    def _polygons(self, nothing: str) -> tuple[QgsMapLayerComboBox, QCheckBox]:
        combo = QgsMapLayerComboBox()
        combo.setFilters(POLYGONS)
        combo.setAllowEmptyLayer(True, nothing)
        combo.setLayer(None)
        combo.setMinimumContentsLength(8)
        only = QCheckBox(tr("Selected ones only"))
        only.hide()

        def changed() -> None:
            layer = combo.currentLayer()
            there = isinstance(layer, QgsVectorLayer) and layer.selectedFeatureCount() > 0
            only.setVisible(there)
            only.setChecked(there)

        combo.layerChanged.connect(lambda _layer: changed())
        return combo, only

    def _shapes(
        self, combo: QgsMapLayerComboBox, only: QCheckBox
    ) -> tuple[list[tuple[str, QgsGeometry]], QgsCoordinateReferenceSystem] | None:
        """(name, polygon) of a layer and their coordinates: read here, for layers do not go into tasks."""
        layer = combo.currentLayer()
        if not isinstance(layer, QgsVectorLayer):
            return None
        features = layer.selectedFeatures() if only.isChecked() else layer.getFeatures()
        named = [
            (QgsVectorLayerUtils.getFeatureDisplayString(layer, feature), QgsGeometry(feature.geometry()))
            for feature in features
            if feature.hasGeometry()
        ]
        return named, layer.crs()

    def _form_chosen(self, *_: object) -> None:
        path = self.file.filePath()
        if path:
            self.file.setFilePath(str(Path(path).with_suffix(self.form.currentData())))

    def _file_chosen(self, path: str) -> None:
        suffix = Path(path).suffix.lower()
        if suffix in (".tif", ".nc") and suffix != self.form.currentData():
            choose(self.form, suffix)


def _statistic_words(name: str) -> str:
    words = {
        "p50": tr("Median (p50)"),
        "mean": tr("Mean"),
        "p10": tr("10th percentile"),
        "p90": tr("90th percentile"),
    }
    return words.get(name, name)


def _finished(
    context: Context,
    job: ExportJob,
    load: bool,
    files: list[Path] | None,
    error: dict[str, str],
    done: Callable[[str], None],
) -> None:
    """In the main thread, when the task is over."""
    if error or not files:
        context.complain(error)
        done(error.get("message", ""))
        return
    layer = QgsRasterLayer(str(job.out), job.out.stem, "gdal")
    if layer.isValid():
        apply_style(layer, job.product, 1 if job.product.kind in DATED else None)
        try:
            save_style(layer, job.out.with_suffix(".qml"))
        except PluginError as problem:
            context.complain(problem.as_dict())
        if load:
            QgsProject.instance().addMapLayer(layer)
    words = tr("Exported {file}.").format(file=job.out.name)
    done(words)
    # Later than QGIS' own "task complete", so that it is the one on top.
    QTimer.singleShot(300, lambda: context.say(words))

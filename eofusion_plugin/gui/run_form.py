"""The form of the Run tab: widgets on one side, a :class:`RunRequest` on the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.gui import QgsCollapsibleGroupBox, QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from .. import settings
from ..run_request import SCL_DROPPED, RunRequest, split_list
from ..texts import tr
from .area_row import AreaRow
from .context import Context
from .fields import combo_box, file_widget, form_layout
from .period_row import PeriodRow
from .scene_table import SceneBox
from .scheduler_field import SchedulerField
from .source_box import FOLDER, SourceBox
from .widgets import LazyCombo, caption, choose


class RunForm(QWidget):
    """Everything that a run is asked for."""

    changed = pyqtSignal()
    #: The person wants to see which devices there are.
    devices_wanted = pyqtSignal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.area = AreaRow(context)
        self.source = SourceBox()
        self.scenes = SceneBox()
        self.period = PeriodRow(lambda: self.area.latitude)
        self._make_products()
        self._make_options()
        form = form_layout(self)
        form.setContentsMargins(8, 8, 8, 8)
        # Words above the fields: beside them, long words in other languages would not fit 360 px.
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.addRow(caption(tr("Source")), self.source)
        form.addRow(caption(tr("Area")), self.area)
        form.addRow(caption(tr("Period")), self.period)
        form.addRow(self.scenes)
        form.addRow(caption(tr("Products")), self._products_box)
        form.addRow(self._options_box)
        self.source.source_changed.connect(self._source_changed)
        for part in (self.source, self.area, self.period, self.scenes):
            part.changed.connect(self.changed)
        self._restore(settings.form())
        self._source_changed()

    # -- what it holds -----------------------------------------------------------------------------

    def request(self, out: str) -> RunRequest:
        """The request as filled in, to be written to ``out``."""
        return RunRequest(
            start=self.period.first,
            end=self.period.last,
            out=out,
            source=self.source.text(),
            area=self.area.geojson,
            products=tuple(name for name, box in self.products.items() if box.isChecked()),
            dates=str(self.period.dates.currentData()),
            weather=self.weather.filePath().strip(),
            elevation=self.elevation.filePath().strip(),
            device=str(self.device.currentData()),
            seed=self.seed.value(),
            authcfg=self.source.authcfg,
            file_pattern=self.file_pattern.text().strip() if self.source.kind == FOLDER else "",
            max_cloud=float(self.source.max_cloud.value()),
            orbit=str(self.source.orbit.currentData()),
            skip_s2_dates=self.scenes.skipped("S2"),
            skip_s1_dates=self.scenes.skipped("S1"),
            scl_drop=self._scl_drop(),
            cloud_test=self.cloud_test.isChecked(),
            weather_method=str(self.weather_method.currentData()),
            cache_gb=self.cache.value(),
            threads=settings.threads(),
            scheduler=self.scheduler.text(),
        )

    def fill(self, request: RunRequest) -> None:
        """Fill the form in, as a person would."""
        self.source.set_text(request.source)
        self.source.set_authcfg(request.authcfg)
        self.source.max_cloud.setValue(round(request.max_cloud))
        choose(self.source.orbit, request.orbit)
        self.period.set_period(request.start, request.end)
        self.area.set_geojson(request.area)
        for name, box in self.products.items():
            box.setChecked(name in request.products)
        self.period.choose_dates(request.dates)
        self.weather.setFilePath(request.weather)
        choose(self.weather_method, request.weather_method)
        self.elevation.setFilePath(request.elevation)
        choose(self.device, request.device)
        self.scheduler.set_text(request.scheduler)
        self.seed.setValue(request.seed)
        self.file_pattern.setText(request.file_pattern)
        self.scl_drop.setText(" ".join(request.scl_drop or SCL_DROPPED))
        self.cloud_test.setChecked(request.cloud_test)
        self.cache.setValue(request.cache_gb)
        self.scenes.set_skipped(request.skip_s2_dates, request.skip_s1_dates)
        self.changed.emit()

    def out_base(self, default: Path) -> Path:
        """The folder in which runs get folders of their own."""
        chosen = self.out.filePath().strip()
        return Path(chosen) if chosen else default

    def set_devices(self, devices: list[dict[str, str]]) -> None:
        """The devices that the engine found."""
        chosen = self.device.currentData()
        self.device.clear()
        self.device.addItem(tr("Automatic"), "auto")
        for found in devices:
            self.device.addItem(found.get("name", found["id"]), found["id"])
        choose(self.device, chosen)

    def remember(self) -> None:
        """Keep what is filled in for the next session."""
        request = self.request("")
        settings.put_form({**request.as_dict(), "out": self.out.filePath(), "weather": request.weather})

    # -- making ------------------------------------------------------------------------------------

    def _make_products(self) -> None:
        texts = {
            "gpp": (tr("GPP"), tr("Gross primary production per day and for the period, with its interval")),
            "temperature": (tr("Temperature"), tr("Generated daily air temperature with its interval: not measured")),
            "embeddings": (tr("Embeddings"), tr("64 numbers per pixel and date, with a preview in colours")),
            "reflectance": (tr("Reflectance"), tr("Cloud-free: ten Sentinel-2 bands and their uncertainty")),
        }
        self.products: dict[str, QCheckBox] = {}
        self._products_box = QWidget()
        grid = QGridLayout(self._products_box)
        grid.setContentsMargins(0, 3, 0, 0)
        grid.setVerticalSpacing(4)
        for index, (name, (title, tip)) in enumerate(texts.items()):
            box = QCheckBox(title)
            box.setChecked(True)
            box.setToolTip(tip)
            box.toggled.connect(lambda _: self.changed.emit())
            self.products[name] = box
            grid.addWidget(box, index // 2, index % 2)

    def _make_options(self) -> None:
        pick = QgsFileWidget.StorageMode
        self.weather = file_widget(pick.GetFile, tr("None: generated"))
        self.weather.setFilter(tr("Weather (*.csv *.nc)"))
        self.weather.setToolTip(tr("Weather for GPP: a CSV with daily values, ERA5, ERA5-Land or AgERA5 netCDF"))
        self.weather.fileChanged.connect(lambda _: self.changed.emit())
        self.weather_method = combo_box([(tr("Nearest cell"), "nearest"), (tr("Interpolated"), "interpolate")])
        self.weather_method.setToolTip(tr("How gridded weather is brought to the area"))
        self.weather_method.setAccessibleName(tr("How gridded weather is brought to the area"))
        self.elevation = file_widget(pick.GetFile, tr("Automatic"))
        self.elevation.setToolTip(
            tr("A raster of metres above sea level; without it the source's own, else a coarse relief")
        )
        self.file_pattern = QLineEdit()
        self.file_pattern.setPlaceholderText(tr("Known forms"))
        self.file_pattern.setToolTip(tr("How the folder's per-date files are named, see docs/folder-source.md"))
        self.scl_drop = QLineEdit(" ".join(SCL_DROPPED))
        self.scl_drop.setToolTip(
            tr("Classes of Sentinel-2's scene classification that are no view of the ground; 11 is snow")
        )
        for edit in (self.file_pattern, self.scl_drop):
            edit.setMinimumWidth(40)
            edit.editingFinished.connect(self.changed)
        self.cloud_test = QCheckBox(tr("Second cloud test"))
        self.cloud_test.setToolTip(tr("Look for clouds in the reflectance itself, where the classification is wrong"))
        self.cloud_test.toggled.connect(lambda _: self.changed.emit())
        self.cache = QDoubleSpinBox()
        self.cache.setRange(0, 10_000)
        self.cache.setDecimals(1)
        self.cache.setValue(10)
        self.cache.setSuffix(" GB")
        self.cache.setToolTip(tr("What a service gave is kept on disk up to this size, to go on without a network"))
        self.device = LazyCombo(self.devices_wanted.emit)
        self.device.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.device.addItem(tr("Automatic"), "auto")
        self.device.addItem(tr("CPU"), "cpu")
        self.scheduler = SchedulerField()
        self.scheduler.changed.connect(self.changed)
        self.out = file_widget(pick.GetDirectory, tr("Beside project"))
        self.out.setToolTip(tr("Each run gets a folder of its own in here"))
        self.seed = QSpinBox()
        self.seed.setMaximum(2**31 - 1)
        self.seed.setToolTip(tr("The same seed gives the same generated temperature"))
        self._options_box = QgsCollapsibleGroupBox(tr("More options"))
        self._options_box.setCollapsed(True)
        form = form_layout(self._options_box)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for text, field in (
            (tr("Weather"), self.weather),
            ("", self.weather_method),
            (tr("Elevation"), self.elevation),
            (tr("File names"), self.file_pattern),
            (tr("Masked SCL"), self.scl_drop),
            ("", self.cloud_test),
            (tr("Cache"), self.cache),
            (tr("Device"), self.device),
            (tr("Computed on"), self.scheduler),
            (tr("Results in"), self.out),
            (tr("Seed"), self.seed),
        ):
            form.addRow(text, field)

    # -- changing ----------------------------------------------------------------------------------

    def _source_changed(self, *_: object) -> None:
        self.file_pattern.setEnabled(self.source.kind == FOLDER)
        self.cache.setEnabled(self.source.is_service)
        self.area.forget_extent()

    def _scl_drop(self) -> tuple[str, ...]:
        """The SCL classes that are dropped, empty where they are the usual ones."""
        codes = split_list(self.scl_drop.text())
        return () if set(codes) == set(SCL_DROPPED) else codes

    def _restore(self, kept: dict[str, Any]) -> None:
        try:
            request = RunRequest.from_dict({**kept, "area": None, "skip_s2_dates": (), "skip_s1_dates": ()})
        except (KeyError, ValueError, TypeError):
            return  # nothing kept yet, or kept by another version: the defaults stand
        self.fill(request)
        self.out.setFilePath(str(kept.get("out", "")))

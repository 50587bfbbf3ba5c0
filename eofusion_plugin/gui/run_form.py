"""The form of the Run tab: widgets on one side, a :class:`RunRequest` on the other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from qgis.gui import QgsCollapsibleGroupBox, QgsFileWidget
from qgis.PyQt.QtCore import QDate, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from .. import settings
from ..run_request import RunRequest
from ..texts import tr
from .area_row import AreaRow
from .context import Context
from .widgets import LazyCombo, caption, choose

SAMPLE_PERIOD = (date(2021, 4, 1), date(2021, 9, 30))


class RunForm(QWidget):
    """Everything that a run is asked for."""

    changed = pyqtSignal()
    #: The person wants to see which devices there are.
    devices_wanted = pyqtSignal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.area = AreaRow(context)
        self._make_source()
        self._make_period()
        self._make_products()
        self._make_options()
        form = _form(self)
        form.setContentsMargins(8, 8, 8, 8)
        # Words above the fields: beside them, long words in other languages would not fit 360 px.
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.addRow(caption(tr("Source")), self._source_box)
        form.addRow(caption(tr("Area")), self.area)
        form.addRow(caption(tr("Period")), self._period_box)
        form.addRow(caption(tr("Products")), self._products_box)
        form.addRow(self._options_box)
        self.source.currentIndexChanged.connect(self._source_changed)
        self.folder.fileChanged.connect(self._source_changed)
        self.area.changed.connect(self.changed)
        self._restore(settings.form())
        self._source_changed()

    # -- what it holds -----------------------------------------------------------------------------

    def request(self, out: str) -> RunRequest:
        """The request as filled in, to be written to ``out``."""
        return RunRequest(
            start=_day(self.start.date()),
            end=_day(self.end.date()),
            out=out,
            source=self.source_text(),
            area=self.area.geojson,
            products=tuple(name for name, box in self.products.items() if box.isChecked()),
            dates=str(self.dates.currentData()),
            weather=self.weather.filePath().strip(),
            device=str(self.device.currentData()),
            seed=self.seed.value(),
        )

    def fill(self, request: RunRequest) -> None:
        """Fill the form in, as a person would."""
        sample = request.source == "sample"
        choose(self.source, "sample" if sample else "folder")
        self.folder.setFilePath("" if sample else request.source)
        self.start.setDate(QDate(request.start.year, request.start.month, request.start.day))
        self.end.setDate(QDate(request.end.year, request.end.month, request.end.day))
        self.area.set_geojson(request.area)
        for name, box in self.products.items():
            box.setChecked(name in request.products)
        choose(self.dates, request.dates)
        self.weather.setFilePath(request.weather)
        choose(self.device, request.device)
        self.seed.setValue(request.seed)
        self.changed.emit()

    def source_text(self) -> str:
        """``sample`` or a folder."""
        return "sample" if self.source.currentData() == "sample" else self.folder.filePath().strip()

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

    def _make_source(self) -> None:
        self.source = _combo()
        self.source.addItem(tr("Bundled sample (simulated)"), "sample")
        self.source.addItem(tr("Folder of scenes"), "folder")
        self.folder = _file_widget(QgsFileWidget.StorageMode.GetDirectory, tr("Folder with scenes or netCDF cubes"))
        self._source_box = QWidget()
        column = QVBoxLayout(self._source_box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.source)
        column.addWidget(self.folder)

    def _make_period(self) -> None:
        self.start, self.end = QDateEdit(), QDateEdit()
        for edit, day in zip((self.start, self.end), SAMPLE_PERIOD):
            edit.setCalendarPopup(True)
            edit.setDisplayFormat("yyyy-MM-dd")
            edit.setDate(QDate(day.year, day.month, day.day))
            edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            edit.setMinimumWidth(60)
            edit.dateChanged.connect(lambda _: self.changed.emit())
        self._period_box = QWidget()
        column = QVBoxLayout(self._period_box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        column.addLayout(row)
        row.addWidget(self.start, 1)
        row.addWidget(QLabel(tr("to")))
        row.addWidget(self.end, 1)
        self.dates = _combo()
        column.addWidget(self.dates)
        self.dates.addItem(tr("Maps on each clear date"), "clear")
        for days in (5, 10, 16, 30):
            self.dates.addItem(tr("Maps every {n} days").format(n=days), f"every:{days}")
        self.dates.setToolTip(tr("The dates that get maps of embeddings, reflectance and GPP"))
        self.dates.currentIndexChanged.connect(lambda _: self.changed.emit())

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
        self.weather = _file_widget(QgsFileWidget.StorageMode.GetFile, tr("None: generated temperature"))
        self.weather.setFilter(tr("Weather (*.csv *.nc)"))
        self.weather.setToolTip(tr("Daily weather for GPP: a CSV with date, tair_degC, ssrd_w_m2, or AgERA5 netCDF"))
        self.weather.fileChanged.connect(lambda _: self.changed.emit())
        self.device = LazyCombo(self.devices_wanted.emit)
        self.device.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.device.addItem(tr("Automatic"), "auto")
        self.device.addItem(tr("CPU"), "cpu")
        self.out = _file_widget(QgsFileWidget.StorageMode.GetDirectory, tr("Beside the project"))
        self.out.setToolTip(tr("Each run gets a folder of its own in here"))
        self.seed = QSpinBox()
        self.seed.setMaximum(2**31 - 1)
        self.seed.setToolTip(tr("The same seed gives the same generated temperature"))
        self._options_box = QgsCollapsibleGroupBox(tr("More options"))
        self._options_box.setCollapsed(True)
        form = _form(self._options_box)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(tr("Weather"), self.weather)
        form.addRow(tr("Device"), self.device)
        form.addRow(tr("Results in"), self.out)
        form.addRow(tr("Seed"), self.seed)

    # -- changing ----------------------------------------------------------------------------------

    def _source_changed(self, *_: object) -> None:
        self.folder.setVisible(self.source.currentData() == "folder")
        self.area.forget_extent()
        self.changed.emit()

    def _restore(self, kept: dict[str, Any]) -> None:
        try:
            request = RunRequest(
                start=date.fromisoformat(kept["start"]),
                end=date.fromisoformat(kept["end"]),
                out="",
                source=str(kept["source"]),
                products=tuple(kept["products"]),
                dates=str(kept["dates"]),
                weather=str(kept.get("weather", "")),
                device=str(kept["device"]),
                seed=int(kept["seed"]),
            )
        except (KeyError, ValueError, TypeError):
            return  # nothing kept yet, or kept by another version: the defaults stand
        self.fill(request)
        self.out.setFilePath(str(kept.get("out", "")))


def _form(parent: QWidget) -> QFormLayout:
    form = QFormLayout(parent)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setHorizontalSpacing(10)
    form.setVerticalSpacing(8)
    return form


def _combo() -> QComboBox:
    combo = QComboBox()
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    return combo


def _file_widget(mode: QgsFileWidget.StorageMode, placeholder: str) -> QgsFileWidget:
    widget = QgsFileWidget()
    widget.setStorageMode(mode)
    widget.setDialogTitle(placeholder)
    widget.lineEdit().setPlaceholderText(placeholder)
    widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return widget


def _day(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())

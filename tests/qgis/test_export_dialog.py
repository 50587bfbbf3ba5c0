"""The export dialog and the layers' context menu."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from small_run import LEFT, TOP, gpp_value

from eofusion_plugin.errors import PluginError
from eofusion_plugin.gui.export_dialog import ExportDialog
from eofusion_plugin.gui.layer_actions import LayerActions
from eofusion_plugin.layers.group import add_run
from eofusion_plugin.run_folder import read_run

gdal.UseExceptions()


@pytest.fixture
def dialog(context, run_folder: Path):
    made = []

    def make(product: str = "gpp/gpp_p50.tif") -> ExportDialog:
        made.append(ExportDialog(context(), str(run_folder / "products" / product)))
        return made[-1]

    yield make
    for one in made:
        one.remove()


@pytest.fixture
def fields() -> QgsVectorLayer:
    layer = QgsVectorLayer("Polygon?crs=EPSG:32632&field=name:string", "fields", "memory")
    for name, row in (("north", 0), ("south", 40)):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(LEFT, TOP - (row + 4) * 10, LEFT + 40, TOP - row * 10)))
        feature["name"] = name
        layer.dataProvider().addFeature(feature)
    layer.setDisplayExpression("name")
    QgsProject.instance().addMapLayer(layer)
    return layer


def test_it_writes_what_the_fields_say_and_adds_the_styled_layer(dialog, fields, wait, tmp_path: Path) -> None:
    opened = dialog()
    assert [opened.statistic.itemData(i) for i in range(opened.statistic.count())] == ["p50", "p10", "p90"]
    opened.statistic.setCurrentIndex(2)
    opened.first.setCurrentIndex(1)
    fields.select([2])
    opened.clip.setLayer(fields)
    assert opened.clip_selected.isChecked()
    opened.zones.setLayer(fields)
    opened.zones_selected.setChecked(False)
    opened.file.setFilePath(str(tmp_path / "out" / "high.tif"))
    opened.button.click()
    assert opened.running and not opened.button.isEnabled()
    wait(lambda: not opened.running)
    assert "Exported high.tif" in opened.status.text()
    names = sorted(path.name for path in (tmp_path / "out").iterdir() if path.suffix != ".xml")
    assert names == ["high.csv", "high.json", "high.qml", "high.tif", "high.txt"]
    dataset = gdal.Open(str(tmp_path / "out" / "high.tif"))
    values = dataset.ReadAsArray()
    assert dataset.RasterCount == 1 and (values != -9999).sum() == 16
    assert values[values != -9999].min() == pytest.approx(gpp_value(40, 0, 2) + 0.5)
    found = json.loads((tmp_path / "out" / "high.json").read_text())
    assert found["dates"] == ["2021-06-10"] and found["clipped"] and found["statistic"] == "p90"
    rows = (tmp_path / "out" / "high.csv").read_text().splitlines()
    assert rows[0].startswith("zone,date,band,mean") and [row.split(",")[0] for row in rows[1:]] == ["north", "south"]
    (layer,) = QgsProject.instance().mapLayersByName("high")
    assert layer.renderer().shader().rasterShaderFunction().maximumValue() == 18


def test_the_form_follows_the_ending_and_the_ending_the_form(dialog) -> None:
    opened = dialog()
    opened.form.setCurrentIndex(1)
    assert opened.file.filePath().endswith("gpp_p50.nc")
    opened.file.setFilePath("/data/x.tif")
    assert opened.form.currentData() == ".tif"


def test_dates_statistic_and_coordinates_are_offered_where_there_is_a_choice(dialog) -> None:
    job = dialog().job()
    assert job.dates == (date(2021, 5, 1), date(2021, 6, 10)) and job.crs == "" and job.clip is None
    quality = dialog("quality/quality.tif")
    assert not quality.statistic.isVisibleTo(quality) and not quality.first.isVisibleTo(quality)
    assert quality.job().numbers == (1, 2, 3)
    quality.crs.setCrs(QgsCoordinateReferenceSystem("EPSG:3035"))
    assert quality.job().crs == "EPSG:3035"


def test_what_cannot_be_written_is_told_and_may_be_tried_again(dialog, wait, tmp_path, qgis_iface) -> None:
    opened = dialog()
    (tmp_path / "file").write_text("")
    opened.file.setFilePath(str(tmp_path / "file" / "a.tif"))
    opened.start()
    wait(lambda: not opened.running)
    assert "could not be written" in opened.status.text() and opened.button.isEnabled()
    assert any("could not be written" in t for t in qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Warning))
    opened.last.setCurrentIndex(0)
    opened.first.setCurrentIndex(1)
    opened.start()
    assert "no date in that period" in opened.status.text() and not opened.running
    opened.file.setFilePath("")
    opened.start()
    assert "no file to write to" in opened.status.text()


def test_a_layer_of_no_run_has_nothing_to_export(context, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="of no run"):
        ExportDialog(context(), str(tmp_path / "other.tif"))


class Iface:
    """Notes what is added to the layers' menus; the rest is the stand-in of the tests."""

    def __init__(self, iface) -> None:
        self._iface = iface
        self.types, self.layers = [], []

    def __getattr__(self, name: str):
        return getattr(self._iface, name)

    def addCustomActionForLayerType(self, action, menu, kind, every) -> None:
        assert menu == "EO Fusion" and every is False
        self.types.append(action)

    def removeCustomActionForLayerType(self, action) -> None:
        self.types.remove(action)

    def addCustomActionForLayer(self, action, layer) -> None:
        self.layers.append((action, layer.id()))


def test_layers_of_runs_get_the_menu_and_others_do_not(qgis_iface, run_folder: Path, fields) -> None:
    iface = Iface(qgis_iface)
    actions = LayerActions(iface)
    added = add_run(read_run(run_folder))
    with_export = {layer for action, layer in iface.layers if action is actions.export_action}
    assert with_export == {layer.id() for layer in added.layers}
    later = LayerActions(other := Iface(qgis_iface))
    assert len(other.layers) == len(iface.layers), "layers that were there before the plugin, too"
    actions.export(added.layers[0])
    assert actions.dialog is not None and actions.dialog.isVisible()
    actions.export(fields)
    for one in (actions, later):
        one.remove()
    assert iface.types == [] and actions.dialog is None


def test_nothing_lost_is_said(qgis_iface) -> None:
    actions = LayerActions(Iface(qgis_iface))
    actions.relink()
    assert any("All layers have their files" in t for t in qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Info))
    actions.remove()

"""A run's layers: order, styles, units, dates, metadata, and nothing drawn blank."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsDateTimeRange,
    QgsInterval,
    QgsLayerTreeLayer,
    QgsMapLayerLegend,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsTemporalNavigationObject,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QSize, Qt, QTime
from qgis.PyQt.QtWidgets import QFileDialog, QPushButton

from eofusion_plugin.compat import TEMPORAL_DAYS
from eofusion_plugin.errors import PluginError
from eofusion_plugin.layers.group import DATE, KIND, add_run
from eofusion_plugin.layers.relink import lost_runs, relink, split_source
from eofusion_plugin.layers.styles import apply_style, style_table
from eofusion_plugin.layers.temporal import has_range_per_band, set_step
from eofusion_plugin.run_folder import read_run, run_folder_of

STYLES = Path(__file__).resolve().parents[2] / "resources" / "styles"
old_only = pytest.mark.skipif(has_range_per_band(), reason="this QGIS plays one multi-date file")


@pytest.fixture
def added(run_folder: Path):
    return add_run(read_run(run_folder))


def colours(layer, span: QgsDateTimeRange | None = None) -> set[int]:
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(64, 64))
    if span is not None:
        settings.setIsTemporal(True)
        settings.setTemporalRange(span)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    return {image.pixel(x, y) for x in range(64) for y in range(64)}


def moment(day: int, month: int = 5) -> QgsDateTimeRange:
    start = QDateTime(QDate(2021, month, day), QTime(12, 0), Qt.TimeSpec.UTC)
    return QgsDateTimeRange(start, start.addSecs(1))


def test_every_product_has_a_layer_that_draws_and_has_a_legend(added) -> None:
    assert not added.broken
    assert {layer.customProperty(KIND) for layer in added.layers} >= {
        *("gpp", "gpp_sum", "embedding_preview", "embeddings", "reflectance", "quality")
    }
    for layer in added.layers:
        assert layer.isValid() and len(colours(layer)) > 1, layer.name()
        nodes = QgsMapLayerLegend.defaultRasterLegend(layer).createLayerTreeModelLegendNodes(QgsLayerTreeLayer(layer))
        assert nodes, layer.name()


def test_gpp_is_on_top_and_alone_is_shown(added) -> None:
    root = QgsProject.instance().layerTreeRoot()
    group = root.children()[0]
    assert group.name() == "Sample 2021-05-01 to 2021-06-14"
    assert added.layers[0].customProperty(KIND) == "gpp"
    assert [node.itemVisibilityChecked() for node in group.children()] == [True] + [False] * (len(group.children()) - 1)


@old_only
def test_the_date_with_the_most_gpp_is_on_top(added) -> None:
    assert added.layers[0].customProperty(DATE) == "2021-06-10"


def test_legends_have_units_and_the_products_fixed_range(added) -> None:
    layer = added.of("gpp")[0]
    shader = layer.renderer().shader().rasterShaderFunction()
    assert (shader.minimumValue(), shader.maximumValue()) == (0, 18)
    assert shader.legendSettings().maximumLabel() == "≥ 18 g C m⁻² d⁻¹"
    monthly = (added.of("temperature_monthly") or added.of("temperature"))[0]
    legend = monthly.renderer().shader().rasterShaderFunction().legendSettings()
    assert legend.maximumLabel() == "≥ 35 °C" and legend.minimumLabel() == "≤ \u221215"


def test_values_are_drawn_in_units_not_as_stored(added) -> None:
    """Scale and offset are applied: else every temperature would have the last colour."""
    months = added.of("temperature_monthly")
    layer = (months or added.of("temperature"))[0]
    # A value that small_run writes into the months, or else into the first day.
    _, red, green, blue, _ = layer.renderer().shader().shade(10.0 if months else -5.0)
    assert any((c >> 16 & 255, c >> 8 & 255, c & 255) == (red, green, blue) for c in colours(layer))


@old_only
def test_the_map_has_no_gap_between_dates(added) -> None:
    may, june = sorted(added.of("gpp"), key=lambda layer: layer.customProperty(DATE))
    spans = [layer.temporalProperties().fixedTemporalRange() for layer in (may, june)]
    assert spans[0].end().addMSecs(1) == spans[1].begin()
    assert spans[1].end().date() == QDate(2021, 6, 14)
    assert len(colours(may, moment(20))) > 1 and len(colours(may, moment(11, 6))) == 1
    assert len(colours(june, moment(11, 6))) > 1 and len(colours(june, moment(20))) == 1


def test_the_projects_time_is_the_runs(added) -> None:
    span = QgsProject.instance().timeSettings().temporalRange()
    assert span.begin().date() == QDate(2021, 5, 1) and span.end().date() == QDate(2021, 6, 14)


def test_a_season_is_played_by_days_not_by_hours(added, run_folder: Path) -> None:
    settings = QgsProject.instance().timeSettings()
    assert settings.timeStep() == 5 and settings.timeStepUnit() == TEMPORAL_DAYS
    settings.setTimeStep(2)
    add_run(read_run(run_folder))
    assert settings.timeStep() == 2, "what the person chose stays"


def test_the_temporal_controller_gets_a_step_where_nobody_chose_one(qgis_app) -> None:
    controller = QgsTemporalNavigationObject()
    for seconds, days in ((3600, 5), (86400, 1)):
        controller.setFrameDuration(QgsInterval(seconds))
        set_step(controller)
        assert controller.frameDuration().days() == days
    controller.setFrameDuration(QgsInterval(3600))
    controller.setNavigationMode(QgsTemporalNavigationObject.NavigationMode.Animated)
    set_step(controller)
    assert controller.frameDuration().seconds() == 3600, "it plays"
    set_step(None)


def test_layers_say_what_they_are_and_what_they_are_not(added) -> None:
    temperature = (added.of("temperature_monthly") or added.of("temperature"))[0].metadata()
    assert "not measured" in temperature.abstract() and "°C" in temperature.abstract()
    assert temperature.rights() == ["Contains modified Copernicus Sentinel data 2021"]
    assert any("seed 3" in line for line in temperature.history())
    assert "climatology" in added.of("gpp")[0].metadata().abstract()


def test_a_run_added_again_replaces_itself(added, run_folder: Path) -> None:
    count = len(QgsProject.instance().mapLayers())
    add_run(read_run(run_folder))
    assert len(QgsProject.instance().mapLayers()) == count
    assert len(QgsProject.instance().layerTreeRoot().children()) == 1


def test_a_moved_project_still_finds_its_run(added, run_folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    QgsProject.instance().clear()
    shutil.move(str(run_folder), home / "run")
    add_run(read_run(home / "run"))
    assert QgsProject.instance().write(str(home / "project.qgz"))
    QgsProject.instance().clear()
    shutil.move(str(home), tmp_path / "elsewhere")
    assert QgsProject.instance().read(str(tmp_path / "elsewhere/project.qgz"))
    for layer in QgsProject.instance().mapLayers().values():
        assert layer.isValid()
        assert run_folder_of(layer.source()) == tmp_path / "elsewhere/run"


def moved_apart(run_folder: Path, tmp_path: Path) -> Path:
    """A saved project whose run folder has gone elsewhere; returns where it is now."""
    layer = QgsProject.instance().layerTreeRoot().findLayers()[0].layer()
    layer.renderer().setOpacity(0.5)
    layer.setName("My own name")
    (tmp_path / "home").mkdir()
    assert QgsProject.instance().write(str(tmp_path / "home" / "project.qgz"))
    QgsProject.instance().clear()
    new = tmp_path / "archive" / "renamed"
    new.parent.mkdir()
    shutil.move(str(run_folder), new)
    assert QgsProject.instance().read(str(tmp_path / "home" / "project.qgz"))
    return new


def test_layers_of_a_run_that_moved_alone_are_found_again_with_their_looks(added, run_folder, tmp_path) -> None:
    count = len(added.layers)
    spans = {
        layer.name(): layer.temporalProperties().fixedTemporalRange()
        for layer in added.layers
        if layer.temporalProperties().isActive()
    }
    new = moved_apart(run_folder, tmp_path)
    project = QgsProject.instance()
    assert not any(layer.isValid() for layer in project.mapLayers().values())
    (lost,) = lost_runs(project)
    assert lost.folder == run_folder and len(lost.layers) == count
    assert relink(lost, new) == count
    assert not lost_runs(project)
    layers = [node.layer() for node in project.layerTreeRoot().findLayers()]
    assert all(layer.isValid() and run_folder_of(layer.source()) == new for layer in layers)
    first = layers[0]
    assert first.name() == "My own name" and first.renderer().opacity() == 0.5
    assert first.renderer().shader().rasterShaderFunction().maximumValue() == 18 and len(colours(first)) > 1
    for layer in layers[1:]:
        if layer.name() in spans and not has_range_per_band():
            assert layer.temporalProperties().isActive()
            span = layer.temporalProperties().fixedTemporalRange()
            assert span.begin() == spans[layer.name()].begin()
            assert span.end().msecsTo(spans[layer.name()].end()) < 1000, "projects keep no milliseconds"
    assert all("EO Fusion" in " ".join(layer.metadata().history()) for layer in layers)


def test_another_run_is_not_taken_for_a_lost_one(added, run_folder: Path, tmp_path: Path) -> None:
    new = moved_apart(run_folder, tmp_path)
    info = json.loads((new / "run.json").read_text())
    (new / "run.json").write_text(json.dumps({**info, "key": "ef" * 32}))
    (lost,) = lost_runs(QgsProject.instance())
    with pytest.raises(PluginError, match="holds another run"):
        relink(lost, new)
    with pytest.raises(PluginError, match="not a run folder"):
        relink(lost, tmp_path)


def test_the_inspect_tab_offers_to_find_a_lost_run(added, run_folder, tmp_path, context, wait, monkeypatch) -> None:
    from eofusion_plugin.gui.inspect_panel import InspectPanel

    panel = InspectPanel(context())
    new = moved_apart(run_folder, tmp_path)
    wait(lambda: not panel.runs.lost.isHidden())
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(new))
    panel.runs.lost.findChild(QPushButton).click()
    wait(panel.runs.lost.isHidden)
    assert panel.runs.folders() == [str(new)]
    panel.remove()


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        ("/data/run/products/gpp/gpp_p50.tif", "/data/run"),
        ("/a/products/b/products/gpp/gpp_p50.tif", "/a/products/b"),
        ("C:\\runs\\one\\products\\quality\\quality.tif", "C:/runs/one"),
        ("/data/other.tif", None),
    ],
)
def test_a_run_folder_is_told_from_a_path_that_is_not_there(source: str, folder: str | None) -> None:
    found, _ = split_source(source)
    assert (found.as_posix() if found else None) == folder


def test_quality_has_a_layer_for_each_thing_it_counts(added) -> None:
    clear, days, snow = added.of("quality")
    assert [layer.name() for layer in (clear, days, snow)] == [
        *("Clear observations", "Days to the nearest clear view", "Views of snow")
    ]
    assert [layer.renderer().band() for layer in (clear, days, snow)] == [1, 2, 3]
    trained = added.of("gpp_quality")
    assert [layer.renderer().band() for layer in trained] == [1, 2]
    assert "extrapolation" in trained[0].metadata().abstract()

    def lightness(layer, value: float) -> int:
        _, red, green, blue, _ = layer.renderer().shader().shade(value)
        return red + green + blue

    assert lightness(clear, 0) > lightness(clear, 40) and lightness(days, 0) < lightness(days, 40)


def test_without_snow_there_is_no_layer_of_it(run_folder: Path) -> None:
    dataset = gdal.Open(str(run_folder / "products/quality/quality.tif"), gdal.GA_Update)
    dataset.GetRasterBand(3).Fill(0)
    del dataset
    assert len(add_run(read_run(run_folder)).of("quality")) == 2


@pytest.mark.parametrize("kind", sorted(style_table()))
def test_the_style_files_are_those_that_the_plugin_gives(kind: str, added, tmp_path: Path) -> None:
    layer = next((one for one in added.layers if one.customProperty(KIND) == kind), None)
    if layer is None:
        run = read_run(run_folder_of(added.layers[0].source()))
        layer = QgsRasterLayer(str(run.find(kind).path), kind, "gdal")
        apply_style(layer, run.find(kind))
    ours = layer.renderer()
    plain = QgsRasterLayer(layer.source(), "plain", "gdal")
    words, done = plain.loadNamedStyle(str(STYLES / f"{kind}.qml"))
    assert done, words
    theirs = plain.renderer()
    assert theirs.type() == ours.type()
    if ours.type() == "multibandcolor":
        assert [theirs.redBand(), theirs.greenBand(), theirs.blueBand()] == [
            *(ours.redBand(), ours.greenBand(), ours.blueBand())
        ]
        assert theirs.redContrastEnhancement().maximumValue() == ours.redContrastEnhancement().maximumValue()
        return
    shaders = [each.shader().rasterShaderFunction() for each in (ours, theirs)]
    ramps = [[item.color.name() for item in shader.colorRampItemList()] for shader in shaders]
    assert ramps[0] == ramps[1]
    if kind != "gpp_sum":  # its range is that of its period
        assert shaders[0].maximumValue() == shaders[1].maximumValue()


def test_style_files_name_no_folder() -> None:
    for path in STYLES.glob("*.qml"):
        assert "datasource" not in path.read_text(encoding="utf-8").lower(), path.name


def test_a_file_that_qgis_cannot_open_is_named(run_folder: Path) -> None:
    (run_folder / "products/quality/quality.tif").write_bytes(b"not a raster")
    assert add_run(read_run(run_folder)).broken == ["quality.tif"]


def test_a_run_of_temperature_alone_shows_it(run_folder: Path) -> None:
    info = json.loads((run_folder / "run.json").read_text())
    info["products"] = [p for p in info["products"] if p["kind"].startswith("temperature")]
    (run_folder / "run.json").write_text(json.dumps(info))
    added = add_run(read_run(run_folder))
    assert added.group.children()[0].itemVisibilityChecked()

"""A run's layers: order, styles, units, dates, metadata, and nothing drawn blank."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from qgis.core import (
    QgsDateTimeRange,
    QgsLayerTreeLayer,
    QgsMapLayerLegend,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QSize, Qt, QTime

from eofusion_plugin.layers.group import DATE, KIND, add_run
from eofusion_plugin.layers.temporal import has_range_per_band
from eofusion_plugin.run_folder import read_run, run_folder_of

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
    layer = (added.of("temperature_monthly") or added.of("temperature"))[0]
    shader = layer.renderer().shader()
    _, red, green, blue, _ = shader.shade(10.0)
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


def test_a_file_that_qgis_cannot_open_is_named(run_folder: Path) -> None:
    (run_folder / "products/quality/quality.tif").write_bytes(b"not a raster")
    assert add_run(read_run(run_folder)).broken == ["quality.tif"]


def test_a_run_of_temperature_alone_shows_it(run_folder: Path) -> None:
    info = json.loads((run_folder / "run.json").read_text())
    info["products"] = [p for p in info["products"] if p["kind"].startswith("temperature")]
    (run_folder / "run.json").write_text(json.dumps(info))
    added = add_run(read_run(run_folder))
    assert added.group.children()[0].itemVisibilityChecked()

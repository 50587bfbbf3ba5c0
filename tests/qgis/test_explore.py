"""The Explore tab: what it sends, what comes of the answer, and every way in which a question can end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from explore_helpers import pick, sent, vector, warnings
from qgis.core import (
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsSingleBandPseudoColorRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtTest import QTest
from small_run import LEFT, TOP, write_small_run

from eofusion_plugin.errors import PluginError
from eofusion_plugin.gui.explore_panel import ExplorePanel
from eofusion_plugin.layers.group import add_run
from eofusion_plugin.layers.temporal import has_range_per_band
from eofusion_plugin.run_folder import read_run

# -- asking ----------------------------------------------------------------------------------------


def test_picked_pixels_go_to_the_engine_in_degrees_and_the_answer_comes_as_layers(
    explore_panel, run_folder, wait
) -> None:
    add_run(read_run(run_folder))
    opened = explore_panel()
    pick(opened, 10, 10)
    pick(opened, 20, 20)
    opened.form.fields["matches"].box.setValue(5)
    assert opened.form.fields["picks"].label.text() == "2 pixels"
    opened.footer.ask_button.click()
    assert opened.running and opened.footer.cancel_button.isVisible() and not opened.footer.ask_button.isVisible()
    wait(lambda: not opened.running)
    assert opened.last_error == "" and opened.view.isVisible()
    arguments = sent(opened)
    assert arguments["run"] == str(run_folder) and arguments["matches"] == 5 and arguments["combine"] == "mean"
    first, second = (f["geometry"]["coordinates"] for f in arguments["picks"]["features"])
    assert first == pytest.approx([10.4287, 51.0817], abs=0.01) and second[1] < first[1]
    assert "dates" not in arguments and "picks_run" not in arguments
    # In the run's own group, the first shown, with the colours that the answer asks for.
    group = QgsProject.instance().layerTreeRoot().findGroup("Answer of similar")
    assert group.parent().name() == read_run(run_folder).title
    nodes = group.findLayers()
    assert [node.name() for node in nodes] == [
        *("Best matches", "Similarity", "Kinds", "Colours"),
        # Where QGIS cannot play bands: the date that has most to show.
        "Difference" if has_range_per_band() else "Difference 2021-06-10",
        *("Shares: radar (g C m⁻² d⁻¹)", "Shares: optical (g C m⁻² d⁻¹)"),
    ]
    assert [node.itemVisibilityChecked() for node in nodes] == [True, True, *[False] * 5]


def test_layers_have_their_ramp_their_classes_and_their_units(explore_panel, wait) -> None:
    opened = explore_panel()
    pick(opened, 10, 10)
    opened.ask()
    wait(lambda: not opened.running)
    layers = {layer.name(): layer for layer in QgsProject.instance().mapLayers().values()}
    ramp = layers["Similarity"].renderer()
    assert isinstance(ramp, QgsSingleBandPseudoColorRenderer)
    assert (ramp.classificationMin(), ramp.classificationMax()) == (0, 1)
    items = ramp.shader().rasterShaderFunction().colorRampItemList()
    assert items[0].color.name() == "#000004" and items[-1].color.name() == "#fcfdbf"
    classes = layers["Kinds"].renderer()
    assert isinstance(classes, QgsPalettedRasterRenderer)
    assert [(int(c.value), c.label, c.color.name()) for c in classes.classes()] == [
        (1, "Meadow", "#33a02c"),
        (2, "Maize", "#e69f00"),
    ]
    shares = layers["Shares: optical (g C m⁻² d⁻¹)"].renderer()
    assert shares.band() == 2
    assert "g C m⁻² d⁻¹" in shares.shader().rasterShaderFunction().legendSettings().maximumLabel()
    played = next(layer for name, layer in layers.items() if name.startswith("Difference"))
    if has_range_per_band():
        assert len(played.temporalProperties().fixedRangePerBand()) == 2
    else:
        assert played.renderer().band() == 2
    assert "A sentence that must be read." in layers["Similarity"].metadata().abstract()
    assert isinstance(layers["Best matches"], QgsVectorLayer) and layers["Best matches"].featureCount() == 1


def test_asking_again_for_the_layers_does_not_double_them(explore_panel, wait) -> None:
    opened = explore_panel()
    pick(opened, 10, 10)
    opened.ask()
    wait(lambda: not opened.running)
    before = len(QgsProject.instance().mapLayers())
    opened.view.add_button.click()
    assert len(QgsProject.instance().mapLayers()) == before == 7
    groups = [g.name() for g in QgsProject.instance().layerTreeRoot().findGroups(True)]
    assert groups.count("Answer of similar") == 1


def test_samples_of_any_projection_and_their_field_are_sent(explore_panel, wait) -> None:
    opened = explore_panel()
    opened.choose_tool("classify")
    x, y = LEFT + 100, TOP - 100
    vector("Point", "EPSG:32632", (f"POINT({x} {y})", {"class": "maize", "height": 2.5}), ("POINT EMPTY", {}))
    field = opened.form.fields["samples"]
    assert field.layers.currentLayer() is not None and field.fields["field"].currentField() == "class"
    opened.form.fields["model"].combo.setCurrentIndex(2)
    opened.ask()
    wait(lambda: not opened.running)
    arguments = sent(opened)
    assert (arguments["field"], arguments["model"], arguments["task"]) == ("class", "forest", "auto")
    (feature,) = arguments["samples"]["features"]
    assert feature["properties"] == {"class": "maize"}
    lon, lat = feature["geometry"]["coordinates"]
    assert 10.4 < lon < 10.5 and 51.0 < lat < 51.1
    assert "block" not in arguments


def test_only_selected_features_are_sent_when_some_are_selected(explore_panel, wait) -> None:
    shapes = [f"POLYGON(({n} 51, {n}.01 51, {n}.01 51.01, {n} 51))" for n in (10, 11)]
    layer = vector("Polygon", "EPSG:4326", *((s, {"class": f"field {n}"}) for n, s in enumerate(shapes)))
    layer.selectByIds([2])
    opened = explore_panel()
    opened.choose_tool("budget")
    field = opened.form.fields["polygons"]
    assert field.only_selected.isChecked()
    field.fields["name_field"].setField("class")
    opened.ask()
    wait(lambda: not opened.running)
    arguments = sent(opened)
    assert [f["properties"] for f in arguments["polygons"]["features"]] == [{"class": "field 1"}]
    assert arguments["name_field"] == "class"


def test_a_big_layer_travels_by_file(explore_panel, wait) -> None:
    points = [(f"POINT({10 + n / 1e5:.5f} 51)", {"class": "a long name of a class " * 3}) for n in range(3000)]
    vector("Point", "EPSG:4326", *points)
    opened = explore_panel()
    opened.choose_tool("classify")
    opened.ask()
    wait(lambda: not opened.running)
    assert sent(opened)["samples"] == "samples.geojson"


def test_what_is_asked_follows_the_other_answers(explore_panel, wait) -> None:
    opened = explore_panel()
    opened.choose_tool("counterfactual")
    fields = opened.form.fields
    assert not fields["donor"].isVisibleTo(opened.form) and fields["amount"].isVisibleTo(opened.form)
    fields["edit"].combo.setCurrentIndex(fields["edit"].combo.findData("cover"))
    assert fields["donor"].isVisibleTo(opened.form)
    box = QgsGeometry.fromRect(QgsRectangle(LEFT + 100, TOP - 300, LEFT + 300, TOP - 100))
    fields["polygon"]._drawn(box)
    opened.ask()
    assert not opened.running, "the donor is missing"
    fields["donor"]._drawn(QgsGeometry.fromRect(QgsRectangle(LEFT + 400, TOP - 300, LEFT + 500, TOP - 100)))
    opened.ask()
    wait(lambda: not opened.running)
    arguments = sent(opened)
    assert arguments["polygon"]["type"] == arguments["donor"]["type"] == "Polygon"
    assert arguments["edit"] == "cover" and arguments["amount"] == 1.0
    fields["edit"].combo.setCurrentIndex(fields["edit"].combo.findData("no-sar"))
    assert "donor" not in opened._arguments() and "amount" not in opened._arguments()


def test_dates_of_the_run_are_offered_and_those_ticked_are_sent(explore_panel, wait) -> None:
    opened = explore_panel()
    opened.choose_tool("change")
    before, after = opened.form.fields["before"].combo, opened.form.fields["after"].combo
    assert [before.itemText(i) for i in range(before.count())] == ["2021-05-01", "2021-06-10"]
    before.setCheckedItems(["2021-05-01"])
    after.setCheckedItems(["2021-06-10"])
    opened.ask()
    wait(lambda: not opened.running)
    arguments = sent(opened)
    assert (arguments["before"], arguments["after"]) == (["2021-05-01"], ["2021-06-10"])
    assert "_by" not in arguments and "before_year" not in arguments


def test_another_run_is_asked_of_its_own_dates(explore_panel, tmp_path: Path, wait) -> None:
    write_small_run(tmp_path / "second")
    info = json.loads((tmp_path / "second/run.json").read_text())
    for product in info["products"]:
        product["dates"] = [day.replace("2021", "2022") for day in product["dates"]]
    (tmp_path / "second/run.json").write_text(json.dumps(info | {"period": ["2022-05-01", "2022-06-14"]}))
    opened = explore_panel()
    opened.choose_tool("change")
    fields = opened.form.fields
    fields["after_run"].take(tmp_path / "second")
    assert [fields["after"].combo.itemText(i) for i in range(2)] == ["2022-05-01", "2022-06-10"]
    assert fields["before"].combo.itemText(0) == "2021-05-01"
    opened.choose_tool("pca")
    opened.form.fields["runs"].take(tmp_path / "second")
    opened.ask()
    wait(lambda: not opened.running)
    assert sent(opened)["runs"] == [str(opened.run.folder), str(tmp_path / "second")]
    with pytest.raises(PluginError, match="not a run folder"):
        opened.form.fields["runs"].take(tmp_path)


def test_a_tower_has_a_file_a_position_and_a_footprint(explore_panel, tmp_path: Path, wait) -> None:
    opened = explore_panel()
    opened.choose_tool("tower")
    fields = opened.form.fields
    fields["file"].file.setFilePath(str(tmp_path / "none.csv"))
    opened.ask()
    assert not opened.running
    (tmp_path / "tower.csv").write_text("TIMESTAMP,GPP_NT_VUT_REF\n")
    fields["file"].file.setFilePath(str(tmp_path / "tower.csv"))
    fields["position"]._clicked(QgsPointXY(LEFT + 55, TOP - 55))
    fields["_footprint"].combo.setCurrentIndex(1)
    fields["radius_m"].box.setValue(150)
    fields["calibrate"].box.setChecked(True)
    opened.ask()
    wait(lambda: not opened.running)
    arguments = sent(opened)
    assert 10.4 < arguments["lon"] < 10.5 and 51 < arguments["lat"] < 51.1
    assert arguments["radius_m"] == 150 and arguments["calibrate"] is True
    assert "footprint" not in arguments and "position" not in arguments
    assert arguments["runs"] == [str(opened.run.folder)]


def test_a_raster_of_the_project_is_compared_by_its_file(explore_panel, run_folder: Path, wait) -> None:
    path = run_folder / "products/quality/quality.tif"
    QgsProject.instance().addMapLayer(QgsRasterLayer(str(path), "mine", "gdal"))
    opened = explore_panel()
    opened.choose_tool("compare")
    fields = opened.form.fields
    fields["_with"].combo.setCurrentIndex(1)
    opened.ask()
    wait(lambda: not opened.running)
    arguments = sent(opened)
    assert arguments["raster"] == str(path) and "points" not in arguments and "_with" not in arguments


# -- ends ------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_and_nothing_is_sent(explore_panel, qgis_iface) -> None:
    opened = explore_panel()
    opened.ask()
    assert not opened.running and not opened._context.session.alive
    assert any("Places to look for is missing." in text for text in warnings(qgis_iface))


def test_an_error_of_the_engine_is_said_in_its_own_words(explore_panel, qgis_iface, wait) -> None:
    opened = explore_panel("fails")
    pick(opened, 1, 1)
    opened.ask()
    wait(lambda: not opened.running)
    assert opened.last_error == "The picks lie outside." and opened.footer.ask_button.isVisible()
    assert any("The picks lie outside. Pick inside the run." in text for text in warnings(qgis_iface))
    assert not opened.view.isVisible()


def test_cancel_ends_without_a_complaint_and_without_layers(explore_panel, qgis_iface, wait) -> None:
    opened = explore_panel("slow")
    pick(opened, 1, 1)
    opened.ask()
    wait(lambda: opened.footer.bar.value() > 0)
    assert "Tile" in opened.footer.stage_label.text()
    opened.footer.cancel_button.click()
    wait(lambda: not opened.running, 5)
    assert not warnings(qgis_iface) and opened.footer.stage_label.text() == "Cancelled."
    assert not QgsProject.instance().mapLayers()


def test_a_question_that_waits_behind_a_run_is_cancelled_without_ending_the_run(explore_panel, wait) -> None:
    opened = explore_panel("slow")
    session = opened._context.session
    session.hello()
    first = session.request("explore", tool="clusters", arguments={"run": str(opened.run.folder)})
    process = session.client().pid
    pick(opened, 1, 1)
    opened.ask()
    assert "Waits" in opened.footer.stage_label.text()
    wait(lambda: len(session.client()._open) == 2)
    opened.cancel()
    wait(lambda: not opened.running, 5)
    QTest.qWait(2600)
    assert session.alive and session.client().pid == process and not first.finished.is_set()
    session.client().cancel(first)
    wait(first.finished.is_set, 5)


def test_a_dead_engine_leaves_the_tab_alive(explore_panel, qgis_iface, wait) -> None:
    import os
    import signal

    opened = explore_panel("slow")
    (opened.run.folder / "explore/other-1.unfinished").mkdir(parents=True)
    pick(opened, 1, 1)
    opened.ask()
    wait(lambda: opened.footer.bar.value() > 0)
    folder = opened.run.folder / "explore"
    (folder / "similar-1.unfinished").mkdir(parents=True)
    (folder / "similar-1.unfinished" / "similarity.tif").write_text("half")
    os.kill(opened._context.session.client().pid, signal.SIGKILL)
    wait(lambda: not opened.running)
    assert [path.name for path in folder.iterdir()] == ["other-1.unfinished"], "what the dead engine left is gone"
    assert any("stopped unexpectedly" in text for text in warnings(qgis_iface))


def test_without_an_engine_the_tab_says_so_and_offers_the_set_up(explore_panel, monkeypatch) -> None:
    opened = explore_panel()
    monkeypatch.setattr(opened._context, "engine_missing", lambda: "The engine is not set up yet.")
    wanted = []
    opened.setup_wanted.connect(lambda: wanted.append(True))
    opened.refresh_engine()
    assert opened.banner.isVisible()
    pick(opened, 1, 1)
    opened.ask()
    assert wanted == [True] and not opened.running


def test_without_a_run_it_says_what_to_do(context) -> None:
    opened = ExplorePanel(context())
    opened.show()
    assert not opened.footer.ask_button.isEnabled() and "No run is in this project" in opened.footer.stage_label.text()
    opened.remove()
    opened.hide()

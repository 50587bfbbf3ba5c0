"""The Explore tab: its answers shown and saved, places on the map, its place in the dock."""

from __future__ import annotations

from pathlib import Path

import pytest
from explore_helpers import pick, vector, warnings
from qgis.core import (
    QgsRectangle,
)
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication
from small_run import LEFT, TOP

from eofusion_plugin.engine.stages import next_percent
from eofusion_plugin.explore.tools import tools
from eofusion_plugin.gui.dock import Dock

# -- the answer ------------------------------------------------------------------------------------


def test_the_answer_has_notes_scores_charts_and_tables_and_is_saved(explore_panel, tmp_path: Path, wait) -> None:
    opened = explore_panel()
    pick(opened, 1, 1)
    opened.ask()
    wait(lambda: not opened.running)
    view = opened.view
    assert view.minimumSizeHint().width() <= 340, "nothing widens the dock"
    assert [plot.chart.kind for plot in view.plots] == ["line", "band", "scatter", "stack", "bar", "matrix"]
    (table,) = view.tables
    assert (table.rowCount(), table.item(3, 0).text(), table.item(3, 1).text()) == (200, "kind 3", "3")
    text = view.csv_text()
    assert "R2,0.74,0.61,0.85," in text and "kind 299,299" in text, "all rows of the file"
    assert "GPP,2021-05-21,5.0,4.0,6.0" in text and "maize,1.0,1.1,," in text
    assert view.save_row.save_csv(tmp_path / "a.csv") and (tmp_path / "a.csv").read_text() == text
    assert view.save_row.save_png(tmp_path / "a.png") and (tmp_path / "a.png").stat().st_size > 20_000
    view.save_row.copy_button.click()
    copied = QApplication.clipboard().mimeData()
    assert copied.hasImage() and "R2\t0.74" in copied.text()


def test_earlier_answers_are_listed_and_shown_again(explore_panel, wait) -> None:
    opened = explore_panel()
    for tool in ("clusters", "similar"):
        opened.choose_tool(tool)
        if tool == "similar":
            pick(opened, 1, 1)
        opened.ask()
        wait(lambda: not opened.running)
    assert opened.earlier.isVisible() and opened.earlier.count() == 3
    assert "Similar places: Answer of similar" in opened.earlier.currentText()
    index = next(i for i in range(3) if "Clusters" in opened.earlier.itemText(i))
    opened.earlier.setCurrentIndex(index)
    opened.earlier.activated.emit(index)
    assert opened.view.title.text() == "Answer of clusters"


# -- the map ---------------------------------------------------------------------------------------


def test_pixels_are_picked_with_the_mouse_and_marked_while_the_tab_is_shown(
    explore_panel, qgis_canvas, qgis_iface
) -> None:
    opened = explore_panel()
    qgis_canvas.resize(400, 400)
    qgis_canvas.window().show()
    qgis_canvas.show()
    QApplication.processEvents()
    qgis_canvas.setExtent(QgsRectangle(LEFT, TOP - 640, LEFT + 640, TOP))
    field = opened.form.fields["picks"]
    field.pick_button.setChecked(True)
    QTest.mouseClick(
        qgis_canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 200)
    )
    assert len(field.shapes) == 1 and field.marks.count() == 1
    point = field.shapes[0].asPoint()
    assert 10.42 < point.x() < 10.45 and 51.07 < point.y() < 51.09
    opened.hide()
    assert field.marks.count() == 0 and not field.pick_button.isChecked()
    opened.show()
    assert field.marks.count() == 1
    opened.choose_tool("clusters")
    assert field.marks.count() == 0
    opened.choose_tool("similar")
    field.clear_button.click()
    assert field.value() is None and field.marks.count() == 0
    qgis_canvas.window().hide()


def test_features_of_a_layer_become_places_and_what_does_not_fit_is_told(explore_panel, qgis_iface) -> None:
    opened = explore_panel()
    opened.choose_tool("sensitivity")
    field = next(f for f in opened.form.fields.values() if hasattr(f, "shapes"))
    layer = vector("Point", "EPSG:4326", ("POINT(10.43 51.08)", {}))
    qgis_iface.setActiveLayer(layer)
    field.take_layer(selected=False)
    assert any("Polygons are needed." in text for text in warnings(qgis_iface))
    twisted = vector("Polygon", "EPSG:3857", ("POLYGON((0 0, 1000 1000, 1000 0, 0 1000, 0 0))", {}))
    qgis_iface.setActiveLayer(twisted)
    field.take_layer(selected=False)
    assert field.value()["type"] == "MultiPolygon", "mended where it crossed itself"
    assert field.value()["coordinates"][0][0][0][0] == pytest.approx(0, abs=0.01)


# -- the dock --------------------------------------------------------------------------------------


def test_the_dock_has_the_tab_and_a_loaded_run_is_chosen_in_it(context, run_folder: Path) -> None:
    dock = Dock(context())
    assert [dock.tabs.tabText(i) for i in range(3)] == ["Run", "Inspect", "Explore"]
    dock.load_run(str(run_folder))
    assert dock.explore_panel.run.folder == run_folder
    dock.resize(360, 800)
    dock.show()
    for tool in tools():
        dock.explore_panel.choose_tool(tool.name)
        QApplication.processEvents()
        assert dock.explore_panel.minimumSizeHint().width() <= 360, tool.name
        inside = dock.explore_panel._scroll.widget()
        assert inside.minimumSizeHint().width() <= 350, tool.name
    dock.remove()
    dock.deleteLater()


def test_each_step_of_a_question_has_the_bar_for_itself_and_a_run_never_goes_back() -> None:
    step = {"stage": "explore", "done": 1, "total": 4}
    assert next_percent(100.0, step, "explore") == 25
    assert next_percent(90.0, {"stage": "encode", "done": 1, "total": 4}, "run") == 90

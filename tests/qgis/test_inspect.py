"""Inspect: the right pixel under the click, pins, polygons, files; with no engine at all."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapMouseEvent
from qgis.PyQt.QtCore import QEvent, QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication
from small_run import LEFT, TOP, gpp_value, ndvi_value, reconstructed_ndvi, temperature_value, write_small_run

from eofusion_plugin.errors import PluginError
from eofusion_plugin.gui.inspect_panel import InspectPanel
from eofusion_plugin.gui.inspect_pins import COLOURS, MOST
from eofusion_plugin.gui.place_words import place_text
from eofusion_plugin.layers.pixel import PixelReader, RunRasters
from eofusion_plugin.layers.region import read_region
from eofusion_plugin.run_folder import read_run

UTM = QgsCoordinateReferenceSystem("EPSG:32632")
ROW, COLUMN = 37, 22


def at(row: float, column: float) -> QgsPointXY:
    """A place inside the pixel, off its centre."""
    return QgsPointXY(LEFT + (column + 0.7) * 10, TOP - (row + 0.2) * 10)


def box(row: int, column: int, last_row: int, last_column: int) -> QgsGeometry:
    """The rectangle of pixels up to (not with) the last row and column."""
    return QgsGeometry.fromRect(
        QgsRectangle(LEFT + column * 10, TOP - last_row * 10, LEFT + last_column * 10, TOP - row * 10)
    )


@pytest.fixture
def reader(run_folder: Path):
    made = PixelReader(read_run(run_folder))
    yield made
    made.close()


@pytest.fixture
def panel(context, run_folder: Path, qgis_canvas):
    made = InspectPanel(context())
    qgis_canvas.resize(600, 600)
    qgis_canvas.window().show()  # a canvas that was never shown has no size
    qgis_canvas.show()
    QApplication.processEvents()
    qgis_canvas.setDestinationCrs(UTM)
    made.choose_run(run_folder)
    yield made
    made.remove()
    qgis_canvas.setRotation(0)
    qgis_canvas.window().hide()


def by_variable(series) -> dict:
    return {one.variable: one for one in series}


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:4326", "EPSG:3857", "EPSG:3035"])
def test_the_pixel_under_the_click_is_read_in_any_map_projection(crs: str, reader) -> None:
    there = QgsCoordinateReferenceSystem(crs)
    point = QgsCoordinateTransform(UTM, there, QgsProject.instance()).transform(at(ROW, COLUMN))
    pixel = reader.read(point, there)
    found = by_variable(pixel.series)
    gpp, temperature = found["gpp"], found["temperature"]
    assert gpp.middle == pytest.approx([gpp_value(ROW, COLUMN, 1), gpp_value(ROW, COLUMN, 2)], abs=1e-5)
    assert gpp.low[0] == pytest.approx(gpp.middle[0] - 0.5, abs=1e-5)
    wanted = [temperature_value(ROW // 16, COLUMN // 16, day) for day in range(len(temperature.dates))]
    assert temperature.middle == pytest.approx(wanted, abs=0.006)
    assert temperature.high[3] == pytest.approx(wanted[3] + 3, abs=0.006)
    assert found["ndvi"].middle[0] == pytest.approx(reconstructed_ndvi(ROW, COLUMN), abs=1e-6)
    assert found["ndvi_observed"].form == "dots"
    assert found["ndvi_observed"].middle[2] == pytest.approx(ndvi_value(ROW, COLUMN, 2), abs=1e-4)
    assert found["vv"].middle[0] == pytest.approx((-1000 + ROW + COLUMN) / 100) and found["vh"].unit == "dB"
    given = {day.isoformat(): v for day, v in zip(found["temperature_given"].dates, found["temperature_given"].middle)}
    assert (given["2021-05-01"], given["2021-05-02"], given["2021-05-03"]) == (7.5, None, 9.25)
    assert (pixel.cell.xMinimum(), pixel.cell.yMaximum()) == (LEFT + COLUMN * 10, TOP - ROW * 10)
    assert (pixel.coarse.xMinimum(), pixel.coarse.yMaximum()) == (LEFT + 160, TOP - 320) and pixel.coarse.width() == 160
    assert 51 < pixel.lat < 51.1 and 10.4 < pixel.lon < 10.5


@pytest.mark.parametrize(
    ("row", "column"), [(0, 0), (0, 63), (63, 0), (63, 63), (15, 15), (15, 16), (16, 15), (16, 16), (31, 48)]
)
@pytest.mark.parametrize("corner", [(0.0, 0.0), (0.0, 0.999), (0.999, 0.0), (0.999, 0.999)])
def test_at_the_edges_of_raster_and_cells_the_outline_holds_the_click_and_its_values(
    row: int, column: int, corner: tuple[float, float], reader
) -> None:
    point = QgsPointXY(LEFT + (column + corner[1]) * 10, TOP - (row + corner[0]) * 10)
    pixel = reader.read(point, UTM)
    found = by_variable(pixel.series)
    assert found["gpp"].middle[1] == pytest.approx(gpp_value(row, column, 2), abs=1e-5)
    assert found["temperature"].middle[0] == pytest.approx(temperature_value(row // 16, column // 16, 0), abs=0.006)
    assert pixel.cell == QgsRectangle(
        LEFT + column * 10, TOP - row * 10 - 10, LEFT + column * 10 + 10, TOP - row * 10
    ) and pixel.cell.contains(point)


@pytest.mark.parametrize("place", [(LEFT - 0.01, TOP - 5), (LEFT + 640, TOP - 5), (LEFT + 5, TOP - 640)])
def test_a_hair_beyond_the_edge_is_outside(place: tuple[float, float], reader) -> None:
    with pytest.raises(PluginError, match="outside the run's area"):
        reader.read(QgsPointXY(*place), UTM)


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:3857", "EPSG:32636"])
@pytest.mark.parametrize("turn", [0, 30, -115])
def test_a_mouse_click_on_a_turned_map_outlines_the_pixel_that_is_there(
    turn: int, crs: str, panel, qgis_canvas
) -> None:
    there = QgsCoordinateReferenceSystem(crs)
    project = QgsCoordinateTransform(UTM, there, QgsProject.instance())
    qgis_canvas.setDestinationCrs(there)
    qgis_canvas.setRotation(turn)
    middle = project.transform(at(32, 32))
    qgis_canvas.setExtent(QgsRectangle(middle.x() - 200, middle.y() - 200, middle.x() + 200, middle.y() + 200))
    panel.pick_button.setChecked(True)
    assert qgis_canvas.mapTool() is panel._pixel_tool
    wanted = project.transform(QgsPointXY(LEFT + 255, TOP - 305))  # the middle of row 30, column 25
    pixel = qgis_canvas.getCoordinateTransform().transform(wanted)
    QTest.mouseClick(
        qgis_canvas.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QPoint(round(pixel.x()), round(pixel.y())),
    )
    (pin,) = panel.pins.all
    assert by_variable(pin.series)["gpp"].middle[1] == pytest.approx(gpp_value(30, 25, 2), abs=1e-5)
    fine = panel._marks.geometries()[-1]
    assert fine.contains(QgsGeometry.fromPointXY(wanted))
    fine.transform(QgsCoordinateTransform(there, UTM, QgsProject.instance()))
    outline = fine.boundingBox()
    assert outline.xMinimum() == pytest.approx(LEFT + 250, abs=0.01)
    assert outline.yMaximum() == pytest.approx(TOP - 300, abs=0.01) and outline.width() == pytest.approx(10, abs=0.01)


def test_the_outline_stays_right_when_the_map_changes_its_projection(panel, qgis_canvas) -> None:
    panel.inspect(at(ROW, COLUMN))
    qgis_canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    outline = panel._marks.geometries()[-1].boundingBox()
    assert 10.4 < outline.xMinimum() < 10.5 and outline.width() < 0.001


def test_nodata_is_a_gap_not_a_value(reader) -> None:
    found = by_variable(reader.read(at(0, 0), UTM).series)
    assert found["gpp"].middle[0] is None and found["gpp"].middle[1] is not None
    assert found["ndvi_observed"].middle[1] is None, "a cloud"


def test_a_click_needs_less_than_the_300_ms_of_the_design(panel) -> None:
    """Of a finished run whose files were opened when it was chosen: processor time of the best of three clicks, for
    other work of this process and this machine may come between."""
    panel.inspect(at(1, 1))
    needed = []
    for place in (at(ROW, COLUMN), at(2, 2), at(ROW, COLUMN + 1)):
        start = time.process_time()
        panel.inspect(place)
        needed.append(time.process_time() - start)
    assert min(needed) < 0.3


def test_a_click_fills_the_plots_and_the_files(panel, tmp_path: Path) -> None:
    panel._clicked(at(ROW, COLUMN))
    assert [plot.chart.key for plot in panel.charts.shown] == ["gpp", "temperature", "ndvi", "backscatter"]
    assert panel.place.text().endswith("E") and panel.save_row.isEnabled()
    lines = panel.csv_text().splitlines()
    assert lines[0] == "lon,lat,date,variable,statistic,value,unit,place"
    assert len(lines) == 1 + 2 * 3 + 45 * 3 + 2 + 2 + 3 + 2 * 2
    assert panel.save_row.save_csv(tmp_path / "a.csv") and (tmp_path / "a.csv").read_text() == panel.csv_text()
    assert panel.save_row.save_png(tmp_path / "a.png") and (tmp_path / "a.png").stat().st_size > 5000
    panel.save_row.copy_button.click()
    copied = QApplication.clipboard().mimeData()
    assert copied.text() == panel.csv_text().replace(",", "\t") and copied.hasImage()
    assert not panel._context.session.alive, "inspecting needs no engine"


def test_a_click_beside_the_area_is_told_and_keeps_what_there_was(panel) -> None:
    panel._clicked(at(ROW, COLUMN))
    panel._clicked(QgsPointXY(0, 0))
    assert "outside" in panel.place.text() and len(panel.pins.all) == 1


def test_a_file_that_cannot_be_written_is_told(panel, qgis_iface, tmp_path: Path) -> None:
    panel._clicked(at(ROW, COLUMN))
    assert not panel.save_row.save_csv(tmp_path / "none" / "a.csv")
    assert any("could not be written" in t for t in qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Warning))


def test_pins_come_with_ctrl_move_with_a_click_and_go(panel) -> None:
    panel._clicked(at(1, 1))
    panel._clicked(at(2, 2), True)
    assert [pin.colour for pin in panel.pins.all] == list(COLOURS[:2])
    panel._clicked(at(3, 3))
    assert len(panel.pins.all) == 2, "a plain click moves the chosen pin"
    assert {curve.pin for curve in panel.charts.plots["gpp"].curves} == {"1", "2"}
    panel.bar.chips[0].click()
    panel._clicked(at(4, 4))
    first, second = (by_variable(pin.series)["gpp"].middle[1] for pin in panel.pins.all)
    assert (first, second) == (pytest.approx(gpp_value(4, 4, 2)), pytest.approx(gpp_value(3, 3, 2)))
    panel.bar.add_button.click()
    panel._clicked(at(5, 5))
    assert len(panel.pins.all) == 3 and not panel.bar.add_button.isChecked()
    panel.bar.chips[1].click()
    panel.bar.remove_button.click()
    assert [pin.number for pin in panel.pins.all] == [1, 3]
    for n in range(MOST + 2):
        panel._clicked(at(10 + n, 1), True)
    assert len(panel.pins.all) == MOST and len({pin.colour for pin in panel.pins.all}) == MOST
    assert len({line.rsplit(",", 1)[1] for line in panel.csv_text().splitlines()[1:]}) == MOST
    panel.bar.clear_button.click()
    assert not panel.pins.all and not panel._marks.geometries() and not panel.save_row.isEnabled()


def test_shift_follows_the_mouse_with_one_pin(panel, qgis_canvas, wait) -> None:
    qgis_canvas.setExtent(QgsRectangle(LEFT, TOP - 640, LEFT + 640, TOP))
    panel.pick_button.setChecked(True)
    transform = qgis_canvas.getCoordinateTransform()

    def move(row: int, column: int, shift: bool) -> None:
        spot = transform.transform(at(row, column))
        keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        where = QPoint(round(spot.x()), round(spot.y()))
        event = QgsMapMouseEvent(
            qgis_canvas, QEvent.Type.MouseMove, where, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, keys
        )
        panel._pixel_tool.canvasMoveEvent(event)

    move(20, 20, shift=False)
    QApplication.processEvents()
    assert not panel.pins.all
    for row in (20, 30, 40):
        move(row, 20, shift=True)
    wait(lambda: bool(panel.pins.all))
    (pin,) = panel.pins.all
    assert by_variable(pin.series)["gpp"].middle[1] == pytest.approx(gpp_value(40, 20, 2), abs=1e-4)


def test_a_polygon_has_the_mean_and_the_spread_of_its_pixels(run_folder: Path) -> None:
    region = read_region(RunRasters(read_run(run_folder)), box(0, 0, 10, 20), UTM)
    gpp = by_variable(region.series)["gpp"]
    values = [gpp_value(row, column, 2) for row in range(10) for column in range(20)]
    assert region.pixels == 200 and gpp.statistic == "mean_of_pixels"
    assert gpp.middle[1] == pytest.approx(sum(values) / 200, abs=1e-4)
    ordered = sorted(values)
    assert ordered[15] < gpp.low[1] < ordered[25] and ordered[175] < gpp.high[1] < ordered[185]
    more = dict(gpp.more)
    assert more["pixels"] == (199, 200), "one pixel is nodata on the first date"
    assert more["sd_of_pixels"][1] == pytest.approx((sum((v - sum(values) / 200) ** 2 for v in values) / 200) ** 0.5)


def test_a_polygon_narrower_than_a_pixel_takes_what_it_touches(run_folder: Path) -> None:
    thin = QgsGeometry.fromRect(QgsRectangle(LEFT + 101, TOP - 204, LEFT + 103, TOP - 202))
    region = read_region(RunRasters(read_run(run_folder)), thin, UTM)
    assert by_variable(region.series)["gpp"].middle[1] == pytest.approx(gpp_value(20, 10, 2), abs=1e-5)


@pytest.mark.parametrize(
    ("shape", "words"),
    [(box(-50, -50, -20, -20), "Nothing of this run"), (QgsGeometry.fromWkt("POLYGON((0 0, 1 1, 0 0))"), "no area")],
)
def test_polygons_that_hold_nothing_are_told(shape: QgsGeometry, words: str, run_folder: Path) -> None:
    with pytest.raises(PluginError, match=words):
        read_region(RunRasters(read_run(run_folder)), shape, UTM)


def test_a_polygon_is_drawn_with_the_mouse(panel, qgis_canvas, wait) -> None:
    qgis_canvas.setExtent(QgsRectangle(LEFT, TOP - 640, LEFT + 640, TOP))
    panel.draw_button.setChecked(True)
    transform = qgis_canvas.getCoordinateTransform()

    def click(row: int, column: int, button=Qt.MouseButton.LeftButton) -> None:
        spot = transform.transform(QgsPointXY(LEFT + column * 10, TOP - row * 10))
        where = QPoint(round(spot.x()), round(spot.y()))
        QTest.mouseClick(qgis_canvas.viewport(), button, Qt.KeyboardModifier.NoModifier, where)

    for corner in ((10, 10), (10, 30), (30, 30), (50, 50)):
        click(*corner)
    QTest.keyClick(qgis_canvas, Qt.Key.Key_Backspace)
    click(30, 10)
    click(30, 10, Qt.MouseButton.RightButton)
    wait(lambda: bool(panel.pins.all))
    (pin,) = panel.pins.all
    assert pin.is_region and 360 <= pin.pixels <= 440
    assert by_variable(pin.series)["gpp"].middle[1] == pytest.approx(gpp_value(19.5, 19.5, 2), abs=0.1)
    assert "sd_of_pixels" in panel.csv_text()


def test_selected_features_become_regions_with_their_names(panel, qgis_iface, wait) -> None:
    layer = QgsVectorLayer("Polygon?crs=EPSG:32632&field=name:string", "fields", "memory")
    for n in range(3):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(box(n * 10, 0, n * 10 + 5, 5))
        feature["name"] = f"field {n}"
        layer.dataProvider().addFeature(feature)
    layer.setDisplayExpression("name")
    QgsProject.instance().addMapLayer(layer)
    qgis_iface.setActiveLayer(layer)
    panel.use_selected()
    assert "Select polygons" in panel.place.text()
    layer.select([1, 3])
    panel.use_selected()
    wait(lambda: len(panel.pins.all) == 2)
    assert [pin.name for pin in panel.pins.all] == ["field 0", "field 2"]
    panel._clicked(at(1, 1))
    assert len(panel.pins.all) == 3, "a click does not move a region"


def test_during_a_run_it_shows_what_there_is_and_more_by_and_by(context, run_folder: Path, qgis_canvas, wait) -> None:
    info = json.loads((run_folder / "run.json").read_text())
    everything = info["products"]
    info |= {"state": "running", "products": []}
    (run_folder / "run.json").write_text(json.dumps(info))
    qgis_canvas.setDestinationCrs(UTM)
    panel = InspectPanel(context())
    panel.choose_run(run_folder)
    panel.inspect(at(ROW, COLUMN))
    assert "no product over time to show yet" in panel.place.text()
    info["products"] = [p for p in everything if p["kind"] == "temperature"]
    (run_folder / "run.json").write_text(json.dumps(info))
    panel.inspect(at(ROW, COLUMN))
    assert [plot.chart.key for plot in panel.charts.shown] == ["temperature"]
    info |= {"state": "done", "products": everything}
    (run_folder / "run.json").write_text(json.dumps(info))
    wait(lambda: len(panel.charts.shown) == 4)
    panel.remove()


def test_a_run_that_goes_on_is_offered_and_a_new_project_forgets_it(panel, run_folder: Path, tmp_path, wait) -> None:
    write_small_run(tmp_path / "second")
    panel._clicked(at(ROW, COLUMN))
    panel.offer_run(str(tmp_path / "second"))
    assert panel.runs.folders() == [str(run_folder), str(tmp_path / "second")]
    assert panel.run.folder == run_folder and len(panel.pins.all) == 1
    QgsProject.instance().clear()
    wait(lambda: panel.runs.folders() == [])


def test_a_map_is_exported_from_here_too(panel, qgis_iface, run_folder: Path) -> None:
    panel.runs.export_button.click()
    assert panel.export_dialog.job().product.path.name == "gpp_p50.tif"
    layer = QgsRasterLayer(str(run_folder / "products/quality/quality.tif"), "q", "gdal")
    QgsProject.instance().addMapLayer(layer)
    qgis_iface.setActiveLayer(layer)
    panel.runs.export_button.click()
    assert panel.export_dialog.job().product.kind == "quality"


def test_runs_come_and_go_with_their_layers(context, run_folder: Path, wait) -> None:
    from eofusion_plugin.layers.group import add_run

    panel = InspectPanel(context())
    assert panel.runs.folders() == [] and not panel.pick_button.isEnabled()
    add_run(read_run(run_folder))
    wait(lambda: panel.runs.folders() == [str(run_folder)])
    assert panel.pick_button.isEnabled()
    QgsProject.instance().clear()
    wait(lambda: panel.runs.folders() == [])
    panel.remove()


def test_places_are_written_for_both_halves_of_the_world() -> None:
    assert place_text(51.1, 10.4) == "51.10000° N, 10.40000° E"
    assert place_text(-3.5, -60.0) == "3.50000° S, 60.00000° W"

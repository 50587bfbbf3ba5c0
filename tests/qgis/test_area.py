"""The run's area from the map and from layers, whatever their CRS; and the usual periods."""

from __future__ import annotations

from datetime import date

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsPointXY, QgsProject, QgsVectorLayer
from qgis.gui import QgsMapMouseEvent, QgsMapToolPan
from qgis.PyQt.QtCore import QEvent, QPoint, Qt
from qgis.PyQt.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from eofusion_plugin.errors import PluginError
from eofusion_plugin.gui.area_geometry import area_km2, from_geojson, of_layer, to_geojson
from eofusion_plugin.gui.area_row import AreaRow
from eofusion_plugin.gui.period_row import PeriodRow
from eofusion_plugin.periods import usual_periods

#: A square kilometre with a hole of a quarter of it, and another part of a square kilometre.
WITH_HOLE = (
    "MultiPolygon (((600000 5660000, 601000 5660000, 601000 5661000, 600000 5661000, 600000 5660000),"
    "(600250 5660250, 600250 5660750, 600750 5660750, 600750 5660250, 600250 5660250)),"
    "((603000 5660000, 604000 5660000, 604000 5661000, 603000 5661000, 603000 5660000)))"
)
SQUARE = "Polygon ((605000 5660000, 606000 5660000, 606000 5661000, 605000 5661000, 605000 5660000))"
BOW_TIE = "Polygon ((0 0, 1000 1000, 1000 0, 0 1000, 0 0))"


def layer_of(*shapes: str, crs: str = "EPSG:32632") -> QgsVectorLayer:
    layer = QgsVectorLayer(f"MultiPolygon?crs={crs}", "Parcels", "memory")
    features = []
    for shape in shapes:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromWkt(shape))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    QgsProject.instance().addMapLayer(layer)
    return layer


@pytest.fixture
def row(context, qgis_iface, monkeypatch):
    made = AreaRow(context())
    chosen = {}
    monkeypatch.setattr(qgis_iface, "activeLayer", lambda: chosen.get("layer"))
    made.choose = lambda layer: chosen.update(layer=layer)
    yield made
    made.remove()


def test_selected_features_keep_their_holes_and_parts(row) -> None:
    layer = layer_of(WITH_HOLE, SQUARE)
    row.choose(layer)
    layer.selectByIds([1])
    row.selected_action.trigger()
    area = row.geojson
    assert area["type"] == "MultiPolygon" and sorted(len(part) for part in area["coordinates"]) == [1, 2]
    assert area_km2(from_geojson(area)) == pytest.approx(1.75, abs=0.01)
    assert row.label.text().startswith("Parcels, one polygon")
    assert row.latitude == pytest.approx(51.08, abs=0.05)
    row.layer_action.trigger()
    assert area_km2(from_geojson(row.geojson)) == pytest.approx(2.75, abs=0.01)
    assert "2 polygons" in row.label.text()


def test_an_area_survives_being_written_and_read(row) -> None:
    geometry, _ = of_layer(layer_of(WITH_HOLE), selected=False)
    row.set_geojson(to_geojson(geometry))
    assert area_km2(from_geojson(row.geojson)) == pytest.approx(area_km2(geometry), rel=1e-6)


def test_a_layer_without_a_selection_says_what_to_do() -> None:
    with pytest.raises(PluginError, match="No polygon is selected in Parcels"):
        of_layer(layer_of(SQUARE), selected=True)
    with pytest.raises(PluginError, match="No layer is chosen"):
        of_layer(None, selected=True)


def test_a_layer_of_points_gives_its_extent() -> None:
    layer = QgsVectorLayer("Point?crs=EPSG:4326", "Towers", "memory")
    for x, y in ((10.0, 51.0), (10.2, 51.1)):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
        layer.dataProvider().addFeatures([feature])
    layer.updateExtents()
    geometry, words = of_layer(layer, selected=False)
    assert words == "Extent of Towers" and geometry.boundingBox().width() == pytest.approx(0.2)


def test_a_crossing_polygon_is_mended() -> None:
    geometry, _ = of_layer(layer_of(BOW_TIE, crs="EPSG:3857"), selected=False)
    assert geometry.isGeosValid() and not geometry.isEmpty()


def test_a_polygon_is_clicked_on_the_map(row, qgis_canvas) -> None:
    qgis_canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:32632"))
    row.polygon_button.setChecked(True)
    tool = qgis_canvas.mapTool()
    drawn = []
    tool.drawn.connect(drawn.append)

    def click(x: int, y: int, button) -> None:
        event = QgsMapMouseEvent(
            qgis_canvas, QEvent.Type.MouseButtonRelease, QPoint(x, y), button, button, Qt.KeyboardModifier.NoModifier
        )
        tool.canvasReleaseEvent(event)

    for x, y in ((10, 10), (60, 10), (60, 60)):
        click(x, y, Qt.MouseButton.LeftButton)
    click(60, 60, Qt.MouseButton.RightButton)
    assert len(drawn) == 1 and len(drawn[0].asPolygon()[0]) == 4
    assert not row.polygon_button.isChecked() and qgis_canvas.mapTool() is not tool


def test_usual_periods_follow_the_hemisphere() -> None:
    today = date(2026, 7, 15)
    assert usual_periods(today, 51.0)[0] == ("growing", date(2025, 4, 1), date(2025, 9, 30))
    assert usual_periods(today, -35.0)[0] == ("growing", date(2025, 10, 1), date(2026, 3, 31))
    assert [name for name, _, _ in usual_periods(today, 5.0)] == ["year", "year", "recent"]
    assert usual_periods(date(2026, 11, 1), 51.0)[0][1] == date(2026, 4, 1)


def test_a_usual_period_fills_both_dates_in_with_one_signal() -> None:
    row = PeriodRow(lambda: 51.0)
    told = []
    row.changed.connect(lambda: told.append(1))
    row.usual_menu.aboutToShow.emit()
    year = next(action for action in row.usual_menu.actions() if action.text().startswith("Year"))
    year.trigger()
    assert (row.first.month, row.first.day, row.last.month, row.last.day) == (1, 1, 12, 31) and told == [1]


def test_putting_the_second_tool_away_gives_the_map_its_own_tool_back(context, qgis_canvas) -> None:
    own = QgsMapToolPan(qgis_canvas)
    qgis_canvas.setMapTool(own)
    row = AreaRow(context())
    row.draw_button.click()
    row.polygon_button.click()
    assert row.polygon_button.isChecked() and not row.draw_button.isChecked()
    row.polygon_button.click()
    assert qgis_canvas.mapTool() is own
    row.remove()


def test_drawing_brings_the_map_up_from_behind_the_welcome_page(context, qgis_canvas) -> None:
    made, stack, page = context(), QStackedWidget(), QWidget()
    parent = qgis_canvas.parentWidget()
    QVBoxLayout(page).addWidget(qgis_canvas)
    stack.addWidget(QLabel("Recent projects"))
    stack.addWidget(page)
    row = AreaRow(made)
    try:
        row.draw_button.click()
        assert stack.currentWidget() is page
    finally:
        row.remove()
        qgis_canvas.setParent(parent)

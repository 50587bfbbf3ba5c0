"""Inspect: the right pixel under the click, with no engine at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QSize
from small_run import LEFT, TOP, gpp_value, temperature_value

from eofusion_plugin.errors import PluginError
from eofusion_plugin.gui.dock import Dock
from eofusion_plugin.gui.inspect_panel import place_text
from eofusion_plugin.gui.plot import SeriesPlot
from eofusion_plugin.layers.pixel import PixelReader
from eofusion_plugin.run_folder import read_run
from eofusion_plugin.series import Series

UTM = QgsCoordinateReferenceSystem("EPSG:32632")
ROW, COLUMN = 37, 22


def at(row: float, column: float) -> QgsPointXY:
    """A place inside the pixel, off its centre."""
    return QgsPointXY(LEFT + (column + 0.7) * 10, TOP - (row + 0.2) * 10)


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:4326", "EPSG:3857", "EPSG:3035"])
def test_the_pixel_under_the_click_is_read_in_any_map_projection(crs: str, run_folder: Path) -> None:
    there = QgsCoordinateReferenceSystem(crs)
    point = QgsCoordinateTransform(UTM, there, QgsProject.instance()).transform(at(ROW, COLUMN))
    pixel = PixelReader(read_run(run_folder)).read(point, there)
    gpp, temperature = pixel.series
    assert gpp.middle == pytest.approx([gpp_value(ROW, COLUMN, 1), gpp_value(ROW, COLUMN, 2)], abs=1e-5)
    assert gpp.low[0] == pytest.approx(gpp.middle[0] - 0.5, abs=1e-5)
    cell_row, cell_column = ROW // 16, COLUMN // 16
    wanted = [temperature_value(cell_row, cell_column, day) for day in range(len(temperature.dates))]
    assert temperature.middle == pytest.approx(wanted, abs=0.006)
    assert temperature.high[3] == pytest.approx(wanted[3] + 3, abs=0.006)
    assert (pixel.cell.xMinimum(), pixel.cell.yMaximum()) == (LEFT + COLUMN * 10, TOP - ROW * 10)
    assert 51 < pixel.lat < 51.1 and 10.4 < pixel.lon < 10.5


def test_nodata_is_a_gap_not_a_value(run_folder: Path) -> None:
    gpp = PixelReader(read_run(run_folder)).read(at(0, 0), UTM).series[0]
    assert gpp.middle[0] is None and gpp.middle[1] is not None


def test_a_click_beside_the_area_is_told(run_folder: Path) -> None:
    with pytest.raises(PluginError, match="outside the run's area"):
        PixelReader(read_run(run_folder)).read(QgsPointXY(LEFT - 50, TOP), UTM)


def test_a_click_fills_both_plots_and_the_files(context, run_folder: Path, qgis_canvas, tmp_path: Path) -> None:
    opened = Dock(context())
    opened.load_run(str(run_folder))
    qgis_canvas.setDestinationCrs(UTM)
    panel = opened.inspect_panel
    panel._clicked(at(ROW, COLUMN))
    assert {plot.series.variable for plot in panel.plots.values()} == {"gpp", "temperature"}
    assert panel.place.text().endswith("E") and panel.csv_button.isEnabled()
    lines = panel.csv_text().splitlines()
    assert lines[0] == "lon,lat,date,variable,statistic,value,unit" and len(lines) == 1 + 2 * 3 + 45 * 3
    assert panel.picture().save(str(tmp_path / "pixel.png"))
    panel._clicked(QgsPointXY(0, 0))
    assert "outside" in panel.place.text() and not panel.csv_button.isEnabled()
    assert not opened._context.session.alive, "inspecting needs no engine"
    opened.remove()


def test_runs_come_and_go_with_their_layers(context, run_folder: Path, wait) -> None:
    opened = Dock(context())
    assert opened.inspect_panel.runs.count() == 0 and not opened.inspect_panel.pick_button.isEnabled()
    opened.load_run(str(run_folder))
    wait(lambda: opened.inspect_panel.runs.count() == 1)
    QgsProject.instance().clear()
    wait(lambda: opened.inspect_panel.runs.count() == 0)
    opened.remove()


def test_a_folder_that_is_no_run_is_told(context, tmp_path: Path, qgis_iface) -> None:
    from qgis.core import Qgis

    opened = Dock(context())
    assert opened.load_run(str(tmp_path)) is None
    assert any("not a run folder" in m for m in qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Warning))
    opened.remove()


def different(image) -> set[int]:
    return {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_plot_draws_band_line_and_axes(scale: float) -> None:
    days = tuple(date(2021, 5, day) for day in range(1, 29))
    middle = tuple(float(day % 7) for day in range(28))
    plot = SeriesPlot()
    series = Series(
        "GPP", "gpp", "g C m-2 d-1", days, middle, tuple(v - 1 for v in middle), tuple(v + 1 for v in middle)
    )
    plot.show_series(series)
    image = plot.image(QSize(340, 190), scale)
    assert (image.width(), image.height()) == (round(340 * scale), round(190 * scale))
    assert len(different(image)) > 20
    plot.show_day(date(2021, 5, 9))
    assert different(plot.image(QSize(340, 190), scale)) != different(image)


def test_a_plot_without_values_says_so() -> None:
    plot = SeriesPlot()
    plot.show_series(None, empty="Nothing is known of this pixel.")
    assert len(different(plot.image(QSize(340, 190)))) > 3


def test_one_value_and_gaps_do_no_harm() -> None:
    plot = SeriesPlot()
    plot.show_series(Series("GPP", "gpp", "1", (date(2021, 5, 1),), (3.0,)))
    assert len(different(plot.image(QSize(340, 190)))) > 3
    days = tuple(date(2021, 5, day) for day in range(1, 6))
    plot.show_series(Series("T", "temperature", "degC", days, (None, 1.0, None, -2.0, None)))
    assert len(different(plot.image(QSize(340, 190)))) > 3


def test_places_are_written_for_both_halves_of_the_world() -> None:
    assert place_text(51.1, 10.4) == "51.10000° N, 10.40000° E"
    assert place_text(-3.5, -60.0) == "3.50000° S, 60.00000° W"

"""Charts of answers: their scales, what is drawn, and what is told under the mouse."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF
from qgis.PyQt.QtTest import QTest
from small_answer import charts, write_small_answer

from eofusion_plugin.errors import PluginError
from eofusion_plugin.explore.answer import DataChart, DataSeries, answers_of, read_answer
from eofusion_plugin.gui.explore_paint import thinned
from eofusion_plugin.gui.explore_plot import DataPlot
from eofusion_plugin.gui.explore_scale import (
    kind_of,
    nearest_index,
    positions,
    stacked,
    unit_of,
    with_units,
    x_scale,
    y_scale,
)


def chart(kind: str, x: tuple, *series: DataSeries) -> DataChart:
    return DataChart(kind, "Title", "x", "unit", x, series)


@pytest.fixture
def answer(tmp_path: Path, qgis_app):
    write_small_answer(tmp_path / "a", "similar", {}, [str(tmp_path)])
    return read_answer(tmp_path / "a")


def plot_of(made: DataChart, width: int = 340) -> DataPlot:
    plot = DataPlot(made)
    plot.resize(width, plot.minimumHeight())
    return plot


def colours(image) -> set[int]:
    return {image.pixel(x, y) & 0xFFFFFF for x in range(0, image.width()) for y in range(0, image.height(), 2)}


@pytest.mark.parametrize(
    ("values", "kind"),
    [((1, 2.5), "number"), (("2021-05-01", None), "date"), (("B02", "B03"), "name"), (("1", "a"), "name")],
)
def test_what_stands_along_x_is_told_by_its_values(values: tuple, kind: str) -> None:
    assert kind_of(values) == kind
    expected = {"number": [1.0, 2.5], "date": [float(date(2021, 5, 1).toordinal()), None], "name": [0.0, 1.0]}
    assert positions(values) == expected[kind]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("GPP (g C m-2 d-1)", "GPP (g C m⁻² d⁻¹)"),
        ("2021-11-02 to 2022-01-01", "2021-11-02 to 2022-01-01"),
        ("t C ha-1", "t C ha⁻¹"),
        ("Sentinel-1, Sentinel-2", "Sentinel-1, Sentinel-2"),
        ("NDVI [1]", "NDVI"),
    ],
)
def test_units_are_printed_and_nothing_else_is_changed(text: str, printed: str) -> None:
    assert with_units(text) == printed


def test_names_that_have_no_room_are_thinned_out(qgis_app) -> None:
    metrics = QFontMetricsF(QFont())
    assert thinned(("B02", "B03"), 300, metrics)[0] == 1
    days = tuple(f"2021-05-{day:02d}" for day in range(1, 31))
    every, room = thinned(days, 300, metrics)
    assert every * 10 >= metrics.horizontalAdvance(days[0]) > 20 and room > metrics.horizontalAdvance(days[0])
    assert (unit_of("Air temperature (°C)"), unit_of("NDVI")) == ("°C", "NDVI")


def test_stacks_are_sums_from_below_with_gaps_as_nothing() -> None:
    tops = stacked([DataSeries("a", (1.0, None, 3.0)), DataSeries("b", (2.0, 2.0, None))])
    assert tops == [[1.0, 0.0, 3.0], [3.0, 2.0, 3.0]]
    scale = y_scale(chart("stack", (1, 2, 3), DataSeries("a", (1.0, 2.0, 3.0)), DataSeries("b", (2.0, 2.0, 2.0))))
    assert scale.low == 0 and scale.high == pytest.approx(5 * 1.06)


def test_bars_stand_on_zero_and_lines_do_not() -> None:
    series = DataSeries("a", (10.0, 12.0))
    assert y_scale(chart("bar", ("a", "b"), series)).low == 0
    assert y_scale(chart("line", (1, 2), series)).low > 9
    assert y_scale(chart("line", (1, 2), DataSeries("a", (None, None)))) is None
    assert nearest_index(chart("bar", ("a", "b"), series), 0.6) == 1
    assert x_scale(chart("bar", (3, 4), series)).names == ("3", "4")


@pytest.mark.parametrize("index", range(6))
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_every_kind_is_drawn_in_the_colours_of_its_series(index: int, scale: float, answer) -> None:
    made = answer.charts[index]
    assert [one.kind for one in answer.charts] == [one["kind"] for one in charts()]
    plot = plot_of(made)
    image = plot.image(340, scale)
    assert image.width() == round(340 * scale) and image.height() >= round(150 * scale)
    found = colours(image)
    blues = [pixel for pixel in found if QColor(pixel).blue() > QColor(pixel).red() + 60]
    assert blues, "the first series, or the matrix, is blue"
    if len(made.series) > 1 and made.kind not in ("matrix",):
        assert any(QColor(p).red() > QColor(p).blue() + 100 for p in found), "the second is vermilion"


def test_an_empty_chart_says_so_and_draws_no_axis(qgis_app) -> None:
    plot = plot_of(chart("line", (1, 2), DataSeries("a", (None, None))))
    assert len(colours(plot.image(340, 1.0))) > 1
    QTest.mouseMove(plot, QPoint(100, 80))
    assert plot.accessibleDescription() == ""


def test_values_are_told_under_the_mouse_and_with_arrow_keys(answer) -> None:
    plot = plot_of(answer.charts[1])
    plot.show()
    QTest.mouseMove(plot, QPoint(plot.width() // 2, plot.height() // 2))
    QTest.qWait(20)
    if not plot.accessibleDescription():  # no cursor without a screen
        QTest.keyClick(plot, Qt.Key.Key_Right)
        QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.accessibleDescription() == "2021-05-21, 5 (4 to 6)"
    QTest.keyClick(plot, Qt.Key.Key_Right)
    plot.hide()


def test_a_cell_of_a_matrix_is_told(answer) -> None:
    from eofusion_plugin.gui.explore_paint import Hover

    plot = plot_of(answer.charts[5])
    told = set()
    for x in range(0, plot.width(), 10):
        for y in range(0, plot.height(), 10):
            plot._show(Hover(x, y))
            told.add(plot.accessibleDescription())
    assert told == {"", *(f"{row} → {column}: {n}" for row, column, n in CELLS)}


CELLS = (("Meadow", "Meadow", 9), ("Meadow", "Maize", 1), ("Maize", "Meadow", 2), ("Maize", "Maize", 18))


def test_many_series_get_more_rows_of_legend_and_a_higher_plot(qgis_app) -> None:
    few = DataPlot(chart("line", (1, 2), DataSeries("a", (1.0, 2.0)), DataSeries("b", (1.0, 2.0))))
    many = DataPlot(chart("line", (1, 2), *(DataSeries(f"cluster {n}", (1.0, 2.0)) for n in range(12))))
    assert many.minimumHeight() > few.minimumHeight() + 20
    tall = many.minimumHeight()
    many.resize(900, tall)
    many.show()
    assert many.minimumHeight() < tall
    many.hide()


def test_answers_that_are_damaged_or_reach_outside_are_refused(tmp_path: Path, answer) -> None:
    with pytest.raises(PluginError, match="holds no answer"):
        read_answer(tmp_path / "none")
    path = answer.folder / "explore.json"
    good = path.read_text()
    path.write_text(good.replace('"similarity.tif"', '"../../etc/passwd"'))
    with pytest.raises(PluginError, match="damaged"):
        read_answer(answer.folder)
    path.write_text(good.replace('"format": 1', '"format": 9'))
    with pytest.raises(PluginError, match="format 9"):
        read_answer(answer.folder)


def test_a_run_s_answers_are_listed_newest_first(tmp_path: Path, qgis_app) -> None:
    run = tmp_path / "run"
    for number, name in enumerate(("similar-1", "pca-1", "broken-1")):
        folder = run / "explore" / name
        write_small_answer(folder, name.split("-")[0], {}, [str(run)])
        text = (folder / "explore.json").read_text().replace("2021-10-01", f"2021-10-0{number + 1}")
        (folder / "explore.json").write_text(text if number < 2 else "{")
    assert [answer.folder.name for answer in answers_of(run)] == ["pca-1", "similar-1"]
    assert answers_of(tmp_path / "nothing") == []

"""The plot: what is drawn, zoom and values by mouse and keyboard."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from qgis.PyQt.QtGui import QMouseEvent, QWheelEvent
from qgis.PyQt.QtTest import QTest

from eofusion_plugin.gui.inspect_charts import Charts
from eofusion_plugin.gui.inspect_pins import Pin
from eofusion_plugin.gui.plot import SeriesPlot
from eofusion_plugin.gui.plot_curves import Curve, charts, curves_of, form_words, shown_day, value_words
from eofusion_plugin.gui.view_span import ViewSpan
from eofusion_plugin.series import Series

GPP, TEMPERATURE, NDVI, RADAR = charts()
FIRST, LAST = date(2021, 4, 1), date(2021, 9, 30)
DAYS = tuple(FIRST + timedelta(days=10 * n) for n in range(18))


def gpp(shift: float = 0.0, days: tuple[date, ...] = DAYS) -> Series:
    middle = tuple(5 + shift + n % 4 for n in range(len(days)))
    low, high = tuple(v - 1 for v in middle), tuple(v + 1 for v in middle)
    return Series("GPP", "gpp", "g C m-2 d-1", days, middle, low, high, "p50")


def plot_of(*curves: Curve, chart=GPP) -> SeriesPlot:
    plot = SeriesPlot(chart)
    plot.resize(340, 190)
    plot.show_curves(curves, (FIRST, LAST))
    return plot


def different(image) -> set[int]:
    return {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def wheel(plot: SeriesPlot, x: int, steps: int) -> None:
    where = QPointF(x, 90)
    event = QWheelEvent(
        *(where, where, QPoint(0, 0), QPoint(0, 120 * steps)),
        *(Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False),
    )
    plot.wheelEvent(event)


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_it_draws_band_line_and_axes_crisp_at_every_scale(scale: float) -> None:
    plot = plot_of(Curve(gpp(), "#d55e00"))
    image = plot.image(QSize(340, 190), scale)
    assert (image.width(), image.height()) == (round(340 * scale), round(190 * scale))
    assert len(different(image)) > 20
    assert any(pixel & 0xFFFFFF == 0xD55E00 for pixel in different(image)), "the line has its own colour"
    plot.show_day(DAYS[4])
    assert different(plot.image(QSize(340, 190), scale)) != different(image)


def test_each_pin_has_its_own_colour() -> None:
    plot = plot_of(Curve(gpp(), "#d55e00", "1"), Curve(gpp(3), "#0072b2", "2"))
    colours = {pixel & 0xFFFFFF for pixel in different(plot.image(QSize(640, 300)))}
    assert {0xD55E00, 0x0072B2} <= colours


def test_observed_values_are_dots_and_not_a_line() -> None:
    days = (DAYS[2], DAYS[12])
    dots = Series("NDVI", "ndvi_observed", "1", days, (0.5, 0.5), statistic="value", form="dots")
    line = Series("NDVI", "ndvi", "1", days, (0.5, 0.5), statistic="value")

    def painted(series: Series) -> int:
        image = plot_of(Curve(series, "#d55e00"), chart=NDVI).image(QSize(340, 190), 1)
        return sum(image.pixel(x, y) & 0xFFFFFF == 0xD55E00 for x in range(340) for y in range(40, 190))

    assert painted(line) > 100 > painted(dots) > 0


def test_the_users_weather_is_shown_once_and_in_no_pins_colour() -> None:
    weather = Series("Your weather", "temperature_given", "degC", DAYS, (10.0,) * 18, statistic="value", form="thin")
    model = Series("T", "temperature", "degC", DAYS, (12.0,) * 18)
    pins = [("1", "#d55e00", (model, weather)), ("2", "#0072b2", (model, weather))]
    curves = curves_of(TEMPERATURE, pins)
    assert [(c.series.variable, c.pin) for c in curves] == [
        *(("temperature", "1"), ("temperature", "2"), ("temperature_given", ""))
    ]
    assert curves[2].colour not in {"#d55e00", "#0072b2"}
    assert [c.series.variable for c in curves_of(GPP, pins)] == []


def test_nothing_one_value_and_gaps_do_no_harm() -> None:
    empty = SeriesPlot(GPP)
    empty.show_curves([], (FIRST, LAST), "Nothing is known of this pixel.")
    one = plot_of(Curve(Series("GPP", "gpp", "1", (date(2021, 5, 1),), (3.0,)), "#d55e00"))
    holes = plot_of(Curve(Series("T", "temperature", "degC", DAYS[:5], (None, 1.0, None, -2.0, None)), "#d55e00"))
    for plot in (empty, one, holes):
        assert len(different(plot.image(QSize(340, 190)))) > 3
    wheel(empty, 100, 1)
    QTest.keyClick(empty, Qt.Key.Key_Right)
    assert empty.day is None


def test_the_wheel_zooms_around_the_mouse_and_a_double_click_shows_all() -> None:
    plot = plot_of(Curve(gpp(), "#d55e00"))
    seen = []
    plot.view_changed.connect(seen.append)
    left = plot._area().left()
    wheel(plot, round(left), 3)
    assert plot.view.zoomed and plot.view.days[0] == FIRST and plot.view.days[1] < LAST
    assert seen[-1] == plot.view
    before = (plot.view.start, plot.view.end)
    plot.show_curves([Curve(gpp(1), "#d55e00")], (FIRST, LAST))
    assert (plot.view.start, plot.view.end) == before, "another pixel of the run keeps the zoom"
    QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 90))
    assert not plot.view.zoomed


def test_a_drag_shows_its_dates_and_a_click_does_not() -> None:
    plot = plot_of(Curve(gpp(), "#d55e00"))
    area = plot._area()
    start, end = (round(area.left() + area.width() * share) for share in (0.25, 0.5))
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(start, 90))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(end, 90))
    days = (LAST - FIRST).days
    assert plot.view.start == pytest.approx(FIRST.toordinal() + days * 0.25, abs=1.5)
    assert plot.view.end == pytest.approx(FIRST.toordinal() + days * 0.5, abs=1.5)
    zoomed = plot.view
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(start, 90))
    assert plot.view == zoomed


def test_zoomed_in_the_axis_fits_what_is_seen() -> None:
    values = tuple(1.0 if n < 9 else 100.0 for n in range(18))
    series = Series("T", "temperature", "degC", DAYS, values)
    assert series.extremes((FIRST, DAYS[8])) == (1.0, 1.0) and series.extremes() == (1.0, 100.0)


def test_the_mouse_tells_its_date_and_the_arrow_keys_go_from_date_to_date() -> None:
    plot = plot_of(Curve(gpp(), "#d55e00"))
    told = []
    plot.hovered.connect(told.append)
    plot.hovered.connect(plot.show_day)
    area = plot._area()
    spot = QPointF(area.center().x(), 90)
    plot.mouseMoveEvent(
        QMouseEvent(
            QEvent.Type.MouseMove,
            spot,
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert abs((told[-1] - date(2021, 7, 1)).days) <= 1
    plot.show_day(None)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert told[-1] == DAYS[1] and "6.0 (5.0 to 7.0)" in plot.accessibleDescription()
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert told[-1] == DAYS[0]
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.view.zoomed
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert not plot.view.zoomed


def test_values_are_told_with_their_interval_and_dots_only_when_near() -> None:
    assert value_words(Curve(gpp(), ""), DAYS[1], 1) == "6.0 (5.0 to 7.0)"
    assert value_words(Curve(gpp(), ""), DAYS[1], 1, interval=False) == "6.0"
    dots = Curve(Series("NDVI", "ndvi_observed", "1", (DAYS[0],), (-0.25,), form="dots"), "")
    assert value_words(dots, DAYS[0] + timedelta(days=2), 2) == "\u22120.25"
    assert value_words(dots, DAYS[0] + timedelta(days=9), 2) is None
    assert shown_day([Curve(gpp(), "")], DAYS[3] + timedelta(days=4)) == DAYS[3]
    assert form_words(gpp()) == "median"


def test_a_view_never_leaves_the_period_nor_gets_empty() -> None:
    view = ViewSpan.whole(FIRST, LAST)
    for _ in range(40):
        view = view.zoom(0.9, 0.5)
    assert view.end - view.start == pytest.approx(4) and view.end <= LAST.toordinal()
    moved = view.move(-1000)
    assert moved.start == FIRST.toordinal() and moved.day_at(0) == FIRST
    assert view.zoom(0.5, 1e6) == view.reset() == ViewSpan.whole(FIRST, LAST)
    single = ViewSpan.whole(FIRST, FIRST)
    assert single.share(FIRST) == 0.5


def test_charts_share_day_and_dates_and_hide_what_a_run_has_not() -> None:
    shown = Charts()
    pin = Pin("#d55e00", 1, None, None, series=(gpp(),))
    shown.show_pins([pin], (FIRST, LAST))
    assert [plot.chart.key for plot in shown.shown] == ["gpp"]
    zoomed = []
    shown.zoomed.connect(zoomed.append)
    plot = shown.plots["gpp"]
    plot.resize(340, 190)
    wheel(plot, 200, 2)
    assert shown.plots["ndvi"].view == plot.view and zoomed[-1] is True
    plot.hovered.emit(DAYS[3])
    assert shown.plots["temperature"].day == DAYS[3]
    shown.reset_view()
    assert zoomed[-1] is False and not plot.view.zoomed

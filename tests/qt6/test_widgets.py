"""The dock and its parts with Qt 6: made, shown, filled, painted, clicked."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, QPointF, QRect, Qt
from PyQt6.QtGui import QImage, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget
from qgis.core import QgsSettings
from qgis.gui import QgsMapCanvas

from eofusion_plugin.gui.context import Context
from eofusion_plugin.gui.dock import Dock
from eofusion_plugin.gui.inspect_files import picture
from eofusion_plugin.gui.inspect_pins import Pin
from eofusion_plugin.run_request import RunRequest
from eofusion_plugin.series import Series

DAYS = tuple(date(2021, 5, 1) + timedelta(days=5 * i) for i in range(12))
PLAN = {
    "start": "2021-05-01",
    "end": "2021-07-01",
    "km2": 3.7,
    "seconds": 40.0,
    "dates": ["2021-05-01", "2021-06-10"],
    "clear_dates": ["2021-05-01", "2021-06-10"],
    "notes": ["One.", "Two.", "Three.", "Four."],
    "s2": [
        {"date": "2021-05-01", "scenes": 1, "cloud_cover": 12.0, "clear_fraction": 0.9, "skipped": False},
        {"date": "2021-06-10", "scenes": 1, "cloud_cover": None, "clear_fraction": 0.7, "skipped": False},
    ],
    "s1": [{"date": "2021-05-02", "orbit": "ascending", "level": "RTC", "scenes": 1, "skipped": False}],
}


class Bar:
    """A message bar that remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def pushMessage(self, title: str, text: str, *_: object) -> None:
        """A message."""
        self.said.append(f"{title}: {text}")


class Iface:
    """QGIS' interface: a map and a message bar."""

    def __init__(self) -> None:
        self.canvas, self.bar = QgsMapCanvas(), Bar()

    def mapCanvas(self) -> QgsMapCanvas:
        """The map."""
        return self.canvas

    def messageBar(self) -> Bar:
        """The bar."""
        return self.bar

    def mainWindow(self) -> None:
        """None."""

    def activeLayer(self) -> None:
        """None."""


class Session:
    """No engine."""

    alive, ready = False, None

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def dock(app: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The dock as it is shown first."""
    monkeypatch.setenv("EOFUSION_DATA", str(tmp_path))
    QgsSettings.kept.clear()
    made = Dock(Context(Iface(), Session()))
    made.resize(360, 900)
    made.show()
    app.processEvents()
    yield made
    made.remove()
    made.close()


def painted(widget: QWidget) -> int:
    """How many colours it has."""
    image = widget.grab().toImage()
    return len({image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)})


def click(widget: QWidget, at: QPoint | None = None) -> None:
    """A click in its middle, or there."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or widget.rect().center())


def pin(number: int = 1, colour: str = "#d55e00") -> Pin:
    """A pin with series of every form."""
    values = tuple(None if i == 3 else 2.0 + i for i in range(len(DAYS)))
    low, high = (tuple(None if v is None else v + d for v in values) for d in (-1.0, 1.0))
    series = (
        Series("GPP", "gpp", "g C m-2 d-1", DAYS, values, low, high, "p50"),
        Series("NDVI", "ndvi", "1", DAYS, tuple(0.05 * i for i in range(12))),
        Series("NDVI", "ndvi_observed", "1", DAYS, tuple(0.04 * i for i in range(12)), form="dots"),
        Series("VV", "vv", "dB", DAYS, tuple(-10.0 - i for i in range(12)), form="dots"),
    )
    return Pin(colour, number, None, None, lon=10.4, lat=51.1, series=series)


def test_every_tab_is_painted(dock) -> None:
    assert dock.tabs.count() >= 2
    for index in range(dock.tabs.count()):
        dock.tabs.setCurrentIndex(index)
        QApplication.processEvents()
        assert painted(dock) > 20, dock.tabs.tabText(index)


def test_the_tour_ends_with_its_last_step(dock) -> None:
    assert dock.tour.isVisible()
    for _ in range(4):
        click(dock.tour.next_button)
    assert not dock.tour.isVisible() and QgsSettings.kept["eofusion/tour"] == "done"


def test_the_form_takes_and_gives_a_request(dock) -> None:
    request = RunRequest(
        date(2021, 5, 1),
        date(2021, 7, 1),
        "out",
        source="earth-search",
        products=("gpp",),
        max_cloud=40,
        orbit="ascending",
    )
    dock.run_panel.form.fill(request)
    made = dock.run_panel.form.request("out")
    assert (made.start, made.end, made.products, made.max_cloud, made.orbit) == (
        *(request.start, request.end, request.products, request.max_cloud, request.orbit),
    )


def test_scenes_are_shown_ticked_and_their_notes_unfold(dock) -> None:
    scenes = dock.run_panel.form.scenes
    scenes.show_plan(PLAN)
    QApplication.processEvents()
    assert scenes.table.rowCount() == 3 and painted(scenes.timeline) > 3
    scenes.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    assert scenes.skipped("S2") == ("2021-05-01",)
    assert scenes.notes.text().count("\n") == 1 and scenes.more_button.text() == "2 more notes"
    click(scenes.more_button)
    assert scenes.notes.text().count("\n") == 3
    timeline = scenes.timeline
    for x in range(0, timeline.width(), 7):
        QTest.mouseMove(timeline, QPoint(x, timeline.height() // 2))
    click(timeline, QPoint(timeline.width() // 2, timeline.height() // 2))


def test_tools_are_taken_and_put_away(dock) -> None:
    area, canvas = dock.run_panel.form.area, dock._context.canvas
    click(area.draw_button)
    assert canvas.mapTool() is not None and area.draw_button.isChecked()
    click(area.polygon_button)
    assert area.polygon_button.isChecked() and not area.draw_button.isChecked()
    click(area.polygon_button)
    assert canvas.mapTool() is None


def test_plots_are_painted_hovered_zoomed_and_saved(dock) -> None:
    dock.tabs.setCurrentWidget(dock.inspect_panel)
    charts, pins = dock.inspect_panel.charts, [pin(), pin(2, "#0072b2")]
    charts.show_pins(pins, (DAYS[0], DAYS[-1]))
    QApplication.processEvents()
    assert {plot.chart.key for plot in charts.shown} == {"gpp", "ndvi", "backscatter"}
    plot = charts.shown[0]
    before = plot.grab().toImage()
    QTest.mouseMove(plot, plot.rect().center())
    QApplication.processEvents()
    assert plot.day is not None and plot.grab().toImage() != before
    assert "GPP" in plot.accessibleDescription() or plot.accessibleDescription()
    middle = QPointF(plot.rect().center())
    wheel = QWheelEvent(
        *(middle, QPointF(plot.mapToGlobal(plot.rect().center())), QPoint(), QPoint(0, 240)),
        *(Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False),
    )
    QApplication.sendEvent(plot, wheel)
    assert plot.view.zoomed
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert not plot.view.zoomed
    QTest.keyClick(plot, Qt.Key.Key_Right)
    made = picture(charts.shown, pins, "footer")
    assert isinstance(made, QImage) and made.copy(QRect(0, 0, 600, 300)).allGray() is False
    dock.inspect_panel.bar.show_pins(dock.inspect_panel.pins)


def test_the_setup_dialog_is_made_and_painted(dock) -> None:
    dock.open_setup()
    QApplication.processEvents()
    assert painted(dock._setup) > 20
    for way in (
        dock._setup.ways.buttons if hasattr(dock._setup, "ways") and hasattr(dock._setup.ways, "buttons") else ()
    ):
        click(way)
    dock._setup.close()

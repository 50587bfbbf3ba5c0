"""The scripted session, run inside QGIS by test_session.py: what a person does on the first day, by mouse and keyboard.

Opens the dock with its button, draws an area on the map, runs the sample, plays the temporal controller, clicks a
pixel, saves its series. Pictures of the screen and ``facts.json`` go to the session's folder.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QAction,
    QApplication,
    QDockWidget,
    QFileDialog,
    QLineEdit,
    QToolButton,
    QWidget,
)
from qgis.utils import iface, loadPlugin, plugins, startPlugin, updateAvailablePlugins

OUT = Path(os.environ["EOFUSION_SESSION"])
STARTED = time.monotonic()
sys.path.insert(0, str(Path(os.environ["EOFUSION_ROOT"]) / "tests" / "session"))

from hands import RIGHT, Hands  # noqa: E402
from script import Script, Wait, pause, screen_picture  # noqa: E402

#: The season that is run, as it is typed.
FIRST, LAST = "2021-05-01", "2021-07-15"
facts: dict[str, object] = {"steps": []}
faults: list[str] = []


def step(words: str, picture: str = "") -> None:
    """Write down what was done, with a picture of the screen."""
    facts["steps"].append(f"{time.monotonic() - STARTED:6.1f} s  {words}")
    if picture:
        screen_picture(OUT / f"{picture}.png")


def session(hands: Hands) -> Iterator[Wait]:
    """All of it."""
    plugin = plugins["eofusion"]
    yield from open_dock(hands, plugin)
    dock = plugin.dock
    yield from end_tour(hands, dock)
    yield from find_scenes(hands, dock)
    yield from draw_area(hands, dock)
    yield from run(hands, dock)
    yield from play(hands)
    yield from click_pixel(hands, dock)
    yield from save_csv(hands, dock)
    yield from explore(hands, dock)


def open_dock(hands: Hands, plugin) -> Iterator[Wait]:
    """The button in the toolbar."""
    hands.click(toolbar_button("EOFusionPanel"))
    yield "Opening the dock", lambda: plugin.dock is not None and plugin.dock.isVisible(), 20
    iface.mainWindow().resizeDocks([plugin.dock], [360], Qt.Orientation.Horizontal)
    yield pause(1)
    step("The button opens the dock", "1-first-look")


def toolbar_button(action_name: str) -> QToolButton:
    """The visible button of an action of QGIS' main window."""
    window = iface.mainWindow()
    action = window.findChild(QAction, action_name)
    assert action is not None, f"QGIS has no action {action_name}"
    buttons = [b for b in window.findChildren(QToolButton) if b.defaultAction() is action and b.isVisible()]
    assert buttons, f"{action_name} has no button in a toolbar"
    return buttons[0]


def end_tour(hands: Hands, dock) -> Iterator[Wait]:
    """Read the tour to its end."""
    tour, steps = dock.tour, 0
    while tour.isVisible() and steps < 9:
        hands.click(tour.next_button)
        steps += 1
        yield pause(0.3)
    facts["tour_steps"] = steps
    yield "The tour's end", lambda: not tour.isVisible(), 5
    tabs = dock.tabs.tabBar()
    hands.click(tabs, tabs.tabRect(dock.tabs.indexOf(dock.run_panel)).center())
    yield "The Run tab", dock.run_panel.isVisible, 5
    step("The tour was read")


def find_scenes(hands: Hands, dock) -> Iterator[Wait]:
    """The season by keyboard, then Find scenes, then the map goes to the sample's place."""
    panel = dock.run_panel
    for edit, text in ((panel.form.period.start, FIRST), (panel.form.period.end, LAST)):
        year = QPoint(14, edit.height() // 2)
        hands.click(edit.findChild(QLineEdit), year)
        hands.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        hands.type(text)
        hands.key(Qt.Key.Key_Tab)
        yield f"Typing {text}", lambda edit=edit, text=text: edit.text() == text, 10
    hands.click(panel.find_button)
    yield "Looking for scenes", lambda: panel.finding or panel.form.scenes.isVisible(), 20
    yield "The table of scenes", panel.form.scenes.isVisible, 400
    yield pause(1)
    step(f"Find scenes: {panel.estimate_label.text()}", "2-scenes")
    panel._scroll.ensureWidgetVisible(panel.form.area)  # a turn of the wheel
    yield pause(0.3)
    hands.click(panel.form.area.zoom_button)
    yield pause(1)


def draw_area(hands: Hands, dock) -> Iterator[Wait]:
    """A polygon that is given up, then a rectangle by dragging."""
    canvas, area = iface.mapCanvas(), dock.run_panel.form.area
    viewport = canvas.viewport()
    west, north, east, south = (part for part in _box(canvas, dock))
    hands.click(area.polygon_button)
    yield "The polygon tool", area.polygon_button.isChecked, 5
    for corner in (QPoint(west, north), QPoint(east, north)):
        hands.click(viewport, corner)
    hands.key(Qt.Key.Key_Escape)
    yield "Escape", lambda: not area.polygon_button.isChecked(), 5
    assert area.geojson is None, "an unfinished polygon became the area"
    hands.click(area.draw_button)
    yield "The rectangle tool", area.draw_button.isChecked, 5
    hands.drag(viewport, QPoint(west, north), QPoint(east, south))
    yield "The area", lambda: area.geojson is not None, 5
    facts["area"] = area.geojson
    step(f"An area was drawn: {area.label.text()}", "3-area")


def _box(canvas: QgsMapCanvas, dock) -> tuple[int, int, int, int]:
    """Pixels of a part of the sample: about 400 m by 300 m around its middle."""
    ring = dock.run_panel.form.area._extent.boundingBox()
    transform = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4326"), canvas.mapSettings().destinationCrs(), QgsProject.instance()
    )
    middle, to_pixel = ring.center(), canvas.getCoordinateTransform().transform
    corners = [
        to_pixel(transform.transform(QgsPointXY(middle.x() + dx, middle.y() + dy)))
        for dx, dy in ((-0.003, 0.0015), (0.003, -0.0015))
    ]
    return (*(round(value) for value in (corners[0].x(), corners[0].y())), round(corners[1].x()), round(corners[1].y()))


def run(hands: Hands, dock) -> Iterator[Wait]:
    """Run, and wait for the layers."""
    panel, finished = dock.run_panel, []
    panel.run_finished.connect(finished.append)
    hands.click(panel.run_button)
    yield "Starting the run", lambda: panel.running, 20
    yield "The run's first tenth", lambda: panel.bar.value() > 10 or not panel.running, 240
    step("The run goes on", "4-running")
    yield "The run", lambda: not panel.running, 600
    assert finished, panel.last_error or "the run ended without a result"
    facts["run"] = finished[0]
    yield pause(2)
    step(f"The run is done: {panel.stage_label.text()}", "5-done")


def play(hands: Hands) -> Iterator[Wait]:
    """Open the temporal controller with its button, press play, look whether the map changes."""
    window, canvas = iface.mainWindow(), iface.mapCanvas()
    dock = window.findChild(QDockWidget, "Temporal Controller")
    button = toolbar_button("mActionTemporalController")
    hands.click(button)
    yield "The temporal controller", dock.isVisible, 10
    yield pause(0.5)
    hands.click(dock.findChild(QWidget, "mNavigationAnimated"))
    forward = dock.findChild(QWidget, "mForwardButton")
    yield "The player", forward.isVisible, 10
    yield pause(1)
    frames, spans = set(), set()

    def drawn() -> None:
        frames.add(_fingerprint(canvas))
        spans.add(canvas.mapSettings().temporalRange().begin().date().toString(Qt.DateFormat.ISODate))

    canvas.mapCanvasRefreshed.connect(drawn)
    hands.click(forward)
    yield "The map through the season", lambda: len(frames) >= 4, 60
    step("The temporal controller plays", "6-playing")
    canvas.mapCanvasRefreshed.disconnect(drawn)
    facts["frames"], facts["played"] = len(frames), sorted(spans)
    hands.click(dock.findChild(QWidget, "mStopButton"))
    yield pause(0.5)
    hands.click(dock.findChild(QWidget, "mNavigationOff"))
    yield pause(0.5)
    hands.click(button)
    yield "The controller's end", lambda: not dock.isVisible(), 10


def _fingerprint(canvas: QgsMapCanvas) -> int:
    image = canvas.grab().toImage()
    return hash(tuple(image.pixel(x, y) for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)))


def click_pixel(hands: Hands, dock) -> Iterator[Wait]:
    """The Inspect tab, a click, a second pin with Ctrl, a look at a value with the mouse."""
    panel, canvas = dock.inspect_panel, iface.mapCanvas()
    tabs = dock.tabs.tabBar()
    hands.click(tabs, tabs.tabRect(dock.tabs.indexOf(panel)).center())
    yield "The Inspect tab", panel.isVisible, 5
    hands.click(panel.pick_button)
    yield "The pixel tool", panel.pick_button.isChecked, 5
    middle = canvas.viewport().rect().center()
    for spot, modifier in (
        (middle, Qt.KeyboardModifier.NoModifier),
        (middle + QPoint(30, 20), Qt.KeyboardModifier.ControlModifier),
    ):
        began, before = time.monotonic(), len(panel.pins.all)
        hands.click(canvas.viewport(), spot, modifier=modifier)
        yield "The series of the pixel", lambda before=before: len(panel.pins.all) > before, 10
        facts.setdefault("click_s", []).append(round(time.monotonic() - began, 3))
    yield pause(1)
    chart = panel.charts.shown[0]
    hands.click(chart, QPoint(chart.width() // 2, chart.height() // 2), button=RIGHT)
    yield pause(0.5)
    pin = panel.pins.all[0]
    to_degrees = QgsCoordinateTransform(pin.crs, QgsCoordinateReferenceSystem("EPSG:4326"), QgsProject.instance())
    centres = [to_degrees.transform(p.outline.centroid().asPoint()) for p in panel.pins.all]
    facts["pins"] = [[centre.x(), centre.y()] for centre in centres]
    facts["place"] = panel.place.text()
    step(f"A pixel was clicked: {panel.place.text()}", "7-inspect")


def save_csv(hands: Hands, dock) -> Iterator[Wait]:
    """CSV…, a file name typed into the dialog, Enter."""
    hands.click(dock.inspect_panel.save_row.csv_button)
    yield "The file dialog", lambda: isinstance(QApplication.activeModalWidget(), QFileDialog), 10
    yield pause(0.5)
    hands.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    hands.type(str(OUT / "series.csv"))
    yield pause(0.5)
    step("The name was typed", "8-save")
    hands.key(Qt.Key.Key_Return)
    yield "The file", (OUT / "series.csv").is_file, 10
    yield pause(0.5)
    step("The series was saved", "9-saved")


def explore(hands: Hands, dock) -> Iterator[Wait]:
    """The third tab: a pixel picked on the map, Start, and the map of what is like it."""
    bar = dock.tabs.tabBar()
    hands.click(bar, bar.tabRect(dock.tabs.indexOf(dock.explore_panel)).center())
    panel, canvas = dock.explore_panel, iface.mapCanvas()
    yield "The Explore tab", panel.isVisible, 10
    yield pause(0.5)
    field = panel.form.fields["picks"]
    hands.click(field.pick_button)
    hands.click(canvas.viewport(), canvas.viewport().rect().center() + QPoint(-30, 20))
    yield "A picked place", lambda: bool(field.shapes), 10
    point = field.shapes[0].asPoint()
    facts["picked"] = [point.x(), point.y()]
    step("A place was picked", "10-picked")
    answered: list[str] = []
    panel.answered.connect(answered.append)
    hands.click(panel.footer.ask_button)
    yield "The answer", lambda: bool(answered) or bool(panel.last_error), 300
    assert answered, panel.last_error
    facts["answer"] = answered[0]
    facts["explored"] = QgsProject.instance().layerTreeRoot().findLayers()[0].name()
    yield pause(2)
    step("Similar places are on the map", "11-explored")


def finish(text: str) -> None:
    """Write down how it went, leave QGIS."""
    if text == "ok" and faults:
        text = f"Python error in the plugin:\n{faults[0]}"
    if text != "ok":
        screen_picture(OUT / "failed.png")
    facts["seconds"] = round(time.monotonic() - STARTED, 1)
    (OUT / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    (OUT / "status").write_text(text + "\n", encoding="utf-8")
    while QApplication.activeModalWidget() is not None:
        QApplication.activeModalWidget().close()
    if "eofusion" in plugins and plugins["eofusion"].dock is not None:
        plugins["eofusion"].dock.run_panel.cancel()
        plugins["eofusion"].unload()
    QgsProject.instance().setDirty(False)
    QTimer.singleShot(0, lambda: QApplication.exit(0 if text == "ok" else 1))


def main() -> None:
    """Load the plugin as QGIS does, then hand over to the script."""
    sys.excepthook = lambda kind, value, trace: faults.append("".join(traceback.format_exception(kind, value, trace)))
    window = iface.mainWindow()
    window.move(0, 0)
    window.resize(1400, 1000)
    for name in ("Browser", "Browser2"):
        panel = window.findChild(QDockWidget, name)
        if panel is not None:
            panel.hide()
    window.activateWindow()
    updateAvailablePlugins()
    if not loadPlugin("eofusion") or not startPlugin("eofusion"):
        finish("QGIS could not load the plugin.")
        return
    hands = Hands()
    main.script = Script(session(hands), hands, finish)


QTimer.singleShot(1500, main)

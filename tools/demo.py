"""The demo, run inside QGIS by tools/demo.sh: fills the dock in as a person would, runs, looks at the result.

Ends QGIS with status 0 when every layer is there, has a legend and draws something, else with 1 and a
sentence in build/demo/status.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path

from qgis.core import QgsApplication, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget
from qgis.utils import iface, loadPlugin, plugins, startPlugin, updateAvailablePlugins

ROOT = Path(os.environ["EOFUSION_ROOT"])
OUT = Path(os.environ["EOFUSION_DEMO"])
LIMIT = float(os.environ["EOFUSION_DEMO_LIMIT"])
STARTED = time.monotonic()
sys.path.insert(0, str(ROOT / "tools"))

from demo_checks import DemoError, check_layer, check_picture, check_project  # noqa: E402
from demo_pictures import LEGEND_PART, MAP_PART, map_picture  # noqa: E402


def tell(text: str) -> None:
    """A line for the person who waits."""
    with (OUT / "demo.log").open("a", encoding="utf-8") as file:
        file.write(f"{time.monotonic() - STARTED:6.1f} s  {text}\n")


def wait(condition, what: str, seconds: float) -> None:
    """Let QGIS work until ``condition()``; a plain error when it takes too long."""
    end = time.monotonic() + min(seconds, LIMIT - (time.monotonic() - STARTED))
    while not condition():
        if time.monotonic() > end:
            raise DemoError(f"{what} took too long.")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.02)


def settle(seconds: float = 0.5) -> None:
    """Let QGIS draw."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


def open_dock():
    """The plugin as QGIS loads it, with its dock open at the width of a laptop."""
    updateAvailablePlugins()
    if not loadPlugin("eofusion") or not startPlugin("eofusion"):
        raise DemoError("QGIS could not load the plugin.")
    window = iface.mainWindow()
    window.resize(1400, 1000)
    window.move(0, 0)
    for name in ("Browser", "Browser2"):
        panel = window.findChild(QDockWidget, name)
        if panel is not None:
            panel.hide()
    plugin = plugins["eofusion"]
    plugin.show_dock()
    window.resizeDocks([plugin.dock], [360], Qt.Orientation.Horizontal)
    settle(1)
    return plugin.dock


def run(dock) -> Path:
    """Fill the form in, press Find scenes, press Run, wait."""
    from datetime import date

    from eofusion.eofusion_plugin.run_request import RunRequest

    panel, finished = dock.run_panel, []
    panel.form.fill(RunRequest(start=date(2021, 4, 1), end=date(2021, 9, 30), out="", source="sample"))
    panel.run_finished.connect(finished.append)
    tell("Find scenes")
    panel.find_button.click()
    wait(panel.form.scenes.isVisible, "The table of scenes", 300)
    settle(1)
    iface.mainWindow().grab().save(str(OUT / "dock-scenes.png"))
    tell(panel.estimate_label.text())
    panel.start_run(str(OUT / "run"))
    tell("Run")
    wait(lambda: panel.bar.value() > 20 or not panel.running, "Starting the run", 300)
    settle()
    iface.mainWindow().grab().save(str(OUT / "dock-running.png"))
    wait(lambda: not panel.running, "The run", LIMIT)
    if not finished:
        raise DemoError(panel.last_error or "The run ended without a result.")
    tell(panel.stage_label.text())
    return Path(finished[0])


def look(dock) -> None:
    """Check every layer, click a pixel, save the project, take the pictures."""
    project, canvas = QgsProject.instance(), iface.mapCanvas()
    layers = [node.layer() for node in project.layerTreeRoot().findLayers()]
    kinds = {layer.customProperty("eofusion/kind") for layer in layers}
    wanted = {"gpp", "gpp_sum", "embedding_preview", "embeddings", "reflectance", "temperature_monthly", "quality"}
    if hasattr(layers[0].temporalProperties(), "setFixedRangePerBand"):
        wanted = (wanted - {"temperature_monthly"}) | {"temperature"}
    if missing := wanted - kinds:
        raise DemoError(f"There is no layer of {', '.join(sorted(missing))}.")
    for layer in layers:
        check_layer(layer)
    tell(f"{len(layers)} layers are valid, have a legend and draw")

    first = {kind: next(la for la in layers if la.customProperty("eofusion/kind") == kind) for kind in kinds}
    middle = first["gpp"].extent().center()
    dock.tabs.setCurrentWidget(dock.inspect_panel)
    canvas.waitWhileRendering()
    to_map = canvas.mapSettings().layerToMapCoordinates(first["gpp"], QgsPointXY(middle.x() + 305, middle.y() + 205))
    dock.inspect_panel.inspect(to_map)
    names = {series.variable for pin in dock.inspect_panel.pins.all for series in pin.series}
    if missing := {"gpp", "temperature", "ndvi", "ndvi_observed", "vv"} - names:
        raise DemoError(f"The clicked pixel has no series of {', '.join(sorted(missing))}.")
    settle(1.5)
    canvas.waitWhileRendering()
    settle()
    iface.mainWindow().grab().save(str(OUT / "dock-inspect.png"))
    dock.inspect_panel.picture().save(str(OUT / "temperature.png"))
    (OUT / "pixel.csv").write_text(dock.inspect_panel.csv_text(), encoding="utf-8")
    dock.tabs.setCurrentWidget(dock.run_panel)
    settle(1)
    iface.mainWindow().grab().save(str(OUT / "dock.png"))

    project.setTitle("EO Fusion demo")
    if not project.write(str(OUT / "project.qgz")):
        raise DemoError("The project could not be saved.")
    check_project(OUT / "project.qgz", len(layers))
    day = first["gpp"].customProperty("eofusion/date")
    map_picture(first["gpp"], f"Gross primary production, {day}", OUT / "map-gpp.png")
    previews = [layer for layer in layers if layer.customProperty("eofusion/kind") == "embedding_preview"]
    same_day = next((layer for layer in previews if layer.customProperty("eofusion/date") == day), previews[0])
    map_picture(same_day, f"Embeddings as colours, {same_day.customProperty('eofusion/date')}", OUT / "embeddings.png")
    for name in ("map-gpp.png", "embeddings.png"):
        check_picture(OUT / name, MAP_PART, painted=0.8)
        check_picture(OUT / name, LEGEND_PART)
    for name in ("temperature.png", "dock.png"):
        check_picture(OUT / name)
    tell(f"Pictures, project and run are in {OUT.relative_to(ROOT)}")


def finish(text: str) -> None:
    """Say how it went and leave QGIS."""
    (OUT / "status").write_text(text + "\n", encoding="utf-8")
    if "eofusion" in plugins and plugins["eofusion"].dock is not None:
        plugins["eofusion"].dock.run_panel.cancel()
        plugins["eofusion"].unload()
    QgsProject.instance().setDirty(False)
    QgsApplication.instance().exit(0 if text == "ok" else 1)


def main() -> None:
    """Everything; any exception fails the demo."""
    faults: list[str] = []
    sys.excepthook = lambda kind, value, trace: faults.append("".join(traceback.format_exception(kind, value, trace)))
    try:
        dock = open_dock()
        run(dock)
        settle(1)
        look(dock)
        if faults:
            raise DemoError(f"Python error in the plugin:\n{faults[0]}")
    except DemoError as error:
        finish(str(error))
    except Exception:
        finish(f"Python error:\n{traceback.format_exc()}")
    else:
        finish("ok")


QTimer.singleShot(1500, main)

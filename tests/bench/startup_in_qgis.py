"""Run inside QGIS by startup_bench.py: what the plugin adds to QGIS' start, and how long its button takes."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QTimer
from qgis.PyQt.QtWidgets import QApplication
from qgis.utils import iface, loadPlugin, plugins, startPlugin, unloadPlugin, updateAvailablePlugins

OUT = Path(os.environ["EOFUSION_SESSION"])


def timed(work) -> tuple[float, float]:
    """Seconds by the clock, and of this process' processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def start() -> None:
    """What QGIS does at its start for a plugin that is switched on."""
    if not loadPlugin("eofusion") or not startPlugin("eofusion"):
        raise RuntimeError("QGIS could not load the plugin.")


def open_dock() -> None:
    """From the click to a dock that is painted and answers."""
    action = next(action for action in plugins["eofusion"]._actions if action.objectName() == "EOFusionPanel")
    action.trigger()
    while not plugins["eofusion"].dock.run_panel.run_button.isVisible():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
    QCoreApplication.processEvents()
    plugins["eofusion"].dock.repaint()


def main() -> None:
    """Measure, write down, leave."""
    status = "ok"
    try:
        iface.mainWindow().resize(1400, 1000)
        updateAvailablePlugins()
        found = {"start": timed(start), "dock": timed(open_dock)}
        heavy = [name for name in ("numpy", "osgeo.gdal", "torch") if name in sys.modules]
        (OUT / "times.json").write_text(json.dumps({**found, "imported": heavy}), encoding="utf-8")
        unloadPlugin("eofusion")
    except Exception as error:
        status = f"{type(error).__name__}: {error}"
    (OUT / "status").write_text(status + "\n", encoding="utf-8")
    QgsProject.instance().setDirty(False)
    QTimer.singleShot(0, lambda: QApplication.exit(0 if status == "ok" else 1))


QTimer.singleShot(2500, main)

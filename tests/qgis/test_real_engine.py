"""With the real engine, where it is set up: a small run of the sample through the dock, and its death."""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from pathlib import Path

import pytest
from qgis.core import Qgis, QgsProject

from eofusion_plugin.gui.context import Context
from eofusion_plugin.gui.dock import Dock
from eofusion_plugin.run_request import RunRequest

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
WEIGHTS = ROOT / "resources/weights"
pytestmark = pytest.mark.skipif(
    not ENGINE_PYTHON.exists() or not (WEIGHTS / "fusion.safetensors").exists(),
    reason="the engine's environment (.venv) or the weights are not there: make setup",
)
# 320 m of the sample's middle
WEST, SOUTH, EAST, NORTH = 10.4000, 51.1000, 10.4040, 51.1025
RING = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
REQUEST = RunRequest(
    start=date(2021, 5, 1),
    end=date(2021, 6, 15),
    out="",
    area={"type": "Polygon", "coordinates": [RING]},
)


@pytest.fixture
def dock(qgis_iface, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("EOFUSION_PYTHON", str(ENGINE_PYTHON))
    monkeypatch.setenv("EOFUSION_CACHE", str(ROOT / "build" / "cache"))
    opened = Dock(Context(qgis_iface))
    opened.run_panel.form.fill(REQUEST)
    opened.run_panel.form.out.setFilePath(str(tmp_path / "runs"))
    opened.show()
    yield opened
    opened.remove()


def test_killed_it_leaves_a_plain_message_and_then_goes_on_to_the_end(dock, wait, qgis_iface, tmp_path: Path) -> None:
    panel = dock.run_panel
    panel.run_button.click()
    wait(lambda: panel.bar.value() > 8 or not panel.running, 240)
    assert panel.running, panel.last_error
    os.kill(dock._context.session.client().pid, signal.SIGKILL)
    wait(lambda: not panel.running, 20)
    said = qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Warning)
    assert any("The engine stopped unexpectedly" in text for text in said)
    folder = next((tmp_path / "runs").iterdir())
    assert not list(folder.glob("products/**/*.tif")), "nothing half-written has a final name"

    panel.run_button.click()
    wait(lambda: not panel.running, 400)
    assert panel.last_error == ""
    assert [entry.name for entry in (tmp_path / "runs").iterdir()] == [folder.name], "it went on in the same folder"
    layers = [node.layer() for node in QgsProject.instance().layerTreeRoot().findLayers()]
    assert layers and all(layer.isValid() for layer in layers)
    kinds = {layer.customProperty("eofusion/kind") for layer in layers}
    assert kinds >= {"gpp", "gpp_sum", "embedding_preview", "embeddings", "reflectance", "quality"}
    gpp = next(layer for layer in layers if layer.customProperty("eofusion/kind") == "gpp")
    canvas = dock._context.canvas
    dock.inspect_panel.inspect(canvas.mapSettings().layerToMapCoordinates(gpp, gpp.extent().center()))
    (pin,) = dock.inspect_panel.pins.all
    assert {series.variable for series in pin.series} >= {"gpp", "temperature"}

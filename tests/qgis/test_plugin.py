"""The plugin as QGIS loads it: everything comes, everything goes, nothing starts by itself."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtWidgets import QAction, QDockWidget

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def plugin(qgis_iface, monkeypatch: pytest.MonkeyPatch):
    """Loaded under the name of its folder in QGIS, as QGIS does it."""
    spec = importlib.util.spec_from_file_location(
        "eofusion", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "eofusion", module)
    spec.loader.exec_module(module)
    yield module.classFactory(qgis_iface)
    for name in [name for name in sys.modules if name.startswith("eofusion.")]:
        del sys.modules[name]


def test_it_comes_and_goes_without_a_trace(plugin, qgis_iface, monkeypatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    window = qgis_iface.mainWindow()
    before = set(window.findChildren(QAction)) | set(window.findChildren(QDockWidget))
    plugin.initGui()
    registry = QgsApplication.processingRegistry()
    assert registry.algorithmById("eofusion:run") is not None
    assert plugin.dock is None, "the dock is made when it is first opened"
    plugin.show_dock(True)
    assert plugin.dock is not None
    plugin.unload()
    QgsApplication.processEvents()
    QgsApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    assert registry.algorithmById("eofusion:run") is None
    assert set(window.findChildren(QAction)) | set(window.findChildren(QDockWidget)) == before


def test_it_can_be_loaded_again(plugin) -> None:
    for _ in range(2):
        plugin.initGui()
        plugin.show_dock(True)
        plugin.unload()
    assert QgsApplication.processingRegistry().providerById("eofusion") is None


def test_importing_it_is_light() -> None:
    """QGIS imports every plugin at its start: no numpy, no engine, no window."""
    code = (
        "import sys; import qgis.core, qgis.gui; of_qgis = set(sys.modules);"  # newer QGIS brings numpy itself
        "sys.path.insert(0, sys.argv[1]); import eofusion_plugin.plugin;"
        "bad = {'numpy', 'torch', 'osgeo'} & (set(sys.modules) - of_qgis); assert not bad, bad;"
        "assert not any(n.startswith('eofusion_plugin.gui') for n in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

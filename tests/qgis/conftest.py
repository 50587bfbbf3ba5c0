"""The plugin inside a real QGIS without a window, with a stand-in for the engine."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

# Before QGIS starts: credentials of tests go into a database of their own, that ends with them.
_AUTH = tempfile.TemporaryDirectory(prefix="eofusion-auth-")
os.environ["QGIS_AUTH_DB_DIR_PATH"] = _AUTH.name

from qgis.core import QgsApplication, QgsAuthMethodConfig, QgsProject, QgsSettings  # noqa: E402
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FAKE_WORKER = ROOT / "tests" / "plugin" / "fake_worker.py"
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "plugin")]

from small_run import write_small_run  # noqa: E402

from eofusion_plugin.engine.session import EngineSession  # noqa: E402
from eofusion_plugin.gui.context import Context  # noqa: E402


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qgis_iface) -> None:
    """No settings, no layers, no messages and no Python of an earlier test or of this machine."""
    QgsSettings().remove("eofusion")
    QgsProject.instance().clear()
    qgis_iface.messageBar().clear_messages()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("EOFUSION_PYTHON", raising=False)


@pytest.fixture
def wait() -> Callable[..., None]:
    """Lets QGIS work until a condition holds."""

    def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "this took too long"
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
            time.sleep(0.01)

    return until


@pytest.fixture
def context(qgis_iface, monkeypatch: pytest.MonkeyPatch):
    """Makes a context whose engine is the stand-in in the mode asked for."""
    sessions = []

    def make(mode: str = "ok") -> Context:
        session = EngineSession(lambda: [sys.executable, "-I", str(FAKE_WORKER), mode])
        sessions.append(session)
        made = Context(qgis_iface, session)
        monkeypatch.setattr(made, "engine_missing", lambda: "")
        return made

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def store_credentials(qgis_app) -> Callable[..., str]:
    """Stores credentials in QGIS' authentication database and gives their id."""
    manager = QgsApplication.authManager()
    assert not manager.isDisabled(), manager.disabledMessage()
    assert manager.masterPasswordIsSet() or manager.setMasterPassword("of the tests alone", True)

    def store(method: str = "Basic", **values: str) -> str:
        config = QgsAuthMethodConfig(method)
        config.setName("test")
        config.setConfigMap(values)
        stored = manager.storeAuthenticationConfig(config)
        assert stored[0] if isinstance(stored, tuple) else stored
        return config.id()

    return store


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A small finished run."""
    write_small_run(tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture
def explore_panel(context, run_folder: Path, qgis_canvas):
    """Makes an Explore tab with the small run chosen and the stand-in for the engine in the mode asked for."""
    from qgis.core import QgsCoordinateReferenceSystem

    from eofusion_plugin.gui.explore_panel import ExplorePanel

    made = []

    def make(mode: str = "ok") -> ExplorePanel:
        opened = ExplorePanel(context(mode))
        qgis_canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:32632"))
        opened.choose_run(run_folder)
        opened.show()
        made.append(opened)
        return opened

    yield make
    for opened in made:
        opened.remove()
        opened.hide()

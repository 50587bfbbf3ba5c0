"""PyQt6 and a stand-in for QGIS, for what QGIS 4 will ask of the plugin. Runs in an environment without QGIS."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).resolve().parent / "stubs"), str(ROOT)]

from PyQt6.QtWidgets import QApplication  # noqa: E402


@pytest.fixture(scope="session")
def app() -> QApplication:
    """Qt 6."""
    return QApplication.instance() or QApplication([])


@pytest.fixture(autouse=True)
def faults(monkeypatch: pytest.MonkeyPatch, app: QApplication):
    """An error in a slot or an event handler, which Qt would swallow or die of, fails its test."""
    del app
    found: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, value, trace: found.append(value.with_traceback(trace)))
    yield found
    for fault in found:
        raise fault

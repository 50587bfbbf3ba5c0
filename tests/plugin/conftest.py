"""The plugin's parts that know no QGIS, tested with a stand-in for the engine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAKE_WORKER = Path(__file__).resolve().parent / "fake_worker.py"
sys.path.insert(0, str(ROOT))


def fake_command(mode: str = "ok") -> list[str]:
    """Starts the stand-in for the engine."""
    return [sys.executable, "-I", str(FAKE_WORKER), mode]


@pytest.fixture
def log() -> list[str]:
    """Collects log lines."""
    return []

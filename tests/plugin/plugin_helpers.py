"""Where things are, and how the stand-in for the engine is started."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAKE_WORKER = Path(__file__).resolve().parent / "fake_worker.py"
ENGINE_PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def fake_command(mode: str = "ok") -> list[str]:
    """Starts the stand-in for the engine."""
    return [sys.executable, "-I", str(FAKE_WORKER), mode]

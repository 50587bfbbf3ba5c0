"""Trust: security, packaging, documentation, upgrade. Uses the places and services of the engine's tests."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "engine"), str(HERE.parents[1]), str(HERE.parents[1] / "tools")]

from loopback.fixtures import own_cache  # noqa: E402

__all__ = ["own_cache"]

"""The plugin's parts that know no QGIS, tested with a stand-in for the engine."""

from __future__ import annotations

import sys

import pytest
from plugin_helpers import ROOT

sys.path.insert(0, str(ROOT))


@pytest.fixture
def log() -> list[str]:
    """Collects log lines."""
    return []

"""What the plugin remembers between sessions, typed, in one place. No secrets."""

from __future__ import annotations

import json
from typing import Any

from qgis.core import QgsSettings

from .engine.environment import set_data_folder

PREFIX = "eofusion/"


def text(name: str, default: str = "") -> str:
    """A remembered text."""
    value = QgsSettings().value(PREFIX + name, default)
    return default if value is None else str(value)


def put(name: str, value: str) -> None:
    """Remember a text."""
    QgsSettings().setValue(PREFIX + name, value)


def python() -> str:
    """The Python chosen for the engine, empty for "find it"."""
    return text("python")


def torch_index(build: str, default: str) -> str:
    """Where a build ("cpu", "gpu") of torch comes from, empty for pip's own configuration."""
    return text(f"torch_index_{build}", default)


def threads() -> int:
    """How many threads a run may take, 0 for all."""
    found = text("threads", "0")
    return int(found) if found.isdigit() else 0


def apply() -> None:
    """Let the chosen data folder hold for this session; a folder named by EOFUSION_DATA comes first."""
    set_data_folder(text("data_folder"))


def form() -> dict[str, Any]:
    """The Run panel as it was last used, empty at first."""
    try:
        found = json.loads(text("form", "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def put_form(values: dict[str, Any]) -> None:
    """Remember the Run panel."""
    put("form", json.dumps(values))

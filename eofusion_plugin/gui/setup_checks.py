"""What the set-up dialog finds out in the background."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..engine.environment import folder_bytes, installed, suitable_base
from ..engine.recipes import Recipe, fill_commands, missing_wheels, recipe
from ..errors import PluginError
from ..texts import tr


def from_wheels(base: str, folder: str) -> Recipe:
    """The recipe of an environment from a folder of wheels; in a thread.

    Raises:
        PluginError: no folder, no fitting Python, or wheels that are missing, by name.
    """
    if not folder:
        raise PluginError(tr("Choose the folder that holds the wheels."))
    python, version = suitable_base(base)
    missing = missing_wheels(Path(folder), version)
    if missing:
        raise PluginError(
            tr("The folder lacks wheels for Python {version}: {names}.").format(
                version=".".join(map(str, version)), names=", ".join(missing)
            ),
            tr("Fill it on a computer with a network, with the same system and Python:\n{commands}").format(
                commands=fill_commands()
            ),
            "wheels",
        )
    return recipe(python, version, wheels=folder)


def environment_sizes() -> dict[str, int]:
    """What each environment takes, in bytes; in a thread, it looks at every file."""
    return {str(item.folder): folder_bytes(item.folder) for item in installed()}


def works_text(ready: Any) -> str:
    """What a tried engine says of itself, in a sentence."""
    devices = ", ".join(device.get("name", "") for device in ready.get("devices", []))
    return tr("The engine works: version {engine}, Python {python}, PyTorch {torch}, {devices}.").format(
        engine=ready.get("engine"), python=ready.get("python"), torch=ready.get("torch"), devices=devices
    )

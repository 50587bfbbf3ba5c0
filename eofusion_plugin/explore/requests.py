"""Arguments of a tool on their way to the engine. No QGIS in here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from .answer import FOLDER

#: GeoJSON longer than this goes by file: a message is one line of bounded length.
LONGEST = 500_000
#: How the engine calls an answer that is not whole.
UNFINISHED = ".unfinished"


def by_file(arguments: dict[str, Any], folder: Path, always: Collection[str] = ()) -> dict[str, Any]:
    """The arguments with each long GeoJSON, and those named in ``always``, as the path of a file in ``folder``."""
    sent = dict(arguments)
    for name, value in arguments.items():
        if isinstance(value, dict) and "type" in value:
            text = json.dumps(value)
            if name in always or len(text) > LONGEST:
                path = folder / f"{name}.geojson"
                path.write_text(text, encoding="utf-8")
                sent[name] = str(path)
    return sent


def unfinished(arguments: dict[str, Any], tool: str) -> set[Path]:
    """Folders in which the engine is at an answer of this tool to the run asked; a killed engine leaves them behind."""
    if arguments.get("out"):
        out = Path(str(arguments["out"]))
        return {path for path in (out.with_name(out.name + UNFINISHED),) if path.is_dir()}
    runs = arguments.get("runs") or [arguments.get("run", "")]
    return set((Path(str(runs[0])) / FOLDER).glob(f"{tool}-*{UNFINISHED}"))


def sweep(arguments: dict[str, Any], tool: str, before: Collection[Path]) -> None:
    """Delete what a killed engine left since ``before`` was looked up."""
    for folder in unfinished(arguments, tool) - set(before):
        shutil.rmtree(folder, ignore_errors=True)

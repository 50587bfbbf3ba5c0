"""The runs that lie in a folder: listed newest first, their requests to fill a form with. No QGIS in here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import PluginError
from .run_folder import read_run
from .run_request import RunRequest

#: Pictures that stand for a run, the most telling first.
_THUMBNAILS = ("gpp_sum", "gpp", "reflectance", "embeddings", "temperature")
#: What a run's folder holds; a folder with anything else is not deleted.
_OWN = frozenset(
    {
        "request.json",
        "run.json",
        "run.lock",
        "tiles",
        "products",
        "quicklooks",
        "log.txt",
        "report.html",
        "exports",
        "explore",
        "weather.csv",
    }
)
_DESKTOP_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".directory"})


@dataclass(frozen=True)
class PastRun:
    """A run folder: ``state`` is "done", "cancelled", "failed" or "running" (also after a crash)."""

    folder: Path
    title: str
    state: str
    started: str
    request: RunRequest | None = None
    thumbnail: Path | None = None
    products: tuple[str, ...] = field(default=())

    @property
    def whole(self) -> bool:
        """Whether it ended well."""
        return self.state == "done"


def past_runs(bases: Iterable[Path], most: int = 50) -> list[PastRun]:
    """The runs right below the ``bases`` folders, newest first; what is no run is passed over."""
    found: dict[Path, PastRun] = {}
    for base in bases:
        try:
            folders = [path.parent for path in base.glob("*/run.json")]
        except OSError:
            continue
        for folder in folders:
            run = read_past_run(folder)
            if run is not None:
                found.setdefault(folder.resolve(), run)
    return sorted(found.values(), key=lambda run: (run.started, run.folder.name), reverse=True)[:most]


def read_past_run(folder: Path) -> PastRun | None:
    """One run folder, None where it is none."""
    try:
        info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        state, started = str(info.get("state", "")), str(info.get("started", ""))
    except (OSError, ValueError, AttributeError):
        return None
    request = _request(folder)
    try:
        title = read_run(folder).title
    except PluginError:  # it stopped before it had a period or products
        title = f"{request.source} {request.start} to {request.end}" if request else folder.name
    pictures = [folder / "quicklooks" / f"{name}.png" for name in _THUMBNAILS]
    return PastRun(
        folder,
        title,
        state,
        started,
        request,
        next((path for path in pictures if path.is_file()), None),
        request.products if request else (),
    )


def delete_run(folder: Path) -> None:
    """Delete a run's folder for good.

    Raises:
        PluginError: it is no run folder, holds other things too, or cannot be deleted.
    """
    if not (folder / "run.json").is_file():
        raise PluginError("This is not a run folder.", "Nothing was deleted.")
    others = sorted(path.name for path in folder.iterdir() if path.name not in _OWN | _DESKTOP_FILES)
    if others:
        raise PluginError(
            f"The run's folder holds other things too: {', '.join(others[:3])}.", "Move them, or delete it yourself."
        )
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise PluginError(
            "A file of the run is in use or not yours to delete.", "Remove its layers from the project and try again."
        ) from error


def _request(folder: Path) -> RunRequest | None:
    try:
        kept: dict[str, Any] = json.loads((folder / "request.json").read_text(encoding="utf-8"))
        return RunRequest.from_dict(kept, out=str(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return None

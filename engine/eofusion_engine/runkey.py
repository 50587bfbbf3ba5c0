"""The key of a result: a hash of everything that decides it, under which finished tiles may be used again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from . import __version__
from .errors import OutputError
from .request import RunRequest

#: Fields of the request that say where and how fast, not what: they do not change a result, so a run
#: can be resumed with others. (Devices agree to 1e-5; equal bytes are promised on the CPU.)
_NOT_THE_RESULT = frozenset({"out", "device", "threads", "scheduler", "authcfg", "cache_gb"})

#: How tiles are cut and kept; another number when that changes: tiles of one kind are of no use to the other.
_TILES = 2


def request_key(request: RunRequest, scenes: Iterable[Any] = (), weights: Mapping[str, str] | None = None) -> str:
    """SHA-256 of all that decides the result: request, scenes, weights, engine version.

    ``scenes`` are scenes or their ids, in any order; ``weights`` maps names to SHA-256. Weather,
    elevation and calibration files count by content. Tiles made under one key may be used again under the same.

    Raises:
        OutputError: the weather, elevation or calibration file cannot be read.
    """
    fields = deciding_fields(request)
    for name in ("weather", "elevation", "gpp_calibration"):
        path = getattr(request, name)
        if path is not None:
            fields[name] = _content_hash(path)
    material = {
        "engine": __version__,
        "tiles": _TILES,
        "request": fields,
        "scenes": sorted(scene if isinstance(scene, str) else str(scene.id) for scene in scenes),
        "weights": dict(sorted((weights or {}).items())),
    }
    return hashlib.sha256(json.dumps(material, sort_keys=True).encode("utf-8")).hexdigest()


def deciding_fields(request: RunRequest) -> dict[str, Any]:
    """The fields of the request on which the result depends."""
    return {name: value for name, value in request.model_dump(mode="json").items() if name not in _NOT_THE_RESULT}


def _content_hash(path: Path) -> str:
    """SHA-256 of a file, or of a folder's files with their names."""
    digest = hashlib.sha256()
    path = path.expanduser()
    try:
        for part in sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]:
            if path.is_dir():
                digest.update(part.name.encode("utf-8"))
            with part.open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
    except OSError as error:
        raise OutputError(f"The file {path} cannot be read ({error.strerror}).", "Choose another file.") from None
    return digest.hexdigest()

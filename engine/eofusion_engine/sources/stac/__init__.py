"""STAC catalogues as a source: shipped services, any STAC API, or one that a file describes (docs/stac-source.md)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..options import SourceOptions
from .description import Catalogue, for_address, presets, read_description

if TYPE_CHECKING:  # pystac-client and requests are loaded when a catalogue is opened
    from .source import StacSource

__all__ = ["Catalogue", "catalogues", "find", "is_catalogue", "open_catalogue"]


def is_catalogue(name: str) -> bool:
    """Whether ``name`` is a shipped service, an http(s) address or a catalogue's description (a ``.json`` file)."""
    if name in presets() or name.lower().startswith(("http://", "https://")):
        return True
    return name.lower().endswith(".json") and not Path(name).expanduser().is_dir()


def open_catalogue(name: str, options: SourceOptions) -> StacSource:
    """The catalogue that ``name`` names, ready to be searched.

    Raises :class:`~eofusion_engine.errors.SourceError` when it is no catalogue, when its description is wrong
    (naming the field), or when it needs credentials that are not there.
    """
    from ..sample import cache_folder
    from ..transport import DiskCache
    from .source import StacSource

    limit = int(options.cache_gb * 1e9)
    cache = DiskCache(cache_folder() / "remote", limit) if limit > 0 else None
    return StacSource(find(name), options, cache=cache)


def find(name: str) -> Catalogue:
    """The description that ``name`` stands for."""
    if name in presets():
        return presets()[name]
    if name.lower().startswith(("http://", "https://")):
        return for_address(name)
    return read_description(Path(name).expanduser())


def catalogues() -> list[dict[str, Any]]:
    """The shipped services for a person to choose from, as plain values.

    Each has ``id``, ``title``, ``about``, ``attribution``, ``sentinel1`` and ``elevation`` (whether it has them),
    and ``credentials``: ``needed``, ``possible``, ``about``, ``environment``.
    """
    return [
        {
            "id": each.id,
            "title": each.title,
            "about": each.about,
            "attribution": each.attribution,
            "sentinel1": bool(each.s1),
            "elevation": bool(each.dem),
            "credentials": {
                "needed": each.credentials.needed,
                "possible": bool(each.credentials.environment),
                "about": each.credentials.about,
                "environment": dict(each.credentials.environment),
            },
        }
        for each in presets().values()
    ]

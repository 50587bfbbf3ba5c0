"""Where scenes come from: the built-in sample, a folder, or a STAC catalogue."""

from __future__ import annotations

from pathlib import Path

from ..errors import SourceError
from .base import Frame, Scene, Source, Window
from .options import SourceOptions
from .store import ReadCache

__all__ = ["Frame", "ReadCache", "Scene", "Source", "SourceOptions", "Window", "open_source"]


def open_source(text: str, options: SourceOptions | None = None) -> Source:
    """The source that ``text`` names.

    It is ``sample``, the name of a shipped catalogue (``earth-search``, ``planetary-computer``, ``cdse``), the
    http(s) address of a STAC API, a ``.json`` file that describes a catalogue (docs/stac-source.md), or the
    path of a folder of scenes (or of one SAFE zip or netCDF cube). Raises :class:`SourceError` with a plain
    sentence where there is nothing to read.
    """
    from .sample import is_sample, sample_source

    name, options = text.strip(), options or SourceOptions()
    if is_sample(name):
        return sample_source(name)
    from .stac import is_catalogue, open_catalogue

    if is_catalogue(name):
        return open_catalogue(name, options)
    if "://" in name or name.lower().startswith("/vsi"):
        raise SourceError(
            f"{name.split('?')[0]} is not the address of a STAC catalogue.",
            "Give an http(s) address, the name of a service, 'sample' or a folder of scenes.",
            code="source-kind",
        )
    folder = Path(name).expanduser()
    if not name or not folder.exists():
        raise SourceError(f"There is no folder {name!r}.", "Give 'sample' or the path of a folder of scenes.")
    if not folder.is_dir() and folder.suffix.lower() not in (".zip", ".nc"):
        raise SourceError(f"{folder.name} is a file, not a folder.", "Give the folder that the scenes are in.")
    from .folder import FolderSource

    return FolderSource(folder.resolve(), options=options)

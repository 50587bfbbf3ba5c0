"""Where scenes come from: the built-in sample or a folder."""

from __future__ import annotations

from pathlib import Path

from ..errors import SourceError
from .base import Frame, Scene, Source, Window
from .store import ReadCache

__all__ = ["Frame", "ReadCache", "Scene", "Source", "Window", "open_source"]


def open_source(text: str) -> Source:
    """The source that ``text`` names: ``sample``, or the path of a folder of scenes.

    Raises :class:`SourceError` with a plain sentence where there is nothing to read.
    """
    name = text.strip()
    if name == "sample":
        from .sample import sample_source

        return sample_source()
    if "://" in name or name.lower().startswith("/vsi"):
        raise SourceError(
            f"Catalogues such as {name.split('?')[0]} cannot be read by this version.",
            "Give 'sample' or a folder of scenes.",
            code="source-kind",
        )
    folder = Path(name).expanduser()
    if not name or not folder.exists():
        raise SourceError(f"There is no folder {name!r}.", "Give 'sample' or the path of a folder of scenes.")
    if not folder.is_dir():
        raise SourceError(f"{folder.name} is a file, not a folder.", "Give the folder that the scenes are in.")
    from .folder import FolderSource

    return FolderSource(folder.resolve())

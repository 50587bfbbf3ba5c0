"""Finished tiles of a run: what resume needs, written whole and believed only when intact."""

from __future__ import annotations

import logging
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .errors import OutputError
from .files import replace

logger = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
#: Every tile file holds the run's key under this name: a tile of other settings is never taken.
_KEY = "__key__"
#: What numpy and zipfile raise on altered bytes; an unknown compression is a NotImplementedError, a RuntimeError.
_OF_DAMAGE = (OSError, ValueError, LookupError, EOFError, RuntimeError, OverflowError, SyntaxError, TypeError,
              zipfile.BadZipFile, zlib.error, struct.error)  # fmt: skip


class TileStore:
    """Arrays by tile name in ``folder``, all made under one ``key`` (see ``request_key``)."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        self.key = key

    def path(self, name: str) -> Path:
        """Where the tile is, or will be."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a tile name")
        return self.folder / f"{name}.npz"

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> Path:
        """Write the tile aside, then rename: under the final name there are whole tiles only."""
        path = self.path(name)
        aside = path.with_suffix(f".{os.getpid()}.part")
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with aside.open("wb") as file:
                np.savez(file, allow_pickle=False, **{_KEY: np.array(self.key)}, **dict(arrays))
                file.flush()
                os.fsync(file.fileno())
            replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        return path

    def load(self, name: str) -> dict[str, np.ndarray] | None:
        """The tile's arrays, or None where it must be computed (again): missing, damaged, of another key.

        Every byte is checked (the zip's CRC-32). A bad file is removed, so that it is met once.
        """
        path = self.path(name)
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
        except MemoryError:
            if not _damaged(path):  # else the number that was too large was not one of ours
                raise
            path.unlink(missing_ok=True)
            return None
        except _OF_DAMAGE as error:
            logger.warning("the tile %s is damaged and is computed again (%s)", name, error)
            path.unlink(missing_ok=True)
            return None
        if str(arrays.pop(_KEY, "")) != self.key:
            logger.info("the tile %s belongs to other settings and is computed again", name)
            path.unlink(missing_ok=True)
            return None
        return arrays

    def require(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of a tile that an earlier pass of this run made.

        Raises:
            OutputError: it was damaged or removed since.
        """
        arrays = self.load(name)
        if arrays is None:
            raise OutputError(
                f"The finished tile {name} was damaged or removed during the run.", "Run it again: only it is redone."
            )
        return arrays

    def names(self) -> list[str]:
        """Tiles that are there, by name. Only :meth:`load` says whether they are sound."""
        return sorted(path.stem for path in self.folder.glob("*.npz"))

    def clear(self) -> None:
        """Remove every tile, and what a killed run left half-written."""
        for path in [*self.folder.glob("*.npz"), *self.folder.glob("*.part")]:
            path.unlink(missing_ok=True)


def _damaged(path: Path) -> bool:
    """Whether a member of the zip differs from its checksum, or the zip is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is not None
    except _OF_DAMAGE:
        return True

"""Finished tiles of a run: what resume needs, written whole and believed only when intact."""

from __future__ import annotations

import logging
import os
import re
import secrets
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from .errors import OutputError
from .files import replace

logger = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
#: Every tile file holds the run's key under this name: a tile of other settings is never taken.
_KEY = "__key__"
#: Arrays of more bytes and at least so many dimensions lie in pieces along the first: one date can be read alone.
_PIECES_FROM_BYTES, _PIECES_FROM_DIMENSIONS = 1 << 20, 4
#: Between an array's name and the number of the piece.
_PIECE = "@"
#: What numpy and zipfile raise on altered bytes; an unknown compression is a NotImplementedError, a RuntimeError.
_OF_DAMAGE = (OSError, ValueError, LookupError, EOFError, RuntimeError, OverflowError, SyntaxError, TypeError,
              zipfile.BadZipFile, zlib.error, struct.error)  # fmt: skip


class _NotUsableError(Exception):
    """The tile is damaged or belongs to other settings; it has been removed."""


class TileFile:
    """A finished tile that is open: its arrays, read when they are asked for, each byte checked (the zip's CRC-32)."""

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._file = path, None
        self._file = self._believed(lambda: np.load(path, allow_pickle=False))
        self._last: tuple[str, int, np.ndarray] | None = None
        if _KEY not in self._members or str(self._member(_KEY)) != key:
            raise self._removed("belongs to other settings")

    def names(self) -> set[str]:
        """The arrays that the tile has."""
        return {key.partition(_PIECE)[0] for key in self._members} - {_KEY}

    def __getitem__(self, name: str) -> np.ndarray:
        """A whole array. Raises KeyError where the tile has none of that name."""
        if name not in self.names():
            raise KeyError(name)
        if name in self._members:
            return self._member(name)
        pieces = [f"{name}{_PIECE}{i}" for i in range(sum(key.startswith(name + _PIECE) for key in self._members))]
        first = self._member(pieces[0])
        whole = np.empty((len(pieces), *first.shape), first.dtype)
        for index, piece in enumerate(pieces):
            whole[index] = self._member(piece) if index else first
        return whole

    def at(self, name: str, index: int) -> np.ndarray:
        """``self[name][index]`` without the rest; asked for again at once it is not read again."""
        if self._last is None or self._last[:2] != (name, index):
            piece = f"{name}{_PIECE}{index}"
            self._last = name, index, self._member(piece) if piece in self._members else self[name][index]
        return self._last[2]

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    @property
    def _members(self) -> list[str]:
        return self._file.files if self._file is not None else []

    def _member(self, name: str) -> np.ndarray:
        file = self._file
        array: np.ndarray = self._believed(lambda: file[name])  # type: ignore[index]
        return array

    def _believed(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except MemoryError:
            if not _damaged(self._path):  # else the number that was too large was not one of ours
                raise
            raise self._removed("is damaged") from None
        except _OF_DAMAGE as error:
            raise self._removed(f"is damaged ({error})") from error

    def _removed(self, why: str) -> _NotUsableError:
        """The error to raise, once the file is gone: a bad one is met once."""
        logger.warning("the tile %s %s and is computed again", self._path.stem, why)
        self.close()
        self._path.unlink(missing_ok=True)
        return _NotUsableError(why)


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
        """Write the tile aside, then rename: under the final name there are whole tiles only.

        A tile that a power cut leaves behind damaged is found out by :meth:`load`, so nothing waits for the disk here.
        """
        path = self.path(name)
        # A folder that several hosts share may see one number of a process twice.
        aside = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}.part")
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with aside.open("wb") as file:
                np.savez(file, allow_pickle=False, **{_KEY: np.array(self.key)}, **_in_pieces(arrays))
            replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        return path

    def load(self, name: str) -> dict[str, np.ndarray] | None:
        """The tile's arrays, or None where it must be computed (again): missing, damaged, of another key.

        Every byte is checked. A bad file is removed, so that it is met once.
        """
        path = self.path(name)
        if not path.is_file():
            return None
        try:
            with closing(TileFile(path, self.key)) as file:
                return {array: file[array] for array in sorted(file.names())}
        except _NotUsableError:
            return None

    def require(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of a tile that an earlier pass of this run made.

        Raises:
            OutputError: it was damaged or removed since.
        """
        with self.reading(name) as file:
            return {array: file[array] for array in sorted(file.names())}

    @contextmanager
    def reading(self, name: str) -> Iterator[TileFile]:
        """A tile that an earlier pass of this run made, open for those who want some of its arrays only.

        Raises:
            OutputError: it was damaged or removed since; also while it is read.
        """
        path = self.path(name)
        try:
            with closing(TileFile(path, self.key)) as file:
                yield file
        except _NotUsableError:
            raise OutputError(
                f"The finished tile {name} was damaged or removed during the run.", "Run it again: only it is redone."
            ) from None

    def names(self) -> list[str]:
        """Tiles that are there, by name. Only :meth:`load` says whether they are sound."""
        return sorted(path.stem for path in self.folder.glob("*.npz"))

    def clear(self) -> None:
        """Remove every tile, and what a killed run left half-written."""
        for path in [*self.folder.glob("*.npz"), *self.folder.glob("*.part")]:
            path.unlink(missing_ok=True)


def _in_pieces(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The members of the file."""
    members: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if array.nbytes > _PIECES_FROM_BYTES and array.ndim >= _PIECES_FROM_DIMENSIONS:
            members |= {f"{name}{_PIECE}{index}": piece for index, piece in enumerate(array)}
        else:
            members[name] = array
    return members


def _damaged(path: Path) -> bool:
    """Whether a member of the zip differs from its checksum, or the zip is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is not None
    except _OF_DAMAGE:
        return True

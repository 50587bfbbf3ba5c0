"""The files of a SAFE product, in a folder or in a zip that is read in place.

A zip is somebody else's: its names and sizes are checked before anything of it is read.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..errors import SourceError
from .safe_manifest import Original, Stated

#: A product has about 100 files; several may be in one zip.
_MAX_FILES = 20_000
_MAX_DEPTH = 8
_MAX_DIRECTORY_BYTES = 8 << 20
#: A band of a tile has 241 MB before compression; JPEG 2000 leaves a zip nothing to gain.
_MAX_MEMBER_BYTES = 1 << 30
_MAX_RATIO = 100
_SMALL = 1 << 20
_LEFT_OUT = "It is left out."


class Container(ABC):
    """A folder or a zip; members are named by ``/``-separated paths below it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @abstractmethod
    def names(self) -> list[str]:
        """All members. Raises :class:`SourceError` when they cannot be listed or are not to be trusted."""

    @abstractmethod
    def read(self, name: str, limit: int) -> bytes:
        """A small member. Raises :class:`SourceError` when it has more than ``limit`` bytes or is damaged."""

    @abstractmethod
    def open_path(self, name: str) -> str:
        """What GDAL opens. Raises :class:`SourceError` when the member is not to be opened."""

    @abstractmethod
    def original(self, name: str, stated: Stated | None) -> Original | None:
        """A member with what is ``stated`` of it, to be compared; None where there is nothing to compare with."""


class Folder(Container):
    """A product as a folder."""

    def names(self) -> list[str]:
        found: list[str] = []
        for parent, folders, files in os.walk(self.path):
            here = Path(parent).relative_to(self.path)
            folders[:] = sorted(folders) if len(here.parts) < _MAX_DEPTH else []
            found += [(here / name).as_posix() for name in sorted(files)]
            if len(found) > _MAX_FILES:
                raise SourceError(f"{self.path.name} holds too many files for a SAFE product.", _LEFT_OUT)
        return found

    def read(self, name: str, limit: int) -> bytes:
        try:
            with Path(self.open_path(name)).open("rb") as file:
                data = file.read(limit + 1)
        except OSError as error:
            raise SourceError(f"{_label(self.path, name)} cannot be opened.", "Copy it again.") from error
        return _bounded(data, limit, _label(self.path, name))

    def open_path(self, name: str) -> str:
        path = (self.path / name).resolve()
        if not path.is_relative_to(self.path.resolve()):
            raise SourceError(f"{_label(self.path, name)} leads out of the product's own folder.", "It is not read.")
        return str(path)

    def original(self, name: str, stated: Stated | None) -> Original | None:
        return Original(self.open_path(name), "", stated) if stated else None


class Zip(Container):
    """Products in a zip."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._members: dict[str, zipfile.ZipInfo] | None = None

    def names(self) -> list[str]:
        return list(self._listed())

    def _listed(self) -> dict[str, zipfile.ZipInfo]:
        if self._members is not None:
            return self._members
        found: dict[str, zipfile.ZipInfo] = {}
        for info in _directory(self.path):
            if _leads_out(info.orig_filename):
                raise SourceError(f"{self.path.name} names a file outside itself ({info.filename!r}).", _LEFT_OUT)
            if info.filename in found:
                raise SourceError(f"{self.path.name} holds {info.filename!r} twice.", _LEFT_OUT)
            if not info.is_dir():
                found[info.filename] = info
        self._members = found
        return found

    def read(self, name: str, limit: int) -> bytes:
        info, label = self._checked(name), _label(self.path, name)
        if info.file_size > limit:
            raise SourceError(f"{label} is too large for product metadata.", "It is not read.")
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(info) as file:
                return _bounded(file.read(limit + 1), limit, label)
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise SourceError(f"{label} is damaged.", "Download the product again.") from error

    def open_path(self, name: str) -> str:
        self._checked(name)
        return f"/vsizip/{{{self.path.resolve()}}}/{name}"

    def original(self, name: str, stated: Stated | None) -> Original | None:
        self._checked(name)
        return Original(str(self.path.resolve()), name, stated)

    def _checked(self, name: str) -> zipfile.ZipInfo:
        info, label = self._listed()[name], _label(self.path, name)
        if info.flag_bits & 1:
            raise SourceError(f"{label} is protected by a password.", "Unpack it first.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SourceError(f"{label} is compressed in a way that is not read.", "Unpack it first.")
        swollen = info.file_size > _SMALL and info.file_size > _MAX_RATIO * info.compress_size
        if info.file_size > _MAX_MEMBER_BYTES or swollen:
            raise SourceError(f"{label} claims an unlikely size ({info.file_size:,} bytes).", "It is not read.")
        return info


def zip_names(path: Path) -> list[str]:
    """The names in a zip's directory as they are; empty when it is none or a very long one."""
    try:
        return [info.filename for info in _directory(path)]
    except SourceError:
        return []


def _directory(path: Path) -> list[zipfile.ZipInfo]:
    try:
        if _directory_bytes(path) > _MAX_DIRECTORY_BYTES:
            raise SourceError(f"{path.name} holds too many files for SAFE products.", _LEFT_OUT)
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise SourceError(f"{path.name} is not a zip that can be read.", "Download the product again.") from error
    if len(found) > _MAX_FILES:
        raise SourceError(f"{path.name} holds too many files for SAFE products.", _LEFT_OUT)
    return found


def _directory_bytes(path: Path) -> int:
    """How long a zip's directory says it is (APPNOTE 4.3.14 to 4.3.16): it is looked at before it is read."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - (1 << 16) - 22 - 20))
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) < at + 22:
            return 0  # no zip, as zipfile will say
        length = int(struct.unpack_from("<L", tail, at + 12)[0])
        if at >= 20 and tail[at - 20 : at - 16] == b"PK\x06\x07":
            file.seek(min(struct.unpack_from("<Q", tail, at - 12)[0], size))
            record = file.read(56)
            length = int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == 56 else length
        return length


def _leads_out(name: str) -> bool:
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    outside = posix.is_absolute() or bool(windows.drive or windows.root)
    return outside or ".." in (*posix.parts, *windows.parts) or "\0" in name


def _bounded(data: bytes, limit: int, label: str) -> bytes:
    if len(data) > limit:
        raise SourceError(f"{label} is too large for product metadata.", "It is not read.")
    return data


def _label(path: Path, name: str) -> str:
    return f"{path.name}/{PurePosixPath(name).name}"

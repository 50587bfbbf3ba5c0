"""Whether the images of a SAFE product are the bytes that its ``manifest.safe`` speaks of.

JPEG 2000 carries no checksum: altered bytes decode to other numbers, without a word. The manifest has size and checksum
of every file (Sentinel-SAFE; MD5 up to processing baseline 03.01, SHA3-256 later). A file of another size than the
manifest says was made anew on purpose (clipped, converted) or is cut off, which decoding finds: it is not compared.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

# Declarations of entities are refused before anything is parsed.
from xml.etree import ElementTree  # nosec B405

from ..errors import SourceError

MANIFEST = "manifest.safe"
#: A manifest has about 70 kB; those of old products with many granules some MB.
MAX_BYTES = 32 << 20
_ALGORITHMS = {"MD5": "md5", "SHA3-256": "sha3_256", "SHA-256": "sha256"}
_PIECE = 4 << 20
_MAX_NOTES = 4 << 20


@dataclass(frozen=True)
class Stated:
    """What a manifest says of a file: ``algorithm`` by hashlib's name, ``digest`` in lower case, ``size`` in bytes."""

    algorithm: str
    digest: str
    size: int


@dataclass(frozen=True)
class Original:
    """A file with what is stated of it: at ``path``, or ``member`` of the zip there, which has a CRC-32 of its own, so
    that ``stated`` may be None."""

    path: str
    member: str = ""
    stated: Stated | None = None

    def key(self) -> str | None:
        """What changes when the file does (size and time of change); None where there is no such file."""
        try:
            info = Path(self.path).stat()
        except OSError:
            return None
        parts = (self.path, self.member, info.st_size, info.st_mtime_ns, self.stated.digest if self.stated else "")
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def is_altered(self) -> bool:
        """Whether the file has the stated size and another content. Reads all of it: .2 s for 100 MB.

        Raises:
            OSError: the file cannot be read.
        """
        if not self.member:
            with Path(self.path).open("rb") as plain:
                return self._differs(plain)
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as member:
                return self._differs(member)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            return True
        except (KeyError, NotImplementedError, RuntimeError) as error:
            raise OSError(str(error)) from error

    def _differs(self, file: IO[bytes]) -> bool:
        wanted = self.stated
        digest = hashlib.new(wanted.algorithm, usedforsecurity=False) if wanted else None
        size = 0
        while piece := file.read(_PIECE):
            size += len(piece)
            if digest is not None:
                digest.update(piece)
        if wanted is None or digest is None:
            return False  # read to its end, so that zipfile has compared the CRC-32
        return size == wanted.size and digest.hexdigest() != wanted.digest


def stated(data: bytes, label: str) -> dict[str, Stated]:
    """What a manifest states, by file name below the product's folder; entries that are not understood are left out.

    Raises:
        SourceError: it is not XML, or XML that declares entities.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise SourceError(f"{label} declares XML entities, which manifests never do.", "It is not read.")
    try:
        data.decode("utf-8")
        root = ElementTree.fromstring(data, ElementTree.XMLParser(encoding="utf-8"))  # noqa: S314  # nosec B314
    except (ElementTree.ParseError, ValueError) as error:
        raise SourceError(f"{label} is not XML that can be read.", "Its files are not compared with it.") from error
    found = {}
    for entry in root.iterfind(".//{*}byteStream"):
        place, checksum = entry.find("{*}fileLocation"), entry.find("{*}checksum")
        if place is None or checksum is None:
            continue
        algorithm = _ALGORITHMS.get(checksum.get("checksumName", ""))
        digest, size = (checksum.text or "").strip().lower(), entry.get("size", "")
        if algorithm and re.fullmatch(r"[0-9a-f]{32,64}", digest) and re.fullmatch(r"\d{1,12}", size, re.ASCII):
            found[PurePosixPath(place.get("href", "")).as_posix()] = Stated(algorithm, digest, int(size))
    return found


class Comparisons:
    """Files that were compared, each once as long as it does not change; safe among threads.

    Those that were sound are remembered in ``notes``, a file with a line for each, so that the next run does not read
    them again; that file may vanish at any time."""

    def __init__(self, notes: Callable[[], Path]) -> None:
        self._notes = notes
        self._lock = threading.Lock()
        self._running: dict[str, threading.Lock] = {}
        self._altered: dict[str, bool] = {}

    def is_altered(self, original: Original) -> bool:
        """As :meth:`Original.is_altered`; a file that cannot be read is not altered: opening it will tell."""
        key = original.key()
        if key is None:
            return False
        with self._lock:
            if not self._altered:
                self._altered = dict.fromkeys(self._remembered(), False)
            running = self._running.setdefault(key, threading.Lock())
        with running:
            if key not in self._altered:
                try:
                    self._altered[key] = original.is_altered()
                    if not self._altered[key]:
                        self._remember(key)
                except OSError:
                    self._altered[key] = False
            return self._altered[key]

    def _remembered(self) -> list[str]:
        try:
            return re.findall(r"^[0-9a-f]{32}$", self._notes().read_text(encoding="ascii", errors="replace"), re.M)
        except OSError:
            return []

    def _remember(self, key: str) -> None:
        with contextlib.suppress(OSError):
            notes = self._notes()
            notes.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = not notes.is_file() or notes.stat().st_size > _MAX_NOTES
            with notes.open("w" if fresh else "a", encoding="ascii") as file:
                file.write(key + "\n")


def _notes() -> Path:
    from .sample import cache_folder  # it reads folders itself, and so this

    return cache_folder() / "compared.txt"


COMPARISONS = Comparisons(_notes)

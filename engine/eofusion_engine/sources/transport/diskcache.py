"""What was read, on disk for the next run: bounded, checked, and safe to share between processes.

Each entry is one file named by the hash of its key. It is written aside and renamed, carries a checksum, and
an entry that fails the check is a miss. Nothing else is kept, so there is no index that a crash could damage.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from ...files import replace

_MAGIC = b"EOFCACH1"
_DIGEST_BYTES = 16
#: Fast; a stronger level makes decoded imagery hardly smaller.
_LEVEL = 1
#: When full, old entries go until this share of the limit is used.
_KEEP = 0.9
#: Other processes write too: the folder is counted again after this share of the limit was written here.
_RECOUNT = 0.02
#: A file aside that nobody renamed for this long belongs to a process that died.
_ABANDONED_S = 3600.0
#: An entry's time is brought up to date when it is older than this: writing it at every reading would cost more.
_TOUCH_S = 1.0
#: No entry is larger when unpacked: a damaged or strange file must not fill the memory.
_MAX_ENTRY_BYTES = 1 << 30


class DiskCache:
    """Bytes by key in ``folder``, at most about ``limit_bytes`` of them; the least recently used go first.

    Thread-safe, and safe for several processes at once. Nothing here raises because of the disk: an entry that
    cannot be read is a miss, one that cannot be written is not kept.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.folder, self.limit_bytes = Path(folder), limit_bytes
        self._lock = threading.Lock()
        self._used: int | None = None  # counted when first written to
        self._written = 0

    def get(self, key: str) -> bytes | None:
        """What :meth:`put` kept under ``key``; None where nothing is, or where it is damaged."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        payload = _unpack(content)
        if payload is None:
            self.drop(key)
            return None
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _TOUCH_S:
                os.utime(path)
        return payload

    def put(self, key: str, payload: bytes) -> None:
        """Keep ``payload`` under ``key``; quietly not, where it is too large or the disk does not take it."""
        packed = zlib.compress(payload, _LEVEL)
        content = b"".join((_MAGIC, hashlib.blake2b(packed, digest_size=_DIGEST_BYTES).digest(), packed))
        if len(content) > self.limit_bytes * _KEEP or len(payload) > _MAX_ENTRY_BYTES:
            return
        path = self._path(key)
        aside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            if not path.parent.is_dir():
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.parent.mkdir(mode=0o700, exist_ok=True)
            aside.write_bytes(content)
            replace(aside, path)
        except OSError:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
            return
        self._account(len(content))

    def drop(self, key: str) -> None:
        """Forget ``key``."""
        with contextlib.suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return self.folder / name[:2] / name

    def _account(self, size: int) -> None:
        with self._lock:
            self._written += size
            if self._used is not None:
                self._used += size
                if self._used <= self.limit_bytes and self._written < self.limit_bytes * _RECOUNT:
                    return
            self._used, self._written = self._shrink(), 0

    def _shrink(self) -> int:
        """Bytes in the folder, after the oldest entries went where they were too many."""
        entries = sorted(self._entries())
        used = sum(size for _, size, _ in entries)
        if used <= self.limit_bytes:
            return used
        for _, size, path in entries:
            if used <= self.limit_bytes * _KEEP:
                break
            with contextlib.suppress(OSError):  # in use on Windows, or another process was faster
                Path(path).unlink()
                used -= size
        return used

    def _entries(self) -> Iterator[tuple[float, int, str]]:
        """(time of last use, bytes, path) of every entry; files that a dead process left aside are removed."""
        now = time.time()
        with contextlib.suppress(OSError):
            for part in os.scandir(self.folder):
                with contextlib.suppress(OSError):
                    for entry in os.scandir(part.path):
                        found = entry.stat(follow_symlinks=False)
                        if not entry.name.endswith(".part"):
                            yield found.st_mtime, found.st_size, entry.path
                        elif now - found.st_mtime > _ABANDONED_S:
                            Path(entry.path).unlink()


def _unpack(content: bytes) -> bytes | None:
    start = len(_MAGIC) + _DIGEST_BYTES
    packed = content[start:]
    digest = hashlib.blake2b(packed, digest_size=_DIGEST_BYTES).digest()
    if not content.startswith(_MAGIC) or content[len(_MAGIC) : start] != digest:
        return None
    try:
        unpacker = zlib.decompressobj()
        payload = unpacker.decompress(packed, _MAX_ENTRY_BYTES)
    except zlib.error:
        return None
    return payload if unpacker.eof else None

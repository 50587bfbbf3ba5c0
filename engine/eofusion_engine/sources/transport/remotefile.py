"""One file of a service as the readers see it: parts by position, checked against the file's version."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from .client import Transport

Sign = Callable[[str], str]

#: Read with the first request: holds the directory of a usual Cloud Optimized GeoTIFF (1024 or 512 pixel blocks).
HEAD_BYTES = 8 << 10
#: Fields of an address that only sign it. Without them it is the same file.
_SIGNING = re.compile(
    r"sig|signature|se|sp|sv|sr|st|spr|skoid|sktid|skt|ske|sks|skv|token|access_token|expires|key-pair-id|policy|"
    r"awsaccesskeyid|x-amz-.*|x-goog-.*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Meta:
    """Which version of a file it is: what the server says of it, and its size in bytes."""

    etag: str
    modified: str
    size: int

    def same(self, other: Meta) -> bool:
        """Whether both are one version. The servers behind one address may count their ETags differently."""
        alike = self.etag == other.etag if self.etag and other.etag else self.modified == other.modified
        return self.size == other.size and (alike or self.modified == other.modified != "")

    def dump(self) -> bytes:
        """As bytes for the disk cache."""
        return json.dumps({"etag": self.etag, "modified": self.modified, "size": self.size}).encode()

    @classmethod
    def load(cls, content: bytes | None) -> Meta | None:
        """What :meth:`dump` gave; None for anything else."""
        try:
            fields = json.loads(content or b"null")
            return cls(str(fields["etag"]), str(fields["modified"]), int(fields["size"]))
        except (ValueError, KeyError, TypeError):
            return None


def identity(href: str) -> str:
    """``href`` without what only signs it: the name of a file from run to run."""
    parts = urlsplit(href)
    kept = [(name, value) for name, value in parse_qsl(parts.query, True) if not _SIGNING.fullmatch(name)]
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, urlencode(kept), ""))


class RemoteFile:
    """A file at ``href``; made by :meth:`Transport.open`. Thread-safe.

    Its parts come from the first request's bytes, the disk cache, or the service, in that order.
    """

    def __init__(
        self, transport: Transport, href: str, meta: Meta, head: bytes, *, scene: str, auth: Any, sign: Sign | None
    ) -> None:
        self.transport, self.href, self.meta, self.scene = transport, href, meta, scene
        self._auth, self._sign, self._head = auth, sign, head
        self._key = f"{identity(href)}\n{meta.etag or meta.modified}\n{meta.size}"
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    def read(self, start: int, length: int, *, keep: bool = False) -> bytes:
        """``length`` bytes from ``start``, fewer only at the file's end; with ``keep`` also for later runs.

        Raises :class:`FetchError`; with the code ``changed`` when the file is no longer the one that was opened.
        """
        length = min(length, self.meta.size - start)
        if start < 0 or length <= 0:
            return b""
        known = self._head[start : start + length]
        start, length = start + len(known), length - len(known)
        if not length:
            return known
        what = f"bytes {start} {length}"
        if keep and (found := self.recall(what)) is not None and len(found) == length:
            return known + found
        data = self.transport.fetch(self.href, start, length, self.scene, self._auth, self._sign, expect=self.meta)
        if keep:
            self.store(what, data)
        return known + data

    def recall(self, what: str) -> bytes | None:
        """What an earlier reader stored about this version of the file."""
        return self.transport.recall(self._entry(what))

    def store(self, what: str, payload: bytes) -> None:
        """Keep something about this version of the file for later runs."""
        self.transport.store(self._entry(what), payload)

    def forget(self) -> None:
        """Drop what was read of the file from the disk cache, so that the next :meth:`Transport.open` asks anew."""
        with self._lock:
            keys, self._keys = self._keys, set()
        for key in keys:
            self.transport.discard(key)
        self.transport.reopen(self.href)

    def _entry(self, what: str) -> str:
        key = f"{self._key}\n{what}"
        with self._lock:
            self._keys.add(key)
        return key

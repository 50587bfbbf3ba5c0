"""What goes wrong in the service, decided by a seed, so that a failing test fails again."""

from __future__ import annotations

import fnmatch
import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field

#: What passes when it is tried again: statuses, and the connection cut in the middle of the body. The other kind of
#: :attr:`Faults.kinds` is ``corrupt``: wrong bytes.
PASSING_KINDS = ("429", "500", "503", "cut")
_INVERTED = bytes(255 - value for value in range(256))


@dataclass(frozen=True)
class Fault:
    """What happens to one request; nothing by default."""

    status: int = 0
    retry_after: float | None = None
    cut: bool = False
    corrupt: bool = False
    delay_s: float = 0.0
    redirect: str = ""
    swallow: bool = False

    def damaged(self, body: bytes) -> bytes:
        """``body`` as it is sent: every byte inverted, or nothing at all.

        Of single wrong bytes in a DEFLATE stream GDAL notices about two thirds; against those only TLS guards.
        """
        if self.swallow:
            return b""
        return bytes(body).translate(_INVERTED) if self.corrupt else body

    @property
    def kind(self) -> str:
        """The fault in one word; empty when nothing goes wrong."""
        if self.status or self.redirect:
            return str(self.status or "redirect")
        return "cut" if self.cut else "corrupt" if self.corrupt else "delay" if self.delay_s else ""


@dataclass
class Faults:
    """Which requests fail, changed at will while the service runs.

    ``rate`` of the requests whose path matches ``only`` fail in one of the ways ``kinds``. A request is told by its
    path, range, body and how often it came before: the order in which threads ask does not matter.
    """

    rate: float = 0.0
    kinds: tuple[str, ...] = PASSING_KINDS
    seed: int = 0
    only: str = "*"
    #: How often one and the same request may fail by ``rate``.
    most: int = 1000
    #: Path pattern -> the fault that every request of it meets: gone for good (404), refused (403), slow ...
    always: dict[str, Fault] = field(default_factory=dict)
    #: Path pattern -> how many requests of it fail first, and how.
    first: dict[str, tuple[int, Fault]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Nothing fails from now on."""
        with self._lock:
            self.rate, self.always, self.first, self.only, self.most = 0.0, {}, {}, "*", 1000
            self.kinds = PASSING_KINDS
            self._seen.clear()

    def decide(self, path: str, span: str, body: bytes) -> Fault:
        """The fate of a request."""
        with self._lock:
            for pattern, fault in self.always.items():
                if fnmatch.fnmatch(path, pattern):
                    return fault
            for pattern, (count, fault) in self.first.items():
                if count > 0 and fnmatch.fnmatch(path, pattern):
                    self.first[pattern] = (count - 1, fault)
                    return fault
            if not self.rate or not fnmatch.fnmatch(path, self.only):
                return Fault()
            key = f"{path.rpartition('/files/')[2]}|{span}|{len(body)}"
            if self._seen[key] >= self.most:
                return Fault()
            self._seen[key] += 1
            digest = hashlib.sha256(f"{self.seed}|{key}|{self._seen[key]}".encode()).digest()
        if int.from_bytes(digest[:4], "big") / 2**32 >= self.rate:
            return Fault()
        return _named(self.kinds[digest[4] % len(self.kinds)])


def _named(kind: str) -> Fault:
    if kind == "cut":
        return Fault(cut=True)
    if kind == "corrupt":
        return Fault(corrupt=True)
    return Fault(status=int(kind), retry_after=0 if kind == "429" else None)

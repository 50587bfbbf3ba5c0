"""What a transport did, for run.json."""

from __future__ import annotations

import threading
from typing import Any


class Counters:
    """Numbers of requests, bytes and seconds, in all and by scene. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = self._retries = self._bytes = self._cached = 0
        self._seconds = 0.0
        self._scenes: dict[str, list[float]] = {}

    def request(self, again: bool) -> None:
        """A request was sent; ``again``: it had failed before."""
        with self._lock:
            self._requests += 1
            self._retries += again

    def received(self, size: int) -> None:
        """``size`` bytes of an answer's body came, whatever they are worth."""
        with self._lock:
            self._bytes += size

    def recalled(self, size: int) -> None:
        """``size`` bytes were read from the disk cache instead."""
        with self._lock:
            self._cached += size

    def spent(self, scene: str, size: int, seconds: float) -> None:
        """A part of a file of ``scene`` was read."""
        with self._lock:
            self._seconds += seconds
            if scene:
                entry = self._scenes.setdefault(scene, [0, 0.0])
                entry[0] += size
                entry[1] += seconds

    def as_dict(self) -> dict[str, Any]:
        """``requests``, ``retries``, ``bytes`` (received), ``cached_bytes`` (from the disk cache, unpacked),
        ``seconds`` (of all threads together), and ``scenes``: ``bytes`` and ``seconds`` by scene's id.
        """
        with self._lock:
            return {
                "requests": self._requests,
                "retries": self._retries,
                "bytes": self._bytes,
                "cached_bytes": self._cached,
                "seconds": round(self._seconds, 3),
                "scenes": {
                    name: {"bytes": int(size), "seconds": round(seconds, 3)}
                    for name, (size, seconds) in sorted(self._scenes.items())
                },
            }

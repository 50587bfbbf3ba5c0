"""When a failed request is tried again, and how long to wait: as the service asks, else longer each time."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

#: Answers that pass: too many requests, and servers that are overloaded or restarting.
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_S, _LONGEST_S = 0.5, 16.0
#: All waiting for one request together. A service that asks for more is left for this time.
_TOTAL_S = 180.0
#: A host that could not be reached is not waited for again before this.
_DOWN_S = 60.0


class Closed(Exception):
    """The transport was closed while a request waited."""


class Patience:
    """Shared by all requests of a transport, so that one thread's "too often" slows the others too.

    ``sleep`` and ``clock`` (seconds) stand in for time in tests.
    """

    def __init__(
        self,
        retries: int,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._retries = retries
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._clock = clock
        self._lock = threading.Lock()
        self._not_before: dict[str, float] = {}
        self._down: dict[str, float] = {}

    def close(self) -> None:
        """End every wait, and every later one at once."""
        self._closed.set()

    def queue(self, host: str) -> None:
        """Wait as long as ``host`` asked everybody to. Raises :class:`Closed`."""
        with self._lock:
            left = self._not_before.get(host, 0.0) - self._clock()
        if left > 0:
            self.wait(left)
        elif self._closed.is_set():
            raise Closed

    def wait(self, seconds: float) -> None:
        """Let ``seconds`` pass. Raises :class:`Closed` when the transport was closed meanwhile."""
        self._sleep(seconds)
        if self._closed.is_set():
            raise Closed

    def pause(self, attempt: int, waited: float, host: str, retry_after: str | None = None) -> float | None:
        """Seconds until try ``attempt`` + 1 (counted from 0), or None when it is enough.

        ``waited``: seconds this request has waited so far; ``retry_after``: what the service said.
        """
        if attempt >= self._retries or self.down(host):
            return None
        asked = _seconds(retry_after)
        # Some randomness, so that threads that failed together do not come back together.
        pause = min(_FIRST_S * 2**attempt, _LONGEST_S) * random.uniform(0.75, 1.25)  # noqa: S311  # nosec B311
        if asked is not None:
            pause = max(asked, min(pause, _FIRST_S))
        if waited + pause > _TOTAL_S:
            return None
        if asked:
            with self._lock:
                until = self._clock() + asked
                self._not_before[host] = max(until, self._not_before.get(host, 0.0))
        return pause

    def reached(self, host: str) -> None:
        """``host`` answered."""
        if host in self._down:
            with self._lock:
                self._down.pop(host, None)

    def lost(self, host: str) -> None:
        """``host`` could not be reached with all patience: for a while it is tried once only."""
        with self._lock:
            self._down[host] = self._clock() + _DOWN_S

    def down(self, host: str) -> bool:
        """Whether ``host`` was lost a short while ago."""
        with self._lock:
            return self._down.get(host, 0.0) > self._clock()


def _seconds(retry_after: str | None) -> float | None:
    """A ``Retry-After`` header, which is seconds or a date (RFC 9110, 10.2.3)."""
    if not retry_after:
        return None
    text = retry_after.strip()
    if text.isdecimal() and text.isascii():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return max(0.0, (when - datetime.now(timezone.utc)).total_seconds())

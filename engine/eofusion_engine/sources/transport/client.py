"""Parts of files by http range requests, with every answer checked against what was asked."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.exceptions import SSLError

from ...errors import SourceError
from .counters import Counters
from .diskcache import DiskCache
from .errors import FetchError, of_status, offline, unreachable
from .guard import AddressGuard
from .patience import Patience
from .remotefile import HEAD_BYTES, Meta, RemoteFile, Sign, identity
from .session import GuardedSession, PatientAdapter, TooLarge

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
#: No single part is larger: one block of imagery has some megabytes at most.
_MAX_PART_BYTES = 256 << 20
#: When so many files one after the other cannot be reached, it is the service (or the network), not the files.
_FILES_AWAY = 6
_OFFLINE = "The service of {host} cannot be reached; what an earlier run read of it is used."


class Transport:
    """All requests of one source. Thread-safe.

    ``cache`` keeps parts for later runs; ``trusted_hosts`` (``host:port``) are the servers that may lie in a private
    network; ``warn`` is told, once a host, that it cannot be reached and an earlier run's parts are used.
    ``sleep`` and ``clock`` stand in for time in tests. ``timeout_s`` is for connecting and for every silence.
    """

    def __init__(
        self,
        *,
        cache: DiskCache | None,
        trusted_hosts: Collection[str] = (),
        warn: Callable[[str], None] = lambda message: None,
        retries: int = 5,
        timeout_s: float = 30.0,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cache, self._warn = cache, warn
        self._counters = Counters()
        self._patience = Patience(retries, sleep, clock)
        self._adapter = PatientAdapter(AddressGuard(trusted_hosts), self._patience, self._counters, timeout_s)
        #: For the search and for signatures: the same guard, the same patience, the same counts.
        self.session: requests.Session = GuardedSession(self._adapter)
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = {}
        self._files: dict[str, RemoteFile] = {}
        self._fresh: set[str] = set()
        self._offline: set[str] = set()
        self._away: set[str] = set()

    @property
    def offline(self) -> bool:
        """Whether a host could not be reached and an earlier run's parts stand in."""
        return bool(self._offline)

    def open(self, href: str, *, scene: str = "", auth: Any = None, sign: Sign | None = None) -> RemoteFile:
        """The file at ``href``, asked for once: its size and version, and its first bytes.

        ``sign`` makes the address that is asked from ``href``; ``auth`` is a ``requests`` one.
        Raises :class:`FetchError`.
        """
        with self._lock:
            turn = self._opening.setdefault(href, threading.Lock())
        with turn:
            file = self._files.get(href)
            if file is None:
                meta, head = self._begin(href, scene, auth, sign)
                file = RemoteFile(self, href, meta, head, scene=scene, auth=auth, sign=sign)
                with self._lock:
                    self._files[href] = file
                    self._fresh.discard(href)
            return file

    def read(
        self, href: str, start: int, length: int, *, scene: str = "", auth: Any = None, sign: Sign | None = None
    ) -> bytes:
        """``length`` bytes of the file from ``start``; fewer where it ends before. Raises :class:`FetchError`."""
        return self.fetch(href, start, length, scene, auth, sign)

    def fetch(
        self, href: str, start: int, length: int, scene: str, auth: Any, sign: Sign | None, expect: Meta | None = None
    ) -> bytes:
        """As :meth:`read`; with ``expect`` the file must still be that version and all bytes must come."""
        if start < 0 or not 0 < length <= _MAX_PART_BYTES:
            raise FetchError("its directory names impossible positions", "The run goes on without it.", "damaged")
        data, meta = self._checked(self._get(href, start, length, scene, auth, sign), start, length)
        if expect is not None and not meta.same(expect):
            raise FetchError("it was replaced while it was read", "Run it again.", "changed")
        if expect is not None and len(data) != length:
            raise FetchError("less came than was asked for", "The run goes on without it.", "damaged")
        return data

    def recall(self, key: str) -> bytes | None:
        """What the disk cache has under ``key``."""
        found = self._cache.get(key) if self._cache is not None else None
        if found is not None:
            self._counters.recalled(len(found))
        return found

    def store(self, key: str, payload: bytes) -> None:
        """Keep ``payload`` in the disk cache, if there is one."""
        if self._cache is not None:
            self._cache.put(key, payload)

    def discard(self, key: str) -> None:
        """Take ``key`` out of the disk cache."""
        if self._cache is not None:
            self._cache.drop(key)

    def reopen(self, href: str) -> None:
        """Forget what is known of a file: the next :meth:`open` asks the service past every cache."""
        with self._lock:
            self._files.pop(href, None)
            self._fresh.add(href)

    def stats(self) -> dict[str, Any]:
        """What was done so far: see :meth:`Counters.as_dict`."""
        return self._counters.as_dict()

    def close(self) -> None:
        """End waiting requests and close the connections."""
        self._patience.close()
        self.session.close()

    def _begin(self, href: str, scene: str, auth: Any, sign: Sign | None) -> tuple[Meta, bytes]:
        """Version and first bytes of a file: those of an earlier run where the service says that they still hold, or
        cannot be asked.
        """
        name = f"file\n{identity(href)}"
        meta = None if href in self._fresh else Meta.load(self.recall(name))
        head = self.recall(f"{name}\n{meta.dump().decode()}") if meta is not None else None
        if meta is not None and head is not None:
            try:
                if self._still(href, meta, scene, auth, sign):
                    return meta, head
            except FetchError as error:
                if error.code not in ("network", "service", "offline"):
                    raise
                self._say_offline(href)
                return meta, head
        answer = self._get(href, 0, HEAD_BYTES, scene, auth, sign)
        head, meta = self._checked(answer, 0, HEAD_BYTES)
        if answer.status_code == 200:  # of a server without parts: all of a small file
            head = answer.content
        self.store(f"{name}\n{meta.dump().decode()}", head)
        self.store(name, meta.dump())
        return meta, head

    def _still(self, href: str, meta: Meta, scene: str, auth: Any, sign: Sign | None) -> bool:
        """Whether the file at ``href`` is still the version ``meta``."""
        answer = self._get(href, 0, 1, scene, auth, sign, meta.etag)
        return answer.status_code == 304 or self._checked(answer, 0, 1)[1].same(meta)

    def _get(
        self,
        href: str,
        start: int,
        length: int,
        scene: str,
        auth: Any,
        sign: Sign | None,
        unless: str = "",
    ) -> requests.Response:
        """The answer to a range request, of a status that is not an error. ``unless``: a known version's ETag."""
        began = time.monotonic()
        wanted = {"Range": f"bytes={start}-{start + length - 1}", "Accept-Encoding": "identity"}
        if unless:
            wanted["If-None-Match"] = unless
        size = 0
        try:
            asked = sign(href) if sign is not None else href
            answer = self.session.get(asked, headers=wanted, auth=auth)
            if answer.status_code in (401, 403) and sign is not None and (again := sign(href)) != asked:
                answer = self.session.get(again, headers=wanted, auth=auth)  # the signature expired under way
            size = len(answer.content)
        except FetchError:
            raise
        except SourceError as error:  # there is no signature
            reason = error.message[:1].lower() + error.message[1:].rstrip(".")
            raise FetchError(reason, error.hint, error.code) from None
        except SSLError:
            raise self._not_reached(href, "its certificate is not valid") from None
        except TooLarge:
            message = "the server gives whole files only, not parts of them"
            raise FetchError(message, "Download the scenes and use them as a folder.", "no-ranges") from None
        except requests.TooManyRedirects:
            raise FetchError("its address leads in circles", "The run goes on without it.", "href") from None
        except (requests.RequestException, ValueError) as error:
            raise self._not_reached(href, type(error).__name__) from None
        finally:
            self._counters.spent(scene, size, time.monotonic() - began)
        with self._lock:
            self._away.clear()
        if answer.status_code not in (200, 206, 304):
            raise of_status(answer.status_code)
        return answer

    def _not_reached(self, href: str, kind: str) -> FetchError:
        """The error of a file that cannot be reached: its own, or, after many others, that of the whole service."""
        with self._lock:
            self._away.add(href)
            many = len(self._away) >= _FILES_AWAY
        return offline(urlsplit(href).netloc.lower()) if many else unreachable(kind)

    @staticmethod
    def _checked(answer: requests.Response, start: int, length: int) -> tuple[bytes, Meta]:
        """The bytes that were asked for, and the version of the file that they are of."""
        body = answer.content
        said = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if answer.status_code == 206:
            if said is None:
                raise FetchError("the answer does not say which part it is", "The run goes on without it.", "damaged")
            first, last, size = (int(number) for number in said.groups())
            if first != start or last - first + 1 != len(body) or len(body) != min(length, size - start):
                raise FetchError("the answer is another part than asked", "The run goes on without it.", "damaged")
        else:
            size, body = len(body), body[start : start + length]
        return body, Meta(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""), size)

    def _say_offline(self, href: str) -> None:
        host = urlsplit(href).netloc.lower()
        with self._lock:
            if host in self._offline:
                return
            self._offline.add(host)
        self._warn(_OFFLINE.format(host=host))

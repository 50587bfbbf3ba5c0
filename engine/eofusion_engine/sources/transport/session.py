"""A ``requests`` session that asks only where it may, tries again what passes, and keeps credentials at home."""

from __future__ import annotations

import io
import re
import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ConnectionError, ConnectTimeout, SSLError, Timeout
from requests.utils import select_proxy
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from .counters import Counters
from .errors import FetchError
from .guard import AddressGuard, guarded_pools
from .patience import RETRIED, Closed, Patience

#: The longest answer that is taken: a page of a search. Parts of files are bounded by what was asked for.
MAX_ANSWER_BYTES = 80 << 20
#: A server that gives the whole file where a part was asked for is used for small files only.
MAX_WHOLE_BYTES = 1 << 20
#: An answer that comes drop by drop is given up after this many times the timeout.
_SLOWEST = 20
_PIECE_BYTES = 1 << 16
_MAX_REDIRECTS = 5
#: What another host may be told after a redirect. Everything else might be a key.
_HARMLESS = {"accept", "accept-encoding", "connection", "content-length", "content-type", "range", "user-agent"}
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


class TooLarge(requests.RequestException):
    """An answer with more bytes than any sensible one."""


class PatientAdapter(HTTPAdapter):
    """Sends a request until it is answered or enough is enough; the answer's body is whole when it returns.

    A body that breaks off is as much a failure as a connection that is refused, so it is read here.
    """

    def __init__(
        self, guard: AddressGuard, patience: Patience, counters: Counters, timeout_s: float, connections: int = 32
    ) -> None:
        self._guard, self._patience, self._counters, self._timeout = guard, patience, counters, timeout_s
        super().__init__(pool_connections=16, pool_maxsize=connections)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Direct connections check where they end; those to the user's own proxy do not."""
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = guarded_pools(self._guard)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """The answer, whatever its status. Raises ``requests`` exceptions, :class:`FetchError` for the address."""
        url = request.url or ""
        host = urlsplit(url).netloc.lower()
        direct = not select_proxy(url, proxies or {})  # type: ignore[no-untyped-call]
        waited, attempt = 0.0, 0
        while True:
            try:
                self._patience.queue(host)
                self._guard.check(url, direct=direct)
                self._counters.request(again=attempt > 0)
                answer = super().send(request, True, timeout or self._timeout, verify, cert, proxies)
                self._read(answer, request)
            except SSLError:
                raise  # a certificate that is wrong stays wrong
            except (ConnectionError, Timeout, ChunkedEncodingError) as error:
                pause = self._patience.pause(attempt, waited, host)
                if pause is None:
                    if isinstance(error, (ConnectionError, ConnectTimeout)):
                        self._patience.lost(host)
                    raise
            except Closed:
                raise ConnectionError("the transport was closed") from None
            else:
                self._patience.reached(host)
                if answer.status_code not in RETRIED:
                    return answer
                pause = self._patience.pause(attempt, waited, host, answer.headers.get("Retry-After"))
                if pause is None:
                    return answer
            try:
                self._patience.wait(pause)
            except Closed:
                raise ConnectionError("the transport was closed") from None
            waited, attempt = waited + pause, attempt + 1

    def _read(self, answer: requests.Response, request: requests.PreparedRequest) -> None:
        """Take the body in, bounded in size and time, and put it back as one that is at hand."""
        most = _most(answer, request)
        said = answer.headers.get("Content-Length", "")
        raw, body, began = answer.raw, bytearray(), time.monotonic()
        try:
            if said.isdecimal() and int(said) > most and request.method != "HEAD":
                raise TooLarge("the answer is too large")
            while piece := raw.read(_PIECE_BYTES, decode_content=False):
                body += piece
                self._counters.received(len(piece))
                if len(body) > most:
                    raise TooLarge("the answer is too large")
                if time.monotonic() - began > _SLOWEST * self._timeout:
                    raise Timeout("the answer comes too slowly")
        except (HTTPError, OSError) as error:
            answer.close()
            if isinstance(error, requests.RequestException):
                raise
            raise ChunkedEncodingError(f"the answer broke off ({type(error).__name__})") from None
        raw.release_conn()
        answer.raw = HTTPResponse(
            io.BytesIO(bytes(body)),
            headers=raw.headers,
            status=raw.status,
            version=raw.version,
            reason=raw.reason,
            preload_content=False,
            request_method=request.method,
        )


def _most(answer: requests.Response, request: requests.PreparedRequest) -> int:
    asked = _RANGE.fullmatch(str(request.headers.get("Range", "")))
    if asked is None:
        return MAX_ANSWER_BYTES
    return int(asked[2]) - int(asked[1]) + 1 if answer.status_code == 206 else MAX_WHOLE_BYTES


class GuardedSession(requests.Session):
    """A session over :class:`PatientAdapter`. Thread-safe: it keeps no cookies and no state of a request.

    Credentials come from the caller alone, never from a ``.netrc`` file, and go to no host but the one they were
    given for.
    """

    def __init__(self, adapter: PatientAdapter) -> None:
        super().__init__()
        self.max_redirects = _MAX_REDIRECTS
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        for scheme in ("https://", "http://"):
            self.mount(scheme, adapter)

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """As ``requests`` does, without looking for credentials of its own."""
        if request.auth is None:
            request.auth = _nothing
        return super().prepare_request(request)

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """What a redirect may take along: to another host nothing that could be a key, and never down to http."""
        before, after = urlsplit(response.request.url or ""), urlsplit(prepared_request.url or "")
        if (before.scheme, after.scheme) == ("https", "http"):
            hint = "The run goes on without it."
            raise FetchError("its address is not followed (it leads to an unencrypted one)", hint, "href")
        if (before.scheme, before.netloc.lower()) != (after.scheme, after.netloc.lower()):
            for name in [name for name in prepared_request.headers if name.lower() not in _HARMLESS]:
                del prepared_request.headers[name]


def _nothing(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request

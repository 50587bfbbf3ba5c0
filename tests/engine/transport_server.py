"""A small file server on loopback with range requests, whose answers can be made to fail."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What a request is answered with instead of its bytes."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    #: Only so many bytes of the body are sent before the connection is cut.
    cut: int | None = None
    before: Callable[[], object] | None = None


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    path: str
    headers: dict[str, str]

    @property
    def span(self) -> tuple[int, int]:
        """First position and number of bytes that were asked for."""
        first, _, last = self.headers["range"].removeprefix("bytes=").partition("-")
        return int(first), int(last) - int(first) + 1


class FileServer:
    """Serves ``files`` (path to bytes); ``answer(request, nth)`` may answer the nth request of a path otherwise."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.etags: dict[str, str] = {}
        self.answer: Callable[[Request, int], Answer | None] = lambda request, nth: None
        self.requests: list[Request] = []
        self.sent = 0
        self.connections = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                with outer._lock:
                    outer.connections += 1
                super().setup()

            def do_GET(self) -> None:
                outer._serve(self)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def put(self, path: str, content: bytes, etag: str | None = None) -> str:
        """Serve ``content``; gives its address."""
        self.files[path] = content
        self.etags[path] = etag or f'"{hash(content) & 0xFFFFFFFF:x}"'
        return self.url(path)

    def stop(self) -> None:
        """No more answers: connections are refused."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def forget(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self.requests.clear()
            self.sent = 0

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        request = Request(handler.path, {name.lower(): value for name, value in handler.headers.items()})
        path = request.path.partition("?")[0]
        with self._lock:
            self.requests.append(request)
            nth = sum(earlier.path.partition("?")[0] == path for earlier in self.requests)
        other = self.answer(request, nth) or Answer()
        if other.before is not None:
            other.before()
        status, headers, body = self._usual(path, request)
        if other.status:
            status, headers, body = other.status, {}, b""
        headers |= other.headers
        body = other.body if other.body is not None else body
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if other.cut is not None:
            body, handler.close_connection = body[: other.cut], True
        with self._lock:
            self.sent += len(body)
        handler.wfile.write(body)

    def _usual(self, path: str, request: Request) -> tuple[int, dict[str, str], bytes]:
        content = self.files.get(path)
        if content is None:
            return 404, {}, b""
        headers = {"ETag": self.etags[path], "Accept-Ranges": "bytes"}
        if request.headers.get("if-none-match") == self.etags[path]:
            return 304, {**headers, "Content-Length": "0"}, b""
        if "range" not in request.headers:
            return 200, headers, content
        first, length = request.span
        if first >= len(content):
            return 416, {"Content-Range": f"bytes */{len(content)}"}, b""
        body = content[first : first + length]
        return 206, {**headers, "Content-Range": f"bytes {first}-{first + len(body) - 1}/{len(content)}"}, body


@contextmanager
def file_server() -> Iterator[FileServer]:
    """A running server."""
    server = FileServer()
    try:
        yield server
    finally:
        if server._thread.is_alive():
            server.stop()

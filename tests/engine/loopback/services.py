"""The service: ``rustac serve`` behind a front server that also serves the files and can be made to fail."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from RangeHTTPServer import RangeRequestHandler

from .faults import Fault, Faults

#: Files are served below this path; everything else goes to the STAC API.
FILES = "/files"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class StacApi:
    """A ``rustac serve`` process on loopback whose links show ``public`` (the front server) as its address."""

    def __init__(self, files: Iterable[Path], public: str, log: Path) -> None:
        self.port = free_port()
        rustac = Path(sys.executable).parent / "rustac"
        command = [str(rustac), "serve", "--addr", public, "--bind", f"127.0.0.1:{self.port}", *map(str, files)]
        with log.open("wb") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        for _ in range(200):
            if self._process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"rustac did not start: {log.read_text(errors='replace')[-500:]}")

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Handler(RangeRequestHandler):
    """Files with ranges and ETag, the API by forwarding, each after what :class:`Faults` decides."""

    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 30
    disable_nagle_algorithm = True  # header and body are two writes: 40 ms a request otherwise

    def do_GET(self) -> None:
        self._answer(self._file if self._is_file() else self._forward)

    def do_HEAD(self) -> None:
        self._answer(super().do_HEAD if self._is_file() else self._forward)

    def do_POST(self) -> None:
        self._answer(self._forward)

    def _is_file(self) -> bool:
        return urlsplit(self.path).path.startswith(FILES + "/")

    def _answer(self, work: object) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length) if length else b""
        fault = self.server.faults.decide(self.path, self.headers.get("Range", ""), self.body)
        self.server.note(self.path, fault)
        if fault.delay_s:
            time.sleep(fault.delay_s)
        if fault.status or fault.redirect:
            self.send_response(fault.status or 302)
            if fault.redirect:
                self.send_header("Location", fault.redirect)
            if fault.retry_after is not None:
                self.send_header("Retry-After", str(fault.retry_after))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        plain = self.wfile
        self.wfile = _Meter(plain, fault, self.server)
        try:
            work()  # type: ignore[operator]
            if fault.cut:
                self.close_connection = True
        finally:
            self.wfile = plain

    def translate_path(self, path: str) -> str:
        """The file, below the served folder only (the base class drops ``..``)."""
        return super().translate_path(urlsplit(path).path.removeprefix(FILES))

    def _file(self) -> None:
        file = self.send_head()
        if file is None:
            return
        with file:
            if self.range is None:
                self.copyfile(file, self.wfile)
                return
            # The base class sends all of the file for bytes=0-0: its ranges end at None or above 0.
            first, last = self.range
            size = os.fstat(file.fileno()).st_size
            file.seek(first)
            self.wfile.write(file.read((size - 1 if last is None else min(last, size - 1)) - first + 1))

    def end_headers(self) -> None:
        if self._is_file():
            path = Path(self.translate_path(self.path))
            if path.is_file():
                facts = path.stat()
                self.send_header("ETag", f'"{facts.st_size:x}-{facts.st_mtime_ns:x}"')
        super().end_headers()

    def _forward(self) -> None:
        api = self.server.api_port
        if api is None:
            self.send_error(404)
            return
        connection = http.client.HTTPConnection("127.0.0.1", api, timeout=20)
        try:
            kept = {k: v for k, v in self.headers.items() if k.lower() in ("accept", "content-type")}
            connection.request(self.command, self.path, self.body or None, kept)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() in ("content-type",):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """The tests look at :attr:`_Server.requests` instead."""


class _Meter:
    """Counts what a body sends and, where a fault says so, damages or cuts it."""

    def __init__(self, out: object, fault: Fault, server: _Server) -> None:
        self._out, self._fault, self._server, self._head = out, fault, server, True

    def write(self, data: bytes) -> int:
        # http.server flushes the headers in one write, before the body.
        if self._head:
            self._head = False
            return self._out.write(data)  # type: ignore[attr-defined, no-any-return]
        sent = self._fault.damaged(bytes(data))
        if self._fault.cut:
            sent = sent[: len(sent) // 2]
            self._fault = Fault(swallow=True)
        self._server.sent(len(sent))
        self._out.write(sent)  # type: ignore[attr-defined]
        return len(data)

    def flush(self) -> None:
        self._out.flush()  # type: ignore[attr-defined]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, root: Path, faults: Faults) -> None:
        self.faults, self.api_port = faults, None
        self.requests: list[tuple[str, Fault]] = []
        self.bytes_sent = 0
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(root)))

    api_port: int | None

    def note(self, path: str, fault: Fault) -> None:
        with self._lock:
            self.requests.append((path, fault))

    def sent(self, count: int) -> None:
        with self._lock:
            self.bytes_sent += count

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what the tests do on purpose."""


class Service:
    """Front server (files, faults) and STAC API as one address; a context manager that stops both."""

    def __init__(self, root: Path, faults: Faults | None = None) -> None:
        """``root`` is served at :attr:`files_url`; call :meth:`start_api` once its JSON files are written."""
        self.faults = faults or Faults()
        self._root, self._api = root, None
        self._server = _Server(root, self.faults)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    _api: StacApi | None

    @property
    def url(self) -> str:
        """The STAC API's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def files_url(self) -> str:
        """The address at which the folder is served."""
        return self.url + FILES

    def start_api(self, files: Iterable[Path]) -> Service:
        """Load collections and items into a STAC API behind this address."""
        self._api = StacApi(files, self.url, self._root / "rustac.log")
        self._server.api_port = self._api.port
        return self

    @property
    def requests(self) -> list[tuple[str, Fault]]:
        """Path and fault of every request so far."""
        return list(self._server.requests)

    @property
    def bytes_sent(self) -> int:
        """Bytes of bodies sent so far."""
        return self._server.bytes_sent

    def forget(self) -> None:
        """Count from zero, and fail no more."""
        self.faults.clear()
        self._server.requests.clear()
        self._server.bytes_sent = 0

    def stop(self) -> None:
        """Stop listening and end the API's process; twice does no harm."""
        if not self._thread.is_alive():
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        if self._api is not None:
            self._api.stop()
            self._api = None

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

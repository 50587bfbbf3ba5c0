"""The engine's process under QGIS: reads requests from standard input, answers on standard output.

Libraries print; so the real standard output is kept aside for protocol lines and everything else
goes to standard error, which QGIS shows in its log. One task runs at a time, in a thread, so that
a cancel is always heard.
"""

from __future__ import annotations

import os
import platform
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, TextIO

from . import __version__
from .errors import Cancelled, EOFusionError
from .plain_errors import plain_error
from .protocol import MAX_LINE, PROTOCOL_VERSION, ProtocolError, decode, encode
from .redact import RedactedStream

HEARTBEAT_SECONDS = 5.0
#: How long a task may take to stop once QGIS is gone.
LEAVE_SECONDS = 2.0


class Worker:
    """Dispatches messages; everything heavy is imported by the task that needs it."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._tasks: queue.Queue[tuple[str, Callable[[], dict[str, Any]]] | None] = queue.Queue()
        self._cancelled: set[str] = set()
        self._current: str | None = None
        self._leaving = False

    def send(self, message_type: str, message_id: str, **fields: Any) -> None:
        """Write one line. QGIS may be gone: then there is nobody to tell and the worker ends."""
        with self._lock:
            try:
                self._out.write(encode(message_type, message_id, **fields) + "\n")
                self._out.flush()
            except (BrokenPipeError, ValueError):
                os._exit(0)

    def serve(self, lines: TextIO) -> None:
        """Handle messages until ``shutdown`` or the end of input."""
        threading.Thread(target=self._work, daemon=True).start()
        threading.Thread(target=self._beat, daemon=True).start()
        while line := lines.readline(MAX_LINE + 1):
            if not line.strip():
                continue
            try:
                message = decode(line)
            except ProtocolError as error:
                self.send("error", "", **error.as_dict())
                continue
            if message["type"] == "shutdown":
                return
            self._handle(message)

    def _handle(self, message: dict[str, Any]) -> None:
        kind, key = message["type"], message["id"]
        if kind == "hello":
            self._tasks.put((key, lambda: self._hello(bool(message.get("deep")))))
        elif kind == "cancel":
            self._cancelled.add(str(message["target"]))
        elif kind == "secret":
            # Secrets arrive in a message of their own and are never written, logged or echoed.
            self._keep_secret(key, message)
        else:
            self._tasks.put((key, lambda: self._task(kind, key, message)))

    def _keep_secret(self, key: str, message: dict[str, Any]) -> None:
        from .sources.credentials import SECRETS

        try:
            SECRETS.put(str(message["name"]), str(message["value"]))
        except EOFusionError as error:
            self.send("error", key, **error.as_dict())

    def _work(self) -> None:
        while (item := self._tasks.get()) is not None:
            key, task = item
            self._current = key
            state = "ok"
            try:
                if key in self._cancelled:
                    raise Cancelled
                result = task()
                if result:
                    self.send("result", key, result=result)
            except Cancelled as error:
                state = "cancelled"
                self.send("error", key, **error.as_dict())
            except EOFusionError as error:
                state = "error"
                self.send("error", key, **error.as_dict())
            except Exception as error:  # the last guard: a fault must reach the user as a sentence
                state = "error"
                traceback.print_exc()
                text = f"The engine met an unexpected fault ({type(error).__name__})."
                plain = plain_error(error) or EOFusionError(text, "The log panel has the details.", "internal")
                self.send("error", key, **plain.as_dict())
            self._current = None
            self.send("done", key, state=state)

    def _beat(self) -> None:
        while True:
            time.sleep(HEARTBEAT_SECONDS)
            if (key := self._current) is not None:
                self.send("heartbeat", key)

    def _hello(self, deep: bool) -> dict[str, Any]:
        """Say what this engine is; ``deep`` runs each of its parts before, as the set-up's check wants it."""
        import torch

        from .inference.device import devices

        if deep:
            from .doctor import require_working

            require_working()
        self.send(
            "ready",
            self._current or "",
            engine=__version__,
            protocol=PROTOCOL_VERSION,
            python=platform.python_version(),
            torch=torch.__version__,
            devices=devices(),
        )
        return {}

    def _task(self, kind: str, key: str, message: dict[str, Any]) -> dict[str, Any]:
        if kind == "pixel":
            from .inspect_point import series_at

            return series_at(message["run"], float(message["x"]), float(message["y"]))
        if kind == "explore":
            from .explore.registry import explore

            return explore(str(message["tool"]), message["arguments"], _Lines(self, key))
        from .request import parse_request

        request = parse_request(message["request"])
        if kind == "check":
            return {"ok": True, "request": request.model_dump(mode="json")}
        listener = _Lines(self, key)
        if kind == "plan":
            from .inference.plan import make_plan

            with make_plan(request, listener) as plan:
                return plan.summary()
        from .inference.runner import run

        return run(request, listener)

    def is_cancelled(self, key: str) -> bool:
        """Whether QGIS asked to stop this task, or is gone."""
        return self._leaving or key in self._cancelled

    def leave(self) -> None:
        """End the process now, QGIS being gone: the task may note that it was cancelled, but is not waited for long.

        Python's own end would wait for the threads that compute tiles; what they leave behind is safe at any moment.
        """
        self._leaving = True
        until = time.monotonic() + LEAVE_SECONDS
        while self._current is not None and time.monotonic() < until:
            time.sleep(0.02)
        sys.stderr.flush()
        os._exit(0)


class _Lines:
    """A listener that writes protocol lines; progress at most ten times a second."""

    def __init__(self, worker: Worker, key: str) -> None:
        self._worker, self._key = worker, key
        self._last = 0.0
        self._stage, self._stage_start = "", time.monotonic()

    def progress(self, stage: str, done: int, total: int, text: str) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._stage_start = stage, now
        elif now - self._last < 0.1 and done < total:
            return
        self._last = now
        eta = (now - self._stage_start) / done * (total - done) if done else None
        self._worker.send("progress", self._key, stage=stage, done=done, total=total, eta_s=eta, text=text)

    def warning(self, message: str) -> None:
        self._worker.send("warning", self._key, message=message)

    def product(self, run: str, product: dict[str, Any]) -> None:
        self._worker.send("product", self._key, run=run, product=product)

    def cancelled(self) -> bool:
        return self._worker.is_cancelled(self._key)


def main() -> int:
    """Serve one QGIS session."""
    protocol_out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stderr = RedactedStream(sys.stderr)  # type: ignore[assignment]
    worker = Worker(protocol_out)
    worker.serve(sys.stdin)
    worker.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())

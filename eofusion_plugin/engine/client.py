"""One engine process: JSON lines in, JSON lines out. No QGIS in here, so that it is tested without.

``EngineClient`` lives exactly as long as its process. A request gives a :class:`Conversation`: all
answers in order, always ending with ``done``, whatever happens to the process.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue

# The engine is a process of its own; started from a list, no shell.
import subprocess  # nosec B404
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from ..errors import PluginError

PROTOCOL_VERSION = 1
#: A longer line is not a message of ours.
MAX_LINE = 4_000_000
MAX_LOG_LINE = 8_000
#: Seconds a cancelled request may take to end by itself, and then to end after being told to.
CANCEL_GRACE = 2.0
TERMINATE_GRACE = 1.0
#: How often a caller who follows a request is asked whether to stop.
POLL_SECONDS = 0.2

#: What QGIS sets for itself and would break another Python, its GDAL and its PROJ.
SCRUBBED = frozenset(
    {
        *("PYTHONHOME", "PYTHONPATH", "PYTHONEXECUTABLE", "PYTHONUSERBASE", "VIRTUAL_ENV"),
        *("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PROJ_DATA", "PROJ_LIB"),
        *("GDAL_DATA", "GDAL_DRIVER_PATH", "GDAL_PLUGIN_PATH", "QGIS_PREFIX_PATH", "QGIS_PLUGINPATH"),
        *("LD_LIBRARY_PATH", "LD_PRELOAD"),
    }
)
Message = dict[str, Any]


def scrubbed_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without what belongs to QGIS' own Python, GDAL and PROJ."""
    given = os.environ if environment is None else environment
    return {k: v for k, v in given.items() if k.upper() not in SCRUBBED and not k.upper().startswith("DYLD_")}


def process_options() -> dict[str, Any]:
    """Options for every process that we start: no console window on Windows."""
    return {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}


def worker_command(python: str | Path, worker: Path) -> list[str]:
    """How the engine is started: isolated, so that no PYTHONPATH and no user packages get in."""
    return [str(python), "-I", str(worker)]


class Conversation:
    """The answers to one request."""

    def __init__(self, key: str, kind: str) -> None:
        self.key = key
        self.kind = kind
        self.cancelled = False
        self.finished = threading.Event()
        self._messages: queue.Queue[Message] = queue.Queue()

    def put(self, message: Message) -> None:
        """Called by the client; nothing is taken after ``done``."""
        if self.finished.is_set():
            return
        self._messages.put(message)
        if message["type"] == "done":
            self.finished.set()

    def get(self, timeout: float | None = None) -> Message | None:
        """The next answer, None when there is none within ``timeout`` seconds."""
        try:
            return self._messages.get(timeout=timeout)
        except queue.Empty:
            return None

    def __iter__(self) -> Iterator[Message]:
        """All answers up to and including ``done``."""
        while True:
            message = self._messages.get()
            yield message
            if message["type"] == "done":
                return


class EngineClient:
    """Starts the process at once; raises :class:`PluginError` when that is not possible."""

    def __init__(self, command: Sequence[str], log: Callable[[str], None] = lambda line: None) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._open: dict[str, Conversation] = {}
        self._counter = itertools.count(1)
        self._broken: Message | None = None
        self._ended = False
        #: The process' last words, for the error that tells of its end.
        self.tail: deque[str] = deque(maxlen=40)
        try:
            # A list without a shell, from the plugin's own files and the user's chosen Python.
            self._process = subprocess.Popen(  # nosec B603
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=scrubbed_environment(),
                cwd=str(Path.home()),
                **process_options(),
            )
        except OSError as error:
            raise PluginError(
                f"The engine could not be started ({error.strerror or error}).",
                "Open 'Set up the engine' and press Check.",
                code="engine-start",
            ) from error
        self._stderr_thread = threading.Thread(target=self._drain_log, name="eofusion-log", daemon=True)
        self._stderr_thread.start()
        threading.Thread(target=self._drain_answers, name="eofusion-answers", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process takes requests."""
        return not self._ended and self._process.poll() is None

    @property
    def busy(self) -> bool:
        """Whether a request is open."""
        return bool(self._open)

    @property
    def pid(self) -> int:
        """The process' id."""
        return self._process.pid

    def request(self, kind: str, **fields: Any) -> Conversation:
        """Send a request. The conversation ends with ``done`` also when the process is gone."""
        with self._lock:
            conversation = Conversation(self._key(), kind)
            ended = self._ended
            if not ended:
                self._open[conversation.key] = conversation
        if ended:
            self._end_conversation(conversation, self._process.returncode)
        else:
            self._send({"type": kind, "id": conversation.key, **fields})
        return conversation

    def secret(self, name: str, value: str) -> None:
        """Hand over credentials, in a message of their own that is answered only with a complaint in the log."""
        self._send({"type": "secret", "id": self._key(), "name": name, "value": value})

    def cancel(self, conversation: Conversation) -> None:
        """Ask to stop; a process that does not within two seconds is ended. Returns at once.

        A request that waits behind another one ends here and now: the process must go on with that.
        """
        if conversation.cancelled or conversation.finished.is_set():
            return
        conversation.cancelled = True
        self._send({"type": "cancel", "id": self._key(), "target": conversation.key})
        with self._lock:
            waits = next(iter(self._open), conversation.key) != conversation.key
            if waits:
                self._open.pop(conversation.key, None)
        if waits:
            self._end_conversation(conversation, None)
            return
        threading.Thread(target=self._insist, args=(conversation,), daemon=True).start()

    def follow(self, conversation: Conversation, stop: Callable[[], bool]) -> Iterator[Message]:
        """All answers up to ``done``. Once ``stop()`` is true the request is cancelled; its last answers still come."""
        while True:
            if stop():
                self.cancel(conversation)
            message = conversation.get(POLL_SECONDS)
            if message is None:
                continue
            yield message
            if message["type"] == "done":
                return

    def close(self, wait: float = 0.5) -> None:
        """End the process: asked, then told, then killed."""
        for conversation in list(self._open.values()):
            conversation.cancelled = True
        if self._process.poll() is None:
            self._send({"type": "shutdown", "id": self._key()})
            if self._process.stdin is not None:
                with contextlib.suppress(OSError):  # already gone, which is what we want
                    self._process.stdin.close()
        for step in (lambda: None, self._process.terminate, self._process.kill):
            step()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(wait)
                return

    # -- inside ------------------------------------------------------------------------------------

    def _key(self) -> str:
        return str(next(self._counter))

    def _send(self, message: Message) -> None:
        line = json.dumps({"v": PROTOCOL_VERSION, **message}) + "\n"
        with self._lock:
            stdin = self._process.stdin
            if stdin is None or stdin.closed:
                return
            try:
                stdin.write(line.encode("utf-8"))
                stdin.flush()
            except (OSError, ValueError):
                # The process is gone: the thread that reads its answers ends every conversation.
                self.tail.append("(a message could not be delivered)")

    def _insist(self, conversation: Conversation) -> None:
        if conversation.finished.wait(CANCEL_GRACE):
            return
        self._process.terminate()
        if not conversation.finished.wait(TERMINATE_GRACE):
            self._process.kill()

    def _drain_log(self) -> None:
        stream = self._process.stderr
        if stream is None:
            return
        while line := stream.readline(MAX_LOG_LINE):
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self.tail.append(text)
                self._log(text)

    def _drain_answers(self) -> None:
        stream = self._process.stdout
        if stream is not None:
            self._read(stream)
        code = self._process.wait()
        self._stderr_thread.join(1.0)
        with self._lock:
            self._ended = True
            orphans = list(self._open.values())
            self._open.clear()
        for conversation in orphans:
            self._end_conversation(conversation, code)

    def _read(self, stream: IO[bytes]) -> None:
        while line := stream.readline(MAX_LINE + 1):
            problem = self._dispatch(line)
            if problem:
                self._broken = {"type": "error", "code": "protocol", **problem}
                self._process.kill()
                return

    def _dispatch(self, line: bytes) -> dict[str, str] | None:
        """Hand one line to its conversation; what is wrong with it, when it is no message of ours."""
        if len(line) > MAX_LINE:
            return {"message": "The engine sent a line that is too long.", "hint": "Please report this."}
        try:
            message = json.loads(line.decode("utf-8"))
            version, kind, key = message["v"], message["type"], message.get("id", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            self._log(f"Not a message: {line[:200]!r}")
            return None
        if version != PROTOCOL_VERSION:
            return {
                "message": f"The engine speaks version {version!r} of the protocol, this plugin version "
                f"{PROTOCOL_VERSION}.",
                "hint": "Update EO Fusion and set the engine up again.",
            }
        conversation = self._open.get(key)
        if conversation is None:
            if kind == "error":
                self._log(f"The engine complained: {message.get('message', '')}")
            return None
        if kind == "done":
            with self._lock:
                self._open.pop(key, None)
        conversation.put(message)
        return None

    def _end_conversation(self, conversation: Conversation, code: int | None) -> None:
        key = {"v": PROTOCOL_VERSION, "id": conversation.key}
        if conversation.cancelled:
            conversation.put({**key, "type": "done", "state": "cancelled"})
            return
        error = self._broken or {
            "type": "error",
            "code": "engine-stopped",
            "message": f"The engine stopped unexpectedly ({_ending(code)}).",
            "hint": "Run again: it goes on from the finished tiles. The log panel has the engine's last words.",
        }
        conversation.put({**key, **error, "details": "\n".join(self.tail)})
        conversation.put({**key, "type": "done", "state": "error"})


def _ending(code: int | None) -> str:
    if code is None:
        return "no exit code"
    if code < 0:
        return f"signal {-code}" + (", as when memory runs out" if code == -9 else "")
    return f"exit code {code}"

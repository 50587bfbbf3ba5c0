"""The one engine process of a QGIS session: made on demand, made again after a crash. No QGIS in here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import PluginError
from .client import Conversation, EngineClient


class EngineSession:
    """Hands out a living :class:`EngineClient`. May be used from any thread."""

    def __init__(self, command: Callable[[], Sequence[str]], log: Callable[[str], None] = lambda line: None) -> None:
        """``command`` gives the start command, or raises :class:`PluginError` where there is no engine."""
        self._command = command
        self._log = log
        self._lock = threading.Lock()
        self._client: EngineClient | None = None
        #: What the living process said of itself (``ready``), None before it did.
        self.ready: dict[str, Any] | None = None

    @property
    def alive(self) -> bool:
        """Whether a process is there now."""
        return self._client is not None and self._client.alive

    @property
    def busy(self) -> bool:
        """Whether the living process is at a request, so that another would wait."""
        return self._client is not None and self._client.alive and self._client.busy

    def client(self) -> EngineClient:
        """The living client, started now when there is none."""
        with self._lock:
            if self._client is None or not self._client.alive:
                self.ready = None
                self._client = EngineClient(self._command(), self._log)
            return self._client

    def request(self, kind: str, **fields: Any) -> Conversation:
        """Send a request to the living engine."""
        return self.client().request(kind, **fields)

    def hello(
        self, timeout: float = 180.0, stop: Callable[[], bool] = lambda: False, deep: bool = False
    ) -> dict[str, Any]:
        """The engine's ``ready``: versions and devices. Really loads torch; ``deep`` lets it run each of its parts.

        Raises:
            PluginError: the engine does not start, does not answer, or was stopped.
        """
        client = self.client()
        if self.ready is not None:
            return self.ready
        conversation = client.request("hello", **({"deep": True} if deep else {}))
        waited, failure, ready = 0.0, None, None
        while not stop() and waited < timeout:
            message = conversation.get(0.2)
            if message is None:
                waited += 0.2
            elif message["type"] == "ready":
                ready = message
            elif message["type"] == "error":
                failure = message
            elif message["type"] == "done":
                break
        if ready is not None:
            self.ready = ready
            return ready
        if failure is not None:
            raise PluginError(failure.get("message", ""), failure.get("hint", ""), failure.get("code", "engine"))
        raise PluginError("The engine did not answer.", "Open 'Set up the engine' and press Check.", "engine-silent")

    def close(self) -> None:
        """End the process."""
        with self._lock:
            client, self._client, self.ready = self._client, None, None
        if client is not None:
            client.close()

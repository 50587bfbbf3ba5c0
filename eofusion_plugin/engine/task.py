"""A request to the engine as a QGIS task: never blocks QGIS, can be cancelled, ends in the main thread."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from qgis.core import QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from .. import log
from ..credentials import Secret
from ..errors import PluginError
from .session import EngineSession
from .stages import next_percent


@dataclass
class Outcome:
    """How a request ended."""

    state: str = "error"  # "ok", "error", "cancelled"
    result: dict[str, Any] = field(default_factory=dict)
    error: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)


class EngineTask(QgsTask):
    """Sends one request; ``on_end(outcome)`` is called in the main thread when all is over."""

    #: (stage, text, seconds left or None), received in the main thread.
    told = pyqtSignal(str, str, object)
    #: A product of the run is whole; received in the main thread.
    made = pyqtSignal()

    def __init__(
        self,
        title: str,
        session: EngineSession,
        kind: str,
        fields: dict[str, Any],
        on_end: Callable[[Outcome], None],
        secret: Secret | None = None,
    ) -> None:
        """``secret`` goes to the engine just before the request and is forgotten then."""
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._session = session
        self._kind = kind
        self._fields = fields
        self._secret = secret
        self._on_end: Callable[[Outcome], None] | None = on_end
        self.outcome = Outcome()

    def run(self) -> bool:
        """In a thread of QGIS. An exception must not leave this method: it would end QGIS."""
        try:
            self._talk()
        except PluginError as error:
            self.outcome.state, self.outcome.error = "error", error.as_dict()
        except Exception as error:
            log.warning(traceback.format_exc())
            self.outcome.state = "error"
            self.outcome.error = PluginError(
                f"EO Fusion met an unexpected fault ({type(error).__name__}).", "The log panel has the details."
            ).as_dict()
        return self.outcome.state == "ok"

    def finished(self, result: bool) -> None:
        """In the main thread, after :meth:`run`."""
        del result
        # A task that was cancelled while it waited never ran.
        if self.isCanceled() and self.outcome.state != "ok":
            self.outcome.state = "cancelled"
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end(self.outcome)

    def forget(self) -> None:
        """Call nobody when it ends: the listener is going away. The work itself is cancelled."""
        self._on_end = None
        self.cancel()

    def _talk(self) -> None:
        self.told.emit("start", "", None)
        # The first answer may take seconds: torch is loaded.
        self._session.hello(stop=self.isCanceled)
        if self.isCanceled():
            self.outcome.state = "cancelled"
            return
        client = self._session.client()
        secret, self._secret = self._secret, None
        if secret is not None:
            client.secret(secret.name, secret.value)
        conversation = client.request(self._kind, **self._fields)
        for message in client.follow(conversation, self.isCanceled):
            self._take(message)
            if message["type"] == "done":
                self.outcome.state = str(message.get("state", "error"))

    def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "progress":
            self._show(message)
        elif kind == "warning":
            self.outcome.warnings.append(str(message.get("message", "")))
            log.warning(self.outcome.warnings[-1])
        elif kind == "product":
            self.outcome.products.append(message.get("product", {}))
            self.made.emit()
        elif kind == "result":
            self.outcome.result = message.get("result", {})
        elif kind == "error":
            self.outcome.error = {key: str(message.get(key, "")) for key in ("code", "message", "hint")}
            if message.get("details"):
                log.warning(str(message["details"]))

    def _show(self, message: dict[str, Any]) -> None:
        stage = str(message.get("stage", ""))
        self.setProgress(next_percent(self.progress(), message, self._kind))
        self.told.emit(stage, str(message.get("text", "")), message.get("eta_s"))


class FunctionTask(QgsTask):
    """Runs ``work(task)`` in a thread; ``on_end(value, error)`` in the main thread."""

    #: A line, and the title of a step; received in the main thread.
    told = pyqtSignal(str)
    stage = pyqtSignal(str)

    def __init__(
        self,
        title: str,
        work: Callable[[FunctionTask], Any],
        on_end: Callable[[Any, dict[str, str]], None],
    ) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._work = work
        self._on_end: Callable[[Any, dict[str, str]], None] | None = on_end
        self._value: Any = None
        self._error: dict[str, str] = {}

    def run(self) -> bool:
        """In a thread of QGIS."""
        try:
            self._value = self._work(self)
        except PluginError as error:
            self._error = error.as_dict()
        except Exception as error:
            log.warning(traceback.format_exc())
            self._error = PluginError(
                f"EO Fusion met an unexpected fault ({type(error).__name__}).", "The log panel has the details."
            ).as_dict()
        return not self._error

    def finished(self, result: bool) -> None:
        """In the main thread."""
        if not result and not self._error:
            self._error = PluginError("This was cancelled.", "", "cancelled").as_dict()
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end(self._value, self._error)

    def forget(self) -> None:
        """Call nobody when it ends: the listener is going away. The work itself is cancelled."""
        self._on_end = None
        self.cancel()

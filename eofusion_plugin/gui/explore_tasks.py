"""A question to the engine as a task: big answers of the form travel by file, the answer is read where it lies."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication

from ..engine.session import EngineSession
from ..engine.task import EngineTask, Outcome
from ..errors import PluginError
from ..explore.answer import Answer, read_answer
from ..explore.asks import Tool
from ..explore.requests import by_file, sweep, unfinished
from ..texts import tr


class Question:
    """One request to the engine; ``on_end(answer, outcome)`` is called in the main thread, without an answer where the
    request failed or was cancelled."""

    def __init__(
        self,
        session: EngineSession,
        tool: Tool,
        arguments: dict[str, Any],
        on_end: Callable[[Answer | None, Outcome], None],
    ) -> None:
        self._on_end = on_end
        self._session, self._tool, self._arguments = session, tool, arguments
        self._before = unfinished(arguments, tool.name)
        self._files = tempfile.TemporaryDirectory(prefix="eofusion-")
        fields = {"tool": tool.name, "arguments": by_file(arguments, Path(self._files.name), tool.files)}
        title = tr("EO Fusion: {tool}").format(tool=tool.title)
        self.task = EngineTask(title, session, "explore", fields, self._ended)

    def start(self) -> None:
        """Hand it to QGIS' task manager."""
        QgsApplication.taskManager().addTask(self.task)

    def forget(self) -> None:
        """Call nobody when it ends."""
        self.task.forget()
        self._files.cleanup()

    def _ended(self, outcome: Outcome) -> None:
        self._files.cleanup()
        answer = None
        if outcome.state != "ok" and not self._session.alive:
            sweep(self._arguments, self._tool.name, self._before)
        if outcome.state == "ok":
            try:
                answer = read_answer(Path(str(outcome.result["folder"])))
            except PluginError as error:
                outcome.state, outcome.error = "error", error.as_dict()
            except KeyError:
                outcome.state = "error"
                outcome.error = PluginError(tr("The engine gave no answer."), tr("Update the engine.")).as_dict()
        self._on_end(answer, outcome)

"""A run told to Processing's feedback: progress, warnings, cancel."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingFeedback

from ..engine.session import EngineSession
from ..engine.stages import overall_percent
from ..errors import PluginError
from ..texts import tr


def follow(session: EngineSession, request: dict[str, Any], feedback: QgsProcessingFeedback) -> dict[str, Any]:
    """Run a request to its end.

    Returns:
        The run's ``result``.

    Raises:
        PluginError: the run failed or was cancelled.
    """
    feedback.pushInfo(tr("Starting the engine"))
    ready = session.hello(stop=feedback.isCanceled)
    feedback.pushInfo(
        tr("Engine {engine}, Python {python}, PyTorch {torch}").format(
            engine=ready.get("engine"), python=ready.get("python"), torch=ready.get("torch")
        )
    )
    client = session.client()
    conversation = client.request("run", request=request)
    result: dict[str, Any] = {}
    error: dict[str, Any] = {}
    stage, percent, state = "", 0.0, ""
    for message in client.follow(conversation, feedback.isCanceled):
        kind = message["type"]
        if kind == "progress":
            percent = max(percent, overall_percent(message))
            feedback.setProgress(percent)
            feedback.setProgressText(str(message.get("text", "")))
            if message.get("stage") != stage:
                stage = str(message.get("stage", ""))
                feedback.pushInfo(f"{stage}: {message.get('text', '')}")
        elif kind == "warning":
            feedback.pushWarning(str(message.get("message", "")))
        elif kind == "result":
            result = message.get("result", {})
        elif kind == "error":
            error = message
            if message.get("details"):
                feedback.pushDebugInfo(str(message["details"]))
        elif kind == "done":
            state = str(message.get("state", "error"))
    if state == "ok" and result:
        return result
    raise PluginError(
        error.get("message") or tr("The run was cancelled."), error.get("hint", ""), error.get("code", "cancelled")
    )

"""A request to the engine told to Processing's feedback: progress, warnings, cancel."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingFeedback

from .. import log
from ..credentials import Secret
from ..engine.session import EngineSession
from ..engine.stages import next_percent
from ..errors import PluginError
from ..run_request import RunRequest
from ..texts import tr


def converse(kind: str, request: RunRequest, secret: Secret | None, feedback: QgsProcessingFeedback) -> dict[str, Any]:
    """Have an engine process of its own do a ``plan`` or a ``run``; ends with it. See :func:`ask_engine`."""
    return ask_engine(kind, {"request": request.as_dict()}, secret, feedback)


def ask_engine(
    kind: str, fields: dict[str, Any], secret: Secret | None, feedback: QgsProcessingFeedback
) -> dict[str, Any]:
    """Have an engine process of its own answer one message; ends with it.

    Returns:
        The engine's ``result``.

    Raises:
        PluginError: there is no engine, the work failed or was cancelled.
    """
    from ..gui.context import engine_command

    session = EngineSession(engine_command, log.info)
    try:
        return _follow(session, kind, fields, secret, feedback)
    finally:
        session.close()


def _follow(
    session: EngineSession, kind: str, fields: dict[str, Any], secret: Secret | None, feedback: QgsProcessingFeedback
) -> dict[str, Any]:
    feedback.pushInfo(tr("Starting the engine"))
    ready = session.hello(stop=feedback.isCanceled)
    feedback.pushInfo(
        tr("Engine {engine}, Python {python}, PyTorch {torch}").format(
            engine=ready.get("engine"), python=ready.get("python"), torch=ready.get("torch")
        )
    )
    client = session.client()
    if secret is not None:
        client.secret(secret.name, secret.value)
    conversation = client.request(kind, **fields)
    result: dict[str, Any] = {}
    error: dict[str, Any] = {}
    stage, percent, state = "", 0.0, ""
    for message in client.follow(conversation, feedback.isCanceled):
        what = message["type"]
        if what == "progress":
            percent = next_percent(percent, message, kind)
            feedback.setProgress(percent)
            feedback.setProgressText(str(message.get("text", "")))
            if message.get("stage") != stage:
                stage = str(message.get("stage", ""))
                feedback.pushInfo(f"{stage}: {message.get('text', '')}")
        elif what == "warning":
            feedback.pushWarning(str(message.get("message", "")))
        elif what == "result":
            result = message.get("result", {})
        elif what == "error":
            error = message
            if message.get("details"):
                feedback.pushDebugInfo(str(message["details"]))
        elif what == "done":
            state = str(message.get("state", "error"))
    if state == "ok" and result:
        return result
    raise PluginError(
        error.get("message") or tr("The run was cancelled."), error.get("hint", ""), error.get("code", "cancelled")
    )

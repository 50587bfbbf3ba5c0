"""The lines between QGIS and the worker: one JSON object a line, each with a version, a type and an id."""

from __future__ import annotations

import json
from typing import Any, Final

from .errors import EOFusionError

PROTOCOL_VERSION: Final = 1
#: A longer line is not a message of ours.
MAX_LINE: Final = 4_000_000
#: Messages that the worker understands, with the fields that each must have.
REQUESTS: Final[dict[str, tuple[str, ...]]] = {
    "hello": (),
    "check": ("request",),
    "plan": ("request",),
    "run": ("request",),
    "cancel": ("target",),
    "pixel": ("run", "x", "y"),
    "explore": ("tool", "arguments"),
    "secret": ("name", "value"),
    "shutdown": (),
}


class ProtocolError(EOFusionError):
    """A line that is not a message of this protocol."""

    code = "protocol"


def encode(message_type: str, message_id: str, **fields: Any) -> str:
    """One line, without its line end."""
    return json.dumps({"v": PROTOCOL_VERSION, "id": message_id, "type": message_type, **fields}, allow_nan=False)


def decode(line: str) -> dict[str, Any]:
    """A checked message; unknown fields stay and are ignored. Raises :class:`ProtocolError`."""
    if len(line) > MAX_LINE:
        raise ProtocolError("A message is longer than this protocol allows.")
    try:
        message = json.loads(line)
    except ValueError:
        raise ProtocolError("A message is not JSON.") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolError("A message is not an object with a type.")
    if message.get("v") != PROTOCOL_VERSION:
        raise ProtocolError(
            f"A message has protocol version {message.get('v')!r}; this engine speaks version {PROTOCOL_VERSION}.",
            "The plugin and the engine are of different versions: update both.",
        )
    if not isinstance(message.get("id"), str):
        raise ProtocolError("A message has no id.")
    fields = REQUESTS.get(message["type"])
    if fields is None:
        raise ProtocolError(f"The engine knows no message of type {message['type']!r}.")
    missing = [name for name in fields if name not in message]
    if missing:
        raise ProtocolError(f"A {message['type']!r} message lacks {', '.join(missing)}.")
    return message

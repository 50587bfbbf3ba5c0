"""Take secrets and the person's name out of text before it is logged, reported or shared."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote, quote_plus

GONE = "[removed]"
#: Shorter values would blacken ordinary words and protect nothing.
_MIN_SECRET = 6

#: Names of query fields and settings whose values sign or open something.
_FIELDS = (
    r"sig|signature|token|access_token|refresh_token|id_token|api_?key|key|secret|client_secret|password|passwd|pwd|"
    r"auth|authorization|credential|session|se|sp|sv|skoid|sktid|x-amz-[a-z-]+|x-goog-[a-z-]+|aws_[a-z_]+|"
    r"awsaccesskeyid|subscription-key"
)
#: In a URL: ?name=value and &name=value. The value ends where the next field, a quote or a space begins.
_QUERY = re.compile(rf"([?&;](?:{_FIELDS})=)[^&\s\"'<>;]+", re.IGNORECASE)
#: In prose and settings: PASSWORD=..., "token": "...". Short everyday words (key, se, sp) stay readable.
_SETTING = re.compile(
    r"\b([\w-]*(?:signature|token|api_?key|secret|password|passwd|credential|aws_[a-z_]+)\b[\"']?\s*[:=]\s*[\"']?)"
    r"(?!\[removed\])[^\s\"'&,;<>]+",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\b((?:authorization\s*[:=]\s*)?(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_USER = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/@\s]+@", re.IGNORECASE)

#: Secrets of this process, the longest first: one may be a part of another. Replaced whole, so reading needs no lock.
_hidden: tuple[str, ...] = ()
_hidden_lock = threading.Lock()


def hide(value: str) -> None:
    """Take ``value``, a secret that came to this process, out of every later text, whatever prints it."""
    global _hidden  # noqa: PLW0603
    if len(value) >= _MIN_SECRET:
        with _hidden_lock:
            spellings = {*_hidden, value, quote(value, safe=""), quote_plus(value)}
            _hidden = tuple(sorted(spellings, key=lambda spelling: (-len(spelling), spelling)))


def redact(text: str, home: Path | None = None) -> str:
    """``text`` without credentials, signatures of URLs, and the home folder (which becomes ``~``)."""
    for secret in _hidden:
        text = text.replace(secret, GONE)
    text = _USER.sub(rf"\1{GONE}@", text)
    text = _QUERY.sub(rf"\1{GONE}", text)
    text = _HEADER.sub(rf"\1{GONE}", text)
    text = _SETTING.sub(rf"\1{GONE}", text)
    for folder in _spellings(Path.home() if home is None else home):
        text = re.sub(re.escape(folder) + r"(?=$|[\\/\s\"':;,)\]])", "~", text)
    return text


class RedactedStream:
    """A text stream that takes secrets out of what is written to it; else it is the stream it wraps.

    Libraries print addresses and headers on their own: standard error of the worker ends in QGIS' log.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write ``text`` without secrets; the home folder stays, the reader knows it."""
        self._stream.write(redact(text, home=Path(Path.home().anchor)))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of ``lines`` without secrets."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _spellings(home: Path) -> list[str]:
    """The home folder as it may be written; nothing where it is a root, which would eat every path."""
    if len(home.parts) < 2:
        return []
    plain = str(home)
    return list(dict.fromkeys([plain, home.as_posix(), plain.replace("\\", "\\\\")]))

"""Take secrets and the person's name out of text before it is logged, reported or shared."""

from __future__ import annotations

import re
from pathlib import Path

GONE = "[removed]"

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


def redact(text: str, home: Path | None = None) -> str:
    """``text`` without credentials, signatures of URLs, and the home folder (which becomes ``~``)."""
    text = _USER.sub(rf"\1{GONE}@", text)
    text = _QUERY.sub(rf"\1{GONE}", text)
    text = _HEADER.sub(rf"\1{GONE}", text)
    text = _SETTING.sub(rf"\1{GONE}", text)
    for folder in _spellings(Path.home() if home is None else home):
        text = re.sub(re.escape(folder) + r"(?=$|[\\/\s\"':;,)\]])", "~", text)
    return text


def _spellings(home: Path) -> list[str]:
    """The home folder as it may be written; nothing where it is a root, which would eat every path."""
    if len(home.parts) < 2:
        return []
    plain = str(home)
    return list(dict.fromkeys([plain, home.as_posix(), plain.replace("\\", "\\\\")]))

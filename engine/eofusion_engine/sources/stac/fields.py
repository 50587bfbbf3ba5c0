"""Fields of somebody else's JSON, taken only when they are what they should be."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

_UNPRINTABLE = re.compile(r"[^\w.:+-]")


def text(value: Any, limit: int = 500) -> str | None:
    """``value`` when it is a text that is not too long."""
    return value if isinstance(value, str) and 0 < len(value) <= limit else None


def number(value: Any) -> float | None:
    """``value`` as a finite number."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def numbers(value: Any, *lengths: int) -> list[float] | None:
    """``value`` as a list of finite numbers of one of these lengths."""
    if not isinstance(value, list) or len(value) not in lengths:
        return None
    found = [number(entry) for entry in value]
    return None if any(entry is None for entry in found) else [entry for entry in found if entry is not None]


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` when it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def clean_id(value: Any) -> str:
    """An id that is safe in messages and file names: letters, digits, ``. : + - _``; empty when there is none."""
    return _UNPRINTABLE.sub("_", value)[:200] if isinstance(value, str) else ""


def moment(*values: Any) -> datetime | None:
    """The first of ``values`` that is a date and time, in UTC."""
    for value in values:
        if not isinstance(value, str):
            continue
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            continue
        try:
            return found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found.astimezone(timezone.utc)
        except OverflowError:
            continue
    return None

"""Where each stage of a run begins and ends on one bar. No QGIS in here."""

from __future__ import annotations

from typing import Any

#: In percent; shares of the time that the sample takes on a laptop.
STAGES = {
    "plan": (2, 8),
    "read": (8, 20),
    "encode": (8, 60),
    "temperature": (60, 75),
    "gpp": (75, 82),
    "write": (82, 100),
}


def next_percent(shown: float, message: dict[str, Any], kind: str) -> float:
    """What a bar at ``shown`` percent goes to: never back in a run; each step of a question has a bar of its own."""
    percent = overall_percent(message, kind)
    return percent if kind == "explore" else max(shown, percent)


def overall_percent(message: dict[str, Any], kind: str = "run") -> float:
    """A ``progress`` message of a request of this kind as a place on one bar, 0 to 100."""
    total = float(message.get("total") or 1)
    share = min(max(float(message.get("done") or 0) / total, 0.0), 1.0)
    low, high = STAGES.get(str(message.get("stage")), (0, 100)) if kind == "run" else (0, 100)
    return low + (high - low) * share

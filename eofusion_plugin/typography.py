"""Numbers as they are printed. No QGIS in here."""

from __future__ import annotations

MINUS = "\u2212"
EN_DASH = "\u2013"


def with_minus(text: str) -> str:
    """``text`` of a number with a real minus sign."""
    return text.replace("-", MINUS)

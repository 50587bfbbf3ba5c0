"""Colours mixed from those of the user's theme."""

from __future__ import annotations

from qgis.PyQt.QtGui import QColor


def blend(one: QColor, other: QColor, share: float) -> QColor:
    """``one`` with ``share`` (0-1) of ``other`` mixed in."""
    parts = zip(one.getRgb()[:3], other.getRgb()[:3])
    return QColor(*(round(a * (1 - share) + b * share) for a, b in parts))

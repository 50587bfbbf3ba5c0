"""Colours mixed from those of the user's theme."""

from __future__ import annotations

from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import QWidget

#: Least difference of lightness (0-255) between text and its ground.
_READABLE = 100


def blend(one: QColor, other: QColor, share: float) -> QColor:
    """``one`` with ``share`` (0-1) of ``other`` mixed in."""
    parts = zip(one.getRgb()[:3], other.getRgb()[:3])
    return QColor(*(round(a * (1 - share) + b * share) for a, b in parts))


def ink_and_paper(widget: QWidget) -> tuple[QColor, QColor]:
    """The colours of text and of its ground for what is painted on ``widget``.

    Themes made of style sheets, such as QGIS' Night Mapping, leave the palette's ``Text`` black on a dark ``Base``:
    then another of the palette's text colours is taken, or a light one.
    """
    palette, role = widget.palette(), QPalette.ColorRole
    paper = palette.color(role.Base)
    inks = [palette.color(each) for each in (role.Text, role.WindowText, role.ButtonText)]
    readable = [ink for ink in inks if abs(ink.lightness() - paper.lightness()) >= _READABLE]
    fallback = QColor("#eeeeee" if paper.lightness() < 128 else "#222222")
    return (readable[0] if readable else fallback), paper

"""Colours of classes: told apart by most eyes, and the same number always the same colour."""

from __future__ import annotations

#: Paul Tol's "muted" and "light" qualitative schemes (personal.sron.nl/~pault), for up to twenty classes.
_COLOURS = (
    "#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#DDDDDD",
    "#77AADD", "#99DDFF", "#44BB99", "#BBCC33", "#AAAA00", "#EEDD88", "#EE8866", "#FFAABB", "#994F00", "#000000",
)  # fmt: skip


def colour(number: int) -> str:
    """The colour of class ``number`` (from 1)."""
    return _COLOURS[(number - 1) % len(_COLOURS)]

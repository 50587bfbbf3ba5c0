"""STAC catalogues as a source."""

from __future__ import annotations

from ...errors import SourceError
from ..base import Source
from ..options import SourceOptions


def is_catalogue(name: str) -> bool:
    """Whether ``name`` is a shipped service, an http(s) address or a catalogue description."""
    return False


def open_catalogue(name: str, options: SourceOptions) -> Source:
    """The catalogue that ``name`` names."""
    raise SourceError("Catalogues cannot be read yet.")

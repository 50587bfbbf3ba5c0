"""Where a file keeps its blocks of pixels, and how a block's bytes become numbers.

GDAL decodes, but does not choose what is read: of a remote file it is given a small file in memory that holds the
asked blocks and nothing else (exactly their bytes are fetched, and nothing in the file can lead GDAL elsewhere).
"""

from __future__ import annotations

from .layout import Layout, NotReadable, Read, Span
from .opening import open_layout

__all__ = ["Layout", "NotReadable", "Read", "Span", "open_layout"]

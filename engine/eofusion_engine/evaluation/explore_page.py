"""The tables of docs/explore.md, written from the rows of ``eofusion evaluate explore``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .marked import write_between
from .rows import Row, published
from .tables import blocks, markdown_block

PAGE = "explore.md"
BEGIN, END = "<!-- tables: written by eofusion evaluate explore -->", "<!-- end of tables -->"


def tables(rows: Sequence[Row]) -> str:
    """A Markdown table a data set."""
    parts = []
    for block in blocks([row for row in published(rows) if row.task == "explore"]):
        title = block[0].data
        parts.append(f"**{title[:1].upper()}{title[1:]}**\n\n{markdown_block(block)}")
    return "\n\n".join(parts)


def write_tables(rows: Sequence[Row], docs: Path) -> None:
    """Put the tables between the two marks of docs/explore.md; nothing without that page or its marks.

    Raises:
        OutputError: the page has one mark without the other.
    """
    write_between(docs / PAGE, BEGIN, END, tables(rows))

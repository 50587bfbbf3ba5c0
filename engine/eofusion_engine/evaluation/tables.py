"""Evaluation results as plain, aligned text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

_DIGITS = 3


def format_cell(value: Any) -> str:
    """One value: floats with three digits, intervals in brackets, nothing for what is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.{_DIGITS}f}"
    if isinstance(value, list | tuple):
        cells = [format_cell(part) for part in value]
        return f"[{', '.join(cells)}]" if any(cells) else ""
    return str(value)


def format_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as text: a heading and aligned columns; a new block where the columns change.

    Numbers stand right, words left.
    """
    blocks: list[list[Mapping[str, Any]]] = []
    for row in rows:
        if blocks and list(blocks[-1][0]) == list(row):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return "\n\n".join(_block(block) for block in blocks)


def _block(rows: list[Mapping[str, Any]]) -> str:
    names = list(rows[0])
    cells = [[format_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[index]) for line in cells)) for index, name in enumerate(names)]
    right = [not any(isinstance(row[name], str) for row in rows) for name in names]

    def line(parts: Sequence[str]) -> str:
        placed = [
            part.rjust(width) if to_right else part.ljust(width)
            for part, width, to_right in zip(parts, widths, right, strict=True)
        ]
        return "  ".join(placed).rstrip()

    return "\n".join([line(names), line(["-" * width for width in widths]), *map(line, cells)])

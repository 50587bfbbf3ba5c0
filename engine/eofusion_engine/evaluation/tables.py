"""Scores as tables: aligned text for the terminal, Markdown for the documentation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .rows import OURS, Row

_DIGITS = 3


def format_cell(value: Any, digits: int = _DIGITS) -> str:
    """One value: floats with three digits, intervals in brackets, nothing for what is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    if isinstance(value, list | tuple):
        cells = [format_cell(part, digits) for part in value]
        return f"[{', '.join(cells)}]" if any(cells) else ""
    return str(value)


def metric_names(rows: Sequence[Row]) -> list[str]:
    """Names of the rows' metrics without their bounds, in the order of first use, differences last."""
    names = list(dict.fromkeys(name for row in rows for name in row.metrics))
    values = [name for name in names if not name.endswith(("_low", "_high"))]
    return sorted(values, key=lambda name: name.startswith("diff_"))


def format_metric(row: Row, name: str) -> str:
    """A metric with its interval, ``.412 (.380 to .447)``; differences carry their sign."""
    metrics = row.metrics
    if name not in metrics:
        return ""
    signed = name.startswith(("diff_", "relative_")) or name == "bias"

    def text(value: float) -> str:
        # Reflectance errors are small: four decimals there, three elsewhere, fewer where they would be noise.
        digits = 4 if row.task == "reconstruction" and abs(value) < 0.1 else 3 if abs(value) < 100 else 1
        plain = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
        return f"{plain[0]}0.{'0' * digits}" if signed and float(plain) == 0 else plain

    low = metrics.get(f"{name}_low")
    if low is None:
        return text(metrics[name])
    return f"{text(metrics[name])} ({text(low)} to {text(metrics[f'{name}_high'])})"


def blocks(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that stand in one table: the same task, data set and state of being seen, in order of first use."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.task, row.data, row.seen), []).append(row)
    return list(found.values())


def table_cells(rows: Sequence[Row], bold: bool = False) -> list[list[str]]:
    """Heading and rows as text: part (where there are parts), model, n, metrics, the reference of differences, note."""
    metrics = metric_names(rows)
    texts = [name for name in ("reference", "unit", "note") if any(getattr(row, name) for row in rows)]
    parts = any(row.part for row in rows)
    heading = [*(["part"] if parts else []), "model", "n", *metrics, *texts]
    out = [heading]
    for row in rows:
        model = f"**{row.model}**" if bold and row.model == OURS else row.model
        lead = [row.part] if parts else []
        line = [*lead, model, str(row.n), *(format_metric(row, name) for name in metrics)]
        out.append([*line, *(getattr(row, name) for name in texts)])
    return out


def format_rows(rows: Sequence[Row]) -> str:
    """Every block as an aligned table under its data set and whether its places were seen."""
    return "\n\n".join(_text_block(block) for block in blocks(rows))


def _text_block(rows: Sequence[Row]) -> str:
    cells = table_cells(rows)
    names = cells[0]
    widths = [max(len(line[index]) for line in cells) for index in range(len(names))]
    left = {"part", "model", "reference", "unit", "note"}
    lines = [f"{rows[0].data}: {rows[0].seen}"]
    for line in [names, ["-" * width for width in widths], *cells[1:]]:
        placed = [
            cell.ljust(width) if name in left else cell.rjust(width)
            for name, cell, width in zip(names, line, widths, strict=True)
        ]
        lines.append("  ".join(placed).rstrip())
    return "\n".join(lines)


def markdown_block(rows: Sequence[Row]) -> str:
    """One block as a Markdown table; our own model in bold."""
    cells = table_cells(rows, bold=True)
    lines = [cells[0], ["---"] * len(cells[0]), *cells[1:]]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)

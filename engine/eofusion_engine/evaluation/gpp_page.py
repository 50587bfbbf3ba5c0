"""The tables of docs/gpp.md, written from rows: scores beside the best baseline, no weather, angle and gain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from .gpp import NO_WEATHER
from .marked import write_between
from .rows import OURS, Row, published
from .tables import format_metric

PAGE = "gpp.md"
BEGIN, END = "<!-- tables: written by eofusion evaluate gpp -->", "<!-- end of tables -->"
_DATA = {
    "hls": "HLS, all chips",
    "hls_clear": "HLS, clear chips",
    "nbar_daily": "MODIS, days",
    "nbar_8day": "MODIS, 8-day means",
    "nbar_season": "MODIS, means of a year's days",
}
_SEEN = {"unseen": "never trained on", "cv": "folds"}


def tables(rows: Sequence[Row]) -> str:
    """Three Markdown tables of the rows of ``eofusion evaluate gpp``."""
    shown = [row for row in published(rows) if row.task == "gpp" and not row.part]
    parts = [
        "Scores, with 95 % intervals from a bootstrap over neighbourhoods; `difference` is R2 minus that of the best "
        "baseline, paired:",
        _scores(shown),
        "What no weather file costs (climatologies of temperature and radiation, no VPD):",
        _variants(shown, lambda name: name == NO_WEATHER, ("r2", "rmse", "diff_r2")),
        "The same towers, their reflectance changed:",
        _variants(shown, lambda name: name != NO_WEATHER, ("relative_change", "diff_rmse", "diff_r2")),
    ]
    return "\n\n".join(parts)


def _scores(rows: Sequence[Row]) -> str:
    lines = [["towers", "data", "n", "R2", "RMSE", "bias", "within p10 to p90", "difference", "best baseline"]]
    for row in rows:
        if row.model == OURS and not row.note.startswith("no weather"):
            metrics = (format_metric(row, name) for name in ("r2", "rmse", "bias", "coverage80", "diff_r2"))
            lines.append([_SEEN[row.seen], _DATA.get(row.data, row.data), str(row.n), *metrics, row.reference])
    return _markdown(lines)


def _variants(rows: Sequence[Row], wanted: Callable[[str], bool], metrics: Sequence[str]) -> str:
    heading = {"r2": "R2", "rmse": "RMSE", "diff_r2": "R2 changes by", "diff_rmse": "RMSE changes by",
               "relative_change": "GPP changes by (share)"}  # fmt: skip
    lines = [["towers", "data", "what", *(heading[name] for name in metrics)]]
    for row in rows:
        name = row.model.removeprefix(f"{OURS}, ")
        if name != row.model and wanted(name):
            cells = (format_metric(row, metric) for metric in metrics)
            lines.append([_SEEN[row.seen], _DATA.get(row.data, row.data), name, *cells])
    return _markdown(lines)


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], ["---"] * len(lines[0]), *lines[1:]])


def write_tables(rows: Sequence[Row], docs: Path) -> None:
    """Put the tables between the two marks of docs/gpp.md; nothing without that page or its marks.

    Raises:
        OutputError: the page has one mark without the other.
    """
    write_between(docs / PAGE, BEGIN, END, tables(rows))

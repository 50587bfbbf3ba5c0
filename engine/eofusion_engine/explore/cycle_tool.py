"""Cycle: the mean course of GPP over the year by kind of cover, and where each kind is."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from ..events import Listener, stop_if_cancelled
from ..products.cycle import Cluster, mean_cycles
from .arguments import RunArguments
from .palette import colour
from .result import ExploreResult, classes, series
from .runs import FinishedRun

_STATISTICS = ("p10", "p50", "p90")


class Arguments(RunArguments):
    """``clusters``: how many kinds of cover to tell apart (2 to 12), by their NDVI curves."""

    clusters: int = Field(default=5, ge=2, le=12)
    seed: int = Field(default=0, ge=0)


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """Curves by kind of cover, and a layer of the kinds, the most productive first.

    Raises ``OutputError`` (no reflectance or GPP in the run, nothing seen on all dates).
    """
    with FinishedRun.open(arguments.run) as run:
        listener.progress("explore", 0, 1, "Finding kinds of cover")
        found = mean_cycles(arguments.run, arguments.clusters, arguments.seed)
        stop_if_cancelled(listener)
        with ExploreResult("cycle", "Mean annual cycles of GPP", arguments, [run]) as result:
            _charts(result, found)
            _layer(result, run, found, listener)
            result.score("Kinds of cover", len(found))
            result.note("The kinds are told apart by their NDVI over the year; they have no names.")
            result.note("p10 and p90 are means of the pixels' bounds: errors of one kind are taken to be alike.")
            months = {row["month"] for cluster in found for row in cluster.months}
            if len(months) < 12:
                result.note(f"The run has GPP in {len(months)} months of the year.")
        return result


def _charts(result: ExploreResult, found: list[Cluster]) -> None:
    months = [row["month"] for row in found[0].months]
    lines, curves = [], []
    for cluster in found:
        name = f"Kind {cluster.number} ({cluster.share:.0%})"
        low, middle, high = ([row[s] for row in cluster.months] for s in _STATISTICS)
        lines.append(series(name, middle, low, high, colour(cluster.number)))
        curves.append(series(name, list(cluster.ndvi.values()), color=colour(cluster.number)))
    result.chart("GPP by month", "Month", "g C m-2 d-1", "band", months, lines)
    result.chart("NDVI by date", "Date", "NDVI", "line", list(found[0].ndvi), curves)
    rows = [
        [c.number, c.share, row["month"], *(row[s] for s in _STATISTICS), row["dates"]]
        for c in found
        for row in c.months
    ]
    columns = ["kind", "share", "month", *(f"{s} (g C m-2 d-1)" for s in _STATISTICS), "dates"]
    result.table("cycles", "GPP by kind of cover and month", columns, rows)


def _layer(result: ExploreResult, run: FinishedRun, found: list[Cluster], listener: Listener) -> None:
    """Each pixel's kind: the nearest NDVI curve over the dates on which it is known."""
    curves = np.array([list(cluster.ndvi.values()) for cluster in found], np.float32)
    legend = classes((c.number, f"Kind {c.number}, {c.share:.0%}", colour(c.number)) for c in found)
    with result.layer("cover", "clusters", "Kinds of cover", legend, dtype="uint8") as writer:
        for tile in run.tiles(listener):
            kind = nearest_curve(run.ndvi(tile), curves)
            writer.write(kind, (tile.row, tile.col, tile.height, tile.width))


def nearest_curve(ndvi: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """The number (h, w), from 1, of the curve (K, T) nearest to a pixel's ``ndvi`` (T, h, w); 0: not known."""
    known = np.isfinite(ndvi)
    values = np.where(known, ndvi, 0)
    distance = np.stack([(np.where(known, values - curve[:, None, None], 0) ** 2).sum(axis=0) for curve in curves])
    return np.where(known.any(axis=0), distance.argmin(axis=0) + 1, 0).astype(np.uint8)

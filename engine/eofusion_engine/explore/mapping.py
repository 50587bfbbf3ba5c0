"""A learned map painted over a run: class and confidence, or amount and spread."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date

import numpy as np

from ..events import Listener
from ..inference.tiles import Tile
from .learners import Linear
from .model_file import LearnedMap
from .palette import colour
from .result import ExploreResult, classes, ramp
from .runs import FinishedRun

#: Side of a tile: all dates of a tile stand in memory here.
_SIDE = 128


def paint(
    result: ExploreResult, run: FinishedRun, found: LearnedMap, days: tuple[date, ...], listener: Listener
) -> None:
    """The layers of a map on ``run`` by its embeddings of ``days``, and a table of the classes' areas."""
    if found.classes:
        _classes(result, run, found, days, listener)
    else:
        _amount(result, run, found, days, listener)


def _classes(
    result: ExploreResult, run: FinishedRun, found: LearnedMap, days: tuple[date, ...], listener: Listener
) -> None:
    legend = classes((n, name, colour(n)) for n, name in enumerate(found.classes, 1))
    counts = np.zeros(len(found.classes) + 1, np.int64)
    total = 0.0
    of_class = result.layer("classes", "classes", found.field, legend, dtype="uint8")
    share = result.layer("confidence", "confidence", f"Confidence of {found.field}", ramp("viridis", 0, 1))
    with of_class as writer, share as second:
        for tile in run.tiles(listener, side=_SIDE):
            vectors, seen = _vectors(run, days, tile)
            label = np.zeros(seen.shape, np.uint8)
            best = np.full(seen.shape, np.nan, np.float32)
            if seen.any():
                shares, _ = found.learner.predict(vectors, False)
                label[seen], best[seen] = shares.argmax(axis=1) + 1, shares.max(axis=1)
                total += float(best[seen].sum())
            counts += np.bincount(label.ravel(), minlength=len(counts))
            window = (tile.row, tile.col, tile.height, tile.width)
            writer.write(label, window)
            second.write(best, window)
    known = max(int(counts[1:].sum()), 1)
    hectares = counts * abs(run.grid.transform.a * run.grid.transform.e) / 1e4
    rows = [(n, name, counts[n] / known, hectares[n]) for n, name in enumerate(found.classes, 1)]
    result.table("areas", "Areas by class", ("value", "class", "share", "hectares"), rows)
    result.score("Mean confidence of the map", total / known)
    result.note("Confidence is what the learner itself says, and no probability that was measured.")


def _amount(
    result: ExploreResult, run: FinishedRun, found: LearnedMap, days: tuple[date, ...], listener: Listener
) -> None:
    layer = result.layer("values", "values", found.field, ramp("viridis", *found.value_range))
    width = (found.value_range[1] - found.value_range[0]) / 4 or 1.0
    with ExitStack() as stack:
        writer = stack.enter_context(layer)
        second = None
        if not isinstance(found.learner, Linear):  # one linear model has no spread to show
            style = ramp("magma", 0, width)
            second = stack.enter_context(result.layer("spread", "spread", f"Spread of {found.field}", style))
        for tile in run.tiles(listener, side=_SIDE):
            vectors, seen = _vectors(run, days, tile)
            values = np.full((2, *seen.shape), np.nan, np.float32)
            if seen.any():
                means, deviation = found.learner.predict(vectors, True)
                values[0][seen] = means[:, 0]
                values[1][seen] = np.nan if deviation is None else deviation
            window = (tile.row, tile.col, tile.height, tile.width)
            writer.write(values[0], window)
            if second is not None:
                second.write(values[1], window)


def _vectors(run: FinishedRun, days: tuple[date, ...], tile: Tile) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (N, 64 D) of the pixels seen on all days, and where those are (h, w)."""
    parts = np.concatenate([run.embeddings(day, tile) for day in days]) / np.float32(len(days) ** 0.5)
    seen = np.asarray(np.isfinite(parts).all(axis=0))
    return np.ascontiguousarray(parts[:, seen].T), seen

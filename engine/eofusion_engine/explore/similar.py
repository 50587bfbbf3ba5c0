"""Similar places: the cosine between each pixel's embeddings and those of the picked places.

What all of an area has in common, its mean vector, is taken away first: it says nothing of what is like what.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from ..events import Listener
from ..products.grid import TOKEN_PIXELS
from .arguments import GeoJson, RunArguments
from .errors import ExploreError
from .places import Pixels, all_pixels, point_feature, random_pixels, read_places
from .result import ExploreResult, ramp
from .runs import FinishedRun
from .vectors import chosen_dates, pixel_vectors, project, require_same_embeddings, same_season

#: Pixels of one pick that its mean is taken of: more would say the same.
_PER_PICK = 1000
#: Pixels that an area's mean is taken of.
_SAMPLE = 4000


class Arguments(RunArguments):
    """``picks``: points or polygons; they lie in ``picks_run``, or in ``run`` where that is not given.

    ``dates``: embedding dates of the run of the picks (nearest are taken); without them up to 12 of all.
    ``combine``: one mean of all picks, or the best of the picks. ``matches``: how many best places to list.
    """

    picks: GeoJson
    picks_run: Path | None = None
    dates: list[date] | None = None
    combine: Literal["mean", "best"] = "mean"
    matches: int = Field(default=0, ge=0, le=10_000)


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """The similarity layer, and the best places on request.

    Raises ``PlaceError`` (picks outside), ``ExploreError`` (no embeddings, nothing seen at the picks).
    """
    with FinishedRun.open(arguments.run) as run, FinishedRun.open(arguments.picks_run or arguments.run) as source:
        require_same_embeddings(source.embedding_weights, run)
        days = chosen_dates(source, arguments.dates)
        target_days = days if source.folder == run.folder else same_season(run, days)
        picked = all_pixels(read_places(arguments.picks, "the picks"), source.grid, "the picks")
        centre = mean_vector(run, target_days, listener)
        if source.folder != run.folder:
            centre = (centre + mean_vector(source, days, listener)) / 2
        wanted = prototypes(source, picked, days, centre, arguments.combine, listener)
        runs = (run,) if source.folder == run.folder else (run, source)
        with ExploreResult("similar", "Similar places", arguments, runs) as result:
            _map(result, run, target_days, wanted, centre, picked if len(runs) == 1 else [], arguments, listener)
            if len(runs) == 2:
                result.note(f"The picks lie in the run {source.name}; dates were matched by the day of the year.")
            return result


def mean_vector(run: FinishedRun, days: tuple[date, ...], listener: Listener) -> np.ndarray:
    """The mean (64 D,) of a sample of the run's pixels. Raises ``ExploreError`` where none was seen on all days."""
    vectors = pixel_vectors(run, days, random_pixels(run.grid, _SAMPLE), listener, "Reading a sample")
    seen = np.isfinite(vectors).all(axis=1)
    if not seen.any():
        raise ExploreError("No pixel was seen on all of these dates.", "Choose others.")
    return np.asarray(vectors[seen].mean(axis=0))


def prototypes(
    run: FinishedRun,
    picked: list[Pixels],
    days: tuple[date, ...],
    centre: np.ndarray,
    combine: str,
    listener: Listener,
) -> np.ndarray:
    """Unit vectors (P, 64 D) from ``centre``: the mean of each pick, or one of all (``combine="mean"``)."""
    generator = np.random.default_rng(0)
    picked = [pixels.thinned(_PER_PICK, generator) for pixels in picked]
    joined = Pixels(np.concatenate([p.rows for p in picked]), np.concatenate([p.cols for p in picked]))
    vectors = pixel_vectors(run, days, joined, listener, "Reading the picks")
    owner = np.repeat(np.arange(len(picked)), [len(p) for p in picked])
    seen = np.isfinite(vectors).all(axis=1)
    if not seen.any():
        raise ExploreError("Nothing was seen at the picked places.", "Pick others, or other dates.")
    means = np.stack([vectors[seen & (owner == k)].mean(axis=0) for k in np.unique(owner[seen])]) - centre
    if combine == "mean":
        means = means.mean(axis=0, keepdims=True)
    return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)


def _map(
    result: ExploreResult,
    run: FinishedRun,
    days: tuple[date, ...],
    wanted: np.ndarray,
    centre: np.ndarray,
    picked: list[Pixels],
    arguments: Arguments,
    listener: Listener,
) -> None:
    own = {(r, c) for p in picked for r, c in zip(p.rows // TOKEN_PIXELS, p.cols // TOKEN_PIXELS, strict=True)}
    best: list[tuple[float, int, int]] = []
    counts, edges = np.zeros(200, np.int64), np.linspace(-1, 1, 201)
    layer = result.layer("similarity", "similarity", "Similarity to the picked places", ramp("magma", 0, 1))
    with layer as writer:
        for tile in run.tiles(listener):
            found = likeness(project(run, days, tile, np.vstack([wanted, centre])), wanted, centre)
            writer.write(found, (tile.row, tile.col, tile.height, tile.width))
            counts += np.histogram(found[np.isfinite(found)], edges)[0]
            if arguments.matches:
                best += [entry for entry in cell_bests(found, tile.row, tile.col) if _cell(entry) not in own]
                best = sorted(best, reverse=True)[: arguments.matches]
    result.restyle(0, ramp("magma", *_spread(counts, edges)))
    if arguments.matches:
        features = [
            point_feature(run.grid, row, col, {"rank": rank, "similarity": round(value, 4)})
            for rank, (value, row, col) in enumerate(best, 1)
        ]
        result.vector("matches", "Best matches", features)
    result.score("Dates compared", len(days))


def likeness(products: np.ndarray, wanted: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """The cosine (h, w) with the nearest of ``wanted`` (P, F), both from ``centre`` (F,).

    ``products`` (P + 1, h, w) of a tile's unit vectors with ``wanted`` and, last, with ``centre``.
    """
    length = np.sqrt(np.maximum(1 - 2 * products[-1] + centre @ centre, 1e-8))
    nearest = (products[:-1] - (wanted @ centre)[:, None, None]).max(axis=0)
    return np.asarray(np.clip(nearest / length, -1, 1), np.float32)


def cell_bests(values: np.ndarray, row: int, col: int) -> list[tuple[float, int, int]]:
    """(value, row, column) of the best pixel of each 160 m cell of (h, w) that begins at (row, col)."""
    found = []
    for top in range(0, values.shape[0], TOKEN_PIXELS):
        for left in range(0, values.shape[1], TOKEN_PIXELS):
            cell = values[top : top + TOKEN_PIXELS, left : left + TOKEN_PIXELS]
            if np.isfinite(cell).any():
                r, c = np.unravel_index(int(np.nanargmax(cell)), cell.shape)
                found.append((float(cell[r, c]), row + top + int(r), col + left + int(c)))
    return found


def _cell(entry: tuple[float, int, int]) -> tuple[int, int]:
    return entry[1] // TOKEN_PIXELS, entry[2] // TOKEN_PIXELS


def _spread(counts: np.ndarray, edges: np.ndarray) -> tuple[float, float]:
    """The range from the lowest tenth to 1: most of a scene is alike, and the contrast lies above."""
    if not counts.sum():
        return 0.0, 1.0
    low: Any = edges[int(np.searchsorted(np.cumsum(counts), 0.1 * counts.sum()))]
    return min(float(low), 0.95), 1.0

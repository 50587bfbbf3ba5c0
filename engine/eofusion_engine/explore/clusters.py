"""Clusters: kinds of land that the embeddings tell apart, with their mean courses over the season."""

from __future__ import annotations

from datetime import date

import numpy as np
from pydantic import Field

from ..events import Listener
from ..inference.tiles import Tile
from . import kmeans
from .arguments import RunArguments
from .errors import TooFewSamples
from .palette import colour
from .places import random_pixels
from .result import ExploreResult, classes, series
from .runs import FinishedRun
from .seasons import Seasons
from .vectors import chosen_dates, pixel_vectors, project


class Arguments(RunArguments):
    """``clusters``: how many (2 to 40); without it the number that the data suggest.

    ``dates``: embedding dates (the nearest are taken); without them up to 12 of all. ``sample``: pixels that the
    clusters are found from. ``seed``: another number, another start.
    """

    clusters: int | None = Field(default=None, ge=2, le=40)
    dates: list[date] | None = None
    sample: int = Field(default=20_000, ge=500, le=50_000)
    seed: int = Field(default=0, ge=0)


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """The clusters as classes, largest NDVI first, with curves by cluster.

    Raises ``ExploreError`` (no embeddings), ``TooFewSamples`` (less seen than clusters asked for).
    """
    with FinishedRun.open(arguments.run) as run:
        days = chosen_dates(run, arguments.dates)
        pixels = random_pixels(run.grid, arguments.sample, arguments.seed)
        vectors = pixel_vectors(run, days, pixels, listener, "Reading a sample")
        vectors = vectors[np.isfinite(vectors).all(axis=1)]
        if len(vectors) < 50:
            raise TooFewSamples(
                "Fewer than 50 pixels of the sample were seen.", "Choose other dates, or a larger area."
            )
        scores: dict[int, float] = {}
        count = arguments.clusters
        if count is None:
            listener.progress("explore", 0, 1, "Trying numbers of clusters")
            count, scores = kmeans.suggest(vectors, arguments.seed)
        centres = kmeans.fit_centres(vectors, count, arguments.seed)
        with ExploreResult("clusters", f"{count} clusters", arguments, [run]) as result:
            _map(result, run, days, centres, listener)
            if scores:
                chart = [series("silhouette", list(scores.values()))]
                result.chart("Number of clusters", "Clusters", "Mean silhouette", "line", list(scores), chart)
                result.score("Silhouette of the suggested number", scores[count])
            result.note("Clusters are what the embeddings tell apart: they have no names, and need not be land cover.")
            return result


def _map(
    result: ExploreResult, run: FinishedRun, days: tuple[date, ...], centres: np.ndarray, listener: Listener
) -> None:
    """Two passes: the first gathers seasons, by which clusters are put in order, the second writes."""
    seasons = Seasons(run, len(centres))
    size = np.zeros(len(centres), np.int64)
    for tile in run.tiles(listener, "Seasons by cluster"):
        label = assign(run, days, tile, centres)
        size += np.bincount(label[label >= 0], minlength=len(centres))
        seasons.add(tile, label)
    ndvi = seasons.mean_ndvi()
    kept = np.flatnonzero(size)
    key = size if ndvi is None else np.nan_to_num(ndvi, nan=-2.0)
    order = kept[np.argsort(-key[kept], kind="stable")]
    number = np.zeros(len(centres) + 1, np.uint8)  # the last entry, met by label -1, stays nodata
    number[order] = np.arange(1, len(order) + 1)
    names = [f"Cluster {n}" for n in range(1, len(order) + 1)]
    colours = [colour(n) for n in range(1, len(order) + 1)]
    share = size / max(size.sum(), 1)
    shown = [f"{name}, {100 * share[k]:.0f} %" for name, k in zip(names, order, strict=True)]
    legend = classes(zip(range(1, len(order) + 1), shown, colours, strict=True))
    with result.layer("clusters", "clusters", "Clusters", legend, dtype="uint8") as writer:
        for tile in run.tiles(listener, "Writing the clusters"):
            writer.write(number[assign(run, days, tile, centres)], (tile.row, tile.col, tile.height, tile.width))
    seasons.write(result, [int(k) for k in order], names, colours)
    hectares = size * abs(run.grid.transform.a * run.grid.transform.e) / 1e4
    rows = [
        (n, name, share[k], hectares[k], float("nan") if ndvi is None else ndvi[k])
        for n, (name, k) in enumerate(zip(names, order, strict=True), 1)
    ]
    result.table("clusters", "Clusters", ("value", "name", "share", "hectares", "mean NDVI"), rows)


def assign(run: FinishedRun, days: tuple[date, ...], tile: Tile, centres: np.ndarray) -> np.ndarray:
    """The cluster (h, w) of each pixel, from 0; -1 where nothing was seen."""
    found = project(run, days, tile, centres) - (np.square(centres).sum(axis=1) / 2)[:, None, None]
    seen = np.isfinite(found).all(axis=0)
    return np.where(seen, np.where(seen, found, 0).argmax(axis=0), -1)

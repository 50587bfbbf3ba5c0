"""Embeddings of several dates as one vector a pixel, read date by date so that they never stand in memory at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from ..events import Listener
from ..inference.tiles import Tile
from ..products.embeddings import DIMENSIONS
from .errors import ExploreError
from .places import Pixels, sample
from .runs import FinishedRun

#: Dates that are read where the user names none: spread over those that there are.
DEFAULT_DATES = 12


def chosen_dates(run: FinishedRun, asked: Sequence[date] | None, most: int = DEFAULT_DATES) -> tuple[date, ...]:
    """The run's embedding dates nearest to ``asked``, or at most ``most`` of all: of each equal part the clearest.

    Under a cloud an embedding is told from other dates, and clouds would show in what is made of it.
    """
    there = run.choose_dates(asked)
    if asked or len(there) <= most:
        return there
    clear = run.clear_fractions
    parts = [[there[i] for i in part] for part in np.array_split(np.arange(len(there)), most)]
    return tuple(max(part, key=lambda day: clear.get(day, 0.0)) for part in parts)


def same_season(run: FinishedRun, days: Sequence[date], most_apart: int = 45) -> tuple[date, ...]:
    """For each of ``days`` (of another run) this run's embedding date nearest in the year's course.

    Raises ``ExploreError`` where a date is farther than ``most_apart`` days: then seasons would be compared.
    """
    there = run.embedding_dates
    found = []
    for day in days:
        best = min(there, key=lambda other: _apart(day, other))
        if _apart(day, best) > most_apart:
            raise ExploreError(
                f"The run {run.name} has no embedding within {most_apart} days of {day:%d %B}.",
                "Choose dates that both runs have in the course of the year.",
            )
        found.append(best)
    return tuple(found)


def require_same_embeddings(weights: Mapping[str, str], run: FinishedRun) -> None:
    """Raise ``ExploreError`` where the run's embeddings were made by others than ``weights`` (part: SHA-256)."""
    if dict(weights) != run.embedding_weights:
        raise ExploreError(
            f"The embeddings of {run.name} were made by other weights: their numbers mean something else.",
            "Use runs of one version of EO Fusion, or make the older one again.",
        )


def pixel_vectors(
    run: FinishedRun, days: Sequence[date], pixels: Pixels, listener: Listener | None = None, text: str = "Reading"
) -> np.ndarray:
    """Embeddings of ``days`` one after another (N, 64 D), of norm 1 over all; NaN where a date is missing."""

    def all_dates(tile: Tile) -> np.ndarray:
        return np.concatenate([run.embeddings(day, tile) for day in days])

    return sample(run, pixels, all_dates, listener, text).reshape(len(pixels), -1) / np.float32(len(days) ** 0.5)


def project(run: FinishedRun, days: Sequence[date], tile: Tile, weights: np.ndarray) -> np.ndarray:
    """The products (K, h, w) of ``weights`` (K, 64 D) with the vectors of :func:`pixel_vectors` of a tile."""
    total = np.zeros((len(weights), tile.height, tile.width), np.float32)
    scaled = (weights / len(days) ** 0.5).astype(np.float32)
    for number, day in enumerate(days):
        part = scaled[:, number * DIMENSIONS : (number + 1) * DIMENSIONS]
        embedding = run.embeddings(day, tile).reshape(DIMENSIONS, -1)
        total += (part @ embedding).reshape(total.shape)
    return total


def _apart(a: date, b: date) -> int:
    days = abs(a.timetuple().tm_yday - b.timetuple().tm_yday)
    return min(days, 365 - days)

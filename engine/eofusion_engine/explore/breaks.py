"""Breaks: the date on which each pixel left the course of its kind, by clear NDVI views or by embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from pydantic import Field

from ..events import Listener
from ..inference.tiles import Tile
from . import kmeans
from .arguments import RunArguments
from .errors import ExploreError, TooFewSamples
from .places import Pixels, random_pixels, sample
from .result import ExploreResult, ramp, series
from .runs import FinishedRun
from .steps import SIDE, Steps, find_steps, without_spikes
from .vectors import pixel_vectors

EPOCH = date(1970, 1, 1)
UNIT = "days since 1970-01-01"
#: Snow and water lie below this NDVI, bare soil and dry litter above it.
SNOW_NDVI = 0.1
_COMPONENTS = 6
_SIDE_PIXELS = 128
_SAMPLE = 8000


class Arguments(RunArguments):
    """``signal``: ndvi (clear views as observed) or embeddings (at the dates that the run made).

    ``threshold``: a step counts from this many units of noise on. ``kinds``: how many kinds of land, each with a course
    of its own, the series are told apart into.
    """

    signal: Literal["ndvi", "embeddings"] = "ndvi"
    threshold: float = Field(default=5.0, gt=0, le=100)
    kinds: int = Field(default=6, ge=1, le=20)


@dataclass(frozen=True)
class Signal:
    """``dates`` (T,) and ``read(tile)`` (C, T, h, w); ``courses`` (K, C, T) of kinds; ``noise`` (C,)."""

    dates: tuple[date, ...]
    basis: np.ndarray | None
    courses: np.ndarray
    noise: np.ndarray

    def read(self, run: FinishedRun, tile: Tile) -> np.ndarray:
        """The series of a tile (C, T, h, w)."""
        if self.basis is None:
            return snow_free(run.observed_ndvi(tile))[None]
        return np.stack([np.tensordot(self.basis, run.embeddings(day, tile), 1) for day in self.dates], axis=1)

    def steps(self, values: np.ndarray) -> Steps:
        """Steps of series (C, T, N)."""
        if self.basis is None:
            values = without_spikes(values[0], float(self.noise[0]))[None]
        return find_steps(values, self.courses, self.noise)


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """The date of the largest step and its size.

    Raises ``ExploreError`` (the run lacks the series, or has too few dates), ``TooFewSamples``.
    """
    with FinishedRun.open(arguments.run) as run:
        signal = learn(run, arguments.signal, arguments.kinds, listener)
        with ExploreResult("breaks", "Breaks in the series", arguments, [run]) as result:
            _map(result, run, signal, arguments, listener)
            return result


def learn(run: FinishedRun, name: str, kinds: int, listener: Listener) -> Signal:
    """Courses of the kinds of land, which the first third of the dates tells apart, and the noise of a view."""
    if name == "ndvi" and not run.has("ndvi_observed"):
        raise ExploreError(
            f"The run {run.name} kept no NDVI of its clear views.", "Run it again, or use the embeddings as the signal."
        )
    dates = run.dates("ndvi_observed") if name == "ndvi" else run.embedding_dates
    if len(dates) < 2 * SIDE + 1:
        raise ExploreError(
            f"{len(dates)} dates are too few to date a break.",
            f"Use a run of a longer period: it takes {2 * SIDE + 1}.",
        )
    pixels = random_pixels(run.grid, _SAMPLE)
    early = run.embedding_dates[: max(1, len(run.embedding_dates) // 3)][:8]
    vectors = pixel_vectors(run, early, pixels, listener, "Kinds of land")
    basis = None
    if name == "ndvi":
        values = snow_free(sample(run, pixels, run.observed_ndvi, listener, "Reading a sample").T)[None]
    else:
        basis = _components(run, pixels, listener)
        parts = [pixel_vectors(run, [day], pixels, listener, "Reading a sample") @ basis.T for day in dates]
        values = np.stack(parts).transpose(2, 0, 1)
    seen = np.isfinite(vectors).all(axis=1) & (np.isfinite(values[0]).sum(axis=0) >= 2 * SIDE)
    if seen.sum() < 100:
        raise TooFewSamples("Too few pixels were seen often enough to date a break.", "Use a longer period.")
    values, vectors = values[:, :, seen], vectors[seen]
    label = kmeans.nearest(vectors, kmeans.fit_centres(vectors, kinds))
    kept = [number for number in np.unique(label) if (label == number).sum() >= 20]
    courses = np.stack([_course(values[:, :, label == number]) for number in kept])
    # The season is in these differences, too: a noise that is too large rather than breaks that are none.
    steps = np.stack([_differences(channel) for channel in values])
    noise = np.maximum(1.4826 * np.nanmedian(np.abs(steps), axis=1) / 2**0.5, 1e-3)
    return Signal(dates, basis, courses, noise)


def snow_free(ndvi: np.ndarray) -> np.ndarray:
    """NDVI without the views of snow (and of water), which say nothing of what grows beneath."""
    return np.where(ndvi < SNOW_NDVI, np.nan, ndvi)


def _components(run: FinishedRun, pixels: Pixels, listener: Listener) -> np.ndarray:
    """The first principal components (C, 64) of embeddings at a few dates."""
    days = run.embedding_dates[:: max(1, len(run.embedding_dates) // 6)]
    rows = np.concatenate([pixel_vectors(run, [day], pixels, listener, "Reading a sample") for day in days])
    rows = rows[np.isfinite(rows).all(axis=1)]
    rows = rows - rows.mean(axis=0)
    _, vectors = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(vectors[:, ::-1][:, :_COMPONENTS].T, np.float32)


def _differences(values: np.ndarray) -> np.ndarray:
    """Differences of views that follow each other (M,) in series (T, N) with gaps."""
    last = values[0].copy()
    found = []
    for row in values[1:]:
        found.append(row - last)
        last = np.where(np.isfinite(row), row, last)
    return np.concatenate(found)


def _course(values: np.ndarray) -> np.ndarray:
    """The median course (C, T) of series (C, T, N); dates that none of them saw are interpolated."""
    course = np.zeros(values.shape[:2])
    at = np.arange(values.shape[1])
    for row, layers in zip(course, values, strict=True):
        seen = np.isfinite(layers).any(axis=1)
        if seen.any():
            row[:] = np.interp(at, at[seen], np.nanmedian(layers[seen], axis=1))
    return course


def _map(result: ExploreResult, run: FinishedRun, signal: Signal, arguments: Arguments, listener: Listener) -> None:
    ordinal = np.array([(day - EPOCH).days for day in signal.dates], np.float32)
    signed = arguments.signal == "ndvi"
    counts = np.zeros(len(ordinal), np.int64)
    seen_pixels = 0
    when = result.layer("date", "break_date", "Date of the break", ramp("viridis", ordinal[0], ordinal[-1]), unit=UNIT)
    style = ramp("RdBu", -20, 20) if signed else ramp("magma", 0, 20)
    much = result.layer("size", "break_size", "Size of the break in units of noise", style)
    with when as writer, much as second:
        for tile in run.tiles(listener, side=_SIDE_PIXELS):
            values = signal.read(run, tile)
            found = signal.steps(values.reshape(*values.shape[:2], -1))
            size = found.size[:, 0] if signed else np.sqrt(np.square(found.size).mean(axis=1))
            told = (found.after >= 0) & (np.abs(size) >= arguments.threshold)
            counts += np.bincount(found.after[told], minlength=len(counts))
            seen_pixels += int((found.after >= 0).sum())
            shape, window = (tile.height, tile.width), (tile.row, tile.col, tile.height, tile.width)
            day = np.where(told, ordinal[np.maximum(found.after, 0)], np.nan)
            writer.write(day.reshape(shape), window)
            second.write(np.where(found.after >= 0, size, np.nan).reshape(shape), window)
    hectares = counts * abs(run.grid.transform.a * run.grid.transform.e) / 1e4
    result.chart(
        "Breaks by date", "First view after the break", "Hectares", "bar", signal.dates, [series("ha", hectares)]
    )
    result.table("breaks", "Breaks by date", ("date", "hectares"), zip(signal.dates, hectares, strict=True))
    result.score("Share of pixels with a break", 100 * counts.sum() / max(seen_pixels, 1), unit="%")
    result.note(
        f"The date is that of the first view after the break, in {UNIT}. A harvest is a break, too: the course of its "
        "kind is all that a pixel is held against."
    )

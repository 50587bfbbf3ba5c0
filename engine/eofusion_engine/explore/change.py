"""Change between two dates or two years, in units of what varies where nothing changed."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from pathlib import Path

import numpy as np
from pydantic import Field, model_validator

from ..errors import RequestError
from ..events import Listener
from ..inference.tiles import Tile
from .arguments import RunArguments
from .errors import ExploreError, TooFewSamples
from .nochange import NoChange, fit_no_change
from .places import random_pixels, sample
from .result import ExploreResult, ramp, series
from .runs import FinishedRun
from .vectors import require_same_embeddings

#: Dates of two years belong together when they are this near in the year's course.
_PAIR_DAYS = 20
_SAMPLE = 20_000
#: Beyond this many units of noise a pixel is counted as changed.
CHANGED = 3.0


class Arguments(RunArguments):
    """``before`` and ``after``: embedding dates (the nearest are taken; of several the mean), or instead
    ``before_year`` and ``after_year``: all dates that both years have in the same season.

    ``after_run``: another run of the same area that ``after`` is read from.
    """

    before: list[date] | None = None
    after: list[date] | None = None
    before_year: int | None = Field(default=None, ge=2014, le=2100)
    after_year: int | None = Field(default=None, ge=2014, le=2100)
    after_run: Path | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Arguments:
        dates, years = bool(self.before and self.after), bool(self.before_year and self.after_year)
        if dates == years:
            raise ValueError("give before and after, or before_year and after_year")
        return self


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """The change in units of noise, and the distance of the embeddings as it is.

    Raises ``ExploreError`` (dates that are not there, another grid), ``TooFewSamples`` (too little seen).
    """
    with ExitStack() as stack:
        run = stack.enter_context(FinishedRun.open(arguments.run))
        later = stack.enter_context(FinishedRun.open(arguments.after_run)) if arguments.after_run else run
        require_same_embeddings(run.embedding_weights, later)
        if later.grid != run.grid:
            raise ExploreError("The two runs are not on one grid.", "Run both for the same area.")
        first, second = _dates(arguments, run, later)
        pixels = random_pixels(run.grid, _SAMPLE)
        a = sample(run, pixels, lambda tile: _mean(run, first, tile), listener, "Reading a sample")
        b = sample(later, pixels, lambda tile: _mean(later, second, tile), listener, "Reading a sample")
        seen = np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
        if seen.sum() < 500:
            raise TooFewSamples(
                f"Only {int(seen.sum())} pixels of a sample were seen on both sides: noise cannot be told from change.",
                "Choose other dates, or a larger area.",
            )
        model = fit_no_change(a[seen], b[seen])
        title = f"Change, {_words(first)} to {_words(second)}"
        runs = [run] if later is run else [run, later]
        with ExploreResult("change", title, arguments, runs) as result:
            _map(result, run, later, first, second, model, listener)
            return result


def _map(
    result: ExploreResult,
    run: FinishedRun,
    later: FinishedRun,
    first: tuple[date, ...],
    second: tuple[date, ...],
    model: NoChange,
    listener: Listener,
) -> None:
    edges = np.linspace(0, 10, 101)
    counts, changed, known = np.zeros(100, np.int64), 0, 0
    units = result.layer("change", "change", "Change in units of noise", ramp("magma", 1, 6))
    plain = result.layer("distance", "distance", "Distance of the embeddings", ramp("viridis", 0, 1))
    with units as writer, plain as other:
        for tile in run.tiles(listener):
            a, b = _mean(run, first, tile), _mean(later, second, tile)
            flat = model.units(a.reshape(len(a), -1).T, b.reshape(len(b), -1).T).reshape(tile.height, tile.width)
            window = (tile.row, tile.col, tile.height, tile.width)
            writer.write(flat, window)
            other.write(np.sqrt(np.square(b - a).sum(axis=0)), window)
            seen = flat[np.isfinite(flat)]
            counts += np.histogram(np.minimum(seen, 9.99), edges)[0]
            changed, known = changed + int((seen > CHANGED).sum()), known + seen.size
    result.score("Share beyond 3 units of noise", 100 * changed / max(known, 1), unit="%")
    result.chart("Pixels by change", "Units of noise", "Pixels", "bar", edges[:-1], [series("pixels", counts)])
    result.note(
        "1 is what a pixel varies by where nothing changed; it is estimated from the pixels that changed least, after "
        "taking away what the season does to land of the same look. Where most of an area changed, it is too large."
    )


def _dates(arguments: Arguments, run: FinishedRun, later: FinishedRun) -> tuple[tuple[date, ...], tuple[date, ...]]:
    if arguments.before and arguments.after:
        first, second = run.choose_dates(arguments.before), later.choose_dates(arguments.after)
    else:
        of_year = [day for day in run.embedding_dates if day.year == arguments.before_year]
        others = [day for day in later.embedding_dates if day.year == arguments.after_year]
        for year, there in ((arguments.before_year, of_year), (arguments.after_year, others)):
            if not there:
                raise ExploreError(f"There is no embedding of {year}.", "Choose years that the runs cover.")
        pairs = [(day, min(others, key=lambda other, day=day: _apart(day, other))) for day in of_year]  # type: ignore[misc]
        pairs = [(day, other) for day, other in pairs if _apart(day, other) <= _PAIR_DAYS]
        if not pairs:
            raise ExploreError("The two years share no season.", "Choose years with dates in the same months.")
        first, second = tuple(sorted({d for d, _ in pairs})), tuple(sorted({o for _, o in pairs}))
    if first == second and run is later:
        raise RequestError("Before and after are the same dates.", "Choose different ones.")
    return first, second


def _apart(day: date, other: date) -> int:
    return abs(day.timetuple().tm_yday - other.timetuple().tm_yday)


def _mean(run: FinishedRun, days: tuple[date, ...], tile: Tile) -> np.ndarray:
    total = run.embeddings(days[0], tile)
    for day in days[1:]:
        total += run.embeddings(day, tile)
    return total / np.float32(len(days))


def _words(days: tuple[date, ...]) -> str:
    return str(days[0]) if len(days) == 1 else f"{len(days)} dates from {days[0]} to {days[-1]}"

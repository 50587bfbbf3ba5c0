"""A learned map applied to another run: another place, or another year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ..errors import RequestError
from ..events import Listener
from .arguments import RunArguments
from .mapping import paint
from .model_file import load_map
from .result import ExploreResult
from .runs import FinishedRun
from .vectors import require_same_embeddings, same_season


class Arguments(RunArguments):
    """``model``: the model.safetensors of an answer of 'classify', or that answer's folder.

    ``dates``: as many embedding dates as it was learned on, in their order; without them the nearest in the season.
    """

    model: Path
    dates: list[date] | None = None


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """The map on this run.

    Raises ``RequestError`` (no such file), ``ExploreError`` (embeddings of other weights, or of other seasons).
    """
    learned = load_map(arguments.model)
    with FinishedRun.open(arguments.run) as run:
        require_same_embeddings(learned.weights, run)
        days = _asked(run, arguments.dates) if arguments.dates else same_season(run, learned.days)
        if len(days) != len(learned.days):
            raise RequestError(f"The map was learned on {len(learned.days)} dates.", "Give as many, or none.")
        with ExploreResult("apply", f"{learned.field}, applied", arguments, [run]) as result:
            paint(result, run, learned, days, listener)
            result.note("Nothing judges this map: it was learned elsewhere, and may not hold here.")
            return result


def _asked(run: FinishedRun, dates: list[date]) -> tuple[date, ...]:
    there = run.embedding_dates
    return tuple(min(there, key=lambda day: (abs((day - wish).days), day)) for wish in dates)

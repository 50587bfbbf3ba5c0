"""``eofusion evaluate``: every score of the project, on places that the shipped weights never saw."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import OutputError, RequestError
from ..files import write_whole
from .bundle import BundleError
from .rows import Row, checked


@dataclass(frozen=True)
class Task:
    """One table: ``modules`` of this package whose ``evaluate(data, weights, cv)`` give its rows."""

    title: str
    modules: tuple[str, ...]


EVALUATIONS: dict[str, Task] = {
    "tokenizers": Task("Tokens of daily temperature, there and back (degC)", ("tokenizers",)),
    "climatology": Task("The mean year at places that the climatology was not fitted on (degC)", ("climatology",)),
    "temperature": Task("Air temperature from imagery (degC)", ("temperature",)),
    "profiles": Task("Generated daily temperature profiles at towers (degC)", ("profiles",)),
    "reconstruction": Task("Cloud-free reflectance at hidden clear dates (reflectance 0-1)", ("reconstruction",)),
    "embeddings": Task("What the embeddings hold: linear probes, and stability", ("embeddings", "stability")),
    "fusion": Task("Task-agnostic against task-specific fusion", ("fusion_tasks",)),
    "gpp": Task("GPP at flux towers (g C m-2 d-1)", ("gpp",)),
    "simulator": Task("How real the simulator is (AUC of trees that tell real from simulated: .5 is chance)",
                      ("simulator_rows",)),
    "counterfactual": Task("Edits of simulated scenes against their truth (docs/counterfactuals.md)",
                           ("counterfactual_truth",)),
    "sensitivity": Task("Do two ways to weigh inputs rank them alike (docs/sensitivity.md)", ("sensitivity_truth",)),
    "explore": Task("Similar places, clusters, breaks and learned maps (docs/explore.md)", ("explore",)),
}  # fmt: skip
ALL = "all"


class Skipped(Exception):
    """A task that cannot run on this folder: the sentence says why."""


@dataclass
class Results:
    """Rows of every task that ran, in order, and why the others did not."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def flat(self) -> list[Row]:
        """All rows."""
        return [row for rows in self.rows.values() for row in rows]


def chosen_tasks(names: Sequence[str]) -> list[str]:
    """The tasks that ``names`` ask for, in their order, each once; all of them for none or for ``all``.

    Raises:
        RequestError: a name is not one of a task.
    """
    for name in names:
        if name not in EVALUATIONS and name != ALL:
            raise RequestError(
                f"There is no evaluation called {name!r}.", f"Choose from {', '.join([*EVALUATIONS, ALL])}."
            )
    return list(EVALUATIONS) if not names or ALL in names else list(dict.fromkeys(names))


def task_rows(
    name: str,
    data: Path,
    weights: Path | None = None,
    cv: bool = False,
    note: Callable[[str], None] | None = None,
    drivers: str = "full",
) -> list[Row]:
    """The rows of one task; ``note`` is told of a part of it that the folder has no data for.

    Raises:
        Skipped: the folder lacks the task's data, or a library is missing.
    """
    rows: list[Row] = []
    missing: list[str] = []
    for module in EVALUATIONS[name].modules:
        try:
            function = _function(module)
            known = inspect.signature(function).parameters
            options = {name: value for name, value in {"cv": cv, "drivers": drivers}.items() if name in known}
            rows += [checked(row) for row in function(data, weights, **options)]
        except FileNotFoundError as error:
            missing.append(_inside(error.filename, data))
        except BundleError as error:
            raise Skipped(str(error)) from None
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith(__package__.partition(".")[0]):
                raise  # a part of this program, not a library
            raise Skipped(
                f"The library {error.name} is missing: install it with pip install 'eofusion-engine[train]'."
            ) from None
    if not rows:
        what = f"It lacks {' and '.join(missing)}" if missing else "It holds no place that can be scored"
        raise Skipped(f"{what} (docs/evaluation.md says what this task reads).")
    if missing and note is not None:
        note(f"{name}: a part is left out, the folder lacks {' and '.join(missing)}")
    return rows


def _function(module: str) -> Callable[..., list[Any]]:
    function: Callable[..., list[Any]] = importlib.import_module(f".{module}", __package__).evaluate
    return function


def _inside(path: Any, data: Path) -> str:
    try:
        return Path(path).relative_to(data).as_posix()
    except (TypeError, ValueError):
        return str(path or "its data")


def evaluate(
    names: Sequence[str],
    data: Path,
    weights: Path | None = None,
    cv: bool = False,
    note: Callable[[str], None] | None = None,
    done: Callable[[str, list[Row]], None] | None = None,
    drivers: str = "full",
) -> Results:
    """Run tasks; a result that is worse than its baseline stands there like any other.

    A task asked for by name must run; of ``all``, one that the folder has no data for is skipped with a note.

    Raises:
        RequestError: ``data`` is no folder, or lacks the data of a task asked for by name.
    """
    if not data.is_dir():
        raise RequestError(f"There is no folder {data}.", "Name the folder of evaluation data with --data.")
    results = Results()
    for name in chosen_tasks(names):
        try:
            rows = task_rows(name, data, weights, cv, note, drivers)
        except Skipped as reason:
            if name in names:
                raise RequestError(f"The evaluation {name} cannot run on {data}.", str(reason)) from None
            results.skipped[name] = str(reason)
            if note is not None:
                note(f"skipped {name}: {reason}")
            continue
        results.rows[name] = rows
        if done is not None:
            done(name, rows)
    if not results.rows:
        raise RequestError(
            f"{data} holds no data that any evaluation reads.", "docs/evaluation.md says what each task reads."
        )
    return results


def run(
    names: Sequence[str],
    data: Path,
    weights: Path | None = None,
    json_file: str | None = None,
    cv: bool = False,
    docs: Path | None = None,
    drivers: str = "full",
) -> Results:
    """The command: tables to stdout, rows as a JSON list to ``json_file`` (``-`` is stdout, then without tables),
    and the documentation's tables into ``docs``.

    Raises:
        RequestError: see :func:`evaluate`.
        OutputError: a file cannot be written.
    """
    from .tables import format_rows

    def show(name: str, rows: list[Row]) -> None:
        if json_file != "-":
            print(f"\n{EVALUATIONS[name].title}\n{format_rows(rows)}", flush=True)

    results = evaluate(names, data, weights, cv, lambda text: print(text, file=sys.stderr, flush=True), show, drivers)
    text = json.dumps([row.as_dict() for row in results.flat()], indent=1) + "\n"
    if json_file == "-":
        print(text, end="")
    try:
        if json_file is not None and json_file != "-":
            path = Path(json_file)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
        if docs is not None:
            from .scores_page import write_scores

            write_scores(results, docs)
    except OSError as error:
        raise OutputError(
            f"The scores cannot be written ({error.strerror or error}).", "Choose another place."
        ) from error
    return results

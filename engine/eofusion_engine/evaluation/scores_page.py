"""docs/scores.md and the model card's figures, written from rows, so that no number in them is typed by hand."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from ..errors import RequestError
from ..files import write_whole
from . import explore_page
from .gpp_page import write_tables
from .marked import write_between
from .rows import OURS, Row, checked, published
from .run import EVALUATIONS, Results
from .tables import blocks, format_metric, markdown_block

PAGE, CARD = "scores.md", "model-card.md"
BEGIN, END = "<!-- scores: written by eofusion evaluate all --docs -->", "<!-- end of scores -->"
SIMULATED = "simulated"
#: What a table is summed up by, the first of these that its rows have; and whether less is better.
_MEASURES = {
    "crps": True, "balanced_accuracy": False, "relative_r2": False, "r2": False, "rmse": True, "mae": True,
    "auc": False,
}  # fmt: skip
_BY_TASK = {"reconstruction": "mae", "tokenizers": "rmse", "gpp": "rmse", "profiles": "crps"}
#: Tasks that have a page of their own, where their tables stand when their rows are not given.
_OWN_PAGES = {
    "simulator": "simulator-realism.md", "counterfactual": "counterfactuals.md", "sensitivity": "sensitivity.md",
    "explore": "explore.md",
}  # fmt: skip
_SEEN = {"unseen": "places that no training saw", "cv": "folds: each place by models refitted without it"}

_HEAD = """# Scores

Written by

```sh
.venv/bin/eofusion evaluate all --cv --data DATA --docs docs
```

from real data on places farther than 25 km from every place that the shipped weights were trained on ("unseen"), or
by models refitted in folds ("folds"); real and simulated places stand apart. `n` counts what a score is a mean over.
Brackets are 95 % intervals from a bootstrap over places (clusters of places, cells). `diff_...` is the row's value
minus that of its `reference` on the same places, with a paired interval: an interval without 0 is a difference that
these places show. A row that is worse than its baseline stands here like any other. What each task reads and does:
[evaluation.md](evaluation.md).
"""


def is_simulated(row: Row) -> bool:
    """Whether a row's truth is simulated."""
    return row.data.startswith(SIMULATED)


def page(rows: Sequence[Row], skipped: dict[str, str] | None = None) -> str:
    """The whole page: a section a task, real before simulated, unseen before folds."""
    parts = [_HEAD]
    for name, task in EVALUATIONS.items():
        own = [row for row in published(rows) if row.task == name]
        if not own:
            if name in _OWN_PAGES:
                parts.append(f"## {task.title}\n\n`eofusion evaluate {name}`: [its page]({_OWN_PAGES[name]})\n")
            elif skipped and name in skipped:
                parts.append(f"## {task.title}\n\nNot run: {skipped[name]}\n")
            continue
        parts.append(f"## {task.title}\n\n`eofusion evaluate {name}`\n")
        # What the simulator is judged by is real data: its own task is not split.
        real = [row for row in own if name == "simulator" or not is_simulated(row)]
        simulated = [row for row in own if row not in real]
        parts += _sections(real, "###")
        if simulated:
            parts.append("### On simulated places\n")
            parts += _sections(simulated, "####")
    return "\n".join(parts)


def _sections(rows: Sequence[Row], level: str) -> list[str]:
    ordered = sorted(blocks(rows), key=lambda block: block[0].seen != "unseen")
    return [
        f"{level} {_capital(block[0].data)}\n\n{_capital(_SEEN[block[0].seen])}.\n\n{markdown_block(block)}\n"
        for block in ordered
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def card_table(rows: Sequence[Row]) -> str:
    """A line a table of the page: our model beside the best of the others, by the table's main measure."""
    lines = [
        "| task | data | seen | n | measure | eofusion | best other | which |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for block in blocks(published(rows)):
        line = _card_line(block)
        if line is not None:
            lines.append("| " + " | ".join(line) + " |")
    return "\n".join(lines)


def _card_line(block: Sequence[Row]) -> list[str] | None:
    ours = [row for row in block if row.model == OURS]
    if not ours:
        return None
    # Of several parts the last one stands for the table: the longest gaps, the whole embedding.
    own = next((row for row in ours if not row.part or row.part.startswith("all")), ours[-1])
    wanted = _BY_TASK.get(own.task)
    measure = wanted if wanted in own.metrics else next((name for name in _MEASURES if name in own.metrics), None)
    if measure is None:
        return None
    others = [
        row for row in block if not row.model.startswith(OURS) and measure in row.metrics
        and (row.part == own.part or own.part.endswith("numbers"))
    ]  # fmt: skip
    sign = 1 if _MEASURES[measure] else -1
    best = min(others, key=lambda row: sign * row.metrics[measure], default=None)
    part = f", {own.part}" if own.part else ""
    rest = ["", ""] if best is None else [format_metric(best, measure), best.model]
    return [own.task, own.data + part, own.seen, str(own.n), measure, format_metric(own, measure), *rest]


def write_scores(results: Results, docs: Path) -> None:
    """Write the page, and the model card's table between its two marks where the card has them.

    Raises:
        RequestError: not every task was asked for, so that the page would lose tables.
        OutputError: the card has one mark without the other.
    """
    absent = [name for name in EVALUATIONS if name not in {*results.rows, *results.skipped, *_OWN_PAGES}]
    if absent:
        raise RequestError(f"The documentation needs every task; {absent[0]} was not asked for.", "Evaluate all.")
    rows = results.flat()
    docs.mkdir(parents=True, exist_ok=True)
    write_whole(docs / PAGE, page(rows, results.skipped))
    if "gpp" in results.rows:
        write_tables(results.rows["gpp"], docs)
    if "explore" in results.rows:
        explore_page.write_tables(results.rows["explore"], docs)
    write_between(docs / CARD, BEGIN, END, card_table(rows))


def main() -> None:
    """Write the pages again from rows that ``eofusion evaluate --json`` wrote, one file or several."""
    parser = argparse.ArgumentParser(prog="python -m eofusion_engine.evaluation.scores_page", description=main.__doc__)
    parser.add_argument("rows", type=Path, nargs="+", metavar="FILE.json")
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    args = parser.parse_args()
    results = Results()
    for path in args.rows:
        for row in map(checked, json.loads(path.read_text(encoding="utf-8"))):
            results.rows.setdefault(row.task, []).append(row)
    results.skipped = {name: "no rows were given." for name in EVALUATIONS if name not in results.rows}
    write_scores(results, args.docs)


if __name__ == "__main__":
    main()

"""The verdict on the simulator as rows: how well trees tell real series from simulated ones (AUC, .5 is chance).

What gives the simulation away, and the distributions, are on the page that ``python -m
eofusion_engine.evaluation.simulator`` writes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .rows import Row, Seen, make_row
from .simulator import compare, tables, verdicts

TASK = "simulator"
JUDGE = "trees, real against simulated"


def evaluate(data_dir: Path, weights_dir: Path | None = None) -> list[Row]:
    """One row a kind of series: ``unseen`` places tuned nothing in the simulator, ``seen`` ones did.

    Raises:
        FileNotFoundError: the folder holds no imagery of a known layout.
    """
    return as_rows(verdicts(tables(compare(data_dir, weights_dir))))


def as_rows(found_verdicts: list[dict[str, Any]]) -> list[Row]:
    """The verdicts as rows."""
    out = []
    for found in found_verdicts:
        seen: Seen = "unseen" if found.get("places") == "held out" else "seen"
        low, high = found["auc_95"]
        metrics: dict[str, float | tuple[float, float] | None] = {"auc": found["auc"], "auc_95": (low, high)}
        texts = {"part": f"by {found['of_it_only']} alone"} if "of_it_only" in found else {}
        if "clusters" in found:
            texts["note"] = f"{found['pixels']} pixels"
        out.append(make_row(TASK, found["series"], JUDGE, int(found.get("clusters", 0)), seen, metrics, **texts))
    return out

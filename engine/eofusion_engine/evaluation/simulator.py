"""How real is the simulator: simulated pixel series against real ones, and whether trees can tell them apart.

Training places served to improve the simulator; held-out places are for the last two rows of the verdict alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..simulate.climate import shipped_climatology
from ..training.places import read_places
from .realism_classifier import Table, giveaways, judge, stack
from .realism_compare import by_cover, by_season, memory
from .realism_features import NEIGHBOURS, s1_features, s2_features
from .realism_series import Pair, pairs
from .realism_tables import table_pairs

DATED = ("S2, single days", "S1, single days")
#: Kinds of features, by what their names hold.
EVIDENCE = {
    "medians of seasons": ", median of",
    "typical changes between dates": ", change between",
    "largest changes": ", largest changes",
}
#: Monthly series: the next month is a neighbouring date.
_MONTH = 31


@dataclass(frozen=True)
class Comparison:
    """Real places with their stand-ins: ``dated`` with the views of single days, ``monthly`` points of known cover."""

    dated: list[Pair]
    monthly: list[Pair]

    def training(self) -> Comparison:
        """Without what is held out."""
        return Comparison([p for p in self.dated if not p.held_out], [p for p in self.monthly if not p.held_out])


def compare(data: Path, weights: Path | None = None, seed: int = 0) -> Comparison:
    """Read the real places of ``data`` and simulate their stand-ins, whose climate the temperature ``weights`` tell.

    Raises:
        WeightsError: the weights are missing or damaged.
        FileNotFoundError: a table is missing.
    """
    places = [p for p in read_places(data) if p.kind == "imagery"]
    held_out = [(p.lat, p.lon) for p in places if p.held_out]
    climatology = shipped_climatology(weights)
    return Comparison(list(pairs(places, climatology, seed)), list(table_pairs(data, held_out, climatology, seed)))


def evaluate(data: Path, weights: Path | None = None) -> list[dict[str, Any]]:
    """Rows of the table: the verdict, what gives the simulation away, and the distributions. ``weights``
    give the places' climate."""
    return rows(compare(data, weights))


def rows(found: Comparison) -> list[dict[str, Any]]:
    """All blocks of the table; only the verdict's held-out rows see held-out places."""
    known = found.training()
    series = tables(found)
    return [
        *verdicts(series),
        *given_away(series),
        *by_season(known.dated),
        *memory(known.dated),
        *by_cover(known.monthly),
    ]


def verdicts(series: dict[str, Table]) -> list[dict[str, Any]]:
    """AUC of the trees with 95 % intervals over places, for each kind of series: .5 is chance, 1 is told apart."""
    out = []
    for name, table in series.items():
        for places, verdict in judge(table).items():
            out.append(
                {
                    "series": name,
                    "places": places,
                    "clusters": verdict.clusters,
                    "pixels": verdict.pixels,
                    "auc": verdict.auc,
                    "auc_95": list(verdict.interval),
                }
            )
    return [*out, *_by_evidence(series)]


def _by_evidence(series: dict[str, Table]) -> list[dict[str, Any]]:
    """The same trees with a part of what they see of single days, on training places: where the evidence lies."""
    out = []
    for name in DATED:
        table = series[name]
        for evidence, has in EVIDENCE.items():
            columns = [i for i, feature in enumerate(table.names) if has in feature]
            part = replace(table, names=[table.names[i] for i in columns], values=table.values[:, columns])
            verdict = judge(part).get("training")
            if columns and verdict is not None:
                out.append(
                    {"series": name, "of_it_only": evidence, "auc": verdict.auc, "auc_95": list(verdict.interval)}
                )
    return out


def given_away(series: dict[str, Table], count: int = 10) -> list[dict[str, Any]]:
    """The features that tell most, on training places."""
    return [{"series": name, **row} for name, table in series.items() for row in giveaways(table, count)]


def tables(found: Comparison) -> dict[str, Table]:
    """What the trees see, by kind of series."""
    with_s1 = [p for p in found.dated if p.real_s1.shape[1]]
    return {
        "S2, single days": _table(found.dated, ("s2",), NEIGHBOURS),
        "S1, single days": _table(with_s1, ("s1",), NEIGHBOURS),
        "S2, months, same cover": _table(found.monthly, ("s2",), _MONTH),
        "S1, months, same cover": _table(found.monthly, ("s1",), _MONTH),
    }


def _table(found: Sequence[Pair], sensors: tuple[str, ...], near: int) -> Table:
    parts = []
    for pair in found:
        for simulated in (False, True):
            names: list[str] = []
            columns: list[np.ndarray] = []
            for sensor in sensors:
                if sensor == "s2":
                    told = s2_features(pair.simulated if simulated else pair.real, pair.days, near)
                else:
                    series = pair.simulated_s1 if simulated else pair.real_s1
                    told = s1_features(series, pair.s1_days, pair.s1_ascending, near)
                names += told[0]
                columns.append(told[1])
            parts.append((names, np.concatenate(columns, axis=1), simulated, pair.cluster, pair.held_out))
    return stack(parts)


def main() -> None:
    """Write the page of the documentation."""
    from .realism_page import write_page

    parser = argparse.ArgumentParser(prog="python -m eofusion_engine.evaluation.simulator", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of evaluation data")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where the page and its plots go")
    args = parser.parse_args()
    found = compare(args.data)
    known, series = found.training(), tables(found)
    write_page(args.docs, verdicts(series), given_away(series), known.dated, known.monthly)


if __name__ == "__main__":
    main()

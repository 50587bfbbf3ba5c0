"""Can gradient-boosted trees tell real pixel series from simulated ones, on places that they were not shown?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .splits import fold_numbers

FOLDS = 8
DRAWS = 300


@dataclass(frozen=True)
class Table:
    """Rows of one kind of series: ``values`` (R, F) of features ``names`` (F,), ``simulated`` (R,), ``cluster`` (R,),
    ``held_out`` (R,) places that served no tuning."""

    names: list[str]
    values: np.ndarray
    simulated: np.ndarray
    cluster: np.ndarray
    held_out: np.ndarray


@dataclass(frozen=True)
class Verdict:
    """``auc`` with its 95 % interval over clusters of places; ``pixels`` real ones; ``clusters`` how many."""

    auc: float
    interval: tuple[float, float]
    pixels: int
    clusters: int


def _fitted(values: np.ndarray, simulated: np.ndarray) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    # Small tables: threads that wait for each other cost more than they bring, up to ten times on a busy machine.
    with threadpool_limits(1):
        return HistGradientBoostingClassifier(
            max_iter=150,
            learning_rate=0.08,
            max_leaf_nodes=15,
            min_samples_leaf=20,
            l2_regularization=1.0,
            random_state=0,
        ).fit(values, simulated)


def _scores(model: Any, values: np.ndarray) -> np.ndarray:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return np.asarray(model.predict_proba(values)[:, 1])


def judge(table: Table) -> dict[str, Verdict]:
    """AUC on the training places (each cluster judged by trees that saw the others only) and on the held-out places
    (judged by trees that saw all training places). A part with fewer than two clusters to learn from is left out."""
    found = {}
    for name, asked in (("training", ~table.held_out), ("held out", table.held_out)):
        shown = ~table.held_out
        if not asked.any() or len(np.unique(table.cluster[shown])) < 2:
            continue
        if name == "training":
            scores = _cross_validated(table.values[shown], table.simulated[shown], table.cluster[shown])
        else:
            scores = _scores(_fitted(table.values[shown], table.simulated[shown]), table.values[asked])
        found[name] = _verdict(table.simulated[asked], scores, table.cluster[asked])
    return found


def _cross_validated(values: np.ndarray, simulated: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    scores, fold = np.full(len(values), np.nan), fold_numbers(cluster, FOLDS)
    for k in np.unique(fold):
        scores[fold == k] = _scores(_fitted(values[fold != k], simulated[fold != k]), values[fold == k])
    return scores


def _verdict(simulated: np.ndarray, scores: np.ndarray, cluster: np.ndarray) -> Verdict:
    names, inverse = np.unique(cluster, return_inverse=True)
    picks = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    drawn = [auc(simulated, scores, pick[inverse]) for pick in picks]
    low, high = np.percentile(drawn, [2.5, 97.5]) if len(names) > 1 else (np.nan, np.nan)
    return Verdict(
        auc(simulated, scores, np.ones(len(scores))), (float(low), float(high)), int((~simulated).sum()), len(names)
    )


def auc(simulated: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> float:
    """Area under the ROC curve: chance that a simulated row scores above a real one, ties counting half."""
    order = np.argsort(scores, kind="stable")
    score, sim = scores[order], np.where(simulated[order], weights[order], 0.0)
    real = np.where(simulated[order], 0.0, weights[order])
    group = np.cumsum(np.r_[True, score[1:] != score[:-1]]) - 1
    sims, reals = np.bincount(group, sim), np.bincount(group, real)
    below = np.cumsum(reals) - reals
    total = sims.sum() * reals.sum()
    return float((sims * (below + reals / 2)).sum() / total) if total else float("nan")


def giveaways(table: Table, count: int = 12) -> list[dict[str, Any]]:
    """What tells the two apart on the training places, the strongest first.

    ``alone`` is the AUC of the one feature; ``cost`` how much AUC the trees lose on unseen places when the feature's
    kind (all seasons of one band or index) is shuffled among the rows.
    """
    use = ~table.held_out
    values, simulated, cluster = table.values[use], table.simulated[use], table.cluster[use]
    fold = fold_numbers(cluster, FOLDS)
    kinds = {name: name.split(", median of")[0] if ", median of" in name else name for name in table.names}
    groups = {kind: [i for i, name in enumerate(table.names) if kinds[name] == kind] for kind in kinds.values()}
    cost = dict.fromkeys(groups, 0.0)
    rng = np.random.default_rng(0)
    for k in np.unique(fold):
        asked = fold == k
        model = _fitted(values[~asked], simulated[~asked])
        weight = np.ones(asked.sum())
        whole = auc(simulated[asked], _scores(model, values[asked]), weight)
        for kind, columns in groups.items():
            shuffled = values[asked].copy()
            shuffled[:, columns] = shuffled[rng.permutation(len(shuffled))][:, columns]
            lost = whole - auc(simulated[asked], _scores(model, shuffled), weight)
            cost[kind] += float(lost * asked.mean())
    rows: list[dict[str, Any]] = []
    for i, name in enumerate(table.names):
        known = np.isfinite(values[:, i])
        if known.sum() < 50:
            continue
        alone = auc(simulated[known], values[known, i], np.ones(known.sum()))
        real, made = (np.median(values[known & (simulated == s), i]) for s in (False, True))
        rows.append(
            {"what": name, "real": float(real), "simulated": float(made), "alone": max(alone, 1 - alone),
             "cost": cost[kinds[name]]}
        )  # fmt: skip
    return sorted(rows, key=lambda r: -r["alone"])[:count]


def stack(parts: Sequence[tuple[list[str], np.ndarray, bool, str, bool]]) -> Table:
    """A table of (feature names, values, simulated, cluster, held out) parts."""
    sizes = [len(values) for _, values, *_ in parts]
    return Table(
        parts[0][0],
        np.concatenate([values for _, values, *_ in parts]),
        np.repeat([p[2] for p in parts], sizes),
        np.repeat([p[3] for p in parts], sizes),
        np.repeat([p[4] for p in parts], sizes),
    )

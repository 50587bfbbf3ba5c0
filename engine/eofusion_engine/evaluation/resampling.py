"""Intervals by bootstrap over places: whole groups are drawn, the same for both sides of a difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

DRAWS = 2000
Metrics = Mapping[str, np.ndarray]


def draws_of(groups: int, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """How often each group is in each draw (draws, groups)."""
    return np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), draws)


def bounds(values: np.ndarray) -> tuple[float, float]:
    """The central 95 % of drawn values; NaN where none is finite."""
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def with_intervals(
    sums: np.ndarray,
    metrics: Callable[[np.ndarray], Metrics],
    reference: np.ndarray | None = None,
    compare: tuple[str, ...] = (),
) -> dict[str, float | tuple[float, float] | None]:
    """Metrics, ``<metric>_95`` and, for those of ``compare``, ``diff_<metric>`` to the reference with its own.

    Args:
        sums: (G, ...) what each group adds up to.
        metrics: from sums over groups (..., ...), with any leading axes, to metrics of those axes.
        reference: the same sums of the reference model on the same rows.
        compare: the metrics to compare.
    """
    groups = len(sums)
    picks = draws_of(groups)
    flat = sums.reshape(groups, -1)
    shape = (len(picks), *sums.shape[1:])
    point, drawn = metrics(sums.sum(axis=0)), metrics((picks @ flat).reshape(shape))
    out: dict[str, float | tuple[float, float] | None] = {}
    for name, value in point.items():
        out[name], out[f"{name}_95"] = float(value), bounds(drawn[name])
    if reference is not None:
        other = metrics(reference.sum(axis=0))
        other_drawn = metrics((picks @ reference.reshape(groups, -1)).reshape(shape))
        for name in compare:
            out[f"diff_{name}"] = float(point[name] - other[name])
            out[f"diff_{name}_95"] = bounds(drawn[name] - other_drawn[name])
    return out


def confusion(truth: np.ndarray, predicted: np.ndarray, groups: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """(G, K, K) counts by group, true class and predicted class (codes must be among ``classes``)."""
    names, inverse = np.unique(groups, return_inverse=True)
    out = np.zeros((len(names), len(classes), len(classes)))
    np.add.at(out, (inverse, np.searchsorted(classes, truth), np.searchsorted(classes, predicted)), 1)
    return out


def class_metrics(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Balanced accuracy and accuracy from confusion counts (..., K, K); classes without truth are left out."""
    hits, total = np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = np.where(total > 0, hits / total, np.nan)
        known = (total > 0).sum(axis=-1)
        balanced = np.nansum(recall, axis=-1) / known
        return {"balanced_accuracy": balanced, "accuracy": hits.sum(-1) / total.sum(-1)}


def error_sums(truth: np.ndarray, predicted: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(G, 6) by group: count, sums of y, y2, error, error2, absolute error."""
    names, inverse = np.unique(groups, return_inverse=True)
    error = predicted - truth
    columns = (np.ones_like(truth), truth, truth**2, error, error**2, np.abs(error))
    return np.stack([np.bincount(inverse, column, len(names)) for column in columns], axis=1)


def error_metrics(sums: np.ndarray) -> dict[str, np.ndarray]:
    """R2, RMSE, MAE and bias from :func:`error_sums` (..., 6)."""
    n, y, y2, e, e2, ae = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"r2": 1 - e2 / (y2 - y**2 / n), "rmse": np.sqrt(e2 / n), "mae": ae / n, "bias": e / n}

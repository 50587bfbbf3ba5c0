"""Boosted trees as plain arrays: fitted by scikit-learn, kept without pickle, predicted by numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_LEAF = -1


@dataclass(frozen=True)
class Trees:
    """A boosted ensemble, all nodes of all trees one after another (M,).

    ``feature`` (M,) integers, -1 at a leaf; ``threshold`` (M,): left where a value is at or below it; ``left`` and
    ``right`` (M,) node numbers; ``missing_left`` (M,) bool; ``value`` (M,) of leaves; ``roots`` (trees,) int32;
    ``baseline`` (1,).
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    missing_left: np.ndarray
    value: np.ndarray
    roots: np.ndarray
    baseline: np.ndarray

    def predict(self, features: np.ndarray) -> np.ndarray:
        """(N, F), NaN where missing, to (N,). All trees walk down together, a level a step."""
        features = np.asarray(features, float)
        rows = np.arange(len(features))[:, None]
        node = np.broadcast_to(self.roots, (len(features), len(self.roots))).copy()
        inner = self.feature[node] != _LEAF
        while inner.any():
            value = features[rows, np.maximum(self.feature[node], 0)]
            to_left = np.where(np.isnan(value), self.missing_left[node], value <= self.threshold[node])
            node = np.where(inner, np.where(to_left, self.left[node], self.right[node]), node)
            inner = self.feature[node] != _LEAF
        return self.baseline[0] + self.value[node].sum(axis=1)

    def arrays(self) -> dict[str, np.ndarray]:
        """Plain arrays for a weights file, numbers of nodes and features as small as they fit."""
        node = np.int16 if len(self.feature) < 2**15 else np.int32
        small = {"feature": np.int16, "left": node, "right": node}
        fields = {name: np.asarray(getattr(self, name)) for name in self.__dataclass_fields__}
        return {name: values.astype(small.get(name, values.dtype)) for name, values in fields.items()}


def fit_trees(
    features: np.ndarray, values: np.ndarray, iterations: int = 150, weight: np.ndarray | None = None
) -> Trees:
    """Small boosted trees with large leaves: the cautious ones for few places, set once.

    Args:
        features: (N, F), NaN where missing.
        values: (N,).
        iterations: trees.
        weight: (N,) of the rows, alike where None.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=iterations, learning_rate=0.06, max_leaf_nodes=12, min_samples_leaf=max(20, len(values) // 400),
        random_state=0, early_stopping=False,
    )  # fmt: skip
    return export(model.fit(np.asarray(features, float), values, weight))


def export(model: object) -> Trees:
    """The nodes of a fitted ``HistGradientBoostingRegressor`` (no categorical features)."""
    parts, roots, start = [], [], 0
    # scikit-learn has no public way to its nodes; the test compares predictions, so that a change shows.
    for predictors in model._predictors:  # type: ignore[attr-defined]
        nodes = predictors[0].nodes
        roots.append(start)
        parts.append((nodes, start))
        start += len(nodes)

    def column(name: str, kind: type, shift: bool = False) -> np.ndarray:
        return np.concatenate([n[name].astype(kind) + (first if shift else 0) for n, first in parts]).astype(kind)

    leaf = column("is_leaf", bool)
    feature = np.where(leaf, _LEAF, column("feature_idx", np.int32)).astype(np.int32)
    return Trees(
        feature=feature,
        threshold=column("num_threshold", np.float64),
        left=column("left", np.int32, shift=True),
        right=column("right", np.int32, shift=True),
        missing_left=column("missing_go_to_left", bool),
        value=np.where(leaf, column("value", np.float64), 0.0),
        roots=np.array(roots, np.int32),
        baseline=np.asarray(model._baseline_prediction, np.float64).reshape(1),  # type: ignore[attr-defined]
    )

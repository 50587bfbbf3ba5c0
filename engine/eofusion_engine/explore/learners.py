"""Linear models, nearest neighbours and random forests: fitted by scikit-learn, kept and applied as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

import numpy as np

Kind = Literal["linear", "knn", "forest"]
#: Neighbours that vote, trees of a forest, and the leaves of each tree at most: so a map takes seconds a tile.
NEIGHBOURS, TREES, LEAVES = 7, 100, 256
#: Samples that nearest neighbours keep at most.
KEPT = 5000
#: Strength of the ridge penalty of linear models, on standardised features.
_RIDGE = 10.0
_CHUNK = 8192
_LEAF = -1


class _Arrays:
    """What all learners share: their arrays by name."""

    kind: ClassVar[Kind]

    def arrays(self) -> dict[str, np.ndarray]:
        """Plain arrays for a file."""
        return {f.name: np.ascontiguousarray(getattr(self, f.name)) for f in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True)
class Linear(_Arrays):
    """``weight`` (F, K), ``bias`` (K,): logits of classes, or a number (K = 1)."""

    kind: ClassVar[Kind] = "linear"
    weight: np.ndarray
    bias: np.ndarray

    def predict(self, vectors: np.ndarray, numbers: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """Probabilities (N, K) of classes; or values (N, 1), with no spread."""
        scores = vectors @ self.weight + self.bias
        if numbers:
            return scores, None
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        return shares / shares.sum(axis=1, keepdims=True), None


@dataclass(frozen=True)
class Neighbours(_Arrays):
    """``vectors`` (M, F) of samples and their ``targets`` (M, K): shares of classes, or a number (K = 1)."""

    kind: ClassVar[Kind] = "knn"
    vectors: np.ndarray
    targets: np.ndarray

    def predict(self, vectors: np.ndarray, numbers: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """Mean (N, K) of the nearest samples; for a number also their standard deviation (N,)."""
        count = min(NEIGHBOURS, len(self.vectors))
        half = np.square(self.vectors).sum(axis=1) / 2
        mean = np.empty((len(vectors), self.targets.shape[1]), np.float32)
        spread = np.empty(len(vectors), np.float32)
        for start in range(0, len(vectors), _CHUNK):
            part = slice(start, start + _CHUNK)
            near = np.argpartition(half - vectors[part] @ self.vectors.T, count - 1, axis=1)[:, :count]
            mean[part] = self.targets[near].mean(axis=1)
            spread[part] = self.targets[near][:, :, 0].std(axis=1)
        return mean, spread if numbers else None


@dataclass(frozen=True)
class Forest(_Arrays):
    """Nodes (M,) of all trees one after another: ``feature`` (-1 at a leaf), ``threshold`` (left where a value is at or
    below it), ``left``, ``right``, ``value`` (M, K); ``roots`` (trees,)."""

    kind: ClassVar[Kind] = "forest"
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    roots: np.ndarray

    def predict(self, vectors: np.ndarray, numbers: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """Mean (N, K) over the trees; for a number also their standard deviation (N,)."""
        mean = np.empty((len(vectors), self.value.shape[1]), np.float32)
        spread = np.empty(len(vectors), np.float32)
        for start in range(0, len(vectors), _CHUNK):
            rows = vectors[start : start + _CHUNK]
            leaf = self._leaves(rows)
            total = np.zeros((len(rows), self.value.shape[1]), np.float64)
            for tree in range(leaf.shape[1]):
                total += self.value[leaf[:, tree]]
            mean[start : start + _CHUNK] = total / leaf.shape[1]
            spread[start : start + _CHUNK] = self.value[leaf, 0].std(axis=1) if numbers else 0
        return mean, spread if numbers else None

    def _leaves(self, rows: np.ndarray) -> np.ndarray:
        """The leaf (N, trees) of every row in every tree; a walk ends because children follow their parents."""
        found = np.empty((len(rows), len(self.roots)), np.int64)
        for tree, root in enumerate(self.roots):
            node = np.full(len(rows), root, np.int64)
            active = np.flatnonzero(self.feature[node] != _LEAF)
            while active.size:
                at = node[active]
                to_left = rows[active, self.feature[at]] <= self.threshold[at]
                node[active] = np.where(to_left, self.left[at], self.right[at])
                active = active[self.feature[node[active]] != _LEAF]
            found[:, tree] = node
        return found

    def is_sound(self, features: int) -> bool:
        """Whether every walk stays inside the arrays and ends: for files that others wrote."""
        count = len(self.feature)
        same = all(len(part) == count for part in (self.threshold, self.left, self.right, self.value))
        if not same or not count or not len(self.roots):
            return False
        inner = np.flatnonzero(self.feature != _LEAF)
        ends = ((part[inner] > inner) & (part[inner] < count) for part in (self.left, self.right))
        inside = (self.feature >= _LEAF) & (self.feature < features)
        roots = (self.roots >= 0) & (self.roots < count)
        return bool(inside.all() and roots.all() and all(end.all() for end in ends))


Learner = Linear | Neighbours | Forest


def fit(kind: Kind, vectors: np.ndarray, target: np.ndarray, classes: int, seed: int = 0) -> Learner:
    """A learner from vectors (N, F) and ``target`` (N,): class numbers from 0 below ``classes``, or values (classes 0).

    Classes count alike, however many samples each has.
    """
    vectors = np.asarray(vectors, np.float32)
    if classes and len(np.unique(target)) == 1:  # a fold may be left with one class: then it is all that is known
        return Linear(
            np.zeros((vectors.shape[1], classes), np.float32), np.eye(classes, dtype=np.float32)[target[0]] * 20
        )
    if kind == "linear":
        return _linear(vectors, target, classes)
    if kind == "knn":
        chosen = np.sort(np.random.default_rng(seed).permutation(len(vectors))[:KEPT])
        return Neighbours(vectors[chosen], _targets(target[chosen], classes))
    return _forest(vectors, target, classes, seed)


def _targets(target: np.ndarray, classes: int) -> np.ndarray:
    if not classes:
        return np.asarray(target, np.float32)[:, None]
    return np.eye(classes, dtype=np.float32)[target]


def _linear(vectors: np.ndarray, target: np.ndarray, classes: int) -> Linear:
    from sklearn.linear_model import LogisticRegression, Ridge

    mean = vectors.mean(axis=0)
    scale = np.maximum(vectors.std(axis=0), 1e-4)
    standard = (vectors - mean) / scale
    if not classes:
        ridge = Ridge(alpha=_RIDGE).fit(standard, target)
        weight, bias = np.atleast_2d(ridge.coef_).T, np.atleast_1d(ridge.intercept_)
    else:
        model: Any = LogisticRegression(C=0.1, max_iter=200, class_weight="balanced").fit(standard, target)
        weight, bias = model.coef_.T, model.intercept_
        if weight.shape[1] == 1:  # scikit-learn keeps one column for two classes
            weight, bias = np.hstack([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
        whole, offsets = np.zeros((weight.shape[0], classes)), np.full(classes, -1e3)
        whole[:, model.classes_], offsets[model.classes_] = weight, bias  # a fold may lack a class
        weight, bias = whole, offsets
    folded = weight / scale[:, None]
    return Linear(folded.astype(np.float32), (bias - mean @ folded).astype(np.float32))


def _forest(vectors: np.ndarray, target: np.ndarray, classes: int, seed: int) -> Forest:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    common: dict[str, Any] = {"n_estimators": TREES, "max_leaf_nodes": LEAVES, "max_features": "sqrt"}
    common |= {"random_state": seed, "n_jobs": 1}
    if classes:
        model: Any = RandomForestClassifier(**common, class_weight="balanced")
    else:
        model = RandomForestRegressor(**common, min_samples_leaf=2)
    model.fit(vectors, target)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
    roots, start = [], 0
    for estimator in model.estimators_:
        tree = estimator.tree_
        leaf = tree.children_left < 0
        value = tree.value[:, 0, :]
        if classes:
            whole = np.zeros((len(value), classes))
            whole[:, model.classes_.astype(int)] = value / np.maximum(value.sum(axis=1, keepdims=True), 1e-12)
            value = whole
        parts["feature"].append(np.where(leaf, _LEAF, tree.feature).astype(np.int32))
        # scikit-learn compares single-precision values with double-precision thresholds
        parts["threshold"].append(np.asarray(tree.threshold, np.float64))
        parts["left"].append(np.where(leaf, 0, tree.children_left + start).astype(np.int32))
        parts["right"].append(np.where(leaf, 0, tree.children_right + start).astype(np.int32))
        parts["value"].append(value.astype(np.float32))
        roots.append(start)
        start += len(leaf)
    return Forest(**{name: np.concatenate(part) for name, part in parts.items()}, roots=np.array(roots, np.int32))

"""Linear probes: ridge and logistic regression on standardised features, chosen inside training groups.

A fitted probe is plain arrays, so that it ships in the evaluation bundle and needs no refit elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .splits import fold_numbers

#: Regularisation that is tried; chosen in folds over the training groups.
LOGISTIC_C = (0.01, 0.1, 1.0)
RIDGE_ALPHA = (1.0, 10.0, 100.0, 1000.0)
INNER_FOLDS = 3


@dataclass(frozen=True)
class Probe:
    """``weight`` (F, K) and ``bias`` (K,) on features (F,) less ``mean`` over ``scale``; ``classes`` (K,) codes of a
    classifier, empty for a regression (then K = 1)."""

    mean: np.ndarray
    scale: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
    classes: np.ndarray

    def scores(self, features: np.ndarray) -> np.ndarray:
        """(N, F) to (N, K); a missing feature stands at its mean."""
        standard = np.nan_to_num((np.asarray(features, float) - self.mean) / self.scale)
        return standard @ self.weight + self.bias

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Codes (N,) of a classifier, values (N,) of a regression."""
        scores = self.scores(features)
        return self.classes[scores.argmax(axis=1)] if len(self.classes) else scores[:, 0]

    def arrays(self) -> dict[str, np.ndarray]:
        """Plain arrays for the bundle."""
        return {
            "mean": self.mean, "scale": self.scale, "weight": self.weight, "bias": self.bias,
            "classes": self.classes.astype(np.int64),
        }  # fmt: skip


def _standard(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, scale = np.nanmean(features, axis=0), np.nanstd(features, axis=0)
    mean = np.nan_to_num(mean)
    return mean, np.where(np.isfinite(scale) & (scale > 1e-9), scale, 1.0)


def fit_logistic(features: np.ndarray, classes: np.ndarray, groups: np.ndarray) -> Probe:
    """Multinomial logistic regression with classes weighted alike; C by balanced accuracy over inner folds.

    Args:
        features: (N, F), NaN where missing.
        classes: (N,) integer codes.
        groups: (N,) names of what must not be split, such as cells.
    """

    def fit(x: np.ndarray, y: np.ndarray, c: float) -> Probe:
        from sklearn.linear_model import LogisticRegression

        mean, scale = _standard(x)
        standard = np.nan_to_num((x - mean) / scale)
        model = LogisticRegression(C=c, max_iter=100, solver="newton-cholesky", class_weight="balanced")
        model.fit(standard, y)
        weight, bias = model.coef_.T, model.intercept_
        if len(model.classes_) == 2:  # scikit-learn keeps one column for two classes
            weight, bias = np.hstack([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
        return Probe(mean, scale, weight, bias, model.classes_.astype(np.int64))

    return _chosen(fit, LOGISTIC_C, features, np.asarray(classes), groups, lambda y, p: -balanced_accuracy(y, p))


def fit_ridge(features: np.ndarray, values: np.ndarray, groups: np.ndarray) -> Probe:
    """Ridge regression; its strength by squared error over inner folds. Arguments as :func:`fit_logistic`."""

    def fit(x: np.ndarray, y: np.ndarray, alpha: float) -> Probe:
        mean, scale = _standard(x)
        standard = np.nan_to_num((x - mean) / scale)
        gram = standard.T @ standard + alpha * np.eye(standard.shape[1])
        weight = np.linalg.solve(gram, standard.T @ (y - y.mean()))
        # Columns of missing features that stand at their mean have a mean of 0 too: the bias is the mean.
        return Probe(mean, scale, weight[:, None], np.array([y.mean()]), np.zeros(0, np.int64))

    loss: Callable[[np.ndarray, np.ndarray], float] = lambda y, p: float(np.mean((y - p) ** 2))  # noqa: E731
    return _chosen(fit, RIDGE_ALPHA, features, np.asarray(values, float), groups, loss)


def _chosen(
    fit: Callable[[np.ndarray, np.ndarray, float], Probe],
    grid: tuple[float, ...],
    features: np.ndarray,
    target: np.ndarray,
    groups: np.ndarray,
    loss: Callable[[np.ndarray, np.ndarray], float],
) -> Probe:
    features = np.asarray(features, float)
    fold = fold_numbers(groups, INNER_FOLDS)
    losses = []
    for strength in grid if len(np.unique(fold)) > 1 else ():
        predicted = np.empty_like(target)
        for number in np.unique(fold):
            out = fold == number
            predicted[out] = fit(features[~out], target[~out], strength).predict(features[out])
        losses.append(loss(target, predicted))
    best = grid[int(np.argmin(losses))] if losses else grid[len(grid) // 2]
    return fit(features, target, best)


def balanced_accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Mean over the true classes of the share that was hit."""
    return float(np.mean([(predicted[truth == c] == c).mean() for c in np.unique(truth)]))


@dataclass(frozen=True)
class Projection:
    """Principal components of standardised features: ``mean``, ``scale`` (F,), ``axes`` (F, D)."""

    mean: np.ndarray
    scale: np.ndarray
    axes: np.ndarray

    @classmethod
    def fit(cls, features: np.ndarray, count: int) -> Projection:
        """The first ``count`` components of (N, F)."""
        mean, scale = _standard(np.asarray(features, float))
        standard = np.nan_to_num((features - mean) / scale)
        _, vectors = np.linalg.eigh(standard.T @ standard)
        axes = vectors[:, ::-1][:, :count]
        # An eigenvector's sign is arbitrary: the largest component is made positive, on every machine.
        sign = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        return cls(mean, scale, axes * sign)

    def apply(self, features: np.ndarray) -> np.ndarray:
        """(N, F) to (N, D)."""
        return np.nan_to_num((np.asarray(features, float) - self.mean) / self.scale) @ self.axes

    def arrays(self) -> dict[str, np.ndarray]:
        """Plain arrays for the bundle."""
        return {"mean": self.mean, "scale": self.scale, "axes": self.axes}

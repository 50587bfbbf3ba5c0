"""Cross-validation in spatial blocks: neighbours are alike, so what lies beside a sample must not be learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..evaluation.splits import fold_numbers
from .errors import TooFewSamples

_DRAWS = 1000


@dataclass(frozen=True)
class Validation:
    """``predicted`` (N,) of each sample by a learner that saw no sample of its block; NaN or -1 where none could."""

    truth: np.ndarray
    predicted: np.ndarray
    block: np.ndarray
    folds: int

    def matrix(self, classes: int) -> np.ndarray:
        """Counts (true class, predicted class)."""
        found = np.zeros((classes, classes), np.int64)
        np.add.at(found, (self.truth.astype(int), self.predicted.astype(int)), 1)
        return found

    def interval(self, metric: Callable[[np.ndarray, np.ndarray], float], seed: int = 0) -> tuple[float, float]:
        """The 95 % interval of ``metric(truth, predicted)`` by drawing blocks with replacement."""
        generator = np.random.default_rng(seed)
        members = [np.flatnonzero(self.block == number) for number in np.unique(self.block)]
        found = []
        for _ in range(_DRAWS):
            rows = np.concatenate([members[i] for i in generator.integers(0, len(members), len(members))])
            found.append(metric(self.truth[rows], self.predicted[rows]))
        low, high = np.nanpercentile(found, [2.5, 97.5])
        return float(low), float(high)


def cross_validate(
    learn: Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]],
    truth: np.ndarray,
    block: np.ndarray,
    folds: int,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Validation:
    """``learn(rows)`` gives a function from row numbers to predictions; each fold is predicted by the others.

    Raises ``TooFewSamples`` where all samples lie in one block.
    """
    fold = fold_numbers([str(number) for number in block], folds)
    count = int(fold.max()) + 1
    if count < 2:
        raise TooFewSamples(
            "All samples lie in one block, so that nothing is left to judge by.",
            "Give samples farther apart, a smaller 'block', or 'folds' 0 to map without a score.",
        )
    predicted = np.empty(len(truth), np.float64)
    for number in range(count):
        told(number, count)
        out = np.flatnonzero(fold == number)
        predicted[out] = learn(np.flatnonzero(fold != number))(out)
    return Validation(truth, predicted, block, count)


def accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Share that was hit."""
    return float((truth == predicted).mean())


def balanced_accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Mean over the true classes of the share that was hit."""
    return float(np.mean([(predicted[truth == c] == c).mean() for c in np.unique(truth)]))


def r2(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Share of the variance that is explained; below 0 where the mean would have been better."""
    spread = float(np.square(truth - truth.mean()).sum())
    return 1 - float(np.square(truth - predicted).sum()) / spread if spread > 0 else float("nan")


def rmse(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.square(truth - predicted).mean()))


def bias(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Mean of prediction less truth."""
    return float((predicted - truth).mean())

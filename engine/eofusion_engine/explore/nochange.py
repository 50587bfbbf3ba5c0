"""What two dates differ by where nothing changed: a regression and the spread about it, by the pixels that fit best.

After Nielsen (2007), doi:10.1109/TIP.2006.888195: the later date is predicted from the earlier one, pixels that
fit ill lose their weight, and so on, so that change does not enter the estimate of no change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_ROUNDS = 6
_RIDGE = 1e-2
#: Weight falls for pixels beyond this many units: Tukey's biweight ends at it.
_END = 3.0


@dataclass(frozen=True)
class NoChange:
    """``b`` is about ``a @ slope + offset``; ``whiten`` (F, F) turns the rest into F numbers of spread ``scale``."""

    slope: np.ndarray
    offset: np.ndarray
    whiten: np.ndarray
    scale: float

    def units(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Units of noise (N,) between (N, F) and (N, F), NaN where unknown: 1 is the median where nothing changed."""
        rest = (b - a @ self.slope - self.offset) @ self.whiten
        return np.asarray(np.sqrt(np.square(rest).mean(axis=1)) / self.scale, np.float32)


def fit_no_change(a: np.ndarray, b: np.ndarray) -> NoChange:
    """The relation of ``a`` to ``b`` (N, F) of the pixels that did not change, which must be the most."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    weight = np.ones(len(a))
    model = _weighted(a, b, weight)
    for _ in range(_ROUNDS):
        ratio = np.minimum(model.units(a, b) / _END, 1)
        model = _weighted(a, b, np.square(1 - np.square(ratio)))
    return model


def _weighted(a: np.ndarray, b: np.ndarray, weight: np.ndarray) -> NoChange:
    share = weight / weight.sum()
    mean_a, mean_b = share @ a, share @ b
    one, two = a - mean_a, b - mean_b
    gram = (one * share[:, None]).T @ one
    strength = _RIDGE * np.trace(gram) / len(gram)
    slope = np.linalg.solve(gram + strength * np.eye(len(gram)), (one * share[:, None]).T @ two)
    rest = two - one @ slope
    covariance = (rest * share[:, None]).T @ rest
    values, vectors = np.linalg.eigh(covariance)
    # Directions that hardly vary must not make much of rounding: bytes hold embeddings to about 1/127.
    values = np.maximum(values, max(values.max() * 1e-2, (1 / 127) ** 2 / 12))
    whiten = vectors / np.sqrt(values)
    size = np.sqrt(np.square(rest @ whiten).mean(axis=1))
    return NoChange(
        slope.astype(np.float32), (mean_b - mean_a @ slope).astype(np.float32), whiten.astype(np.float32),
        float(max(np.median(size[weight > 0]), 1e-6)),
    )  # fmt: skip

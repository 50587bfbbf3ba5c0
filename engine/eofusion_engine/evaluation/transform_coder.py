"""The reference that learned tokens must beat: a linear transform of each patch and scalar levels of fixed codes.

The Karhunen-Loeve transform of eight days' departures is the best linear one; each coefficient is rounded to its own
number of levels, whose values are Lloyd and Max's for the training days (Gersho and Gray 1992, Vector Quantization and
Signal Compression, chapters 6 and 8). Levels are handed out one by one to where one more bit helps most, until the
codebook is as large as the learned tokenizer's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..model.temperature.climatology import Normal
from ..model.temperature.fsq_tokens import fill
from ..model.temperature.tokens import checked_series
from ..model.weights import load_tensors, save_tensors

Array = NDArray[np.float64]
NAME = "transform_coder"
LLOYD_ROUNDS = 40


@dataclass(frozen=True)
class TransformCoder:
    """``vectors`` (patch, patch) of the transform as columns, and the level values of each coefficient."""

    vectors: Array
    values: tuple[Array, ...]

    @property
    def patch(self) -> int:
        """Days of a patch."""
        return len(self.vectors)

    @property
    def bits_per_day(self) -> float:
        """The logarithm (base 2) of the codebook over the days of a patch."""
        return sum(math.log2(len(values)) for values in self.values) / self.patch

    @property
    def levels(self) -> tuple[int, ...]:
        """Levels of the coefficients."""
        return tuple(len(values) for values in self.values)

    def numbers(self, ids: ArrayLike) -> NDArray[np.int64]:
        """The level numbers (N, patch) of the known patches."""
        tokens = np.asarray(ids, dtype=np.int64).reshape(-1, self.patch)
        return tokens[tokens[:, 0] >= 0]

    def encode(self, series: ArrayLike, climatology: Normal, allow_missing: bool = False) -> NDArray[np.int16]:
        """Temperatures of one series (D,) in degC to level numbers (P, patch); -1 where a patch has no known day."""
        values, missing = checked_series(series, allow_missing)
        score = np.where(missing, np.nan, (values - climatology.mean) / climatology.spread)
        padded = np.pad(score, (0, -len(score) % self.patch), constant_values=np.nan)
        known = np.isfinite(padded).reshape(-1, self.patch).any(axis=1)
        if not known.any():
            return np.full((len(known), self.patch), -1, np.int16)
        coefficients = fill(padded).reshape(-1, self.patch) @ self.vectors
        codes = [nearest(column, values) for column, values in zip(coefficients.T, self.values, strict=True)]
        return np.where(known[:, None], np.stack(codes, axis=1), -1).astype(np.int16)

    def decode(self, ids: ArrayLike, climatology: Normal) -> NDArray[np.float32]:
        """Level numbers (P, patch) to temperatures (D,) in degC; D is the climatology's."""
        codes = np.asarray(ids, dtype=np.int64)
        columns = [values[np.maximum(codes[:, k], 0)] for k, values in enumerate(self.values)]
        score = np.stack(columns, axis=1) @ self.vectors.T
        score[(codes < 0).any(axis=1)] = np.nan
        return np.asarray(climatology.mean + score.ravel()[: len(climatology.mean)] * climatology.spread, np.float32)

    @classmethod
    def fit(cls, patches: Array, weight: Array, bits: float) -> TransformCoder:
        """From training patches (N, patch) of scores, weighted (N,) by what a squared score costs, for at most
        ``bits`` a patch."""
        values, vectors = np.linalg.eigh((patches * weight[:, None]).T @ patches / weight.sum())
        vectors = vectors[:, np.argsort(values)[::-1]]
        coefficients = patches @ vectors
        designs: dict[tuple[int, int], tuple[Array, float]] = {}

        def design(k: int, count: int) -> tuple[Array, float]:
            if (k, count) not in designs:
                designs[k, count] = lloyd_max(coefficients[:, k], weight, count)
            return designs[k, count]

        counts, left = [1] * patches.shape[1], bits
        while True:
            best = None
            for k, count in enumerate(counts):
                for more in (count + 1, count + 2):
                    cost = math.log2(more / count)
                    if cost <= left + 1e-9:
                        gain = (design(k, count)[1] - design(k, more)[1]) / cost
                        best = max(best or (gain, k, more, cost), (gain, k, more, cost))
            if best is None:
                return cls(vectors, tuple(design(k, count)[0] for k, count in enumerate(counts)))
            counts[best[1]] = best[2]
            left -= best[3]


def nearest(values: Array, levels: Array) -> NDArray[np.int64]:
    """Numbers (N,) of the nearest of the increasing ``levels``."""
    return np.searchsorted((levels[1:] + levels[:-1]) / 2, values)


def lloyd_max(values: Array, weight: Array, count: int) -> tuple[Array, float]:
    """``count`` increasing levels for weighted values (N,), and their mean squared error."""
    levels = np.quantile(values, (np.arange(count) + 0.5) / count) * 1.3
    for _ in range(LLOYD_ROUNDS):
        index = nearest(values, levels)
        share = np.bincount(index, weight, count)
        mean = np.bincount(index, weight * values, count) / np.maximum(share, 1e-12)
        levels = np.where(share > 0, mean, levels)
    error = (levels[nearest(values, levels)] - values) ** 2
    return levels, float(np.average(error, weights=weight))


def save_coder(coder: TransformCoder, places: list[list[Any]], folder: Path) -> Path:
    """Write it beside the evaluation's other fitted models; ``places`` are ids and positions."""
    tensors = {f"levels/{k}": torch.from_numpy(values) for k, values in enumerate(coder.values)}
    tensors["vectors"] = torch.from_numpy(coder.vectors.copy())
    return save_tensors(NAME, tensors, {"training_places": places}, folder)


def load_coder(folder: Path) -> TransformCoder:
    """What :func:`save_coder` wrote. Raises WeightsError where the file is missing or damaged."""
    tensors, _ = load_tensors(NAME, folder)
    vectors = tensors["vectors"].numpy()
    return TransformCoder(vectors, tuple(tensors[f"levels/{k}"].numpy() for k in range(len(vectors))))

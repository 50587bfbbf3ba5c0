"""Tokens of a daily temperature series, and the two kinds that need no network: uniform and quantile bins."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .climatology import Normal


class SeriesTokenizer(Protocol):
    """What every tokenizer of series can do. Series are degC (..., D), their climatology's mean and spread too.

    A day that is not known is NaN. ``encode`` raises ValueError where a value is infinite, and, unless missing
    days are allowed, where one is NaN; ``decode`` where an id is out of range.
    """

    @property
    def bits_per_day(self) -> float:
        """Of a fixed code: the logarithm (base 2) of the number of ids over the days that one covers."""
        ...

    @property
    def levels(self) -> tuple[int, ...]:
        """How many values each number of a token can have: one for bins, several for FSQ."""
        ...

    def numbers(self, ids: ArrayLike) -> NDArray[np.int64]:
        """The numbers (N, len(levels)) of all tokens that are not masked."""
        ...

    def encode(self, series: ArrayLike, climatology: Normal, allow_missing: bool = False) -> NDArray[Any]:
        """Series to ids."""
        ...

    def decode(self, ids: ArrayLike, climatology: Normal) -> NDArray[np.float32]:
        """Ids to series (..., D) in degC; what the ids do not know is NaN."""
        ...


def checked_series(series: ArrayLike, allow_missing: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Temperatures as float64 and where they are missing.

    Raises:
        ValueError: a value is infinite, or is NaN and missing days are not allowed.
    """
    values = np.asarray(series, dtype=np.float64)
    missing = np.isnan(values)
    if np.isinf(values).any():
        raise ValueError("A temperature is infinite.")
    if missing.any() and not allow_missing:
        raise ValueError("A temperature is missing (NaN): fill it, or ask for mask ids with allow_missing.")
    return values, missing


def checked_ids(ids: ArrayLike, last: int) -> NDArray[np.int64]:
    """Ids as integers. Raises ValueError where one is outside 0..last."""
    tokens = np.asarray(ids)
    if tokens.size and (tokens.min() < 0 or tokens.max() > last):
        raise ValueError(f"Temperature ids must lie within 0..{last}.")
    return tokens.astype(np.int64)


@dataclass(frozen=True)
class UniformTokenizer:
    """``bins`` equal bins of (temperature - mean) / spread over [-limit, limit).

    Standardised, because a bin is then fine where days differ little (the tropics) and wide where they
    differ much. What lies outside is clipped to the outermost bin. Inside, a round trip is off by at most
    ``limit / bins`` spreads.
    """

    bins: int = 128
    limit: float = 6.4

    @property
    def mask_id(self) -> int:
        """The id of a day that is not known."""
        return self.bins

    @property
    def bits_per_day(self) -> float:
        """The logarithm (base 2) of the number of bins."""
        return math.log2(self.bins)

    @property
    def levels(self) -> tuple[int, ...]:
        """One number a token."""
        return (self.bins,)

    def numbers(self, ids: ArrayLike) -> NDArray[np.int64]:
        """The ids (N, 1) of the known days."""
        tokens = np.asarray(ids, dtype=np.int64).reshape(-1, 1)
        return tokens[tokens[:, 0] != self.mask_id]

    @property
    def width(self) -> float:
        """A bin's width in spreads."""
        return 2 * self.limit / self.bins

    @property
    def centres(self) -> NDArray[np.float64]:
        """The bins' centres in spreads, (bins,)."""
        return np.asarray((np.arange(self.bins) + 0.5) * self.width - self.limit, dtype=np.float64)

    def encode(self, series: ArrayLike, climatology: Normal, allow_missing: bool = False) -> NDArray[np.int16]:
        """Temperatures in degC (..., D) to ids.

        Raises:
            ValueError: a value is infinite, or is NaN and ``allow_missing`` is not set (then it gets ``mask_id``).
        """
        values, missing = checked_series(series, allow_missing)
        score = (np.where(missing, climatology.mean, values) - climatology.mean) / climatology.spread
        ids = np.clip(np.floor((score + self.limit) / self.width), 0, self.bins - 1)
        return np.where(missing, self.mask_id, ids).astype(np.int16)

    def decode(self, ids: ArrayLike, climatology: Normal) -> NDArray[np.float32]:
        """Ids to temperatures in degC; the mask id gives NaN.

        Raises:
            ValueError: an id is outside 0..mask_id.
        """
        score = np.append(self.centres, np.nan)[checked_ids(ids, self.mask_id)]
        return np.asarray(climatology.mean + score * climatology.spread, dtype=np.float32)


@dataclass(frozen=True)
class FixedRangeTokenizer:
    """``bins`` equal bins of the temperature itself over [low, high) degC: needs no climatology, but more bits.

    The range is that of daily means on the settled Earth; what lies outside is clipped.
    """

    bins: int = 256
    low: float = -60.0
    high: float = 50.0

    @property
    def mask_id(self) -> int:
        """The id of a day that is not known."""
        return self.bins

    @property
    def bits_per_day(self) -> float:
        """The logarithm (base 2) of the number of bins."""
        return math.log2(self.bins)

    @property
    def levels(self) -> tuple[int, ...]:
        """One number a token."""
        return (self.bins,)

    def numbers(self, ids: ArrayLike) -> NDArray[np.int64]:
        """The ids (N, 1) of the known days."""
        tokens = np.asarray(ids, dtype=np.int64).reshape(-1, 1)
        return tokens[tokens[:, 0] != self.mask_id]

    def encode(self, series: ArrayLike, climatology: Normal, allow_missing: bool = False) -> NDArray[np.int16]:
        """Temperatures in degC (..., D) to ids. Raises ValueError as :class:`SeriesTokenizer` says."""
        values, missing = checked_series(series, allow_missing)
        place = (np.where(missing, 0.0, values) - self.low) / (self.high - self.low) * self.bins
        return np.where(missing, self.mask_id, np.clip(np.floor(place), 0, self.bins - 1)).astype(np.int16)

    def decode(self, ids: ArrayLike, climatology: Normal) -> NDArray[np.float32]:
        """Ids to temperatures in degC; the mask id gives NaN. Raises ValueError for an id out of range."""
        centres = self.low + (np.arange(self.bins) + 0.5) * (self.high - self.low) / self.bins
        return np.append(centres, np.nan)[checked_ids(ids, self.mask_id)].astype(np.float32)


@dataclass(frozen=True)
class QuantileTokenizer:
    """Bins of (temperature - mean) / spread that hold equal shares of the training days.

    ``edges`` (bins - 1,) increase; ``centres`` (bins,) are the mean scores within the bins. Fine where days are
    many, wide in the tails.
    """

    edges: NDArray[np.float32] = field(repr=False)
    centres: NDArray[np.float32] = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.centres) != len(self.edges) + 1 or (np.diff(self.edges) <= 0).any():
            raise ValueError("The edges of the quantile bins must increase and be one fewer than the bins.")

    @classmethod
    def fit(cls, scores: ArrayLike, bins: int = 128) -> QuantileTokenizer:
        """Bins of equal shares of training ``scores`` (N,): departures from the climatology in spreads.

        Raises:
            ValueError: there are fewer different scores than bins.
        """
        values = np.asarray(scores, dtype=np.float64).ravel()
        edges = np.unique(np.quantile(values, np.arange(1, bins) / bins).astype(np.float32))
        index = np.searchsorted(edges, values, side="right")
        count = np.bincount(index, minlength=bins)
        if len(edges) != bins - 1 or not count.all():
            raise ValueError("There are too few different temperatures to fit quantile bins.")
        return cls(edges, (np.bincount(index, values, bins) / count).astype(np.float32))

    @cached_property
    def bins(self) -> int:
        """Number of bins."""
        return len(self.centres)

    @property
    def mask_id(self) -> int:
        """The id of a day that is not known."""
        return self.bins

    @property
    def bits_per_day(self) -> float:
        """The logarithm (base 2) of the number of bins."""
        return math.log2(self.bins)

    @property
    def levels(self) -> tuple[int, ...]:
        """One number a token."""
        return (self.bins,)

    def numbers(self, ids: ArrayLike) -> NDArray[np.int64]:
        """The ids (N, 1) of the known days."""
        tokens = np.asarray(ids, dtype=np.int64).reshape(-1, 1)
        return tokens[tokens[:, 0] != self.mask_id]

    def encode(self, series: ArrayLike, climatology: Normal, allow_missing: bool = False) -> NDArray[np.int16]:
        """Temperatures in degC (..., D) to ids. Raises ValueError as :class:`SeriesTokenizer` says."""
        values, missing = checked_series(series, allow_missing)
        score = (np.where(missing, climatology.mean, values) - climatology.mean) / climatology.spread
        ids = np.searchsorted(self.edges, score.astype(np.float32), side="right")
        return np.where(missing, self.mask_id, ids).astype(np.int16)

    def decode(self, ids: ArrayLike, climatology: Normal) -> NDArray[np.float32]:
        """Ids to temperatures in degC; the mask id gives NaN. Raises ValueError for an id out of range."""
        score = np.append(self.centres.astype(np.float64), np.nan)[checked_ids(ids, self.mask_id)]
        return np.asarray(climatology.mean + score * climatology.spread, dtype=np.float32)

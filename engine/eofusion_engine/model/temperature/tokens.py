"""Tokens of a daily temperature series: uniform bins of the standardised departure from the climatology."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .climatology import Normal


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
        values = np.asarray(series, dtype=np.float64)
        missing = np.isnan(values)
        if np.isinf(values).any():
            raise ValueError("A temperature is infinite.")
        if missing.any() and not allow_missing:
            raise ValueError("A temperature is missing (NaN): fill it, or ask for mask ids with allow_missing.")
        score = (np.where(missing, climatology.mean, values) - climatology.mean) / climatology.spread
        ids = np.clip(np.floor((score + self.limit) / self.width), 0, self.bins - 1)
        return np.where(missing, self.mask_id, ids).astype(np.int16)

    def decode(self, ids: ArrayLike, climatology: Normal) -> NDArray[np.float32]:
        """Ids to temperatures in degC; the mask id gives NaN.

        Raises:
            ValueError: an id is outside 0..mask_id.
        """
        tokens = np.asarray(ids)
        if tokens.size and (tokens.min() < 0 or tokens.max() > self.mask_id):
            raise ValueError(f"Temperature ids must lie within 0..{self.mask_id}.")
        score = np.append(self.centres, np.nan)[tokens]
        return np.asarray(climatology.mean + score * climatology.spread, dtype=np.float32)

"""The interval of GPP: what the errors at towers that the fit did not see look like."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

#: Errors of weather and canopy that are closer in time than this go together.
ERROR_DAYS = 7.0


@dataclass(frozen=True)
class IntervalModel:
    """Offsets and slopes of p10 and p90 around the central estimate, all >= 0 (g C m-2 d-1, share of the estimate).

    p10 = p50 - low_offset - low_slope p50, never below 0; p90 = p50 + high_offset + high_slope p50.

    ``lasting`` and ``daily`` are shares of the error's standard deviation, ``lasting**2 + daily**2 <= 1``: the first
    stays with a place for good (a forest that is more efficient than most stays so; it is the between-site share of
    the error's variance), the second is new every day (much of it the tower's own noise), the rest fades in weeks.
    """

    low_offset: float
    low_slope: float
    high_offset: float
    high_slope: float
    lasting: float
    daily: float = 0.0

    def period_width(self, days: np.ndarray | float) -> np.ndarray | float:
        """Width of the interval of a sum over ``days`` as a share of the summed daily intervals: 1 for one day,
        towards ``lasting`` for a long season (errors of one week count as one)."""
        length = np.asarray(days, float)
        weeks = np.maximum(length / ERROR_DAYS, 1.0)
        rest = max(1 - self.lasting**2 - self.daily**2, 0.0)
        return (self.lasting**2 + rest / weeks + self.daily**2 / np.maximum(length, 1.0)) ** 0.5

    def apply(self, gpp: Tensor, gate: Tensor) -> tuple[Tensor, Tensor]:
        """p10 and p90 of central estimates; ``gate`` takes the offsets away where GPP is 0 for certain."""
        alive = gate * (gpp > 0)
        low = gpp - alive * (self.low_offset + self.low_slope * gpp)
        return low.clamp(min=0.0), gpp + alive * (self.high_offset + self.high_slope * gpp)

    def scaled(self, factor: float) -> IntervalModel:
        """The interval with both sides ``factor`` times as wide."""
        sides = ("low_offset", "low_slope", "high_offset", "high_slope")
        return replace(self, **{name: factor * getattr(self, name) for name in sides})

    def at_least(self, other: IntervalModel) -> IntervalModel:
        """The wider of both in every number that widens."""
        wider = torch.maximum(self.as_tensor(), other.as_tensor())
        wider[-1] = min(self.daily, other.daily)
        return IntervalModel.from_tensor(wider)

    def as_tensor(self) -> Tensor:
        """The six numbers as stored in the weights file."""
        return torch.tensor([getattr(self, field.name) for field in fields(self)])

    @classmethod
    def from_tensor(cls, tensor: Tensor) -> IntervalModel:
        """Inverse of :meth:`as_tensor`."""
        return cls(*(float(value) for value in tensor))

"""How cost grows: the exponent of a power law through measured points, with its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Two-sided 95 % quantiles of Student's t by degrees of freedom.
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


@dataclass(frozen=True)
class Growth:
    """``cost = factor * size ** exponent``; ``half_width`` of the exponent's 95 % interval (NaN for two points)."""

    exponent: float
    half_width: float
    factor: float


def power_law(sizes: Sequence[float], costs: Sequence[float]) -> Growth:
    """Least squares through the logarithms of at least two points.

    Raises:
        ValueError: fewer than two sizes, or a size or a cost that is not positive.
    """
    if len(set(sizes)) < 2 or len(sizes) != len(costs) or min(*sizes, *costs) <= 0:
        raise ValueError("a power law wants two or more different sizes, each with its cost, all above zero")
    x, y = [math.log(v) for v in sizes], [math.log(v) for v in costs]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    across = sum((v - mean_x) ** 2 for v in x)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / across
    free = len(x) - 2
    half = math.nan
    if free > 0:
        left = sum((b - mean_y - slope * (a - mean_x)) ** 2 for a, b in zip(x, y, strict=True))
        t = _T95[free - 1] if free <= len(_T95) else 1.96
        half = t * math.sqrt(left / free / across)
    return Growth(slope, half, math.exp(mean_y - slope * mean_x))

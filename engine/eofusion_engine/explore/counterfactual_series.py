"""The polygon's mean of both arms over time: charts, tables and figures of a counterfactual."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ..products.grid import TOKEN_PIXELS
from .counterfactual_tile import Quantity, TileArms
from .paired import interval
from .result import ExploreResult, series

NAMES = {
    "ndvi": ("NDVI", "1"),
    "gpp": ("GPP", "g C m-2 d-1"),
    "temperature": ("Air temperature", "degC"),
}
_BEFORE, _AFTER, _DIFFERENCE = "#7f7f7f", "#d95f02", "#1b9e77"


@dataclass
class _Sums:
    """Weighted sums over the polygon: (T,) of both arms, (S, T) of the draws, and the weights (T,)."""

    before: np.ndarray
    after: np.ndarray
    draws: np.ndarray
    weight: np.ndarray

    @classmethod
    def empty(cls, quantity: Quantity) -> _Sums:
        samples, times = quantity.draws.shape[:2]
        return cls(np.zeros(times), np.zeros(times), np.zeros((samples, times)), np.zeros(times))

    def add(self, quantity: Quantity, share: np.ndarray) -> None:
        """``share`` (H, W) of each pixel or cell that counts."""
        known = np.isfinite(quantity.before) & np.isfinite(quantity.after)
        weight = np.where(known, share, 0.0)
        self.weight += weight.sum(axis=(1, 2))
        self.before += (np.where(known, quantity.before, 0.0) * weight).sum(axis=(1, 2))
        self.after += (np.where(known, quantity.after, 0.0) * weight).sum(axis=(1, 2))
        self.draws += (np.where(known, np.nan_to_num(quantity.draws), 0.0) * weight).sum(axis=(2, 3))

    def mean(self, sums: np.ndarray) -> np.ndarray:
        return np.asarray(np.where(self.weight > 0, sums / np.maximum(self.weight, 1e-9), np.nan))


@dataclass
class Means:
    """Means over the polygon's pixels, tile by tile. Memory does not grow with the polygon."""

    dates: tuple[date, ...]
    days: tuple[date, ...]
    pixels: int = 0
    reached: int = 0
    changed: int = 0
    sums: dict[str, _Sums] = field(default_factory=dict)

    def add(self, arms: TileArms, known: np.ndarray) -> None:
        """A part of the run; ``known`` (H, W) its pixels that lie in the run's area."""
        inside = arms.inside & known
        self.pixels += int(inside.sum())
        self.reached += int((arms.within & known).sum())
        self.changed += int((arms.within & known & inside).sum())
        side = TOKEN_PIXELS
        rows, cols = (size // side for size in inside.shape)
        cells = inside.reshape(rows, side, cols, side).mean(axis=(1, 3))
        for name in NAMES:
            quantity = getattr(arms, name)
            if quantity is not None:
                self.sums.setdefault(name, _Sums.empty(quantity)).add(
                    quantity, cells if name == "temperature" else inside.astype(float)
                )

    def series(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Before, after, and p10 and p90 of the difference, each (T,)."""
        sums = self.sums[name]
        before, after = sums.mean(sums.before), sums.mean(sums.after)
        low, high = interval(sums.mean(sums.draws), after - before)
        same = after == before
        return before, after, np.where(same, after - before, low), np.where(same, after - before, high)

    def whole(self, name: str) -> tuple[float, float, float]:
        """Mean difference over all dates, with p10 and p90."""
        sums = self.sums[name]
        known = sums.weight > 0
        if not known.any():
            return (float("nan"),) * 3
        difference = float((sums.mean(sums.after) - sums.mean(sums.before))[known].mean())
        low, high = interval(sums.mean(sums.draws)[:, known].mean(axis=1), difference)
        return (difference, float(low), float(high)) if difference or low != high else (0.0, 0.0, 0.0)


def write_series(result: ExploreResult, means: Means) -> None:
    """Charts of both arms and of the difference, a table, and the mean difference of each quantity."""
    for name, (title, unit) in NAMES.items():
        if name not in means.sums:
            continue
        times = means.days if name == "temperature" else means.dates
        before, after, low, high = means.series(name)
        x = [day.isoformat() for day in times]
        arms = [series("as it was", before, color=_BEFORE), series("as edited", after, color=_AFTER)]
        result.chart(f"{title} of the polygon", "date", f"{title} [{unit}]", "line", x, arms)
        apart = [series("as edited minus as it was", after - before, low, high, _DIFFERENCE)]
        result.chart(f"{title}, difference", "date", f"{title}, difference [{unit}]", "band", x, apart)
        rows = zip(x, before, after, after - before, low, high, strict=True)
        columns = ("date", "before", "after", "difference", "p10", "p90")
        result.table(f"{name}_series", f"{title} of the polygon [{unit}]", columns, rows)
        result.score(f"{title}, mean difference", *means.whole(name), unit=unit)
    result.score("Pixels edited", means.pixels)
    result.score("Pixels within reach", means.reached)

"""The run's layers by name and date, as 10 m pixels: what a user's own data are compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from ..inference.tiles import Tile
from .errors import ExploreError
from .runs import FinishedRun

Name = Literal["gpp", "gpp_sum", "temperature", "ndvi"]


@dataclass(frozen=True)
class Layer:
    """``dates`` it has; ``read(tile, number)`` (h, w) of date ``number``, in ``unit``."""

    label: str
    unit: str
    dates: tuple[date, ...]
    read: Callable[[Tile, int], np.ndarray]

    def nearest(self, day: date, within: int) -> int | None:
        """The number of the date nearest to ``day``, None where it is farther than ``within`` days."""
        best = min(range(len(self.dates)), key=lambda i: (abs((self.dates[i] - day).days), i))
        return best if abs((self.dates[best] - day).days) <= within else None


def layer(run: FinishedRun, name: Name) -> Layer:
    """A layer of the run. Raises ``ExploreError`` where the run did not make it."""
    if name == "gpp":
        product = next((p for p in run.products("gpp") if p["statistic"] == "p50"), None)
        if product is None:
            raise ExploreError(f"The run {run.name} has no median of its GPP.", "Run it again.")
        days = tuple(date.fromisoformat(day) for day in product["dates"])
        return Layer("GPP", "g C m-2 d-1", days, lambda tile, i: run.read(product, tile, [i + 1])[0])
    if name == "gpp_sum":
        total = run.products("gpp_sum")[0]
        first = (date.fromisoformat(total["dates"][0]),)
        return Layer("GPP sum", "g C m-2", first, lambda tile, i: run.read(total, tile, [2])[0])
    if name == "temperature":
        days = run.dates("temperature", "mean")
        return Layer("Air temperature", "degC", days, lambda tile, i: run.temperature(tile, bands=[i + 1])[0])
    days = run.dates("reflectance")
    return Layer("NDVI", "1", days, lambda tile, i: run.ndvi(tile, [days[i]])[0])

"""Mean courses of NDVI, GPP and temperature by class, gathered tile by tile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ..inference.tiles import Tile
from .result import ExploreResult, series
from .runs import FinishedRun


@dataclass
class _Course:
    """Sums of a quantity by class: ``count``, ``total`` and ``squares`` (classes, dates)."""

    title: str
    label: str
    dates: tuple[date, ...]
    read: Callable[[Tile], np.ndarray]
    sums: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def add(self, values: np.ndarray, labels: np.ndarray, classes: int) -> None:
        if not self.sums.size:
            self.sums = np.zeros((3, classes, len(self.dates)))
        flat = labels.ravel()
        for number, layer in enumerate(values.reshape(len(values), -1).astype(np.float64)):
            known = np.isfinite(layer) & (flat >= 0)
            where, of = flat[known], layer[known]
            for row, weight in enumerate((np.ones_like(of), of, of**2)):
                self.sums[row, :, number] += np.bincount(where, weight, classes)

    def mean(self) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.sums[1] / self.sums[0]

    def spread(self) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.sqrt(np.maximum(self.sums[2] / self.sums[0] - self.mean() ** 2, 0))


class Seasons:
    """``add(tile, labels)`` for every tile, then ``charts``: labels (h, w) count from 0, -1 where there is none."""

    def __init__(self, run: FinishedRun, classes: int) -> None:
        self._classes = classes
        self._courses: dict[str, _Course] = {}
        if run.has("reflectance"):
            self._courses["ndvi"] = _Course("NDVI", "NDVI", run.dates("reflectance"), run.ndvi)
        if run.has("gpp"):
            self._courses["gpp"] = _Course("GPP", "GPP (g C m-2 d-1)", run.dates("gpp", "p50"), run.gpp)
        if run.has("temperature"):
            days = run.dates("temperature", "mean")
            self._courses["temperature"] = _Course("Temperature", "Air temperature (degC)", days, run.temperature)

    def add(self, tile: Tile, labels: np.ndarray) -> None:
        """Take in the pixels of a tile."""
        for course in self._courses.values():
            course.add(course.read(tile), labels, self._classes)

    def mean_ndvi(self) -> np.ndarray | None:
        """Mean NDVI (classes,) over the dates, or None where the run has no reflectance."""
        return np.nanmean(self._courses["ndvi"].mean(), axis=1) if "ndvi" in self._courses else None

    def write(self, result: ExploreResult, order: Sequence[int], names: Sequence[str], colours: Sequence[str]) -> None:
        """A chart a quantity (mean, and a standard deviation of the pixels about it), and all of them as a table."""
        rows = []
        for quantity, course in self._courses.items():
            mean, spread = course.mean(), course.spread()
            lines = [
                series(name, mean[k], mean[k] - spread[k], mean[k] + spread[k], colour)
                for k, name, colour in zip(order, names, colours, strict=True)
            ]
            result.chart(f"{course.title} by class", "Date", course.label, "band", course.dates, lines)
            for k, name in zip(order, names, strict=True):
                for number, day in enumerate(course.dates):
                    rows.append((name, quantity, day, mean[k, number], spread[k, number]))
        if rows:
            result.table("seasons", "Mean courses", ("class", "quantity", "date", "mean", "deviation"), rows)

"""Sums of attributions over windows, and the charts, tables and figures that come of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from ..bands import S2_BANDS
from .attribution import (
    COLOURS,
    GPP_GROUPS,
    IMAGE_GROUPS,
    S1,
    TEMPERATURE_GROUPS,
    Attribution,
    agreement,
    shares,
    spearman,
)
from .result import ExploreResult, series

_GRADIENT, _OCCLUSION = "#1f77b4", "#ff7f0e"


class GppTotals:
    """Of all windows: what the gradient says of every pixel, and both methods of the blocks."""

    def __init__(self, dates: Sequence[date]) -> None:
        self.dates = tuple(dates)
        self._size, self._signed, self._pixels = np.zeros(len(GPP_GROUPS)), np.zeros(len(GPP_GROUPS)), 0
        self._by_date: dict[tuple[str, int], np.ndarray] = {}
        self._blocks: list[Attribution] = []
        self._hidden: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)

    def add_gradient(
        self, attribution: np.ndarray, dates: Mapping[str, np.ndarray], days: Mapping[str, np.ndarray], weight: float
    ) -> None:
        """``attribution`` (G, H, W), NaN beyond the area; by date (T, B) with the share of the window inside."""
        known = np.isfinite(attribution).all(axis=0)
        self._size += np.abs(attribution[:, known]).sum(axis=1)
        self._signed += attribution[:, known].sum(axis=1)
        self._pixels += int(known.sum())
        for sensor, values in dates.items():
            for day, row in zip(days[sensor].tolist(), values, strict=True):
                self._by_date[sensor, day] = self._by_date.get((sensor, day), 0.0) + weight * row

    def add_block(self, found: Attribution, slope: Mapping[str, Any], hidden: Mapping[str, Any]) -> None:
        """Both methods on one block."""
        self._blocks.append(found)
        for sensor, values in slope["dates"].items():
            for day, row, other in zip(slope["days"][sensor].tolist(), values, hidden["dates"][sensor], strict=True):
                self._hidden[sensor, day].append((float(row.sum()), float(other)))

    def joined(self) -> Attribution:
        """The blocks' pixels one after another."""
        return Attribution(
            GPP_GROUPS,
            np.concatenate([block.gradient for block in self._blocks], axis=1),
            np.concatenate([block.occlusion for block in self._blocks], axis=1),
        )

    def date_agreement(self) -> float:
        """Spearman's correlation of the dates' sizes of both methods, over both sensors."""
        pairs = np.array([np.mean(values, axis=0) for values in self._hidden.values()])
        return spearman(pairs[:, 0], pairs[:, 1]) if len(pairs) > 2 else float("nan")

    def write(self, result: ExploreResult) -> None:
        """Bars of both methods, a stack of the dates, tables and the agreement."""
        whole = self._size / max(self._size.sum(), 1e-12)
        if self._blocks:
            both = self.joined()
            hidden, signed = shares(both.occlusion), both.occlusion.mean(axis=1)
            mean, single = agreement(both)
            result.score("GPP: agreement of gradient x input and occlusion (Spearman)", mean)
            result.score("GPP: agreement at single pixels, median (Spearman)", single)
            result.score("GPP: agreement of the dates (Spearman)", self.date_agreement())
        else:
            hidden = signed = np.full(len(GPP_GROUPS), np.nan)
        bars = [series("gradient x input", whole, color=_GRADIENT), series("occlusion", hidden, color=_OCCLUSION)]
        result.chart("Shares of inputs in GPP", "input", "share", "bar", list(GPP_GROUPS), bars)
        _write_dates(result, self._by_date)
        rows = zip(GPP_GROUPS, whole, hidden, self._signed / max(self._pixels, 1), signed, strict=True)
        columns = ("input", "share (gradient x input)", "share (occlusion)", "g C m-2 d-1 (gradient x input)",
                   "g C m-2 d-1 (occlusion)")  # fmt: skip
        result.table("gpp_shares", f"Inputs of GPP on {', '.join(map(str, self.dates))}", columns, rows)


def _write_dates(result: ExploreResult, by_date: Mapping[tuple[str, int], np.ndarray]) -> None:
    days = sorted({day for _, day in by_date})
    total = sum(float(row.sum()) for row in by_date.values()) or 1.0
    stacks = [series(S1, [by_date.get(("S1", day), np.zeros(1)).sum() / total for day in days], color=COLOURS[S1])]
    for index, band in enumerate(S2_BANDS):
        y = [by_date.get(("S2", day), np.zeros(len(S2_BANDS)))[index] / total for day in days]
        stacks.append(series(band, y, color=COLOURS[band]))
    x = [date.fromordinal(day).isoformat() for day in days]
    result.chart("Shares of views in GPP, by date", "date of the view", "share", "stack", x, stacks)
    columns = ("date", S1, *S2_BANDS)
    result.table("gpp_dates", "Shares of views in GPP, by date", columns,
                 ([day, *(one["y"][i] for one in stacks)] for i, day in enumerate(x)))  # fmt: skip


def images_of(found: Attribution) -> Attribution:
    """The image groups alone."""
    count = len(IMAGE_GROUPS)
    return Attribution(found.groups[:count], found.gradient[:count], found.occlusion[:count])


class TemperatureTotals:
    """Of all weighed cells."""

    def __init__(self, epochs: Sequence[date]) -> None:
        self.epochs = tuple(epochs)
        self._found: list[Attribution] = []
        self._by_epoch: list[np.ndarray] = []

    def add(self, found: Attribution, by_epoch: np.ndarray) -> None:
        """Cells of a tile: both methods, and epochs (E, N) by occlusion."""
        self._found.append(found)
        self._by_epoch.append(by_epoch)

    def joined(self) -> Attribution:
        """All cells one after another."""
        slope = np.concatenate([found.gradient for found in self._found], axis=1)
        return Attribution(TEMPERATURE_GROUPS, slope, np.concatenate([f.occlusion for f in self._found], axis=1))

    def write(self, result: ExploreResult) -> None:
        """Bars of both methods, bars of the epochs, a table and the agreement."""
        if not self._found:
            result.note("No cell of the temperature lies in the area.")
            return
        both = self.joined()
        slope, hidden = shares(both.gradient), shares(both.occlusion)
        # Place and season are the same numbers in both methods: only the images can disagree.
        mean, single = agreement(images_of(both))
        if np.isfinite(mean):
            result.score("Temperature: agreement of finite differences and occlusion, images (Spearman)", mean)
            result.score("Temperature: agreement at single cells, images, median (Spearman)", single)
        else:
            result.note("The images do not move the expected temperature here: too few were seen to be trusted.")
        bars = [series("finite differences", slope, color=_GRADIENT), series("occlusion", hidden, color=_OCCLUSION)]
        result.chart("Shares of inputs in temperature", "input", "share", "bar", list(TEMPERATURE_GROUPS), bars)
        size = np.nanmean(np.abs(np.concatenate(self._by_epoch, axis=1)), axis=1)
        result.chart(
            "Images in temperature, by epoch", "epoch of 16 days", "K, mean size by occlusion", "bar",
            [day.isoformat() for day in self.epochs], [series("all sensors", size, color=_OCCLUSION)],
        )  # fmt: skip
        rows = zip(
            TEMPERATURE_GROUPS, slope, hidden, both.gradient.mean(axis=1), both.occlusion.mean(axis=1), strict=True
        )
        columns = (
            "input",
            "share (finite differences)",
            "share (occlusion)",
            "K (finite differences)",
            "K (occlusion)",
        )
        result.table("temperature_shares", "Inputs of the mean temperature", columns, rows)

"""Scales of the answers' charts: numbers, dates or names along x, numbers along y. No widgets in here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..explore.answer import DataChart, DataSeries, number
from .axes import date_ticks, nice_ticks, number_text, padded

#: Kinds whose values stand on zero.
FROM_ZERO = ("bar", "stack")
#: A power of a unit: of one letter, or of the hectare; no name such as Sentinel-1.
_POWER = re.compile(r"(?<=\b[A-Za-z])-([12])(?![\w-])|(?<=\bha)-([12])(?![\w-])")


@dataclass(frozen=True)
class Scale:
    """From a chart's x to numbers: of dates their ordinal, of names their place (0, 1, ...)."""

    kind: str  # "number", "date" or "name"
    low: float
    high: float
    names: tuple[str, ...] = ()

    def share(self, value: float) -> float:
        """Where ``value`` lies between the ends, 0 to 1 within."""
        return (value - self.low) / (self.high - self.low)

    def at(self, share: float) -> float:
        """The value at a share of the width."""
        return self.low + share * (self.high - self.low)

    def text(self, value: float) -> str:
        """A value in words."""
        if self.kind == "date":
            return date.fromordinal(round(value)).isoformat()
        if self.kind == "name":
            index = round(value)
            return self.names[index] if 0 <= index < len(self.names) else ""
        return short_number(value)

    def ticks(self, wanted: int) -> list[tuple[float, str]]:
        """At most about ``wanted`` (value, label); of names every one, for who paints to thin out."""
        if self.kind == "name":
            return [(float(i), name) for i, name in enumerate(self.names)]
        if self.kind == "date":
            first, last = date.fromordinal(round(self.low)), date.fromordinal(round(self.high))
            days = date_ticks(first, last, max(wanted, 2))
            long = (last - first).days > 366
            return [(float(day.toordinal()), _day_text(day, is_month, long)) for day, is_month in days]
        found = nice_ticks(self.low, self.high, max(wanted, 2))
        return [(value, number_text(value, found[1] - found[0])) for value in found]


def positions(values: Sequence[Any]) -> list[float | None]:
    """A chart's x as numbers (see :class:`Scale`)."""
    kind = kind_of(values)
    if kind == "number":
        return [number(value) for value in values]
    if kind == "date":
        return [None if value is None else float(date.fromisoformat(str(value)[:10]).toordinal()) for value in values]
    return [float(i) for i in range(len(values))]


def kind_of(values: Sequence[Any]) -> str:
    """What a chart's x are."""
    known = [value for value in values if value is not None]
    if known and all(number(value) is not None for value in known):
        return "number"
    try:
        for value in known:
            date.fromisoformat(str(value)[:10])
    except ValueError:
        return "name"
    return "date" if known else "number"


def x_of(chart: DataChart, series: DataSeries) -> Sequence[Any]:
    """The x of one series: its own, else the chart's."""
    return series.x or chart.x


def x_scale(chart: DataChart) -> Scale:
    """The scale of a chart's x."""
    shared = chart.x or next((one.x for one in chart.series if one.x), ())
    kind = "name" if chart.kind in ("bar", "matrix") else kind_of(shared)
    if kind == "name":
        names = tuple(str(value) if number(value) is None else short_number(float(value)) for value in shared)
        return Scale("name", -0.5, max(len(names), 1) - 0.5, names)
    known = [p for one in chart.series for p in positions(x_of(chart, one)) if p is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if chart.kind == "scatter":
        return Scale(kind, *padded(low, high))
    return Scale(kind, low, high if high > low else low + 1)


def y_scale(chart: DataChart) -> Scale | None:
    """The scale of a chart's values, None where there is none."""
    if chart.kind == "stack":
        known = [*(top for layer in stacked(chart.series) for top in layer if top is not None), 0.0]
    else:
        known = [v for one in chart.series for part in (one.y, one.low, one.high) for v in part if v is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    if chart.kind not in FROM_ZERO:
        return Scale("number", *padded(low, high))
    low, high = min(low, 0.0), max(high, 0.0)
    air = 0.06 * (high - low) or 0.5
    return Scale("number", low - air if low < 0 else 0.0, high + air if high > 0 else 0.0)


def stacked(series: Iterable[DataSeries]) -> list[list[float | None]]:
    """The upper edge of each series of a stacked chart: sums from the first on, unknown counted as nothing."""
    tops: list[list[float | None]] = []
    below: list[float] = []
    for one in series:
        below += [0.0] * (len(one.y) - len(below))
        edge: list[float | None] = []
        for index, value in enumerate(one.y):
            below[index] += value or 0.0
            edge.append(below[index])
        tops.append(edge)
    return tops


def nearest_index(chart: DataChart, value: float) -> int | None:
    """The index of the x nearest to ``value``."""
    known = [(abs(p - value), i) for i, p in enumerate(positions(chart.x)) if p is not None]
    if chart.kind == "bar":
        known = [(abs(i - value), i) for i in range(len(chart.x))]
    return min(known)[1] if known else None


def short_number(value: float) -> str:
    """A value as a person reads it: four digits, a real minus."""
    text = f"{value:.4g}" if abs(value) < 1e5 else f"{value:,.0f}".replace(",", "\u202f")
    return text.replace("-", "\u2212")


def with_units(text: str) -> str:
    """A label of the engine with its units as they are printed: ``GPP (g C m-2 d-1)``; dates stay as they are."""
    text = text.removesuffix(" [1]").removesuffix(" (1)")
    return _POWER.sub(lambda found: {"1": "⁻¹", "2": "⁻²"}[found[1] or found[2]], text).replace("degC", "°C")


def unit_of(label: str) -> str:
    """The unit at the end of a label in brackets, the whole label where there is none."""
    found = re.search(r"[(\[]([^()\[\]]+)[)\]]$", label)
    return found[1] if found else label


def _day_text(day: date, is_month: bool, long: bool) -> str:
    if not is_month:
        return f"{day:%m-%d}"
    return f"{day:%Y-%m}" if long else f"{day:%b}"

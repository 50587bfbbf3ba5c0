"""Ticks of a plot's axes: round numbers, and months. No widgets in here."""

from __future__ import annotations

import math
from datetime import date, timedelta

from ..typography import with_minus


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """At most ``wanted`` (> 1) round numbers, at least two, within ``low`` to ``high`` or just outside of it."""
    power = 10.0 ** math.floor(math.log10((high - low) / max(wanted, 1)))
    steps = (power * m for m in (1, 2, 5, 10, 20, 50))
    step = next(s for s in steps if math.floor(high / s + 1e-9) - math.ceil(low / s - 1e-9) < wanted)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last <= first:
        first, last = math.floor(low / step), math.floor(low / step) + 1
    return [round(i * step, 10) for i in range(first, last + 1)]


def padded(low: float, high: float, from_zero: bool = False) -> tuple[float, float]:
    """The range of an axis for values from ``low`` to ``high``: a little air, never empty, zero kept if asked."""
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    air = 0.06 * (high - low)
    return (min(0.0, low) if from_zero else low - air), high + air


def number_text(value: float, step: float) -> str:
    """A tick's label with as many decimals as its step needs and a real minus sign."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if step > 0 and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    return with_minus(f"{value:.{decimals}f}")


def date_ticks(first: date, last: date, wanted: int) -> list[tuple[date, bool]]:
    """At most ``wanted`` dates to label; True where the label is a month, False where it is a day."""
    days = max((last - first).days, 1)
    if days <= 45:
        step = max(1, math.ceil(days / max(wanted - 1, 1)))
        return [(first + timedelta(days=d), False) for d in range(0, days + 1, step)]
    months = []
    year, month = first.year, first.month
    while date(year, month, 1) <= last:
        if date(year, month, 1) >= first:
            months.append(date(year, month, 1))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for step in (1, 2, 3, 6, 12, 24, 60):
        kept = [m for m in months if ((m.year * 12 + m.month - 1) % step) == 0]
        if len(kept) <= wanted:
            return [(m, True) for m in kept]
    return [(m, True) for m in months[:: max(1, len(months) // max(wanted, 1))]]

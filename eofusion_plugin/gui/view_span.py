"""The stretch of time that plots show: zoomed and moved, never beyond all of it. No widgets in here."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta

#: Fewest days that are shown.
LEAST_DAYS = 4.0


@dataclass(frozen=True)
class ViewSpan:
    """``start`` to ``end`` in days (ordinals, with fractions) out of ``first`` to ``last``."""

    first: date
    last: date
    start: float
    end: float

    @classmethod
    def whole(cls, first: date, last: date) -> ViewSpan:
        """All of it; a single day gets a day of air on both sides."""
        if last <= first:
            first, last = first - timedelta(days=1), first + timedelta(days=1)
        return cls(first, last, float(first.toordinal()), float(last.toordinal()))

    @property
    def zoomed(self) -> bool:
        """Whether less than all is shown."""
        return self.start > self.first.toordinal() + 1e-6 or self.end < self.last.toordinal() - 1e-6

    @property
    def days(self) -> tuple[date, date]:
        """First and last day that are at least partly shown."""
        return date.fromordinal(math.floor(self.start)), date.fromordinal(math.ceil(self.end))

    def share(self, day: date) -> float:
        """Where a day lies: 0 at the left, 1 at the right, beyond them outside."""
        return (day.toordinal() - self.start) / (self.end - self.start)

    def day_at(self, share: float) -> date:
        """The day at a share of the width, within all of it."""
        ordinal = round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start))
        return date.fromordinal(min(max(ordinal, self.first.toordinal()), self.last.toordinal()))

    def zoom(self, share: float, factor: float) -> ViewSpan:
        """Shown ``factor`` times as many days, the day at ``share`` staying where it is."""
        length = self.end - self.start
        whole = float((self.last - self.first).days)
        wanted = min(max(length * factor, min(LEAST_DAYS, whole)), whole)
        anchor = self.start + share * length
        return self._at(anchor - share * wanted, wanted)

    def move(self, share: float) -> ViewSpan:
        """Moved by a share of what is shown, to the right for positive ones."""
        length = self.end - self.start
        return self._at(self.start + share * length, length)

    def between(self, one: float, other: float) -> ViewSpan:
        """What lies between two shares of the width."""
        length = self.end - self.start
        left, right = sorted((min(max(one, 0.0), 1.0), min(max(other, 0.0), 1.0)))
        wanted = max((right - left) * length, min(LEAST_DAYS, float((self.last - self.first).days)))
        middle = self.start + (left + right) / 2 * length
        return self._at(middle - wanted / 2, wanted)

    def reset(self) -> ViewSpan:
        """All of it."""
        return ViewSpan.whole(self.first, self.last)

    def _at(self, start: float, length: float) -> ViewSpan:
        low, high = float(self.first.toordinal()), float(self.last.toordinal())
        start = min(max(start, low), max(high - length, low))
        return replace(self, start=start, end=min(start + length, high))

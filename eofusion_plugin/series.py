"""Series of one pixel or of one region, and their CSV. No QGIS in here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

Values = tuple["float | None", ...]
#: The columns of ``eofusion inspect``, and at the end which pin of the panel a row is of.
COLUMNS = ("lon", "lat", "date", "variable", "statistic", "value", "unit", "place")


@dataclass(frozen=True)
class Series:
    """One variable over time: a middle value, and an interval where there is one; None where nothing is known."""

    name: str
    variable: str
    unit: str
    dates: tuple[date, ...]
    middle: Values
    low: Values = ()
    high: Values = ()
    #: What the middle is called in a file: "mean" or "p50"; and the two ends of the interval.
    statistic: str = "mean"
    ends: tuple[str, str] = ("p10", "p90")
    #: "line", or "dots" for what was observed on single days.
    form: str = "line"
    #: More columns for files, as (statistic, values).
    more: tuple[tuple[str, Values], ...] = ()

    def __post_init__(self) -> None:
        for values in (self.middle, *(v for v in (self.low, self.high) if v), *(v for _, v in self.more)):
            if len(values) != len(self.dates):
                raise ValueError(f"{self.name}: {len(values)} values for {len(self.dates)} dates")

    @property
    def known(self) -> bool:
        """Whether there is any value."""
        return any(value is not None for value in self.middle)

    def extremes(self, span: tuple[date, date] | None = None) -> tuple[float, float] | None:
        """Lowest and highest of all values (of those within ``span``), None when there is none."""
        values = [
            value
            for part in (self.middle, self.low, self.high)
            for day, value in zip(self.dates, part)
            if value is not None and (span is None or span[0] <= day <= span[1])
        ]
        return (min(values), max(values)) if values else None

    def nearest(self, day: date) -> int | None:
        """Index of the known value nearest to ``day``."""
        known = [i for i, value in enumerate(self.middle) if value is not None]
        return min(known, key=lambda i: abs((self.dates[i] - day).days)) if known else None

    def stretches(self) -> list[tuple[int, int]]:
        """Stretches of known values without a gap, as (start, stop)."""
        found, start = [], None
        for index, value in enumerate((*self.middle, None)):
            if value is not None and start is None:
                start = index
            elif value is None and start is not None:
                found.append((start, index))
                start = None
        return found

    def rows(self) -> Iterable[tuple[date, str, float]]:
        """(date, statistic, value) of everything known."""
        parts: Sequence[tuple[str, Values]] = (
            (self.statistic, self.middle),
            (self.ends[0], self.low),
            (self.ends[1], self.high),
            *self.more,
        )
        for index, day in enumerate(self.dates):
            for statistic, values in parts:
                if values and values[index] is not None:
                    yield day, statistic, float(values[index])  # type: ignore[arg-type]


@dataclass(frozen=True)
class Place:
    """Where series are from: the middle of a pixel or of a region, in degrees, and what it is called."""

    name: str
    lon: float
    lat: float
    series: tuple[Series, ...]


def to_csv(places: Iterable[Place], separator: str = ",") -> str:
    """The series of all places, one value a row (see :data:`COLUMNS`)."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place in places:
        where = f"{place.lon:.6f}", f"{place.lat:.6f}"
        for one in place.series:
            for day, statistic, value in one.rows():
                writer.writerow((*where, day, one.variable, statistic, f"{value:.4g}", one.unit, place.name))
    return out.getvalue()

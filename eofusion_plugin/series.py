"""Series of one pixel, and their CSV. No QGIS in here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

Values = tuple["float | None", ...]


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
    #: What the middle is called in a file: "mean" or "p50".
    statistic: str = "mean"

    def __post_init__(self) -> None:
        for values in (self.middle, *(v for v in (self.low, self.high) if v)):
            if len(values) != len(self.dates):
                raise ValueError(f"{self.name}: {len(values)} values for {len(self.dates)} dates")

    @property
    def known(self) -> bool:
        """Whether there is any value."""
        return any(value is not None for value in self.middle)

    def extremes(self) -> tuple[float, float] | None:
        """Lowest and highest of all values, None when there is none."""
        values = [v for part in (self.middle, self.low, self.high) for v in part if v is not None]
        return (min(values), max(values)) if values else None

    def nearest(self, day: date) -> int | None:
        """Index of the known value nearest to ``day``."""
        known = [i for i, value in enumerate(self.middle) if value is not None]
        return min(known, key=lambda i: abs((self.dates[i] - day).days)) if known else None

    def rows(self) -> Iterable[tuple[date, str, float]]:
        """(date, statistic, value) of everything known."""
        parts: Sequence[tuple[str, Values]] = ((self.statistic, self.middle), ("p10", self.low), ("p90", self.high))
        for index, day in enumerate(self.dates):
            for statistic, values in parts:
                if values and values[index] is not None:
                    yield day, statistic, float(values[index])  # type: ignore[arg-type]


def to_csv(lon: float, lat: float, series: Iterable[Series]) -> str:
    """The same columns as ``eofusion inspect``: lon, lat, date, variable, statistic, value, unit."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("lon", "lat", "date", "variable", "statistic", "value", "unit"))
    for one in series:
        for day, statistic, value in one.rows():
            writer.writerow((f"{lon:.6f}", f"{lat:.6f}", day, one.variable, statistic, f"{value:.4g}", one.unit))
    return out.getvalue()

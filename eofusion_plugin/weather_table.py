"""The daily weather that a run was given, as the engine left it in the run folder."""

from __future__ import annotations

import csv
import math
from datetime import date, timedelta
from pathlib import Path

from .series import Series
from .texts import tr

FILE = "weather.csv"
TEMPERATURE = "tair_degC"


def read_weather_table(folder: Path, period: tuple[date, date]) -> list[Series]:
    """The user's daily air temperature of the run's days, as at most one series; none where none was given.

    ``weather.csv`` has the columns ``date`` and ``tair_degC``; unknown values are empty. A damaged row is passed over:
    weather is an addition beside the run's own values.
    """
    found: dict[date, float] = {}
    try:
        with (folder / FILE).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                value = _number(row.get(TEMPERATURE))
                day = _day(row.get("date"))
                if day is not None and value is not None and period[0] <= day <= period[1]:
                    found[day] = value
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
    if not found:
        return []
    days = tuple(period[0] + timedelta(days=i) for i in range((period[1] - period[0]).days + 1))
    return [
        Series(
            name=tr("Your weather"),
            variable="temperature_given",
            unit="degC",
            dates=days,
            middle=tuple(found.get(day) for day in days),
            statistic="value",
            form="thin",
        )
    ]


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "nan")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None

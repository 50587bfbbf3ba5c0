"""Hours to days (UTC)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

#: A day counts when at least this share of its steps is there.
_COMPLETE = 0.75
_DAY = np.timedelta64(1, "D")
_SECOND = np.timedelta64(1, "s")


def step_seconds(times: np.ndarray) -> float:
    """The usual step of ascending ``times`` (datetime64[s]) in seconds; a day where there is only one."""
    return float(np.median(np.diff(times) / _SECOND)) if len(times) > 1 else 86400.0


def is_daily(times: np.ndarray) -> bool:
    """Whether there is at most one value a day."""
    return step_seconds(times) > 20 * 3600


def as_dates(days: np.ndarray) -> list[date]:
    """datetime64 as dates."""
    return [day.astype("datetime64[D]").item() for day in days]


def daily_mean(times: np.ndarray, values: np.ndarray, ends: bool = False) -> tuple[list[date], np.ndarray]:
    """Means of days (UTC) of ``values`` (T,) at ``times`` (T,) datetime64[s], NaN where too little of a day is known.

    ``ends``: a time is the end of its step, so that 00:00 belongs to the day before.
    """
    days = (times - _SECOND if ends else times).astype("datetime64[D]")
    names, place = np.unique(days, return_inverse=True)
    known = np.isfinite(values)
    count = np.bincount(place, known, len(names))
    total = np.bincount(place, np.where(known, values, 0.0), len(names))
    enough = count >= _COMPLETE * 86400.0 / step_seconds(times)
    return as_dates(names), np.where(enough, total / np.maximum(count, 1), np.nan)


def daily_extremes(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest value of each day in the order of :func:`daily_mean`, NaN where nothing is known."""
    names, place = np.unique(times.astype("datetime64[D]"), return_inverse=True)
    low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    known = np.isfinite(values)
    np.minimum.at(low, place[known], values[known])
    np.maximum.at(high, place[known], values[known])
    return np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)


def builds_up(times: np.ndarray, values: np.ndarray) -> bool:
    """Whether an energy is summed since 00 UTC (ERA5-Land) and not step by step (ERA5): it never falls within a day.

    Source: ECMWF, "ERA5-Land: data documentation", section on accumulations.
    """
    days = (times - _SECOND).astype("datetime64[D]")
    same = (days[1:] == days[:-1]) & np.isfinite(values[1:]) & np.isfinite(values[:-1])
    falls = (values[1:] < values[:-1] * (1 - 1e-6) - 1.0) & same
    return bool(same.any() and falls.sum() <= 0.002 * same.sum())


def since_midnight(times: np.ndarray, values: np.ndarray) -> tuple[list[date], np.ndarray]:
    """Daily means (W m-2) of an energy (J m-2) summed since 00 UTC: a day's whole sum stands at the next 00:00."""
    midnight = times.astype("datetime64[D]") == times
    days = times[midnight].astype("datetime64[D]") - _DAY
    return as_dates(days), values[midnight] / 86400.0


def on_days(days: list[date], values: np.ndarray, wanted: list[date]) -> np.ndarray:
    """``values`` of ``days`` at ``wanted`` days, NaN where there is none."""
    found = dict(zip(days, values, strict=True))
    return np.array([found.get(day, np.nan) for day in wanted], float)


def span(first: date, last: date) -> list[date]:
    """Every day from ``first`` to ``last``."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]

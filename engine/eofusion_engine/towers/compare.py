"""Predicted against observed GPP: rows, scores beside the simple models, residuals by season."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

#: Below this many days a score is a matter of luck, and R2 is not given.
LEAST_DAYS = 10
_SEASONS = ("December to February", "March to May", "June to August", "September to November")


@dataclass(frozen=True)
class Pairs:
    """Days (N,) with observed GPP and predictions by model name (N,) in g C m-2 d-1; NaN: not known.

    ``low`` and ``high`` are the run's p10 and p90.
    """

    days: tuple[date, ...]
    observed: np.ndarray
    predicted: Mapping[str, np.ndarray]
    low: np.ndarray
    high: np.ndarray


def metrics(observed: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """n, RMSE, bias (predicted minus observed), MAE, and R2 = 1 - SSE / SST from :data:`LEAST_DAYS` days on."""
    known = np.isfinite(observed) & np.isfinite(predicted)
    truth, error = observed[known], (predicted - observed)[known]
    found: dict[str, Any] = {"n": int(known.sum()), "r2": None, "rmse": None, "bias": None, "mae": None}
    if not len(truth):
        return found
    spread = float(((truth - truth.mean()) ** 2).sum())
    if len(truth) >= LEAST_DAYS and spread > 0:
        found["r2"] = round(1 - float((error**2).sum()) / spread, 3)
    found["rmse"] = round(float(np.sqrt((error**2).mean())), 3)
    found["bias"], found["mae"] = round(float(error.mean()), 3), round(float(np.abs(error).mean()), 3)
    return found


def scores(pairs: Pairs, run: str) -> list[dict[str, Any]]:
    """A row a model over the days that all of them know, so that they can be compared; ``run``'s with coverage."""
    known = np.isfinite(pairs.observed)
    for values in pairs.predicted.values():
        known &= np.isfinite(values)
    rows = []
    for name, values in pairs.predicted.items():
        row = {"model": name, **metrics(pairs.observed[known], values[known])}
        if name == run and known.any():
            inside = (pairs.observed >= pairs.low) & (pairs.observed <= pairs.high)
            row["coverage80"] = round(float(inside[known].mean()), 3)
        rows.append(row)
    return rows


def season_of(day: date) -> str:
    """The meteorological season by its months (the southern half's winter is June to August)."""
    return _SEASONS[day.month % 12 // 3]


def by_season(pairs: Pairs, run: str) -> list[dict[str, Any]]:
    """Scores of the run by season, those seasons only that have days."""
    names = np.array([season_of(day) for day in pairs.days])
    rows = []
    for season in _SEASONS:
        mine = names == season
        row = metrics(pairs.observed[mine], pairs.predicted[run][mine])
        if row["n"]:
            rows.append({"season": season, **row})
    return rows


def as_rows(pairs: Pairs) -> list[dict[str, Any]]:
    """[{date, season, observed, p10, p90, <model>...}] for scatter, series and residuals; None where not known."""
    rows = []
    for index, day in enumerate(pairs.days):
        values = {"observed": pairs.observed, "p10": pairs.low, "p90": pairs.high, **pairs.predicted}
        plain = {name: _plain(column[index]) for name, column in values.items()}
        rows.append({"date": day.isoformat(), "season": season_of(day), **plain})
    return rows


def period_sum(
    days: np.ndarray, gpp: np.ndarray, start: date, end: date, total: np.ndarray, enough: float = 0.8
) -> dict[str, Any] | None:
    """Observed and predicted sum over a run's period; None where the tower has less than ``enough`` of its days.

    Days without an observation count as the mean of the others of their month, so that gaps in winter do not look
    like summer; a month without any is left to the mean of all.
    """
    if not np.isfinite(total).all():
        return None
    span = np.arange(np.datetime64(start), np.datetime64(end) + np.timedelta64(1, "D"))
    values = np.full(len(span), np.nan)
    inside = (days >= span[0]) & (days <= span[-1])
    values[(days[inside] - span[0]).astype(int)] = gpp[inside]
    known = np.isfinite(values)
    if known.mean() < enough:
        return None
    month = span.astype("datetime64[M]")
    for one in np.unique(month[~known]):
        there = known & (month == one)
        values[~known & (month == one)] = values[there if there.any() else known].mean()
    keys: Sequence[str] = ("p10", "p50", "p90")
    return {
        "start": start.isoformat(), "end": end.isoformat(), "observed": round(float(values.sum()), 1),
        "filled_days": int((~known).sum()), **{k: round(float(v), 1) for k, v in zip(keys, total, strict=True)},
    }  # fmt: skip


def _plain(value: float) -> float | None:
    return round(float(value), 3) if np.isfinite(value) else None

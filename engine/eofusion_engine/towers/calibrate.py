"""Local calibration of the GPP head at one tower, and whether the tower's data support it.

Two numbers at most are fitted: a factor on the light-use efficiency, and a shift of the response to temperature. Both
are drawn to "no change" (standard deviations of 0.35 and 3 degC), and every choice is made by leaving out a year at
a time: a calibration that does not help in years it has not seen is not given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..errors import RequestError
from ..model.calibration import SCALE_LIMITS, SHIFT_LIMITS, calibrated
from ..model.light_use import LightUse

#: A year counts with this many days, and a calibration needs this many years and days in all.
DAYS_A_YEAR, YEARS, DAYS = 10, 2, 30
#: The temperatures seen must span this, or they say nothing of the response to temperature.
SPAN_DEGC = 10.0
#: RMSE in left-out years must fall by this share for each number that is fitted.
GAIN = 0.02
_SCALE_SD, _SHIFT_SD = 0.35, 3.0
_SHIFTS = np.arange(SHIFT_LIMITS[0], SHIFT_LIMITS[1] + 0.25, 0.5)


class CalibrationNotSupported(RequestError):
    """The tower's data do not carry a calibration; the message says why."""

    code = "calibration-not-supported"


@dataclass(frozen=True)
class TowerDays:
    """What a tower saw: ``six`` (N, 6) reflectance, ``top`` radiation above the atmosphere (W m-2),
    ``tair`` degC, ``ssrd`` W m-2, ``vpd`` kPa (NaN: not known), ``recent`` the mean temperature of the last 30 days
    (degC, NaN: not known), ``gpp`` (N,) observed, ``year`` (N,), ``week`` (N,) any number that days of one week share.
    """

    six: np.ndarray
    top: np.ndarray
    tair: np.ndarray
    ssrd: np.ndarray
    vpd: np.ndarray
    recent: np.ndarray
    gpp: np.ndarray
    year: np.ndarray
    week: np.ndarray


@dataclass(frozen=True)
class Fitted:
    """The calibration with its scores: ``years`` [{year, n, rmse_before, rmse_after}], each by a fit without it."""

    scale: float
    temperature_shift: float
    n: int
    rmse_before: float
    rmse_after: float
    bias_before: float
    years: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "scale": round(self.scale, 4), "temperature_shift": self.temperature_shift, "n": self.n,
            "rmse_before": round(self.rmse_before, 3), "rmse_after": round(self.rmse_after, 3),
            "bias_before": round(self.bias_before, 3), "years": list(self.years),
        }  # fmt: skip


def calibrate(core: LightUse, days: TowerDays) -> Fitted:
    """Fit and prove a calibration of ``core``.

    Raises:
        CalibrationNotSupported: too few days or years, or no gain in the years left out.
    """
    years, counts = np.unique(days.year, return_counts=True)
    used = years[counts >= DAYS_A_YEAR]
    keep = np.isin(days.year, used)
    if len(used) < YEARS or keep.sum() < DAYS:
        raise CalibrationNotSupported(
            f"{int(keep.sum())} days in {len(used)} years are too few for a calibration.",
            f"It wants {DAYS} days with GPP, weather and reflectance in {YEARS} years of {DAYS_A_YEAR} days or more: "
            "give the runs of several years.",
        )
    table = _Table.of(core, days, keep)
    before = table.truth - table.predict(1.0, 0.0)
    models = [False, True] if np.ptp(table.tair) >= SPAN_DEGC else [False]
    errors = {shifted: _left_out(table, shifted) for shifted in models}
    rmse = {shifted: _rms(error) for shifted, error in errors.items()}
    shifted = bool(len(models) > 1 and rmse[True] < (1 - GAIN) * rmse[False])
    after = errors[shifted]
    wanted = (1 - GAIN) ** (1 + shifted) * _rms(before)
    by_year = []
    for year in used:
        mine = table.year == year
        by_year.append(
            {
                "year": int(year), "n": int(mine.sum()), "rmse_before": round(_rms(before[mine]), 3),
                "rmse_after": round(_rms(after[mine]), 3),
            }
        )  # fmt: skip
    better = sum(row["rmse_after"] < row["rmse_before"] for row in by_year)
    if rmse[shifted] > wanted or 2 * better < len(by_year):
        raise CalibrationNotSupported(
            f"The data do not support a calibration: in left-out years the error is {rmse[shifted]:.2f} g C m-2 d-1 "
            f"with it and {_rms(before):.2f} without (better in {better} of {len(by_year)} years).",
            "The head as it is serves this place as well; use it without a calibration.",
        )
    scale, shift = _fit(table, np.ones(len(table.truth), bool), shifted)
    return Fitted(scale, shift, len(table.truth), _rms(before), rmse[shifted], float(-before.mean()), tuple(by_year))


@dataclass(frozen=True)
class _Table:
    """Predictions (S, N) of the head for every tried shift; what is fitted is linear in the scale."""

    shifts: np.ndarray
    predicted: np.ndarray
    truth: np.ndarray
    year: np.ndarray
    week: np.ndarray
    tair: np.ndarray

    @classmethod
    def of(cls, core: LightUse, days: TowerDays, keep: np.ndarray) -> _Table:
        columns = [
            torch.as_tensor(np.asarray(column[keep], np.float32))
            for column in (days.six, days.top, days.tair, days.ssrd, days.vpd, days.recent)
        ]
        with torch.inference_mode():
            rows = [calibrated(core, 1.0, float(shift))(*columns).numpy().astype(float) for shift in _SHIFTS]
        return cls(_SHIFTS, np.stack(rows), days.gpp[keep], days.year[keep], days.week[keep], days.tair[keep])

    def predict(self, scale: float, shift: float) -> np.ndarray:
        return np.asarray(scale * self.predicted[int(np.argmin(np.abs(self.shifts - shift)))])


def _fit(table: _Table, use: np.ndarray, shifted: bool) -> tuple[float, float]:
    """Scale and shift of least squares with the pull to (1, 0); days of one week count as one for the pull."""
    truth, predicted = table.truth[use], table.predicted[:, use]
    neutral = predicted[int(np.argmin(np.abs(table.shifts)))]
    spread = max(float(np.mean((truth - neutral) ** 2)), 1e-6)
    weight = len(np.unique(table.week[use])) / use.sum() / spread
    best = (np.inf, 1.0, 0.0)
    for shift, row in zip(table.shifts, predicted, strict=True):
        if not shifted and shift != 0:
            continue
        pull = 1 / _SCALE_SD**2
        scale = (weight * (row @ truth) + pull) / (weight * (row @ row) + pull)
        scale = float(np.clip(scale, *SCALE_LIMITS))
        cost = weight * float(((truth - scale * row) ** 2).sum())
        cost += pull * (scale - 1) ** 2 + (shift / _SHIFT_SD) ** 2
        best = min(best, (cost, scale, float(shift)))
    return best[1], best[2]


def _left_out(table: _Table, shifted: bool) -> np.ndarray:
    """Errors (N,) of each year by a fit to the others."""
    error = np.empty(len(table.truth))
    for year in np.unique(table.year):
        out = table.year == year
        error[out] = (table.truth - table.predict(*_fit(table, ~out, shifted)))[out]
    return error


def _rms(error: np.ndarray) -> float:
    return float(np.sqrt(np.mean(error**2)))

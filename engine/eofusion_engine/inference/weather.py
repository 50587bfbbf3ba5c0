"""Air temperature, radiation and vapour pressure deficit of every day: from the user's file or from the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from ..drivers import all_sky_ssrd, read_weather


@dataclass(frozen=True)
class DailyDrivers:
    """What drives GPP on each of N days; NaN in ``tair_degc`` means: take the generated series.

    ``tair_degc`` (N,), ``ssrd_w_m2`` (N,), ``vpd_kpa`` (N,) or None when it is not known on every day.
    ``words`` say in plain language where each came from, ``notes`` what was filled in.
    """

    tair_degc: np.ndarray
    ssrd_w_m2: np.ndarray
    vpd_kpa: np.ndarray | None
    words: dict[str, str]
    notes: tuple[str, ...]

    @property
    def needs_generated_temperature(self) -> bool:
        """Whether any day's temperature must come from the model."""
        return bool(np.isnan(self.tair_degc).any())


def daily_drivers(
    weather_file: Path | None, lat: float, days: Sequence[date], weights: Path | None = None
) -> DailyDrivers:
    """Drivers of ``days`` at a latitude.

    Raises:
        RequestError: the weather file cannot be read; the sentence names the column.
    """
    climatology = np.asarray(all_sky_ssrd(lat, days, weights), np.float32)
    if weather_file is None:
        words = {
            "temperature": "generated from imagery, place and season (mean of the generated series)",
            "radiation": "all-sky climatology of latitude and day of year",
            "vpd": "not known: the light-use-efficiency model without vapour pressure deficit",
        }
        return DailyDrivers(np.full(len(days), np.nan, np.float32), climatology, None, words, ())
    weather = read_weather(weather_file)
    row = {day: i for i, day in enumerate(weather.dates)}
    index = np.array([row.get(day, -1) for day in days])
    known = index >= 0

    def column(values: np.ndarray | None) -> np.ndarray:
        if values is None:
            return np.full(len(days), np.nan, np.float32)
        return np.where(known, np.asarray(values, np.float32)[index], np.float32(np.nan)).astype(np.float32)

    tair, ssrd, vpd = column(weather.tair_degc), column(weather.ssrd_w_m2), column(weather.vpd_kpa)
    notes = []
    for values, name, instead in (
        (tair, "air temperature", "the generated series is used"),
        (ssrd, "radiation", "the all-sky climatology is used"),
    ):
        missing = int(np.isnan(values).sum())
        if missing:
            notes.append(f"{weather_file.name} has no {name} on {missing} of {len(days)} days: there {instead}.")
    vpd_known = bool(np.isfinite(vpd).all())
    if not vpd_known and np.isfinite(vpd).any():
        notes.append(f"{weather_file.name} lacks vapour pressure deficit on some days: GPP is made without it.")
    words = {
        "temperature": weather_file.name,
        "radiation": weather_file.name,
        "vpd": weather_file.name if vpd_known else "not known",
    }
    filled = np.where(np.isnan(ssrd), climatology, ssrd).astype(np.float32)
    return DailyDrivers(tair, filled, vpd if vpd_known else None, words, tuple(notes))

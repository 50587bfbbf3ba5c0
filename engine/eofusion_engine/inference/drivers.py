"""Air temperature, radiation and vapour pressure deficit of every day: from the user's file or from the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from ..files import write_whole
from ..model.gpp import RECENT_DAYS
from ..weather import Place, all_sky_ssrd, read_weather


@dataclass(frozen=True)
class DailyDrivers:
    """What drives GPP on each of N days; NaN in ``tair_degc`` means: take the generated series.

    ``tair_degc`` (N,), ``ssrd_w_m2`` (N,), ``vpd_kpa`` (N,) or None when it is not known on every day;
    ``tair_before`` (29,) degC of the days before the first, NaN where not known, for acclimation.
    ``measured``: temperature and radiation of every day come from the weather file.
    ``words`` say in plain language where each came from, ``notes`` what was filled in.
    """

    tair_degc: np.ndarray
    ssrd_w_m2: np.ndarray
    vpd_kpa: np.ndarray | None
    measured: bool
    words: dict[str, str]
    notes: tuple[str, ...]
    tair_before: np.ndarray

    @property
    def needs_generated_temperature(self) -> bool:
        """Whether any day's temperature must come from the model."""
        return bool(np.isnan(self.tair_degc).any())


def daily_drivers(
    weather_file: Path | None, place: Place, days: Sequence[date], weights: Path | None = None
) -> DailyDrivers:
    """Drivers of ``days`` at a place.

    Raises:
        RequestError: the weather file cannot be read; the sentence names the column.
    """
    climatology = np.asarray(all_sky_ssrd(place.lat, days, place.lon, weights), np.float32)
    before = [days[0] - timedelta(days=back) for back in range(RECENT_DAYS - 1, 0, -1)]
    if weather_file is None:
        words = {
            "temperature": "generated from imagery, place and season (mean of the generated series)",
            "radiation": "all-sky climatology of place and day of year",
            "vpd": "not known: the light-use-efficiency model without vapour pressure deficit",
        }
        return DailyDrivers(
            np.full(len(days), np.nan, np.float32), climatology, None, False, words, (), np.full(len(before), np.nan)
        )
    weather = read_weather(weather_file, place)
    here = weather.on(days)
    notes = weather.notes(days)
    vpd_known = bool(np.isfinite(here.vpd_kpa).all())
    if here.has_vpd and not vpd_known:
        notes.append(f"{weather.source} lacks vapour pressure deficit on some days: GPP is made without it.")
    words = {
        "temperature": weather.source,
        "radiation": weather.source,
        "vpd": weather.source if vpd_known else "not known",
    }
    tair, ssrd = here.tair_degc.astype(np.float32), here.ssrd_w_m2.astype(np.float32)
    measured = bool(np.isfinite(tair).all() and np.isfinite(ssrd).all())
    vpd = here.vpd_kpa.astype(np.float32) if vpd_known else None
    return DailyDrivers(
        tair,
        np.where(np.isnan(ssrd), climatology, ssrd),
        vpd,
        measured,
        words,
        tuple(notes),
        weather.on(before).tair_degc,
    )


def write_drivers(folder: Path, days: Sequence[date], drivers: DailyDrivers) -> None:
    """``weather.csv`` in a run folder: the air temperature that the user's file gave for each day, empty where it gave
    none. QGIS shows it beside the generated one."""
    lines = ["date,tair_degC"]
    for day, value in zip(days, drivers.tair_degc.tolist(), strict=True):
        lines.append(f"{day.isoformat()},{'' if np.isnan(value) else f'{value:.2f}'}")
    write_whole(folder / "weather.csv", "\n".join(lines) + "\n")

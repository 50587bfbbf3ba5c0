"""The drivers of GPP taken apart: an average day of the training towers, the place, the season, the day's weather."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ..model.gpp import GppHead, trailing_mean
from ..physics.sun import extraterrestrial_radiation
from .attribution import PLACE, SEASON, WEATHER
from .attribution_gpp import DriverParts

Floats = NDArray[np.float64]
#: Daily values of days that a climatology gives.
Climate = Callable[[Sequence[date]], Floats]
#: Where the light-use model keeps the training towers' means of temperature, radiation and clearness.
_TAIR, _SSRD, _CLEARNESS = 6, 7, 8


def driver_parts(
    head: GppHead,
    lat: float,
    dates: Sequence[date],
    tair: Floats,
    recent: Floats,
    ssrd: Floats,
    vpd: Floats | None,
    tair_climate: Climate,
    ssrd_climate: Climate,
) -> DriverParts:
    """Drivers (D,) of the asked ``dates`` as reference, place, season and weather, which add up to them.

    The reference is the training towers' average day. A place adds its year's mean, the season what the climatology
    says of the day, the weather the rest; without VPD, or without the past, there is nothing to take apart.
    """
    mean = head.core.get_buffer("mean").double().numpy()
    year = [date(dates[0].year, 1, 1) + timedelta(days=8 * i) for i in range(46)]
    above = extraterrestrial_radiation(lat, np.array(dates, "datetime64[D]"))
    above_year = extraterrestrial_radiation(lat, np.array(year, "datetime64[D]"))
    top_mean = float(mean[_SSRD] / max(mean[_CLEARNESS], 0.1))
    # The 30 days before the asked dates, by the climatology.
    first = min(dates) - timedelta(days=40)
    span = [first + timedelta(days=i) for i in range((max(dates) - first).days + 1)]
    usual = tair_climate(span)
    at = np.array([(day - first).days for day in dates])
    usual_change = trailing_mean(usual)[at] - usual[at]
    known = np.isfinite(recent)
    parts = {
        "tair": _split(float(mean[_TAIR]), tair_climate(year), usual[at], tair),
        "ssrd": _split(float(mean[_SSRD]), ssrd_climate(year), ssrd_climate(dates), ssrd),
        "top": _split(top_mean, above_year, above, above),
        "change": {
            SEASON: np.where(known, usual_change, 0.0),
            WEATHER: np.where(known, recent - tair - usual_change, np.nan),
        },
        "vpd": {} if vpd is None else {WEATHER: vpd - np.nanmean(vpd)},
    }
    reference = {
        "tair": float(mean[_TAIR]),
        "ssrd": float(mean[_SSRD]),
        "top": top_mean,
        "change": 0.0,
        "vpd": float("nan") if vpd is None else float(np.nanmean(vpd)),
    }
    return DriverParts(reference, parts)


def _split(reference: float, year: Floats, usual: Floats, actual: Floats) -> dict[str, Floats]:
    annual = float(np.mean(year))
    usual = np.asarray(usual, float)
    return {
        PLACE: np.full(len(usual), annual - reference),
        SEASON: usual - annual,
        WEATHER: np.asarray(actual, float) - usual,
    }

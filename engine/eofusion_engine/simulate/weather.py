"""Daily weather of a simulated place: temperature, clouds, radiation, rain, soil water and snow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ..physics.sun import clear_sky_radiation

#: Lag-1 autocorrelation of temperature anomalies (measured .73-.82 on real stations).
AUTOCORRELATION = 0.78
_SPIN_UP_DAYS = 60


@dataclass(frozen=True)
class SimulatedWeather:
    """All (D,): mean air temperature (degC), its anomaly, downwelling shortwave radiation (W m-2, daily mean),
    vapour pressure deficit (kPa), cloud cover (0-1), soil water (0-1), snow cover (0-1), phenological delay (days)."""

    dates: tuple[date, ...]
    tair_degc: np.ndarray
    anomaly: np.ndarray
    ssrd_w_m2: np.ndarray
    vpd_kpa: np.ndarray
    cloud: np.ndarray
    wetness: np.ndarray
    snow: np.ndarray
    delay_days: np.ndarray


def simulate_weather(seed: int, lat: float, start: date, end: date) -> SimulatedWeather:
    """Weather from ``start`` to ``end``: two harmonics of the climate plus an AR(1) of temperature and clouds."""
    rng = np.random.default_rng([seed, 2])
    first = start - timedelta(days=_SPIN_UP_DAYS)
    dates = [first + timedelta(days=i) for i in range((end - first).days + 1)]
    count = len(dates)
    season = season_day(lat, dates)
    climate = 28 - 0.36 * abs(lat) - (3 + 0.13 * abs(lat)) * np.cos(2 * np.pi * (season - 18) / 365.25)
    # Slow anomalies (a warm spring) below the fast ones of the weather.
    slow = _ar1(rng, count, 0.985) * 1.3
    fast = _ar1(rng, count, AUTOCORRELATION)
    murk = 0.55 * _ar1(rng, count, 0.45) + 0.83 * _ar1(rng, count, 0.75)
    summer = -np.cos(2 * np.pi * (season - 18) / 365.25)
    anomaly = slow + 3.2 * fast - 0.9 * summer * murk
    tair = climate + anomaly
    cloud = 1 / (1 + np.exp(-(2.3 * murk + 0.35 - 0.25 * summer)))
    ssrd = clear_sky_radiation(lat, dates) * (1 - 0.72 * cloud**1.3)
    wet_day = rng.random(count) < np.clip(1.1 * (cloud - 0.35), 0, 0.85)
    rain = wet_day * rng.exponential(5.5, count)
    humidity = np.clip(0.58 + 0.30 * cloud + 0.03 * rng.standard_normal(count), 0.3, 0.99)
    vpd = 0.6108 * np.exp(17.27 * tair / (tair + 237.3)) * (1 - humidity)
    water, swe = np.empty(count), np.empty(count)
    store, pack = 0.6, 0.0
    for i in range(count):  # two buckets of a day's memory: nothing to vectorise
        melt = min(pack, max(0.0, 3.0 * tair[i]))
        pack += (rain[i] if tair[i] < 0 else 0.0) - melt
        arriving = melt + (rain[i] if tair[i] >= 0 else 0.0)
        store = float(np.clip(store + arriving / 60 - store * (0.006 + 0.00018 * ssrd[i]), 0.05, 1.0))
        water[i], swe[i] = store, pack
    keep = slice(_SPIN_UP_DAYS, None)
    delay = 3.0 * (abs(lat) - 51) * 0.9 - 3.0 * slow
    return SimulatedWeather(
        tuple(dates[keep]),
        tair[keep],
        anomaly[keep],
        ssrd[keep],
        vpd[keep],
        cloud[keep],
        water[keep],
        (1 - np.exp(-swe / 6))[keep],
        np.clip(delay, -45, 45)[keep],
    )


def season_day(lat: float, dates: list[date] | tuple[date, ...]) -> np.ndarray:
    """Day of the year; in the southern hemisphere of the same season in the north."""
    days = np.array([d.timetuple().tm_yday for d in dates], float)
    return days if lat >= 0 else (days + 182 - 1) % 365 + 1


def _ar1(rng: np.random.Generator, count: int, memory: float) -> np.ndarray:
    """An AR(1) series (count,) of standard deviation 1."""
    shocks = rng.standard_normal(count)
    out = np.empty(count)
    value = rng.standard_normal()
    for i in range(count):
        value = memory * value + np.sqrt(1 - memory**2) * shocks[i]
        out[i] = value
    return out

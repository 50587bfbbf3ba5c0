"""Daily weather of a simulated place: temperature, clouds, radiation, rain, soil water and snow.

A weather generator in the manner of Richardson (1981), Water Resources Research 17: temperature anomalies are
autoregressive about two harmonics of the climate, wet days and cloud follow one latent series, and the anomalies
know about it. Soil water and snow are buckets; potential evaporation is Makkink's (1957) from radiation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from ..physics.sun import clear_sky_radiation
from ..weather.series import Weather
from .noise import ar1
from .presets import Climate

#: Days before the asked period: winter crops were sown, and the soil remembers the last summer.
SPIN_UP_DAYS = 440
#: Water that the upper soil and the rooted soil below hold, mm.
_TOP_MM, _DEEP_MM = 22.0, 130.0
_MELT_MM_PER_K = 4.0


@dataclass(frozen=True)
class SimulatedWeather:
    """Daily series, all (D,): mean, least and greatest air temperature (degC), downwelling shortwave radiation
    (W m-2, daily mean), vapour pressure deficit (kPa), rain or snow (mm), cloud cover (0-1), water of the upper
    and the rooted soil (0-1), snow (mm of water)."""

    dates: tuple[date, ...]
    tair_degc: np.ndarray
    tmin_degc: np.ndarray
    tmax_degc: np.ndarray
    ssrd_w_m2: np.ndarray
    vpd_kpa: np.ndarray
    rain_mm: np.ndarray
    cloud: np.ndarray
    wetness: np.ndarray
    deep_wetness: np.ndarray
    snow_mm: np.ndarray

    def since(self, start: date) -> SimulatedWeather:
        """The same weather from ``start`` on."""
        first = (start - self.dates[0]).days
        return SimulatedWeather(**{f.name: getattr(self, f.name)[first:] for f in fields(self)})

    @property
    def snow(self) -> np.ndarray:
        """Snow cover of open ground (D,), 0-1."""
        return np.asarray(1 - np.exp(-self.snow_mm / 11))


def season_day(lat: float, dates: list[date] | tuple[date, ...]) -> np.ndarray:
    """Day of the year; in the southern hemisphere of the same season in the north."""
    days = np.array([d.timetuple().tm_yday for d in dates], float)
    return days if lat >= 0 else (days + 182 - 1) % 365 + 1


def simulate_weather(
    seed: int, climate: Climate, lat: float, elevation_m: float, start: date, end: date, series: Weather | None = None
) -> SimulatedWeather:
    """Weather from ``SPIN_UP_DAYS`` before ``start`` to ``end``.

    With a real ``series`` (daily temperature, radiation, deficit), its days are taken as they are; the days before
    it are generated about the same level, and what it does not tell (rain) follows its cloudiness.
    """
    rng = np.random.default_rng([seed, 2])
    first = start - timedelta(days=SPIN_UP_DAYS)
    dates = tuple(first + timedelta(days=i) for i in range((end - first).days + 1))
    count = len(dates)
    angle = 2 * np.pi * season_day(lat, dates) / 365.25
    summer = -np.cos(angle - 2 * np.pi * climate.coldest_day / 365.25)
    half = np.cos(2 * angle - 4 * np.pi * climate.half_warmest_day / 365.25)
    normal = climate.mean_degc + climate.amplitude_k * summer + climate.half_amplitude_k * half

    # Spells: most of the variance lives for days, a tenth for weeks. Their sum has the asked memory.
    fast = (climate.memory - 0.1 * 0.94) / 0.9
    shape = np.sqrt(0.9) * ar1(rng, count, fast) + np.sqrt(0.1) * ar1(rng, count, 0.94)
    shape = shape - 0.05 * np.clip(-summer, 0, 1) * (shape**2 - 1)  # cold spells go further than mild ones in winter
    murk = 0.8 * ar1(rng, count, 0.62) + 0.6 * ar1(rng, count, 0.2)
    # Clouds cool summer days and warm winter ones; what they explain, the free part leaves.
    share = 0.28 * np.clip(summer + 0.15, -1, 1)
    sd = climate.sd_winter_k + (climate.sd_summer_k - climate.sd_winter_k) * (summer + 1) / 2
    tair = normal + sd * (np.sqrt(1 - share**2) * shape - share * murk)

    wet_share = climate.wet_share * (1 + climate.wet_swing * np.cos(angle - 2 * np.pi * climate.wettest_day / 365.25))
    wet_share = np.clip(wet_share, 0.0, 0.85)
    chance = wet_share - np.clip(climate.wet_share, 0, 1)
    cloud = 1 / (1 + np.exp(-(climate.cloud + 2.6 * chance + 2.0 * murk)))
    above = clear_sky_radiation(lat, list(dates), elevation_m)
    ssrd = above * (1.02 - 0.75 * cloud**1.4)
    if series is not None:
        here = series.on(dates)
        tair, ssrd, cloud = _driven(here, tair, ssrd, cloud, above)
        murk = (np.log(cloud / (1 - cloud)) - climate.cloud - 2.6 * chance) / 2.0

    wet = (murk + 0.55 * rng.standard_normal(count)) / np.sqrt(1 + 0.55**2) > _normal_quantile(1 - wet_share)
    rain = np.where(wet, rng.gamma(0.8, climate.rain_mm / 0.8, count), 0.0)
    spread = (3.5 + 9.5 * (1 - cloud)) * (0.65 + 0.35 * np.clip(above / 250, 0, 1.2))
    tmin, tmax = tair - spread / 2, tair + spread / 2
    dryness = np.where(wet, 0.0, 1 - wet_share)
    dew = np.minimum(tmin - climate.dew_gap_k * dryness + 0.6 * wet, tmin + 1.0)
    vpd = np.maximum((_saturation(tmin) + _saturation(tmax)) / 2 - _saturation(dew), 0.01)
    if series is not None:
        vpd = np.where(np.isfinite(here.vpd_kpa), here.vpd_kpa, vpd)
    wetness, deep, snow = _buckets(tair, rain, ssrd)
    return SimulatedWeather(dates, tair, tmin, tmax, ssrd, vpd, rain, cloud, wetness, deep, snow)


def _driven(
    here: Weather, tair: np.ndarray, ssrd: np.ndarray, cloud: np.ndarray, above: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Temperature, radiation and cloud cover with the days in them that the series ``here`` tells."""
    told = np.isfinite(here.tair_degc)
    level = float(np.mean((here.tair_degc - tair)[told])) if told.any() else 0.0
    tair = np.where(told, here.tair_degc, tair + level)
    told = np.isfinite(here.ssrd_w_m2)
    ssrd = np.where(told, here.ssrd_w_m2, ssrd)
    clearness = ssrd / np.maximum(above, 5)
    seen = np.clip((1.02 - clearness) / 0.75, 0.01, 0.98) ** (1 / 1.4)
    return tair, ssrd, np.where(told & (above > 5), seen, cloud)


def _buckets(tair: np.ndarray, rain: np.ndarray, ssrd: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Water of the upper and the rooted soil (0-1) and snow (mm), day by day."""
    slope = 4098 * _saturation(tair) / (tair + 237.3) ** 2
    demand = 0.65 * slope / (slope + 0.066) * ssrd * 86400 / 2.45e6  # Makkink, mm a day
    falling = np.clip((0.8 - tair) / 2.0, 0, 1)  # share that falls as snow
    top, deep, pack = _TOP_MM * 0.6, _DEEP_MM * 0.55, 0.0
    out = np.empty((3, len(tair)))
    for i in range(len(tair)):  # a day's state is the next one's start: nothing to vectorise
        melt = min(pack, max(0.0, _MELT_MM_PER_K * (tair[i] + 1.0)))
        pack += falling[i] * rain[i] - melt
        top += (1 - falling[i]) * rain[i] + melt - demand[i] * (0.15 + 0.55 * top / _TOP_MM)
        top = max(top, 0.03 * _TOP_MM)
        leak = max(top - _TOP_MM, 0.0) + 0.04 * top
        top -= leak
        deep = min(max(deep + leak - demand[i] * 0.62 * min(1.0, deep / (0.55 * _DEEP_MM)), 0.02 * _DEEP_MM), _DEEP_MM)
        out[:, i] = top / _TOP_MM, deep / _DEEP_MM, pack
    return out[0], out[1], out[2]


def _saturation(celsius: np.ndarray) -> np.ndarray:
    """Saturation vapour pressure in kPa (FAO-56 equation 11)."""
    return np.asarray(0.6108 * np.exp(17.27 * celsius / (celsius + 237.3)))


def _normal_quantile(share: np.ndarray) -> np.ndarray:
    """Quantile of the standard normal distribution (Tocher's logistic approximation, error below .05)."""
    share = np.clip(share, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(share / (1 - share)) / 1.702)

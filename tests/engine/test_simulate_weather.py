"""The weather generator beside real stations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.simulate.presets import PRESETS, Preset
from eofusion_engine.simulate.weather import SimulatedWeather, simulate_weather
from eofusion_engine.weather.series import Weather

YEARS = (date(2001, 1, 1), date(2012, 12, 31))


def generated(preset: Preset, seed: int = 3, span: tuple[date, date] = YEARS) -> SimulatedWeather:
    return simulate_weather(seed, preset.climate, preset.lat, preset.elevation_m, *span).since(span[0])


def statistics(days: np.ndarray, tair: np.ndarray) -> dict[str, float]:
    """Seasonal amplitude, and of the anomalies about two harmonics: spread by season, memory, spells, skewness."""
    known = np.isfinite(tair)
    angle = 2 * np.pi * days / 365.25
    basis = np.stack([np.ones_like(angle), *(f(k * angle) for k in (1, 2) for f in (np.cos, np.sin))], axis=1)
    fit = np.linalg.lstsq(basis[known], tair[known], rcond=None)[0]
    anomaly = tair - basis @ fit
    cold = np.cos(angle - np.arctan2(-fit[2], -fit[1])) > 0.5
    pairs = known[1:] & known[:-1]
    hot = (anomaly > np.nanstd(anomaly)) & known
    starts = hot & ~np.concatenate([[False], hot[:-1]])
    winter = anomaly[cold & known]
    return {
        "amplitude": float(np.hypot(fit[1], fit[2])),
        "sd_winter": float(winter.std()),
        "sd_summer": float(anomaly[~cold & known & (np.cos(angle - np.arctan2(-fit[2], -fit[1])) < -0.5)].std()),
        "lag1": float(np.corrcoef(anomaly[:-1][pairs], anomaly[1:][pairs])[0, 1]),
        "spell": float(hot.sum() / max(starts.sum(), 1)),
        "skew": float(np.mean((winter / winter.std()) ** 3)),
    }


def ordinals(weather: SimulatedWeather) -> np.ndarray:
    return np.array([day.timetuple().tm_yday for day in weather.dates], float)


@pytest.fixture(scope="module")
def stations(shared_data: Path) -> list[tuple[float, dict[str, float]]]:
    """Latitude and statistics of real stations."""
    pandas = pytest.importorskip("pandas")
    table = pandas.read_parquet(shared_data / "temperature" / "temperature_daily.parquet")
    found = []
    for _, rows in table[table["src"] != "dssat"].groupby(["src", "site"]):
        series = rows.drop_duplicates("date").set_index("date")["tmean"].sort_index().asfreq("D")
        if series.notna().sum() > 2500:
            days = series.index.dayofyear.to_numpy(float)
            found.append((float(rows["lat"].iloc[0]), statistics(days, series.to_numpy(float))))
    return found


@pytest.mark.parametrize(("name", "band"), [("farmland", (40, 58)), ("boreal", (49, 72)), ("mediterranean", (30, 44))])
def test_temperature_varies_as_at_real_stations_of_the_latitude(
    stations: list[tuple[float, dict[str, float]]], name: str, band: tuple[float, float]
) -> None:
    weather = generated(PRESETS[name])
    ours = statistics(ordinals(weather), weather.tair_degc)
    near = [values for lat, values in stations if band[0] <= lat <= band[1]]
    assert len(near) >= 8
    for key in ("amplitude", "sd_winter", "sd_summer", "lag1", "spell"):
        low, high = np.quantile([values[key] for values in near], (0.02, 0.98))
        assert low - 0.05 * abs(low) <= ours[key] <= high + 0.05 * abs(high), (key, ours[key], low, high)
    assert 0.68 <= ours["lag1"] <= 0.85
    assert ours["skew"] < 0.15  # cold spells go further than mild ones


@pytest.mark.parametrize("name", list(PRESETS))
def test_rain_light_and_dryness_are_possible_and_go_together(name: str) -> None:
    weather = generated(PRESETS[name])
    years = len(weather.dates) / 365.25
    assert 350 < weather.rain_mm.sum() / years < 1300
    assert (weather.ssrd_w_m2 >= 0).all() and weather.ssrd_w_m2.max() < 400
    assert (weather.vpd_kpa > 0).all() and weather.vpd_kpa.max() < 6.5
    assert np.corrcoef(weather.cloud, weather.rain_mm > 0)[0, 1] > 0.3
    assert (weather.tmin_degc < weather.tair_degc).all() and (weather.tair_degc < weather.tmax_degc).all()
    for water in (weather.wetness, weather.deep_wetness):
        assert water.min() >= 0 and water.max() <= 1 and water.std() > 0.1
    wet = weather.rain_mm > 0
    again = wet[1:][wet[:-1]].mean()
    assert again > wet.mean()  # wet days come together


def test_seasons_fall_where_they_belong() -> None:
    boreal, savanna, south = (generated(PRESETS[n]) for n in ("boreal", "savanna", "mediterranean"))
    month = np.array([day.month for day in boreal.dates])
    assert boreal.snow_mm[month == 2].mean() > 15 and boreal.snow_mm[month == 7].max() == 0
    assert savanna.rain_mm[month == 8].sum() > 20 * savanna.rain_mm[month == 1].sum()
    assert south.deep_wetness[month == 8].mean() < 0.3 < south.deep_wetness[month == 2].mean()
    other = generated(replace(PRESETS["farmland"], lat=-40.0))
    assert other.tair_degc[month == 1].mean() > other.tair_degc[month == 7].mean() + 8


def test_the_seed_alone_decides_and_the_end_changes_nothing_before_it() -> None:
    one, same, other = (generated(PRESETS["farmland"], seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.tair_degc, same.tair_degc)
    assert np.abs(one.tair_degc - other.tair_degc).mean() > 1


def test_a_real_series_drives_it() -> None:
    span = (date(2019, 3, 1), date(2019, 6, 30))
    own = generated(PRESETS["farmland"], 5, span)
    tair = np.linspace(10.0, 25.0, 80)
    told = Weather(own.dates[:80], tair, np.full(80, 210.0), np.full(80, 0.9), "a test")
    preset = PRESETS["farmland"]
    driven = simulate_weather(5, preset.climate, preset.lat, preset.elevation_m, *span, told).since(span[0])
    np.testing.assert_allclose(driven.tair_degc[:80], tair)
    np.testing.assert_allclose(driven.ssrd_w_m2[:80], 210.0)
    np.testing.assert_allclose(driven.vpd_kpa[:80], 0.9)
    # Where the series says nothing, the generated days stand at its level.
    shift = (tair - own.tair_degc[:80]).mean()
    np.testing.assert_allclose(driven.tair_degc[80:], own.tair_degc[80:] + shift)
    # A bright day of the series is a day with few clouds.
    assert driven.cloud[70:80].mean() < 0.75

"""Units and limits of leaves, canopies, soils, radar and photosynthesis: night, no leaves, wet and dry, frost."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from eofusion_engine.physics import productivity as p
from eofusion_engine.physics import radar
from eofusion_engine.physics.canopy import TRAITS, leaf_angles
from eofusion_engine.physics.canopy_bands import RANGES, canopy_reflectance
from eofusion_engine.physics.leaf import exponential_integral
from eofusion_engine.physics.soil import darkening, soil_spectra
from eofusion_engine.physics.tables import WAVELENGTHS, responses
from eofusion_engine.simulate.kinds import INDEX, KINDS
from eofusion_engine.simulate.productivity import daily_gpp, full_light_gpp
from eofusion_engine.simulate.weather import SimulatedWeather

B04, B08, B11 = 2, 6, 8
LEAF = {
    "N": 1.5, "cab": 40.0, "car": 8.0, "anth": 0.0, "cbrown": 0.0, "cw": 0.012, "cm": 0.006, "lai": 3.0, "lidfa": 57.0,
    "hspot": 0.05, "soil_brightness": 0.8, "soil_moisture": 0.2, "sza": 40.0, "vza": 5.0, "raa": 90.0,
}  # fmt: skip


def seen(**changes: float) -> np.ndarray:
    return canopy_reflectance(np.array([[(LEAF | changes)[name] for name in TRAITS]]))[0]


def weather(tair: float, ssrd: float, vpd: float = 0.8, water: float = 0.9, snow: float = 0.0) -> SimulatedWeather:
    """Thirty days alike."""
    same = (tair, tair - 5, tair + 5, ssrd, vpd, 0.0, 0.3, water, water, snow)
    days = tuple(date(2021, 6, 1 + i) for i in range(30))
    return SimulatedWeather(days, *(np.full(len(days), value) for value in same))


def gpp(kind: str, leaves: float, *args: float, **kwargs: float) -> float:
    return float(daily_gpp(np.array(leaves), np.array(INDEX[kind]), weather(*args, **kwargs), 20))


# ------------------------------------------------------------------ reflectance


def test_exponential_integral_of_published_values() -> None:
    """Abramowitz and Stegun, table 5.1."""
    assert exponential_integral(np.array([0.1, 0.5, 1.0, 2.0, 5.0])) == pytest.approx(
        [1.8229240, 0.5597736, 0.2193839, 0.0489005, 0.0011483], abs=3e-7
    )


@pytest.mark.parametrize("mean", [25.0, 57.3, 75.0])
def test_leaf_angles_have_their_mean(mean: float) -> None:
    angle, share = leaf_angles(np.array([mean]))
    assert share.sum() == pytest.approx(1.0)
    assert np.degrees(share[0] @ angle) == pytest.approx(mean, abs=1.5)


@pytest.mark.parametrize("platform", ["S2A", "S2B"])
def test_a_canopy_without_leaves_is_its_soil(platform) -> None:  # type: ignore[no-untyped-def]
    traits = np.array([[(LEAF | {"lai": 0.0})[name] for name in TRAITS]])
    soil = soil_spectra(np.array([0.8]), np.array([0.2]), np.arange(len(WAVELENGTHS)))[0]
    assert canopy_reflectance(traits, platform)[0] == pytest.approx(responses(platform) @ soil, abs=5e-4)


def test_leaves_absorb_red_and_reflect_near_infrared() -> None:
    bare, sparse, dense = seen(lai=0), seen(lai=1), seen(lai=6)
    assert bare[B04] > sparse[B04] > dense[B04]
    assert bare[B08] < sparse[B08] < dense[B08]
    assert seen(cab=10)[B04] > seen(cab=80)[B04]
    assert seen(cw=0.004)[B11] > seen(cw=0.03)[B11]


def test_the_hot_spot_is_the_brightest_direction() -> None:
    around = [seen(sza=10, vza=10, raa=turn) for turn in (0.0, 20.0, 90.0, 180.0)]
    assert (np.diff(around, axis=0) < 0).all()


def test_traits_beyond_the_ranges_are_moved_to_them() -> None:
    assert np.array_equal(seen(lai=50.0), seen(lai=RANGES["lai"][1]))
    assert np.array_equal(seen(cm=-1.0), seen(cm=RANGES["cm"][0]))


def test_wet_soil_is_darker_and_brightness_a_factor() -> None:
    at = np.arange(0, 2101, 100)
    dry, wet, bright = (
        soil_spectra(np.array([b]), np.array([m]), at)[0] for b, m in ((1.0, 0.0), (1.0, 1.0), (1.4, 0.0))
    )
    assert (wet < dry).all()
    np.testing.assert_allclose(bright, 1.4 * dry)


@pytest.mark.parametrize("bend", [0.0, 3.0])
def test_darkening_goes_from_dry_to_saturated(bend: float) -> None:
    saturated = np.array([0.6, 0.4])
    factors = darkening(saturated, np.array([-1.0, 0.0, 0.5, 1.0, 2.0]), bend)
    assert factors[:2] == pytest.approx(1.0)
    np.testing.assert_allclose(factors[3:], [saturated, saturated], rtol=1e-6)
    middle = 1 - (1 - saturated) * (0.5 if bend == 0 else 1 / (1 + np.exp(-bend / 2)))
    np.testing.assert_allclose(factors[2], middle, rtol=1e-6)


def test_soil_does_not_bend_upwards() -> None:
    with pytest.raises(ValueError, match="bend"):
        darkening(np.array([0.5]), 0.5, -1.0)


# ------------------------------------------------------------------ radar


def test_a_canopy_without_volume_is_transparent_and_a_thick_one_hides_the_soil() -> None:
    through = radar.transmissivity(0.3, np.array([0.0, 100.0]), 39.0)
    np.testing.assert_allclose(through, [1, 0], atol=1e-12)
    np.testing.assert_allclose(10 * np.log10(radar.water_cloud(-9.0, -14.0, through)), [-14, -9], atol=1e-9)


def test_the_path_is_longer_away_from_nadir() -> None:
    """Two ways through exp(-1) of canopy: exp(-2) at nadir, exp(-4) at 60 degrees."""
    np.testing.assert_allclose(radar.transmissivity(1.0, 1.0, np.array([0.0, 60.0])), np.exp([-2, -4]))


def test_water_brightens_soil_and_incidence_darkens_it() -> None:
    assert radar.soil_db(-14.0, 6.0, 0.0, radar.REFERENCE_DEG) == -14.0
    assert radar.soil_db(-14.0, 6.0, 1.0, radar.REFERENCE_DEG) == -8.0
    assert radar.soil_db(-14.0, 6.0, 0.5, 45.0) == pytest.approx(-11 + 6 * radar.SOIL_SLOPE_DB)
    assert radar.canopy_db(-9.0, radar.REFERENCE_DEG) == pytest.approx(-9.0)
    assert radar.canopy_db(-9.0, 60.0) == pytest.approx(-9.0 + 10 * np.log10(0.5 / np.cos(np.radians(39))))


def test_speckle_needs_looks() -> None:
    with pytest.raises(ValueError, match="looks"):
        radar.speckle(np.random.default_rng(0), np.ones(3), 0)


# ------------------------------------------------------------------ photosynthesis


def test_photons_and_temperature_of_the_day() -> None:
    assert p.photons(100.0) == pytest.approx(457.0)
    assert p.daytime_temperature(10.0, 20.0) == pytest.approx(14.5)
    assert p.pressure(0.0) == pytest.approx(101325.0)
    assert p.pressure(2000.0) == pytest.approx(80_200, rel=0.01)  # a standard atmosphere of 15 degC has 79,500


def test_efficiency_ends_in_the_cold_and_falls_in_dry_air() -> None:
    assert p.p_model_efficiency(-30.0, 0.5) == 0
    assert p.c4_efficiency(-5.0) == 0
    damp, dry = p.p_model_efficiency(25.0, np.array([0.3, 3.0]))
    assert damp > dry > 0


def test_c4_plants_win_in_the_heat() -> None:
    share = p.c4_efficiency(np.array([10.0, 30.0])) / p.p_model_efficiency(np.array([10.0, 30.0]), 1.5)
    share = share / (p.CALIBRATED_YIELD / p.QUANTUM_YIELD)
    assert share[0] < 1.2
    assert share[1] > 1.5


def test_c4_yield_and_pressure_of_published_examples() -> None:
    """Worked examples in the documentation of pyrealm's module pmodel: the C4 quantum yield grows by 432.25806 %
    from 5 to 25 degC (calc_ftemp_kphio), and air pressure at 1000 m is 90241.54 Pa (calc_patm)."""
    cold, warm = p.c4_efficiency(np.array([5.0, 25.0]))
    assert (warm / cold - 1) * 100 == pytest.approx(432.25806, abs=1e-4)
    assert p.pressure(1000.0) == pytest.approx(90241.54, abs=0.01)


def test_hardening_is_the_running_mean_of_the_published_form() -> None:
    """S += (T - S) / tau, then a ramp from S0 over Smax (Maekelae et al. 2004, as PRELES and PREBAS have it)."""
    tair = 8 + 14 * np.sin(np.arange(400) / 30)
    state, expected = tair[0], []
    for value in tair:
        state += (value - state) / p._HARDENING_DAYS
        expected.append(np.clip((state - p._HARDENED_DEGC) / p._RELEASE_K, 0, 1))
    assert np.abs(p.hardening(tair) - expected).max() < 0.01


def test_dry_soil_stresses_more_where_it_is_usually_dry() -> None:
    assert p.soil_moisture_stress(0.8, 0.3) == 1
    assert p.soil_moisture_stress(0.1, 0.3) < p.soil_moisture_stress(0.1, 0.9) < 1


def test_evergreens_wake_with_two_weeks_delay() -> None:
    tair = np.concatenate([np.full(60, -15.0), np.full(60, 18.0)])
    awake = p.hardening(tair)
    assert awake[:60].max() == 0
    assert awake[61] < 0.1
    assert 0.4 < awake[60 + 13] < 0.85
    assert awake[-1] > 0.95


def test_light_use_ramps() -> None:
    forest = p.LIGHT_USE["deciduous broadleaf forest"]
    whole = p.light_use_gpp(forest, 1.0, 10.0, forest.tmin_full, forest.vpd_full)
    assert whole == pytest.approx(10 * forest.efficiency)
    assert p.light_use_gpp(forest, 1.0, 10.0, forest.tmin_none, forest.vpd_full) == 0
    assert p.light_use_gpp(forest, 1.0, 10.0, forest.tmin_full, forest.vpd_none) == 0


# ------------------------------------------------------------------ GPP of the simulated land


def test_no_gpp_at_night_without_leaves_or_in_deep_frost() -> None:
    assert gpp("meadow", 3.0, 18.0, 0.0) == 0
    assert gpp("meadow", 0.0, 18.0, 250.0) == 0
    assert gpp("meadow", 3.0, -25.0, 100.0) == 0
    assert gpp("spruce forest", 4.0, -10.0, 100.0) == 0


def test_gpp_of_a_summer_day_is_of_the_right_order() -> None:
    """Towers in summer: crops 10 to 25, forests 8 to 15 g C m-2 d-1 (Pastorello et al. 2020)."""
    assert 10 < gpp("winter wheat", 5.0, 17.0, 250.0) < 25
    assert 8 < gpp("deciduous forest", 5.0, 18.0, 230.0) < 16


def test_snow_and_drought_cost_gpp() -> None:
    usual = gpp("meadow", 3.0, 12.0, 200.0)
    assert gpp("meadow", 3.0, 12.0, 200.0, snow=40.0) < 0.3 * usual
    assert gpp("meadow", 3.0, 12.0, 200.0, water=0.05) < 0.6 * usual
    assert gpp("irrigated maize", 3.0, 22.0, 250.0, water=0.05) == pytest.approx(
        gpp("irrigated maize", 3.0, 22.0, 250.0, water=0.9)
    )


def test_gpp_of_many_days_equals_day_by_day() -> None:
    series, rng = weather(15.0, 200.0), np.random.default_rng(0)
    green, kind = rng.uniform(0, 5, (6, 40)), rng.integers(0, len(KINDS), (6, 40))
    days = np.arange(4, 10)
    together = daily_gpp(green, kind, series, days[:, None], 300.0)
    one = [daily_gpp(g, k, series, int(d), 300.0) for g, k, d in zip(green, kind, days, strict=True)]
    np.testing.assert_array_equal(together, one)
    assert full_light_gpp(series).shape == (30, len(KINDS))


def test_thin_air_lowers_gpp() -> None:
    series = weather(15.0, 200.0)
    assert full_light_gpp(series, 2500.0)[0, 0] < full_light_gpp(series, 0.0)[0, 0]

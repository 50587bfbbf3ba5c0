"""Sun and radiation against published values, and the properties that the engine relies on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from eofusion_engine.physics import radiation, sun
from eofusion_engine.physics.place_season import PlaceSeason


def test_extraterrestrial_radiation_of_fao56_example_8() -> None:
    """20 S on 3 September: 32.2 MJ m-2 d-1. FAO's own declination is a one-term series: 2.5 % are between them."""
    value = sun.extraterrestrial_radiation(-20.0, [date(1998, 9, 3)])
    assert value * 0.0864 == pytest.approx(32.2, rel=0.025)


def test_day_length_of_fao56_example_9() -> None:
    assert sun.day_length(-20.0, [date(1998, 9, 3)]) == pytest.approx(11.7, abs=0.1)


@pytest.mark.parametrize(
    ("lat", "month", "expected"),
    [(0, 3, 38.1), (0, 6, 33.4), (50, 6, 41.5), (50, 12, 7.3), (-40, 1, 43.8), (70, 7, 38.9)],
)
def test_extraterrestrial_radiation_of_fao56_annex_2(lat: float, month: int, expected: float) -> None:
    """Table 2.6 (MJ m-2 d-1, the 15th of the month), to its own accuracy."""
    value = sun.extraterrestrial_radiation(lat, [date(2001, month, 15)])[0] * 0.0864
    assert value == pytest.approx(expected, rel=0.03, abs=0.3)


def test_declination_at_the_solstices_and_equinox() -> None:
    days = [date(2021, 6, 21), date(2021, 12, 21), date(2021, 3, 21)]
    assert np.degrees(sun.declination(sun.day_angle(days))) == pytest.approx([23.44, -23.44, 0.2], abs=0.5)


def test_distance_factor_at_perihelion_and_aphelion() -> None:
    factor = sun.distance_factor(sun.day_angle([date(2021, 1, 3), date(2021, 7, 5)]))
    assert factor == pytest.approx([1 / 0.98329**2, 1 / 1.01671**2], rel=1e-3)


def test_polar_night_is_dark_and_polar_day_is_24_hours() -> None:
    winter, summer = [date(2021, 12, 21)], [date(2021, 6, 21)]
    assert sun.extraterrestrial_radiation(75.0, winter)[0] == 0.0
    assert sun.day_length(75.0, winter)[0] == 0.0
    assert sun.day_length(75.0, summer)[0] == pytest.approx(24.0)


def test_vectorised_over_places_and_days_equals_one_by_one() -> None:
    lats, days = np.array([-30.0, 0.0, 51.0]), np.arange(1, 366)
    together = sun.extraterrestrial_radiation(lats[:, None], days)
    assert together.shape == (3, 365)
    assert together[2, 171] == sun.extraterrestrial_radiation(51.0, np.array([172]))[0]


def test_year_has_no_seam_in_a_leap_year() -> None:
    angle = sun.day_angle([date(2020, 12, 31), date(2021, 1, 1)])
    assert 2 * np.pi - angle[0] == pytest.approx(2 * np.pi / 366)
    assert angle[1] == 0.0


def test_clear_sky_grows_with_elevation() -> None:
    day = [date(2021, 6, 1)]
    assert sun.clear_sky_radiation(46.0, day, 2500.0) / sun.clear_sky_radiation(46.0, day) == pytest.approx(0.8 / 0.75)


def test_units_of_radiation() -> None:
    assert radiation.mj_per_day_to_w(8.64) == pytest.approx(100.0)
    assert radiation.j_per_day_to_w(8.64e6) == pytest.approx(100.0)
    assert radiation.par(200.0) == pytest.approx(200 * 0.0864 * radiation.PAR_SHARE)


def test_net_radiation_back_to_downwelling() -> None:
    assert radiation.net_to_downwelling(np.array([160.0]), 0.2) == pytest.approx(200.0)


def test_albedo_of_grass_and_snow() -> None:
    grass = np.array([0.04, 0.08, 0.06, 0.35, 0.2, 0.1])
    snow = np.array([0.9, 0.9, 0.88, 0.8, 0.1, 0.1])
    assert radiation.broadband_albedo(grass) == pytest.approx(0.174, abs=0.01)
    assert radiation.broadband_albedo(np.stack([grass, snow]))[1] > 0.6


def _sky(clearness: float) -> tuple[np.ndarray, ...]:
    generator = np.random.default_rng(0)
    lat, lon = generator.uniform(-40, 65, 600), generator.uniform(-180, 180, 600)
    days = generator.integers(1, 366, 600).astype(float)
    return lat, lon, days, clearness * sun.extraterrestrial_radiation(lat, days)


def test_climatology_finds_a_constant_clearness() -> None:
    lat, lon, days, ssrd = _sky(0.5)
    climatology = radiation.RadiationClimatology.fit(lat, lon, days, ssrd, np.ones_like(lat))
    dates = [date(2021, month, 15) for month in range(1, 13)]
    half = 0.5 * sun.extraterrestrial_radiation(48.0, dates)
    assert climatology.ssrd(48.0, 11.0, dates) == pytest.approx(half, rel=0.03)
    assert climatology.ssrd(48.0, None, dates) == pytest.approx(half, rel=0.03)


def test_climatology_is_dark_in_polar_night_and_bounded_everywhere() -> None:
    lat, lon, days, ssrd = _sky(0.5)
    climatology = radiation.RadiationClimatology.fit(lat, lon, days, ssrd, np.ones_like(lat))
    assert climatology.ssrd(80.0, 20.0, [date(2021, 12, 21)])[0] == 0.0
    everywhere = np.linspace(-90, 90, 37)
    share = climatology.ssrd(everywhere, 100.0, np.full(37, 80.0))
    above = sun.extraterrestrial_radiation(everywhere, np.full(37, 80.0))
    assert (share <= 0.8 * above + 1e-9).all()
    assert (share >= 0.2 * above - 1e-9).all()


def test_place_season_finds_a_season_that_turns_with_the_hemisphere() -> None:
    generator = np.random.default_rng(1)
    lat, lon = generator.uniform(-50, 65, 800), generator.uniform(-180, 180, 800)
    days = generator.integers(1, 366, 800).astype(float)
    truth = 1.0 - np.sin(np.radians(lat)) * np.cos(sun.day_angle(days))
    field = PlaceSeason.fit(lat, lon, days, truth, np.ones(800))
    asked = field(np.array([45.0, -45.0]), np.array([10.0, 10.0]), np.array([15.0, 15.0]))
    assert asked == pytest.approx([1 - 0.687, 1 + 0.687], abs=0.1)

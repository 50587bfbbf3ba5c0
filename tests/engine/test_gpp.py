"""The GPP head: shapes, units, physical limits, intervals and sums."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.bands import S2_BANDS, SIX_BAND_INDEX
from eofusion_engine.errors import WeightsError
from eofusion_engine.model.gpp import GppHead, load_radiation_climatology, trailing_mean
from eofusion_engine.model.gpp_days import daily_gpp_sum
from eofusion_engine.model.gpp_interval import IntervalModel
from eofusion_engine.model.light_use import BOUND, LightUse, enhanced_vegetation_index
from eofusion_engine.physics.sun import clear_sky_radiation
from eofusion_engine.weather import all_sky_ssrd

#: Reflectance of B02 B03 B04 B8A B11 B12.
GREEN = (0.03, 0.07, 0.035, 0.40, 0.18, 0.09)
SOIL = (0.09, 0.13, 0.17, 0.25, 0.32, 0.27)
SNOW = (0.90, 0.90, 0.88, 0.80, 0.10, 0.10)
WATER = (0.05, 0.05, 0.04, 0.02, 0.01, 0.01)


def picture(*grounds: tuple[float, ...], dates: int = 1) -> np.ndarray:
    """Reflectance (D, 10, 1, W), a column a ground; the four other bands are NaN: they must not matter."""
    cube = np.full((dates, len(S2_BANDS), 1, len(grounds)), np.nan, np.float32)
    for column, ground in enumerate(grounds):
        cube[:, SIX_BAND_INDEX, 0, column] = ground
    return cube


@pytest.fixture(scope="module")
def head() -> GppHead:
    try:
        return GppHead.from_weights()
    except WeightsError as error:
        pytest.skip(str(error))


def test_grass_in_summer_is_plausible_and_ordered(head: GppHead) -> None:
    low, middle, high = head.predict(picture(GREEN, SOIL), 18.0, 250.0)
    assert middle.shape == (1, 1, 2)
    assert middle.dtype == np.float32
    assert 6 < middle[0, 0, 0] < 16
    assert middle[0, 0, 1] < 0.35 * middle[0, 0, 0]
    assert (low < middle).all()
    assert (middle < high).all()
    assert (low >= 0).all()


@pytest.mark.parametrize(("tair", "ssrd"), [(18.0, 0.0), (18.0, -3.0), (-15.0, 200.0), (-60.0, 100.0)])
def test_nothing_grows_in_darkness_or_frost(head: GppHead, tair: float, ssrd: float) -> None:
    for values in head.predict(picture(GREEN), tair, ssrd):
        assert values[0, 0, 0] == 0.0


def test_nothing_grows_under_snow_or_on_water(head: GppHead) -> None:
    for values in head.predict(picture(SNOW, WATER), 10.0, 200.0):
        assert (values == 0.0).all()


def test_never_negative_never_infinite_whatever_comes_in(head: GppHead) -> None:
    generator = np.random.default_rng(0)
    cube = generator.uniform(-0.2, 1.6, (4, 10, 40, 40)).astype(np.float32)
    tair = generator.uniform(-90, 60, (4, 40, 40))
    for values in head.predict(cube, tair, generator.uniform(0, 500, 4), generator.uniform(0, 10, 4)):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
        assert values.max() < 80


def test_nan_in_is_nan_out_for_that_pixel_only(head: GppHead) -> None:
    cube = picture(GREEN, GREEN)
    cube[0, S2_BANDS.index("B04"), 0, 1] = np.nan
    for values in head.predict(cube, 18.0, 200.0):
        assert np.isfinite(values[0, 0, 0])
        assert np.isnan(values[0, 0, 1])
    unknown = head.predict(picture(GREEN), np.nan, 200.0)
    assert all(np.isnan(values).all() for values in unknown)


def test_drivers_by_date_equal_drivers_by_pixel(head: GppHead) -> None:
    cube = picture(GREEN, SOIL, dates=3)
    tair, ssrd = np.array([5.0, 12.0, 20.0]), np.array([100.0, 180.0, 260.0])
    by_date = head.predict(cube, tair, ssrd)
    full = np.broadcast_to(tair[:, None, None], (3, 1, 2))
    by_pixel = head.predict(cube, full, ssrd[:, None, None])
    for one, other in zip(by_date, by_pixel, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (np.diff(by_date[1][:, 0, 0]) > 0).all()


def test_a_pixel_does_not_depend_on_its_neighbours(head: GppHead) -> None:
    generator = np.random.default_rng(1)
    cube = generator.uniform(0.01, 0.6, (2, 10, 300, 300)).astype(np.float32)
    whole = head.predict(cube, 15.0, 200.0)[1]
    part = head.predict(cube[:, :, 120:160, 7:30], 15.0, 200.0)[1]
    np.testing.assert_allclose(part, whole[:, 120:160, 7:30], rtol=1e-5, atol=1e-5)


def test_more_light_is_never_less_gpp(head: GppHead) -> None:
    light = np.linspace(0, 400, 50)
    values = head.predict(picture(GREEN, dates=50), 18.0, light)[1][:, 0, 0]
    assert (np.diff(values) > 0).all()


def test_place_past_and_vpd_are_optional_and_count(head: GppHead) -> None:
    cube = picture(GREEN)
    plain = head.predict(cube, 18.0, 200.0)[1][0, 0, 0]
    summer = head.predict(cube, 18.0, 200.0, lat=50.0, dates=[date(2021, 6, 20)])[1][0, 0, 0]
    autumn = head.predict(cube, 18.0, 200.0, lat=50.0, dates=[date(2021, 9, 20)])[1][0, 0, 0]
    assert plain > 0
    assert summer != autumn  # the same radiation is a dull day in June and a bright one in September
    unknown = head.predict(cube, 18.0, 200.0, np.array([np.nan]), recent=np.nan)[1][0, 0, 0]
    assert unknown == plain
    assert head.predict(cube, 8.0, 200.0, recent=-2.0)[1] != head.predict(cube, 8.0, 200.0, recent=16.0)[1]
    dry, moist = (head.predict(cube, 18.0, 200.0, kpa)[1][0, 0, 0] for kpa in (4.0, 0.2))
    assert dry <= moist


def test_the_kinds_of_place_at_its_limits(head: GppHead) -> None:
    """Night, desert and rain forest: what no tower table of a growing season shows."""
    forest = (0.015, 0.04, 0.02, 0.38, 0.16, 0.06)
    sand = (0.15, 0.22, 0.30, 0.38, 0.48, 0.42)
    polar = head.predict(picture(forest), -10.0, 0.0, lat=70.0, dates=[date(2021, 12, 21)])
    assert all(values[0, 0, 0] == 0 for values in polar)
    rain, desert = head.predict(picture(forest, sand), 26.0, 190.0, 0.8, lat=-3.0, dates=[date(2021, 3, 1)])[1][0, 0]
    assert 5 < rain < 16  # tropical towers: about 8 to 10 g C m-2 d-1 (Luyssaert et al. 2007: 3.55 kg C m-2 a-1)
    assert desert < 1.5


def test_what_lies_outside_the_trained_range_is_told(head: GppHead) -> None:
    """Percent of dates: bands are (cover, climate)."""
    june = [date(2021, 6, 20), date(2021, 6, 30)]
    cube = picture(GREEN, SNOW, GREEN, dates=2)
    cube[1, :, 0, 1] = np.nan  # one snowy date is known
    cube[:, :, 0, 2] = np.nan
    inside = head.within_training(cube, 18.0, 220.0, recent=17.0, lat=50.0, dates=june)
    assert inside.shape == (2, 1, 3)
    assert inside[:, 0, 0].tolist() == [100.0, 100.0]
    assert inside[:, 0, 1].tolist() == [0.0, 100.0]  # of the date that is known
    assert np.isnan(inside[:, 0, 2]).all()
    half = head.within_training(cube, np.array([18.0, 46.0]), 220.0, recent=17.0, lat=50.0, dates=june)
    assert half[:, 0, 0].tolist() == [100.0, 50.0]
    polar = head.within_training(cube, -25.0, 5.0, recent=-25.0, lat=70.0, dates=june)
    assert polar[:, 0, 0].tolist() == [100.0, 0.0]


def test_sensitivity_to_the_angle_of_view_is_moderate(head: GppHead) -> None:
    """Towers have nadir-adjusted reflectance and Sentinel-2 has not: some percent, which must stay some percent."""
    plain = head.predict(picture(GREEN), 18.0, 200.0)[1][0, 0, 0]
    for gain in (0.93, 1.07):
        brighter = head.predict(picture(GREEN) * np.float32(gain), 18.0, 200.0)[1][0, 0, 0]
        assert abs(brighter / plain - 1) < 0.15


def test_the_past_of_a_series() -> None:
    tair = np.arange(60.0)
    recent = trailing_mean(tair)
    assert np.isnan(recent[:7]).all()  # fewer than 8 days
    assert recent[7] == pytest.approx(3.5)
    assert recent[59] == pytest.approx(np.mean(tair[30:]))
    maps = trailing_mean(np.broadcast_to(tair[:, None, None], (60, 2, 3)), np.full(29, 10.0))
    assert maps.shape == (60, 2, 3)
    assert maps[0, 0, 0] == pytest.approx(29 * 10 / 30)


def test_interval_is_never_narrower_without_measured_weather(head: GppHead) -> None:
    known = head.predict(picture(GREEN), 18.0, 200.0)
    generated = head.predict(picture(GREEN), 18.0, 200.0, weather_measured=False)
    assert known[1][0, 0, 0] == generated[1][0, 0, 0]
    assert generated[0][0, 0, 0] <= known[0][0, 0, 0]
    assert generated[2][0, 0, 0] >= known[2][0, 0, 0]


def test_evi_stays_sound_where_its_denominator_vanishes() -> None:
    # nir + 6 red - 7.5 blue + 1 = 0 at blue .2, nir .2, red .05
    evi = enhanced_vegetation_index(torch.tensor([[0.2, 0.1, 0.05, 0.2, 0.1, 0.1], list(GREEN)]))
    assert evi[0] == pytest.approx(2.5 * 0.15 / (0.2 + 2.4 * 0.05 + 1))
    assert evi[1] == pytest.approx(2.5 * 0.365 / (0.4 + 0.21 - 0.225 + 1))


def test_modulation_is_bounded() -> None:
    torch.manual_seed(0)
    core = LightUse()
    core.requires_grad_(False)
    inputs = (torch.tensor([GREEN]), *(torch.tensor(v) for v in (400.0, 18.0, 200.0, float("nan"), float("nan"))))
    plain = core(*inputs)
    torch.nn.init.normal_(core.last, std=100)
    wild = core(*inputs)
    assert abs(float(torch.log(wild / plain))) <= BOUND + 1e-5
    assert 0.49 < float(wild / plain) < 2.01


def test_interval_model_round_trip_and_width_of_sums() -> None:
    model = IntervalModel(1.0, 0.2, 0.5, 0.25, 0.5, 0.3)
    assert astuple(IntervalModel.from_tensor(model.as_tensor())) == pytest.approx(astuple(model))
    assert model.period_width(1) == 1.0
    assert model.period_width(10_000) == pytest.approx(0.5, abs=0.01)
    # A week fades nothing but what is new every day: .25 lasting, .66 of weeks, .09 of days.
    assert model.period_width(7) == pytest.approx((0.25 + 0.66 + 0.09 / 7) ** 0.5)
    assert model.period_width(70) == pytest.approx((0.25 + 0.66 / 10 + 0.09 / 70) ** 0.5)
    low, high = model.apply(torch.tensor([0.0, 2.0, 10.0]), torch.ones(3))
    assert low.tolist() == pytest.approx([0.0, 0.6, 7.0])
    assert high.tolist() == pytest.approx([0.0, 3.0, 13.0])


class TestSum:
    """Daily sums between dates."""

    days = tuple(date(2021, 5, 1) + timedelta(days=i) for i in range(31))

    def test_unchanging_ground_and_weather_is_days_times_a_day(self, head: GppHead) -> None:
        cube = picture(GREEN, SNOW, dates=2)
        ends = [self.days[0], self.days[-1]]
        low, middle, high = daily_gpp_sum(head, cube, ends, self.days, np.full(31, 15.0), np.full(31, 200.0))
        daily = head.predict(cube[:1], 15.0, 200.0)[1][0]
        np.testing.assert_allclose(middle, 31 * daily, rtol=1e-5)
        assert 0 <= low[0, 0] < middle[0, 0] < high[0, 0]
        assert low[0, 1] == middle[0, 1] == high[0, 1] == 0

    def test_every_day_by_hand_and_held_outside(self, head: GppHead) -> None:
        cube = np.concatenate([picture(SOIL), picture(GREEN)])
        tair, ssrd = np.linspace(8, 20, 31), np.linspace(120, 260, 31)
        low, middle, high = daily_gpp_sum(head, cube, [self.days[0], self.days[-1]], self.days, tair, ssrd)
        by_day = [
            head.predict(cube[:1] + (cube[1:] - cube[:1]) * np.float32(k / 30), tair[k], ssrd[k]) for k in range(31)
        ]
        daily = np.array([[values[0, 0, 0] for values in day] for day in by_day])
        assert middle[0, 0] == pytest.approx(daily[:, 1].sum(), rel=1e-4)
        # Days are added as fully correlated, then only what does not last is taken away.
        model = head.intervals[True]
        width = (model.lasting**2 + (1 - model.lasting**2 - model.daily**2) * 7 / 31 + model.daily**2 / 31) ** 0.5
        assert high[0, 0] - middle[0, 0] == pytest.approx(width * (daily[:, 2] - daily[:, 1]).sum(), rel=1e-3)
        assert middle[0, 0] - low[0, 0] == pytest.approx(width * (daily[:, 1] - daily[:, 0]).sum(), rel=1e-3)
        later = [self.days[-1] + timedelta(days=i) for i in (1, 2)]
        held = daily_gpp_sum(head, cube, later, self.days, np.full(31, 15.0), np.full(31, 200.0))
        assert held[1][0, 0] == pytest.approx(31 * head.predict(cube[:1], 15.0, 200.0)[1][0, 0, 0], rel=1e-4)

    def test_a_pixel_with_a_gap_uses_its_own_dates(self, head: GppHead) -> None:
        cube = picture(GREEN, GREEN, GREEN, dates=3)
        cube[1, :, 0, 1] = np.nan
        cube[:, :, 0, 2] = np.nan
        dates = [self.days[0], self.days[15], self.days[-1]]
        total = daily_gpp_sum(head, cube, dates, self.days, np.full(31, 15.0), np.full(31, 200.0))[1][0]
        assert total[1] == pytest.approx(total[0], rel=1e-5)
        assert np.isnan(total[2])

    def test_one_day_agrees_with_predict(self, head: GppHead) -> None:
        cube = picture(GREEN)
        one = daily_gpp_sum(head, cube, self.days[:1], self.days[:1], np.array([15.0]), np.array([200.0]))
        np.testing.assert_allclose(np.stack(one), np.stack(head.predict(cube, 15.0, 200.0))[:, 0], rtol=1e-5)

    @pytest.mark.parametrize("measured", [True, False])
    def test_any_ground_and_weather_sums_to_what_the_head_predicts(self, head: GppHead, measured: bool) -> None:
        rng = np.random.default_rng(1)
        dates = [self.days[3], self.days[12], self.days[29]]
        cube = rng.uniform(0, 0.7, (3, 10, 32, 48)).astype(np.float32) ** 1.5
        cells = (31, 2, 3)
        tair, recent = rng.uniform(-12, 35, cells), rng.uniform(-5, 30, cells)
        recent[4], vpd = np.nan, rng.uniform(0, 4, 31)
        vpd[7] = np.nan
        ssrd = rng.uniform(0, 330, 31)
        sums = daily_gpp_sum(
            head, cube, dates, self.days, tair, ssrd, vpd, recent_by_day=recent, lat=50.0, weather_measured=measured
        )
        total = np.zeros((3, 32, 48))
        ordinals = [day.toordinal() for day in dates]
        for k, day in enumerate(self.days):
            place = np.interp(day.toordinal(), ordinals, [0, 1, 2])
            before = min(int(place), 1)
            today = cube[before] + (cube[before + 1] - cube[before]) * np.float32(place - before)
            wide = [np.repeat(np.repeat(v[k], 16, 0), 16, 1)[None] for v in (tair, recent)]
            about = {"recent": wide[1], "lat": 50.0, "dates": [day], "weather_measured": measured}
            total += np.stack(head.predict(today[None], wide[0], ssrd[k], vpd[k], **about))[:, 0]
        np.testing.assert_allclose(sums[1], total[1], rtol=1e-4, atol=1e-3)
        width = head.intervals[measured].period_width(31)
        np.testing.assert_allclose(sums[1] - sums[0], width * (total[1] - total[0]), rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(sums[2] - sums[1], width * (total[2] - total[1]), rtol=1e-3, atol=1e-3)
        assert (total[1] > 1).mean() > 0.3

    def test_temperature_maps_by_day(self, head: GppHead) -> None:
        cube = picture(GREEN, GREEN)
        maps = np.broadcast_to(np.array([[5.0, 20.0]]), (31, 1, 2))
        total = daily_gpp_sum(head, cube, self.days[:1], self.days, maps, np.full(31, 200.0))[1][0]
        assert total[0] < total[1]


def test_all_sky_radiation_lies_below_clear_sky(head: GppHead) -> None:
    dates = [date(2021, month, 15) for month in range(1, 13)]
    place = all_sky_ssrd(51.1, dates, 10.4)
    clear = clear_sky_radiation(51.1, dates)
    assert (place < clear).all()
    assert 90 < place.mean() < 150  # about 1,000-1,100 kWh m-2 a-1 in central Germany: 120 W m-2
    assert all_sky_ssrd(51.1, dates).mean() == pytest.approx(place.mean(), rel=0.35)
    assert load_radiation_climatology().ssrd(78.0, 15.0, [date(2021, 12, 21)])[0] == 0.0


def test_missing_weights_are_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        GppHead.from_weights(tmp_path)

"""The climatology: recovers what it was fitted on, sane everywhere, elevation, strict weights."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from eofusion_engine.errors import RequestError, WeightsError
from eofusion_engine.model.temperature import Climatology
from temperature_helpers import made_up_climatology, made_up_year

DATES = [date(2021, 1, 1) + timedelta(days=i) for i in range(365)]


@pytest.fixture(scope="module")
def climatology() -> Climatology:
    return made_up_climatology()


def test_recovers_stations_and_their_spread(climatology: Climatology) -> None:
    days, truth = made_up_year(45.0)
    at_zero = climatology.normal(45.0, 0.0, days)
    assert np.abs((at_zero.mean - truth).mean()) < 0.8
    assert np.sqrt(np.mean((at_zero.mean - truth) ** 2)) < 2.4  # 2.0 K of it is weather
    assert np.all(np.abs(climatology.sd(45.0, 0.0, days) - 2.0) < 0.3)
    assert np.all(at_zero.spread >= climatology.sd(45.0, 0.0, days))


def test_place_matters_near_stations_and_fades_far_from_them(climatology: Climatology) -> None:
    west, east, far = (climatology.mean(40.0, lon, DATES).mean() for lon in (0.0, 60.0, -150.0))
    assert east - west == pytest.approx(5.0, abs=0.8)
    assert west < far < east
    zonal = climatology.zonal_normal(40.0, DATES)  # at 250 m; the test's far place is at sea level
    assert far == pytest.approx(zonal.mean.mean() + 6.5 * 0.25, abs=0.05)
    unsure, sure = (climatology.normal(40.0, lon, DATES).spread.mean() for lon in (-150.0, 0.0))
    assert unsure > 1.2 * sure


def test_sane_over_the_whole_globe(climatology: Climatology) -> None:
    lat, lon = (axis.ravel() for axis in np.meshgrid(np.arange(-90, 91, 10.0), np.arange(-180, 181, 20.0)))
    normal = climatology.normal(lat, lon, DATES)
    assert normal.mean.shape == (lat.size, 365)
    assert normal.mean.min() > -60 and normal.mean.max() < 45
    assert normal.spread.min() > 0.3 and normal.spread.max() < 20
    january, july = normal.mean[:, 15], normal.mean[:, 196]
    assert np.all(july[lat > 30] > january[lat > 30]) and np.all(july[lat < -30] < january[lat < -30])
    assert np.all(np.abs(july - january)[np.abs(lat) < 1] < 4)
    # The same place, named otherwise.
    assert np.allclose(climatology.mean(10.0, 180.0, DATES), climatology.mean(10.0, -180.0, DATES))


def test_vectors_agree_with_scalars(climatology: Climatology) -> None:
    both = climatology.mean(np.array([10.0, -50.0]), np.array([5.0, 70.0]), DATES)
    assert np.allclose(both[1], climatology.mean(-50.0, 70.0, DATES))


def test_elevation_cools_by_the_lapse_rate(climatology: Climatology) -> None:
    low, high = (climatology.mean(47.0, 11.0, DATES, elevation=metres) for metres in (500.0, 1500.0))
    assert np.allclose(low - high, 6.5)


def test_without_an_elevation_the_coarse_relief_is_taken(climatology: Climatology) -> None:
    unknown = climatology.mean(47.0, 11.0, DATES)
    assert np.array_equal(unknown, climatology.mean(47.0, 11.0, DATES, elevation=np.nan))
    assert np.allclose(unknown, climatology.mean(47.0, 11.0, DATES, elevation=1000.0))
    assert climatology.relief(47.25, 11.5) == pytest.approx(0.75 * 0.5 * 1000.0)
    assert climatology.relief(-90.0, 180.0) == climatology.relief(90.0, -180.0) == 0.0


@pytest.mark.parametrize(("lat", "lon"), [(91.0, 0.0), (0.0, 400.0), (float("nan"), 0.0)])
def test_positions_off_the_globe_are_refused(climatology: Climatology, lat: float, lon: float) -> None:
    with pytest.raises(RequestError, match="not on the globe"):
        climatology.mean(lat, lon, DATES)


def test_tensors_round_trip_and_are_checked(climatology: Climatology) -> None:
    tensors = climatology.tensors()
    again = Climatology.from_tensors(tensors)
    assert np.array_equal(again.mean(12.0, 34.0, DATES), climatology.mean(12.0, 34.0, DATES))
    tensors.pop("weights")
    with pytest.raises(WeightsError):
        Climatology.from_tensors(tensors)

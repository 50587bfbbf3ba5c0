"""What was observed is kept as it was: NDVI of clear views, backscatter of passes, the user's temperature."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.inference.drivers import DailyDrivers, write_drivers
from eofusion_engine.products import observed

DAYS = (date(2021, 5, 1), date(2021, 5, 6))


def test_ndvi_is_kept_to_the_last_digit_and_clouds_are_gaps() -> None:
    reflectance = np.full((2, 10, 3, 4), np.nan, np.float32)
    reflectance[0, observed.RED], reflectance[0, observed.INFRARED] = 0.05, 0.45
    reflectance[1, observed.RED, 0, 0], reflectance[1, observed.INFRARED, 0, 0] = 0.3, 0.1
    reflectance[1, observed.RED, 0, 1], reflectance[1, observed.INFRARED, 0, 1] = -0.01, 0.0  # no sum to divide by
    spec = observed.ndvi_spec(DAYS)
    values = spec.unpack(observed.ndvi(reflectance))
    assert values[0] == pytest.approx(np.full((3, 4), 0.8), abs=1e-4)
    assert values[1, 0, 0] == pytest.approx(-0.5, abs=1e-4)
    assert np.isnan(values[1]).sum() == 11
    assert [tag["DATE"] for tag in spec.band_tags] == ["2021-05-01", "2021-05-06"]


def test_backscatter_knows_its_pass() -> None:
    db = np.array([[[-11.37]], [[np.nan]]], np.float32)
    spec = observed.backscatter_spec("vv", [(DAYS[0], True), (DAYS[1], False)])
    values = spec.unpack(observed.backscatter(db))
    assert values[0, 0, 0] == pytest.approx(-11.37, abs=0.006) and np.isnan(values[1, 0, 0])
    assert [tag["ORBIT"] for tag in spec.band_tags] == ["ascending", "descending"]
    assert spec.statistic == "vv" and spec.dates == DAYS and spec.unit == "dB"


def test_the_users_temperature_is_written_with_its_gaps(tmp_path: Path) -> None:
    tair = np.array([7.5, np.nan], np.float32)
    drivers = DailyDrivers(tair, np.ones(2), None, False, {}, (), np.full(29, np.nan))
    write_drivers(tmp_path, DAYS, drivers)
    with (tmp_path / "weather.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{"date": "2021-05-01", "tair_degC": "7.50"}, {"date": "2021-05-06", "tair_degC": ""}]

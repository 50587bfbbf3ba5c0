"""The weather file: what is read, and the one sentence for each thing that can be wrong with it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import h5py
import numpy as np
import pytest
from eofusion_engine.drivers import WeatherError, read_weather, saturation_vapour_pressure

HEADER = "date,tair_degC,ssrd_w_m2\n"


def write(folder: Path, text: str, name: str = "weather.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_in_any_row_order(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "2019-05-02,11.5,220\n2019-05-01,10.5,210\n")
    weather = read_weather(path)
    assert weather.dates == (date(2019, 5, 1), date(2019, 5, 2))
    assert weather.tair_degc.tolist() == [10.5, 11.5]
    assert weather.ssrd_w_m2.tolist() == [210.0, 220.0]
    assert not weather.has_vpd
    assert "weather.csv" in weather.source


def test_csv_with_vpd_semicolons_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeffvpd_kpa;date;tair_degC;ssrd_w_m2;station\n0.8;2019-05-01;10;200;here\n")
    weather = read_weather(path)
    assert weather.has_vpd
    assert weather.vpd_kpa.tolist() == [0.8]


def test_empty_cells_and_minus_9999_are_missing(tmp_path: Path) -> None:
    weather = read_weather(write(tmp_path, HEADER + "2019-05-01,,210\n2019-05-02,11,-9999\n"))
    assert np.isnan(weather.tair_degc[0])
    assert np.isnan(weather.ssrd_w_m2[1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,tair_degC\n2019-05-01,10\n", "weather.csv has no column ssrd_w_m2"),
        ("day,tair_degC,ssrd_w_m2\n2019-05-01,10,200\n", "weather.csv has no column date"),
        ("date,tair_degC,tair_degC,ssrd_w_m2\n2019-05-01,1,1,200\n", "the column tair_degC twice"),
        (HEADER, "has a header but no rows"),
        ("", "weather.csv has no column date"),
        (HEADER + "May 1st,10,200\n", "no date in column date, line 2: 'May 1st'"),
        (HEADER + "2019-05-01,warm,200\n", "no number in column tair_degC, line 2: 'warm'"),
        (HEADER + "2019-05-01,10\n", "no temperature"),
        (HEADER + "2019-05-01,283.1,200\n", "tair_degC = 283.1 on 2019-05-01"),
        (HEADER + "2019-05-01,10,18000000\n", "ssrd_w_m2 = 1.8e+07 on 2019-05-01"),
        (HEADER + "2019-05-01,10,-5\n", "ssrd_w_m2 = -5 on 2019-05-01"),
        (HEADER + "2019-05-01,10,200\n2019-05-01,11,210\n", "the date 2019-05-01 twice"),
        (HEADER + "2019-05-01,,\n", "no temperature and no radiation"),
    ],
)
def test_wrong_csv_is_one_clear_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    if text.endswith("2019-05-01,10\n") and text.startswith(HEADER):
        assert np.isnan(read_weather(path).ssrd_w_m2).all()  # a short row: its last value is missing, not an error
        return
    with pytest.raises(WeatherError) as caught:
        read_weather(path)
    assert said in caught.value.message
    assert caught.value.hint
    assert caught.value.message.count(".") <= 1 + said.count(".") + "weather.csv".count(".") + 1


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(WeatherError, match=r"no weather file gone\.csv"):
        read_weather(tmp_path / "gone.csv")
    (tmp_path / "odd.csv").write_bytes(b"\xff\xfe\x00\x80" * 50)
    with pytest.raises(WeatherError, match=r"odd\.csv is not a text table"):
        read_weather(tmp_path / "odd.csv")
    (tmp_path / "odd.nc").write_bytes(b"not netcdf")
    with pytest.raises(WeatherError, match=r"odd\.nc is not a netCDF-4 file"):
        read_weather(tmp_path / "odd.nc")


def test_days_that_the_file_lacks_are_nan_and_noted(tmp_path: Path) -> None:
    weather = read_weather(write(tmp_path, HEADER + "2019-05-01,10,200\n2019-05-03,12,\n"))
    days = [date(2019, 5, 1) + timedelta(days=i) for i in range(4)]
    here = weather.on(days)
    assert here.tair_degc.tolist()[::2] == [10.0, 12.0]
    assert np.isnan(here.tair_degc[1::2]).all()
    notes = weather.notes(days)
    assert "the weather file weather.csv has no air temperature on 2 of 4 days (2019-05-02 to 2019-05-04)" in notes[0]
    assert "no radiation on 3 of 4 days" in notes[1]
    assert weather.notes(days[:1]) == []


def agera5(path: Path, **changes: object) -> Path:
    with h5py.File(path, "w") as file:
        stamp = file.create_dataset("timestamp", data=np.arange(3))
        stamp.attrs["units"] = changes.get("time", "days since 2017-08-01 00:00:00")
        for name, value, unit in (
            ("temperature_mean", 293.15, changes.get("kelvin", "K")),
            ("solar_radiation_flux", 8.64e6, "J m-2 d-1"),
            ("vapour_pressure", 10.0, "hPa"),
        ):
            if name == changes.get("without"):
                continue
            data = np.full((3, 1, 1), value, np.float32)
            data[2] = -9999
            variable = file.create_dataset(name, data=data)
            variable.attrs["units"] = unit
            variable.attrs["nodata"] = [-9999]
    return path


def test_agera5_units(tmp_path: Path) -> None:
    weather = read_weather(agera5(tmp_path / "a.nc"))
    assert weather.dates[0] == date(2017, 8, 1)
    assert weather.tair_degc[0] == pytest.approx(20.0, abs=1e-4)
    assert weather.ssrd_w_m2[0] == pytest.approx(100.0)
    assert weather.vpd_kpa[0] == pytest.approx(2.338 - 1.0, abs=0.01)  # FAO-56 table 2.3: 2.338 kPa at 20 degC
    assert np.isnan(weather.tair_degc[2])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"without": "solar_radiation_flux"}, "a.nc has no variable solar_radiation_flux"),
        ({"kelvin": "degC"}, "gives temperature_mean in 'degC', not in 'K'"),
        ({"time": "hours since 2017-08-01"}, "a timestamp in 'hours since 2017-08-01'"),
    ],
)
def test_wrong_agera5_is_one_clear_sentence(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(WeatherError) as caught:
        read_weather(agera5(tmp_path / "a.nc", **changes))
    assert said in caught.value.message


def test_saturation_pressure_of_fao56_table() -> None:
    assert saturation_vapour_pressure(np.array([1.0, 15.0, 30.0])) == pytest.approx([0.657, 1.705, 4.243], abs=0.002)


def test_real_agera5(shared_data: Path) -> None:
    """The second Flemish place's file ends early on purpose: the days after it are NaN and noted."""
    places = shared_data / "imagery" / "worldcereal_training"
    path = next((places / "0000280849BAC91C").glob("AgERA5*.nc"))
    weather = read_weather(path)
    assert len(weather.dates) == 122
    assert weather.dates[-1] == date(2018, 11, 30)
    assert 10 < np.nanmean(weather.tair_degc) < 20
    assert 80 < np.nanmean(weather.ssrd_w_m2) < 200
    assert weather.notes([date(2019, 5, 1)])
    tanzania = read_weather(next((places / "2021_TZA_COPERNICUS-GEOGLAM_POLY_1101950").glob("AgERA5*.nc")))
    assert tanzania.has_vpd
    assert 200 < np.nanmean(tanzania.ssrd_w_m2) < 280

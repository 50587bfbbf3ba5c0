"""The weather file: what is read, and the one sentence for each thing that can be wrong with it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import h5py
import netCDF4
import numpy as np
import pytest
import xarray
from eofusion_engine.weather import Place, WeatherError, read_weather
from eofusion_engine.weather.units import saturation_vapour_pressure

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
    with pytest.raises(WeatherError, match=r"odd\.nc is not a netCDF file"):
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
        ({"without": "solar_radiation_flux"}, "a.nc has no radiation (ssrd, solar_radiation_flux)"),
        ({"kelvin": "furlong"}, "gives temperature_mean in 'furlong', which is no unit of it"),
        ({"kelvin": "degC"}, "tair_degC = 293.15 on 2017-08-01: that cannot be"),
        ({"time": "days since the flood"}, "a time axis in 'days since the flood'"),
        ({"time": "steps"}, "has no time axis"),
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


@pytest.mark.parametrize(
    ("header", "row", "tair", "ssrd", "vpd"),
    [
        ("date,t2m_k,ssrd_mj_m2_d,vpd_hpa", "283.15,17.28,8", 10, 200, 0.8),
        ("time,t2m [K],ssrd (J m-2),ignored", "283.15,17280000,x", 10, 200, None),
        ("date,tmin_degC,tmax_degC,par_w_m2", "5,15,96", 10, 200, None),
        ("date,temperature_c,shortwave_w_m2,rh", "10,200,50", 10, 200, 0.614),
        ("date,t2m,ssrd,d2m", "283.15,17280000,273.15", 10, 200, 1.2280 - 0.6108),
    ],
)
def test_units_are_read_from_names(
    tmp_path: Path, header: str, row: str, tair: float, ssrd: float, vpd: float | None
) -> None:
    weather = read_weather(write(tmp_path, f"{header}\n2019-05-01,{row}\n"))
    assert weather.tair_degc == pytest.approx([tair], abs=1e-6)
    assert weather.ssrd_w_m2 == pytest.approx([ssrd], rel=1e-6)
    assert weather.has_vpd == (vpd is not None)
    if vpd is not None:
        assert weather.vpd_kpa == pytest.approx([vpd], abs=0.002)


def test_guessed_units_are_said_and_doubtful_ones_refused(tmp_path: Path) -> None:
    weather = read_weather(write(tmp_path, "date,t2m,ssrd\n2019-05-01,283.15,17280000\n"))
    assert weather.notes([date(2019, 5, 1)]) == [
        "weather.csv: t2m names no unit and is read as K.",
        "weather.csv: ssrd names no unit and is read as J m-2 d-1.",
    ]
    with pytest.raises(WeatherError, match="does not say in which unit ssrd is"):
        read_weather(write(tmp_path, "date,t2m,ssrd\n2019-05-01,10,17\n"))
    with pytest.raises(WeatherError, match="gives ssrd_kpa in 'kpa', which is no unit of it"):
        read_weather(write(tmp_path, "date,t2m_k,ssrd_kpa\n2019-05-01,283,17\n"))


def test_hours_become_days_of_utc(tmp_path: Path) -> None:
    hours = [f"2019-05-{1 + h // 24:02d}T{h % 24:02d}:00+02:00,{h % 24},{200 if h < 48 else ''}" for h in range(72)]
    weather = read_weather(write(tmp_path, HEADER + "\n".join(hours)))
    # Two hours ahead of UTC: the first two hours belong to April, a day with too few hours.
    assert weather.dates == tuple(date(2019, 4, 30) + timedelta(days=i) for i in range(4))
    assert np.isnan(weather.tair_degc[0])
    assert weather.tair_degc[1] == pytest.approx(11.5)
    assert weather.ssrd_w_m2[1] == pytest.approx(200)
    assert np.isnan(weather.ssrd_w_m2[3])


def test_radiation_far_from_any_sky_is_refused_where_the_place_is_known(tmp_path: Path) -> None:
    days = [date(2019, 6, 1) + timedelta(days=i) for i in range(30)]
    rows = "".join(f"{day},15,{20 + i % 3}\n" for i, day in enumerate(days))  # MJ m-2 d-1 under a W m-2 name
    path = write(tmp_path, HEADER + rows)
    assert len(read_weather(path).dates) == 30
    with pytest.raises(WeatherError, match=r"0\.09\d* times what an average sky gives"):
        read_weather(path, Place(51.0, 10.0))


def era5(path: Path, *, land: bool = False, classic: bool = False, versions: bool = False, west: float = 8.0) -> Path:
    """Two days of hours on 5 x 5 cells around 51 N, 9 E: 10 degC plus the cell's number, 100 W m-2 plus 10 a cell.

    The cell in the middle is sea in ERA5-Land: it has no values.
    """
    hours = np.arange(0, 49)
    lat, lon = 52.0 - 0.5 * np.arange(5), west + 0.5 * np.arange(5)
    cell = np.arange(25).reshape(5, 5)
    flux = 100.0 + 10.0 * cell
    by_day = np.where(hours % 24 == 0, 24, hours % 24) if land else np.ones(49)
    energy = by_day[:, None, None] * 3600.0 * flux
    if not land:  # all of it between 06 and 18 UTC
        lit = ((hours % 24 > 6) & (hours % 24 <= 18)).astype(float) * 2
        energy = energy * lit[:, None, None]
    kelvin = np.broadcast_to(283.15 + cell, (49, 5, 5)).astype(float).copy()
    if land:
        kelvin[:, 2, 2] = energy[:, 2, 2] = np.nan
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET" if classic else "NETCDF4") as file:
        for name, values, unit in (("latitude", lat, "degrees_north"), ("longitude", lon, "degrees_east")):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = unit
        file.createDimension("valid_time", len(hours))
        time = file.createVariable("valid_time", "i4", ("valid_time",))
        time.units = "hours since 2019-05-01 00:00:00"
        time[:] = hours
        dims: tuple[str, ...] = ("valid_time", "latitude", "longitude")
        if versions:
            file.createDimension("expver", 2)
            dims = ("valid_time", "expver", *dims[1:])
        for name, values, unit, offset, scale in (
            ("t2m", kelvin, "K", 283.0, 0.001),
            ("d2m", kelvin - 10, "K", 273.0, 0.001),
            ("ssrd", energy, "J m**-2", 0.0, 1000.0),
        ):
            variable = file.createVariable(name, "i4" if classic else "f8", dims, fill_value=-32767)
            variable.units = unit
            if classic:
                variable.add_offset, variable.scale_factor = offset, scale
            filled = np.ma.masked_invalid(values)
            if versions:  # the newer hours stand in the second version
                first, second = filled.copy(), filled.copy()
                first[24:], second[:24] = np.ma.masked, np.ma.masked
                filled = np.ma.stack([first, second], axis=1)
            variable[:] = filled
    return path


@pytest.mark.parametrize("form", [{}, {"classic": True}, {"versions": True}, {"west": 8.0 - 360.0}])
def test_era5_hours_of_the_nearest_cell(tmp_path: Path, form: dict[str, object]) -> None:
    weather = read_weather(era5(tmp_path / "era5.nc", **form), Place(50.52, 9.49))  # type: ignore[arg-type]
    cell = 3 * 5 + 3
    days = weather.on([date(2019, 5, 1), date(2019, 5, 2)])
    assert days.tair_degc == pytest.approx([10 + cell] * 2, abs=2e-3)
    assert days.ssrd_w_m2 == pytest.approx([100 + 10 * cell] * 2, rel=1e-3)
    assert days.vpd_kpa[0] == pytest.approx(
        float(saturation_vapour_pressure(np.array(28.0)) - saturation_vapour_pressure(np.array(18.0))), abs=2e-3
    )
    assert "2 km away" in weather.source


def test_era5_land_sums_since_midnight_and_passes_over_the_sea(tmp_path: Path) -> None:
    weather = read_weather(era5(tmp_path / "land.nc", land=True), Place(51.0, 9.01))
    days = weather.on([date(2019, 5, 1), date(2019, 5, 2)])
    cell = 2 * 5 + 3  # the neighbour to the east: its centre is nearest of those on land
    assert days.tair_degc == pytest.approx([10 + cell] * 2)
    assert days.ssrd_w_m2 == pytest.approx([100 + 10 * cell] * 2)
    assert "land.nc: ssrd is summed since 00 UTC, as in ERA5-Land." in weather.notes([])
    assert "34 km away" in weather.source


def test_era5_interpolated(tmp_path: Path) -> None:
    path = era5(tmp_path / "era5.nc")
    weather = read_weather(path, Place(50.75, 9.375, "interpolate")).on([date(2019, 5, 1)])
    cell = 2.5 * 5 + 2.75  # half way between rows 2 and 3, three quarters of the way from column 2 to 3
    assert weather.tair_degc == pytest.approx([10 + cell])
    assert weather.ssrd_w_m2 == pytest.approx([100 + 10 * cell])
    assert "interpolated" in weather.source


def test_a_folder_of_files_is_one_weather(tmp_path: Path) -> None:
    whole = era5(tmp_path / "era5.nc")
    folder = tmp_path / "parts"
    folder.mkdir()
    for name, kept in (("instant.nc", ("t2m", "d2m")), ("accum.nc", ("ssrd",))):
        with xarray.open_dataset(whole, engine="h5netcdf") as dataset:
            dataset[list(kept)].to_netcdf(folder / name, engine="h5netcdf")
    place = Place(50.52, 9.49)
    parts, one = read_weather(folder, place), read_weather(whole, place)
    np.testing.assert_allclose(parts.tair_degc, one.tair_degc)
    np.testing.assert_allclose(parts.ssrd_w_m2, one.ssrd_w_m2)
    (folder / "accum.nc").unlink()
    with pytest.raises(WeatherError, match=r"parts has no radiation"):
        read_weather(folder, place)


def test_a_grid_elsewhere_and_a_grib_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeatherError, match=r"does not cover the area: its nearest cell is [\d,]+ km away"):
        read_weather(era5(tmp_path / "era5.nc"), Place(10.0, 9.0))
    (tmp_path / "era5.grib").write_bytes(b"GRIB")
    with pytest.raises(WeatherError, match="is GRIB"):
        read_weather(tmp_path / "era5.grib")


def test_equal_to_xarray(tmp_path: Path) -> None:
    path = era5(tmp_path / "era5.nc")
    place = Place(51.4, 9.6)
    with xarray.open_dataset(path, engine="h5netcdf") as dataset:
        cell = dataset.sel(latitude=place.lat, longitude=place.lon, method="nearest")
        expected = cell.t2m[:48].resample(valid_time="1D").mean().values - 273.15
        assert read_weather(path, place).tair_degc[:2] == pytest.approx(expected)


def test_wrong_time_twice_and_infinite_values(tmp_path: Path) -> None:
    with pytest.raises(WeatherError, match="the date 2019-05-01 01:00:00 twice"):
        read_weather(write(tmp_path, HEADER + "".join(f"2019-05-01T0{h}:00,1,2\n" for h in (0, 1, 1, 2, 3))))
    with pytest.raises(WeatherError, match="tair_degC = inf on 2019-05-01"):
        read_weather(write(tmp_path, HEADER + "2019-05-01,inf,200\n"))

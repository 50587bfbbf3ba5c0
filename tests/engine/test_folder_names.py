"""GeoTIFFs told by their names: HLS, WorldCereal's pre-processing, the user's own pattern."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path

import numpy as np
import pytest
import rasterio
from eofusion_engine.cube import CubeReader, Grid
from eofusion_engine.errors import RequestError, SourceError
from eofusion_engine.sources import Scene, SourceOptions, open_source
from eofusion_engine.sources.base import Window
from eofusion_engine.sources.pattern import FilePattern
from eofusion_engine.weather import Place, WeatherError, read_weather
from rasterio import Affine


def write(path: Path, values: np.ndarray, metres: float = 10.0, names: tuple[str, ...] = (), nodata: float = 0) -> Path:
    """A GeoTIFF in UTM 32N with its corner at (600000, 5700000); ``values`` (bands, H, W)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count, height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=values.dtype.name, crs="EPSG:32632",
        transform=Affine(metres, 0, 600000, 0, -metres, 5700000), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(values)
        if names:
            file.descriptions = names
    return path


def full(value: int, dtype: str = "uint16", size: int = 16) -> np.ndarray:
    return np.full((1, size, size), value, dtype)


def scenes(folder: Path, pattern: str | None = None) -> list[Scene]:
    source = open_source(str(folder), SourceOptions(file_pattern=pattern))
    return source.scenes(source.extent(), date(1990, 1, 1), date(2100, 1, 1))


def value(scene: Scene, band: str) -> float:
    """The band's value at the middle of its own grid."""
    frame = scene.bands[band].frame
    from eofusion_engine.sources import ReadCache

    own = frame(ReadCache())
    return float(scene.read(band, own, Window(own.height // 2, own.width // 2, 1, 1))[0, 0])


def test_hls_of_both_sensors_with_its_mask(tmp_path: Path) -> None:
    s30, l30 = "HLS.S30.T32UNB.2021005T102411.v2.0", "HLS.L30.T32UNB.2021006T101511.v2.0"
    for band, stored in (("B02", 500), ("B8A", 3000), ("B10", 1)):
        write(tmp_path / f"{s30}.{band}.tif", full(stored, "int16"), 30, nodata=-9999)
    mask = full(0, "uint8")
    mask[0, :4], mask[0, 4:8], mask[0, 8:12] = 0b10, 0b1000, 0b10000
    write(tmp_path / f"{s30}.Fmask.tif", mask, 30, nodata=255)
    for band, stored in (("B05", 2500), ("B06", 1800), ("B01", 9)):
        write(tmp_path / f"{l30}.{band}.tif", full(stored, "int16"), 30, nodata=-9999)
    first, second = scenes(tmp_path)
    assert first.time == datetime(2021, 1, 5, 10, 24, 11, tzinfo=timezone.utc)
    assert (first.sensor, first.level) == ("S2", "L2A")
    assert set(first.bands) == {"B02", "B8A", "SCL"}
    assert value(first, "B02") == pytest.approx(0.05)
    own = Window(0, 0, 16, 1)
    from eofusion_engine.sources import ReadCache

    classes = first.read("SCL", first.bands["SCL"].frame(ReadCache()), own)[:, 0]
    assert classes.tolist() == [9] * 4 + [3] * 4 + [11] * 4 + [4] * 4
    # Landsat's near infrared is Sentinel-2's narrow one, its short-wave bands are B11 and B12.
    assert set(second.bands) == {"B8A", "B11"}
    assert value(second, "B8A") == pytest.approx(0.25)
    assert value(second, "B11") == pytest.approx(0.18)


def test_the_users_own_pattern_one_band_a_file(tmp_path: Path) -> None:
    write(tmp_path / "field_2021-05-01_blue.tif", full(600))
    write(tmp_path / "field_2021-05-01_b8.tif", full(3000))
    write(tmp_path / "field_2021-05-01_scl.tif", full(4, "uint8"))
    write(tmp_path / "field_2021-05-01_notes.tif", full(1))
    write(tmp_path / "other_2021-05-02_blue.tif", full(700))
    (scene,) = scenes(tmp_path, "field_{date}_{band}.tif; scale=0.0001; offset=-0.01; nodata=0")
    assert scene.date == date(2021, 5, 1)
    assert set(scene.bands) == {"B02", "B08", "SCL"}
    assert value(scene, "B02") == pytest.approx(0.05)
    assert value(scene, "B08") == pytest.approx(0.29)


def test_the_users_own_pattern_all_bands_in_a_file(tmp_path: Path) -> None:
    optical = np.stack([np.full((16, 16), stored, np.uint16) for stored in (300, 400, 500)])
    write(tmp_path / "S2" / "20210501.tif", optical, names=("B02 (490 nm)", "GREEN", "B04"))
    radar = np.stack([np.full((16, 16), stored, np.float32) for stored in (0.1, 0.01)])
    write(tmp_path / "S1" / "20210502T171000_ASC.tif", radar, nodata=-1)
    (scene,) = scenes(tmp_path, "S2/{date}.tif; scale=0.0001")
    assert {name: round(value(scene, name), 4) for name in scene.bands} == {"B02": 0.03, "B03": 0.04, "B04": 0.05}
    (scene,) = scenes(tmp_path, "S1/{date}_{orbit}.tif; bands=VV,VH; unit=power; level=RTC; nodata=-1")
    assert (scene.sensor, scene.level, scene.ascending) == ("S1", "RTC", True)
    assert scene.time == datetime(2021, 5, 2, 17, 10, tzinfo=timezone.utc)
    assert value(scene, "VV") == pytest.approx(-10, abs=1e-4)
    assert value(scene, "VH") == pytest.approx(-20, abs=1e-4)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("S2_{band}.tif", "has no {date}"),
        ("{date}_{platform}.tif", "there is no placeholder {platform}"),
        ("{date}_{date}.tif", "a placeholder stands twice"),
        ("{date}.tif; gain=2", "there is no option 'gain'"),
        ("{date}.tif; scale=many", "scale is no number: 'many'"),
        ("{date}.tif; unit=volts", "there is no unit 'volts'"),
        ("{date}.tif; level=L3", "there is no level 'L3'"),
    ],
)
def test_a_wrong_pattern_is_one_sentence(pattern: str, said: str) -> None:
    with pytest.raises(RequestError) as caught:
        FilePattern(pattern)
    assert said in caught.value.message
    assert caught.value.hint


def test_names_that_only_look_like_a_pattern_are_left_out(tmp_path: Path) -> None:
    write(tmp_path / "S2_20211332_B02.tif", full(1))  # no such date
    with pytest.raises(SourceError, match="nothing that EO Fusion can read"):
        scenes(tmp_path, "S2_{date}_{band}.tif")


def test_levels_are_never_mixed_silently(tmp_path: Path) -> None:
    name = "S2A_L2A_20210501T103021_N0300R108T32UNB_32UNB_B02.tif"
    write(tmp_path / name, full(500))
    (tmp_path / "toa").mkdir()
    write(tmp_path / "toa" / "B02.tif", full(900))
    (tmp_path / "toa" / "scene.json").write_text(
        '{"sensor": "S2", "level": "L1C", "time": "2021-05-03T10:30:00Z", "scale": 0.0001, "bands": {"B02": "B02.tif"}}'
    )
    with pytest.raises(SourceError, match="mixes Sentinel-2 levels L1C and L2A") as caught:
        scenes(tmp_path)
    assert caught.value.code == "mixed-levels"


def test_worldcereal_preprocessed_tanzania(shared_data: Path) -> None:
    """Dates, values and masks against the files themselves."""
    folder = shared_data / "imagery" / "worldcereal_preproc_tz"
    source = open_source(str(folder))
    assert any("Landsat files are left out" in note for note in source.notes)
    tanzania = [
        s for s in source.scenes(source.extent(), date(2018, 1, 1), date(2019, 12, 31)) if s.crs == "EPSG:32736"
    ]
    optical = [s for s in tanzania if s.sensor == "S2"]
    assert len(optical) == len({p.parent for p in folder.rglob("S2*_B02.tif")})
    assert all(s.level == "L2A" for s in optical)
    scene = next(s for s in optical if s.date == date(2018, 10, 14))
    assert scene.time == datetime(2018, 10, 14, 7, 48, 51, tzinfo=timezone.utc)
    path = next(folder.rglob("S2A_L2A_20181014T074851_*_B11.tif"))
    with rasterio.open(path) as file:
        stored = file.read(1)
        grid = Grid(32736, file.bounds.left, file.bounds.top, 6, 6)
    radar = next(s for s in tanzania if s.sensor == "S1" and s.date == date(2018, 10, 1))
    assert (radar.level, radar.ascending) == ("GRD", False)
    with CubeReader([scene, radar], grid, cloud_margin_m=0) as cube:
        window = cube.read(0, 0, 6, 6)
    np.testing.assert_allclose(window.s2[0, 8].mean(), stored.mean() * 1e-4, rtol=0.02)
    assert window.s2_clear.all()
    with rasterio.open(next(folder.rglob("S1B_20181001T032019_*_SIGMA0_VV.tif"))) as file:
        amplitude = file.read(1).astype(float)
    expected = 10 * np.log10((10 ** ((20 * np.log10(amplitude) - 83) / 10)).mean())
    assert 10 * np.log10((10 ** (window.s1[0, 0] / 10)).mean()) == pytest.approx(expected, abs=0.3)
    # The file's own mask says that nothing of this date is ground.
    cloudy = next(s for s in optical if s.date == date(2018, 10, 19))
    with CubeReader([cloudy], grid, cloud_margin_m=0) as cube:
        assert not cube.read(0, 0, 6, 6).s2_clear.any()


def test_weather_of_a_year_in_geotiffs_is_found_and_read(shared_data: Path) -> None:
    """AgERA5 by WorldCereal: kelvin x 100, but the first two days of 2018 were never scaled."""
    folder = shared_data / "imagery" / "worldcereal_preproc_tz"
    found = open_source(str(folder)).weather()
    assert found == (folder / "METEO").resolve()
    weather = read_weather(found, Place(-3.21, 34.485))
    assert (weather.dates[0], weather.dates[-1], len(weather.dates)) == (date(2018, 1, 1), date(2019, 12, 31), 730)
    stored = {}
    for name in ("temperature-mean", "solar-radiation-flux"):
        years = []
        for year in (2018, 2019):
            with rasterio.open(folder / "METEO" / str(year) / f"AgERA5_{name}_{year}.tif") as file:
                years.append(file.read()[:, 0, 0].astype(float))
        stored[name] = np.concatenate(years)
    kelvin = np.where(stored["temperature-mean"] < 1000, stored["temperature-mean"], stored["temperature-mean"] / 100)
    assert (kelvin > 280).all() and (stored["temperature-mean"] < 1000).sum() == 2
    np.testing.assert_allclose(weather.tair_degc, kelvin - 273.15, atol=1e-6)
    np.testing.assert_allclose(weather.ssrd_w_m2, stored["solar-radiation-flux"] / 86400, rtol=1e-9)
    assert ((weather.vpd_kpa > 0) & (weather.vpd_kpa < 3)).all()
    with pytest.raises(WeatherError, match="does not cover the area"):
        read_weather(found, Place(38.0, -4.0))


def test_rasters_that_look_like_imagery_are_named_and_others_are_not(tmp_path: Path) -> None:
    write(tmp_path / "HLS.S30.T32TQM.2021005T102411.v2.0.B04.tif", full(500, "int16"), nodata=-9999)
    write(tmp_path / "dem_31UDS.tif", full(3))
    assert open_source(str(tmp_path)).notes == []
    write(tmp_path / "sub" / "mosaic_2021-05-01.tif", full(3))
    (note,) = open_source(str(tmp_path)).notes
    assert "(1, such as sub/mosaic_2021-05-01.tif)" in note


def test_a_pattern_that_fits_nothing_says_so(tmp_path: Path) -> None:
    write(tmp_path / "a_2021-05-01_B02.tif", full(3))
    with pytest.raises(SourceError, match=r"None of the 1 rasters has a name of the form 'b_\{date\}_\{band\}.tif'"):
        scenes(tmp_path, "b_{date}_{band}.tif")


def test_examples_without_dates_are_refused_with_the_way_out(shared_data: Path) -> None:
    with pytest.raises(SourceError, match=r"such as S1RTC/.*give a pattern of their names"):
        open_source(str(shared_data / "imagery" / "terramind_examples"))


def test_one_zip_given_as_the_source_is_read_once(shared_data: Path) -> None:
    (path,) = (shared_data / "imagery" / "snowgalileo" / "clipped" / "sentinel2_raw").glob("*.zip")
    source = open_source(str(path))
    (scene,) = source.scenes(source.extent(), date(1990, 1, 1), date(2100, 1, 1))
    assert (scene.level, scene.baseline, scene.date) == ("L1C", "05.11", date(2025, 4, 3))
    assert not any("twice" in note for note in source.notes)


@pytest.mark.parametrize(("unit", "stored"), [("power", 0.1), ("amplitude", np.sqrt(0.1))])
def test_radar_zeros_are_gaps_and_do_not_darken_their_neighbours(tmp_path: Path, unit: str, stored: float) -> None:
    values = np.full((1, 8, 8), stored, np.float32)
    values[:, :, 4:] = 0
    write(tmp_path / "S1_2021-05-01_VV.tif", values, metres=20.0, nodata=-1)
    (scene,) = scenes(tmp_path, f"S1_{{date}}_{{band}}.tif; unit={unit}")
    grid = Grid(32632, 600000, 5700000, 16, 16)
    with CubeReader([scene], grid, cloud_margin_m=0) as cube:
        got = cube.read(0, 0, 16, 16).s1[0, 0]
    assert np.isnan(got[:, 9:]).all()
    np.testing.assert_allclose(got[:, :7], -10.0, atol=1e-4)
    np.testing.assert_allclose(got[np.isfinite(got)], -10.0, atol=1e-4)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20210501", datetime(2021, 5, 1, 12)),
        ("2021-05-01", datetime(2021, 5, 1, 12)),
        ("2021121", datetime(2021, 5, 1, 12)),
        ("20210501T2330", datetime(2021, 5, 1, 23, 30)),
        ("2021-05-01T10-30-21Z", datetime(2021, 5, 1, 10, 30, 21)),
    ],
)
def test_dates_of_a_pattern(tmp_path: Path, text: str, time: datetime) -> None:
    path = write(tmp_path / f"S1_{text}_DESC_VV.tif", full(3))
    (said,) = FilePattern("S1_{date}_{orbit}_{band}.tif").files(path, tmp_path)
    assert (said.time, said.ascending, said.band) == (time.replace(tzinfo=timezone.utc), False, "VV")

"""The folder source: what it finds, what it refuses, and the sentences it says."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from pathlib import Path

import h5py
import numpy as np
import pytest
from eofusion_engine.bands import S2_BANDS
from eofusion_engine.errors import NoScenesError, SourceError
from eofusion_engine.sources import open_source
from eofusion_engine.sources.folder import FolderSource
from eofusion_engine.sources.resample import Frame, Window
from scene_files import LEFT, TOP, write_s1, write_s2, write_sidecar, write_tif
from shapely.geometry import box

ALWAYS = (date(2015, 1, 1), date(2030, 1, 1))


def everything(source):
    return source.scenes(source.extent(), *ALWAYS)


def native(scene, band):
    """The band on its own pixels."""
    from eofusion_engine.sources import ReadCache

    cache = ReadCache()
    frame = scene.bands[band].frame(cache)
    return scene.read(band, frame, Window(0, 0, frame.height, frame.width), cache)


def test_a_sidecar_scene_is_read_with_its_time_place_and_values(tmp_path: Path) -> None:
    stored = write_s2(tmp_path / "a")
    (scene,) = everything(open_source(str(tmp_path)))
    assert (scene.id, scene.sensor, scene.level, scene.ascending) == ("a", "S2", "L2A", None)
    assert scene.time == datetime(2021, 5, 1, 10, 30, tzinfo=timezone.utc)
    assert scene.crs == "EPSG:32632"
    assert scene.bounds == (LEFT, TOP - 320, LEFT + 320, TOP)
    for band in ("B02", "B11"):
        np.testing.assert_allclose(native(scene, band), stored[band] * 1e-4, rtol=1e-6)
    assert native(scene, "SCL").dtype == np.uint8


def test_times_are_put_to_utc_and_zero_is_nodata_before_the_offset(tmp_path: Path) -> None:
    stored = write_s2(tmp_path / "a", time="2021-05-01T00:30:00+02:00")
    stored["B04"][3, 5] = 0
    write_tif(tmp_path / "a" / "B04.tif", stored["B04"], 10)
    about = json.loads((tmp_path / "a" / "scene.json").read_text())
    write_sidecar(tmp_path / "a", **(about | {"offset": -0.1}))
    (scene,) = everything(open_source(str(tmp_path)))
    assert scene.date == date(2021, 4, 30)
    values = native(scene, "B04")
    assert np.isnan(values[3, 5]) and np.isnan(values).sum() == 1
    np.testing.assert_allclose(values[0, 0], stored["B04"][0, 0] * 1e-4 - 0.1, rtol=1e-5)


def test_a_bands_own_scale_and_band_number_are_obeyed(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    stack = np.stack([np.full((8, 8), 10), np.full((8, 8), 20)]).astype(np.uint8)
    write_tif(folder / "two.tif", stack, 10)
    bands = {
        "B04": {"file": "two.tif", "band": 2, "scale": 0.01, "offset": 0.1},
        "B08": {"file": "two.tif", "scale": 0.02},
    }
    write_sidecar(folder, sensor="S2", level="L2A", time="2021-05-01T10:00:00Z", bands=bands)
    (scene,) = everything(open_source(str(tmp_path)))
    assert native(scene, "B04")[0, 0] == pytest.approx(0.3)
    assert native(scene, "B08")[0, 0] == pytest.approx(0.2)


@pytest.mark.parametrize(("unit", "stored"), [("dB", -10.0), ("power", 0.1), ("amplitude", np.sqrt(0.1))])
def test_radar_units_give_the_same_decibels(tmp_path: Path, unit: str, stored: float) -> None:
    write_s1(tmp_path / "a", np.full((2, 8, 8), stored), unit=unit)
    (scene,) = everything(open_source(str(tmp_path)))
    np.testing.assert_allclose(native(scene, "VV"), -10.0, atol=1e-4)


@pytest.mark.parametrize(("time", "ascending"), [("17:10", True), ("05:25", False)])
def test_an_unknown_orbit_is_told_by_the_local_time(tmp_path: Path, time: str, ascending: bool) -> None:
    write_s1(tmp_path / "a", np.full((2, 8, 8), -10.0), time=f"2021-05-02T{time}:00Z")
    (scene,) = everything(open_source(str(tmp_path)))
    assert scene.ascending is ascending


def test_a_damaged_file_is_a_warning_with_its_name_and_the_rest_is_read(tmp_path: Path) -> None:
    write_s2(tmp_path / "good")
    write_s2(tmp_path / "bad")
    for file in (tmp_path / "bad").glob("*.tif"):
        file.write_bytes(b"not a picture")
    (tmp_path / "S2_L2A_10m_place_32632_2021-01-01_2021-02-01.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + b"x" * 200)
    source = open_source(str(tmp_path))
    assert [scene.id for scene in everything(source)] == ["good"]
    assert len(source.notes) == 2
    assert any("bad/B02.tif" in note for note in source.notes)
    assert any("S2_L2A_10m_place_32632" in note and "cannot be read" in note for note in source.notes)


@pytest.mark.parametrize(
    "path",
    [
        "../good/B04.tif",
        "a/../../x.tif",
        "/etc/hostname",
        "C:\\x.tif",
        "\\\\host\\x.tif",
        "..\\x.tif",
        "/vsicurl/http://h/x.tif",
        "vsizip/x.zip/y.tif",
        "http://host/x.tif",
        "",
    ],
)
def test_a_path_out_of_the_scenes_folder_is_refused(tmp_path: Path, path: str) -> None:
    write_s2(tmp_path / "good")
    write_s2(tmp_path / "evil", seed=1)
    about = json.loads((tmp_path / "evil" / "scene.json").read_text())
    write_sidecar(tmp_path / "evil", **(about | {"bands": {"B04": path}}))
    source = open_source(str(tmp_path))
    assert [scene.id for scene in everything(source)] == ["good"]
    assert len(source.notes) == 1 and "evil" in source.notes[0] and "below the scene's own folder" in source.notes[0]


def test_a_link_out_of_the_scenes_folder_is_refused(tmp_path: Path) -> None:
    write_s2(tmp_path / "good")
    write_s2(tmp_path / "evil", seed=1)
    (tmp_path / "evil" / "B02.tif").unlink()
    (tmp_path / "evil" / "B02.tif").symlink_to(tmp_path / "good" / "B02.tif")
    source = open_source(str(tmp_path))
    assert [scene.id for scene in everything(source)] == ["good"]
    assert "leads out of the scene's own folder" in source.notes[0]


def test_a_vrt_in_disguise_is_not_followed(tmp_path: Path) -> None:
    write_s2(tmp_path / "good")
    write_s2(tmp_path / "evil", seed=1)
    secret = tmp_path / "good" / "B02.tif"
    vrt = (
        '<VRTDataset rasterXSize="32" rasterYSize="32"><SRS>EPSG:32632</SRS><GeoTransform>0,10,0,0,0,-10</GeoTransform>'
        f'<VRTRasterBand dataType="UInt16" band="1"><SimpleSource><SourceFilename>{secret}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    for file in (tmp_path / "evil").glob("*.tif"):
        file.write_text(vrt)
    source = open_source(str(tmp_path))
    assert [scene.id for scene in everything(source)] == ["good"]
    assert "evil/B02.tif" in source.notes[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": None}, "time"),
        ({"sensor": ...}, "'sensor' is missing"),
        ({"bands": ...}, "'bands' is missing"),
        ({"bands": {}}, "names none of B02"),
        ({"bands": {"red": "B04.tif"}}, "'red' is not a band name"),
        ({"ofset": -0.1}, "no field 'ofset'"),
        ({"level": "GRD"}, "GRD is not one of the sensor S2"),
        ({"time": "yesterday"}, "time"),
        ({"scale": 0}, "scale: it is 0"),
        ({"bands": {"B04": {"file": "B04.tif", "band": 0}}}, "bands.B04.band"),
    ],
)
def test_a_wrong_sidecar_is_told_in_a_sentence_naming_the_field(tmp_path: Path, change: dict, words: str) -> None:
    write_s2(tmp_path / "good")
    write_s2(tmp_path / "wrong", seed=1)
    about = json.loads((tmp_path / "wrong" / "scene.json").read_text()) | change
    write_sidecar(tmp_path / "wrong", **{key: value for key, value in about.items() if value is not ...})
    source = open_source(str(tmp_path))
    assert [scene.id for scene in everything(source)] == ["good"]
    assert len(source.notes) == 1
    assert source.notes[0].startswith("wrong/scene.json") and words in source.notes[0]


def test_a_sidecar_that_is_not_json_is_told(tmp_path: Path) -> None:
    write_s2(tmp_path / "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "scene.json").write_bytes(b"\xff\xfe{")
    assert "bad/scene.json is not JSON" in open_source(str(tmp_path)).notes[0]


def test_a_raster_without_a_projection_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    write_s1(folder, np.full((2, 8, 8), -10.0))
    write_tif(folder / "S1.tif", np.full((2, 8, 8), -10.0, np.float32), 10, crs=None)
    with pytest.raises(SourceError, match="no map projection"):
        open_source(str(tmp_path))


def test_no_scene_in_the_area_or_the_period_says_what_there_is(tmp_path: Path) -> None:
    write_s2(tmp_path / "a")
    source = open_source(str(tmp_path))
    with pytest.raises(NoScenesError, match=r"No scene .* touches the area.*10\.4"):
        source.scenes(box(0, 0, 1, 1), *ALWAYS)
    with pytest.raises(NoScenesError, match=r"2020-01-01 to 2020-02-01.*2021-05-01 to 2021-05-01"):
        source.scenes(source.extent(), date(2020, 1, 1), date(2020, 2, 1))
    assert len(source.scenes(source.extent(), date(2021, 5, 1), date(2021, 5, 1))) == 1


def test_l1c_and_l2a_are_never_mixed(tmp_path: Path) -> None:
    write_s2(tmp_path / "a")
    write_s2(tmp_path / "b", time="2021-05-06T10:30:00Z")
    about = json.loads((tmp_path / "b" / "scene.json").read_text())
    write_sidecar(tmp_path / "b", **(about | {"level": "L1C"}))
    source = open_source(str(tmp_path))
    with pytest.raises(SourceError, match="mixes Sentinel-2 levels L1C and L2A") as caught:
        everything(source)
    assert caught.value.code == "mixed-levels"
    assert len(source.scenes(source.extent(), date(2021, 5, 1), date(2021, 5, 2))) == 1


def test_a_folder_with_nothing_readable_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nothing that EO Fusion can read"):
        open_source(str(tmp_path))
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "scene.json").write_text("{}")
    with pytest.raises(SourceError, match=r"nothing that EO Fusion can read.*'sensor' is missing"):
        open_source(str(tmp_path))


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("")
    for text, words in (
        (str(tmp_path / "nowhere"), "There is no folder"),
        ("", "There is no folder"),
        (str(tmp_path / "file.txt"), "is a file, not a folder"),
        ("https://host/stac?key=secret", "credentials are given apart from it"),
        ("ftp://host/stac", "is not the address of a STAC catalogue"),
        ("/vsizip/x.zip", "is not the address of a STAC catalogue"),
    ):
        with pytest.raises(SourceError, match=words) as caught:
            open_source(text)
        assert "secret" not in str(caught.value)


def test_the_weather_file_of_the_areas_own_folder_is_taken(tmp_path: Path) -> None:
    write_s2(tmp_path / "p" / "a")
    write_s2(tmp_path / "q" / "a", left=LEFT + 16000)
    for place in "pq":
        (tmp_path / place / "weather.csv").write_text("date,tair_degC,ssrd_w_m2\n")
    source = open_source(str(tmp_path))
    assert source.weather() is None
    second = FolderSource(tmp_path / "q").extent()
    assert source.weather(second) == tmp_path / "q" / "weather.csv"
    assert FolderSource(tmp_path / "p").weather() == tmp_path / "p" / "weather.csv"


# --- netCDF cubes ------------------------------------------------------------------------------------------


def write_cube(
    path: Path, *, times: list[int], units: str = "seconds since 2021-05-01 10:00:00", x: np.ndarray | None = None
):
    """A small cube of the WorldCereal form."""
    with h5py.File(path, "w") as file:
        file["x"] = 600_005.0 + 10 * np.arange(8) if x is None else x
        file["y"] = 5_660_075.0 - 10 * np.arange(8)
        file["timestamp"] = np.array(times)
        file["timestamp"].attrs["units"] = units
        for name in ("timestamp", "y", "x"):
            file[name].make_scale(name)
        file["B04"] = np.arange(len(times) * 64, dtype=np.uint16).reshape(-1, 8, 8)
        for axis, name in enumerate(("timestamp", "y", "x")):
            file["B04"].dims[axis].attach_scale(file[name])
        file["B04"].attrs.update(scale_factor=0.001, _FillValue=np.uint16(0))


CUBE = "S2_L2A_10m_place_32632_2021-01-01_2021-02-01.nc"


def test_a_cube_gives_one_scene_a_time_step(tmp_path: Path) -> None:
    write_cube(tmp_path / CUBE, times=[0, 86400 * 5])
    first, second = everything(open_source(str(tmp_path)))
    assert (first.date, second.date) == (date(2021, 5, 1), date(2021, 5, 6))
    assert first.bounds == (600_000, 5_660_000, 600_080, 5_660_080)
    values = native(second, "B04")
    np.testing.assert_allclose(values, (64 + np.arange(64).reshape(8, 8)) * 0.001, rtol=1e-6)
    assert np.isnan(native(first, "B04")[0, 0])


@pytest.mark.parametrize(
    ("fault", "words"),
    [({"units": "fortnights"}, "time axis"), ({"x": 600_005.0 + np.arange(8.0) ** 2}, "evenly spaced")],
)
def test_a_cube_with_broken_axes_is_told_by_name(tmp_path: Path, fault: dict, words: str) -> None:
    write_cube(tmp_path / CUBE, times=[0], **fault)
    with pytest.raises(SourceError, match=words) as caught:
        open_source(str(tmp_path))
    assert CUBE in str(caught.value)


PLACE = "0000280849BAC91C"


def test_real_cubes_match_xarray(shared_data: Path) -> None:
    import xarray

    folder = shared_data / "imagery" / "worldcereal_training" / PLACE
    source = open_source(str(folder))
    assert source.notes == []
    weather = source.weather()
    assert weather is not None and weather.name.startswith("AgERA5_DAILY")
    scenes = everything(source)
    optical = [s for s in scenes if s.sensor == "S2"]
    radar = [s for s in scenes if s.sensor == "S1"]
    assert (len(optical), len(radar)) == (72, 80)
    assert all(s.ascending for s in radar)
    assert set(optical[0].bands) == {*S2_BANDS, "SCL"}
    for pattern, chosen, bands in (
        ("S2_L2A_10m", optical, ("B02", "B08")),
        ("S2_L2A_20m", optical, ("B8A", "SCL")),
        ("S1_GRD", radar, ("VV", "VH")),
    ):
        (path,) = folder.glob(f"{pattern}*.nc")
        with xarray.open_dataset(path, mask_and_scale=False) as cube:
            for index in (0, 17, -1):
                assert np.datetime64(chosen[index].time.replace(tzinfo=None)) == cube.timestamp.values[index]
                for band in bands:
                    stored = cube[band].values[index]
                    scale = cube[band].attrs["scale_factor"]
                    expected = stored if band == "SCL" else np.where(stored == 0, np.nan, stored * scale)
                    np.testing.assert_allclose(native(chosen[index], band), expected, rtol=1e-5)
            left, _, right, top = chosen[0].bands[bands[0]].place.bounds
            step = float(cube.x[1] - cube.x[0])
            assert (left, right, top) == (
                float(cube.x[0]) - step / 2,
                float(cube.x[-1]) + step / 2,
                float(cube.y[0]) + step / 2,
            )


def test_real_extent_is_where_the_place_is(shared_data: Path) -> None:
    west, south, east, north = open_source(
        str(shared_data / "imagery" / "worldcereal_training" / PLACE)
    ).extent().bounds  # fmt: skip
    assert 4.05 < west < east < 4.08 and 50.73 < south < north < 50.76


def test_all_real_places_at_once_keep_their_weather_apart(shared_data: Path) -> None:
    folder = shared_data / "imagery" / "worldcereal_training"
    source = open_source(str(folder))
    for place in folder.iterdir():
        if place.is_dir() and list(place.glob("S2_*.nc")):
            weather = source.weather(open_source(str(place)).extent())
            assert weather is not None and weather.parent.name == place.name


def test_a_frames_bounds_are_in_order_however_its_rows_run() -> None:
    from rasterio import Affine

    assert Frame("EPSG:32632", Affine(10, 0, 0, 0, 10, 0), 4, 3).bounds == (0, 0, 30, 40)

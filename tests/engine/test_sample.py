"""The built-in sample and the simulator behind it."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from eofusion_engine.bands import S2_BANDS, SCL_UNCLEAR
from eofusion_engine.cube import CubeReader, CubeWindow, Grid, common_crs
from eofusion_engine.errors import SourceError
from eofusion_engine.simulate import Simulation, build_sample, simulate_cube, simulate_landscape
from eofusion_engine.simulate.__main__ import main
from eofusion_engine.simulate.landscape import CROP, FOREST, GRASS, TOWN, WATER
from eofusion_engine.sources import open_source
from eofusion_engine.sources.sample import sample_folder

START, END = date(2021, 4, 1), date(2021, 5, 15)
B = {name: index for index, name in enumerate(S2_BANDS)}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of the tests' own, with the whole sample in it."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EOFUSION_CACHE", str(folder))
        sample_folder()
    return folder


@pytest.fixture
def sample(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample's folder, found again without being built."""
    monkeypatch.setenv("EOFUSION_CACHE", str(cache))
    return sample_folder()


@pytest.fixture(scope="module")
def cube(cache: Path) -> tuple[Grid, CubeWindow]:
    """The sample as the model sees it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EOFUSION_CACHE", str(cache))
        source = open_source("sample")
    scenes = source.scenes(source.extent(), date(2021, 1, 1), date(2021, 12, 31))
    grid = Grid.for_area(source.extent(), common_crs(scenes))
    told: list[str] = []
    with CubeReader(scenes, grid, 20.0, told.append) as reader:
        window = reader.read(0, 0, grid.height, grid.width)
    assert told == []
    return grid, window


def test_the_sample_is_whole_and_lies_on_token_cells(cube: tuple[Grid, CubeWindow]) -> None:
    grid, window = cube
    assert (grid.crs, grid.width, grid.height) == (32632, 192, 192)
    assert grid.left % 160 == 0 and grid.top % 160 == 0
    assert (len(window.s2_dates), len(window.s1_dates)) == (49, 41)
    assert set(np.diff([d.toordinal() for d in window.s2_dates])) == {5}
    assert set(np.diff([d.toordinal() for d in window.s1_dates])) == {6}
    assert (window.s1_ascending[1:] != window.s1_ascending[:-1]).all()
    share = window.s2_clear.mean(axis=(1, 2))
    assert 12 <= (share > 0.9).sum() <= 30 and (share < 0.1).sum() >= 8
    assert np.isfinite(window.s1).all()


def test_it_is_found_again_and_nothing_is_left_beside_it(sample: Path) -> None:
    assert [path.name for path in sample.parent.iterdir()] == [sample.name]
    assert sum(file.stat().st_size for file in sample.rglob("*") if file.is_file()) < 80e6
    source = open_source("sample")
    assert (source.name, source.kind) == ("sample", "sample")
    assert source.weather() == sample / "weather.csv"
    assert any("simulated" in note for note in source.notes)


def test_the_clear_cube_is_the_truth_within_noise(sample: Path, cube: tuple[Grid, CubeWindow]) -> None:
    _, window = cube
    with rasterio.open(sample / "truth" / "reflectance.tif") as file:
        truth = file.read() * 1e-4
        names = file.descriptions
    checked = 0
    for index, day in enumerate(window.s2_dates):
        bands = [i for i, name in enumerate(names) if name.endswith(day.isoformat())]
        if len(bands) != 10 or window.s2_clear[index].mean() < 0.95:
            continue
        assert [names[i].split()[0] for i in bands] == list(S2_BANDS)
        difference = window.s2[index] - truth[bands]
        assert np.abs(np.nanmedian(difference, axis=(1, 2))).max() < 0.02
        for name in ("B02", "B04", "B08", "B11"):
            seen, true = window.s2[index, B[name]], truth[bands[B[name]]]
            known = np.isfinite(seen)
            assert np.corrcoef(seen[known], true[known])[0, 1] > 0.9
        checked += 1
    assert checked >= 2


def test_most_clouds_are_masked_and_little_else(cube: tuple[Grid, CubeWindow]) -> None:
    _, window = cube
    blue = window.s2[:, B["B02"]]
    assert np.nanquantile(blue, 0.999) < 0.3
    assert np.nanmax(window.s2) < 1.0 and np.nanmin(window.s2) > -0.05


def test_land_covers_look_like_themselves(sample: Path, cube: tuple[Grid, CubeWindow]) -> None:
    _, window = cube
    with rasterio.open(sample / "truth" / "landcover.tif") as file:
        cover = file.read(1)
    shares = {code: (cover == code).mean() for code in (WATER, FOREST, GRASS, CROP, TOWN)}
    assert all(share > 0.02 for share in shares.values()), shares
    nir, red = window.s2[:, B["B08"]], window.s2[:, B["B04"]]
    ndvi = (nir - red) / (nir + red)
    summer = [i for i, day in enumerate(window.s2_dates) if day.month == 6]
    by_cover = {code: np.nanmedian(ndvi[summer][:, cover == code]) for code in shares}
    assert by_cover[WATER] < 0.3 and by_cover[FOREST] > 0.7 and by_cover[TOWN] < by_cover[GRASS]
    vv = {code: np.median(window.s1[:, 0][:, cover == code]) for code in shares}
    vh = {code: np.median(window.s1[:, 1][:, cover == code]) for code in shares}
    assert vv[WATER] < -16 < -13 < vv[FOREST] < -7 and vv[TOWN] > vv[CROP]
    assert vh[FOREST] > vh[CROP] > vh[WATER]
    spread = np.diff(window.s1[:, 0][:, cover == FOREST], axis=0).std() / np.sqrt(2)
    assert 1.5 < spread < 2.6  # speckle of five looks is 2.1 dB


def test_weather_and_truth_go_together(sample: Path) -> None:
    with (sample / "weather.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["date", "tair_degC", "ssrd_w_m2", "vpd_kpa"]
    assert (rows[0]["date"], rows[-1]["date"], len(rows)) == ("2021-03-01", "2021-10-31", 245)
    tair = np.array([float(row["tair_degC"]) for row in rows])
    ssrd = np.array([float(row["ssrd_w_m2"]) for row in rows])
    assert tair[120:180].mean() > tair[:30].mean() + 6
    assert ssrd.min() > 10 and ssrd.max() < 400
    with rasterio.open(sample / "truth" / "temperature.tif") as file:
        cells = file.read() * 0.01
    assert cells.shape == (245, 12, 12)
    assert np.abs(cells - tair[:, None, None]).max() < 2
    with rasterio.open(sample / "truth" / "gpp.tif") as file:
        gpp = file.read() * 0.01
    with rasterio.open(sample / "truth" / "landcover.tif") as file:
        cover = file.read(1)
    assert gpp.shape == (245, 192, 192) and gpp.min() == 0 and 12 < gpp.max() < 35
    assert gpp[:, cover == FOREST].mean() > 5 * gpp[:, cover == WATER].mean()
    assert 600 < gpp[:, cover == CROP].mean() * 245 < 1600  # g C m-2 in a season
    mean = gpp.mean(axis=(1, 2))
    assert mean[90:120].mean() > 2 * mean[-20:].mean()


def test_files_are_cogs_with_their_place(sample: Path) -> None:
    from rio_cogeo.cogeo import cog_validate

    for file in (next(sample.glob("scenes/S2_*/S2_10m.tif")), next(sample.glob("scenes/S1_*/S1.tif"))):
        valid, errors, _ = cog_validate(file)
        assert valid, errors
        with rasterio.open(file) as raster:
            assert raster.crs.to_epsg() == 32632 and raster.res == (10, 10)
            assert raster.bounds[0] % 160 == 0 and raster.bounds[3] % 160 == 0


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        build_sample(tmp_path / name, seed, START, date(2021, 4, 12))
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(files) > 10
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    assert (tmp_path / "a" / "truth" / "landcover.tif").read_bytes() != (
        tmp_path / "c" / "truth" / "landcover.tif"
    ).read_bytes()
    assert json.loads((tmp_path / "c" / "sample.json").read_text())["simulated"] is True


def test_an_acquisition_does_not_depend_on_the_others() -> None:
    one = Simulation(5, 51, 10, 32, START, END)
    other = Simulation(5, 51, 10, 32, START, END)
    day = one.s2_dates[4]
    for earlier in other.s2_dates[:4]:
        other.optical(earlier)
    np.testing.assert_array_equal(one.optical(day).m10, other.optical(day).m10)


def test_a_failed_build_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder: Path, seed: int) -> None:
        (folder / "half").write_text("half a sample")
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("EOFUSION_CACHE", str(tmp_path))
    monkeypatch.setattr("eofusion_engine.simulate.build_sample", fail)
    with pytest.raises(SourceError, match="No space left"):
        sample_folder()
    assert list(tmp_path.iterdir()) == []


def test_a_cube_for_training_has_its_truth() -> None:
    cube = simulate_cube(11, 47.0, 8.0, 32, START, END)
    days = (END - START).days + 1
    assert cube["s2"].shape == cube["s2_truth"].shape == (len(cube["s2_dates"]), 10, 32, 32)
    assert cube["scl"].shape == (len(cube["s2_dates"]), 32, 32) and cube["scl"].dtype == np.uint8
    assert cube["s1"].shape == (len(cube["s1_dates"]), 2, 32, 32) and len(cube["s1_ascending"]) == len(cube["s1"])
    assert cube["gpp"].shape == (days, 32, 32) and cube["tair_degc"].shape == (days,)
    clear = ~np.isin(cube["scl"], SCL_UNCLEAR)
    error = np.abs(cube["s2"] - cube["s2_truth"]).mean(axis=1)
    assert np.median(error[clear]) < 0.02 < np.median(error[~clear])
    assert all(np.isfinite(cube[name]).all() for name in ("s2", "s1", "gpp", "tair_degc", "ssrd_w_m2", "vpd_kpa"))


@pytest.mark.parametrize(("lat", "lon"), [(62.0, 25.0), (-33.0, 150.0), (2.0, -178.0), (40.0, 179.0)])
def test_places_all_over_the_world_can_be_simulated(lat: float, lon: float) -> None:
    cube = simulate_cube(1, lat, lon, 16, date(2020, 1, 1), date(2020, 12, 31))
    assert np.isfinite(cube["s2"]).all() and np.isfinite(cube["s1"]).all()
    months = np.array([d.month for d in cube["dates"]])
    july, january = cube["tair_degc"][months == 7].mean(), cube["tair_degc"][months == 1].mean()
    if abs(lat) > 20:
        assert (july > january) == (lat > 0)
    snow = (cube["scl"] == 11).any()
    assert snow == (lat > 60)


def test_land_is_the_seeds_alone() -> None:
    one, same, other = (simulate_landscape(seed, 51, 10, 64) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.cover, same.cover)
    assert (one.cover != other.cover).mean() > 0.2
    np.testing.assert_allclose(one.vegetated + one.built + one.water, 1, atol=1e-6)
    assert len(one.units) > one.unit.max()


def test_wrong_sizes_and_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="even"):
        Simulation(1, 51, 10, 33, START, END)
    with pytest.raises(ValueError, match="before the start"):
        Simulation(1, 51, 10, 32, END, START)


def test_the_command_writes_a_folder_that_the_folder_source_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / "place"
    assert main([str(out), "--seed", "9", "--start", "2021-04-01", "--end", "2021-04-10"]) == 0
    source = open_source(str(out))
    assert len(source.scenes(source.extent(), START, END)) == 4
    assert source.weather() == out / "weather.csv"
    with pytest.raises(SystemExit) as caught:
        main([str(out)])
    assert caught.value.code == 2 and "not an empty folder" in capsys.readouterr().err

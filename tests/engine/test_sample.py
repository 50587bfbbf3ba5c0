"""The built-in sample, and the places on disk that the simulator writes."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from eofusion_engine.bands import S2_BANDS
from eofusion_engine.cube import CubeReader, CubeWindow, Grid, common_crs
from eofusion_engine.errors import OutputError, RequestError, SourceError
from eofusion_engine.simulate import PRESETS, command, write_place
from eofusion_engine.simulate.kinds import Cover
from eofusion_engine.sources import open_source
from eofusion_engine.sources.folder import FolderSource
from eofusion_engine.sources.sample import is_sample, sample_folder, sample_preset

START, END = date(2021, 4, 1), date(2021, 4, 20)
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
    with CubeReader(scenes, grid, cloud_margin_m=20.0, warn=pytest.fail) as reader:
        window = reader.read(0, 0, grid.height, grid.width)
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
    assert 12 <= (share > 0.9).sum() <= 32 and (share < 0.1).sum() >= 8
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
    checked = 0
    for path in sorted((sample / "truth" / "reflectance").iterdir()):
        with rasterio.open(path) as file:
            assert file.descriptions == tuple(S2_BANDS)
            truth = file.read() * 1e-4
            index = window.s2_dates.index(date.fromisoformat(file.tags()["DATE"]))
        if window.s2_clear[index].mean() < 0.95:
            continue
        difference = window.s2[index] - truth
        # Scenes err by some percent as a whole (view, calibration, haze), and hardly inside themselves.
        assert np.abs(np.nanmedian(difference, axis=(1, 2))).max() < 0.05
        for name in ("B02", "B04", "B08", "B11"):
            seen, true = window.s2[index, B[name]], truth[B[name]]
            known = np.isfinite(seen)
            assert np.corrcoef(seen[known], true[known])[0, 1] > 0.9
        checked += 1
    assert checked >= 5


def test_most_clouds_are_masked_and_little_else(cube: tuple[Grid, CubeWindow]) -> None:
    _, window = cube
    blue = window.s2[:, B["B02"]]
    no_snow = [i for i, day in enumerate(window.s2_dates) if 5 <= day.month <= 9]
    assert np.nanquantile(blue[no_snow], 0.999) < 0.35
    assert np.nanmin(window.s2) > -0.06


def test_land_covers_look_like_themselves(sample: Path, cube: tuple[Grid, CubeWindow]) -> None:
    _, window = cube
    with rasterio.open(sample / "truth" / "landcover.tif") as file:
        cover, plant = file.read()
        names = {code: file.tags().get(f"PLANT_{code}") for code in np.unique(plant)}
    shares = {code: (cover == code).mean() for code in (Cover.WATER, Cover.FOREST, Cover.GRASS, Cover.CROP, Cover.TOWN)}
    assert all(share > 0.008 for share in shares.values()), shares
    assert "winter wheat" in names.values() and names.get(255) is None
    nir, red = window.s2[:, B["B08"]], window.s2[:, B["B04"]]
    ndvi = (nir - red) / (nir + red)
    summer = [i for i, day in enumerate(window.s2_dates) if day.month == 6]
    by_cover = {code: np.nanmedian(ndvi[summer][:, cover == code]) for code in shares}
    assert by_cover[Cover.WATER] < 0.3 and by_cover[Cover.FOREST] > 0.7
    assert by_cover[Cover.TOWN] < by_cover[Cover.GRASS]
    vv = {code: np.median(window.s1[:, 0][:, cover == code]) for code in shares}
    vh = {code: np.median(window.s1[:, 1][:, cover == code]) for code in shares}
    assert vv[Cover.WATER] < -15 < -12 < vv[Cover.FOREST] < -7 and vv[Cover.TOWN] > vv[Cover.CROP]
    assert vh[Cover.FOREST] > vh[Cover.CROP] > vh[Cover.WATER]
    spread = np.diff(window.s1[::2, 0][:, cover == Cover.FOREST], axis=0).std() / np.sqrt(2)
    assert 1.5 < spread < 2.6  # speckle of five looks is 2.1 dB


def test_weather_and_truth_go_together(sample: Path) -> None:
    with (sample / "weather.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:4] == ["date", "tair_degC", "ssrd_w_m2", "vpd_kpa"]
    assert (rows[0]["date"], rows[-1]["date"], len(rows)) == ("2021-03-01", "2021-10-31", 245)
    tair = np.array([float(row["tair_degC"]) for row in rows])
    ssrd = np.array([float(row["ssrd_w_m2"]) for row in rows])
    assert tair[120:180].mean() > tair[:30].mean() + 6
    assert ssrd.min() > 10 and ssrd.max() < 400
    truth = {}
    for name in ("temperature", "gpp", "lai"):
        with rasterio.open(sample / "truth" / f"{name}.tif") as file:
            truth[name] = file.read() * float(file.tags()["SCALE"])
    with rasterio.open(sample / "truth" / "landcover.tif") as file:
        cover = file.read(1)
    with rasterio.open(sample / "elevation.tif") as file:
        height = file.read(1)
    assert truth["temperature"].shape == (245, 12, 12)
    assert np.abs(truth["temperature"] - tair[:, None, None]).max() < 3
    assert 20 < height.max() - height.min() < 150 and 150 < height.mean() < 320
    gpp = truth["gpp"]
    assert gpp.shape == (245, 192, 192) and gpp.min() == 0 and 12 < gpp.max() < 35
    assert gpp[:, cover == Cover.FOREST].mean() > 5 * gpp[:, cover == Cover.WATER].mean()
    assert 500 < gpp[:, cover == Cover.CROP].mean() * 245 < 1600  # g C m-2 in a season
    mean = gpp.mean(axis=(1, 2))
    assert mean[90:120].mean() > 2 * mean[-20:].mean()
    assert truth["lai"].shape == (49, 192, 192) and 4 < truth["lai"].max() < 10


def test_files_are_cogs_with_their_place(sample: Path) -> None:
    from rio_cogeo.cogeo import cog_validate

    for file in (next(sample.glob("scenes/S2_*/B04.tif")), next(sample.glob("scenes/S1_*/VV.tif"))):
        valid, errors, _ = cog_validate(file)
        assert valid, errors
        with rasterio.open(file) as raster:
            assert raster.crs.to_epsg() == 32632 and raster.res == (10, 10)
            assert raster.bounds[0] % 160 == 0 and raster.bounds[3] % 160 == 0


def test_its_catalogue_leads_to_every_file_with_its_scale(sample: Path) -> None:
    import pystac

    catalog = pystac.Catalog.from_file(str(sample / "catalog.json"))
    items = list(catalog.get_items(recursive=True))
    assert {c.id for c in catalog.get_children()} == {"sentinel-2-l2a", "sentinel-1-rtc"}
    assert len(items) == 49 + 41
    for item in items:
        for asset in item.assets.values():
            assert not Path(asset.href).is_absolute()
        first = next(iter(item.assets.values()))
        with rasterio.open(Path(item.get_self_href()).parent / first.href) as file:
            assert [file.height, file.width] == first.extra_fields["proj:shape"]
            assert list(file.transform)[:6] == first.extra_fields["proj:transform"]
    s2 = next(item for item in items if "eo:cloud_cover" in item.properties)
    assert set(s2.assets) == {*S2_BANDS, "SCL"}
    assert s2.assets["B8A"].extra_fields["raster:bands"][0]["offset"] == -0.1
    assert 0 <= s2.properties["eo:cloud_cover"] <= 100 and 10 < s2.properties["view:sun_elevation"] < 65
    links = json.loads((sample / "catalog.json").read_text())["links"]
    assert all(link["href"].startswith("./") for link in links)


@pytest.mark.parametrize("name", list(PRESETS))
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    for copy, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_place(tmp_path / copy, PRESETS[name], seed, 32, START, END)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(files) > 40
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    landcover = Path("truth", "landcover.tif")
    assert (tmp_path / "a" / landcover).read_bytes() != (tmp_path / "c" / landcover).read_bytes()
    about = json.loads((tmp_path / "c" / "place.json").read_text())
    assert about["simulated"] is True and about["preset"] == name
    source = FolderSource(tmp_path / "a")
    scenes = source.scenes(source.extent(), START, END)
    assert {scene.sensor for scene in scenes} == {"S1", "S2"} and not source.notes


def test_other_samples_go_by_name() -> None:
    assert is_sample("sample") and is_sample("sample:boreal") and not is_sample("samples")
    assert sample_preset("sample") == "farmland" and sample_preset("sample:savanna") == "savanna"
    with pytest.raises(SourceError, match="no sample 'sample:mars'"):
        sample_preset("sample:mars")


def test_a_failed_build_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder: Path, *_: object) -> None:
        (folder / "half").write_text("half a sample")
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("EOFUSION_CACHE", str(tmp_path))
    monkeypatch.setattr("eofusion_engine.simulate.write_place", fail)
    with pytest.raises(SourceError, match="No space left"):
        sample_folder()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def simulate() -> Callable[..., None]:
    """The command with its options as text."""
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return lambda *options: command.run(parser.parse_args(["simulate", *map(str, options)]))


def test_the_command_writes_a_place_that_the_folder_source_reads(
    tmp_path: Path, simulate: Callable[..., None], capsys: pytest.CaptureFixture
) -> None:
    weather = tmp_path / "mine.csv"
    weather.write_text("date,tair_degC,ssrd_w_m2\n2021-04-02,21.5,200\n2021-04-03,21.5,200\n")
    out = tmp_path / "place"
    simulate("--out", out, "--preset", "boreal", "--seed", 9, "--size-km", 0.32, "--lat", 60.5, "--lon", 24.0,
             "--start", START, "--end", END, "--weather", weather)  # fmt: skip
    assert "0.32 km" in capsys.readouterr().out
    source = open_source(str(out))
    assert len(source.scenes(source.extent(), START, END)) >= 8
    assert source.weather() == out / "weather.csv"
    with rasterio.open(out / "elevation.tif") as file:
        assert file.crs.to_epsg() == 32634 or file.crs.to_epsg() == 32635
        assert file.shape == (32, 32)
    with (out / "weather.csv").open(encoding="utf-8") as file:
        rows = {row["date"]: row for row in csv.DictReader(file)}
    assert rows["2021-04-02"]["tair_degC"] == "21.50" and rows["2021-04-03"]["ssrd_w_m2"] == "200.0"
    with pytest.raises(RequestError, match="not an empty folder"):
        simulate("--out", out)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--preset", "moon"), "no simulated landscape called 'moon'"),
        (("--lat", 89), "outside what can be simulated"),
        (("--size-km", 200), "200 km cannot be simulated"),
        (("--seed", -1), "seed is negative"),
        (("--start", "2021-05-01", "--end", "2021-04-01"), "end lies before"),
        (("--start", "yesterday"), "'yesterday' is not a date"),
        (("--start", "2001-01-01"), "More than three years"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(
    tmp_path: Path, simulate: Callable[..., None], options: tuple[object, ...], sentence: str
) -> None:
    with pytest.raises(RequestError, match=sentence):
        simulate("--out", tmp_path / "new", *options)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_said_so(
    tmp_path: Path, simulate: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("eofusion_engine.simulate.place.write_place", full)
    with pytest.raises(OutputError, match="No space left"):
        simulate("--out", tmp_path / "new")


def test_a_size_off_the_token_cells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="multiple of 16"):
        write_place(tmp_path, replace(PRESETS["farmland"]), 1, 40)

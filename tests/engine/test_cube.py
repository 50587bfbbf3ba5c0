"""The cube: its grid, and that every pixel of it is right, in whatever window it is read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.bands import S2_BANDS
from eofusion_engine.cube import CubeReader, Grid, grow
from eofusion_engine.errors import RequestError
from eofusion_engine.sources import open_source
from eofusion_engine.sources.plausible import implausible
from eofusion_engine.sources.resample import Frame, Window, bilinear, positions
from eofusion_engine.sources.store import ReadCache
from pyproj import Transformer
from rasterio import Affine
from rasterio.warp import Resampling, reproject
from scene_files import LEFT, TOP, write_s1, write_s2, write_tif
from shapely.geometry import box
from shapely.ops import transform

ALWAYS = (date(2015, 1, 1), date(2030, 1, 1))
B = {name: index for index, name in enumerate(S2_BANDS)}


def everything(folder: Path):
    source = open_source(str(folder))
    return source.scenes(source.extent(), *ALWAYS), source


def degrees(left: float, bottom: float, right: float, top: float, crs: int = 32632):
    return transform(Transformer.from_crs(crs, 4326, always_xy=True).transform, box(left, bottom, right, top))


def small_grid(pixels: int = 32) -> Grid:
    return Grid(32632, LEFT, TOP, pixels, pixels)


# --- the grid ----------------------------------------------------------------------------------------------


def test_an_area_on_cell_borders_gets_exactly_these_cells() -> None:
    area = degrees(LEFT, TOP - 320, LEFT + 480, TOP)
    assert Grid.for_area(area) == Grid(32632, LEFT, TOP, 48, 32)


def test_an_area_is_covered_outward_in_whole_cells() -> None:
    grid = Grid.for_area(degrees(LEFT + 100, TOP - 170, LEFT + 170, TOP - 10))
    assert grid == Grid(32632, LEFT, TOP, 32, 32)
    assert grid.bounds == (LEFT, TOP - 320, LEFT + 320, TOP)
    assert grid.transform == Affine(10, 0, LEFT, 0, -10, TOP)
    assert grid.window_bounds(-1, 2, 3, 4) == (LEFT + 20, TOP - 20, LEFT + 60, TOP + 10)


def test_overlapping_areas_share_their_cells() -> None:
    one = Grid.for_area(degrees(LEFT + 30, TOP - 900, LEFT + 800, TOP - 20))
    two = Grid.for_area(degrees(LEFT + 410, TOP - 1900, LEFT + 2800, TOP - 333))
    assert (one.left - two.left) % 160 == 0 and (one.top - two.top) % 160 == 0


def test_the_zone_is_the_sources_or_the_areas_own() -> None:
    area = box(10.4, 51.1, 10.42, 51.11)
    assert Grid.for_area(area).crs == 32632
    assert Grid.for_area(area, "EPSG:32633").crs == 32633
    assert Grid.for_area(area, 4326).crs == 32632
    assert Grid.for_area(box(36.8, -3.7, 36.81, -3.69)).crs == 32737


def test_an_area_that_fits_no_zone_is_refused() -> None:
    with pytest.raises(RequestError, match="UTM zone"):
        Grid.for_area(box(-20, 40, 60, 50))


# --- the same pixel, the same value ------------------------------------------------------------------------


def two_zone_folder(folder: Path) -> Path:
    """Scenes on the grid, beside it by part of a pixel, and of the neighbouring UTM zone; clouds in all."""
    rng = np.random.default_rng(5)
    scl = rng.choice([4, 11, 8, 3, 9], (32, 32), p=[0.45, 0.45, 0.04, 0.04, 0.02])
    write_s2(folder / "on", seed=1, size=64, scl=scl)
    write_s2(
        folder / "beside", seed=2, size=64, scl=scl[::-1], left=LEFT + 13, top=TOP + 7, time="2021-05-06T10:30:00Z"
    )
    x, y = Transformer.from_crs(32632, 32633, always_xy=True).transform(LEFT, TOP)
    write_s2(
        folder / "zone",
        seed=3,
        size=64,
        scl=scl.T,
        crs="EPSG:32633",
        left=x - 3,
        top=y + 40,
        time="2021-05-11T10:30:00Z",
    )
    write_s1(folder / "radar", rng.normal(-12, 3, (2, 33, 29)), metres=20)
    return folder


def test_a_value_does_not_depend_on_the_window(tmp_path: Path) -> None:
    scenes, _ = everything(two_zone_folder(tmp_path))
    grid = small_grid(48)
    with CubeReader(scenes, grid, 20.0) as reader:
        whole = reader.read(-20, -20, 88, 88)
        assert all(np.isfinite(whole.s2[i]).any() for i in range(3)) and np.isfinite(whole.s1).any()
    rng = np.random.default_rng(0)
    for _ in range(25):
        row, col = rng.integers(-20, 40, 2)
        height, width = rng.integers(1, 88 - 20 - max(row, col), 2)
        with CubeReader(scenes, grid, 20.0) as reader:
            part = reader.read(int(row), int(col), int(height), int(width))
        place = (..., slice(row + 20, row + 20 + height), slice(col + 20, col + 20 + width))
        for name in ("s2", "s2_clear", "s2_snow", "s1"):
            np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[place], err_msg=name)


def test_another_zone_lands_where_the_projection_says(tmp_path: Path) -> None:
    """A ramp of its own column numbers shows where each grid pixel was read: to a thousandth of a pixel."""
    x, y = Transformer.from_crs(32632, 32633, always_xy=True).transform(LEFT, TOP)
    zone = {"crs": "EPSG:32633", "left": x - 100, "top": y + 100}
    cols = np.arange(64)[None].repeat(64, axis=0)
    write_s2(tmp_path / "zone", size=64, **zone)
    write_tif(tmp_path / "zone" / "B04.tif", (1000 + 100 * cols).astype(np.uint16), 10, **zone)
    write_tif(tmp_path / "zone" / "B08.tif", (1000 + 100 * cols.T).astype(np.uint16), 10, **zone)
    scenes, _ = everything(tmp_path)
    grid = small_grid(32)
    with CubeReader(scenes, grid) as reader:
        seen = reader.read(0, 0, 32, 32).s2[0]
    read_col, read_row = ((seen[B[name]] * 1e4 - 1000) / 100 for name in ("B04", "B08"))
    centre_col, centre_row = np.meshgrid(np.arange(32) + 0.5, np.arange(32) + 0.5)
    to_zone = Transformer.from_crs(32632, 32633, always_xy=True)
    east, north = to_zone.transform(LEFT + 10 * centre_col, TOP - 10 * centre_row)
    np.testing.assert_allclose(read_col, (east - (x - 100)) / 10 - 0.5, atol=1e-3)
    np.testing.assert_allclose(read_row, ((y + 100) - north) / 10 - 0.5, atol=1e-3)
    # GDAL's warper, which widens its kernel for turned grids, agrees to a tenth of a pixel.
    gdal = np.full((32, 32), np.nan, np.float32)
    reproject(
        cols.astype(np.float32), gdal, src_transform=Affine(10, 0, x - 100, 0, -10, y + 100), src_crs="EPSG:32633",
        dst_transform=grid.transform, dst_crs="EPSG:32632", resampling=Resampling.bilinear, dst_nodata=np.nan,
    )  # fmt: skip
    np.testing.assert_allclose(read_col, gdal, atol=0.1)


def test_the_halo_outside_the_grid_is_read_where_the_scene_goes_on(tmp_path: Path) -> None:
    stored = write_s2(tmp_path / "a", size=48, left=LEFT - 80, top=TOP + 80)
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(32)) as reader:
        window = reader.read(-8, -8, 60, 60)
    np.testing.assert_allclose(window.s2[0, B["B02"], :48, :48], stored["B02"] * 1e-4, rtol=1e-5)
    assert np.isnan(window.s2[0, :, 48:]).all() and not window.s2_clear[0, 48:].any()


def test_threads_read_what_one_alone_reads_and_nothing_twice(tmp_path: Path) -> None:
    scenes, _ = everything(two_zone_folder(tmp_path))
    windows = [(row, col, 16, 16) for row in range(0, 48, 16) for col in range(0, 48, 16)]
    with CubeReader(scenes, small_grid(48)) as reader:
        alone = [reader.read(*window) for window in windows]
        loads = reader._cache.loads
        assert loads == sum(len(scene.bands) for scene in scenes)
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda window: reader.read(*window), windows * 4))
        assert reader._cache.loads == loads
    for one, other in zip(alone * 4, together, strict=True):
        np.testing.assert_array_equal(one.s2, other.s2)


def test_readers_in_threads_give_the_same_cube(tmp_path: Path) -> None:
    two_zone_folder(tmp_path)
    write_s2(tmp_path / "twice", seed=4, size=64, time="2021-05-06T10:30:20Z")
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(48)) as one, CubeReader(scenes, small_grid(48), readers=5) as many:
        alone, together = one.read(-3, 0, 50, 48), many.read(-3, 0, 50, 48)
        for name in ("s2", "s2_clear", "s2_snow", "s1"):
            np.testing.assert_array_equal(getattr(alone, name), getattr(together, name), err_msg=name)
        assert one.coverage() == many.coverage()
        assert one._cache.loads == many._cache.loads


def test_a_window_that_ends_with_a_block_needs_no_pixel_beyond() -> None:
    ten, twenty = small_grid(64).frame, Frame("EPSG:32632", Affine(20, 0, LEFT, 0, -20, TOP), 32, 32)
    assert positions(ten, ten, Window(16, 16, 32, 16)).needs() == (16, 48, 16, 32)
    # A 20 m band on 10 m pixels is interpolated with its neighbours on both sides.
    assert positions(twenty, ten, Window(16, 16, 32, 16)).needs() == (7, 25, 7, 17)
    assert positions(twenty, ten, Window(16, 16, 32, 16), points=True).needs() == (7, 25, 7, 17)
    values = np.arange(32 * 16, dtype=np.float32).reshape(32, 16)
    where = positions(ten, ten, Window(16, 16, 32, 16))
    np.testing.assert_array_equal(bilinear(values, (16, 16), where), values)


def test_judging_a_scene_reads_one_band_of_each_form(tmp_path: Path) -> None:
    write_s2(tmp_path / "a")
    scenes, _ = everything(tmp_path)
    cache = ReadCache()
    assert implausible(scenes[0], cache) is None
    assert cache.loads == 3  # B04, B12 and SCL
    cache.close()


def test_a_small_cache_gives_the_same_values(tmp_path: Path) -> None:
    scenes, _ = everything(two_zone_folder(tmp_path))
    with CubeReader(scenes, small_grid(48)) as large, CubeReader(scenes, small_grid(48), cache_bytes=10_000) as tiny:
        np.testing.assert_array_equal(large.read(0, 0, 48, 48).s2, tiny.read(0, 0, 48, 48).s2)


# --- gaps, clouds, mosaics ---------------------------------------------------------------------------------


def test_clouds_grow_by_the_margin_and_dark_ground_does_not(tmp_path: Path) -> None:
    scl = np.full((16, 16), 4)
    scl[8, 8], scl[2, 2] = 9, 2
    write_s2(tmp_path / "a", scl=scl)
    scenes, _ = everything(tmp_path)
    hidden = {}
    for margin in (0.0, 20.0):
        with CubeReader(scenes, small_grid(32), margin) as reader:
            window = reader.read(0, 0, 32, 32)
        np.testing.assert_array_equal(np.isnan(window.s2[0, 0]), ~window.s2_clear[0])
        hidden[margin] = ~window.s2_clear[0]
    assert hidden[0.0].sum() == 8 and hidden[0.0][16:18, 16:18].all() and hidden[0.0][4:6, 4:6].all()
    assert hidden[20.0][14:20, 16:18].all() and not hidden[20.0][13].any() and not hidden[20.0][14, 14]
    assert hidden[20.0][:10].sum() == 4


def test_snow_is_ground_that_is_flagged(tmp_path: Path) -> None:
    scl = np.full((16, 16), 4)
    scl[:4], scl[4:6] = 11, 9
    write_s2(tmp_path / "a", scl=scl)
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(32), 0.0) as reader:
        window = reader.read(0, 0, 32, 32)
    assert window.s2_snow[0, :8].all() and not window.s2_snow[0, 8:].any()
    assert window.s2_clear[0, :8].all() and np.isfinite(window.s2[0, :, :8]).all()
    # Under the margin of a cloud it is neither seen nor flagged.
    with CubeReader(scenes, small_grid(32), 20.0) as reader:
        window = reader.read(0, 0, 32, 32)
    assert window.s2_snow[0, :6].all() and not (window.s2_snow | window.s2_clear)[0, 6:8].any()


def test_snow_without_a_classification_shows_in_the_short_wave_infrared(tmp_path: Path) -> None:
    write_s2(tmp_path / "a")
    for name, high, low in (("B03", 7000, 700), ("B08", 6500, 3500), ("B11", 500, 2000)):
        size = 16 if name == "B11" else 32
        values = np.full((size, size), low, np.uint16)
        values[: size // 2] = high
        write_tif(tmp_path / "a" / f"{name}.tif", values, 320 / size)
    text = (tmp_path / "a" / "scene.json").read_text()
    (tmp_path / "a" / "scene.json").write_text(text.replace(', "SCL": "SCL.tif"', ""))
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(32)) as reader:
        window = reader.read(0, 0, 32, 32)
    assert window.s2_clear.all() and window.s2_snow[0, :15].all() and not window.s2_snow[0, 17:].any()


def test_the_user_chooses_which_classes_are_dropped(tmp_path: Path) -> None:
    scl = np.full((16, 16), 4)
    scl[8, 8], scl[2, 2], scl[12, 3], scl[0, 15] = 9, 2, 11, 0
    write_s2(tmp_path / "a", scl=scl)
    scenes, _ = everything(tmp_path)
    dropped = {}
    for drop in ((), (2, 11), (9,)):
        with CubeReader(scenes, small_grid(32), 20.0, scl_drop=drop) as reader:
            dropped[drop] = ~reader.read(0, 0, 32, 32).s2_clear[0]
    nothing = np.zeros((32, 32), bool)
    nothing[:2, 30:] = True  # class 0 is no data, whatever is chosen
    np.testing.assert_array_equal(dropped[()], nothing)
    nothing[4:6, 4:6] = nothing[24:26, 6:8] = True
    np.testing.assert_array_equal(dropped[2, 11], nothing)
    assert dropped[9,][14:20, 16:18].all() and dropped[9,][:14].sum() == 4


def test_growing_is_a_disc() -> None:
    mask = np.zeros((21, 21), bool)
    mask[10, 10] = mask[0, 20] = True
    rows, cols = np.mgrid[0:21, 0:21]
    for radius in (1, 2, 3, 7):
        expected = (np.hypot(rows - 10, cols - 10) <= radius) | (np.hypot(rows, cols - 20) <= radius)
        np.testing.assert_array_equal(grow(mask, radius), expected)


def test_two_scenes_of_a_day_are_one_mosaic(tmp_path: Path) -> None:
    half = np.full((16, 16), 4)
    half[:, 8:] = 9
    first = write_s2(tmp_path / "a", seed=1, scl=half)
    second = write_s2(tmp_path / "b", seed=2, time="2021-05-01T10:30:20Z")
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(32), 0.0) as reader:
        window = reader.read(0, 0, 32, 32)
    assert window.s2_dates == (date(2021, 5, 1),) and window.s2_clear.all()
    np.testing.assert_allclose(window.s2[0, B["B04"], :, :16], first["B04"][:, :16] * 1e-4, rtol=1e-5)
    np.testing.assert_allclose(window.s2[0, B["B04"], :, 16:], second["B04"][:, 16:] * 1e-4, rtol=1e-5)


def test_a_scene_without_classification_is_clear_where_it_has_values(tmp_path: Path) -> None:
    stored = write_s2(tmp_path / "a")
    stored["B02"][:4] = 0
    write_tif(tmp_path / "a" / "B02.tif", stored["B02"], 10)
    text = (tmp_path / "a" / "scene.json").read_text()
    (tmp_path / "a" / "scene.json").write_text(text.replace(', "SCL": "SCL.tif"', ""))
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(32)) as reader:
        clear = reader.read(0, 0, 32, 32).s2_clear[0]
    assert not clear[:4].any() and clear[4:].all()


def test_a_band_with_gaps_leaves_the_other_bands_alone(tmp_path: Path) -> None:
    stored = write_s2(tmp_path / "a")
    stored["B02"][10:20, 5:9] = 0
    write_tif(tmp_path / "a" / "B02.tif", stored["B02"], 10)
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(32)) as reader:
        window = reader.read(0, 0, 32, 32)
    assert np.isnan(window.s2[0, B["B02"], 10:20, 5:9]).all() and np.isnan(window.s2).sum() == 40
    assert window.s2_clear.all()


def test_a_truncated_file_is_a_gap_and_a_warning_with_its_name(tmp_path: Path) -> None:
    write_s2(tmp_path / "good", seed=1, time="2021-05-06T10:30:00Z")
    write_s2(tmp_path / "torn", seed=2)
    whole = (tmp_path / "torn" / "B8A.tif").read_bytes()
    (tmp_path / "torn" / "B8A.tif").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "torn" / "B03.tif").unlink()
    scenes, _ = everything(tmp_path)
    told: list[str] = []
    with CubeReader(scenes, small_grid(32), 0.0, told.append) as reader:
        for _ in range(2):
            window = reader.read(0, 0, 32, 32)
    assert np.isnan(window.s2[0, [B["B8A"], B["B03"]]]).all()
    assert np.isfinite(np.delete(window.s2[0], [B["B8A"], B["B03"]], 0)).all() and np.isfinite(window.s2[1]).all()
    named = sorted(name for name in ("B8A", "B03") for text in told if f"torn/{name}.tif" in text)
    assert named == ["B03", "B8A"] and len(told) == 2


def test_a_scene_whose_cloud_mask_is_damaged_is_left_out(tmp_path: Path) -> None:
    write_s2(tmp_path / "a")
    (tmp_path / "a" / "SCL.tif").write_bytes(b"")
    scenes, _ = everything(tmp_path)
    told: list[str] = []
    with CubeReader(scenes, small_grid(32), 20.0, told.append) as reader:
        assert not reader.read(0, 0, 32, 32).s2_clear.any()
        assert reader.coverage() == {date(2021, 5, 1): 0.0}
    assert len(told) == 1 and "cloud mask of a" in told[0]


@pytest.mark.parametrize("change", ['"scale": 1.0', '"scale": 0.0001, "offset": -0.6'])
def test_impossible_reflectance_is_refused_in_a_sentence(tmp_path: Path, change: str) -> None:
    write_s2(tmp_path / "good", time="2021-05-06T10:30:00Z")
    write_s2(tmp_path / "bad")
    text = (tmp_path / "bad" / "scene.json").read_text()
    (tmp_path / "bad" / "scene.json").write_text(text.replace('"scale": 0.0001, "offset": 0', change))
    scenes, _ = everything(tmp_path)
    told: list[str] = []
    with CubeReader(scenes, small_grid(32), 20.0, told.append) as reader:
        window = reader.read(0, 0, 32, 32)
    assert np.isnan(window.s2[0]).all() and np.isfinite(window.s2[1]).all()
    assert len(told) == 1 and "scene bad is left out" in told[0] and "offset" in told[0]


def test_linear_power_called_decibels_is_refused(tmp_path: Path) -> None:
    write_s1(tmp_path / "a", np.full((2, 16, 16), 0.1))
    scenes, _ = everything(tmp_path)
    told: list[str] = []
    with CubeReader(scenes, small_grid(16), 20.0, told.append) as reader:
        assert np.isnan(reader.read(0, 0, 16, 16).s1).all()
    assert len(told) == 1 and "unit" in told[0]


def test_finer_radar_is_averaged_in_linear_power(tmp_path: Path) -> None:
    power = np.random.default_rng(0).gamma(2, 0.05, (2, 64, 64)).astype(np.float32)
    write_s1(tmp_path / "a", power, unit="power", metres=5)
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(32)) as reader:
        mine = reader.read(0, 0, 32, 32).s1[0]
    expected = 10 * np.log10(power.reshape(2, 32, 2, 32, 2).mean(axis=(2, 4)))
    np.testing.assert_allclose(mine, expected.clip(-30, 5), atol=1e-3)


def test_radar_keys_keep_the_two_directions_of_a_day_apart(tmp_path: Path) -> None:
    write_s1(tmp_path / "a", np.full((2, 16, 16), -9.0), orbit="ascending")
    write_s1(tmp_path / "d", np.full((2, 16, 16), -50.0), time="2021-05-02T05:10:00Z", orbit="descending", offset=38)
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(16)) as reader:
        assert reader.s1_keys == ((date(2021, 5, 2), False), (date(2021, 5, 2), True))
        window = reader.read(0, 0, 16, 16)
    assert window.s1_ascending.tolist() == [False, True]
    np.testing.assert_allclose(window.s1[:, 0, 0, 0], [-12, -9], atol=1e-4)


def test_terrain_flattened_radar_wins_over_the_other_level_and_both_are_told_of(tmp_path: Path) -> None:
    write_s1(tmp_path / "grd", np.full((2, 16, 16), -9.0), level="GRD")
    rtc = np.full((2, 16, 16), -12.0)
    rtc[:, :, :4] = np.nan
    write_s1(tmp_path / "rtc", rtc, time="2021-05-02T17:10:20Z")
    write_s1(tmp_path / "later", np.full((2, 16, 16), -8.0), time="2021-05-14T17:10:00Z", level="GRD")
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(16)) as reader:
        window = reader.read(0, 0, 16, 16)
    assert window.s1_levels == ("RTC", "GRD")
    # Not filled from the other level, which is another quantity.
    np.testing.assert_allclose(window.s1[0, :, :, 4:], -12, atol=1e-4)
    assert np.isnan(window.s1[0, :, :, :4]).all()
    assert len(reader.notes) == 2 and "1 GRD scenes are left out" in reader.notes[0] and "slopes" in reader.notes[1]


def test_one_level_of_radar_needs_no_words(tmp_path: Path) -> None:
    write_s1(tmp_path / "a", np.full((2, 16, 16), -9.0), level="GRD")
    with CubeReader(everything(tmp_path)[0], small_grid(16)) as reader:
        assert reader.notes == () and reader.read(0, 0, 4, 4).s1_levels == ("GRD",)


def test_a_period_without_radar_or_without_optical_gives_empty_axes(tmp_path: Path) -> None:
    write_s2(tmp_path / "a" / "a")
    write_s1(tmp_path / "b" / "b", np.full((2, 16, 16), -9.0))
    for part, shapes in (("a", ((1, 10, 8, 8), (0, 2, 8, 8))), ("b", ((0, 10, 8, 8), (1, 2, 8, 8)))):
        with CubeReader(everything(tmp_path / part)[0], small_grid(16)) as reader:
            window = reader.read(0, 0, 8, 8)
        assert (window.s2.shape, window.s1.shape) == shapes


def test_coverage_counts_clear_ground_inside_the_polygon(tmp_path: Path) -> None:
    scl = np.full((16, 16), 4)
    scl[:, :8] = 9
    write_s2(tmp_path / "a", scl=scl)
    scenes, _ = everything(tmp_path)
    with CubeReader(scenes, small_grid(32), 0.0) as reader:
        assert reader.coverage() == {date(2021, 5, 1): 0.5}
        left_part = degrees(LEFT, TOP - 320, LEFT + 240, TOP)
        assert reader.clear_fraction(date(2021, 5, 1), left_part) == pytest.approx(1 / 3, abs=0.05)
        assert reader.clear_fraction(date(2021, 5, 2)) == 0.0
        speck = degrees(LEFT + 201, TOP - 53, LEFT + 203, TOP - 52)
        assert reader.coverage(speck) == {date(2021, 5, 1): 1.0}


def test_coverage_of_a_large_grid_is_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scl = np.full((16, 16), 4)
    scl[:, :8] = 9
    write_s2(tmp_path / "a", scl=scl)
    scenes, _ = everything(tmp_path)
    monkeypatch.setattr("eofusion_engine.cube._COVERAGE_PIXELS", 100)
    with CubeReader(scenes, small_grid(32), 0.0) as reader:
        assert reader.coverage()[date(2021, 5, 1)] == pytest.approx(0.5, abs=0.1)


def test_coverage_in_blocks_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes, _ = everything(two_zone_folder(tmp_path))
    for cloud_test in (False, True):
        with CubeReader(scenes, small_grid(48), 20.0, cloud_test=cloud_test) as reader:
            whole = reader.coverage()
            np.testing.assert_allclose(list(whole.values()), reader.read(0, 0, 48, 48).s2_clear.mean(axis=(1, 2)))
            with monkeypatch.context() as patch:
                patch.setattr("eofusion_engine.cube._BLOCK_PIXELS", 19 * 19)
                assert reader.coverage() == whole
                patch.setattr("eofusion_engine.cube._BLOCK_VALUES", 7 * 7 * 3)
                assert reader.coverage() == whole


def test_frames_know_their_pixel_size() -> None:
    assert Frame("EPSG:32632", Affine(20, 0, 0, 0, -20, 0), 4, 3).pixel_m == 20

"""The second cloud test: its rules on made-up pixels, in the cube, and on real series with right and wrong masks."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from cloud_places import series, shares
from eofusion_engine.bands import S2_BANDS
from eofusion_engine.cloud_test import cloudy, snowy
from eofusion_engine.cube import CubeReader, Grid
from eofusion_engine.sources import open_source
from scene_files import LEFT, TOP, write_s2, write_sidecar, write_tif

B = {name: index for index, name in enumerate(S2_BANDS)}
DAYS = [date(2021, 5, 1) + timedelta(days=5 * i) for i in range(6)]
CROP = {"B02": 0.04, "B03": 0.07, "B04": 0.05, "B08": 0.35, "B11": 0.2}
THICK = {"B02": 0.45, "B03": 0.44, "B04": 0.43, "B08": 0.5, "B11": 0.4}
HAZE = {"B02": 0.13, "B03": 0.15, "B04": 0.13, "B08": 0.36, "B11": 0.22}
SOIL = {"B02": 0.10, "B03": 0.14, "B04": 0.19, "B08": 0.28, "B11": 0.35}
SNOW = {"B02": 0.7, "B03": 0.7, "B04": 0.7, "B08": 0.65, "B11": 0.05}


def pixel(*looks: dict[str, float]) -> np.ndarray:
    """(T, 10, 1, 1): what one pixel looked like on each day."""
    out = np.full((len(looks), 10, 1, 1), np.nan, np.float32)
    for day, look in enumerate(looks):
        for name, value in look.items():
            out[day, B[name]] = value
    return out


def judged(*looks: dict[str, float], clear: list[bool] | None = None) -> list[bool]:
    seen = np.ones(len(looks), bool) if clear is None else np.array(clear)
    found: list[bool] = cloudy(pixel(*looks), DAYS[: len(looks)], seen[:, None, None])[:, 0, 0].tolist()
    return found


def test_thick_cloud_is_found_without_any_other_date() -> None:
    assert judged(THICK) == [True]
    assert judged(CROP) == judged(SOIL) == judged(SNOW) == judged(HAZE) == [False]


def test_haze_is_found_against_clear_dates_and_ploughing_and_snow_are_not() -> None:
    assert judged(CROP, CROP, HAZE, CROP) == [False, False, True, False]
    assert judged(CROP, CROP, SOIL, SOIL) == [False] * 4
    assert judged(CROP, SNOW, SNOW, CROP) == [False] * 4
    # One reference alone decides nothing, and neither do hazy ones that the classification has dropped.
    assert judged(CROP, HAZE) == [False, False]
    assert judged(HAZE, HAZE, CROP, CROP, clear=[False, False, True, True]) == [True, True, False, False]


def test_the_allowed_rise_grows_with_the_days_between() -> None:
    risen = CROP | {"B02": 0.08, "B04": 0.06}
    far = [DAYS[0], DAYS[0] + timedelta(days=1), DAYS[0] + timedelta(days=41)]
    near = [DAYS[0], DAYS[0] + timedelta(days=1), DAYS[0] + timedelta(days=4)]
    one = pixel(CROP, CROP, risen)
    seen = np.ones((3, 1, 1), bool)
    assert cloudy(one, near, seen)[2].all() and not cloudy(one, far, seen)[2].any()


def test_missing_bands_are_not_judged_and_no_green_is_no_excuse() -> None:
    assert judged({name: v for name, v in THICK.items() if name != "B02"}) == [False]
    assert judged({name: THICK[name] for name in ("B02", "B04")}) == [True]
    assert snowy(pixel(SNOW, CROP, THICK, {"B02": 0.7}))[:, 0, 0].tolist() == [True, False, False, False]


def hazy_series(folder: Path) -> list[np.ndarray]:
    """Five dates that SCL calls clear, one with a square of haze; the last has no classification and a cloud."""
    squares = []
    for index, day in enumerate(DAYS):
        path = folder / day.isoformat()
        write_s2(path, size=64, seed=index, time=f"{day}T10:30:00Z")
        square = np.zeros((32, 32), bool)
        for name in S2_BANDS:
            values = np.full((64, 64) if name in ("B02", "B03", "B04", "B08") else (32, 32), 500)
            if index in (2, 5):
                look = HAZE if index == 2 else THICK
                square[8:14, 20:26] = True
                cut = square.repeat(2, 0).repeat(2, 1) if values.shape[0] == 64 else square
                values[cut] = round(look.get(name, 0.3) * 1e4)
            write_tif(path / f"{name}.tif", values.astype(np.uint16), 640 / values.shape[0])
        squares.append(square.repeat(2, 0).repeat(2, 1))
    files = {name: f"{name}.tif" for name in S2_BANDS}
    write_sidecar(path, sensor="S2", level="L2A", time=f"{day}T10:30:00Z", scale=1e-4, nodata=0, bands=files)
    return squares


def read_all(folder: Path, **options):
    source = open_source(str(folder))
    scenes = source.scenes(source.extent(), date(2015, 1, 1), date(2030, 1, 1))
    return CubeReader(scenes, Grid(32632, LEFT, TOP, 64, 64), warn=pytest.fail, **options)


def test_the_cube_drops_what_the_test_finds_with_its_margin(tmp_path: Path) -> None:
    squares = hazy_series(tmp_path)
    with read_all(tmp_path) as plain, read_all(tmp_path, cloud_test=True, readers=3) as tested:
        assert plain.read(0, 0, 64, 64).s2_clear.all()
        window = tested.read(0, 0, 64, 64)
        hidden = ~window.s2_clear
        assert [bool(h.any()) for h in hidden] == [False, False, True, False, False, True]
        for index in (2, 5):
            assert hidden[index][squares[index]].all()
            assert (
                hidden[index, 14:30, 40:52].all() and not hidden[index, :13].any() and not hidden[index, :, 55:].any()
            )
        np.testing.assert_array_equal(np.isnan(window.s2).all(axis=1), hidden)
        shares_seen = tested.coverage()
        np.testing.assert_allclose(list(shares_seen.values()), window.s2_clear.mean(axis=(1, 2)), atol=1e-9)
        # The same pixels in whatever window.
        for row, col, height, width in ((0, 0, 16, 41), (10, 30, 9, 9), (29, 51, 20, 13)):
            part = tested.read(row, col, height, width)
            inner = (..., slice(row, row + height), slice(col, col + width))
            np.testing.assert_array_equal(part.s2, window.s2[inner])
            np.testing.assert_array_equal(part.s2_clear, window.s2_clear[inner])


def test_a_classification_can_be_left_to_the_test_alone(tmp_path: Path) -> None:
    hazy_series(tmp_path)
    wrong = np.full((32, 32), 9)
    wrong[:, :16] = 4
    write_tif(tmp_path / DAYS[0].isoformat() / "SCL.tif", wrong.astype(np.uint8), 20)
    with read_all(tmp_path, scl_drop=(), cloud_test=True) as reader:
        window = reader.read(0, 0, 64, 64)
    assert window.s2_clear[0].all() and not window.s2_clear[2, 20, 44] and not window.s2_clear[5, 20, 44]


def test_scenes_without_blue_are_told_of(tmp_path: Path) -> None:
    hazy_series(tmp_path)
    (last,) = (tmp_path / DAYS[-1].isoformat()).glob("scene.json")
    last.write_text(last.read_text().replace('"B02": "B02.tif", ', ""))
    with read_all(tmp_path, cloud_test=True) as reader:
        assert reader.notes == ("The second cloud test cannot judge 1 scenes: it needs the blue and red bands.",)


# --- real series -------------------------------------------------------------------------------------------


def test_the_two_pentads_with_a_wrong_mask_are_dropped_and_the_clear_ones_kept(shared_data: Path) -> None:
    (pentads,) = series("gfmap_mol_belgium, pentads")
    for use_scl in (True, False):
        found = pentads.found(use_scl)
        dropped = {
            day: float(f[k].mean()) for day, f, k in zip(pentads.days, found, pentads.known, strict=True) if k.any()
        }
        # SCL calls the first all water and unclassified, the second all bare soil: both are under cloud.
        assert dropped[date(2022, 12, 6)] > 0.98 and dropped[date(2022, 12, 16)] > 0.93
        for day in (date(2022, 11, 11), date(2023, 1, 16), date(2023, 2, 11)):
            assert dropped[day] < 0.005


@pytest.mark.parametrize(
    ("place", "clear", "cloud"),
    [
        ("gfmap_mol_belgium, acquisitions", 0.002, 0.92),
        ("worldcereal_training, Flanders 2018", 0.06, 0.85),
        ("worldcereal_training, Flanders 2019", 0.06, 0.90),
        ("openeo_pv_s2_2022, 33 places", 0.06, 0.87),
    ],
)
def test_real_clouds_are_found_without_their_mask_and_clear_views_stay(
    shared_data: Path, place: str, clear: float, cloud: float
) -> None:
    found = shares(place, use_scl=False)
    assert found["cloud"] > cloud and found["clear"] < clear and found["vegetation"] < 0.005
    assert shares(place, use_scl=True)["clear"] < clear


def test_what_is_dropped_of_clear_views_is_brighter_than_the_place_ever_is(shared_data: Path) -> None:
    """Most of what the test drops against the mask's word is the mask's miss, not the test's mistake."""
    for place in ("worldcereal_training, Flanders 2018", "worldcereal_training, Flanders 2019"):
        (one,) = series(place)
        found = one.found(use_scl=True)
        clear = one.known & np.isin(one.scl, (4, 5, 6, 7))
        blue = one.s2[:, 0]
        usual = np.nanmedian(np.where(clear & ~found, blue, np.nan), axis=0)
        above = blue - usual
        assert np.quantile(above[found & clear], 0.05) > np.quantile(above[~found & clear], 0.95)

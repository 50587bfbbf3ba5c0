"""The cube of real input, right to the pixel: against xarray's and GDAL's reading of the same files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.bands import S2_BANDS, SCL_UNCLEAR
from eofusion_engine.cube import CubeReader, Grid, common_crs
from eofusion_engine.sources import open_source
from rasterio import Affine
from rasterio.warp import Resampling, reproject

ALWAYS = (date(2015, 1, 1), date(2030, 1, 1))
B = {name: index for index, name in enumerate(S2_BANDS)}


def everything(folder: Path):
    source = open_source(str(folder))
    return source.scenes(source.extent(), *ALWAYS), source


@pytest.fixture(scope="module")
def flanders(shared_data: Path):
    """The reader without a cloud margin, its window over the whole grid, and the raw files of the place."""
    import xarray

    folder = shared_data / "imagery" / "worldcereal_training" / "0000280849BAC91C"
    scenes, source = everything(folder)
    grid = Grid.for_area(source.extent(), common_crs(scenes))
    raw = {}
    for key in ("S2_L2A_10m", "S2_L2A_20m", "S1_GRD"):
        (path,) = folder.glob(f"{key}*.nc")
        raw[key] = xarray.open_dataset(path, mask_and_scale=False).load()
    told: list[str] = []
    with CubeReader(scenes, grid, 0.0, told.append) as reader:
        window = reader.read(0, 0, grid.height, grid.width)
    return grid, window, raw, told


def test_real_10_m_bands_sit_on_their_own_pixels(flanders) -> None:
    grid, window, raw, told = flanders
    assert told == []
    ten, twenty = raw["S2_L2A_10m"], raw["S2_L2A_20m"]
    assert window.s2_dates == tuple(t.astype("datetime64[D]").item() for t in ten.timestamp.values)
    col, row = round((float(ten.x[0]) - 5 - grid.left) / 10), round((grid.top - float(ten.y[0]) - 5) / 10)
    clear = ~np.isin(twenty.SCL.values, SCL_UNCLEAR).repeat(2, 1).repeat(2, 2)
    inner = (slice(None), slice(row, row + 64), slice(col, col + 64))
    np.testing.assert_array_equal(window.s2_clear[inner], clear)
    assert not window.s2_clear[:, :row].any() and not window.s2_clear[:, :, col + 64 :].any()
    assert 0.2 < clear.mean() < 0.9
    for band in ("B02", "B03", "B04", "B08"):
        expected = np.where(clear & (ten[band].values > 0), ten[band].values * 1e-4, np.nan)
        np.testing.assert_allclose(window.s2[:, B[band]][inner], expected, rtol=1e-5)


def test_a_known_real_pixel(flanders) -> None:
    grid, window, raw, _ = flanders
    ten = raw["S2_L2A_10m"]
    day = next(i for i in range(len(window.s2_dates)) if window.s2_clear[i].sum() == 64 * 64)
    x, y = 575_000.0 + 5, 5_622_100.0 + 5
    stored = int(ten.B08.sel(x=x, y=y).values[day])
    row, col = int((grid.top - y) // 10), int((x - grid.left) // 10)
    assert window.s2[day, B["B08"], row, col] == pytest.approx(stored * 1e-4, rel=1e-6)


def test_real_20_m_bands_are_bilinear(flanders) -> None:
    grid, window, raw, _ = flanders
    twenty = raw["S2_L2A_20m"]
    day = next(i for i in range(len(window.s2_dates)) if window.s2_clear[i].sum() == 64 * 64)
    stored = twenty.B11.values[day].astype(float) * 1e-4
    col, row = round((float(twenty.x[0]) - 10 - grid.left) / 10), round((grid.top - float(twenty.y[0]) - 10) / 10)
    mine = window.s2[day, B["B11"], row : row + 64, col : col + 64]
    # The first 10 m pixel of 20 m pixel (5, 7): three quarters its own, one quarter the neighbours'.
    own, up, left, corner = stored[5, 7], stored[4, 7], stored[5, 6], stored[4, 6]
    assert mine[10, 14] == pytest.approx((9 * own + 3 * up + 3 * left + corner) / 16, rel=1e-5)
    assert mine[0, 0] == pytest.approx(stored[0, 0], rel=1e-5)
    # And all of it as GDAL does it (whose warper treats the outermost pixels in another way).
    gdal = np.full((64, 64), np.nan, np.float32)
    place = Affine(20, 0, float(twenty.x[0]) - 10, 0, -20, float(twenty.y[0]) + 10)
    reproject(
        stored.astype(np.float32), gdal, src_transform=place, dst_transform=Affine(10, 0, place.c, 0, -10, place.f),
        src_crs="EPSG:32631", dst_crs="EPSG:32631", resampling=Resampling.bilinear,
    )  # fmt: skip
    np.testing.assert_allclose(mine[1:-1, 1:-1], gdal[1:-1, 1:-1], rtol=1e-4)


def test_real_backscatter_is_interpolated_in_linear_power(flanders) -> None:
    grid, window, raw, _ = flanders
    radar = raw["S1_GRD"]
    assert window.s1.shape[:2] == (80, 2) and window.s1_ascending.all()
    db = radar.VV.values[3].astype(float) * 1e-4
    col, row = round((float(radar.x[0]) - 10 - grid.left) / 10), round((grid.top - float(radar.y[0]) - 10) / 10)
    power = 10 ** (db / 10)
    expected = 10 * np.log10((9 * power[5, 7] + 3 * power[4, 7] + 3 * power[5, 6] + power[4, 6]) / 16)
    mine = window.s1[3, 0, row : row + 64, col : col + 64]
    assert mine[10, 14] == pytest.approx(expected, abs=1e-3)
    assert np.nanmin(window.s1) >= -30 and np.nanmax(window.s1) <= 5
    assert -13 < np.nanmedian(window.s1[:, 0]) < -7


def test_a_real_place_without_visible_bands_is_input_with_bands_missing(shared_data: Path) -> None:
    import xarray

    folder = shared_data / "imagery" / "worldcereal_training" / "2021_TZA_COPERNICUS-GEOGLAM_POLY_1101950"
    scenes, source = everything(folder)
    grid = Grid.for_area(source.extent(), common_crs(scenes))
    assert grid.crs == 32737
    (path,) = folder.glob("S2_L2A_20m_*.nc")
    raw = xarray.open_dataset(path, mask_and_scale=False).load()
    with CubeReader(scenes, grid, 0.0) as reader:
        window = reader.read(0, 0, grid.height, grid.width)
    missing = [B[name] for name in ("B02", "B03", "B04", "B08")]
    assert np.isnan(window.s2[:, missing]).all()
    there = [i for i in range(10) if i not in missing]
    np.testing.assert_array_equal(np.isfinite(window.s2[:, there]).all(axis=1), window.s2_clear)
    # 136 acquisitions on 134 days: two of a day are one mosaic.
    days = raw.timestamp.values.astype("datetime64[D]")
    assert len(days) == 136 and window.s2_dates == tuple(np.unique(days).tolist()) and len(window.s2_dates) == 134
    twice = np.unique(days)[np.unique(days, return_counts=True)[1] > 1][0]
    seen = (~np.isin(raw.SCL.values[days == twice], SCL_UNCLEAR)).any(axis=0)
    assert window.s2_clear[window.s2_dates.index(twice.item())].sum() == seen.sum() * 4

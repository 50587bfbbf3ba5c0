"""Cubes of openEO and WorldCereal against independent reads with xarray and rasterio."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import rasterio
import xarray
from eofusion_engine.sources import ReadCache, Scene, cubes, open_source
from eofusion_engine.sources.base import Window


def read(scene: Scene, band: str) -> np.ndarray:
    """A whole band on its own grid."""
    frame = scene.bands[band].frame(ReadCache())
    return scene.read(band, frame, Window(0, 0, frame.height, frame.width))


def every(folder: Path) -> list[Scene]:
    source = open_source(str(folder))
    return source.scenes(source.extent(), date(1990, 1, 1), date(2100, 1, 1))


def test_gfmap_belgium(shared_data: Path) -> None:
    folder = shared_data / "imagery" / "gfmap_mol_belgium"
    warnings: list[str] = []
    scenes = cubes.scan(sorted(folder.glob("*.nc")), warnings.append)
    assert any("bap_quintad_cdse.nc holds composites" in text for text in warnings)
    with xarray.open_dataset(folder / "cdse_sentinel2_l2a.nc", engine="h5netcdf") as cube:
        own = [s for s in scenes if s.id.startswith("cdse_sentinel2_l2a_S2")]
        assert [s.date.isoformat() for s in own] == [str(t)[:10] for t in cube.t.values]
        assert set(own[0].bands) == {"B04", "B08", "B11", "SCL"}
        np.testing.assert_allclose(read(own[3], "B08"), cube["S2-L2A-B08"][3].values * 1e-4, atol=1e-6)
        np.testing.assert_array_equal(read(own[3], "SCL"), cube["S2-L2A-SCL"][3].values)
    with xarray.open_dataset(folder / "cdse_sentinel1_grd.nc", engine="h5netcdf") as cube:
        own = [s for s in scenes if s.sensor == "S1"]
        assert len(own) == cube.sizes["t"] == 10
        amplitude = cube["S1-SIGMA0-VV"][0].values.astype(np.int16).view(np.uint16).astype(float)
        np.testing.assert_allclose(read(own[0], "VV"), 20 * np.log10(amplitude) - 83, atol=1e-3)
    # A classic netCDF-3 file, which HDF5 readers do not know.
    own = [s for s in scenes if s.id.startswith("test_optical_cube")]
    assert len(own) == 19
    with rasterio.open(f"netcdf:{folder / 'test_optical_cube.nc'}:S2-L2A-B04") as file:
        np.testing.assert_allclose(read(own[7], "B04"), file.read(8) * 1e-4, atol=1e-6)
    # The pentads are floats with gaps.
    pentads = [s for s in scenes if s.id.startswith("bap_quintad")]
    with xarray.open_dataset(folder / "bap_quintad_cdse.nc", engine="h5netcdf") as cube:
        expected = cube["S2-L2A-B02"].values * 1e-4
    got = np.stack([read(s, "B02") for s in pentads])
    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
    np.testing.assert_allclose(got, expected, atol=1e-6, equal_nan=True)


def test_zarr_of_south_tyrol(shared_data: Path) -> None:
    folder = shared_data / "imagery" / "openeo_s2_southtyrol"
    scenes = every(folder)
    assert len(scenes) == 12
    assert (scenes[0].date, scenes[-1].date) == (date(2022, 6, 2), date(2022, 6, 30))
    assert set(scenes[0].bands) == {"B02", "B03", "B04", "B08", "SCL"}
    gaps = next(s for s in scenes if s.date == date(2022, 6, 17))
    index = scenes.index(gaps)
    with rasterio.open(f'ZARR:"{folder / "S2_L2A_sample.zarr"}":/B02') as file:
        expected = file.read(index + 1)
    assert np.isnan(expected).any()
    scale = 1e-4 if np.nanmedian(expected) > 3 else 1.0
    np.testing.assert_allclose(read(gaps, "B02"), expected * scale, atol=1e-6, equal_nan=True)
    assert gaps.bands["B02"].frame(ReadCache()).width == 935


def test_openeo_chips_of_austria(shared_data: Path) -> None:
    folder = shared_data / "imagery" / "openeo_pv_s2_2022"
    path = folder / "S2_2022_819.nc"
    scenes = cubes.scan([path], pytest.fail)
    with xarray.open_dataset(path, engine="h5netcdf", mask_and_scale=False) as cube:
        assert [s.date.isoformat() for s in scenes] == [str(t)[:10] for t in cube.t.values]
        stored, classes = cube["B05"].values, cube["SCL"].values
    for step in (0, 10, 31):
        expected = np.where(stored[step] == 32767, np.nan, stored[step] * 1e-4)
        np.testing.assert_allclose(read(scenes[step], "B05"), expected, atol=1e-6, equal_nan=True)
        # 32767 is no class: nothing was seen there.
        np.testing.assert_array_equal(read(scenes[step], "SCL"), np.where(classes[step] > 11, 0, classes[step]))
    assert len({(s.crs, s.bounds) for s in every(folder)}) == 33


def test_monthly_cube_of_belgium(shared_data: Path) -> None:
    path = shared_data / "imagery" / "worldcereal_tests" / "worldcereal_preprocessed_inputs.nc"
    warnings: list[str] = []
    scenes = cubes.scan([path], warnings.append)
    assert any("holds composites" in text for text in warnings)
    optical = [s for s in scenes if s.sensor == "S2"]
    assert len(optical) == 12
    got = np.stack([read(s, "B08") for s in optical])
    with netCDF4.Dataset(path) as cube:
        cube.set_auto_maskandscale(False)
        stored = cube["S2-L2A-B08"][:]
    # 65535 in an int16: nothing was seen; two months have no Sentinel-2 at all.
    np.testing.assert_array_equal(np.isnan(got), stored == -1)
    assert sum(np.isnan(month).all() for month in got) == 2
    np.testing.assert_allclose(got[~np.isnan(got)], stored[stored != -1] * 1e-4, atol=1e-6)


def cube_file(path: Path, x: np.ndarray, name: str = "B02", unit: str = "days since 2021-01-01") -> Path:
    with netCDF4.Dataset(path, "w") as file:
        for axis, values in (("t", np.array([0, 5])), ("y", 5700000.0 - 10 * np.arange(4)), ("x", x)):
            file.createDimension(axis, len(values))
            file.createVariable(axis, "f8", (axis,))[:] = values
        file["t"].units = unit
        crs = file.createVariable("crs", "i4")
        crs.crs_wkt = rasterio.crs.CRS.from_epsg(32632).to_wkt()
        file.createVariable(name, "f4", ("t", "y", "x"))[:] = 0.25
    return path


def test_reflectance_from_0_to_1_stays(tmp_path: Path) -> None:
    path = cube_file(tmp_path / "cube.nc", 600000.0 + 10 * np.arange(5))
    scenes = every(tmp_path)
    assert [s.date for s in scenes] == [date(2021, 1, 1), date(2021, 1, 6)]
    assert read(scenes[0], "B02") == pytest.approx(0.25)
    assert every(path)[0].id == scenes[0].id  # the file itself is a source, too


def test_what_is_no_cube_is_passed_over_and_a_broken_one_named(tmp_path: Path) -> None:
    cube_file(tmp_path / "good.nc", 600000.0 + 10 * np.arange(5))
    cube_file(tmp_path / "soil.nc", 600000.0 + 10 * np.arange(5), name="moisture")
    cube_file(tmp_path / "uneven.nc", 600000.0 + np.array([0, 10, 21, 30, 40]))
    cube_file(tmp_path / "timeless.nc", 600000.0 + 10 * np.arange(5), unit="steps")
    (tmp_path / "broken.nc").write_bytes(b"CDF\x01 and then nothing")
    source = open_source(str(tmp_path))
    assert len(source.scenes(source.extent(), date(2021, 1, 1), date(2021, 12, 31))) == 2
    said = " ".join(source.notes)
    assert "uneven.nc cannot be read: its x or y coordinates are not evenly spaced" in said
    assert "timeless.nc cannot be read: its time axis is in 'steps'" in said
    assert "broken.nc cannot be read" in said
    assert "soil.nc" not in said

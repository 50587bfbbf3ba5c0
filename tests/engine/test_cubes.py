"""Cubes of openEO and WorldCereal against independent reads with xarray and rasterio."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from pathlib import Path

import h5py
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


def test_dates_compressed_together_are_read_as_single_ones_are(tmp_path: Path) -> None:
    """Pieces of the file that hold several dates, at sides that do not divide the grid."""
    path, shape = tmp_path / "S1_ASC.nc", (7, 700, 650)
    rng = np.random.default_rng(3)
    stored = {name: rng.integers(1, 60000, shape).astype(np.uint16) for name in ("B04", "VV")}
    cube = xarray.Dataset(
        {
            f"S{'1-SIGMA0' if name == 'VV' else '2-L2A'}-{name}": (("t", "y", "x"), values)
            for name, values in stored.items()
        },
        {
            "t": np.datetime64("2021-05-01", "ns") + np.arange(7) * np.timedelta64(5, "D"),
            "y": 5700000.0 - 10 * np.arange(700),
            "x": 600000.0 + 10 * np.arange(650),
        },
    )
    cube["crs"] = ((), 0, {"crs_wkt": rasterio.crs.CRS.from_epsg(32632).to_wkt()})
    chunks = {name: {"zlib": True, "chunksizes": (4, 300, 333)} for name in cube.data_vars if name != "crs"}
    cube.to_netcdf(path, engine="h5netcdf", encoding=chunks)
    scenes = every(path)
    optical, radar = ([s for s in scenes if s.sensor == sensor] for sensor in ("S2", "S1"))
    cache = ReadCache()
    for step in (0, 3, 4, 6):
        expected = stored["B04"][step, 290:690, 100:640] * 1e-4
        frame = optical[step].bands["B04"].frame(cache)
        got = optical[step].read("B04", frame, Window(290, 100, 400, 540), cache)
        np.testing.assert_allclose(got, expected, rtol=1e-6)
    assert cache.loads == 2 * 2  # two groups of dates, two pieces of the grid (600 x 666 pixels)
    np.testing.assert_allclose(read(radar[5], "VV"), 20 * np.log10(stored["VV"][5].astype(float)) - 83, atol=1e-3)
    assert all(s.ascending for s in radar)


def test_direction_is_told_by_the_hours_where_no_name_does(tmp_path: Path) -> None:
    x = 600000.0 + 10 * np.arange(5)
    by_day = cube_file(tmp_path / "day.nc", x, name="VV")
    by_hour = cube_file(tmp_path / "hour.nc", x, name="VH", unit="days since 2021-01-01 19:10:00 +02:00")
    warnings: list[str] = []
    scenes = cubes.scan([by_day, by_hour], warnings.append)
    assert [s.ascending for s in scenes] == [False, False, True, True]
    assert scenes[2].time == datetime(2021, 1, 1, 17, 10, tzinfo=timezone.utc)
    assert [text.split()[0] for text in warnings] == ["day.nc"]


def zarr_store(
    store: Path,
    band: np.ndarray,
    x: np.ndarray,
    *,
    dimensions: tuple[str, ...] = ("t", "y", "x"),
    fill: float | None = None,
    **attributes: float,
) -> Path:
    """A store of version 2 with B04 at two dates, as xarray lays it out."""
    y = 5700000.0 - 10 * np.arange(band.shape[1])
    wkt = rasterio.crs.CRS.from_epsg(32632).to_wkt()
    arrays = {
        "B04": (band, {"grid_mapping": "crs", **attributes}, dimensions),
        "t": (np.array([0.0, 5.0]), {"units": "days since 2021-05-01"}, ["t"]),
        "y": (y, {"standard_name": "projection_y_coordinate"}, ["y"]),
        "x": (x, {"standard_name": "projection_x_coordinate"}, ["x"]),
        "crs": (np.array(0), {"crs_wkt": wkt}, []),
    }
    for name, (values, about, axes) in arrays.items():
        (store / name).mkdir(parents=True)
        form = {
            "zarr_format": 2,
            "shape": values.shape,
            "chunks": values.shape,
            "dtype": values.dtype.str,
            "order": "C",
        }
        form |= {"compressor": None, "filters": None, "fill_value": fill if name == "B04" else None}
        (store / name / ".zarray").write_text(json.dumps(form))
        (store / name / ".zattrs").write_text(json.dumps({"_ARRAY_DIMENSIONS": axes, **about}))
        (store / name / ".".join("0" * max(values.ndim, 1))).write_bytes(values.tobytes())
    (store / ".zgroup").write_text('{"zarr_format": 2}')
    return store


def test_a_zarr_store_with_its_own_scale_and_fill(tmp_path: Path) -> None:
    """As xarray writes whole numbers: decoded values are stored * scale_factor + add_offset."""
    stored = np.arange(2 * 4 * 5, dtype=np.int16).reshape(2, 4, 5)
    x = 600000.0 + 10 * np.arange(5)
    zarr_store(tmp_path / "S2.zarr", stored, x, fill=7, scale_factor=0.001, add_offset=-0.002)
    first, second = every(tmp_path / "S2.zarr")
    assert second.date == date(2021, 5, 6)
    expected = np.where(stored == 7, np.nan, stored * 0.001 - 0.002)
    np.testing.assert_allclose(read(first, "B04"), expected[0], atol=1e-7)
    np.testing.assert_allclose(read(second, "B04"), expected[1], atol=1e-7)


@pytest.mark.parametrize("name", ["cube.nc", "S2_L2A_10m_place_32632_2021-01-01_2021-02-01.nc"])
@pytest.mark.parametrize("kind", ["storage", "link", "virtual"])
def test_a_cube_with_its_numbers_in_other_files_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    cube_file(tmp_path / "good.nc", 600000.0 + 10 * np.arange(5))
    secret = tmp_path.parent / f"{tmp_path.name}.txt"
    secret.write_bytes(b"not of this folder" * 9)
    with h5py.File(tmp_path / name, "w") as file:
        if kind == "storage":
            file.create_dataset("B02", (2, 4, 5), "u1", external=[(str(secret), 0, 40)])
        elif kind == "link":
            file["B02"] = h5py.ExternalLink(str(secret), "/B02")
        else:
            layout = h5py.VirtualLayout((2, 4, 5), "u1")
            layout[:] = h5py.VirtualSource(str(secret), "B02", (2, 4, 5))
            file.create_virtual_dataset("B02", layout)
        file["timestamp"] = file["t"] = np.array([1.0, 2.0])
    warnings: list[str] = []
    assert cubes.scan([tmp_path / name], warnings.append) == []
    assert len(warnings) == 1 and warnings[0].startswith(f"{name} cannot be read") and "another file" in warnings[0]


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


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_stores_that_would_lie_elsewhere_are_named(tmp_path: Path) -> None:
    """GDAL gives an uneven grid no place and a transposed one a wrong place, both without an error."""
    x = 600000.0 + 10 * np.arange(6)
    uneven = x + np.array([0, 0, 3, 0, 0, 0])
    values = np.full((2, 6, 6), 0.25, np.float32)
    stores = [
        zarr_store(tmp_path / "good.zarr", values, x),
        zarr_store(tmp_path / "uneven.zarr", values, uneven),
        zarr_store(tmp_path / "turned.zarr", values, x, dimensions=("t", "x", "y")),
    ]
    newer = tmp_path / "newer.zarr"
    (newer / "B02").mkdir(parents=True)
    about = {"zarr_format": 3, "node_type": "array", "shape": [2, 6, 6], "data_type": "int16", "fill_value": 0}
    about |= {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1, 6, 6]}}}
    about |= {"chunk_key_encoding": {"name": "default"}, "codecs": [{"name": "unheard-of"}]}
    (newer / "B02" / "zarr.json").write_text(json.dumps(about))
    warnings: list[str] = []
    scenes = cubes.scan([*stores, newer], warnings.append)
    assert len(scenes) == 2 and scenes[0].bounds == (599995.0, 5699945.0, 600055.0, 5700005.0)
    said = " ".join(warnings)
    assert "uneven.zarr cannot be read: its x or y coordinates are not evenly spaced" in said
    assert "turned.zarr cannot be read: its band B04 has the dimensions t, x, y" in said
    assert "newer.zarr cannot be read: it is in zarr's version 3" in said


def test_a_netcdf_cube_may_name_its_projection_as_gdal_does_but_not_lie_on_its_side(tmp_path: Path) -> None:
    wkt = rasterio.crs.CRS.from_epsg(32632).to_wkt()
    for name, key, dimensions in (
        ("gdal.nc", "spatial_ref", ("t", "y", "x")),
        ("turned.nc", "crs_wkt", ("t", "x", "y")),
    ):
        cube = xarray.Dataset(
            {"B02": (dimensions, np.full((2, 4, 4), 0.25)), "crs": ((), 0, {key: wkt})},
            {"t": [0, 5], "y": 5700000.0 - 10 * np.arange(4), "x": 600000.0 + 10 * np.arange(4)},
        )
        cube["t"].attrs["units"] = "days since 2021-01-01"
        cube.to_netcdf(tmp_path / name, engine="h5netcdf")
    warnings: list[str] = []
    scenes = cubes.scan(sorted(tmp_path.glob("*.nc")), warnings.append)
    assert [(s.crs, s.date) for s in scenes] == [("EPSG:32632", date(2021, 1, 1)), ("EPSG:32632", date(2021, 1, 6))]
    assert len(warnings) == 1 and "turned.nc cannot be read: its band B02 has the dimensions t, x, y" in warnings[0]

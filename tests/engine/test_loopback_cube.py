"""One place as COG folder, STAC service and netCDF cubes gives one cube: the one that odc-stac and xarray compute."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.cube import CubeReader, CubeWindow, Grid, common_crs
from eofusion_engine.errors import NoScenesError
from eofusion_engine.sources import SourceOptions, open_source
from eofusion_engine.sources.base import Scene, Source
from loopback.fixtures import period
from loopback.place import Place
from loopback.services import Service


def read_whole(scenes: list[Scene], place: Place, readers: int = 1) -> tuple[Grid, CubeWindow]:
    """The cube over the place's area; any warning fails the test."""
    grid = Grid.for_area(place.area, common_crs(scenes))
    with CubeReader(scenes, grid, 20.0, pytest.fail, readers=readers) as reader:
        return grid, reader.read(0, 0, grid.height, grid.width)


@pytest.fixture(scope="module")
def from_folder(loopback_place: Place, cog_folder: Path) -> tuple[Grid, CubeWindow]:
    scenes = open_source(str(cog_folder)).scenes(loopback_place.area, *period())
    return read_whole(scenes, loopback_place)


@pytest.fixture
def catalogue(service: Service, own_cache: Path) -> Source:
    return open_source(service.url)


def assert_same_cube(a: CubeWindow, b: CubeWindow, db: float = 1e-4) -> None:
    assert a.s2_dates == b.s2_dates and a.s1_dates == b.s1_dates
    np.testing.assert_array_equal(a.s1_ascending, b.s1_ascending)
    np.testing.assert_array_equal(a.s2_clear, b.s2_clear)
    np.testing.assert_allclose(a.s2, b.s2, rtol=0, atol=1e-6)
    np.testing.assert_allclose(a.s1, b.s1, rtol=0, atol=db)


def test_the_service_gives_the_folders_cube(
    catalogue: Source, loopback_place: Place, from_folder: tuple[Grid, CubeWindow]
) -> None:
    scenes = catalogue.scenes(loopback_place.area, *period())
    grid, cube = read_whole(scenes, loopback_place, readers=4)
    assert grid == from_folder[0]
    assert_same_cube(cube, from_folder[1])
    assert set(cube.s1_levels) == {"RTC"}
    assert {s.crs for s in scenes} == {"EPSG:32632", "EPSG:32633"}


def test_the_netcdf_cubes_give_the_folders_cube(
    netcdf_folder: Path, loopback_place: Place, from_folder: tuple[Grid, CubeWindow]
) -> None:
    scenes = open_source(str(netcdf_folder)).scenes(loopback_place.area, *period())
    grid, cube = read_whole(scenes, loopback_place)
    assert grid == from_folder[0]
    assert_same_cube(cube, from_folder[1])


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # odc-geo's use of affine
def test_odc_stac_and_xarray_compute_the_same_cube(
    service: Service, loopback_place: Place, from_folder: tuple[Grid, CubeWindow]
) -> None:
    from loopback.oracle import cube, load_native

    grid, mine = from_folder
    other = cube(loopback_place, load_native(service.url, loopback_place), grid)
    assert mine.s2_dates == other["s2_dates"] and len(mine.s2_dates) == 5
    assert tuple(zip(mine.s1_dates, mine.s1_ascending.tolist(), strict=True)) == other["s1_keys"]
    np.testing.assert_allclose(mine.s2, other["s2"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(mine.s1, other["s1"], rtol=0, atol=1e-4)
    # The comparison is worth something: most is seen, some is not, and each date is another.
    assert 0.5 < np.isfinite(mine.s2).mean() < 0.99 and 0.4 < np.isfinite(mine.s1).mean() < 0.95
    means = np.nanmean(mine.s2, axis=(2, 3))
    assert np.abs(np.diff(means, axis=0)).max(axis=1).min() > 0.005


def test_a_window_is_a_part_of_the_whole(
    catalogue: Source, loopback_place: Place, from_folder: tuple[Grid, CubeWindow]
) -> None:
    grid, whole = from_folder
    scenes = catalogue.scenes(loopback_place.area, *period())
    with CubeReader(scenes, grid, 20.0, pytest.fail, readers=4) as reader:
        part = reader.read(37, 61, 40, 50)
        covered = reader.coverage(loopback_place.area)
    np.testing.assert_array_equal(part.s2, whole.s2[:, :, 37:77, 61:111])
    np.testing.assert_array_equal(part.s1, whole.s1[:, :, 37:77, 61:111])
    assert covered[date(2022, 4, 18)] < 0.95 < covered[date(2022, 5, 8)]  # the one with clouds, one without


def test_of_reprocessed_items_the_newest_is_read(catalogue: Source, loopback_place: Place) -> None:
    scenes = [s for s in catalogue.scenes(loopback_place.area, *period()) if s.sensor == "S2"]
    current = {a.id for a in loopback_place.current("S2")}
    older = {a.id for a in loopback_place.acquisitions if a.superseded}
    assert older and {s.id for s in scenes} == current
    assert any("older processing" in note for note in catalogue.notes)


def test_the_offset_is_taken_away_once(catalogue: Source, loopback_place: Place) -> None:
    truth = {a.id: a for a in loopback_place.current("S2")}
    assert {a.offset for a in truth.values()} == {"none", "baseline", "raster-bands", "applied"}
    for scene in catalogue.scenes(loopback_place.area, *period()):
        if scene.sensor != "S2":
            continue
        assert scene.bands["B04"].offset == pytest.approx(-truth[scene.id].stored_offset * 1e-4), scene.id
        assert scene.bands["B04"].scale == pytest.approx(1e-4)


def test_planning_opens_files_only_where_items_do_not_place_them(
    catalogue: Source, service: Service, loopback_place: Place
) -> None:
    catalogue.scenes(loopback_place.area, *period())
    opened = {path.split("/")[2] for path, _ in service.requests if path.startswith("/files/")}
    assert opened == {a.id for a in loopback_place.current() if not a.projected}


def test_orbit_cloud_limit_and_period_choose(service: Service, own_cache: Path, loopback_place: Place) -> None:
    options = SourceOptions(max_cloud=1.0, orbit="descending")
    scenes = open_source(service.url, options).scenes(loopback_place.area, *period())
    assert {s.ascending for s in scenes if s.sensor == "S1"} == {False}
    wanted = {a.id for a in loopback_place.current("S2") if a.cloud_cover <= 1.0}
    assert {s.id for s in scenes if s.sensor == "S2"} == wanted
    assert 0 < len(wanted) < len(loopback_place.current("S2"))
    day = date(2022, 5, 8)
    later = open_source(service.url).scenes(loopback_place.area, day, day + timedelta(days=3))
    assert {s.date for s in later} == {day, date(2022, 5, 11)}
    with pytest.raises(NoScenesError, match="no scene of the area from 2021-01-01 to 2021-02-01"):
        open_source(service.url).scenes(loopback_place.area, date(2021, 1, 1), date(2021, 2, 1))


def test_small_pages_give_every_item(service: Service, own_cache: Path, loopback_place: Place, tmp_path: Path) -> None:
    import json

    from eofusion_engine.sources.stac.description import PRESETS

    described = json.loads((PRESETS / "any.json").read_text(encoding="utf-8"))
    described |= {"api": service.url, "title": "Loopback", "page_size": 2}
    path = tmp_path / "loopback.json"
    path.write_text(json.dumps(described), encoding="utf-8")
    scenes = open_source(str(path)).scenes(loopback_place.area, *period())
    assert {s.id for s in scenes} == {a.id for a in loopback_place.current()}
    assert sum(where == "/search" for where, _ in service.requests) >= 7


def test_heights_come_from_the_service(catalogue: Source, loopback_place: Place) -> None:
    from eofusion_engine.sources.base import Window
    from eofusion_engine.sources.store import ReadCache

    (heights,) = catalogue.elevation(loopback_place.area)
    grid = Grid.for_area(loopback_place.area)
    cache = ReadCache()
    values = heights.on_grid(grid.frame, Window(0, 0, grid.height, grid.width), cache)
    cache.close()
    assert heights.unit == "metre" and np.isfinite(values).all()
    assert abs(float(values.mean()) - 450) < 100 and 5 < values.std() < 120

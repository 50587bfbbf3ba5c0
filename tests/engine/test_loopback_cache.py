"""What was read from the service is kept on disk: asked for once, read anew when changed, never more than allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.cube import CubeReader, CubeWindow, Grid, common_crs
from eofusion_engine.sources import SourceOptions, open_source
from loopback.fixtures import period
from loopback.place import Place
from loopback.services import Service
from loopback.writers import write_item


@pytest.fixture
def one_date(loopback_place: Place) -> Place:
    return loopback_place.until(date(2022, 4, 5))


def read(service: Service, place: Place, options: SourceOptions | None = None) -> CubeWindow:
    """The cube as a run of its own reads it: opened, read whole, closed."""
    source = open_source(service.url, options)
    scenes = source.scenes(place.area, *period())
    grid = Grid.for_area(place.area, common_crs(scenes))
    with CubeReader(scenes, grid, 20.0, pytest.fail, readers=4) as reader:
        cube = reader.read(0, 0, grid.height, grid.width)
    source.close()
    return cube


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def assert_same(a: CubeWindow, b: CubeWindow) -> None:
    np.testing.assert_array_equal(a.s2, b.s2)
    np.testing.assert_array_equal(a.s1, b.s1)


def test_the_second_run_asks_whether_files_changed_and_no_more(
    serve: Callable[[Place], Service], own_cache: Path, one_date: Place
) -> None:
    service = serve(one_date)
    first = read(service, one_date)
    files = {path for path, _ in service.requests if path.startswith("/files/")}
    sent = service.bytes_sent
    service.forget()
    assert_same(read(service, one_date), first)
    again = [path for path, _ in service.requests if path.startswith("/files/")]
    assert len(again) == len(set(again)) and set(again) <= files  # one look at each
    assert service.bytes_sent < 0.8 * sent


def test_a_file_that_was_replaced_is_read_anew(
    serve: Callable[[Place], Service], own_cache: Path, one_date: Place, tmp_path: Path
) -> None:
    service = serve(one_date)
    first = read(service, one_date)
    a = one_date.current("S2")[0]
    brighter = replace(a, values={**a.values, "B02": np.where(a.values["B02"] > 0, a.values["B02"] + 300, 0)})
    write_item(brighter, tmp_path / "stac-0", service.files_url)
    second = read(service, one_date)
    difference = second.s2[0, 0] - first.s2[0, 0]
    changed = np.isfinite(difference) & (np.abs(difference) > 1e-6)
    assert changed.mean() > 0.3
    np.testing.assert_allclose(difference[changed], 0.03, atol=1e-6)
    np.testing.assert_array_equal(second.s2[:, 1:], first.s2[:, 1:])


def test_a_damaged_cache_is_no_worse_than_none(
    serve: Callable[[Place], Service], own_cache: Path, one_date: Place
) -> None:
    service = serve(one_date)
    first = read(service, one_date)
    damaged = 0
    for number, path in enumerate(sorted(p for p in own_cache.rglob("*") if p.is_file())):
        content = path.read_bytes()
        path.write_bytes((content[: len(content) // 2], content[:-9] + bytes(9), b"")[number % 3])
        damaged += 1
    assert damaged > 30
    assert_same(read(service, one_date), first)


def test_the_cache_keeps_to_its_limit_and_none_means_none(
    serve: Callable[[Place], Service], own_cache: Path, one_date: Place
) -> None:
    service = serve(one_date)
    without = read(service, one_date, SourceOptions(cache_gb=0.0))
    assert size_of(own_cache) == 0
    limit = 0.0003  # GB: a third of what these scenes need
    assert_same(read(service, one_date, SourceOptions(cache_gb=limit)), without)
    assert 0 < size_of(own_cache) <= 1.1 * limit * 1e9

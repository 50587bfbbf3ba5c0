"""A service that fails: what passes is tried again and changes nothing, what stays is a sentence naming the scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.cube import CubeReader, CubeWindow, Grid, common_crs
from eofusion_engine.errors import EOFusionError, SourceError
from eofusion_engine.sources import open_source
from eofusion_engine.sources.base import Scene, Source
from eofusion_engine.sources.transport import Transport
from loopback.faults import Fault
from loopback.fixtures import period
from loopback.place import Place
from loopback.services import Service

#: Of the western tile on 2022-05-08, in the collection whose assets are named by colours.
SCENE = "S2A_MSIL2A_20220508T101031_R022_T32UQU_N0509"
#: A part of the scenes, where one that is lost is all that a test is about; that scene's date is the first.
MAY = (date(2022, 5, 1), date(2022, 5, 31))


@pytest.fixture(scope="module")
def whole(loopback_place: Place, cog_folder: Path) -> CubeWindow:
    """The cube without any fault, from the folder of the same scenes."""
    return cube_of(open_source(str(cog_folder)).scenes(loopback_place.area, *period()), loopback_place, pytest.fail)


@pytest.fixture(scope="module")
def may(loopback_place: Place, cog_folder: Path) -> CubeWindow:
    """The same of May alone."""
    return cube_of(open_source(str(cog_folder)).scenes(loopback_place.area, *MAY), loopback_place, pytest.fail)


def cube_of(scenes: list[Scene], place: Place, warn: Callable[[str], object], readers: int = 4) -> CubeWindow:
    grid = Grid.for_area(place.area, common_crs(scenes))
    with CubeReader(scenes, grid, 20.0, warn, readers=readers) as reader:
        return reader.read(0, 0, grid.height, grid.width)


def read(source: Source, place: Place, when: tuple[date, date] = MAY) -> tuple[CubeWindow, list[str]]:
    """The cube of what a source has, and what it warned of."""
    told: list[str] = []
    scenes = source.scenes(place.area, *when)
    return cube_of(scenes, place, told.append), told


def assert_same(a: CubeWindow, b: CubeWindow) -> None:
    np.testing.assert_array_equal(a.s2_clear, b.s2_clear)
    np.testing.assert_allclose(a.s2, b.s2, rtol=0, atol=1e-6)
    np.testing.assert_allclose(a.s1, b.s1, rtol=0, atol=1e-4)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_fifth_of_the_requests_failing_changes_nothing(
    service: Service, own_cache: Path, loopback_place: Place, whole: CubeWindow, waits: list[float], seed: int
) -> None:
    service.faults.seed, service.faults.rate = seed, 0.2
    source = open_source(service.url)
    cube, told = read(source, loopback_place, period())
    assert told == []
    assert_same(cube, whole)
    kinds = [fault.kind for _, fault in service.requests]
    assert 0.1 < np.mean([bool(kind) for kind in kinds]) < 0.3
    assert {"429", "500", "503", "cut"} <= set(kinds)
    stats = source.transport.stats()
    assert stats["retries"] >= sum(map(bool, kinds)) > 10 and len(waits) >= 10


def test_wrong_bytes_are_read_again(
    service: Service, own_cache: Path, loopback_place: Place, whole: CubeWindow, waits: list[float]
) -> None:
    service.faults.rate, service.faults.kinds, service.faults.only = 0.08, ("corrupt",), "/files/*"
    service.faults.most = 1  # what is damaged twice over counts as damaged for good
    cube, told = read(open_source(service.url), loopback_place, period())
    assert sum(fault.corrupt for _, fault in service.requests) > 10
    assert told == []
    assert_same(cube, whole)


def test_damaged_for_good_is_a_gap_and_a_warning(
    service: Service, own_cache: Path, loopback_place: Place, may: CubeWindow, waits: list[float]
) -> None:
    service.faults.always[f"/files/{SCENE}/B12.tif"] = Fault(corrupt=True)
    cube, told = read(open_source(service.url), loopback_place)
    assert len(told) == 1 and SCENE in told[0] and "B12" in told[0]
    assert np.isnan(cube.s2[0, 9]).sum() > np.isnan(may.s2[0, 9]).sum()
    # The next run, whose service is well again, does not find the damage in the cache.
    service.forget()
    again, told = read(open_source(service.url), loopback_place)
    assert told == []
    assert_same(again, may)


@pytest.mark.parametrize(
    ("fault", "words", "tries"),
    [
        (Fault(status=404), "status 404", 1),
        (Fault(status=410), "status 410", 1),
        (Fault(status=401), "status 401", 1),
        (Fault(status=403), "status 403", 1),
        (Fault(status=429, retry_after=0), "status 429", 6),
        (Fault(status=503), "status 503", 6),
        (Fault(cut=True), "", 6),
    ],
)
def test_one_asset_lost_is_a_gap_and_a_warning_that_names_the_scene(
    service: Service, own_cache: Path, loopback_place: Place, may: CubeWindow, waits: list[float], fault: Fault,
    words: str, tries: int,
) -> None:  # fmt: skip
    service.faults.always[f"/files/{SCENE}/B08.tif"] = fault
    cube, told = read(open_source(service.url), loopback_place)
    assert len(told) == 1 and f"B08 of {SCENE} cannot be read" in told[0] and words in told[0]
    # What is gone is not asked for again and again, what may pass is.
    assert sum(path == f"/files/{SCENE}/B08.tif" for path, _ in service.requests) == tries
    lost = np.isnan(cube.s2[0, 6]) & np.isfinite(may.s2[0, 6])
    assert lost.any() and np.isfinite(cube.s2[0, 0][lost]).all()
    np.testing.assert_array_equal(cube.s2[1:], may.s2[1:])
    np.testing.assert_allclose(cube.s1, may.s1, rtol=0, atol=1e-4)


def test_a_cloud_mask_gone_leaves_the_scene_out(
    service: Service, own_cache: Path, loopback_place: Place, may: CubeWindow, waits: list[float]
) -> None:
    service.faults.always[f"/files/{SCENE}/SCL.tif"] = Fault(status=404)
    cube, told = read(open_source(service.url), loopback_place)
    assert len(told) == 1 and f"The cloud mask of {SCENE} is missing" in told[0]
    assert 0 < cube.s2_clear[0].sum() < may.s2_clear[0].sum()  # the eastern tile is still there


def test_retry_after_is_obeyed(service: Service, own_cache: Path, loopback_place: Place, waits: list[float]) -> None:
    service.faults.first["/search"] = (1, Fault(status=429, retry_after=7))
    assert open_source(service.url).scenes(loopback_place.area, *period())
    assert any(wait >= 7 for wait in waits)


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Fault(status=401), "credentials", "status 401"),
        (Fault(status=403), "credentials", "status 403"),
        (Fault(status=429, retry_after=0), "service", "asked too often"),
        (Fault(status=500), "service", "status 500"),
        (Fault(status=503), "service", "status 503"),
        (Fault(status=404), "not-stac", "status 404"),
        (Fault(cut=True), "network", "cannot be reached"),
    ],
)
def test_a_search_that_fails_for_good_is_one_plain_sentence(
    service: Service, own_cache: Path, loopback_place: Place, waits: list[float], fault: Fault, code: str, words: str
) -> None:
    service.faults.always["/search"] = fault
    with pytest.raises(SourceError) as caught:
        open_source(service.url).scenes(loopback_place.area, *period())
    assert caught.value.code == code and words in caught.value.message and caught.value.hint
    assert "Traceback" not in str(caught.value) and "urllib3" not in str(caught.value)
    assert 1 <= sum(path == "/search" for path, _ in service.requests) <= 12


def test_no_service_at_the_address(own_cache: Path, loopback_place: Place, waits: list[float]) -> None:
    from loopback.services import free_port

    with pytest.raises(SourceError, match="cannot be reached") as caught:
        open_source(f"http://127.0.0.1:{free_port()}").scenes(loopback_place.area, *period())
    assert caught.value.code == "network"


def test_a_service_that_does_not_answer_in_time(
    service: Service, own_cache: Path, loopback_place: Place, waits: list[float]
) -> None:
    from eofusion_engine.sources.stac import find
    from eofusion_engine.sources.stac.source import StacSource

    name = f"{service.url.removeprefix('http://')}"
    transport = Transport(cache=None, trusted_hosts={name}, retries=2, timeout_s=0.2)
    source = StacSource(find(service.url), transport=transport)
    scenes = source.scenes(loopback_place.area, *MAY)
    service.faults.always[f"/files/{SCENE}/B03.tif"] = Fault(delay_s=0.7)
    told: list[str] = []
    cube_of(scenes, loopback_place, told.append)
    assert len(told) == 1 and SCENE in told[0] and "B03" in told[0]


def test_a_redirect_to_another_local_server_is_not_followed(
    service: Service, own_cache: Path, loopback_place: Place, waits: list[float], serve: Callable[[Place], Service]
) -> None:
    inner = serve(replace(loopback_place, acquisitions=loopback_place.acquisitions[:1]))
    target = f"{inner.files_url}/{loopback_place.acquisitions[0].id}/B02.tif"
    service.faults.always[f"/files/{SCENE}/B02.tif"] = Fault(status=302, redirect=target)
    _, told = read(open_source(service.url), loopback_place)
    assert len(told) == 1 and SCENE in told[0]
    assert inner.requests == []


def test_an_asset_on_another_local_server_is_left_out(
    own_cache: Path, loopback_place: Place, serve: Callable[[Place], Service], tmp_path: Path
) -> None:
    import json

    from loopback.writers import write_catalogue

    inner = serve(replace(loopback_place, acquisitions=loopback_place.acquisitions[:1]))
    files = write_catalogue(loopback_place, tmp_path / "outer", "PLACE")
    with Service(tmp_path / "outer") as outer:
        items = json.loads(files[-1].read_text().replace("PLACE", outer.files_url))
        strange = next(item for item in items["features"] if item["id"] == SCENE)
        strange["assets"]["nir"]["href"] = f"{inner.files_url}/{SCENE}/B08.tif"
        files[-1].write_text(json.dumps(items))
        outer.start_api(files)
        source = open_source(outer.url)
        scenes = source.scenes(loopback_place.area, *period())
    assert SCENE not in {scene.id for scene in scenes} and len(scenes) == len(loopback_place.current()) - 1
    assert any(SCENE in note and "private network" in note for note in source.notes)
    assert inner.requests == []


def test_what_is_no_catalogue_is_said_so(service: Service, own_cache: Path, loopback_place: Place) -> None:
    with pytest.raises(EOFusionError) as caught:
        open_source(f"{service.files_url}/items.json").scenes(loopback_place.area, *period())
    assert caught.value.code in ("not-stac", "no-collections") and caught.value.hint

"""A catalogue as a source: presets, filters, several zones, repetitions, refusals, and answers kept for later."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from eofusion_engine.errors import NoScenesError, SourceError
from eofusion_engine.sources import SourceOptions, open_source
from eofusion_engine.sources.base import Frame
from eofusion_engine.sources.remote import RemoteBand
from eofusion_engine.sources.stac import catalogues, is_catalogue
from eofusion_engine.sources.stac.description import Catalogue, for_address, presets, read_description
from eofusion_engine.sources.stac.source import StacSource, _trusted
from eofusion_engine.sources.store import ReadCache
from eofusion_engine.sources.transport import DiskCache
from shapely.geometry import box
from stac_samples import (
    API,
    MemoryApi,
    carried_by,
    dem_tile,
    earth_search_c1,
    earth_search_v1,
    moved,
    planetary_s1,
    planetary_s2,
    raw_grd,
)

AREA = box(9.1, 48.0, 9.2, 48.1)
JUNE = (date(2023, 6, 1), date(2023, 6, 30))
Open = Callable[..., StacSource]


def source(
    api: MemoryApi, options: SourceOptions | None = None, cache: DiskCache | None = None, **changes: Any
) -> StacSource:
    """The service of ``api``, under the usual names."""
    transport = carried_by(api, cache)
    catalogue = for_address(API).model_copy(update=changes)
    return StacSource(catalogue, options, cache=cache, transport=transport)


def test_scenes_of_both_sensors_oldest_first() -> None:
    api = MemoryApi([planetary_s1(), planetary_s2(), dem_tile()])
    found = source(api)
    scenes = found.scenes(AREA, *JUNE)
    assert [(s.sensor, s.level, s.date.day) for s in scenes] == [("S2", "L2A", 13), ("S1", "RTC", 14)]
    assert found.kind == "stac" and found.weather(AREA) is None and found.notes == []
    assert [band.unit for band in found.elevation(AREA)] == []  # its bucket is not one that is known here
    assert "its S3 bucket" in found.notes[0]


def test_only_collections_that_the_service_has_are_asked_for() -> None:
    api = MemoryApi([planetary_s2()])
    source(api).scenes(AREA, *JUNE)
    assert [body["collections"] for body in api.bodies] == [["sentinel-2-l2a"]]
    other = planetary_s2()
    other["collection"] = "something-else"
    with pytest.raises(SourceError, match="has none of the collections sentinel-2-c1-l2a") as caught:
        source(MemoryApi([other])).scenes(AREA, *JUNE)
    assert caught.value.code == "no-collections"


def test_several_utm_zones() -> None:
    api = MemoryApi([planetary_s2(), moved(planetary_s2(), 32633, 0.15)])
    assert [s.crs for s in source(api).scenes(AREA, *JUNE)] == ["EPSG:32632", "EPSG:32633"]


def test_what_the_server_did_not_filter_is_filtered_here() -> None:
    elsewhere, earlier, cloudy = moved(planetary_s2(), 32633, 20.0), planetary_s2(), planetary_s2()
    earlier["properties"]["datetime"] = "2023-05-31T10:26:01Z"
    earlier["properties"]["s2:datatake_id"] = "GS2B_20230531T102601_032700_N05.09"
    cloudy["properties"] |= {"eo:cloud_cover": 80, "s2:datatake_id": "GS2B_20230616T102601_032700_N05.09"}
    earlier["id"], cloudy["id"] = "earlier", "cloudy"
    api = MemoryApi([planetary_s2(), elsewhere, earlier, cloudy])
    scenes = source(api, SourceOptions(max_cloud=50)).scenes(AREA, *JUNE)
    assert [s.id for s in scenes] == [planetary_s2()["id"]] and "query" not in api.bodies[0]


def test_filters_reach_a_server_that_understands_them() -> None:
    api = MemoryApi([planetary_s2(), planetary_s1()], conforms=("query",))
    scenes = source(api, SourceOptions(max_cloud=50, orbit="ascending")).scenes(AREA, *JUNE)
    assert [body["query"] for body in api.bodies] == [
        {"eo:cloud_cover": {"lte": 50}},
        {"sat:orbit_state": {"eq": "ascending"}},
    ]
    assert len(scenes) == 2


@pytest.mark.parametrize(("orbit", "count"), [("both", 2), ("ascending", 1), ("descending", 1)])
def test_orbits(orbit: Any, count: int) -> None:
    down = planetary_s1("descending")
    down["id"] = "down"
    scenes = source(MemoryApi([planetary_s1(), down]), SourceOptions(orbit=orbit)).scenes(AREA, *JUNE)
    assert len(scenes) == count and all(orbit == "both" or s.ascending == (orbit == "ascending") for s in scenes)


def test_reprocessed_items_are_noted() -> None:
    old, new = planetary_s2("02.14", "20230613T130000"), planetary_s2("05.09", "20240101T000000")
    found = source(MemoryApi([old, new]))
    assert [s.baseline for s in found.scenes(AREA, *JUNE)] == ["05.09"]
    assert found.notes[0].startswith("stac.example.org has 1 Sentinel-2 item more, older processings")
    found.scenes(AREA, *JUNE)
    assert len(found.notes) == 1


def test_earth_search_prefers_its_new_collection_and_refuses_what_contradicts_itself() -> None:
    alone = earth_search_v1(applied=False)
    alone["id"] = "S2A_32UNU_20230616_0_L2A"
    alone["properties"] |= {"s2:datatake_id": "GS2A_20230616T102601_041700_N05.09", "datetime": "2023-06-16T10:27:00Z"}
    catalogue = presets()["earth-search"].model_copy(update={"api": API})
    transport = carried_by(MemoryApi([earth_search_v1(), earth_search_c1(), alone]))
    found = StacSource(catalogue, transport=transport)
    scenes = found.scenes(AREA, *JUNE)
    assert [s.id for s in scenes] == [earth_search_c1()["id"]] and scenes[0].bands["B04"].offset == -0.1
    assert any(note.startswith("Left out: S2A_32UNU_20230616_0_L2A. Its metadata") for note in found.notes)


def test_hostile_items_are_left_out_by_name_and_the_others_stay() -> None:
    bad = [planetary_s2(name=f"bad{n}") for n in range(5)]
    for number, item in enumerate(bad):
        item["properties"]["s2:datatake_id"] = f"GS2B_2023061{number}T102601_03270{number}_N05.09"
        item["assets"]["B04"]["href"] = "file:///etc/passwd.tif"
    good = planetary_s2()
    good["properties"]["s2:datatake_id"] = "GS2B_20230629T102601_032709_N05.09"
    found = source(MemoryApi([*bad, good]))
    assert [s.id for s in found.scenes(AREA, *JUNE)] == [good["id"]]
    (note,) = found.notes
    assert note.startswith("Left out: bad0, bad1, bad2 and 2 more. An asset's address is not followed")


GRD = {"id": "sentinel-1-grd", "level": "GRD", "unit": "power", "assets": {"VV": "vv", "VH": "vh"}}


def grd_catalogue() -> Catalogue:
    return Catalogue.model_validate({"title": "Radar", "api": API, "s1": [GRD]})


def test_raw_grd_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def header(self: RemoteBand, cache: ReadCache) -> Frame:
        opened.append(self.scene_id)
        raise SourceError(f"{self.label} has no map projection.", code="no-projection")

    monkeypatch.setattr(RemoteBand, "frame", header)
    transport = carried_by(MemoryApi([raw_grd(n) for n in range(1, 9)]))
    found = StacSource(grd_catalogue(), transport=transport)
    with pytest.raises(NoScenesError, match="8 Sentinel-1 GRD scenes of Radar are not terrain-corrected"):
        found.scenes(AREA, *JUNE)
    assert len(set(opened)) == 1  # one header tells for all


def test_terrain_corrected_grd_is_used_and_told_apart_from_rtc() -> None:
    item = planetary_s1()
    item["collection"] = "sentinel-1-grd"
    transport = carried_by(MemoryApi([item]))
    (scene,) = StacSource(grd_catalogue(), transport=transport).scenes(AREA, *JUNE)
    assert scene.level == "GRD" and scene.bands["VV"].nodata == -32768.0


def test_levels_are_not_mixed() -> None:
    other = planetary_s2(name="S2B_MSIL1C_20230616T102601_R108_T32UNU_20230616T130000")
    other["collection"] = "l1c"
    other["properties"]["s2:datatake_id"] = "GS2B_20230616T102601_032709_N05.09"
    names = {band: band for band in ("B02", "B04")}
    collections = [{"id": "sentinel-2-l2a", "assets": names}, {"id": "l1c", "level": "L1C", "assets": names}]
    catalogue = Catalogue.model_validate({"title": "Both", "api": API, "s2": collections})
    transport = carried_by(MemoryApi([planetary_s2(), other]))
    with pytest.raises(SourceError, match="mixes Sentinel-2 levels") as caught:
        StacSource(catalogue, transport=transport).scenes(AREA, *JUNE)
    assert caught.value.code == "mixed-levels"


def test_elevation() -> None:
    api = MemoryApi([planetary_s2(), dem_tile(), moved(dem_tile(), 4326, 3.0)])
    found = source(api, s3=presets()["earth-search"].s3)
    (band,) = found.elevation(AREA)
    assert band.unit == "metre" and "datetime" not in api.bodies[-1]
    assert source(MemoryApi([planetary_s2()])).elevation(AREA) == []


def test_no_elevation_is_a_note_and_never_a_stop() -> None:
    api = MemoryApi([planetary_s2(), dem_tile()])
    found = source(api)
    found.scenes(AREA, *JUNE)
    api.answers[f"{API}/search"] = (503, {})
    assert found.elevation(AREA) == [] and "elevation model" in found.notes[-1]


def test_nothing_found_says_what_may_help() -> None:
    with pytest.raises(NoScenesError, match="no scene of the area from 2023-06-01 to 2023-06-30") as caught:
        source(MemoryApi([planetary_s2()]), SourceOptions(max_cloud=1)).scenes(AREA, *JUNE)
    assert "cloud limit" in caught.value.hint


def test_an_area_is_needed() -> None:
    with pytest.raises(SourceError, match="needs an area") as caught:
        source(MemoryApi([])).extent()
    assert caught.value.code == "no-area"


def test_an_earlier_answer_serves_when_the_service_is_gone(tmp_path: Path) -> None:
    api = MemoryApi([planetary_s2(), planetary_s1(), dem_tile()])
    cache = DiskCache(tmp_path / "cache", 10_000_000)
    s3 = presets()["earth-search"].s3
    first = source(api, cache=cache, s3=s3)
    scenes, heights = first.scenes(AREA, *JUNE), first.elevation(AREA)
    gone = MemoryApi([])
    gone.answers[API] = requests.ConnectionError("no network")
    second = source(gone, cache=cache, s3=s3)
    again = second.scenes(AREA, *JUNE)
    assert [(s.id, s.time, s.bounds, sorted(s.bands)) for s in again] == [
        (s.id, s.time, s.bounds, sorted(s.bands)) for s in scenes
    ]
    assert [b.label for b in second.elevation(AREA)] == [b.label for b in heights] and len(heights) == 1
    assert second.notes == [
        "stac.example.org cannot be reached (ConnectionError). What it answered in an earlier run is used."
    ]
    with pytest.raises(SourceError, match="cannot be reached") as caught:
        source(gone, cache=cache, s3=s3).scenes(AREA, date(2023, 7, 1), date(2023, 7, 31))
    assert caught.value.code == "network"


def test_refused_access_is_not_papered_over(tmp_path: Path) -> None:
    api = MemoryApi([planetary_s2()])
    cache = DiskCache(tmp_path / "cache", 10_000_000)
    source(api, cache=cache).scenes(AREA, *JUNE)
    api.answers[API] = (403, {})
    with pytest.raises(SourceError, match="refuses access"):
        source(api, cache=cache).scenes(AREA, *JUNE)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("earth-search", True),
        ("planetary-computer", True),
        ("cdse", True),
        ("http://127.0.0.1:8000", True),
        ("HTTPS://stac.example.org/v1", True),
        ("own.json", True),
        ("any", False),
        ("sample", False),
        ("/data/scenes", False),
        ("s3://bucket", False),
    ],
)
def test_what_is_a_catalogue(name: str, known: bool) -> None:
    assert is_catalogue(name) is known


def test_a_known_address_gets_its_own_description() -> None:
    assert for_address("https://planetarycomputer.microsoft.com/api/stac/v1/").id == "planetary-computer"
    assert for_address(API).discover and for_address(API).api == API


@pytest.mark.parametrize(
    "address", ["https://ada:planted@example.org", "https://example.org/?token=planted", "http://", "http://[::1"]
)
def test_addresses_that_cannot_be_used(address: str) -> None:
    with pytest.raises(SourceError, match="cannot be used") as caught:
        open_source(address)
    assert caught.value.code == "source-kind" and "planted" not in str(caught.value)


def test_the_shipped_services_for_the_dock() -> None:
    listed = catalogues()
    assert [each["id"] for each in listed] == ["earth-search", "planetary-computer", "cdse"]
    assert [each["credentials"]["needed"] for each in listed] == [False, False, True]
    assert [each["sentinel1"] for each in listed] == [False, True, False]
    assert json.loads(json.dumps(listed)) == listed


def test_the_shipped_services_read_nothing_in_a_private_network() -> None:
    for catalogue in presets().values():
        assert catalogue.api.startswith("https://") and catalogue.hosts == ()
        assert all(address.startswith("https://") for address in catalogue.s3.values())
        assert _trusted(catalogue) == frozenset()
    own = presets()["cdse"].model_copy(update={"api": API, "hosts": ("Files.Example.org:8443",)})
    assert _trusted(own) == {"stac.example.org", "files.example.org:8443"}  # changed, so it is the user's


DESCRIPTION = {"title": "Own", "api": "http://127.0.0.1:8000/", "s2": [{"id": "s2", "assets": {"B04": "red"}}]}


def test_a_description_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EOFUSION_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "own.json"
    path.write_text(json.dumps(DESCRIPTION), encoding="utf-8")
    found = open_source(str(path))
    assert isinstance(found, StacSource)
    assert (found.catalogue.api, found.catalogue.host) == ("http://127.0.0.1:8000", "127.0.0.1:8000")
    assert found.catalogue.s2[0].assets == {"B04": ("red",)}
    found.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"api": "ftp://example.org"}, "api: it is not an http"),
        ({"api": "https://a:b@example.org"}, "api: it holds a user name"),
        ({"s2": []}, "names no collection"),
        ({"titel": "x"}, "there is no field 'titel'"),
        ({"title": None}, "title: "),
        ({"s2": [{"id": "s2", "assets": {"B99": "red"}}]}, "'B99' is none of"),
        ({"s2": [{"id": "s2", "assets": {"B04": []}}]}, "give the name of an asset"),
        ({"s2": [{"id": "s2", "assets": {"B04": "red#0"}}]}, "give the name of an asset"),
        ({"s2": [{"id": "s2", "assets": {}}]}, "names no band"),
        ({"s2": [{"id": "s2", "level": "L3", "assets": {"B04": "red"}}]}, "level"),
        ({"s1": [{"id": "s1", "assets": {"VV": "vv"}}]}, "unit' is missing"),
        ({"s3": {"b": "file:///x"}}, "is not an http address"),
        ({"signing": {"kind": "s3-keys"}}, "wants the hosts"),
        ({"signing": {"kind": "planetary-computer", "hosts": ["h"], "token_url": "http://h"}}, "not an https address"),
        ({"format": 2}, "format"),
    ],
)
def test_a_wrong_description_names_the_field(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps({**DESCRIPTION, **change}), encoding="utf-8")
    with pytest.raises(SourceError, match=r"own\.json: ") as caught:
        read_description(path)
    assert words in caught.value.message and caught.value.code == "source-kind"


@pytest.mark.parametrize("content", [None, "{", "[]", "7"])
def test_a_file_that_is_no_description(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=r"own\.json"):
        open_source(str(path))

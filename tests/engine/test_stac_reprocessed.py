"""Repeated items of reprocessed baselines: the newest wins, ground that only the older show is kept."""

from __future__ import annotations

import json
from typing import Any

from eofusion_engine.sources.stac.reprocessed import acquisition, newest, outline
from shapely.geometry import box
from stac_samples import cdse_s2, earth_search_c1, earth_search_v1, moved, planetary_s2

AREA = box(9.1, 48.0, 9.2, 48.1)


def ids(items: list[dict[str, Any]], *order: str) -> list[str]:
    kept, repeated = newest(items, {name: number for number, name in enumerate(order)}, AREA)
    assert len(kept) + repeated == len(items)
    return [item["id"] for item in kept]


def test_all_processings_of_an_acquisition_are_told_by_datatake_and_tile() -> None:
    expected = ("GS2B_20230613T102601_032740", "32UNU")
    for item in (earth_search_c1(), earth_search_v1(), planetary_s2(), planetary_s2("02.14")):
        assert acquisition(item) == expected
    assert acquisition(cdse_s2()) == ("GS2C_20250330T100051_002952", "32UNU")
    bare = {"id": planetary_s2()["id"].replace("_R108", "_N0509_R108"), "properties": {}}
    assert acquisition(bare) == ("S2B_20230613T102601", "32UNU")
    assert acquisition({"id": "x", "properties": {"datetime": "2023-06-13T10:26:01Z"}}) is None
    assert acquisition({"id": None, "properties": None}) is None


def test_the_newest_baseline_wins_in_any_order() -> None:
    old, new = planetary_s2("02.14", "20230613T130000"), planetary_s2("05.09", "20240101T000000")
    assert ids([old, new]) == ids([new, old]) == [new["id"]]


def test_of_equal_baselines_the_latest_made_wins() -> None:
    first, second = planetary_s2(made="20230613T130000"), planetary_s2(made="20230701T000000")
    assert ids([second, first]) == ids([first, second]) == [second["id"]]


def test_a_preferred_collection_wins_over_a_newer_baseline() -> None:
    c1, v1 = earth_search_c1(baseline="05.00"), earth_search_v1(baseline="05.10")
    assert ids([v1, c1], "sentinel-2-c1-l2a", "sentinel-2-l2a") == [c1["id"]]


def test_baselines_are_numbers_not_words() -> None:
    nine, ten = planetary_s2("05.9", "20240101T000000"), planetary_s2("05.10", "20230101T000000")
    assert ids([nine, ten]) == [ten["id"]]


def test_other_tiles_and_other_times_stay() -> None:
    here, there = planetary_s2(), moved(planetary_s2(), 32633, 0.0)
    later = planetary_s2(name="later")
    later["properties"]["s2:datatake_id"] = "GS2A_20230616T102559_041688_N05.09"
    nameless = [{**planetary_s2(), "id": name, "properties": {}} for name in ("one", "two")]
    assert len(ids([here, there, later, *nameless])) == 5


def test_a_tile_cut_by_the_end_of_a_datastrip_keeps_both_parts() -> None:
    north, south = planetary_s2(name="north"), planetary_s2(name="south")
    for item, (low, high) in ((north, (48.05, 48.7)), (south, (47.8, 48.06))):
        item["geometry"] = json.loads(json.dumps(box(9.0, low, 10.4, high).__geo_interface__))
    assert sorted(ids([north, south])) == ["north", "south"]
    whole_again = planetary_s2("05.10", name="whole")
    assert ids([north, south, whole_again]) == ["whole"]


def test_strange_geometries() -> None:
    item = planetary_s2()
    for geometry in (None, {}, "x", {"type": "Polygon", "coordinates": "x"}, {"type": "Polygon", "coordinates": []}):
        item["geometry"] = geometry
        assert outline(item) == box(8.9997, 47.7558, 10.4943, 48.7537)
    item["bbox"] = [1, 2, 0, 3]
    assert outline(item) is None
    bow_tie = [[[9, 48], [10, 49], [10, 48], [9, 49], [9, 48]]]
    item["geometry"] = {"type": "Polygon", "coordinates": bow_tie}
    found = outline(item)
    assert found is not None and found.is_valid

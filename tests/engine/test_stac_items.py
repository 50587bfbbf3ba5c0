"""Items of the real services to scenes: files, places, numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from eofusion_engine.bands import S2_BANDS
from eofusion_engine.errors import SourceError
from eofusion_engine.sources.base import SCL, Frame, Scene
from eofusion_engine.sources.credentials import Secret
from eofusion_engine.sources.remote import RemoteBand
from eofusion_engine.sources.stac.description import Catalogue, for_address, presets
from eofusion_engine.sources.stac.items import BandMaker, dem_band, frame_of, s1_scene, s2_scene
from eofusion_engine.sources.stac.signing import Access
from eofusion_engine.sources.store import ReadCache
from eofusion_engine.sources.transport import Transport
from rasterio import Affine
from stac_samples import (
    carried_by,
    cdse_s2,
    dem_tile,
    earth_search_c1,
    earth_search_v1,
    planetary_s1,
    planetary_s2,
    raw_grd,
)

Make = Callable[[dict[str, Any]], Scene]


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = carried_by()
    yield made
    made.close()


def maker(catalogue: Catalogue, transport: Transport) -> BandMaker:
    secret = Secret("AKIAEXAMPLE", "planted-secret") if catalogue.id == "cdse" else None
    return BandMaker(catalogue, Access(catalogue, secret, transport.session), transport, frozenset())


def s2(name: str, item: dict[str, Any], transport: Transport, number: int = 0) -> Scene:
    catalogue = presets()[name]
    return s2_scene(item, catalogue.s2[number], maker(catalogue, transport), ReadCache())


def s1(item: dict[str, Any], transport: Transport) -> Scene:
    catalogue = presets()["planetary-computer"]
    return s1_scene(item, catalogue.s1[0], maker(catalogue, transport), ReadCache())


@pytest.fixture
def no_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every place must come from the metadata."""

    def fail(self: RemoteBand, cache: ReadCache) -> Frame:
        raise AssertionError(f"the header of {self.href} was read")

    monkeypatch.setattr(RemoteBand, "frame", fail)


def test_earth_search(transport: Transport, no_headers: None) -> None:
    scene = s2("earth-search", earth_search_c1(), transport)
    assert (scene.sensor, scene.level, scene.crs) == ("S2", "L2A", "EPSG:32632")
    assert scene.bounds == (499980.0, 5290200.0, 609780.0, 5400000.0)
    assert scene.time == datetime(2023, 6, 13, 10, 27, 6, 184000, timezone.utc)
    assert (scene.cloud_cover, scene.baseline, scene.ascending) == (12.5, "05.09", None)
    assert set(scene.bands) == {*S2_BANDS, SCL}
    red, narrow, classes = scene.bands["B04"], scene.bands["B8A"], scene.bands[SCL]
    assert isinstance(red, RemoteBand) and isinstance(narrow, RemoteBand) and isinstance(classes, RemoteBand)
    assert red.href.endswith("/B04.tif") and narrow.href.endswith("/B8A.tif")
    assert (red.unit, red.scale, red.offset, red.nodata) == ("reflectance", 1e-4, -0.1, 0.0)
    assert (classes.unit, classes.scale, classes.offset) == ("class", 1.0, 0.0)
    assert red.place == Frame("EPSG:32632", Affine(10, 0, 499980, 0, -10, 5400000), 10980, 10980)
    assert narrow.place == Frame("EPSG:32632", Affine(20, 0, 499980, 0, -20, 5400000), 5490, 5490)
    assert red.driver == "GTiff" and red.sign is None and red.auth is None


def test_earth_searchs_older_collection_has_lost_the_offset(transport: Transport) -> None:
    scene = s2("earth-search", earth_search_v1(applied=True), transport, 1)
    assert {band.offset for band in scene.bands.values()} == {0.0}
    with pytest.raises(SourceError, match="do not say reliably"):
        s2("earth-search", earth_search_v1(applied=False), transport, 1)


def test_planetary_computer(transport: Transport, no_headers: None) -> None:
    new = s2("planetary-computer", planetary_s2("05.09"), transport)
    old = s2("planetary-computer", planetary_s2("02.14"), transport)
    assert {new.bands[b].offset for b in S2_BANDS} == {-0.1} and {old.bands[b].offset for b in S2_BANDS} == {0.0}
    assert new.bands["B04"].nodata == 0.0 and new.bands[SCL].offset == 0.0
    assert getattr(new.bands["B04"], "sign", None) is not None and new.crs == "EPSG:32632"
    assert "?" not in getattr(new.bands["B04"], "href", "?")  # signed when it is read, not before


def test_planetary_radar(transport: Transport, no_headers: None) -> None:
    scene = s1(planetary_s1(), transport)
    assert (scene.sensor, scene.level, scene.ascending, scene.crs) == ("S1", "RTC", True, "EPSG:32632")
    band = scene.bands["VV"]
    assert set(scene.bands) == {"VV", "VH"} and (band.unit, band.nodata) == ("power", -32768.0)
    assert scene.bounds == (436350.0, 5416450.0 - 218040, 436350.0 + 282660, 5416450.0)
    assert s1(planetary_s1("descending"), transport).ascending is False
    assert s1(planetary_s1(None), transport).ascending is True  # 17:07 UTC at 9.7 degrees east


def test_cdse(transport: Transport, no_headers: None) -> None:
    scene = s2("cdse", cdse_s2(), transport)
    band = scene.bands["B05"]
    assert isinstance(band, RemoteBand) and scene.baseline == "05.11"
    expected = "https://eodata.dataspace.copernicus.eu/eodata/Sentinel-2/MSI/L2A/2025/03/30/"
    assert band.href.startswith(expected) and band.href.endswith("R20m/T32UNU_20250330T100051_B05_20m.jp2")
    assert (band.driver, band.scale, band.offset, band.nodata) == ("JP2OpenJPEG", 1e-4, -0.1, 0.0)
    assert band.auth is not None and set(scene.bands) == {*S2_BANDS, SCL}
    assert "planted" not in repr(band) + repr(scene)


def test_copernicus_dem(transport: Transport, no_headers: None) -> None:
    catalogue = presets()["earth-search"]
    band = dem_band(dem_tile(), catalogue.dem[0], maker(catalogue, transport))
    assert (band.unit, band.scale, band.offset, band.nodata) == ("metre", 1.0, 0.0, None)
    name = "Copernicus_DSM_COG_10_N48_00_E009_00_DEM"
    assert band.href == f"https://copernicus-dem-30m.s3.eu-central-1.amazonaws.com/{name}/{name}.tif"
    assert band.place is not None and band.place.crs == "EPSG:4326" and band.place.width == 3600


def test_any_other_api_by_the_usual_names(transport: Transport) -> None:
    catalogue = for_address("https://stac.example.org/v1")
    own = maker(catalogue, transport)
    for item, number in ((earth_search_c1(), 0), (planetary_s2(), 1), (earth_search_v1(), 1)):
        assert set(s2_scene(item, catalogue.s2[number], own, ReadCache()).bands) == {*S2_BANDS, SCL}


def test_several_bands_in_one_file(transport: Transport) -> None:
    catalogue = Catalogue.model_validate(
        {
            "title": "Own",
            "api": "https://stac.example.org",
            "s1": [{"id": "s1", "unit": "dB", "scale": 0.01, "assets": {"VV": "data#1", "VH": ["x", "data#2"]}}],
        }
    )
    item = planetary_s1()
    item["assets"] = {"data": item["assets"]["vv"]}
    scene = s1_scene(item, catalogue.s1[0], maker(catalogue, transport), ReadCache())
    assert [getattr(scene.bands[b], "index", 0) for b in ("VV", "VH")] == [1, 2]
    assert scene.bands["VH"].unit == "dB" and scene.bands["VH"].scale == 0.01


def test_without_the_projection_extension_the_file_is_asked(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def header(self: RemoteBand, cache: ReadCache) -> Frame:
        asked.append(self.href)
        return Frame("EPSG:32633", Affine(10, 0, 300000, 0, -10, 5400000), 100, 200)

    monkeypatch.setattr(RemoteBand, "frame", header)
    item = earth_search_c1()
    del item["properties"]["proj:code"]
    for asset in item["assets"].values():
        asset.pop("proj:shape", None)
        asset.pop("proj:transform", None)
    scene = s2("earth-search", item, transport)
    assert (scene.crs, scene.bounds) == ("EPSG:32633", (300000.0, 5399000.0, 302000.0, 5400000.0))
    assert len(asked) == 1 and all(getattr(band, "place", 0) is None for band in scene.bands.values())


NINE = [10, 0, 499980, 0, -10, 5400000, 0, 0, 1]


@pytest.mark.parametrize(
    ("asset", "properties", "known"),
    [
        ({"proj:shape": [10, 20], "proj:transform": NINE}, {"proj:epsg": 32632}, True),
        ({"proj:shape": [10, 20], "proj:transform": NINE, "proj:code": "EPSG:32632"}, {}, True),
        ({}, {"proj:shape": [10, 20], "proj:transform": NINE[:6], "proj:code": "EPSG:32632"}, True),
        # A 20 m asset that says its shape but not its transform must not get the item's 10 m one.
        ({"proj:shape": [5, 10]}, {"proj:shape": [10, 20], "proj:transform": NINE, "proj:epsg": 32632}, False),
        ({"proj:shape": [10, 20], "proj:transform": NINE}, {"proj:epsg": None}, False),
        ({"proj:shape": [10, 20], "proj:transform": NINE}, {"proj:epsg": 999999}, False),
        ({"proj:shape": [10, 20], "proj:transform": NINE}, {"proj:code": "IAU_2015:30100"}, False),
        ({"proj:shape": [10, 20], "proj:transform": [0] * 6}, {"proj:epsg": 32632}, False),
        ({"proj:shape": [10, 20], "proj:transform": ["nan"] * 6}, {"proj:epsg": 32632}, False),
        ({"proj:shape": [10**9, 10**9], "proj:transform": NINE}, {"proj:epsg": 32632}, False),
        ({"proj:shape": [-1, 5], "proj:transform": NINE}, {"proj:epsg": 32632}, False),
        ({"proj:shape": "x", "proj:transform": {}}, {"proj:epsg": []}, False),
    ],
)
def test_frame(asset: dict[str, Any], properties: dict[str, Any], known: bool) -> None:
    frame = frame_of(asset, properties)
    assert (frame is not None) is known
    if frame is not None:
        assert frame == Frame("EPSG:32632", Affine(*NINE[:6]), 10, 20)


@pytest.mark.parametrize(
    "href", ["file:///etc/passwd.tif", "/vsicurl/https://example.org/a.tif", "http://169.254.169.254/a.tif"]
)
def test_an_item_with_a_hostile_address_is_left_out(href: str, transport: Transport) -> None:
    item = earth_search_c1()
    item["assets"]["red"]["href"] = href
    with pytest.raises(SourceError, match="is not followed"):
        s2("earth-search", item, transport)


def test_items_that_are_no_scene(transport: Transport) -> None:
    empty = earth_search_c1()
    empty["assets"] = {"scl": empty["assets"]["scl"], "thumbnail": {}}
    with pytest.raises(SourceError, match="none of the bands"):
        s2("earth-search", empty, transport)
    timeless = earth_search_c1()
    timeless["properties"]["datetime"] = None
    with pytest.raises(SourceError, match="does not say when"):
        s2("earth-search", timeless, transport)
    horizontal = planetary_s1()
    horizontal["assets"] = {"hh": horizontal["assets"]["vv"]}
    with pytest.raises(SourceError, match="neither VV nor VH"):
        s1(horizontal, transport)
    ranged = earth_search_c1()
    ranged["properties"] |= {"datetime": None, "start_datetime": "2023-06-13T10:27:06Z"}
    assert s2("earth-search", ranged, transport).date.isoformat() == "2023-06-13"


@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, {"href": None}, {"href": 7, "type": []}, float("inf")])
def test_junk_is_a_sentence_and_never_a_crash(junk: Any, transport: Transport) -> None:
    fields = ("assets", "properties", "geometry", "bbox", "links", "id")
    for field in fields:
        item = earth_search_c1()
        item[field] = junk
        expect_scene_or_sentence(item, transport)
    for key in list(earth_search_c1()["properties"]):
        item = earth_search_c1()
        item["properties"][key] = junk
        expect_scene_or_sentence(item, transport)
    for key in ("href", "type", "proj:shape", "proj:transform", "raster:bands"):
        item = json.loads(json.dumps(earth_search_c1()))
        item["assets"]["red"][key] = junk
        expect_scene_or_sentence(item, transport)


def expect_scene_or_sentence(item: dict[str, Any], transport: Transport) -> None:
    try:
        scene = s2("earth-search", item, transport)
    except SourceError as error:
        assert error.message.endswith(".")
    else:
        assert isinstance(scene.id, str) and scene.crs.startswith("EPSG:")


def test_raw_grd_says_nothing_of_its_place() -> None:
    item = raw_grd()
    assert frame_of(item["assets"]["vv"], item["properties"]) is None

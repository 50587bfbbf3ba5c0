"""Asking a STAC API: paging, filters, hostile answers, and sentences for what goes wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import requests
from eofusion_engine.errors import SourceError
from eofusion_engine.sources.stac import search
from eofusion_engine.sources.stac.description import Catalogue
from eofusion_engine.sources.stac.search import Searcher
from eofusion_engine.sources.stac.signing import BearerAuth
from shapely.geometry import Point, box
from stac_samples import API, MemoryApi, earth_search_c1

AREA = box(9.1, 48.0, 9.2, 48.1)
PERIOD = (date(2023, 6, 1), date(2023, 6, 30))
OWN = Catalogue(title="Own", api=API, s2=({"id": "sentinel-2-c1-l2a", "assets": {"B04": "red"}},))  # type: ignore[arg-type]
CLOUDS = {"eo:cloud_cover": {"lte": 10}}


def many(count: int) -> list[dict[str, Any]]:
    items = [earth_search_c1(f"S2B_{n:03d}") for n in range(count)]
    for n, item in enumerate(items):
        item["properties"]["eo:cloud_cover"] = n
    return items


def ask(api: MemoryApi, auth: Any = None, **more: Any) -> list[dict[str, Any]]:
    session = requests.Session()
    api.mount(session)
    return Searcher(OWN, session, auth).items("sentinel-2-c1-l2a", AREA, PERIOD, **more)


def test_all_pages_each_item_once() -> None:
    api = MemoryApi([*many(25), *many(25)], page=7)
    assert [item["id"] for item in ask(api)] == [f"S2B_{n:03d}" for n in range(25)]
    assert len(api.bodies) == 8
    assert api.bodies[0]["datetime"] == "2023-06-01T00:00:00Z/2023-06-30T23:59:59Z"
    assert api.bodies[0]["intersects"]["type"] == "Polygon" and api.bodies[0]["limit"] == 100


def test_filters_are_sent_only_to_those_who_understand_them() -> None:
    deaf, able = MemoryApi(many(20)), MemoryApi(many(20), conforms=("query",))
    assert len(ask(deaf, filters=CLOUDS)) == 20 and "query" not in deaf.bodies[0]
    assert len(ask(able, filters=CLOUDS)) == 11 and able.bodies[0]["query"] == CLOUDS


def test_a_long_outline_is_asked_for_as_its_box() -> None:
    api = MemoryApi(many(1))
    session = requests.Session()
    api.mount(session)
    Searcher(OWN, session).items("sentinel-2-c1-l2a", Point(9.1, 48.0).buffer(0.1, quad_segs=200), None)
    assert len(api.bodies[0]["intersects"]["coordinates"][0]) == 5 and "datetime" not in api.bodies[0]


def test_endless_pages_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MAX_ITEMS", 50)
    with pytest.raises(SourceError, match="more than 50 scenes") as caught:
        ask(MemoryApi(many(200), page=10))
    assert caught.value.code == "too-many"


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_MAX_PAGE_BYTES", 10_000)
    with pytest.raises(SourceError, match="larger than any page"):
        ask(MemoryApi(many(20)))


@pytest.mark.parametrize("href", ["file:///etc/passwd", "/etc/passwd", "ftp://example.org/x"])
def test_links_to_local_files_are_not_followed(href: str) -> None:
    paging = MemoryApi(many(20), page=5)
    paging.next_href = href
    landing = MemoryApi(many(20))
    landing.search_href = href
    for api in (paging, landing):
        with pytest.raises(SourceError) as caught:
            ask(api)
        assert "root:" not in str(caught.value)
        assert all(r.url.startswith("https://") for r in api.requests)


def test_a_token_is_not_sent_to_another_host() -> None:
    api = MemoryApi(many(20), page=5)
    api.next_href = "https://evil.example.net/next"
    with pytest.raises(SourceError):
        ask(api, BearerAuth("planted-token"))
    sent = {r.url.split("/")[2]: r.headers.get("Authorization") for r in api.requests}
    assert sent == {"stac.example.org": "Bearer planted-token", "evil.example.net": None}


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((401, {}), "credentials", "refuses access"),
        ((403, {}), "credentials", "refuses access"),
        ((404, {}), "not-stac", "status 404"),
        ((429, {}), "service", "asked too often"),
        ((500, {"detail": "planted trace"}), "service", "cannot answer now"),
        ((503, b""), "service", "cannot answer now"),
        ((200, b"<html>portal</html>"), "not-stac", "cannot be used as a STAC catalogue"),
        ((200, {"type": "FeatureCollection"}), "not-stac", "cannot be used as a STAC catalogue"),
        ((200, []), "not-stac", "cannot be used as a STAC catalogue"),
        ((200, {"type": "Catalog", "stac_version": "1.0.0", "id": "a", "description": "b", "links": []}),
         "not-stac", "it has no search"),
        (requests.ConnectionError("planted trace"), "network", "cannot be reached"),
        (requests.Timeout("planted trace"), "network", "cannot be reached"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_a_sentence(answer: Any, code: str, words: str) -> None:
    api = MemoryApi(many(1))
    api.answers[API] = answer
    with pytest.raises(SourceError, match=words) as caught:
        ask(api)
    assert caught.value.code == code and "planted" not in str(caught.value)


@pytest.mark.parametrize("page", [b"not JSON", {"features": 7}, {"features": ["x", None, {"id": 3}]}])
def test_a_broken_page_is_no_crash(page: Any) -> None:
    api = MemoryApi(many(1))
    api.answers[f"{API}/search"] = (200, page)
    try:
        assert ask(api) == []
    except SourceError as error:
        assert error.code == "not-stac"

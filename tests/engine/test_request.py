"""The request is checked once, and every complaint names the field and the mend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eofusion_engine.errors import RequestError
from eofusion_engine.request import parse_request, read_area

GOOD = {"source": "sample", "start": "2021-04-01", "end": "2021-09-30", "out": "run"}


def polygon(*points: tuple[float, float]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[*points, points[0]]]}


SQUARE = polygon((10, 51), (10.1, 51), (10.1, 51.1), (10, 51.1))


def test_defaults_and_round_trip() -> None:
    request = parse_request(GOOD)
    assert request.products == ("embeddings", "reflectance", "gpp", "temperature")
    assert len(request.days()) == 183
    again = parse_request(json.loads(request.as_json()))
    assert again == request


def test_products_keep_one_order() -> None:
    request = parse_request({**GOOD, "products": ["temperature", "gpp", "gpp"]})
    assert request.products == ("gpp", "temperature")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"end": "2021-03-01"}, "lies before the start"),
        ({"end": "2031-03-01"}, "longer than three years"),
        ({"start": "yesterday"}, "start"),
        ({"products": []}, "at least one product"),
        ({"products": ["yield"]}, "products"),
        ({"dates": "every:0"}, "whole number of days"),
        ({"dates": "often"}, "every:N"),
        ({"dates": "2020-01-01"}, "between the start and the end"),
        ({"device": "tpu"}, "device"),
        ({"seed": -1}, "seed"),
        ({"password": "x"}, "password: there is no such field"),
        ({"version": 9}, "version 9"),
        ({"area": {"type": "Point", "coordinates": [1, 2]}}, "draw a polygon"),
        ({"area": {"type": "Nothing"}}, "GeoJSON"),
        ({"area": polygon((0, 0), (1, 1), (1, 0), (0, 1))}, "not a valid polygon"),
        ({"area": polygon((500000, 5600000), (500100, 5600000), (500100, 5600100))}, "EPSG:4326"),
        ({"area": polygon((0, 84.5), (0.1, 84.5), (0.1, 84.6))}, "84 N"),
        ({"area": polygon((-179, 0), (179, 0), (179, 0.1), (-179, 0.1))}, "180 degree meridian"),
        ({"area": polygon((0, 0), (3, 0), (3, 3), (0, 3))}, "split it"),
    ],
)
def test_bad_requests_get_a_sentence(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence):
        parse_request({**GOOD, **change})


def test_a_missing_field_is_named() -> None:
    with pytest.raises(RequestError, match="out: it is missing"):
        parse_request({k: v for k, v in GOOD.items() if k != "out"})


def test_area_of_the_command_line(tmp_path: Path) -> None:
    assert read_area("10,51,10.1,51.1")["type"] == "Polygon"
    file = tmp_path / "area.geojson"
    features = [{"type": "Feature", "properties": {}, "geometry": SQUARE}]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    geometry = parse_request({**GOOD, "area": read_area(str(file))}).geometry()
    assert geometry is not None and geometry.bounds == (10, 51, 10.1, 51.1)
    for text, sentence in (("1,2,3", "no file"), ("a,b,c,d", "four numbers"), ("11,51,10,52", "empty")):
        with pytest.raises(RequestError, match=sentence):
            read_area(text)
    file.write_text("not json")
    with pytest.raises(RequestError, match="not a GeoJSON file"):
        read_area(str(file))

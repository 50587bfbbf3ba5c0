"""What must hold of every request, area, date and message."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from eofusion_engine.errors import RequestError
from eofusion_engine.grid import Grid
from eofusion_engine.protocol import decode, encode
from eofusion_engine.request import MAX_AREA_KM2, MAX_DAYS, parse_request, read_area
from eofusion_engine.runkey import deciding_fields, request_key
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import box, mapping

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


def fields(**more: object) -> dict[str, object]:
    return {"source": "sample", "start": "2021-05-01", "end": "2021-06-01", "out": "run", **more}


@given(DAYS, st.integers(-400, 2 * MAX_DAYS))
def test_a_period_is_accepted_exactly_when_it_is_one(start: date, length: int) -> None:
    asked = fields(start=start.isoformat(), end=(start + timedelta(days=length)).isoformat())
    if 0 <= length < MAX_DAYS:
        days = parse_request(asked).days()
        assert len(days) == length + 1 and days[0] == start
        assert all((b - a).days == 1 for a, b in zip(days, days[1:], strict=False))
    else:
        with pytest.raises(RequestError) as caught:
            parse_request(asked)
        assert caught.value.hint and ("before" in caught.value.message or "three years" in caught.value.message)


@given(st.lists(DAYS, min_size=1, max_size=8))
def test_dates_in_any_order_are_the_same_request(days: list[date]) -> None:
    start, end = min(days), max(days)
    assume((end - start).days < MAX_DAYS)
    period = {"start": start.isoformat(), "end": end.isoformat()}
    one = parse_request(fields(**period, dates=",".join(d.isoformat() for d in days)))
    other = parse_request(fields(**period, dates=",".join(d.isoformat() for d in reversed(days + days))))
    assert one == other and request_key(one) == request_key(other)
    assert one.dates == tuple(sorted(set(days)))


@given(st.floats(-180, 179.9), st.floats(-79.9, 83.5), st.floats(0.0005, 0.3), st.floats(0.0005, 0.3))
def test_a_rectangle_anywhere_is_a_grid_of_whole_cells_that_holds_it(
    west: float, south: float, wide: float, high: float
) -> None:
    area = box(west, south, min(west + wide, 180), min(south + high, 84))
    request = parse_request(fields(area=mapping(area)))
    shape = request.geometry()
    assert shape is not None and shape.equals(area)
    assert parse_request(json.loads(request.as_json())).as_json() == request.as_json()
    zone = int((area.centroid.x + 180) // 6) % 60 + 1
    grid = Grid.for_area(area, f"EPSG:{(32600 if area.centroid.y >= 0 else 32700) + zone}")
    assert grid.width % 16 == 0 and grid.height % 16 == 0 and min(grid.width, grid.height) >= 16
    assert grid.left % 160 == 0 and grid.top % 160 == 0


@given(st.floats(-180, 170), st.floats(-79, 70), st.floats(5, 10))
def test_an_area_that_is_too_large_says_how_large(west: float, south: float, side: float) -> None:
    with pytest.raises(RequestError, match=f"more than the {MAX_AREA_KM2:,.0f} km2"):
        parse_request(fields(area=mapping(box(west, south, min(west + side, 180), south + side))))


@given(st.text(max_size=40))
def test_any_text_as_an_area_is_a_sentence_or_an_area(text: str) -> None:
    try:
        area = read_area(text)
    except RequestError as error:
        assert error.message and error.hint
    except ValueError:
        assert "\0" in text
    else:
        assert isinstance(area, dict)


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=30), max_size=5), st.text(max_size=10))
def test_a_message_comes_back_as_it_was_sent(extra: dict[str, str], key: str) -> None:
    assume(not {"v", "id", "type", "message_type", "message_id", "self"} & set(extra))
    line = encode("hello", key, **extra)
    assert "\n" not in line and "\r" not in line
    assert decode(line) == {"v": 1, "id": key, "type": "hello", **extra}


@given(st.sampled_from(["device", "threads", "out", "cache_gb"]), st.integers(1, 64))
def test_where_and_how_fast_does_not_decide_the_result(name: str, number: int) -> None:
    value = {"device": "cpu", "threads": number, "out": f"run{number}", "cache_gb": float(number)}[name]
    base, other = parse_request(fields()), parse_request(fields(**{name: value}))
    assert request_key(base) == request_key(other) and deciding_fields(base) == deciding_fields(other)


@given(st.integers(0, 2**31 - 1), st.integers(4, 256))
def test_what_decides_the_result_changes_the_key(seed: int, samples: int) -> None:
    assume((seed, samples) != (0, 16))
    assert request_key(parse_request(fields())) != request_key(parse_request(fields(seed=seed, samples=samples)))


@given(st.text(alphabet="./\\~$%{}:ab\0 ", min_size=1, max_size=24))
def test_no_name_of_a_tile_leads_out_of_its_folder(name: str) -> None:
    from eofusion_engine.tilestore import TileStore

    folder = Path("/somewhere/tiles")
    try:
        path = TileStore(folder, "k").path(name)
    except ValueError:
        return
    assert path.parent == folder and ".." not in path.parts

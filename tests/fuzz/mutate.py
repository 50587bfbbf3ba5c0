"""Hypothesis strategies of nearly right inputs: a good seed with some of its bytes or fields changed."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

_WORDS = st.sampled_from(
    [
        "", "0", "-1", "1e309", "nan", "inf", "null", "../../etc/passwd", "/vsicurl/http://127.0.0.1/x", "file:///etc/passwd",
        "2021-02-30", "0000-00-00", "9999-12-31T23:59:59+14:00", "\u202e", "\0", "é" * 40, "{" * 50, "A" * 5000,
    ]
)  # fmt: skip
#: Any JSON value, now and then a hostile word.
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@st.composite
def bytes_near(draw: st.DrawFn, good: list[bytes]) -> bytes:
    """One of ``good`` with pieces replaced, cut out, doubled or cut off."""
    data = bytearray(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(["set", "cut", "insert", "end"]))
        if kind == "set" and data:
            data[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[at : at + draw(st.integers(1, 8))]
        elif kind == "insert":
            data[at:at] = draw(st.binary(max_size=8) | _WORDS.map(lambda word: word.encode("utf-8", "replace")))
        else:
            del data[at:]
    return bytes(data)


@st.composite
def json_near(draw: st.DrawFn, good: list[bytes]) -> bytes:
    """One of ``good`` (JSON) with one to three of its values, however deep, changed, dropped or added."""
    value = json.loads(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(1, 3))):
        value = draw(_changed(value))
    return json.dumps(value).encode()


@st.composite
def _changed(draw: st.DrawFn, value: Any) -> Any:
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not keys or draw(st.integers(0, 3)) == 0:
        return draw(VALUES)
    key = draw(st.sampled_from(keys))
    copy = value.copy()
    what = draw(st.sampled_from(["change", "change", "drop", "add"]))
    if what == "change":
        copy[key] = draw(_changed(value[key]))
    elif what == "drop":
        del copy[key]
    elif isinstance(copy, dict):
        copy[draw(st.text(max_size=6))] = draw(VALUES)
    else:
        copy.append(draw(VALUES))
    return copy

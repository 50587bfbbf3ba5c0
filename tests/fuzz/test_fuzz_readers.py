"""Nearly right and quite wrong bytes: each reader answers, or complains in words; it never does anything else."""

from __future__ import annotations

import pytest
from fuzz_targets import TARGETS, run_target, seeds
from hypothesis import given
from hypothesis import strategies as st
from mutate import VALUES, bytes_near, json_near

JSON = ("protocol", "request", "area", "sidecar", "calibration", "catalogue", "run")


@pytest.mark.parametrize("name", TARGETS)
def test_bytes_near_a_good_input(name: str) -> None:
    @given(bytes_near(seeds(name)))
    def check(data: bytes) -> None:
        run_target(name, data)

    check()


@pytest.mark.parametrize("name", JSON)
def test_json_near_a_good_input(name: str) -> None:
    @given(json_near(seeds(name)) | VALUES.map(_as_json))
    def check(data: bytes) -> None:
        run_target(name, data)

    check()


def _as_json(value: object) -> bytes:
    import json

    return json.dumps(value).encode()


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes(name: str) -> None:
    @given(st.binary(max_size=200))
    def check(data: bytes) -> None:
        run_target(name, data)

    check()


@pytest.mark.parametrize("name", [n for n in TARGETS if n not in ("cache", "calibration", "safe")])
def test_the_seeds_are_good(name: str) -> None:
    """Else the tests above would only look at the readers' first line."""
    for seed in seeds(name):
        TARGETS[name](seed)


def test_a_tile_of_an_unknown_compression_is_computed_again() -> None:
    """Found by atheris: zipfile raises NotImplementedError there."""
    (data,) = seeds("tile")
    central = data.rindex(b"PK\x01\x02")
    for at in (central + 10, data.index(b"PK\x03\x04") + 8):
        spoilt = bytearray(data)
        spoilt[at] = 77
        run_target("tile", bytes(spoilt))


@pytest.mark.parametrize(
    "change",
    [
        {"transform": [10, 0]},
        {"transform": None},
        {"width": "x"},
        {"width": 0},
        {"transform": [0, 0, 0, 0, 0, 0]},
        None,
    ],
)
def test_a_run_with_a_strange_grid_is_damaged(change: dict[str, object] | None) -> None:
    """Found by atheris: two numbers of a transform."""
    import json

    (good,) = seeds("run")
    info = json.loads(good)
    info["grid"] = None if change is None else info["grid"] | change
    run_target("run", json.dumps(info).encode())


def test_a_tile_that_claims_to_be_huge_is_computed_again() -> None:
    """Its header asks for terabytes; the checksum says that the header is not ours."""
    (data,) = seeds("tile")
    huge = data.replace(b"(40,), }            ", b"(4000000000000,), } ")
    assert huge != data and len(huge) == len(data)
    run_target("tile", huge)

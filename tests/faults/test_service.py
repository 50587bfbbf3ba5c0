"""The network and the service fail in the middle of a run: what passes changes nothing, what stays is a sentence."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from eofusion_engine.errors import EOFusionError
from eofusion_engine.events import Quiet
from eofusion_engine.inference.runner import run
from eofusion_engine.request import parse_request
from faults_page import Page
from loopback.faults import Fault
from loopback.place import Place, make_place
from loopback.services import Service
from loopback.writers import write_catalogue
from shapely.geometry import mapping
from sound import assert_nothing_half_written, product_sums

pytestmark = pytest.mark.usefixtures("waits")  # nothing waits between two tries


class Heard(Quiet):
    """Remembers warnings, and strikes when the run comes to a stage."""

    def __init__(self, stage: str = "", strike: Callable[[], object] = lambda: None) -> None:
        self.warnings: list[str] = []
        self._stage, self._strike = stage, strike

    def progress(self, stage: str, done: int, total: int, text: str) -> None:
        if stage == self._stage and done == total:
            self._stage = ""
            self._strike()

    def warning(self, message: str) -> None:
        self.warnings.append(message)


@pytest.fixture(scope="module")
def tiny() -> Place:
    """A narrow place of April, two tiles wide."""
    return make_place(width_m=1100.0, height_m=200.0).until(date(2022, 4, 10))


@pytest.fixture
def service(tiny: Place, tmp_path: Path) -> Iterator[Service]:
    """The place as a service that the test may break."""
    root = tmp_path / "stac"
    root.mkdir()
    with Service(root) as running:
        yield running.start_api(write_catalogue(tiny, root, running.files_url))


def fields(service: Service, place: Place, out: Path, **more: Any) -> dict[str, Any]:
    return {
        "source": service.url, "area": mapping(place.area), "start": "2022-04-01", "end": "2022-04-10",
        "products": ["reflectance"], "threads": 1, "out": str(out), **more,
    }  # fmt: skip


def test_the_network_is_cut_and_comes_back(
    service: Service, own_cache: Path, tiny: Place, tmp_path: Path, page: Page
) -> None:
    request = parse_request(fields(service, tiny, tmp_path / "whole"))
    run(request, Heard())
    expected = product_sums(tmp_path / "whole")
    shutil.rmtree(own_cache)
    request = parse_request(fields(service, tiny, tmp_path / "run"))
    gone = Fault(cut=True)
    with pytest.raises(EOFusionError) as caught:
        run(request, Heard("plan", lambda: service.faults.always.update({"*": gone})))
    assert caught.value.code in ("offline", "network") and caught.value.hint
    assert_nothing_half_written(tmp_path / "run")
    assert json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["state"] == "failed"
    said = re.sub(r"^\w+ of \w+", "A band of SCENE", re.sub(r"127\.0\.0\.1:\d+", "ADDRESS", str(caught.value)))
    page.note("The network is cut", "when the first tile is read", said,
              "The next run goes on from the finished tiles.", tmp_path)  # fmt: skip
    service.faults.clear()
    run(request, Heard())
    assert product_sums(tmp_path / "run") == expected


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (Fault(status=429, retry_after=0), "The service says 429: too many requests"),
        pytest.param(Fault(status=500), "The service says 500: its own fault", marks=pytest.mark.long),
        pytest.param(Fault(status=403), "The service says 403: not allowed", marks=pytest.mark.long),
        (Fault(corrupt=True), "The service sends altered bytes"),
    ],
)
def test_one_file_of_a_service_fails_for_good(
    fault: Fault, what: str, service: Service, own_cache: Path, tiny: Place, tmp_path: Path, page: Page
) -> None:
    scene = next(a.id for a in tiny.current("S2"))
    service.faults.always[f"/files/{scene}/B08.tif"] = fault
    heard = Heard()
    run(parse_request(fields(service, tiny, tmp_path / "run")), heard)
    said = " ".join(text for text in heard.warnings if "older processings" not in text)
    assert scene in said and "B08" in said
    page.note(what, "for one file, for good", said.replace(scene, "SCENE"),
              "The run goes on without these pixels and notes it.", tmp_path)  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "code", "what"),
    [
        (Fault(status=429, retry_after=0), "service", "The service says 429: too many requests"),
        pytest.param(Fault(status=500), "service", "The service says 500: its own fault", marks=pytest.mark.long),
        (Fault(status=403), "credentials", "The service says 403: not allowed"),
        (Fault(cut=True), "network", "The network is cut"),
    ],
)
def test_the_search_fails_for_good(
    fault: Fault, code: str, what: str, service: Service, own_cache: Path, tiny: Place, tmp_path: Path, page: Page
) -> None:
    service.faults.always["/search"] = fault
    with pytest.raises(EOFusionError) as caught:
        run(parse_request(fields(service, tiny, tmp_path / "run")), Heard())
    assert caught.value.code == code and caught.value.hint and not (tmp_path / "run").exists()
    said = str(caught.value).replace(service.url, "ADDRESS").replace(service.url.removeprefix("http://"), "ADDRESS")
    page.note(what, "while scenes are searched", said, "No folder is made.", tmp_path)


def test_a_corrupt_cache_is_read_anew(
    service: Service, own_cache: Path, tiny: Place, tmp_path: Path, page: Page
) -> None:
    first = Heard()
    run(parse_request(fields(service, tiny, tmp_path / "first")), first)
    entries = [path for path in own_cache.rglob("*") if path.is_file() and path.stat().st_size > 60]
    assert len(entries) > 5
    for number, path in enumerate(entries):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes([bytes(data), data[:30], b""][number % 3])
    heard = Heard()
    run(parse_request(fields(service, tiny, tmp_path / "second")), heard)
    assert [text.partition(" ")[2] for text in heard.warnings] == [text.partition(" ")[2] for text in first.warnings]
    assert product_sums(tmp_path / "second") == product_sums(tmp_path / "first")
    page.note("The cache is damaged", "before a run", "Nothing.", "What is damaged is read from the service again.")


def test_the_cache_cannot_be_written(
    service: Service, own_cache: Path, tiny: Place, tmp_path: Path, page: Page
) -> None:
    own_cache.write_text("a file where the folder should be", encoding="utf-8")
    heard = Heard()
    run(parse_request(fields(service, tiny, tmp_path / "run")), heard)
    assert [text for text in heard.warnings if "older processings" not in text] == []
    assert product_sums(tmp_path / "run")
    page.note("The cache cannot be written", "while scenes are read", "Nothing.", "The run goes on without a cache.")

"""The disk, the memory, the process and the computer fail at every stage of a run; afterwards it goes on to the end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faults_page import Page
from lab import STAGES, Fault, Outcome, work
from small_place import request
from sound import assert_nothing_half_written, finished_tiles, product_sums

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="faults are made by Linux' means")

WHEN = {
    "start": "before the first file",
    "encode": "while tiles are computed",
    "temperature": "while temperature is generated",
    "gpp": "while GPP is computed",
    "write": "while products are written",
}
GOES_ON = "The next run goes on from the finished tiles."


def quick_first(first: str, *others: str) -> list[Any]:
    """Parameters of which `make test` takes the first, and `make faults` all."""
    return [first, *(pytest.param(other, marks=pytest.mark.long) for other in others)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB of the test's own; None where this computer lets nobody mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk of the test's own cannot be mounted here (needs root); file-size limits are tested instead")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def assert_plain(done: Outcome) -> None:
    """One error in a person's words, with what to do, and nothing of the machine room."""
    assert done.exit == 0 and done.state == "error", (done.exit, done.state, done.said[-2000:])
    assert len(done.of("error")) == 1
    assert done.error["message"].endswith(".") and done.error["hint"] and done.error["code"] != "internal", done.error
    assert "Traceback" not in done.sentence and len(done.sentence) < 500


def any_product(sentence: str) -> str:
    """A sentence without the name of the product's file: several are written side by side."""
    return re.sub(r"products/[\w/]+\.tif", "products/PRODUCT.tif", sentence)


def assert_goes_on(place: Path, run: Path, folder: Path, expected: dict[str, str]) -> None:
    """Without the fault the same request ends well, makes no finished tile again and gives the undisturbed bytes."""
    assert_nothing_half_written(run)
    before = finished_tiles(run)
    done = work(request(place, run), Fault(), folder / "again")
    assert done.state == "ok", (done.sentence, done.said[-2000:])
    after = finished_tiles(run)
    assert {name: after[name] for name in before} == before
    assert product_sums(run) == expected
    assert not list(run.rglob("*.part"))


@pytest.mark.parametrize("stage", quick_first("encode", "start", "temperature", "gpp", "write"))
def test_the_disk_is_full(
    stage: str, small_disk: Path, small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page
) -> None:
    run = small_disk / "run"
    done = work(request(small_place, run), Fault("fill", stage, argument=str(small_disk)), tmp_path / "child")
    assert_plain(done)
    said = any_product(done.sentence)
    if stage == "gpp":  # tiles and files of products are written side by side: what meets the full disk first is told
        assert said.startswith(
            ("The disk is full. ", "The file products/PRODUCT.tif cannot be written (the disk is")
        ), said
        said = "The disk is full. Free some space and run again: finished tiles stay. (Or the words of the next row.)"
    page.note("The disk is full", WHEN[stage], said, GOES_ON, tmp_path)
    (small_disk / "ballast").unlink()
    assert_goes_on(small_place, run, tmp_path, undisturbed)


@pytest.mark.long
@pytest.mark.parametrize("stage", ["write", "encode"])
def test_no_file_may_grow(
    stage: str, small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page
) -> None:
    run = tmp_path / "run"
    done = work(request(small_place, run), Fault("file-size", stage, argument="4096"), tmp_path / "child")
    assert_plain(done)
    said = re.sub(r"(cannot be written) \(.*?\)\.", r"\1 (what GDAL says of it).", any_product(done.sentence))
    page.note("A quota ends in the middle of a file", WHEN[stage], said, GOES_ON, tmp_path)
    assert_goes_on(small_place, run, tmp_path, undisturbed)


@pytest.mark.parametrize("stage", quick_first("write", "start", "encode", "temperature", "gpp"))
def test_the_folder_becomes_read_only(
    stage: str, small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page
) -> None:
    (tmp_path / "out").mkdir()
    run = tmp_path / "out" / "run"
    done = work(request(small_place, run), Fault("read-only", stage, argument=str(run.parent)), tmp_path / "child")
    assert_plain(done)
    page.note("The folder is or becomes read-only", WHEN[stage], done.sentence, GOES_ON, tmp_path)
    for path in [run.parent, *run.parent.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert_goes_on(small_place, run, tmp_path, undisturbed)


@pytest.mark.long
@pytest.mark.parametrize("stage", STAGES)
def test_the_process_is_killed(stage: str, small_place: Path, undisturbed: dict[str, str], tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = work(request(small_place, run), Fault("kill", stage), tmp_path / "child")
    assert done.exit == -signal.SIGKILL and done.state == "dead"
    assert_goes_on(small_place, run, tmp_path, undisturbed)


@pytest.mark.parametrize(("stage", "megabytes"), [("encode", 1), pytest.param("start", 40, marks=pytest.mark.long)])
def test_memory_runs_out(
    stage: str, megabytes: int, small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page
) -> None:
    run = tmp_path / "run"
    done = work(request(small_place, run), Fault("memory", stage, argument=str(megabytes)), tmp_path / "child")
    assert done.state != "ok"
    if done.state == "error":
        assert_plain(done)
        page.note("Memory runs out", WHEN[stage], done.sentence, GOES_ON, tmp_path)
    assert_goes_on(small_place, run, tmp_path, undisturbed)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("CUDA error: unspecified launch failure", "device"),
        pytest.param("CUDA out of memory. Tried to allocate 2.00 GiB.", "memory", marks=pytest.mark.long),
    ],
)
def test_the_gpu_is_gone(
    words: str, code: str, small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page
) -> None:
    run = tmp_path / "run"
    done = work(request(small_place, run), Fault("raise", "encode", argument=words), tmp_path / "child")
    assert_plain(done)
    assert done.error["code"] == code
    what = "The GPU's memory is full" if code == "memory" else "The GPU stops answering"
    page.note(what, WHEN["encode"], done.sentence, GOES_ON, tmp_path)
    assert_goes_on(small_place, run, tmp_path, undisturbed)


@pytest.mark.parametrize(
    ("kind", "argument", "what"),
    [
        ("clock", "-86400", "The clock is set back by a day"),
        ("environment", "TZ=Pacific/Kiritimati", "The time zone is UTC+14"),
        pytest.param("environment", "TZ=Nowhere/Such", "The time zone is unknown", marks=pytest.mark.long),
    ],
)
def test_the_clock_and_the_time_zone_change_nothing(
    kind: str, argument: str, what: str, small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page
) -> None:
    stage = "encode" if kind == "clock" else "start"
    done = work(request(small_place, tmp_path / "run"), Fault(kind, stage, argument=argument), tmp_path / "child")
    assert done.state == "ok", done.sentence
    assert product_sums(tmp_path / "run") == undisturbed
    page.note(what, WHEN[stage], "Nothing.", "The products are the same, byte by byte.", tmp_path)

"""The plugin's own client and the real engine: killed, crashed, left alone by QGIS, and met twice in one folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faults_page import Page
from lab import Fault, start, work
from small_place import request
from sound import assert_nothing_half_written, product_sums

from eofusion_plugin.engine.client import EngineClient, worker_command

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals and /proc are Linux'")

WORKER = Path(__file__).resolve().parents[2] / "engine" / "worker_main.py"
GOES_ON = "The next run goes on from the finished tiles."


def wait_for(true: Callable[[], Any], what: str, seconds: float = 120.0) -> None:
    """Poll until ``true()``."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("number", "what"),
    [
        pytest.param(signal.SIGKILL, "The engine is killed", marks=pytest.mark.long),
        (signal.SIGSEGV, "The engine crashes"),
    ],
)
def test_the_plugin_says_that_the_engine_stopped_and_starts_another(
    number: int, what: str, small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page
) -> None:
    fields = request(small_place, tmp_path / "run")
    client = EngineClient(worker_command(sys.executable, WORKER))
    talk = client.request("run", request=fields)
    wait_for(lambda: list(tmp_path.glob("run/tiles/*.npz")) or talk.finished.is_set(), "the first tile")
    os.kill(client.pid, number)
    messages = list(talk)
    assert messages[-1]["state"] == "error" and messages[-2]["code"] == "engine-stopped"
    seen = f"{messages[-2]['message']} {messages[-2]['hint']}"
    page.note(what, "while tiles are computed", seen, GOES_ON, tmp_path)
    assert not client.alive
    assert_nothing_half_written(tmp_path / "run")
    assert work(fields, Fault(), tmp_path / "again").state == "ok"
    assert product_sums(tmp_path / "run") == undisturbed


def test_the_engine_ends_with_qgis(small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page) -> None:
    """QGIS is gone without a word: its end of the pipe closes, and no engine computes on for nobody."""
    fields = request(small_place, tmp_path / "run")
    from eofusion_engine.protocol import encode

    process = subprocess.Popen(
        worker_command(sys.executable, WORKER), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    process.stdin.write(encode("run", "1", request=fields).encode() + b"\n")
    process.stdin.flush()
    while b'"stage": "encode"' not in process.stdout.readline():
        assert process.poll() is None
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()
    page.note("QGIS is closed or crashes", "while tiles are computed", "Nothing: there is nobody to tell.", GOES_ON)
    assert_nothing_half_written(tmp_path / "run")
    assert work(fields, Fault(), tmp_path / "again").state == "ok"
    assert product_sums(tmp_path / "run") == undisturbed


def test_two_runs_in_one_folder(small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page) -> None:
    fields = request(small_place, tmp_path / "run")
    first = start(fields, Fault("stop", "encode"), tmp_path / "first")
    wait_for(lambda: "State:\tT" in Path(f"/proc/{first.pid}/status").read_text(encoding="ascii"), "the first run")
    second = work(fields, Fault(), tmp_path / "second")
    assert second.state == "error" and second.error["code"] == "run-in-progress"
    page.note("Two runs in one folder", "at the start of the second", second.sentence, "The first goes on.", tmp_path)
    os.kill(first.pid, signal.SIGCONT)
    first.join(120)
    assert first.exitcode == 0 and product_sums(tmp_path / "run") == undisturbed
    assert not alive(first.pid)

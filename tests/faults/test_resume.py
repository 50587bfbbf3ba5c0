"""SIGKILL at random moments: no finished tile is made again, and the bytes are those of an undisturbed run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from faults_page import Page
from lab import Fault, outcome, start, work
from small_place import request
from sound import assert_nothing_half_written, finished_tiles, product_sums

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="SIGKILL is Linux'")


@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.long)])
def test_killed_at_random_moments(
    kills: int, small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page
) -> None:
    run = tmp_path / "run"
    fields = request(small_place, run)
    began = time.monotonic()
    assert work(fields, Fault(), tmp_path / "timed").state == "ok"
    whole = time.monotonic() - began
    shutil.rmtree(run)
    # Another seed each time: the moments differ with the computer's speed anyhow. It is told where the test fails.
    seed = time.time_ns()
    rng = random.Random(seed)
    killed = finished = 0
    before: dict[str, int] = {}
    while killed < kills:
        process = start(fields, Fault(), tmp_path / "child")
        process.join(rng.uniform(0.0, whole))
        if process.exitcode is None:
            os.kill(process.pid, signal.SIGKILL)
            process.join()
            killed += 1
        assert_nothing_half_written(run)
        after = finished_tiles(run)
        assert {name: after.get(name) for name in before} == before, f"a finished tile was made again (seed {seed})"
        before = after
        if process.exitcode == 0:
            assert outcome(tmp_path / "child", 0).state == "ok" and product_sums(run) == undisturbed, f"seed {seed}"
            finished += 1
            before = {}
            shutil.rmtree(run)
    last = work(fields, Fault(), tmp_path / "last")
    assert last.state == "ok" and product_sums(run) == undisturbed, f"seed {seed}"
    after = finished_tiles(run)
    assert {name: after.get(name) for name in before} == before, f"seed {seed}"
    assert not list(run.rglob("*.part")) and not (run / "run.lock").exists()
    page.note("The computer is switched off, the process killed", "at any moment", "Nothing: there is nobody to tell.",
              "The next run goes on from the finished tiles.")  # fmt: skip

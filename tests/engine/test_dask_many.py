"""More than 400 tiles on clusters of processes (``make test-dask``): a LocalCluster, and a scheduler and workers that
were started by hand as a person would, one of which dies on the way."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dask_place import Ear, product_sums, strip_request, write_strip
from eofusion_engine.errors import SchedulerError
from eofusion_engine.inference.runner import run
from eofusion_engine.request import parse_request

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix"),
]
TILES = 420
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def strip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two Sentinel-2 dates and one of Sentinel-1."""
    return write_strip(tmp_path_factory.mktemp("strip") / "scenes", TILES)


def fields(strip: Path, out: Path, **more: Any) -> dict[str, Any]:
    light = {"products": ["embeddings"], "dates": ["2021-05-01"], "embedding_rasters": "preview"}
    return strip_request(strip, out, TILES, **light, **more)


@pytest.fixture(scope="module")
def local(strip: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return made(fields(strip, tmp_path_factory.mktemp("local") / "run"), "two local threads")


def made(request: dict[str, Any], what: str, ear: Ear | None = None) -> dict[str, str]:
    """The run's products; prints how long its parts took."""
    started = time.monotonic()
    result = run(parse_request(request), ear or Ear())
    folder = Path(result["run"])
    assert len(list((folder / "tiles").glob("*_imagery.npz"))) == TILES
    parts = re.findall(r'"(encode|write|plan)": ([\d.]+)', (folder / "run.json").read_text())
    print(f"\n{what}: {TILES} tiles, {time.monotonic() - started:.0f} s", dict(parts))
    return product_sums(folder)


def test_on_a_local_cluster(strip: Path, local: dict[str, str], tmp_path: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster:
        address = str(cluster.scheduler_address)
        sums = made(fields(strip, tmp_path / "run", scheduler=address), "LocalCluster, two processes")
    assert len(local) > 1 and sums == local


def test_on_a_scheduler_with_two_workers_one_of_which_is_killed(
    strip: Path, local: dict[str, str], tmp_path: Path
) -> None:
    with scheduler(tmp_path) as (address, started):
        killed: list[int] = []

        def kill(stage: str, done: int) -> bool:
            if stage == "encode" and done >= TILES // 3 and not killed:
                killed.append(child_of(started[1].pid))
                os.kill(killed[0], signal.SIGKILL)
            return False

        request = fields(strip, tmp_path / "run", scheduler=address)
        sums = made(request, "dask scheduler, two dask workers, one killed", Ear(until=kill))
    assert killed and sums == local


def test_a_scheduler_that_dies_ends_the_run_with_a_sentence(strip: Path, tmp_path: Path) -> None:
    with scheduler(tmp_path) as (address, started):
        lost: list[float] = []

        def kill(stage: str, done: int) -> bool:
            if stage == "encode" and not lost:
                lost.append(time.monotonic())
                started[0].kill()
            return False

        with pytest.raises(SchedulerError, match="stopped answering during the run"):
            run(parse_request(fields(strip, tmp_path / "run", scheduler=address)), Ear(until=kill))
    assert time.monotonic() - lost[0] < 90
    assert list((tmp_path / "run" / "tiles").glob("*_imagery.npz"))


def child_of(pid: int) -> int:
    """The worker process under its nanny."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            parent = int((path.parent / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"spawn_main" in path.read_bytes():
                return int(path.parent.name)
        except (OSError, ValueError, IndexError):
            continue
    raise AssertionError("the nanny has no worker")


@contextmanager
def scheduler(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """``dask scheduler`` and two ``dask worker`` on loopback, in this order, ended afterwards."""
    where = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "env": ENVIRONMENT}
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(where)]
    started = [subprocess.Popen([*dask, "scheduler", *options], **quiet)]
    try:
        until = time.monotonic() + 60
        while not where.is_file() and time.monotonic() < until:
            time.sleep(0.1)
        address = re.search(r'"(tcp://[^"]+)"', where.read_text())
        assert address is not None
        for _ in range(2):
            worker = ["worker", address[1], "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard"]
            started.append(subprocess.Popen([*dask, *worker], **quiet))
        yield address[1], started
    finally:
        for process in reversed(started):
            process.terminate()
        for process in reversed(started):
            process.wait(30)

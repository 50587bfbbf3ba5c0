"""Two hundred small runs through one worker: memory, open files, threads, processes stay as they were. `make soak`."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from small_place import area, request

from eofusion_plugin.engine.client import EngineClient, worker_command

ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / "engine" / "worker_main.py"
#: The first runs fill caches and load libraries; growth is told from the end of them.
WARM_UP = 20
#: A share of the memory after the warm-up.
MOST_GROWTH = 0.05


def look(pid: int) -> dict[str, float]:
    """Memory in MB, and how many files, threads and children a process has."""
    process = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text(encoding="ascii").splitlines())
    children = (process / "task" / str(pid) / "children").read_text(encoding="ascii").split()
    return {
        "memory_mb": int(status["VmRSS"].split()[0]) / 1024, "threads": int(status["Threads"]),
        "files": len(list((process / "fd").iterdir())), "children": len(children),
    }  # fmt: skip


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory and files are read from /proc")
def test_two_hundred_runs_through_one_worker(small_place: Path, tmp_path: Path) -> None:
    runs = int(os.environ.get("EOFUSION_SOAK_RUNS", "200"))
    client = EngineClient(worker_command(sys.executable, WORKER))
    seen: list[dict[str, float]] = []
    products = (["reflectance"], ["embeddings"], ["gpp", "temperature"], ["reflectance", "gpp"])
    began = time.monotonic()
    try:
        for number in range(runs):
            out = tmp_path / f"run{number}"
            fields = request(small_place, out, products=products[number % len(products)], area=area())
            if number % 10 == 9:
                fields["source"] = str(tmp_path / "nowhere")  # a fault leaves nothing open either
            talk = client.request("run", request=fields)
            if number % 10 == 4:
                talk.get(5.0)
                # As the client does it, but without ending an engine that a busy machine lets answer late.
                client._send({"type": "cancel", "id": f"c{number}", "target": talk.key})
            state = list(talk)[-1]["state"]
            assert state == "error" if number % 10 == 9 else state in ("ok", "cancelled"), (number, state)
            shutil.rmtree(out, ignore_errors=True)
            seen.append(look(client.pid))
    finally:
        client.close()
    warm = np.array([each["memory_mb"] for each in seen[WARM_UP:]])
    quarter = max(1, len(warm) // 4)
    growth = float(np.median(warm[-quarter:]) / np.median(warm[:quarter]) - 1)
    report = {
        "runs": runs, "seconds": round(time.monotonic() - began), "memory_mb": [round(m, 1) for m in warm[[0, -1]]],
        "growth": round(growth, 4), "first": seen[WARM_UP], "last": seen[-1],
    }  # fmt: skip
    (ROOT / "build" / "soak").mkdir(parents=True, exist_ok=True)
    (ROOT / "build" / "soak" / "soak.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    print(json.dumps(report))
    assert growth < MOST_GROWTH, report
    assert seen[-1]["files"] <= seen[WARM_UP]["files"] and seen[-1]["children"] <= seen[WARM_UP]["children"], report
    assert seen[-1]["threads"] <= seen[WARM_UP]["threads"], report

"""Starts: importing the engine, and from starting the worker to its being ready. The fastest of a few, disk warm.

    python tests/bench/start_bench.py

What the plugin adds to QGIS' own start is measured by startup_bench.py; what a run costs whatever its area comes from
the whole runs (targets.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from rows import Row, keep, row, table

STARTS = 4
_IMPORT = """
import sys, time
started = time.perf_counter()
import {module}
print(time.perf_counter() - started, int("torch" in sys.modules))
"""


def importing(module: str) -> Row:
    """Seconds of an import, and whether torch came with it."""
    found = []
    for _ in range(STARTS):
        done = subprocess.run(
            [sys.executable, "-c", _IMPORT.format(module=module)], capture_output=True, text=True, check=True
        )
        seconds, with_torch = done.stdout.split()
        found.append((float(seconds), int(with_torch)))
    return row(f"import {module}", min(found)[0], "s", torch="yes" if any(t for _, t in found) else "no")


def worker_ready() -> Row:
    """Seconds from starting the worker's process to its word that it is ready."""
    return row("worker ready", min(_ready() for _ in range(STARTS)), "s", starts=STARTS)


def _ready() -> float:
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "eofusion_engine.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin is not None and worker.stdout is not None
        worker.stdin.write(json.dumps({"v": 1, "id": "1", "type": "hello"}) + "\n")
        worker.stdin.flush()
        kinds = []
        for line in worker.stdout:
            kinds.append(json.loads(line)["type"])
            if kinds[-1] in ("ready", "error"):
                break
        seconds = time.perf_counter() - started
        worker.stdin.close()
    if kinds[-1:] != ["ready"]:
        raise SystemExit("The worker did not become ready: see what it printed above.")
    return seconds


def main() -> int:
    """Measure, keep and print."""
    rows = [importing("eofusion_engine"), importing("eofusion_engine.cli"), worker_ready()]
    keep(rows)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())

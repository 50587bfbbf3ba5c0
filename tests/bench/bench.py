"""`make bench`: speed and memory of the hot path, as ratios to this machine's own matrix product in the same run.

The machines are noisy: read the ratios. Rows go to build/bench/bench.json.
"""

from __future__ import annotations

import json
import platform
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from eofusion_engine.cube import CubeWindow
from eofusion_engine.inference.encode import encode_window
from eofusion_engine.inference.tiles import HALO
from eofusion_engine.model.stack import FusionStack

ROOT = Path(__file__).resolve().parents[2]
SIZE = 96
S2_DATES, S1_DATES, ASKED = 24, 30, 24
REPEATS = 3


def best(work: Callable[[], Any]) -> float:
    """Seconds of the fastest of a few runs."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def year() -> tuple[CubeWindow, list[date]]:
    """A tile with a year of clear dates of both sensors."""
    rng = np.random.default_rng(0)
    side = SIZE + 2 * HALO
    start = date(2021, 1, 1)
    s2 = rng.uniform(0, 0.5, (S2_DATES, 10, side, side)).astype(np.float32)
    s1 = rng.uniform(-20, -5, (S1_DATES, 2, side, side)).astype(np.float32)
    s2_dates = tuple(start + timedelta(days=15 * i) for i in range(S2_DATES))
    s1_dates = tuple(start + timedelta(days=12 * i) for i in range(S1_DATES))
    clear = np.ones((S2_DATES, side, side), bool)
    snow, rising, levels = np.zeros_like(clear), np.arange(S1_DATES) % 2 == 0, ("RTC",) * S1_DATES
    return CubeWindow(s2, clear, snow, s2_dates, s1, s1_dates, rising, levels), list(s2_dates)


def main() -> int:
    """Measure and print the table."""
    torch.set_num_threads(1)
    a = torch.ones(1024, 1024)
    gflops = 2 * 1024**3 / best(lambda: a @ a) / 1e9
    stack = FusionStack.from_weights()
    window, dates = year()
    seconds = best(lambda: encode_window(stack, window, HALO, dates, []))
    rate = SIZE * SIZE / seconds
    conditions = {
        "threads": 1,
        "s2_dates": S2_DATES,
        "s1_dates": S1_DATES,
        "asked": ASKED,
        "machine": platform.machine(),
    }
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        {"name": "sgemm 1024", "value": gflops, "unit": "GFLOP/s", "ratio_to_sgemm": 1.0, "conditions": conditions},
        {
            "name": "encode + fuse + decode a year",
            "value": rate,
            "unit": "px-years/s",
            "ratio_to_sgemm": rate / gflops,
            "conditions": conditions,
        },
        {"name": "the same", "value": rate * 60 / 1e4, "unit": "km2/min", "conditions": conditions},
        {"name": "peak memory", "value": memory, "unit": "MB", "conditions": conditions},
    ]
    for row in rows:
        print(
            f"{row['name']:34s} {row['value']:10.1f} {row['unit']:12s} {row.get('ratio_to_sgemm', float('nan')):8.3f}"
        )
    out = ROOT / "build" / "bench"
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.json").write_text(json.dumps(rows, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The hot path and whole runs on a GPU: shares of its copy and matrix product ceilings, and how far from the CPU.

    python tests/bench/gpu_bench.py                     # rows to build/bench/bench.json
    python tests/bench/gpu_bench.py --km 10 --out FILE  # whole runs of a larger place, rows to another file

Ceilings first: copies from pinned memory, and square matrix products in bfloat16 and float32 (no TF32). Then the hot
path over whole tiles in both precisions, its results against the CPU's with the tolerance that docs/architecture.md
states for bfloat16, and whole runs from local COGs. Without CUDA it says so and ends.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from eofusion_engine.cube import CubeWindow
from eofusion_engine.events import Quiet
from eofusion_engine.inference.encode import Encoded, encode_window
from eofusion_engine.inference.plan import make_plan
from eofusion_engine.inference.tiles import HALO, TILE_PIXELS
from eofusion_engine.model.stack import FusionStack
from eofusion_engine.request import parse_request
from flops import operations
from hot_path import ALL, FUSED, Job
from places import made
from rows import FILE, Row, keep, row, table
from runs_bench import DATES, request, timed_runs
from year import ASKED, spread, year

#: Bytes of one copy, side of the square matrices, and how often each is timed.
COPY_BYTES, SIDE, TURNS = 1 << 28, 8192, 5
#: Least cosine of embeddings, mean and largest difference of reflectance: docs/architecture.md.
TOLERANCE = {"least cosine": 0.99, "mean reflectance difference": 5e-4, "largest reflectance difference": 5e-3}


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few turns, the GPU's queue empty before and after."""
    work()
    found = []
    for _ in range(TURNS):
        torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        torch.cuda.synchronize()
        found.append(time.perf_counter() - started)
    return min(found)


def ceilings(about: dict[str, object]) -> tuple[list[Row], dict[str, float]]:
    """Rows; and bytes a second to the device, floating point operations a second by precision."""
    host = torch.ones(COPY_BYTES, dtype=torch.uint8).pin_memory()
    there = torch.empty_like(host, device="cuda")
    up = COPY_BYTES / best(lambda: there.copy_(host, non_blocking=True))
    down = COPY_BYTES / best(lambda: host.copy_(there, non_blocking=True))
    rows = [row("GPU copy", rate / 1e9, "GB/s", **about, way=way) for way, rate in (("to", up), ("from", down))]
    reached = {"copy": up}
    for name, dtype in (("bfloat16", torch.bfloat16), ("float32", torch.float32)):
        a = torch.randn(SIDE, SIDE, device="cuda").to(dtype)
        with no_tf32():
            reached[name] = 2 * SIDE**3 / best(lambda a=a: a @ a)
        rows.append(row("GPU matrix product", reached[name] / 1e12, "TFLOP/s", **about, precision=name))
    return rows, reached


@contextlib.contextmanager
def no_tf32() -> Iterator[None]:
    """Full float32 in products and convolutions."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


@contextlib.contextmanager
def precision(name: str) -> Iterator[None]:
    """What the engine chooses on a GPU (``bfloat16``), or full ``float32`` as on a GPU without bfloat16."""
    if name == "bfloat16":
        yield
        return
    with no_tf32(), mock.patch.object(torch.cuda, "is_bf16_supported", lambda *_, **__: False):
        yield


def speed(stack: FusionStack, reached: dict[str, float], about: dict[str, object], sides: tuple[int, ...]) -> list[Row]:
    """The hot path by precision and by the tile's side, as shares of the ceilings."""
    rows: list[Row] = []
    for side in sides:
        job = Job(stack, side)
        window, dates = year(side), list(spread(ASKED))
        bytes_up = window.s2.nbytes + window.s1.nbytes
        for stage in (FUSED, ALL):
            count = operations(partial(job.stage(stage), 0))
            for name in ("bfloat16", "float32"):
                with precision(name):
                    seconds = best(partial(encode_window, stack, window, HALO, dates, decode=stage == ALL))
                told = {**about, "tile": side, "precision": name}
                rows += [
                    row(f"GPU {stage}", side**2 / seconds, "px-years/s", **told),
                    row(f"GPU {stage}", side**2 / seconds * 60 / 1e4, "km2/min", **told),
                    row(f"GPU {stage}, of the matrix product", count / seconds / reached[name], "share", **told),
                    row(f"GPU {stage}, of the copy", bytes_up / seconds / reached["copy"], "share", **told),
                ]
    return rows


def tile_of_a_place(km: float) -> tuple[CubeWindow, list[date]]:
    """One window with clouds and gaps, and the asked dates."""
    with make_plan(parse_request(request(made(km), Path("unused"), DATES, 1)), Quiet()) as plan:
        side = min(TILE_PIXELS, plan.grid.height, plan.grid.width)
        return plan.cube.read(-HALO, -HALO, side + 2 * HALO, side + 2 * HALO), list(plan.dates)


def differences(cpu: Encoded, gpu: Encoded) -> dict[str, float]:
    """How far two results of one window are apart; NaN must be at the same places.

    Raises:
        ValueError: what is known differs.
    """
    if not np.array_equal(np.isfinite(cpu.embedding), np.isfinite(gpu.embedding)):
        raise ValueError("the two results do not know the same pixels")
    cosine = (cpu.embedding * gpu.embedding).sum(axis=1)
    off = np.abs(cpu.reflectance - gpu.reflectance)
    return {
        "largest embedding difference": float(np.nanmax(np.abs(cpu.embedding - gpu.embedding))),
        "mean cosine": float(np.nanmean(cosine)),
        "least cosine": float(np.nanmin(cosine)),
        "mean reflectance difference": float(np.nanmean(off)),
        "largest reflectance difference": float(np.nanmax(off)),
    }


def within(name: str, value: float) -> bool | None:
    """Whether a difference is within the stated tolerance; None where nothing is stated."""
    if name not in TOLERANCE:
        return None
    return value >= TOLERANCE[name] if name == "least cosine" else value <= TOLERANCE[name]


def agreement(stack: FusionStack, about: dict[str, object], km: float) -> list[Row]:
    """The GPU's results against the CPU's, on one tile of a place."""
    window, dates = tile_of_a_place(km)
    cpu = encode_window(FusionStack.from_weights(), window, HALO, dates)
    rows = []
    for name in ("bfloat16", "float32"):
        with precision(name):
            gpu = encode_window(stack, window, HALO, dates)
        for what, value in differences(cpu, gpu).items():
            made_row = row(f"GPU against CPU, {what}", value, "", **about, precision=name)
            if (met := within(what, value)) is not None:
                made_row["conditions"] |= {"tolerance": TOLERANCE[what], "met": met}
            rows.append(made_row)
    return rows


def main() -> int:
    """Measure everything, keep the rows group by group, print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--km", type=float, nargs="+", default=[2.0, 5.0], help="sides of the places of whole runs")
    parser.add_argument("--sides", type=int, nargs="+", default=[TILE_PIXELS, 256, 512], help="sides of tiles")
    parser.add_argument("--out", type=Path, default=FILE, help="the file of rows")
    chosen = parser.parse_args()
    if not torch.cuda.is_available():
        print("There is no CUDA GPU here, so nothing was measured.")
        return 0
    about: dict[str, object] = {"gpu": torch.cuda.get_device_name(0), "torch": torch.__version__}
    stack = FusionStack.from_weights(device="cuda:0")
    rows, reached = ceilings(about)
    keep(rows, chosen.out)
    print(table(rows), flush=True)
    for group in (
        lambda: agreement(stack, about, chosen.km[0]),
        lambda: speed(stack, reached, about, tuple(chosen.sides)),
        lambda: [
            {**one, "conditions": {**one["conditions"], **about}}
            for km in chosen.km
            for one in timed_runs(km, device="cuda")
        ],
    ):
        rows = group()
        keep(rows, chosen.out)
        print(table(rows), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

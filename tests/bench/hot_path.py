"""Encode, fuse and decode: pixels a second, as a share of this machine's matrix product, and how cost grows.

    python tests/bench/hot_path.py --by threads        # by stage, with one and with two threads
    python tests/bench/hot_path.py --by tile           # by the side of a tile
    python tests/bench/hot_path.py --by dates          # by the number of dates, and the exponent
    python tests/bench/hot_path.py --by memory --side 96

The window is made, all of it clear: the dearest case. Stages are told apart by leaving the later ones out: fusing is
encoding with fusing less encoding alone. Floating point operations are those that torch counts while it runs. The ratio
to the matrix product is, of GFLOP/s, the share of its rate; of px-years/s, the pixels for each GFLOP that it would do.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from eofusion_engine.cube import CubeWindow
from eofusion_engine.inference.encode import encode_sensors, encode_window
from eofusion_engine.inference.tiles import HALO, TILE_PIXELS
from eofusion_engine.memory import keep_freed_memory
from eofusion_engine.model.stack import FusionStack
from flops import operations
from growth import power_law
from pace import Paced, by_library, paced, paced_together
from rows import Row, keep, row, table, usable_cpus
from year import ASKED, S1_DATES, S2_DATES, spread, year

#: Sides of tiles in pixels: whole token cells.
SIDES = (48, 96, 160, 256)
#: Sentinel-2 dates and asked dates; Sentinel-1 has 1.25 times as many, as in the targets.
DATES = (6, 12, 24, 48)
#: Side of the tile whose dates are varied: a smaller one, as 48 dates take their time.
DATES_SIDE = 96
#: The job as the targets name it: without the decoders.
FUSED, ALL, ENCODED = "encode + fuse", "encode + fuse + decode", "encode"


@dataclass(frozen=True)
class Job:
    """The hot path over a window of ``side`` pixels with so many dates."""

    stack: FusionStack
    side: int = TILE_PIXELS
    s2: int = S2_DATES
    s1: int = S1_DATES
    asked: int = ASKED

    def stage(self, name: str) -> Callable[[int], object]:
        """The work up to a stage, to be called with the number of a thread."""
        window, dates = year(self.side, self.s2, self.s1), list(spread(self.asked))

        def work(_: int) -> object:
            return self._call(name, window, dates)

        return work

    def _call(self, name: str, window: CubeWindow, dates: Sequence[date]) -> object:
        if name == ENCODED:
            return encode_sensors(self.stack, window, HALO)
        return encode_window(self.stack, window, HALO, dates, decode=name == ALL)

    def conditions(self, threads: int) -> dict[str, int]:
        """What tells this job from others."""
        return {"threads": threads, "tile": self.side, "s2": self.s2, "s1": self.s1, "asked": self.asked}


def by_threads(stack: FusionStack, turns: int) -> list[Row]:
    """Each stage with one and with two threads, told apart."""
    rows: list[Row] = []
    job = Job(stack)
    works = {name: job.stage(name) for name in (ENCODED, FUSED, ALL)}
    counted = {name: operations(partial(work, 0)) for name, work in works.items()}
    for threads in sorted({1, min(2, usable_cpus())}):
        found = paced_together(works, threads, turns)
        for name, count in counted.items():
            rows += stage_rows(name, found[name], count, job, threads)
        rates = by_library(threads)
        for library, rate in rates.items():
            ratio = rate / max(rates.values())
            rows.append(row("sgemm 1024", rate, "GFLOP/s", ratio, threads=threads, library=library))
        for name, whole, part in (("fuse", FUSED, ENCODED), ("decode", ALL, FUSED)):
            rows += difference_rows(name, found[whole], found[part], counted[whole] - counted[part], job, threads)
    return rows


def stage_rows(name: str, one: Paced, count: float, job: Job, threads: int) -> list[Row]:
    """The rows of a stage that was timed; every thread had a window of its own."""
    pixels, about = job.side**2 * threads, job.conditions(threads)
    rate = pixels / one.seconds
    return [
        row(name, rate, "px-years/s", pixels * 1e9 / one.per_product, **about),
        row(name, rate * 60 / 1e4, "km2/min", **about),
        row(name, count * threads / one.seconds / 1e9, "GFLOP/s", one.share(count * threads), **about),
        row(name, count / job.side**2 / 1e6, "MFLOP/px-year", **about),
    ]


def difference_rows(name: str, whole: Paced, part: Paced, count: float, job: Job, threads: int) -> list[Row]:
    """The rows of a stage that is the difference of two; none where noise made it nothing."""
    seconds, per_product = whole.seconds - part.seconds, whole.per_product - part.per_product
    if seconds <= 0 or per_product <= 0 or count <= 0:
        return []
    alone = Paced(seconds, whole.sgemm, per_product)
    return stage_rows(name, alone, count, job, threads) if alone.share(count * threads) <= 1 else []


def by_tile(stack: FusionStack, turns: int) -> list[Row]:
    """The whole hot path by the tile's side, on one thread."""
    rows: list[Row] = []
    for side in SIDES:
        job = Job(stack, side)
        one = paced(job.stage(ALL), 1, turns)
        rate = side**2 / one.seconds
        rows.append(row("by tile side", rate, "px-years/s", side**2 * 1e9 / one.per_product, **job.conditions(1)))
    return rows


def by_dates(stack: FusionStack, turns: int) -> list[Row]:
    """Cost by the number of dates: all of them growing together, and the asked ones alone; with exponents."""
    rows: list[Row] = []
    for name, jobs in (
        ("by dates", [Job(stack, DATES_SIDE, n, round(1.25 * n), n) for n in DATES]),
        ("by asked dates", [Job(stack, DATES_SIDE, asked=n) for n in DATES]),
    ):
        costs = []
        for job in jobs:
            one = paced(job.stage(ALL), 1, turns)
            costs.append(one.per_product)
            rate = job.side**2 / one.seconds
            ratio = job.side**2 * 1e9 / one.per_product
            rows.append(row(name, rate, "px-years/s", ratio, **job.conditions(1)))
        fit = power_law([job.asked for job in jobs], costs)
        dates = ", ".join(map(str, DATES))
        rows.append(row(f"exponent {name}", fit.exponent, "", plus_minus=round(fit.half_width, 3), dates=dates))
    return rows


def memory(stack: FusionStack, side: int) -> list[Row]:
    """Peak memory of this process with one window of a side; in a process of its own to mean anything."""
    import resource

    job = Job(stack, side)
    job.stage(ALL)(0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [row("hot path, peak memory", peak, "MB", **job.conditions(1))]


def main() -> int:
    """Measure one group of rows, keep and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--by", choices=("threads", "tile", "dates", "memory"), required=True)
    parser.add_argument("--turns", type=int, default=3, help="how often each is timed, beside a matrix product")
    parser.add_argument("--side", type=int, default=TILE_PIXELS, help="of the tile whose memory is told")
    chosen = parser.parse_args()
    keep_freed_memory()  # as a run does
    stack = FusionStack.from_weights()
    if chosen.by == "memory":
        rows = memory(stack, chosen.side)
    else:
        rows = {"threads": by_threads, "tile": by_tile, "dates": by_dates}[chosen.by](stack, chosen.turns)
    keep(rows)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())

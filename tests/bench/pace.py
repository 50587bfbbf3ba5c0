"""Work timed beside this machine's own matrix product, in turns: machines drift, ratios of neighbours do not."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import torch

#: Side of the square matrices; large enough that no library is faster on larger ones.
SIDE = 1024
#: Products that a thread makes in one turn.
PRODUCTS = 8


@dataclass(frozen=True)
class Paced:
    """``seconds`` of the fastest turn; ``sgemm`` in GFLOP/s, the best of the turns; ``per_product``: seconds of the
    work over the seconds that one floating point operation of a matrix product took beside it, the median of turns.

    On one thread these are seconds of processor, which another program's load does not lengthen; on more threads they
    are by the clock, as threads may wait for each other.
    """

    seconds: float
    sgemm: float
    per_product: float

    def share(self, operations: float) -> float:
        """The share of the matrix product's rate that work of so many floating point operations reached."""
        return operations / self.per_product


def sgemm(threads: int) -> float:
    """Floating point operations a second of ``threads`` matrix products side by side, each on one thread, now: by the
    fastest library that torch has here."""
    return _sgemm(threads)[0]


def libraries() -> dict[str, Callable[[torch.Tensor], object]]:
    """The square of a matrix by each library that torch has: its own choice, and oneDNN, which some processors suit
    better."""
    found: dict[str, Callable[[torch.Tensor], object]] = {"torch.matmul": lambda a: a @ a}
    if hasattr(torch.ops.mkldnn, "_linear_pointwise") and torch.backends.mkldnn.is_available():
        packed = torch.ops.mkldnn._reorder_linear_weight(torch.ones(SIDE, SIDE), SIDE)
        found["oneDNN"] = lambda a: torch.ops.mkldnn._linear_pointwise(a, packed, None, "none", [], "none")
    return found


@cache
def fastest() -> str:
    """The library that is the fastest on one thread, by a few products in turns."""
    a = torch.ones(SIDE, SIDE)
    times: dict[str, list[float]] = {name: [] for name in libraries()}
    for _ in range(PRODUCTS):
        for name, square in libraries().items():
            started = time.process_time()
            square(a)
            times[name].append(time.process_time() - started)
    return min(times, key=lambda name: min(times[name]))


def paced(work: Callable[[int], object], threads: int = 1, turns: int = 3) -> Paced:
    """Time ``work(thread number)`` in so many Python threads at once, each with one torch thread, as a run does."""
    return paced_together({"": work}, threads, turns)[""]


def paced_together(works: Mapping[str, Callable[[int], object]], threads: int, turns: int) -> dict[str, Paced]:
    """:func:`paced` of several works in turns, so that differences between them are of the same minutes."""
    torch.set_num_threads(1)
    _sgemm(threads)
    seconds: dict[str, list[float]] = {name: [] for name in works}
    per_product: dict[str, list[float]] = {name: [] for name in works}
    clock = int(threads == 1)
    before = _sgemm(threads)
    rates = [before[0]]
    for _ in range(turns):
        for name, work in works.items():
            taken = _side_by_side(work, threads)
            after = _sgemm(threads)
            seconds[name].append(taken[0])
            per_product[name].append(taken[clock] * (before[clock] + after[clock]) / 2)
            rates.append(after[0])
            before = after
    best = max(rates) / 1e9
    return {name: Paced(min(seconds[name]), best, statistics.median(per_product[name])) for name in works}


def by_library(threads: int, turns: int = 3) -> dict[str, float]:
    """GFLOP/s of ``threads`` products side by side by each library, the best of a few turns."""
    found: dict[str, float] = {}
    for _ in range(turns):
        for name in libraries():
            found[name] = max(found.get(name, 0.0), _sgemm(threads, name)[0] / 1e9)
    return found


def _sgemm(threads: int, library: str | None = None) -> tuple[float, float]:
    """Operations a second by the clock, and of processor."""
    a, square = torch.ones(SIDE, SIDE), libraries()[library or fastest()]

    def one(_: int) -> None:
        with torch.inference_mode():
            for _ in range(PRODUCTS):
                square(a)

    clock, processor = _side_by_side(one, threads)
    count = 2 * SIDE**3 * PRODUCTS * threads
    return count / clock, count / processor


def _side_by_side(work: Callable[[int], object], threads: int) -> tuple[float, float]:
    """Seconds until all threads are done, by the clock and of processor."""
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        list(pool.map(lambda _: None, range(threads)))
        started, processor = time.perf_counter(), time.process_time()
        list(pool.map(work, range(threads)))
        return time.perf_counter() - started, time.process_time() - processor

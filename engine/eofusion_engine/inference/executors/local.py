"""Threads of this process, each with one torch thread: faster than one thread with many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

import torch

from ...events import Listener, stop_if_cancelled
from ...memory import keep_freed_memory
from ..stages import STAGES
from ..workplace import Control, Job, Workplace

T = TypeVar("T")


class LocalExecutor:
    """Makes jobs in ``threads`` threads; reading, computing and writing of different tiles overlap."""

    def __init__(self, threads: int, device: str | torch.device = "cpu") -> None:
        keep_freed_memory()
        self.threads = max(1, threads)
        self.device = str(device)
        self._place: Workplace | None = None

    @property
    def words(self) -> str:
        """Who it is."""
        return f"{self.threads} thread{'s' if self.threads > 1 else ''} of this computer"

    @property
    def workers(self) -> int:
        """One: a stage that is wide takes all threads for one job."""
        return 1

    def begin(self, place: Workplace, listener: Listener) -> None:
        """Jobs are made at ``place``."""
        self._place = place

    def run_tasks(self, stage: str, jobs: Iterable[Job], listener: Listener) -> Iterator[Job]:
        """See :class:`~.Executor`."""
        if self._place is None:
            raise ValueError("begin a run first")
        place, work = self._place, STAGES[stage]
        wide = self.threads if work.wide else 1

        def advance(done: int, total: int) -> None:
            stop_if_cancelled(listener)
            listener.progress(stage, done, total, f"Generated {done} of {total} distinct series")

        def make(job: Job, stop: threading.Event) -> Job:
            control = Control(wide, stop.is_set, advance)
            work.make(place, job, control)
            return job

        return in_threads(make, jobs, 1 if work.wide else self.threads, listener)

    def end(self) -> None:
        """Forget the run."""
        self._place = None

    def reading(self) -> list[dict[str, Any]]:
        """Nothing was read elsewhere."""
        return []

    def close(self) -> None:
        """Nothing is held."""


def in_threads(
    work: Callable[[T, threading.Event], T], items: Iterable[T], threads: int, listener: Listener
) -> Iterator[T]:
    """Finished items of ``work(item, stop)`` in the order they finish.

    ``stop`` is set when the listener cancels, an item raises, or the caller asks for no more: what is under way then
    ends soon, and is waited for.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        waiting: set[Future[T]] = set()
        queue = iter(items)
        more = True
        try:
            while True:
                while more and len(waiting) < threads + 1:
                    try:
                        waiting.add(pool.submit(work, next(queue), stop))
                    except StopIteration:
                        more = False
                if not waiting:
                    return
                stop_if_cancelled(listener)
                finished, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
        except BaseException:
            stop.set()
            for future in waiting:
                future.cancel()
            raise

"""The workers of a Dask scheduler as makers of tiles.

A task names a stage and tiles, nothing more; everything else lies in the run folder, which all share. So a task may be
made twice, by another worker, or again after a crash, and the scheduler's memory stays small.
"""

from __future__ import annotations

import logging
import queue
import secrets
import shutil
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import astuple
from typing import Any

from ...errors import EOFusionError, SchedulerError
from ...events import Listener, stop_if_cancelled
from ...redact import redact
from ..stages import STAGES
from ..workplace import Job, Workplace
from . import dask_worker
from .dask_party import Party, connect

logger = logging.getLogger(__name__)

#: Jobs for each thread of the workers that the scheduler holds at a time: enough that none waits for the driver.
_JOBS_A_THREAD = 2
#: How often Dask tries a job that fails, beside the first time.
_RETRIES = 2
#: So many tiles may fail for reasons of their own; with more the fault is of something else, and the run ends.
_MOST_FAILED = 4
#: Seconds that a finished job's small answer may take to come.
_ANSWER_S = 20.0
#: Seconds between two looks at which workers there are.
_LOOK_S = 2.0


class DaskExecutor:
    """Makes jobs on a cluster. ``device`` is the request's: a GPU is used where workers offer the resource ``GPU``."""

    def __init__(self, address: str, device: str) -> None:
        """Connect.

        Raises:
            SchedulerError: nobody answers, the connection is not safe, or there is no worker (with a GPU).
        """
        self._client = connect(address)
        try:
            self._party = Party(self._client, address)
            self._gpu = self._party.has_gpu if device == "auto" else device.startswith("cuda")
            if self._gpu and not self._party.has_gpu:
                raise SchedulerError(
                    "No worker of the Dask scheduler offers a GPU.",
                    "Start workers with --resources GPU=1 each, or choose the device 'cpu'.",
                )
        except BaseException:
            self.close()
            raise
        self.device = "cuda" if self._gpu else "cpu"
        self.threads = self._party.threads
        self._place: Workplace | None = None
        self._token = ""  # nosec B105: the name of a run's folder, no password
        self._told: set[str] = set()
        self._reading: dict[str, dict[str, Any]] = {}

    @property
    def words(self) -> str:
        """Who it is."""
        count = self._party.count
        return f"{count} worker{'s' if count != 1 else ''} of a Dask scheduler"

    @property
    def workers(self) -> int:
        """Threads of all workers: each makes one job."""
        return self._party.threads

    def begin(self, place: Workplace, listener: Listener) -> None:
        """See :class:`~.Executor`: versions, weights and the shared folder are checked with every worker."""
        self._place, self._token = place, secrets.token_hex(16)
        folder = place.store.folder.parent / "cluster" / self._token
        shutil.rmtree(folder.parent, ignore_errors=True)  # what a killed driver left: its tiles under way stop now
        self._party.begin(folder, self._token, place, self.device, listener)

    def run_tasks(self, stage: str, jobs: Iterable[Job], listener: Listener) -> Iterator[Job]:
        """See :class:`~.Executor`.

        A job that ended a worker several times is tried again alone when all others are done: another job of the same
        worker may have been the cause.
        """
        failed: dict[Job, str] = {}
        deadly: list[Job] = []
        with closing(self._round(stage, jobs, listener, alone=False)) as first:
            for job, fault in first:
                if fault is None:
                    yield job
                elif fault:
                    failed[job] = fault
                else:
                    deadly.append(job)
                if len(failed) + len(deadly) > _MOST_FAILED:
                    break
        if len(failed) + len(deadly) <= _MOST_FAILED:
            for job, fault in self._round(stage, deadly, listener, alone=True):
                if fault is None:
                    yield job
                else:
                    failed[job] = fault
        else:
            failed |= dict.fromkeys(deadly, "")
        if failed:
            raise _of_tiles(failed)

    def end(self) -> None:
        """See :class:`~.Executor`."""
        if self._place is None:
            return
        # The workers look for the brief: without it a tile under way is not finished.
        shutil.rmtree(self._place.store.folder.parent / "cluster", ignore_errors=True)
        self._party.ask(dask_worker.leave, self._token, patience=2.0)
        self._place = None

    def close(self) -> None:
        """See :class:`~.Executor`."""
        try:
            if getattr(self, "_place", None) is not None:
                self.end()
        finally:
            self._client.close(timeout=2)

    def reading(self) -> list[dict[str, Any]]:
        """See :class:`~.Executor`; empty for local files."""
        return list(self._reading.values())

    def _round(
        self, stage: str, jobs: Iterable[Job], listener: Listener, *, alone: bool
    ) -> Generator[tuple[Job, str | None], None, None]:
        """Jobs as they end, each with None, what went wrong, or "" where it ended its workers."""
        finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        under_way: dict[Any, Job] = {}
        waiting, more, looked = iter(jobs), True, 0.0
        try:
            while True:
                stop_if_cancelled(listener)
                if time.monotonic() - looked > _LOOK_S:
                    self._party.look(listener)
                    looked = time.monotonic()
                limit = 1 if alone else _JOBS_A_THREAD * max(self._party.threads, 1)
                while more and len(under_way) < limit:
                    job = next(waiting, None)
                    if job is None:
                        more = False
                    else:
                        future = self._submit(stage, job)
                        under_way[future] = job
                        future.add_done_callback(finished.put)
                if not under_way:
                    return
                try:
                    future = finished.get(timeout=0.2)
                except queue.Empty:
                    continue
                job = under_way.pop(future)
                yield job, self._ended(future, listener)
                future.release()
        finally:
            if under_way:
                self._client.cancel(list(under_way), force=True)

    def _submit(self, stage: str, job: Job) -> Any:
        if self._place is None:
            raise ValueError("begin a run first")
        folder = self._place.store.folder.parent / "cluster" / self._token
        with_gpu = self._gpu and STAGES[stage].on_device
        return self._client.submit(
            dask_worker.make,
            str(folder),
            self._token,
            stage,
            [astuple(tile) for tile in job],
            key=f"{stage}-{job[0].name}-{secrets.token_hex(8)}",
            retries=_RETRIES,
            resources={"GPU": 1} if with_gpu else None,
            pure=False,
        )

    def _ended(self, future: Any, listener: Listener) -> str | None:
        from distributed import KilledWorker

        if future.status == "finished":
            try:
                self._hear(future.result(timeout=_ANSWER_S), listener)
            except Exception as lost:  # its worker died after the tile was written: only warnings are lost
                logger.info("the answer of a finished tile was lost: %s", redact(str(lost)))
            return None
        if future.status != "error":
            raise SchedulerError(
                "The Dask scheduler stopped answering during the run.",
                "Run again when it is back: finished tiles stay.",
            )
        error = future.exception(timeout=_ANSWER_S)
        if isinstance(error, KilledWorker):
            return ""
        if isinstance(error, EOFusionError):
            raise error
        return redact(str(error) or type(error).__name__)

    def _hear(self, told: dict[str, Any], listener: Listener) -> None:
        for text in told["warnings"]:
            if text not in self._told:
                self._told.add(text)
                listener.warning(text)
        if told["reading"] is not None:
            self._reading[told["process"]] = told["reading"]


def _of_tiles(failed: dict[Job, str]) -> SchedulerError:
    """What is told where tiles could not be made."""
    names = ", ".join(sorted({tile.name for job in failed for tile in job})[:3])
    many = sum(map(len, failed)) > 1
    which = f"The tiles {names}{' and others' if sum(map(len, failed)) > 3 else ''}" if many else f"The tile {names}"
    words = next((text for text in failed.values() if text), "")
    rest = "All others are done" if len(failed) <= _MOST_FAILED else "Finished tiles stay"
    if words:
        return SchedulerError(f"{which} could not be made on the cluster ({words}).", f"{rest}: run again.")
    return SchedulerError(
        f"{which} ended every worker that tried to make {'them' if many else 'it'}.",
        f"{rest}. Workers often end for lack of memory: give each more, then run again.",
        code="scheduler-tile",
    )

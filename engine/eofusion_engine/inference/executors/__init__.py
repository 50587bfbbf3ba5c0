"""Who makes the tiles: threads of this process, or the workers of a Dask scheduler. Nothing here imports Dask.

Both call the same stage functions (:mod:`..stages`) on a :class:`~..workplace.Workplace`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from ...events import Listener
from ..workplace import Job, Workplace

__all__ = ["Executor"]


class Executor(Protocol):
    """Makes jobs of a run, on ``device`` and with ``threads`` in all."""

    device: str
    threads: int

    @property
    def words(self) -> str:
        """Who it is, for the run's record."""

    @property
    def workers(self) -> int:
        """Jobs of a stage that takes all threads of a process which are made at the same time."""

    def begin(self, place: Workplace, listener: Listener) -> None:
        """Get ready for a run, whose tiles go to ``place.store``.

        Raises:
            Cancelled: the listener asked to stop.
            EOFusionError: a worker cannot take part; the sentence names its host.
        """

    def run_tasks(self, stage: str, jobs: Iterable[Job], listener: Listener) -> Iterator[Job]:
        """Make ``jobs`` with the stage of that name; gives each when it is done, in the order they finish.

        A finished tile is left as it is. At most a few jobs more than there are workers are under way.

        Raises:
            Cancelled: the listener asked to stop; finished tiles stay.
            EOFusionError: a tile could not be made.
        """

    def end(self) -> None:
        """Let go of the run, at once also when jobs are under way."""

    def reading(self) -> list[dict[str, Any]]:
        """What a service gave to processes other than this one: the statistics of each one's transport."""

    def close(self) -> None:
        """Let go of everything."""

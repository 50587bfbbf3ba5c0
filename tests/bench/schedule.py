"""A discrete-event simulation of tasks on a cluster: what failures, stragglers and the scheduler itself cost.

Tasks stand in one queue and are independent. One scheduler hands them out one at a time, each to the worker that was
free first (list scheduling, Graham 1969). A worker is lost after an exponential time; its task goes back to the head of
the queue, and another worker takes its place after a while. An attempt may be a straggler: a fixed factor slower. With
speculation, a worker with nothing left to do starts a copy of the attempt that will be busy longest, once a task; the
first to finish counts (MapReduce's backup tasks, Dean and Ghemawat 2004).
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cluster:
    """``workers`` alike; ``losses_per_hour`` of each worker; ``replaced_after`` seconds; ``overhead`` seconds of the
    scheduler a task; ``retries`` of a task after lost workers, None for no limit; the share ``slow_share`` of
    attempts that take ``slow_factor`` times as long; ``speculation``: whether copies are started."""

    workers: int
    losses_per_hour: float = 0.0
    replaced_after: float = 0.0
    overhead: float = 0.0
    retries: int | None = None
    slow_share: float = 0.0
    slow_factor: float = 1.0
    speculation: bool = False


@dataclass(frozen=True)
class Outcome:
    """``makespan`` in seconds; ``ideal``: all work over all workers, but not less than the longest task;
    ``utilisation``: the share of the workers' time that went into attempts that counted; ``lost`` workers;
    ``copies`` started; ``abandoned`` tasks, whose retries were used up."""

    makespan: float
    ideal: float
    utilisation: float
    lost: int
    copies: int
    abandoned: int

    @property
    def over_ideal(self) -> float:
        """Makespan over the ideal one."""
        return self.makespan / self.ideal


@dataclass
class _Attempt:
    task: int
    began: float
    ends: float


@dataclass
class _State:
    """What changes while the clock goes on."""

    times: Sequence[float]
    cluster: Cluster
    seed: int
    queue: deque[int]
    events: list[tuple[float, int, str, int]] = field(default_factory=list)
    running: dict[int, _Attempt] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)
    deaths: dict[int, int] = field(default_factory=dict)
    copied: set[int] = field(default_factory=set)
    finished: set[int] = field(default_factory=set)
    idle: deque[int] = field(default_factory=deque)
    #: A worker's life: what was planned for an earlier one does not count.
    life: dict[int, int] = field(default_factory=dict)
    free_at: float = 0.0
    useful: float = 0.0
    last: float = 0.0
    lost: int = 0
    abandoned: int = 0
    copies: int = 0
    number: int = 0

    def plan(self, when: float, kind: str, worker: int) -> None:
        """Note an event; those of the same time come in the order they were noted."""
        self.number += 1
        heapq.heappush(self.events, (when, self.number, f"{kind} {self.life[worker]}", worker))

    def chance(self, *names: object) -> random.Random:
        """Draws that hang on the seed and what they are for, not on the order of events."""
        return random.Random("/".join(map(str, (self.seed, *names))))

    def born(self, worker: int, now: float) -> None:
        """A worker is there, and will be lost some time."""
        self.life[worker] = self.life.get(worker, 0) + 1
        rate = self.cluster.losses_per_hour / 3600
        if rate > 0:
            age = self.chance("life", worker, self.life[worker]).expovariate(rate)
            self.plan(now + age, "lost", worker)
        self.idle.append(worker)

    def start(self, worker: int, task: int, now: float) -> None:
        """Hand a task to a worker, as soon as the scheduler has the time."""
        self.free_at = max(now, self.free_at) + self.cluster.overhead
        attempt = self.attempts[task] = self.attempts.get(task, 0) + 1
        slow = self.chance("slow", task, attempt).random() < self.cluster.slow_share
        ends = self.free_at + self.times[task] * (self.cluster.slow_factor if slow else 1.0)
        self.running[worker] = _Attempt(task, self.free_at, ends)
        self.plan(ends, "done", worker)

    def hand_out(self, now: float) -> None:
        """Give every idle worker something, as long as there is anything."""
        while self.idle and (task := self._next(now)) is not None:
            self.start(self.idle.popleft(), task, now)

    def _next(self, now: float) -> int | None:
        if self.queue:
            return self.queue.popleft()
        if not self.cluster.speculation:
            return None
        open_ = [a for a in self.running.values() if a.task not in self.copied and a.ends > now]
        if not open_:
            return None
        slowest = max(open_, key=lambda attempt: (attempt.ends, attempt.task))
        self.copied.add(slowest.task)
        self.copies += 1
        return slowest.task

    def done(self, worker: int, now: float) -> None:
        """An attempt ended; another one of the same task is stopped."""
        attempt = self.running.pop(worker)
        self.finished.add(attempt.task)
        self.useful += now - attempt.began
        self.last = now
        self.idle.append(worker)
        if attempt.task not in self.copied:
            return
        for other in [w for w, a in self.running.items() if a.task == attempt.task]:
            del self.running[other]
            self.idle.append(other)

    def lose(self, worker: int, now: float) -> None:
        """A worker is gone with what it did; the next comes after a while."""
        self.lost += 1
        attempt = self.running.pop(worker, None)
        if worker in self.idle:
            self.idle.remove(worker)
        if attempt is not None and not any(a.task == attempt.task for a in self.running.values()):
            task = attempt.task
            self.copied.discard(task)
            self.deaths[task] = self.deaths.get(task, 0) + 1
            if self.cluster.retries is not None and self.deaths[task] > self.cluster.retries:
                self.abandoned += 1
                self.finished.add(task)
                self.last = now
            else:
                self.queue.appendleft(task)
        self.plan(now + self.cluster.replaced_after, "born", worker)


def simulate(times: Sequence[float], cluster: Cluster, seed: int = 0) -> Outcome:
    """Run tasks that take ``times`` seconds each (alone, on a worker that is not slow), in this order.

    Raises:
        ValueError: no task, no worker, or a task that takes no time.
    """
    if not times or cluster.workers < 1 or min(times) <= 0:
        raise ValueError("a schedule wants tasks that take time, and at least one worker")
    state = _State(times, cluster, seed, deque(range(len(times))))
    for worker in range(cluster.workers):
        state.born(worker, 0.0)
    state.hand_out(0.0)
    while len(state.finished) < len(times):
        now, _, what, worker = heapq.heappop(state.events)
        kind, life = what.split()
        if int(life) != state.life[worker]:
            continue
        if kind == "done":
            attempt = state.running.get(worker)
            if attempt is None or attempt.ends != now:
                continue  # it was stopped: another attempt was quicker
            state.done(worker, now)
        elif kind == "lost":
            state.lose(worker, now)
        else:
            state.born(worker, now)
        state.hand_out(now)
    ideal = max(math.fsum(times) / cluster.workers, *times)
    utilisation = state.useful / (cluster.workers * state.last)
    return Outcome(state.last, ideal, utilisation, state.lost, state.copies, state.abandoned)

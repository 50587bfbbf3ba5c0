"""A command run as a process of its own: what it took by the clock, of the processor, and of memory."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Spent:
    """Exit status; seconds by the clock; seconds of processor, children included; peak resident memory in MB."""

    status: int
    seconds: float
    cpu_seconds: float
    peak_mb: float


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None, log: Path | None = None) -> Spent:
    """Run and wait; the kernel tells what was used.

    The kernel also counts the memory that this process had when it made the other: keep the caller small (no torch).
    """
    started = time.monotonic()
    output = None if log is None else log.open("wb")
    try:
        made = subprocess.Popen(
            [str(part) for part in command], env=environment, stdout=output, stderr=None if output is None else output
        )
        _, status, usage = os.wait4(made.pid, 0)
    finally:
        if output is not None:
            output.close()
    made.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    return Spent(made.returncode, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

"""What runs in a worker of a Dask scheduler: it joins a run, makes tiles of it, and leaves.

A process keeps the run open (files, models) from its first tile to the last. Dask itself is not imported here.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from ...errors import EOFusionError, SchedulerError
from ...memory import keep_freed_memory
from ...plain_errors import plain_error
from ...redact import redact
from ...sources.credentials import SECRETS
from ..stages import STAGES
from ..tiles import Tile
from ..workplace import Control
from .brief import BRIEF, OpenPlace, about_this_process, read_brief

#: How long a task waits for what its driver has to tell this process first.
_PATIENCE_S = 60.0


class Sealed:
    """Secrets on their way to another process: no log shows more than this name."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values

    def __repr__(self) -> str:
        return "Sealed(...)"


class TileFaultError(RuntimeError):
    """A fault of a tile that nobody foresaw, in words that may be logged."""


class _Open:
    """A run that this process takes part in."""

    def __init__(self) -> None:
        self.lock, self.users, self.leaving = threading.Lock(), 0, False
        self.place: OpenPlace | None = None


_runs: dict[str, _Open] = {}
_joined: dict[str, list[str]] = {}
_lock = threading.Lock()


def join(folder: str, token: str, weights: str | None, secrets: Sealed) -> dict[str, Any]:
    """Take part in the run whose brief is in ``folder``: say who this is, show that the folder is shared, and keep
    the secrets in memory.

    Returns what :func:`~.brief.about_this_process` says, with ``seen``: the name of the file that was written, empty
    where the folder cannot be read and written.
    """
    about = about_this_process(None if weights is None else Path(weights)) | {"seen": ""}
    place = Path(folder)
    try:
        read_brief(place, token)
        name = f"seen-{socket.gethostname()}-{os.getpid()}"
        (place / name).write_text(token, encoding="utf-8")
        about["seen"] = name
    except (OSError, SchedulerError):
        return about
    for key, value in secrets.values.items():
        SECRETS.put(key, value)
    with _lock:
        _joined[token] = list(secrets.values)
    return about


def leave(token: str) -> None:
    """Forget the run: its files are closed when the last tile under way is done, its secrets at once."""
    with _lock:
        for key in _joined.pop(token, []):
            SECRETS.put(key, "")
        run = _runs.pop(token, None)
    if run is not None:
        with run.lock:
            run.leaving = True
            _close_unused(run)


def make(folder: str, token: str, stage: str, job: list[tuple[int, int, int, int]]) -> dict[str, Any]:
    """Make the tiles of a job that are not there yet; returns ``warnings``, ``reading`` and the process' name.

    Raises:
        EOFusionError: with a sentence for the user, without secrets.
        TileFaultError: anything else.
    """
    try:
        torch.set_num_threads(1)  # Dask's threads are the ones that share the machine
        with _opened(folder, token) as opened:
            control = Control(1, _asks_to_stop(Path(folder) / BRIEF))
            STAGES[stage].make(opened.place, tuple(Tile(*window) for window in job), control)
            told = {"warnings": [redact(text) for text in opened.warnings()], "reading": opened.reading()}
    except Exception as error:
        raise _told(error) from None
    return told | {"process": f"{socket.gethostname()}-{os.getpid()}"}


def _told(error: Exception) -> Exception:
    """``error`` as it may travel and be logged."""
    plain = plain_error(error)
    if plain is None:
        return TileFaultError(redact(f"{type(error).__name__}: {error}"))
    return EOFusionError(redact(plain.message), redact(plain.hint), plain.code)


def _asks_to_stop(brief: Path) -> Callable[[], bool]:
    """The driver takes the brief away when the run ends, however it ends."""
    return lambda: not brief.exists()


@contextmanager
def _opened(folder: str, token: str) -> Iterator[OpenPlace]:
    with _lock:
        run = _runs.setdefault(token, _Open())
        run.users += 1
    try:
        with run.lock:
            if run.place is None:
                keep_freed_memory()  # Dask starts its workers with the opposite setting
                _wait_until_joined(Path(folder), token)
                run.place = OpenPlace(Path(folder), token)
            opened = run.place
        yield opened
    finally:
        with run.lock:
            with _lock:
                run.users -= 1
            _close_unused(run)


def _close_unused(run: _Open) -> None:
    if run.leaving and not run.users and run.place is not None:
        run.place.close()
        run.place = None


def _wait_until_joined(folder: Path, token: str) -> None:
    """A worker that came later is told the secrets a moment after it got its first task."""
    until = time.monotonic() + _PATIENCE_S
    while read_brief(folder, token)["secrets"] and token not in _joined:
        if time.monotonic() > until:
            raise SchedulerError(
                f"The worker on {socket.gethostname()} was not told the source's credentials.",
                "Run again: finished tiles stay.",
            )
        time.sleep(0.1)

"""Runs of the engine in forked children of one warm process, with a fault put in at a chosen stage.

A child speaks the real protocol (``worker.Worker``), so that what a test reads is what QGIS would be told. Forking
saves the seconds that importing torch takes, and lets a test kill, starve or cage a run without harming itself.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What the warm process imports before it forks: everything heavy, and nothing that starts threads.
PRELOAD = ("lab", "eofusion_engine.worker", "eofusion_engine.inference.runner", "rasterio", "pyproj", "shapely")
STAGES = ("encode", "temperature", "gpp", "write")
#: Far more than any of these runs takes, also on a busy machine.
PATIENCE_S = 180.0

_forks = multiprocessing.get_context("forkserver") if sys.platform != "win32" else None
if _forks is not None:
    _forks.set_forkserver_preload(list(PRELOAD))


@dataclass(frozen=True)
class Fault:
    """``kind`` names a function of :data:`FAULTS`; it is called at step ``step`` of ``stage`` with ``argument``.

    ``stage`` "start" is before the request is looked at.
    """

    kind: str = "none"
    stage: str = "start"
    step: int = 1
    argument: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the caller of a run sees: protocol lines in order, and how the process ended (0, or minus the signal)."""

    messages: list[dict[str, Any]]
    exit: int
    said: str = ""

    def of(self, kind: str) -> list[dict[str, Any]]:
        """All messages of a type."""
        return [m for m in self.messages if m["type"] == kind]

    @property
    def state(self) -> str:
        """``ok``, ``error``, ``cancelled``; ``dead`` where the process ended without its last word."""
        done = self.of("done")
        return done[-1]["state"] if done else "dead"

    @property
    def error(self) -> dict[str, str]:
        """The one error; empty without."""
        errors = self.of("error")
        return errors[-1] if errors else {}

    @property
    def sentence(self) -> str:
        """What a person reads."""
        return f"{self.error.get('message', '')} {self.error.get('hint', '')}".strip()

    @property
    def warnings(self) -> list[str]:
        """What a person is told beside the result."""
        return [m["message"] for m in self.of("warning")]


def work(fields: dict[str, Any], fault: Fault, folder: Path, kind: str = "run") -> Outcome:
    """One request in a child of its own; lines and noise are kept in ``folder``."""
    process = start(fields, fault, folder, kind)
    process.join(PATIENCE_S)
    if process.is_alive():
        process.kill()
        process.join()
        raise AssertionError(f"the run hung: {outcome(folder, -9).said[-1500:]}")
    return outcome(folder, process.exitcode)


def start(fields: dict[str, Any], fault: Fault, folder: Path, kind: str = "run") -> Any:
    """The same, returned while it runs (a ``multiprocessing`` process)."""
    assert _forks is not None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lines.jsonl").write_text("", encoding="utf-8")
    process = _forks.Process(target=_child, args=(fields, fault, str(folder), kind))
    process.start()
    return process


def outcome(folder: Path, code: int) -> Outcome:
    """What a child left behind; a last line that was cut off by its death is no message."""
    messages = []
    for line in (folder / "lines.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            messages.append(json.loads(line))
        except ValueError:
            break
    noise = folder / "noise.txt"
    return Outcome(messages, code, noise.read_text(encoding="utf-8", errors="replace") if noise.exists() else "")


# -- in the child ----------------------------------------------------------------------------------


class _Trigger:
    """Strikes once, when the run says that it is at a stage's step."""

    def __init__(self, fault: Fault) -> None:
        self._fault, self._left = fault, True

    def at(self, stage: str, step: int) -> None:
        if self._left and stage == self._fault.stage and step >= self._fault.step:
            self._left = False
            FAULTS[self._fault.kind](self._fault.argument)


class _OneLine:
    """Standard input that gives one message and stays open until the answer is complete."""

    def __init__(self, line: str, answered: Callable[[], bool]) -> None:
        self._lines, self._answered = [line], answered

    def readline(self, limit: int = -1) -> str:
        import time

        if self._lines:
            return self._lines.pop()
        while not self._answered():
            time.sleep(0.005)
        return ""


def _child(fields: dict[str, Any], fault: Fault, folder: str, kind: str) -> None:
    noise = os.open(Path(folder) / "noise.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(noise, 1)
    os.dup2(noise, 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from eofusion_engine import worker
    from eofusion_engine.protocol import encode

    trigger = _Trigger(fault)
    told = worker._Lines.progress

    def progress(self: Any, stage: str, done: int, total: int, text: str) -> None:
        told(self, stage, done, total, text)
        trigger.at(stage, done)

    worker._Lines.progress = progress  # type: ignore[method-assign]
    path = Path(folder) / "lines.jsonl"
    with path.open("w", encoding="utf-8") as out:
        trigger.at("start", 1)
        request = encode(kind, "1", request=fields)
        worker.Worker(out).serve(_OneLine(request, lambda: '"type": "done"' in _tail(path)))  # type: ignore[arg-type]
    os._exit(0)  # threads of the worker are daemons; nothing of pytest's is to be tidied up here


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 200))
        return file.read().decode("utf-8", "replace")


# -- faults ----------------------------------------------------------------------------------------


def _fill(folder: str) -> None:
    """Use up every byte of the disk that ``folder`` is on (a small one of the test's own)."""
    with (Path(folder) / "ballast").open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def _file_size(limit: str) -> None:
    """No file may grow beyond ``limit`` bytes: the kernel answers GDAL and Python as for a quota (Python ignores
    SIGXFSZ)."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))


def _read_only(folder: str) -> None:
    """``folder`` and all below it may no longer be changed, by root neither."""
    _forget_root()
    for path in sorted([Path(folder), *Path(folder).rglob("*")], reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)


def _forget_root() -> None:
    """Give up root's right to write anywhere (capabilities of this thread are copied by the threads it starts)."""
    if os.geteuid() != 0:
        return
    import ctypes

    class Header(ctypes.Structure):
        _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))

    header, none = Header(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(ctypes.byref(header), ctypes.byref(none)):
        raise OSError(ctypes.get_errno(), "capset")


def _memory(megabytes: str) -> None:
    """No more address space than now plus ``megabytes``."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + int(float(megabytes) * 2**20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _environment(setting: str) -> None:
    """``NAME=VALUE`` for the rest of the process, the time zone included."""
    import time

    name, _, value = setting.partition("=")
    os.environ[name] = value
    time.tzset()


def _clock(seconds: str) -> None:
    """The computer's clock is set while the run goes on (what counts seconds must not use it)."""
    import time

    true, ahead = time.time, float(seconds)
    time.time = lambda: true() + ahead  # type: ignore[assignment]


def _signal(number: int) -> Callable[[str], None]:
    return lambda argument: os.kill(os.getpid(), number)


def _raises(argument: str) -> None:
    """What torch raises when the GPU falls off the bus or its memory is full."""
    import torch

    raise torch.OutOfMemoryError(argument) if "memory" in argument else RuntimeError(argument)


FAULTS: dict[str, Callable[[str], None]] = {
    "none": lambda argument: None,
    "fill": _fill,
    "file-size": _file_size,
    "read-only": _read_only,
    "memory": _memory,
    "environment": _environment,
    "clock": _clock,
    "kill": _signal(signal.SIGKILL),
    "segv": _signal(signal.SIGSEGV),
    "stop": _signal(signal.SIGSTOP),
    "raise": _raises,
}

"""Makes the engine's environment, tries it, and goes on where an earlier try stopped. No QGIS in here."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil

# Runs venv and pip from lists of arguments, no shell.
import subprocess  # nosec B404
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ..errors import PluginError
from .client import process_options, scrubbed_environment, worker_command
from .environment import (
    PARTIAL_FILE,
    READY_FILE,
    WORKER,
    data_folder,
    folder_bytes,
    mark_ready,
    python_version,
)
from .failures import classify, scrub
from .recipes import SPARE_BYTES, Recipe, Step
from .session import EngineSession

#: What may be mended outside, so that the finished steps are worth keeping.
RESUMABLE = frozenset({"cancelled", "network", "tls", "disk", "locked", "hash"})
#: Seconds between two looks at how large the environment is by now.
_LOOK = 2.0


class SetupCancelled(PluginError):
    """The person stopped the set-up."""

    def __init__(self) -> None:
        super().__init__("Setting up was cancelled.", "What is finished is kept for the next try.", "cancelled")


class Builder:
    """Runs a :class:`Recipe`. ``line`` gets every line printed, ``stage`` (number, of, title) each step, ``grown`` the
    bytes on disk every few seconds."""

    def __init__(
        self,
        recipe: Recipe,
        line: Callable[[str], None],
        stage: Callable[[int, int, str], None] = lambda number, total, title: None,
        cancelled: Callable[[], bool] = lambda: False,
        worker: Path = WORKER,
        grown: Callable[[int], None] = lambda size: None,
        build: str = "",
    ) -> None:
        self.recipe = recipe
        self.log_file = data_folder() / "logs" / time.strftime("setup-%Y%m%d-%H%M%S.log")
        self._line_out = line
        self._stage = stage
        self._cancelled = cancelled
        self._worker = worker
        self._grown = grown
        self._build = build
        self._lines: list[str] = []

    @property
    def report(self) -> str:
        """All lines so far, without passwords and without the home folder's name."""
        return scrub("\n".join(self._lines))

    def build(self) -> dict[str, object]:
        """Make and try the environment; returns what the engine says of itself (``ready``).

        A try that was cancelled, or failed for what can be mended (network, disk), keeps its finished steps for the
        next one; after any other failure nothing stays.

        Raises:
            PluginError: with the class of failure.
        """
        try:
            done = self._finished_steps()
            try:
                return self._build_from(done)
            except PluginError as error:
                # What a killed pip left behind may not work: then once more, from nothing.
                if done == 0 or error.code in RESUMABLE:
                    raise
                self._line(f"{error.message} Once more from the beginning.")
                return self._build_from(0)
        except (OSError, PluginError) as error:
            problem = error if isinstance(error, PluginError) else self._failure(str(error))
            self._line(problem.message)
            if problem.code not in RESUMABLE or not (self.recipe.folder / PARTIAL_FILE).is_file():
                shutil.rmtree(self.recipe.folder, ignore_errors=True)
            raise problem from error
        finally:
            self._write_log()

    def _build_from(self, done: int) -> dict[str, object]:
        folder, steps = self.recipe.folder, self.recipe.steps
        self._make_room(folder, keep=done > 0)
        if done:
            self._line(f"Going on after step {done} of an earlier try.")
        for number, step in enumerate(steps[done:], start=done + 1):
            if not step.cuda or asks_for_cuda(folder):
                self._stage(number, len(steps) + 1, step.title)
                self._run(step)
            self._note_finished(number)
        self._stage(len(steps) + 1, len(steps) + 1, "Trying the engine")
        ready = try_engine(self.recipe.python, self._worker, self._line, self._cancelled)
        mark_ready(folder, {**ready, "build": self._build})
        (folder / PARTIAL_FILE).unlink(missing_ok=True)
        return ready

    # -- going on ----------------------------------------------------------------------------------

    def _finished_steps(self) -> int:
        """How many steps an earlier try of the same commands has done, 0 where its Python does not run."""
        folder = self.recipe.folder
        try:
            noted = json.loads((folder / PARTIAL_FILE).read_text(encoding="utf-8"))["steps"]
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        keys = [_key(step) for step in self.recipe.steps]
        if not isinstance(noted, list) or noted != keys[: len(noted)] or not noted:
            return 0
        return len(noted) if python_version(self.recipe.python) else 0

    def _note_finished(self, count: int) -> None:
        noted = [_key(step) for step in self.recipe.steps[:count]]
        if self.recipe.folder.is_dir():
            (self.recipe.folder / PARTIAL_FILE).write_text(json.dumps({"steps": noted}), encoding="utf-8")

    def _make_room(self, folder: Path, keep: bool) -> None:
        (folder / READY_FILE).unlink(missing_ok=True)  # made again on purpose: not ready until tried anew
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder.parent).free
        needed = self.recipe.bytes + SPARE_BYTES - (folder_bytes(folder) if keep else 0)
        if free < needed:
            raise PluginError(
                f"The disk has only {free / 1e9:.1f} GB free; the engine needs {max(needed, 0) / 1e9:.1f} GB.",
                "Free some space, or choose another folder for EO Fusion's data in the options.",
                code="disk",
            )

    # -- running -----------------------------------------------------------------------------------

    def _run(self, step: Step) -> None:
        self._line("> " + " ".join(step.command))
        # Commands of our own making, shown to the person before; a list without a shell.
        process = subprocess.Popen(  # nosec B603
            list(step.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=scrubbed_environment(),
            cwd=str(Path.home()),
            **process_options(),
        )
        first = len(self._lines)
        reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        looked = time.monotonic()
        while process.poll() is None:
            if self._cancelled():
                _end(process)
                raise SetupCancelled
            if time.monotonic() - looked >= _LOOK:
                self._grown(folder_bytes(self.recipe.folder))
                looked = time.monotonic()
            time.sleep(0.1)
        reader.join(5)
        if process.returncode != 0:
            raise self._failure("\n".join(self._lines[first:]))

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is None:
            return
        while line := process.stdout.readline(8000):
            self._line(line.decode("utf-8", "replace").rstrip())

    def _line(self, text: str) -> None:
        self._lines.append(text)
        self._line_out(scrub(text))

    def _failure(self, text: str) -> PluginError:
        found = classify(text)
        return PluginError(found.message, found.hint, found.code)

    def _write_log(self) -> None:
        try:
            self.log_file.parent.mkdir(parents=True, exist_ok=True)
            self.log_file.write_text(self.report + "\n", encoding="utf-8")
        except OSError as error:
            self._line_out(f"The log could not be written: {error}")


def asks_for_cuda(folder: Path) -> bool:
    """Whether the PyTorch in an environment wants CUDA's libraries beside it, by what it says of its needs."""
    stated = folder.glob("lib/python3*/site-packages/torch-*.dist-info/METADATA")
    return any(
        re.search(r"^Requires-Dist: (nvidia|cuda)", path.read_text(encoding="utf-8"), re.MULTILINE) for path in stated
    )


def try_engine(
    python: Path,
    worker: Path = WORKER,
    log: Callable[[str], None] = lambda line: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, object]:
    """Start an engine with ``python``, let it load everything and say what it is.

    Raises:
        PluginError: it does not start, or lacks something.
    """
    session = EngineSession(lambda: worker_command(python, worker), log)
    try:
        ready = session.hello(stop=cancelled, deep=True)
    except PluginError:
        if cancelled():
            raise SetupCancelled from None
        raise
    finally:
        session.close()
    return {key: ready[key] for key in ("engine", "python", "torch", "devices") if key in ready}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(3)
    if process.poll() is None:
        process.kill()
    process.wait()


def _key(step: Step) -> str:
    return hashlib.sha256("\0".join(step.command).encode()).hexdigest()[:16]

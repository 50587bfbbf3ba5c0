"""Makes the engine's environment, tries it, and leaves nothing half-made. No QGIS in here."""

from __future__ import annotations

import contextlib
import shutil

# Runs venv and pip from lists of arguments, no shell.
import subprocess  # nosec B404
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ..errors import PluginError
from .client import process_options, scrubbed_environment, worker_command
from .environment import READY_FILE, SIZE_BYTES, WORKER, Recipe, Step, data_folder, mark_ready
from .failures import classify, scrub
from .session import EngineSession


class SetupCancelled(PluginError):
    """The person stopped the set-up."""

    def __init__(self) -> None:
        super().__init__("Setting up was cancelled; nothing was left behind.", "", "cancelled")


class Builder:
    """Runs a :class:`Recipe`. ``line`` gets every line printed, ``stage`` (number, of, title) each step."""

    def __init__(
        self,
        recipe: Recipe,
        line: Callable[[str], None],
        stage: Callable[[int, int, str], None] = lambda number, total, title: None,
        cancelled: Callable[[], bool] = lambda: False,
        worker: Path = WORKER,
    ) -> None:
        self.recipe = recipe
        self.log_file = data_folder() / "logs" / time.strftime("setup-%Y%m%d-%H%M%S.log")
        self._line_out = line
        self._stage = stage
        self._cancelled = cancelled
        self._worker = worker
        self._lines: list[str] = []

    @property
    def report(self) -> str:
        """All lines so far, without passwords and without the home folder's name."""
        return scrub("\n".join(self._lines))

    def build(self) -> dict[str, object]:
        """Make and try the environment; returns what the engine says of itself (``ready``).

        Raises:
            PluginError: with the class of failure; the half-made environment is removed.
        """
        folder = self.recipe.folder
        total = len(self.recipe.steps) + 1
        try:
            self._make_room(folder)
            for number, step in enumerate(self.recipe.steps, start=1):
                self._stage(number, total, step.title)
                self._run(step)
            self._stage(total, total, "Trying the engine")
            ready = try_engine(self.recipe.python, self._worker, self._line, self._cancelled)
            mark_ready(folder, ready)
        except (OSError, PluginError) as error:
            problem = error if isinstance(error, PluginError) else self._failure(str(error))
            self._line(problem.message)
            shutil.rmtree(folder, ignore_errors=True)
            raise problem from error
        finally:
            self._write_log()
        return ready

    def _make_room(self, folder: Path) -> None:
        if (folder / READY_FILE).is_file():  # made again on purpose: not ready until tried anew
            (folder / READY_FILE).unlink()
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder.parent).free
        if free < SIZE_BYTES:
            raise PluginError(
                f"The disk has only {free / 1e9:.1f} GB free; the engine needs {SIZE_BYTES / 1e9:.1f} GB.",
                "Free some space and try again.",
                code="disk",
            )

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
        while process.poll() is None:
            if self._cancelled():
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(3)
                if process.poll() is None:
                    process.kill()
                process.wait()
                raise SetupCancelled
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
        ready = session.hello(stop=cancelled)
    except PluginError:
        if cancelled():
            raise SetupCancelled from None
        raise
    finally:
        session.close()
    return {key: ready[key] for key in ("engine", "python", "torch", "devices") if key in ready}

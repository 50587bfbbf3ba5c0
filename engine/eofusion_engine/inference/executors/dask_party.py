"""Who works for a run on a Dask scheduler: connecting, and letting workers in, those that come later too."""

from __future__ import annotations

import gc
import logging
import queue
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ...errors import SchedulerError
from ...events import Listener, stop_if_cancelled
from ...redact import redact
from ...scheduler_address import is_safe
from ...sources.credentials import SECRETS
from ..workplace import Workplace
from . import dask_worker
from .brief import about_this_process, check_same, no_shared_storage, write_brief

#: Seconds for the scheduler to answer, and for its first worker to be there.
CONNECT_S, FIRST_WORKER_S = 5.0, 30.0
#: Seconds that the first worker may take to join (it loads the engine), the others after it (they join later, else),
#: and that a run may be without any worker.
JOIN_S, LATE_S, NO_WORKER_S = 180.0, 30.0, 300.0
#: Workers that are asked in one call: one that hangs holds up the others of its call.
_IN_ONE_CALL = 8
#: A file that one computer wrote is seen by another a moment later.
_STORAGE_S = 10.0


def connect(address: str) -> Any:
    """A ``distributed.Client``; TLS uses the certificates of Dask's own configuration.

    Raises:
        SchedulerError: nobody answers, the certificates do not fit, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError:
        raise SchedulerError(
            "Dask is not installed in the engine's environment.", "Set the environment up again, then run again."
        ) from None
    # It says on standard error, again and again, what is told once here.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    # A client that could not connect closes itself when it is collected, and then waits for its own loop: here, and not
    # in the thread of the next client's loop, for which Dask waits ten seconds only.
    gc.collect()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other versions: see check_same
            make = partial(Client, address, timeout=CONNECT_S, set_as_default=False, name="eofusion")
            try:
                return make()
            except AssertionError:  # Dask's word for a loop that took longer to start: a busy machine
                return make()
    except OSError as error:
        if address.startswith("tls:") and any(word in str(error).lower() for word in ("certificate", "ssl")):
            raise _of_certificates(address) from None
        raise SchedulerError(
            f"No Dask scheduler answers at {address}.",
            "Start one there ('dask scheduler'), mend the address, or run on this computer.",
        ) from None
    except (TypeError, ValueError, RuntimeError) as error:
        if address.startswith("tls:"):
            raise _of_certificates(address) from None
        raise SchedulerError(
            f"The Dask scheduler at {address} does not understand this computer ({redact(str(error))}).",
            "Install the same version of Dask on both.",
        ) from None


def _of_certificates(address: str) -> SchedulerError:
    return SchedulerError(
        f"The TLS connection to {address} could not be made: the certificates do not fit or are not set.",
        "Name them in Dask's own configuration, distributed.comm.tls (docs/cluster.md).",
    )


class Party:
    """The workers of a scheduler, as of the last look."""

    def __init__(self, client: Any, address: str) -> None:
        """Raises :class:`SchedulerError` where there is no worker, or one that talks without TLS over a network."""
        self._client, self._address = client, address
        self._workers: dict[str, dict[str, Any]] = {}
        self._admitted: set[str] = set()
        self._asked: set[str] = set()
        self._answers: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._invite: Callable[[Sequence[str]], None] | None = None
        self._admit: Callable[[str, Any], None] | None = None
        self._alone_since: float | None = None
        self._told_alone = False
        until = time.monotonic() + FIRST_WORKER_S
        while not self._see():
            if time.monotonic() > until:
                raise SchedulerError(
                    f"The Dask scheduler at {address} has no worker.", "Start some ('dask worker'), then run again."
                )
            time.sleep(0.2)

    @property
    def count(self) -> int:
        """Worker processes."""
        return len(self._workers)

    @property
    def threads(self) -> int:
        """Threads of all workers together."""
        return sum(int(worker["nthreads"]) for worker in self._workers.values())

    @property
    def has_gpu(self) -> bool:
        """Whether any worker offers the resource ``GPU``."""
        return any("GPU" in worker.get("resources", {}) for worker in self._workers.values())

    def begin(self, folder: Path, token: str, place: Workplace, device: str, listener: Listener) -> None:
        """Write the brief and let every worker join.

        Raises:
            Cancelled: the listener asked to stop.
            SchedulerError: a worker has other versions or weights, or does not share the run folder.
        """
        weights = place.request.weights
        lent = SECRETS.for_workers(place.request.authcfg)
        write_brief(folder, place, device, token, bool(lent))
        mine = about_this_process(weights)
        path = None if weights is None else str(weights.expanduser().resolve())

        arguments = (str(folder), token, path, dask_worker.Sealed(lent))

        def invite(addresses: Sequence[str]) -> None:
            answers = self.ask(dask_worker.join, *arguments, workers=addresses, patience=JOIN_S)
            for address in addresses:
                self._answers.put((address, answers.get(address)))

        def admit(address: str, answer: Any) -> None:
            if _joined(address, answer, mine, folder, token):
                self._admitted.add(address)

        self._invite, self._admit, self._admitted, self._asked = invite, admit, set(), set()
        started, first = time.monotonic(), None
        while not first or (self._asked and time.monotonic() - first < LATE_S):
            stop_if_cancelled(listener)
            self._see()
            self._welcome()
            first = first or (time.monotonic() if self._admitted else None)
            if time.monotonic() - started > JOIN_S:
                raise SchedulerError(
                    f"No worker of the Dask scheduler at {self._address} answers.", "See the workers' logs."
                )
            time.sleep(0.05)

    def look(self, listener: Listener) -> None:
        """See which workers there are, and let those join that are new.

        Raises:
            SchedulerError: a new one cannot take part, or there has been none for :data:`NO_WORKER_S`.
        """
        if self._see():
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > NO_WORKER_S:
            raise SchedulerError(
                f"The Dask scheduler at {self._address} has no worker any more.",
                "Start some ('dask worker'), then run again: finished tiles stay.",
            )
        elif not self._told_alone:
            self._told_alone = True
            listener.warning("The Dask scheduler has no worker at the moment: the run waits for one.")
        self._welcome()

    def _welcome(self) -> None:
        """Ask workers that are new to join, in the background, and admit those that answered meanwhile.

        Raises:
            SchedulerError: one of them cannot take part.
        """
        if self._invite is None or self._admit is None:
            return
        new = [address for address in self._workers if address not in self._admitted | self._asked]
        self._asked.update(new)
        for start in range(0, len(new), _IN_ONE_CALL):
            some = new[start : start + _IN_ONE_CALL]
            threading.Thread(target=self._invite, args=(some,), daemon=True).start()
        while not self._answers.empty():
            address, answer = self._answers.get()
            self._asked.discard(address)
            self._admit(address, answer)

    def ask(
        self, function: Callable[..., Any], *arguments: Any, workers: Sequence[str] | None = None, patience: float
    ) -> dict[str, Any]:
        """``function(*arguments)`` in each worker's process: results, or what it raised, by address.

        Empty when not all have answered within ``patience`` seconds (a worker that hangs or just died).
        """
        answers: list[dict[str, Any]] = []

        def run() -> None:
            try:
                whom = None if workers is None else list(workers)
                answers.append(self._client.run(function, *arguments, workers=whom, on_error="return"))
            except Exception as error:  # the connection is gone: the run's own loop sees that, too
                logging.getLogger(__name__).info("the workers could not be asked: %s", redact(str(error)))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(patience)
        return answers[0] if answers else {}

    def _see(self) -> bool:
        """Look which workers there are; whether there is any. Keeps the last view where the scheduler is silent."""
        try:
            self._workers = dict(self._client.scheduler_info().get("workers", {}))
        except (OSError, ValueError, TimeoutError):
            return bool(self._workers)
        for address in self._workers:
            if not is_safe(address):
                raise SchedulerError(
                    f"The Dask worker {address} talks over the network without TLS.",
                    "Start scheduler and workers with TLS and give the tls:// address (docs/cluster.md).",
                    code="scheduler-open",
                )
        self._admitted &= set(self._workers)
        return bool(self._workers)


def _joined(address: str, answer: Any, mine: dict[str, Any], folder: Path, token: str) -> bool:
    """Whether a worker that was asked to join did; one that died meanwhile is asked again if it comes back.

    Raises:
        SchedulerError: it has no engine, other versions or weights, or does not share the run folder.
    """
    if isinstance(answer, ImportError):
        raise SchedulerError(
            f"The worker {address} has no EO Fusion engine, or another version of it.",
            "Start workers in an environment where it is installed (docs/cluster.md).",
            code="scheduler-versions",
        )
    if answer is None or isinstance(answer, Exception):
        return False
    check_same(mine, answer)
    if not answer["seen"] or not _appears(folder / answer["seen"], token):
        raise no_shared_storage(answer["host"], folder.parents[1])
    return True


def _appears(path: Path, content: str) -> bool:
    """Whether a file that another computer wrote is here (network folders are some seconds late)."""
    until = time.monotonic() + _STORAGE_S
    while True:
        try:
            if path.read_text(encoding="utf-8") == content:
                return True
        except OSError:
            pass
        if time.monotonic() > until:
            return False
        time.sleep(0.1)

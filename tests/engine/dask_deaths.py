"""Loaded into worker processes by tests (Dask's ``preload``): a tile that ends its worker.

The variable ``EOFUSION_TEST_DEATHS`` names a folder; a file ``NAME-N`` in it kills the worker that takes up the tile
of that name, and is counted down: N - 1 deaths are left.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from eofusion_engine.inference.stages import STAGES, StageOf

_encode = STAGES["encode"].make


def _deadly(place: Any, job: Any, control: Any) -> None:
    for flag in Path(os.environ["EOFUSION_TEST_DEATHS"]).glob(f"{job[0].name}-*"):
        left = int(flag.name.rpartition("-")[2])
        if left > 0:
            flag.rename(flag.with_name(f"{job[0].name}-{left - 1}"))
            os.kill(os.getpid(), signal.SIGKILL)
    _encode(place, job, control)


def dask_setup(worker: Any) -> None:
    """Dask calls it in each worker process before it works."""
    STAGES["encode"] = StageOf(_deadly)

"""A run as a worker of another process must know it: a small file in the run folder, and how it is opened there.

It holds no secret. Arrays that all tiles share (heights, drivers) lie beside it, so that tasks stay small.
"""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Iterable
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from shapely.geometry import mapping, shape

from ... import __version__
from ...cube import CubeReader, Grid
from ...errors import SchedulerError
from ...files import write_whole
from ...model.weights import read_sums
from ...request import RunRequest
from ...resources import weights_folder
from ...sources import Source, SourceOptions, open_source
from ...tilestore import TileStore
from ..device import choose_device
from ..drivers import DailyDrivers
from ..plan import SERVICE_READERS
from ..select import select
from ..workplace import Workplace

BRIEF, ARRAYS = "brief.json", "arrays.npz"
#: What a result's bytes depend on beside the engine.
_LIBRARIES = ("torch", "numpy", "scikit-learn")


def about_this_process(weights: Path | None) -> dict[str, Any]:
    """Versions and weights' hashes, which must be the same in all processes of a run, and the host's name."""
    sums = hashlib.sha256(json.dumps(sorted(read_sums(weights or weights_folder()).items())).encode()).hexdigest()
    return {
        "host": socket.gethostname(),
        "versions": {"eofusion": __version__} | {name: _version(name) for name in _LIBRARIES},
        "weights": sums,
    }


def _version(name: str) -> str:
    try:
        return version(name).partition("+")[0]  # +cpu and +cu128 are builds of one version
    except PackageNotFoundError:
        return "none"


def check_same(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Raise :class:`SchedulerError` naming the host where ``theirs`` differs from ``mine``."""
    for name, number in mine["versions"].items():
        found = theirs["versions"].get(name, "none")
        if found != number:
            raise SchedulerError(
                f"The worker on {theirs['host']} has {name} {found}, this computer {number}.",
                "Install the same engine on both, so that all tiles are made alike.",
                code="scheduler-versions",
            )
    if theirs["weights"] != mine["weights"]:
        raise SchedulerError(
            f"The worker on {theirs['host']} has other weights of the model than this computer.",
            "Install the same engine on both, or put the weights where all workers see them.",
            code="scheduler-versions",
        )


def write_brief(folder: Path, place: Workplace, device: str, token: str, secrets: bool) -> None:
    """Write ``place`` to ``folder``; ``secrets`` says that its source wants some that come over the connection."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray] = {} if place.heights is None else {"heights": place.heights}
    drivers = place.drivers
    if drivers is not None:
        arrays |= {"tair": drivers.tair_degc, "ssrd": drivers.ssrd_w_m2, "before": drivers.tair_before}
        arrays |= {} if drivers.vpd_kpa is None else {"vpd": drivers.vpd_kpa}
    with (folder / ARRAYS).open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    grid = place.grid
    brief = {
        "token": token,
        "about": about_this_process(place.request.weights),
        "request": _absolute(place.request).model_dump(mode="json"),
        "area": mapping(place.area),
        "grid": [grid.crs, grid.left, grid.top, grid.width, grid.height],
        "dates": [day.isoformat() for day in place.dates],
        "epochs": [day.isoformat() for day in place.epochs],
        "lat": place.lat,
        "scenes": _digest(place.scene_ids),
        "device": device,
        "tiles": str(place.store.folder.resolve()),
        "key": place.store.key,
        "measured": None if drivers is None else drivers.measured,
        "secrets": secrets,
    }
    write_whole(folder / BRIEF, json.dumps(brief))


def read_brief(folder: Path, token: str) -> dict[str, Any]:
    """The brief in ``folder``.

    Raises:
        SchedulerError: this process does not see it: the run folder is not on storage that all share.
    """
    try:
        brief: dict[str, Any] = json.loads((folder / BRIEF).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        brief = {}
    if brief.get("token") != token:
        raise no_shared_storage(socket.gethostname(), folder.parents[1])
    return brief


def no_shared_storage(host: str, run: Path) -> SchedulerError:
    """What is told where a worker and this computer do not see one run folder."""
    return SchedulerError(
        f"The worker on {host} cannot read and write the run folder {run}.",
        "Choose an output folder on storage that all workers reach under the same path (docs/cluster.md).",
        code="scheduler-storage",
    )


class OpenPlace:
    """A workplace opened from a brief, with what it says on the way."""

    def __init__(self, folder: Path, token: str) -> None:
        """Raises :class:`~...errors.EOFusionError`: this process differs from the driver's, or cannot read the
        source."""
        brief = read_brief(folder, token)
        request = RunRequest.model_validate(brief["request"])
        check_same(brief["about"], about_this_process(request.weights))
        self._lock, self._warnings = threading.Lock(), list[str]()
        self._source = open_source(request.source, SourceOptions.of(request))
        try:
            self.place = self._open(folder, brief, request, self._source)
        except BaseException:
            self._close_source()
            raise

    def _open(self, folder: Path, brief: dict[str, Any], request: RunRequest, source: Source) -> Workplace:
        area, grid = shape(brief["area"]), Grid(*brief["grid"])
        scenes = select(source.scenes(area, request.start, request.end), request).used
        if _digest(scene.id for scene in scenes) != brief["scenes"]:
            raise SchedulerError(
                f"The worker on {socket.gethostname()} finds other scenes in {source.name} than this computer.",
                "See that the source is the same for all, and run again.",
            )
        with np.load(folder / ARRAYS, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        drivers = None
        if brief["measured"] is not None:
            drivers = DailyDrivers(
                arrays["tair"], arrays["ssrd"], arrays.get("vpd"), brief["measured"], {}, (), arrays["before"]
            )
        cube = CubeReader(
            scenes,
            grid,
            request.cloud_margin_m,
            self._warn,
            scl_drop=request.scl_drop,
            cloud_test=request.cloud_test,
            readers=SERVICE_READERS if source.kind == "stac" else 1,
        )
        return Workplace(
            request,
            area,
            grid,
            cube,
            TileStore(Path(brief["tiles"]), brief["key"]),
            choose_device(brief["device"]),
            tuple(map(date.fromisoformat, brief["dates"])),
            tuple(map(date.fromisoformat, brief["epochs"])),
            brief["lat"],
            heights=arrays.get("heights"),
            drivers=drivers,
        )

    def warnings(self) -> list[str]:
        """What was said since this was asked last."""
        with self._lock:
            said, self._warnings = self._warnings, []
        return said

    def reading(self) -> dict[str, Any] | None:
        """What a service gave this process so far; None for local files."""
        transport = getattr(self._source, "transport", None)
        return None if transport is None else transport.stats()

    def close(self) -> None:
        """Close the files and, for a service, the connections."""
        self._close_source()
        self.place.cube.close()

    def _close_source(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None:
            close()

    def _warn(self, message: str) -> None:
        with self._lock:
            self._warnings.append(message)


def _absolute(request: RunRequest) -> RunRequest:
    """The request with paths that mean the same in every working directory."""
    paths = {name: getattr(request, name) for name in ("out", "weather", "elevation", "gpp_calibration", "weights")}
    fields: dict[str, Any] = {name: Path(p).expanduser().resolve() for name, p in paths.items() if p is not None}
    source = Path(request.source.strip()).expanduser()
    if "://" not in request.source and source.exists():
        from ...sources.sample import is_sample
        from ...sources.stac import is_catalogue

        if not is_sample(request.source.strip()) and (source.suffix == ".json" or not is_catalogue(request.source)):
            fields["source"] = str(source.resolve())
    return request.model_copy(update=fields)


def _digest(ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()

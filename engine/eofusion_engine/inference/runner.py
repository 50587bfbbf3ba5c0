"""A whole run: plan, three passes over tiles, products, report. Finished tiles are never made twice."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from shapely.geometry import mapping

from ..elevation import read_relief
from ..errors import RequestError
from ..events import Listener, stop_if_cancelled
from ..model.temperature import image_epochs
from ..model.weights import read_sums
from ..products.provenance import Provenance, attribution
from ..products.report import write_report
from ..request import RunRequest
from ..resources import weights_folder
from ..runfolder import RunFolder
from ..runkey import request_key
from ..sources.resample import RESAMPLING
from ..weather import Place
from .assemble import Assembler, gpp_parts, imagery_parts, temperature_parts
from .device import choose_device, usable_threads
from .drivers import daily_drivers, write_drivers
from .executors import Executor
from .executors.local import LocalExecutor
from .plan import Plan, make_plan
from .temperature_pass import temperature_jobs
from .tiles import tile_side, tiles
from .workplace import Job, Workplace


def run(request: RunRequest, listener: Listener) -> dict[str, Any]:
    """Make all products of a request in its run folder.

    Returns:
        ``{"run": folder, "products": [PRODUCT...], "seconds": ...}``.

    Raises:
        EOFusionError: with a sentence for the user; finished tiles stay for the next try.
    """
    started = time.monotonic()
    with _executor(request) as executor:
        # Planned before there is a folder: a request that cannot work leaves none behind.
        noting = _Noting(listener)
        plan = make_plan(request, noting)
        for note in plan.notes:  # who runs without asking for a plan first is told, too
            noting.warning(note)
        with plan, RunFolder.create(request) as folder:
            noting.keep_in(folder)
            timings = {"plan": round(time.monotonic() - started, 2)}
            provenance = _record(folder, plan, executor)
            _passes(folder, plan, provenance, executor, timings, noting)
            timings["total"] = round(time.monotonic() - started, 2)
            folder.update(timings=timings)
            _record_reading(folder, plan, executor)
            products = folder.products
            folder.set_state("done")
            write_report(folder.path)
            result = {"run": str(folder.path), "products": products, "seconds": timings["total"]}
    return result


@contextmanager
def _executor(request: RunRequest) -> Iterator[Executor]:
    """Who makes the tiles; a scheduler that does not answer is told before anything else is done."""
    executor: Executor
    if request.scheduler is None:
        device = choose_device(request.device)
        # On a GPU one tile is computed while others are read and written.
        threads = request.threads or (usable_threads() if device.type == "cpu" else min(3, usable_threads()))
        executor = LocalExecutor(threads, device)
    else:
        from .executors.dask_driver import DaskExecutor

        executor = DaskExecutor(request.scheduler, request.device)
    try:
        yield executor
    finally:
        executor.close()


def _record(folder: RunFolder, plan: Plan, executor: Executor) -> Provenance:
    """Write down everything that the result depends on, and settle which earlier tiles still count."""
    request = plan.request
    sums = read_sums(request.weights or weights_folder())
    weights = {Path(name).stem: digest for name, digest in sums.items()}
    key = request_key(request, plan.scenes, weights)
    folder.use_key(key)
    folder.set_grid(plan.grid)
    scenes = []
    for scene in plan.scenes:
        entry: dict[str, Any] = {"id": scene.id, "sensor": scene.sensor, "date": scene.time.date().isoformat()}
        if scene.sensor == "S2" and scene.time.date() in plan.coverage:
            entry["clear_fraction"] = round(plan.coverage[scene.time.date()], 3)
        scenes.append(entry)
    folder.set_scenes(scenes)
    lines = attribution(
        [scene.time.date() for scene in plan.scenes],
        simulated=plan.source.kind == "sample",
        climate_service=request.weather is not None and request.weather.suffix != ".csv",
        towers="gpp" in request.products,
    )
    folder.update(
        weights=weights,
        device=executor.device,
        threads=executor.threads,
        made_by=executor.words,
        area=mapping(plan.area),
        source={"name": plan.source.name, "kind": plan.source.kind},
        attribution=list(lines),
        resampling=dict(RESAMPLING),
    )
    return Provenance(key, weights, lines)


def _record_reading(folder: RunFolder, plan: Plan, executor: Executor) -> None:
    """Write down what a service gave, to all processes: in all, and bytes and seconds of each scene."""
    transport = getattr(plan.source, "transport", None)
    if transport is None:
        return
    total: dict[str, float] = {}
    used: dict[str, dict[str, float]] = {}
    for stats in (transport.stats(), *executor.reading()):
        for scene, numbers in stats["scenes"].items():
            _add(used.setdefault(scene, {}), numbers)
        _add(total, {name: number for name, number in stats.items() if name != "scenes"})
    nothing = {"bytes": 0, "seconds": 0.0}  # all of it came from the cache
    folder.update(reading=total)
    folder.set_scenes({**scene, **used.get(scene["id"], nothing)} for scene in folder.info["scenes"])


def _add(total: dict[str, float], numbers: Mapping[str, float]) -> None:
    for name, number in numbers.items():
        total[name] = round(total.get(name, 0) + number, 3)


def _passes(
    folder: RunFolder,
    plan: Plan,
    provenance: Provenance,
    executor: Executor,
    timings: dict[str, float],
    listener: Listener,
) -> None:
    request, days = plan.request, plan.request.days()
    with_gpp, with_temperature = "gpp" in request.products, "temperature" in request.products
    # Rounded, so that overlapping areas have the same sun.
    lat, lon = round(plan.area.centroid.y, 1), round(plan.area.centroid.x, 1)
    drivers = heights = None
    if with_gpp:
        drivers = daily_drivers(request.weather, Place(lat, lon, request.weather_method), days, request.weights)
        folder.set_drivers(**drivers.words)
        if request.weather is not None:
            write_drivers(folder.path, days, drivers)
        for note in drivers.notes:
            folder.add_note(note)
            listener.warning(note)
        if not plan.dates:
            raise RequestError("GPP needs at least one date.", "Give dates, or leave GPP out.")
    generated = with_temperature or (drivers is not None and drivers.needs_generated_temperature)
    epochs = tuple(image_epochs(request.start, request.end)) if generated else ()
    if generated:  # before the long passes: a raster that cannot be read is told now
        relief = read_relief(request.elevation, plan.source, plan.area, plan.grid, listener.warning)
        folder.update(elevation=relief.words)
        folder.add_note(f"Temperature is for the height of each 160 m cell, from {relief.words}.")
        heights = relief.heights
    here = torch.device(executor.device if request.scheduler is None else "cpu")
    place = Workplace(
        request, plan.area, plan.grid, plan.cube, folder.tiles, here, plan.dates, epochs, lat,
        tuple(scene.id for scene in plan.scenes), heights, drivers,
    )  # fmt: skip
    # Read before the long passes: weights and calibration that cannot be used are told now.
    _ = place.stack
    if with_gpp and place.head and place.calibration is not None:
        folder.set_drivers(calibration=place.calibration.words)

    clock = _Clock(timings)
    side = tile_side(len(plan.cube.s2_dates), len(plan.cube.s1_keys), len(plan.dates))
    made = list(tiles(plan.grid.height, plan.grid.width, side))
    executor.begin(place, listener)
    _stage(executor, "encode", [(tile,) for tile in made], listener)
    clock.lap("encode")
    assembler = Assembler(folder, plan, made, provenance, listener)
    if generated:
        _stage(executor, "temperature", list(temperature_jobs(made, executor.workers)), listener)
        clock.lap("temperature")
    if with_gpp:
        _stage(executor, "gpp", [(tile,) for tile in made], listener)
        clock.lap("gpp")
    executor.end()
    if with_gpp:
        assembler.write(gpp_parts(plan), "GPP")
    if with_temperature:
        assembler.write(temperature_parts(plan), "Temperature")
    assembler.write(imagery_parts(plan, folder, made), "Embeddings and reflectance")
    clock.lap("write")
    stop_if_cancelled(listener)


def _stage(executor: Executor, stage: str, jobs: list[Job], listener: Listener) -> None:
    """Make the jobs of a stage, and tell how many tiles are done."""
    total, done = sum(map(len, jobs)), 0
    for job in executor.run_tasks(stage, jobs, listener):
        done += len(job)
        listener.progress(stage, done, total, f"Tile {done} of {total}")


class _Noting:
    """Hands everything on, and keeps the warnings in the run folder: who opens the run next year is told, too."""

    def __init__(self, listener: Listener) -> None:
        self._listener, self._early = listener, list[str]()
        self._told = set[str]()
        self._folder: RunFolder | None = None
        self.progress, self.product, self.cancelled = listener.progress, listener.product, listener.cancelled

    def warning(self, message: str) -> None:
        """Hand on, and note, each once; from several threads."""
        if message in self._told:
            return
        self._told.add(message)
        self._listener.warning(message)
        if self._folder is None:
            self._early.append(message)
        else:
            self._folder.add_note(message)

    def keep_in(self, folder: RunFolder) -> None:
        """From now on warnings are noted in ``folder``, with those that came before."""
        self._folder = folder
        for message in self._early:
            folder.add_note(message)


class _Clock:
    def __init__(self, timings: dict[str, float]) -> None:
        self._timings, self._last = timings, time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self._timings[name] = round(now - self._last, 2)
        self._last = now

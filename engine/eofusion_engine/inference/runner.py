"""A whole run: plan, three passes over tiles, products, report. Finished tiles are never made twice."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rasterio.features import geometry_mask
from rasterio.warp import transform_geom
from shapely.geometry import mapping

from ..elevation import read_relief
from ..errors import RequestError
from ..events import Listener, stop_if_cancelled
from ..model.calibration import load_calibration
from ..model.gpp import GppHead
from ..model.stack import FusionStack
from ..model.temperature import TemperatureGenerator, image_epochs
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
from .gpp_pass import make_gpp
from .imagery_pass import ImageryPass
from .plan import Plan, make_plan
from .temperature_pass import generate_cells


def run(request: RunRequest, listener: Listener) -> dict[str, Any]:
    """Make all products of a request in its run folder.

    Returns:
        ``{"run": folder, "products": [PRODUCT...], "seconds": ...}``.

    Raises:
        EOFusionError: with a sentence for the user; finished tiles stay for the next try.
    """
    started = time.monotonic()
    device = choose_device(request.device)
    threads = (request.threads or usable_threads()) if device.type == "cpu" else 1
    # Planned first: a request that cannot work leaves no folder behind.
    noting = _Noting(listener)
    plan = make_plan(request, noting)
    with plan, RunFolder.create(request) as folder:
        noting.keep_in(folder)
        timings = {"plan": round(time.monotonic() - started, 2)}
        provenance = _record(folder, plan, device, threads)
        _passes(folder, plan, provenance, device, threads, timings, noting)
        timings["total"] = round(time.monotonic() - started, 2)
        folder.update(timings=timings)
        _record_reading(folder, plan)
        products = folder.products
        folder.set_state("done")
        write_report(folder.path)
        result = {"run": str(folder.path), "products": products, "seconds": timings["total"]}
    return result


def _record(folder: RunFolder, plan: Plan, device: torch.device, threads: int) -> Provenance:
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
        device=str(device),
        threads=threads,
        area=mapping(plan.area),
        source={"name": plan.source.name, "kind": plan.source.kind},
        attribution=list(lines),
        resampling=dict(RESAMPLING),
    )
    for note in plan.notes:
        folder.add_note(note)
    return Provenance(key, weights, lines)


def _record_reading(folder: RunFolder, plan: Plan) -> None:
    """Write down what a service gave: in all, and bytes and seconds of each scene."""
    transport = getattr(plan.source, "transport", None)
    if transport is None:
        return
    stats = transport.stats()
    used = stats.pop("scenes")
    nothing = {"bytes": 0, "seconds": 0.0}  # all of it came from the cache
    folder.update(reading=stats)
    folder.set_scenes({**scene, **used.get(scene["id"], nothing)} for scene in folder.info["scenes"])


def _passes(
    folder: RunFolder,
    plan: Plan,
    provenance: Provenance,
    device: torch.device,
    threads: int,
    timings: dict[str, float],
    listener: Listener,
) -> None:
    request, days = plan.request, plan.request.days()
    with_gpp, with_temperature = "gpp" in request.products, "temperature" in request.products
    # Rounded, so that overlapping areas have the same sun.
    lat, lon = round(plan.area.centroid.y, 1), round(plan.area.centroid.x, 1)
    drivers = head = None
    if with_gpp:
        drivers = daily_drivers(request.weather, Place(lat, lon, request.weather_method), days, request.weights)
        folder.set_drivers(**drivers.words)
        if request.weather is not None:
            write_drivers(folder.path, days, drivers)
        for note in drivers.notes:
            folder.add_note(note)
            listener.warning(note)
        path = request.gpp_calibration
        calibration = None if path is None else load_calibration(path, request.weights)
        if calibration is not None:  # read before the long passes
            folder.set_drivers(calibration=calibration.words)
        head = GppHead.from_weights(request.weights, calibration)
        if not plan.dates:
            raise RequestError("GPP needs at least one date.", "Give dates, or leave GPP out.")
    generated = with_temperature or (drivers is not None and drivers.needs_generated_temperature)
    epochs = tuple(image_epochs(request.start, request.end)) if generated else ()
    relief = None
    if generated:  # before the long passes: a raster that cannot be read is told now
        relief = read_relief(request.elevation, plan.source, plan.area, plan.grid, listener.warning)
        folder.update(elevation=relief.words)
        folder.add_note(f"Temperature is for the height of each 160 m cell, from {relief.words}.")

    clock = _Clock(timings)
    stack = FusionStack.from_weights(request.weights, device)
    imagery = ImageryPass(plan, stack, folder.tiles, epochs, _inside(plan))
    tiles = imagery.run(threads, listener)
    clock.lap("encode")
    assembler = Assembler(folder, plan, tiles, provenance, listener)
    if relief is not None:
        generator = TemperatureGenerator.from_weights(request.weights, device)
        generate_cells(
            generator, folder.tiles, plan.grid, tiles, epochs, days, request.seed, request.samples, relief.heights,
            threads, listener,
        )  # fmt: skip
        clock.lap("temperature")
    if drivers is not None and head is not None:
        make_gpp(head, folder.tiles, tiles, plan.dates, days, drivers, lat, listener)
        clock.lap("gpp")
        assembler.write(gpp_parts(plan), "GPP")
    if with_temperature:
        assembler.write(temperature_parts(plan), "Temperature")
    assembler.write(imagery_parts(plan, folder, tiles), "Embeddings and reflectance")
    clock.lap("write")
    stop_if_cancelled(listener)


class _Noting:
    """Hands everything on, and keeps the warnings in the run folder: who opens the run next year is told, too."""

    def __init__(self, listener: Listener) -> None:
        self._listener, self._early = listener, list[str]()
        self._folder: RunFolder | None = None
        self.progress, self.product, self.cancelled = listener.progress, listener.product, listener.cancelled

    def warning(self, message: str) -> None:
        """Hand on, and note; from several threads."""
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


def _inside(plan: Plan) -> np.ndarray:
    """(height, width) True for pixels that the polygon touches."""
    grid = plan.grid
    shape = transform_geom("EPSG:4326", f"EPSG:{grid.crs}", mapping(plan.area))
    outside = geometry_mask([shape], (grid.height, grid.width), grid.transform, all_touched=True)
    return np.logical_not(outside)

"""What a run would do: scenes, clear dates, grid, and what it will cost in time, memory and disk."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import torch
from pyproj import Geod
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from ..cube import CubeReader, Grid
from ..errors import NoScenesError, RequestError
from ..events import Listener, stop_if_cancelled
from ..request import RunRequest, check_area
from ..sources import open_source
from ..sources.base import Scene, Source
from ..weather import WeatherError, read_weather
from .device import usable_threads
from .tiles import HALO, TILE_PIXELS

#: Conditions of the generated temperature lie on fixed dates, so that they do not depend on the request.
CONDITION_EPOCH = date(2015, 1, 1)
CONDITION_STEP_DAYS = 16


@dataclass(frozen=True)
class Plan:
    """A request together with what its source holds for it."""

    request: RunRequest
    source: Source
    area: BaseGeometry
    scenes: list[Scene]
    grid: Grid
    cube: CubeReader
    coverage: dict[date, float]
    dates: tuple[date, ...]
    notes: tuple[str, ...]

    @property
    def clear_dates(self) -> tuple[date, ...]:
        """Sentinel-2 dates on which enough of the area is clear."""
        return tuple(sorted(d for d, share in self.coverage.items() if share >= max(self.request.min_clear, 1e-6)))

    @property
    def condition_dates(self) -> tuple[date, ...]:
        """Every 16th day counted from a fixed day, within the period."""
        first = -(-(self.request.start - CONDITION_EPOCH).days // CONDITION_STEP_DAYS) * CONDITION_STEP_DAYS
        last = (self.request.end - CONDITION_EPOCH).days
        return tuple(CONDITION_EPOCH + timedelta(days=d) for d in range(first, last + 1, CONDITION_STEP_DAYS))

    def summary(self) -> dict[str, Any]:
        """The plan as QGIS and the command line show it; ``seconds`` is an estimate for this machine, now."""
        s1 = sum(scene.sensor == "S1" for scene in self.scenes)
        cost = estimate(self)
        return {
            "km2": round(area_km2(self.area), 3),
            "grid": {"crs": f"EPSG:{self.grid.crs}", "width": self.grid.width, "height": self.grid.height},
            "area": mapping(self.area),
            "scenes_s2": len(self.scenes) - s1,
            "scenes_s1": s1,
            "clear_dates": [d.isoformat() for d in self.clear_dates],
            "dates": [d.isoformat() for d in self.dates],
            **cost,
            "notes": list(self.notes),
        }


def area_km2(area: BaseGeometry) -> float:
    """Area in km2 of a geometry in EPSG:4326, on the ellipsoid."""
    return float(abs(Geod(ellps="WGS84").geometry_area_perimeter(area)[0]) / 1e6)


def make_plan(request: RunRequest, listener: Listener) -> Plan:
    """Find the scenes and the dates of a request.

    Raises:
        RequestError: the area, the weather file, the elevation raster or the scheduler cannot be used.
        SourceError: the source cannot be read, or holds nothing here and then.
    """
    if request.scheduler is not None:
        raise RequestError(
            "This version cannot use a Dask scheduler yet.", "Leave the scheduler out: the run uses all local CPUs."
        )
    if request.weather is not None:
        read_weather(request.weather)  # raises before anything is computed
    if request.elevation is not None and not request.elevation.is_file():
        raise RequestError(f"There is no elevation raster {request.elevation}.", "Choose another file, or none.")
    listener.progress("plan", 0, 3, "Looking for scenes")
    source = open_source(request.source)
    extent = source.extent()
    area = request.geometry()
    if area is None:
        area = extent
        try:
            check_area(area)
        except ValueError as error:
            raise RequestError(f"The source's own extent cannot be used: {error}.", "Give an area.") from None
    elif not area.intersects(extent):
        raise NoScenesError("The area lies outside the source's imagery.", "Draw it where the source has scenes.")
    scenes = source.scenes(area, request.start, request.end)
    stop_if_cancelled(listener)
    listener.progress("plan", 1, 3, f"{len(scenes)} scenes")
    s2 = [scene for scene in scenes if scene.sensor == "S2"]
    grid = Grid.for_area(area, (s2 or scenes)[0].crs)
    cube = CubeReader(scenes, grid, request.cloud_margin_m, listener.warning)
    coverage = cube.coverage(area)
    listener.progress("plan", 2, 3, "Clear dates")
    notes = []
    if not s2:
        notes.append("There is no Sentinel-2 scene: everything comes from Sentinel-1 alone.")
    if len(s2) == len(scenes):
        notes.append("There is no Sentinel-1 scene: cloudy periods are bridged by Sentinel-2 alone.")
    plan = Plan(request, source, area, scenes, grid, cube, coverage, (), ())
    dates = _asked_dates(request, plan.clear_dates)
    if request.dates == "clear" and not dates:
        raise NoScenesError(
            f"All {len(coverage)} Sentinel-2 dates are cloudy over this area.",
            "Choose a longer period, a smaller 'min_clear', or dates such as every:10.",
        )
    notes += _weather_note(request, source)
    listener.progress("plan", 3, 3, f"{len(dates)} dates")
    return Plan(request, source, area, scenes, grid, cube, coverage, dates, tuple(notes))


def _asked_dates(request: RunRequest, clear: tuple[date, ...]) -> tuple[date, ...]:
    if request.dates == "clear":
        return clear
    if isinstance(request.dates, str):
        return tuple(request.days()[:: int(request.dates.removeprefix("every:"))])
    return request.dates


def _weather_note(request: RunRequest, source: Source) -> list[str]:
    if request.weather is not None or "gpp" not in request.products:
        return []
    found = source.weather()
    if found is None:
        return []
    try:
        here = read_weather(found).on(request.days())
    except WeatherError:
        return []  # nobody asked for this file: it is only a hint
    known = int((np.isfinite(here.tair_degc) & np.isfinite(here.ssrd_w_m2)).sum())
    if not known:
        return []
    days = len(request.days())
    return [f"The source's {found.name} has weather for {known} of {days} days: give it as the weather file to use it."]


def estimate(plan: Plan) -> dict[str, float]:
    """Seconds, memory and disk (MB) of a run, from operation counts and this machine's speed right now."""
    grid, request = plan.grid, plan.request
    pixels = grid.width * grid.height
    s2, s1 = len(plan.cube.s2_dates), len(plan.cube.s1_keys)
    clear, asked, conditions = len(plan.clear_dates), len(plan.dates), len(plan.condition_dates)
    halo = ((TILE_PIXELS + 2 * HALO) / TILE_PIXELS) ** 2
    # Multiply-adds of a pixel, counted from the layers' sizes.
    encode = halo * (clear * 36_000 + s1 * 10_000)
    fuse = (asked + conditions) * (clear + s1) * 700 + (asked + conditions) * 80_000
    cells = pixels / 256
    generate = cells * request.samples * len(request.days()) * 900_000 if _needs_temperature(request) else 0.0
    # Depthwise convolutions and softmax run well below a matrix product's speed: measured share about 0.3.
    compute = (2 * pixels * (encode + fuse) + 2 * generate) / (
        0.3 * _matmul_rate() * (request.threads or usable_threads())
    )
    daily = pixels * (asked + len(request.days())) * 8e-7 if "gpp" in request.products else 0.0
    reading = pixels * halo * (s2 * 11 + s1 * 2) * 8e-9
    written = 0.0
    if "embeddings" in request.products:
        written += asked * (64 if request.embedding_rasters == "all" else 3)
    written += asked * 22 * ("reflectance" in request.products) + asked * 12 * ("gpp" in request.products)
    written += len(request.days()) * 6 / 256 * ("temperature" in request.products)
    tile = (TILE_PIXELS + 2 * HALO) ** 2 * 4 * (
        s2 * 11 + s1 * 2 + clear * 48 + s1 * 24
    ) + TILE_PIXELS**2 * 4 * asked * 150
    return {
        "seconds": round(5 + compute + daily + reading + pixels * written * 6e-8, 1),
        "memory_mb": round(600 + (request.threads or usable_threads()) * tile / 1e6),
        # Tiles stay beside the products, so that an interrupted run goes on.
        "disk_mb": round(pixels * written * 1.8 / 1e6, 1),
    }


def _needs_temperature(request: RunRequest) -> bool:
    return "temperature" in request.products or ("gpp" in request.products and request.weather is None)


def _matmul_rate() -> float:
    """Floating point operations a second of one thread's matrix product, measured in a few milliseconds."""
    torch.set_num_threads(1)  # as the runner does: several Python threads with one torch thread each
    a = torch.ones(384, 384)
    best = float("inf")
    for _ in range(12):
        started = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - started)
    return 2 * 384**3 / best


def as_text(summary: dict[str, Any]) -> str:
    """The plan in a few lines for a person."""
    minutes = summary["seconds"] / 60
    duration = f"{summary['seconds']:.0f} s" if minutes < 2 else f"{minutes:.0f} min"
    grid, dates = summary["grid"], summary["dates"]
    listed = ", ".join(dates[:4]) + (" ..." if len(dates) > 4 else "")
    scenes = f"{summary['scenes_s2']} Sentinel-2 and {summary['scenes_s1']} Sentinel-1 scenes"
    lines = [
        f"{summary['km2']:.1f} km2 on a {grid['width']} x {grid['height']} grid of 10 m, {grid['crs']}",
        f"{scenes}, {len(summary['clear_dates'])} clear dates",
        f"products at {len(dates)} dates: {listed}",
        f"about {duration}, {summary['memory_mb']:.0f} MB of memory, {summary['disk_mb']:.0f} MB of disk",
        *summary["notes"],
    ]
    return "\n".join(lines)

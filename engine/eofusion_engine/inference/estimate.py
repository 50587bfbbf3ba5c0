"""What a run will cost: bytes to read, seconds, memory and disk, from counts of work and this machine's speed now."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import torch
from pyproj import CRS, Transformer

from ..grid import PIXEL_M, Grid
from ..request import RunRequest
from ..sources.base import SCL, BandRef, Scene
from .device import usable_threads
from .tiles import HALO, tile_bytes, tile_side

if TYPE_CHECKING:
    from .plan import Plan

#: Files are read in whole blocks of about this many pixels a side (Sentinel-2 COGs have 512 or 1024).
BLOCK = 512
#: Bytes a stored pixel takes in usual files: measured 1.07 for Sentinel-2 JP2, .7 for COGs of smoothed uint16, 0.03
#: for classes; float32 backscatter hardly compresses.
STORED_BYTES = {"reflectance": 1.1, "class": 0.05, "dB": 3.3, "power": 3.3, "amplitude": 1.8, "metre": 2.0}
#: Bands that are stored in pixels of 20 m; the others have 10 m.
TWENTY_M = frozenset({SCL, "B05", "B06", "B07", "B8A", "B11", "B12"})
#: Seconds to decode a stored pixel: JPEG 2000 is about twenty times as dear as a COG.
COG_SECONDS, JP2_SECONDS = 8e-9, 1.6e-7
#: Bytes a second taken for a service that planning hardly read from.
USUAL_RATE = 4e6
#: A rate is believed when at least so many bytes were read.
ENOUGH_BYTES = 1_000_000
#: What compression leaves of the products: measured .45 for embeddings, .7 for reflectance.
PRODUCT_SHARE = 0.7
_METRES_PER_DEGREE = 111_320.0

#: (left, bottom, right, top)
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Reading:
    """What all windows of a run need of the files: compressed bytes, and seconds of one thread to decode them."""

    bytes: float
    decode_seconds: float


def reading(scenes: Iterable[Scene], grid: Grid, coverage: Mapping[date, float]) -> Reading:
    """What is read of ``scenes`` for ``grid``, in whole blocks; of a wholly cloudy date only the classification.

    Opens no file: places come from the scenes' bounds, sizes from usual compression.
    """
    total, seconds = 0.0, 0.0
    places: dict[str, tuple[Bounds, float]] = {}
    for scene in scenes:
        hidden = scene.sensor == "S2" and coverage.get(scene.date, 1.0) == 0.0
        if scene.crs not in places:
            degrees = CRS.from_user_input(scene.crs).is_geographic
            places[scene.crs] = _grid_box(grid, scene.crs), 1 / _METRES_PER_DEGREE if degrees else 1.0
        box, unit = places[scene.crs]
        for name, band in scene.bands.items():
            if hidden and name != SCL:
                continue
            pixels = _blocks(box, scene.bounds, unit * (20.0 if name in TWENTY_M else 10.0))
            total += pixels * STORED_BYTES[band.unit]
            seconds += pixels * (JP2_SECONDS if _is_jp2(band) else COG_SECONDS)
    return Reading(total, seconds)


def _grid_box(grid: Grid, crs: str) -> Bounds:
    """(left, bottom, right, top) of the grid and its halo in ``crs``."""
    left, bottom, right, top = grid.bounds
    halo = HALO * PIXEL_M
    change = Transformer.from_crs(grid.crs, crs, always_xy=True)
    return change.transform_bounds(left - halo, bottom - halo, right + halo, top + halo)


def _blocks(box: Bounds, bounds: Bounds, size: float) -> float:
    """Pixels of ``size`` in the blocks of a raster with ``bounds`` that ``box`` touches, all in one CRS."""
    left, bottom, right, top = bounds
    across = _touched(box[0] - left, box[2] - left, right - left, size)
    down = _touched(top - box[3], top - box[1], top - bottom, size)
    return across * down


def _touched(first: float, last: float, length: float, size: float) -> float:
    """Pixels along one axis in the whole blocks between ``first`` and ``last`` of a raster of ``length``."""
    side = BLOCK * size
    begin, end = max(first, 0.0), min(last, length)
    if end <= begin:
        return 0.0
    return (min(math.ceil(end / side) * side, length) - math.floor(begin / side) * side) / size


def _is_jp2(band: BandRef) -> bool:
    return getattr(band, "driver", "") == "JP2OpenJPEG" or band.label.lower().endswith(".jp2")


def estimate(plan: Plan) -> dict[str, float]:
    """``seconds``, ``memory_mb``, ``disk_mb`` and ``read_mb`` of a run; seconds are for this machine, now."""
    grid, request = plan.grid, plan.request
    threads = request.threads or usable_threads()
    pixels = grid.width * grid.height
    s2, s1 = len(plan.cube.s2_dates), len(plan.cube.s1_keys)
    clear, asked = len(plan.clear_dates), len(plan.dates)
    side = tile_side(s2, s1, asked)
    halo = ((side + 2 * HALO) / side) ** 2
    # Multiply-adds of a pixel, counted from the layers' sizes.
    encode = halo * (clear * 36_000 + s1 * 10_000)
    fuse = asked * (clear + s1) * 700 + asked * 80_000
    cells = pixels / 256
    generate = cells * request.samples * len(request.days()) * 200_000 if _needs_temperature(request) else 0.0
    # Depthwise convolutions and softmax run well below a matrix product's speed: measured share about 0.3.
    compute = (2 * pixels * (encode + fuse) + 2 * generate) / (0.3 * _matmul_rate() * threads)
    daily = pixels * (asked + len(request.days())) * 8e-7 if "gpp" in request.products else 0.0
    # Resampling and masks, of every band on the grid.
    resample = pixels * halo * (s2 * 11 + s1 * 2) * 1e-8
    needed = reading(plan.scenes, grid, plan.coverage)
    fetch = needed.bytes / plan.read_rate if plan.read_rate else 0.0
    written = 0.0
    if "embeddings" in request.products:
        written += asked * (64 if request.embedding_rasters == "all" else 3)
    written += asked * 22 * ("reflectance" in request.products) + asked * 12 * ("gpp" in request.products)
    written += (s2 * 2 + s1 * 4) * ("reflectance" in request.products)
    written += len(request.days()) * 6 / 256 * ("temperature" in request.products)
    tile = tile_bytes(side, s2, s1, asked)
    # Tile files, compression, overviews and statistics: measured .22 s of one core for 10 MB of values.
    write = pixels * written * 2.2e-8
    seconds = 5 + compute + daily + fetch + (resample + needed.decode_seconds + write) / threads
    return {
        "seconds": round(seconds, 1),
        "memory_mb": round(600 + threads * tile / 1e6),
        # Tiles stay beside the products, so that an interrupted run goes on.
        "disk_mb": round(pixels * (_tile_bytes(plan) + PRODUCT_SHARE * written) / 1e6, 1),
        "read_mb": round(needed.bytes / 1e6, 1),
    }


def _tile_bytes(plan: Plan) -> float:
    """Bytes a pixel of the tiles that a run keeps, as the passes write them: uncompressed, whatever is asked for."""
    request, asked = plan.request, len(plan.dates)
    # Embedding, reflectance with its uncertainty, the sample for the preview's colours; quality.
    count = asked * (64 + 22 + 2) + 6.0
    if "reflectance" in request.products:  # NDVI of each view, VV and VH of each pass
        count += len(plan.cube.s2_dates) * 2 + len(plan.cube.s1_keys) * 4
    if _needs_temperature(request):
        # Conditions, 13 float32 a token cell of 256 pixels; daily mean, p10 and p90.
        count += len(plan.condition_dates) * 13 * 4 / 256 + len(request.days()) * 12 / 256
    if "gpp" in request.products:
        count += (asked + 1) * 12
    return count


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

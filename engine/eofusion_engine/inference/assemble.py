"""Tile files to products: every raster is written window by window and appears only when it is whole.

Several rasters are made at the same time, each bundle of them in a thread of its own: reading tiles, compressing and
making overviews all happen outside Python's lock. A thread reads of a tile only what its rasters need, so no byte is
read twice, and memory and the files that are open do not grow with the area or the number of dates.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rasterio.windows import Window

from ..errors import Cancelled
from ..events import Listener, stop_if_cancelled
from ..products import embeddings, gpp, observed, quality, reflectance, temperature
from ..products.cog import CogWriter
from ..products.grid import RasterGrid
from ..products.provenance import Provenance
from ..products.spec import ProductSpec
from ..runfolder import RunFolder
from ..tilestore import TileFile
from .device import usable_threads
from .plan import Plan
from .tiles import Tile

#: Embeddings that the preview's colours are fitted on, of all tiles together.
SAMPLE_ROWS = 200_000
#: Threads that write: more would wait for the disk, and each holds some blocks of all bands.
MOST_WRITERS = 16
#: Seconds between two looks at what is finished, and between two records of it.
LOOK_SECONDS, RECORD_SECONDS = 0.2, 1.0
#: From one tile, the values of one product in its window.
Cut = Callable[[TileFile], np.ndarray]


@dataclass(frozen=True)
class Part:
    """A product: its form, the tile file that it comes from, and how. Parts of one ``bundle`` read the same arrays."""

    spec: ProductSpec
    source: str
    cut: Cut
    bundle: str


@dataclass
class _Progress:
    """Windows written by all threads together, and whether to go on."""

    done: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, count: int) -> None:
        with self.lock:
            self.done += count


class Assembler:
    """Writes the run's products from its tiles, with as many threads as the request says, else all."""

    def __init__(
        self, folder: RunFolder, plan: Plan, tiles: Sequence[Tile], provenance: Provenance, listener: Listener
    ) -> None:
        self._folder, self._plan, self._tiles = folder, plan, tiles
        self._provenance, self._listener = provenance, listener
        self._threads = min(plan.request.threads or usable_threads(), MOST_WRITERS)

    def write(self, parts: Iterable[Part], stage_text: str) -> None:
        """Write ``parts``; those of 10 m and of the token grid alike. They are recorded in their order.

        Raises:
            OutputError: a raster cannot be written, or a tile was damaged since it was made.
            Cancelled: the caller asked to stop.
        """
        bundles: dict[str, list[Part]] = {}
        for part in parts:
            bundles.setdefault(part.bundle, []).append(part)
        total = sum(map(len, bundles.values())) * len(self._tiles)
        progress = _Progress()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="write") as pool:
            waiting = [pool.submit(self._bundle, bundle, progress) for bundle in bundles.values()]
            try:
                while waiting:
                    waiting = self._look(waiting)
                    self._listener.progress("write", progress.done, total, stage_text)
            finally:
                progress.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)

    def _look(self, waiting: list[Future[list[dict[str, Any]]]]) -> list[Future[list[dict[str, Any]]]]:
        """Wait for what is next for a while, record what is finished, and give what is left."""
        until = time.monotonic() + RECORD_SECONDS
        while time.monotonic() < until and (pending := [future for future in waiting if not future.done()]):
            stop_if_cancelled(self._listener)
            for future in wait(pending, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED).done:
                future.result()  # what went wrong ends the others at once
        ready = next((i for i, future in enumerate(waiting) if not future.done()), len(waiting))
        products = [product for future in waiting[:ready] for product in future.result()]
        if products:
            self._folder.add_products(products)
        for product in products:
            self._listener.product(str(self._folder.path), product)
        return waiting[ready:]

    def _bundle(self, parts: Sequence[Part], progress: _Progress) -> list[dict[str, Any]]:
        """Write some products in one pass over the tiles; gives their entries."""
        with ExitStack() as stack:
            writers = [stack.enter_context(self._writer(part.spec)) for part in parts]
            for tile in self._tiles:
                if progress.stop.is_set():
                    raise Cancelled
                with self._folder.tiles.reading(f"{tile.name}_{parts[0].source}") as file:
                    for writer, part in zip(writers, parts, strict=True):
                        writer.write(part.spec.pack(part.cut(file)), _window(tile, part.spec))
                progress.add(len(parts))
        return [writer.product for writer in writers]

    def _writer(self, spec: ProductSpec) -> CogWriter:
        grid = RasterGrid.of(self._plan.grid)
        return CogWriter(self._folder.path, spec, grid.coarsened() if _on_cells(spec) else grid, self._provenance)


def _on_cells(spec: ProductSpec) -> bool:
    return spec.kind in ("temperature", "temperature_monthly")


def _window(tile: Tile, spec: ProductSpec) -> Window:
    row, col, height, width = tile.cells if _on_cells(spec) else (tile.row, tile.col, tile.height, tile.width)
    return Window(col, row, width, height)


def imagery_parts(plan: Plan, folder: RunFolder, tiles: Sequence[Tile]) -> list[Part]:
    """Quality, and the products of each date that pass 1 made and the request wants."""
    request = plan.request
    parts = [Part(quality.spec(request.start, request.end), "imagery", _named("quality"), "quality")]
    if "embeddings" in request.products:
        pca = _fit_preview(folder, tiles)
        for i, day in enumerate(plan.dates):
            parts.append(Part(embeddings.preview_spec(day), "imagery", _preview_cut(i, pca), f"embedding {i}"))
        if request.embedding_rasters == "all":
            for i, day in enumerate(plan.dates):
                parts.append(Part(embeddings.spec(day), "imagery", _index("embedding", i), f"embedding {i}"))
    if "reflectance" in request.products:
        for i, day in enumerate(plan.dates):
            parts.append(Part(reflectance.spec(day), "imagery", _index("reflectance", i), f"reflectance {i}"))
        if plan.cube.s2_dates:
            parts.append(Part(observed.ndvi_spec(plan.cube.s2_dates), "imagery", _named("ndvi_observed"), "ndvi"))
        if plan.cube.s1_keys:
            for i, name in enumerate(observed.POLARISATIONS):
                spec = observed.backscatter_spec(name, plan.cube.s1_keys)
                parts.append(Part(spec, "imagery", _polarisation(i), "backscatter"))
    return parts


def temperature_parts(plan: Plan) -> list[Part]:
    """Daily statistics and monthly means on the token grid."""
    days = plan.request.days()
    parts = [Part(temperature.spec(s, days), "temperature", _named(s), s) for s in temperature.STATISTICS]
    spec = temperature.monthly_spec(days)
    return [*parts, Part(spec, "temperature", lambda tile: temperature.monthly_means(tile["mean"], days), "monthly")]


def gpp_parts(plan: Plan) -> list[Part]:
    """GPP at the asked dates, its sum over the period, and where the head is on trained ground."""
    start, end = plan.request.start, plan.request.end
    parts = [Part(gpp.spec(s, plan.dates), "gpp", _named(s), s) for s in gpp.STATISTICS]
    parts.append(Part(gpp.sum_spec(start, end), "gpp", _named("sum"), "period"))
    parts.append(Part(gpp.within_spec(start, end), "gpp", _named("within"), "period"))
    return parts


def _index(name: str, i: int) -> Cut:
    return lambda tile: tile.at(name, i)


def _named(name: str) -> Cut:
    return lambda tile: tile[name]


def _polarisation(i: int) -> Cut:
    return lambda tile: tile["backscatter"][:, i]


def _preview_cut(i: int, pca: embeddings.Pca) -> Cut:
    return lambda tile: embeddings.preview(tile.at("embedding", i), pca)


def _fit_preview(folder: RunFolder, tiles: Sequence[Tile]) -> embeddings.Pca:
    """One basis of colours for all dates of the run, from a sparse regular sample of all tiles."""
    samples: list[np.ndarray] = []
    # Bounded whatever the area: of many tiles each gives fewer pixels, at a fixed stride.
    share = max(1, SAMPLE_ROWS // max(1, len(tiles)))
    for tile in tiles:
        with folder.tiles.reading(f"{tile.name}_imagery") as file:
            rows = file["preview_sample"]
        if len(rows):
            samples.append(rows[:: -(-len(rows) // share)].astype(np.float32))
    return embeddings.fit_pca(np.concatenate(samples) if samples else np.zeros((0, embeddings.DIMENSIONS)))

"""Pass 1: every tile's cube to embeddings, reflectance, quality and temperature conditions, kept as tile files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date

import numpy as np
import torch

from ..events import Listener, stop_if_cancelled
from ..model.stack import FusionStack
from ..products import embeddings, observed, quality, reflectance
from ..tilestore import TileStore
from .conditions import cell_conditions
from .encode import encode_window
from .plan import Plan
from .tiles import HALO, Tile, tiles

#: Every how many pixels the preview's colours are fitted on.
PREVIEW_STEP = 8


@dataclass(frozen=True)
class ImageryPass:
    """What the tile function needs; the same for all tiles."""

    plan: Plan
    stack: FusionStack
    store: TileStore
    condition_dates: tuple[date, ...]
    inside: np.ndarray  # (height, width) of the grid: the polygon

    def run(self, threads: int, listener: Listener) -> list[Tile]:
        """Make every tile that is not there yet; returns all tiles.

        Raises:
            Cancelled: the caller asked to stop; finished tiles stay.
        """
        grid = self.plan.grid
        everything = list(tiles(grid.height, grid.width))
        for done, _ in enumerate(_in_parallel(self._tile, everything, threads, listener), start=1):
            listener.progress("encode", done, len(everything), f"Tile {done} of {len(everything)}")
        return everything

    def _tile(self, tile: Tile, stop: threading.Event) -> Tile:
        if stop.is_set() or self.store.load(f"{tile.name}_imagery") is not None:
            return tile
        plan = self.plan
        window = plan.cube.read(tile.row - HALO, tile.col - HALO, tile.height + 2 * HALO, tile.width + 2 * HALO)
        if stop.is_set():
            return tile
        encoded = encode_window(self.stack, window, HALO, plan.dates, ())
        inside = self.inside[tile.row : tile.row + tile.height, tile.col : tile.col + tile.width]
        clear = window.s2_clear[:, HALO:-HALO, HALO:-HALO]
        # Conditions come from whole cells, also beyond the polygon: so overlapping areas agree.
        arrays = {"condition": cell_conditions(window, HALO, self.condition_dates)}
        snow = window.s2_snow[:, HALO:-HALO, HALO:-HALO]
        measured = quality.measure(clear, snow, window.s2_dates, plan.dates)
        arrays["quality"] = np.where(inside, measured, np.int16(quality.NODATA))
        if "reflectance" in plan.request.products:
            seen = observed.ndvi(window.s2[:, :, HALO:-HALO, HALO:-HALO])
            radar = observed.backscatter(window.s1[:, :, HALO:-HALO, HALO:-HALO])
            arrays["ndvi_observed"] = np.where(inside, seen, np.int16(observed.NODATA))
            arrays["backscatter"] = np.where(inside, radar, np.int16(observed.NODATA))
        if len(plan.dates):
            embedding = np.where(inside, encoded.embedding, np.float32(np.nan))
            sample = [embeddings.sample_pixels(day, PREVIEW_STEP) for day in embedding]
            arrays["preview_sample"] = np.concatenate(sample).astype(np.float16)
            arrays["embedding"] = np.stack([embeddings.quantise(day) for day in embedding])
            uncertainty = encoded.reflectance_sd.mean(axis=1, keepdims=True)
            bands = np.concatenate((encoded.reflectance, uncertainty), axis=1)
            bands = np.where(inside, bands, np.float32(np.nan))
            arrays["reflectance"] = reflectance.spec(plan.dates[0]).pack(bands)
        self.store.save(f"{tile.name}_imagery", arrays)
        return tile


def _in_parallel(
    work: object, items: list[Tile], threads: int, listener: Listener
) -> Iterator[Tile]:  # finished tiles, in the order they finish
    """Run ``work(tile, stop)`` in Python threads, each with one torch thread: faster than one with many."""
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=max(1, threads), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        waiting: set[Future[Tile]] = set()
        queue = iter(items)
        try:
            while True:
                while len(waiting) < threads + 1 and (tile := next(queue, None)) is not None:
                    waiting.add(pool.submit(work, tile, stop))  # type: ignore[arg-type]
                if not waiting:
                    return
                stop_if_cancelled(listener)
                finished, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
        except BaseException:
            stop.set()
            for future in waiting:
                future.cancel()
            raise

"""Pass 1: every tile's cube to embeddings, reflectance, quality and temperature conditions, kept as tile files."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date

import numpy as np
import torch

from ..events import Listener, stop_if_cancelled
from ..model.stack import FusionStack
from ..model.temperature.correlation import OBSERVATION_DAYS
from ..products import embeddings, quality, reflectance
from ..products.grid import TOKEN_PIXELS
from ..tilestore import TileStore
from .encode import encode_window
from .plan import Plan
from .tiles import HALO, Tile, tiles

#: A cell has a condition when at least this share of its pixels was seen within reach.
CELL_SHARE = 0.25
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
        encoded = encode_window(self.stack, window, HALO, plan.dates, self.condition_dates)
        inside = self.inside[tile.row : tile.row + tile.height, tile.col : tile.col + tile.width]
        # Conditions come from whole cells, also beyond the polygon: so overlapping areas agree.
        clear = window.s2_clear[:, HALO:-HALO, HALO:-HALO]
        arrays = _conditions(encoded.condition, _seen_near(clear, window.s2_dates, self.condition_dates))
        snow = window.s2_snow[:, HALO:-HALO, HALO:-HALO]
        measured = quality.measure(clear, snow, window.s2_dates, plan.dates)
        arrays["quality"] = np.where(inside, measured, np.int16(quality.NODATA))
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


def _seen_near(clear: np.ndarray, seen: Sequence[date], asked: Sequence[date]) -> np.ndarray:
    """Whether pixels of ``clear`` (T, H, W) were seen within OBSERVATION_DAYS of each asked date: (C, H, W)."""
    out = np.zeros((len(asked), *clear.shape[1:]), bool)
    for i, day in enumerate(asked):
        for view, other in zip(clear, seen, strict=True):
            if abs((other - day).days) <= OBSERVATION_DAYS:
                out[i] |= view
    return out


def _conditions(pixels: np.ndarray, near: np.ndarray) -> dict[str, np.ndarray]:
    """Cell means of unit norm (C, 64, h, w) from pixels (C, 64, H, W), and where enough of a cell's pixels were
    seen ``near`` the date (C, H, W): (C, h, w)."""
    dates, size, height, width = pixels.shape
    rows, cols = height // TOKEN_PIXELS, width // TOKEN_PIXELS
    cells = pixels.reshape(dates, size, rows, TOKEN_PIXELS, cols, TOKEN_PIXELS)
    seen = (np.isfinite(cells[:, 0]) & near.reshape(cells[:, 0].shape)).mean(axis=(2, 4))
    total = np.nansum(cells, axis=(3, 5), dtype=np.float64)
    norm = np.sqrt((total**2).sum(axis=1, keepdims=True))
    mean = np.divide(total, norm, out=np.zeros_like(total), where=norm > 0)
    return {"condition": mean.astype(np.float32), "condition_seen": seen >= CELL_SHARE}


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

"""Pass 2: image conditions to generated daily temperature on the token grid, once per distinct condition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from pyproj import Transformer

from ..cube import Grid
from ..events import Listener, stop_if_cancelled
from ..model.temperature.generate import Series, TemperatureGenerator
from ..model.temperature.image_tokens import ABSENT, CELL_BANDS
from ..products.grid import TOKEN_PIXELS
from ..tilestore import TileStore
from .tiles import Tile

#: Cells whose series are generated and kept together: bounds memory, and what a killed run loses.
CELLS_AT_ONCE = 1024


def generate_cells(
    generator: TemperatureGenerator,
    store: TileStore,
    grid: Grid,
    tiles: Sequence[Tile],
    condition_dates: Sequence[date],
    days: Sequence[date],
    seed: int,
    samples: int,
    heights: np.ndarray,
    threads: int,
    listener: Listener,
) -> None:
    """Write each tile's series (D, h, w) of ``mean``, ``p10`` and ``p90`` in degC as the tile file ``*_temperature``.

    ``heights`` (H, W) are metres above sea level of all cells of the grid, NaN where not known. A cell's series
    depends on its own images, its position (to 0.1 degree), its height and the seed: not on the area or the tiling.
    """
    to_degrees = Transformer.from_crs(grid.crs, 4326, always_xy=True)
    batch: list[Tile] = []
    cells = done = 0
    total = len(tiles)
    for tile in tiles:
        batch.append(tile)
        cells += tile.cells[2] * tile.cells[3]
        if cells >= CELLS_AT_ONCE or tile is tiles[-1]:
            missing = [t for t in batch if store.load(f"{t.name}_temperature") is None]
            if missing:
                _batch(
                    generator, store, grid, missing, condition_dates, days, seed, samples, heights, threads,
                    listener, to_degrees,
                )  # fmt: skip
            done += len(batch)
            listener.progress("temperature", done, total, f"Tile {done} of {total}")
            batch, cells = [], 0


def _batch(
    generator: TemperatureGenerator,
    store: TileStore,
    grid: Grid,
    tiles: Sequence[Tile],
    condition_dates: Sequence[date],
    days: Sequence[date],
    seed: int,
    samples: int,
    heights: np.ndarray,
    threads: int,
    listener: Listener,
    to_degrees: Transformer,
) -> None:
    conditions, lats, lons, metres = [], [], [], []
    for tile in tiles:
        arrays = store.require(f"{tile.name}_imagery")
        conditions.append(arrays["condition"].reshape(len(condition_dates), CELL_BANDS, -1).transpose(2, 0, 1))
        lon, lat = to_degrees.transform(*_cell_centres(grid, tile))
        lats.append(np.ravel(lat))
        lons.append(np.ravel(lon))
        row, col, rows, cols = tile.cells
        metres.append(np.ravel(heights[row : row + rows, col : col + cols]))
    ids = generator.tokenize(np.concatenate(conditions))

    def advance(done: int, total: int) -> None:
        stop_if_cancelled(listener)
        listener.progress("temperature", done, total, f"Generated {done} of {total} distinct series")

    series = generator.generate(
        ids,
        condition_dates,
        (ids != ABSENT).any(axis=-1),
        np.concatenate(lats),
        np.concatenate(lons),
        np.concatenate(metres),
        days,
        seed,
        samples,
        workers=threads,
        progress=advance,
    )
    _scatter(store, tiles, series, len(days))


def _scatter(store: TileStore, tiles: Sequence[Tile], series: Series, days: int) -> None:
    first = 0
    for tile in tiles:
        _, _, rows, cols = tile.cells
        part = slice(first, first + rows * cols)
        first = part.stop
        arrays = {
            name: getattr(series, name)[part].T.reshape(days, rows, cols).astype(np.float32)
            for name in ("mean", "p10", "p90")
        }
        store.save(f"{tile.name}_temperature", arrays)


def _cell_centres(grid: Grid, tile: Tile) -> tuple[np.ndarray, np.ndarray]:
    """Eastings and northings (h, w) of the tile's cell centres."""
    row, col, rows, cols = tile.cells
    side = TOKEN_PIXELS * 10.0
    x = grid.left + (col + np.arange(cols) + 0.5) * side
    y = grid.top - (row + np.arange(rows) + 0.5) * side
    return tuple(np.meshgrid(x, y))  # type: ignore[return-value]

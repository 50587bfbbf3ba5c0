"""Pass 2: image conditions to generated daily temperature on the token grid, once per distinct condition of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from pyproj import Transformer

from ..cube import Grid
from ..model.temperature.generate import Series
from ..model.temperature.image_tokens import ABSENT, CELL_BANDS
from ..products.grid import TOKEN_PIXELS
from ..tilestore import TileStore
from .tiles import Tile
from .workplace import Control, Job, Workplace

#: Cells whose series are generated and kept together: bounds memory, and what a killed run loses.
CELLS_AT_ONCE = 1024
#: Jobs for each worker, so that the last one is not waited for long.
_JOBS_A_WORKER = 4


def temperature_jobs(tiles: Sequence[Tile], workers: int = 1) -> Iterator[Job]:
    """Tiles that are generated together, in order: :data:`CELLS_AT_ONCE` cells, fewer where many workers share."""
    cells = sum(tile.cells[2] * tile.cells[3] for tile in tiles)
    limit = CELLS_AT_ONCE if workers <= 1 else min(CELLS_AT_ONCE, -(-cells // (workers * _JOBS_A_WORKER)))
    job: list[Tile] = []
    count = 0
    for tile in tiles:
        job.append(tile)
        count += tile.cells[2] * tile.cells[3]
        if count >= limit:
            yield tuple(job)
            job, count = [], 0
    if job:
        yield tuple(job)


def make_temperature(place: Workplace, job: Job, control: Control) -> None:
    """Write series (D, h, w) of ``mean``, ``p10``, ``p90`` in degC of each tile that has none: ``*_temperature``.

    A cell's series depends on its own images, its position (to 0.1 degree), its height (``place.heights``) and the
    run's seed: not on the area, the tiling or the job.
    """
    missing = [tile for tile in job if place.store.load(f"{tile.name}_temperature") is None]
    if not missing or control.stopped():
        return
    if place.heights is None:
        raise ValueError("temperature needs the cells' heights")
    to_degrees = Transformer.from_crs(place.grid.crs, 4326, always_xy=True)
    conditions, lats, lons, metres = [], [], [], []
    for tile in missing:
        with place.store.reading(f"{tile.name}_imagery") as imagery:
            condition = imagery["condition"]
        conditions.append(condition.reshape(len(place.epochs), CELL_BANDS, -1).transpose(2, 0, 1))
        lon, lat = to_degrees.transform(*_cell_centres(place.grid, tile))
        lats.append(np.ravel(lat))
        lons.append(np.ravel(lon))
        row, col, rows, cols = tile.cells
        metres.append(np.ravel(place.heights[row : row + rows, col : col + cols]))
    with place.on_device():
        ids = place.generator.tokenize(np.concatenate(conditions))
        series = place.generator.generate(
            ids,
            place.epochs,
            (ids != ABSENT).any(axis=-1),
            np.concatenate(lats),
            np.concatenate(lons),
            np.concatenate(metres),
            place.days,
            place.request.seed,
            place.request.samples,
            workers=control.threads,
            progress=control.progress,
        )
    _scatter(place.store, missing, series, len(place.days))


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

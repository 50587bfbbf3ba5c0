"""Reading windows of the cube and writing products, without the model between them.

    python tests/bench/files_bench.py --what read --km 5
    python tests/bench/files_bench.py --what write

Reading: every tile's window with its halo, in the order of a run, from local COGs of a year, with one and with two
threads. Writing: each kind of raster window by window as a run fills it, to the Cloud Optimized GeoTIFF under its final
name. MB/s are of the numbers in memory, before compression.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from eofusion_engine.events import Quiet
from eofusion_engine.inference.plan import make_plan
from eofusion_engine.inference.tiles import HALO, Tile, tiles
from eofusion_engine.products import embeddings, gpp, reflectance, temperature
from eofusion_engine.products.cog import CogWriter
from eofusion_engine.products.grid import RasterGrid
from eofusion_engine.products.provenance import Provenance
from eofusion_engine.products.spec import ProductSpec
from eofusion_engine.request import parse_request
from pace import sgemm
from places import made
from rasterio import Affine
from rows import Row, keep, row, table, usable_cpus
from runs_bench import DATES, asked, request
from year import spread

#: Side of the written rasters in pixels of 10 m: 26 km2.
SIDE = 512
MIXED = 3


def reading(km: float) -> list[Row]:
    """Reading every window of a place, by threads."""
    rows = []
    for threads in sorted({1, min(2, usable_cpus())}):
        with make_plan(parse_request(request(made(km), Path("unused"), DATES, threads)), Quiet()) as plan:
            grid = plan.grid
            km2 = grid.width * grid.height / 1e4

            def read(tile: Tile) -> int:
                window = plan.cube.read(tile.row - HALO, tile.col - HALO, tile.height + 2 * HALO, tile.width + 2 * HALO)
                return window.s2.nbytes + window.s1.nbytes

            before = sgemm(threads)
            started, processor = time.perf_counter(), time.process_time()
            with ThreadPoolExecutor(threads) as pool:
                count = sum(pool.map(read, tiles(grid.height, grid.width)))
            seconds, processor = time.perf_counter() - started, time.process_time() - processor
            pace = (before + sgemm(threads)) / 2
        about = {"threads": threads, "km2": round(km2, 2), "s2": len(plan.cube.s2_dates), "s1": len(plan.cube.s1_keys)}
        rows += [
            row("read windows", km2 / seconds * 60, "km2/min", km2 / (seconds * pace / 1e9), **about),
            row("read windows", count / seconds / 1e6, "MB/s", **about),
            row("read windows, processor", processor / km2, "s/km2", **about),
        ]
    return rows


def writing() -> list[Row]:
    """Writing one raster of each kind."""
    day, year = spread(1)[0], spread(365)
    dates = tuple(sorted(np.datetime64(text).item() for text in asked(DATES)))
    kinds: Sequence[tuple[str, ProductSpec, Callable[[np.random.Generator, int], np.ndarray]]] = (
        ("embedding", embeddings.spec(day), _embedding),
        ("reflectance", reflectance.spec(day), lambda rng, side: _smooth(rng, 11, side) * 0.1 + 0.2),
        ("GPP", gpp.spec("p50", dates), lambda rng, side: _smooth(rng, DATES, side) + 6),
        ("temperature", temperature.spec("mean", list(year)), lambda rng, side: _smooth(rng, 365, side // 16) * 8 + 10),
    )
    return [one for kind in kinds for one in _written(*kind)]


def _written(name: str, spec: ProductSpec, make: Callable[[np.random.Generator, int], np.ndarray]) -> list[Row]:
    values = make(np.random.default_rng(0), SIDE)
    metres = 10.0 * SIDE / values.shape[-1]
    grid = RasterGrid("EPSG:32632", Affine(metres, 0, 600000, 0, -metres, 5660000), *values.shape[:0:-1])
    provenance = Provenance("0" * 64, {}, ("made numbers",))
    part = min(256, grid.height)
    with tempfile.TemporaryDirectory() as folder:
        before = sgemm(1)
        started = time.perf_counter()
        with CogWriter(Path(folder), spec, grid, provenance) as writer:
            for top in range(0, grid.height, part):
                for left in range(0, grid.width, part):
                    cut = values[:, top : top + part, left : left + part]
                    writer.write(spec.pack(cut), (top, left, *cut.shape[1:]))
        seconds = time.perf_counter() - started
        pace = (before + sgemm(1)) / 2
        size = (Path(folder) / spec.path).stat().st_size
    km2 = SIDE**2 / 1e4
    raw = spec.pack(values[:, :1, :1]).dtype.itemsize * values.size
    about = {"raster": name, "bands": spec.count, "km2": round(km2, 1), "threads": 1}
    return [
        row("write a raster", raw / seconds / 1e6, "MB/s", raw / 1e6 / (seconds * pace / 1e9), **about),
        row("write a raster", seconds / km2 * 1000, "ms/km2", **about),
        row("write a raster", size / km2 / 1e6, "MB/km2", **about),
    ]


def _smooth(rng: np.random.Generator, bands: int, side: int) -> np.ndarray:
    """(bands, side, side) float32 of about unit spread: a few waves and a little noise, which compresses as maps do."""
    at = np.linspace(0, 1, side, dtype=np.float32)
    waves = [np.sin(2 * np.pi * (a * at[:, None] + b * at + c)) for a, b, c in rng.uniform(-6, 6, (MIXED, 3))]
    mix = rng.normal(size=(bands, MIXED)).astype(np.float32)
    field = np.einsum("bw,whx->bhx", mix, np.stack(waves)) / MIXED**0.5
    return (field + 0.1 * rng.standard_normal(field.shape, dtype=np.float32)).astype(np.float32)


def _embedding(rng: np.random.Generator, side: int) -> np.ndarray:
    field = _smooth(rng, embeddings.DIMENSIONS, side)
    return embeddings.quantise(field / np.linalg.norm(field, axis=0))


def main() -> int:
    """Measure one group of rows, keep and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", choices=("read", "write"), required=True)
    parser.add_argument("--km", type=float, default=5.0, help="side of the place that is read")
    chosen = parser.parse_args()
    rows = reading(chosen.km) if chosen.what == "read" else writing()
    keep(rows)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())

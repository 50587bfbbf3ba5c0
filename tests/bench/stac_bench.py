"""Memory, bytes and time of a large request over a STAC service on loopback.

    .venv/bin/python tests/bench/stac_bench.py --km 40 --dates 20            # the whole job: reflectance at 4 dates
    .venv/bin/python tests/bench/stac_bench.py --km 40 --dates 20 --read     # only the cube, tile by tile as a run does
    .venv/bin/python tests/bench/stac_bench.py --km 10 --dates 20            # small: a few minutes

Seeded scenes (COGs of 512 px blocks, 16 bit, compressed; Sentinel-1 as 32 bit power) are written once to
build/bench/stac-KM-DATES. The service runs in this process, the engine in one of its own, whose peak memory is told
by the kernel. "Needed" are the bytes of all compressed blocks that the run's windows touch, halo included, as the
files' own block tables say. Targets: peak memory below 3 GB, read at most 1.2 times what is needed. The row goes to
build/bench/stac.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import process
import rasterio
from pyproj import Transformer
from rasterio.windows import from_bounds
from shapely.geometry import box, mapping
from shapely.ops import transform

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "engine"))

from eofusion_engine.cube import Grid  # noqa: E402
from eofusion_engine.inference.tiles import HALO  # noqa: E402
from loopback.place import TEN, TWENTY, Acquisition, Tile  # noqa: E402
from loopback.services import Service  # noqa: E402
from loopback.writers import write_item, write_json  # noqa: E402

BLOCK = 512
FIRST = datetime(2022, 4, 1, 10, 10, 31, tzinfo=timezone.utc)
STEP = timedelta(days=5)
S1_EVERY = 3
MEMORY_TARGET_MB, BYTES_TARGET = 3072.0, 1.2


def area_tile(km: float) -> tuple[Tile, Any]:
    """A tile a third larger than the area, and the area in EPSG:4326, near Munich in UTM 32."""
    side = int(km * 1.3 * 100) // 6 * 6 + 120
    tile = Tile("T32UPU", 32632, 680_040.0, 5_360_040.0, side, side)
    inset = (side - km * 100) * 5
    left, bottom, right, top = tile.bounds
    inner = (left + inset, bottom + inset, right - inset, top - inset)
    to_degrees = Transformer.from_crs(32632, 4326, always_xy=True).transform
    return tile, transform(to_degrees, box(*inner))


def acquisitions(tile: Tile, dates: int, seed: int) -> Iterator[Acquisition]:
    """Scenes one after the other: only one is in memory."""
    rng = np.random.default_rng(seed)
    side = tile.width
    axis = np.arange(side) / 80.0
    cover = np.zeros((side, side), np.float32)
    for _ in range(5):
        a, b, c = rng.uniform(-1, 1, 3)
        cover += np.sin(a * axis[:, None] + b * axis[None, :] + 6 * c).astype(np.float32)
    noise = rng.normal(0, 40, (side, side)).astype(np.float32)
    speckle = rng.gamma(8.0, 1 / 8.0, (side, side)).astype(np.float32)
    for number in range(dates):
        time_of = FIRST + number * STEP
        yield _optical(tile, number, time_of, cover, noise)
        if number % S1_EVERY == 0:
            yield _radar(tile, number, time_of + timedelta(days=1, hours=7), cover, speckle)


def _optical(tile: Tile, number: int, when: datetime, cover: np.ndarray, noise: np.ndarray) -> Acquisition:
    cloud = np.roll(cover, 811 * number, axis=1) > 2.2
    bands = {}
    for index, name in enumerate((*TEN, *TWENTY)):
        values = 900 + 250 * index + 120 * cover + 10 * number + np.roll(noise, 97 * (11 * number + index), axis=0)
        values[cloud] += 4000
        values = np.clip(values, 50, 12_000).astype(np.int32)
        bands[name] = values if name in TEN else values[::2, ::2].copy()
    bands["SCL"] = np.where(cloud, 9, np.where(cover > 0, 4, 5)).astype(np.uint8)[::2, ::2].copy()
    return Acquisition(
        f"S2A_MSIL2A_{when:%Y%m%dT%H%M%S}_R022_{tile.name}_N0400", "S2", tile, when, bands, "04.00", "baseline",
        collection="sentinel-2-l2a", cloud_cover=round(100 * float(cloud.mean()), 1),
    )  # fmt: skip


def _radar(tile: Tile, number: int, when: datetime, cover: np.ndarray, speckle: np.ndarray) -> Acquisition:
    bands = {
        name: np.float32(level) * (1 + 0.1 * cover) * np.roll(speckle, 131 * number, axis=0)
        for name, level in (("VV", 0.1), ("VH", 0.02))
    }
    return Acquisition(
        f"S1A_IW_GRDH_1SDV_{when:%Y%m%dT%H%M%S}_{tile.name}_rtc", "S1", tile, when, bands,
        ascending=True, collection="sentinel-1-rtc",
    )  # fmt: skip


def write_scenes(root: Path, tile: Tile, dates: int, seed: int = 0) -> list[dict[str, Any]]:
    """The scenes and their items (addresses begin with PLACE), once: a second call takes what is there."""
    done = root / "made.json"
    if done.is_file():
        items: list[dict[str, Any]] = json.loads(done.read_text(encoding="utf-8"))
        return items
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    items = []
    for acquisition in acquisitions(tile, dates, seed):
        items.append(write_item(acquisition, root, "PLACE", BLOCK))
        print(f"\rwriting scenes: {len(items)}", end="", flush=True)
    print()
    done.write_text(json.dumps(items), encoding="utf-8")
    return items


def needed_bytes(root: Path, items: list[dict[str, Any]], grid: Grid) -> int:
    """Compressed bytes of the full-resolution blocks that the windows of a run touch."""
    total = 0
    left, bottom, right, top = grid.bounds
    around = (HALO + 2) * 10.0  # and the neighbours of bilinear interpolation
    for item in items:
        for asset in item["assets"].values():
            with rasterio.open(root / asset["href"].removeprefix("PLACE/")) as file:
                window = from_bounds(left - around, bottom - around, right + around, top + around, file.transform)
                rows = range(max(0, int(window.row_off)), min(file.height, int(window.row_off + window.height) + 1))
                cols = range(max(0, int(window.col_off)), min(file.width, int(window.col_off + window.width) + 1))
                for row in range(rows.start // BLOCK, (rows.stop - 1) // BLOCK + 1):
                    for col in range(cols.start // BLOCK, (cols.stop - 1) // BLOCK + 1):
                        total += int(file.get_tag_item(f"BLOCK_SIZE_{col}_{row}", "TIFF", bidx=1) or 0)
    return total


def read_only(request: dict[str, Any]) -> None:
    """What a run reads, without the model: every tile's window, in the run's threads. Runs in its own process."""
    from eofusion_engine.events import Quiet
    from eofusion_engine.inference.device import usable_threads
    from eofusion_engine.inference.executors.local import in_threads
    from eofusion_engine.inference.plan import make_plan
    from eofusion_engine.inference.tiles import Tile as RunTile
    from eofusion_engine.inference.tiles import tiles
    from eofusion_engine.request import parse_request

    listener = Quiet()
    with make_plan(parse_request(request), listener) as plan:

        def work(tile: RunTile, stop: object) -> RunTile:
            plan.cube.read(tile.row - HALO, tile.col - HALO, tile.height + 2 * HALO, tile.width + 2 * HALO)
            return tile

        everything = list(tiles(plan.grid.height, plan.grid.width))
        for done, _ in enumerate(in_threads(work, everything, usable_threads(), listener), start=1):
            print(f"\rtile {done} of {len(everything)}", end="", file=sys.stderr)
        print(json.dumps({k: v for k, v in plan.source.transport.stats().items() if k != "scenes"}))  # type: ignore[attr-defined]


def main() -> int:
    """Write the scenes, serve them, run, print the row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--km", type=float, default=40.0, help="side of the area")
    parser.add_argument("--dates", type=int, default=20, help="Sentinel-2 dates")
    parser.add_argument("--read", action="store_true", help="only read the cube, without the model")
    parser.add_argument("--cache-gb", type=float, default=10.0, help="limit of the disk cache")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--make", action="store_true", help="only write the scenes")
    chosen = parser.parse_args()
    if chosen.child:
        read_only(json.loads(chosen.child.read_text(encoding="utf-8")))
        return 0

    folder = ROOT / "build" / "bench"
    tile, area = area_tile(chosen.km)
    root = folder / f"stac-{chosen.km:g}-{chosen.dates}"
    if chosen.make:
        write_scenes(root, tile, chosen.dates)
        return 0
    if not (root / "made.json").is_file():  # in a process of its own: the kernel counts a parent's memory, too
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--make"], check=True)
    items = write_scenes(root, tile, chosen.dates)
    grid = Grid.for_area(area, tile.epsg)
    needed = needed_bytes(root, items, grid)
    last = FIRST + chosen.dates * STEP
    for old in ("run", "cache"):
        shutil.rmtree(folder / old, ignore_errors=True)
    with Service(root) as service:
        placed = json.loads(json.dumps(items).replace("PLACE", service.files_url))
        service.start_api(write_json(placed, root))
        asked = [(FIRST + n * STEP).date().isoformat() for n in range(2, chosen.dates, max(1, chosen.dates // 4))][:4]
        request = {
            "source": service.url, "area": mapping(area), "start": FIRST.date().isoformat(),
            "end": last.date().isoformat(), "products": ["reflectance"], "dates": ",".join(asked),
            "cache_gb": chosen.cache_gb, "embedding_rasters": "preview", "out": str(folder / "run"),
        }  # fmt: skip
        path = folder / "request.json"
        path.write_text(json.dumps(request), encoding="utf-8")
        command = [sys.executable, "-m", "eofusion_engine.cli", "run", "--request", str(path)]
        if chosen.read:
            command = [sys.executable, __file__, "--child", str(path)]
        spent = process.run(command, {**os.environ, "EOFUSION_CACHE": str(folder / "cache")})
        read = service.bytes_sent
        requests = len(service.requests)
    row = {
        "what": "read" if chosen.read else "run", "km": chosen.km, "s2_dates": chosen.dates, "scenes": len(items),
        "exit": spent.status, "seconds": round(spent.seconds, 1), "peak_memory_mb": round(spent.peak_mb),
        "requests": requests, "read_mb": round(read / 1e6, 1), "needed_mb": round(needed / 1e6, 1),
        "read_over_needed": round(read / needed, 3),
        "memory_ok": spent.peak_mb < MEMORY_TARGET_MB, "bytes_ok": read <= BYTES_TARGET * needed,
    }  # fmt: skip
    print(json.dumps(row, indent=2))
    (folder / "stac.json").write_text(json.dumps(row, indent=2) + "\n", encoding="utf-8")
    return 0 if spent.status == 0 and row["memory_ok"] and row["bytes_ok"] else 1


if __name__ == "__main__":
    sys.exit(main())

"""Whole runs from local COGs, each a process of its own: time, processor time, peak memory, and where the time went.

    python tests/bench/runs_bench.py --km 0.16 1 2 5             # by area
    python tests/bench/runs_bench.py --km 2 --threads 1          # with one thread
    python tests/bench/runs_bench.py --km 2 --dates 12           # more maps

The job of the target: embeddings, GPP and temperature with 16 samples, no weather file, at four dates unless told
otherwise, over a year of 24 Sentinel-2 and 30 Sentinel-1 dates, with quicklooks and report. Each run's rows are kept
when it ends.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import process
from places import made
from rows import OUT, ROOT, Row, keep, row, table, usable_cpus

#: Maps of a run: one a season.
DATES = 4
SAMPLES = 16
PRODUCTS = ("embeddings", "gpp", "temperature")
#: From this area on a run has enough tiles to keep the times of each.
TIMED_TILES_KM2 = 20.0
_YEAR = date(2021, 1, 1)


def asked(count: int) -> list[str]:
    """Dates evenly over the year, none at its very ends."""
    return [(_YEAR + timedelta(days=round(365 * (i + 0.5) / count))).isoformat() for i in range(count)]


def request(
    place: Path, out: Path, dates: int, threads: int, device: str = "cpu", products: Sequence[str] = PRODUCTS
) -> dict[str, Any]:
    """The request of a whole year at a place."""
    return {
        "source": str(place), "start": "2021-01-01", "end": "2021-12-31", "products": list(products),
        "dates": asked(dates), "out": str(out), "threads": threads, "device": device, "samples": SAMPLES,
    }  # fmt: skip


def timed_runs(
    km: float,
    dates: int = DATES,
    threads: int | None = None,
    device: str = "cpu",
    keep_folder: bool = False,
    products: Sequence[str] = PRODUCTS,
) -> list[Row]:
    """Run once in a new folder of build/bench/runs; the rows of it.

    Raises:
        SystemExit: the run failed; its words are in the log beside its folder.
    """
    threads = threads or min(2, usable_cpus())
    place = made(km)
    folder = OUT / "runs" / f"km{km:g}-dates{dates}-threads{threads}-{device}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    asking, log = (folder.parent / f"{folder.name}.{ending}" for ending in ("json", "log"))
    asking.write_text(json.dumps(request(place, folder, dates, threads, device, products)), encoding="utf-8")
    spent = process.run([sys.executable, "-m", "eofusion_engine.cli", "run", "--request", asking], log=log)
    if spent.status != 0:
        raise SystemExit(f"The run of {km:g} x {km:g} km failed: {log.relative_to(ROOT)}")
    rows = run_rows(folder, place, spent, {"asked": dates, "threads": threads, "samples": SAMPLES, "device": device})
    if rows[0]["conditions"]["km2"] > TIMED_TILES_KM2 and device == "cpu":
        # In a process of its own, as it imports torch, whose memory the kernel would count to the next run.
        subprocess.run([sys.executable, ROOT / "tests/bench/tile_times.py", "--run", folder], check=False)
    if not keep_folder:
        shutil.rmtree(folder)
    return rows


def run_rows(folder: Path, place: Path, spent: process.Spent, about: dict[str, Any]) -> list[Row]:
    """What a finished run's own record and the kernel say."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    grid, timings = record["grid"], record["timings"]
    km2 = grid["width"] * grid["height"] / 1e4
    about = {"km2": round(km2, 3), **about}
    rows = [
        row("whole run", spent.seconds, "s", **about),
        row("whole run", km2 / spent.seconds * 60, "km2/min", **about),
        row("whole run, processor", spent.cpu_seconds, "s", **about),
        row("whole run, peak memory", spent.peak_mb, "MB", **about),
        row("scenes", size(place / "scenes") / km2 / 1e6, "MB/km2", **about),
        row("products", size(folder / "products") / km2 / 1e6, "MB/km2", **about),
        row("tile files", size(folder / "tiles") / km2 / 1e6, "MB/km2", **about),
    ]
    laps = {name: value for name, value in timings.items() if name != "total" and isinstance(value, int | float)}
    rows += [row(f"run, {name}", value, "s", **about) for name, value in laps.items()]
    rows.append(row("run, start and end of the process", spent.seconds - timings["total"], "s", **about))
    return rows


def size(folder: Path) -> int:
    """Bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> int:
    """Run, keep and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--km", type=float, nargs="+", required=True, help="sides of the places")
    parser.add_argument("--dates", type=int, nargs="+", default=[DATES], help="maps of a run")
    parser.add_argument("--threads", type=int, nargs="+", default=[min(2, usable_cpus())])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--keep", action="store_true", help="leave the run folders in build/bench/runs")
    chosen = parser.parse_args()
    for km in chosen.km:
        for dates in chosen.dates:
            for threads in chosen.threads:
                rows = timed_runs(km, dates, threads, chosen.device, keep_folder=chosen.keep)
                keep(rows)
                print(table(rows), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

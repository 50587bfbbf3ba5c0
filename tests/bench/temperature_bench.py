"""Generated temperature: series a second, and how many different conditions there are in a square kilometre.

    python tests/bench/temperature_bench.py --km 5 --cells 64

Conditions are those of a place of local COGs. A series is a year of one 160 m cell with 16 samples; one that cells
share is generated once. Every 15th cell or so is taken, spread over the place, so that little is shared: the dear case.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
from eofusion_engine.events import Quiet
from eofusion_engine.inference.conditions import cell_conditions
from eofusion_engine.inference.plan import make_plan
from eofusion_engine.inference.tiles import HALO, tiles
from eofusion_engine.memory import keep_freed_memory
from eofusion_engine.model.temperature import TemperatureGenerator, image_epochs
from eofusion_engine.model.temperature.image_tokens import ABSENT
from eofusion_engine.model.temperature.sequence import windows_of
from eofusion_engine.request import parse_request
from pace import sgemm
from places import made
from rows import Row, keep, row, table, usable_cpus
from runs_bench import DATES, SAMPLES, request

#: Where the place is taken to be: which one matters little for speed.
LAT, LON, HEIGHT = 48.3, 11.4, 480.0


def image_codes(generator: TemperatureGenerator, km: float) -> tuple[np.ndarray, list[date], list[date], float]:
    """Codes (G, Q, d) of all cells of the place, the epochs, the days, and the place's km2."""
    with make_plan(parse_request(request(made(km), Path("unused"), DATES, 1)), Quiet()) as plan:
        epochs = image_epochs(plan.request.start, plan.request.end)
        cells = []
        for tile in tiles(plan.grid.height, plan.grid.width):
            window = plan.cube.read(tile.row - HALO, tile.col - HALO, tile.height + 2 * HALO, tile.width + 2 * HALO)
            found = cell_conditions(window, HALO, epochs)
            cells.append(found.reshape(*found.shape[:2], -1).transpose(2, 0, 1))
        km2 = plan.grid.width * plan.grid.height / 1e4
        return generator.tokenize(np.concatenate(cells)), epochs, plan.request.days(), km2


def different(generator: TemperatureGenerator, ids: np.ndarray, epochs: list[date], days: list[date]) -> int:
    """Conditions that have to be generated for all cells together."""
    valid = (ids != ABSENT).any(axis=-1)
    numbers = np.array([day.toordinal() for day in days])
    windows = np.unique(windows_of(numbers))
    return sum(len(set(generator.conditions(ids, epochs, valid, LAT, LON, HEIGHT, int(window)))) for window in windows)


def measured(km: float, cells: int) -> list[Row]:
    """The rows."""
    keep_freed_memory()  # as a run does
    generator = TemperatureGenerator.from_weights()
    ids, epochs, days, km2 = image_codes(generator, km)
    windows = different(generator, ids, epochs, days)
    about = {"km2": round(km2, 2), "cells": len(ids)}
    rows = [row("conditions that differ", windows / km2, "per km2", **about)]
    taken = ids[np.unique(np.linspace(0, len(ids) - 1, cells).astype(int))]
    count = different(generator, taken, epochs, days)
    for threads in sorted({1, min(2, usable_cpus())}):
        before = sgemm(threads)
        started = time.perf_counter()
        generator.generate(
            taken, epochs, (taken != ABSENT).any(axis=-1), LAT, LON, HEIGHT, days, 0, SAMPLES, workers=threads
        )
        seconds = time.perf_counter() - started
        pace = (before + sgemm(threads)) / 2 / 1e9
        about = {"threads": threads, "samples": SAMPLES, "cells": len(taken), "days": len(days), "windows": count}
        rows += [
            row("generate temperature", len(taken) / seconds, "series/s", len(taken) / seconds / pace, **about),
            row("generate temperature", count / seconds, "windows/s", count / seconds / pace, **about),
        ]
    return rows


def main() -> int:
    """Measure, keep and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--km", type=float, default=5.0, help="side of the place")
    parser.add_argument("--cells", type=int, default=64, help="cells whose series are generated")
    chosen = parser.parse_args()
    rows = measured(chosen.km, chosen.cells)
    keep(rows)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())

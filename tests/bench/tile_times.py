"""Seconds that each tile of a real run took, for the simulation of schedules.

    python tests/bench/tile_times.py --run build/bench/runs/RUN     # writes build/bench/tile_seconds.json
    python tests/bench/tile_times.py --publish                      # copies it to tests/bench/data/

The threads of a run take tiles in order, each the next one as soon as it is free. So a tile began when one of those
before it was finished, and the times at which the tiles' files were finished tell how long each took: reading,
encoding, fusing, decoding and keeping it. The first ones, whose beginning is not known, are left out.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from rows import OUT, ROOT, row

MEASURED = OUT / "tile_seconds.json"
PUBLISHED = ROOT / "tests" / "bench" / "data" / "tile_seconds.json"


def durations(finished: Sequence[float], threads: int) -> list[float]:
    """How long tiles took that ``threads`` workers took in this order and finished at these times, but the first."""
    ends = sorted(finished)
    return [end - ends[place - threads] for place, end in enumerate(finished) if place >= threads]


def of_run(folder: Path) -> list[float]:
    """The seconds of a finished run's tiles.

    Raises:
        ValueError: its tiles are not those of one pass in order: it was resumed, or other tiles were asked for.
    """
    from eofusion_engine.inference.tiles import tile_side, tiles

    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    dates = [len({(s["sensor"], s["date"]) for s in record["scenes"] if s["sensor"] == name}) for name in ("S2", "S1")]
    asked = json.loads((folder / "request.json").read_text(encoding="utf-8"))["dates"]
    side = tile_side(*dates, len(asked))
    grid = record["grid"]
    paths = [folder / "tiles" / f"{tile.name}_imagery.npz" for tile in tiles(grid["height"], grid["width"], side)]
    if not all(path.is_file() for path in paths):
        raise ValueError("the run has other tiles than its request makes now")
    seconds = durations([path.stat().st_mtime for path in paths], record["threads"])
    if not seconds or min(seconds) <= 0:
        raise ValueError("the tiles were not made in one go and in order")
    return seconds


def main() -> int:
    """Write the file, or publish it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, metavar="DIR", help="a finished run with its tiles")
    parser.add_argument("--publish", action="store_true", help="copy what was measured into the repository")
    chosen = parser.parse_args()
    if chosen.run:
        record = json.loads((chosen.run / "run.json").read_text(encoding="utf-8"))
        km2 = record["grid"]["width"] * record["grid"]["height"] / 1e4
        seconds = of_run(chosen.run)
        about = row("", 0, "", km2=round(km2, 3), s2=24, s1=30, threads=record["threads"])["conditions"]
        text = json.dumps({"conditions": about, "seconds": [round(value, 3) for value in seconds]})
        MEASURED.parent.mkdir(parents=True, exist_ok=True)
        MEASURED.write_text(text + "\n", encoding="utf-8")
        print(f"{len(seconds)} tiles: mean {statistics.mean(seconds):.2f} s, longest {max(seconds):.2f} s")
    if chosen.publish:
        PUBLISHED.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(MEASURED, PUBLISHED)
    return 0


if __name__ == "__main__":
    sys.exit(main())

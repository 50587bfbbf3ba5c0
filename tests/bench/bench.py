"""`make bench`: every benchmark, one after the other, a table on the screen and rows in build/bench/bench.json.

    python tests/bench/bench.py                         # areas of 1, 4 and 25 km2: about ten minutes on two cores
    python tests/bench/bench.py --areas 1 4 25 100 400  # the large ones, too
    python tests/bench/bench.py --only runs             # one group again
    python tests/bench/bench.py --docs docs             # and docs/speed.md with its pictures, from the rows

Each group is a process of its own, and its rows are kept when it ends: what was stopped is done again alone with
--only. The machines are noisy: read the ratios to this machine's matrix product, measured beside each row.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import rows
from targets import told

HERE = Path(__file__).resolve().parent
#: Areas of the whole runs, unless told otherwise.
AREAS_KM2 = (1.0, 4.0, 25.0)
#: One token cell: a run that is all overhead.
LEAST_KM2 = 0.0256


def groups(areas: Sequence[float]) -> dict[str, list[list[str]]]:
    """The groups in the order they are measured; each a list of commands."""
    sides = [f"{math.sqrt(km2):g}" for km2 in (LEAST_KM2, *sorted(areas))]
    return {
        "start": [["start_bench.py"]],
        "hot": [
            ["hot_path.py", "--by", "threads"],
            ["hot_path.py", "--by", "tile", "--turns", "2"],
            ["hot_path.py", "--by", "dates", "--turns", "2"],
            *(["hot_path.py", "--by", "memory", "--side", side] for side in ("96", "256")),
        ],
        "temperature": [["temperature_bench.py"]],
        "files": [["files_bench.py", "--what", "read"], ["files_bench.py", "--what", "write"]],
        "runs": [
            ["runs_bench.py", "--km", *sides],
            ["runs_bench.py", "--km", "2", "--threads", "1"],
            ["runs_bench.py", "--km", "2", "--dates", "12", "24"],
        ],
        "qgis": [["startup_bench.py"]],
    }


def main() -> int:
    """Measure, print; ends with 1 where a group could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = [float(part) for part in os.environ.get("BENCH_AREAS", "").split()] or list(AREAS_KM2)
    parser.add_argument("--areas", type=float, nargs="+", default=usual, metavar="KM2", help="of the whole runs")
    parser.add_argument("--only", nargs="+", choices=list(groups(())), help="some groups")
    parser.add_argument("--docs", type=Path, metavar="DIR", help="write docs/speed.md and its pictures from the rows")
    parser.add_argument("--show", action="store_true", help="measure nothing: only print what is there")
    chosen = parser.parse_args()
    failed = []
    wanted = {} if chosen.show or (chosen.docs and not chosen.only) else groups(chosen.areas)
    started = time.monotonic()
    for name, commands in wanted.items():
        if chosen.only and name not in chosen.only:
            continue
        for command in commands:
            print(f"\n{' '.join(command)}   (after {time.monotonic() - started:.0f} s)", flush=True)
            if subprocess.run([sys.executable, str(HERE / command[0]), *command[1:]], check=False).returncode:
                failed.append(" ".join(command))
    subprocess.run([sys.executable, str(HERE / "targets.py")], check=True, stdout=subprocess.DEVNULL)
    if chosen.docs:
        subprocess.run([sys.executable, str(HERE / "speed_page.py"), "--docs", str(chosen.docs)], check=True)
    everything = rows.load()
    print(f"\n{rows.table([one for one in everything if not one['name'].startswith('target: ')])}\n")
    print(told(everything))
    for command in failed:
        print(f"Not measured, or a limit was not kept: {command}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

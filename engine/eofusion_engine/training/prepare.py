"""``prepare``: read the raw imagery once into the cache that the imagery stages train from."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .monthly import monthly_places, monthly_positions
from .places import read_places, save_places, simulated_places

CACHE = "places.npz"
#: Ids and positions of the monthly tables' training pixels.
POSITIONS = "monthly_positions.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training prepare``."""
    parser.add_argument("--data", type=Path, required=True, help="the folder of real data (its README names the sets)")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="where the cache goes")
    parser.add_argument("--simulated", type=int, default=6, help="simulated landscapes to add")


def run(args: argparse.Namespace) -> None:
    """Write ``places.npz`` and say what is in it."""
    places = [*read_places(args.data), *monthly_places(args.data), *simulated_places(args.simulated)]
    save_places(places, args.work / CACHE)
    (args.work / POSITIONS).write_text(json.dumps(monthly_positions(args.data)), encoding="utf-8")
    towers = [p for p in places if p.kind == "tower"]
    for place in places:
        if place.kind != "tower":
            state = "held out" if place.held_out else "training"
            print(f"{place.name:52s} {state:9s} S2 {len(place.s2):4d} S1 {len(place.s1):4d} {place.s2.shape[2:]}")
    print(f"tower years: {len(towers)}, held out {sum(p.held_out for p in towers)}")


def monthly_ids(work: Path) -> list[list[str | float]]:
    """Ids and positions of the monthly tables' training pixels, as ``prepare`` noted them."""
    out: list[list[str | float]] = json.loads((work / POSITIONS).read_text(encoding="utf-8"))
    return out

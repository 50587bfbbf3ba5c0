"""``eofusion budget``: GPP of polygons, or the year's course by kind of cover, from a finished run as a table."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..files import write_whole


def add_parser(subparsers: Any) -> None:
    """Add the command to an ``argparse`` subparsers object."""
    command: argparse.ArgumentParser = subparsers.add_parser(
        "budget", help="GPP of polygons over a run's period: g C m-2 and t C with p10 and p90"
    )
    command.add_argument("run", type=Path, metavar="RUN", help="folder of a finished run with GPP")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--polygons", type=Path, metavar="FILE.geojson", help="polygons in EPSG:4326")
    what.add_argument("--clusters", type=int, metavar="N", help="instead: the mean annual cycle of N kinds of cover")
    command.add_argument("--out", type=Path, metavar="FILE.csv|FILE.json", help="write the table there")
    command.add_argument("--json", action="store_true", help="print JSON instead of CSV")
    command.set_defaults(run_command=run)


def run(args: argparse.Namespace) -> None:
    """Make the table, and print or write it. Raises the errors of :func:`.budget.make_budget`."""
    as_json = args.json or (args.out is not None and args.out.suffix.lower() == ".json")
    text = _cycles(args, as_json) if args.polygons is None else _budget(args, as_json)
    if args.out is None:
        print(text, end="")
        return
    try:
        write_whole(args.out, text)
    except OSError as error:
        raise OutputError(
            f"The budget cannot be written to {args.out} ({error.strerror}).", "Name a file that you may write."
        ) from None


def _budget(args: argparse.Namespace, as_json: bool) -> str:
    from .budget import make_budget
    from .polygons import read_polygons

    budget = make_budget(args.run, read_polygons(args.polygons))
    return budget.as_json() + "\n" if as_json else budget.as_csv()


def _cycles(args: argparse.Namespace, as_json: bool) -> str:
    from .cycle import as_csv, mean_cycles

    found = mean_cycles(args.run, args.clusters)
    return json.dumps([cluster.as_dict() for cluster in found], indent=2) + "\n" if as_json else as_csv(found)

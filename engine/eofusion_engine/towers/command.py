"""``eofusion tower``: a flux tower's file beside a run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ..errors import RequestError


def add_parser(subparsers: Any) -> None:
    """Add the command to an ``argparse`` subparsers object."""
    command: argparse.ArgumentParser = subparsers.add_parser(
        "tower", help="a flux tower's GPP beside a run's: scores, seasons, and a local calibration"
    )
    command.add_argument("file", type=Path, metavar="FILE", help="FLUXNET, ICOS or AmeriFlux CSV, daily or half-hourly")
    command.add_argument(
        "--run", type=Path, action="append", required=True, metavar="RUN", help="folder of a run; several are allowed"
    )
    command.add_argument(
        "--lat", type=float, metavar="DEG", help="the tower's latitude; not needed for training towers"
    )
    command.add_argument("--lon", type=float, metavar="DEG", help="its longitude, negative in the west")
    command.add_argument("--radius", type=float, metavar="M", help="footprint: pixels within so many metres")
    command.add_argument("--footprint", type=Path, metavar="FILE.geojson", help="footprint: a polygon")
    command.add_argument("--partitioning", choices=("nt", "dt", "mean"), default="nt", help="of the tower's GPP")
    command.add_argument("--calibrate", type=Path, metavar="OUT.json", help="also fit a local calibration")
    command.add_argument("--weights", type=Path, metavar="DIR", help="other weights than the shipped ones")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run_command=run)


def run(args: argparse.Namespace) -> None:
    """Compare, and print. Raises the errors of :func:`.check.check_tower`."""
    from ..products.polygons import read_polygons
    from .check import check_tower

    footprint = None
    if args.footprint is not None:
        polygons = read_polygons(args.footprint)
        if len(polygons) != 1:
            raise RequestError(f"{args.footprint.name} has {len(polygons)} polygons.", "A footprint is one polygon.")
        footprint = polygons[0].geometry
    found = check_tower(
        args.file, args.run, lat=args.lat, lon=args.lon, radius_m=args.radius, footprint=footprint,
        partitioning=args.partitioning, calibrate_to=args.calibrate, weights_dir=args.weights,
    )  # fmt: skip
    print(json.dumps(found, indent=2) if args.json else as_text(found))


def as_text(found: dict[str, Any]) -> str:
    """The answer of ``check_tower`` for reading."""
    tower, place = found["tower"], found["footprint"]
    lines = [
        f"{tower['site'] or tower['name']}: {tower['column']}, {tower['days']} days from {tower['first']} to "
        f"{tower['last']}; footprint of {place['pixels']} pixels ({place['hectares']:g} ha)",
        "",
        f"{'model':36s} {'days':>5s} {'R2':>7s} {'RMSE':>7s} {'bias':>7s}   (g C m-2 d-1)",
    ]
    for row in found["scores"]:
        cells = " ".join(_cell(row[name]) for name in ("r2", "rmse", "bias"))
        inside = f"   {row['coverage80']:.0%} within p10 to p90" if row.get("coverage80") is not None else ""
        lines.append(f"{row['model']:36s} {row['n']:5d} {cells}{inside}")
    lines += ["", f"{'season (run)':36s} {'days':>5s} {'R2':>7s} {'RMSE':>7s} {'bias':>7s}"]
    for row in found["seasons"]:
        cells = " ".join(_cell(row[name]) for name in ("r2", "rmse", "bias"))
        lines.append(f"{row['season']:36s} {row['n']:5d} {cells}")
    for row in found["sums"]:
        lines += ["", f"{row['start']} to {row['end']}: observed {row['observed']:g}, run {row['p50']:g} "
                      f"({row['p10']:g} to {row['p90']:g}) g C m-2"]  # fmt: skip
    if (made := found["calibration"]) is not None:
        text = (
            f"Calibration written to {made['file']}: efficiency x {made['scale']:.2f}, temperature response "
            f"{made['temperature_shift']:+.1f} degC; error in left-out years {made['rmse_before']:.2f} -> "
            f"{made['rmse_after']:.2f} g C m-2 d-1."
            if made["supported"]
            else f"No calibration: {made['reason']}"
        )
        lines += ["", text]
    return "\n".join([*lines, *(f"note: {note}" for note in found["notes"])])


def _cell(value: float | None) -> str:
    return f"{'':>7s}" if value is None else f"{value:7.2f}"

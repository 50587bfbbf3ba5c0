"""``eofusion simulate``: write a simulated place as a folder of scenes with its truth."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputError, RequestError
from .climate import settled, shipped_climatology
from .presets import PRESETS, moved, preset

if TYPE_CHECKING:
    from ..weather.series import Weather

#: Largest side of a simulated place: what one computer's memory takes.
MAX_KM = 20.0


def add_parser(subparsers: Any) -> None:
    """Add the command to an ``argparse`` subparsers object."""
    command: argparse.ArgumentParser = subparsers.add_parser(
        "simulate", help="write a simulated place: scenes, catalogue, weather and truth"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that is new or empty")
    command.add_argument("--preset", default="farmland", metavar="|".join(PRESETS), help="what the place is like")
    command.add_argument("--seed", type=int, default=7, metavar="N", help="another number, another place")
    command.add_argument("--size-km", type=float, default=1.92, metavar="KM", help="its side, 1.92 unless told")
    command.add_argument("--lat", type=float, metavar="DEG", help="another latitude than the preset's")
    command.add_argument("--lon", type=float, metavar="DEG")
    command.add_argument("--start", metavar="YYYY-MM-DD")
    command.add_argument("--end", metavar="YYYY-MM-DD")
    command.add_argument(
        "--weather", type=Path, metavar="FILE", help="daily weather to be driven by (docs/user-guide.md)"
    )
    command.set_defaults(run_command=run)


def run(args: argparse.Namespace) -> None:
    """Write the place that the options describe.

    Raises:
        RequestError: an option cannot be, or the folder is not empty.
        WeightsError: the climatology of another place cannot be read.
        OutputError: the folder cannot be written.
    """
    from .place import write_place

    chosen = preset(args.preset)
    if args.lat is not None or args.lon is not None:
        lat, lon = chosen.lat if args.lat is None else args.lat, chosen.lon if args.lon is None else args.lon
        if not (-70 <= lat <= 75 and -180 <= lon <= 180):
            raise RequestError(
                "The place lies outside what can be simulated.", "Give --lat within -70..75 and --lon within -180..180."
            )
        chosen = settled(moved(chosen, lat, lon), shipped_climatology())
    if not 0.16 <= args.size_km <= MAX_KM:
        raise RequestError(f"A side of {args.size_km:g} km cannot be simulated.", f"Give .16 to {MAX_KM:g} km.")
    if args.seed < 0:
        raise RequestError("The seed is negative.", "Give 0 or a positive whole number.")
    start, end = _day(args.start, chosen.start), _day(args.end, chosen.end)
    if end < start:
        raise RequestError("The end lies before the start.", "Give --start and --end as YYYY-MM-DD, in order.")
    if (end - start).days > 3 * 366:
        raise RequestError("More than three years cannot be simulated at once.", "Give a shorter period.")
    chosen = replace(chosen, start=start, end=end)
    series = None if args.weather is None else _series(args.weather, chosen.lat, chosen.lon)
    out: Path = args.out
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RequestError(f"{out} is not an empty folder.", "Choose another: what is there is not overwritten.")
    size_px = max(16, round(args.size_km * 1000 / 160) * 16)
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_place(out, chosen, args.seed, size_px, series=series)
    except OSError as error:
        raise OutputError(
            f"The place cannot be written to {out} ({error.strerror or error}).", "Free some disk space."
        ) from error
    print(f"Wrote {out}: {chosen.title}, {size_px / 100:g} km, {start} to {end}.")


def _day(text: str | None, default: date) -> date:
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RequestError(f"{text!r} is not a date.", "Give it as YYYY-MM-DD.") from None


def _series(path: Path, lat: float, lon: float) -> Weather:
    from ..weather import Place, read_weather

    return read_weather(path, Place(lat, lon))

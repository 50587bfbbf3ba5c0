"""The command ``eofusion``. Exit status: 0 done, 1 it failed, 2 the request was wrong."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from . import __version__
from .errors import EOFusionError, RequestError

#: The sample's season, taken where a command names the sample and no dates.
SAMPLE_PERIOD = ("2021-04-01", "2021-09-30")


def build_parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    parser = argparse.ArgumentParser(
        prog="eofusion", description="Sentinel-1 and -2 series to embeddings, GPP and temperature."
    )
    parser.add_argument("--version", action="version", version=f"eofusion {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    doctor = commands.add_parser("doctor", help="versions, devices, disk, and whether the parts work")
    doctor.add_argument("--json", action="store_true", help="print JSON")

    for name, text in (("plan", "what a run would find and cost"), ("run", "make the products")):
        command = commands.add_parser(name, help=text)
        command.add_argument(
            "--request", type=Path, metavar="FILE.json", help="a whole request instead of the options below"
        )
        command.add_argument("--source", metavar="sample|FOLDER|URL")
        command.add_argument("--area", metavar="FILE.geojson|W,S,E,N", help="without it, the source's own extent")
        command.add_argument("--start", metavar="YYYY-MM-DD")
        command.add_argument("--end", metavar="YYYY-MM-DD")
        command.add_argument("--products", metavar="embeddings,reflectance,gpp,temperature")
        command.add_argument("--out", type=Path, metavar="DIR")
        command.add_argument("--dates", metavar="clear|every:N|D,D")
        command.add_argument("--weather", type=Path, metavar="FILE")
        command.add_argument("--elevation", type=Path, metavar="RASTER")
        command.add_argument("--weights", type=Path, metavar="DIR")
        command.add_argument("--device", metavar="auto|cpu|cuda")
        command.add_argument("--scheduler", metavar="ADDRESS")
        command.add_argument("--threads", type=int, metavar="N")
        command.add_argument("--seed", type=int, metavar="N")
        command.add_argument(
            "--min-clear", type=float, metavar="SHARE", help="a date is clear when this share of the area is"
        )
        command.add_argument("--cloud-margin", type=float, metavar="METRES", help="clouds are grown by this much")
        command.add_argument(
            "--previews-only", action="store_true", help="no 64-band rasters, only the coloured previews"
        )
        command.add_argument("--json", action="store_true", help="print JSON")

    inspect = commands.add_parser("inspect", help="the series at a point of a finished run")
    inspect.add_argument("run", type=Path, metavar="RUN")
    inspect.add_argument("--at", required=True, metavar="LON,LAT")
    inspect.add_argument("--json", action="store_true", help="print JSON instead of CSV")

    evaluate = commands.add_parser("evaluate", help="scores on places the model never saw, beside simple baselines")
    evaluate.add_argument("what", nargs="*", help="reconstruction, gpp, temperature (all by default)")
    evaluate.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder of evaluation data")
    evaluate.add_argument("--weights", type=Path, metavar="DIR")
    evaluate.add_argument("--json", action="store_true", help="print JSON")
    return parser


def request_fields(args: argparse.Namespace) -> dict[str, Any]:
    """The request that the options describe, unchecked."""
    from .request import read_area

    if args.request is not None:
        try:
            fields = json.loads(args.request.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise RequestError(f"{args.request} is not a request that can be read.", "Give a JSON file.") from None
        if not isinstance(fields, dict):
            raise RequestError(
                f"{args.request} is not a request.", "Give a JSON object with source, start, end and out."
            )
    else:
        fields = {"source": args.source or "sample"}
    if args.source is not None:
        fields["source"] = args.source
    simple = (
        "start",
        "end",
        "out",
        "dates",
        "weather",
        "elevation",
        "weights",
        "device",
        "scheduler",
        "threads",
        "seed",
    )
    fields |= {name: value for name in simple if (value := getattr(args, name)) is not None}
    if args.area is not None:
        fields["area"] = read_area(args.area)
    if args.products is not None:
        fields["products"] = [p.strip() for p in args.products.split(",") if p.strip()]
    if args.min_clear is not None:
        fields["min_clear"] = args.min_clear
    if args.cloud_margin is not None:
        fields["cloud_margin_m"] = args.cloud_margin
    if args.previews_only:
        fields["embedding_rasters"] = "preview"
    if fields.get("source") == "sample":
        fields.setdefault("start", SAMPLE_PERIOD[0])
        fields.setdefault("end", SAMPLE_PERIOD[1])
    if args.command == "plan":
        fields.setdefault("out", "run")
    return fields


class Terminal:
    """Progress bars on a terminal, plain lines elsewhere; Ctrl-C cancels at the next tile."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""
        self._stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, lambda *_: self._stop.set())

    def progress(self, stage: str, done: int, total: int, text: str) -> None:
        """Move the stage's bar."""
        from tqdm import tqdm

        if stage != self._stage:
            self.close()
            self._stage = stage
            self._bar = tqdm(total=total, desc=stage, file=sys.stderr, disable=not sys.stderr.isatty(), leave=True)
            if not sys.stderr.isatty():
                print(f"{stage}: {text}", file=sys.stderr)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def warning(self, message: str) -> None:
        """Print a warning above the bar."""
        from tqdm import tqdm

        tqdm.write(f"warning: {message}", file=sys.stderr)

    def product(self, run: str, product: dict[str, Any]) -> None:
        """Products are listed at the end."""

    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop.is_set()

    def close(self) -> None:
        """Finish the current bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _plan_or_run(args: argparse.Namespace) -> None:
    from .request import parse_request

    request = parse_request(request_fields(args))
    listener = Terminal()
    try:
        if args.command == "plan":
            from .inference.plan import as_text, make_plan

            summary = make_plan(request, listener).summary()
            listener.close()
            print(json.dumps(summary, indent=2) if args.json else as_text(summary))
            return
        from .inference.runner import run

        result = run(request, listener)
    finally:
        listener.close()
    if args.json:
        print(json.dumps(result, indent=2))
    else:
        for product in result["products"]:
            print(f"{product['title']:44s} {product['path']}")
        print(f"done in {result['seconds']:.0f} s: {Path(result['run']) / 'report.html'}")


def _inspect(args: argparse.Namespace) -> None:
    from .inspect_point import series_at, to_csv

    try:
        lon, lat = (float(part) for part in args.at.split(","))
    except ValueError:
        raise RequestError(f"{args.at!r} is not a point.", "Give --at LON,LAT in degrees.") from None
    series = series_at(args.run, lon, lat)
    print(json.dumps(series, indent=2) if args.json else to_csv(series), end="")


def _evaluate(args: argparse.Namespace) -> None:
    from .evaluation.run import EVALUATIONS, evaluate

    unknown = [name for name in args.what if name not in EVALUATIONS]
    if unknown:
        raise RequestError(f"There is no evaluation called {unknown[0]!r}.", f"Choose from {', '.join(EVALUATIONS)}.")
    evaluate(args.what or list(EVALUATIONS), args.data, args.weights, as_json=args.json)


def _doctor(args: argparse.Namespace) -> int:
    from .doctor import as_text, diagnose

    found = diagnose()
    print(json.dumps(found, indent=2) if args.json else as_text(found))
    return 0 if found["ok"] else 1


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    args = build_parser().parse_args(argv)
    try:
        if args.command == "doctor":
            return _doctor(args)
        {"plan": _plan_or_run, "run": _plan_or_run, "inspect": _inspect, "evaluate": _evaluate}[args.command](args)
    except RequestError as error:
        print(f"eofusion: {error}", file=sys.stderr)
        return 2
    except EOFusionError as error:
        print(f"eofusion: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

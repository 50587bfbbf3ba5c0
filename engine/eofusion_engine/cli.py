"""The command ``eofusion``. Exit status: 0 done, 1 it failed, 2 the request was wrong."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from . import __version__
from .errors import RequestError
from .plain_errors import plain_error
from .redact import RedactedStream


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
        command.add_argument(
            "--source", metavar="sample|FOLDER|SERVICE|URL", help="SERVICE: earth-search, planetary-computer or cdse"
        )
        command.add_argument("--area", metavar="FILE.geojson|W,S,E,N", help="without it, the source's own extent")
        command.add_argument("--start", metavar="YYYY-MM-DD")
        command.add_argument("--end", metavar="YYYY-MM-DD")
        command.add_argument("--products", metavar="embeddings,reflectance,gpp,temperature")
        command.add_argument("--out", type=Path, metavar="DIR")
        command.add_argument("--dates", metavar="clear|every:N|D,D")
        command.add_argument("--weather", type=Path, metavar="FILE")
        command.add_argument("--elevation", type=Path, metavar="RASTER")
        command.add_argument(
            "--gpp-calibration", type=Path, metavar="FILE.json", help="a local calibration made by eofusion tower"
        )
        command.add_argument("--weights", type=Path, metavar="DIR")
        command.add_argument("--device", metavar="auto|cpu|cuda")
        command.add_argument(
            "--scheduler",
            metavar="local|ADDRESS",
            help="a Dask scheduler, tcp://127.0.0.1:8786 or tls://... (docs/cluster.md)",
        )
        command.add_argument("--threads", type=int, metavar="N")
        command.add_argument("--seed", type=int, metavar="N")
        command.add_argument(
            "--min-clear", type=float, metavar="SHARE", help="a date is clear when this share of the area is"
        )
        command.add_argument("--cloud-margin", type=float, metavar="METRES", help="clouds are grown by this much")
        command.add_argument(
            "--previews-only", action="store_true", help="no 64-band rasters, only the coloured previews"
        )
        _add_scene_options(command)
        command.add_argument("--json", action="store_true", help="print JSON")
        if name == "plan":
            command.add_argument("--picture", type=Path, metavar="FILE.png", help="also draw the dates as a picture")

    inspect = commands.add_parser("inspect", help="the series at a point of a finished run")
    inspect.add_argument("run", type=Path, metavar="RUN")
    inspect.add_argument("--at", required=True, metavar="LON,LAT")
    inspect.add_argument("--json", action="store_true", help="print JSON instead of CSV")

    from .explore import command as explore
    from .products import budget_command as budget
    from .simulate import command as simulate
    from .towers import command as tower
    from .training import command as train

    for part in (simulate, tower, budget, explore, train):
        part.add_parser(commands)

    evaluate = commands.add_parser("evaluate", help="scores on places the model never saw, beside simple baselines")
    evaluate.add_argument(
        "what",
        nargs="*",
        metavar="TASK",
        help="tokenizers, climatology, temperature, profiles, reconstruction, embeddings, fusion, gpp, simulator, "
        "counterfactual, sensitivity, explore, all",
    )
    evaluate.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder of evaluation data")
    evaluate.add_argument("--weights", type=Path, metavar="DIR", help="other weights than the shipped ones")
    evaluate.add_argument(
        "--json", metavar="FILE", help="write the rows as a JSON list; - prints it in place of tables"
    )
    evaluate.add_argument("--cv", action="store_true", help="also refit models in folds over the folder's own places")
    evaluate.add_argument(
        "--drivers", choices=("full", "none"), default="full", help="gpp: with the towers' weather, or without any"
    )
    evaluate.add_argument("--docs", type=Path, metavar="DIR", help="write the tables as pages of the documentation")
    return parser


def _add_scene_options(command: argparse.ArgumentParser) -> None:
    """Which scenes are used, and how they are read."""
    add = command.add_argument
    add("--file-pattern", metavar="PATTERN", help="how per-date files of a folder are named (docs/folder-source.md)")
    add("--max-cloud", type=float, metavar="PERCENT", help="leave out Sentinel-2 scenes with more cloud")
    add("--orbit", choices=("both", "ascending", "descending"), help="Sentinel-1 passes to use")
    add("--skip-dates", metavar="D,D", help="dates of either sensor to leave out")
    add("--scl-drop", metavar="N,N", help="classes of the scene classification that are no view of the ground")
    add("--cloud-test", action="store_true", help="look for clouds in the reflectance itself, too")
    add("--weather-method", choices=("nearest", "interpolate"), help="how gridded weather is brought to the area")
    add("--cache-gb", type=float, metavar="GB", help="limit of the disk cache of what a service gave; 0 for none")


def _scene_fields(args: argparse.Namespace) -> dict[str, Any]:
    """The fields of :func:`_add_scene_options` that were given."""
    names = ("file_pattern", "max_cloud", "orbit", "weather_method", "cache_gb")
    fields = {name: value for name in names if (value := getattr(args, name)) is not None}
    if args.skip_dates is not None:
        days = [day.strip() for day in args.skip_dates.split(",") if day.strip()]
        fields |= {"skip_s2_dates": days, "skip_s1_dates": days}
    if args.scl_drop is not None:
        fields["scl_drop"] = [code.strip() for code in args.scl_drop.split(",") if code.strip()]
    if args.cloud_test:
        fields["cloud_test"] = True
    return fields


def request_fields(args: argparse.Namespace) -> dict[str, Any]:
    """The request that the options describe, unchecked."""
    from .request import read_area
    from .sources.sample import is_sample, sample_period

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
        "gpp_calibration",
        "weights",
        "device",
        "scheduler",
        "threads",
        "seed",
    )
    fields |= {name: value for name in simple if (value := getattr(args, name)) is not None}
    fields |= _scene_fields(args)
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
    if is_sample(str(fields.get("source"))):
        start, end = sample_period(str(fields["source"]))
        fields.setdefault("start", start.isoformat())
        fields.setdefault("end", end.isoformat())
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
            from .inference.plan import make_plan
            from .inference.plan_text import as_text

            with make_plan(request, listener) as plan:
                summary = plan.summary()
            listener.close()
            if args.picture is not None:
                from .products.timeline import save_timeline

                save_timeline(summary, args.picture)
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
    from .evaluation.run import run

    run(args.what, args.data, args.weights, args.json, cv=args.cv, docs=args.docs, drivers=args.drivers)


def _doctor(args: argparse.Namespace) -> int:
    from .doctor import as_text, diagnose

    found = diagnose()
    print(json.dumps(found, indent=2) if args.json else as_text(found))
    return 0 if found["ok"] else 1


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    args = build_parser().parse_args(argv)
    with redirect_stderr(RedactedStream(sys.stderr)):  # a catalogue's credentials come from the environment
        return _dispatch(args)


def _dispatch(args: argparse.Namespace) -> int:
    try:
        if args.command == "doctor":
            return _doctor(args)
        if "run_command" in args:
            args.run_command(args)
            return 0
        {"plan": _plan_or_run, "run": _plan_or_run, "inspect": _inspect, "evaluate": _evaluate}[args.command](args)
    except RequestError as error:
        print(f"eofusion: {error}", file=sys.stderr)
        return 2
    except Exception as error:
        plain = plain_error(error)
        if plain is None:
            raise
        print(f"eofusion: {plain}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

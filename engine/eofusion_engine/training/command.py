"""``eofusion train sensor NAME`` and ``eofusion train fusion NAME``: the stages that bring in a new sensor.

Thin: each calls a stage of this package (``python -m eofusion_engine.training``), with the frozen encoders laid ready.
docs/adding-a-sensor.md is the worked example.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
from pathlib import Path
from typing import Any

from ..errors import OutputError, RequestError
from ..resources import weights_folder
from .sensors import DEFAULT, TRAINING

#: As training/prepare.py and training/encoders.py, which need the libraries of training to be read.
_CACHE = "places.npz"
_SUMS = "SHA256SUMS"
_STAGE_OPTIONS = ("profile", "steps", "batch", "device", "seed")


def add_parser(subparsers: Any) -> None:
    """Add the command to an ``argparse`` subparsers object."""
    command: argparse.ArgumentParser = subparsers.add_parser(
        "train", help="bring in another sensor: its encoder, then a fusion over the frozen ones"
    )
    stages = command.add_subparsers(dest="stage", required=True, metavar="STAGE")
    sensor = stages.add_parser("sensor", help="train the encoder of one sensor; those of the others stay as they are")
    sensor.add_argument("sensor", choices=sorted(set(TRAINING) - set(DEFAULT)), metavar="NAME", help=_names())
    sensor.add_argument("--data", type=Path, metavar="DIR", help="folder of training data; read once, into --work")
    fusion = stages.add_parser("fusion", help="train the fusion over Sentinel-2, Sentinel-1 and the named sensors")
    fusion.add_argument(
        "sensors", nargs="+", choices=sorted(set(TRAINING) - set(DEFAULT)), metavar="NAME", help=_names()
    )
    fusion.add_argument("--from-scratch", action="store_true", help="do not start from the fusion that is there")
    for part in (sensor, fusion):
        part.add_argument(
            "--work", type=Path, default=Path("build/sensor"), metavar="DIR", help="cache and checkpoints"
        )
        part.add_argument("--out", type=Path, metavar="DIR", help="weights folder to write; without it WORK/weights")
        part.add_argument("--weights", type=Path, metavar="DIR", help="the weights to start from (the installed ones)")
        part.add_argument("--profile", default="two-core", help="two-core, gpu, example, or a TOML file")
        part.add_argument("--steps", type=int, metavar="N")
        part.add_argument("--batch", type=int, metavar="N")
        part.add_argument("--device", default="cpu")
        part.add_argument("--seed", type=int, default=0)
    command.set_defaults(run_command=run)


def run(args: argparse.Namespace) -> None:
    """Run one stage.

    Raises:
        RequestError: there is no cache and no data to make it of, or the sensor has no encoder yet.
        OutputError: the weights are to be written over those that they start from, or a library is missing.
    """
    base = args.weights or weights_folder()
    out = args.out or args.work / "weights"
    if out.resolve() == base.resolve():
        raise OutputError("The new weights would overwrite those they start from.", "Name another folder with --out.")
    if args.stage == "sensor":
        _prepare(args.work, args.data)
        lay_ready(base, out)
        _stage("encoders", ["--sensor", args.sensor, *_options(args, out)])
        print(f"Next: eofusion train fusion {args.sensor} --work {args.work} --out {out}")
        return
    missing = [name for name in args.sensors if not (out / f"encoder_{name.lower()}.safetensors").is_file()]
    if missing:
        raise RequestError(
            f"{out} has no encoder of {missing[0]}.", f"Train it first: eofusion train sensor {missing[0]} --out {out}"
        )
    start = [] if args.from_scratch else ["--start-from", str(base)]
    _stage("fusion", ["--sensors", *DEFAULT, *args.sensors, *start, *_options(args, out)])
    print(f"Use it with: eofusion run --weights {out} ... (docs/adding-a-sensor.md)")


def lay_ready(base: Path, out: Path) -> None:
    """Copy all weights but the fusion's, with their lines of SHA256SUMS, into a new folder: it then serves a run, and
    the frozen encoders are the same byte for byte.

    Raises:
        OutputError: ``out`` cannot be written. RequestError: ``base`` holds no encoders.
    """
    try:
        lines = (base / _SUMS).read_text(encoding="utf-8").splitlines()
        own = {"fusion.safetensors", *(f"encoder_{name.lower()}.safetensors" for name in set(TRAINING) - set(DEFAULT))}
        names = [line.split()[-1] for line in lines if line.split() and line.split()[-1] not in own]
        out.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copyfile(base / name, out / name)
        there = (out / _SUMS).read_text(encoding="utf-8").splitlines() if (out / _SUMS).is_file() else []
        # What the folder has of its own stays: a sensor may be trained again.
        kept = [line for line in there if line.split()[-1] not in names]
        kept += [line for line in lines if line.split() and line.split()[-1] in names]
        (out / _SUMS).write_text("".join(f"{line}\n" for line in sorted(kept, key=lambda x: x.split()[-1])), "utf-8")
    except FileNotFoundError as error:
        raise RequestError(f"{base} lacks {Path(str(error.filename)).name}.", "Name a whole weights folder.") from None
    except OSError as error:
        raise OutputError(f"{out} cannot be written ({error.strerror}).", "Name a folder that you may write.") from None


def _prepare(work: Path, data: Path | None) -> None:
    if (work / _CACHE).is_file():
        return
    if data is None:
        raise RequestError(f"There is no training cache in {work}.", "Name the folder of training data with --data.")
    _stage("prepare", ["--data", str(data), "--work", str(work)])


def _options(args: argparse.Namespace, out: Path) -> list[str]:
    given = [f"--{name}={value}" for name in _STAGE_OPTIONS if (value := getattr(args, name)) is not None]
    return ["--work", str(args.work), "--out", str(out), *given]


def _stage(module: str, arguments: list[str]) -> None:
    """Run a stage with its own options and defaults."""
    try:
        stage = importlib.import_module(f".{module}", __package__)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith(__package__.partition(".")[0]):
            raise
        raise OutputError(
            f"Training needs the library {error.name}.", "Install it with pip install 'eofusion-engine[train]'."
        ) from None
    parser = argparse.ArgumentParser(prog=f"eofusion train {module}")
    stage.add_arguments(parser)
    stage.run(parser.parse_args(arguments))


def _names() -> str:
    return f"one of {', '.join(sorted(set(TRAINING) - set(DEFAULT)))}: sensors that training/sensors.py knows"

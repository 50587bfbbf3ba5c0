"""``python -m eofusion_engine.training STAGE``: every weights file has its command (docs/training.md)."""

from __future__ import annotations

import argparse
import importlib

STAGES = {
    "prepare": ("prepare", "read the raw imagery into a cache"),
    "encoder": ("encoders", "stage 1: one sensor's encoder"),
    "fusion": ("fusion", "stage 2: the fusion over frozen encoders"),
    "temperature": ("temperature", "climatology, tokens and the correlation model"),
    "gpp": ("gpp", "the light-use-efficiency head and the radiation climatology"),
}


def main() -> None:
    """Run one stage."""
    parser = argparse.ArgumentParser(prog="python -m eofusion_engine.training", description=__doc__)
    commands = parser.add_subparsers(dest="stage", required=True)
    for name, (module, text) in STAGES.items():
        command = commands.add_parser(name, help=text, description=text)
        stage = importlib.import_module(f".{module}", __package__)
        stage.add_arguments(command)
        command.set_defaults(run=stage.run)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()

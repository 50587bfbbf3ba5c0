"""``python -m eofusion_engine.simulate OUT --seed N``: write a simulated place as a folder of scenes."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from .sample import SAMPLE_END, SAMPLE_START, build_sample


def main(arguments: list[str] | None = None) -> int:
    """Write the folder; 2 when the request is wrong, 1 when it cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m eofusion_engine.simulate", description=__doc__)
    parser.add_argument("out", type=Path, help="a folder that does not exist yet, or is empty")
    parser.add_argument("--seed", type=int, default=7, help="another number, another landscape")
    parser.add_argument("--start", type=date.fromisoformat, default=SAMPLE_START)
    parser.add_argument("--end", type=date.fromisoformat, default=SAMPLE_END)
    args = parser.parse_args(arguments)
    if args.end < args.start or args.seed < 0:
        parser.error("the end must not lie before the start, and the seed must not be negative")
    if args.out.exists() and (not args.out.is_dir() or any(args.out.iterdir())):
        parser.error(f"{args.out} is not an empty folder: choose another")
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        build_sample(args.out, args.seed, args.start, args.end)
    except OSError as error:
        print(f"The folder cannot be written: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

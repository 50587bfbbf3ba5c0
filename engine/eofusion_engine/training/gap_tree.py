"""``gap-tree``: the fitted baseline that ``eofusion evaluate reconstruction`` ships, from the training places alone."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..evaluation.gap_tree import fit_tree, save_tree
from .places import load_places, positions
from .prepare import CACHE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training gap-tree``."""
    parser.add_argument("--work", type=Path, default=Path("build/training"))
    parser.add_argument("--out", type=Path, default=Path("resources/evaluation"))


def run(args: argparse.Namespace) -> None:
    """Fit and write."""
    places = [p for p in load_places(args.work / CACHE) if not p.held_out and p.kind == "imagery"]
    path = save_tree(fit_tree(places), positions(places), args.out)
    print(f"{path}: {path.stat().st_size // 1024} KB, {len(places)} places")

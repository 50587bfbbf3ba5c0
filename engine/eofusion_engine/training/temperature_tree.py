"""``temperature-tree``: the tree that monthly temperature is compared with, from the training places alone."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..evaluation.monthly import FOLDERS
from ..evaluation.temperature_tree import fit_tree, save_trees, table_of
from .temperature_data import CACHE, load_cache


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training temperature-tree``."""
    parser.add_argument("--cache", type=Path, default=Path("build/training") / CACHE, help="temperature's cache")
    parser.add_argument("--out", type=Path, default=Path("resources/evaluation"))


def run(args: argparse.Namespace) -> None:
    """Fit one ensemble a monthly table and write them."""
    climatology, places = load_cache(args.cache)
    known = [place for place in places if place.role in ("train", "calibration") and len(place.months)]
    found = {table: [place for place in known if table_of(place) == table] for table in FOLDERS}
    trees = {table: tree for table, own in found.items() if (tree := fit_tree(climatology, own)) is not None}
    used = [[p.name, round(p.lat, 4), round(p.lon, 4)] for table in trees for p in found[table]]
    path = save_trees(trees, climatology, used, args.out)
    print(f"{path}: {path.stat().st_size // 1024} KB, {sorted(trees)}, {len(used)} places")

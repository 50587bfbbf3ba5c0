"""``shards``: simulated pixel-years with their truth, streamed into files of one size, for pretraining.

A folder holds ``index.json`` and ``shard-000000.safetensors`` and on. A shard is some simulated places ("worlds"), each
with its own weather, and some hundreds of pixels of each over 365 days. Nothing but a seed makes a world, so that a
shard can be made again byte for byte, and a writer that was stopped goes on behind its last finished shard.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save

from .. import __version__
from ..errors import OutputError, RequestError
from ..files import write_whole
from ..simulate.pixels import PixelSeries, simulate_pixels
from ..simulate.presets import draw_place
from .places import MISSING

FORMAT = 1
INDEX = "index.json"
DAYS = 365
#: Years that worlds are drawn from; the first day of a world is any day of them.
_YEARS = (2016, 2024)
#: What one unit of each int16 array stands for.
SCALES = {"s2": 1e-4, "s2_truth": 1e-4, "s1": 0.01, "lai": 1e-3, "gpp": 1e-3, "tair": 0.01, "ssrd": 0.02, "vpd": 1e-3}


@dataclass(frozen=True)
class Recipe:
    """What a folder of shards is made of: ``worlds`` a shard, ``pixels`` of each world, the seed of the first world."""

    worlds: int = 8
    pixels: int = 512
    first_seed: int = 0

    def __post_init__(self) -> None:
        if self.worlds < 1 or self.pixels < 1 or self.first_seed < 0:
            raise RequestError("A shard needs at least one world of one pixel, and a seed of 0 or more.")

    def seeds(self, shard: int) -> list[int]:
        """Seeds of the worlds of shard number ``shard``."""
        first = self.first_seed + shard * self.worlds
        return list(range(first, first + self.worlds))


def shard_name(shard: int) -> str:
    """File name of a shard."""
    return f"shard-{shard:06d}.safetensors"


def simulate_world(seed: int, pixels: int) -> PixelSeries:
    """The pixel-years of one world: its place, its first day and all else follow from ``seed``."""
    rng = np.random.default_rng([seed, 83])
    place = draw_place(rng)
    start = date(int(rng.integers(*_YEARS)), 1, 1) + timedelta(days=int(rng.integers(DAYS)))
    return simulate_pixels(seed, place, pixels, start, start + timedelta(days=DAYS - 1))


def world_arrays(series: PixelSeries) -> dict[str, np.ndarray]:
    """A world as it is kept, N pixels, T and T1 dates, D days.

    ``s2`` and ``s2_truth`` (N, T, 10), ``scl`` (N, T) uint8, ``s2_days`` (T,) ordinals; ``s1`` (N, T1, 2), ``s1_days``,
    ``s1_ascending``; ``lai``, ``gpp`` (N, D); ``tair``, ``ssrd``, ``vpd`` (D,); ``first_day``, ``place`` (latitude,
    longitude); ``cover``, ``kind`` (N,) uint8. Values are int16 in units of ``SCALES``, MISSING where there is none.
    """
    values = {
        "s2": series.s2, "s2_truth": series.s2_truth, "s1": series.s1, "lai": series.lai, "gpp": series.gpp,
        "tair": series.tair_degc, "ssrd": series.ssrd_w_m2, "vpd": series.vpd_kpa,
    }  # fmt: skip
    return {
        **{name: _packed(array, SCALES[name]) for name, array in values.items()},
        "scl": np.ascontiguousarray(series.scl, np.uint8),
        "s2_days": np.array([d.toordinal() for d in series.s2_dates], np.int32),
        "s1_days": np.array([d.toordinal() for d in series.s1_dates], np.int32),
        "s1_ascending": np.ascontiguousarray(series.s1_ascending, bool),
        "first_day": np.array([series.dates[0].toordinal()], np.int32),
        "place": np.array([series.lat, series.lon], np.float64),
        "cover": np.ascontiguousarray(series.cover, np.uint8),
        "kind": np.ascontiguousarray(series.kind, np.uint8),
    }


def _packed(values: np.ndarray, scale: float) -> np.ndarray:
    units = np.rint(np.asarray(values, np.float32) * np.float32(1 / scale))
    known = np.isfinite(units)
    np.clip(units, MISSING + 1, 32767, out=units)
    if not known.all():
        units[~known] = MISSING
    return units.astype(np.int16, order="C")


def make_shard(recipe: Recipe, shard: int) -> bytes:
    """The file of one shard. The same recipe, number and simulator give the same bytes."""
    arrays = {}
    for number, seed in enumerate(recipe.seeds(shard)):
        world = world_arrays(simulate_world(seed, recipe.pixels))
        arrays.update({f"{number:04d}/{name}": array for name, array in world.items()})
    # One entry only: safetensors keeps no order among several.
    about = json.dumps({"format": FORMAT, "shard": shard, **asdict(recipe)}, sort_keys=True)
    return save(arrays, metadata={"eofusion": about})


@lru_cache(maxsize=1)
def simulator_version() -> str:
    """Hash of the simulator's own files: other files make other bytes."""
    engine = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for part in ("simulate", "physics"):
        for path in sorted((engine / part).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(engine).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read_index(folder: Path) -> dict[str, Any]:
    """The index of a folder of shards.

    Raises:
        OutputError: there is none, or it is damaged or of another format.
    """
    try:
        index = json.loads((folder / INDEX).read_text("utf-8"))
        known = index["format"] == FORMAT and isinstance(index["shards"], list)
    except FileNotFoundError:
        raise OutputError(f"{folder} holds no training set.", "Write one with the stage shards.") from None
    except (OSError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise OutputError(f"The index of {folder} is damaged or of another version.", "Write the set again.")
    return dict(index)


def write_shards(
    folder: Path, count: int, recipe: Recipe | None = None, jobs: int = 1
) -> Iterator[tuple[str, int, float]]:
    """Write shards 0 to ``count`` - 1 that are not there yet; yields (name, pixel-years, seconds since the start).

    ``jobs`` processes make them; each holds one shard in memory.

    Raises:
        OutputError: the folder holds another recipe's shards, or those of another simulator, or cannot be written.
    """
    recipe = recipe or Recipe()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        index = _continued(folder, recipe)
        done = {entry["name"] for entry in index["shards"]}
        wanted = [shard for shard in range(count) if shard_name(shard) not in done]
        began = time.perf_counter()
        for number, (shard, content) in enumerate(_made(recipe, wanted, jobs), 1):
            name, pixel_years = shard_name(shard), recipe.worlds * recipe.pixels
            write_whole(folder / name, content)
            entry = {
                "name": name, "first_seed": recipe.seeds(shard)[0], "pixel_years": pixel_years, "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }  # fmt: skip
            index["shards"] = sorted([*index["shards"], entry], key=lambda e: str(e["name"]))
            # A long index is not written behind every shard: what a stopped writer did not list, it makes again.
            if number % (1 + len(index["shards"]) // 100) == 0 or number == len(wanted):
                write_whole(folder / INDEX, json.dumps(index, indent=1) + "\n")
            yield name, pixel_years, time.perf_counter() - began
    except OSError as error:
        raise OutputError(
            f"The training set cannot be written to {folder} ({error.strerror or error}).", "Free some disk space."
        ) from error


def _made(recipe: Recipe, shards: list[int], jobs: int) -> Iterator[tuple[int, bytes]]:
    if jobs <= 1 or len(shards) <= 1:
        for shard in shards:
            yield shard, make_shard(recipe, shard)
        return
    # A started process is not a forked one: torch's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        # As many as there are processes at a time: finished shards must not pile up in memory.
        for first in range(0, len(shards), jobs):
            part = shards[first : first + jobs]
            yield from zip(part, pool.map(make_shard, [recipe] * len(part), part), strict=True)


def _continued(folder: Path, recipe: Recipe) -> dict[str, Any]:
    """The index to go on with: of the shards it lists, those whose files are there in full length."""
    fresh = {
        "format": FORMAT,
        "made_by": __version__,
        "simulator": simulator_version(),
        "recipe": asdict(recipe),
        "scales": SCALES,
        "shards": [],
    }
    if not (folder / INDEX).exists():
        return fresh
    index = read_index(folder)
    if index["recipe"] != fresh["recipe"] or index["simulator"] != fresh["simulator"]:
        raise OutputError(
            f"{folder} holds shards that were made otherwise.",
            "Go on with the same options and program, or choose another folder.",
        )
    return {**index, "shards": [e for e in index["shards"] if _size(folder / e["name"]) == e["bytes"]]}


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def differing(folder: Path, shards: Iterable[int]) -> list[str]:
    """Names of those of ``shards`` whose file, or whose listed hash, is not what the recipe makes.

    Raises:
        OutputError: no index.
    """
    index = read_index(folder)
    recipe, listed = Recipe(**index["recipe"]), {e["name"]: e["sha256"] for e in index["shards"]}
    wrong = []
    for shard in shards:
        content, path = make_shard(recipe, shard), folder / shard_name(shard)
        same = path.is_file() and path.read_bytes() == content
        if not same or listed.get(path.name) != hashlib.sha256(content).hexdigest():
            wrong.append(path.name)
    return wrong


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training shards``."""
    recipe = Recipe()
    parser.add_argument("--out", type=Path, required=True, help="the folder; what is finished in it stays")
    parser.add_argument("--pixel-years", type=int, default=65_536, help="how many, rounded up to whole shards")
    parser.add_argument("--worlds", type=int, default=recipe.worlds, help="simulated places in a shard")
    parser.add_argument("--pixels", type=int, default=recipe.pixels, help="pixels of each")
    parser.add_argument("--seed", type=int, default=recipe.first_seed, help="seed of the first place")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--check", type=int, metavar="N", help="make shard N again and compare, write nothing")
    parser.add_argument("--read", action="store_true", help="read all shards once through the loader, and time it")


def run(args: argparse.Namespace) -> None:
    """Write shards, check one, or time the loader."""
    if args.check is not None:
        wrong = differing(args.out, [args.check])
        print(f"{wrong[0]} differs" if wrong else f"{shard_name(args.check)} is the same byte for byte")
        raise SystemExit(1 if wrong else 0)
    if args.read:
        from .shard_loader import ShardLoader

        pixels, began = 0, time.process_time()
        for batch in ShardLoader(args.out):
            pixels += len(batch.cover)
        seconds = time.process_time() - began
        print(f"read {pixels} pixel-years, {pixels / max(seconds, 1e-9):.0f} a second and core")
        return
    torch.set_num_threads(1)  # the figure below is a core's
    recipe = Recipe(args.worlds, args.pixels, args.seed)
    total, seconds, began = 0, 0.0, time.process_time()
    for name, pixel_years, seconds in write_shards(
        args.out, -(-args.pixel_years // (recipe.worlds * recipe.pixels)), recipe, args.jobs
    ):
        total += pixel_years
        worked = f", {total / (time.process_time() - began):.0f} a second of CPU time" if args.jobs <= 1 else ""
        print(f"{name}: {total} pixel-years, {total / max(seconds, 1e-9):.0f} a second{worked}", flush=True)
    if not total:
        print("All of it is there already.")

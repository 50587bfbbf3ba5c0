"""Reads shards (``shards``) in shuffled batches, with a bound on memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from ..bands import SCL_UNCLEAR
from ..errors import OutputError
from .places import MISSING
from .shards import SCALES, read_index

_UNCLEAR = np.isin(np.arange(256), SCL_UNCLEAR)


@dataclass(frozen=True)
class Batch:
    """B pixel-years; series are filled up with NaN and day 0 to the longest one of the shards read together.

    ``s2`` (B, T, 10) reflectance as seen, ``clear`` (B, T) where SCL takes it for the ground, ``s2_days`` (B, T)
    ordinals; ``s1`` (B, T1, 2) dB with ``s1_days`` and ``s1_ascending``. Truth: ``s2_truth`` (B, T, 10) without sky
    and noise, ``lai`` (m2 m-2), ``gpp`` (g C m-2 d-1), and of the place ``tair`` (degC), ``ssrd`` (W m-2), ``vpd``
    (kPa), all (B, D) from ``first_day`` (B,) on; ``cover`` (B,) land cover code, ``kind`` (B,); ``lat``, ``lon``
    (B,); ``seed`` (B,) of the world: split by it, never by pixel.
    """

    s2: np.ndarray
    clear: np.ndarray
    s2_days: np.ndarray
    s1: np.ndarray
    s1_days: np.ndarray
    s1_ascending: np.ndarray
    s2_truth: np.ndarray
    lai: np.ndarray
    gpp: np.ndarray
    tair: np.ndarray
    ssrd: np.ndarray
    vpd: np.ndarray
    first_day: np.ndarray
    cover: np.ndarray
    kind: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    seed: np.ndarray


class ShardLoader:
    """Every pixel-year of a folder once, shuffled.

    ``mix`` shards are in memory together, and batches are drawn from all of them: a batch knows about ``mix`` times
    the worlds of one shard. Memory is about three times the size of ``mix`` shards. Another ``epoch`` is another
    order. Of several ``workers``, each reads its own share of the shards.
    """

    def __init__(
        self, folder: Path, batch: int = 256, mix: int = 4, seed: int = 0, worker: int = 0, workers: int = 1
    ) -> None:
        """Raises OutputError when the folder holds no index or one of another version."""
        self.folder, self.batch, self.mix, self.seed = folder, batch, mix, seed
        self.worker, self.workers = worker, workers
        self.epoch = 0
        index = read_index(folder)
        self._entries, self._per_shard = index["shards"], int(index["recipe"]["worlds"])

    def __len__(self) -> int:
        """Pixel-years of all workers together."""
        return sum(int(e["pixel_years"]) for e in self._entries)

    def __iter__(self) -> Iterator[Batch]:
        """Batches of one epoch; the last of each ``mix`` shards may be smaller.

        Raises:
            OutputError: a shard is missing or damaged.
        """
        rng = np.random.default_rng([self.seed, self.epoch])
        self.epoch += 1
        mine = rng.permutation(len(self._entries))[self.worker :: self.workers]
        for first in range(0, len(mine), self.mix):
            worlds = [w for i in mine[first : first + self.mix] for w in self._worlds(int(i))]
            table = _Table(worlds)
            order = rng.permutation(table.size)
            del worlds
            for at in range(0, len(order), self.batch):
                yield table.batch(order[at : at + self.batch])

    def _worlds(self, number: int) -> list[dict[str, np.ndarray]]:
        entry = self._entries[number]
        path = self.folder / entry["name"]
        try:
            arrays = load_file(path)
        except (OSError, SafetensorError):
            raise OutputError(
                f"The shard {path.name} is missing or damaged.", "Delete it and run the stage shards again."
            ) from None
        worlds: list[dict[str, np.ndarray]] = [
            {"seed": np.array([entry["first_seed"] + i])} for i in range(self._per_shard)
        ]
        for key, array in arrays.items():
            world, _, name = key.partition("/")
            worlds[int(world)][name] = array
        return worlds


class _Table:
    """The worlds of some shards as arrays over all their pixels."""

    def __init__(self, worlds: list[dict[str, np.ndarray]]) -> None:
        counts = np.array([len(w["cover"]) for w in worlds])
        self.size = int(counts.sum())
        self._world = np.repeat(np.arange(len(worlds)), counts)
        s2_dates, s1_dates = (max(len(w[name]) for w in worlds) for name in ("s2_days", "s1_days"))
        self._pixels = {
            **{name: _filled(worlds, name, s2_dates, MISSING) for name in ("s2", "s2_truth")},
            "scl": _filled(worlds, "scl", s2_dates, 0),
            "s1": _filled(worlds, "s1", s1_dates, MISSING),
            **{name: np.concatenate([w[name] for w in worlds]) for name in ("lai", "gpp", "cover", "kind")},
        }
        self._places = {
            "s2_days": _filled([{"d": w["s2_days"][None]} for w in worlds], "d", s2_dates, 0),
            "s1_days": _filled([{"d": w["s1_days"][None]} for w in worlds], "d", s1_dates, 0),
            "s1_ascending": _filled([{"d": w["s1_ascending"][None]} for w in worlds], "d", s1_dates, 0),
            **{name: np.stack([w[name] for w in worlds]) for name in ("tair", "ssrd", "vpd", "place")},
            **{name: np.concatenate([w[name] for w in worlds]) for name in ("first_day", "seed")},
        }

    def batch(self, rows: np.ndarray) -> Batch:
        world = self._world[rows]
        values = {name: array[rows] for name, array in self._pixels.items()}
        values.update({name: array[world] for name, array in self._places.items()})
        clear = ~_UNCLEAR[values.pop("scl")]
        place = values.pop("place")
        for name, scale in SCALES.items():
            values[name] = _unpacked(values[name], scale)
        return Batch(clear=clear, lat=place[:, 0], lon=place[:, 1], **values)


def _filled(worlds: list[dict[str, np.ndarray]], name: str, dates: int, fill: int) -> np.ndarray:
    """Arrays (N, T, ...) of all worlds below each other, each filled up to ``dates``."""
    first = worlds[0][name]
    out = np.full((sum(len(w[name]) for w in worlds), dates, *first.shape[2:]), fill, first.dtype)
    at = 0
    for world in worlds:
        array = world[name]
        out[at : at + len(array), : array.shape[1]] = array
        at += len(array)
    return out


def _unpacked(units: np.ndarray, scale: float) -> np.ndarray:
    values = units * np.float32(scale)
    missing = units == MISSING
    if missing.any():
        values[missing] = np.nan
    return np.asarray(values, np.float32)

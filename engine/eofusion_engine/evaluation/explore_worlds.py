"""Simulated places with finished runs: what the tools of Explore are judged on, because there the truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import rasterio

from ..events import Quiet
from ..explore.runs import FinishedRun
from ..explore.vectors import chosen_dates
from ..inference.plan import make_plan
from ..inference.runner import run as make_run
from ..request import RunRequest, parse_request
from ..simulate.acquire import Simulation
from ..simulate.place import write_place
from ..simulate.presets import preset

#: Seeds that no training shard has; side in pixels; share of the stands that are felled at some time.
WORLDS: tuple[tuple[str, int], ...] = (
    ("farmland", 91_001), ("boreal", 91_002), ("mediterranean", 91_003), ("boreal", 91_005),
)  # fmt: skip
SIZE_PX = 96
CUTS = 0.5
#: Kinds that cover less than this share are left out of the truth.
_LEAST_SHARE = 0.01
_NO_PLANT = 255
#: Backscatter of passes within so many days of a date is averaged: half a month quells most speckle.
_RADAR_DAYS = 15


@dataclass(frozen=True)
class World:
    """A place and its truth.

    ``run`` a finished run; ``days`` its embedding dates that are used; ``kind`` (H, W) what covers each pixel (-1:
    rare), ``cover`` its land cover code; ``struck`` (H, W) ordinal day on which it was felled or burnt, or
    NaN; ``raw`` (H, W, F) the bands as measured, filled in time at ``days``, standardised.
    """

    name: str
    run: Path
    days: tuple[date, ...]
    kind: np.ndarray
    cover: np.ndarray
    struck: np.ndarray
    raw: np.ndarray


def make_world(folder: Path, name: str, seed: int, weights: Path | None, size_px: int = SIZE_PX) -> World:
    """Simulate a place into ``folder``, run it with the weights, and gather its truth and its bands.

    What ``folder`` already holds of the same place is used again.
    """
    kind_of_place = replace(preset(name), cuts=CUTS)
    scenes, run_folder = folder / "scenes", folder / "run"
    if not (scenes / "place.json").is_file():
        write_place(scenes, kind_of_place, seed, size_px)
    request = parse_request(
        {
            "source": str(scenes), "start": kind_of_place.start.isoformat(), "end": kind_of_place.end.isoformat(),
            "products": ["embeddings", "reflectance"], "out": str(run_folder), "threads": 1, "device": "cpu",
            **({"weights": str(weights)} if weights else {}),
        }
    )  # fmt: skip
    make_run(request, Quiet())
    simulation = Simulation(seed, kind_of_place, size_px, kind_of_place.start, kind_of_place.end)
    with rasterio.open(scenes / "truth" / "landcover.tif") as truth:
        cover, plant = truth.read()
    with FinishedRun.open(run_folder) as run:
        days = chosen_dates(run, None)
    raw = raw_bands(request, days)
    struck = simulation.struck_on() + simulation.start.toordinal()
    kind = np.where(plant == _NO_PLANT, 1000 + cover.astype(int), plant.astype(int))
    return World(f"{name} {seed}", run_folder, days, _common(kind), cover, struck, raw)


def _common(kind: np.ndarray) -> np.ndarray:
    """Kinds that cover enough of the place as they are, others -1."""
    values, counts = np.unique(kind, return_counts=True)
    return np.where(np.isin(kind, values[counts >= _LEAST_SHARE * kind.size]), kind, -1)


def raw_bands(request: RunRequest, days: Sequence[date]) -> np.ndarray:
    """Ten bands interpolated in time between clear views, and mean VV and VH about each date: (H, W, 12 D)."""
    with make_plan(request, Quiet()) as plan:
        window = plan.cube.read(0, 0, plan.grid.height, plan.grid.width)
    asked = np.array([day.toordinal() for day in days], float)
    optical = filled(window.s2, np.array([day.toordinal() for day in window.s2_dates], float), asked)
    passes = np.array([day.toordinal() for day in window.s1_dates], float)
    radar = []
    for day in asked:
        near = np.abs(passes - day) <= _RADAR_DAYS
        near = near if near.any() else np.abs(passes - day) == np.abs(passes - day).min()
        radar.append(np.nanmean(window.s1[near], axis=0))
    both = np.concatenate([optical, np.stack(radar)], axis=1)  # (D, 12, H, W)
    flat = both.transpose(2, 3, 0, 1).reshape(*both.shape[2:], -1)
    mean, spread = np.nanmean(flat, axis=(0, 1)), np.nanstd(flat, axis=(0, 1))
    return np.asarray(np.nan_to_num((flat - mean) / np.maximum(spread, 1e-6)), np.float32)


def filled(values: np.ndarray, seen_on: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Series (T, C, H, W) with NaN as linear interpolation at ``asked`` (D,): (D, C, H, W); ends are held."""
    dates, channels, height, width = values.shape
    series = values.reshape(dates, channels, -1)
    found = np.full((len(asked), channels, height * width), np.nan, np.float32)
    for pixel in range(height * width):
        seen = np.isfinite(series[:, :, pixel]).all(axis=1)
        if seen.any():
            for band in range(channels):
                found[:, band, pixel] = np.interp(asked, seen_on[seen], series[seen, band, pixel])
    return found.reshape(len(asked), channels, height, width)

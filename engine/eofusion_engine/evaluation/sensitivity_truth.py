"""Do gradient x input and occlusion rank the inputs alike? On simulated scenes that no training saw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..explore.attribution import Attribution, agreement, shares, spearman
from ..explore.attribution_drivers import driver_parts
from ..explore.attribution_gpp import GppModel, attribute, views_of
from ..explore.attribution_temperature import attribute_cells
from ..explore.sensitivity_report import images_of
from ..inference.conditions import cell_conditions
from ..inference.tiles import HALO
from ..model.gpp import GppHead, trailing_mean
from ..model.stack import FusionStack
from ..model.temperature import TemperatureGenerator, image_epochs
from ..model.temperature.image_tokens import CELL_BANDS
from ..weather import all_sky_ssrd
from .counterfactual_scenes import Pair, pair
from .resampling import bounds, draws_of
from .rows import OURS, Row, make_row

TASK = "sensitivity"
#: Scenes: seeds far from those of training, each preset in turn.
SEEDS, NAMES = range(201, 209), ("farmland", "mediterranean", "boreal", "savanna")
#: Occlusion is measured at one pixel of so many by so many of a scene of one cell.
EVERY = 4
#: Asked dates of GPP among the pair's, and every how many days' temperature.
DATES, DAY_STEP = slice(3, 8, 2), 6


@dataclass(frozen=True)
class Judged:
    """Of each scene: GPP's and temperature's attributions, and the agreement of GPP's dates."""

    gpp: list[Attribution]
    temperature: list[Attribution]
    dates: list[float]


def judge(weights: Path | None = None, seeds: range = SEEDS) -> Judged:
    """Both methods on all scenes."""
    stack, head = FusionStack.from_weights(weights), GppHead.from_weights(weights)
    generator = TemperatureGenerator.from_weights(weights)
    out = Judged([], [], [])
    for seed in seeds:
        scene = pair(seed, "drought", NAMES[seed % len(NAMES)], cells=1)
        found, slope, hidden = attribute(_model(scene, stack, head, generator), EVERY)
        out.gpp.append(found)
        sizes = [np.concatenate([np.asarray(v).reshape(len(v), -1).sum(axis=1) for v in one["dates"].values()])
                 for one in (slope, hidden)]  # fmt: skip
        out.dates.append(spearman(sizes[0], sizes[1]))
        out.temperature.append(_cells(scene, generator))
    return out


def _model(scene: Pair, stack: FusionStack, head: GppHead, generator: TemperatureGenerator) -> GppModel:
    dates, here = scene.dates[DATES], scene.simulation
    weather = here.weather
    at = np.array([(day - weather.dates[0]).days for day in dates])
    recent = trailing_mean(weather.tair_degc).astype(float)
    drivers = driver_parts(
        head, here.lat, dates, weather.tair_degc[at], recent[at], weather.ssrd_w_m2[at], weather.vpd_kpa[at],
        lambda days: generator.climatology.mean(here.lat, here.lon, list(days)),
        lambda days: np.asarray(all_sky_ssrd(here.lat, list(days), here.lon), float),
    )  # fmt: skip
    days = torch.tensor([day.toordinal() for day in dates])
    return GppModel(stack, head, views_of(scene.window, HALO, torch.device("cpu")), HALO, days, drivers)


def _cells(scene: Pair, generator: TemperatureGenerator) -> Attribution:
    epochs = image_epochs(scene.start, scene.end)
    seen = cell_conditions(scene.window, HALO, epochs)
    cells = seen.reshape(len(epochs), CELL_BANDS, -1).transpose(2, 0, 1)
    days = np.arange(scene.start.toordinal(), scene.end.toordinal(), DAY_STEP)
    here = scene.simulation
    lat, lon, height = (np.full(len(cells), float(v)) for v in (here.lat, here.lon, here.preset.elevation_m))
    return attribute_cells(generator, cells, epochs, days, lat, lon, height)[0]


def pooled(found: list[Attribution]) -> tuple[np.ndarray, np.ndarray]:
    """Shares (scenes, G) by gradient (temperature: finite differences) and by occlusion."""
    return np.stack([shares(one.gradient) for one in found]), np.stack([shares(one.occlusion) for one in found])


def rows_of(found: Judged) -> list[Row]:
    """Spearman's correlation of the mean shares over all scenes with its interval, and of single scenes."""
    rows = []
    for name, values, dates in (
        ("GPP, gradient x input against occlusion", found.gpp, found.dates),
        ("temperature, finite differences against occlusion", found.temperature, None),
        ("temperature's images alone, the same", [images_of(v) for v in found.temperature], None),
    ):  # fmt: skip
        kept = [value for value in values if np.abs(value.gradient).sum() > 0]
        if len(kept) < 3:
            continue
        one, other = pooled(kept)
        picks = draws_of(len(kept)) / len(kept)
        drawn = np.array([spearman(pick @ one, pick @ other) for pick in picks])
        single = np.array([agreement(value) for value in kept])
        metrics: dict[str, float | tuple[float, float] | None] = {
            "spearman": spearman(one.mean(axis=0), other.mean(axis=0)), "spearman_95": bounds(drawn),
            "scene_spearman": float(np.nanmedian(single[:, 0])), "pixel_spearman": float(np.nanmedian(single[:, 1])),
            "date_spearman": None if dates is None else float(np.nanmedian(dates)),
        }  # fmt: skip
        rows.append(make_row(TASK, f"simulated scenes: {name}", OURS, len(kept), "unseen", metrics))
    return rows


def evaluate(data: Path, weights: Path | None = None) -> list[Row]:
    """Rows of simulated scenes; ``data`` is not read."""
    return rows_of(judge(weights))

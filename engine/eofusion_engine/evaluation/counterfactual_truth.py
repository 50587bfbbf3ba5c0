"""Counterfactual edits against simulated truth: snow that is laid and rain that does not fall, on scenes in pairs.

NDVI and GPP: the simulator makes the same place twice, as it is and changed (:mod:`.counterfactual_scenes`); the tool
edits the first one's images by the same amount and asks the model. Temperature: snow lies where it is cold and plants
dry where it is hot, so the truth is how much colder (warmer) the simulator's days with the sign are than the others of
the season; the model is asked what the edited cell adds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..explore import paired
from ..explore.edits import Edit, Kind, edited, optical, radar
from ..model.gpp import GppHead, trailing_mean
from ..model.stack import FusionStack
from ..model.temperature import TemperatureGenerator
from ..model.temperature.image_tokens import S1_TOKENS, S2_TOKENS
from ..model.temperature.mean_head import indices
from ..model.temperature.sequence import EPOCH_DAYS, IMAGE_MARGIN, windows_of
from ..training.temperature_data import Place
from ..training.temperature_prepare import as_place
from ..training.temperature_sources import simulated
from .counterfactual_scenes import Change, Pair, pair
from .counterfactuals import COUNT, FIRST_SEED, SNOW, _mean_about, _own, _start
from .resampling import bounds, draws_of
from .rows import OURS, Row, make_row
from .temperature_scores import place_conditions

TASK = "counterfactual"
#: Seeds of the scenes of a change: those of the edits' fit were 1 to 3.
SEEDS = range(101, 107)
#: Places of each change: without winter snow lies nowhere, so the savanna has none.
PRESETS_OF: dict[Change, tuple[str, ...]] = {
    "snow": ("farmland", "boreal"),
    "drought": ("farmland", "mediterranean", "savanna"),
}
EDIT_OF: dict[Change, Kind] = {"snow": "snow", "drought": "drier"}
#: Amount of the edit of temperature's cells; share of the summer's NDMI values below which a view is dry.
CELL_AMOUNT, DRY_SHARE = {"snow": 1.0, "drought": 0.6}, 0.3
_NDSI, _NDMI = 1, 2


@dataclass(frozen=True)
class Effect:
    """Mean differences of one place: the simulator's and the model's."""

    truth: float
    model: float


def scene_effects(found: Pair, stack: FusionStack, head: GppHead) -> dict[str, Effect]:
    """NDVI and GPP of one pair, as means over the scene and its compared days."""
    (ndvi0, gpp0), (ndvi1, gpp1) = found.truth(found.simulation), found.truth(found.other)
    window = found.window
    everywhere = np.ones(window.s2.shape[-2:], bool)
    after = edited(window, everywhere, Edit(EDIT_OF[found.change], found.amount))
    arms = paired.paired_reflectance(stack, window, after, found.dates)
    weather = _weather(found)
    lat = found.simulation.lat
    gpp = [paired.gpp(head, values, weather, lat, found.dates) for values in (arms.before, arms.after)]
    ndvi = paired.ndvi(arms.after) - paired.ndvi(arms.before)
    return {
        "NDVI": Effect(float((ndvi1 - ndvi0).mean()), float(np.nanmean(ndvi))),
        "GPP": Effect(float((gpp1 - gpp0).mean()), float(np.nanmean(gpp[1] - gpp[0]))),
    }


def _weather(found: Pair) -> paired.Weather:
    """The simulator's own weather on the compared days, the same in both arms."""
    weather = found.simulation.weather
    at = [(day - weather.dates[0]).days for day in found.dates]
    recent = trailing_mean(weather.tair_degc)
    tair, past = (np.asarray(values[at], np.float32)[:, None, None] for values in (weather.tair_degc, recent))
    return paired.Weather(
        tair, past, np.asarray(weather.ssrd_w_m2[at], np.float32), np.asarray(weather.vpd_kpa[at], np.float32)
    )


def scenes(seeds: range = SEEDS) -> Iterator[Pair]:
    """All pairs."""
    for change, names in PRESETS_OF.items():
        for seed in seeds:
            yield pair(seed, change, names[seed % len(names)])


def effects(weights: Path | None = None, seeds: range = SEEDS) -> dict[tuple[Change, str], list[Effect]]:
    """By change and quantity, one effect a scene."""
    stack, head = FusionStack.from_weights(weights), GppHead.from_weights(weights)
    found: dict[tuple[Change, str], list[Effect]] = {}
    for one in scenes(seeds):
        for name, effect in scene_effects(one, stack, head).items():
            found.setdefault((one.change, name), []).append(effect)
    return found


# -- temperature -----------------------------------------------------------------------------------


def temperature_effects(generator: TemperatureGenerator, count: int = COUNT) -> dict[tuple[Change, str], list[Effect]]:
    """By change, one effect a simulated place, in spreads of a day."""
    found: dict[tuple[Change, str], list[Effect]] = {}
    for raw in simulated(count, FIRST_SEED):
        # Asked as a run asks: for a thermometer's temperature.
        place = replace(as_place(raw, generator.climatology, _own), source="station")
        for change in EDIT_OF:
            effect = _cell_effect(generator, place, change)
            if effect is not None:
                found.setdefault((change, "temperature"), []).append(effect)
    return found


def _cell_effect(generator: TemperatureGenerator, place: Place, change: Change) -> Effect | None:
    """None where the place's season has no such contrast."""
    season = place.normal(generator.climatology, place.days)
    score = np.asarray((place.tmean - season.mean) / season.spread, dtype=np.float64)
    epochs = [int(e) for e in np.arange(place.cells.shape[1]) * EPOCH_DAYS]
    mean = np.array([_known_mean(score[max(0, e - 8) : e + 8]) for e in epochs])
    usual = np.array([season.mean[min(e, len(season.mean) - 1)] for e in epochs])
    truths, answers = [], []
    for version in range(len(place.cells)):
        seen = indices(place.cells[version])
        value = seen[:, _NDSI] if change == "snow" else -seen[:, _NDMI]
        usable = (usual < 4.0 if change == "snow" else usual > 12.0) & np.isfinite(value) & np.isfinite(mean)
        if usable.sum() < 6:
            continue
        has = usable & (value > (SNOW if change == "snow" else np.quantile(value[usable], 1 - DRY_SHARE)))
        without = usable & ~has
        if has.sum() < 2 or without.sum() < 2:
            continue
        truths.append(float(mean[has].mean() - mean[without].mean()))
        answers += _cell_answers(generator, place, version, np.flatnonzero(without)[:3], change)
    return Effect(float(np.mean(truths)), float(np.mean(answers))) if truths and answers else None


def _known_mean(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _cell_answers(
    generator: TemperatureGenerator, place: Place, version: int, epochs: NDArray[np.intp], change: Change
) -> list[float]:
    """What the model makes of the edit at single epochs and their neighbours."""
    edit = Edit(EDIT_OF[change], CELL_AMOUNT[change])
    cells = place.cells[version].T.copy()  # bands first
    cells[S2_TOKENS.bands] = optical(edit, cells[S2_TOKENS.bands])
    cells[S1_TOKENS.bands] = radar(edit, cells[S1_TOKENS.bands])
    before, after = generator.tokenize(np.stack((place.cells[version], cells.T.astype(np.float32))), place.l1c)
    conditions = place_conditions(generator, place, True, version)
    out = []
    for epoch in epochs:
        day = place.first + int(epoch) * EPOCH_DAYS
        condition = conditions.get(int(windows_of(np.array([day]))[0]))
        if condition is None:
            continue
        codes = [condition.image_codes.copy() for _ in range(2)]
        slot = (day - _start(condition)) // EPOCH_DAYS + IMAGE_MARGIN
        for step in (-1, 0, 1):
            if 0 <= slot + step < len(codes[0]) and 0 <= epoch + step < len(before):
                for arm, shown in zip(codes, (before, after), strict=True):
                    arm[slot + step] = shown[epoch + step]
        one, two = (_mean_about(generator, place, condition, arm, day) for arm in codes)
        out.append(two - one)
    return out


# -- rows ------------------------------------------------------------------------------------------


def rows_of(found: dict[tuple[Change, str], list[Effect]]) -> list[Row]:
    """The simulator's and the model's effect with intervals over places; ``size`` is the model's over the
    simulator's, ``right_sign`` the share of places whose sign it has."""
    rows = []
    for (change, name), values in found.items():
        if len(values) < 3:
            continue
        truth, model = (np.array([getattr(v, arm) for v in values]) for arm in ("truth", "model"))
        picks = draws_of(len(values)) / len(values)
        drawn = (picks @ model) / (picks @ truth)
        unit = {"NDVI": "1", "GPP": "g C m-2 d-1"}.get(name, "spreads of a day")
        for who, effect in (("simulator", truth), (OURS, model)):
            metrics: dict[str, float | tuple[float, float] | None] = {
                "effect": float(effect.mean()), "effect_95": bounds(picks @ effect),
                "right_sign": float(np.mean(np.sign(effect) == np.sign(truth.mean()))),
            }  # fmt: skip
            if who == OURS:
                metrics |= {"size": float(model.mean() / truth.mean()), "size_95": bounds(drawn)}
            rows.append(make_row(TASK, f"simulated {change}: {name}", who, len(values), "unseen", metrics, unit=unit))
    return rows


def all_effects(weights: Path | None = None) -> dict[tuple[Change, str], list[Effect]]:
    """NDVI and GPP of scenes, temperature of cells."""
    return {**effects(weights), **temperature_effects(TemperatureGenerator.from_weights(weights))}


def evaluate(data: Path, weights: Path | None = None) -> list[Row]:
    """Rows of the simulated pairs; ``data`` is not read."""
    return rows_of(all_effects(weights))

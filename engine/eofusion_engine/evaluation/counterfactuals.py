"""Counterfactuals on simulated truth: what snow and drought in the image do to the generated temperature.

In the simulator snow lies because it is cold and plants dry because it is hot, so how much colder its days with snow
are than the others of the season is known. The same question to the model: its images of a window are exchanged for
those of the same cell with snow (or without), all else and the draws kept; the difference should have the sign and the
size of the simulator's. The model is asked for a thermometer's temperature, as every run asks it: how much images may
say is chosen by source, and of the simulation's own temperature they may say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..model.temperature.condition import Condition
from ..model.temperature.generate import TemperatureGenerator
from ..model.temperature.image_tokens import ABSENT, CODE_COLUMNS
from ..model.temperature.mean_head import indices
from ..model.temperature.sequence import EPOCH_DAYS, IMAGE_MARGIN, windows_of
from ..training.temperature_data import Place
from ..training.temperature_prepare import as_place
from ..training.temperature_sources import simulated
from .resampling import bounds, draws_of
from .rows import OURS, Row, make_row
from .temperature_scores import place_conditions

#: Seeds of the simulated places, far from those of the training, and how many.
FIRST_SEED, COUNT = 90_000, 16
#: NDSI of snow; and the share of the summer's values below (above) which a view is dry (moist).
SNOW, DRY_SHARE = 0.4, 0.3
_NDSI, _NDMI = 1, 2


@dataclass(frozen=True)
class Effect:
    """Of one place, in spreads: by how much the simulator's days with the sign are warmer, and the model's answer."""

    truth: float
    model: float


def counterfactual_rows(generator: TemperatureGenerator, count: int = COUNT) -> list[Row]:
    """Snow and drought: the simulator's difference and the model's, in spreads of the day, over simulated places."""
    found = (as_place(raw, generator.climatology, _own) for raw in simulated(count, FIRST_SEED))
    places = [replace(place, source="station") for place in found]
    rows = []
    for name, expected in (("snow", -1.0), ("drought", 1.0)):
        effects = [effect for place in places if (effect := _effect(generator, place, name)) is not None]
        if len(effects) < 3:
            continue
        picks = draws_of(len(effects)) / len(effects)
        for model, values in (("simulator", [e.truth for e in effects]), (OURS, [e.model for e in effects])):
            value = np.array(values)
            metrics: dict[str, float | tuple[float, float] | None] = {
                "effect": float(value.mean()), "effect_95": bounds(picks @ value),
                "right_sign": float(np.mean(value * expected > 0)),
            }  # fmt: skip
            rows.append(
                make_row("temperature", f"counterfactual {name}, simulated places", model, len(effects), "unseen",
                         metrics, unit="spreads of a day")
            )  # fmt: skip
    return rows


def _own(_cluster: str, lat: float, lon: float) -> tuple[NDArray[np.float64], float]:
    raise ValueError("A simulated place has its own climate.")


def _effect(generator: TemperatureGenerator, place: Place, name: str) -> Effect | None:
    """Mean over the place's epochs of the season, cell by cell; None where it has no such contrast."""
    season = place.normal(generator.climatology, place.days)
    score = np.asarray((place.tmean - season.mean) / season.spread, dtype=np.float64)
    epochs = [int(e) for e in np.arange(place.cells.shape[1]) * EPOCH_DAYS]
    around = (score[max(0, e - 8) : e + 8] for e in epochs)
    mean = np.array([np.nanmean(part) if np.isfinite(part).any() else np.nan for part in around])
    cold = np.array([season.mean[min(e, len(season.mean) - 1)] for e in epochs]) < 4.0
    warm = np.array([season.mean[min(e, len(season.mean) - 1)] for e in epochs]) > 12.0
    truths, answers = [], []
    for version in range(len(place.cells)):
        seen = indices(place.cells[version])
        if name == "snow":
            usable = cold & np.isfinite(seen[:, _NDSI]) & np.isfinite(mean)
            has = usable & (seen[:, _NDSI] > SNOW)
        else:
            usable = warm & np.isfinite(seen[:, _NDMI]) & np.isfinite(mean)
            if usable.sum() < 6:
                continue
            has = usable & (seen[:, _NDMI] < np.quantile(seen[usable, _NDMI], DRY_SHARE))
        without = usable & ~has
        if has.sum() < 2 or without.sum() < 2:
            continue
        truths.append(float(mean[has].mean() - mean[without].mean()))
        answers.append(_answer(generator, place, version, np.flatnonzero(has), np.flatnonzero(without)))
    return Effect(float(np.mean(truths)), float(np.mean(answers))) if truths else None


def _answer(
    generator: TemperatureGenerator, place: Place, version: int, has: NDArray[np.intp], without: NDArray[np.intp]
) -> float:
    """What the model makes of it: each epoch's view exchanged for one of the other kind, in its whole neighbourhood."""
    columns = CODE_COLUMNS[0]
    codes = generator.tokenize(place.cells[version : version + 1], place.l1c)[0]
    conditions = place_conditions(generator, place, True, version)
    differences = []
    for epoch in np.concatenate((has[:2], without[:2])):
        day = place.first + int(epoch) * EPOCH_DAYS
        condition = conditions.get(int(windows_of(np.array([day]))[0]))
        if condition is None:
            continue
        means = []
        for donors in (has, without):
            donor = donors[np.argmin(np.abs(donors - epoch))]
            edited = condition.image_codes.copy()
            slot = (day - _start(condition)) // EPOCH_DAYS + IMAGE_MARGIN
            around = slice(max(0, slot - 1), slot + 2)
            edited[around, columns] = np.where(edited[around, columns] == ABSENT, ABSENT, codes[donor, columns])
            edited[slot, columns] = codes[donor, columns]
            means.append(_mean_about(generator, place, condition, edited, day))
        differences.append(means[0] - means[1])
    return float(np.mean(differences)) if differences else 0.0


def _start(condition: Condition) -> int:
    from ..model.temperature.sequence import window_start

    return window_start(condition.window)


def _mean_about(
    generator: TemperatureGenerator, place: Place, condition: Condition, codes: NDArray[np.uint8], day: int
) -> float:
    """Expected score about an epoch, in spreads; the place's own static features stand in for its position's."""
    import torch

    changed = Condition(condition.window, codes.tobytes(), condition.lat, condition.lon, condition.elevation,
                        condition.source, condition.l1c)  # fmt: skip
    seen = generator.inputs(changed)
    static = place.static(True)
    cells = generator.image_tokenizer.decode(codes, condition.l1c)
    shift = generator.head.shift(static, condition.source, cells, _start(condition), condition.l1c)
    seen.static = torch.as_tensor(static, device=generator.device)[None]
    seen.shift = torch.as_tensor(shift, dtype=torch.float32, device=generator.device)[None]
    with torch.inference_mode():
        _, logits = generator.model(seen, generator.trust[0])
        expected = torch.softmax(logits[0], -1).cpu().numpy() @ generator.tokenizer.centres
    first = max(0, day - _start(condition) - 8)
    return float(expected[first : first + 16].mean())

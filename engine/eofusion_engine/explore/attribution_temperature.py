"""What the expected temperature hangs on, where there is no gradient: finite differences, and occlusion.

The mean comes from boosted trees over image tokens. Both are steps: their gradient is zero almost everywhere, and
gradient x input of them would say nothing. In its place stands the slope over a wide stride: each input goes half of
its distance from the baseline to either side while the others stay, and the slope between is taken times the distance.
(Differences along a path from the average image were tried, too: the path crosses thresholds, such as snow's, that
this place never sees, and the order of the inputs was theirs.) Figures and charts name it so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import torch
from numpy.typing import NDArray

from ..bands import S2_BANDS
from ..model.temperature.condition import Condition
from ..model.temperature.correlation import Inputs
from ..model.temperature.generate import TemperatureGenerator
from ..model.temperature.image_tokens import ABSENT, S1_TOKENS, S2_TOKENS
from ..model.temperature.sequence import window_start, windows_of
from .attribution import IMAGE_GROUPS, PLACE, S1, SEASON, TEMPERATURE_GROUPS, Attribution

Floats = NDArray[np.float64]
#: How far an input goes to either side, as a share of its distance from the baseline.
STRIDE = 0.5
#: Windows that are told to the model together.
_BATCH = 64
#: The year by which a place's mean is taken.
_YEAR = 46


@dataclass(frozen=True)
class TemperatureModel:
    """Expected temperature, mean over ``days`` (D ordinals), of a cell as a function of its images (E, bands)."""

    generator: TemperatureGenerator
    epochs: tuple[date, ...]
    days: NDArray[np.int64]
    lat: float
    lon: float
    height: float

    def baseline(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cells (E, bands) whose bands have the training places' means where anything was seen."""
        out = cells.copy()
        for part, sensor in zip(self.generator.image_tokenizer.sensors, (S2_TOKENS, S1_TOKENS), strict=False):
            with torch.no_grad():
                mean = part.physical(torch.zeros_like(part.mean)).cpu().numpy()  # type: ignore[operator,arg-type]
            bands = out[:, sensor.bands]
            out[:, sensor.bands] = np.where(np.isfinite(bands), mean, bands)
        return out

    def image_part(self, versions: NDArray[np.float32]) -> Floats:
        """By how much the images (V, E, bands) move the expected mean temperature of the days, in K: (V,)."""
        generator = self.generator
        ids = generator.tokenize(versions)
        valid = (ids != ABSENT).any(axis=-1)
        total = np.zeros(len(versions))
        windows = windows_of(self.days)
        for window in np.unique(windows):
            inside = self.days[windows == window]
            conditions = generator.conditions(ids, self.epochs, valid, self.lat, self.lon, self.height, int(window))
            spread = generator.normal(conditions[0], inside, self._exact).spread
            total += _expected(generator, conditions)[:, inside - window_start(int(window))] @ spread
        return np.asarray(total / len(self.days))

    @property
    def _exact(self) -> float | None:
        return None if np.isnan(self.height) else self.height

    def _condition(self) -> Condition:
        nothing = np.full((1, len(self.epochs), len(self.generator.image_tokenizer.levels)), ABSENT, np.uint8)
        window = int(windows_of(self.days)[0])
        none = np.zeros((1, len(self.epochs)), bool)
        return self.generator.conditions(nothing, self.epochs, none, self.lat, self.lon, self.height, window)[0]

    def place_and_season(self, reference: float) -> tuple[float, float]:
        """What place and season add in K: the year's mean at the place over ``reference``, and the days over it."""
        condition = self._condition()
        first = int(self.days[0])
        year = first + 8 * np.arange(_YEAR)
        annual = float(self.generator.normal(condition, year, self._exact).mean.mean())
        usual = float(self.generator.normal(condition, self.days, self._exact).mean.mean())
        return annual - reference, usual - annual


def reference_temperature(generator: TemperatureGenerator) -> float:
    """Mean annual temperature in degC of the stations that the climatology knows."""
    climatology = generator.climatology
    x, y, z = climatology.position.T
    lat, lon = np.degrees(np.arcsin(np.clip(z, -1, 1))), np.degrees(np.arctan2(y, x))
    year = [date(2021, 1, 15).replace(month=month) for month in range(1, 13)]
    return float(climatology.mean(lat, lon, year).mean())


def _expected(generator: TemperatureGenerator, conditions: Sequence[Condition]) -> Floats:
    """Expected anomaly (V, WINDOW) in spreads of the days, before any is drawn."""
    unique = list(dict.fromkeys(conditions))
    found: dict[Condition, Floats] = {}
    for start in range(0, len(unique), _BATCH):
        some = unique[start : start + _BATCH]
        inputs = [vars(generator.inputs(condition)) for condition in some]
        joined = Inputs(**{name: torch.cat([one[name] for one in inputs]) for name in inputs[0]})
        with torch.inference_mode():
            _, logits = generator.model(joined, generator.trust[0])
            pmf = torch.softmax(logits.float(), dim=-1).cpu().numpy()
        found |= dict(zip(some, pmf @ generator.tokenizer.centres, strict=True))
    return np.stack([found[condition] for condition in conditions])


def columns_of(group: str) -> slice:
    """Where an image group's bands stand among a cell's values."""
    if group == S1:
        return S1_TOKENS.bands
    index = S2_BANDS.index(group)
    return slice(S2_TOKENS.bands.start + index, S2_TOKENS.bands.start + index + 1)


def slopes_times_input(model: TemperatureModel, cells: NDArray[np.float32], stride: float = STRIDE) -> Floats:
    """Attributions (groups,) in K of the image groups of a cell: central differences times (input - baseline)."""
    base = model.baseline(cells)
    away = cells - base
    versions = []
    for group in IMAGE_GROUPS:
        part = columns_of(group)
        for share in (1 + stride, 1 - stride):
            one = cells.copy()
            one[:, part] = base[:, part] + np.float32(share) * away[:, part]
            versions.append(one)
    values = model.image_part(np.stack(versions)).reshape(len(IMAGE_GROUPS), 2)
    return np.asarray((values[:, 0] - values[:, 1]) / (2 * stride))


def occluded(model: TemperatureModel, cells: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Attributions in K: of the image groups (G,), each to its baseline, and of the epochs (E,) of both sensors."""
    base = model.baseline(cells)
    versions = [cells]
    for group in IMAGE_GROUPS:
        one = cells.copy()
        one[:, columns_of(group)] = base[:, columns_of(group)]
        versions.append(one)
    for epoch in range(len(cells)):
        one = cells.copy()
        one[epoch] = base[epoch]
        versions.append(one)
    values = model.image_part(np.stack(versions))
    groups = len(IMAGE_GROUPS)
    return values[0] - values[1 : groups + 1], values[0] - values[groups + 1 :]


def attribute_cells(
    generator: TemperatureGenerator,
    cells: NDArray[np.float32],
    epochs: Sequence[date],
    days: NDArray[np.int64],
    lat: Floats,
    lon: Floats,
    heights: Floats,
    check: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Attribution, Floats]:
    """Both methods for cells (N, E, bands): attributions (groups, N) in K, and of the epochs (E, N) by occlusion.

    Place and season are exact differences of the climatology, the same in both methods.
    """
    reference = reference_temperature(generator)
    slope, hidden = (np.full((len(TEMPERATURE_GROUPS), len(cells)), np.nan) for _ in range(2))
    by_epoch = np.full((len(epochs), len(cells)), np.nan)
    model = TemperatureModel(generator, tuple(epochs), np.asarray(days, np.int64), 0.0, 0.0, float("nan"))
    for n, cell in enumerate(cells):
        check(n, len(cells))
        here = replace(model, lat=float(lat[n]), lon=float(lon[n]), height=float(heights[n]))
        exact = here.place_and_season(reference)
        for table in (slope, hidden):
            table[TEMPERATURE_GROUPS.index(PLACE), n], table[TEMPERATURE_GROUPS.index(SEASON), n] = exact
        if np.isfinite(cell).any():
            slope[: len(IMAGE_GROUPS), n] = slopes_times_input(here, cell)
            hidden[: len(IMAGE_GROUPS), n], by_epoch[:, n] = occluded(here, cell)
        else:
            slope[: len(IMAGE_GROUPS), n] = hidden[: len(IMAGE_GROUPS), n] = by_epoch[:, n] = 0.0
    return Attribution(TEMPERATURE_GROUPS, slope, hidden), by_epoch

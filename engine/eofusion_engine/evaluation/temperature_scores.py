"""Forecasts of a place's temperature and their scores: squared error, CRPS, coverage, with intervals over groups.

A place counts once, however long its series: a group's scores are sums over its places of each place's means.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from ..model.temperature.climatology import Normal
from ..model.temperature.condition import Condition
from ..model.temperature.generate import TemperatureGenerator, quantile
from ..model.temperature.sequence import EPOCH_DAYS, SOURCES, window_start, windows_of
from ..model.temperature.tokens import UniformTokenizer
from .resampling import Metrics, with_intervals
from .rows import Row, Seen, make_row

if TYPE_CHECKING:
    from ..training.temperature_data import Place

Array = NDArray[np.float64]
#: The share of days that p10 to p90 should hold, and the standard normal's 90 % point.
NOMINAL, Z90 = 0.8, 1.2815515655446004
#: Months from which on a table's series is a long one.
LONG_MONTHS = 6


@dataclass(frozen=True)
class Forecast:
    """Known days (or months) of one place: ``truth`` (N,) in degC, the normal that scores are standardised with, and
    ``pmf`` (N, bins), generated probabilities of the score; None for the normal itself."""

    group: str
    truth: Array
    normal: Normal
    pmf: NDArray[np.float32] | None = None

    @property
    def score(self) -> Array:
        """The truth in spreads about the mean."""
        return np.asarray((self.truth - self.normal.mean) / self.normal.spread)


@dataclass(frozen=True)
class PlaceScore:
    """Means over one place: squared error (K2), CRPS (K), share within p10 to p90; ``n`` days or months."""

    group: str
    square: float
    crps: float
    inside: float
    n: int


def daily_forecast(
    generator: TemperatureGenerator,
    place: Place,
    images: bool = True,
    max_windows: int | None = None,
    samples: int = 16,
    seed: int = 0,
    version: int = 0,
    lst: bool = True,
) -> Forecast | None:
    """A place's known days, generated: of ``max_windows`` windows evenly spread over its series if given.

    ``lst`` False hides the land surface temperature. None where no day is known.
    """
    conditions = place_conditions(generator, place, images, version, lst)
    windows = windows_of(place.days)
    known = np.isfinite(place.tmean)
    chosen = spread_out(np.unique(windows[known]), max_windows)
    parts = []
    for window in chosen:
        condition = conditions[int(window)]
        inside = known & (windows == window)
        days = place.days[inside]
        pmf = generator.window_pmf(condition, seed, samples)[days - window_start(int(window))]
        normal = place_normal(generator, place, condition, days)
        parts.append((place.tmean[inside].astype(np.float64), normal.mean, normal.spread, pmf))
    if not parts:
        return None
    truth, mean, spread, pmf = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Forecast(place.cluster, truth, Normal(mean, spread), pmf)


def climatology_forecast(
    generator: TemperatureGenerator, place: Place, kind: str, max_windows: int | None = None
) -> Forecast | None:
    """The same days by climatology: of ``place``, of ``latitude`` alone, or ``corrected`` to the source's habits."""
    windows, known = windows_of(place.days), np.isfinite(place.tmean)
    known &= np.isin(windows, spread_out(np.unique(windows[known]), max_windows))
    if not known.any():
        return None
    normal = climatology_normal(generator, place, place.days[known], kind)
    return Forecast(place.cluster, place.tmean[known].astype(np.float64), normal)


def climatology_normal(generator: TemperatureGenerator, place: Place, days: NDArray[np.int64], kind: str) -> Normal:
    """One of the climatologies of :func:`climatology_forecast` at ordinals (D,)."""
    if kind == "latitude":
        return generator.climatology.zonal_normal(place.lat, days)
    height = place.elevation if np.isfinite(place.elevation) else None
    if kind == "place":
        return generator.climatology.normal(place.lat, place.lon, days, height)
    return generator.normal(Condition(0, b"", place.lat, place.lon, height, place.source), days)


def place_normal(
    generator: TemperatureGenerator, place: Place, condition: Condition, days: NDArray[np.int64]
) -> Normal:
    """The climatology under a generated series, at the place's own height."""
    return generator.normal(condition, days, place.elevation if np.isfinite(place.elevation) else None)


def place_conditions(
    generator: TemperatureGenerator, place: Place, images: bool = True, version: int = 0, lst: bool = True
) -> dict[int, Condition]:
    """The condition of each window of a place's days."""
    epochs = place.first + EPOCH_DAYS * np.arange(place.cells.shape[1])
    cells = place.cells[version : version + 1].copy() if place.cells.size else place.cells[:0].reshape(0, 0, 0)
    use = images and place.has_cells
    if use and not lst:
        cells[..., -1] = np.nan
    codes = (
        generator.tokenize(cells, place.l1c)
        if use
        else np.zeros((1, 0, len(generator.image_tokenizer.levels)), np.uint8)
    )
    valid = np.ones(codes.shape[:2], bool)
    height = place.elevation if np.isfinite(place.elevation) else None
    return {
        int(window): generator.conditions(
            codes, epochs if use else np.zeros(0, np.int64), valid, place.lat, place.lon, height, int(window),
            place.source, place.l1c,
        )[0]
        for window in np.unique(windows_of(place.days))
    }  # fmt: skip


def monthly_forecast(generator: TemperatureGenerator, place: Place, kind: str, samples: int = 0) -> Forecast | None:
    """A place's months: ``generated``, generated ``blind`` (without images), or a climatology's ``kind``.

    The normal's mean is the forecast and its spread the mean spread of the days; ``pmf`` stays None.
    """
    if not len(place.months):
        return None
    days = place.days
    made = kind in ("generated", "blind")
    normal = climatology_normal(generator, place, days, "corrected" if made else kind)
    mean = normal.mean.copy()
    if made:
        conditions = place_conditions(generator, place, kind == "generated")
        windows = windows_of(days)
        for window, condition in conditions.items():
            inside = windows == window
            pmf = generator.window_pmf(condition, 0, samples)[days[inside] - window_start(window)]
            mean[inside] += normal.spread[inside] * (pmf @ generator.tokenizer.centres)
    spans = [slice(int(first), int(end)) for first, end, _ in place.months]
    return Forecast(
        place.cluster,
        place.months[:, 2].astype(np.float64),
        Normal(np.array([mean[s].mean() for s in spans]), np.array([normal.spread[s].mean() for s in spans])),
    )


def spread_out(windows: NDArray[np.int64], most: int | None) -> NDArray[np.int64]:
    """At most so many of the windows, evenly."""
    if most is None or len(windows) <= most:
        return windows
    return np.asarray(windows[np.unique(np.linspace(0, len(windows) - 1, most).astype(int))])


def interval(item: Forecast, tokenizer: UniformTokenizer, factor: float) -> tuple[Array, Array]:
    """p10 and p90 in spreads, widened by ``factor``."""
    if item.pmf is None:
        edge = np.full(len(item.truth), Z90 * factor)
        return -edge, edge
    mean = item.pmf @ tokenizer.centres
    low, high = (mean + factor * (quantile(item.pmf, tokenizer, q) - mean) for q in (0.1, 0.9))
    return low, high


def coverage(forecasts: Sequence[Forecast], tokenizer: UniformTokenizer, factor: float) -> float:
    """Mean over places of the share within p10 to p90."""
    shares = []
    for item in forecasts:
        low, high = interval(item, tokenizer, factor)
        shares.append(float(np.mean((item.score >= low) & (item.score <= high))))
    return float(np.mean(shares))


def fitting_factor(forecasts: Sequence[Forecast], tokenizer: UniformTokenizer) -> float:
    """The factor on the width that brings the coverage of these places to 80 %; 1 without any."""
    if not forecasts:
        return 1.0
    low, high = 0.2, 4.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if coverage(forecasts, tokenizer, middle) < NOMINAL else (low, middle)
    return round((low + high) / 2, 4)


def crps_normal(z: Array) -> Array:
    """CRPS of a standard normal at z (Gneiting and Raftery 2007, equation 21)."""
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    below = 0.5 * (1 + torch.erf(torch.as_tensor(z / math.sqrt(2))).numpy())
    return np.asarray(z * (2 * below - 1) + 2 * density - 1 / math.sqrt(math.pi))


def crps_binned(pmf: NDArray[np.float32], tokenizer: UniformTokenizer, factor: float, z: Array) -> Array:
    """CRPS of binned distributions (N, bins), widened about their means by ``factor``, at z (N,)."""
    mean = pmf @ tokenizer.centres
    # Widening the distribution by a factor is narrowing the truth's distance from the mean by it.
    score = mean + (z - mean) / factor
    cdf = np.cumsum(pmf.astype(np.float64), axis=-1)
    cdf /= cdf[:, -1:]
    middle = cdf - 0.5 * pmf / pmf.sum(axis=-1, keepdims=True)
    # The share of each bin that lies above the truth.
    lower = np.arange(tokenizer.bins) * tokenizer.width - tokenizer.limit
    above = np.clip((lower[None] + tokenizer.width - score[:, None]) / tokenizer.width, 0, 1)
    integral = ((middle**2) * (1 - above) + ((1 - middle) ** 2) * above).sum(axis=-1) * tokenizer.width
    beyond = np.clip(np.abs(score) - tokenizer.limit, 0, None)
    return np.asarray(factor * (integral + beyond))


def place_score(item: Forecast, tokenizer: UniformTokenizer, factor: float) -> PlaceScore:
    """Scores of one place's forecast, its spread multiplied by ``factor``."""
    z = item.score
    if item.pmf is None:
        mean_z, crps_z = np.zeros_like(z), factor * crps_normal(z / factor)
    else:
        mean_z, crps_z = np.asarray(item.pmf @ tokenizer.centres), crps_binned(item.pmf, tokenizer, factor, z)
    low, high = interval(item, tokenizer, factor)
    error = item.normal.mean + mean_z * item.normal.spread - item.truth
    return PlaceScore(
        item.group,
        float(np.mean(error**2)),
        float(np.mean(crps_z * item.normal.spread)),
        float(np.mean((z >= low) & (z <= high))),
        len(z),
    )


def best_of(methods: Mapping[str, Sequence[PlaceScore]], names: Iterable[str]) -> str:
    """That of ``names`` with the least mean CRPS."""
    return min(names, key=lambda name: float(np.mean([score.crps for score in methods[name]])))


def score_rows(
    task: str, data: str, methods: Mapping[str, Sequence[PlaceScore]], reference: str, seen: Seen, part: str = "",
    note: str = "",
) -> list[Row]:  # fmt: skip
    """One row a method, compared with ``reference`` on the same places, paired over groups.

    ``skill`` is one minus the CRPS over the reference's.
    """
    if not methods or not next(iter(methods.values())):
        return []
    base = methods[reference]
    groups = np.array([score.group for score in base])
    names, inverse = np.unique(groups, return_inverse=True)

    def sums(own: Sequence[PlaceScore]) -> Array:
        columns = [np.array([getattr(s, key) for s in own]) for key in ("square", "crps", "inside")]
        columns += [np.array([s.crps for s in base]), np.ones(len(own))]
        return np.stack([np.bincount(inverse, column, len(names)) for column in columns], axis=1)

    def metrics(total: Array) -> Metrics:
        square, crps, inside, against, count = np.moveaxis(total, -1, 0)
        return {"rmse": np.sqrt(square / count), "crps": crps / count, "coverage80": inside / count,
                "skill": 1 - crps / against}  # fmt: skip

    rows = []
    for name, own in methods.items():
        same = name == reference
        found = with_intervals(sums(own), metrics, None if same else sums(base), () if same else ("crps", "rmse"))
        if same:
            found = {key: value for key, value in found.items() if not key.startswith("skill")}
        rows.append(
            make_row(
                task, data, name, sum(score.n for score in own), seen, {**found, "groups": float(len(names))},
                part=part, reference="" if same else reference, unit="degC", note=note,
            )
        )  # fmt: skip
    return rows


def source_key(place: Place) -> str:
    """The name that a place's interval factors go by: its source, for months apart, a year's from a few."""
    if place.source not in SOURCES:
        raise ValueError(f"Unknown source {place.source!r}.")
    if not len(place.months):
        return place.source
    return f"{place.source} year" if len(place.months) >= LONG_MONTHS else f"{place.source} months"

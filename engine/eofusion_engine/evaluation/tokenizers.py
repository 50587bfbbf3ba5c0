"""Tokens of daily temperature there and back, on places that trained neither tokenizer nor climatology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..model.temperature.climatology import Climatology, Normal
from ..model.temperature.fsq_tokens import TOKENIZERS, load_tokenizers
from ..model.temperature.generate import TemperatureGenerator
from ..model.temperature.tokens import FixedRangeTokenizer, SeriesTokenizer, UniformTokenizer
from ..training.temperature_series import NEVER_TRAINED, PlaceSeries, read_series
from .bundle import bundle_folder
from .resampling import with_intervals
from .rows import OURS, Row, make_row
from .seen import SEEN_LABELS, SeenLabel, TrainingPlaces, label_places
from .transform_coder import load_coder

TASK, UNIT = "tokenizers", "degC"
#: The share of a place's days at each end of its departures that the tail error is of.
TAIL = 0.01
FSQ = f"{OURS} fsq"
REFERENCE = "transform coding"
#: Longest unbroken piece of a series that is scored (days from its first day on): bounds time on long records.
LONGEST = 3653
_COLUMNS = 5  # count, sum of errors, of squares, tail count, tail squares


@dataclass(frozen=True)
class Sample:
    """One place: its group for the intervals, degC (D,) day by day with NaN gaps, and its climatology."""

    cluster: str
    tmean: NDArray[np.float64]
    normal: Normal


def evaluate(data: Path, weights: Path | None = None) -> list[Row]:
    """All rows of the tokenizers' table.

    Raises:
        FileNotFoundError: the folder has no ``temperature/temperature_daily.parquet``.
        WeightsError: the tokenizers, the climatology or the fitted reference are missing or damaged.
    """
    climatology = TemperatureGenerator.from_weights(weights).climatology
    series = read_series(data)
    lat, lon = (np.array([getattr(item, name) for item in series]) for name in ("lat", "lon"))
    held = np.array([item.role in ("test", NEVER_TRAINED) for item in series])
    places = TrainingPlaces.of((TOKENIZERS, "temperature"), weights)
    seen = label_places(places, lat, lon, held)
    never = np.array([item.role == NEVER_TRAINED for item in series])
    models = tokenizers(weights)
    rows: list[Row] = []
    for name, chosen in (("stations and towers", ~never), (NEVER_TRAINED, never)):
        for label in SEEN_LABELS:
            samples = [as_sample(series[i], climatology) for i in np.flatnonzero(chosen & (seen == label))]
            if samples:
                rows += score(name, samples, models, label)
    return rows


def tokenizers(weights: Path | None) -> dict[str, SeriesTokenizer]:
    """All tokenizers of the table by name, the fitted ones from their files."""
    quantile, fsq = load_tokenizers(weights)
    return {
        "uniform bins, fixed range": FixedRangeTokenizer(),
        "uniform bins of the departure": UniformTokenizer(),
        "quantile bins of the departure": quantile,
        REFERENCE: load_coder(bundle_folder(weights)),
        FSQ: fsq,
    }


def as_sample(item: PlaceSeries, climatology: Climatology) -> Sample:
    """A place's series day by day, at most LONGEST days."""
    days = np.arange(item.days[0], min(int(item.days[-1]), int(item.days[0]) + LONGEST - 1) + 1)
    inside = item.days <= days[-1]
    tmean = np.full(len(days), np.nan)
    tmean[item.days[inside] - days[0]] = item.tmean[inside]
    return Sample(item.cluster, tmean, climatology.normal(item.lat, item.lon, days))


def score(data: str, samples: list[Sample], models: Mapping[str, SeriesTokenizer], seen: SeenLabel) -> list[Row]:
    """One row per tokenizer: RMSE and bias over days, RMSE of the coldest and warmest days, bits, use of the codes."""
    clusters = np.unique([sample.cluster for sample in samples], return_inverse=True)[1]
    found: dict[str, tuple[NDArray[np.float64], dict[str, float]]] = {}
    for name, tokenizer in models.items():
        sums, numbers = np.zeros((clusters.max() + 1, _COLUMNS)), []
        for sample, cluster in zip(samples, clusters, strict=True):
            tokens = tokenizer.encode(sample.tmean, sample.normal, allow_missing=True)
            sums[cluster] += error_sums(sample, tokenizer.decode(tokens, sample.normal))
            numbers.append(tokenizer.numbers(tokens))
        found[name] = sums, use(np.concatenate(numbers), tokenizer.levels)
    reference = found[REFERENCE][0] if REFERENCE in found else None
    rows = []
    for name, (sums, codes) in found.items():
        own = reference if name == FSQ else None
        metrics = with_intervals(sums, _metrics, own, ("rmse",) if own is not None else ())
        texts = {"unit": UNIT} | ({"reference": REFERENCE} if own is not None else {})
        bits = {"bits_per_day": models[name].bits_per_day}
        rows.append(make_row(TASK, data, name, int(sums[:, 0].sum()), seen, {**metrics, **bits, **codes}, **texts))
    return rows


def error_sums(sample: Sample, back: NDArray[np.float32]) -> NDArray[np.float64]:
    """Count, errors and squares over the known days, and count and squares over the tails of the departures."""
    known = np.isfinite(sample.tmean)
    departure = (sample.tmean - sample.normal.mean)[known]
    error = back[known].astype(np.float64) - sample.tmean[known]
    low, high = np.quantile(departure, [TAIL, 1 - TAIL])
    tail = (departure <= low) | (departure >= high)
    return np.array([known.sum(), error.sum(), (error**2).sum(), tail.sum(), (error[tail] ** 2).sum()])


def _metrics(sums: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    count, error, square, tails, tail_square = np.moveaxis(sums, -1, 0)
    return {"rmse": np.sqrt(square / count), "bias": error / count, "tail_rmse": np.sqrt(tail_square / tails)}


def use(numbers: NDArray[np.int64], levels: tuple[int, ...]) -> dict[str, float]:
    """Over a token's numbers (N, C), the mean share of their levels that occurs at all, and the mean perplexity as a
    share of the levels: 1 where all are used alike."""
    used, even = [], []
    for column, size in zip(numbers.T, levels, strict=True):
        share = np.bincount(column, minlength=size) / len(column)
        used.append(float((share > 0).mean()))
        share = share[share > 0]
        even.append(float(np.exp(-(share * np.log(share)).sum()) / size))
    return {"code_use": float(np.mean(used)), "perplexity_share": float(np.mean(even))}

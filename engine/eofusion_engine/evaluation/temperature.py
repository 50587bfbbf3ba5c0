"""Scores of the temperature part on places it has never seen, always beside the climatology.

All scores are means over places of each place's own score (so that a long series does not outvote a short
one), but R2, which is over all days. Intervals are 95 % bootstraps over clusters of places.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..model.temperature.climatology import Normal
from ..model.temperature.correlation import EPOCH_DAYS, EPOCH_ORIGIN, WINDOW
from ..model.temperature.generate import TemperatureGenerator, quantile, window_start
from ..model.temperature.tokens import UniformTokenizer

if TYPE_CHECKING:
    from ..training.temperature_data import Place

Array = NDArray[np.float64]
#: The share of days that p10 to p90 should hold.
NOMINAL = 0.8
Z90 = 1.2815515655446004
#: Windows of a place that calibration generates: enough for a mean, few enough for a laptop.
MAX_WINDOWS = 12
DRAWS = 2000


@dataclass(frozen=True)
class Forecast:
    """Known days of one place: truth (N,) in degC and the normal that scores are standardised with. ``pmf``
    (N, bins) holds generated probabilities, None for the climatology's own normal."""

    cluster: str
    truth: Array
    normal: Normal
    pmf: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class PlaceScore:
    """One place's scores in K; coverage is a share of its days."""

    cluster: str
    truth: Array
    mean: Array
    rmse: float
    mae: float
    crps: float
    coverage: float


def evaluate(data_dir: Path, weights_dir: Path | None = None, cache: Path | None = None) -> list[dict[str, Any]]:
    """All rows of the temperature table.

    Args:
        data_dir: the folder of real data. weights_dir: the shipped weights where None.
        cache: a cache that ``python -m eofusion_engine.training temperature`` wrote with the same weights; it is
            made anew (a minute) where None.
    """
    from ..resources import weights_folder
    from ..training.temperature import embedder
    from ..training.temperature_data import load_cache, prepare

    folder = weights_folder() if weights_dir is None else weights_dir
    generator = TemperatureGenerator.from_weights(folder)
    if cache is None:
        with tempfile.TemporaryDirectory() as work:
            _, places, _, _ = load_cache(prepare(data_dir, Path(work), embedder(folder)))
    else:
        _, places, _, _ = load_cache(cache)
    return [*_tower_rows(generator, places), *_station_rows(generator, places), _round_trip_row(generator, places)]


def _tower_rows(generator: TemperatureGenerator, places: list[Place]) -> list[dict[str, Any]]:
    held = [place for place in places if place.role == "calibration"]
    towers = [place for place in places if place.role == "test" and len(place.seen)]
    place_factor = normal_factor([climatology_forecast(generator, place) for place in held])
    zonal_factor = normal_factor([climatology_forecast(generator, place, zonal=True) for place in held])
    without, with_images = generator.width_factors
    forecasts: dict[str, tuple[list[Forecast], float]] = {
        "climatology of place and day of year": ([climatology_forecast(generator, p) for p in towers], place_factor),
        "climatology of latitude and day of year": (
            [climatology_forecast(generator, p, zonal=True) for p in towers], zonal_factor,
        ),
        "generated from image tokens": ([generated_forecast(generator, p, True) for p in towers], with_images),
        "generated without image tokens": ([generated_forecast(generator, p, False) for p in towers], without),
    }  # fmt: skip
    tall = [place for place in towers if np.isfinite(place.elevation)]
    rows = _table("held-out towers", forecasts, generator.tokenizer)
    by_height = {
        "climatology of place and day of year, coarse relief": (
            [climatology_forecast(generator, p) for p in tall], place_factor,
        ),
        "the same with the tower's elevation": (
            [climatology_forecast(generator, p, elevation=p.elevation) for p in tall], place_factor,
        ),
        "generated from image tokens, with the elevation": (
            [generated_forecast(generator, p, True, elevation=p.elevation) for p in tall], with_images,
        ),
    }  # fmt: skip
    return rows + _table("held-out towers of known elevation", by_height, generator.tokenizer)


def _station_rows(generator: TemperatureGenerator, places: list[Place]) -> list[dict[str, Any]]:
    held = [place for place in places if place.role == "calibration"]
    factors = [normal_factor([climatology_forecast(generator, p, zonal=z) for p in held]) for z in (False, True)]
    trained = {place.cluster for place in places if place.role == "train"}
    sets = {
        "held-out stations": [p for p in places if p.role == "test" and not len(p.seen)],
        "dssat (never trained on; some of its positions are wrong)": [
            p for p in places if p.role == "dssat" and p.cluster not in trained
        ],
    }
    rows = []
    for name, chosen in sets.items():
        both: dict[str, tuple[list[Forecast], float]] = {
            "climatology of place and day of year": ([climatology_forecast(generator, p) for p in chosen], factors[0]),
            "climatology of latitude and day of year": (
                [climatology_forecast(generator, p, zonal=True) for p in chosen], factors[1],
            ),
        }  # fmt: skip
        rows += _table(name, both, generator.tokenizer)
    return rows


def _round_trip_row(generator: TemperatureGenerator, places: list[Place]) -> dict[str, Any]:
    errors = []
    for place in places:
        if place.role != "test":
            continue
        item = climatology_forecast(generator, place)
        back = generator.tokenizer.decode(generator.tokenizer.encode(item.truth, item.normal), item.normal)
        errors.append(float(np.sqrt(np.mean((back - item.truth) ** 2))))
    return {"set": "held-out places", "what": "temperature tokenizer, round trip", "places": len(errors),
            "rmse": float(np.mean(errors)), "worst_place_rmse": float(np.max(errors))}  # fmt: skip


def climatology_forecast(
    generator: TemperatureGenerator, place: Place, zonal: bool = False, elevation: float | None = None
) -> Forecast:
    """A place's known days with our climatology, or with the site-blind one."""
    known = np.isfinite(place.tmean)
    days = place.first + np.flatnonzero(known)
    if zonal:
        normal = generator.climatology.zonal_normal(place.lat, days)
    else:
        normal = generator.climatology.normal(place.lat, place.lon, days, elevation)
    return Forecast(place.cluster, place.tmean[known].astype(np.float64), normal)


def generated_forecast(
    generator: TemperatureGenerator,
    place: Place,
    images: bool,
    seed: int = 0,
    max_windows: int | None = None,
    elevation: float | None = None,
) -> Forecast:
    """A place's known days, generated; those of ``max_windows`` windows evenly spread over its series if given."""
    days = place.first + np.arange(len(place.tmean))
    windows = (days - EPOCH_ORIGIN) // WINDOW
    known = np.isfinite(place.tmean)
    filled = np.unique(windows[known])
    if max_windows is not None:
        filled = filled[np.unique(np.linspace(0, len(filled) - 1, min(max_windows, len(filled))).astype(int))]
    use_images = images and len(place.seen) > 0
    epochs = place.first + EPOCH_DAYS * np.arange(place.seen.shape[1] if use_images else 0)
    dates = [date.fromordinal(int(epoch)) for epoch in epochs]
    codes = np.zeros((1, 0, len(generator.image_tokenizer.levels)), np.uint8)
    seen = place.seen[:1] if use_images else np.zeros((1, 0), bool)
    if use_images:
        codes = generator.tokenize(place.embeddings[:1], seen)
    truth, mean, spread, pmf = [], [], [], []
    for window in filled:
        condition = generator.conditions(codes, dates, seen, place.lat, place.lon, elevation, int(window))[0]
        inside = known & (windows == window)
        normal = generator.normal(condition, days[inside], elevation)
        truth.append(place.tmean[inside].astype(np.float64))
        mean.append(normal.mean)
        spread.append(normal.spread)
        pmf.append(generator.window_pmf(condition, seed)[days[inside] - window_start(int(window))])
    return Forecast(
        place.cluster, np.concatenate(truth), Normal(np.concatenate(mean), np.concatenate(spread)), np.concatenate(pmf)
    )


def calibrate(generator: TemperatureGenerator, places: list[Place]) -> tuple[float, float]:
    """Interval factors (without images, with images) that bring the coverage of held-out places to 80 %."""
    factors = []
    for images in (False, True):
        chosen = [place for place in places if len(place.seen)] if images else places
        forecasts = [generated_forecast(generator, place, images, max_windows=MAX_WINDOWS) for place in chosen]
        factors.append(_factor(lambda f, items=forecasts: _coverage(items, generator.tokenizer, f)))  # type: ignore[misc]
    return factors[0], factors[1]


def normal_factor(forecasts: list[Forecast]) -> float:
    """The factor on the climatology's spread that brings its coverage of these places to 80 %."""
    return _factor(lambda f: _coverage(forecasts, UniformTokenizer(), f))


def _factor(coverage: Callable[[float], float]) -> float:
    low, high = 0.3, 4.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if coverage(middle) < NOMINAL else (low, middle)
    return round((low + high) / 2, 4)


def _coverage(forecasts: list[Forecast], tokenizer: UniformTokenizer, factor: float) -> float:
    shares = []
    for item in forecasts:
        z = (item.truth - item.normal.mean) / item.normal.spread
        low, high = _interval(item, tokenizer, factor)
        shares.append(float(np.mean((z >= low) & (z <= high))))
    return float(np.mean(shares))


def _interval(item: Forecast, tokenizer: UniformTokenizer, factor: float) -> tuple[Array, Array]:
    if item.pmf is None:
        edge = np.full(len(item.truth), Z90 * factor)
        return -edge, edge
    mean = item.pmf @ tokenizer.centres
    low, high = (mean + factor * (quantile(item.pmf, tokenizer, q) - mean) for q in (0.1, 0.9))
    return low, high


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
    z = (item.truth - item.normal.mean) / item.normal.spread
    if item.pmf is None:
        mean_z, crps_z = np.zeros_like(z), factor * crps_normal(z / factor)
    else:
        mean_z = np.asarray(item.pmf @ tokenizer.centres)
        crps_z = crps_binned(item.pmf, tokenizer, factor, z)
    low, high = _interval(item, tokenizer, factor)
    mean = item.normal.mean + mean_z * item.normal.spread
    error = mean - item.truth
    return PlaceScore(
        item.cluster,
        item.truth,
        mean,
        float(np.sqrt(np.mean(error**2))),
        float(np.mean(np.abs(error))),
        float(np.mean(crps_z * item.normal.spread)),
        float(np.mean((z >= low) & (z <= high))),
    )


def _table(
    name: str, forecasts: dict[str, tuple[list[Forecast], float]], tokenizer: UniformTokenizer
) -> list[dict[str, Any]]:
    """One row per method; all are compared with the first on the same days."""
    if not next(iter(forecasts.values()))[0]:
        return []
    scores = {what: [place_score(item, tokenizer, f) for item in items] for what, (items, f) in forecasts.items()}
    base = next(iter(scores.values()))
    rows = []
    for what, own in scores.items():
        truth, mean = (np.concatenate([getattr(s, key) for s in own]) for key in ("truth", "mean"))
        row: dict[str, Any] = {
            "set": name, "what": what, "places": len(own), "clusters": len({s.cluster for s in own}),
            **{key: float(np.mean([getattr(s, key) for s in own])) for key in ("rmse", "mae", "crps", "coverage")},
            "median_rmse": float(np.median([s.rmse for s in own])),
            "r2": float(1 - np.mean((mean - truth) ** 2) / truth.var()),
        }  # fmt: skip
        row["rmse_interval"] = bootstrap([s.rmse for s in own], [s.cluster for s in own])
        if own is not base:
            difference = [s.crps - b.crps for s, b in zip(own, base, strict=True)]
            row["crps_difference"] = float(np.mean(difference))
            row["crps_difference_interval"] = bootstrap(difference, [s.cluster for s in own])
            row["verdict"] = _verdict(*row["crps_difference_interval"])
        rows.append(row)
    return rows


def _verdict(low: float, high: float) -> str:
    if high < 0:
        return "better than the first row"
    return "worse than the first row" if low > 0 else "not told apart from the first row"


def bootstrap(values: list[float], clusters: list[str], seed: int = 0) -> tuple[float, float]:
    """95 % interval of the mean of places' values, resampling whole clusters."""
    names, inverse = np.unique(clusters, return_inverse=True)
    sums = np.bincount(inverse, np.asarray(values), len(names))
    counts = np.bincount(inverse, minlength=len(names))
    picks = np.random.default_rng(seed).integers(0, len(names), (DRAWS, len(names)))
    means = sums[picks].sum(axis=1) / counts[picks].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def format_rows(rows: list[dict[str, Any]]) -> str:
    """The rows as a plain table, the difference to the climatology with its interval beside each."""
    lines = [f"{'set / method':66s} places  RMSE   MAE    CRPS   10-90   R2    CRPS minus first row"]
    last = None
    for row in rows:
        if row["set"] != last:
            last = row["set"]
            lines.append(str(last))
        if "crps" not in row:
            lines.append(f"  {row['what']:64s} {row['places']:5d}  {row['rmse']:5.2f}")
            continue
        line = (
            f"  {row['what']:64s} {row['places']:5d}  {row['rmse']:5.2f}  {row['mae']:5.2f}  {row['crps']:5.2f}  "
            f"{row['coverage']:5.2f}  {row['r2']:5.2f}"
        )
        if "crps_difference" in row:
            low, high = row["crps_difference_interval"]
            line += f"  {row['crps_difference']:+.3f} [{low:+.3f}, {high:+.3f}] {row['verdict']}"
        lines.append(line)
    return "\n".join(lines)

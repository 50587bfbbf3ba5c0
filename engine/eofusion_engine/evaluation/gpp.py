"""GPP at flux towers: the shipped head and shipped baselines on any folder of towers, without a refit.

Rows say ``seen`` for towers within 25 km of a training tower and ``unseen`` for the others. With ``cv`` the head and
every baseline are also refitted ten times over the folder's own clusters, and each tower is scored by a fit without it.
Differences are paired over resampled clusters, against the best baseline of the table.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from ..model.gpp import GppHead, load_radiation_climatology
from ..model.light_use import ground_gate
from ..training.gpp_fit import OutOfFold, out_of_fold, predict_rows
from ..training.gpp_interval_fit import SEASON_DAYS, SensorIntervals, fit_intervals, seasons_of
from ..training.gpp_tables import TowerTable, read_towers
from ..training.gpp_weather import ClimatologicalWeather, read_radiation, read_temperature
from .gpp_models import LUE, NIRV, TREES, TREES_WEATHER, Baselines
from .gpp_sensitivity import altered
from .resampling import error_metrics, error_sums, with_intervals
from .rows import OURS, Row, Seen, make_row
from .seen import TrainingPlaces

Drivers = Literal["full", "none"]
#: Data of the rows: the table, and whether only clear chips of it.
DATA = {
    "hls": ("hls", False),
    "hls_clear": ("hls", True),
    "nbar_daily": ("modis", False),
    "nbar_8day": ("modis8", False),
}
#: A site's mean over the days of a year: what period sums are judged by.
SEASON = "nbar_season"
#: Days that one row of a table is the mean of: errors that are new every day fade in it.
_ROW_DAYS = {"hls": 1, "modis": 1, "modis8": 8}
#: The name of what the head says without the tower's weather.
NO_WEATHER = "no weather: climatology"
_UNIT = "g C m-2 d-1"
#: A site has an R2 of its own with this many rows, a vegetation type a row with these.
_SITE_ROWS, _TYPE_ROWS = 20, 50
#: Fewer neighbourhoods than this have no interval.
_INTERVAL_CLUSTERS = 4


def evaluate(data_dir: Path, weights_dir: Path | None = None, cv: bool = False, drivers: Drivers = "full") -> list[Row]:
    """Scores by data, model and vegetation type. Half a minute; with ``cv`` some more.

    Args:
        data_dir: holds ``gpp/hls_gpp.csv`` or ``gpp/nbar_daily_gpp.csv.gz``. drivers: ``none`` gives the head no
            weather of the tower but climatologies of temperature and radiation, and no VPD; the baselines keep
            theirs.

    Raises:
        FileNotFoundError: the folder has none of the tables. BundleError: the shipped baselines are missing.
    """
    torch.set_num_threads(1)
    towers = read_towers(data_dir)
    head, baselines = GppHead.from_weights(weights_dir), Baselines.load(weights_dir)
    weather = ClimatologicalWeather(load_radiation_climatology(weights_dir), baselines.temperature)
    shipped = _shipped(head, baselines, towers, weather, drivers)
    labels = TrainingPlaces.of(["gpp"], weights_dir).label(towers.lat, towers.lon)
    rows: list[Row] = []
    for seen in ("unseen", "seen"):
        rows += _tables(towers, labels == seen, shipped, seen)  # type: ignore[arg-type]
    if cv:
        rows += _tables(towers, np.ones(len(towers), bool), _refitted(data_dir, towers, baselines, drivers), "cv")
    return rows


@dataclass(frozen=True)
class _Predictions:
    """Ours (N,) with its ``bounds`` (3, N) by :func:`_bounds`, baselines by name (N,), and ``variants`` (N,): ours with
    less known, or with other reflectance."""

    ours: np.ndarray
    bounds: np.ndarray
    baselines: Mapping[str, np.ndarray]
    note: str
    variants: Mapping[str, np.ndarray] = field(default_factory=dict)


def _shipped(
    head: GppHead, baselines: Baselines, towers: TowerTable, weather: ClimatologicalWeather, drivers: Drivers
) -> _Predictions:
    without = _no_weather(head, towers, weather)
    if drivers == "none":
        return _Predictions(
            without, _bounds(_sensors(head, False), towers, without), baselines.predict(towers), NO_WEATHER
        )
    ours = predict_rows(head.core, towers)
    variants = {NO_WEATHER: without, **altered(head.core, towers)}
    return _Predictions(ours, _bounds(_sensors(head, True), towers, ours), baselines.predict(towers), "", variants)


def _sensors(head: GppHead, measured: bool) -> SensorIntervals:
    return SensorIntervals(head.intervals[measured], head.coarse_intervals[measured])


def _no_weather(head: GppHead, towers: TowerTable, weather: ClimatologicalWeather) -> np.ndarray:
    tair, ssrd = weather.at(towers.lat, towers.lon, towers.doy)
    return predict_rows(head.core, towers, tair, ssrd, np.full(len(towers), np.nan))


def _refitted(data_dir: Path, towers: TowerTable, baselines: Baselines, drivers: Drivers) -> _Predictions:
    result = out_of_fold(towers, read_radiation(data_dir), read_temperature(data_dir))
    ours = result.climatological if drivers == "none" else result.measured
    simple: dict[str, np.ndarray] = {}
    for number in np.unique(result.fold):
        out = result.fold == number
        models = Baselines.fit(towers.take(~out), baselines.temperature)
        for name, predicted in models.predict(towers.take(out)).items():
            simple.setdefault(name, np.full(len(towers), np.nan))[out] = predicted
    variants = {} if drivers == "none" else {NO_WEATHER: result.climatological}
    return _Predictions(ours, _crossed(towers, result, ours), simple, NO_WEATHER if drivers == "none" else "", variants)


def _crossed(towers: TowerTable, result: OutOfFold, predicted: np.ndarray) -> np.ndarray:
    """Bounds (3, N) whose interval was fitted to the other folds' errors."""
    bounds = np.full((3, len(towers)), np.nan)
    for number in np.unique(result.fold):
        out = result.fold == number
        intervals = fit_intervals(towers.take(~out), predicted[~out])
        bounds[:, out] = _bounds(intervals, towers.take(out), predicted[out])
    return bounds


def _bounds(intervals: SensorIntervals, towers: TowerTable, predicted: np.ndarray) -> np.ndarray:
    """p10 and p90 of rows by their sensor's interval (those that are means of several days have narrower ones), and
    the share of it that is left of a season's mean (3, N)."""
    gate = ground_gate(torch.as_tensor(towers.six)).double()
    centre = torch.as_tensor(predicted)
    bounds = np.full((3, len(towers)), np.nan)
    for table, days in _ROW_DAYS.items():
        mine = towers.table == table
        interval = intervals.fine if table == "hls" else intervals.coarse
        low, high = (side.numpy() for side in interval.apply(centre[mine], gate[mine]))
        width = interval.period_width(days)
        middle = predicted[mine]
        bounds[:2, mine] = middle - width * (middle - low), middle + width * (high - middle)
        seasons = seasons_of(towers.take(mine))
        season_width = np.append(interval.period_width(seasons.days), np.nan)  # -1 finds the NaN
        bounds[2, mine] = season_width[seasons.of_row]
    return bounds


def _tables(towers: TowerTable, use: np.ndarray, predictions: _Predictions, seen: Seen) -> list[Row]:
    rows: list[Row] = []
    for data, (table, clear) in DATA.items():
        here = use & (towers.table == table) & np.isfinite(predictions.ours)
        if clear:
            here &= towers.clear
        models = {name: values for name, values in predictions.baselines.items() if np.isfinite(values[here]).any()}
        if here.sum() < _TYPE_ROWS or not models:
            continue
        part = towers.take(here)
        best = max(models, key=lambda name: _r2(part.gpp, models[name][here]))  # used at once
        reference = models[best][here]
        bounds = predictions.bounds[:2, here]
        rows.append(
            _row(data, OURS, part, predictions.ours[here], seen, bounds, reference, best, note=predictions.note)
        )
        for name, values in predictions.variants.items():
            if np.isfinite(values[here]).all():
                ours = predictions.ours[here]
                rows.append(_row(data, f"{OURS}, {name}", part, values[here], seen, None, ours, OURS))
        rows += [_row(data, name, part, values[here], seen) for name, values in models.items()]
        if not clear:
            rows += _by_type(data, part, predictions.ours[here], bounds, seen)
        if data == "nbar_daily":
            weather = predictions.note
            rows += _seasons(
                part, predictions.ours[here], predictions.bounds[:, here], seen, best, models[best][here], weather
            )
    return rows


def _seasons(
    towers: TowerTable, ours: np.ndarray, bounds: np.ndarray, seen: Seen, best: str, other: np.ndarray, note: str
) -> list[Row]:
    """Means over the days that the table has of a site's year, as a period's sum has them, with that sum's interval."""
    seasons = seasons_of(towers)
    if not len(seasons.days):
        return []
    table = replace(towers.take(seasons.first), gpp=seasons.mean(towers.gpp))
    middle, low, high, reference = (seasons.mean(values) for values in (ours, bounds[0], bounds[1], other))
    width = bounds[2, seasons.first]
    sums = np.stack([middle - width * (middle - low), middle + width * (high - middle)])
    note = "; ".join(part for part in (f"a site's year of {SEASON_DAYS} days or more", note) if part)
    return [
        _row(SEASON, OURS, table, middle, seen, sums, reference, best, note=note),
        _row(SEASON, best, table, reference, seen, note=note),
    ]


def _by_type(data: str, part: TowerTable, ours: np.ndarray, bounds: np.ndarray, seen: Seen) -> list[Row]:
    rows = []
    for kind in np.unique(part.vegetation):
        mine = part.vegetation == kind
        if mine.sum() >= _TYPE_ROWS:
            rows.append(_row(data, OURS, part.take(mine), ours[mine], seen, bounds[:, mine], part=str(kind)))
    return rows


def _row(
    data: str,
    model: str,
    towers: TowerTable,
    predicted: np.ndarray,
    seen: Seen,
    bounds: np.ndarray | None = None,
    reference: np.ndarray | None = None,
    reference_name: str = "",
    part: str = "",
    note: str = "",
) -> Row:
    sums = error_sums(towers.gpp, predicted, towers.cluster)
    other = None if reference is None else error_sums(towers.gpp, reference, towers.cluster)
    with warnings.catch_warnings():  # a draw of one cluster twice may have no spread
        warnings.simplefilter("ignore", RuntimeWarning)
        metrics = with_intervals(sums, error_metrics, other, ("r2", "rmse"))
    if len(sums) < _INTERVAL_CLUSTERS:  # resampling so few says nothing
        metrics = {name: value for name, value in metrics.items() if not name.endswith("_95")}
    if reference_name == OURS and reference is not None:
        metrics["relative_change"] = float(predicted.mean() / reference.mean() - 1)
    metrics["site_r2_median"] = _site_r2(towers, predicted)
    metrics["sites"] = float(len(np.unique(towers.site)))
    if bounds is not None:
        low, high = bounds
        metrics |= _coverage((towers.gpp >= low) & (towers.gpp <= high), towers.cluster)
        metrics["pinball"] = _pinball(towers.gpp, low, predicted, high)
    return make_row(
        "gpp", data, model, len(towers), seen, metrics, part=part, unit=_UNIT, note=note, reference=reference_name
    )


def _coverage(inside: np.ndarray, clusters: np.ndarray) -> dict[str, float | tuple[float, float] | None]:
    """Share of rows within p10 to p90, with its interval over resampled clusters."""
    _, inverse, counts = np.unique(clusters, return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(inverse, inside), counts.astype(float)], axis=1)
    found = with_intervals(sums, lambda total: {"coverage80": total[..., 0] / total[..., 1]})
    return found if len(sums) >= _INTERVAL_CLUSTERS else {"coverage80": found["coverage80"]}


def _pinball(truth: np.ndarray, low: np.ndarray, middle: np.ndarray, high: np.ndarray) -> float:
    """Mean pinball loss of p10, p50 and p90 (Koenker and Bassett 1978), mean of the three."""
    losses = [
        np.maximum(level * (truth - bound), (level - 1) * (truth - bound))
        for level, bound in ((0.1, low), (0.5, middle), (0.9, high))
    ]
    return float(np.mean(losses))


def _r2(truth: np.ndarray, predicted: np.ndarray) -> float:
    return float(1 - np.nansum((truth - predicted) ** 2) / ((truth - truth.mean()) ** 2).sum())


def _site_r2(towers: TowerTable, predicted: np.ndarray) -> float | None:
    """Median over sites of their own R2."""
    scores = []
    for site in np.unique(towers.site):
        mine = towers.site == site
        if mine.sum() >= _SITE_ROWS and towers.gpp[mine].std() > 0:
            scores.append(_r2(towers.gpp[mine], predicted[mine]))
    return float(np.median(scores)) if scores else None


__all__ = ["DATA", "LUE", "NIRV", "TREES", "TREES_WEATHER", "evaluate"]

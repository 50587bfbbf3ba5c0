"""GPP at flux towers: the shipped head and shipped baselines on any folder of towers, without a refit.

Rows say ``seen`` for towers within 25 km of a training tower and ``unseen`` for the others. With ``cv`` the head and
every baseline are also refitted ten times over the folder's own clusters, and each tower is scored by a fit without it.
Differences are paired over resampled clusters, against the best baseline of the table.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from ..model.gpp import GppHead, load_radiation_climatology
from ..model.gpp_interval import IntervalModel
from ..model.light_use import ground_gate
from ..training.gpp_fit import OutOfFold, fit_interval, out_of_fold, predict_rows
from ..training.gpp_tables import TowerTable, read_towers
from ..training.gpp_weather import ClimatologicalWeather, read_radiation, read_temperature
from .gpp_models import LUE, NIRV, TREES, TREES_WEATHER, Baselines
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
#: Days that one row of a table is the mean of: errors that are new every day fade in it.
_ROW_DAYS = {"hls": 1, "modis": 1, "modis8": 8}
_NONE = "no weather: climatology"
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
    """Ours (N,) with its bounds (2, N), ours without weather where both are wanted, and baselines by name (N,)."""

    ours: np.ndarray
    bounds: np.ndarray
    baselines: Mapping[str, np.ndarray]
    note: str
    without: np.ndarray | None = None


def _shipped(
    head: GppHead, baselines: Baselines, towers: TowerTable, weather: ClimatologicalWeather, drivers: Drivers
) -> _Predictions:
    without = _no_weather(head, towers, weather)
    if drivers == "none":
        return _Predictions(without, _bounds(head.intervals[False], towers, without), baselines.predict(towers), _NONE)
    ours = predict_rows(head.core, towers)
    return _Predictions(ours, _bounds(head.intervals[True], towers, ours), baselines.predict(towers), "", without)


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
    without = None if drivers == "none" else result.climatological
    return _Predictions(ours, _crossed(towers, result, ours), simple, _NONE if drivers == "none" else "", without)


def _crossed(towers: TowerTable, result: OutOfFold, predicted: np.ndarray) -> np.ndarray:
    """Bounds (2, N) whose interval was fitted to the other folds' errors."""
    bounds = np.full((2, len(towers)), np.nan)
    for number in np.unique(result.fold):
        out = result.fold == number
        interval = fit_interval(towers.take(~out), predicted[~out])
        bounds[:, out] = _bounds(interval, towers.take(out), predicted[out])
    return bounds


def _bounds(interval: IntervalModel, towers: TowerTable, predicted: np.ndarray) -> np.ndarray:
    """p10 and p90 (2, N) of rows; those that are means of several days have narrower ones."""
    gate = ground_gate(torch.as_tensor(towers.six)).double()
    centre = torch.as_tensor(predicted)
    low, high = (side.numpy() for side in interval.apply(centre, gate))
    width = interval.period_width(np.array([_ROW_DAYS[name] for name in towers.table]))
    return np.stack([predicted - width * (predicted - low), predicted + width * (high - predicted)])


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
        bounds = predictions.bounds[:, here]
        rows.append(
            _row(data, OURS, part, predictions.ours[here], seen, bounds, reference, best, note=predictions.note)
        )
        if predictions.without is not None and np.isfinite(predictions.without[here]).all():
            ours = predictions.ours[here]
            rows.append(_row(data, f"{OURS}, {_NONE}", part, predictions.without[here], seen, None, ours, OURS))
        rows += [_row(data, name, part, values[here], seen) for name, values in models.items()]
        if not clear:
            rows += _by_type(data, part, predictions.ours[here], bounds, seen)
    return rows


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
    metrics["site_r2_median"] = _site_r2(towers, predicted)
    metrics["sites"] = float(len(np.unique(towers.site)))
    if bounds is not None:
        low, high = bounds
        metrics["coverage80"] = float(((towers.gpp >= low) & (towers.gpp <= high)).mean())
        metrics["pinball"] = _pinball(towers.gpp, low, predicted, high)
    return make_row(
        "gpp", data, model, len(towers), seen, metrics, part=part, unit=_UNIT, note=note, reference=reference_name
    )


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

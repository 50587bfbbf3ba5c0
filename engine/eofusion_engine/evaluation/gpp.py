"""GPP at flux towers: the shipped head on towers it never saw, and every model over the same folds.

Two splits: ``held out`` scores the shipped weights on the fixed held-out clusters; ``folds`` refits
the head, and each baseline, ten times and scores all towers, each by a fit that did not see its
cluster. Differences are paired over resampled clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..model.gpp import GppHead, IntervalModel, load_radiation_climatology
from ..model.light_use import ground_gate
from ..physics.sun import clear_sky_radiation
from ..training.gpp_fit import OutOfFold, fit_interval, out_of_fold, predict_rows
from ..training.gpp_tables import TowerTable, read_towers
from ..training.gpp_weather import (
    ClimatologicalWeather,
    MonthlyMeans,
    fit_radiation,
    read_radiation,
    read_temperature,
)
from .splits import fold_numbers, is_held_out, score

Rows = list[dict[str, Any]]
HEAD = "light use (this)"
TREES = "trees: bands, indices, weather"
#: Published scores, of other sites and periods: for orientation, never computed here.
PUBLISHED = (
    ("MOD17 (published, other sites)", 0.52),
    ("P-model, 126 sites, 8-day (published)", 0.75),
    ("UFLUX, five fluxes (published)", 0.70),
)
_MEASURED, _NO_RADIATION, _CLIMATOLOGY = "measured", "radiation climatology", "climatology"
_TABLES = {"hls": "HLS", "hls clear": "HLS, blue < .15", "modis": "MODIS daily", "modis8": "MODIS 8-day"}


def evaluate(data_dir: Path, weights_dir: Path | None = None) -> Rows:
    """Every score of GPP as rows for :func:`tables.format_table`. Three to four minutes on one core."""
    torch.set_num_threads(1)
    towers = read_towers(data_dir)
    radiation, temperature = read_radiation(data_dir), read_temperature(data_dir)
    held = np.array([is_held_out(cluster) for cluster in towers.cluster])
    seen_weather = ClimatologicalWeather.fit(radiation.without(is_held_out), temperature.without(is_held_out))
    shipped = ClimatologicalWeather(load_radiation_climatology(weights_dir), seen_weather.temperature)
    rows = _held_out(GppHead.from_weights(weights_dir), towers.take(~held), towers.take(held), shipped)
    refitted = out_of_fold(towers, radiation, temperature)
    rows += _folds(towers, refitted)
    rows += _vegetation(towers, refitted)
    rows += _seasons(towers, refitted)
    rows += _radiation(radiation)
    return rows + [{"published": name, "r2": r2} for name, r2 in PUBLISHED]


@dataclass(frozen=True)
class _Candidate:
    """Predictions (N,) of one model, with or without an interval (2, N)."""

    model: str
    weather: str
    predicted: np.ndarray
    interval: np.ndarray | None = None


def _row(
    split: str, table: str, towers: TowerTable, use: np.ndarray, candidate: _Candidate, reference: np.ndarray
) -> dict[str, Any]:
    result = score(towers.gpp[use], candidate.predicted[use], towers.cluster[use], reference[use])
    covered = None
    if candidate.interval is not None:
        known = use & np.isfinite(candidate.predicted)
        low, high = candidate.interval[:, known]
        covered = float(((towers.gpp[known] >= low) & (towers.gpp[known] <= high)).mean())
    return {
        "split": split,
        "table": table,
        "model": candidate.model,
        "weather": candidate.weather,
        "rows": result.rows,
        "clusters": result.clusters,
        "r2": result.r2,
        "r2_95": result.r2_interval,
        "rmse": result.rmse,
        "mae": result.mae,
        "bias": result.bias,
        "p10_p90": covered,
        "rmse_vs_trees": None if candidate.model == TREES else result.rmse_difference,
        "vs_trees_95": None if candidate.model == TREES else result.rmse_difference_interval,
    }


def _bounds(interval: IntervalModel, towers: TowerTable, predicted: np.ndarray) -> np.ndarray:
    gate = ground_gate(torch.as_tensor(towers.six)).double()
    low, high = interval.apply(torch.as_tensor(predicted), gate)
    return np.stack([low.numpy(), high.numpy()])


def _use(towers: TowerTable, table: str) -> np.ndarray:
    return (towers.table == table.split(maxsplit=1)[0]) & (towers.clear if table.endswith("clear") else True)


def _table_rows(split: str, towers: TowerTable, candidates: list[_Candidate]) -> Rows:
    reference = next(c.predicted for c in candidates if c.model == TREES)
    return [
        _row(split, title, towers, _use(towers, table), candidate, reference)
        for table, title in _TABLES.items()
        for candidate in candidates
    ]


def _held_out(head: GppHead, seen: TowerTable, unseen: TowerTable, weather: ClimatologicalWeather) -> Rows:
    tair, ssrd = weather.at(unseen.lat, unseen.lon, unseen.doy)
    no_vpd = np.full(len(unseen), np.nan)
    measured = predict_rows(head.core, unseen)
    mean_weather = predict_rows(head.core, unseen, tair, ssrd, no_vpd)
    candidates = [
        _Candidate(HEAD, _MEASURED, measured, _bounds(head.intervals[True], unseen, measured)),
        _Candidate(HEAD, _NO_RADIATION, predict_rows(head.core, unseen, ssrd=ssrd)),
        _Candidate(HEAD, _CLIMATOLOGY, mean_weather, _bounds(head.intervals[False], unseen, mean_weather)),
        *_baselines(seen, unseen),
    ]
    return _table_rows("held out", unseen, candidates)


def _folds(towers: TowerTable, refitted: OutOfFold) -> Rows:
    collected: dict[str, np.ndarray] = {}
    for number in np.unique(refitted.fold):
        out = refitted.fold == number
        for candidate in _baselines(towers.take(~out), towers.take(out)):
            collected.setdefault(candidate.model, np.full(len(towers), np.nan))[out] = candidate.predicted
    mean_weather = refitted.climatological
    candidates = [
        _Candidate(HEAD, _MEASURED, refitted.measured, _crossed(towers, refitted.fold, refitted.measured)),
        _Candidate(HEAD, _NO_RADIATION, refitted.no_radiation),
        _Candidate(HEAD, _CLIMATOLOGY, mean_weather, _crossed(towers, refitted.fold, mean_weather)),
        *(_Candidate(name, _MEASURED, predicted) for name, predicted in collected.items()),
    ]
    return _table_rows("folds", towers, candidates)


def _crossed(towers: TowerTable, fold: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Intervals (2, N) whose model was fitted to the other folds' errors."""
    bounds = np.full((2, len(towers)), np.nan)
    for number in np.unique(fold):
        out = fold == number
        interval = fit_interval(towers.take(~out), predicted[~out])
        bounds[:, out] = _bounds(interval, towers.take(out), predicted[out])
    return bounds


def _indices(towers: TowerTable) -> np.ndarray:
    _, green, red, nir, swir1, _ = towers.six.T.astype(float)
    ndvi = (nir - red) / (nir + red)
    moisture, greenness = (nir - swir1) / (nir + swir1), (green - nir) / (green + nir)
    return np.stack([ndvi, ndvi * nir, np.tanh(ndvi**2), moisture, greenness], axis=1)


def _baselines(train: TowerTable, test: TowerTable) -> list[_Candidate]:
    """Each table's own baselines: fitted to ``train``'s rows of that table, predicting ``test``'s."""
    names = ("linear NIRv", "trees: weather only", TREES, f"{TREES}, day length")
    out = {name: np.full(len(test), np.nan) for name in names}
    weather_in, weather_out = (np.stack([t.tair, t.ssrd, t.vpd], axis=1) for t in (train, test))
    full_in, full_out = (np.hstack([t.six, _indices(t), w]) for t, w in ((train, weather_in), (test, weather_out)))
    for table in np.unique(test.table):
        rows, to = train.table == table, test.table == table
        truth = train.gpp[rows]
        line = np.polyfit(_indices(train)[rows, 1], truth, 1)
        out["linear NIRv"][to] = np.polyval(line, _indices(test)[to, 1])
        out["trees: weather only"][to] = _trees(weather_in[rows], truth, weather_out[to])
        out[TREES][to] = _trees(full_in[rows], truth, full_out[to])
        long_in, long_out = np.column_stack([full_in, train.hours]), np.column_stack([full_out, test.hours])
        out[f"{TREES}, day length"][to] = _trees(long_in[rows], truth, long_out[to])
    return [_Candidate(name, _MEASURED, predicted) for name, predicted in out.items()]


def _trees(features: np.ndarray, truth: np.ndarray, asked: np.ndarray) -> np.ndarray:
    from sklearn.ensemble import HistGradientBoostingRegressor

    # Small trees and large leaves, set once: of the usual sizes these are the cautious ones for few places.
    trees = HistGradientBoostingRegressor(
        max_iter=150, learning_rate=0.06, max_leaf_nodes=12, min_samples_leaf=max(20, len(truth) // 400), random_state=0
    )
    known = np.isfinite(features).any(axis=0)  # a column that this table lacks altogether (VPD) is left out
    return trees.fit(features[:, known], truth).predict(asked[:, known])


def _vegetation(towers: TowerTable, refitted: OutOfFold) -> Rows:
    bounds = _crossed(towers, refitted.fold, refitted.measured)
    rows = []
    for table in ("hls", "modis"):
        for kind in np.unique(towers.vegetation[towers.table == table]):
            use = (towers.table == table) & (towers.vegetation == kind)
            result = score(towers.gpp[use], refitted.measured[use], towers.cluster[use])
            low, high = bounds[:, use]
            rows.append(
                {
                    "vegetation": str(kind),
                    "table": _TABLES[table],
                    "rows": result.rows,
                    "clusters": result.clusters,
                    "r2": result.r2,
                    "rmse": result.rmse,
                    "bias": result.bias,
                    "p10_p90": float(((towers.gpp[use] >= low) & (towers.gpp[use] <= high)).mean()),
                }
            )
    return rows


def _seasons(towers: TowerTable, refitted: OutOfFold) -> Rows:
    """Means of seasons (site and year, 30 MODIS days or more): what the product of sums rests on."""
    rows = []
    for weather, predicted in ((_MEASURED, refitted.measured), (_CLIMATOLOGY, refitted.climatological)):
        use = (towers.table == "modis") & np.isfinite(predicted)
        season = np.char.add(np.char.add(towers.site[use], "/"), towers.year[use].astype(str))
        _, first, inverse, counts = np.unique(season, return_index=True, return_inverse=True, return_counts=True)
        fold, cluster = refitted.fold[use][first], towers.cluster[use][first]
        low, high = np.zeros(len(counts)), np.zeros(len(counts))
        truth, centre = (np.bincount(inverse, values[use]) / counts for values in (towers.gpp, predicted))
        for number in np.unique(fold):
            others = refitted.fold != number
            interval = fit_interval(towers.take(others), predicted[others])
            daily = _bounds(interval, towers.take(use), predicted[use])
            lowest, highest = (np.bincount(inverse, side) / counts for side in daily)
            mine = fold == number
            width = interval.period_width(counts)
            low[mine] = (centre - width * (centre - lowest))[mine]
            high[mine] = (centre + width * (highest - centre))[mine]
        long = counts >= 30
        result = score(truth[long], centre[long], cluster[long])
        rows.append(
            {
                "season means": "MODIS, 30 days or more",
                "weather": weather,
                "seasons": result.rows,
                "clusters": result.clusters,
                "r2": result.r2,
                "r2_95": result.r2_interval,
                "rmse": result.rmse,
                "bias": result.bias,
                "p10_p90": float(((truth >= low) & (truth <= high))[long].mean()),
            }
        )
    return rows


def _radiation(months: MonthlyMeans) -> Rows:
    fold = fold_numbers(months.cluster, 10)
    of_place, of_latitude = np.full(len(fold), np.nan), np.full(len(fold), np.nan)
    for number in np.unique(fold):
        out = fold == number
        climatology = fit_radiation(months.without(set(months.cluster[out]).__contains__))
        at = (months.lat[out], months.lon[out], months.doy[out])
        of_place[out] = climatology.ssrd(*at)
        of_latitude[out] = climatology.ssrd(at[0], None, at[2])
    clear = clear_sky_radiation(months.lat, months.doy)
    rows = []
    models = {"climatology of place": of_place, "climatology of latitude": of_latitude, "clear sky": clear}
    for name, predicted in models.items():
        result = score(months.value, predicted, months.cluster, clear)
        rows.append(
            {
                "monthly radiation (W m-2)": name,
                "rows": result.rows,
                "clusters": result.clusters,
                "r2": result.r2,
                "rmse": result.rmse,
                "mae": result.mae,
                "bias": result.bias,
                "rmse_vs_clear_sky": result.rmse_difference,
                "vs_clear_sky_95": result.rmse_difference_interval,
            }
        )
    return rows

"""Monthly and daily temperature from imagery on places never trained on, beside climatologies and a tree.

Monthly: the presto folders, by 1-degree cell, Sentinel-1 and Sentinel-2 (L1C) with ERA5's temperature. Daily: the
worldcereal places by period, with AgERA5's. And what one modality tells of another, on left-out places.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..model.temperature.climatology import Normal
from ..model.temperature.generate import TemperatureGenerator
from ..model.temperature.mean_head import image_features, place_features
from ..training.temperature_data import Place
from ..training.temperature_heads import window_cells
from .counterfactuals import counterfactual_rows
from .cross_modal import cross_modal_rows
from .rows import OURS, Row, Seen
from .seen import TrainingPlaces
from .splits import fold_numbers
from .temperature_places import monthly_places, unseen, worldcereal_periods
from .temperature_scores import (
    Forecast,
    PlaceScore,
    best_of,
    climatology_forecast,
    daily_forecast,
    fitting_factor,
    monthly_forecast,
    place_score,
    score_rows,
    source_key,
)

#: The climatologies of the tables, by the name that their interval factor goes by.
CLIMATOLOGIES = {
    "climatology of latitude": "latitude",
    "climatology of the place": "place",
    "climatology of the place and source": "corrected",
}
BLIND, TREE = f"{OURS} without images", "tree on place, month and imagery"
BY_PERIOD = "period never trained on; a year of the place, or of one near, was"
#: Days of a block of the worldcereal places: their two climates are too few to draw from.
BLOCK_DAYS = 30
#: Points of a monthly table whose tokens are predicted from the other sensor's.
TOKEN_PLACES = 100


def evaluate(data: Path, weights: Path | None = None) -> list[Row]:
    """All rows of the temperature table.

    Raises:
        FileNotFoundError: the folder holds neither monthly tables nor worldcereal places.
        WeightsError: the weights are missing or damaged.
    """
    generator = TemperatureGenerator.from_weights(weights)
    known = TrainingPlaces.of(["temperature"], weights)
    rows: list[Row] = []
    missing: FileNotFoundError | None = None
    try:
        tables = monthly_places(data, generator.climatology)
        rows += monthly_rows(generator, tables, known)
        for title, places in tables.items():
            fresh = unseen(places, known)
            rows += cross_modal_rows(generator, title, fresh[:: max(1, len(fresh) // TOKEN_PLACES)])
    except FileNotFoundError as error:
        missing = error
    periods = list(worldcereal_periods(data, generator.climatology))
    for title, place in periods:
        rows += _daily_rows(generator, title, place)
    rows += cross_modal_rows(generator, "worldcereal held-out periods", [place for _, place in periods])
    if not rows and missing is not None:
        raise missing
    return [*rows, *counterfactual_rows(generator)]


def monthly_rows(generator: TemperatureGenerator, tables: dict[str, list[Place]], known: TrainingPlaces) -> list[Row]:
    """A table's months at places that trained nothing; the tree is fitted on the same table's training cells."""
    rows = []
    for title, places in tables.items():
        fresh = unseen(places, known)
        if not fresh:
            continue
        methods = {
            **{name: _monthly(generator, fresh, kind) for name, kind in CLIMATOLOGIES.items()},
            BLIND: _monthly(generator, fresh, "blind"),
            OURS: _monthly(generator, fresh, "generated"),
        }
        tree = tree_forecasts(generator, [p for p in places if p.role in ("train", "calibration")], fresh)
        if tree is not None:
            forecasts, factor = tree
            methods[TREE] = [place_score(item, generator.tokenizer, factor) for item in forecasts]
        rows += score_rows("temperature", f"{title}, monthly", methods, best_of(methods, CLIMATOLOGIES), "unseen")
        if tree is not None:
            pair = {name: methods[name] for name in (TREE, OURS)}
            against = score_rows("temperature", f"{title}, monthly", pair, TREE, "unseen", "against the tree")
            rows += [row for row in against if row.model == OURS]
    return rows


def _monthly(generator: TemperatureGenerator, places: list[Place], kind: str) -> list[PlaceScore]:
    method = {"generated": "images", "blind": "blind"}.get(kind, kind)
    return [
        place_score(item, generator.tokenizer, generator.factors.get(source_key(place), {}).get(method, 1.0))
        for place in places
        if (item := monthly_forecast(generator, place, kind)) is not None
    ]


def tree_forecasts(
    generator: TemperatureGenerator, training: list[Place], places: list[Place], folds: int = 5
) -> tuple[list[Forecast], float] | None:
    """The baseline: boosted trees on position, height, month, climatology and images of the month and of the series.

    Returns:
        forecasts of ``places`` and the factor on their width, from folds over the training cells; None where nothing
        trains it (the folder is not the one that the weights were trained on).
    """
    from .trees import fit_trees

    if len(training) < 50:
        return None
    features, target, owner = _tree_table(generator, training)
    fold = fold_numbers(np.array([place.cluster for place in training]), folds)[owner]
    left_out = np.concatenate([target[fold == k] - fit_trees(features[fold != k], target[fold != k]).predict(
        features[fold == k]) for k in range(folds)])  # fmt: skip
    spread = float(np.std(left_out))
    trees = fit_trees(features, target)
    asked, truth, rows = _tree_table(generator, places)
    said = trees.predict(asked)
    forecasts = [
        Forecast(place.cluster, truth[rows == k], Normal(said[rows == k], np.full((rows == k).sum(), spread)))
        for k, place in enumerate(places)
    ]
    checks = [Forecast("", left_out, Normal(np.zeros(len(left_out)), np.full(len(left_out), spread)))]
    return forecasts, fitting_factor(checks, generator.tokenizer)


def _tree_table(
    generator: TemperatureGenerator, places: Iterable[Place]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Features (N, F), temperatures (N,) in degC and the place (N,) of each month of ``places``."""
    features, target, owner = [], [], []
    for k, place in enumerate(places):
        normal = place.normal(generator.climatology, place.days)
        fixed = place_features(place.static(True), place.source, normal, place.days)
        for first, end, degc in place.months:
            days = slice(int(first), int(end))
            # A window that begins with the month's epoch, so that its third slot is the month's own view.
            start = int(np.ceil(first / 16)) * 16
            seen = image_features(
                place.static(True), place.source, window_cells(place.cells[0], start), place.first + start, place.l1c
            )[0]
            features.append(np.concatenate((fixed[days].mean(axis=0), seen)))
            target.append(degc)
            owner.append(k)
    table = np.stack(features)
    # A sensor that nobody has says nothing.
    return np.where(np.isfinite(table).any(axis=0), table, 0.0), np.array(target), np.array(owner)


def _daily_rows(generator: TemperatureGenerator, title: str, place: Place) -> list[Row]:
    """One place's period, each block of days a group of its own."""
    factors = generator.factors.get(source_key(place), generator.factors.get("station", {}))
    methods = {}
    for name, kind in CLIMATOLOGIES.items():
        found = climatology_forecast(generator, place, kind)
        methods[name] = _blocks(generator, place, found, factors.get(kind, 1.0))
    for name, images in ((BLIND, False), (OURS, True)):
        found = daily_forecast(generator, place, images)
        methods[name] = _blocks(generator, place, found, factors.get("images" if images else "blind", 1.0))
    seen: Seen = "unseen"
    return score_rows("temperature", f"{title}, daily", methods, best_of(methods, CLIMATOLOGIES), seen, note=BY_PERIOD)


def _blocks(generator: TemperatureGenerator, place: Place, item: Forecast | None, factor: float) -> list[PlaceScore]:
    if item is None:
        return []
    days = place.days[np.isfinite(place.tmean)]
    block = (days - days[0]) // BLOCK_DAYS
    return [
        place_score(
            Forecast(f"{number}", item.truth[keep], Normal(item.normal.mean[keep], item.normal.spread[keep]),
                     None if item.pmf is None else item.pmf[keep]),
            generator.tokenizer, factor,
        )
        for number in np.unique(block)
        if (keep := block == number).sum() >= 10
    ]  # fmt: skip

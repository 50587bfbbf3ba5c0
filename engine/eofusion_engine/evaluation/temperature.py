"""Monthly and daily temperature from imagery on places never trained on, beside climatologies and a tree.

Monthly: the presto folders, by 1-degree cell, Sentinel-1 and Sentinel-2 (L1C) with ERA5's temperature. Daily: the
worldcereal places by period, with AgERA5's. And what one modality tells of another, on left-out places.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..model.temperature.climatology import Normal
from ..model.temperature.generate import TemperatureGenerator
from ..training.temperature_calibrate import unseeing
from ..training.temperature_data import Place
from ..training.temperature_folds import fit_mean_head
from .bundle import bundle_folder
from .counterfactuals import counterfactual_rows
from .cross_modal import cross_modal_rows
from .monthly import FOLDERS
from .rows import OURS, Row, Seen
from .seen import SeenLabel, TrainingPlaces
from .temperature_places import labels, monthly_places, scored, split_by_period, worldcereal_periods
from .temperature_scores import (
    Forecast,
    PlaceScore,
    best_of,
    climatology_forecast,
    daily_forecast,
    monthly_forecast,
    place_score,
    score_rows,
    source_key,
)
from .temperature_tree import MonthlyTree, fit_tree, load_trees

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


def evaluate(data: Path, weights: Path | None = None, cv: bool = False) -> list[Row]:
    """All rows of the temperature table; with ``cv`` also the months of places by fits that left out their cell.

    Raises:
        FileNotFoundError: the folder holds neither monthly tables nor worldcereal places.
        BundleError: the tree that the months are compared with is missing or belongs to other weights.
        WeightsError: the weights are missing or damaged.
    """
    generator = TemperatureGenerator.from_weights(weights)
    known = TrainingPlaces.of(["temperature"], weights)
    rows: list[Row] = []
    missing: FileNotFoundError | None = None
    try:
        tables = monthly_places(data, generator.climatology)
        trees = load_trees(generator.climatology, bundle_folder(weights))
        for table, places in tables.items():
            chosen, seen = scored(places, known)
            rows += monthly_rows(generator, FOLDERS[table], chosen, trees.get(table), seen)
            some = chosen[:: max(1, len(chosen) // TOKEN_PLACES)]
            rows += cross_modal_rows(generator, FOLDERS[table], some, seen)
        if cv:
            rows += refitted_rows(generator, tables)
    except FileNotFoundError as error:
        missing = error
    periods = list(worldcereal_periods(data, generator.climatology))
    for title, place in periods:
        rows += _daily_rows(generator, title, place, known)
    rows += cross_modal_rows(generator, "worldcereal held-out periods", [place for _, place in periods])
    if not rows and missing is not None:
        raise missing
    return [*rows, *counterfactual_rows(generator)]


def monthly_rows(
    generator: TemperatureGenerator, title: str, places: list[Place], tree: MonthlyTree | None, seen: SeenLabel
) -> list[Row]:
    """A table's months at ``places``, beside climatologies and the shipped tree."""
    methods = {
        **{name: _monthly(generator, places, kind) for name, kind in CLIMATOLOGIES.items()},
        BLIND: _monthly(generator, places, "blind"),
        OURS: _monthly(generator, places, "generated"),
    }
    if tree is not None:
        methods[TREE] = _of_tree(generator, tree, places)
    return _compared(f"{title}, monthly", methods, seen)


def _compared(data: str, methods: dict[str, list[PlaceScore]], seen: Seen) -> list[Row]:
    """All methods against the best climatology, and ours against the tree."""
    rows = score_rows("temperature", data, methods, best_of(methods, CLIMATOLOGIES), seen)
    if TREE in methods:
        pair = {name: methods[name] for name in (TREE, OURS)}
        against = score_rows("temperature", data, pair, TREE, seen, "against the tree")
        rows += [row for row in against if row.model == OURS]
    return rows


def refitted_rows(generator: TemperatureGenerator, tables: Mapping[str, list[Place]]) -> list[Row]:
    """The months of all places of the folder, each by a mean head and a tree that were fitted without its fold of
    cells; climatology, tokens and widths are the shipped ones."""
    everyone = [place for places in tables.values() for place in places]
    folded = fit_mean_head(generator.climatology, everyone, generator.image_tokenizer)
    rows: list[Row] = []
    for table, places in tables.items():
        fold = np.array([folded.fold[place.cluster] for place in places])
        methods: dict[str, list[PlaceScore]] = {}
        for number in np.unique(fold):
            inside = [place for place, own in zip(places, fold, strict=True) if own == number]
            blind = unseeing(generator, folded, inside[0])
            made = {name: _monthly(blind, inside, kind) for name, kind in CLIMATOLOGIES.items()}
            made |= {BLIND: _monthly(blind, inside, "blind"), OURS: _monthly(blind, inside, "generated")}
            tree = fit_tree(generator.climatology, [p for p, own in zip(places, fold, strict=True) if own != number])
            if tree is not None:
                made[TREE] = _of_tree(generator, tree, inside)
            for name, scores in made.items():
                methods.setdefault(name, []).extend(scores)
        full = {name: scores for name, scores in methods.items() if len(scores) == len(methods[OURS])}
        rows += _compared(f"{FOLDERS[table]}, monthly", full, "cv")
    return rows


def _of_tree(generator: TemperatureGenerator, tree: MonthlyTree, places: list[Place]) -> list[PlaceScore]:
    found = tree.forecasts(generator.climatology, places)
    return [place_score(item, generator.tokenizer, tree.factor) for item in found]


def _monthly(generator: TemperatureGenerator, places: list[Place], kind: str) -> list[PlaceScore]:
    method = {"generated": "images", "blind": "blind"}.get(kind, kind)
    return [
        place_score(item, generator.tokenizer, generator.factors.get(source_key(place), {}).get(method, 1.0))
        for place in places
        if (item := monthly_forecast(generator, place, kind)) is not None
    ]


def _daily_rows(generator: TemperatureGenerator, title: str, place: Place, known: TrainingPlaces) -> list[Row]:
    """One place's period, each block of days a group of its own."""
    near = labels([place], known)[0] == "seen"
    seen: Seen = "seen" if near and not split_by_period(place) else "unseen"
    factors = generator.factors.get(source_key(place), generator.factors.get("station", {}))
    methods = {}
    for name, kind in CLIMATOLOGIES.items():
        found = climatology_forecast(generator, place, kind)
        methods[name] = _blocks(generator, place, found, factors.get(kind, 1.0))
    for name, images in ((BLIND, False), (OURS, True)):
        found = daily_forecast(generator, place, images)
        methods[name] = _blocks(generator, place, found, factors.get("images" if images else "blind", 1.0))
    note = BY_PERIOD if near and seen == "unseen" else ""
    return score_rows("temperature", f"{title}, daily", methods, best_of(methods, CLIMATOLOGIES), seen, note=note)


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

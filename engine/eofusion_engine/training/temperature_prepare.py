"""The temperature stage's cache: fits the climatology, and shows it to each place as to one that it has not seen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..evaluation.splits import LINK_KM, distance_between_km, fold_numbers
from ..model.temperature.climatology import Climatology
from ..model.temperature.image_tokens import LST_TOKENS
from ..model.temperature.sequence import EPOCH_DAYS, MOST_UNEXPLAINED
from .temperature_background import World, fit_background
from .temperature_climatology import Stations, fit_climatology, fit_with, year_shape
from .temperature_data import CACHE, Place, Unseen, save_cache
from .temperature_relief import Airports, known_heights
from .temperature_series import PlaceSeries, read_series
from .temperature_sources import (
    WORLDCEREAL_HELD_OUT,
    Raw,
    imagery_places,
    presto,
    simulated,
    stations,
    towers,
    worldcereal_places,
    worldcereal_tables,
)

#: Folds of the training places, each seen through a climatology that was fitted without its fold.
FOLDS = 6
SIMULATED = 64


def prepare(data: Path, work: Path, simulated_count: int = SIMULATED) -> Path:
    """Read the tables, fit the climatology on the training clusters, write the cache."""
    series = read_series(data)
    heights = known_heights(data)
    climatology, unseen = climatologies(series, heights)
    found: list[Raw] = [
        *towers(data, series, heights), *presto(data), *worldcereal_tables(data), *worldcereal_places(data),
        *imagery_places(work / "places.npz"), *simulated(simulated_count),
    ]  # fmt: skip
    with_imagery = {item.name for item in found}
    found += [item for item in stations(series, heights) if item.name.split("/")[1] not in with_imagery]
    places = [as_place(item, climatology, unseen) for item in found]
    drop_near_test(places)
    return save_cache(work / CACHE, climatology, places)


def climatologies(series: list[PlaceSeries], heights: dict[str, float]) -> tuple[Climatology, Unseen]:
    """The climatology of all training places, and what it would say of a place of a cluster it has not seen."""
    airports = Airports.load()
    trained = [item for item in series if item.role == "train"]
    near = airports.height_at(np.array([item.lat for item in trained]), np.array([item.lon for item in trained]))
    shaped = [
        (item, year_shape(item.days, item.tmean, heights.get(item.name.split("/")[1], float(coarse))))
        for item, coarse in zip(trained, near, strict=True)
    ]
    relief_m = airports.relief()
    kept = [(item, shape) for item, shape in shaped if shape is not None]
    clusters = np.array([item.cluster for item, _ in kept])
    known = Stations(
        np.array([item.lat for item, _ in kept]),
        np.array([item.lon for item, _ in kept]),
        np.stack([shape for _, shape in kept]),
        np.array([len(item.days) / 365.25 for item, _ in kept]),
    )
    world = World.load()

    def background(stations: Stations) -> NDArray[np.float64]:
        return fit_background(stations, world)

    whole = fit_climatology(known, relief_m, background)
    folds = fold_numbers(clusters, FOLDS)
    fold_of = {str(cluster): int(fold) for cluster, fold in zip(clusters, folds, strict=True)}
    without = [
        fit_with(known.take(folds != fold), relief_m, whole.length_km, whole.nugget, background)
        for fold in range(FOLDS)
    ]

    def unseen(cluster: str, lat: float, lon: float) -> tuple[NDArray[np.float64], float]:
        fitted = without[fold_of[cluster]] if cluster in fold_of else whole
        values, unexplained = fitted.coefficients(lat, lon)
        return values[0], float(unexplained[0])

    return whole, unseen


def as_place(item: Raw, climatology: Climatology, unseen: Unseen) -> Place:
    """A place as read, with the climatology's view of it, its surface temperature taken relative to that."""
    if item.coefficients is not None:
        # A simulated place lies nowhere: its climate is its own, its position is far from all stations.
        coefficients, unexplained, relief = item.coefficients, MOST_UNEXPLAINED, item.elevation
    else:
        coefficients, unexplained = unseen(item.cluster, item.lat, item.lon)
        relief = float(climatology.relief(item.lat, item.lon))
    ends = [*(item.days[-1:] + 1), *item.months[:, 1].max(initial=0, keepdims=True)]
    length = max(int(max(ends)) - item.first, EPOCH_DAYS * item.cells.shape[1])
    tmean = np.full(length, np.nan, dtype=np.float32)
    tmean[item.days - item.first] = item.tmean
    months = item.months - np.array([item.first, item.first, 0.0])
    place = Place(
        item.name, item.cluster, item.role, item.source, item.lat, item.lon, item.elevation, relief, coefficients,
        unexplained, item.first, tmean, months, item.cells, item.l1c,
    )  # fmt: skip
    if len(item.lst) and item.cells.size:
        epochs = item.first + EPOCH_DAYS * np.arange(item.cells.shape[1])
        warmer = item.lst - place.normal(climatology, epochs).mean
        place.cells[..., LST_TOKENS.bands.start] = warmer[None]
    return place


def drop_near_test(places: Iterable[Place]) -> None:
    """Places of any table within 25 km of one that is held out train nothing, whatever they are called."""
    found = [place for place in places if place.source != "simulated"]
    # The other places of worldcereal_training are split by period: their neighbours may train.
    held = [
        place
        for place in found
        if place.role == "test" and (not place.name.startswith("worldcereal/") or WORLDCEREAL_HELD_OUT in place.name)
    ]
    if not held:
        return
    lat, lon = (np.array([getattr(p, axis) for p in held]) for axis in ("lat", "lon"))
    for place in found:
        if place.role in ("train", "calibration"):
            near = distance_between_km(np.array([place.lat]), np.array([place.lon]), lat, lon)
            if (near <= LINK_KM).any():
                place.role = "dropped"

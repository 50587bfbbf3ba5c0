"""How far the climatology is from the years of places that it was not fitted on, by climate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..model.temperature.climatology import MEAN_TERMS, Climatology, harmonics
from ..model.temperature.generate import TemperatureGenerator
from ..training.temperature_climatology import year_shape
from ..training.temperature_koppen import CLASSES, ClimateMap
from ..training.temperature_relief import known_heights
from ..training.temperature_series import NEVER_TRAINED, PlaceSeries, read_series
from .resampling import with_intervals
from .rows import OURS, Row, make_row
from .seen import SEEN_LABELS, TrainingPlaces, label_places

TASK, UNIT = "climatology", "degC"
REFERENCE = "latitude and day of year"
ZONES = {"A": "tropical", "B": "dry", "C": "temperate", "D": "cold", "E": "polar", "O": "coast"}
_YEAR = np.arange(737791, 737791 + 365)


def evaluate(data: Path, weights: Path | None = None) -> list[Row]:
    """Rows for all places and for each zone of the climate map: RMSE of the mean year over places and days.

    Raises:
        FileNotFoundError: the folder has no ``temperature/temperature_daily.parquet``.
        WeightsError: the temperature weights are missing or damaged.
    """
    climatology = TemperatureGenerator.from_weights(weights).climatology
    heights, climates = known_heights(data), ClimateMap.load()
    fitted = [(item, year_shape(item.days, item.tmean)) for item in read_series(data)]
    kept = [(item, shape) for item, shape in fitted if shape is not None]
    lat, lon = (np.array([getattr(item, name) for item, _ in kept]) for name in ("lat", "lon"))
    never = np.array([item.role == NEVER_TRAINED for item, _ in kept])
    held = never | np.array([item.role == "test" for item, _ in kept])
    seen = label_places(TrainingPlaces.of(("temperature",), weights), lat, lon, held)
    zone = np.array([ZONES[CLASSES[number - 1][0]] for number in climates.at(lat, lon)])
    rows: list[Row] = []
    for name, chosen in (("stations and towers", ~never), (NEVER_TRAINED, never)):
        for label in SEEN_LABELS:
            for part in ("", *ZONES.values()):
                use = np.flatnonzero(chosen & (seen == label) & ((zone == part) | (part == "")))
                if not len(use):
                    continue
                clusters = np.array([kept[i][0].cluster for i in use])
                ours, blind = (
                    year_sums([kept[i] for i in use], clusters, climatology, heights, zonal) for zonal in (False, True)
                )
                for model, sums, other in ((OURS, ours, blind), (REFERENCE, blind, None)):
                    metrics = with_intervals(sums, _metrics, other, ("rmse",) if other is not None else ())
                    texts = {"unit": UNIT, "part": part} | ({"reference": REFERENCE} if other is not None else {})
                    rows.append(make_row(TASK, name, model, len(use), label, metrics, **texts))
    return rows


def year_sums(
    places: list[tuple[PlaceSeries, NDArray[np.float64]]],
    clusters: NDArray[np.str_],
    climatology: Climatology,
    heights: dict[str, float],
    zonal: bool,
) -> NDArray[np.float64]:
    """Count, errors and squares of the mean years' days by cluster (G, 3)."""
    basis = harmonics(_YEAR, 2)
    inverse = np.unique(clusters, return_inverse=True)[1]
    sums = np.zeros((inverse.max() + 1, 3))
    for (item, shape), group in zip(places, inverse, strict=True):
        if zonal:
            year = climatology.zonal_normal(item.lat, _YEAR).mean
        else:
            year = climatology.mean(item.lat, item.lon, _YEAR, heights.get(item.name.split("/")[1], np.nan))
        error = year - basis @ shape[:MEAN_TERMS]
        sums[group] += (1.0, error.mean(), (error**2).mean())
    return sums


def _metrics(sums: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    count, error, square = np.moveaxis(sums, -1, 0)
    return {"rmse": np.sqrt(square / count), "bias": error / count}

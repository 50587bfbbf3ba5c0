"""The places that the temperature evaluations score, read from a folder laid out like the project's data.

They see the shipped climatology, which was fitted without the held-out ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ..model.temperature.climatology import Climatology
from ..training.temperature_data import Place, Unseen
from ..training.temperature_prepare import as_place
from ..training.temperature_relief import known_heights
from ..training.temperature_sources import WORLDCEREAL_HELD_OUT, presto, towers, worldcereal_places
from .seen import SeenLabel, TrainingPlaces, label_places


def shipped_view(climatology: Climatology) -> Unseen:
    """The climatology's view of a place, whatever its cluster."""
    return lambda _cluster, lat, lon: _one(*climatology.coefficients(lat, lon))


def _one(values, unexplained):  # type: ignore[no-untyped-def]
    return values[0], float(unexplained[0])


def monthly_places(data: Path, climatology: Climatology) -> dict[str, list[Place]]:
    """Places with a month's temperature of the monthly tables by the name of their folder.

    Raises:
        FileNotFoundError: there is no such table.
    """
    found: dict[str, list[Place]] = {}
    for raw in presto(data):
        if len(raw.months):
            found.setdefault(raw.name.split("/")[0], []).append(as_place(raw, climatology, shipped_view(climatology)))
    if not found:
        raise FileNotFoundError(2, "no monthly tables", str(data / "imagery" / "presto"))
    return found


#: Titles of the project's own places of worldcereal_training.
_OWN_PERIODS = {
    "00002806639B424A": "worldcereal Flanders, later period",
    WORLDCEREAL_HELD_OUT: "worldcereal Flanders, held-out place",
    "2021_TZA_COPERNICUS-GEOGLAM_POLY_1101950": "worldcereal Tanzania, later period",
}


def worldcereal_periods(data: Path, climatology: Climatology) -> Iterator[tuple[str, Place]]:
    """The places with both sensors and daily temperature, by title; of those that train, the period that does not."""
    if not (data / "imagery" / "worldcereal_training").is_dir():
        return
    for raw in worldcereal_places(data):
        if raw.role == "test":
            name = raw.name.split("/")[1].removesuffix(":test")
            yield _OWN_PERIODS.get(name, f"worldcereal {name}"), as_place(raw, climatology, shipped_view(climatology))


def split_by_period(place: Place) -> bool:
    """Whether a place trains in another period than the one it is scored in."""
    return any(name in place.name for name in _OWN_PERIODS)


def tower_places(data: Path, climatology: Climatology) -> list[Place]:
    """Towers with MODIS reflectance and ERA5's temperature of the days in their table.

    Raises:
        FileNotFoundError: there is no such table.
    """
    heights = known_heights(data)
    return [
        as_place(raw, climatology, shipped_view(climatology))
        for raw in towers(data, [], heights)
        if raw.source == "era5_clear"
    ]


def labels(places: Sequence[Place], known: TrainingPlaces) -> np.ndarray:
    """``seen`` within 25 km of a place that trained the weights, else ``unseen`` (P,), by position in any folder."""
    lat, lon = (np.array([getattr(place, axis) for place in places], float) for axis in ("lat", "lon"))
    return label_places(known, lat, lon, np.array([place.role in ("test", "dropped") for place in places], bool))


def scored(places: Sequence[Place], known: TrainingPlaces) -> tuple[list[Place], SeenLabel]:
    """The places further than 25 km from all that trained the weights, or, where a folder has none, all of them."""
    label = labels(places, known)
    fresh = [place for place, own in zip(places, label, strict=True) if own == "unseen"]
    return (fresh, "unseen") if fresh else (list(places), "seen")

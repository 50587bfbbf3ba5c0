"""The places that the temperature evaluations score, read from a folder laid out like the project's data.

They see the shipped climatology, which was fitted without the held-out ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..model.temperature.climatology import Climatology
from ..training.temperature_data import Place, Unseen
from ..training.temperature_prepare import as_place
from ..training.temperature_relief import known_heights
from ..training.temperature_sources import WORLDCEREAL_HELD_OUT, presto, towers, worldcereal_places
from .monthly import FOLDERS
from .seen import TrainingPlaces


def shipped_view(climatology: Climatology) -> Unseen:
    """The climatology's view of a place, whatever its cluster."""
    return lambda _cluster, lat, lon: _one(*climatology.coefficients(lat, lon))


def _one(values, unexplained):  # type: ignore[no-untyped-def]
    return values[0], float(unexplained[0])


def monthly_places(data: Path, climatology: Climatology) -> dict[str, list[Place]]:
    """Places of the monthly tables by title.

    Raises:
        FileNotFoundError: there is no such table.
    """
    found: dict[str, list[Place]] = {}
    for raw in presto(data):
        title = FOLDERS[raw.name.split("/")[0]]
        found.setdefault(title, []).append(as_place(raw, climatology, shipped_view(climatology)))
    if not found:
        raise FileNotFoundError(2, "no monthly tables", str(data / "imagery" / "presto"))
    return found


def worldcereal_periods(data: Path, climatology: Climatology) -> Iterator[tuple[str, Place]]:
    """The evaluation periods of the places with both sensors and daily temperature, by title."""
    if not (data / "imagery" / "worldcereal_training").is_dir():
        return
    for raw in worldcereal_places(data):
        if raw.role == "test":
            where = "Tanzania" if "TZA" in raw.name else "Flanders"
            held = ", held-out place" if WORLDCEREAL_HELD_OUT in raw.name else ", later period"
            yield f"worldcereal {where}{held}", as_place(raw, climatology, shipped_view(climatology))


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


def unseen(places: list[Place], known: TrainingPlaces) -> list[Place]:
    """Those of ``places`` that are further than 25 km from all that trained the weights."""
    near = known.near(np.array([place.lat for place in places]), np.array([place.lon for place in places]))
    return [place for place, seen in zip(places, near, strict=True) if not seen]

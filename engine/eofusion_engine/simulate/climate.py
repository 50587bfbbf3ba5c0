"""The climate that the engine's own climatology gives a place: what a simulated place there is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .presets import Preset, preset_at

if TYPE_CHECKING:
    from ..model.temperature.climatology import Climatology

_YEAR = 365.25


@lru_cache(maxsize=2)
def shipped_climatology(weights: Path | None = None) -> Climatology:
    """The climatology of the temperature weights, without the rest of them.

    Raises:
        WeightsError: the weights are missing or damaged.
    """
    from ..model.temperature.climatology import Climatology
    from ..model.weights import load_tensors

    tensors, _ = load_tensors("temperature", weights)
    part = "climatology."
    return Climatology.from_tensors({k.removeprefix(part): v for k, v in tensors.items() if k.startswith(part)})


def settled(base: Preset, climatology: Climatology, height_m: float | None = None) -> Preset:
    """``base`` with the mean and the yearly wave of temperature that ``climatology`` gives its place.

    ``height_m`` of the ground; the climatology's own coarse relief unless told.
    """
    days = np.arange(date(2021, 1, 1).toordinal(), date(2022, 1, 1).toordinal())
    height = height_m
    if height is None:
        height = float(climatology.height(np.array([base.lat]), np.array([base.lon]), None)[0])
    height = max(height, 0.0)
    normal = np.asarray(climatology.mean(base.lat, base.lon, days, height), float).reshape(-1)
    angle = 2 * np.pi * np.arange(1, len(days) + 1) / _YEAR
    cosine, sine = 2 * np.mean(normal * np.cos(angle)), 2 * np.mean(normal * np.sin(angle))
    coldest = float(np.arctan2(-sine, -cosine) * _YEAR / (2 * np.pi)) % _YEAR
    climate = replace(
        base.climate,
        mean_degc=float(normal.mean()),
        amplitude_k=float(np.hypot(cosine, sine)),
        coldest_day=coldest if base.lat >= 0 else (coldest + 182) % _YEAR,
    )
    return replace(base, climate=climate, elevation_m=height)


def preset_here(lat: float, lon: float, weights: Path | None = None, height_m: float | None = None) -> Preset:
    """The preset that suits a latitude, with the climate of the place itself.

    Raises:
        WeightsError: the temperature weights, which hold the climatology, are missing or damaged.
    """
    return settled(preset_at(lat, lon), shipped_climatology(weights), height_m)

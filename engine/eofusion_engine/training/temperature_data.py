"""The temperature stage's cache: climatology, and places with their temperatures and their cells, in one .npz.

Training reads nothing else, so that it can run where there are only numpy, torch and safetensors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..model.temperature.climatology import Climatology, Normal
from ..model.temperature.image_tokens import CELL_BANDS
from ..model.temperature.sequence import EPOCH_DAYS, EPOCH_ORIGIN, SOURCES, assemble_static

CACHE = "temperature.npz"
ROLES = ("train", "calibration", "test", "dssat", "dropped")
#: What the climatology says of a position that it may have been fitted near: (cluster, latitude, longitude) to
#: coefficients (8,) and unexplained share, as seen by a place of a cluster that it has not seen.
Unseen = Callable[[str, float, float], tuple[NDArray[np.float64], float]]


@dataclass
class Place:
    """One place: daily or monthly temperatures and what its cell looked like.

    ``tmean`` (D,) degC from ordinal ``first`` (an epoch), NaN gaps; ``months`` (M, 3) first day and day after the last,
    counted from ``first``, and the mean between them in degC. ``cells`` (V, E, CELL_BANDS) are composites at the epochs
    from ``first`` on, in V versions, NaN where not seen; the last of their values is land surface temperature minus the
    climatology. ``source`` names
    where the temperature is from; ``l1c`` that the reflectance is top-of-atmosphere. ``elevation`` in m is NaN where
    no table gives it, ``relief`` is the coarse relief's. ``coefficients`` (8,) and ``unexplained`` are the
    climatology's as a place sees it that it was not fitted on.
    """

    name: str
    cluster: str
    role: str
    source: str
    lat: float
    lon: float
    elevation: float
    relief: float
    coefficients: NDArray[np.float64]
    unexplained: float
    first: int
    tmean: NDArray[np.float32]
    months: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    cells: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0, CELL_BANDS), np.float32))
    l1c: bool = False

    def static(self, with_elevation: bool) -> NDArray[np.float32]:
        """Static features, with or without the elevation."""
        known = with_elevation and bool(np.isfinite(self.elevation))
        return assemble_static(
            self.lat, self.lon, self.coefficients, self.unexplained, self.height(with_elevation), self.relief, known
        )

    def height(self, with_elevation: bool = True) -> float:
        """The elevation if it is known and to be used, else the coarse relief's, in m."""
        return self.elevation if with_elevation and np.isfinite(self.elevation) else self.relief

    def normal(self, climatology: Climatology, days: NDArray[np.int64], with_elevation: bool = True) -> Normal:
        """The climatology of this place at ordinals (D,)."""
        height = np.array([self.height(with_elevation)])
        found = climatology.evaluate(self.coefficients[None], np.array([self.unexplained]), height, days)
        return Normal(found.mean[0], found.spread[0])

    @property
    def days(self) -> NDArray[np.int64]:
        """Ordinals (D,) of ``tmean``."""
        return np.asarray(self.first + np.arange(len(self.tmean)))

    @property
    def has_cells(self) -> bool:
        """Whether there is any imagery."""
        return bool(self.cells.size) and bool(np.isfinite(self.cells).any())


def epoch_at_or_before(day: int) -> int:
    """Ordinal of the last epoch that is not after ``day``."""
    return EPOCH_ORIGIN + (day - EPOCH_ORIGIN) // EPOCH_DAYS * EPOCH_DAYS


def save_cache(path: Path, climatology: Climatology, places: list[Place]) -> Path:
    """Write what training reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray] = {
        "names": np.array([[p.name, p.cluster, p.role, p.source] for p in places]),
        "numbers": np.array([[p.lat, p.lon, p.elevation, p.relief, p.unexplained, p.l1c] for p in places], float),
        "coefficients": np.stack([p.coefficients for p in places]),
        "first": np.array([p.first for p in places]),
        "lengths": np.array([[len(p.tmean), len(p.months)] for p in places]),
        "tmean": np.concatenate([p.tmean for p in places]).astype(np.float32),
        "months": np.concatenate([p.months for p in places]),
        "shapes": np.array([p.cells.shape[:2] for p in places]),
        "cells": np.concatenate([p.cells.reshape(-1, CELL_BANDS) for p in places]).astype(np.float32),
    }
    arrays.update({f"climatology/{name}": tensor.numpy() for name, tensor in climatology.tensors().items()})
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path


def load_cache(path: Path) -> tuple[Climatology, list[Place]]:
    """What :func:`save_cache` wrote."""
    with np.load(path, allow_pickle=False) as file:
        data = {name: file[name] for name in file.files}
    prefix = "climatology/"
    climatology = Climatology.from_tensors(
        {name[len(prefix) :]: torch.as_tensor(array) for name, array in data.items() if name.startswith(prefix)}
    )
    ends = np.cumsum(data["lengths"], axis=0)[:-1]
    tmean, months = (np.split(data[name], ends[:, k]) for k, name in enumerate(("tmean", "months")))
    cells = np.split(data["cells"], np.cumsum(data["shapes"].prod(axis=1))[:-1])
    places = []
    for i, (name, cluster, role, source) in enumerate(data["names"]):
        lat, lon, elevation, relief, unexplained, l1c = (float(v) for v in data["numbers"][i])
        if source not in SOURCES or role not in ROLES:
            raise ValueError(f"The temperature cache is of another version ({source}, {role}): prepare it again.")
        shape = tuple(int(v) for v in data["shapes"][i])
        places.append(
            Place(
                str(name), str(cluster), str(role), str(source), lat, lon, elevation, relief, data["coefficients"][i],
                unexplained, int(data["first"][i]), tmean[i], months[i], cells[i].reshape(*shape, CELL_BANDS),
                bool(l1c),
            )
        )  # fmt: skip
    return climatology, places

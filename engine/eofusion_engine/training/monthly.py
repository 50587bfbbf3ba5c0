"""Monthly pixel tables as training places: unlabelled series of many climates, with both sensors, and the only L1C."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..evaluation.monthly import FOLDERS, MonthlySeries, read_monthly, training_rows
from .places import MISSING, Place

#: Pixels of one place at most.
_PIXELS = 512


def monthly_places(data: Path) -> list[Place]:
    """Pixels of the presto folders whose 1-degree cell trains, those of the same months together as one place.

    A place's position is its pixels' mean, which means nothing; :func:`monthly_positions` has their own.
    """
    places = []
    for name in FOLDERS:
        series = read_monthly(data, name)
        series = series.take(training_rows(series))
        for number, days in enumerate(np.unique(series.days, axis=0)):
            rows = np.flatnonzero((series.days == days).all(axis=1))[:_PIXELS]
            if len(rows) >= 4:
                places.append(_place(f"monthly/{name}/{number}", series.take(rows), days))
    return places


def monthly_positions(data: Path) -> list[list[str | float]]:
    """Ids and positions [id, latitude, longitude] of all pixels that may train, for a weights file's header."""
    out: list[list[str | float]] = []
    for name in FOLDERS:
        series = read_monthly(data, name)
        rows = np.flatnonzero(training_rows(series))
        where = np.round(np.stack((series.lat[rows], series.lon[rows]), axis=1), 5).tolist()
        out += [[f"presto/{name}/{row}", *position] for row, position in zip(rows, where, strict=True)]
    return out


def _place(name: str, series: MonthlySeries, days: np.ndarray) -> Place:
    s2, s1 = (_column(values, scale) for values, scale in ((series.s2, 1e-4), (series.s1, 0.01)))
    clear = (s2 != MISSING).any(axis=1)
    flags = np.ones(len(days), bool)  # the orbit is not known
    lat, lon = float(series.lat.mean()), float(series.lon.mean())
    return Place(name, lat, lon, s2, clear, days.copy(), s1, days.copy(), flags, l1c=True)


def _column(values: np.ndarray, scale: float) -> np.ndarray:
    """(P, T, B) to int16 (T, B, P, 1)."""
    units = np.clip(np.rint(values.astype(np.float64) / scale), MISSING + 1, 32767)
    packed = np.where(np.isfinite(values), units, MISSING).astype(np.int16)
    return np.ascontiguousarray(packed.transpose(1, 2, 0)[..., None])

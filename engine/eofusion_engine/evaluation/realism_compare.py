"""Distributions of what real and simulated pixels look like, by season and, where it is known, land cover."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..bands import S1_BANDS, S2_BANDS
from ..simulate.kinds import Cover
from .realism_features import INDICES, SEASONS, lag_correlation, ndvi, ratio, season_of
from .realism_series import Pair

_BANDS = ("B02", "B04", "B06", "B8A", "B11", "B12")
_INDICES = ("NDVI", "moisture (B8A, B11)", "red edge (B06, B05)", "red edge (B07, B06)")
_COVERS = (Cover.CROP, Cover.GRASS, Cover.FOREST)
#: Fewer values of one kind are no distribution.
_LEAST = 20


def by_season(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Of every quantity and season: 10th, 50th and 90th percentile of both, and how far apart they are.

    A value is a pixel's median of a season. ``distance`` is the Kolmogorov-Smirnov distance, 0 (the same) to 1.
    """
    rows = []
    for name in (*_BANDS, *_INDICES, *S1_BANDS, "VV-VH"):
        for number, season in enumerate(SEASONS):
            row = _row(name, season, *medians(pairs, name, number))
            rows += [row] if row else []
    return rows


def by_cover(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """The same of the pairs whose land cover is known, over the whole year."""
    rows = []
    for cover in _COVERS:
        for name in ("B04", "B8A", "B11", "NDVI", "red edge (B06, B05)", *S1_BANDS, "VV-VH"):
            row = _row(name, cover.name.lower(), *medians(pairs, name, None, cover))
            rows += [{("cover" if key == "season" else key): value for key, value in row.items()}] if row else []
    return rows


def memory(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Likeness of a pixel's neighbouring dates (lag-1 correlation, 15 days at most), S2 indices and S1."""
    rows = []
    for name in ("NDVI", "moisture (B8A, B11)", *S1_BANDS):
        found = []
        for simulated in (False, True):
            parts = [np.zeros(0)]
            for pair in pairs:
                days, values, _ = _values(pair, name, simulated)
                if name not in S1_BANDS:
                    parts.append(lag_correlation(values, days))
                    continue
                for up in (True, False):
                    mine = pair.s1_ascending == up
                    parts.append(lag_correlation(values[:, mine], days[mine]))
            found.append(np.concatenate(parts))
        row = _row(f"{name}, neighbouring dates", "year", *found)
        rows += [row] if row else []
    return rows


def monthly(pairs: Sequence[Pair], simulated: bool, name: str) -> np.ndarray:
    """(12, 3): 10th, 50th and 90th percentile over pixels of a quantity in each calendar month; NaN without views."""
    values: list[list[np.ndarray]] = [[] for _ in range(12)]
    for pair in pairs:
        days, series, _ = _values(pair, name, simulated)
        month = (days.astype("int64") - 719163).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
        for m in range(12):
            if (month == m).any():
                values[m].append(_median(series[:, month == m]))
    out = np.full((12, 3), np.nan)
    for m, parts in enumerate(values):
        known = np.concatenate([*parts, np.zeros(0)])
        known = known[np.isfinite(known)]
        if len(known) >= _LEAST:
            out[m] = np.percentile(known, [10, 50, 90])
    return out


def _values(pair: Pair, name: str, simulated: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days (T,), series (N, T) of one quantity, and land cover (N,)."""
    s2, s1 = (pair.simulated, pair.simulated_s1) if simulated else (pair.real, pair.real_s1)
    if name == "VV-VH":
        return pair.s1_days, s1[..., 0] - s1[..., 1], pair.cover
    if name in S1_BANDS:
        return pair.s1_days, s1[..., S1_BANDS.index(name)], pair.cover
    if name in S2_BANDS:
        return pair.days, s2[..., S2_BANDS.index(name)], pair.cover
    return pair.days, ndvi(s2) if name == "NDVI" else ratio(s2, *INDICES[name]), pair.cover


def medians(
    pairs: Sequence[Pair], name: str, season: int | None, cover: Cover | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Real and simulated medians of pixels, of a season (index into SEASONS; None: the year) and a land cover."""
    found = []
    for simulated in (False, True):
        parts = [np.zeros(0)]
        for pair in pairs:
            days, series, covers = _values(pair, name, simulated)
            when = np.ones(len(days), bool) if season is None else season_of(days) == season
            who = slice(None) if cover is None else covers == cover
            if when.any():
                parts.append(_median(series[who][:, when]))
        found.append(np.concatenate(parts))
    return found[0], found[1]


def _median(values: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a pixel without a view in a season is left out later
        return np.asarray(np.nanmedian(values, axis=1))


def _row(name: str, season: str, real: np.ndarray, simulated: np.ndarray) -> dict[str, Any] | None:
    real, simulated = real[np.isfinite(real)], simulated[np.isfinite(simulated)]
    if min(len(real), len(simulated)) < _LEAST:
        return None
    return {
        "what": name,
        "season": season,
        "pixels": len(real),
        "real_10_50_90": [float(v) for v in np.percentile(real, [10, 50, 90])],
        "simulated_10_50_90": [float(v) for v in np.percentile(simulated, [10, 50, 90])],
        "distance": distance(real, simulated),
    }


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Kolmogorov-Smirnov distance of two samples: the largest difference of their distribution functions."""
    at = np.concatenate([one, other])
    below = [np.searchsorted(np.sort(sample), at, side="right") / len(sample) for sample in (one, other)]
    return float(np.abs(below[0] - below[1]).max())

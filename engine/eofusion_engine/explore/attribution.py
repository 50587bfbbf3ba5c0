"""Shares of inputs in an expected value, by two methods, and how far the methods agree.

An attribution is signed: by how much the value would change if the input went to its baseline. Baselines are fixed and
the same for both methods: for a band its mean over the training places, for the drivers of GPP the average day of the
training towers, for the season no season (:mod:`.attribution_gpp`, :mod:`.attribution_temperature`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..bands import S2_BANDS

Floats = NDArray[np.float64]
S1, SEASON, PLACE, WEATHER = "S1", "season", "place", "weather"
#: Groups of inputs: Sentinel-1 with both polarisations, each band of Sentinel-2, and what is not an image.
IMAGE_GROUPS = (S1, *S2_BANDS)
GPP_GROUPS = (*IMAGE_GROUPS, SEASON, PLACE, WEATHER)
TEMPERATURE_GROUPS = (*IMAGE_GROUPS, SEASON, PLACE)
#: Colours of the groups: blues to reds with the wavelength, grey for radar, greens for what is no image.
COLOURS = {
    S1: "#6b6b6b", "B02": "#2c5fa8", "B03": "#2f9e44", "B04": "#c92a2a", "B05": "#d9480f", "B06": "#e8590c",
    "B07": "#f08c00", "B08": "#9c36b5", "B8A": "#6741d9", "B11": "#a0703c", "B12": "#5f3d1e", SEASON: "#74c0fc",
    PLACE: "#b2d8b2", WEATHER: "#ffe066",
}  # fmt: skip


@dataclass(frozen=True)
class Attribution:
    """``groups`` (G,) names; ``gradient`` and ``occlusion`` (G, N) signed attributions of N pixels or cells."""

    groups: tuple[str, ...]
    gradient: Floats
    occlusion: Floats


def shares(attribution: Floats) -> Floats:
    """Share (G,) of each input in the mean absolute attributions (G, N); NaN where all are zero."""
    size = np.nanmean(np.abs(attribution), axis=1)
    total = size.sum()
    return np.asarray(size / total if total > 0 else np.full(len(size), np.nan))


def spearman(one: Floats, other: Floats) -> float:
    """Rank correlation of two vectors, ties with their mean rank; NaN where one of them is constant."""
    first, second = _ranks(one), _ranks(other)
    first, second = first - first.mean(), second - second.mean()
    size = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum() / size) if size > 0 else float("nan")


def agreement(found: Attribution) -> tuple[float, float]:
    """Spearman's correlation of the mean shares, and the median of that of single pixels or cells."""
    whole = spearman(shares(found.gradient), shares(found.occlusion))
    single = [
        spearman(np.abs(found.gradient[:, n]), np.abs(found.occlusion[:, n]))
        for n in range(found.gradient.shape[1])
        if np.isfinite(found.gradient[:, n]).all() and np.isfinite(found.occlusion[:, n]).all()
    ]
    kept = [value for value in single if np.isfinite(value)]
    return whole, float(np.median(kept)) if kept else float("nan")


def dominant(attribution: Floats) -> NDArray[np.uint8]:
    """Number (...) from 1 of the group with the largest absolute attribution (G, ...); 0 where none is known."""
    size = np.where(np.isfinite(attribution), np.abs(attribution), -1.0)
    best = size.argmax(axis=0)
    return np.where(size.max(axis=0) > 0, best + 1, 0).astype(np.uint8)


def _ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(np.asarray(values, float), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse])

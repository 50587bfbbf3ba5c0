"""Hidden gaps in clear series, and the simple ways to fill them: the task of the evaluation ``reconstruction``.

A clear observation is the target, and every clear date within half of the gap's length of it is hidden, as under
lasting cloud. Only targets with a clear date on both sides of the gap count, where every model can answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..training.places import Place

GAPS = (10, 20, 30, 45, 60)
#: Pixels of each place, drawn once with a fixed seed.
PIXELS = 48
#: Whittaker's smoothing (days^3), the best of 1e2 to 1e6 by powers of ten on training places.
SMOOTHING = 1e4


@dataclass(frozen=True)
class Series:
    """Series of P pixels of one place: ``bands`` (P, T, B), NaN where not clear, ``days`` (T,) rising ordinals;
    ``truth`` is what a prediction is compared with (the bands themselves, but for simulated places)."""

    bands: np.ndarray
    truth: np.ndarray
    days: np.ndarray

    @property
    def clear(self) -> np.ndarray:
        """(P, T) any band is known."""
        return np.isfinite(self.bands).any(axis=2)


@dataclass(frozen=True)
class Hidden:
    """N hidden targets: their pixel, date and length of gap in days."""

    pixel: np.ndarray
    date: np.ndarray
    gap: np.ndarray

    def __len__(self) -> int:
        return len(self.pixel)


def pixel_series(place: Place, chosen: np.ndarray) -> Series:
    """The clear series of the ``chosen`` pixels (flat indices) of a place."""
    cube = place.reflectance()
    bands = cube.reshape(*cube.shape[:2], -1)[..., chosen].transpose(2, 0, 1)
    return Series(bands, bands, np.asarray(place.s2_days))


def choose_pixels(place: Place, count: int = PIXELS, seed: int = 0) -> np.ndarray:
    """Flat indices of ``count`` pixels of a place, or of all where there are fewer."""
    return np.random.default_rng(seed).permutation(place.s2.shape[2] * place.s2.shape[3])[:count]


def hide(series: Series, gaps: tuple[int, ...] = GAPS) -> Hidden:
    """All targets of a series, for each length of gap."""
    parts = []
    for gap in gaps:
        pixel, day = np.nonzero(series.clear & np.isfinite(series.truth).any(axis=2))
        hidden = Hidden(pixel, day, np.full(len(pixel), gap))
        near = neighbours(series, hidden, 1)
        both = (near >= 0).all(axis=(1, 2))
        parts.append(Hidden(pixel[both], day[both], hidden.gap[both]))
    return Hidden(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("pixel", "date", "gap")))


def neighbours(series: Series, hidden: Hidden, count: int) -> np.ndarray:
    """Indices (N, 2, count) of the nearest clear dates before and after each gap, nearest first; -1 where none."""
    clear, days, dates = series.clear, series.days, len(series.days)
    index = np.arange(dates)
    last = np.maximum.accumulate(np.where(clear, index, -1), axis=1)
    following = np.minimum.accumulate(np.where(clear, index, dates)[:, ::-1], axis=1)[:, ::-1]
    out = np.full((len(hidden), 2, count), -1)
    half = hidden.gap / 2
    before = np.searchsorted(days, days[hidden.date] - half, side="left") - 1
    after = np.searchsorted(days, days[hidden.date] + half, side="right")
    for k in range(count):
        found = np.where(before >= 0, last[hidden.pixel, np.maximum(before, 0)], -1)
        out[:, 0, k] = found
        before = found - 1
        found = np.where(after < dates, following[hidden.pixel, np.minimum(after, dates - 1)], dates)
        out[:, 1, k] = np.where(found < dates, found, -1)
        after = found + 1
    return out


def linear(series: Series, hidden: Hidden) -> np.ndarray:
    """Linear in time between the nearest clear dates on both sides, (N, B)."""
    near = neighbours(series, hidden, 1)[:, :, 0]
    here, left, right = (series.days[i].astype(float) for i in (hidden.date, near[:, 0], near[:, 1]))
    share = ((here - left) / (right - left))[:, None]
    return (1 - share) * series.bands[hidden.pixel, near[:, 0]] + share * series.bands[hidden.pixel, near[:, 1]]


def nearest(series: Series, hidden: Hidden) -> np.ndarray:
    """The nearest clear date's bands (N, B); the earlier one of two as near."""
    near = neighbours(series, hidden, 1)[:, :, 0]
    distance = np.abs(series.days[near] - series.days[hidden.date][:, None])
    picked = np.take_along_axis(near, distance.argmin(1)[:, None], 1)[:, 0]
    return series.bands[hidden.pixel, picked]


def whittaker(series: Series, hidden: Hidden, smoothing: float = SMOOTHING, batch: int = 2048) -> np.ndarray:
    """Whittaker smoother (Eilers 2003, doi:10.1021/ac034173t) with second differences on uneven dates, (N, B)."""
    days = series.days.astype(float)
    step = np.maximum(np.diff(days), 1e-3)
    second = np.zeros((len(days) - 2, len(days)))
    for i in range(len(days) - 2):
        left, right = step[i], step[i + 1]
        # The second derivative at the middle date, times the root of its share of the axis.
        second[i, i : i + 3] = (
            np.array([1 / left, -1 / left - 1 / right, 1 / right]) * 2 / (left + right) * ((left + right) / 2) ** 0.5
        )
    penalty = smoothing * second.T @ second
    values = np.nan_to_num(series.bands).astype(float)
    out = np.empty((len(hidden), series.bands.shape[2]))
    for first in range(0, len(hidden), batch):
        part = slice(first, first + batch)
        pixel, target, gap = hidden.pixel[part], hidden.date[part], hidden.gap[part]
        away = np.abs(days[None] - days[target][:, None]) > gap[:, None] / 2
        weight = (series.clear[pixel] & away).astype(float)
        system = penalty + weight[:, :, None] * np.eye(len(days))
        smooth = np.linalg.solve(system, weight[:, :, None] * values[pixel])
        out[part] = np.take_along_axis(smooth, target[:, None, None], axis=1)[:, 0]
    return np.where(np.isfinite(series.bands).any(axis=1)[hidden.pixel], out, np.nan)


def repeats(series: Series, days_apart: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a pixel's consecutive clear views 1 to ``days_apart`` days apart: bands (M, B) of both.

    Their difference is the floor: what no gap filler can be better than by much.
    """
    first, second = [], []
    for pixel, clear in enumerate(series.clear):
        index = np.flatnonzero(clear)
        near = np.diff(series.days[index]) <= days_apart
        first.append(series.bands[pixel, index[:-1][near]])
        second.append(series.bands[pixel, index[1:][near]])
    return np.concatenate(first), np.concatenate(second)

"""One step in a series that else follows the course of its kind: least squares over all kinds and all dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Observations that a step needs on either side: one alone may be a cloud that no mask found.
SIDE = 3


@dataclass(frozen=True)
class Steps:
    """Per series: ``after`` (N,), number of the first observation after the step, -1 where none can be told;
    ``size`` (N, C) of the step in units of noise; ``gain`` (N,), share of the squares that the step explains."""

    after: np.ndarray
    size: np.ndarray
    gain: np.ndarray


def find_steps(values: np.ndarray, courses: np.ndarray, noise: np.ndarray) -> Steps:
    """The best step of each series.

    Args:
        values: (C, T, N), NaN where not seen (in all C alike).
        courses: (K, C, T), what K kinds of land do without a step.
        noise: (C,), standard deviation of one observation.
    """
    channels, _, count = values.shape
    scaled = np.nan_to_num(values / noise[:, None, None])
    weight = np.isfinite(values).all(axis=0).astype(np.float32)  # (T, N)
    before = np.cumsum(weight, axis=0)
    after = before[-1] - before
    allowed = (before >= SIDE) & (after >= SIDE) & (weight > 0)
    best, plain = np.full(count, np.inf, np.float32), np.full(count, np.inf, np.float32)
    place, size = np.full(count, -1), np.zeros((count, channels), np.float32)
    at = np.arange(count)
    for course in courses:
        rest = (scaled - (course / noise[:, None])[:, :, None]) * weight
        squares = np.square(rest).sum(axis=(0, 1))
        sums = np.cumsum(rest, axis=1)  # (C, T, N)
        total = sums[:, -1:]
        with np.errstate(invalid="ignore", divide="ignore"):
            one, two = sums / before, (total - sums) / after
            error = squares - (one * sums).sum(axis=0) - (two * (total - sums)).sum(axis=0)
            flat = squares - (np.square(total[:, 0]) / before[-1]).sum(axis=0)
        error = np.where(allowed, error, np.inf)
        chosen = error.argmin(axis=0)
        found = error[chosen, at]
        better = found < best
        best[better], place[better] = found[better], chosen[better]
        size[better] = (two - one)[:, chosen, at].T[better]
        plain = np.fmin(plain, flat)
    told = np.isfinite(best)
    first = np.full(count, -1)
    first[told] = _next_seen(weight)[place[told], at[told]]
    gain = 1 - np.divide(best, np.maximum(plain, 1e-6), out=np.ones_like(best), where=told)
    return Steps(first, np.where(told[:, None], size, 0), np.clip(gain, 0, 1).astype(np.float32))


def without_spikes(values: np.ndarray, noise: float) -> np.ndarray:
    """Series (T, N) in which single observations far to one side of both neighbours take the neighbours' mean."""
    previous, following = _carried(values), _carried(values[::-1])[::-1]
    low, high = np.fmin(previous, following), np.fmax(previous, following)
    with np.errstate(invalid="ignore"):
        spike = (values < low - 4 * noise) | (values > high + 4 * noise)
    return np.where(spike & np.isfinite(low), (previous + following) / 2, values)


def _carried(values: np.ndarray) -> np.ndarray:
    """The last value seen before each date (T, N)."""
    found = np.full_like(values, np.nan)
    for number in range(1, len(values)):
        found[number] = np.where(np.isfinite(values[number - 1]), values[number - 1], found[number - 1])
    return found


def _next_seen(weight: np.ndarray) -> np.ndarray:
    """Number (T, N) of the first observation after each date."""
    found = np.full(weight.shape, -1)
    for number in range(len(weight) - 2, -1, -1):
        found[number] = np.where(weight[number + 1] > 0, number + 1, found[number + 1])
    return found

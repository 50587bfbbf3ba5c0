"""GPP of every day of a period, summed: the same function as the head's, arranged for many days of one ground.

What hangs on the weather alone is computed once a day and cell of weather, what hangs on the ground for every pixel;
hyperbolic tangents are taken as sigmoids, which are ten times as quick.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
import torch
from torch import Tensor

from ..bands import SIX_BAND_INDEX
from .gpp import GppHead, sun_top
from .light_use import BOUND, GROUND_FEATURES, LightUse, ground_columns, ground_gate, weather_columns

#: Pixels of one pass: their temporary arrays stay in a processor's caches.
_PIXELS = 1 << 15


def daily_gpp_sum(
    head: GppHead,
    reflectance: np.ndarray,
    dates: Sequence[date],
    days: Sequence[date],
    tair_by_day: np.ndarray,
    ssrd_by_day: np.ndarray,
    vpd_by_day: np.ndarray | None = None,
    *,
    recent_by_day: np.ndarray | None = None,
    lat: float | None = None,
    weather_measured: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """p10, p50, p90 of the sum of GPP over ``days``, each (H, W) float32 in g C m-2.

    GPP is computed for every day from that day's weather, for the N ``days`` (N,), (N, H, W) or (N, h, w) of cells of
    H / h x W / w pixels, and that day's reflectance: between ``dates`` (ascending) ``reflectance`` (D, 10, H, W) is
    interpolated linearly in time, per pixel over the dates it has; before the first and after the last it is held. A
    pixel without any date is NaN. (Interpolating the GPP of clear days instead would be about 8 % high: cloudy days
    are darker.)

    The interval: errors of a place persist (a forest that is more efficient than most stays so). So daily
    errors are first taken as fully correlated, that is, the daily bounds are added; then the sum's bounds are
    drawn in by ``IntervalModel.period_width``, which leaves the between-site share of the error whole. It speaks of
    one pixel's sum; the errors of pixels of one area are alike, so an area's mean is hardly surer.
    """
    ordinals = np.array([d.toordinal() for d in dates], float)
    six = np.array(reflectance[:, list(SIX_BAND_INDEX)], np.float32)
    _fill_in_time(six, ordinals)
    place = np.interp([d.toordinal() for d in days], ordinals, np.arange(len(dates), dtype=float))
    nothing = np.full(len(days), np.nan)
    series = [nothing if d is None else d for d in (tair_by_day, ssrd_by_day, vpd_by_day, recent_by_day)]
    weather, cells = _by_cell(series)
    ground = _in_cells(six, cells)
    top = torch.from_numpy(sun_top(lat, days, len(days)))
    total = np.empty((3, *ground.shape[2:]), np.float32)
    step = max(1, _PIXELS // ground.shape[-1])
    for first in range(0, ground.shape[2], step):
        part = slice(first, first + step)
        total[:, part] = _summed(head, ground[:, :, part], weather[:, :, part], top, place, weather_measured)
    low, middle, high = _in_rows(total, cells, six.shape[2:])
    width = np.float32(head.intervals[weather_measured].period_width(len(days)))
    return middle - width * (middle - low), middle, middle + width * (high - middle)


class _DayCore:
    """The core for pixels (C, K) of C cells that share their weather."""

    def __init__(self, core: LightUse) -> None:
        self.core, self.nets, hidden = core, core.nets, core.hidden
        mean, sd = core.get_buffer("mean"), core.get_buffer("sd")
        # tanh(x) is 2 sigmoid(2 x) - 1: doubled before and after, and the ones joined to the constants.
        weight = 2 * core.first.weight / sd
        self.by_ground, self.by_weather = weight[:, :GROUND_FEATURES].contiguous(), weight[:, GROUND_FEATURES:]
        self.constant = 2 * core.first.bias - weight @ mean
        last = torch.zeros(self.nets, self.nets * hidden)
        for net, row in enumerate(core.last):
            last[net, net * hidden : (net + 1) * hidden] = row
        self.by_hidden = last * (4 / BOUND)
        self.offset = (-2 / BOUND * core.last.sum(dim=1))[:, None]

    def sky(self, top: Tensor, drivers: Tensor) -> tuple[Tensor, Tensor]:
        """What the weather (4, C) of a day allows (C,), and its part in the modulation's hidden layer (hidden, C)."""
        tair, ssrd, vpd, recent = drivers
        columns = torch.stack(torch.broadcast_tensors(*weather_columns(top, tair, ssrd, recent)))
        return self.core.weather(tair, ssrd, vpd, recent), self.by_weather @ columns + self.constant[:, None]

    def gpp(self, bands: Tensor, sky: Tensor, push: Tensor) -> tuple[Tensor, Tensor]:
        """GPP (C, K) in g C m-2 d-1 of reflectance (6, C, K), and the ground's gate."""
        six = bands.movedim(0, -1)
        gate = ground_gate(six)
        ground = torch.stack(ground_columns(six)).flatten(1)
        hidden = (self.by_ground @ ground).unflatten(1, six.shape[:2]).add_(push[..., None]).sigmoid_()
        pushed = (self.by_hidden @ hidden.flatten(1)).add_(self.offset).sigmoid_()
        factor = (pushed.sum(0) * (2 / self.nets)).sub_(1).mul_(BOUND * math.log2(math.e)).exp2_()
        return self.core.canopy(six, gate) * sky[:, None] * factor.view_as(gate), gate


@torch.inference_mode()
def _summed(
    head: GppHead, ground: np.ndarray, weather: np.ndarray, top: Tensor, place: np.ndarray, measured: bool
) -> np.ndarray:
    """Sums (3, C, K) of daily p10, p50 and p90 of ground (D, 6, C, K) and weather (N, 4, C); ``place`` (N,) is
    each day's among the D dates."""
    core, interval = _DayCore(head.core), head.intervals[measured]
    bands, drivers = torch.from_numpy(np.ascontiguousarray(ground)), torch.from_numpy(weather)
    total = torch.zeros(3, *ground.shape[2:])
    for day, where in enumerate(place):
        before = int(where)
        share = float(where - before)
        today = torch.lerp(bands[before], bands[before + 1], share) if share else bands[before]
        gpp, gate = core.gpp(today, *core.sky(top[day], drivers[day]))
        low, high = interval.apply(gpp, gate)
        for row, values in zip(total, (low, gpp, high), strict=True):
            row.add_(values)
    return total.numpy()


def _by_cell(series: Sequence[np.ndarray]) -> tuple[np.ndarray, tuple[int, int]]:
    """Drivers (N,) or (N, h, w) as (N, 4, h w), and the finest h and w."""
    maps = [np.asarray(s, np.float32).reshape(len(s), *(np.shape(s)[1:] or (1, 1))) for s in series]
    cells = max((m.shape[1:] for m in maps), key=lambda shape: shape[0] * shape[1])
    wide = [np.broadcast_to(m, (len(m), *cells)).reshape(len(m), -1) for m in maps]
    return np.stack(wide, axis=1), cells


def _in_cells(values: np.ndarray, cells: tuple[int, int]) -> np.ndarray:
    """(..., H, W) as (..., h w, pixels of a cell)."""
    *lead, height, width = values.shape
    rows, cols = cells
    blocks = values.reshape(*lead, rows, height // rows, cols, width // cols)
    return np.ascontiguousarray(blocks.swapaxes(-3, -2)).reshape(*lead, rows * cols, -1)


def _in_rows(values: np.ndarray, cells: tuple[int, int], shape: tuple[int, ...]) -> np.ndarray:
    """Inverse of :func:`_in_cells`, to (..., H, W)."""
    (rows, cols), (height, width) = cells, shape
    blocks = values.reshape(len(values), rows, cols, height // rows, width // cols)
    return blocks.swapaxes(-3, -2).reshape(len(values), height, width)


def _fill_in_time(six: np.ndarray, ordinals: np.ndarray) -> None:
    """Fill NaN of (D, 6, H, W) in place: linear in time between a pixel's own dates, held at the ends."""
    flat = six.reshape(*six.shape[:2], -1)
    unknown = np.isnan(flat).any(axis=1)
    for pixel in np.flatnonzero(unknown.any(axis=0)):
        known = ~unknown[:, pixel]
        for band in range(flat.shape[1]) if known.any() else ():
            flat[:, band, pixel] = np.interp(ordinals, ordinals[known], flat[known, band, pixel])

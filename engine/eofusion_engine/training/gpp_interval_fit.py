"""The interval of GPP from errors out of fold: per sensor, with the shares that last and that are new every day.

The two tables of towers err differently: a MODIS pixel of 500 m mixes fields, and its days are many; a Landsat-Sentinel
chip is the tower's own field. So each has its interval. What runs is the second one, fitted to clear chips, since the
head is given cloud-free reflectance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..model.gpp_interval import IntervalModel
from ..model.light_use import ground_gate
from .gpp_tables import TowerTable

#: The share of rows, and of seasons, that lies between p10 and p90.
HELD = 0.8
#: A site's year counts as a season with this many days.
SEASON_DAYS = 120
_STEPS = 400
#: Factors on a fitted interval that are tried for it to hold :data:`HELD` of its rows.
_FACTORS = np.arange(0.6, 2.0, 0.01)


@dataclass(frozen=True)
class SensorIntervals:
    """``fine`` is of pixels of 10 to 30 m (Landsat, Sentinel-2), ``coarse`` of 500 m (MODIS)."""

    fine: IntervalModel
    coarse: IntervalModel

    def at_least(self, other: SensorIntervals) -> SensorIntervals:
        """The wider of both in every number that widens."""
        return SensorIntervals(self.fine.at_least(other.fine), self.coarse.at_least(other.coarse))


def fit_intervals(towers: TowerTable, predicted: np.ndarray) -> SensorIntervals:
    """Intervals around out-of-fold predictions (N,) of ``towers``; without rows of a sensor the other's serves it.

    The shares of the error that last and that are new every day come from the daily MODIS rows, which alone are of days
    in a row; the fine interval takes them over.
    """
    clear = np.isfinite(predicted) & towers.clear
    shapes = {}
    for table in ("hls", "modis"):
        use = clear & (towers.table == table)
        if use.any():
            shapes[table] = fit_interval(towers.take(use), predicted[use])
    if not shapes:
        raise ValueError("no row of hls or modis has a prediction")
    coarse = shapes.get("modis", shapes.get("hls"))
    assert coarse is not None  # nosec B101 - for the type checker
    coarse = with_shares(coarse, towers, predicted)
    return SensorIntervals(replace(shapes.get("hls", coarse), lasting=coarse.lasting, daily=coarse.daily), coarse)


def fit_interval(towers: TowerTable, predicted: np.ndarray) -> IntervalModel:
    """The shape that minimises the pinball loss of p10 and p90, widened or narrowed to hold four of five rows.

    Clusters count as the square root of their rows: a new place is to be covered, not the longest tower. The pinball
    loss alone holds fewer where GPP is said to be 0 for certain and was not. ``lasting`` is 1 and ``daily`` 0:
    :func:`with_shares` finds them.
    """
    _, inverse, counts = np.unique(towers.cluster, return_inverse=True, return_counts=True)
    weights = counts[inverse] ** -0.5
    weight = torch.as_tensor(weights / weights.sum())
    centre, truth = torch.as_tensor(predicted), torch.as_tensor(towers.gpp)
    gate = ground_gate(torch.as_tensor(towers.six)).double()
    raw = torch.full((4,), -1.0, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([raw], lr=0.03)
    for _ in range(_STEPS):
        adam.zero_grad()
        a, b, c, d = torch.nn.functional.softplus(raw)
        low, high = (centre - gate * (a + b * centre)).clamp(min=0), centre + gate * (c + d * centre)
        (weight * (_pinball(truth - low, 0.1) + _pinball(truth - high, 0.9))).sum().backward()
        adam.step()
    a, b, c, d = torch.nn.functional.softplus(raw.detach()).tolist()
    shape = IntervalModel(a, b, c, d, lasting=1.0)
    for factor in _FACTORS:
        tried = shape.scaled(float(factor))
        low, high = tried.apply(centre, gate)
        if float((weight * ((truth >= low) & (truth <= high))).sum()) >= HELD:
            return tried
    return shape.scaled(float(_FACTORS[-1]))


def _pinball(above: Tensor, level: float) -> Tensor:
    return torch.maximum(level * above, (level - 1) * above)


def between_sites(towers: TowerTable, predicted: np.ndarray) -> tuple[float, float]:
    """Shares of the error's variance: what stays with a site, and what is new every day (MODIS daily rows).

    The first by variance components of one-way analysis (the mean square between sites over that within them); the
    second from errors one day apart, which share all but what is new.
    """
    use = (towers.table == "modis") & np.isfinite(predicted)
    rows = towers.take(use)
    error = predicted[use] - rows.gpp
    _, inverse, counts = np.unique(rows.site, return_inverse=True, return_counts=True)
    if len(counts) < 2:
        return 1.0, 0.0
    means = np.bincount(inverse, error) / counts
    within = float(((error - means[inverse]) ** 2).sum() / (len(error) - len(counts)))
    # Unequal groups: the mean of site means' variance less what their finite number of days adds.
    stays = max(float(np.var(means, ddof=1) - within * np.mean(1 / counts)), 0.0)
    day = rows.year * 366.0 + rows.doy
    order = np.lexsort((day, inverse))
    near = (np.diff(day[order]) == 1) & (np.diff(inverse[order]) == 0)
    steps = np.diff(error[order])[near]
    new = float(np.mean(steps**2)) / 2 if len(steps) else 0.0
    total = stays + within
    return stays / total, min(new / total, 1 - stays / total)


def with_shares(interval: IntervalModel, towers: TowerTable, predicted: np.ndarray) -> IntervalModel:
    """``interval`` with the shares of its error, the lasting one at least so that sums hold four of five seasons."""
    stays, new = between_sites(towers, predicted)
    lasting, daily = float(np.sqrt(stays)), float(np.sqrt(new))
    use = (towers.table == "modis") & np.isfinite(predicted)
    rows, middle = towers.take(use), predicted[use]
    gate = ground_gate(torch.as_tensor(rows.six)).double()
    low, high = (side.numpy() for side in interval.apply(torch.as_tensor(middle), gate))
    seasons = seasons_of(rows)
    truth, middle, low, high = (seasons.mean(values) for values in (rows.gpp, middle, low, high))
    side = np.where(truth < middle, middle - low, high - middle)
    wanted = np.abs(truth - middle) / np.maximum(side, 1e-6)
    for tried in np.arange(lasting, min(0.99, np.sqrt(1 - daily**2)), 0.01) if len(truth) else ():
        lasting = float(tried)
        width = replace(interval, lasting=lasting, daily=daily).period_width(seasons.days)
        if np.mean(wanted <= width) >= HELD:
            break
    return replace(interval, lasting=lasting, daily=daily)


@dataclass(frozen=True)
class Seasons:
    """S seasons, a site's year each: ``first`` (S,) index of a row of it, ``days`` (S,) how many rows it has,
    ``of_row`` (N,) the number of each row's season, -1 where it has fewer than :data:`SEASON_DAYS`."""

    first: np.ndarray
    days: np.ndarray
    of_row: np.ndarray

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Means (S,) of ``values`` (N,) over the days of each season."""
        use = self.of_row >= 0
        return np.asarray(np.bincount(self.of_row[use], values[use], len(self.days)) / self.days)


def seasons_of(towers: TowerTable) -> Seasons:
    """The seasons of these rows, which are of one table."""
    names = np.char.add(np.char.add(towers.site, "/"), towers.year.astype(str))
    _, first, inverse, counts = np.unique(names, return_index=True, return_inverse=True, return_counts=True)
    long = counts >= SEASON_DAYS
    number = np.where(long, np.cumsum(long) - 1, -1)
    return Seasons(first[long], counts[long], number[inverse])

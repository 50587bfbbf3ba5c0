"""Fitting the light-use-efficiency core and its interval to tower rows, and predicting out of fold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..evaluation.splits import fold_numbers
from ..model.gpp import IntervalModel
from ..model.light_use import LightUse, ground_gate
from .gpp_tables import TowerTable
from .gpp_weather import ClimatologicalWeather, MonthlyMeans

#: An HLS row counts as this many MODIS rows that are used: it is nearer in scale and bands to what the engine
#: sees, and there are few. Chosen by leave-clusters-out scores of both tables together.
HLS_WEIGHT = 8.0
#: One MODIS day in so many is used: neighbouring days say the same, and all of them take minutes.
MODIS_STRIDE = 6
STEPS = 250
#: How often VPD, and day length, are hidden from a row, so that the head works without them.
HIDE_VPD, HIDE_HOURS = 0.4, 0.15
FOLDS = 10
_DECAY = 2e-3
_DRAWN_TO_START = 1e-3


@dataclass(frozen=True)
class _Rows:
    six: Tensor
    hours: Tensor
    tair: Tensor
    ssrd: Tensor
    vpd: Tensor
    gpp: Tensor
    weight: Tensor


def _rows(towers: TowerTable) -> _Rows:
    weight = torch.as_tensor(np.where(towers.table == "hls", HLS_WEIGHT, 1.0), dtype=torch.float32)

    def tensor(values: np.ndarray) -> Tensor:
        return torch.as_tensor(np.asarray(values, np.float32))

    return _Rows(
        tensor(towers.six),
        tensor(towers.hours),
        tensor(towers.tair),
        tensor(towers.ssrd),
        tensor(towers.vpd),
        tensor(towers.gpp),
        weight / weight.sum(),
    )


def _thinned(towers: TowerTable) -> TowerTable:
    modis = np.flatnonzero(towers.table == "modis")[::MODIS_STRIDE]
    return towers.take(np.sort(np.concatenate([np.flatnonzero(towers.table == "hls"), modis])))


def fit_core(towers: TowerTable, seed: int = 0, steps: int = STEPS) -> LightUse:
    """The core that explains the ``hls`` and ``modis`` rows best in weighted least squares.

    First the few physical parameters alone (L-BFGS), then, from there, all together with the
    modulation (Adam), which is held back by weight decay.
    """
    rows = _rows(_thinned(towers))
    generator = torch.Generator().manual_seed(seed)
    core = LightUse()
    physical = [p for n, p in core.named_parameters() if not n.startswith(("first", "last"))]
    with torch.no_grad():
        core.first.weight.copy_(torch.randn(core.first.weight.shape, generator=generator) / core.inputs**0.5)
        core.first.bias.copy_(0.3 * torch.randn(core.first.bias.shape, generator=generator))
        plain = core.features(rows.six, rows.hours)
        core.get_buffer("mean").copy_(plain.mean(0))
        core.get_buffer("sd").copy_(plain.std(0))
    starts = [p.detach().clone() for p in physical]

    def loss(hide: Tensor) -> Tensor:
        vpd = torch.where(hide[0] < HIDE_VPD, torch.nan, rows.vpd)
        hours = torch.where(hide[1] < HIDE_HOURS, torch.nan, rows.hours)
        error = core(rows.six, hours, rows.tair, rows.ssrd, vpd) - rows.gpp
        drawn = torch.stack([(p - s) ** 2 for p, s in zip(physical, starts, strict=True)]).sum()
        return (rows.weight * error**2).sum() + _DRAWN_TO_START * drawn

    def hidden() -> Tensor:
        return torch.rand(2, len(rows.gpp), generator=generator)

    fixed = hidden()
    newton = torch.optim.LBFGS(physical, max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        newton.zero_grad()
        value = loss(fixed)
        value.backward()
        return value

    newton.step(closure)  # type: ignore[arg-type]
    starts = [p.detach().clone() for p in physical]
    learned = [core.first.weight, core.first.bias, core.last]
    adam = torch.optim.Adam([{"params": physical, "lr": 0.01}, {"params": learned, "lr": 0.02}])
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, [0.01, 0.02], total_steps=steps)
    for _ in range(steps):
        adam.zero_grad()
        value = loss(hidden()) + _DECAY * torch.stack([(p**2).sum() for p in learned]).sum()
        value.backward()
        adam.step()
        schedule.step()
    return core.eval().requires_grad_(False)


@torch.inference_mode()
def predict_rows(
    core: LightUse,
    towers: TowerTable,
    tair: np.ndarray | None = None,
    ssrd: np.ndarray | None = None,
    vpd: np.ndarray | None = None,
) -> np.ndarray:
    """GPP (N,) of rows, with their own weather unless another is given."""
    given = (towers.tair if tair is None else tair, towers.ssrd if ssrd is None else ssrd)
    columns = (towers.six, towers.hours, *given, towers.vpd if vpd is None else vpd)
    return core(*(torch.as_tensor(np.asarray(c, np.float32)) for c in columns)).numpy().astype(float)


@dataclass(frozen=True)
class OutOfFold:
    """Predictions (N,) by cores, and climatologies, that did not see the row's cluster.

    ``climatological`` is with the climatology's temperature and radiation and no VPD (NaN without a position),
    ``no_radiation`` with the row's temperature and VPD but the climatology's radiation.
    """

    fold: np.ndarray
    measured: np.ndarray
    climatological: np.ndarray
    no_radiation: np.ndarray


def folds_of(towers: TowerTable) -> np.ndarray:
    """Fold (N,) of rows by cluster; the 8-day rows follow their towers and do not count for balance."""
    base = towers.table != "modis8"
    numbers = fold_numbers(towers.cluster[base], FOLDS)
    of_cluster = dict(zip(towers.cluster[base], numbers, strict=True))
    return np.array([of_cluster.get(cluster, 0) for cluster in towers.cluster])


def out_of_fold(towers: TowerTable, radiation: MonthlyMeans, temperature: MonthlyMeans, seed: int = 0) -> OutOfFold:
    """Fit and predict fold by fold. ``towers`` may hold 8-day rows: they are predicted, never fitted to."""
    fold = folds_of(towers)
    result = OutOfFold(fold, *(np.full(len(towers), np.nan) for _ in range(3)))
    for number in np.unique(fold):
        out = fold == number
        left_out = set(towers.cluster[out])
        core = fit_core(towers.take(~out), seed)
        weather = ClimatologicalWeather.fit(
            radiation.without(left_out.__contains__), temperature.without(left_out.__contains__)
        )
        rows = towers.take(out)
        tair, ssrd = weather.at(rows.lat, rows.lon, rows.doy)
        result.measured[out] = predict_rows(core, rows)
        result.climatological[out] = predict_rows(core, rows, tair, ssrd, np.full(len(rows), np.nan))
        result.no_radiation[out] = predict_rows(core, rows, ssrd=ssrd)
    return result


def fit_interval(towers: TowerTable, predicted: np.ndarray, steps: int = 400) -> IntervalModel:
    """The interval model that minimises the pinball loss of p10 and p90 around out-of-fold predictions (N,).

    The two tables count alike, and so do the clusters within a table as the square root of their rows: a
    new place is to be covered, not the longest tower. Rows without a prediction are left out.
    """
    use = np.isfinite(predicted) & (towers.table != "modis8")
    _, inverse, counts = np.unique(
        np.char.add(np.char.add(towers.table[use], "/"), towers.cluster[use]), return_inverse=True, return_counts=True
    )
    weights = counts[inverse] ** -0.5
    hls = towers.table[use] == "hls"
    for table in (hls, ~hls):
        if table.any():
            weights[table] /= weights[table].sum()
    weight = torch.as_tensor(weights / weights.sum())
    centre, truth = torch.as_tensor(predicted[use]), torch.as_tensor(towers.gpp[use])
    gate = ground_gate(torch.as_tensor(towers.six[use])).double()
    raw = torch.full((4,), -1.0, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([raw], lr=0.03)

    def bounds() -> tuple[Tensor, Tensor]:
        a, b, c, d = torch.nn.functional.softplus(raw)
        return (centre - gate * (a + b * centre)).clamp(min=0), centre + gate * (c + d * centre)

    for _ in range(steps):
        adam.zero_grad()
        low, high = bounds()
        pinball = torch.maximum(0.1 * (truth - low), -0.9 * (truth - low))
        pinball = pinball + torch.maximum(0.9 * (truth - high), -0.1 * (truth - high))
        (weight * pinball).sum().backward()
        adam.step()
    with torch.no_grad():
        low, high = bounds()
        a, b, c, d = torch.nn.functional.softplus(raw).tolist()
    lasting = _lasting(towers.take(use), predicted[use], low.numpy(), high.numpy())
    return IntervalModel(a, b, c, d, lasting)


def _lasting(towers: TowerTable, centre: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """``IntervalModel.lasting`` such that sums hold 80 % of the seasons (site and year of 30 days or more)."""
    modis = towers.table == "modis"
    seasons = np.char.add(np.char.add(towers.site[modis], "/"), towers.year[modis].astype(str))
    _, inverse, counts = np.unique(seasons, return_inverse=True, return_counts=True)
    sums = [np.bincount(inverse, values[modis])[counts >= 30] for values in (towers.gpp, centre, low, high)]
    if not len(sums[0]):
        return 1.0
    truth, middle, lowest, highest = sums
    side = np.where(truth < middle, middle - lowest, highest - middle)
    wanted = np.abs(truth - middle) / np.maximum(side, 1e-6)
    tried = np.linspace(0.05, 1.0, 96)
    held = [np.mean(wanted <= IntervalModel(0, 0, 0, 0, share).period_width(counts[counts >= 30])) for share in tried]
    return float(tried[np.argmin(np.abs(np.array(held) - 0.8))])

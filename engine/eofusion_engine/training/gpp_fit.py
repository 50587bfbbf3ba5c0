"""Fitting the light-use-efficiency core to tower rows, and predicting out of fold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..evaluation.splits import fold_numbers
from ..model.light_use import LightUse
from .gpp_tables import TowerTable
from .gpp_weather import ClimatologicalWeather, MonthlyMeans

#: What an HLS row counts, on average, where a MODIS row that is used counts 1 (HLS is nearer in bands to what
#: the engine sees, but there are few). This and the numbers below were chosen by folds over the training clusters.
HLS_WEIGHT = 1.0
#: One MODIS day in so many is used: neighbouring days say the same, and all of them take minutes.
MODIS_STRIDE = 8
STEPS = 60
#: A tower's rows count as this power of their number: long series do not outvote short ones.
SITE_POWER = 0.5
#: How much the spread of the error between clusters counts beside its mean: a fit that serves some places well and
#: others badly has learned the places (Krueger et al. 2021, "V-REx": risk extrapolation).
SPREAD = 0.2
#: How often VPD, place, and the past are hidden from a row, so that the head works without them.
HIDE_VPD, HIDE_PLACE, HIDE_RECENT = 0.4, 0.15, 0.15
#: What lies below or above this share of the training rows is called outside the trained range.
RANGE = 0.005
FOLDS = 10
_DECAY = 2e-2
_DRAWN_TO_START = 1e-3


@dataclass(frozen=True)
class _Rows:
    six: Tensor
    top: Tensor
    tair: Tensor
    ssrd: Tensor
    vpd: Tensor
    recent: Tensor
    gpp: Tensor
    weight: Tensor
    cluster: Tensor


def _rows(towers: TowerTable) -> _Rows:
    def tensor(values: np.ndarray) -> Tensor:
        return torch.as_tensor(np.asarray(values, np.float32))

    _, cluster = np.unique(np.char.add(towers.table, np.char.add("/", towers.cluster)), return_inverse=True)
    return _Rows(
        six=tensor(towers.six),
        top=tensor(towers.top),
        tair=tensor(towers.tair),
        ssrd=tensor(towers.ssrd),
        vpd=tensor(towers.vpd),
        recent=tensor(towers.recent),
        gpp=tensor(towers.gpp),
        weight=tensor(_weights(towers)),
        cluster=torch.as_tensor(cluster),
    )


def _weights(towers: TowerTable) -> np.ndarray:
    """Weight (N,) of rows, of sum 1: sites by :data:`SITE_POWER` within a table, tables by :data:`HLS_WEIGHT`."""
    hls = towers.table == "hls"
    names = np.char.add(towers.table, np.char.add("/", towers.site))
    _, inverse, counts = np.unique(names, return_inverse=True, return_counts=True)
    weight = counts[inverse].astype(float) ** -SITE_POWER
    for table, each in ((hls, HLS_WEIGHT), (~hls, 1.0)):
        if table.any():
            weight[table] *= each * table.sum() / weight[table].sum()
    return np.asarray(weight / weight.sum())


def thinned(towers: TowerTable) -> TowerTable:
    """What is fitted to: all HLS rows, and of the MODIS days one in :data:`MODIS_STRIDE`."""
    modis = np.flatnonzero(towers.table == "modis")[::MODIS_STRIDE]
    return towers.take(np.sort(np.concatenate([np.flatnonzero(towers.table == "hls"), modis])))


def fit_core(towers: TowerTable, seed: int = 0, steps: int = STEPS) -> LightUse:
    """The core that explains the ``hls`` and ``modis`` rows best in weighted least squares, and evenly over clusters.

    First the few physical parameters alone (L-BFGS), then, from there, all together with the
    modulation (Adam), which is held back by weight decay.
    """
    rows = _rows(thinned(towers))
    generator = torch.Generator().manual_seed(seed)
    core = LightUse()
    physical = [p for n, p in core.named_parameters() if not n.startswith(("first", "last"))]
    with torch.no_grad():
        core.first.weight.copy_(torch.randn(core.first.weight.shape, generator=generator) / core.inputs**0.5)
        core.first.bias.copy_(0.3 * torch.randn(core.first.bias.shape, generator=generator))
        plain = core.features(rows.six, rows.top, rows.tair, rows.ssrd, rows.recent)
        core.get_buffer("mean").copy_(plain.mean(0))
        core.get_buffer("sd").copy_(plain.std(0).clamp(min=1e-3))
        scaled = core.features(rows.six, rows.top, rows.tair, rows.ssrd, rows.recent)
        for name, level in (("low", RANGE), ("high", 1 - RANGE)):
            core.get_buffer(name).copy_(torch.quantile(scaled, level, dim=0))
    starts = [p.detach().clone() for p in physical]
    size = int(rows.cluster.max()) + 1
    share = torch.zeros(size).index_add(0, rows.cluster, rows.weight)

    def loss(hide: Tensor) -> Tensor:
        vpd = torch.where(hide[0] < HIDE_VPD, torch.nan, rows.vpd)
        top = torch.where(hide[1] < HIDE_PLACE, torch.nan, rows.top)
        recent = torch.where(hide[2] < HIDE_RECENT, torch.nan, rows.recent)
        error = core(rows.six, top, rows.tair, rows.ssrd, vpd, recent) - rows.gpp
        by_cluster = torch.zeros(size).index_add(0, rows.cluster, rows.weight * error**2)
        drawn = torch.stack([(p - s) ** 2 for p, s in zip(physical, starts, strict=True)]).sum()
        spread = (by_cluster / share).std() if size > 1 else 0.0
        return by_cluster.sum() + SPREAD * spread + _DRAWN_TO_START * drawn

    def hidden() -> Tensor:
        return torch.rand(3, len(rows.gpp), generator=generator)

    fixed = hidden()
    newton = torch.optim.LBFGS(physical, max_iter=50, line_search_fn="strong_wolfe")

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
    recent: np.ndarray | None = None,
) -> np.ndarray:
    """GPP (N,) of rows, with their own weather unless another is given (with a ``tair`` comes its ``recent``)."""
    given = (towers.tair if tair is None else tair, towers.ssrd if ssrd is None else ssrd)
    past = recent if recent is not None else towers.recent if tair is None else np.full(len(towers), np.nan)
    columns = (towers.six, towers.top, *given, towers.vpd if vpd is None else vpd, past)
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

"""Pass 3: decoded reflectance and the day's weather to GPP, tile by tile."""

from __future__ import annotations

import numpy as np

from ..model.gpp import trailing_mean
from ..model.gpp_days import daily_gpp_sum
from ..products import reflectance
from ..products.grid import TOKEN_PIXELS
from ..tilestore import TileStore
from .drivers import DailyDrivers
from .tiles import Tile
from .workplace import Control, Job, Workplace


def make_gpp(place: Workplace, job: Job, control: Control) -> None:
    """Write the tile file ``*_gpp`` of each tile that has none.

    It holds ``p10``, ``p50``, ``p90`` (Q, H, W), ``sum`` (3, H, W) and ``within`` (2, H, W).
    """
    for tile in job:
        if not control.stopped() and place.store.load(f"{tile.name}_gpp") is None:
            place.store.save(f"{tile.name}_gpp", _arrays(place, tile))


def _arrays(place: Workplace, tile: Tile) -> dict[str, np.ndarray]:
    drivers, head, dates, days, lat = place.drivers, place.head, place.dates, place.days, place.lat
    if drivers is None:
        raise ValueError("GPP needs drivers")
    at_dates = np.array([days.index(day) for day in dates])
    with place.store.reading(f"{tile.name}_imagery") as imagery:
        bands = reflectance.spec(dates[0]).unpack(imagery["reflectance"])[:, :10]
    cells = _temperature(place.store, tile, drivers)
    recent_cells = trailing_mean(cells, drivers.tair_before)
    tair, recent = (_on_pixels(v[at_dates]) for v in (cells, recent_cells))
    vpd = None if drivers.vpd_kpa is None else drivers.vpd_kpa[at_dates]
    measured = drivers.measured
    p10, p50, p90 = head.predict(
        bands, tair, drivers.ssrd_w_m2[at_dates], vpd, recent=recent, lat=lat, dates=dates, weather_measured=measured,
    )  # fmt: skip
    total = daily_gpp_sum(
        head, bands, dates, days, cells, drivers.ssrd_w_m2, drivers.vpd_kpa,
        recent_by_day=recent_cells, lat=lat, weather_measured=measured,
    )  # fmt: skip
    within = head.within_training(bands, tair, drivers.ssrd_w_m2[at_dates], recent=recent, lat=lat, dates=dates)
    arrays = {"p10": p10, "p50": p50, "p90": p90, "sum": np.stack(total), "within": within}
    return {name: np.asarray(a, np.float32) for name, a in arrays.items()}


def _temperature(store: TileStore, tile: Tile, drivers: DailyDrivers) -> np.ndarray:
    """Daily air temperature (N, h, w) in degC: the weather file's (one cell), else the cells' generated means."""
    given = drivers.tair_degc[:, None, None]
    if not drivers.needs_generated_temperature:
        return given
    generated = store.require(f"{tile.name}_temperature")
    return np.where(np.isnan(given), generated["mean"], given)


def _on_pixels(cells: np.ndarray) -> np.ndarray:
    """Values (N, h, w) of cells on their pixels; one cell stays one, it stands for all."""
    if cells.shape[1:] == (1, 1):
        return cells.astype(np.float32)
    return cells.repeat(TOKEN_PIXELS, axis=1).repeat(TOKEN_PIXELS, axis=2).astype(np.float32)

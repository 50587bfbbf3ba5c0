"""Pass 3: decoded reflectance and the day's weather to GPP, tile by tile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from ..events import Listener, stop_if_cancelled
from ..model.gpp import GppHead, daily_gpp_sum, trailing_mean
from ..products import reflectance
from ..products.grid import TOKEN_PIXELS
from ..tilestore import TileStore
from .drivers import DailyDrivers
from .tiles import Tile


def make_gpp(
    head: GppHead,
    store: TileStore,
    tiles: Sequence[Tile],
    dates: Sequence[date],
    days: Sequence[date],
    drivers: DailyDrivers,
    lat: float,
    listener: Listener,
) -> None:
    """Write each tile's ``p10``, ``p50``, ``p90`` (Q, H, W), ``sum`` (3, H, W) and ``within`` (2, H, W).

    They are the tile file ``*_gpp``.
    """
    at_dates = np.array([days.index(day) for day in dates])
    for done, tile in enumerate(tiles, start=1):
        stop_if_cancelled(listener)
        if store.load(f"{tile.name}_gpp") is None:
            imagery = store.require(f"{tile.name}_imagery")
            bands = reflectance.spec(dates[0]).unpack(imagery["reflectance"])[:, :10]
            cells = _temperature(store, tile, drivers)
            tair, recent = (_on_pixels(v) for v in (cells, trailing_mean(cells, drivers.tair_before)))
            vpd = None if drivers.vpd_kpa is None else drivers.vpd_kpa[at_dates]
            measured = drivers.measured
            p10, p50, p90 = head.predict(
                bands, tair[at_dates], drivers.ssrd_w_m2[at_dates], vpd,
                recent=recent[at_dates], lat=lat, dates=dates, weather_measured=measured,
            )  # fmt: skip
            total = daily_gpp_sum(
                head, bands, dates, days, tair, drivers.ssrd_w_m2, drivers.vpd_kpa,
                recent_by_day=recent, lat=lat, weather_measured=measured,
            )  # fmt: skip
            within = head.within_training(
                bands, tair[at_dates], drivers.ssrd_w_m2[at_dates], recent=recent[at_dates], lat=lat, dates=dates
            )
            arrays = {"p10": p10, "p50": p50, "p90": p90, "sum": np.stack(total), "within": within}
            store.save(f"{tile.name}_gpp", {name: np.asarray(a, np.float32) for name, a in arrays.items()})
        listener.progress("gpp", done, len(tiles), f"Tile {done} of {len(tiles)}")


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

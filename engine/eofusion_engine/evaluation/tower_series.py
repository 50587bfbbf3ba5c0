"""Reflectance series of flux towers as Sentinel-2 would have them, with the GPP of their dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np

from ..bands import S2_BANDS, SIX_BAND_INDEX

TITLES = {"modis": "towers, MODIS daily", "hls": "towers, HLS single dates"}
#: One MODIS day in so many is kept, as Sentinel-2 passes.
STEP_DAYS = 5
#: The series that stands beside a date: what the fusion may reach.
CONTEXT_DAYS = 120


@dataclass(frozen=True)
class TowerSeries:
    """P series of at most T dates and their N known rows.

    ``bands`` (P, T, 10) with four bands missing, ``days`` (P, T) ordinals (-1 where padded). By row: ``where`` (2
    index arrays of N into P and T), ``six`` (N, 6), ``context`` (N, 12) mean and deviation of the six bands within
    CONTEXT_DAYS, ``gpp`` (N,), ``cluster``, ``lat``, ``lon`` (N,), ``doy`` (N,).
    """

    bands: np.ndarray
    days: np.ndarray
    where: tuple[np.ndarray, np.ndarray]
    six: np.ndarray
    context: np.ndarray
    gpp: np.ndarray
    cluster: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    doy: np.ndarray

    def take(self, rows: np.ndarray) -> TowerSeries:
        """The known rows that an index names; the series stay."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        for name in ("six", "context", "gpp", "cluster", "lat", "lon", "doy"):
            values[name] = values[name][rows]
        values["where"] = tuple(index[rows] for index in self.where)
        return TowerSeries(**values)


def available_towers(data: Path) -> Iterator[tuple[str, TowerSeries]]:
    """The tower tables of ``data`` as series: daily MODIS thinned to every fifth day, and HLS as lone dates.

    Raises:
        FileNotFoundError: the tables are not there.
    """
    from ..training.gpp_tables import read_towers

    towers = read_towers(data)
    for name in TITLES:
        table = towers.take((towers.table == name) & np.isfinite(towers.six).all(axis=1))
        if name == "modis":
            table = table.take(table.doy.astype(int) % STEP_DAYS == 0)
        if len(table):
            yield name, _series(table, lone=name == "hls")


def _series(table, lone: bool) -> TowerSeries:  # type: ignore[no-untyped-def]  # a TowerTable
    ordinal = np.array([date(int(y), 1, 1).toordinal() for y in table.year]) + table.doy.astype(int) - 1
    if lone:
        series = np.arange(len(table))
        place = np.zeros(len(table), int)
    else:
        key = np.char.add(np.char.add(table.site, "/"), table.year.astype(str))
        order = np.lexsort((ordinal, key))
        table, ordinal, key = table.take(order), ordinal[order], key[order]
        _, first, series = np.unique(key, return_index=True, return_inverse=True)
        place = np.arange(len(key)) - first[series]
    shape = (int(series.max()) + 1, int(place.max()) + 1)
    bands = np.full((*shape, len(S2_BANDS)), np.nan, np.float32)
    days = np.full(shape, -1, np.int64)
    bands[series[:, None], place[:, None], np.array(SIX_BAND_INDEX)[None]] = table.six
    days[series, place] = ordinal
    return TowerSeries(
        bands=bands, days=days, where=(series, place), six=table.six.astype(float),
        context=_context(bands[..., list(SIX_BAND_INDEX)].astype(float), days, series, place),
        gpp=table.gpp, cluster=table.cluster, lat=table.lat, lon=table.lon, doy=table.doy,
    )  # fmt: skip


def _context(six: np.ndarray, days: np.ndarray, series: np.ndarray, place: np.ndarray) -> np.ndarray:
    near = (np.abs(days[:, :, None] - days[:, None, :]) <= CONTEXT_DAYS) & (days[:, None, :] >= 0)
    weight = near.astype(float)
    values = np.nan_to_num(six)
    count = np.maximum(weight.sum(axis=-1, keepdims=True), 1)
    mean = weight @ values / count
    square = weight @ values**2 / count
    deviation = np.sqrt(np.maximum(square - mean**2, 0))
    return np.concatenate([mean, deviation], axis=-1)[series, place]

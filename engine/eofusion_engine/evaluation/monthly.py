"""Monthly Sentinel-1 and -2 series of single pixels with land cover and temperature: the presto folders.

Sentinel-2 is top-of-atmosphere (L1C) there, which every reader is told; VV and VH are in dB; land cover is Dynamic
World's of the month; the temperature is ERA5's monthly mean at 2 m.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np

from .splits import degree_cell, distance_between_km, is_held_out

FOLDERS = {"fuel_moisture": "presto fuel moisture (L1C)", "algae_blooms": "presto lakes (L1C)"}
_SERIES = "s1_s2_era5_srtm.npy"
#: Dynamic World's classes by their code.
COVERS = ("water", "trees", "grass", "flooded vegetation", "crops", "shrub and scrub", "built", "bare", "snow and ice")
_S2 = [2, 3, 4, 5, 6, 7, 8, 9, 11, 12]  # channel 10 is B09, which no product of ours has
_TEMPERATURE, _ELEVATION = 13, 15
#: The tables name months, not years; any year serves, as no model sees it.
_YEAR = 2020


@dataclass(frozen=True)
class MonthlySeries:
    """N pixels of T months. ``s2`` (N, T, 10) reflectance 0-1; ``s1`` (N, T, 2) dB; ``days`` (N, T) ordinals of the
    months' 15th; ``cover`` (N, T) codes of COVERS; ``tair`` (N, T) degC; ``elevation`` (N,) m; ``lat``, ``lon`` (N,)
    degrees; ``cell`` (N,) names of 1-degree cells. NaN where missing."""

    s2: np.ndarray
    s1: np.ndarray
    days: np.ndarray
    cover: np.ndarray
    tair: np.ndarray
    elevation: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    cell: np.ndarray

    def __len__(self) -> int:
        return len(self.lat)

    def take(self, rows: np.ndarray) -> MonthlySeries:
        """The pixels that a mask or index names."""
        return MonthlySeries(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    @property
    def ndvi(self) -> np.ndarray:
        """(N, T) normalised difference vegetation index."""
        red, nir = self.s2[..., 2], self.s2[..., 6]
        return (nir - red) / np.maximum(nir + red, 0.02)


def read_monthly(data: Path, name: str) -> MonthlySeries:
    """One of FOLDERS.

    Raises:
        FileNotFoundError: the folder is not there.
    """
    folder = data / "imagery" / "presto" / name
    series = np.load(folder / _SERIES).astype(np.float32)
    month = np.load(folder / "month.npy").astype(int)
    position = np.load(folder / "latlon.npy").astype(float)
    years = _YEAR + np.cumsum(np.diff(month, axis=1, prepend=month[:, :1]) < 0, axis=1)
    ordinal = {(y, m): date(y, m + 1, 15).toordinal() for y in np.unique(years).tolist() for m in range(12)}
    days = np.array([[ordinal[y, m] for y, m in zip(*pair, strict=True)] for pair in zip(years, month, strict=True)])
    s1 = series[..., :2]
    # The export writes the floor of -50 dB where there was no view.
    s1 = np.where(s1 <= -49.9, np.nan, np.clip(s1, -30, 5))
    return MonthlySeries(
        s2=series[..., _S2] * np.float32(1e-4),
        s1=s1.astype(np.float32),
        days=days,
        cover=np.load(folder / "dynamic_world.npy").astype(int),
        tair=series[..., _TEMPERATURE].astype(float) - 273.15,
        elevation=series[:, 0, _ELEVATION].astype(float),
        lat=position[:, 0],
        lon=position[:, 1],
        cell=np.array([degree_cell(lat, lon) for lat, lon in position]),
    )


def available(data: Path) -> Iterator[tuple[str, MonthlySeries]]:
    """Title and table of those of FOLDERS that ``data`` holds.

    Raises:
        FileNotFoundError: none of them.
    """
    found = [name for name in FOLDERS if (data / "imagery" / "presto" / name / _SERIES).is_file()]
    if not found:
        missing = data / "imagery" / "presto"
        raise FileNotFoundError(errno.ENOENT, "no monthly tables", str(missing))
    for name in found:
        yield FOLDERS[name], read_monthly(data, name)


def training_rows(series: MonthlySeries) -> np.ndarray:
    """(N,) True where a pixel may train: its cell is not held out, and no held-out cell's pixel is within 25 km."""
    held = np.array([is_held_out(cell) for cell in series.cell])
    if not held.any():
        return ~held
    near = distance_between_km(series.lat, series.lon, series.lat[held], series.lon[held]) <= 25.0
    return ~held & ~near.any(axis=1)

"""Places with temperature and imagery from the raw data sets: towers, monthly tables, imagery places, simulation.

Only this module and :mod:`temperature_series` know the raw files. What it yields lacks the climatology's view of the
place, which :func:`..temperature.prepare` fills in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bands import S2_BANDS, SIX_BAND_INDEX
from ..evaluation.splits import degree_cell
from ..model.temperature.image_tokens import CELL_BANDS, S1_TOKENS, S2_TOKENS, composite
from ..model.temperature.sequence import EPOCH_DAYS, OBSERVATION_DAYS, RADAR_DAYS
from .temperature_data import epoch_at_or_before
from .temperature_series import PlaceSeries, place_clusters, role_of

#: Share of MODIS days kept, drawn per site and version: Sentinel-2 passes every 5 days and half are cloudy.
KEPT_SHARE = (0.08, 0.25)
VERSIONS = 3
#: Days of a land surface temperature's composite: Landsat passes every 16.
LST_DAYS = 12
_SIX = ["blue", "green", "red", "nir", "swir1", "swir2"]
_MISSING = 65535
_S2, _S1 = S2_TOKENS.bands, S1_TOKENS.bands
#: From here on a place of worldcereal_training is for evaluation, as the held-out place of the same weather begins.
WORLDCEREAL_TEST_FROM = {
    "00002806639B424A": date(2018, 8, 1),
    "2021_TZA_COPERNICUS-GEOGLAM_POLY_1101950": date(2021, 1, 1),
}
WORLDCEREAL_HELD_OUT = "0000280849BAC91C"
#: Pixels of a cell of the simulation, as many as make a place's mean steady.
_SIMULATED_PIXELS, _SIMULATED_CELLS = 48, 3


@dataclass
class Raw:
    """One place as read: ordinals and degC of its days (D,), or ``months`` (M, 3) of first ordinal, ordinal after the
    last and mean; ``cells`` (V, E, CELL_BANDS) and ``lst`` (E,) at the epochs from ``first`` on."""

    name: str
    cluster: str
    role: str
    source: str
    lat: float
    lon: float
    elevation: float
    first: int
    days: NDArray[np.int64]
    tmean: NDArray[np.float64]
    months: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    cells: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0, CELL_BANDS), np.float32))
    lst: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    l1c: bool = False
    coefficients: NDArray[np.float64] | None = None


def stations(series: list[PlaceSeries], heights: dict[str, float]) -> Iterator[Raw]:
    """Daily series without imagery."""
    for item in series:
        yield Raw(
            item.name, item.cluster, item.role, "station", item.lat, item.lon,
            heights.get(item.name.split("/")[1], np.nan), epoch_at_or_before(int(item.days[0])), item.days, item.tmean,
        )  # fmt: skip


def towers(data: Path, series: list[PlaceSeries], heights: dict[str, float]) -> Iterator[Raw]:
    """Towers with MODIS reflectance: with ERA5's temperature of the clear days in their table, and once more with
    their own thermometer's where its series is there."""
    import pandas as pd

    table = pd.read_csv(data / "gpp" / "nbar_daily_gpp.csv.gz", parse_dates=["date"])
    positions = place_clusters(data).set_index("site")
    measured = {item.name.split("/")[1]: item for item in series if item.source in ("fluxnet2015", "fdk_daily")}
    for site, found in table.groupby("site"):
        if site not in positions.index:
            continue
        lat, lon, cluster = (positions.loc[site, column] for column in ("lat", "lon", "cluster"))
        rows = found.sort_values("date").drop_duplicates("date")
        days = np.array([stamp.toordinal() for stamp in rows["date"]], dtype=np.int64)
        first = epoch_at_or_before(int(days[0]))
        epochs = np.arange(first, int(days[-1]) + EPOCH_DAYS, EPOCH_DAYS)
        six = rows[_SIX].to_numpy(dtype=np.float32)
        cells = _thinned(str(site), six, days, epochs)
        lst = composite(rows[["lst"]].to_numpy(np.float32), days, epochs, LST_DAYS)[:, 0]
        known = rows["tmean"].notna().to_numpy()
        common: dict[str, Any] = {
            "cluster": str(cluster), "role": role_of(str(cluster)), "lat": float(lat), "lon": float(lon),
            "elevation": heights.get(str(site), np.nan), "first": first, "cells": cells, "lst": lst,
        }  # fmt: skip
        values = rows["tmean"].to_numpy(dtype=np.float64)[known]
        if known.sum() >= 100:
            yield Raw(name=f"{site}:era5", source="era5_clear", days=days[known], tmean=values, **common)
        item = measured.get(str(site))
        if item is not None:
            # The thermometer may have run longer than the reflectance: imagery is absent there.
            inside = (item.days >= first) & (item.days < epochs[-1] + EPOCH_DAYS)
            if inside.sum() >= 100:
                yield Raw(name=str(site), source="station", days=item.days[inside], tmean=item.tmean[inside], **common)


def _thinned(site: str, six: NDArray[np.float32], days: NDArray[np.int64], epochs: NDArray[np.int64]) -> NDArray[Any]:
    """Versions of one tower's cells (V, E, CELL_BANDS) from differently thinned observations."""
    rng = np.random.default_rng(list(site.encode()))
    out = np.full((VERSIONS, len(epochs), CELL_BANDS), np.nan, np.float32)
    for version in range(VERSIONS):
        keep = rng.random(len(days)) < rng.uniform(*KEPT_SHARE)
        keep &= np.isfinite(six).any(axis=1)
        if keep.any():
            out[version][:, list(SIX_BAND_INDEX)] = composite(six[keep], days[keep], epochs, OBSERVATION_DAYS)
    return out


def presto(data: Path) -> Iterator[Raw]:
    """Monthly Sentinel-1, Sentinel-2 (L1C) and ERA5 at points of the United States."""
    from ..evaluation.monthly import FOLDERS, read_monthly, training_rows

    for folder in FOLDERS:
        if not (data / "imagery" / "presto" / folder).is_dir():
            continue
        series = read_monthly(data, folder)
        free = training_rows(series)
        for i in range(len(series)):
            role = role_of(str(series.cell[i]))
            values = _cells(series.s2[i], series.s1[i])
            yield monthly_place(
                f"{folder}/{i}", str(series.cell[i]), role if free[i] or role == "test" else "dropped", "era5",
                float(series.lat[i]), float(series.lon[i]), float(series.elevation[i]),
                [date.fromordinal(int(day)).replace(day=1) for day in series.days[i]], values, series.tair[i], True,
            )  # fmt: skip


def monthly_place(
    name: str, cluster: str, role: str, source: str, lat: float, lon: float, elevation: float,
    months: list[date], values: NDArray[np.float32], tair: NDArray[np.float64], l1c: bool, days: int = 0,
) -> Raw:  # fmt: skip
    """A place of a monthly table: ``values`` (T, CELL_BANDS) and ``tair`` (T,) degC of the periods that begin
    with ``months`` and last to the month's end or ``days`` days."""
    starts = np.array([month.toordinal() for month in months], dtype=np.int64)
    ends = starts + days if days else np.array([_next(month).toordinal() for month in months], dtype=np.int64)
    first = epoch_at_or_before(int(starts.min()))
    epochs = np.arange(first, int(ends.max()), EPOCH_DAYS)
    cells = np.full((1, len(epochs), CELL_BANDS), np.nan, np.float32)
    for start, end, value in zip(starts, ends, values, strict=True):
        cells[0, (epochs >= start) & (epochs < end)] = value
    # Two samples of one month are one: the second overwrites the first, in image and in temperature.
    rows = {
        int(start): (start, end, degc) for start, end, degc in zip(starts, ends, tair, strict=True) if np.isfinite(degc)
    }
    return Raw(
        name, cluster, role, source, lat, lon, elevation, first, np.zeros(0, np.int64), np.zeros(0),
        np.array(list(rows.values()), dtype=np.float64).reshape(-1, 3), cells, l1c=l1c,
    )  # fmt: skip


def _next(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def worldcereal_tables(data: Path) -> Iterator[Raw]:
    """Monthly and dekadal tables of points in Flanders and Africa, with AgERA5's temperature."""
    import pandas as pd

    names = {
        "prometheo/worldcereal_dataset_monthly.parquet": 0,
        "prometheo/worldcereal_dataset_10D.parquet": 10,
        "worldcereal_tests/test_public_extractions.parquet": 0,
    }
    for name, days in names.items():
        path = data / "imagery" / name
        if not path.is_file():
            continue
        for i, row in enumerate(pd.read_parquet(path).to_dict("records")):
            start = pd.Timestamp(row["start_date"]).date()
            count = sum(1 for key in row if key.startswith("METEO-temperature_mean-ts"))
            months = [start]
            while len(months) < count:
                months.append(months[-1] + timedelta(days=10) if days else _next(months[-1]))
            point = _point(row)
            if point is not None:
                yield monthly_place(
                    f"{path.stem}/{i}", point.cluster, point.role, "agera5", point.lat, point.lon,
                    float(row["DEM-alt-20m"]) if row["DEM-alt-20m"] < _MISSING else np.nan, months,
                    _wide_cells(row, count), _kelvin([row[f"METEO-temperature_mean-ts{t}-100m"] for t in range(count)]),
                    False, days,
                )  # fmt: skip
    path = data / "imagery" / "worldcereal_tests" / "extractions_2021_BEL_LPIS-Flanders_POLY_110.parquet"
    if path.is_file():
        for name, rows in pd.read_parquet(path).groupby("sample_id"):
            found = rows.sort_values("timestamp")
            point = _point(found.iloc[0].to_dict())
            if point is not None:
                columns = [f"S2-L2A-{band}" for band in S2_BANDS], ["S1-SIGMA0-VV", "S1-SIGMA0-VH"]
                yield monthly_place(
                    f"belgium/{name}", point.cluster, point.role, "agera5", point.lat, point.lon,
                    float(found["elevation"].iloc[0]), [stamp.date() for stamp in found["timestamp"]],
                    _cells(_reflectance(found[columns[0]].to_numpy()), _decibel(found[columns[1]].to_numpy())),
                    _kelvin(found["AGERA5-TMEAN"].to_numpy()), False,
                )  # fmt: skip


@dataclass(frozen=True)
class _Point:
    lat: float
    lon: float
    cluster: str
    role: str


def _point(row: dict[Any, Any]) -> _Point | None:
    lat, lon = float(row["lat"]), float(row["lon"])
    cell = degree_cell(lat, lon)
    return _Point(lat, lon, cell, role_of(cell)) if np.isfinite(lat + lon) else None


def _wide_cells(row: dict[Any, Any], count: int) -> NDArray[np.float32]:
    def column(sensor: str, band: str) -> list[float]:
        return [next(row[k] for k in (f"{sensor}-{band}-ts{t}-10m", f"{sensor}-{band}-ts{t}-20m") if k in row)
                for t in range(count)]  # fmt: skip

    optical = np.array([column("OPTICAL", band) for band in S2_BANDS]).T
    return _cells(_reflectance(optical), _decibel(np.array([column("SAR", b) for b in ("VV", "VH")]).T))


def _cells(optical: NDArray[np.float32], radar: NDArray[np.float32]) -> NDArray[np.float32]:
    """Reflectance (T, 10) and dB (T, 2) to cells (T, CELL_BANDS)."""
    thermal = np.full((len(optical), 1), np.nan)
    return np.concatenate((optical, radar, thermal), axis=1).astype(np.float32)


def _reflectance(raw: NDArray[Any]) -> NDArray[np.float32]:
    values = raw.astype(np.float64)
    return np.where((values >= _MISSING) | (values <= 0), np.nan, values * 1e-4).astype(np.float32)


def _decibel(raw: NDArray[Any]) -> NDArray[np.float32]:
    values = raw.astype(np.float64)
    known = (values > 0) & (values < _MISSING)
    return np.where(known, 20 * np.log10(np.where(known, values, 1.0)) - 83.0, np.nan).astype(np.float32)


def _kelvin(raw: Any) -> NDArray[np.float64]:
    values = np.asarray(raw, dtype=np.float64)
    return np.where((values <= 0) | (values >= _MISSING), np.nan, values / 100.0 - 273.15)


def worldcereal_places(data: Path) -> Iterator[Raw]:
    """The places with daily AgERA5 and both sensors at every date: a training and an evaluation period each."""
    import h5py

    from .places import _worldcereal

    for place in _worldcereal(data):
        name = place.name.split("/")[1]
        files = sorted((data / "imagery" / "worldcereal_training" / name).glob("AgERA5_DAILY*.nc"))
        if not files:
            continue
        with h5py.File(files[0]) as file:
            days, tmean = read_agera5(file)
        cut = WORLDCEREAL_TEST_FROM.get(name, date.min).toordinal()
        held = name == WORLDCEREAL_HELD_OUT
        for role, keep in (("train", days < cut), ("test", days >= cut)):
            if held and role == "train":
                continue
            chosen = keep | held
            if chosen.sum() < 60:
                continue
            first = epoch_at_or_before(int(days[chosen][0]))
            epochs = np.arange(first, int(days[chosen][-1]) + 1, EPOCH_DAYS)
            yield Raw(
                f"worldcereal/{name}:{role}", f"image:worldcereal/{name}", role, "agera5", place.lat, place.lon, np.nan,
                first, days[chosen], tmean[chosen], cells=cube_cells(place, epochs),
            )  # fmt: skip


def read_agera5(file: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Ordinals and daily mean temperature in degC, mean over the file's pixels."""
    units = file["timestamp"].attrs["units"]
    text = units.decode() if isinstance(units, bytes | np.bytes_) else str(units)
    days = date.fromisoformat(text.split("since ")[1][:10]).toordinal() + np.asarray(file["timestamp"][:], np.int64)
    kelvin = np.asarray(file["temperature_mean"][:], dtype=np.float64).reshape(len(days), -1)
    kelvin = np.where(kelvin > 150.0, kelvin, np.nan).mean(axis=1)
    known = np.isfinite(kelvin)
    return days[known], kelvin[known] - 273.15


def cube_cells(
    place: Any, epochs: NDArray[np.int64], pixels: int = 16, versions: int = VERSIONS
) -> NDArray[np.float32]:
    """Composites (V, E, CELL_BANDS) of ``versions`` cells of ``pixels`` by ``pixels`` pixels of an imagery place."""
    rng = np.random.default_rng(list(place.name.encode()))
    out = np.full((versions, len(epochs), CELL_BANDS), np.nan, np.float32)
    height, width = place.s2.shape[2:] if len(place.s2) else place.s1.shape[2:]
    side = min(pixels, height, width)
    for version in range(versions):
        row, col = int(rng.integers(0, height - side + 1)), int(rng.integers(0, width - side + 1))
        window = (slice(None), slice(None), slice(row, row + side), slice(col, col + side))
        with np.errstate(invalid="ignore"):
            if len(place.s2):
                clear = _where_clear(place)[window]
                out[version][:, _S2] = composite(_mean(clear), place.s2_days, epochs, OBSERVATION_DAYS)
            if len(place.s1):
                power = _mean(10.0 ** (place.backscatter()[window] / 10.0))
                out[version][:, _S1] = composite(
                    (10.0 * np.log10(power)).astype(np.float32), place.s1_days, epochs, RADAR_DAYS, True
                )
    return out


def _where_clear(place: Any) -> NDArray[np.float32]:
    return np.asarray(place.reflectance(), np.float32)


def _mean(values: NDArray[Any]) -> NDArray[np.float32]:
    """Mean over the last two axes of what is known, where at least a quarter is."""
    known = np.isfinite(values)
    share = known.mean(axis=(-2, -1))
    total = np.where(known, values, 0.0).sum(axis=(-2, -1)) / np.maximum(known.sum(axis=(-2, -1)), 1)
    return np.where(share >= 0.25, total, np.nan).astype(np.float32)


def imagery_places(cache: Path) -> Iterator[Raw]:
    """Cubes without temperature, for the image tokens and for what Sentinel-1 tells of Sentinel-2."""
    if not cache.is_file():
        return
    from .places import load_places

    for place in load_places(cache):
        if place.name.startswith(("tower/", "worldcereal/", "simulated/")) or not len(place.s2_days):
            continue
        first = epoch_at_or_before(int(place.s2_days.min()))
        epochs = np.arange(first, int(place.s2_days.max()) + 1, EPOCH_DAYS)
        yield Raw(
            f"image/{place.name}", f"image:{place.name}", "test" if place.held_out else role_of(f"image:{place.name}"),
            "station", place.lat, place.lon, np.nan, first, np.zeros(0, np.int64), np.zeros(0),
            cells=cube_cells(place, epochs, versions=6),
        )  # fmt: skip


def simulated(count: int, first_seed: int = 5000) -> Iterator[Raw]:
    """Simulated places for diversity: both sensors, daily temperature, and their own exact climatology."""
    from ..simulate.pixels import simulate_pixels
    from ..simulate.presets import draw_place
    from ..simulate.weather import season_day
    from .temperature_climatology import year_shape

    for seed in range(first_seed, first_seed + count):
        rng = np.random.default_rng([seed, 83])
        place = draw_place(rng)
        start = date(2019, 1, 1) + timedelta(days=int(rng.integers(365)))
        series = simulate_pixels(seed, place, _SIMULATED_PIXELS, start, start + timedelta(days=599))
        days = np.array([day.toordinal() for day in series.dates], dtype=np.int64)
        angle = 2 * np.pi * season_day(place.lat, series.dates) / 365.25
        climate = place.climate
        summer = -np.cos(angle - 2 * np.pi * climate.coldest_day / 365.25)
        half = np.cos(2 * angle - 4 * np.pi * climate.half_warmest_day / 365.25)
        normal = climate.mean_degc + climate.amplitude_k * summer + climate.half_amplitude_k * half
        sd = climate.sd_winter_k + (climate.sd_summer_k - climate.sd_winter_k) * (summer + 1) / 2
        # The shape of the year is known: noise of the known size about it gives its coefficients.
        noise = np.where(np.arange(len(days)) % 2 == 0, sd, -sd) * 0.53
        coefficients = year_shape(days, normal + noise, place.elevation_m)
        first = epoch_at_or_before(int(days[0]))
        epochs = np.arange(first, int(days[-1]) + 1, EPOCH_DAYS)
        yield Raw(
            f"simulated/{seed}", f"simulated/{seed}", role_of(f"simulated/{seed}"), "simulated", place.lat, place.lon,
            place.elevation_m, first, days, np.asarray(series.tair_degc, np.float64),
            cells=_simulated_cells(series, epochs, rng), coefficients=coefficients,
        )  # fmt: skip


def _simulated_cells(series: Any, epochs: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
    """Means of like pixels: a cell is one field or stand, its clear views alone."""
    from ..bands import SCL_UNCLEAR

    clear = np.where(np.isin(series.scl, SCL_UNCLEAR)[..., None], np.nan, series.s2).astype(np.float32)
    s2_days = np.array([day.toordinal() for day in series.s2_dates], dtype=np.int64)
    s1_days = np.array([day.toordinal() for day in series.s1_dates], dtype=np.int64)
    out = np.full((_SIMULATED_CELLS, len(epochs), CELL_BANDS), np.nan, np.float32)
    for version in range(_SIMULATED_CELLS):
        like = np.flatnonzero(series.kind == series.kind[rng.integers(len(series.kind))])[:8]
        optical = _mean(np.moveaxis(clear[like], 0, -1)[..., None])
        out[version][:, _S2] = composite(optical, s2_days, epochs, OBSERVATION_DAYS)
        if len(s1_days):
            power = (10.0 ** (series.s1[like] / 10.0)).mean(axis=0)
            out[version][:, _S1] = composite(10.0 * np.log10(power), s1_days, epochs, RADAR_DAYS, True)
    return out

"""The tasks of docs/fusion-experiment.md as arrays: series of both sensors, asked dates, targets, plain features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .monthly import FOLDERS, MonthlySeries, available, training_rows
from .splits import is_held_out
from .tower_series import available_towers

#: Months that must have been seen before NDVI is asked for the next one.
MIN_MONTHS = 3
#: Land cover is asked among classes with as many training rows.
MIN_ROWS = 30


@dataclass(frozen=True)
class TaskData:
    """P series of T dates and N targets.

    ``s2`` (P, T, 10), ``s1`` (P, T, 2), ``days`` (P, T) ordinals, NaN where nothing was seen. By target: ``series``
    (N,) index into P, ``asked`` (N,) ordinals, ``target`` (N,), ``baseline`` (N, F) features of bands at the same
    dates, ``season`` (N, 2), ``groups``, ``lat``, ``lon`` (N,), ``trains`` (N,) what may be fitted on.
    """

    name: str
    title: str
    unit: str
    classifies: bool
    l1c: bool
    s2: np.ndarray
    s1: np.ndarray
    days: np.ndarray
    series: np.ndarray
    asked: np.ndarray
    target: np.ndarray
    baseline: np.ndarray
    season: np.ndarray
    groups: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    trains: np.ndarray
    #: The last seen NDVI of the series, what a forecast must beat (empty for other tasks).
    persistence: np.ndarray | None = None


TASKS = ("gpp", "temperature", "ndvi", "cover")


def read_tasks(data: Path) -> Iterator[TaskData]:
    """The tasks that ``data`` supports.

    Raises:
        FileNotFoundError: it supports none.
    """
    missing = None
    try:
        for name, towers in available_towers(data):
            if name == "modis":
                yield _gpp(towers)
    except FileNotFoundError as error:
        missing = error
    try:
        tables = dict(available(data))
    except FileNotFoundError:
        if missing is not None:
            raise
        return
    whole = _stacked(list(tables.values()))
    yield _monthly("temperature", "monthly temperature, presto tables (L1C)", "degC", whole, whole.tair)
    lakes = tables.get(FOLDERS["algae_blooms"])
    if lakes is not None:
        yield _ndvi(lakes)
    yield _monthly("cover", "land cover, presto tables (L1C)", "", whole, whole.cover)


def season_of(ordinals: np.ndarray) -> np.ndarray:
    """Sine and cosine of the day of year: (N,) to (N, 2)."""
    angle = (np.asarray(ordinals, float) - 719163.0) * (2 * np.pi / 365.2425)
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1)


def _gpp(towers) -> TaskData:  # type: ignore[no-untyped-def]  # a TowerSeries
    series, place = towers.where
    asked = towers.days[series, place]
    season = season_of(asked)
    return TaskData(
        name="gpp", title="GPP of the date, towers (MODIS)", unit="g C m-2 d-1", classifies=False, l1c=False,
        s2=towers.bands, s1=np.full((*towers.bands.shape[:2], 2), np.nan, np.float32), days=towers.days,
        series=series, asked=asked, target=towers.gpp, baseline=np.hstack([towers.six, towers.context, season]),
        season=season, groups=towers.cluster, lat=towers.lat, lon=towers.lon,
        trains=np.array([not is_held_out(str(c)) for c in towers.cluster]),
    )  # fmt: skip


def _stacked(tables: list[MonthlySeries]) -> MonthlySeries:
    """Tables of different lengths as one, padded with nothing seen."""
    months = max(t.days.shape[1] for t in tables)

    def padded(values: np.ndarray, fill: float) -> np.ndarray:
        width = [(0, 0), (0, months - values.shape[1]), *[(0, 0)] * (values.ndim - 2)]
        return np.pad(values, width, constant_values=fill)

    fills = {"s2": np.nan, "s1": np.nan, "days": -1, "cover": -1, "tair": np.nan}
    whole = {name: np.concatenate([padded(getattr(t, name), fill) for t in tables]) for name, fill in fills.items()}
    flat = {name: np.concatenate([getattr(t, name) for t in tables]) for name in ("elevation", "lat", "lon", "cell")}
    return MonthlySeries(**whole, **flat)


def band_features(s2: np.ndarray, s1: np.ndarray, date: np.ndarray) -> np.ndarray:
    """Bands of the ``date`` (N,) of each series (N, T, B), and their mean and deviation over it: (N, 3 B)."""
    bands = np.concatenate([s2, s1], axis=-1)
    known = np.isfinite(bands)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, bands, 0).sum(axis=1) / count
        deviation = np.sqrt((np.where(known, bands - mean[:, None], 0) ** 2).sum(axis=1) / count)
    return np.hstack([bands[np.arange(len(bands)), date], mean, deviation])


def _monthly(name: str, title: str, unit: str, table: MonthlySeries, target: np.ndarray) -> TaskData:
    pixel, month = np.nonzero(table.days >= 0)
    wanted = target[pixel, month]
    trains = training_rows(table)[pixel]
    keep = np.isfinite(wanted.astype(float))
    if name == "cover":
        codes, counts = np.unique(wanted[trains], return_counts=True)
        # A folder of few rows has no class of many: then the class is known from where the model was fitted.
        common = codes[(counts >= MIN_ROWS) & (codes >= 0)]
        keep = np.isin(wanted, common) if len(common) else wanted >= 0
    pixel, month = pixel[keep], month[keep]
    asked = table.days[pixel, month]
    season = season_of(asked)
    return TaskData(
        name=name, title=title, unit=unit, classifies=name == "cover", l1c=True, s2=table.s2, s1=table.s1,
        days=table.days, series=pixel, asked=asked, target=target[pixel, month],
        baseline=np.hstack([band_features(table.s2[pixel], table.s1[pixel], month), season]), season=season,
        groups=table.cell[pixel], lat=table.lat[pixel], lon=table.lon[pixel], trains=training_rows(table)[pixel],
    )  # fmt: skip


def _ndvi(table: MonthlySeries) -> TaskData:
    count, months = table.days.shape
    last = np.arange(MIN_MONTHS - 1, months - 1)
    pixel, month = (index.ravel() for index in np.meshgrid(np.arange(count), last, indexing="ij"))
    seen = np.arange(months)[None] <= month[:, None]
    s2 = np.where(seen[..., None], table.s2[pixel], np.nan).astype(np.float32)
    s1 = np.where(seen[..., None], table.s1[pixel], np.nan).astype(np.float32)
    asked = table.days[pixel, month + 1]
    season = season_of(asked)
    before = table.ndvi[pixel, month]
    return TaskData(
        name="ndvi", title="NDVI one month ahead, presto lakes (L1C)", unit="", classifies=False, l1c=True, s2=s2,
        s1=s1, days=table.days[pixel], series=np.arange(len(pixel)), asked=asked, target=table.ndvi[pixel, month + 1],
        baseline=np.hstack([band_features(s2, s1, month), before[:, None], season]), season=season,
        groups=table.cell[pixel], lat=table.lat[pixel], lon=table.lon[pixel], trains=training_rows(table)[pixel],
        persistence=before,
    )  # fmt: skip

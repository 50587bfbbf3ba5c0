"""Monthly series of both sensors at points of known land cover, and simulated pixels of the same cover.

The tables are WorldCereal's extractions: medians of clear Sentinel-2 views and means of Sentinel-1 by month. The
simulated pixels are put together in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..bands import S1_BANDS, S2_BANDS, SCL_UNCLEAR
from ..model.temperature.climatology import Climatology
from ..simulate.climate import settled
from ..simulate.kinds import Cover
from ..simulate.pixels import PixelSeries, simulate_pixels
from ..simulate.presets import Preset, preset_at
from .realism_series import PIXELS, WORLDS, Pair
from .splits import cluster_by_distance, distance_km, is_held_out

if TYPE_CHECKING:
    import pandas as pd

#: Simulated pixels of a world; those of the covers that are asked for are taken from them.
_WORLD_PIXELS = 300
_MISSING = 65535
#: First digit of WorldCereal's ten-digit land cover code; what is not listed is left out.
_COVER = {"1": Cover.CROP, "2": Cover.GRASS, "4": Cover.FOREST, "6": Cover.TOWN}
#: Points nearer than this to a held-out place are held out, and with them their whole table.
_NEAR_KM = 25.0


def table_pairs(
    data: Path, held_out: list[tuple[float, float]], climatology: Climatology, seed: int = 0
) -> Iterator[Pair]:
    """Real points in clusters of 25 km with their simulated stand-ins; ``held_out`` (latitude, longitude) of places
    that are for the final figure only. Raises FileNotFoundError when a table is missing."""
    folder = data / "imagery" / "worldcereal_tests"
    for name, table in (("africa", _wide(folder)), ("flanders", _long(folder))):
        lat, lon, months, s2, s1, cover = table
        near = distance_km(np.array([*lat, *[p[0] for p in held_out]]), np.array([*lon, *[p[1] for p in held_out]]))
        whole = bool((near[: len(lat), len(lat) :] < _NEAR_KM).any())
        labels = cluster_by_distance(lat, lon)
        for number, label in enumerate(np.unique(labels)):
            mine = np.flatnonzero((labels == label) & (cover > 0))
            if not len(mine):
                continue
            rng = np.random.default_rng([seed, number])
            mine = rng.permutation(mine)[:PIXELS]
            cluster = f"{name}/{number}"
            place = settled(preset_at(float(lat[mine].mean()), float(lon[mine].mean())), climatology)
            yield _pair(
                cluster, whole or is_held_out("image:" + cluster), place, months, s2[mine], s1[mine], cover[mine],
                seed + 500_000 + 10 * number,
            )  # fmt: skip


def _pair(
    name: str, held_out: bool, place: Preset, months: list[date], s2: np.ndarray, s1: np.ndarray,
    cover: np.ndarray, seed: int,
) -> Pair:  # fmt: skip
    end = _next(months[-1]) - timedelta(days=1)
    worlds = [simulate_pixels(seed + i, place, _WORLD_PIXELS, months[0], end) for i in range(WORLDS)]
    sim_s2, sim_s1 = (np.concatenate([f(w, months) for w in worlds]) for f in (_monthly_optical, _monthly_radar))
    sim_cover = np.concatenate([w.cover for w in worlds])
    rng = np.random.default_rng([seed, 43])
    pick, keep = np.zeros(len(cover), int), np.zeros(len(cover), bool)
    for kind in np.unique(cover):
        wanted, there = np.flatnonzero(cover == kind), np.flatnonzero(sim_cover == kind)
        count = min(len(wanted), len(there))
        pick[wanted[:count]] = rng.permutation(there)[:count]
        keep[wanted[:count]] = True
    real, made = _known_in_both(s2[keep], sim_s2[pick[keep]])
    real_s1, made_s1 = _known_in_both(s1[keep], sim_s1[pick[keep]])
    days = np.array([m.toordinal() + 14 for m in months])
    one_direction = np.ones(len(days), bool)
    return Pair(
        name, name, held_out, place.lat, days, real, made, days, one_direction, real_s1, made_s1, cover[keep]
    )  # fmt: skip


def _known_in_both(real: np.ndarray, made: np.ndarray) -> list[np.ndarray]:
    both = np.isfinite(real) & np.isfinite(made)
    return [np.where(both, values, np.nan) for values in (real, made)]


def _monthly_optical(series: PixelSeries, months: list[date]) -> np.ndarray:
    """(N, M, 10) medians of clear views; NaN where a month has none."""
    seen = np.where(~np.isin(series.scl, SCL_UNCLEAR)[..., None], series.s2, np.nan)
    out = np.full((len(seen), len(months), 10), np.nan)
    for i, mine in enumerate(_in_month(series.s2_dates, months)):
        part = seen[:, mine]
        some = np.isfinite(part).any(axis=(1, 2))
        if some.any():
            out[some, i] = np.nanmedian(part[some], axis=1)
    return np.asarray(np.round(out, 4))


def _monthly_radar(series: PixelSeries, months: list[date]) -> np.ndarray:
    """(N, M, 2) dB of the mean power; NaN where a month has no view."""
    power = 10 ** (series.s1.astype(float) / 10)
    parts = [power[:, mine] for mine in _in_month(series.s1_dates, months)]
    none = np.full((len(power), 2), np.nan)
    return np.stack([10 * np.log10(p.mean(axis=1)) if p.shape[1] else none for p in parts], axis=1)


def _in_month(dates: tuple[date, ...], months: list[date]) -> list[np.ndarray]:
    return [np.array([m <= d < _next(m) for d in dates], bool) for m in months]


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


Table = tuple[np.ndarray, np.ndarray, list[date], np.ndarray, np.ndarray, np.ndarray]


def _wide(folder: Path) -> Table:
    """Points of Uganda, Kenya and South Sudan, one row each, twelve months of 2017."""
    import pandas as pd

    table = pd.read_parquet(folder / "test_public_extractions.parquet")
    months = [date(2016 + (11 + i) // 12, (11 + i) % 12 + 1, 1) for i in range(12)]

    def of(sensor: str, band: str) -> np.ndarray:
        names = [next(c for c in table.columns if c.startswith(f"{sensor}-{band}-ts{i}-")) for i in range(12)]
        return table[names].to_numpy(float)

    s2 = np.stack([of("OPTICAL", band) for band in S2_BANDS], axis=-1)
    s1 = np.stack([of("SAR", band) for band in S1_BANDS], axis=-1)
    return _table(table, months, s2, s1)


def _long(folder: Path) -> Table:
    """Points of Flanders, one row a month, sixteen months from August 2020."""
    import pandas as pd

    table = pd.read_parquet(folder / "extractions_2021_BEL_LPIS-Flanders_POLY_110.parquet")
    table = table.sort_values(["sample_id", "timestamp"])
    months = [stamp.date() for stamp in sorted(pd.to_datetime(table["timestamp"]).unique())]
    points = table.drop_duplicates("sample_id")
    shape = (len(points), len(months))

    def of(name: str) -> np.ndarray:
        return table[name].to_numpy(float).reshape(shape)

    s2 = np.stack([of(f"S2-L2A-{band}") for band in S2_BANDS], axis=-1)
    s1 = np.stack([of(f"S1-SIGMA0-{band}") for band in S1_BANDS], axis=-1)
    return _table(points, months, s2, s1)


def _table(points: pd.DataFrame, months: list[date], s2: np.ndarray, s1: np.ndarray) -> Table:
    cover = np.array([_COVER.get(str(int(code))[0], 0) for code in points["ewoc_code"]], int)
    s2 = np.where(s2 == _MISSING, np.nan, s2 * 1e-4)
    # WorldCereal's digital numbers: dB = 20 log10(DN) - 83.
    s1 = np.where((s1 == _MISSING) | (s1 <= 0), np.nan, 20 * np.log10(np.maximum(s1, 1)) - 83)
    return points["lat"].to_numpy(float), points["lon"].to_numpy(float), months, s2, s1, cover

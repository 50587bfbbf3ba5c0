"""Honest splits: sites in clusters by distance, a fixed held-out share, folds, and site bootstraps.

Towers and weather stations stand in clusters, and the tables overlap in place. A split by row
or by site name leaks; so every position of every table is put into one list, places closer
than 25 km are joined (single linkage), and clusters, never sites, are split. The same clusters
and the same held-out share serve GPP and temperature, so that a chain of both is honest too.
"""

from __future__ import annotations

import errno
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

LINK_KM = 25.0
#: Positions that sites.csv calls "tile centre, within 80 km" may be this much nearer than they look.
TILE_CENTRE_SLACK_KM = 80.0
HELD_OUT_SHARE = 0.2
#: Chosen once, before any fit, so that the held-out share has about a fifth of both tower tables and
#: of the temperature series, with several vegetation types; no score was looked at.
HELD_OUT_SALT = "eofusion-232"
#: FLUXNET2015 renamed this site; sites.csv has no position under the old name, CARDAMOM has the new one.
ALIASES = {"DK-NuF": "GL-NuF"}
_EARTH_RADIUS_KM = 6371.0088


def distance_between_km(lat: np.ndarray, lon: np.ndarray, lat2: np.ndarray, lon2: np.ndarray) -> np.ndarray:
    """Great-circle distances (N, M) in km from positions (N,) to others (M,), degrees; NaN positions give NaN."""
    phi, lam, phi2, lam2 = (np.radians(np.asarray(v, float)) for v in (lat, lon, lat2, lon2))
    half = (
        np.sin((phi[:, None] - phi2[None]) / 2) ** 2
        + np.cos(phi[:, None]) * np.cos(phi2[None]) * np.sin((lam[:, None] - lam2[None]) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def distance_km(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Great-circle distances (N, N) in km between positions in degrees (N,); NaN positions give NaN."""
    return distance_between_km(lat, lon, lat, lon)


def degree_cell(lat: float, lon: float) -> str:
    """Name of the 1-degree cell of a position: what pixel tables without place names are split by."""
    return f"cell:{math.floor(lat)},{math.floor(lon)}"


def cluster_by_distance(
    lat: np.ndarray, lon: np.ndarray, slack_km: np.ndarray | None = None, link_km: float = LINK_KM
) -> np.ndarray:
    """Single-linkage cluster number (N,) of positions (N,) in degrees.

    ``slack_km`` (N,) is how wrong a position may be: a pair is joined when it could be closer
    than ``link_km``. A position that is not known (NaN) is a cluster of its own.
    """
    lat = np.asarray(lat, float)
    limit = np.full((lat.size, lat.size), link_km)
    if slack_km is not None:
        slack = np.asarray(slack_km, float)
        limit += slack[:, None] + slack[None]
    near = distance_km(lat, lon) <= limit  # NaN compares False: an unknown position joins nothing
    label = np.arange(lat.size)
    for start in range(lat.size):
        if label[start] != start:
            continue
        members, frontier = np.zeros(lat.size, bool), np.zeros(lat.size, bool)
        members[start] = frontier[start] = True
        while frontier.any():
            frontier = near[frontier].any(axis=0) & ~members
            members |= frontier
        label[members] = start
    return label


def site_positions(data_dir: Path) -> pd.DataFrame:
    """Every place of every table: columns ``site``, ``lat``, ``lon``, ``slack_km``, one row a name.

    Towers keep their FLUXNET id; a temperature series is named ``source/site`` of its table. A folder may
    hold any of the three tables.

    Raises:
        FileNotFoundError: it holds none of them.
    """
    import pandas as pd

    columns = ["site", "lat", "lon", "slack_km"]
    tables = []
    paths = [data_dir / "gpp" / "sites.csv", data_dir / "gpp" / "cardamom_monthly.csv.gz",
             data_dir / "temperature" / "temperature_daily.parquet"]  # fmt: skip
    sites, monthly, daily = paths
    if not any(path.is_file() for path in paths):
        raise FileNotFoundError(errno.ENOENT, "no table of places", str(sites))
    if sites.is_file():
        towers = pd.read_csv(sites)
        known = towers["position"] if "position" in towers else pd.Series("", index=towers.index)
        near = known.astype(str).str.startswith("tile centre")
        tables.append(towers.assign(slack_km=np.where(near, TILE_CENTRE_SLACK_KM, 0.0)))
    if monthly.is_file():
        places = pd.read_csv(monthly, usecols=["site", "lat", "lon"]).drop_duplicates("site")
        tables.append(places.assign(slack_km=0.0))
        for old, new in ALIASES.items():
            position = places.loc[places["site"] == new, ["lat", "lon"]]
            for table in tables[:1]:
                if len(position):
                    table.loc[table["site"] == old, ["lat", "lon"]] = position.to_numpy()
    if daily.is_file():
        series = pd.read_parquet(daily, columns=["src", "site", "lat", "lon"]).drop_duplicates()
        series["site"] = series["src"].astype(str) + "/" + series["site"].astype(str)
        tables.append(series.drop_duplicates("site").assign(slack_km=0.0))
    return pd.concat([table[columns] for table in tables]).drop_duplicates("site").reset_index(drop=True)


@lru_cache(maxsize=4)
def site_clusters(data_dir: Path) -> Mapping[str, str]:
    """Site name to the name of its cluster (the alphabetically first site in it)."""
    places = site_positions(data_dir)
    names = places["site"].to_numpy(str)
    label = cluster_by_distance(places["lat"].to_numpy(), places["lon"].to_numpy(), places["slack_km"].to_numpy())
    first = {number: min(names[label == number]) for number in np.unique(label)}
    return {str(name): str(first[number]) for name, number in zip(names, label, strict=True)}


def is_held_out(cluster: str, share: float = HELD_OUT_SHARE) -> bool:
    """Whether a cluster belongs to the fixed share that the shipped weights never see."""
    digest = hashlib.sha256(f"{HELD_OUT_SALT}:{cluster}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def fold_numbers(clusters: Sequence[str] | np.ndarray, folds: int = 10) -> np.ndarray:
    """Fold (N,) of each row, whole clusters together, folds as even in rows as that allows.

    Deterministic: the largest cluster first, each to the fold that has the fewest rows.
    """
    names, inverse, counts = np.unique(np.asarray(clusters), return_inverse=True, return_counts=True)
    load = np.zeros(min(folds, names.size), int)
    fold_of = np.zeros(names.size, int)
    for index in np.lexsort((names, -counts)):
        fold_of[index] = int(load.argmin())
        load[fold_of[index]] += counts[index]
    return fold_of[inverse]


@dataclass(frozen=True)
class Score:
    """Pooled scores of one model on one table, with 95 % intervals from a bootstrap over clusters."""

    rows: int
    clusters: int
    r2: float
    rmse: float
    mae: float
    bias: float
    r2_interval: tuple[float, float]
    rmse_interval: tuple[float, float]
    #: RMSE minus the reference's RMSE (negative: better than it); NaN without a reference.
    rmse_difference: float = float("nan")
    rmse_difference_interval: tuple[float, float] = (float("nan"), float("nan"))


def _cluster_sums(truth: np.ndarray, predicted: np.ndarray, inverse: np.ndarray, size: int) -> np.ndarray:
    """Per cluster (size, 6): count, sum y, sum y2, sum error, sum error2, sum |error|."""
    error = predicted - truth
    columns = (np.ones_like(truth), truth, truth**2, error, error**2, np.abs(error))
    return np.stack([np.bincount(inverse, column, size) for column in columns], axis=1)


def _metrics(sums: np.ndarray) -> dict[str, np.ndarray]:
    n, y, y2, e, e2, ae = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = y2 - y**2 / n
        return {"r2": 1 - e2 / spread, "rmse": np.sqrt(e2 / n), "mae": ae / n, "bias": e / n}


def score(
    truth: np.ndarray,
    predicted: np.ndarray,
    clusters: Sequence[str] | np.ndarray,
    reference: np.ndarray | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> Score:
    """Scores of ``predicted`` (N,), and, paired over the same resampled clusters, against ``reference`` (N,).

    Rows where truth or a prediction is missing are left out for both.
    """
    truth, predicted = np.asarray(truth, float), np.asarray(predicted, float)
    use = np.isfinite(truth) & np.isfinite(predicted)
    if reference is not None:
        reference = np.asarray(reference, float)
        use &= np.isfinite(reference)
    names, inverse = np.unique(np.asarray(clusters)[use], return_inverse=True)
    sums = _cluster_sums(truth[use], predicted[use], inverse, names.size)
    picks = np.random.default_rng(seed).multinomial(names.size, np.full(names.size, 1 / names.size), draws)
    point, drawn = _metrics(sums.sum(axis=0)), _metrics(picks @ sums)
    difference, interval = float("nan"), (float("nan"), float("nan"))
    if reference is not None:
        other = _cluster_sums(truth[use], reference[use], inverse, names.size)
        difference = float(point["rmse"] - _metrics(other.sum(axis=0))["rmse"])
        interval = _interval(drawn["rmse"] - _metrics(picks @ other)["rmse"])
    return Score(
        rows=int(use.sum()),
        clusters=int(names.size),
        r2=float(point["r2"]),
        rmse=float(point["rmse"]),
        mae=float(point["mae"]),
        bias=float(point["bias"]),
        r2_interval=_interval(drawn["r2"]),
        rmse_interval=_interval(drawn["rmse"]),
        rmse_difference=difference,
        rmse_difference_interval=interval,
    )


def _interval(values: np.ndarray) -> tuple[float, float]:
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)

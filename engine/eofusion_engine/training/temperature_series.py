"""Temperature series of places from the raw tables: positions, splits, one source a place.

Only this module and :mod:`temperature_data` know the raw files (pandas is needed here alone).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..evaluation.splits import LINK_KM, distance_km, is_held_out, site_clusters, site_positions

if TYPE_CHECKING:
    import pandas as pd

#: No stated licence: evaluation only.
NEVER_TRAINED = "dssat"
#: Where two sources have a place, the first of these is taken: measured before modelled.
SOURCE_ORDER = (
    "fluxnet2015", "fdk_daily", "priceT", "weatherAUS", "fivethirtyeight", "phenor_daymet", "fdk_drivers",
    NEVER_TRAINED,
)  # fmt: skip
CALIBRATION_SHARE = 0.15
#: Positions below are known to about this much.
TOWN_SLACK_KM = 15.0
#: Degrees of the stations that the table names without a position (towns and airports, to about 0.1 degree).
TOWNS: dict[str, tuple[float, float]] = {
    "Adelaide": (-34.9, 138.6), "Albany": (-35.0, 117.9), "Albury": (-36.1, 146.9), "AliceSprings": (-23.8, 133.9),
    "BadgerysCreek": (-33.9, 150.7), "Ballarat": (-37.5, 143.8), "Bendigo": (-36.7, 144.3),
    "Brisbane": (-27.5, 153.0), "Cairns": (-16.9, 145.7), "Canberra": (-35.3, 149.2), "Cobar": (-31.5, 145.8),
    "CoffsHarbour": (-30.3, 153.1), "Dartmoor": (-37.9, 141.3), "Darwin": (-12.4, 130.9), "Hobart": (-42.9, 147.3),
    "Katherine": (-14.5, 132.3), "Launceston": (-41.5, 147.2), "Melbourne": (-37.8, 145.0),
    "MelbourneAirport": (-37.7, 144.8), "MountGambier": (-37.7, 140.8), "MountGinini": (-35.5, 148.8),
    "Newcastle": (-32.9, 151.8), "Nhil": (-36.3, 141.6), "NorahHead": (-33.3, 151.6),
    "NorfolkIsland": (-29.0, 167.9), "Nuriootpa": (-34.5, 139.0), "Penrith": (-33.7, 150.7), "Perth": (-31.9, 115.9),
    "PerthAirport": (-31.9, 116.0), "Richmond": (-33.6, 150.8), "Sale": (-38.1, 147.1), "SalmonGums": (-33.0, 121.6),
    "Sydney": (-33.9, 151.2), "SydneyAirport": (-33.9, 151.2), "Townsville": (-19.2, 146.8),
    "Tuggeranong": (-35.4, 149.1), "Uluru": (-25.2, 131.0), "WaggaWagga": (-35.2, 147.5), "Walpole": (-35.0, 116.7),
    "Watsonia": (-37.7, 145.1), "Williamtown": (-32.8, 151.8), "Witchcliffe": (-34.0, 115.1),
    "Wollongong": (-34.4, 150.9), "Woomera": (-31.2, 136.8),
    "KCLT": (35.2, -80.9), "KCQT": (34.0, -118.3), "KHOU": (29.6, -95.3), "KIND": (39.7, -86.3),
    "KJAX": (30.5, -81.7), "KMDW": (41.8, -87.8), "KNYC": (40.8, -74.0), "KPHL": (39.9, -75.2),
    "KPHX": (33.4, -112.0), "KSEA": (47.4, -122.3),
}  # fmt: skip


@dataclass
class PlaceSeries:
    """One place's daily mean temperature: ordinals and degC (D,), increasing, no NaN. ``role`` is
    train, calibration or test; ``cluster`` names the group that never straddles two roles."""

    name: str
    source: str
    cluster: str
    role: str
    lat: float
    lon: float
    days: NDArray[np.int64]
    tmean: NDArray[np.float64]


def role_of(cluster: str) -> str:
    """train, calibration or test: the test clusters are those held out everywhere in this project."""
    if is_held_out(cluster):
        return "test"
    digest = hashlib.sha256(f"eofusion-temperature-calibration:{cluster}".encode()).digest()
    return "calibration" if int.from_bytes(digest[:8], "big") < CALIBRATION_SHARE * 2**64 else "train"


def place_clusters(data: Path) -> pd.DataFrame:
    """site_positions of every table plus the towns, with a ``cluster`` column; NaN positions are left out."""
    import pandas as pd

    known = site_positions(data)
    known["cluster"] = known["site"].map(site_clusters(data))
    known = known[known["lat"].notna()].reset_index(drop=True)
    rows = []
    for source in ("weatherAUS", "fivethirtyeight"):
        for town, (lat, lon) in TOWNS.items():
            if (source == "fivethirtyeight") != (town.startswith("K") and town.isupper()):
                continue
            near = distance_km(np.append(known["lat"], lat), np.append(known["lon"], lon))[-1, :-1]
            near = near - known["slack_km"].to_numpy()
            limit = LINK_KM + TOWN_SLACK_KM
            # A town joins the nearest known place's cluster when it could be within reach of it, a held-out
            # one first; towns of one city share the city's.
            reach = np.flatnonzero(near < limit)
            held = [i for i in reach if is_held_out(str(known["cluster"].iloc[i]))]
            pick = held[0] if held else (reach[np.argmin(near[reach])] if len(reach) else None)
            cluster = f"{source}/{round(lat)}/{round(lon)}" if pick is None else str(known["cluster"].iloc[pick])
            rows.append((f"{source}/{town}", lat, lon, TOWN_SLACK_KM, cluster))
    towns = pd.DataFrame(rows, columns=["site", "lat", "lon", "slack_km", "cluster"])
    return pd.concat([known, towns]).drop_duplicates("site", keep="last").reset_index(drop=True)


def read_series(data: Path) -> list[PlaceSeries]:
    """Every place of the temperature table, one source each; ``dssat`` places have the role ``dssat``."""
    import pandas as pd

    table = pd.read_parquet(data / "temperature" / "temperature_daily.parquet")
    table = table[table["tmean"].between(-65, 50)]
    places = place_clusters(data).set_index("site")
    out: list[PlaceSeries] = []
    taken: list[tuple[float, float]] = []
    sources = table["src"].astype(str)
    for source in SOURCE_ORDER:
        for site, rows in table[sources == source].groupby("site"):
            name = f"{source}/{site}"
            # A tower's table may lack its position: sites.csv knows it under the bare name.
            key = next((k for k in (name, str(site)) if k in places.index), None)
            if key is None:
                continue
            lat, lon, cluster = (places.loc[key, column] for column in ("lat", "lon", "cluster"))
            trained = source != NEVER_TRAINED
            if trained and any(abs(lat - a) < 0.02 and abs(lon - b) < 0.02 for a, b in taken):
                continue
            daily = rows.groupby("date")["tmean"].mean().sort_index()
            if trained:
                taken.append((float(lat), float(lon)))
            days = np.array([stamp.toordinal() for stamp in daily.index], dtype=np.int64)
            role = role_of(str(cluster)) if trained else NEVER_TRAINED
            out.append(
                PlaceSeries(
                    name, source, str(cluster), role, float(lat), float(lon), days, daily.to_numpy(dtype=np.float64)
                )
            )
    return out

"""The tower tables as one: reflectance in six bands, weather and GPP, a row a tower and day.

Rows that are left out, and why: a missing band, temperature, radiation or GPP; MODIS rows with the
fill constant that the public table carries in blue, red and swir2 (blue .582467: seen thousands of times
at green towers); HLS chips with missing pixels (``num_nan``; there are none in the present table). Negative
GPP stays: it is noise of the partitioning, and cutting it would bias the mean.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from ..evaluation.splits import site_clusters, site_positions
from ..model.gpp import RECENT_DAYS, RECENT_LEAST
from ..physics.radiation import broadband_albedo, net_to_downwelling
from ..physics.sun import extraterrestrial_radiation

_BANDS = ["blue", "green", "red", "nir", "swir1", "swir2"]


@dataclass(frozen=True)
class TowerTable:
    """Rows (N,) of towers. ``six`` (N, 6) reflectance; ``tair`` degC; ``ssrd`` W m-2 downwelling; ``vpd`` kPa
    (NaN: not known); ``gpp`` g C m-2 d-1; ``doy`` day of the year; ``top`` radiation above the atmosphere in W m-2
    (NaN: no position); ``recent`` mean temperature of the last 30 days in degC (NaN: the table has too few of them);
    ``year`` with ``site`` names a season; ``clear`` False where the HLS chip is cloudy or snowy (blue >= .15).
    """

    table: np.ndarray
    site: np.ndarray
    cluster: np.ndarray
    vegetation: np.ndarray
    year: np.ndarray
    doy: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    six: np.ndarray
    tair: np.ndarray
    ssrd: np.ndarray
    vpd: np.ndarray
    gpp: np.ndarray
    top: np.ndarray
    recent: np.ndarray
    clear: np.ndarray

    def __len__(self) -> int:
        return len(self.gpp)

    def take(self, rows: np.ndarray) -> TowerTable:
        """The rows that a mask or index names."""
        return TowerTable(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def with_reflectance(self, six: np.ndarray) -> TowerTable:
        """The same rows with other reflectance (N, 6)."""
        return replace(self, six=np.asarray(six, np.float32))


def read_towers(data_dir: Path) -> TowerTable:
    """HLS, daily and 8-day MODIS rows of ``data_dir``/gpp; ``table`` is ``hls``, ``modis`` or ``modis8``.

    Either table may be missing. Without ``nbar_8day_gpp.csv.gz`` the 8-day rows are means of the daily ones.

    Raises:
        FileNotFoundError: the folder has neither table.
    """
    import pandas as pd

    folder = data_dir / "gpp"
    tables = {}
    if (folder / "hls_gpp.csv").is_file():
        hls = pd.read_csv(folder / "hls_gpp.csv").rename(columns={"PFT": "vegtype"})
        hls = hls[hls["num_nan"] == 0]
        hls["ssrd"] = net_to_downwelling(hls["sw_net"].to_numpy(), broadband_albedo(hls[_BANDS].to_numpy()))
        tables["hls"] = hls
    if (folder / "nbar_daily_gpp.csv.gz").is_file():
        daily = pd.read_csv(folder / "nbar_daily_gpp.csv.gz")
        daily["year"] = daily["date"].str[:4].astype(int)
        tables["modis"] = daily.merge(_tower_vpd(folder), on=["site", "date"], how="left")
        if (folder / "nbar_8day_gpp.csv.gz").is_file():
            weekly = pd.read_csv(folder / "nbar_8day_gpp.csv.gz")
            weekly["year"] = weekly["d8"].str[:4].astype(int)
        else:
            weekly = _eight_days(daily)
        tables["modis8"] = weekly
    if not tables:
        raise FileNotFoundError(errno.ENOENT, "no table of towers", str(folder / "hls_gpp.csv"))
    parts = []
    for name, part in tables.items():
        usable = part.dropna(subset=[*_BANDS, "tmean", "ssrd", "gpp"]).assign(table=name)
        parts.append(usable[~((usable["blue"] > 0.5) & (usable["swir2"] < 0.05))])
    rows = pd.concat(parts, ignore_index=True)
    lat, lon, clusters = _positions(data_dir, rows)
    vpd = rows["vpd"].to_numpy(float) if "vpd" in rows else np.full(len(rows), np.nan)
    return TowerTable(
        table=rows["table"].to_numpy(str),
        site=rows["site"].to_numpy(str),
        cluster=np.array([clusters.get(site, site) for site in rows["site"]]),
        vegetation=rows["vegtype"].to_numpy(str),
        year=rows["year"].to_numpy(int),
        doy=rows["doy"].to_numpy(float),
        lat=lat,
        lon=lon,
        six=rows[_BANDS].to_numpy(np.float32),
        tair=rows["tmean"].to_numpy(float),
        ssrd=rows["ssrd"].to_numpy(float),
        vpd=vpd,
        gpp=rows["gpp"].to_numpy(float),
        top=extraterrestrial_radiation(lat, rows["doy"].to_numpy(float)),
        recent=_recent(rows),
        clear=(rows["blue"] < 0.15).to_numpy(bool),
    )


def _positions(data_dir: Path, rows):  # type: ignore[no-untyped-def]  # rows: a pandas frame
    """Latitudes and longitudes (N,), NaN where not known, and the clusters of sites."""
    try:
        places = site_positions(data_dir).set_index("site")
    except FileNotFoundError:  # no list of places: what the tables themselves say, each site for itself
        nothing = np.full(len(rows), np.nan)
        lat, lon = (rows[axis].to_numpy(float) if axis in rows else nothing for axis in ("lat", "lon"))
        return lat, lon, {}
    lat, lon = (rows["site"].map(places[axis]).to_numpy(float) for axis in ("lat", "lon"))
    return lat, lon, site_clusters(data_dir)


def _eight_days(daily):  # type: ignore[no-untyped-def]  # daily: a pandas frame
    """Means of the daily rows in periods of 8 days from 1 January, of those with 4 days or more."""
    wanted = [*_BANDS, "tmean", "ssrd", "gpp"]
    known = daily.dropna(subset=wanted)
    period = (known["doy"].astype(int) - 1) // 8
    groups = known.groupby(["site", "vegtype", "year", period.rename("period")])
    means = groups[[*wanted, "doy"]].mean()
    return means[groups.size() >= 4].reset_index()


def _recent(rows):  # type: ignore[no-untyped-def]  # rows: a pandas frame
    """Mean temperature (N,) of the days of 30 before and with each row that the daily table has."""
    days = rows["year"].to_numpy(float) * 366 + rows["doy"].to_numpy(float)
    site, table, tair = rows["site"].to_numpy(str), rows["table"].to_numpy(str), rows["tmean"].to_numpy(float)
    out = np.full(len(rows), np.nan)
    for name in np.unique(site[table == "modis"]):
        daily = np.flatnonzero((site == name) & (table == "modis"))
        daily = daily[np.argsort(days[daily])]
        total = np.concatenate([[0.0], np.cumsum(tair[daily])])
        for_rows = np.flatnonzero((site == name) & (table != "hls"))
        last = np.searchsorted(days[daily], days[for_rows], side="right")
        first = np.searchsorted(days[daily], days[for_rows] - RECENT_DAYS, side="right")
        count = last - first
        mean = (total[last] - total[first]) / np.maximum(count, 1)
        out[for_rows] = np.where(count >= RECENT_LEAST, mean, np.nan)
    return out


def _tower_vpd(folder: Path):  # type: ignore[no-untyped-def]  # a pandas frame; pandas is not a run-time dependency
    """VPD in kPa of the original tower files, which the MODIS table lacks: columns site, date, vpd."""
    import pandas as pd

    frames = []
    for path in sorted((folder / "fluxnet2015").glob("FLX_*_DD_*.csv")):
        frame = pd.read_csv(path, usecols=["TIMESTAMP", "VPD_F"], na_values=[-9999])
        stamp = frame["TIMESTAMP"].astype(str)
        frames.append(
            pd.DataFrame(
                {
                    "site": path.name.split("_")[1],
                    "date": stamp.str[:4] + "-" + stamp.str[4:6] + "-" + stamp.str[6:8],
                    "vpd": frame["VPD_F"] / 10.0,  # hPa
                }
            )
        )
    return pd.concat(frames) if frames else pd.DataFrame({"site": [], "date": [], "vpd": []})

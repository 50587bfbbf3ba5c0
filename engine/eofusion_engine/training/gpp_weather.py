"""Climatological weather of towers: what the head gets where there is no weather file.

Radiation is what ships in gpp.safetensors. The temperature here is only a stand-in for the
generated series, to know what having no weather costs: mean by place and season, no elevation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..evaluation.splits import site_clusters, site_positions
from ..physics.place_season import PlaceSeason
from ..physics.radiation import RadiationClimatology, mj_per_day_to_w
from .temperature_series import NEVER_TRAINED


@dataclass(frozen=True)
class MonthlyMeans:
    """Means (N,) of one quantity by place and month: position in degrees, mean day of the year, weight."""

    cluster: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    doy: np.ndarray
    value: np.ndarray
    weight: np.ndarray
    table: np.ndarray

    def without(self, excluded: Callable[[str], bool]) -> MonthlyMeans:
        """The rows of clusters that are not excluded."""
        names, inverse = np.unique(self.cluster, return_inverse=True)
        keep = ~np.array([excluded(str(name)) for name in names])[inverse]
        return MonthlyMeans(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


def read_radiation(data_dir: Path) -> MonthlyMeans:
    """Downwelling radiation in W m-2: months of the daily MODIS table (15 days or more) and of CARDAMOM."""
    import pandas as pd

    columns = ["site", "date", "doy", "ssrd"]
    daily = pd.read_csv(data_dir / "gpp" / "nbar_daily_gpp.csv.gz", usecols=columns).dropna()
    by_month = daily.groupby(["site", daily["date"].str[:7]])
    months = by_month.agg(ssrd=("ssrd", "mean"), doy=("doy", "mean"), n=("doy", "size"))
    months = months[months["n"] >= 15].reset_index()[["site", "doy", "ssrd"]].assign(table="modis")
    monthly = pd.read_csv(data_dir / "gpp" / "cardamom_monthly.csv.gz", usecols=["site", "doy", "ssrd"]).dropna()
    monthly["ssrd"] = mj_per_day_to_w(monthly["ssrd"].to_numpy())  # MJ m-2 d-1 there
    return _placed(data_dir, pd.concat([months, monthly.assign(table="cardamom")]), "ssrd")


def read_temperature(data_dir: Path) -> MonthlyMeans:
    """Mean temperature in degC by place and calendar month, of the sources that may be trained on."""
    import pandas as pd

    table = pd.read_parquet(
        data_dir / "temperature" / "temperature_daily.parquet", columns=["src", "site", "lat", "date", "tmean"]
    ).dropna()
    table = table[table["src"] != NEVER_TRAINED]
    days = pd.to_datetime(table["date"])
    table["site"] = table["src"].astype(str) + "/" + table["site"].astype(str)
    table["doy"] = days.dt.dayofyear
    by_month = table.groupby(["site", days.dt.month])
    months = by_month.agg(tmean=("tmean", "mean"), doy=("doy", "mean")).reset_index(level=0)
    return _placed(data_dir, months.assign(table="temperature"), "tmean")


def _placed(data_dir: Path, rows, value: str) -> MonthlyMeans:  # type: ignore[no-untyped-def]  # rows: a pandas frame
    places = site_positions(data_dir).set_index("site")
    clusters = site_clusters(data_dir)
    rows = rows[rows["site"].map(places["lat"]).notna()]
    return MonthlyMeans(
        cluster=np.array([clusters[site] for site in rows["site"]]),
        lat=rows["site"].map(places["lat"]).to_numpy(float),
        lon=rows["site"].map(places["lon"]).to_numpy(float),
        doy=rows["doy"].to_numpy(float),
        value=rows[value].to_numpy(float),
        weight=rows.groupby("site")["site"].transform("size").to_numpy(float) ** -1.0,  # a place, not a month, counts
        table=rows["table"].to_numpy(str),
    )


def fit_radiation(months: MonthlyMeans) -> RadiationClimatology:
    """The radiation climatology of these months."""
    return RadiationClimatology.fit(months.lat, months.lon, months.doy, months.value, 12 * months.weight)


@dataclass(frozen=True)
class ClimatologicalWeather:
    """Radiation and temperature of an average year at a place."""

    radiation: RadiationClimatology
    temperature: PlaceSeason

    @classmethod
    def fit(cls, radiation: MonthlyMeans, temperature: MonthlyMeans) -> ClimatologicalWeather:
        """Fit both fields."""
        field = PlaceSeason.fit(
            temperature.lat, temperature.lon, temperature.doy, temperature.value / 10.0, 12 * temperature.weight
        )
        return cls(fit_radiation(radiation), field)

    def at(self, lat: np.ndarray, lon: np.ndarray, doy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Temperature (N,) in degC and radiation (N,) in W m-2; NaN where the position is."""
        known = np.isfinite(lat)
        tair, ssrd = np.full(len(lat), np.nan), np.full(len(lat), np.nan)
        tair[known] = 10.0 * self.temperature(lat[known], lon[known], doy[known])
        ssrd[known] = self.radiation.ssrd(lat[known], lon[known], doy[known])
        return tair, ssrd

"""Elevations: a coarse relief of the settled Earth, and the heights of stations that the tables leave out.

From the airports of the package ``airportsdata`` (MIT licence): airports lie where people and weather
stations do, in the valleys, so that their heights say more of a station's than a mean over mountains.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FEET = 0.3048
EARTH_RADIUS_KM = 6371.0
#: Airports that make up a height, and the distance within which they count alike (km).
NEIGHBOURS, SMOOTHING_KM = 8, 25.0
#: Further than this from any airport (km) the height fades towards sea level: oceans.
FADE_KM = 400.0
#: Metres of stations far above or below the settled land around them, from the FLUXNET site list and the
#: Bureau of Meteorology's; towers of the reflectance tables have theirs in the table.
STATION_HEIGHTS: dict[str, float] = {
    "AT-Neu": 970, "CN-Dan": 4250, "CN-HaM": 3250, "CN-Du2": 1324, "ES-LgS": 2267, "ES-VDA": 1770, "FR-Lq1": 1040,
    "FR-Lq2": 1040, "IT-Amp": 884, "IT-Mal": 1730, "US-Cop": 1520, "US-Wkg": 1531, "MountGinini": 1760,
}  # fmt: skip


@dataclass(frozen=True)
class Airports:
    """Airports as a search tree and their heights (N,) in m."""

    tree: Any
    height: Array

    @classmethod
    def load(cls) -> Airports:
        """All airports of the package that name a height."""
        import airportsdata
        from sklearn.neighbors import BallTree

        rows = [(item["lat"], item["lon"], item["elevation"]) for item in airportsdata.load("ICAO").values()]
        lat, lon, feet = np.array(rows, dtype=np.float64).T
        # A height of exactly 0 feet is how the list writes that it does not know.
        known = (feet != 0) & np.isfinite(feet)
        tree = BallTree(np.radians(np.column_stack((lat, lon))[known]), metric="haversine")
        return cls(tree, feet[known] * FEET)

    def height_at(self, lat: Array, lon: Array) -> Array:
        """Height (P,) in m of the settled land near positions (P,) in degrees."""
        position = np.radians(np.column_stack((np.asarray(lat, float), np.asarray(lon, float))))
        distance, index = self.tree.query(position, k=min(NEIGHBOURS, len(self.height)))
        distance = distance * EARTH_RADIUS_KM
        weight = 1.0 / (distance**2 + SMOOTHING_KM**2)
        mean = (weight * self.height[index]).sum(axis=1) / weight.sum(axis=1)
        return np.asarray(mean * np.minimum(1.0, FADE_KM / np.maximum(distance[:, 0], 1.0)))

    def relief(self) -> Array:
        """Heights (181, 360) at whole degrees from 90 S and 180 W."""
        lat, lon = np.meshgrid(np.arange(-90.0, 91.0), np.arange(-180.0, 180.0), indexing="ij")
        return np.round(self.height_at(lat.ravel(), lon.ravel())).reshape(lat.shape)


def known_heights(data: Path) -> dict[str, float]:
    """Metres by bare site name, where a table or the list above gives them."""
    import pandas as pd

    table = pd.read_csv(data / "gpp" / "nbar_daily_gpp.csv.gz", usecols=["site", "elv"]).dropna()
    towers = table.drop_duplicates("site").set_index("site")["elv"]
    return STATION_HEIGHTS | {str(site): float(height) for site, height in towers.items()}

"""Radiation at the ground: what the season brings under an average sky, and unit conversions.

All radiation is a daily mean in W m-2 unless the name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from .place_season import PlaceSeason
from .sun import extraterrestrial_radiation

SECONDS_A_DAY = 86400.0
#: Share of solar radiation that plants can use (400-700 nm); Meek et al. (1984), Agron. J. 76, 939: .45 to .5.
PAR_SHARE = 0.48
#: Clearness never leaves this range in the climatology: the driest desert month, the foggiest coast.
CLEARNESS_RANGE = (0.2, 0.8)
#: Liang (2001), Remote Sens. Environ. 76, 213: broadband albedo of Landsat bands blue red nir swir1 swir2.
_LIANG_WEIGHTS = np.array([0.356, 0.0, 0.130, 0.373, 0.085, 0.072])
_LIANG_OFFSET = -0.0018


def mj_per_day_to_w(value: np.ndarray | float) -> np.ndarray | float:
    """MJ m-2 d-1 to W m-2."""
    return value * 1e6 / SECONDS_A_DAY


def j_per_day_to_w(value: np.ndarray | float) -> np.ndarray | float:
    """J m-2 d-1 (AgERA5) to W m-2."""
    return value / SECONDS_A_DAY


def par(ssrd: np.ndarray | float) -> np.ndarray | float:
    """Photosynthetically active radiation in MJ m-2 d-1 from downwelling shortwave in W m-2."""
    return PAR_SHARE * ssrd * SECONDS_A_DAY / 1e6


def broadband_albedo(six_bands: np.ndarray) -> np.ndarray:
    """Shortwave albedo (...,) of reflectance (..., 6) in the order of :data:`bands.SIX_BANDS` (Liang 2001)."""
    return np.clip(six_bands @ _LIANG_WEIGHTS + _LIANG_OFFSET, 0.05, 0.9)


def net_to_downwelling(net: np.ndarray, albedo: np.ndarray | float = 0.17) -> np.ndarray:
    """Downwelling from *net* shortwave radiation, both in W m-2; .17 is a mean of vegetated land."""
    return net / (1.0 - np.asarray(albedo))


@dataclass(frozen=True)
class RadiationClimatology:
    """All-sky radiation of a place and season: extraterrestrial radiation times a fitted clearness index.

    ``of_place`` wants the longitude, ``of_latitude`` does without: for a caller that has none.
    """

    of_place: PlaceSeason
    of_latitude: PlaceSeason

    @classmethod
    def fit(
        cls, lat: np.ndarray, lon: np.ndarray, days: np.ndarray, ssrd: np.ndarray, weights: np.ndarray
    ) -> RadiationClimatology:
        """Fit to mean radiation ``ssrd`` (N,) in W m-2 around the days of the year ``days`` (N,)."""
        above = extraterrestrial_radiation(lat, days)
        scale, values = above / 200.0, ssrd / 200.0  # errors in W m-2 count, not in the index: dark months weigh little
        return cls(
            PlaceSeason.fit(lat, lon, days, values, weights, scale),
            PlaceSeason.fit(lat, None, days, values, weights, scale),
        )

    def ssrd(
        self, lat: np.ndarray | float, lon: np.ndarray | float | None, dates: Iterable[date] | np.ndarray
    ) -> np.ndarray:
        """Daily mean downwelling radiation (D,) in W m-2 of an average sky; 0 in polar night."""
        days = np.asarray(list(dates) if not isinstance(dates, np.ndarray) else dates)
        lats = np.broadcast_to(np.asarray(lat, float), days.shape)
        lons = None if lon is None else np.broadcast_to(np.asarray(lon, float), days.shape)
        field = self.of_latitude if lons is None else self.of_place
        clearness = np.clip(field(lats, lons, days), *CLEARNESS_RANGE)
        return clearness * extraterrestrial_radiation(lats, days)

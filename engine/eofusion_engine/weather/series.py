"""Daily weather of one place, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from ..errors import RequestError
from .climatology import all_sky_ssrd

#: What a daily value may be: outside it is a wrong unit, not weather.
_PLAUSIBLE = {"tair_degC": (-90.0, 60.0), "ssrd_w_m2": (0.0, 550.0), "vpd_kpa": (0.0, 12.0)}
_UNIT_HINT = {
    "tair_degC": "Temperatures are wanted in degrees Celsius (tair_degC) or in kelvin (t2m_k): the name says which.",
    "ssrd_w_m2": "Radiation is wanted as a daily mean in W m-2 (ssrd_w_m2) or as a sum (ssrd_mj_m2_d, ssrd_j_m2).",
    "vpd_kpa": "Vapour pressure deficit is wanted in kPa (vpd_kpa) or hPa (vpd_hpa).",
}
#: A series whose mean is further than this factor from an average sky's is in another unit than it says.
_SKY_FACTOR = 2.5
#: Fewer days than this may all have been dark or bright.
_SKY_DAYS = 20


class WeatherError(RequestError):
    """The weather file cannot be used: the message names the file and the column."""

    code = "weather"


@dataclass(frozen=True)
class Place:
    """Where weather is wanted, in degrees, and how it is taken from a grid."""

    lat: float
    lon: float
    method: Literal["nearest", "interpolate"] = "nearest"


@dataclass(frozen=True)
class Weather:
    """Daily weather of one place, one entry a date in ascending order; NaN where a value is missing.

    ``tair_degc`` mean air temperature (degC), ``ssrd_w_m2`` downwelling shortwave (daily mean, W m-2),
    ``vpd_kpa`` vapour pressure deficit (kPa). ``source`` is a plain sentence part for the report, ``remarks`` are
    sentences on how the file was understood.
    """

    dates: tuple[date, ...]
    tair_degc: np.ndarray
    ssrd_w_m2: np.ndarray
    vpd_kpa: np.ndarray
    source: str
    remarks: tuple[str, ...] = field(default=())

    @property
    def has_vpd(self) -> bool:
        """Whether any vapour pressure deficit is known."""
        return bool(np.isfinite(self.vpd_kpa).any())

    def on(self, days: Sequence[date]) -> Weather:
        """The weather on ``days``, NaN on those that the file does not have."""
        where = {day: index for index, day in enumerate(self.dates)}
        rows = np.array([where.get(day, -1) for day in days], int)

        def pick(values: np.ndarray) -> np.ndarray:
            return np.where(rows >= 0, values[rows], np.nan) if len(values) else np.full(len(rows), np.nan)

        tair, ssrd, vpd = pick(self.tair_degc), pick(self.ssrd_w_m2), pick(self.vpd_kpa)
        return Weather(tuple(days), tair, ssrd, vpd, self.source, self.remarks)

    def notes(self, days: Sequence[date]) -> list[str]:
        """Plain sentences on how the file was read, and on what is missing on ``days`` and used instead."""
        here = self.on(days)
        said = list(self.remarks)
        for values, what, instead in (
            (here.tair_degc, "air temperature", "the generated temperature"),
            (here.ssrd_w_m2, "radiation", "the climatology of radiation"),
        ):
            missing = [day for day, value in zip(days, values, strict=True) if not np.isfinite(value)]
            if missing:
                said.append(
                    f"{self.source} has no {what} on {len(missing)} of {len(days)} days "
                    f"({missing[0]} to {missing[-1]}): {instead} is used on those days."
                )
        return said


def checked(
    name: str,
    days: Sequence[date],
    tair_degc: np.ndarray,
    ssrd_w_m2: np.ndarray,
    vpd_kpa: np.ndarray,
    place: Place | None,
    detail: str = "",
    remarks: Sequence[str] = (),
) -> Weather:
    """The weather of a file ``name``, in ascending order.

    Raises:
        WeatherError: a value cannot be, a date stands twice, radiation is far from any average sky's, nothing is known.
    """
    for column, values in (("tair_degC", tair_degc), ("ssrd_w_m2", ssrd_w_m2), ("vpd_kpa", vpd_kpa)):
        low, high = _PLAUSIBLE[column]
        wrong = np.flatnonzero(np.isinf(values) | (np.isfinite(values) & ((values < low) | (values > high))))
        if wrong.size:
            first = wrong[0]
            raise WeatherError(
                f"The weather file {name} has {column} = {values[first]:g} on {days[first]}: that cannot be.",
                _UNIT_HINT[column],
            )
    order = np.argsort(np.array(days, "datetime64[D]"), kind="stable")
    ordered = [days[index] for index in order]
    twice = [day for day, after in zip(ordered, ordered[1:], strict=False) if day == after]
    if twice:
        raise WeatherError(f"The weather file {name} has the date {twice[0]} twice.", "Give each day once.")
    if not (np.isfinite(tair_degc).any() or np.isfinite(ssrd_w_m2).any()):
        raise WeatherError(
            f"The weather file {name} has no temperature and no radiation.",
            "Columns: date (2019-05-01), tair_degC, ssrd_w_m2 and, where known, vpd_kpa.",
        )
    _check_sky(name, np.array(ordered), ssrd_w_m2[order], place)
    source = f"the weather file {name}" + (f" ({detail})" if detail else "")
    return Weather(tuple(ordered), tair_degc[order], ssrd_w_m2[order], vpd_kpa[order], source, tuple(remarks))


def sky_ratio(days: np.ndarray, ssrd_w_m2: np.ndarray, place: Place) -> float | None:
    """Mean radiation as a share of an average sky's; None where too few days tell."""
    known = np.isfinite(ssrd_w_m2)
    if known.sum() < _SKY_DAYS:
        return None
    usual = float(all_sky_ssrd(place.lat, days[known], place.lon).mean())
    return float(ssrd_w_m2[known].mean()) / usual if usual > 10 else None


def _check_sky(name: str, days: np.ndarray, ssrd: np.ndarray, place: Place | None) -> None:
    ratio = None if place is None else sky_ratio(days, ssrd, place)
    if ratio is not None and not 1 / _SKY_FACTOR < ratio < _SKY_FACTOR:
        raise WeatherError(
            f"The radiation of the weather file {name} is {ratio:.2g} times what an average sky gives at this place.",
            "Its unit or its place is another than the file says: " + _UNIT_HINT["ssrd_w_m2"],
        )

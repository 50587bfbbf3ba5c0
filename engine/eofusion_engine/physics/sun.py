"""Sun geometry and the radiation that would arrive without clouds. Pure functions of latitude and day.

Sources: Spencer, J. W. (1971), Fourier series representation of the position of the sun, Search 2(5);
Allen et al. (1998), FAO Irrigation and Drainage Paper 56, equations 21-37 ("FAO-56");
solar constant: Kopp and Lean (2011), Geophys. Res. Lett. 38, L01706.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

#: W m-2
SOLAR_CONSTANT = 1361.0


def day_angle(dates: Iterable[date] | np.ndarray) -> np.ndarray:
    """Angle of the day in the year (D,) in radians, 0 on 1 January.

    ``dates`` are dates, datetime64 values, or days of the year from 1 to 366. A leap year's
    days are spread over the same circle, so that the angle has no jump at the year's end.
    """
    values = np.asarray(list(dates) if not isinstance(dates, np.ndarray) else dates)
    if np.issubdtype(values.dtype, np.number):
        return 2 * np.pi * (values.astype(float) - 1) / 365.0
    days = values.astype("datetime64[D]")
    year = days.astype("datetime64[Y]")
    start = year.astype("datetime64[D]")
    length = ((year + 1).astype("datetime64[D]") - start).astype(float)
    return 2 * np.pi * (days - start).astype(float) / length


def declination(angle: np.ndarray) -> np.ndarray:
    """Solar declination in radians at the day angle (Spencer 1971).

    Within .5 degrees: the calendar shifts against the sun from year to year.
    """
    return (
        0.006918
        - 0.399912 * np.cos(angle)
        + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle)
        - 0.002697 * np.cos(3 * angle)
        + 0.00148 * np.sin(3 * angle)
    )


def distance_factor(angle: np.ndarray) -> np.ndarray:
    """Squared ratio of mean to actual sun distance at the day angle (Spencer 1971)."""
    return (
        1.000110
        + 0.034221 * np.cos(angle)
        + 0.001280 * np.sin(angle)
        + 0.000719 * np.cos(2 * angle)
        + 0.000077 * np.sin(2 * angle)
    )


def _sunset_angle(lat: np.ndarray | float, decl: np.ndarray) -> np.ndarray:
    """Hour angle of sunset in radians: 0 in polar night, pi on a polar day (FAO-56 equation 25)."""
    return np.arccos(np.clip(-np.tan(np.radians(lat)) * np.tan(decl), -1.0, 1.0))


def day_length(lat: np.ndarray | float, dates: Iterable[date] | np.ndarray) -> np.ndarray:
    """Hours of daylight; ``lat`` in degrees broadcasts against ``dates`` (D,) (FAO-56 equation 34)."""
    return 24.0 / np.pi * _sunset_angle(lat, declination(day_angle(dates)))


def extraterrestrial_radiation(lat: np.ndarray | float, dates: Iterable[date] | np.ndarray) -> np.ndarray:
    """Daily mean radiation on a horizontal plane above the atmosphere in W m-2 (FAO-56 equation 21).

    ``lat`` in degrees broadcasts against ``dates`` (D,). Exactly 0 in polar night.
    """
    angle = day_angle(dates)
    decl = declination(angle)
    sunset = _sunset_angle(lat, decl)
    phi = np.radians(lat)
    geometry = sunset * np.sin(phi) * np.sin(decl) + np.cos(phi) * np.cos(decl) * np.sin(sunset)
    return np.maximum(SOLAR_CONSTANT / np.pi * distance_factor(angle) * geometry, 0.0)


def clear_sky_radiation(
    lat: np.ndarray | float, dates: Iterable[date] | np.ndarray, elevation_m: np.ndarray | float = 0.0
) -> np.ndarray:
    """Daily mean radiation at the ground under a cloudless sky in W m-2 (FAO-56 equation 37)."""
    return (0.75 + 2e-5 * np.asarray(elevation_m)) * extraterrestrial_radiation(lat, dates)

"""Weather on grids: ERA5, ERA5-Land and AgERA5 as the Climate Data Store gives them, and WorldCereal's files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from . import agera5_geotiff, daily, units
from .cells import Cells
from .series import Place, Weather, WeatherError, checked, sky_ratio

#: Names of a quantity in files, lower case; ``standard_name`` of the CF conventions too.
_NAMES = {
    "tair": ("t2m", "2m_temperature", "tas", "temperature_mean", "temperature_air_2m_mean_24h", "air_temperature"),
    "tmin": ("temperature_min", "temperature_air_2m_min_24h", "tasmin", "mn2t"),
    "tmax": ("temperature_max", "temperature_air_2m_max_24h", "tasmax", "mx2t"),
    "ssrd": ("ssrd", "surface_solar_radiation_downwards", "rsds", "solar_radiation_flux", "msdwswrf", "avg_sdswrf",
             "surface_downwelling_shortwave_flux_in_air"),
    "dew": ("d2m", "2m_dewpoint_temperature", "dewpoint_temperature", "dew_point_temperature_2m_mean",
            "dew_point_temperature"),
    "vapour": ("vapour_pressure", "vapour_pressure_mean", "vapour_pressure_24h_mean"),
}  # fmt: skip
_QUANTITY = {name: quantity for quantity, names in _NAMES.items() for name in names}
_WHAT = {"tair": "air temperature (t2m, temperature_mean)", "ssrd": "radiation (ssrd, solar_radiation_flux)"}
_HINT = "A netCDF weather file holds t2m or temperature_mean, ssrd or solar_radiation_flux, and a time axis."


@dataclass(frozen=True)
class _Series:
    """One quantity of one file at the place: ``times`` datetime64[s] (T,), ``values`` (T,), as written."""

    times: np.ndarray
    values: np.ndarray
    unit: str
    name: str
    km: float


def read_gridded(path: Path, files: list[Path], place: Place | None) -> Weather:
    """Daily weather of netCDF or AgERA5 GeoTIFF ``files`` at ``place`` (None: the mean of their cells).

    Raises:
        WeatherError: see :func:`.read_weather`.
    """
    parts: dict[str, list[_Series]] = {}
    for file in files:
        for quantity, series in _read_file(file, place).items():
            parts.setdefault(quantity, []).append(series)
    for quantity, what in _WHAT.items():
        if quantity not in parts:
            raise WeatherError(f"The weather file {path.name} has no {what}.", _HINT)
    found = {quantity: _joined(series) for quantity, series in parts.items()}
    remarks: list[str] = []
    days, tair, tmin, tmax = _temperature(path, found)
    ssrd = daily.on_days(*_radiation(path, found["ssrd"], place, remarks), days)
    saturation = units.mean_saturation(tair, tmin, tmax)
    if "dew" in found:
        dew_days, dew = _daily(path, found["dew"], units.to_degc)
        vapour = units.saturation_vapour_pressure(daily.on_days(dew_days, dew, days))
    elif "vapour" in found:
        vapour = daily.on_days(*_daily(path, found["vapour"], units.to_kpa), days)
    else:
        vapour = np.full(len(days), np.nan)
    detail = ""
    if place is not None:
        far = found["tair"].km
        detail = "interpolated" if place.method == "interpolate" and far == 0 else f"cell centre {far:.0f} km away"
    deficit = np.maximum(saturation - vapour, 0.0)
    return checked(path.name, days, tair, ssrd, deficit, place, detail, remarks)


def _temperature(
    path: Path, found: dict[str, _Series]
) -> tuple[list[date], np.ndarray, np.ndarray | None, np.ndarray | None]:
    series = found["tair"]
    days, tair = _daily(path, series, units.to_degc)
    if not daily.is_daily(series.times):
        return days, tair, *daily.daily_extremes(series.times, _converted(path, series, units.to_degc))
    low, high = (
        daily.on_days(*_daily(path, found[name], units.to_degc), days) if name in found else None
        for name in ("tmin", "tmax")
    )
    return days, tair, low, high


def _radiation(path: Path, series: _Series, place: Place | None, remarks: list[str]) -> tuple[list[date], np.ndarray]:
    """Days and daily mean W m-2."""
    if not units.is_accumulated(series.unit):
        values = _converted(path, series, units.to_w_m2)
        if daily.is_daily(series.times):
            return daily.as_dates(series.times), values
        return daily.daily_mean(series.times, values, ends=True)
    energy = units.to_joule(series.values, series.unit)
    if not daily.is_daily(series.times):
        if daily.builds_up(series.times, energy):
            remarks.append(f"{path.name}: {series.name} is summed since 00 UTC, as in ERA5-Land.")
            return daily.since_midnight(series.times, energy)
        return daily.daily_mean(series.times, energy / daily.step_seconds(series.times), ends=True)
    days = daily.as_dates(series.times)
    whole = energy / 86400.0
    # A daily mean of hourly sums (ERA5 daily statistics) has the same unit as a daily sum: an average sky tells.
    if place is not None and (ratio := sky_ratio(np.array(days), whole, place)) is not None and ratio < 0.2:
        remarks.append(f"{path.name}: {series.name} is read as the daily mean of hourly sums.")
        return days, whole * 24
    return days, whole


def _daily(path: Path, series: _Series, convert: Any) -> tuple[list[date], np.ndarray]:
    values = _converted(path, series, convert)
    if daily.is_daily(series.times):
        return daily.as_dates(series.times), values
    return daily.daily_mean(series.times, values)


def _converted(path: Path, series: _Series, convert: Any) -> np.ndarray:
    try:
        return np.asarray(convert(series.values, series.unit))
    except KeyError:
        raise WeatherError(
            f"The weather file {path.name} gives {series.name} in {series.unit!r}, which is no unit of it.",
            "Convert it, or mend the variable's 'units'.",
        ) from None


def _joined(parts: list[_Series]) -> _Series:
    """Files of one quantity (a year each, a day each) one after the other; a time that stands twice is taken once."""
    times = np.concatenate([part.times for part in parts])
    values = np.concatenate([part.values for part in parts])
    order = np.lexsort((~np.isfinite(values), times))
    times, values = times[order], values[order]
    first = np.concatenate(([True], times[1:] != times[:-1]))
    return _Series(times[first], values[first], parts[0].unit, parts[0].name, parts[0].km)


def _read_file(path: Path, place: Place | None) -> dict[str, _Series]:
    if path.suffix == ".tif":
        year = agera5_geotiff.read_year(path, place)
        if year is None:
            return {}
        quantity, unit, times, values, km = year
        return {quantity: _Series(times, values, unit, path.stem, km)}
    try:
        file = netCDF4.Dataset(path, "r")
    except OSError:
        raise WeatherError(f"The weather file {path.name} is not a netCDF file.", _HINT) from None
    with file:
        try:
            return _quantities(path, file, place)
        except (OSError, RuntimeError, IndexError) as error:
            raise WeatherError(
                f"The weather file {path.name} is damaged ({error}).", "Copy or download it again."
            ) from error


def _quantities(path: Path, file: netCDF4.Dataset, place: Place | None) -> dict[str, _Series]:
    wanted: dict[str, Any] = {}
    for name, variable in file.variables.items():
        standard = str(getattr(variable, "standard_name", "")).lower()
        quantity = _QUANTITY.get(name.lower()) or _QUANTITY.get(standard)
        if quantity and variable.ndim >= 1:
            wanted.setdefault(quantity, variable)
    if not wanted:
        return {}
    times = _times(path, file)
    cells = Cells.of(path, file, place)
    found = {}
    for quantity, variable in wanted.items():
        values, km = cells.series(variable, times[0], len(times[1]))
        found[quantity] = _Series(times[1], values, _unit(variable), variable.name, km)
    return found


def _unit(variable: Any) -> str:
    written = getattr(variable, "units", "")
    return written.decode() if isinstance(written, bytes) else str(written)


def _times(path: Path, file: netCDF4.Dataset) -> tuple[str, np.ndarray]:
    """The time axis: its dimension, and datetime64[s] (T,)."""
    for variable in file.variables.values():
        unit = str(getattr(variable, "units", ""))
        if variable.ndim == 1 and " since " in unit:
            try:
                stamps: Any = netCDF4.num2date(
                    variable[:], unit, str(getattr(variable, "calendar", "standard")),
                    only_use_cftime_datetimes=False, only_use_python_datetimes=True,
                )  # fmt: skip
            except ValueError:
                raise WeatherError(
                    f"The weather file {path.name} has a time axis in {unit!r}.", "It must count from a date."
                ) from None
            return variable.dimensions[0], np.array(np.ma.getdata(stamps), "datetime64[s]")
    raise WeatherError(f"The weather file {path.name} has no time axis.", "It must count 'days since' a date.")

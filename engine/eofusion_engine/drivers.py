"""The weather that drives GPP: the user's file where there is one, the climatology of radiation else."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np

from .errors import RequestError
from .physics.radiation import RadiationClimatology, j_per_day_to_w

#: What a value may be: outside it is a wrong unit, not weather.
_PLAUSIBLE = {"tair_degC": (-90.0, 60.0), "ssrd_w_m2": (0.0, 550.0), "vpd_kpa": (0.0, 12.0)}
_UNIT_HINT = {
    "tair_degC": "Temperatures are wanted in degrees Celsius, not kelvin.",
    "ssrd_w_m2": "Radiation is wanted as a daily mean in W m-2: divide J m-2 d-1 by 86400.",
    "vpd_kpa": "Vapour pressure deficit is wanted in kPa: divide hPa by 10.",
}
_COLUMNS_HINT = "Columns: date (2019-05-01), tair_degC, ssrd_w_m2 and, where known, vpd_kpa."
_MISSING = {"", "nan", "na", "null", "-9999", "-9999.0"}


class WeatherError(RequestError):
    """The weather file cannot be used: the message names the file and the column."""

    code = "weather"


@dataclass(frozen=True)
class Weather:
    """Daily weather of one place, one entry a date in ascending order; NaN where a value is missing.

    ``tair_degc`` mean air temperature (degC), ``ssrd_w_m2`` downwelling shortwave (daily mean, W m-2),
    ``vpd_kpa`` vapour pressure deficit (kPa). ``source`` is a plain sentence part for the report.
    """

    dates: tuple[date, ...]
    tair_degc: np.ndarray
    ssrd_w_m2: np.ndarray
    vpd_kpa: np.ndarray
    source: str

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

        return Weather(tuple(days), pick(self.tair_degc), pick(self.ssrd_w_m2), pick(self.vpd_kpa), self.source)

    def notes(self, days: Sequence[date]) -> list[str]:
        """Plain sentences on what is missing on ``days`` and what is used instead, for the report."""
        here = self.on(days)
        said = []
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


def saturation_vapour_pressure(tair_degc: np.ndarray) -> np.ndarray:
    """Saturation vapour pressure in kPa at the temperature in degC (Tetens; FAO-56 equation 11)."""
    return 0.6108 * np.exp(17.27 * tair_degc / (tair_degc + 237.3))


def read_weather(path: Path) -> Weather:
    """Daily weather of a CSV file, or of an AgERA5 netCDF file as the WorldCereal cubes carry it.

    Raises:
        WeatherError: the file is missing, not of these forms, lacks a column, or holds impossible values.
    """
    path = Path(path)
    if not path.is_file():
        raise WeatherError(f"There is no weather file {path.name}.", "Give the path of a CSV or AgERA5 netCDF file.")
    return _read_netcdf(path) if path.suffix.lower() in (".nc", ".nc4", ".h5") else _read_csv(path)


def _read_csv(path: Path) -> Weather:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            sample = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=";" if sample.count(";") > sample.count(",") else ",")
            header = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = header
            _check_columns(path, header)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error):
        raise WeatherError(f"The weather file {path.name} is not a text table.", _COLUMNS_HINT) from None
    if not rows:
        raise WeatherError(f"The weather file {path.name} has a header but no rows.", _COLUMNS_HINT)
    dates = [_date(path, line, row.get("date")) for line, row in enumerate(rows, 2)]

    def column(name: str) -> np.ndarray:
        if name not in header:
            return np.full(len(rows), np.nan)
        return np.array([_number(path, name, line, row.get(name)) for line, row in enumerate(rows, 2)])

    return _weather(path, dates, column("tair_degC"), column("ssrd_w_m2"), column("vpd_kpa"))


def _check_columns(path: Path, header: list[str]) -> None:
    for name in ("date", "tair_degC", "ssrd_w_m2"):
        if name not in header:
            raise WeatherError(f"The weather file {path.name} has no column {name}.", _COLUMNS_HINT)
        if header.count(name) > 1:
            raise WeatherError(f"The weather file {path.name} has the column {name} twice.", _COLUMNS_HINT)


def _date(path: Path, line: int, text: str | None) -> date:
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        raise WeatherError(
            f"The weather file {path.name} has no date in column date, line {line}: {text!r}.",
            "Write dates as 2019-05-01.",
        ) from None


def _number(path: Path, name: str, line: int, text: str | None) -> float:
    plain = (text or "").strip()
    if plain.lower() in _MISSING:
        return float("nan")
    try:
        return float(plain)
    except ValueError:
        raise WeatherError(
            f"The weather file {path.name} has no number in column {name}, line {line}: {text!r}.",
            "Leave the cell empty where the value is not known; use a point for decimals.",
        ) from None


def _read_netcdf(path: Path) -> Weather:
    import h5py

    wanted = ("temperature_mean", "solar_radiation_flux", "timestamp")
    try:
        with h5py.File(path, "r") as file:
            for name in wanted:
                if name not in file:
                    raise WeatherError(
                        f"The weather file {path.name} has no variable {name}.",
                        "AgERA5 files hold temperature_mean (K), solar_radiation_flux (J m-2 d-1) and timestamp.",
                    )
            units = _text(file["timestamp"].attrs.get("units", ""))
            days = np.asarray(file["timestamp"][...])
            tair = _series(path, file, "temperature_mean", "K") - 273.15
            ssrd = j_per_day_to_w(_series(path, file, "solar_radiation_flux", "J m-2 d-1"))
            vpd = np.full(len(days), np.nan)
            if "vapour_pressure" in file:
                vapour_kpa = _series(path, file, "vapour_pressure", "hPa") / 10.0
                vpd = np.maximum(_saturation(path, file, tair) - vapour_kpa, 0.0)
    except OSError:
        raise WeatherError(f"The weather file {path.name} is not a netCDF-4 file.", _COLUMNS_HINT) from None
    try:
        unit, since = units.split(" since ")
        start = date.fromisoformat(since.strip()[:10])
        if unit != "days":
            raise ValueError
    except ValueError:
        raise WeatherError(
            f"The weather file {path.name} has a timestamp in {units!r}.", "It must count 'days since' a date."
        ) from None
    dates = [start + timedelta(days=int(day)) for day in days]
    return _weather(path, dates, tair, np.asarray(ssrd), vpd)


def _saturation(path: Path, file: object, tair: np.ndarray) -> np.ndarray:
    """Mean saturation pressure of a day in kPa: of its extremes where known (FAO-56 equation 12), else of its mean."""
    extremes = ("temperature_max", "temperature_min")
    if not all(name in file for name in extremes):  # type: ignore[operator]
        return saturation_vapour_pressure(tair)
    return np.mean([saturation_vapour_pressure(_series(path, file, name, "K") - 273.15) for name in extremes], axis=0)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _series(path: Path, file: object, name: str, unit: str) -> np.ndarray:
    """One variable (T,) as float64, the mean over its places, nodata as NaN."""
    variable = file[name]  # type: ignore[index]
    found = _text(variable.attrs.get("units", unit))
    if found != unit:
        raise WeatherError(f"The weather file {path.name} gives {name} in {found!r}, not in {unit!r}.", "Convert it.")
    values = np.asarray(variable[...], float)
    for attribute in ("nodata", "_FillValue"):
        for nodata in np.atleast_1d(variable.attrs.get(attribute, [])):
            values[values == float(nodata)] = np.nan
    values = values.reshape(values.shape[0], -1)
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)


def _weather(path: Path, dates: list[date], tair: np.ndarray, ssrd: np.ndarray, vpd: np.ndarray) -> Weather:
    for name, values in (("tair_degC", tair), ("ssrd_w_m2", ssrd), ("vpd_kpa", vpd)):
        low, high = _PLAUSIBLE[name]
        wrong = np.flatnonzero(np.isfinite(values) & ((values < low) | (values > high)))
        if wrong.size:
            raise WeatherError(
                f"The weather file {path.name} has {name} = {values[wrong[0]]:g} on {dates[wrong[0]]}: that cannot be.",
                _UNIT_HINT[name],
            )
    order = np.argsort(np.array(dates, "datetime64[D]"), kind="stable")
    ordered = [dates[index] for index in order]
    twice = [day for day, after in zip(ordered, ordered[1:], strict=False) if day == after]
    if twice:
        raise WeatherError(f"The weather file {path.name} has the date {twice[0]} twice.", "Give each day once.")
    if not (np.isfinite(tair).any() or np.isfinite(ssrd).any()):
        raise WeatherError(f"The weather file {path.name} has no temperature and no radiation.", _COLUMNS_HINT)
    return Weather(tuple(ordered), tair[order], ssrd[order], vpd[order], f"the weather file {path.name}")


@lru_cache(maxsize=4)
def _climatology(weights_dir: Path | None) -> RadiationClimatology:
    from .model.gpp import load_radiation_climatology

    return load_radiation_climatology(weights_dir)


def all_sky_ssrd(
    lat: float, dates: Iterable[date] | np.ndarray, lon: float | None = None, weights_dir: Path | None = None
) -> np.ndarray:
    """Downwelling radiation (D,) of an average sky in W m-2 (daily mean) at a place in degrees.

    The climatology ships in gpp.safetensors. Without ``lon`` it knows the latitude only and is
    less exact (docs/model-card).
    """
    return _climatology(weights_dir).ssrd(lat, lon, dates)

"""Weather from a CSV file: columns by their usual names, units from the name, hours or days."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date, datetime, timezone
from pathlib import Path

import numpy as np

from ..physics.radiation import PAR_SHARE
from . import daily, units
from .series import Place, Weather, WeatherError, checked

_HINT = "Columns: date (2019-05-01), tair_degC, ssrd_w_m2 and, where known, vpd_kpa."
_MISSING = {"", "nan", "na", "null", "none", "-9999", "-9999.0"}
_DATE_NAMES = ("date", "time", "datetime", "timestamp", "valid_time")
#: Names of a quantity, without their unit.
_NAMES = {
    "tair": ("tair", "t2m", "tmean", "tavg", "ta", "tas", "temp", "temperature", "air_temperature", "temperature_mean",
             "2m_temperature", "temperature_2m", "temperature_2m_mean"),
    "tmin": ("tmin", "tn", "tasmin", "temperature_min", "temperature_2m_min", "t2m_min"),
    "tmax": ("tmax", "tx", "tasmax", "temperature_max", "temperature_2m_max", "t2m_max"),
    "ssrd": ("ssrd", "sw_in", "swin", "rsds", "rg", "srad", "shortwave", "radiation", "global_radiation",
             "solar_radiation", "solar_radiation_flux", "surface_solar_radiation_downwards", "shortwave_radiation_sum"),
    "par": ("par", "ppfd", "ppfd_in"),
    "vpd": ("vpd", "vapour_pressure_deficit", "vapor_pressure_deficit"),
    "dew": ("d2m", "dewpoint", "dew_point", "dewpoint_temperature", "2m_dewpoint_temperature", "dew_point_temperature"),
    "vapour": ("ea", "vp", "vapour_pressure", "vapor_pressure"),
    "humidity": ("rh", "relative_humidity", "humidity"),
}  # fmt: skip
_QUANTITY = {name: quantity for quantity, names in _NAMES.items() for name in names}
#: Units as they end a column's name: ``t2m_k``, ``ssrd_mj_m2_d``, ``vpd (hPa)``.
_UNIT_TAIL = re.compile(
    r"(?P<name>.+?)[\s_]*[\[(]\s*(?P<bracket>[^\])]+?)\s*[\])]$"
    r"|(?P<plain>.+?)_(?P<unit>degc|degf|celsius|kelvin|c|k|f|w_m2|wm2|w_m-2|mj_m2_d|mj_m2|j_m2_d|j_m2|kj_m2_d|kj_m2"
    r"|kwh_m2_d|umol_m2_s|kpa|hpa|pa|mbar|percent)$"
)


def read_table(path: Path, place: Place | None) -> Weather:
    """Daily weather of a CSV file (comma or semicolon). Raises :class:`WeatherError`, see :func:`.read_weather`."""
    header, rows = _rows(path)
    columns = _columns(path, header)
    if not rows:
        raise WeatherError(f"The weather file {path.name} has a header but no rows.", _HINT)
    clock = columns.pop("date")[0]
    times = [_time(path, clock, line, row.get(clock)) for line, row in enumerate(rows, 2)]
    remarks: list[str] = []
    values = {
        quantity: _in_our_unit(path, quantity, column, unit, _numbers(path, column, rows), remarks)
        for quantity, (column, unit) in columns.items()
    }
    days, values = _by_day(path, times, values)
    tair = values.get("tair")
    if tair is None:
        tair = (values["tmin"] + values["tmax"]) / 2
        remarks.append(f"{path.name}: the mean temperature is taken as the mean of the day's least and greatest.")
    ssrd = values.get("ssrd")
    if ssrd is None:
        ssrd = values["par"] / PAR_SHARE
        remarks.append(f"{path.name}: radiation is photosynthetically active radiation divided by {PAR_SHARE}.")
    return checked(path.name, days, tair, ssrd, _deficit(values, tair), place, remarks=remarks)


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=";" if first.count(";") > first.count(",") else ",")
            header = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = header
            return header, list(reader)
    except (OSError, UnicodeDecodeError, csv.Error):
        raise WeatherError(f"The weather file {path.name} is not a text table.", _HINT) from None


def _columns(path: Path, header: list[str]) -> dict[str, tuple[str, str]]:
    """Quantity -> (column, unit as written or ""), the first of several names of a quantity."""
    found: dict[str, tuple[str, str]] = {}
    for column in header:
        name = column.lower().replace(" ", "_")
        match = _UNIT_TAIL.match(name)
        unit = ""
        if match:
            name, unit = (match["name"] or match["plain"]).strip("_"), match["bracket"] or match["unit"]
        quantity = "date" if name in _DATE_NAMES else _QUANTITY.get(name)
        if quantity is None:
            continue
        if header.count(column) > 1:
            raise WeatherError(f"The weather file {path.name} has the column {column} twice.", _HINT)
        found.setdefault(quantity, (column, unit))
    if "date" not in found:
        raise WeatherError(f"The weather file {path.name} has no column date.", _HINT)
    if "tair" not in found and not {"tmin", "tmax"} <= found.keys():
        raise WeatherError(f"The weather file {path.name} has no column tair_degC.", _HINT)
    if "ssrd" not in found and "par" not in found:
        raise WeatherError(f"The weather file {path.name} has no column ssrd_w_m2.", _HINT)
    return found


def _numbers(path: Path, column: str, rows: list[dict[str, str]]) -> np.ndarray:
    return np.array([_number(path, column, line, row.get(column)) for line, row in enumerate(rows, 2)])


def _number(path: Path, column: str, line: int, text: str | None) -> float:
    plain = (text or "").strip()
    if plain.lower() in _MISSING:
        return float("nan")
    try:
        return float(plain)
    except ValueError:
        raise WeatherError(
            f"The weather file {path.name} has no number in column {column}, line {line}: {text!r}.",
            "Leave the cell empty where the value is not known; use a point for decimals.",
        ) from None


def _time(path: Path, column: str, line: int, text: str | None) -> datetime:
    plain = (text or "").strip()
    try:
        stamp = datetime.fromisoformat(plain)
    except ValueError:
        raise WeatherError(
            f"The weather file {path.name} has no date in column {column}, line {line}: {text!r}.",
            "Write dates as 2019-05-01, or times as 2019-05-01T13:00 (UTC).",
        ) from None
    return stamp.astimezone(timezone.utc).replace(tzinfo=None) if stamp.tzinfo else stamp


def _in_our_unit(
    path: Path, quantity: str, column: str, unit: str, values: np.ndarray, remarks: list[str]
) -> np.ndarray:
    """degC, W m-2, kPa or percent."""
    if not unit and quantity != "humidity":
        unit = _guess(path, quantity, column, values)
        remarks.append(f"{path.name}: {column} names no unit and is read as {unit}.")
    convert: Callable[[np.ndarray, str], np.ndarray]
    if quantity in ("tair", "tmin", "tmax", "dew"):
        convert = units.to_degc
    elif quantity in ("ssrd", "par"):
        # An energy without a time is a day's sum here: rows of hours carry a mean flux.
        unit, convert = (unit + "/d" if units.is_accumulated(unit) else unit), units.to_w_m2
    elif quantity in ("vpd", "vapour"):
        convert = units.to_kpa
    else:
        return values
    try:
        return convert(values, unit)
    except KeyError:
        hint = "Write the unit into the column's name: tair_degC, t2m_k, ssrd_w_m2, ssrd_mj_m2_d, vpd_kpa, vpd_hpa."
        raise WeatherError(
            f"The weather file {path.name} gives {column} in {unit!r}, which is no unit of it.", hint
        ) from None


def _guess(path: Path, quantity: str, column: str, values: np.ndarray) -> str:
    """The unit of a column that names none, where its size leaves no doubt."""
    known = values[np.isfinite(values)]
    largest = float(known.max()) if known.size else 0.0
    if quantity in ("tair", "tmin", "tmax", "dew"):
        return "K" if known.size and float(known.min()) > 150 else "degC"
    if quantity == "ssrd" and largest > 1e5:
        return "J m-2 d-1"
    if quantity == "ssrd" and 50 < largest < 1500:
        return "W m-2"
    raise WeatherError(
        f"The weather file {path.name} does not say in which unit {column} is.",
        "Write it into the column's name: ssrd_w_m2, ssrd_mj_m2_d, ssrd_j_m2, par_umol_m2_s, vpd_kpa, vpd_hpa.",
    )


def _by_day(
    path: Path, times: list[datetime], values: dict[str, np.ndarray]
) -> tuple[list[date], dict[str, np.ndarray]]:
    stamps = np.array(times, "datetime64[s]")
    order = np.argsort(stamps, kind="stable")
    stamps = stamps[order]
    if len(stamps) > 1 and (stamps[1:] == stamps[:-1]).any():
        again = stamps[1:][stamps[1:] == stamps[:-1]][0].item()
        said = again.date() if (stamps.astype("datetime64[D]") == stamps).all() else again
        raise WeatherError(f"The weather file {path.name} has the date {said} twice.", "Give each time once.")
    if daily.is_daily(stamps):
        return [time.date() for time in stamps.tolist()], {name: v[order] for name, v in values.items()}
    days: list[date] = []
    means = {}
    for name, v in values.items():
        days, means[name] = daily.daily_mean(stamps, v[order])
    if "tmin" not in means and "tair" in values:
        means["tmin"], means["tmax"] = daily.daily_extremes(stamps, values["tair"][order])
    return days, means


def _deficit(values: dict[str, np.ndarray], tair: np.ndarray) -> np.ndarray:
    """Vapour pressure deficit in kPa (D,): as given, else from dew point, vapour pressure or humidity; NaN without."""
    if "vpd" in values:
        return values["vpd"]
    saturation = units.mean_saturation(tair, values.get("tmin"), values.get("tmax"))
    if "dew" in values:
        vapour = units.saturation_vapour_pressure(values["dew"])
    elif "vapour" in values:
        vapour = values["vapour"]
    elif "humidity" in values:
        vapour = saturation * np.clip(values["humidity"], 0, 100) / 100
    else:
        return np.full(len(tair), np.nan)
    return np.maximum(saturation - vapour, 0.0)

"""Units of weather: what files write, and what the engine computes with."""

from __future__ import annotations

import re

import numpy as np

from ..physics.radiation import SECONDS_A_DAY

#: Photons per joule of photosynthetically active radiation: 4.57 umol J-1 (McCree 1972, Agric. Meteorol. 10, 443).
_UMOL_PER_J = 4.57

#: Factor to W m-2. "j/m2" alone is an accumulation: over what, the time axis says.
_RADIATION = {
    "w/m2": 1.0,
    "j/m2/d": 1 / SECONDS_A_DAY,
    "kj/m2/d": 1e3 / SECONDS_A_DAY,
    "mj/m2/d": 1e6 / SECONDS_A_DAY,
    "kwh/m2/d": 3.6e6 / SECONDS_A_DAY,
    "wh/m2/d": 3.6e3 / SECONDS_A_DAY,
    "umol/m2/s": 1 / _UMOL_PER_J,
}
_ACCUMULATED = {"j/m2": 1.0, "kj/m2": 1e3, "mj/m2": 1e6}
_PRESSURE_KPA = {"kpa": 1.0, "hpa": 0.1, "mbar": 0.1, "mb": 0.1, "pa": 0.001}
_CELSIUS = ("degc", "c", "celsius", "degreescelsius", "degreecelsius", "degrees_c", "\N{DEGREE SIGN}c", "deg_c")
_KELVIN = ("k", "kelvin", "degk")
_FAHRENHEIT = ("degf", "f", "fahrenheit")


def plain(unit: str) -> str:
    """One spelling of many: ``J m**-2``, ``J m^-2``, ``j_m2`` all are ``j/m2``."""
    text = unit.strip().lower().replace("**", "").replace("^", "").replace("\N{MICRO SIGN}", "u")
    text = text.replace("\N{GREEK SMALL LETTER MU}", "u").replace("day", "d").replace("\N{SUPERSCRIPT TWO}", "2")
    text = re.sub(r"[\s_.*]+", " ", text)
    text = re.sub(r"\s*/\s*", "/", text)
    text = re.sub(r" ?\b(m|d|s)-(\d)", lambda m: f"/{m[1]}{m[2] if m[2] != '1' else ''}", text)
    text = re.sub(r" (m2|d|s)\b", r"/\1", text)
    return re.sub(r"\bwm2\b", "w/m2", text.replace(" ", ""))


def is_accumulated(unit: str) -> bool:
    """Whether radiation in ``unit`` is an energy that built up over a step, not a rate."""
    return plain(unit) in _ACCUMULATED


def to_joule(values: np.ndarray, unit: str) -> np.ndarray:
    """Accumulated energy in J m-2. Raises ``KeyError`` for another unit."""
    return np.asarray(values * _ACCUMULATED[plain(unit)])


def to_w_m2(values: np.ndarray, unit: str) -> np.ndarray:
    """A rate of radiation in W m-2. Raises ``KeyError`` for a unit that is none."""
    return np.asarray(values * _RADIATION[plain(unit)])


def to_degc(values: np.ndarray, unit: str) -> np.ndarray:
    """Temperature in degC. Raises ``KeyError`` for a unit that is none."""
    name = plain(unit)
    if name in _CELSIUS:
        return np.asarray(values)
    if name in _KELVIN:
        return np.asarray(values - 273.15)
    if name in _FAHRENHEIT:
        return np.asarray((values - 32.0) / 1.8)
    raise KeyError(unit)


def to_kpa(values: np.ndarray, unit: str) -> np.ndarray:
    """Pressure in kPa. Raises ``KeyError`` for a unit that is none."""
    return np.asarray(values * _PRESSURE_KPA[plain(unit)])


def saturation_vapour_pressure(tair_degc: np.ndarray) -> np.ndarray:
    """Saturation vapour pressure in kPa at the temperature in degC (Tetens; FAO-56 equation 11)."""
    with np.errstate(invalid="ignore"):  # infinite values are refused later, with their date
        return np.asarray(0.6108 * np.exp(17.27 * tair_degc / (tair_degc + 237.3)))


def mean_saturation(tair: np.ndarray, tmin: np.ndarray | None, tmax: np.ndarray | None) -> np.ndarray:
    """Mean saturation pressure of a day in kPa: of its extremes where known (FAO-56 equation 12), else of its mean."""
    if tmin is None or tmax is None:
        return saturation_vapour_pressure(tair)
    both = (saturation_vapour_pressure(tmin) + saturation_vapour_pressure(tmax)) / 2
    return np.where(np.isfinite(both), both, saturation_vapour_pressure(tair))

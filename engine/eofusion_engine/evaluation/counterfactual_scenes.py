"""Simulated scenes in pairs: as they are, and with snow laid on them or with less rain; the truth of both is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

import numpy as np

from ..bands import S2_BANDS, SCL_UNCLEAR
from ..cube import S1_RANGE_DB, CubeWindow
from ..inference.tiles import HALO
from ..masks import grow
from ..products.grid import TOKEN_PIXELS
from ..simulate.acquire import Simulation, _ten_bands
from ..simulate.presets import PRESETS, Preset, varied

Change = Literal["snow", "drought"]
#: Cells a side of a scene, and what is read around them.
CELLS = 2
#: Snow that is laid, mm of water; share of the rain that falls in the drought.
SNOW_MM, RAIN_SHARE = 40.0, 0.35
#: Months of the year (north) in which the pair is compared, by change.
SEASONS: dict[Change, tuple[tuple[int, int], tuple[int, int]]] = {
    "snow": ((3, 10), (5, 5)),
    "drought": ((5, 1), (9, 10)),
}
#: Days on which the arms are compared: every so many within the season.
EVERY = 12
_MARGIN_PX = 2
_RED, _NIR = S2_BANDS.index("B04"), S2_BANDS.index("B08")


@dataclass(frozen=True)
class Pair:
    """One place and one change of it. ``dates`` D compared days; truths (D,) are means over the scene."""

    simulation: Simulation
    other: Simulation
    change: Change
    start: date
    end: date

    @property
    def dates(self) -> tuple[date, ...]:
        """Compared days."""
        return tuple(self.start + timedelta(days=i) for i in range(0, (self.end - self.start).days + 1, EVERY))

    @cached_property
    def window(self) -> CubeWindow:
        """What the satellites saw of the scene as it is, with the halo."""
        return seen_window(self.simulation)

    def truth(self, arm: Simulation) -> tuple[np.ndarray, np.ndarray]:
        """NDVI and GPP (D, H, W) of an arm, without the halo."""
        inner = (slice(HALO, -HALO), slice(HALO, -HALO))
        spectra = [arm.surface(day)[:, inner[0], inner[1]] for day in self.dates]
        ndvi = np.stack([(s[_NIR] - s[_RED]) / (s[_NIR] + s[_RED]) for s in spectra])
        return ndvi, np.stack([arm.gpp(day)[inner] for day in self.dates])

    @cached_property
    def amount(self) -> float:
        """How much is changed, in the edit's unit: share under snow, share of the rooted soil's water that is lost."""
        if self.change == "snow":
            return float(np.mean([self.other.snow(day).mean() for day in self.dates]))
        days = [(day - self.start_of(self.simulation)).days for day in self.dates]
        here, there = (arm.weather.deep_wetness[days].mean() for arm in (self.simulation, self.other))
        return float(np.clip(1 - there / max(here, 1e-3), 0, 1))

    @staticmethod
    def start_of(arm: Simulation) -> date:
        """First day of an arm's weather."""
        return arm.weather.dates[0]


def pair(seed: int, change: Change, name: str, year: int = 2021, cells: int = CELLS) -> Pair:
    """The pair of a seed at a place like the preset ``name``, ``cells`` a side. The arms share seed, land, clouds and
    air."""
    preset = varied(PRESETS[name], np.random.default_rng([seed, 89]))
    (m0, d0), (m1, d1) = SEASONS[change]
    start, end = date(year, m0, d0), date(year, m1, d1)
    first, last = start - timedelta(days=60), end + timedelta(days=40)
    size = cells * TOKEN_PIXELS + 2 * HALO
    here = Simulation(seed, preset, size, first, last)
    other = Simulation(seed, drier(preset) if change == "drought" else preset, size, first, last)
    if change == "snow":
        clear_ground(here, start, end)
        lay_snow(other, start, end)
    return Pair(here, other, change, start, end)


def drier(preset: Preset) -> Preset:
    """The place with less rain and all else alike: sun, air and clouds draw from the same random numbers."""
    return replace(preset, climate=replace(preset.climate, rain_mm=preset.climate.rain_mm * RAIN_SHARE))


def lay_snow(arm: Simulation, start: date, end: date) -> None:
    """Snow from ``start`` to ``end``, whatever the air is like."""
    _set_snow(arm, start, end, SNOW_MM)


def clear_ground(arm: Simulation, start: date, end: date) -> None:
    """No snow from ``start`` to ``end``."""
    _set_snow(arm, start, end, 0.0)


def _set_snow(arm: Simulation, start: date, end: date, mm: float) -> None:
    whole = arm._whole
    days = np.array([start <= day <= end for day in whole.dates])
    arm._whole = replace(whole, snow_mm=np.where(days, mm, whole.snow_mm))
    arm.weather = arm._whole.since(arm.start)


def seen_window(arm: Simulation) -> CubeWindow:
    """All acquisitions of a simulation as a cube window, clouds and their rims left out."""
    dates = arm.s2_dates
    s2 = np.empty((len(dates), 10, arm.size, arm.size), np.float32)
    clear = np.empty((len(dates), arm.size, arm.size), bool)
    snow = np.empty_like(clear)
    for index, day in enumerate(dates):
        view = arm.optical(day)
        scl = view.scl.repeat(2, 0).repeat(2, 1)
        clear[index] = ~(
            np.isin(scl, SCL_UNCLEAR) | grow(np.isin(scl, (3, 8, 9, 10)), _MARGIN_PX)[: arm.size, : arm.size]
        )
        snow[index] = clear[index] & (scl == 11)
        s2[index] = np.where(clear[index], _ten_bands(view), np.nan)
    keys = arm.s1_dates
    s1 = np.stack([np.clip(arm.radar(day, up).db, *S1_RANGE_DB) for day, up in keys])
    levels = ("RTC",) * len(keys)
    return CubeWindow(
        s2, clear, snow, tuple(dates), s1, tuple(d for d, _ in keys), np.array([u for _, u in keys]), levels
    )

"""One simulated place over a period: its truth day by day and what the two satellites see of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from typing import Any

import numpy as np
from rasterio import Affine

from ..physics.sun import day_angle, declination
from ..sources.resample import Frame, Window, bilinear, positions
from .clouds import classify, draw_sky, through_sky
from .landscape import FOREST, Landscape, simulate_landscape
from .noise import blur
from .phenology import KINDS, Canopy, canopy, efficiency
from .productivity import daily_gpp
from .radar import backscatter
from .spectra import ground_reflectance, scene_reflectance
from .weather import SimulatedWeather, season_day, simulate_weather

#: Indices of the 10 m bands and of the 20 m bands among the ten.
BANDS_10M, BANDS_20M = (0, 1, 2, 6), (3, 4, 5, 7, 8, 9)
S2_EVERY_DAYS, S1_EVERY_DAYS = 5, 6


@dataclass(frozen=True)
class Optical:
    """A Sentinel-2 acquisition: ``m10`` (4, H, W) and ``m20`` (6, H/2, W/2) reflectance, ``scl`` (H/2, W/2)."""

    time: datetime
    m10: np.ndarray
    m20: np.ndarray
    scl: np.ndarray


@dataclass(frozen=True)
class Radar:
    """A Sentinel-1 acquisition: ``db`` (2, H, W)."""

    time: datetime
    ascending: bool
    db: np.ndarray


class Simulation:
    """A landscape, its weather and its plants. Every acquisition has its own random stream, so each can be
    made alone and in any order."""

    def __init__(self, seed: int, lat: float, lon: float, size_px: int, start: date, end: date) -> None:
        if size_px % 2 or size_px < 16:
            raise ValueError("size_px must be even and at least 16")
        if end < start:
            raise ValueError("the end lies before the start")
        self.seed, self.lat, self.lon, self.size, self.start, self.end = seed, lat, lon, size_px, start, end
        self.land: Landscape = simulate_landscape(seed, lat, lon, size_px)
        self.weather: SimulatedWeather = simulate_weather(seed, lat, start, end)
        days = season_day(lat, self.weather.dates)
        self._canopy: Canopy = canopy(self.land.units, days, self.weather.delay_days, self.weather.wetness)

    @property
    def s2_dates(self) -> list[date]:
        """Days of Sentinel-2 acquisitions."""
        return self._every(S2_EVERY_DAYS, self.seed % S2_EVERY_DAYS)

    @property
    def s1_dates(self) -> list[tuple[date, bool]]:
        """Days of Sentinel-1 acquisitions with their direction, alternating."""
        days = self._every(S1_EVERY_DAYS, self.seed % S1_EVERY_DAYS)
        return [(day, i % 2 == 0) for i, day in enumerate(days)]

    def _every(self, step: int, first: int) -> list[date]:
        return [self.start + timedelta(days=i) for i in range(first, (self.end - self.start).days + 1, step)]

    def _day(self, day: date) -> int:
        return (day - self.start).days

    def _rng(self, stream: int, day: date) -> np.random.Generator:
        return np.random.default_rng([self.seed, stream, day.toordinal()])

    def _overpass(self, day: date, hour: int, minute: int) -> datetime:
        """UTC of an overpass that comes at ``hour``:``minute`` UTC at 10 degrees east, never on another day."""
        east = min(max((self.lon - 10) / 15, -5.0), 5.0)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone.utc) - timedelta(hours=east)

    @cached_property
    def _kind(self) -> np.ndarray:
        return np.asarray(self.land.units.kind[self.land.unit])

    def leaf_area(self, day: date) -> np.ndarray:
        """(H, W) green leaf area of the vegetated part of each pixel, m2 m-2."""
        return (self._canopy.leaf_area[self._day(day)][self.land.unit] * self.land.vigour).astype(np.float32)

    def snow(self, day: date) -> np.ndarray:
        """(H, W) share of the pixel that is seen as snow: less under conifers."""
        under_trees = np.where(self._kind == 8, 0.35, np.where(self._kind == 7, 0.6, 1.0))
        return (self.weather.snow[self._day(day)] * under_trees).astype(np.float32)

    def surface(self, day: date) -> np.ndarray:
        """(10, H, W) true surface reflectance, before clouds and noise."""
        i, land = self._day(day), self.land
        ground = ground_reflectance(
            self.leaf_area(day),
            self._canopy.dry[i][land.unit],
            self._canopy.stubble[i][land.unit],
            self._canopy.flowers[i][land.unit],
            np.array([k.leaf for k in KINDS])[self._kind],
            land.cover == FOREST,
            land.soil,
            float(self.weather.wetness[i]),
        )
        turbidity = 0.3 + 0.5 * float(self.weather.wetness[i])
        snow = self.snow(day)
        whole = scene_reflectance(ground, land.vegetated, land.built, land.water, land.built_kind, snow, turbidity)
        return blur(whole * land.texture, 0.55)

    def optical(self, day: date) -> Optical:
        """What Sentinel-2 sees on ``day``."""
        rng = self._rng(3, day)
        elevation = 90 - abs(self.lat - float(np.degrees(declination(day_angle([day]))[0]))) - 4
        sky = draw_sky(rng, self.size, self._cloud_cover(rng, day), elevation)
        seen = through_sky(rng, self.surface(day), sky)
        # Calibration and atmospheric correction err by a few per cent a scene; sensors by a little a pixel.
        seen = seen * (1 + 0.015 * rng.standard_normal((10, 1, 1))) + 0.004 * rng.standard_normal((10, 1, 1)) * 0.5
        seen = seen + rng.standard_normal(seen.shape).astype(np.float32) * (0.0012 + 0.006 * np.maximum(seen, 0))
        scl = classify(rng, seen, sky, self.land.water, self.snow(day))
        halves = seen[list(BANDS_20M)].reshape(6, self.size // 2, 2, self.size // 2, 2).mean(axis=(2, 4))
        time = self._overpass(day, 10, 30)
        return Optical(time, seen[list(BANDS_10M)].astype(np.float32), halves.astype(np.float32), scl[::2, ::2])

    def _cloud_cover(self, rng: np.random.Generator, day: date) -> float:
        """Cloud cover over the scene: a small area is mostly either clear or covered."""
        daily = float(self.weather.cloud[self._day(day)])
        spread = 1 / (1 + np.exp(-(np.log(daily / (1 - daily + 1e-6) + 1e-6) * 1.9 - 0.9 + rng.normal(0, 0.8))))
        return 0.0 if spread < 0.12 else min(float(spread) * 1.05, 1.0)

    def radar(self, day: date, ascending: bool) -> Radar:
        """What Sentinel-1 sees on ``day``."""
        i, land = self._day(day), self.land
        rng = self._rng(4, day)
        canopy_db = np.array([[k.volume_vv, k.volume_vh] for k in KINDS], np.float32)[self._kind]
        relief = land.relief[0] + 0.4 if ascending else land.relief[1]
        frozen = max(float(self.weather.snow[i]), float(np.clip(-self.weather.tair_degc[i] / 2, 0, 1)))
        # Dry plants still scatter a little; leaves and stalks hold the rest.
        biomass = self.leaf_area(day) + 0.8 * self._canopy.dry[i][land.unit] + 1.2 * (land.cover == FOREST) * 2.5
        db = backscatter(
            rng,
            biomass,
            np.moveaxis(canopy_db, -1, 0),
            land.vegetated,
            land.built,
            land.water,
            land.texture,
            relief,
            float(self.weather.wetness[i]),
            frozen,
        )
        return Radar(self._overpass(day, *((17, 10) if ascending else (5, 25))), ascending, db)

    def gpp(self, day: date) -> np.ndarray:
        """(H, W) true GPP in g C m-2 d-1."""
        i, weather = self._day(day), self.weather
        return daily_gpp(
            self.leaf_area(day),
            efficiency(self._kind).astype(np.float32),
            self.land.vegetated,
            float(weather.tair_degc[i]),
            float(weather.ssrd_w_m2[i]),
            float(weather.vpd_kpa[i]),
            float(weather.wetness[i]),
            float(weather.snow[i]),
        )


def simulate_cube(seed: int, lat: float, lon: float, size_px: int, start: date, end: date) -> dict[str, Any]:
    """A simulated place as arrays, for training; no files are written.

    ``s2`` (T, 10, H, W) reflectance with clouds in it, ``scl`` (T, H, W) uint8, ``s2_dates`` (T); ``s1``
    (T1, 2, H, W) dB, ``s1_dates``, ``s1_ascending`` (T1,) bool; ``dates`` every day (D), ``tair_degc``,
    ``ssrd_w_m2``, ``vpd_kpa`` (D,); ``gpp`` (D, H, W) g C m-2 d-1 and ``s2_truth`` (T, 10, H, W) cloud-free
    reflectance; ``cover`` (H, W) land cover code. 20 m bands have gone through 20 m, as real ones have.
    """
    simulation = Simulation(seed, lat, lon, size_px, start, end)
    seen = [simulation.optical(day) for day in simulation.s2_dates]
    radar = [simulation.radar(day, rising) for day, rising in simulation.s1_dates]
    weather = simulation.weather
    shape = (size_px, size_px)
    return {
        "s2": np.stack([_ten_bands(o) for o in seen]) if seen else np.zeros((0, 10, *shape), np.float32),
        "s2_truth": np.stack([simulation.surface(d) for d in simulation.s2_dates])
        if seen
        else np.zeros((0, 10, *shape), np.float32),
        "scl": np.stack([o.scl.repeat(2, 0).repeat(2, 1) for o in seen]) if seen else np.zeros((0, *shape), np.uint8),
        "s2_dates": simulation.s2_dates,
        "s1": np.stack([r.db for r in radar]) if radar else np.zeros((0, 2, *shape), np.float32),
        "s1_dates": [day for day, _ in simulation.s1_dates],
        "s1_ascending": np.array([rising for _, rising in simulation.s1_dates], bool),
        "dates": list(weather.dates),
        "tair_degc": weather.tair_degc.astype(np.float32),
        "ssrd_w_m2": weather.ssrd_w_m2.astype(np.float32),
        "vpd_kpa": weather.vpd_kpa.astype(np.float32),
        "gpp": np.stack([simulation.gpp(day) for day in weather.dates]),
        "cover": simulation.land.cover,
    }


def _ten_bands(seen: Optical) -> np.ndarray:
    """(10, H, W) with the 20 m bands interpolated just as the cube reader does."""
    size = seen.m10.shape[1]
    coarse = Frame("EPSG:32632", Affine(20, 0, 0, 0, -20, 0), size // 2, size // 2)
    fine = Frame("EPSG:32632", Affine(10, 0, 0, 0, -10, 0), size, size)
    where = positions(coarse, fine, Window(0, 0, size, size))
    out = np.empty((10, size, size), np.float32)
    out[list(BANDS_10M)] = seen.m10
    for index, band in zip(BANDS_20M, seen.m20, strict=True):
        out[index] = bilinear(np.pad(band, 1, constant_values=np.nan), (-1, -1), where)
    return out

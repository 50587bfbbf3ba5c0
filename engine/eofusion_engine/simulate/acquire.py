"""One simulated place over a period: its truth day by day and what the two satellites see of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from rasterio import Affine

from ..sources.resample import Frame, Window, bilinear, positions
from ..weather.series import Weather
from .calibration import Variety
from .clouds import draw_sky, scene_cover, thinned, through_sky
from .kinds import Cover, of
from .landscape import FINE, Landscape, simulate_landscape
from .noise import block_mean, smooth_field
from .optics import plant_reflectance
from .phenology import NEVER, Canopy, canopy
from .presets import Preset, preset_at
from .productivity import daily_gpp
from .radar import speckle, unit_backscatter
from .sensor import (
    BANDS_10M,
    BANDS_20M,
    Sun,
    classify,
    illumination,
    pixel_noise,
    scene_error,
    spread,
    sun_at_overpass,
)
from .spectra import CanopyTable
from .surfaces import MATERIAL_DB, SNOW, WATER, materials, soil
from .weather import SimulatedWeather, simulate_weather

#: Below this sun the processors make no surface reflectance.
MAX_SUN_ZENITH = 76.0
_LEAF_STEPS = (0.6, 1.4)


@dataclass(frozen=True)
class Optical:
    """A Sentinel-2 acquisition: ``m10`` (4, H, W) and ``m20`` (6, H/2, W/2) reflectance, ``scl`` (H/2, W/2).

    ``cloud_cover`` true share of the scene under cloud; ``sun`` its position; ``orbit`` number of the pass.
    """

    time: datetime
    m10: np.ndarray
    m20: np.ndarray
    scl: np.ndarray
    cloud_cover: float
    sun: Sun
    orbit: int


@dataclass(frozen=True)
class Radar:
    """A Sentinel-1 acquisition: ``db`` (2, H, W) of gamma0, VV and VH."""

    time: datetime
    ascending: bool
    db: np.ndarray
    incidence_deg: float


class Simulation:
    """A landscape, its weather and its plants. Every acquisition has its own random stream, so each can be
    made alone and in any order."""

    def __init__(
        self, seed: int, preset: Preset, size_px: int, start: date, end: date, series: Weather | None = None
    ) -> None:
        """``size_px`` rows and columns of 10 m; ``series`` real weather to be driven by. Raises ValueError for a size
        that is odd or below 16, or an end before the start."""
        if size_px % 2 or size_px < 16:
            raise ValueError("size_px must be even and at least 16")
        if end < start:
            raise ValueError("the end lies before the start")
        self.seed, self.preset, self.size, self.start, self.end = seed, preset, size_px, start, end
        self.lat, self.lon = preset.lat, preset.lon
        self._whole = simulate_weather(seed, preset.climate, preset.lat, preset.elevation_m, start, end, series)
        self.weather: SimulatedWeather = self._whole.since(start)
        days = len(self._whole.dates)
        self.land: Landscape = simulate_landscape(seed, preset, size_px, self._whole.dates[0], days)
        self._first = days - len(self.weather.dates)
        self._canopy: Canopy = canopy(self.land.units, self._whole, preset.lat)
        self._table = CanopyTable.build(seed, self._canopy.kind[self._first :])
        wet = np.concatenate([np.zeros(len(self.land.units), bool), self.land.material == WATER])
        self._variety = Variety.draw(np.random.default_rng([seed, 13]), wet)

    @cached_property
    def s2_passes(self) -> list[tuple[date, int]]:
        """Days of Sentinel-2 acquisitions, with the number of the orbit that passes."""
        orbits = self.preset.orbits
        found = []
        for number, (day_of_cycle, _, _) in enumerate(orbits.s2_passes):
            first = (day_of_cycle + self.seed) % orbits.s2_cycle
            found += [(day, number) for day in self._every(orbits.s2_cycle, first)]
        return sorted((day, n) for day, n in found if self._sun(day).zenith < MAX_SUN_ZENITH)

    @property
    def s2_dates(self) -> list[date]:
        """Days of Sentinel-2 acquisitions."""
        return [day for day, _ in self.s2_passes]

    @property
    def s1_dates(self) -> list[tuple[date, bool]]:
        """Days of Sentinel-1 acquisitions with their direction (ascending or not)."""
        orbits = self.preset.orbits
        found = []
        for day_of_cycle, ascending, _ in orbits.s1_passes:
            first = (day_of_cycle + self.seed) % orbits.s1_cycle
            found += [(day, ascending) for day in self._every(orbits.s1_cycle, first)]
        return sorted(found)

    def _every(self, step: int, first: int) -> list[date]:
        return [self.start + timedelta(days=i) for i in range(first, (self.end - self.start).days + 1, step)]

    def _day(self, day: date) -> int:
        return (day - self._whole.dates[0]).days

    def _rng(self, stream: int, day: date) -> np.random.Generator:
        return np.random.default_rng([self.seed, stream, day.toordinal()])

    def _overpass(self, day: date, hour: int, minute: int) -> datetime:
        """UTC of an overpass that comes at ``hour``:``minute`` UTC at 10 degrees east, never on another day."""
        east = min(max((self.lon - 10) / 15, -5.0), 5.0)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone.utc) - timedelta(hours=east)

    def _sun(self, day: date) -> Sun:
        return sun_at_overpass(self.lat, day.timetuple().tm_yday)

    # ------------------------------------------------------------------ truth

    def struck_on(self) -> np.ndarray:
        """(H, W) days since the start on which the larger part of a pixel was felled or burnt, NaN where never."""
        units, surface = self.land.units.disturbed, self.land.surface
        fine = np.where(surface < len(units), units[np.minimum(surface, len(units) - 1)], NEVER)
        parts = fine.reshape(self.size, FINE, self.size, FINE).transpose(0, 2, 1, 3).reshape(self.size, self.size, -1)
        later = np.sort(parts, axis=2)[:, :, parts.shape[2] // 2]
        return np.where(later < NEVER, later - float(self._first), np.nan)

    def _mean(self, of_surface: np.ndarray, times_vigour: bool = False) -> np.ndarray:
        """(H, W) mean of a value per surface (S,) over the fine pixels of each 10 m pixel."""
        fine = of_surface.astype(np.float32)[self.land.surface]
        return block_mean(fine * self.land.vigour if times_vigour else fine, FINE)

    def _plants(self, values: np.ndarray) -> np.ndarray:
        """Values of units (U,) with zeros for the materials after them."""
        return np.concatenate([values, np.zeros(len(self.land.material))])

    @cached_property
    def water(self) -> np.ndarray:
        """(H, W) share of the pixel that is water."""
        return self._mean(np.concatenate([np.zeros(len(self.land.units)), self.land.material == WATER]))

    def leaf_area(self, day: date) -> np.ndarray:
        """(H, W) green leaf area per ground area, m2 m-2."""
        return self._mean(self._plants(self._canopy.green[self._day(day)]), times_vigour=True)

    @cached_property
    def _snow_seen(self) -> np.ndarray:
        """(H, W) how much of a pixel shows snow when all is covered, lakes left out."""
        units = self.land.units
        trees = np.clip(of(units.kind[-1], "standing") / 5, 0, 1) * (of(units.kind[-1], "cover") == Cover.FOREST)
        leaves = of(units.kind[-1], "low") / np.maximum(of(units.kind[-1], "high"), 0.1)
        hidden = trees * (0.50 + 0.50 * leaves)
        return self._mean(np.concatenate([1 - hidden, np.where(self.land.material == WATER, 0.0, 0.55)]))

    def snow(self, day: date) -> np.ndarray:
        """(H, W) share of the pixel that is seen as snow: less under trees, more where it lies long."""
        i = self._day(day)
        depth = self._whole.snow_mm[i] * np.clip(1 + (self.land.height - self.land.height.mean()) / 300, 0.3, 2)
        open_ground = np.clip(1.5 * (1 - np.exp(-depth / 7)) - 0.5 * (1 - self.land.drift), 0, 1)
        open_ground = np.where(depth < 0.3, 0, open_ground)
        frozen = float(np.clip((-1.5 - self._whole.tair_degc[max(0, i - 20) : i + 1].mean()) / 3, 0, 1))
        return np.asarray(open_ground * (self._snow_seen + frozen * self.water), np.float32)

    def surface(self, day: date) -> np.ndarray:
        """(10, H, W) true surface reflectance at 10 m under the sun of the overpass, before clouds and noise."""
        i, land, weather = self._day(day), self.land, self._whole
        sun = self._sun(day)
        wet = float(weather.wetness[i])
        state = self._canopy
        bare = soil(land.soil, land.redness, wet)
        at_sun = self._table.at(min(sun.zenith, 72.0))
        steps = [
            plant_reflectance(
                self._table, at_sun, sun.zenith, np.arange(len(land.units)), state.kind[i], state.green[i] * vigour,
                state.dead[i] * vigour, state.straw[i], state.flowers[i], state.char[i], bare,
            )
            for vigour in _LEAF_STEPS
        ]  # fmt: skip
        mineral = materials(land.brightness, land.material, self.preset.turbidity * (0.6 + 0.8 * wet), wet)
        when = day.toordinal(), sun.zenith
        low, high = (self._variety(np.concatenate([s, mineral]), *when).T.copy() for s in steps)
        share = (land.vigour - _LEAF_STEPS[0]) / (_LEAF_STEPS[1] - _LEAF_STEPS[0])
        whole = np.empty((10, self.size, self.size), np.float32)
        for band in range(10):
            fine = low[band][land.surface]
            fine += share * (high[band] - low[band])[land.surface]
            whole[band] = block_mean(fine * land.texture, FINE)
        whole *= illumination(land.slope, sun)
        snow = self.snow(day)
        if snow.any():
            age = float(np.clip(weather.tair_degc[i] / 10, 0, 0.3))
            whole += snow * (SNOW[:, None, None] * (1 - age) * illumination(land.slope, sun) - whole)
        return np.clip(whole, 0.0005, 1.2)

    def gpp(self, day: date) -> np.ndarray:
        """(H, W) true GPP in g C m-2 d-1."""
        i, weather = self._day(day), self._whole
        green, kind, height = self._canopy.green[i], self._canopy.kind[i], self.preset.elevation_m
        steps = [daily_gpp(green * vigour, kind, weather, i, height) for vigour in _LEAF_STEPS]
        low, high = (self._plants(s).astype(np.float32) for s in steps)
        share = (self.land.vigour - _LEAF_STEPS[0]) / (_LEAF_STEPS[1] - _LEAF_STEPS[0])
        fine = low[self.land.surface] + share * (high - low)[self.land.surface]
        return np.clip(block_mean(fine, FINE), 0, None)

    # ------------------------------------------------------------------ satellites

    def optical(self, day: date) -> Optical:
        """What Sentinel-2 sees on ``day``, by the first orbit that passes."""
        orbit = dict(reversed(self.s2_passes)).get(day, 0)
        rng = self._rng(3, day)
        sun = self._sun(day)
        _, view, azimuth = self.preset.orbits.s2_passes[orbit]
        sky = draw_sky(rng, self.size, scene_cover(rng, float(self._whole.cloud[self._day(day)])), *sun)
        error = scene_error(rng, view, azimuth)
        surface = self.surface(day) * error.gain[:, None, None] + error.offset[:, None, None]
        half = thinned(sky)
        m10 = through_sky(spread(surface[list(BANDS_10M)], 10), sky, BANDS_10M)
        m20 = through_sky(spread(block_mean(surface[list(BANDS_20M)], 2), 20), half, BANDS_20M)
        m10, m20 = pixel_noise(rng, m10), pixel_noise(rng, m20)
        dark = block_mean((illumination(self.land.slope, sun) < 0.62).astype(np.float32), 2)
        scl = classify(
            smooth_field(rng, (self.size // 2, self.size // 2), 8, 1.8), m20, block_mean(m10[0], 2),
            block_mean(m10[2], 2), half, block_mean(self.water, 2),
            block_mean(self.snow(day), 2), dark,
        )  # fmt: skip
        cloudy = float((sky.opacity > 0.1).mean())
        return Optical(self._overpass(day, 10, 30), m10, m20, scl, cloudy, sun, orbit)

    def radar(self, day: date, ascending: bool) -> Radar:
        """What Sentinel-1 sees on ``day``."""
        i, land = self._day(day), self.land
        rng = self._rng(4 if ascending else 6, day)
        incidence = next((a for _, up, a in self.preset.orbits.s1_passes if up == ascending), 39.0)
        frozen = float(np.clip(-self._whole.tair_degc[max(0, i - 2) : i + 1].mean() / 3, 0, 1))
        state = self._canopy
        felled = (land.units.disturbed <= i).astype(float)
        plants = unit_backscatter(
            state.kind[i], state.green[i], state.dead[i], state.rough[i], felled, self._row_db(ascending),
            incidence, float(self._whole.wetness[i]), frozen,
        )  # fmt: skip
        wind = np.array([rng.normal(0, 2.0), rng.normal(0, 1.2)])
        stones = MATERIAL_DB[land.material] + 10 * np.log10(land.brightness)[:, None] * 1.5
        stones = np.where((land.material == WATER)[:, None], stones + wind + 6.0 * frozen, stones)
        power = np.concatenate([plants, 10 ** (stones / 10)]).astype(np.float32).T
        fine = np.stack([p[land.surface] for p in power]) * land.texture**2
        whole = block_mean(fine, FINE)
        # Slopes that face the sensor (looking east when ascending, west when descending) are brighter.
        facing = land.slope[0] * (-1 if ascending else 1)
        whole = whole * np.clip(1 + 1.1 * facing, 0.4, 2.2)
        db = 10 * np.log10(np.maximum(speckle(rng, spread(whole, 10)), 1e-4))
        time = self._overpass(day, *((17, 10) if ascending else (5, 25)))
        return Radar(time, ascending, np.clip(db, -38, 15).astype(np.float32), incidence)

    @lru_cache(maxsize=2)  # noqa: B019 - two small arrays of one simulation
    def _row_db(self, ascending: bool) -> np.ndarray:
        """(U,) dB by which a unit differs from its kind: stones, and the angle of its rows to the beam."""
        rng = np.random.default_rng([self.seed, 7])
        own = rng.normal(0, 0.8, len(self.land.units))
        rows = rng.normal(0, 0.6, (2, len(self.land.units)))
        return np.asarray(own + rows[int(ascending)])


def simulate_cube(seed: int, lat: float, lon: float, size_px: int, start: date, end: date) -> dict[str, Any]:
    """A simulated place as arrays, for training; no files are written.

    ``s2`` (T, 10, H, W) reflectance with clouds in it, ``scl`` (T, H, W) uint8, ``s2_dates`` (T); ``s1``
    (T1, 2, H, W) dB, ``s1_dates``, ``s1_ascending`` (T1,) bool; ``dates`` every day (D), ``tair_degc``,
    ``ssrd_w_m2``, ``vpd_kpa`` (D,); ``gpp`` (D, H, W) g C m-2 d-1 and ``s2_truth`` (T, 10, H, W) cloud-free
    reflectance; ``cover`` (H, W) land cover code. 20 m bands have gone through 20 m, as real ones have.
    """
    simulation = Simulation(seed, preset_at(lat, lon), size_px, start, end)
    seen = [simulation.optical(day) for day in simulation.s2_dates]
    radar = [simulation.radar(day, rising) for day, rising in simulation.s1_dates]
    weather = simulation.weather
    shape = (size_px, size_px)
    truth = [simulation.surface(day) for day in simulation.s2_dates]
    return {
        "s2": np.stack([_ten_bands(o) for o in seen]) if seen else np.zeros((0, 10, *shape), np.float32),
        "s2_truth": np.stack(truth) if seen else np.zeros((0, 10, *shape), np.float32),
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

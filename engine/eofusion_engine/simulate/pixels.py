"""Series of single pixels, without their pictures: for training, many and quickly.

They come out of the same weather, plants, canopy table, sky and sensor as the scenes; only the land's geometry is
left out, and in its place a pixel is mixed with another now and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from ..physics.radar import speckle
from .calibration import Variety
from .clouds import Sky, scene_cover, through_sky
from .disturbance import disturb
from .kinds import INDEX, KINDS, Cover, of
from .optics import plant_reflectance
from .phenology import canopy, draw_units
from .presets import Preset
from .productivity import daily_gpp
from .radar import LOOKS, unit_backscatter
from .sensor import BANDS_10M, BANDS_20M, classify, pixel_noise, scene_error, sun_at_overpass
from .spectra import CanopyTable
from .surfaces import MATERIAL_DB, MATERIALS, SNOW, WATER, materials, soil, spectral_tilt
from .weather import simulate_weather

#: Below this sun the processors make no surface reflectance.
_MAX_SUN_ZENITH = 76.0
_TEN = tuple(range(10))
#: Share of pixels that see two covers.
_MIXED = 0.25
#: Relative noise of a pixel by band, beyond the instrument's: neighbours and relief seen from elsewhere each time.
_JITTER = np.array([0.010, 0.011, 0.013, 0.016, 0.009, 0.007, 0.009, 0.007, 0.014, 0.028], np.float32)
#: Of thin clouds and of shadows, what the classification does not find: the middle place, and its spread (log).
_MISSED, _MISSED_SPREAD = 0.10, 0.9
#: Share of scenes whose snow the classification takes for cloud.
_SNOW_AS_CLOUD = 0.85
_PANEL = MATERIALS.index("solar panels")


@dataclass(frozen=True)
class PixelSeries:
    """N pixels of one place.

    ``cover`` (N,) land cover code; ``kind`` (N,) index into KINDS of the last year, 255 where nothing grows. ``s2``
    (N, T, 10) reflectance as seen, clouds in it, with ``scl`` (N, T) and ``s2_truth`` (N, T, 10) without sky and
    noise; ``s1`` (N, T1, 2) dB. Daily: ``lai`` (N, D) m2 m-2, ``gpp`` (N, D) g C m-2 d-1, and ``tair_degc``,
    ``ssrd_w_m2``, ``vpd_kpa`` (D,).
    """

    lat: float
    lon: float
    cover: np.ndarray
    kind: np.ndarray
    s2_dates: tuple[date, ...]
    s2: np.ndarray
    scl: np.ndarray
    s2_truth: np.ndarray
    s1_dates: tuple[date, ...]
    s1_ascending: np.ndarray
    s1: np.ndarray
    dates: tuple[date, ...]
    lai: np.ndarray
    gpp: np.ndarray
    tair_degc: np.ndarray
    ssrd_w_m2: np.ndarray
    vpd_kpa: np.ndarray


def land_mix(preset: Preset) -> tuple[list[str], np.ndarray]:
    """What grows or lies in a place, and with what weight: names of KINDS and MATERIALS and their shares (sum 1)."""
    shares: dict[str, float] = {}

    def add(weights: dict[str, float], share: float) -> None:
        total = sum(weights.values())
        for name, weight in weights.items():
            shares[name] = shares.get(name, 0.0) + share * weight / total

    open_land = max(1 - preset.forest - preset.wetland - preset.village - 0.04, 0.1)
    tilled = open_land * preset.field_share * (1 - preset.pasture)
    add(dict(preset.stands), preset.forest)
    add(dict(preset.crops), tilled)
    add(dict(preset.grass), open_land - tilled)
    if preset.wetland:
        add({"bog": 0.85, "reed": 0.15}, preset.wetland)
    add({"lawn and gardens": 0.46, "tiles": 0.13, "grey roof": 0.13, "dark roof": 0.03, "bright roof": 0.05,
         "concrete": 0.06, "asphalt": 0.14}, preset.village)  # fmt: skip
    wet = 0.7 if preset.river_m > 0 or preset.lakes > 0 else 0.0
    add({"water": wet, "gravel": 0.2, "rock": 0.1}, 0.01 + 0.03 * wet / 0.7)
    return list(shares), np.array(list(shares.values())) / sum(shares.values())


@lru_cache(maxsize=8)
def _table(seed: int, names: tuple[str, ...]) -> CanopyTable:
    return CanopyTable.build(seed, np.array([INDEX[name] for name in names]))


def simulate_pixels(seed: int, preset: Preset, count: int, start: date, end: date, looks: float = LOOKS) -> PixelSeries:
    """Simulate ``count`` pixels of a place like ``preset`` from ``start`` to ``end``.

    The same arguments give the same series. One call is one place with one weather: call it with a few hundred pixels
    at a time, and many seeds (:func:`.presets.draw_place` varies the places). ``looks`` of the radar product: that of
    10 m pixels unless told, about 15 where it comes on 20 m.
    """
    rng = np.random.default_rng([seed, 11])
    whole = simulate_weather(seed, preset.climate, preset.lat, preset.elevation_m, start, end)
    first = (start - whole.dates[0]).days
    names, shares = land_mix(preset)
    drawn = rng.choice(len(names), count, p=shares)
    grows = np.array([name in INDEX for name in names])[drawn]
    kind = np.array([INDEX.get(name, INDEX["lawn and gardens"]) for name in names])[drawn]
    material = np.array([MATERIALS.index(n) if n in MATERIALS else 0 for n in names])[drawn]
    brightness = np.clip(np.exp(rng.normal(0.05, 0.25, count)), 0.45, 2.2).astype(np.float32)

    years = whole.dates[-1].year - whole.dates[0].year + 2
    weights = np.array(list(preset.crops.values()))
    units = draw_units(rng, kind, whole.dates[0].year, years, [INDEX[n] for n in preset.crops], weights)
    disturb(rng, preset, units, whole.dates[0], len(whole.dates))
    state = canopy(units, whole, preset.lat)
    vigour = np.clip(rng.normal(1, 0.2, count), 0.4, 1.5).astype(np.float32)
    green = state.green * vigour * grows
    dead = state.dead * vigour * grows
    plants = tuple(sorted({*preset.crops, *(n for n in names if n in INDEX), "lawn and gardens"}))
    table = _table(0, plants)

    other = rng.permutation(count)
    share = np.where(rng.random(count) < _MIXED, rng.uniform(0.05, 0.5, count), 0.0).astype(np.float32)[:, None]
    bright = np.clip(preset.soil_brightness * np.exp(rng.normal(0.08, 0.20, count)), 0.5, 2.2).astype(np.float32)
    red = np.clip(preset.soil_redness + 0.12 * rng.standard_normal(count), 0, 1).astype(np.float32)
    texture = np.clip(rng.normal(1, 0.05, count), 0.7, 1.3).astype(np.float32)[:, None]
    parks = np.where(rng.random(count) < preset.solar, rng.uniform(0.05, 0.4, count), 0.0).astype(np.float32)[:, None]
    tilt = spectral_tilt(rng, count)
    lies = rng.random(count)  # snow comes and goes in patches: which pixels keep it longest
    panels = tilt * materials(brightness, np.full(count, _PANEL), 0.0, 0.0)
    ground = _Ground.draw(rng, share[:, 0])
    trees = np.clip(of(kind, "standing") / 5, 0, 1) * (of(kind, "cover") == Cover.FOREST) * grows
    water = ~grows & (material == WATER)
    as_real = Variety.draw(rng, water)
    missed = min(_MISSED * float(np.exp(_MISSED_SPREAD * rng.standard_normal())), 0.6)

    passes = _passes(preset, seed, start, end)
    seen = np.empty((len(passes), 10, 1, count), np.float32)
    truth = np.empty((len(passes), count, 10), np.float32)
    scl = np.empty((len(passes), count), np.uint8)
    for t, (day, orbit) in enumerate(passes):
        i = (day - whole.dates[0]).days
        sun = sun_at_overpass(preset.lat, day.timetuple().tm_yday)
        wet = float(whole.wetness[i])
        surface = plant_reflectance(
            table, table.at(min(sun.zenith, 72.0)), sun.zenith, np.arange(count), state.kind[i], green[i], dead[i],
            state.straw[i], state.flowers[i], state.char[i], tilt * soil(bright, red, wet),
        )  # fmt: skip
        if not grows.all():
            lying = materials(brightness, material, preset.turbidity * (0.6 + 0.8 * wet), wet)
            surface[~grows] = (tilt * lying)[~grows]
        surface = surface * texture
        surface = surface + parks * (panels - surface)
        surface = as_real(surface, day.toordinal(), sun.zenith)
        snow = np.zeros(count, np.float32)
        if whole.snow_mm[i] > 0.3:
            patches = np.clip((float(whole.snow[i]) - lies) / 0.12 + 0.5, 0, 1)
            snow = (patches * (1 - 0.85 * trees) * ~water).astype(np.float32)
            surface = surface + snow[:, None] * (SNOW * np.float32(0.9) - surface)
        truth[t] = surface + share * (surface[other] - surface)
        surface = ground.hit(rng, surface, surface[other])
        _, view, azimuth = preset.orbits.s2_passes[orbit]
        error = scene_error(rng, view, azimuth)
        sky = _pixel_sky(rng, count, scene_cover(rng, float(whole.cloud[i])), sun.zenith)
        cube = through_sky((surface * error.gain + error.offset).T[:, None], sky, _TEN)
        cube = pixel_noise(rng, cube)
        seen[t] = cube
        slip = rng.standard_normal((1, count)).astype(np.float32)
        none = np.zeros((1, count), np.float32)
        scl[t] = classify(slip, cube[list(BANDS_20M)], cube[0], cube[2], sky, none + water, snow[None], none)[0]
        found = rng.random(count) >= missed
        scl[t] = np.where(found | ~np.isin(scl[t], (3, 8)), scl[t], 5)
        if snow.any() and rng.random() < _SNOW_AS_CLOUD:
            scl[t] = np.where(scl[t] == 11, 8, scl[t])

    radar_dates = _radar_passes(preset, seed, start, end)
    s1 = _radar(rng, preset, whole, state, green, dead, units.disturbed, grows, material, brightness, radar_dates)
    days = slice(first, None)
    every = np.arange(first, len(whole.dates))[:, None]
    gpp = daily_gpp(green[days], state.kind[days], whole, every, preset.elevation_m)
    mixed = share[:, 0]
    return PixelSeries(
        lat=preset.lat,
        lon=preset.lon,
        cover=_covers(kind, grows, material),
        kind=np.where(grows, kind, 255).astype(np.uint8),
        s2_dates=tuple(day for day, _ in passes),
        s2=np.moveaxis(seen[:, :, 0], (0, 1, 2), (1, 2, 0)),
        scl=scl.T,
        s2_truth=np.moveaxis(truth, 0, 1),
        s1_dates=tuple(day for day, _, _ in radar_dates),
        s1_ascending=np.array([up for _, up, _ in radar_dates], bool),
        s1=_mixed_db(s1, mixed, other, rng, looks),
        dates=whole.dates[first:],
        lai=_mix(green[days].T, mixed, other),
        gpp=_mix(gpp.T, mixed, other),
        tair_degc=whole.tair_degc[days],
        ssrd_w_m2=whole.ssrd_w_m2[days],
        vpd_kpa=whole.vpd_kpa[days],
    )


@dataclass(frozen=True)
class _Ground:
    """What N pixels' bands see of their surroundings: ``fine`` and ``coarse`` (N, 1) shares of the neighbour in the
    10 m and the 20 m bands, how much the ground's ``texture`` (N, 1) changes when a view is shifted a little, and
    ``apart`` (N, 1) the factor by which the 10 m pixel differs for good from the 20 m around it."""

    fine: np.ndarray
    coarse: np.ndarray
    texture: np.ndarray
    apart: np.ndarray

    @classmethod
    def draw(cls, rng: np.random.Generator, share: np.ndarray) -> _Ground:
        texture = 0.030 * np.exp(0.6 * rng.standard_normal(len(share)))
        coarse = np.clip(share + np.abs(rng.normal(0, 0.20, len(share))), 0, 0.75)
        apart = np.exp(rng.normal(-0.015, 0.055, len(share)))
        return cls(*(np.asarray(a, np.float32)[:, None] for a in (share, coarse, texture, apart)))

    def hit(self, rng: np.random.Generator, surface: np.ndarray, beside: np.ndarray) -> np.ndarray:
        """``surface`` (N, 10) with ``beside`` it, as one acquisition that lies a third of a pixel off sees it."""
        out = np.empty_like(surface)
        edge = self.fine > 0
        # Next to a border a small shift changes much; elsewhere the neighbours differ less.
        slips = rng.normal(0, 0.07, (2, len(surface), 1)).astype(np.float32) * (0.35 + 0.65 * edge)

        def noise() -> np.ndarray:
            return rng.standard_normal(edge.shape, dtype=np.float32)

        # Light and shade on rough ground change all bands alike, mostly little and now and then much.
        burst = np.exp(0.7 * noise() - 0.12)
        light = 1 + 1.2 * self.texture * noise() * burst
        own = (self.texture / 0.03) ** 0.8 * burst
        for bands, share, slip, much in (
            (BANDS_10M, self.fine, slips[0], 0.8), (BANDS_20M, self.coarse, slips[1], 0.4)
        ):  # fmt: skip
            seen = surface + (share + slip * burst) * (beside - surface)
            gain = (self.apart if bands is BANDS_10M else 1.0) * (1 + much * self.texture * noise())
            out[:, list(bands)] = (seen * gain)[:, list(bands)]
        out[:, 8:] *= 1 + 1.1 * self.texture * burst * noise()
        out *= light * (1 + own * _JITTER * rng.standard_normal(out.shape, dtype=np.float32))
        return np.maximum(out, 0.001)


def _covers(kind: np.ndarray, grows: np.ndarray, material: np.ndarray) -> np.ndarray:
    stone = np.array([Cover.WATER if m == "water" else Cover.ROAD if m in ("asphalt", "gravel") else
                      Cover.BARE if m in ("rock", "laterite", "sand") else Cover.TOWN for m in MATERIALS])  # fmt: skip
    return np.where(grows, np.array([k.cover for k in KINDS])[kind], stone[material]).astype(np.uint8)


def _passes(preset: Preset, seed: int, start: date, end: date) -> list[tuple[date, int]]:
    orbits, span = preset.orbits, (end - start).days + 1
    found = [
        (start + timedelta(days=i), number)
        for number, (of_cycle, _, _) in enumerate(orbits.s2_passes)
        for i in range((of_cycle + seed) % orbits.s2_cycle, span, orbits.s2_cycle)
    ]
    return sorted(
        (day, n) for day, n in found if sun_at_overpass(preset.lat, day.timetuple().tm_yday).zenith < _MAX_SUN_ZENITH
    )


def _radar_passes(preset: Preset, seed: int, start: date, end: date) -> list[tuple[date, bool, float]]:
    orbits, span = preset.orbits, (end - start).days + 1
    return sorted(
        (start + timedelta(days=i), ascending, incidence)
        for of_cycle, ascending, incidence in orbits.s1_passes
        for i in range((of_cycle + seed) % orbits.s1_cycle, span, orbits.s1_cycle)
    )


def _pixel_sky(rng: np.random.Generator, count: int, cover: float, sun_zenith_deg: float) -> Sky:
    """The sky over single pixels of a scene of which ``cover`` (0-1) is cloud."""
    shape = (1, count)
    # Clouds have few rims: most pixels below one see nothing of the ground.
    rim = rng.random(shape) < 0.08
    opacity = np.where(rim, rng.uniform(0.02, 0.45, shape), rng.uniform(0.65, 1.0, shape))
    opacity = opacity * (rng.random(shape) < cover)
    shaded = (rng.random(shape) < 0.45 * cover * (1 - cover) * 2) & (opacity < 0.2)
    soft = rng.random(shape) < 0.15
    shadow = np.where(soft, rng.uniform(0.1, 0.5, shape), rng.uniform(0.5, 1, shape)) * shaded
    veil = np.clip(rng.normal(0.1, 0.1, shape), 0, 0.6) * (rng.random() < 0.02 + 0.06 * cover)
    # Now and then the correction misses the haze of a whole scene.
    missed = float(rng.gamma(1.0, 0.03)) * (rng.random() < 0.15)
    # Under a low sun the correction takes away more than there is.
    level = float(rng.normal(0.0, 0.0038)) + float(rng.gamma(1.0, 0.003)) + missed
    level -= 0.009 * float(np.clip((sun_zenith_deg - 52) / 14, 0, 1))
    haze = level + 0.008 * cover * rng.random(shape) + 0.0018 * rng.standard_normal(shape)
    brightness = np.clip(rng.normal(1.0, 0.1, shape), 0.6, 1.3)
    return Sky(*(np.asarray(a, np.float32) for a in (opacity, brightness, veil, shadow, haze)))


def _radar(rng, preset, whole, state, green, dead, disturbed, grows, material, brightness, passes) -> np.ndarray:  # type: ignore[no-untyped-def]
    """(N, T1, 2) linear power without speckle."""
    count = len(material)
    own, rows = rng.normal(0, 0.8, count), rng.normal(0, 0.6, (2, count))
    stones = MATERIAL_DB[material] + 15 * np.log10(brightness)[:, None]
    out = np.empty((count, len(passes), 2), np.float32)
    for t, (day, ascending, incidence) in enumerate(passes):
        i = (day - whole.dates[0]).days
        frozen = float(np.clip(-whole.tair_degc[max(0, i - 2) : i + 1].mean() / 3, 0, 1))
        power = unit_backscatter(
            state.kind[i], green[i], dead[i], state.rough[i], (disturbed <= i).astype(float),
            own + rows[int(ascending)], incidence, float(whole.wetness[i]), frozen,
        )  # fmt: skip
        wind = np.array([rng.normal(0, 2.0), rng.normal(0, 1.2)])
        hard = np.where((material == WATER)[:, None], stones + wind + 6.0 * frozen, stones)
        out[:, t] = np.where(grows[:, None], power, 10 ** (hard / 10))
    return out


def _mix(values: np.ndarray, share: np.ndarray, other: np.ndarray) -> np.ndarray:
    part = share.reshape(-1, *([1] * (values.ndim - 1)))
    return np.asarray(values + part * (values[other] - values), np.float32)


def _mixed_db(
    power: np.ndarray, share: np.ndarray, other: np.ndarray, rng: np.random.Generator, looks: float
) -> np.ndarray:
    mixed = speckle(rng, _mix(power, share, other), looks)
    return np.clip(10 * np.log10(np.maximum(mixed, 1e-4)), -38, 15).astype(np.float32)

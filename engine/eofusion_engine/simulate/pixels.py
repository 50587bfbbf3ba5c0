"""Series of single pixels, without their pictures: for training, many and quickly.

They come out of the same weather, plants, canopy table, sky and sensor as the scenes; only the land's geometry is
left out, and in its place a pixel is mixed with another now and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from .clouds import Sky, scene_cover, through_sky
from .disturbance import disturb
from .kinds import INDEX, KINDS, Cover, of
from .optics import plant_reflectance
from .phenology import canopy, draw_units
from .presets import Preset
from .productivity import daily_gpp
from .radar import LOOKS, unit_backscatter
from .sensor import BANDS_20M, classify, pixel_noise, scene_error, sun_at_overpass
from .spectra import CanopyTable
from .surfaces import MATERIAL_DB, MATERIALS, SNOW, WATER, materials, soil
from .weather import simulate_weather

#: Below this sun the processors make no surface reflectance.
_MAX_SUN_ZENITH = 76.0
_TEN = tuple(range(10))
#: Share of pixels that see two covers.
_MIXED = 0.25


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
    add({"lawn and gardens": 0.5, "tiles": 0.15, "grey roof": 0.15, "asphalt": 0.2}, preset.village)
    add({"water": 0.7, "gravel": 0.2, "rock": 0.1}, 0.04)
    return list(shares), np.array(list(shares.values())) / sum(shares.values())


@lru_cache(maxsize=8)
def _table(seed: int, names: tuple[str, ...]) -> CanopyTable:
    return CanopyTable.build(seed, np.array([INDEX[name] for name in names]))


def simulate_pixels(seed: int, preset: Preset, count: int, start: date, end: date) -> PixelSeries:
    """Simulate ``count`` pixels of a place like ``preset`` from ``start`` to ``end``.

    The same arguments give the same series. One call is one place with one weather: call it with a few hundred pixels
    at a time, and many seeds (:func:`.presets.draw_place` varies the places).
    """
    rng = np.random.default_rng([seed, 11])
    whole = simulate_weather(seed, preset.climate, preset.lat, preset.elevation_m, start, end)
    first = (start - whole.dates[0]).days
    names, shares = land_mix(preset)
    drawn = rng.choice(len(names), count, p=shares)
    grows = np.array([name in INDEX for name in names])[drawn]
    kind = np.array([INDEX.get(name, INDEX["lawn and gardens"]) for name in names])[drawn]
    material = np.array([MATERIALS.index(n) if n in MATERIALS else 0 for n in names])[drawn]
    brightness = np.clip(np.exp(rng.normal(0, 0.16, count)), 0.6, 1.6).astype(np.float32)

    years = whole.dates[-1].year - whole.dates[0].year + 2
    weights = np.array(list(preset.crops.values()))
    units = draw_units(rng, kind, whole.dates[0].year, years, [INDEX[n] for n in preset.crops], weights)
    disturb(rng, preset, units, whole.dates[0], len(whole.dates))
    state = canopy(units, whole, preset.lat)
    vigour = np.clip(rng.normal(1, 0.12, count), 0.6, 1.4).astype(np.float32)
    green = state.green * vigour * grows
    dead = state.dead * vigour * grows
    plants = tuple(sorted({*preset.crops, *(n for n in names if n in INDEX), "lawn and gardens"}))
    table = _table(0, plants)

    other = rng.permutation(count)
    share = np.where(rng.random(count) < _MIXED, rng.uniform(0.05, 0.5, count), 0.0).astype(np.float32)[:, None]
    bright = np.clip(preset.soil_brightness * rng.normal(1, 0.15, count), 0.5, 1.6).astype(np.float32)
    red = np.clip(preset.soil_redness + 0.12 * rng.standard_normal(count), 0, 1).astype(np.float32)
    texture = np.clip(rng.normal(1, 0.05, count), 0.7, 1.3).astype(np.float32)[:, None]
    trees = np.clip(of(kind, "standing") / 5, 0, 1) * (of(kind, "cover") == Cover.FOREST) * grows
    water = ~grows & (material == WATER)

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
            state.straw[i], state.flowers[i], state.char[i], soil(bright, red, wet),
        )  # fmt: skip
        if not grows.all():
            surface[~grows] = materials(brightness, material, preset.turbidity * (0.6 + 0.8 * wet), wet)[~grows]
        surface = surface * texture
        snow = np.zeros(count, np.float32)
        if whole.snow_mm[i] > 0.3:
            snow = (float(whole.snow[i]) * (1 - 0.85 * trees) * ~water).astype(np.float32)
            surface = surface + snow[:, None] * (SNOW * np.float32(0.9) - surface)
        surface = surface + share * (surface[other] - surface)
        truth[t] = surface
        _, view, azimuth = preset.orbits.s2_passes[orbit]
        error = scene_error(rng, view, azimuth)
        sky = _pixel_sky(rng, count, scene_cover(rng, float(whole.cloud[i])))
        cube = through_sky((surface * error.gain + error.offset).T[:, None], sky, _TEN)
        cube = pixel_noise(rng, cube)
        seen[t] = cube
        slip = rng.standard_normal((1, count)).astype(np.float32)
        none = np.zeros((1, count), np.float32)
        scl[t] = classify(slip, cube[list(BANDS_20M)], cube[0], cube[2], sky, none + water, snow[None], none)[0]

    radar_dates = _radar_passes(preset, seed, start, end)
    s1 = _radar(rng, preset, whole, state, green, dead, units.disturbed, grows, material, brightness, radar_dates)
    days = slice(first, None)
    gpp = daily_gpp(green[days], state.kind[days], whole.since(start), np.arange(len(whole.dates) - first)[:, None])
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
        s1=_mixed_db(s1, mixed, other, rng),
        dates=whole.dates[first:],
        lai=_mix(green[days].T, mixed, other),
        gpp=_mix(gpp.T, mixed, other),
        tair_degc=whole.tair_degc[days],
        ssrd_w_m2=whole.ssrd_w_m2[days],
        vpd_kpa=whole.vpd_kpa[days],
    )


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


def _pixel_sky(rng: np.random.Generator, count: int, cover: float) -> Sky:
    """The sky over single pixels of a scene of which ``cover`` (0-1) is cloud."""
    shape = (1, count)
    depth = rng.gamma(1.2, 0.9, shape) * (rng.random(shape) < cover)
    opacity = 1 - np.exp(-(depth**1.2))
    shaded = (rng.random(shape) < 0.45 * cover * (1 - cover) * 2) & (opacity < 0.2)
    shadow = np.where(shaded, rng.uniform(0.2, 1, shape), 0.0)
    veil = np.clip(rng.normal(0.1, 0.1, shape), 0, 0.6) * (rng.random() < 0.06 + 0.3 * cover)
    level = float(rng.normal(0.0, 0.0055)) + float(rng.gamma(1.0, 0.007))
    haze = level + 0.02 * cover * rng.random(shape) + 0.0025 * rng.standard_normal(shape)
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


def _mixed_db(power: np.ndarray, share: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    mixed = _mix(power, share, other) * rng.gamma(LOOKS, 1 / LOOKS, power.shape).astype(np.float32)
    return np.clip(10 * np.log10(np.maximum(mixed, 1e-4)), -38, 15).astype(np.float32)

"""Real pixel series and simulated ones that were looked at in exactly the same way.

A simulated pixel takes over the days, the gaps and the rounding of the real pixel it is compared with, so that nobody
can tell the two apart by how they were sampled: only what was seen is left to differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ..bands import SCL_UNCLEAR
from ..model.temperature.climatology import Climatology
from ..simulate.climate import settled
from ..simulate.pixels import PixelSeries, simulate_pixels
from ..simulate.presets import Orbits, preset_at, varied
from ..simulate.radar import LOOKS
from ..training.places import Place
from .realism_features import ndvi
from .splits import cluster_by_distance

#: Pixels of each real place, and as many simulated ones, drawn once with a fixed seed.
PIXELS = 60
#: Simulated places (each with its own weather) that stand for one real place.
WORLDS = 3
#: Pixels of each simulated place, of which those are compared that are as green as the real ones.
WORLD_PIXELS = 150
#: Limits of the classes of the least and the greatest NDVI of the clear views (10th and 90th percentile). The land
#: cover of the real places is not known: these classes stand for it.
LEAST_NDVI = (0.15, 0.35, 0.55)
GREATEST_NDVI = (0.3, 0.5, 0.7)
#: Dates of which less is clear are dropped, as read_places does with the real ones.
CLEAR_SHARE = 0.2
#: A simulated view may lie this many days from the real one whose place it takes: it has clouds of its own.
NEAR_DAYS = 4
#: Views every other day from two orbits (zenith, azimuth from the sun in degrees) and radar every day, so that real
#: dates find one.
_OFTEN = Orbits(
    s2_cycle=4,
    s2_passes=((0, 4.0, 60.0), (2, 8.0, 120.0)),
    s1_cycle=1,
    s1_passes=((0, True, 38.5), (0, False, 41.0)),
)


@dataclass(frozen=True)
class Pair:
    """A real place and its simulated stand-in.

    ``real`` and ``simulated`` (N, T, 10) reflectance on ``days`` (T,) ordinals, NaN where the ground was not seen: in
    both at the same elements. ``real_s1`` and ``simulated_s1`` (N, T1, 2) dB on ``s1_days``, of direction
    ``s1_ascending``. ``cover`` (N,) simulated land cover.
    """

    name: str
    cluster: str
    held_out: bool
    lat: float
    days: np.ndarray
    real: np.ndarray
    simulated: np.ndarray
    s1_days: np.ndarray
    s1_ascending: np.ndarray
    real_s1: np.ndarray
    simulated_s1: np.ndarray
    cover: np.ndarray


def pairs(places: list[Place], climatology: Climatology, seed: int = 0) -> Iterator[Pair]:
    """Each of the real ``places`` with simulated pixels of its climate, in the same months.

    ``seed`` chooses the simulated worlds. Places within 25 km of each other share a cluster name.
    """
    labels = cluster_by_distance(np.array([p.lat for p in places]), np.array([p.lon for p in places]))
    for number, place in enumerate(places):
        cluster = min(p.name for p, label in zip(places, labels, strict=True) if label == labels[number])
        yield pair(place, cluster, climatology, seed + 1000 * number)


def pair(place: Place, cluster: str, climatology: Climatology, seed: int) -> Pair:
    """One real place and its stand-in, made of ``WORLDS`` simulated places from ``seed`` on."""
    rng = np.random.default_rng([seed, 41])
    real = _flat(place.reflectance())
    chosen = rng.permutation(np.flatnonzero(np.isfinite(real).any(axis=(1, 2))))[:PIXELS]
    real = real[chosen]
    real_s1 = _flat(place.backscatter())[chosen]
    start, end = _period(place)
    # WorldCereal's radar comes on 20 m.
    looks = 15.0 if place.name.startswith("worldcereal/") else LOOKS
    like = settled(preset_at(place.lat, place.lon), climatology)
    if place.name.startswith("openeo_pv/"):  # outlines of solar parks: panels over grass or on roofs
        like = replace(like, solar=0.4, pasture=0.7, village=0.25, forest=0.06, river_m=0.0, lakes=0.0)
    shares = np.array_split(np.arange(len(chosen)), WORLDS)
    orbits = _OFTEN if len(place.s1_days) else replace(_OFTEN, s1_passes=())
    # TreeSatAI's masks are not documented: there, what is bright in the blue is not taken for the ground (places.py).
    brightest = 0.1 if place.name.startswith("treesat/") else np.inf
    simulated, simulated_s1, cover = np.full_like(real, np.nan), np.full_like(real_s1, np.nan), []
    for world, mine in enumerate(shares):
        series = simulate_pixels(
            seed + world, replace(varied(like, rng), orbits=orbits), WORLD_PIXELS, start, end, looks=looks
        )
        picked = _as_green(rng, real[mine], place.s2_days, series)
        simulated[mine] = _in_place_of(real[mine], place.s2_days, series, picked, brightest)
        simulated_s1[mine] = _radar_on(place.s1_days, place.s1_ascending, series, picked)
        cover.append(series.cover[picked])
    # Some places lack bands, some dates have no clear simulated view: both then lack them.
    simulated, real = (np.where(np.isfinite(simulated) & np.isfinite(real), a, np.nan) for a in (simulated, real))
    simulated_s1 = np.where(np.isfinite(real_s1), simulated_s1, np.nan)
    return Pair(
        place.name, cluster, place.held_out, place.lat, place.s2_days, real, simulated, place.s1_days,
        place.s1_ascending, real_s1, simulated_s1, np.concatenate(cover),
    )  # fmt: skip


def _flat(cube: np.ndarray) -> np.ndarray:
    """(T, B, H, W) as (H W, T, B)."""
    return np.asarray(np.moveaxis(cube.reshape(*cube.shape[:2], cube.shape[2] * cube.shape[3]), 2, 0))


def _period(place: Place) -> tuple[date, date]:
    days = np.concatenate([place.s2_days, place.s1_days])
    return date.fromordinal(int(days.min()) - NEAR_DAYS), date.fromordinal(int(days.max()) + NEAR_DAYS)


def _as_green(rng: np.random.Generator, real: np.ndarray, days: np.ndarray, series: PixelSeries) -> np.ndarray:
    """(N,) simulated pixels, each once, of the classes of NDVI of the ``real`` ones (N, T, 10) or the nearest left."""
    at = np.array([d.toordinal() for d in series.s2_dates])
    seen = np.abs(at[:, None] - days).min(axis=1) <= NEAR_DAYS
    clear = ~np.isin(series.scl, SCL_UNCLEAR) & seen
    made = _greenness(np.where(clear[..., None], series.s2, np.nan))
    apart = np.abs(_greenness(real)[:, None] - made).sum(axis=2) + 0.5 * rng.random((len(real), len(made)))
    picked = np.zeros(len(real), int)
    for i in rng.permutation(len(real)):
        picked[i] = np.argmin(apart[i])
        apart[:, picked[i]] = np.inf
    return picked


def _greenness(series: np.ndarray) -> np.ndarray:
    """(N, 2) classes of the least and the greatest NDVI of (N, T, 10); 0 where the bands for it lack."""
    out = np.zeros((len(series), 2), int)
    green = ndvi(series)
    some = np.isfinite(green).any(axis=1)
    if some.any():
        least, greatest = np.nanpercentile(green[some], [10, 90], axis=1)
        out[some] = np.stack([np.digitize(least, LEAST_NDVI), np.digitize(greatest, GREATEST_NDVI)], axis=1)
    return out


def _in_place_of(
    real: np.ndarray, days: np.ndarray, series: PixelSeries, picked: np.ndarray, brightest: float
) -> np.ndarray:
    """(N, T, 10) simulated views, each the clear one nearest to a real view and taken once; NaN where there is none."""
    first = series.s2_dates[0].toordinal()
    at = np.array([d.toordinal() for d in series.s2_dates]) - first
    clear = ~np.isin(series.scl, SCL_UNCLEAR)
    clear &= clear.mean(axis=0) > CLEAR_SHARE
    free = np.zeros((len(real), at[-1] + 1), bool)
    free[:, at] = clear[picked] & (series.s2[picked, :, 0] < brightest)
    seen = np.full((*free.shape, real.shape[2]), np.nan, np.float32)
    seen[:, at] = series.s2[picked]
    out = np.full_like(real, np.nan)
    pixel = np.arange(len(real))
    steps = sorted(range(-NEAR_DAYS, NEAR_DAYS + 1), key=abs)
    for t, day in enumerate(days - first):
        wanted = np.isfinite(real[:, t]).any(axis=1)
        for step in steps:
            if not 0 <= day + step < free.shape[1]:
                continue
            found = pixel[wanted & free[:, day + step]]
            out[found, t] = seen[found, day + step]
            free[found, day + step] = False
            wanted[found] = False
    return np.asarray(np.round(out, 4))


def _radar_on(days: np.ndarray, ascending: np.ndarray, series: PixelSeries, picked: np.ndarray) -> np.ndarray:
    """(N, T1, 2) simulated backscatter on the real days, from the real direction."""
    found = {(d.toordinal(), bool(up)): i for i, (d, up) in enumerate(zip(series.s1_dates, series.s1_ascending))}
    index = [found[int(day), bool(up)] for day, up in zip(days, ascending, strict=True)]
    return np.asarray(np.round(series.s1[picked][:, index], 2))

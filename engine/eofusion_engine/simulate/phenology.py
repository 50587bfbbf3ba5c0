"""How leaves come and go: a double logistic per field, stand or lawn, moved by the spring's warmth."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np


class Kind(NamedTuple):
    """A plant cover in central Europe. Days of the year at 51 degrees north; leaf area in m2 m-2.

    ``efficiency`` g C per MJ of absorbed PAR (orders of magnitude of Garbulsky et al. 2010, Global Ecology
    and Biogeography 19, and of Gitelson et al. 2015 for maize). ``volume_vv`` and ``volume_vh``: backscatter
    of the closed canopy in dB.
    """

    name: str
    winter: float
    summer: float
    onset: float
    onset_days: float
    fading: float
    fading_days: float
    harvest: float
    autumn: float
    autumn_day: float
    efficiency: float
    volume_vv: float
    volume_vh: float
    leaf: int


#: Index of the leaf spectra in :mod:`.spectra`.
CEREAL_LEAF, MAIZE_LEAF, BROAD_LEAF, GRASS_LEAF, DECIDUOUS_LEAF, CONIFER_LEAF = range(6)
NEVER = 999.0

KINDS = (
    Kind("winter wheat", 0.8, 5.5, 98, 9, 184, 5, 208, 0.5, 300, 2.0, -15.0, -20.5, CEREAL_LEAF),
    Kind("winter barley", 0.9, 5.0, 92, 9, 168, 5, 190, 0.6, 288, 1.9, -14.5, -20.0, CEREAL_LEAF),
    Kind("rapeseed", 1.2, 4.5, 90, 9, 182, 7, 204, 1.2, 268, 1.8, -10.0, -14.5, BROAD_LEAF),
    Kind("maize", 0.0, 4.8, 174, 7, 262, 8, 274, 0.2, 300, 2.8, -9.5, -15.5, MAIZE_LEAF),
    Kind("sugar beet", 0.0, 4.5, 163, 9, 310, 15, 292, 0.0, 330, 2.1, -9.0, -15.0, BROAD_LEAF),
    Kind("spring barley", 0.0, 4.2, 126, 8, 192, 5, 214, 1.6, 262, 1.9, -14.5, -20.0, CEREAL_LEAF),
    Kind("grassland", 1.2, 3.6, 98, 10, 305, 18, NEVER, 0.0, 400, 1.7, -12.5, -19.0, GRASS_LEAF),
    Kind("deciduous forest", 0.4, 5.2, 118, 5, 290, 8, NEVER, 0.0, 400, 1.5, -9.0, -14.5, DECIDUOUS_LEAF),
    Kind("coniferous forest", 3.9, 4.6, 132, 12, 305, 18, NEVER, 0.0, 400, 1.25, -9.5, -15.0, CONIFER_LEAF),
    Kind("lawn and gardens", 1.0, 2.6, 102, 12, 303, 14, NEVER, 0.0, 400, 1.5, -11.5, -18.0, GRASS_LEAF),
)
GRASSLAND, DECIDUOUS, CONIFEROUS, LAWN = 6, 7, 8, 9
_CROPS = (0, 1, 2, 3, 4, 5)
_CROP_SHARES = (0.32, 0.13, 0.17, 0.19, 0.10, 0.09)


@dataclass(frozen=True)
class Units:
    """One entry a unit (U,): its kind and its own dates and leaf areas; ``mown`` (U, 4) days, 999 for none."""

    kind: np.ndarray
    winter: np.ndarray
    summer: np.ndarray
    onset: np.ndarray
    fading: np.ndarray
    harvest: np.ndarray
    tilled: np.ndarray
    autumn: np.ndarray
    autumn_day: np.ndarray
    mown: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)

    def __post_init__(self) -> None:
        if len({len(getattr(self, f.name)) for f in fields(self)}) != 1:
            raise ValueError("every field of Units needs one entry a unit")


def draw_units(rng: np.random.Generator, cover: np.ndarray) -> Units:
    """A kind and its own dates for each unit, whose land cover code (U,) is given (:mod:`.landscape`)."""
    count = len(cover)
    kind = rng.choice(_CROPS, count, p=_CROP_SHARES)
    kind = np.where(cover == 2, np.where(rng.random(count) < 0.5, DECIDUOUS, CONIFEROUS), kind)
    kind = np.where(cover == 3, GRASSLAND, kind)
    kind = np.where((cover == 5) | (cover == 1), LAWN, kind)
    late = rng.normal(0, 5, count)
    growth = np.clip(rng.normal(1, 0.12, count), 0.65, 1.3)
    harvest = _of(kind, "harvest") + late + rng.normal(0, 3, count)
    mown = np.full((count, 4), NEVER)
    cuts = rng.integers(1, 5, count)
    for i, day in enumerate((140, 185, 225, 268)):
        mown[:, i] = np.where((kind == GRASSLAND) & (i < cuts), day + rng.normal(0, 7, count), NEVER)
    return Units(
        kind=kind,
        winter=_of(kind, "winter") * growth,
        summer=_of(kind, "summer") * growth,
        onset=_of(kind, "onset") + late,
        fading=_of(kind, "fading") + late,
        harvest=harvest,
        tilled=harvest + rng.uniform(8, 45, count),
        autumn=_of(kind, "autumn") * growth * (rng.random(count) < 0.8),
        autumn_day=_of(kind, "autumn_day") + late,
        mown=mown,
    )


def _of(kind: np.ndarray, name: str) -> np.ndarray:
    return np.array([getattr(k, name) for k in KINDS], float)[kind]


def efficiency(kind: np.ndarray) -> np.ndarray:
    """g C per MJ of absorbed PAR of each kind."""
    return _of(kind, "efficiency")


@dataclass(frozen=True)
class Canopy:
    """State of each unit on each day, all (D, U): green leaf area (m2 m-2), and the ground's shares that
    standing dry plants, stubble and flowers cover (0-1)."""

    leaf_area: np.ndarray
    dry: np.ndarray
    stubble: np.ndarray
    flowers: np.ndarray


def canopy(units: Units, day_of_year: np.ndarray, shift_days: np.ndarray, wetness: np.ndarray) -> Canopy:
    """The canopy of every unit on each day.

    ``day_of_year`` (D,) northern (for the south half a year later); ``shift_days`` (D,) how much later than at
    51 N in a mean year; ``wetness`` (D,) soil water 0-1, which grass feels in summer.
    """
    day = (day_of_year - shift_days)[:, None]
    kind = units.kind
    rise = _logistic((day - units.onset) / _of(kind, "onset_days"))
    fall = _logistic((day - units.fading) / _of(kind, "fading_days"))
    left = units.winter * _winter_rest(kind)
    green = (units.winter + (units.summer - units.winter) * rise) * (1 - fall) + left * fall
    cut = _logistic((day - units.harvest) / 0.7)
    green = green * (1 - cut) + units.autumn * _logistic((day - units.autumn_day) / 7)
    for mown in units.mown.T:
        since = day - mown
        green = green * (1 - 0.62 * np.where(since >= 0, np.exp(-np.maximum(since, 0) / 16), 0))
    thirst = np.where(np.isin(kind, (GRASSLAND, LAWN)), 0.6, 0.12)
    parched = np.clip((0.42 - wetness) / 0.3, 0, 1)[:, None] * np.clip((day - 120) / 40, 0, 1)
    green = green * (1 - thirst * parched)
    crop = kind < GRASSLAND
    dry = fall * (1 - cut) * np.where(crop, 0.95, np.where(kind == DECIDUOUS, 0.35, 0.0)) + 0.5 * thirst * parched
    stubble = cut * (1 - _logistic((day - units.tilled) / 1.0)) * crop * 0.8
    bloom = np.exp(-(((day - units.onset - 38) / 9) ** 2)) * (kind == 2)
    return Canopy(np.maximum(green, 0), np.clip(dry, 0, 1), np.clip(stubble, 0, 1), 0.85 * bloom)


def _winter_rest(kind: np.ndarray) -> np.ndarray:
    """Share of the winter leaf area that is back when a perennial has faded; an annual has nothing left."""
    return np.where(kind < GRASSLAND, 0.0, 1.0)


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -40, 40)))

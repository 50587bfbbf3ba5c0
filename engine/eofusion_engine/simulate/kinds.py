"""Plant covers: how they grow, what their leaves are like, and how radar sees them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np


class Cover(IntEnum):
    """Land cover of the truth map."""

    WATER = 1
    FOREST = 2
    GRASS = 3
    CROP = 4
    TOWN = 5
    ROAD = 6
    WETLAND = 7
    SHRUB = 8
    BARE = 9


class Habit(IntEnum):
    """How leaves come: by temperature sums from a sowing date, by spring and autumn, always, or when warm and wet."""

    ANNUAL = 0
    DECIDUOUS = 1
    EVERGREEN = 2
    OPPORTUNE = 3


@dataclass(frozen=True)
class Kind:
    """One plant cover. Leaf area in m2 m-2, temperature sums in K d over ``base`` degC, days of the northern year.

    Annuals: ``sown`` (negative: the year before), sums since sowing to the middle of ``rise`` and ``fall`` of the leaf
    area with their widths, to ``ripe``; ``latest`` harvest; ``tillers`` leaf area before the rise. Others: ``low`` and
    ``high`` leaf area, ``rise`` sum to leafing out and ``fall`` chill to leaf fall.

    Leaves and canopy: ``cab`` chlorophyll in ug cm-2, ``cw`` and ``cm`` water and dry matter in g cm-2, ``layers`` N,
    ``angle`` mean leaf angle in degrees; ``shade`` share of light lost between crowns; ``woody`` share of the ground
    that trunks and twigs cover. ``efficiency`` g C per MJ of absorbed light (orders of Garbulsky et al. 2010, Global
    Ecology and Biogeography 19; maize: Gitelson et al. 2015, Remote Sensing of Environment 165). ``volume_db`` VV and
    VH of the closed canopy, ``opacity`` of it to radar per unit of leaf area, ``standing`` what radar sees of it
    without leaves, in units of leaf area. ``thirst`` 0-1: how much leaf area a dry soil costs. ``litter`` 0-1: how
    much of the ground between is litter and moss instead of soil.
    """

    name: str
    cover: Cover
    habit: Habit
    high: float
    low: float = 0.0
    sown: float = 0.0
    base: float = 0.0
    tillers: float = 0.0
    rise: float = 0.0
    rise_width: float = 100.0
    fall: float = 1e9
    fall_width: float = 100.0
    ripe: float = 1e9
    latest: float = 330.0
    rain_sown: bool = False
    thirst: float = 0.5
    cuts: int = 0
    cab: float = 45.0
    cw: float = 0.013
    cm: float = 0.005
    layers: float = 1.55
    angle: float = 57.0
    shade: float = 0.0
    woody: float = 0.0
    litter: float = 0.0
    keeps_dead: float = 0.5
    dead_days: float = 30.0
    bloom: tuple[float, float] | None = None
    efficiency: float = 1.6
    volume_db: tuple[float, float] = (-11.0, -17.0)
    opacity: float = 0.25
    standing: float = 0.0
    green_up_days: float = 14.0


_A, _D, _E, _O = Habit.ANNUAL, Habit.DECIDUOUS, Habit.EVERGREEN, Habit.OPPORTUNE
_CROP, _FOREST, _GRASS, _SHRUB, _WET, _TOWN = (
    Cover.CROP,
    Cover.FOREST,
    Cover.GRASS,
    Cover.SHRUB,
    Cover.WETLAND,
    Cover.TOWN,
)
_CEREAL: dict[str, Any] = {"cab": 48, "cw": 0.014, "cm": 0.0050, "angle": 61, "keeps_dead": 0.75, "dead_days": 60,
                           "thirst": 0.35, "volume_db": (-12.6, -18.8), "opacity": 0.28}  # fmt: skip

KINDS: tuple[Kind, ...] = (
    # Crops of the temperate and boreal zones.
    Kind("winter wheat", _CROP, _A, 5.6, sown=-70, tillers=0.2, rise=860, rise_width=110, fall=1830, fall_width=95,
         ripe=2230, latest=235, efficiency=2.0, **_CEREAL),
    Kind("winter barley", _CROP, _A, 5.0, sown=-88, tillers=0.25, rise=900, rise_width=110, fall=1690, fall_width=90,
         ripe=2010, latest=215, efficiency=1.9, **_CEREAL),
    Kind("spring barley", _CROP, _A, 4.4, sown=84, rise=480, rise_width=75, fall=1200, fall_width=80, ripe=1530,
         latest=240, efficiency=1.9, **_CEREAL),
    Kind("rapeseed", _CROP, _A, 4.8, sown=-126, tillers=0.9, rise=1400, rise_width=90, fall=2430, fall_width=110,
         ripe=2830, latest=218, bloom=(1680, 95), cab=50, cw=0.017, cm=0.0045, angle=45, thirst=0.3, keeps_dead=0.6,
         dead_days=60, efficiency=1.8, volume_db=(-9.4, -14.2), opacity=0.26, standing=0.4),
    Kind("maize", _CROP, _A, 4.8, sown=118, base=8, rise=450, rise_width=68, fall=1120, fall_width=80, ripe=1130,
         latest=282, cab=52, cw=0.016, cm=0.0050, angle=52, keeps_dead=0.7, dead_days=60, thirst=0.5, efficiency=2.8,
         volume_db=(-9.5, -15.5), opacity=0.22, standing=0.5),
    Kind("sugar beet", _CROP, _A, 4.6, sown=96, base=3, rise=640, rise_width=95, fall=2600, fall_width=250, ripe=2150,
         latest=300, cab=46, cw=0.022, cm=0.0050, angle=38, thirst=0.3, efficiency=2.1, volume_db=(-9.0, -14.8),
         opacity=0.25),
    Kind("potato", _CROP, _A, 4.2, sown=112, base=4, rise=520, rise_width=75, fall=1420, fall_width=90, ripe=1650,
         latest=268, cab=46, cw=0.021, cm=0.0042, angle=40, thirst=0.4, keeps_dead=0.4, efficiency=2.0,
         volume_db=(-8.8, -15.0), opacity=0.25),
    Kind("clover grass", _CROP, _O, 4.2, low=0.9, cuts=4, cab=44, cw=0.016, cm=0.0045, angle=50, thirst=0.5,
         efficiency=1.8, volume_db=(-11.2, -17.6)),
    # Crops of dry and warm zones.
    Kind("durum wheat", _CROP, _A, 4.0, sown=-42, tillers=0.7, rise=830, rise_width=120, fall=1760, fall_width=110,
         ripe=2180, latest=185, efficiency=1.8, **_CEREAL),
    Kind("sunflower", _CROP, _A, 2.8, sown=88, base=6, rise=480, rise_width=70, fall=1250, fall_width=110, ripe=1600,
         latest=250, cab=44, cw=0.017, angle=40, thirst=0.5, keeps_dead=0.7, dead_days=70, efficiency=1.9,
         volume_db=(-9.5, -15.5), standing=0.3),
    Kind("irrigated maize", _CROP, _A, 5.0, sown=100, base=8, rise=430, rise_width=60, fall=1650, fall_width=110,
         ripe=1950, latest=285, cab=54, cw=0.016, angle=52, thirst=0.0, keeps_dead=0.7, dead_days=60, efficiency=2.9,
         volume_db=(-9.5, -15.5), opacity=0.22, standing=0.5),
    Kind("olive grove", _CROP, _E, 0.85, low=0.7, thirst=0.15, cab=50, cw=0.014, cm=0.013, layers=2.0, angle=55,
         shade=0.12, woody=0.06, efficiency=1.1, volume_db=(-9.5, -15.8), opacity=0.4, standing=0.5),
    Kind("vineyard", _CROP, _D, 1.3, low=0.05, base=8, rise=120, rise_width=35, fall=230, fall_width=45, thirst=0.3,
         cab=42, cw=0.012, shade=0.06, woody=0.05, efficiency=1.2, volume_db=(-9.0, -15.5), opacity=0.4, standing=0.35),
    Kind("fallow", _CROP, _O, 1.3, low=0.1, thirst=0.9, cab=36, cw=0.010, angle=57, keeps_dead=0.8, dead_days=90,
         efficiency=1.2, volume_db=(-11.5, -18.3)),
    Kind("sorghum", _CROP, _A, 2.5, sown=150, base=10, rise=520, rise_width=85, fall=1600, fall_width=120, ripe=1900,
         latest=330, rain_sown=True, cab=40, cw=0.012, thirst=0.45, keeps_dead=0.8, dead_days=60, efficiency=1.9,
         volume_db=(-10.5, -16.5), standing=0.3),
    Kind("rainfed maize", _CROP, _A, 2.9, sown=150, base=8, rise=500, rise_width=80, fall=1500, fall_width=110,
         ripe=1850, latest=310, rain_sown=True, cab=42, cw=0.013, thirst=0.5, keeps_dead=0.8, dead_days=60,
         efficiency=2.1, volume_db=(-10.5, -16.0), standing=0.3),
    Kind("cotton", _CROP, _A, 2.7, sown=155, base=12, rise=560, rise_width=90, fall=1800, fall_width=130, ripe=2150,
         latest=345, rain_sown=True, cab=44, cw=0.017, angle=40, thirst=0.4, efficiency=1.7, volume_db=(-9.8, -15.8),
         standing=0.4),
    # Grass.
    Kind("meadow", _GRASS, _O, 4.5, low=0.18, cuts=3, cab=40, cw=0.013, cm=0.0050, angle=55, thirst=0.7,
         keeps_dead=0.95, dead_days=150, litter=0.5, green_up_days=22, efficiency=1.7, volume_db=(-11.3, -18.0)),
    Kind("pasture", _GRASS, _O, 3.6, low=0.22, cuts=1, cab=40, cw=0.012, cm=0.0050, angle=55, thirst=0.7,
         keeps_dead=0.95, dead_days=150, litter=0.5, green_up_days=22, efficiency=1.6, volume_db=(-11.5, -18.3)),
    Kind("dry grassland", _GRASS, _O, 2.4, low=0.08, cab=38, cw=0.009, cm=0.0050, angle=60, thirst=1.0, keeps_dead=0.9,
         dead_days=95, litter=0.15, efficiency=1.4, volume_db=(-12.5, -19.8)),
    Kind("savanna grass", _GRASS, _O, 2.7, low=0.06, cab=36, cw=0.009, cm=0.0055, angle=64, thirst=1.0, keeps_dead=0.9,
         dead_days=110, litter=0.1, efficiency=1.5, volume_db=(-12.0, -19.0), green_up_days=20),
    Kind("lawn and gardens", _TOWN, _O, 2.9, low=1.0, cuts=0, cab=38, cw=0.012, cm=0.0055, thirst=0.5, shade=0.12,
         litter=0.4, woody=0.05, efficiency=1.5, volume_db=(-10.5, -17.0), standing=0.6),
    # Trees.
    Kind("deciduous forest", _FOREST, _D, 5.2, low=0.35, base=5, rise=165, rise_width=32, fall=190, fall_width=42,
         thirst=0.12, cab=42, cw=0.013, cm=0.0075, layers=1.7, angle=45, shade=0.24, woody=0.34, litter=0.9,
         keeps_dead=0.7, dead_days=12, efficiency=1.5, volume_db=(-8.9, -14.2), opacity=0.5, standing=5.0),
    Kind("coniferous forest", _FOREST, _E, 3.8, low=3.2, thirst=0.05, cab=48, cw=0.026, cm=0.016, layers=2.1, angle=58,
         shade=0.50, woody=0.25, litter=0.9, efficiency=1.25, volume_db=(-9.6, -15.2), opacity=0.5, standing=5.0),
    Kind("mixed forest", _FOREST, _D, 4.6, low=1.8, base=5, rise=160, rise_width=36, fall=190, fall_width=48,
         thirst=0.1, cab=44, cw=0.017, cm=0.011, layers=1.8, angle=52, shade=0.36, woody=0.30, litter=0.9,
         dead_days=12, efficiency=1.4, volume_db=(-9.2, -14.7), opacity=0.5, standing=5.0),
    Kind("spruce forest", _FOREST, _E, 3.6, low=3.2, thirst=0.03, cab=44, cw=0.026, cm=0.018, layers=2.2, angle=58,
         shade=0.54, woody=0.25, litter=1.0, efficiency=1.1, volume_db=(-10.4, -16.0), opacity=0.5, standing=4.5),
    Kind("pine forest", _FOREST, _E, 2.3, low=1.95, thirst=0.05, cab=38, cw=0.024, cm=0.018, layers=2.1, angle=58,
         shade=0.42, woody=0.22, litter=1.0, efficiency=1.1, volume_db=(-10.2, -15.9), opacity=0.5, standing=4.0),
    Kind("birch forest", _FOREST, _D, 3.6, low=0.3, base=5, rise=95, rise_width=22, fall=150, fall_width=32, thirst=0.1,
         cab=38, cw=0.012, cm=0.0065, layers=1.6, angle=48, shade=0.24, woody=0.25, litter=0.9, keeps_dead=0.8,
         dead_days=11, efficiency=1.3, volume_db=(-9.8, -15.5), opacity=0.5, standing=4.0),
    Kind("young forest", _FOREST, _O, 2.6, low=0.9, thirst=0.2, cab=38, cw=0.014, cm=0.008, shade=0.15, woody=0.1,
         litter=0.7, dead_days=60, efficiency=1.3, volume_db=(-11.2, -17.0), standing=1.2),
    Kind("holm oak wood", _FOREST, _E, 2.6, low=2.2, thirst=0.15, cab=44, cw=0.015, cm=0.016, layers=2.0, angle=50,
         shade=0.26, woody=0.12, litter=0.6, efficiency=1.1, volume_db=(-9.5, -15.5), opacity=0.5, standing=3.0),
    Kind("maquis", _SHRUB, _O, 2.0, low=0.95, thirst=0.45, cab=38, cw=0.013, cm=0.014, layers=2.0, angle=52, shade=0.20,
         woody=0.14, litter=0.4, keeps_dead=0.5, dead_days=80, efficiency=1.0, volume_db=(-10.5, -16.8), standing=1.4,
         green_up_days=30),
    Kind("savanna woodland", _FOREST, _O, 2.9, low=0.45, thirst=0.85, cab=38, cw=0.013, cm=0.009, layers=1.8, angle=45,
         shade=0.18, woody=0.14, litter=0.4, keeps_dead=0.5, dead_days=30, efficiency=1.3, volume_db=(-9.8, -15.6),
         opacity=0.5, standing=2.5, green_up_days=24),
    Kind("gallery forest", _FOREST, _O, 4.6, low=2.6, thirst=0.4, cab=46, cw=0.015, cm=0.009, layers=1.8, angle=42,
         shade=0.26, woody=0.14, litter=0.8, efficiency=1.4, volume_db=(-9.0, -14.6), opacity=0.5, standing=4.5,
         green_up_days=28),
    # Wet ground.
    Kind("bog", _WET, _O, 1.7, low=0.55, thirst=0.2, cab=26, cw=0.016, cm=0.007, angle=60, litter=1.0, woody=0.06,
         keeps_dead=0.8, dead_days=110, efficiency=0.9, volume_db=(-12.2, -19.0), standing=0.5, green_up_days=24),
    Kind("reed", _WET, _O, 3.6, low=0.3, thirst=0.0, cab=40, cw=0.015, cm=0.006, angle=66, litter=0.7, keeps_dead=0.9,
         dead_days=120, efficiency=1.5, volume_db=(-9.5, -17.0), standing=0.8, green_up_days=20),
)  # fmt: skip

INDEX = {kind.name: index for index, kind in enumerate(KINDS)}


@lru_cache(maxsize=64)
def _column(name: str) -> np.ndarray:
    return np.array([float(getattr(k, name)) for k in KINDS])


def of(kind: np.ndarray, name: str) -> np.ndarray:
    """The property ``name`` of each kind index; of the array's shape."""
    return np.asarray(_column(name)[kind])

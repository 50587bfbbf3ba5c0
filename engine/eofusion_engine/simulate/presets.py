"""What a kind of place is like: its climate, its land and how the satellites pass over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

import numpy as np

from ..errors import RequestError


@dataclass(frozen=True)
class Climate:
    """Daily weather's long-term statistics; seasons count in days of the northern year.

    ``mean_degc`` of the year at the place's height; ``amplitude_k`` and ``coldest_day`` of the yearly wave,
    ``half_amplitude_k`` and ``half_warmest_day`` of the half-yearly one; ``sd_winter_k`` and ``sd_summer_k`` of a
    day about them; ``memory`` its lag-1 autocorrelation before clouds
    have their say. ``wet_share`` of days with rain, which swings by the
    share ``wet_swing`` about ``wettest_day``; ``rain_mm`` of a wet day; ``cloud`` logit of the mean cloud cover;
    ``dew_gap_k`` how far the dew point lies below the night's least temperature on a dry day.
    """

    mean_degc: float
    amplitude_k: float
    sd_winter_k: float
    sd_summer_k: float
    coldest_day: float = 18
    half_amplitude_k: float = 0.0
    half_warmest_day: float = 100
    memory: float = 0.8
    wet_share: float = 0.42
    wet_swing: float = 0.1
    wettest_day: float = 200
    rain_mm: float = 4.3
    cloud: float = 0.35
    dew_gap_k: float = 1.5


@dataclass(frozen=True)
class Orbits:
    """Relative orbits: days of the cycle at which each passes, and its sun- or look-geometry.

    ``s2_cycle`` days, ``s2_passes`` (day of the cycle, view zenith in degrees, view azimuth relative to the sun);
    ``s1_cycle`` days, ``s1_passes`` (day of the cycle, ascending, incidence in degrees).
    """

    s2_cycle: int = 5
    s2_passes: tuple[tuple[int, float, float], ...] = ((0, 6.0, 60.0),)
    s1_cycle: int = 12
    s1_passes: tuple[tuple[int, bool, float], ...] = ((1, True, 38.5), (7, False, 41.0))


@dataclass(frozen=True)
class Preset:
    """A kind of place. Shares are of the land; sizes in metres; ``crops`` and ``stands`` are weights by kind."""

    name: str
    title: str
    lat: float
    lon: float
    elevation_m: float
    climate: Climate
    crops: Mapping[str, float]
    stands: Mapping[str, float]
    grass: Mapping[str, float]
    start: date
    end: date
    relief_m: float = 40.0
    relief_length_m: float = 2500.0
    field_m: float = 190.0
    field_ratio: float = 2.3
    field_share: float = 1.0
    block_m: float = 620.0
    stand_m: float = 230.0
    open_wood: float = 0.0
    forest: float = 0.25
    pasture: float = 0.15
    wetland: float = 0.0
    lakes: float = 0.0
    river_m: float = 24.0
    village: float = 0.06
    farms: float = 1.0
    hedges: float = 0.18
    trees_in_grass: float = 0.01
    bare: float = 0.0
    fallow: float = 0.0
    soil_type: int = 0
    soil_redness: float = 0.0
    soil_brightness: float = 1.0
    fires: float = 0.0
    cuts: float = 0.0
    turbidity: float = 0.35
    solar: float = 0.005
    orbits: Orbits = field(default_factory=Orbits)


_FARMLAND = Preset(
    "farmland", "temperate farmland", 51.1, 10.4, 230.0,
    Climate(8.9, 9.3, 4.4, 3.0, memory=0.80, wet_share=0.45, rain_mm=4.2, cloud=0.30, dew_gap_k=1.2),
    crops={"winter wheat": 0.30, "winter barley": 0.13, "rapeseed": 0.15, "maize": 0.18, "sugar beet": 0.09,
           "spring barley": 0.07, "potato": 0.04, "clover grass": 0.04},
    stands={"deciduous forest": 0.5, "coniferous forest": 0.38, "mixed forest": 0.12},
    grass={"meadow": 0.65, "pasture": 0.35},
    start=date(2021, 3, 1), end=date(2021, 10, 31), forest=0.22, cuts=0.03, relief_m=36,
)  # fmt: skip
_BOREAL = Preset(
    "boreal", "boreal forest with lakes, bogs and snow", 62.2, 25.6, 130.0,
    Climate(3.9, 12.6, 6.4, 3.1, memory=0.83, coldest_day=24, wet_share=0.46, wettest_day=225, rain_mm=3.6,
            cloud=0.55, dew_gap_k=0.6),
    crops={"spring barley": 0.45, "clover grass": 0.4, "winter wheat": 0.15},
    stands={"spruce forest": 0.38, "pine forest": 0.42, "birch forest": 0.12, "young forest": 0.08},
    grass={"meadow": 1.0},
    start=date(2021, 2, 1), end=date(2021, 10, 31), forest=0.83, field_m=130, field_share=0.35, pasture=0.05,
    wetland=0.10, lakes=0.10, river_m=9, village=0.012, farms=0.6, hedges=0.0, relief_m=24,
    relief_length_m=1600, block_m=1500, stand_m=200,
    soil_brightness=0.8, cuts=0.12, turbidity=0.12,
    orbits=Orbits(5, ((0, 5.0, 60.0), (2, 8.5, 120.0)), 12, ((2, True, 36.0), (8, False, 43.0))),
)  # fmt: skip
_MEDITERRANEAN = Preset(
    "mediterranean", "mediterranean hills with olives, cereals and maquis", 37.6, -4.6, 380.0,
    Climate(16.9, 9.2, 3.3, 2.7, memory=0.79, coldest_day=17, wet_share=0.22, wet_swing=0.85, wettest_day=355,
            rain_mm=8.0, cloud=-0.95, dew_gap_k=7.0),
    crops={"durum wheat": 0.34, "sunflower": 0.14, "irrigated maize": 0.05, "olive grove": 0.30, "vineyard": 0.09,
           "fallow": 0.08},
    stands={"holm oak wood": 0.42, "pine forest": 0.16, "maquis": 0.42},
    grass={"dry grassland": 1.0},
    start=date(2021, 1, 1), end=date(2021, 10, 31), forest=0.30, field_m=120, field_ratio=1.7, pasture=0.10,
    lakes=0.015, river_m=9, village=0.025, farms=1.2, hedges=0.06, trees_in_grass=0.10, bare=0.03, relief_m=120,
    block_m=750, stand_m=170,
    relief_length_m=1500, soil_redness=0.45, soil_brightness=1.25, fires=0.02,
)  # fmt: skip
_SAVANNA = Preset(
    "savanna", "savanna with smallholder fields, gallery forest and fires", 11.6, -2.4, 300.0,
    Climate(28.0, 2.4, 2.0, 1.5, memory=0.82, coldest_day=10, half_amplitude_k=2.1, half_warmest_day=105,
            wet_share=0.05, wet_swing=11.5, wettest_day=222, rain_mm=11.0, cloud=-1.1, dew_gap_k=11.0),
    crops={"sorghum": 0.45, "rainfed maize": 0.25, "cotton": 0.15, "fallow": 0.15},
    stands={"savanna woodland": 1.0},
    grass={"savanna grass": 1.0},
    start=date(2021, 1, 1), end=date(2021, 12, 31), forest=0.22, field_m=85, field_ratio=1.35, field_share=0.36,
    pasture=0.02, river_m=9, village=0.03, farms=0.9, hedges=0.0, trees_in_grass=0.13, bare=0.035, relief_m=18,
    relief_length_m=1800, block_m=1300, open_wood=0.5, soil_redness=0.8, soil_brightness=1.1, fires=0.3, turbidity=0.9,
)  # fmt: skip

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {preset.name: preset for preset in (_FARMLAND, _BOREAL, _MEDITERRANEAN, _SAVANNA)}
)


def preset(name: str) -> Preset:
    """The preset ``name``. Raises RequestError for a name that is none."""
    if name not in PRESETS:
        raise RequestError(f"There is no simulated landscape called {name!r}.", f"Choose one of {', '.join(PRESETS)}.")
    return PRESETS[name]


def preset_at(lat: float, lon: float) -> Preset:
    """The preset that suits a latitude, moved there with its climate."""
    away = abs(lat)
    name = "savanna" if away < 24 else "mediterranean" if away < 42 else "farmland" if away < 58 else "boreal"
    return moved(PRESETS[name], lat, lon)


def moved(base: Preset, lat: float, lon: float) -> Preset:
    """``base`` at another place: colder and more seasonal towards the poles (about .65 K and .25 K a degree)."""
    away = abs(lat) - abs(base.lat)
    climate = replace(
        base.climate,
        mean_degc=base.climate.mean_degc - 0.65 * away,
        amplitude_k=max(0.3, base.climate.amplitude_k + 0.25 * away),
        sd_winter_k=max(1.5, base.climate.sd_winter_k + 0.08 * away),
    )
    return replace(base, lat=lat, lon=lon, climate=climate)


def draw_place(rng: np.random.Generator) -> Preset:
    """A place like one of the presets but of its own: moved, with another climate, soil, land and orbits."""
    base = PRESETS[list(PRESETS)[int(rng.choice(len(PRESETS), p=(0.45, 0.2, 0.2, 0.15)))]]
    away = float(rng.uniform(-4, 4))
    return varied(moved(base, float(np.clip(base.lat + away, 5, 68)), float(rng.uniform(-10, 40))), rng)


def varied(base: Preset, rng: np.random.Generator) -> Preset:
    """A place like ``base`` with a climate, a soil and orbits of its own."""
    climate = replace(
        base.climate,
        mean_degc=base.climate.mean_degc + float(rng.normal(0, 1.2)),
        amplitude_k=base.climate.amplitude_k * float(np.exp(rng.normal(0, 0.12))),
        wet_share=base.climate.wet_share * float(np.exp(rng.normal(0, 0.18))),
        rain_mm=base.climate.rain_mm * float(np.exp(rng.normal(0, 0.15))),
        cloud=base.climate.cloud + float(rng.normal(0, 0.35)),
    )
    passes = tuple((int(day), float(rng.uniform(2, 10)), float(rng.uniform(20, 160)))
                   for day in sorted(rng.choice(5, int(rng.integers(1, 3)), replace=False)))  # fmt: skip
    cycle = int(rng.choice((6, 12)))
    radar = tuple((int(rng.integers(cycle)), up, float(rng.uniform(31, 45))) for up in (True, False))
    return replace(
        base,
        climate=climate,
        soil_redness=float(np.clip(base.soil_redness + rng.normal(0, 0.2), 0, 1)),
        soil_brightness=base.soil_brightness * float(np.exp(rng.normal(0, 0.15))),
        orbits=Orbits(5, passes, cycle, radar),
    )

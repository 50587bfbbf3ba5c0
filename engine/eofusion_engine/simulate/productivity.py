"""True GPP of the simulated land: the P-model on each day's weather, for the leaves that stand on that day.

GPP = efficiency(day) x absorbed photons x soil moisture stress x the kind's own level; equations in
physics/productivity.py. Leaf area carries the phenology; evergreens are hardened in winter, and snow hides leaves.
"""

from __future__ import annotations

import numpy as np

from ..physics.productivity import (
    CALIBRATED_YIELD,
    QUANTUM_YIELD,
    c4_efficiency,
    daytime_temperature,
    hardening,
    p_model_efficiency,
    photons,
    pressure,
    soil_moisture_stress,
)
from ..physics.radiation import PAR_SHARE, SECONDS_A_DAY
from .kinds import INDEX, KINDS, Cover, Habit, of
from .weather import SimulatedWeather

#: Extinction of PAR per unit of leaf area (Monsi and Saeki 1953: .5 for leaves that hang at random).
_EXTINCTION = 0.5
#: ``efficiency`` of KINDS, in g C per MJ, of a plant as productive as the model says: C3 and C4.
_C3_LEVEL, _C4_LEVEL = 1.65, 2.4
_C4 = np.zeros(len(KINDS), bool)
_C4[[INDEX[name] for name in ("maize", "irrigated maize", "rainfed maize", "sorghum", "savanna grass")]] = True
_ALL = np.arange(len(KINDS))
_LEVEL = of(_ALL, "efficiency") / np.where(_C4, _C4_LEVEL, _C3_LEVEL)
#: Woods that keep leaves over the winter.
_EVERGREEN = (of(_ALL, "habit") == Habit.EVERGREEN) | ((of(_ALL, "cover") == Cover.FOREST) & (of(_ALL, "low") >= 0.9))
#: Share of its water at which roots of the lower soil begin to draw less than they want (weather.py's bucket).
_EASY_WATER = 0.55


def daily_gpp(
    green: np.ndarray, kind: np.ndarray, weather: SimulatedWeather, day: int | np.ndarray, elevation_m: float = 0.0
) -> np.ndarray:
    """GPP in g C m-2 d-1 of canopies of ``green`` leaf area (...,) and ``kind`` (...,) on the weather's ``day``
    (an index, or an array of them that broadcasts), at ``elevation_m``."""
    days = np.asarray(day)
    full = full_light_gpp(weather, elevation_m)[days.ravel()].astype(np.float32)
    absorbed = 1 - np.exp(np.float32(-_EXTINCTION) * np.asarray(green, np.float32))
    return np.asarray(full[np.arange(days.size).reshape(days.shape), kind] * absorbed, np.float32)


def full_light_gpp(weather: SimulatedWeather, elevation_m: float = 0.0) -> np.ndarray:
    """GPP (D, K) in g C m-2 d-1 of each day and kind of KINDS if its leaves absorbed all light."""
    warmth = daytime_temperature(weather.tair_degc, weather.tmax_degc)
    c3 = p_model_efficiency(warmth, weather.vpd_kpa, pressure_pa=pressure(elevation_m))
    c3 = c3 * (CALIBRATED_YIELD / QUANTUM_YIELD)
    efficiency = np.where(_C4, c4_efficiency(warmth)[:, None], c3[:, None])
    light = photons(PAR_SHARE * weather.ssrd_w_m2) * SECONDS_A_DAY * 1e-6
    # How dry the place is: what its plants draw of what they could.
    drawn = np.minimum(weather.deep_wetness / _EASY_WATER, 1).mean()
    thirsty = 1 - of(_ALL, "thirst") * (1 - soil_moisture_stress(weather.deep_wetness, drawn))[:, None]
    awake = np.where(_EVERGREEN, hardening(weather.tair_degc)[:, None], 1.0)
    snowed = 1 - 0.8 * np.clip(weather.snow, 0, 1)
    return np.asarray(efficiency * (light * snowed)[:, None] * thirsty * awake * _LEVEL)

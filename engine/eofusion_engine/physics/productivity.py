"""Gross primary production: the P-model, and light use efficiency with ramps.

Sources: Stocker et al. (2020), Geosci. Model Dev. 13, 1545 (P-model; equation numbers below are theirs); Wang et al.
(2017), Nature Plants 3, 734 (limited electron transport); Bernacchi et al. (2001), Plant Cell Environ. 24, 253 (enzyme
kinetics); Bernacchi et al. (2003), Plant Cell Environ. 26, 1419 (quantum yield); Cai and Prentice (2020), Environ. Res.
Lett. 15, 124050 (C4 plants); Maekelae et al. (2008), Glob. Change Biol. 14, 92, and Peltoniemi et al. (2015), Boreal
Environ. Res. 20, 151 (hardening of evergreens); Running et al. (2004), BioScience 54, 547 (MOD17). All arguments
broadcast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Values = np.ndarray | float

#: Pa; J mol-1 K-1; g mol-1.
STANDARD_PRESSURE, _GAS, _CARBON = 101325.0, 8.3145, 12.0107
#: Unit cost ratio of carboxylation and transpiration; cost of electron transport; ratio of diffusivities.
_BETA, _C_STAR, _DIFFUSION = 146.0, 0.41, 1.6
_OXYGEN = 0.209476
#: mol CO2 per mol of photons: the theoretical yield, which a ramp of temperature scales.
QUANTUM_YIELD = 1 / 8
#: The yield that the P-model with soil moisture stress has at flux towers (Stocker et al. 2020, setup FULL).
CALIBRATED_YIELD = 0.087182
_UMOL_A_DAY = 86400e-6
#: umol of photons of 400-700 nm in a joule of PAR (McCree 1972, Agric. Meteorol. 10, 443).
UMOL_PER_J = 4.57
#: Hardening: days of memory, and temperatures in degC at which there is no photosynthesis and beyond that full.
_HARDENING_DAYS, _HARDENED_DEGC, _RELEASE_K = 13.2, -3.97, 18.8


def pressure(elevation_m: Values) -> np.ndarray:
    """Mean air pressure in Pa at a height in metres (barometric formula of a standard atmosphere)."""
    cooling = 1 - 0.0065 * np.asarray(elevation_m) / 298.15
    return np.asarray(STANDARD_PRESSURE * cooling ** (9.80665 * 0.028963 / (_GAS * 0.0065)))


def _arrhenius(tair_degc: Values, energy: float) -> np.ndarray:
    """Factor on a rate at 25 degC, for an activation energy in J mol-1."""
    kelvin = np.asarray(tair_degc) + 273.15
    return np.asarray(np.exp(energy * (kelvin - 298.15) / (298.15 * _GAS * kelvin)))


def _viscosity(tair_degc: Values) -> np.ndarray:
    """Viscosity of water relative to 25 degC (Vogel 1921, Physikalische Zeitschrift 22, 645): within 1 % of the
    international standard from 0 to 60 degC."""
    kelvin = np.asarray(tair_degc) + 273.15
    return np.asarray(np.exp(580.0 / (kelvin - 138.0) - 580.0 / (298.15 - 138.0)))


def quantum_yield(tair_degc: Values) -> np.ndarray:
    """mol CO2 per mol of photons absorbed: QUANTUM_YIELD times the ramp of Bernacchi et al. (2003) (eq. 20)."""
    t = np.asarray(tair_degc, float)
    return np.asarray(np.maximum(0.352 + 0.022 * t - 0.00034 * t**2, 0) * QUANTUM_YIELD)


def c4_efficiency(tair_degc: Values) -> np.ndarray:
    """Light use efficiency of C4 plants in g C per mol of photons absorbed: their carbon pump leaves no limit but
    light, temperature (Cai and Prentice 2020) and electron transport (Wang et al. 2017). Calibrated as it is."""
    t = np.asarray(tair_degc, float)
    quantum = np.maximum(-0.008 + 0.00375 * t - 0.000058 * t**2, 0)
    return np.asarray(quantum * np.sqrt(1 - _C_STAR ** (2 / 3)) * _CARBON)


def photons(par_w_m2: Values) -> np.ndarray:
    """umol m-2 s-1 of PAR in W m-2 (McCree 1972)."""
    return np.asarray(UMOL_PER_J * np.asarray(par_w_m2))


def daytime_temperature(tmean_degc: Values, tmax_degc: Values) -> np.ndarray:
    """Mean air temperature of the hours of light in degC (Running et al. 1987, Can. J. For. Res. 17, 472)."""
    return np.asarray(tmean_degc + 0.45 * (np.asarray(tmax_degc) - np.asarray(tmean_degc)))


def hardening(tair_degc: np.ndarray) -> np.ndarray:
    """Factor 0-1 (D,) on the photosynthesis of evergreens, from daily mean temperature (D,) in degC.

    Needles acclimate to warmth over two weeks (Maekelae et al. 2008, eq. 4 and 5); constants of Peltoniemi et al. 2015.
    """
    memory = int(6 * _HARDENING_DAYS)
    weights = (1 - 1 / _HARDENING_DAYS) ** np.arange(memory)
    before = np.concatenate([np.full(memory - 1, tair_degc[0]), tair_degc])
    state = np.convolve(before, weights / weights.sum(), mode="valid")
    return np.asarray(np.clip((state - _HARDENED_DEGC) / _RELEASE_K, 0, 1))


def soil_moisture_stress(soil_moisture: Values, aridity: Values, a: float = 0.0, b: float = 0.733) -> np.ndarray:
    """Factor 0-1 on GPP (eq. 21 and 22).

    ``soil_moisture`` is plant-available water as a share of its capacity (0-1), ``aridity`` actual over potential
    evapotranspiration (0-1): where it is usually dry, GPP falls further.
    """
    wet = 0.6
    worst = a + b * np.asarray(aridity)
    bend = (worst - 1) / wet**2
    return np.asarray(np.clip(bend * (np.minimum(soil_moisture, wet) - wet) ** 2 + 1, 0, 1))


def p_model_efficiency(
    tair_degc: Values, vpd_kpa: Values, co2_ppm: Values = 415.0, pressure_pa: Values = STANDARD_PRESSURE
) -> np.ndarray:
    """Light use efficiency of C3 plants in g C per mol of photons absorbed (eq. 17 with the limits of Wang 2017).

    Arguments: daytime air temperature, vapour pressure deficit in kPa, carbon dioxide in ppm, air pressure in Pa. 0
    where it is too cold or too hot for electron transport.
    """
    pressure_pa = np.asarray(pressure_pa, float)
    vpd_pa = np.maximum(np.asarray(vpd_kpa) * 1000, 1e-3)
    air = np.asarray(co2_ppm) * 1e-6 * pressure_pa
    compensation = 4.332 * pressure_pa / STANDARD_PRESSURE * _arrhenius(tair_degc, 37830.0)
    oxygen = _OXYGEN * pressure_pa
    michaelis = 39.97 * _arrhenius(tair_degc, 79430.0) * (1 + oxygen / (27480.0 * _arrhenius(tair_degc, 36380.0)))
    # The least cost of water lost and enzymes kept decides how far stomata open (eq. 8 and 9).
    demand = np.sqrt(_BETA * (michaelis + compensation) / (_DIFFUSION * _viscosity(tair_degc)))
    chi = compensation / air + (1 - compensation / air) * demand / (demand + np.sqrt(vpd_pa))
    inside = chi * air
    light_limited = np.maximum((inside - compensation) / (inside + 2 * compensation), 1e-9)
    transport = np.sqrt(np.maximum(1 - (_C_STAR / light_limited) ** (2 / 3), 0))
    return np.asarray(quantum_yield(tair_degc) * light_limited * transport * _CARBON)


def p_model_gpp(
    fapar: Values,
    ppfd: Values,
    tair_degc: Values,
    vpd_kpa: Values,
    co2_ppm: Values = 415.0,
    pressure_pa: Values = STANDARD_PRESSURE,
) -> np.ndarray:
    """GPP of C3 plants in g C m-2 d-1.

    ``fapar`` 0-1; ``ppfd`` photons of 400-700 nm in umol m-2 s-1 as a mean of the day; the others as in
    :func:`p_model_efficiency`. Multiply by :func:`soil_moisture_stress` where soils run dry.
    """
    absorbed = np.asarray(fapar) * np.asarray(ppfd) * _UMOL_A_DAY
    return np.asarray(absorbed * p_model_efficiency(tair_degc, vpd_kpa, co2_ppm, pressure_pa))


@dataclass(frozen=True)
class LightUse:
    """Light use efficiency of one plant cover, with MOD17's ramps.

    ``efficiency`` g C per MJ of absorbed PAR; minimum temperature in degC at which it is 0 and whole; vapour pressure
    deficit in kPa at which it is whole and 0.
    """

    efficiency: float
    tmin_none: float
    tmin_full: float
    vpd_full: float
    vpd_none: float


#: MOD17 user's guide, collection 6.1 (Running and Zhao 2021), biome properties.
LIGHT_USE = {
    "evergreen needleleaf forest": LightUse(0.962, -8.00, 8.31, 0.65, 4.6),
    "deciduous broadleaf forest": LightUse(1.165, -6.00, 9.94, 0.65, 1.65),
    "mixed forest": LightUse(1.051, -7.00, 9.50, 0.65, 2.4),
    "open shrubland": LightUse(0.841, -8.00, 8.80, 0.65, 4.8),
    "savanna": LightUse(1.206, -8.00, 11.39, 0.65, 3.1),
    "grassland": LightUse(0.860, -8.00, 12.02, 0.65, 5.3),
    "cropland": LightUse(1.044, -8.00, 12.02, 0.65, 4.3),
}


def light_use_gpp(cover: LightUse, fapar: Values, par_mj: Values, tmin_degc: Values, vpd_kpa: Values) -> np.ndarray:
    """GPP in g C m-2 d-1 of ``cover``, from PAR in MJ m-2 d-1 (Running et al. 2004, eq. 1 and table 1)."""
    warm = np.clip((np.asarray(tmin_degc) - cover.tmin_none) / (cover.tmin_full - cover.tmin_none), 0, 1)
    moist = np.clip((cover.vpd_none - np.asarray(vpd_kpa)) / (cover.vpd_none - cover.vpd_full), 0, 1)
    return np.asarray(cover.efficiency * np.asarray(fapar) * np.asarray(par_mj) * warm * moist)

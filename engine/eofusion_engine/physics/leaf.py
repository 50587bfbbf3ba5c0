"""Leaf reflectance and transmittance: PROSPECT-D.

Sources: Feret et al. (2017), Remote Sens. Environ. 193, 204 (PROSPECT-D); Jacquemoud and Baret (1990), Remote Sens.
Environ. 34, 75 (PROSPECT); Allen et al. (1969), J. Opt. Soc. Am. 59, 1376 (one layer); Stokes (1862), Proc. R. Soc.
London 11, 545 (a pile of layers).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .tables import tables

#: Light meets the first surface from within this angle of its normal (degrees): the rest is lost between rough cells.
_ENTRY_ANGLE = 40.0
_NODES = 200
#: Coefficients of exponential_integral, from the constant on.
_NEAR = (-0.57721566, 0.99999193, -0.24991055, 0.05519968, -0.00976004, 0.00107857)
_FAR = (
    (0.2677737343, 8.6347608925, 18.0590169730, 8.5733287401, 1.0),
    (3.9584969228, 21.0996530827, 25.6329561486, 9.5733223454, 1.0),
)


def mean_transmissivity(index: np.ndarray, angle_deg: float) -> np.ndarray:
    """Share (W,) of isotropic light within ``angle_deg`` of the normal that enters a medium of this ``index`` (W,).

    Fresnel's equations for unpolarised light, averaged over the solid angle (Stern 1964, Applied Optics 3, 111) by
    Gauss's quadrature.
    """
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    top = np.radians(angle_deg)
    theta = 0.5 * top * (node + 1)
    inside = np.arcsin(np.sin(theta) / index[:, None])
    cos_out, cos_in, n = np.cos(theta), np.cos(inside), index[:, None]
    parallel = (n * cos_out - cos_in) / (n * cos_out + cos_in)
    across = (cos_out - n * cos_in) / (cos_out + n * cos_in)
    entering = 1 - 0.5 * (parallel**2 + across**2)
    share = entering * np.sin(2 * theta) @ (0.5 * top * weight)
    return np.asarray(share / np.sin(top) ** 2)


@lru_cache(maxsize=1)
def _surfaces() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Transmissivity (2101,) of the first surface, from outside for all directions, and from inside."""
    index = tables()["refractive_index"]
    every = mean_transmissivity(index, 90.0)
    return mean_transmissivity(index, _ENTRY_ANGLE), every, every / index**2


def exponential_integral(x: np.ndarray) -> np.ndarray:
    """Integral of exp(-t) / t from ``x`` to infinity, for ``x`` above 0 and of any shape; its error is below 3e-7.

    Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 5.1.53 up to 1 and 5.1.56 beyond.
    """
    small, large = np.minimum(x, 1.0), np.maximum(x, 1.0)
    near = np.polynomial.polynomial.polyval(small, _NEAR) - np.log(small)
    ratio = np.polynomial.polynomial.polyval(large, _FAR[0]) / np.polynomial.polynomial.polyval(large, _FAR[1])
    return np.asarray(np.where(x <= 1, near, ratio * np.exp(-large) / large))


def leaf_optics(layers: np.ndarray, contents: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reflectance and transmittance (N, W) of leaves.

    ``layers`` (N,), 1 and more; ``contents`` (N, 6) of :data:`~.tables.ABSORBERS`; ``at`` (W,) indices of WAVELENGTHS.
    """
    first, enter, leave = (surface[at] for surface in _surfaces())
    depth = np.maximum(contents / layers[:, None] @ tables()["absorption"][:, at], 1e-9)
    # Diffuse light through one absorbing layer; never quite 0, so that ratios below stay finite.
    through = np.maximum((1 - depth) * np.exp(-depth) + depth**2 * exponential_integral(depth), 1e-12)

    back = 1 - leave  # reflected inside
    bounces = 1 - (back * through) ** 2
    t_first = first * through * leave / bounces
    r_first = 1 - first + back * through * t_first
    t = enter * through * leave / bounces
    r = 1 - enter + back * through * t

    # The remaining layers - 1, a number that need not be whole (Stokes).
    root = np.sqrt(np.maximum((1 + r + t) * (1 + r - t) * (1 - r + t) * (1 - r - t), 1e-18))
    a = (1 + r**2 - t**2 + root) / (2 * r)
    b = ((1 - r**2 + t**2 + root) / (2 * t)) ** (layers - 1)[:, None]
    pile = (a * b) ** 2 - 1
    r_pile, t_pile = a * (b**2 - 1) / pile, b * (a**2 - 1) / pile
    between = 1 - r_pile * r
    return r_first + t_first * r_pile * t / between, t_first * t_pile / between

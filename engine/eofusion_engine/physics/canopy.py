"""Reflectance of a canopy over soil in full spectral resolution: PROSPECT-D leaves in 4SAIL.

Sources: Verhoef (1984), Remote Sens. Environ. 16, 125 (SAIL); Verhoef et al. (2007), IEEE TGRS 45, 1808 (4SAIL: stable
where coefficients meet, and the hot spot after Kuusk 1991); Campbell (1990), Agric. For. Meteorol. 49, 173, and
Kuusk (1995), Remote Sens. Environ. 51 (ellipsoidal leaf angles). Written from the equations, in float64.
"""

from __future__ import annotations

import numpy as np

from .leaf import leaf_optics
from .soil import soil_spectra
from .tables import ABSORBERS, WAVELENGTHS

#: Columns of the traits: leaf layers; chlorophyll, carotenoids, anthocyanins (ug cm-2); brown pigment (-); water and
#: dry matter (g cm-2); leaf area index (m2 m-2); mean leaf angle (degrees); hot spot (-); soil brightness (-) and
#: moisture (0 dry to 1 wet); sun and view zenith, relative azimuth (degrees).
TRAITS = (
    "N", "cab", "car", "anth", "cbrown", "cw", "cm", "lai", "lidfa", "hspot", "soil_brightness", "soil_moisture",
    "sza", "vza", "raa",
)  # fmt: skip
#: Leaf inclinations are taken in classes of 5 degrees; steps of the hot spot's integral.
_CLASSES, _STEPS = 18, 20


def leaf_angles(mean_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles (A,) in radians of the classes of inclination, and the share (N, A) of leaf area in each.

    Ellipsoidal distribution (Campbell 1990) with the axis ratio of mean angles ``mean_deg`` (N,) in degrees.
    """
    mean = np.asarray(mean_deg, float)[:, None]
    ratio = np.exp(-1.6184e-5 * mean**3 + 2.1145e-3 * mean**2 - 1.2390e-1 * mean + 3.2491)
    ratio = np.where(np.abs(ratio - 1) < 1e-6, 1 + 1e-6, ratio)
    edge = np.linspace(0, np.pi / 2, _CLASSES + 1)
    x = ratio / np.sqrt(1 + (ratio * np.tan(edge)) ** 2)
    scale = ratio / np.sqrt(np.abs(1 - ratio**2))
    flat = np.sqrt(scale**2 + x**2)
    steep = np.sqrt(np.maximum(scale**2 - x**2, 0))
    integral = np.where(
        ratio > 1,
        x * flat + scale**2 * np.log(x + flat),
        x * steep + scale**2 * np.arcsin(np.clip(x / scale, -1, 1)),
    )
    share = np.abs(np.diff(integral, axis=1))
    return 0.5 * (edge[1:] + edge[:-1]), share / share.sum(axis=1, keepdims=True)


def _geometry(mean_deg: np.ndarray, sun: np.ndarray, view: np.ndarray, azimuth: np.ndarray) -> tuple[np.ndarray, ...]:
    """Extinction towards sun and eye, mean squared cosine of leaves, and bidirectional scattering back and forth.

    Each (N,), from angles (N,) in radians (Verhoef 1984, the SAIL coefficients).
    """
    angle, share = leaf_angles(mean_deg)

    def towards(zenith: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        level = np.cos(angle) * np.cos(zenith)[:, None]
        tilted = np.sin(angle) * np.sin(zenith)[:, None]
        cosine = -level / np.maximum(tilted, 1e-12)
        turn = np.arccos(np.clip(cosine, -1, 1))  # azimuth at which a leaf turns its other side
        projected = 2 / np.pi * ((turn - np.pi / 2) * level + np.sin(turn) * tilted)
        return level, tilted, turn, np.where(cosine > -1, tilted, level), projected

    level_s, tilted_s, turn_s, side_s, chi_s = towards(sun)
    level_o, tilted_o, turn_o, side_o, chi_o = towards(view)
    first, last = np.abs(turn_s - turn_o), np.pi - np.abs(turn_s + turn_o - np.pi)
    psi = np.broadcast_to(azimuth[:, None], first.shape)
    b1, b2, b3 = np.sort(np.stack([psi, first, last]), axis=0)
    both = tilted_s * tilted_o
    t1 = 2 * level_s * level_o + both * np.cos(psi)
    t2 = np.sin(b2) * (2 * side_s * side_o + both * np.cos(b1) * np.cos(b3))
    back = np.maximum((np.pi - b2) * t1 + t2, 0) / (2 * np.pi**2)
    forth = np.maximum(t2 - b2 * t1, 0) / (2 * np.pi**2)
    cos_s, cos_o = np.cos(sun), np.cos(view)
    per_area = np.pi / (cos_s * cos_o)
    return (
        (chi_s * share).sum(axis=1) / cos_s,
        (chi_o * share).sum(axis=1) / cos_o,
        (np.cos(angle) ** 2 * share).sum(axis=1),
        (back * share).sum(axis=1) * per_area,
        (forth * share).sum(axis=1) * per_area,
    )


def _hot_spot(
    lai: np.ndarray, size: np.ndarray, k: np.ndarray, o: np.ndarray, apart: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Probability (N,) that soil is both lit and seen, and its mean over the canopy's depth.

    ``apart`` (N,) is the distance of the two directions (Verhoef et al. 2007, section IV).
    """
    decay = np.clip(apart / np.maximum(size, 1e-9) * 2 / (k + o), 1e-6, 200)
    width = (1 - np.exp(-decay)) / _STEPS
    depth, log_p = np.zeros_like(decay), np.zeros_like(decay)
    total = np.zeros_like(decay)
    for step in range(1, _STEPS + 1):
        below = -np.log(1 - step * width) / decay if step < _STEPS else np.ones_like(decay)
        log_below = -(k + o) * lai * below + np.sqrt(k * o) * lai * (1 - np.exp(-decay * below)) / decay
        fall = log_below - log_p
        # exp() between two depths is taken as a straight line in its logarithm.
        mean = np.where(np.abs(fall) > 1e-9, np.expm1(fall) / np.where(fall == 0, 1, fall), 1.0)
        total += np.exp(log_p) * mean * (below - depth)
        depth, log_p = below, log_below
    return np.exp(log_p), total


def _between(k: np.ndarray, m: np.ndarray, lai: np.ndarray) -> np.ndarray:
    """Integral of exp(-k x) exp(-m (L - x)) over the depth: 4SAIL's J1, stable where k and m meet."""
    gap = (k - m) * lai
    safe = np.where(np.abs(gap) < 1e-6, 1.0, gap)
    return np.asarray(lai * np.exp(-m * lai) * np.where(np.abs(gap) < 1e-6, 1 - gap / 2, -np.expm1(-gap) / safe))


def canopy_spectra(traits: np.ndarray, at: np.ndarray | None = None) -> np.ndarray:
    """Bidirectional reflectance (N, W) of canopies in sunlight without skylight.

    ``traits`` (N, 15) in the order of :data:`TRAITS`; ``at`` (W,) indices of WAVELENGTHS, all unless told.
    Memory: some 40 float64 arrays of (N, W): call it with a few hundred canopies at a time.
    """
    at = np.arange(len(WAVELENGTHS)) if at is None else at
    t = {name: np.asarray(traits[:, i], float) for i, name in enumerate(TRAITS)}
    rho, tau = leaf_optics(t["N"], np.stack([t[name] for name in ABSORBERS], axis=1), at)
    sun, view, azimuth = (np.radians(t[name]) for name in ("sza", "vza", "raa"))
    k, o, bf, back, forth = (c[:, None] for c in _geometry(t["lidfa"], sun, view, azimuth))
    lai = np.maximum(t["lai"], 1e-6)[:, None]
    tan_s, tan_o = np.tan(sun)[:, None], np.tan(view)[:, None]
    apart = np.sqrt(np.maximum(tan_s**2 + tan_o**2 - 2 * tan_s * tan_o * np.cos(azimuth)[:, None], 0))
    lit_and_seen, seen_mean = _hot_spot(lai, t["hspot"][:, None], k, o, apart)

    # Scattering coefficients: diffuse back and forth, from the sun, towards the eye, from sun to eye.
    sigma_b = 0.5 * ((1 + bf) * rho + (1 - bf) * tau)
    a = 1 - 0.5 * ((1 - bf) * rho + (1 + bf) * tau)
    m = np.sqrt(np.maximum((a + sigma_b) * (a - sigma_b), 1e-12))
    sb, sf = 0.5 * ((k + bf) * rho + (k - bf) * tau), 0.5 * ((k - bf) * rho + (k + bf) * tau)
    vb, vf = 0.5 * ((o + bf) * rho + (o - bf) * tau), 0.5 * ((o - bf) * rho + (o + bf) * tau)
    w = back * rho + forth * tau

    # The layer alone: r_ and t_ with the direction of coming and going; d diffuse, s sun, o observer.
    e1 = np.exp(-m * lai)
    r_inf = (a - m) / sigma_b
    whole = 1 - (r_inf * e1) ** 2
    t_ss, t_oo = np.exp(-k * lai), np.exp(-o * lai)
    j1k, j1o = _between(k, m, lai), _between(o, m, lai)
    j2k, j2o = -np.expm1(-(k + m) * lai) / (k + m), -np.expm1(-(o + m) * lai) / (o + m)
    p_s, q_s = (sf + sb * r_inf) * j1k, (sf * r_inf + sb) * j2k
    p_v, q_v = (vf + vb * r_inf) * j1o, (vf * r_inf + vb) * j2o
    r_dd = r_inf * (1 - e1**2) / whole
    t_sd, t_do = (p_s - r_inf * e1 * q_s) / whole, (p_v - r_inf * e1 * q_v) / whole
    r_do = (q_v - r_inf * e1 * p_v) / whole
    z = -np.expm1(-(k + o) * lai) / (k + o)
    many = (
        (vf * r_inf + vb) * (z - j1k * t_oo) / (o + m) * (sf + sb * r_inf)
        + (vf + vb * r_inf) * (z - j1o * t_ss) / (k + m) * (sf * r_inf + sb)
        - (r_do * q_s + t_do * p_s) * r_inf
    ) / (1 - r_inf**2)

    soil = soil_spectra(t["soil_brightness"], t["soil_moisture"], at)
    often = 1 - soil * r_dd
    by_soil = ((t_ss + t_sd) * t_do + (t_sd + t_ss * soil * r_dd) * t_oo) * soil / often
    return np.asarray(w * lai * seen_mean + lit_and_seen * soil + many + by_soil)

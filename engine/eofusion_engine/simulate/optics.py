"""From a canopy's state to what is seen of it: the ground below, leaves, trunks, shade and flowers."""

from __future__ import annotations

import numpy as np

from .kinds import of
from .spectra import CanopyTable
from .surfaces import CHAR, FLOWERS, LITTER, STRAW, TWIGS

#: Mean share of a field, and of a wood, on which nothing grows.
_GAPS, _GAPS_TREES = 0.18, 0.04


def plant_reflectance(
    table: CanopyTable,
    at_sun: np.ndarray,
    sun_zenith_deg: float,
    unit: np.ndarray,
    kind: np.ndarray,
    green: np.ndarray,
    dead: np.ndarray,
    straw: np.ndarray,
    flowers: np.ndarray,
    char: np.ndarray,
    bare: np.ndarray,
) -> np.ndarray:
    """Reflectance (..., 10) of plant units under one sun.

    ``at_sun`` is ``table.at(sun_zenith_deg)``; the others are (...,): index of the unit (it chooses the variety of
    leaves) and of its kind, green and dry leaf area, shares 0-1 of straw, flowers and char; ``bare`` (..., 10) soil.
    """
    litter = of(kind, "litter")[..., None].astype(np.float32)
    below = bare + litter * (LITTER - bare)
    below = below + straw[..., None] * (STRAW - below)
    below = below + char[..., None] * (CHAR - below)
    # Clods and tufts throw shadows on each other when the sun is low.
    below = below * np.float32(1 - 0.14 * np.clip((sun_zenith_deg - 55) / 12, 0, 1))
    # Every canopy holds some dry leaves and stalks.
    seen = table.reflectance(at_sun, table.entry(kind, unit), green, dead + 0.14 * green, below)
    # Wheel tracks, gaps between rows, poor spots: finer than a pixel.
    open_ground = np.where(of(kind, "standing") >= 1.4, _GAPS_TREES, _GAPS) * (
        0.3 + 1.4 * ((unit * 0.6180339887) % 1.0)
    )
    seen = seen + open_ground[..., None].astype(np.float32) * (below - seen)
    woody = (of(kind, "woody") * np.exp(-0.55 * green))[..., None].astype(np.float32)
    seen = seen + woody * (TWIGS - seen)
    seen = seen + (0.8 * woody * char[..., None]) * (CHAR - seen)
    seen = seen * _shading(kind, green, sun_zenith_deg)
    if flowers.any():
        bloom = (flowers * (1 - np.exp(-0.8 * green)))[..., None].astype(np.float32)
        seen = seen + bloom * (FLOWERS - seen)
    return np.asarray(seen, np.float32)


def _shading(kind: np.ndarray, green: np.ndarray, sun_zenith_deg: float) -> np.ndarray:
    """Factor (..., 10) by which shade between crowns darkens a stand: more under a low sun, less without leaves,
    and less in the near infrared, where leaves let light through."""
    low_sun = 0.80 + 0.16 * (1 / np.cos(np.radians(min(sun_zenith_deg, 72))) - 1)
    taken = np.clip(of(kind, "shade") * low_sun * (0.55 + 0.45 * np.clip(green / 2, 0, 1)), 0, 0.8)
    bands = np.array([1.0, 1.0, 1.0, 1.0, 0.92, 0.90, 0.90, 0.90, 1.02, 1.05], np.float32)
    return np.asarray(1 - taken[..., None] * bands, np.float32)

"""Canopy reflectance in Sentinel-2's ten bands: a look-up table of the canopy model, over any ground.

The table holds, for each unit's own leaves, the model's reflectance over two soils. It is linear in the soil to
within the multiple scattering between canopy and ground, so any ground (straw, snow, char) can lie below.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..physics.canopy import TRAITS
from ..physics.canopy_bands import RANGES, canopy_reflectance
from .kinds import KINDS, of

#: Leaf area (green and dry together), share of it that is dry, and sun zenith in degrees of the table's nodes.
LEAF_AREA = np.array([0.0, 0.3, 0.7, 1.3, 2.2, 3.5, 5.2, 7.5], np.float32)
DRYNESS = np.array([0.0, 0.45, 1.0], np.float32)
SUN_ZENITH = np.array([28.0, 66.0], np.float32)
#: Sets of leaves a kind has.
VARIETIES = 20
_VIEW_ZENITH, _AZIMUTH = 5.0, 90.0


@dataclass(frozen=True)
class CanopyTable:
    """For E entries: ``dark`` (E, Z, L, S, 10) reflectance over the darker soil, whose own is ``soil`` (10,), and
    ``through`` of the same shape, what reaches the eye of a change of the soil's reflectance. ``first`` (K,) is the
    first entry of each kind of KINDS, which has VARIETIES of them; -1 where the kind is not in the table."""

    dark: np.ndarray
    through: np.ndarray
    soil: np.ndarray
    first: np.ndarray

    @classmethod
    def build(cls, seed: int, kinds: np.ndarray) -> CanopyTable:
        """A table for the ``kinds`` (indices), each with varieties whose leaves are drawn about the kind's own."""
        rng = np.random.default_rng([seed, 5])
        kinds = np.unique(kinds)
        kind = np.repeat(kinds, VARIETIES)
        first = np.full(len(KINDS), -1)
        first[kinds] = np.arange(len(kinds)) * VARIETIES
        entries = len(kind)
        shape = (entries, len(SUN_ZENITH), len(LEAF_AREA), len(DRYNESS), 2)

        def own(name: str, spread: float) -> np.ndarray:
            drawn = of(kind, name) * np.exp(spread * rng.standard_normal(entries))
            return np.asarray(drawn)[:, None, None, None, None]

        dry = DRYNESS[None, None, None, :, None]
        cab, water = 0.86 * own("cab", 0.16), 0.88 * own("cw", 0.15)
        traits = {
            "N": 1.10 * own("layers", 0.09), "cab": cab * (1 - 0.96 * dry) + 1, "car": 0.2 * cab * (1 - 0.6 * dry) + 1,
            "anth": 0.8 + 2.5 * dry * (1 - dry), "cbrown": 0.10 + 0.70 * dry, "cw": water * (1 - 0.82 * dry),
            "cm": 0.78 * own("cm", 0.20), "lai": LEAF_AREA[None, None, :, None, None], "lidfa": own("angle", 0.06),
            "hspot": np.array(0.05), "soil_brightness": np.array([0.4, 1.0]), "soil_moisture": np.array(0.2),
            "sza": SUN_ZENITH[None, :, None, None, None], "vza": np.array(_VIEW_ZENITH), "raa": np.array(_AZIMUTH),
        }  # fmt: skip
        columns = [np.clip(np.broadcast_to(traits[name], shape), *RANGES[name]).ravel() for name in TRAITS]
        seen = canopy_reflectance(np.stack(columns, axis=1)).reshape(*shape, 10)
        low, high = seen[..., 0, :], seen[..., 1, :]
        bare_low, bare_high = low[:, :, :1, :1].mean(axis=(0, 1, 2, 3)), high[:, :, :1, :1].mean(axis=(0, 1, 2, 3))
        through = np.clip((high - low) / np.maximum(bare_high - bare_low, 1e-3), 0, 1)
        return cls(low.astype(np.float32), through.astype(np.float32), bare_low.astype(np.float32), first)

    def entry(self, kind: np.ndarray, unit: np.ndarray) -> np.ndarray:
        """Entries of units ``unit`` (indices) that bear ``kind``."""
        return np.asarray(self.first[kind] + unit % VARIETIES)

    def at(self, sun_zenith_deg: float) -> np.ndarray:
        """The table for one sun: (E, L, S, 20), reflectance and what shines through."""
        share = np.float32(np.clip((sun_zenith_deg - SUN_ZENITH[0]) / (SUN_ZENITH[1] - SUN_ZENITH[0]), 0, 1.2))
        high_sun, change = self._suns
        return high_sun + share * change

    @cached_property
    def _suns(self) -> tuple[np.ndarray, np.ndarray]:
        """Reflectance and what shines through (E, L, S, 20) at the first sun, and their change to the second."""
        both = np.concatenate([self.dark, self.through], axis=-1)
        return np.ascontiguousarray(both[:, 0]), both[:, 1] - both[:, 0]

    def reflectance(
        self, table: np.ndarray, entry: np.ndarray, green: np.ndarray, dead: np.ndarray, ground: np.ndarray
    ) -> np.ndarray:
        """Reflectance (..., 10) of canopies.

        ``table`` from :meth:`at`; ``entry`` (...,) index; ``green`` and ``dead`` (...,) leaf area; ``ground``
        (..., 10) reflectance below.
        """
        total = green + dead
        dryness = np.where(total > 1e-3, dead / np.maximum(total, 1e-3), 0.0)
        i, x = _place(total, LEAF_AREA)
        j, y = _place(dryness, DRYNESS)
        flat = table.reshape(-1, table.shape[-1])
        base = (entry * len(LEAF_AREA) + i) * len(DRYNESS) + j
        x, y = x[..., None], y[..., None]
        near = flat[base] * (1 - y) + flat[base + 1] * y
        far = flat[base + len(DRYNESS)] * (1 - y) + flat[base + len(DRYNESS) + 1] * y
        both = near + x * (far - near)
        return np.asarray(both[..., :10] + both[..., 10:] * (ground - self.soil), np.float32)


def _place(values: np.ndarray, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of the node below and the share of the way to the next."""
    index = np.searchsorted(nodes[1:-1], values, side="right")
    share = (values - nodes[index]) / (nodes[index + 1] - nodes[index])
    return index, np.minimum(np.maximum(share, 0), 1).astype(np.float32, copy=False)

"""Colours of the products: the same in quicklooks, the report and the QGIS styles."""

from __future__ import annotations

import numpy as np

#: Colour stops from the lowest to the highest value, evenly spaced. All read well in print, and their
#: lightness alone tells the order, for those who do not tell red from green.
RAMPS: dict[str, tuple[str, ...]] = {
    "gpp": ("#f7f3e6", "#e2ecb4", "#b3d88a", "#6cba66", "#2f9150", "#0f6038", "#073420"),
    "gpp_sum": ("#f7f3e6", "#e2ecb4", "#b3d88a", "#6cba66", "#2f9150", "#0f6038", "#073420"),
    "temperature": ("#28417f", "#4677b3", "#84b4d6", "#cfe3e6", "#f8f0cf", "#f6bf7c", "#e07b4a", "#b5352f", "#74142a"),
    "temperature_monthly": (
        *("#28417f", "#4677b3", "#84b4d6", "#cfe3e6", "#f8f0cf"),
        *("#f6bf7c", "#e07b4a", "#b5352f", "#74142a"),
    ),
    "quality": ("#fbf7ef", "#d9dcec", "#a9b8dc", "#6f8dc6", "#3d62a8", "#1e3b78"),
}
#: Where nothing is known.
NODATA_COLOUR = (224, 224, 220)


def lookup(kind: str) -> np.ndarray:
    """The ramp of a kind of product as (256, 3) uint8."""
    stops = np.array([[int(text[i : i + 2], 16) for i in (1, 3, 5)] for text in RAMPS[kind]], dtype=np.float64)
    where = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(where, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


def colour(values: np.ndarray, kind: str, low: float, high: float) -> np.ndarray:
    """Values (H, W) with NaN as colours (H, W, 3) uint8; beyond the range the end colours go on."""
    known = np.isfinite(values)
    share = np.clip((np.where(known, values, low) - low) / (high - low), 0, 1)
    picture = lookup(kind)[np.rint(share * 255).astype(np.uint8)]
    picture[~known] = NODATA_COLOUR
    return picture

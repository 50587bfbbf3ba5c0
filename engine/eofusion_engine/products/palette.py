"""Colours of the products: the same in quicklooks, the report and the QGIS styles."""

from __future__ import annotations

import numpy as np

#: viridis (CC0), cmocean's thermal (MIT) and ColorBrewer's blues: all read well in print, and their lightness
#: alone tells the order, for those who do not tell colours apart.
_VIRIDIS = (
    "#440154",
    "#482878",
    "#3e4a89",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
)
_THERMAL = ("#042333", "#2c3395", "#744992", "#b15f82", "#eb7958", "#fbb43d", "#e8fa5b")
_BLUES = ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b")
#: Colour stops from the lowest to the highest value, evenly spaced; resources/styles has the same for QGIS.
RAMPS: dict[str, tuple[str, ...]] = {
    "gpp": _VIRIDIS,
    "gpp_sum": _VIRIDIS,
    "temperature": _THERMAL,
    "temperature_monthly": _THERMAL,
    "quality": _BLUES,
    "gpp_quality": _BLUES,
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

"""How well each pixel was seen: without it no product can be trusted or mistrusted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from .spec import ProductSpec

NODATA = -1


def spec(start: date, end: date) -> ProductSpec:
    """Three bands: number of clear observations, the longest wait for one in days, and how many of them saw snow."""
    span = {"DATE": start.isoformat(), "START": start.isoformat(), "END": end.isoformat()}
    return ProductSpec(
        kind="quality",
        path="products/quality/quality.tif",
        title=f"Clear observations {start} to {end}",
        unit="1",
        dates=(start,),
        bands=(
            "Clear Sentinel-2 observations",
            "Days from the worst product date to the nearest clear observation",
            "Clear Sentinel-2 observations of snow",
        ),
        band_tags=(
            {**span, "QUANTITY": "clear_observations"},
            {**span, "QUANTITY": "days_to_clear", "UNIT": "d"},
            {**span, "QUANTITY": "snow_observations"},
        ),
        dtype="int16",
        nodata=NODATA,
        value_range=(0.0, 40.0),
        overview_resampling="NEAREST",
    )


def measure(clear: np.ndarray, snow: np.ndarray, seen: Sequence[date], asked: Sequence[date]) -> np.ndarray:
    """int16 (3, H, W) for :func:`spec` from ``clear`` and ``snow`` (T, H, W) at the scenes' dates ``seen``.

    ``snow`` is where a clear view showed snow. The second band is the worst, over the product dates ``asked``, of the
    days to the nearest clear observation; nodata where nothing was ever clear.
    """
    _, height, width = clear.shape
    seen_days = np.array([day.toordinal() for day in seen], dtype=np.int64)
    worst = np.zeros((height, width), dtype=np.int64)
    far = np.iinfo(np.int16).max
    for day in asked:
        nearest = np.full((height, width), far, dtype=np.int64)
        for index, gap in enumerate(np.abs(seen_days - day.toordinal())):
            np.minimum(nearest, gap, out=nearest, where=clear[index])
        np.maximum(worst, nearest, out=worst)
    count = clear.sum(axis=0)
    return np.stack([count, np.where(count > 0, worst, NODATA), snow.sum(axis=0)]).astype(np.int16)

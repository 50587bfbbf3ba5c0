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
    count = clear.sum(axis=0)
    worst = _worst_wait(clear, [day.toordinal() for day in seen], [day.toordinal() for day in asked])
    return np.stack([count, np.where(count > 0, worst, NODATA), snow.sum(axis=0)]).astype(np.int16)


def _worst_wait(clear: np.ndarray, seen: Sequence[int], asked: Sequence[int]) -> np.ndarray:
    """(H, W) the largest of the days from each of ``asked`` to the nearest of ``seen`` that was clear."""
    far = 2 * np.iinfo(np.int16).max
    order = sorted(range(len(seen)), key=lambda index: seen[index])
    # For every place in that order the next clear day from there on, for all pixels.
    later = np.full((len(seen) + 1, *clear.shape[1:]), max([*seen, *asked], default=0) + far, dtype=np.int32)
    for place, index in reversed(list(enumerate(order))):
        later[place] = np.where(clear[index], seen[index], later[place + 1])
    earlier = np.full(clear.shape[1:], min([*seen, *asked], default=0) - far, dtype=np.int32)
    worst = np.zeros(clear.shape[1:], dtype=np.int32)
    place = 0
    for day in sorted(asked):
        while place < len(order) and seen[order[place]] <= day:
            np.copyto(earlier, seen[order[place]], where=clear[order[place]])
            place += 1
        np.maximum(worst, np.minimum(day - earlier, later[place] - day), out=worst)
    return worst

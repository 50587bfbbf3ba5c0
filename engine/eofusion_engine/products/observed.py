"""What was observed, beside what the model makes of it: NDVI of clear views and Sentinel-1 backscatter, a band a date.

So that a reconstructed curve can be judged against its observations at every pixel, without the scenes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np

from ..bands import S2_BANDS
from .spec import ProductSpec, day_tags

NODATA = -32768
NDVI_SCALE, DB_SCALE = 1e-4, 1e-2
RED, INFRARED = S2_BANDS.index("B04"), S2_BANDS.index("B08")
POLARISATIONS: tuple[Literal["vv", "vh"], ...] = ("vv", "vh")


def ndvi_spec(dates: Sequence[date]) -> ProductSpec:
    """NDVI of the clear views, a band a Sentinel-2 date; nodata where the ground was not seen."""
    days = tuple(dates)
    return ProductSpec(
        kind="ndvi_observed",
        path="products/observed/ndvi.tif",
        title="NDVI, observed",
        unit="1",
        dates=days,
        bands=tuple(f"NDVI observed {day}" for day in days),
        band_tags=day_tags(days),
        dtype="int16",
        nodata=NODATA,
        scale=NDVI_SCALE,
        value_range=(-0.1, 1.0),
        overview_resampling="NEAREST",
        tags={"EOFUSION_NOTE": "Clear views as they are: haze that no mask has found is in them"},
    )


def backscatter_spec(polarisation: Literal["vv", "vh"], passes: Sequence[tuple[date, bool]]) -> ProductSpec:
    """Backscatter in dB, a band a pass: (date, whether ascending)."""
    days = tuple(day for day, _ in passes)
    tags = tuple({"DATE": day.isoformat(), "ORBIT": "ascending" if up else "descending"} for day, up in passes)
    return ProductSpec(
        kind="backscatter",
        path=f"products/observed/backscatter_{polarisation}.tif",
        title=f"Sentinel-1 backscatter {polarisation.upper()}",
        unit="dB",
        dates=days,
        bands=tuple(f"{polarisation.upper()} {tag['DATE']} {tag['ORBIT']}" for tag in tags),
        band_tags=tags,
        dtype="int16",
        nodata=NODATA,
        statistic=polarisation,
        scale=DB_SCALE,
        value_range=(-30.0, 5.0),
        overview_resampling="NEAREST",
    )


def ndvi(reflectance: np.ndarray) -> np.ndarray:
    """int16 (T, H, W) for :func:`ndvi_spec` from reflectance (T, 10, H, W) with NaN where the ground was not seen."""
    red, infrared = reflectance[:, RED].astype(np.float64), reflectance[:, INFRARED].astype(np.float64)
    total = red + infrared
    index = np.divide(infrared - red, total, out=np.full(total.shape, np.nan), where=total > 0)
    return _stored(np.clip(index, -1, 1), NDVI_SCALE)


def backscatter(db: np.ndarray) -> np.ndarray:
    """int16 of the same shape for :func:`backscatter_spec`, from dB with NaN."""
    return _stored(db.astype(np.float64), DB_SCALE)


def _stored(values: np.ndarray, scale: float) -> np.ndarray:
    return np.where(np.isfinite(values), np.rint(values / scale), NODATA).astype(np.int16)

"""What one product file is: its form on disk and its face in QGIS, described once.

A :class:`ProductSpec` is made by the module of its product (``gpp.spec(...)``), handed to
:class:`~eofusion_engine.products.cog.CogWriter`, and becomes the PRODUCT entry of run.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np

Kind = Literal[
    "embeddings",
    "embedding_preview",
    "reflectance",
    "gpp",
    "gpp_sum",
    "gpp_quality",
    "temperature",
    "temperature_monthly",
    "quality",
    "ndvi_observed",
    "backscatter",
    "explore",
]
#: DEFLATE is read everywhere; ZSTD (GDAL >= 2.3, so QGIS 3.22 too) is five times faster to write and
#: kept for what is bulky: embeddings, reflectance, GPP at dates.
Compression = Literal["DEFLATE", "ZSTD"]
Resampling = Literal["AVERAGE", "NEAREST"]


@dataclass(frozen=True)
class ProductSpec:
    """One raster file of a run.

    ``value = stored * scale + offset`` in ``unit``; ``value_range`` is the fixed colour range in
    that unit, the same for every date and run. ``band_tags`` are written per band (DATE, ...).
    """

    kind: Kind
    path: str
    title: str
    unit: str
    dates: tuple[date, ...]
    bands: tuple[str, ...]
    band_tags: tuple[Mapping[str, str], ...]
    dtype: Literal["uint8", "int16", "uint16", "float32"]
    nodata: float
    value_range: tuple[float, float]
    statistic: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    compression: Compression = "DEFLATE"
    overview_resampling: Resampling = "AVERAGE"
    block: int = 256
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.bands or len(self.bands) != len(self.band_tags):
            raise ValueError(f"{self.path}: {len(self.bands)} bands but {len(self.band_tags)} sets of tags")

    @property
    def count(self) -> int:
        """Number of bands."""
        return len(self.bands)

    def descriptor(self) -> dict[str, Any]:
        """The PRODUCT entry of run.json and of the protocol."""
        return {
            "kind": self.kind,
            "statistic": self.statistic,
            "path": self.path,
            "title": self.title,
            "unit": self.unit,
            "dates": [day.isoformat() for day in self.dates],
            "range": list(self.value_range),
            "nodata": self.nodata,
            "bands": list(self.bands),
        }

    def pack(self, values: np.ndarray) -> np.ndarray:
        """Values in ``unit`` (NaN = nothing known) as they are stored.

        An integer array that already has the stored type is taken as packed. Values beyond what the
        type holds are clipped to its ends, never wrapped and never turned into nodata.
        """
        values = np.asarray(values)
        if values.dtype == self.dtype and values.dtype.kind in "iu":
            return values
        if self.dtype == "float32":
            return np.where(np.isfinite(values), values, self.nodata).astype(np.float32)
        limits = np.iinfo(self.dtype)
        low = limits.min + (self.nodata == limits.min)
        high = limits.max - (self.nodata == limits.max)
        # float64: (v + 128/127) * 127 in float32 would round some halves the other way
        stored = np.rint((values.astype(np.float64) - self.offset) / self.scale)
        return np.where(np.isfinite(stored), np.clip(stored, low, high), self.nodata).astype(self.dtype)

    def unpack(self, stored: np.ndarray) -> np.ndarray:
        """Stored values as float32 in ``unit``, NaN for nodata."""
        values = stored.astype(np.float64) * self.scale + self.offset
        return np.where(stored == self.nodata, np.nan, values).astype(np.float32)


def day_tags(days: tuple[date, ...], **more: str) -> tuple[dict[str, str], ...]:
    """Per-band tags of a file with a band a date."""
    return tuple({"DATE": day.isoformat(), **more} for day in days)

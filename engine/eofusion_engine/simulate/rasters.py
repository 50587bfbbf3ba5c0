"""Writes the simulated rasters: cloud-optimised GeoTIFFs, the same bytes from the same values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio import Affine

#: Scenes lie on multiples of this, the model's temperature cells.
CELL_M = 160.0


@dataclass(frozen=True)
class Place:
    """Where a square of ``size_px`` pixels of 10 m lies: its UTM zone and its upper left corner in metres."""

    epsg: int
    left: float
    top: float
    size_px: int

    @classmethod
    def around(cls, lat: float, lon: float, size_px: int) -> Place:
        """The square around a position, its corner moved to a multiple of 160 m."""
        epsg = (32600 if lat >= 0 else 32700) + min(int((lon + 180) // 6) + 1, 60)
        x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
        half = size_px * 5
        return cls(epsg, round((x - half) / CELL_M) * CELL_M, round((y + half) / CELL_M) * CELL_M, size_px)

    def transform(self, metres: float) -> Affine:
        """Of a raster with pixels of ``metres``."""
        return Affine(metres, 0, self.left, 0, -metres, self.top)

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        side = self.size_px * 10
        transformer = Transformer.from_crs(self.epsg, 4326, always_xy=True)
        return transformer.transform_bounds(self.left, self.top - side, self.left + side, self.top)

    def outline(self) -> list[list[float]]:
        """Corners (lon, lat), closed."""
        side = self.size_px * 10
        xs = [self.left, self.left + side, self.left + side, self.left, self.left]
        ys = [self.top - side, self.top - side, self.top, self.top, self.top - side]
        lons, lats = Transformer.from_crs(self.epsg, 4326, always_xy=True).transform(xs, ys)
        return [[round(lon, 7), round(lat, 7)] for lon, lat in zip(lons, lats, strict=True)]


def write_cog(
    path: Path, values: np.ndarray, place: Place, metres: float, nodata: float | None, names: list[str], **tags: str
) -> None:
    """Write ``values`` (bands, H, W) with pixels of ``metres`` as a cloud-optimised GeoTIFF. Raises OSError."""
    count, height, width = values.shape
    profile = {
        "driver": "COG", "count": count, "height": height, "width": width, "dtype": values.dtype.name, "nodata": nodata,
        "crs": f"EPSG:{place.epsg}", "transform": place.transform(metres), "compress": "DEFLATE",
        "predictor": "STANDARD", "blocksize": 256 if width <= 512 else 512,
        "overviews": "NONE" if width <= 512 else "AUTO",
    }  # fmt: skip
    if profile["dtype"] == "float32":
        profile["predictor"] = "FLOATING_POINT"
    with rasterio.open(path, "w", **profile) as file:
        file.write(values)
        file.descriptions = names
        file.update_tags(SIMULATED="yes", **tags)


def packed(values: np.ndarray, scale: float, dtype: type = np.int16) -> np.ndarray:
    """``values / scale`` rounded into whole numbers, kept within the type."""
    limits = np.iinfo(dtype)
    return np.clip(np.round(values / scale), limits.min + 1, limits.max).astype(dtype)

"""GDAL's own cache of blocks, which by default takes a twentieth of the machine's memory."""

from __future__ import annotations

from rasterio.env import set_gdal_config

#: Rasters are read in whole blocks and written once, so a larger one would only hold what nobody asks for again.
CACHE_BYTES = 64 << 20


def bound_gdal_cache() -> None:
    """Keep GDAL's cache small in this process, so that a run's memory grows neither with its area nor the machine."""
    set_gdal_config("GDAL_CACHEMAX", CACHE_BYTES)

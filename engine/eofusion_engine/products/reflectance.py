"""Cloud-free reflectance: ten Sentinel-2 bands of one date as the decoder gives them back."""

from __future__ import annotations

from datetime import date

from ..bands import S2_BANDS, S2_WAVELENGTH_NM
from .spec import ProductSpec

SCALE = 1e-4
NODATA = -32768
#: Bands from 1 of a true-colour picture, and its fixed range.
TRUE_COLOUR = tuple(S2_BANDS.index(name) + 1 for name in ("B04", "B03", "B02"))
TRUE_COLOUR_RANGE = (0.0, 0.25)


def spec(day: date) -> ProductSpec:
    """Eleven bands: the ten of :data:`bands.S2_BANDS`, then their uncertainty (one standard deviation,
    mean over the bands), all as surface reflectance (0-1)."""
    names = tuple(f"{name} {wavelength} nm {day}" for name, wavelength in zip(S2_BANDS, S2_WAVELENGTH_NM, strict=True))
    tags = tuple(
        {"DATE": day.isoformat(), "BAND": name, "WAVELENGTH_NM": str(wavelength)}
        for name, wavelength in zip(S2_BANDS, S2_WAVELENGTH_NM, strict=True)
    )
    return ProductSpec(
        kind="reflectance",
        path=f"products/reflectance/reflectance_{day:%Y%m%d}.tif",
        title=f"Cloud-free reflectance {day}",
        unit="1",
        dates=(day,),
        bands=(*names, f"Uncertainty {day}"),
        band_tags=(*tags, {"DATE": day.isoformat(), "BAND": "uncertainty"}),
        dtype="int16",
        nodata=NODATA,
        scale=SCALE,
        value_range=TRUE_COLOUR_RANGE,
        compression="ZSTD",
        tags={"EOFUSION_NOTE": "Reconstructed by the model from clear dates around this one; not an observation"},
    )

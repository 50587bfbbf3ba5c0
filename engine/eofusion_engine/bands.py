"""Band names and their fixed order. Every array in the engine follows it."""

from __future__ import annotations

from typing import Final

#: Sentinel-2 bands of the model, in the order of every array's band axis.
S2_BANDS: Final = ("B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B11", "B12")
#: Central wavelength in nm, for band descriptions (ESA Sentinel-2 User Handbook).
S2_WAVELENGTH_NM: Final = (490, 560, 665, 705, 740, 783, 842, 865, 1610, 2190)
#: Sentinel-1 polarisations of the model, in dB.
S1_BANDS: Final = ("VV", "VH")
#: Land surface temperature in degC.
LST_BANDS: Final = ("LST",)
#: The six bands that HLS and MODIS share with Sentinel-2: blue green red nir swir1 swir2.
SIX_BANDS: Final = ("B02", "B03", "B04", "B8A", "B11", "B12")
#: Index of :data:`SIX_BANDS` in :data:`S2_BANDS`: the one adapter from ten bands to six.
SIX_BAND_INDEX: Final = tuple(S2_BANDS.index(name) for name in SIX_BANDS)

#: Scene classification (SCL) values of Sentinel-2 L2A that are not a clear view of the ground:
#: no data, saturated, cloud shadow, cloud medium and high probability, thin cirrus.
#: 2 is "dark area / cast shadow". Snow (11) stays: it is the ground.
SCL_UNCLEAR: Final = (0, 1, 2, 3, 8, 9, 10)

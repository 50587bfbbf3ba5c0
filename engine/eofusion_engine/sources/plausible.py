"""Numbers that cannot be what a scene says they are: a wrong scale or offset fails loudly, not silently."""

from __future__ import annotations

import numpy as np

from ..bands import S1_BANDS, S2_BANDS, SCL_UNCLEAR
from ..errors import SourceError
from .base import CHUNK, SCL, BandRef, Scene, Window
from .store import ReadCache

#: Median surface reflectance of clear ground; beyond lies an offset applied twice, or a scale forgotten.
REFLECTANCE_RANGE = (-0.05, 1.2)
#: Median backscatter of land and water in dB; above 0 are numbers in linear power.
BACKSCATTER_RANGE_DB = (-40.0, 0.0)
#: The order in which bands are looked at: the darkest first, which show a wrong offset best.
_LOOKED_AT = ("B04", "B02", "B12", "B11", "B8A", "B08", "VV")
_ENOUGH_PIXELS = 25


def implausible(scene: Scene, cache: ReadCache) -> str | None:
    """A sentence that says why the scene must be left out, or None when its numbers look right.

    Looks at one fixed piece of one band of each form (pixel size, scale, offset, unit), the same whatever the area: so
    the answer does not depend on the window, and little is read. A file that cannot be read is not judged here.
    """
    for name in _one_of_each_form(scene, cache):
        try:
            values = _piece(scene, name, cache)
        except SourceError:
            continue
        if values.size < _ENOUGH_PIXELS:
            continue
        median = float(np.median(values))
        if scene.sensor == "S2" and not REFLECTANCE_RANGE[0] <= median <= REFLECTANCE_RANGE[1]:
            return (
                f"The scene {scene.id} is left out: no ground has a median reflectance of {median:.3g} ({name}). "
                "Check scale and offset in its description (an offset of -0.1 belongs to it once, or not at all)."
            )
        if scene.sensor == "S1" and not BACKSCATTER_RANGE_DB[0] <= median <= BACKSCATTER_RANGE_DB[1]:
            return (
                f"The scene {scene.id} is left out: no land has a median backscatter of {median:.3g} dB ({name}). "
                "Check scale and unit in its description."
            )
    return None


def _one_of_each_form(scene: Scene, cache: ReadCache) -> list[str]:
    names = dict.fromkeys(name for name in (*_LOOKED_AT, *S2_BANDS, *S1_BANDS) if name in scene.bands)
    forms: dict[tuple[object, ...], str] = {}
    for name in names:
        band = scene.bands[name]
        try:
            form = band.frame(cache).pixel_m, band.scale, band.offset, band.unit
        except SourceError:
            continue
        forms.setdefault(form, name)
    return list(forms.values())


def _piece(scene: Scene, name: str, cache: ReadCache) -> np.ndarray:
    """The clear values of the chunk in the middle of the band's raster."""
    band: BandRef = scene.bands[name]
    frame = band.frame(cache)
    row, col = (frame.height // 2) // CHUNK * CHUNK, (frame.width // 2) // CHUNK * CHUNK
    window = Window(row, col, min(CHUNK, frame.height - row), min(CHUNK, frame.width - col))
    values = band.on_grid(frame, window, cache)
    known = np.isfinite(values)
    if SCL in scene.bands:
        known &= ~np.isin(scene.bands[SCL].on_grid(frame, window, cache), SCL_UNCLEAR)
    return values[known]

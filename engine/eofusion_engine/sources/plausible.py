"""Numbers that cannot be what a scene says they are: a wrong scale or offset fails loudly, not silently."""

from __future__ import annotations

import numpy as np

from ..bands import S1_BANDS, S2_BANDS, SCL_UNCLEAR
from ..errors import SourceError
from .base import CHUNK, SCL, BandRef, Scene, Window
from .geotiff import TiffBand
from .store import ReadCache

#: Median surface reflectance of clear ground; beyond lies an offset applied twice, or a scale forgotten.
REFLECTANCE_RANGE = (-0.05, 1.2)
#: Median backscatter of land and water in dB; above 0 are numbers in linear power.
BACKSCATTER_RANGE_DB = (-40.0, 0.0)
#: The order in which bands are looked at: the darkest first, which show a wrong offset best.
_LOOKED_AT = ("B04", "B02", "B12", "B11", "B8A", "B08", "VV")
_ENOUGH_PIXELS = 25
#: A median of some thousand pixels is as good as one of all.
_SAMPLES_A_SIDE = 128
#: Three neighbours in the near infrared, which see nearly the same of any surface: 783, 842 and 865 nm.
_NEIGHBOURS = ("B07", "B08", "B8A")
#: Their medians differ by some percent on land; by more than this factor only where files or bands were mixed up.
_NEIGHBOUR_FACTOR = 2.0
#: Darker than this is water, of which noise is the larger part.
_DARK = 0.08


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


def mixed_up(scene: Scene, cache: ReadCache) -> str | None:
    """A sentence where a Sentinel-2 scene's bands seem to be in the wrong order, else None; it is used all the same.

    Only GeoTIFFs that a person described are looked at: services and SAFE products name their bands themselves.
    """
    if scene.sensor != "S2" or any(type(scene.bands.get(name)) is not TiffBand for name in _NEIGHBOURS):
        return None
    try:
        pieces = [_piece(scene, name, cache) for name in _NEIGHBOURS]
    except SourceError:
        return None  # told by who needs the pixels
    if min(piece.size for piece in pieces) < _ENOUGH_PIXELS:
        return None
    medians = [float(np.median(piece)) for piece in pieces]
    if max(medians) < _DARK or max(medians) <= _NEIGHBOUR_FACTOR * max(min(medians), 1e-3):
        return None
    words = ", ".join(f"{name} {median:.2f}" for name, median in zip(_NEIGHBOURS, medians, strict=True))
    return (
        f"The bands of {scene.id} may be in the wrong order: on any ground these three are nearly equal ({words}). "
        "Check which file or band is which in its description."
    )


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
    """The clear values of the chunk in the middle of the band's raster, of a large one a regular sample."""
    band: BandRef = scene.bands[name]
    frame = band.frame(cache)
    row, col = (frame.height // 2) // CHUNK * CHUNK, (frame.width // 2) // CHUNK * CHUNK
    window = Window(row, col, min(CHUNK, frame.height - row), min(CHUNK, frame.width - col))
    step = max(1, min(window.height, window.width) // _SAMPLES_A_SIDE)
    values = band.on_grid(frame, window, cache)[::step, ::step]
    known = np.isfinite(values)
    if SCL in scene.bands:
        known &= ~np.isin(scene.bands[SCL].on_grid(frame, window, cache)[::step, ::step], SCL_UNCLEAR)
    return values[known]

"""Pass 1: a tile's cube to embeddings, reflectance, quality and temperature conditions, kept as a tile file."""

from __future__ import annotations

import numpy as np

from ..cube import CubeWindow
from ..memory import count_tile
from ..products import embeddings, observed, quality, reflectance
from .conditions import cell_conditions
from .encode import encode_window
from .tiles import HALO, Tile
from .workplace import Control, Job, Workplace

#: Every how many pixels the preview's colours are fitted on.
PREVIEW_STEP = 8


def make_imagery(place: Workplace, job: Job, control: Control) -> None:
    """Write the tile file ``*_imagery`` of each tile that has none; none more once ``control`` says stop."""
    for tile in job:
        if control.stopped() or place.store.load(f"{tile.name}_imagery") is not None:
            continue
        window = place.cube.read(tile.row - HALO, tile.col - HALO, tile.height + 2 * HALO, tile.width + 2 * HALO)
        if not control.stopped():
            place.store.save(f"{tile.name}_imagery", _arrays(place, tile, window))
            count_tile()


def _arrays(place: Workplace, tile: Tile, window: CubeWindow) -> dict[str, np.ndarray]:
    with place.on_device():
        encoded = encode_window(place.stack, window, HALO, place.dates)
    inside = place.inside[tile.row : tile.row + tile.height, tile.col : tile.col + tile.width]
    clear = window.s2_clear[:, HALO:-HALO, HALO:-HALO]
    # Conditions come from whole cells, also beyond the polygon: so overlapping areas agree.
    arrays = {"condition": cell_conditions(window, HALO, place.epochs)}
    snow = window.s2_snow[:, HALO:-HALO, HALO:-HALO]
    measured = quality.measure(clear, snow, window.s2_dates, place.dates)
    arrays["quality"] = np.where(inside, measured, np.int16(quality.NODATA))
    if "reflectance" in place.request.products:
        seen = observed.ndvi(window.s2[:, :, HALO:-HALO, HALO:-HALO])
        radar = observed.backscatter(window.s1[:, :, HALO:-HALO, HALO:-HALO])
        arrays["ndvi_observed"] = np.where(inside, seen, np.int16(observed.NODATA))
        arrays["backscatter"] = np.where(inside, radar, np.int16(observed.NODATA))
    if len(place.dates):
        whole = bool(inside.all())  # most tiles: the arrays are large, and are not copied for nothing
        embedding = encoded.embedding if whole else np.where(inside, encoded.embedding, np.float32(np.nan))
        sample = [embeddings.sample_pixels(day, PREVIEW_STEP) for day in embedding]
        arrays["preview_sample"] = np.concatenate(sample).astype(np.float16)
        arrays["embedding"] = np.stack([embeddings.quantise(day) for day in embedding])
        uncertainty = encoded.reflectance_sd.mean(axis=1, keepdims=True)
        bands = np.concatenate((encoded.reflectance, uncertainty), axis=1)
        bands = bands if whole else np.where(inside, bands, np.float32(np.nan))
        arrays["reflectance"] = reflectance.spec(place.dates[0]).pack(bands)
    return arrays

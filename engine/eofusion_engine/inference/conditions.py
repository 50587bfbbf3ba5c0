"""What each 160 m cell showed about each epoch: the conditions that its temperature is generated from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from ..cube import CubeWindow
from ..model.temperature.image_tokens import CELL_BANDS, S1_TOKENS, S2_TOKENS, composite
from ..model.temperature.sequence import OBSERVATION_DAYS, RADAR_DAYS
from ..products.grid import TOKEN_PIXELS

#: A cell's view of a date counts when at least this share of its pixels was seen.
CELL_SHARE = 0.25


def cell_conditions(window: CubeWindow, halo: int, epochs: Sequence[date]) -> np.ndarray:
    """Composites (C, CELL_BANDS, h, w) of the window's cells at epochs, NaN where a sensor saw nothing near.

    ``window`` includes ``halo`` pixels on each side, which are left out; the rest is whole cells. A cell depends on its
    own pixels alone. Backscatter is averaged in linear power; surface temperature stays NaN.
    """
    inner = (slice(None), slice(None), slice(halo, -halo or None), slice(halo, -halo or None))
    days = np.array([day.toordinal() for day in epochs], dtype=np.int64)
    rows, cols = (size // TOKEN_PIXELS for size in window.s2[inner].shape[2:])
    out = np.full((len(epochs), CELL_BANDS, rows, cols), np.nan, np.float32)
    for values, dates, sensor, reach, radar in (
        (window.s2, window.s2_dates, S2_TOKENS, OBSERVATION_DAYS, False),
        (window.s1, window.s1_dates, S1_TOKENS, RADAR_DAYS, True),
    ):
        near = [i for i, day in enumerate(dates) if np.abs(days - day.toordinal()).min(initial=reach + 1) <= reach]
        if not near:
            continue
        # Date by date: a long cube of one tile is hundreds of megabytes.
        cells = np.stack([_cells(values[i : i + 1][inner][0], radar) for i in near])
        when = np.array([dates[i].toordinal() for i in near], dtype=np.int64)
        out[:, sensor.bands] = composite(cells, when, days, reach, radar)
    return out


def _cells(view: np.ndarray, radar: bool) -> np.ndarray:
    """Means (B, h, w) over the cells of one view (B, H, W), NaN where too little of a cell was seen."""
    bands, height, width = view.shape
    blocks = view.reshape(bands, height // TOKEN_PIXELS, TOKEN_PIXELS, width // TOKEN_PIXELS, TOKEN_PIXELS)
    known = np.isfinite(blocks)
    clean = np.where(known, 10.0 ** (blocks / 10.0) if radar else blocks, 0.0).astype(np.float64)
    count = known.sum(axis=(2, 4))
    mean = clean.sum(axis=(2, 4)) / np.maximum(count, 1)
    mean = np.where(count >= CELL_SHARE * TOKEN_PIXELS**2, mean, np.nan)
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(mean) if radar else mean, dtype=np.float32)

"""The sequence that the correlation model sees: windows of days, image epochs, and what is known of the place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from .climatology import Climatology, unit_sphere

#: Days between image epochs; windows begin at epochs, counted from 2015-01-01 (ordinal 735599).
EPOCH_DAYS, EPOCH_ORIGIN = 16, 735599
#: Days of a window, and image epochs that it sees before its first and after its last day.
WINDOW, IMAGE_MARGIN = 128, 2
IMAGES = WINDOW // EPOCH_DAYS + 2 * IMAGE_MARGIN
#: An epoch's composite takes clear Sentinel-2 views, and Sentinel-1's, within so many days: in training and in use.
OBSERVATION_DAYS, RADAR_DAYS = 24, 12
#: Where a temperature is from. Reanalyses are means over tens of kilometres and over their own relief, and the days
#: with a clear view are warmer in summer than the others: to be told which is asked makes more than any image.
SOURCES = ("station", "era5", "era5_clear", "agera5", "simulated")
#: Position (3), climatology (8 coefficients), unexplained share, height, height over the relief, whether it is known.
STATIC_FEATURES = 15
#: Share of the climatology's residual variance beyond which a place is far from all stations.
MOST_UNEXPLAINED = 0.25
#: Brings the climatology's coefficients to about unit size.
_CLIMATE_SCALE = np.array([15.0, 10.0, 10.0, 2.0, 2.0, 1.0, 0.5, 0.5])
UNEXPLAINED_COLUMN = 11


def assemble_static(
    lat: float,
    lon: float,
    coefficients: NDArray[np.float64],
    unexplained: float,
    height: float,
    relief: float,
    known: bool,
) -> NDArray[np.float32]:
    """Position in degrees, climatology coefficients (8,), unexplained share, height and coarse relief in m, and whether
    the height is the place's own, to one vector (STATIC_FEATURES,)."""
    # Beyond this share the training places are too few: further out is no different from there.
    share = min(unexplained, MOST_UNEXPLAINED)
    rest = [share, height / 1000.0, (height - relief) / 1000.0, float(known)]
    return np.concatenate((unit_sphere(lat, lon), coefficients / _CLIMATE_SCALE, rest)).astype(np.float32)


def static_features(climatology: Climatology, lat: float, lon: float, elevation: float | None) -> NDArray[np.float32]:
    """What is known of a place without looking: (STATIC_FEATURES,)."""
    coefficients, unexplained = climatology.coefficients(lat, lon)
    known = elevation is not None and bool(np.isfinite(elevation))
    height = float(climatology.height(np.atleast_1d(lat), np.atleast_1d(lon), elevation)[0])
    relief = float(climatology.relief(lat, lon))
    return assemble_static(lat, lon, coefficients[0], float(unexplained[0]), height, relief, known)


def image_epochs(start: date, end: date) -> list[date]:
    """The 16-day epochs whose images generation from ``start`` to ``end`` can make use of."""
    margin = IMAGE_MARGIN * EPOCH_DAYS
    first = -(-(start.toordinal() - margin - EPOCH_ORIGIN) // EPOCH_DAYS)
    last = (end.toordinal() + margin - EPOCH_ORIGIN) // EPOCH_DAYS
    return [date.fromordinal(EPOCH_ORIGIN + EPOCH_DAYS * epoch) for epoch in range(first, last + 1)]


def window_start(window: int) -> int:
    """Ordinal of a window's first day."""
    return EPOCH_ORIGIN + window * WINDOW


def windows_of(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """The window that each ordinal lies in."""
    return np.asarray((days - EPOCH_ORIGIN) // WINDOW)


def in_slots(values: NDArray, dates: Sequence[date] | NDArray[np.int64], window: int, empty: float) -> NDArray:  # type: ignore[type-arg]
    """Epochs' values (G, Q, ...) in the image slots of a window (G, IMAGES, ...); ``empty`` where there is none.

    Raises:
        ValueError: a date is no epoch.
    """
    out = np.full((len(values), IMAGES, *values.shape[2:]), empty, dtype=values.dtype)
    first = window_start(window) - IMAGE_MARGIN * EPOCH_DAYS
    for place, day in enumerate(dates):
        ordinal = int(day) if not isinstance(day, date) else day.toordinal()
        slot, rest = divmod(ordinal - first, EPOCH_DAYS)
        if rest:
            raise ValueError("Image dates must be 16-day epochs counted from 2015-01-01 (see image_epochs).")
        if 0 <= slot < IMAGES:
            out[:, slot] = values[:, place]
    return out

"""Conditions: all that one window's generation depends on. Cells with equal ones share a series."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .image_tokens import ABSENT, LEVELS
from .sequence import IMAGES

#: Positions are rounded to this many degrees, so that areas agree and neighbours share a series.
POSITION_STEP = 0.1
#: The model sees elevations in steps of so many metres: its anomalies differ by 0.1 to 0.2 K from one to the next. The
#: climatology under them takes each cell's own height.
ELEVATION_STEP = 200.0


@dataclass(frozen=True)
class Condition:
    """All that one window's generation depends on, apart from the run's seed.

    ``elevation`` in metres is a multiple of :data:`ELEVATION_STEP`, None where it is not known. ``source`` is one of
    SOURCES, ``l1c`` says that reflectance is top-of-atmosphere.
    """

    window: int
    codes: bytes
    lat: float
    lon: float
    elevation: float | None
    source: str = "station"
    l1c: bool = False

    def seed(self, run_seed: int) -> int:
        """A seed that is the same on every machine, for every area and tiling, and for all that a place may show."""
        text = f"{run_seed}|{self.window}|{self.lat:.1f}|{self.lon:.1f}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "little") >> 1

    @property
    def place(self) -> tuple[float, float, float | None]:
        """Position and height, on which the climatology hangs."""
        return self.lat, self.lon, self.elevation

    @property
    def image_codes(self) -> NDArray[np.uint8]:
        """The codes as an array (IMAGES, d)."""
        return np.frombuffer(self.codes, dtype=np.uint8).reshape(IMAGES, len(LEVELS))

    @property
    def has_images(self) -> bool:
        """Whether any sensor saw anything."""
        return any(code != ABSENT for code in self.codes)


def group_conditions(ids: NDArray[np.uint8], valid: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Cells that have the same image tokens.

    Args:
        ids: (N, Q, d) codes. valid: (N, Q); what is not valid does not tell cells apart.

    Returns:
        ``first`` (G,), the first cell of each group, and ``group`` (N,), each cell's group: a group's series
        scattered with ``series[group]`` is every cell's.
    """
    codes = np.where(np.asarray(valid, dtype=bool)[..., None], ids, ABSENT).astype(np.uint8)
    _, first, group = np.unique(codes.reshape(len(codes), -1), axis=0, return_index=True, return_inverse=True)
    return first, group.reshape(-1)

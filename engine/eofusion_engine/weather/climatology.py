"""What an average sky gives: the radiation where nobody measured it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..physics.radiation import RadiationClimatology


@lru_cache(maxsize=4)
def _climatology(weights_dir: Path | None) -> RadiationClimatology:
    from ..model.gpp import load_radiation_climatology

    return load_radiation_climatology(weights_dir)


def all_sky_ssrd(
    lat: float, dates: Iterable[date] | np.ndarray, lon: float | None = None, weights_dir: Path | None = None
) -> np.ndarray:
    """Downwelling radiation (D,) of an average sky in W m-2 (daily mean) at a place in degrees.

    The climatology ships in gpp.safetensors. Without ``lon`` it knows the latitude only and is
    less exact (docs/model-card).
    """
    return _climatology(weights_dir).ssrd(lat, lon, dates)

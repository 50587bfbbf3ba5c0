"""Spectral tables of leaves, soils and Sentinel-2, on 400 to 2500 nm in steps of 1 nm.

``tools/spectral_tables.py`` makes the file and names where each table is from.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from safetensors.numpy import load_file

Platform = Literal["S2A", "S2B"]
#: nm
WAVELENGTHS = np.arange(400, 2501)
#: What absorbs in a leaf, in the order of the ``absorption`` table: per ug cm-2 of three pigments, per unit of brown
#: pigment, per g cm-2 of water and dry matter.
ABSORBERS = ("cab", "car", "anth", "cbrown", "cw", "cm")
DATA = Path(__file__).with_name("data") / "spectral_tables.safetensors"


@lru_cache(maxsize=1)
def tables() -> dict[str, np.ndarray]:
    """float64 arrays: ``refractive_index`` (2101,), ``absorption`` (6, 2101), ``soil`` (2, 2101) dry and wet."""
    return {name: np.asarray(table, float) for name, table in load_file(DATA).items()}


def responses(platform: Platform) -> np.ndarray:
    """Spectral responses (10, 2101) of the bands of S2_BANDS, each with the sum 1: ``spectra @ responses(p).T``."""
    return tables()[platform]


def seen_by_sentinel2() -> np.ndarray:
    """Indices of the wavelengths that any band of either satellite sees: a third of all."""
    return np.flatnonzero((responses("S2A") + responses("S2B")).sum(axis=0) > 0)

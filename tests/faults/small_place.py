"""The place of these tests: two tiles, one wide and one narrow; a run of every product takes a second or two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Transformer
from scene_files import LEFT, TOP, write_s1, write_s2
from shapely.geometry import box, mapping
from shapely.ops import transform

#: Pixels of 10 m: one whole tile (96) and one cell (16) beyond it, one cell high.
WIDE, HIGH = 112, 16
DAYS = ("2021-05-01", "2021-05-11")
PERIOD = {"start": "2021-05-01", "end": "2021-05-12"}


def write_place(folder: Path) -> Path:
    """Two Sentinel-2 dates and one of Sentinel-1 as GeoTIFFs with sidecars."""
    for seed, day in enumerate(DAYS):
        write_s2(folder / f"s2_{day}", seed=seed, size=WIDE, time=f"{day}T10:30:00Z")
    write_s1(folder / "s1", np.random.default_rng(9).normal(-12, 2, (2, WIDE, WIDE)))
    return folder


def area() -> dict[str, Any]:
    """The two tiles as GeoJSON in EPSG:4326, a metre within their edges."""
    rectangle = box(LEFT + 1, TOP - 10 * HIGH + 1, LEFT + 10 * WIDE - 1, TOP - 1)
    return dict(mapping(transform(Transformer.from_crs(32632, 4326, always_xy=True).transform, rectangle)))


def request(source: Path | str, out: Path, **fields: Any) -> dict[str, Any]:
    """A run of every product of the place."""
    few = {"samples": 4, "threads": 1, "seed": 5}
    return {"source": str(source), "area": area(), **PERIOD, **few, "out": str(out), **fields}

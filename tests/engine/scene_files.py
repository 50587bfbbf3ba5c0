"""Small scenes written for the tests of the readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from eofusion_engine.bands import S2_BANDS
from rasterio import Affine

#: Upper left corner of the test scenes in UTM 32N, a multiple of 160 m.
LEFT, TOP = 600_000 // 160 * 160.0, 5_660_000 // 160 * 160.0
TEN = ("B02", "B03", "B04", "B08")
TWENTY = tuple(name for name in S2_BANDS if name not in TEN)


def write_tif(
    path: Path,
    values: np.ndarray,
    metres: float,
    *,
    crs: str = "EPSG:32632",
    left: float = LEFT,
    top: float = TOP,
    **profile: Any,
) -> None:
    """A tiled GeoTIFF of (bands, H, W)."""
    values = values if values.ndim == 3 else values[None]
    count, height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=values.dtype.name, crs=crs,
        transform=Affine(metres, 0, left, 0, -metres, top), compress="deflate", **profile,
    ) as file:  # fmt: skip
        file.write(values)


def write_sidecar(folder: Path, **fields: Any) -> None:
    """``scene.json`` with the given fields."""
    (folder / "scene.json").write_text(json.dumps(fields), encoding="utf-8")


def write_s2(
    folder: Path,
    *,
    seed: int = 0,
    size: int = 32,
    time: str = "2021-05-01T10:30:00Z",
    scl: np.ndarray | None = None,
    **where: Any,
) -> dict[str, np.ndarray]:
    """A Sentinel-2 scene of ``size`` x ``size`` pixels of 10 m; returns the stored numbers by band."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    bands = {name: rng.integers(200, 5000, (size, size)).astype(np.uint16) for name in TEN}
    bands |= {name: rng.integers(200, 5000, (size // 2, size // 2)).astype(np.uint16) for name in TWENTY}
    bands["SCL"] = np.full((size // 2, size // 2), 4, np.uint8) if scl is None else scl.astype(np.uint8)
    for name, values in bands.items():
        write_tif(folder / f"{name}.tif", values, 10 if name in TEN else 20, **where)
    files = {name: f"{name}.tif" for name in bands}
    write_sidecar(folder, sensor="S2", level="L2A", time=time, scale=1e-4, offset=0, nodata=0, bands=files)
    return bands


def write_s1(
    folder: Path,
    db: np.ndarray,
    *,
    time: str = "2021-05-02T17:10:00Z",
    metres: float = 10,
    unit: str = "dB",
    **fields: Any,
) -> None:
    """A Sentinel-1 scene of (2, H, W) float32 values."""
    folder.mkdir(parents=True)
    write_tif(folder / "S1.tif", db.astype(np.float32), metres, nodata=np.nan)
    bands = {"VV": "S1.tif", "VH": {"file": "S1.tif", "band": 2}}
    write_sidecar(folder, **{"sensor": "S1", "level": "RTC", "time": time, "unit": unit, "bands": bands, **fields})

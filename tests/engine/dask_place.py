"""A long narrow place of many small tiles, its runs, and clusters on loopback to make them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from eofusion_engine.inference.tiles import TILE_PIXELS
from pyproj import Transformer
from scene_files import LEFT, TEN, TOP, TWENTY, write_sidecar, write_tif
from shapely import segmentize
from shapely.geometry import box, mapping
from shapely.ops import transform

#: Pixels of a tile along the strip; across, it is one token cell.
TILE, HIGH = TILE_PIXELS, 16


def write_strip(folder: Path, tiles: int, days: tuple[str, ...] = ("2021-05-01", "2021-05-11")) -> Path:
    """Sentinel-2 of ``days`` and one Sentinel-1 date over a strip of ``tiles`` tiles, random as to pixels."""
    wide, rng = tiles * TILE, np.random.default_rng(4)
    for day in days:
        scene = folder / f"s2_{day}"
        scene.mkdir(parents=True)
        for name in (*TEN, *TWENTY):
            step = 1 if name in TEN else 2
            values = rng.integers(200, 5000, (HIGH // step, wide // step)).astype(np.uint16)
            write_tif(scene / f"{name}.tif", values, 10 * step)
        write_tif(scene / "SCL.tif", np.full((HIGH // 2, wide // 2), 4, np.uint8), 20)
        files = {name: f"{name}.tif" for name in (*TEN, *TWENTY, "SCL")}
        time = f"{day}T10:30:00Z"
        write_sidecar(scene, sensor="S2", level="L2A", time=time, scale=1e-4, offset=0, nodata=0, bands=files)
    (folder / "s1").mkdir()
    write_tif(folder / "s1" / "S1.tif", rng.normal(-12, 2, (2, HIGH, wide)).astype(np.float32), 10, nodata=np.nan)
    bands = {"VV": "S1.tif", "VH": {"file": "S1.tif", "band": 2}}
    write_sidecar(folder / "s1", sensor="S1", level="RTC", time="2021-05-02T17:10:00Z", unit="dB", bands=bands)
    return folder


def strip_request(source: Path, out: Path, tiles: int, **fields: Any) -> dict[str, Any]:
    """A run over the whole strip, of every product."""
    rectangle = segmentize(box(LEFT + 2, TOP - 10 * HIGH + 2, LEFT + 10 * tiles * TILE - 2, TOP - 2), 2000)
    area = transform(Transformer.from_crs(32632, 4326, always_xy=True).transform, rectangle)
    few = {"samples": 4, "threads": 2, "seed": 5, "device": "cpu"}
    period = {"start": "2021-05-01", "end": "2021-05-12"}
    return {"source": str(source), "area": dict(mapping(area)), **period, **few, "out": str(out), **fields}


def product_sums(run: Path) -> dict[str, str]:
    """SHA-256 of every product by path."""
    found = sorted((run / "products").rglob("*.tif"))
    return {str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


class Ear:
    """A listener that keeps what it hears, and cancels when ``until(stage, done)`` says so."""

    def __init__(self, until: Callable[[str, int], bool] = lambda stage, done: False) -> None:
        self.steps: list[tuple[str, int, int]] = []
        self.warnings: list[str] = []
        self._until, self._stop = until, False

    def progress(self, stage: str, done: int, total: int, text: str) -> None:
        self.steps.append((stage, done, total))
        self._stop = self._stop or self._until(stage, done)

    def warning(self, message: str) -> None:
        self.warnings.append(message)

    def product(self, run: str, product: dict[str, Any]) -> None:
        pass

    def cancelled(self) -> bool:
        return self._stop

"""A large place of local COGs to measure on: a simulated one of 2.56 km, mirrored to any size, with smooth fields.

``python tests/bench/place.py --out FOLDER --km 10`` writes 24 Sentinel-2 and 30 Sentinel-1 dates of one year as COGs
of 512 px blocks. The fields vary brightness, greenness and backscatter smoothly over the whole place, so that mirrored
copies are not the same ground twice. It serves to measure speed, never accuracy.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from eofusion_engine import simulate
from eofusion_engine.bands import SCL_UNCLEAR
from rasterio.shutil import copy as gdal_copy

#: Side of the simulated place in pixels of 10 m.
BASE_PX = 256
START, END = date(2021, 1, 1), date(2021, 12, 31)
#: Bands whose reflectance vegetation raises; the others follow brightness alone.
GREEN_BANDS = frozenset({"B06", "B07", "B08", "B8A"})
#: Largest relative change of reflectance by the fields, and of backscatter in dB.
BRIGHTNESS, GREENNESS, BACKSCATTER_DB = 0.15, 0.15, 2.0
#: Waves of a field, and the shortest wavelength in metres.
WAVES, SHORTEST_M = 6, 3000.0


def make_place(out: Path, km: float, s2: int = 24, s1: int = 30, seed: int = 11, base: Path | None = None) -> None:
    """Write the place into the new folder ``out``; ``base`` is a simulated place that is taken instead of a new one."""
    size = max(1, round(km * 1000 / 160)) * 16
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        if base is None:
            base = Path(folder) / "base"
            simulate.write_place(base, simulate.preset("farmland"), seed, BASE_PX, START, END)
        aside = Path(folder) / "place"
        for scene in [*_optical(base, s2), *_evenly(sorted((base / "scenes").glob("S1_*")), s1)]:
            _scene(scene, aside / "scenes" / scene.name, size, seed)
        _raster(base / "elevation.tif", aside / "elevation.tif", size, None)
        shutil.copy(base / "weather.csv", aside / "weather.csv")
        aside.rename(out)


def _optical(base: Path, count: int) -> list[Path]:
    """The ``count`` clearest scenes, by date: a fixed load, whatever the seed's weather."""
    clear = {}
    for scene in sorted((base / "scenes").glob("S2_*")):
        with rasterio.open(scene / "SCL.tif") as file:
            clear[scene] = float(np.isin(file.read(1), SCL_UNCLEAR, invert=True).mean())
    return sorted(sorted(clear, key=lambda scene: -clear[scene])[:count])


def _evenly(scenes: list[Path], count: int) -> list[Path]:
    count = min(count, len(scenes))
    return [scenes[round(i * (len(scenes) - 1) / max(count - 1, 1))] for i in range(count)]


def _scene(source: Path, target: Path, size: int, seed: int) -> None:
    target.mkdir(parents=True)
    shutil.copy(source / "scene.json", target / "scene.json")
    about: dict[str, Any] = json.loads((source / "scene.json").read_text(encoding="utf-8"))
    for name, file in about["bands"].items():
        _raster(source / file, target / file, size, None if name == "SCL" else name, seed, about)


def _raster(
    source: Path, target: Path, size: int, band: str | None, seed: int = 0, about: dict[str, Any] | None = None
) -> None:
    """``source`` mirrored to ``size`` pixels of 10 m as a COG; ``band`` says which fields lie on it."""
    with rasterio.open(source) as file:
        profile, tags, units = file.profile, file.tags(), file.units
        small = file.read(1)
    metres = profile["transform"].a
    side = round(size * 10 / metres)
    at = np.arange(side) % (2 * small.shape[0])
    at = np.minimum(at, 2 * small.shape[0] - 1 - at)
    aside = target.with_suffix(".part")
    form = {"driver": "GTiff", "tiled": True, "blockxsize": 512, "blockysize": 512, "BIGTIFF": "IF_SAFER"}
    with rasterio.open(aside, "w", **{**profile, **form, "width": side, "height": side, "compress": None}) as file:
        file.update_tags(**tags)
        file.units = units
        # Strip by strip: memory does not grow with the place's area.
        for row in range(0, side, 512):
            values = small[at[row : row + 512]][:, at]
            if band is not None and about is not None:
                values = _varied(values, row, metres, band, seed, about)
            file.write(values, 1, window=rasterio.windows.Window(0, row, side, len(values)))
    resampling = "NEAREST" if target.stem == "SCL" else "AVERAGE"
    options = {"BLOCKSIZE": 512, "COMPRESS": "DEFLATE", "PREDICTOR": "YES", "OVERVIEW_RESAMPLING": resampling}
    gdal_copy(str(aside), str(target), driver="COG", **options)
    aside.unlink()


def _varied(values: np.ndarray, row: int, metres: float, band: str, seed: int, about: dict[str, Any]) -> np.ndarray:
    rows, cols = (row + np.arange(values.shape[0])) * metres, np.arange(values.shape[1]) * metres
    scale, nodata = about["scale"], about["nodata"]
    if about["sensor"] == "S1":
        change = BACKSCATTER_DB * _field(rows, cols, seed + 2) / scale
        varied = values + change
    else:
        factor = 1 + BRIGHTNESS * _field(rows, cols, seed)
        if band in GREEN_BANDS:
            factor *= 1 + GREENNESS * _field(rows, cols, seed + 1)
        zero = about["offset"] / scale
        varied = (values + zero) * factor - zero
    limits = np.iinfo(values.dtype)
    return np.where(values == nodata, nodata, np.clip(np.rint(varied), limits.min + 1, limits.max)).astype(values.dtype)


def _field(rows: np.ndarray, cols: np.ndarray, seed: int) -> np.ndarray:
    """(rows, cols) between -1 and 1: a sum of plane waves, a value of its place alone."""
    rng = np.random.default_rng(seed)
    total = np.zeros((len(rows), len(cols)), np.float32)
    for _ in range(WAVES):
        wave = 2 * np.pi / (SHORTEST_M * rng.uniform(1, 4))
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        total += np.sin(wave * (rows[:, None] * np.sin(angle) + cols * np.cos(angle)) + phase).astype(np.float32)
    return total / WAVES


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, required=True, help="a folder that is new")
    parser.add_argument("--km", type=float, default=10.0, help="side of the place")
    parser.add_argument("--s2", type=int, default=24, help="Sentinel-2 dates")
    parser.add_argument("--s1", type=int, default=30, help="Sentinel-1 dates")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--base", type=Path, help="a simulated place of a year, made already")
    given = parser.parse_args()
    if given.out.exists():
        parser.error(f"{given.out} is there already")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    make_place(given.out, given.km, given.s2, given.s1, given.seed, given.base)
    return 0


if __name__ == "__main__":
    sys.exit(main())

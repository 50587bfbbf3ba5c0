"""The sample on disk: simulated COG scenes with their sidecars, a weather file, and the truth kept aside."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio import Affine

from ..bands import S1_BANDS, S2_BANDS
from .acquire import BANDS_10M, BANDS_20M, Simulation
from .landscape import TOWN, WATER

#: Central Germany, UTM zone 32N; the corner is moved to the next multiple of 160 m.
SAMPLE_LAT, SAMPLE_LON, SAMPLE_EPSG = 51.1, 10.4, 32632
SAMPLE_SIZE_PX = 192
SAMPLE_START, SAMPLE_END = date(2021, 3, 1), date(2021, 10, 31)
_CELL_M, _CELL_PX = 160.0, 16
#: As in Sentinel-2 products: reflectance x 10,000 with an offset, 0 is nodata.
_S2_SCALE, _S2_OFFSET = 1e-4, -0.1
_S1_SCALE, _S1_NODATA = 0.01, -32768


def build_sample(folder: Path, seed: int, start: date = SAMPLE_START, end: date = SAMPLE_END) -> None:
    """Write the sample into ``folder``: ``scenes/``, ``weather.csv``, ``truth/``, ``sample.json``.

    Scenes cover 1.92 x 1.92 km on multiples of 160 m in UTM 32N. The same seed gives the same files' values.
    """
    simulation = Simulation(seed, SAMPLE_LAT, SAMPLE_LON, SAMPLE_SIZE_PX, start, end)
    left, top = _corner()
    for day in simulation.s2_dates:
        seen = simulation.optical(day)
        scene = folder / "scenes" / f"S2_{day:%Y%m%d}"
        scene.mkdir(parents=True)
        names10, names20 = [S2_BANDS[i] for i in BANDS_10M], [S2_BANDS[i] for i in BANDS_20M]
        files = (("S2_10m.tif", seen.m10, names10, 10), ("S2_20m.tif", seen.m20, names20, 20))
        for name, values, names, metres in files:
            stored = np.clip(np.round((values - _S2_OFFSET) / _S2_SCALE), 1, 65535).astype(np.uint16)
            write_cog(scene / name, stored, left, top, metres, nodata=0, names=names)
        write_cog(scene / "SCL.tif", seen.scl[None], left, top, 20, nodata=0, names=["SCL"])
        bands: dict[str, Any] = {n: {"file": "S2_10m.tif", "band": i + 1} for i, n in enumerate(names10)}
        bands |= {n: {"file": "S2_20m.tif", "band": i + 1} for i, n in enumerate(names20)}
        about = {"sensor": "S2", "level": "L2A", "scale": _S2_SCALE, "offset": _S2_OFFSET, "nodata": 0}
        _sidecar(scene, about, seen.time.isoformat(), bands | {"SCL": "SCL.tif"})
    for day, ascending in simulation.s1_dates:
        radar = simulation.radar(day, ascending)
        scene = folder / "scenes" / f"S1_{day:%Y%m%d}_{'asc' if ascending else 'desc'}"
        scene.mkdir(parents=True)
        stored = np.round(radar.db / _S1_SCALE).astype(np.int16)
        write_cog(scene / "S1.tif", stored, left, top, 10, nodata=_S1_NODATA, names=list(S1_BANDS))
        about = {
            "sensor": "S1", "level": "RTC", "orbit": "ascending" if ascending else "descending", "unit": "dB",
            "scale": _S1_SCALE, "nodata": _S1_NODATA,
        }  # fmt: skip
        bands = {n: {"file": "S1.tif", "band": i + 1} for i, n in enumerate(S1_BANDS)}
        _sidecar(scene, about, radar.time.isoformat(), bands)
    _weather(folder / "weather.csv", simulation)
    _truth(folder / "truth", simulation, left, top)
    description = {
        "simulated": True, "seed": seed, "crs": f"EPSG:{SAMPLE_EPSG}", "left": left, "top": top,
        "size_px": SAMPLE_SIZE_PX, "start": start.isoformat(), "end": end.isoformat(),
    }  # fmt: skip
    (folder / "sample.json").write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def _corner() -> tuple[float, float]:
    x, y = Transformer.from_crs(4326, SAMPLE_EPSG, always_xy=True).transform(SAMPLE_LON, SAMPLE_LAT)
    half = SAMPLE_SIZE_PX * 5
    return round((x - half) / _CELL_M) * _CELL_M, round((y + half) / _CELL_M) * _CELL_M


def _sidecar(scene: Path, about: dict[str, Any], time: str, bands: dict[str, Any]) -> None:
    content = {"format": 1, **about, "time": time, "bands": bands, "note": "Simulated by EO Fusion; not a real scene."}
    (scene / "scene.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def write_cog(
    path: Path, values: np.ndarray, left: float, top: float, metres: float, nodata: float, names: list[str], **tags: str
) -> None:
    """Write ``values`` (bands, H, W) as a cloud-optimised GeoTIFF in the sample's UTM zone."""
    count, height, width = values.shape
    profile = {
        "driver": "COG", "count": count, "height": height, "width": width, "dtype": values.dtype.name, "nodata": nodata,
        "crs": f"EPSG:{SAMPLE_EPSG}", "transform": Affine(metres, 0, left, 0, -metres, top),
        "compress": "DEFLATE", "predictor": "STANDARD", "blocksize": 256, "overviews": "NONE",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(values)
        file.descriptions = names
        file.update_tags(SIMULATED="yes", **tags)


def _weather(path: Path, simulation: Simulation) -> None:
    weather = simulation.weather
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "tair_degC", "ssrd_w_m2", "vpd_kpa"])
        for row in zip(weather.dates, weather.tair_degc, weather.ssrd_w_m2, weather.vpd_kpa, strict=True):
            writer.writerow([row[0].isoformat(), f"{row[1]:.2f}", f"{row[2]:.1f}", f"{row[3]:.3f}"])


def _truth(folder: Path, simulation: Simulation, left: float, top: float) -> None:
    """What the scenes were made from: daily GPP, air temperature on 160 m cells, cloud-free reflectance, land cover."""
    folder.mkdir(parents=True)
    days = [day.isoformat() for day in simulation.weather.dates]
    gpp = np.stack([np.round(simulation.gpp(day) / 0.01) for day in simulation.weather.dates]).astype(np.int16)
    write_cog(folder / "gpp.tif", gpp, left, top, 10, -32768, days, UNIT="g C m-2 d-1", SCALE="0.01")
    temperature = np.round(cell_temperature(simulation) / 0.01).astype(np.int16)
    write_cog(folder / "temperature.tif", temperature, left, top, _CELL_M, -32768, days, UNIT="degC", SCALE="0.01")
    write_cog(folder / "landcover.tif", simulation.land.cover[None], left, top, 10, 0, ["land cover"])
    clear = [d for d in simulation.s2_dates if d.day <= 5]
    surface = np.stack([simulation.surface(day) for day in clear]).reshape(-1, SAMPLE_SIZE_PX, SAMPLE_SIZE_PX)
    names = [f"{band} {day.isoformat()}" for day in clear for band in S2_BANDS]
    stored = np.round(surface / 1e-4).astype(np.int16)
    write_cog(folder / "reflectance.tif", stored, left, top, 10, -32768, names, UNIT="1", SCALE="0.0001")


def cell_temperature(simulation: Simulation) -> np.ndarray:
    """(D, H/16, W/16) degC: the place's air temperature, warmer in town, cooler by water on warm days."""
    cover = simulation.land.cover
    cells = cover.shape[0] // _CELL_PX
    blocks = cover.reshape(cells, _CELL_PX, cells, _CELL_PX)
    town, water = ((blocks == code).mean(axis=(1, 3)) for code in (TOWN, WATER))
    tair = simulation.weather.tair_degc[:, None, None]
    return np.asarray(tair + 1.2 * town - 0.05 * np.clip(tair - 10, 0, None) * water)

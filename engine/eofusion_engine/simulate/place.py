"""A simulated place on disk: scenes with their sidecars, a catalogue, weather, heights, and the truth beside them."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ..bands import S1_BANDS, S2_BANDS
from ..weather.series import Weather
from .acquire import Simulation
from .catalogue import SceneItem, write_catalogue
from .kinds import KINDS, Cover
from .presets import Preset
from .rasters import CELL_M, Place, packed, write_cog
from .sensor import BANDS_10M, BANDS_20M

#: As in Sentinel-2 products: reflectance x 10,000 with an offset, 0 is nodata.
S2_SCALE, S2_OFFSET = 1e-4, -0.1
S1_SCALE, S1_NODATA = 0.01, -32768
_CELL_PX = 16
#: Days of a month from which on the next scene's cloud-free reflectance is kept as truth.
_TRUTH_DAYS = (1, 11, 21)
NOTE = "Simulated by EO Fusion; not a real scene."


def write_place(
    folder: Path,
    preset: Preset,
    seed: int,
    size_px: int,
    start: date | None = None,
    end: date | None = None,
    series: Weather | None = None,
) -> None:
    """Write a place into ``folder``: ``scenes/``, ``catalog.json``, ``weather.csv``, ``elevation.tif``, ``truth/``.

    The same arguments give the same bytes. ``size_px`` rows and columns of 10 m, a multiple of 16; ``start`` and
    ``end`` the preset's when not given; ``series`` real weather to be driven by. Raises OSError, ValueError.
    """
    if size_px % _CELL_PX:
        raise ValueError("size_px must be a multiple of 16")
    simulation = Simulation(seed, preset, size_px, start or preset.start, end or preset.end, series)
    place = Place.around(preset.lat, preset.lon, size_px)
    items = [_optical(folder, simulation, place, day) for day in simulation.s2_dates]
    items += [_radar(folder, simulation, place, day, rising) for day, rising in simulation.s1_dates]
    write_catalogue(folder, place, items, f"Simulated {preset.title}, seed {seed}. {NOTE}")
    _weather(folder / "weather.csv", simulation)
    write_cog(folder / "elevation.tif", simulation.land.height[None], place, 10, -9999, ["height"], UNIT="metre")
    _truth(folder / "truth", simulation, place)
    about = {
        "simulated": True, "preset": preset.name, "title": preset.title, "seed": seed, "crs": f"EPSG:{place.epsg}",
        "left": place.left, "top": place.top, "size_px": size_px, "start": simulation.start.isoformat(),
        "end": simulation.end.isoformat(), "weather": "generated" if series is None else series.source,
    }  # fmt: skip
    (folder / "place.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _optical(folder: Path, simulation: Simulation, place: Place, day: date) -> SceneItem:
    seen = simulation.optical(day)
    scene = folder / "scenes" / f"S2_{day:%Y%m%d}"
    scene.mkdir(parents=True)
    files = {}
    for indices, values, metres in ((BANDS_10M, seen.m10, 10), (BANDS_20M, seen.m20, 20)):
        stored = np.clip(np.round((values - S2_OFFSET) / S2_SCALE), 1, 65535).astype(np.uint16)
        for index, band in zip(indices, stored, strict=True):
            name = S2_BANDS[index]
            files[name] = f"{name}.tif"
            write_cog(scene / files[name], band[None], place, metres, 0, [name])
    write_cog(scene / "SCL.tif", seen.scl[None], place, 20, 0, ["SCL"])
    bands = {name: files[name] for name in S2_BANDS} | {"SCL": "SCL.tif"}
    about = {"sensor": "S2", "level": "L2A", "scale": S2_SCALE, "offset": S2_OFFSET, "nodata": 0}
    _sidecar(scene, about, seen.time.isoformat(), bands)
    return SceneItem(scene, "S2", seen.time, bands, cloud_cover=100 * seen.cloud_cover, sun=seen.sun, orbit=seen.orbit)


def _radar(folder: Path, simulation: Simulation, place: Place, day: date, ascending: bool) -> SceneItem:
    radar = simulation.radar(day, ascending)
    direction = "ascending" if ascending else "descending"
    scene = folder / "scenes" / f"S1_{day:%Y%m%d}_{'asc' if ascending else 'desc'}"
    scene.mkdir(parents=True)
    files = {}
    for name, band in zip(S1_BANDS, packed(radar.db, S1_SCALE), strict=True):
        files[name] = f"{name}.tif"
        tags = {"INCIDENCE_DEG": f"{radar.incidence_deg:.1f}"}
        write_cog(scene / files[name], band[None], place, 10, S1_NODATA, [name], **tags)
    about = {
        "sensor": "S1", "level": "RTC", "orbit": direction, "unit": "dB", "scale": S1_SCALE, "nodata": S1_NODATA,
    }  # fmt: skip
    _sidecar(scene, about, radar.time.isoformat(), files)
    return SceneItem(scene, "S1", radar.time, files, ascending=ascending, incidence_deg=radar.incidence_deg)


def _sidecar(scene: Path, about: dict[str, Any], time: str, bands: dict[str, str]) -> None:
    content = {"format": 1, **about, "time": time, "bands": bands, "note": NOTE}
    (scene / "scene.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _weather(path: Path, simulation: Simulation) -> None:
    weather = simulation.weather
    columns = {
        "tair_degC": (weather.tair_degc, 2), "ssrd_w_m2": (weather.ssrd_w_m2, 1), "vpd_kpa": (weather.vpd_kpa, 3),
        "tmin_degC": (weather.tmin_degc, 2), "tmax_degC": (weather.tmax_degc, 2), "rain_mm": (weather.rain_mm, 1),
        "snow_mm": (weather.snow_mm, 1), "soil_water": (weather.deep_wetness, 3),
    }  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["date", *columns])
        for i, day in enumerate(weather.dates):
            writer.writerow([day.isoformat(), *(f"{values[i]:.{digits}f}" for values, digits in columns.values())])


def _truth(folder: Path, simulation: Simulation, place: Place) -> None:
    """What the scenes were made from. Daily: GPP, and air temperature on 160 m cells; at the scenes' dates: leaf
    area; about every ten days: cloud-free reflectance; and the land cover with the plant cover."""
    (folder / "reflectance").mkdir(parents=True)
    days = list(simulation.weather.dates)
    names = [day.isoformat() for day in days]
    gpp = np.stack([packed(simulation.gpp(day), 0.01) for day in days])
    write_cog(folder / "gpp.tif", gpp, place, 10, -32768, names, UNIT="g C m-2 d-1", SCALE="0.01")
    temperature = packed(cell_temperature(simulation), 0.01)
    write_cog(folder / "temperature.tif", temperature, place, CELL_M, -32768, names, UNIT="degC", SCALE="0.01")
    if simulation.s2_dates:
        lai = np.stack([packed(simulation.leaf_area(day), 0.01) for day in simulation.s2_dates])
        names = [day.isoformat() for day in simulation.s2_dates]
        write_cog(folder / "lai.tif", lai, place, 10, -32768, names, UNIT="m2 m-2", SCALE="0.01")
    cover = np.stack([simulation.land.cover, simulation.land.kind])
    legend = {f"COVER_{code.value}": code.name.lower() for code in Cover}
    legend |= {f"PLANT_{index}": kind.name for index, kind in enumerate(KINDS)}
    write_cog(folder / "landcover.tif", cover, place, 10, None, ["land cover", "plant cover, 255 none"], **legend)
    for day in truth_dates(simulation.s2_dates):
        surface = packed(simulation.surface(day), 1e-4)
        path = folder / "reflectance" / f"{day:%Y%m%d}.tif"
        write_cog(path, surface, place, 10, -32768, list(S2_BANDS), UNIT="1", SCALE="0.0001", DATE=day.isoformat())


def truth_dates(dates: list[date]) -> list[date]:
    """Of the scenes' dates those whose cloud-free reflectance is kept: the first from each third of a month on."""
    kept: dict[tuple[int, int, int], date] = {}
    for day in dates:
        third = sum(day.day >= first for first in _TRUTH_DAYS)
        kept.setdefault((day.year, day.month, third), day)
    return list(kept.values())


def cell_temperature(simulation: Simulation) -> np.ndarray:
    """(D, H/16, W/16) degC: the place's air temperature, cooler on heights, warmer in town, cooler by water on
    warm days."""
    land = simulation.land
    cells = land.size // _CELL_PX

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray(values.reshape(cells, _CELL_PX, cells, _CELL_PX).mean(axis=(1, 3)))

    town, height = mean(land.share(Cover.TOWN)), mean(land.height)
    tair = simulation.weather.tair_degc[:, None, None]
    cool = 0.05 * np.clip(tair - 10, 0, None) * mean(simulation.water)
    return np.asarray(tair - 0.0065 * (height - simulation.preset.elevation_m) + 1.2 * town - cool)

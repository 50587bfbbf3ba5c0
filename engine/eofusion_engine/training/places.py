"""Training places: one small cube each, from real data sets, kept in one .npz cache.

Only this module knows the raw files; training itself needs numpy and torch alone, so that it can
run on a machine that holds nothing but the cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from ..bands import S1_BANDS, S2_BANDS, SCL_UNCLEAR, SIX_BAND_INDEX

#: Reflectance is kept as int16 x 1e-4, backscatter as int16 x 0.01 dB; this stands for missing.
MISSING = -32768
#: Imagery that no training ever reads: the end-to-end example of the tests and the documentation.
HELD_OUT_PLACES = frozenset({"worldcereal/0000280849BAC91C"})


@dataclass
class Place:
    """One place: ``s2`` (T, 10, H, W) int16, ``clear`` (T, H, W), ``s1`` (T, 2, H, W) int16 and their days.

    ``held_out`` places are for evaluation only.
    """

    name: str
    lat: float
    lon: float
    s2: np.ndarray
    clear: np.ndarray
    s2_days: np.ndarray
    s1: np.ndarray
    s1_days: np.ndarray
    s1_ascending: np.ndarray
    held_out: bool = False

    @property
    def kind(self) -> str:
        """``imagery``, ``tower`` (a lone pixel of a flux tower's table) or ``simulated``."""
        first = self.name.partition("/")[0]
        return first if first in ("tower", "simulated") else "imagery"

    def reflectance(self) -> np.ndarray:
        """(T, 10, H, W) float32 surface reflectance, NaN where missing or not clear."""
        values = np.where(self.s2 == MISSING, np.nan, self.s2 * np.float32(1e-4)).astype(np.float32)
        return np.where(self.clear[:, None], values, np.nan).astype(np.float32)

    def backscatter(self) -> np.ndarray:
        """(T, 2, H, W) float32 dB, NaN where missing."""
        return np.where(self.s1 == MISSING, np.nan, self.s1 * np.float32(0.01)).astype(np.float32)


_FIELDS = ("s2", "clear", "s2_days", "s1", "s1_days", "s1_ascending")


def save_places(places: list[Place], path: Path) -> None:
    """Write the cache."""
    arrays: dict[str, np.ndarray] = {}
    for i, place in enumerate(places):
        arrays.update({f"{i}/{field}": getattr(place, field) for field in _FIELDS})
        arrays[f"{i}/about"] = np.array([place.name, str(place.lat), str(place.lon), str(int(place.held_out))])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, count=np.array(len(places)), **arrays)  # type: ignore[arg-type]


def load_places(path: Path) -> list[Place]:
    """Read the cache that :func:`save_places` wrote (plain arrays only)."""
    with np.load(path, allow_pickle=False) as file:
        places = []
        for i in range(int(file["count"])):
            name, lat, lon, held_out = (str(v) for v in file[f"{i}/about"])
            arrays = {field: file[f"{i}/{field}"] for field in _FIELDS}
            places.append(Place(name, float(lat), float(lon), held_out=held_out == "1", **arrays))
    return places


def read_places(data: Path) -> list[Place]:
    """All real places of the data folder, those within 25 km of a held-out one held out too."""
    places = [*_openeo_pv(data), *_worldcereal(data), *_treesat(data), *_towers(data)]
    from ..evaluation.splits import cluster_by_distance, is_held_out

    imagery = [p for p in places if p.kind == "imagery"]
    labels = cluster_by_distance(np.array([p.lat for p in imagery]), np.array([p.lon for p in imagery]))
    # A cluster's name is its first place in alphabetical order, so that the split does not depend on file order.
    members: dict[int, list[Place]] = {}
    for place, label in zip(imagery, labels, strict=True):
        members.setdefault(int(label), []).append(place)
    for cluster in members.values():
        chosen = is_held_out("image:" + min(p.name for p in cluster)) or any(p.name in HELD_OUT_PLACES for p in cluster)
        for place in cluster:
            place.held_out = chosen
    return places


def _empty_s1(height: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.zeros((0, len(S1_BANDS), height, width), np.int16), np.zeros(0, np.int64), np.zeros(0, bool)


def _openeo_pv(data: Path) -> Iterator[Place]:
    """33 Austrian places, Sentinel-2 L2A of 2022 (the -1000 offset is already applied in these files)."""
    import h5py
    from pyproj import Transformer

    for path in sorted((data / "imagery" / "openeo_pv_s2_2022").glob("*.nc")):
        with h5py.File(path) as file:
            wkt = file["crs"].attrs["crs_wkt"]
            to_degrees = Transformer.from_crs(wkt.decode() if isinstance(wkt, bytes) else wkt, 4326, always_xy=True)
            lon, lat = to_degrees.transform(float(file["x"][:].mean()), float(file["y"][:].mean()))
            raw = np.stack([file[band][:] for band in S2_BANDS], axis=1)
            scl = file["SCL"][:]
            days = date(1990, 1, 1).toordinal() + file["t"][:].astype(np.int64)
        s2 = np.where(raw == 32767, MISSING, raw).astype(np.int16)
        clear = ~np.isin(scl, (*SCL_UNCLEAR, 32767))
        keep = clear.mean(axis=(1, 2)) > 0.2
        s1, s1_days, ascending = _empty_s1(*s2.shape[2:])
        yield Place(f"openeo_pv/{path.stem}", lat, lon, s2[keep], clear[keep], days[keep], s1, s1_days, ascending)


def _worldcereal(data: Path) -> Iterator[Place]:
    """The three S1 + S2 places, through the folder source and the cube reader that users run."""
    from ..cube import CubeReader, Grid
    from ..sources import open_source

    for folder in sorted((data / "imagery" / "worldcereal_training").iterdir()):
        if not any(folder.glob("S2_L2A_20m_*.nc")):
            continue
        source = open_source(str(folder))
        extent = source.extent()
        scenes = source.scenes(extent, date(2015, 1, 1), date(2030, 1, 1))
        grid = Grid.for_area(extent, scenes[0].crs)
        cube = CubeReader(scenes, grid, cloud_margin_m=20.0, warn=lambda message: None).read(
            0, 0, grid.height, grid.width
        )
        inside = np.isfinite(cube.s2).any(axis=(0, 1))
        rows, cols = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
        window = (slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1))
        s2 = _pack(cube.s2[..., window[0], window[1]], 1e-4)
        s1 = _pack(cube.s1[..., window[0], window[1]], 0.01)
        clear = cube.s2_clear[:, window[0], window[1]]
        keep = clear.mean(axis=(1, 2)) > 0.2
        days = np.array([d.toordinal() for d in cube.s2_dates], np.int64)
        yield Place(
            f"worldcereal/{folder.name}",
            extent.centroid.y,
            extent.centroid.x,
            s2[keep],
            clear[keep],
            days[keep],
            s1,
            np.array([d.toordinal() for d in cube.s1_dates], np.int64),
            np.asarray(cube.s1_ascending, bool),
        )


def _pack(values: np.ndarray, scale: float) -> np.ndarray:
    packed = np.clip(np.round(values / scale), MISSING + 1, 32767)
    return np.where(np.isfinite(values), packed, MISSING).astype(np.int16)


def _treesat(data: Path) -> Iterator[Place]:
    """One forest patch of Lower Saxony, 2020; S1 in linear power. Its masks' meaning is not documented, so
    cloudy dates are dropped by brightness in the blue band (below 0.1 over forest without snow)."""
    import h5py

    for path in sorted((data / "imagery" / "anysat_treesatai").glob("*.h5")):
        with h5py.File(path) as file:
            raw = file["sen-2-data"][:]  # in the order of S2_BANDS: its 20 m bands are constant on 2 x 2 pixels
            s2_days = np.array([_product_day(p) for p in file["sen-2-products"][:]], np.int64)
            radar, days, ascending = [], [], []
            for orbit, flag in (("asc", True), ("des", False)):
                linear = file[f"sen-1-{orbit}-data"][:]
                radar.append(10 * np.log10(np.clip(linear, 1e-6, None)))
                days += [_product_day(p) for p in file[f"sen-1-{orbit}-products"][:]]
                ascending += [flag] * len(linear)
        clear = np.broadcast_to((raw[:, 0].max(axis=(1, 2)) < 1000)[:, None, None], raw[:, 0].shape)
        keep = clear.any(axis=(1, 2))
        yield Place(
            f"treesat/{path.stem}",
            52.0,
            9.0,
            _pack(raw * 1e-4, 1e-4)[keep],
            np.ascontiguousarray(clear[keep]),
            s2_days[keep],
            _pack(np.concatenate(radar), 0.01),
            np.array(days, np.int64),
            np.array(ascending, bool),
        )


def _product_day(name: bytes | str) -> int:
    text = name.decode() if isinstance(name, bytes) else name
    found = re.search(r"_(\d{8})T", text)
    if found is None:
        raise ValueError(f"no date in the product name {text!r}")
    return datetime.strptime(found.group(1), "%Y%m%d").toordinal()


def _towers(data: Path) -> Iterator[Place]:
    """MODIS NBAR of the flux towers, one lone pixel a site and year, as Sentinel-2 with four bands missing."""
    import pandas as pd

    from ..evaluation.splits import is_held_out, site_clusters

    table = pd.read_csv(data / "gpp" / "nbar_daily_gpp.csv.gz", parse_dates=["date"])
    table = table[(table["date"].dt.dayofyear % 4) == 0]
    clusters = site_clusters(data)
    for (site, year), rows in table.groupby(["site", table["date"].dt.year]):
        values = np.full((len(rows), len(S2_BANDS), 1, 1), np.nan)
        values[:, list(SIX_BAND_INDEX), 0, 0] = rows[["blue", "green", "red", "nir", "swir1", "swir2"]].to_numpy()
        clear = np.isfinite(values).any(axis=1)
        if clear.sum() < 10:
            continue
        days = np.array([d.toordinal() for d in rows["date"].dt.date], np.int64)
        s1, s1_days, ascending = _empty_s1(1, 1)
        lat, lon = float(rows["lat"].iloc[0]), float(rows["lon"].iloc[0])
        place = Place(f"tower/{site}/{year}", lat, lon, _pack(values, 1e-4), clear, days, s1, s1_days, ascending)
        place.held_out = is_held_out(clusters[str(site)])
        yield place


def simulated_places(count: int, first_seed: int = 1000) -> Iterator[Place]:
    """Simulated landscapes with S1 and S2: real pairs of the two sensors are few, and so is real water."""
    for i in range(count):
        from ..simulate import simulate_cube

        rng = np.random.default_rng(first_seed + i)
        lat, lon = float(rng.uniform(35, 60)), float(rng.uniform(-5, 30))
        start = date(2020, 1, 1) + timedelta(days=int(rng.integers(0, 365)))
        cube = simulate_cube(first_seed + i, lat, lon, 48, start, start + timedelta(days=365))
        yield Place(
            f"simulated/{first_seed + i}",
            lat,
            lon,
            _pack(cube["s2"], 1e-4),
            ~np.isin(cube["scl"], SCL_UNCLEAR),
            np.array([d.toordinal() for d in cube["s2_dates"]], np.int64),
            _pack(cube["s1"], 0.01),
            np.array([d.toordinal() for d in cube["s1_dates"]], np.int64),
            np.asarray(cube["s1_ascending"], bool),
        )

"""Training places: one small cube each, from real data sets, kept in one .npz cache.

Only this module knows the raw files; training itself needs numpy and torch alone, so that it can
run on a machine that holds nothing but the cache.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from ..bands import LST_BANDS, S1_BANDS, S2_BANDS, SCL_UNCLEAR, SIX_BAND_INDEX

#: Reflectance is kept as int16 x 1e-4, backscatter as int16 x 0.01 dB, temperature as int16 x 0.01 degC; this stands
#: for missing.
MISSING = -32768
#: Imagery that no training ever reads: the end-to-end example of the tests and the documentation.
HELD_OUT_PLACES = frozenset({"worldcereal/0000280849BAC91C"})


@dataclass
class Place:
    """One place: ``s2`` (T, 10, H, W) int16, ``clear`` (T, H, W), ``s1`` (T, 2, H, W) int16 and their days; where
    there is any, ``lst`` (T, 1, H, W) int16 and its days.

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
    #: Sentinel-2 is top-of-atmosphere.
    l1c: bool = False
    lst: np.ndarray = field(default_factory=lambda: np.zeros((0, len(LST_BANDS), 0, 0), np.int16))
    lst_days: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def kind(self) -> str:
        """``imagery``, ``simulated``, ``tower`` (a lone pixel of a flux tower's table) or ``monthly`` (lone pixels of
        one table and the same months, below each other in one column)."""
        first = self.name.partition("/")[0]
        return first if first in ("tower", "simulated", "monthly") else "imagery"

    @property
    def lone(self) -> bool:
        """Whether pixels that stand side by side in the arrays are no neighbours."""
        return self.kind in ("tower", "monthly")

    def reflectance(self) -> np.ndarray:
        """(T, 10, H, W) float32 surface reflectance, NaN where missing or not clear."""
        values = np.where(self.s2 == MISSING, np.nan, self.s2 * np.float32(1e-4)).astype(np.float32)
        return np.where(self.clear[:, None], values, np.nan).astype(np.float32)

    def backscatter(self) -> np.ndarray:
        """(T, 2, H, W) float32 dB, NaN where missing."""
        return np.where(self.s1 == MISSING, np.nan, self.s1 * np.float32(0.01)).astype(np.float32)

    def surface_temperature(self) -> np.ndarray:
        """(T, 1, H, W) float32 degC, NaN where missing."""
        if not len(self.lst):
            return np.zeros((0, len(LST_BANDS), *self.s2.shape[2:]), np.float32)
        return np.where(self.lst == MISSING, np.nan, self.lst * np.float32(0.01)).astype(np.float32)


_FIELDS = ("s2", "clear", "s2_days", "s1", "s1_days", "s1_ascending")
#: Those that only some places have.
_OPTIONAL = ("lst", "lst_days")


def save_places(places: list[Place], path: Path) -> None:
    """Write the cache."""
    arrays: dict[str, np.ndarray] = {}
    for i, place in enumerate(places):
        arrays.update({f"{i}/{name}": getattr(place, name) for name in _FIELDS})
        arrays.update({f"{i}/{name}": getattr(place, name) for name in _OPTIONAL if len(getattr(place, name))})
        flags = (str(int(place.held_out)), str(int(place.l1c)))
        arrays[f"{i}/about"] = np.array([place.name, str(place.lat), str(place.lon), *flags])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, count=np.array(len(places)), **arrays)  # type: ignore[arg-type]


def load_places(path: Path) -> list[Place]:
    """Read the cache that :func:`save_places` wrote (plain arrays only)."""
    with np.load(path, allow_pickle=False) as file:
        places = []
        for i in range(int(file["count"])):
            name, lat, lon, held_out, l1c = (str(v) for v in file[f"{i}/about"])
            present = [key for key in (*_FIELDS, *_OPTIONAL) if f"{i}/{key}" in file or key in _FIELDS]
            arrays = {key: file[f"{i}/{key}"] for key in present}
            places.append(Place(name, float(lat), float(lon), held_out=held_out == "1", l1c=l1c == "1", **arrays))
    return places


def read_places(data: Path) -> list[Place]:
    """All real places of the data folder, those within 25 km of a held-out one held out too."""
    return [*read_imagery(data), *read_towers(data)]


def read_imagery(data: Path) -> list[Place]:
    """The places with imagery of a data folder, of those sets that it holds.

    Raises:
        FileNotFoundError: it holds none of them.
    """
    from ..evaluation.splits import is_held_out

    readers = {"openeo_pv_s2_2022": _openeo_pv, "worldcereal_training": _worldcereal, "anysat_treesatai": _treesat}
    there = [read for name, read in readers.items() if (data / "imagery" / name).is_dir()]
    if not there:
        missing = str(data / "imagery" / next(iter(readers)))
        raise FileNotFoundError(errno.ENOENT, "no imagery of any known layout", missing)
    places = [place for read in there for place in read(data)]

    imagery = [p for p in places if p.kind == "imagery"]
    # A cluster's name is its first place in alphabetical order, so that the split does not depend on file order.
    members: dict[str, list[Place]] = {}
    for place, name in zip(imagery, clusters(imagery), strict=True):
        members.setdefault(name, []).append(place)
    for name, cluster in members.items():
        chosen = is_held_out("image:" + name) or any(p.name in HELD_OUT_PLACES for p in cluster)
        for place in cluster:
            place.held_out = chosen
    return places


def clusters(places: list[Place]) -> list[str]:
    """Name of each place's cluster (single linkage, 25 km): the first place in it, in alphabetical order."""
    from ..evaluation.splits import cluster_by_distance

    labels = cluster_by_distance(np.array([p.lat for p in places]), np.array([p.lon for p in places]))
    first: dict[int, str] = {}
    for place, label in zip(places, labels, strict=True):
        first[int(label)] = min(place.name, first.get(int(label), place.name))
    return [first[int(label)] for label in labels]


def validation_places(places: list[Place]) -> frozenset[str]:
    """Names of the training places that choices are validated on: every third cluster of single-sensor imagery and a
    fifth of the simulated landscapes. Real pairs of both sensors, which are few, always train."""
    imagery = [p for p in places if p.kind == "imagery" and not p.held_out]
    cluster_of = dict(zip((p.name for p in imagery), clusters(imagery), strict=True)) if imagery else {}
    paired = {cluster_of[p.name] for p in imagery if len(p.s1)}
    names = sorted(set(cluster_of.values()) - paired)
    chosen = set(names[1::3])
    simulated = sorted(p.name for p in places if p.kind == "simulated")
    return frozenset({name for name, cluster in cluster_of.items() if cluster in chosen} | set(simulated[2::5]))


def lone_validation_places(places: list[Place]) -> frozenset[str]:
    """Names of every fifth cluster of training towers, for a sensor that has next to no imagery."""
    towers = [p for p in places if p.kind == "tower" and not p.held_out]
    names = clusters(towers)
    chosen = set(sorted(set(names))[::5])
    return frozenset(p.name for p, name in zip(towers, names, strict=True) if name in chosen)


def positions(places: list[Place]) -> list[list[str | float]]:
    """Ids and positions [id, latitude, longitude] of the real places, for a weights file's header; those of the
    monthly tables' pixels are added by :func:`.monthly.monthly_positions`."""
    real = {p.name: p for p in places if p.kind not in ("simulated", "monthly")}
    return [[name, round(p.lat, 5), round(p.lon, 5)] for name, p in sorted(real.items())]


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
        lst, lst_days = _landsat_lst(folder, s2.shape[2], s2.shape[3])
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
            lst=lst,
            lst_days=lst_days,
        )


def _landsat_lst(folder: Path, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Landsat surface temperature of a worldcereal folder (K, 0 is nodata) where its quality band says clear; empty
    without the file or where its grid is another."""
    import h5py

    for path in folder.glob("L8_L2-ST_10m_*.nc"):
        with h5py.File(path) as file:
            kelvin, quality = file["ST-B10"][:].astype(float), file["QA-PIXEL"][:].astype(np.int64)
            stamps = [v.decode() if isinstance(v, bytes) else str(v) for v in file["timestamp"][:]]
        if kelvin.shape[1:] != (height, width):
            continue
        # Bit 6 of QA_PIXEL: clear (Landsat 8-9 Collection 2 Level 2 product guide).
        celsius = np.where((kelvin > 0) & (quality & 64 > 0), kelvin - 273.15, np.nan)
        keep = np.isfinite(celsius).mean((1, 2)) > 0.2
        days = np.array([date.fromisoformat(stamp).toordinal() for stamp in stamps], np.int64)
        return _pack(celsius[keep][:, None], 0.01), days[keep]
    return np.zeros((0, len(LST_BANDS), 0, 0), np.int16), np.zeros(0, np.int64)


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


def read_towers(data: Path) -> Iterator[Place]:
    """MODIS NBAR and LST of the flux towers, one lone pixel a site and year, as Sentinel-2 with four bands missing."""
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
        measured = np.isfinite(rows["lst"].to_numpy(float))
        place.lst = _pack(rows["lst"].to_numpy(float)[measured, None, None, None], 0.01)
        place.lst_days = days[measured]
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

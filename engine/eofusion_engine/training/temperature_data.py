"""The temperature stage's cache: climatology, daily series and towers' dated embeddings in one .npz.

Training reads nothing else, so that it can run where there are only numpy, torch and safetensors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..bands import S2_BANDS, SIX_BAND_INDEX
from ..evaluation.splits import fold_numbers
from ..model.temperature.climatology import Climatology, unit_sphere
from ..model.temperature.correlation import EPOCH_DAYS, EPOCH_ORIGIN, OBSERVATION_DAYS, assemble_static
from .temperature_climatology import Stations, fit_climatology, fit_with, year_shape
from .temperature_relief import Airports, known_heights
from .temperature_series import NEVER_TRAINED, PlaceSeries, place_clusters, read_series, role_of

#: Embeds Sentinel-2-like series: (N, T, 10) reflectance, (N, T) and (N, Q) ordinals to (N, Q, 64) and (N, Q) bool.
Embedder = Callable[[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]], tuple[np.ndarray, np.ndarray]]

CACHE = "temperature.npz"
#: Folds of the training places, each seen through a climatology that was fitted without its fold.
FOLDS = 8
#: Share of MODIS days kept, drawn per site and version: Sentinel-2 passes every 5 days and half are cloudy.
KEPT_SHARE = (0.08, 0.25)
VERSIONS = 3
ROLES = ("train", "calibration", "test", NEVER_TRAINED)
_SIX = ["blue", "green", "red", "nir", "swir1", "swir2"]
#: Embeddings of a place per imagery cube, for the image tokenizer.
PIXELS_PER_CUBE = 24


@dataclass
class Place:
    """One place as the model is trained on it. ``tmean`` (D,) degC from ordinal ``first`` (an epoch), NaN gaps;
    ``embeddings`` (V, E, 64) and ``seen`` (V, E) at the epochs from ``first`` on, V = 0 without imagery.
    ``elevation`` in m is NaN where no table
    gives it, ``relief`` is the coarse relief's. ``coefficients`` (8,)
    and ``unexplained`` are the climatology's as a place sees it that it was not fitted on."""

    name: str
    cluster: str
    role: str
    lat: float
    lon: float
    elevation: float
    relief: float
    coefficients: NDArray[np.float64]
    unexplained: float
    first: int
    tmean: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    seen: NDArray[np.bool_]

    def static(self, with_elevation: bool) -> NDArray[np.float32]:
        """Static features, with or without the elevation."""
        position = unit_sphere(self.lat, self.lon)
        known = with_elevation and bool(np.isfinite(self.elevation))
        return assemble_static(position, self.coefficients, self.unexplained, self.height(with_elevation), known)

    def height(self, with_elevation: bool) -> float:
        """The elevation if it is known and to be used, else the coarse relief's, in m."""
        return self.elevation if with_elevation and np.isfinite(self.elevation) else self.relief


def prepare(data: Path, work: Path, embed: Embedder, embedded_by: str = "") -> Path:
    """Read the tables, fit the climatology on the training clusters, embed the towers' imagery; write the cache.

    ``embedded_by`` names the weights behind ``embed``, for the temperature weights' header.
    """
    series = read_series(data)
    heights = known_heights(data)
    climatology, unseen = _climatologies(series, heights)
    places = _tower_places(data, series, heights, climatology, unseen, embed)
    towers = {place.name for place in places}
    for item in series:
        if item.name not in towers and item.name.split("/")[1] not in towers:
            places.append(_place(item, heights.get(item.name.split("/")[1], np.nan), climatology, unseen))
    extra = _imagery_embeddings(work / "places.npz", embed)
    path = work / CACHE
    _save(path, climatology, places, extra, embedded_by)
    return path


def _climatologies(
    series: list[PlaceSeries], heights: dict[str, float]
) -> tuple[Climatology, Callable[[str, float, float], tuple[NDArray[np.float64], float]]]:
    """The climatology of all training places, and what it would say of a place of a cluster it has not seen."""
    airports = Airports.load()
    trained = [item for item in series if item.role == "train"]
    near = airports.height_at(np.array([item.lat for item in trained]), np.array([item.lon for item in trained]))
    shaped = [
        (item, year_shape(item.days, item.tmean, heights.get(item.name.split("/")[1], float(coarse))))
        for item, coarse in zip(trained, near, strict=True)
    ]
    relief_m = airports.relief()
    kept = [(item, shape) for item, shape in shaped if shape is not None]
    clusters = np.array([item.cluster for item, _ in kept])
    stations = Stations(
        np.array([item.lat for item, _ in kept]),
        np.array([item.lon for item, _ in kept]),
        np.stack([shape for _, shape in kept]),
        np.array([len(item.days) / 365.25 for item, _ in kept]),
    )
    whole = fit_climatology(stations, relief_m)
    folds = fold_numbers(clusters, FOLDS)
    fold_of = {str(cluster): int(fold) for cluster, fold in zip(clusters, folds, strict=True)}
    without = [fit_with(stations.take(folds != fold), relief_m, whole.length_km, whole.nugget) for fold in range(FOLDS)]

    def unseen(cluster: str, lat: float, lon: float) -> tuple[NDArray[np.float64], float]:
        fitted = without[fold_of[cluster]] if cluster in fold_of else whole
        values, unexplained = fitted.coefficients(lat, lon)
        return values[0], float(unexplained[0])

    return whole, unseen


def _place(
    item: PlaceSeries,
    elevation: float,
    climatology: Climatology,
    unseen: Callable[[str, float, float], tuple[NDArray[np.float64], float]],
) -> Place:
    first = EPOCH_ORIGIN + (int(item.days[0]) - EPOCH_ORIGIN) // EPOCH_DAYS * EPOCH_DAYS
    tmean = np.full(int(item.days[-1]) - first + 1, np.nan, dtype=np.float32)
    tmean[item.days - first] = item.tmean
    coefficients, unexplained = unseen(item.cluster, item.lat, item.lon)
    relief = float(climatology.relief(item.lat, item.lon))
    nothing = np.zeros((0, 0, 64), np.float32), np.zeros((0, 0), bool)
    return Place(
        item.name, item.cluster, item.role, item.lat, item.lon, elevation, relief, coefficients, unexplained, first,
        tmean, *nothing,
    )  # fmt: skip


def _tower_places(
    data: Path,
    series: list[PlaceSeries],
    heights: dict[str, float],
    climatology: Climatology,
    unseen: Callable[[str, float, float], tuple[NDArray[np.float64], float]],
    embed: Embedder,
) -> list[Place]:
    """Towers with MODIS reflectance. Their temperature is the tower's own where a measured series is there,
    else ERA5's in the same table (growing season only)."""
    import pandas as pd

    table = pd.read_csv(data / "gpp" / "nbar_daily_gpp.csv.gz", parse_dates=["date"])
    positions = place_clusters(data).set_index("site")
    measured = {item.name.split("/")[1]: item for item in series if item.source in ("fluxnet2015", "fdk_daily")}
    places = []
    for site, found in table.groupby("site"):
        if site not in positions.index:
            continue
        lat, lon, cluster = (positions.loc[site, column] for column in ("lat", "lon", "cluster"))
        rows = found.sort_values("date").drop_duplicates("date")
        days = np.array([stamp.toordinal() for stamp in rows["date"]], dtype=np.int64)
        item = measured.get(str(site))
        if item is None:
            known = rows["tmean"].notna().to_numpy()
            if known.sum() < 100:
                continue
            values = rows["tmean"].to_numpy(dtype=np.float64)[known]
            item = PlaceSeries(
                str(site), "era5", str(cluster), role_of(str(cluster)), float(lat), float(lon), days[known], values
            )
        place = _place(item, heights.get(str(site), np.nan), climatology, unseen)
        place.name = str(site)
        epochs = place.first + EPOCH_DAYS * np.arange(-(-len(place.tmean) // EPOCH_DAYS))
        six = rows[_SIX].to_numpy(dtype=np.float32)
        place.embeddings, place.seen = _dated_embeddings(str(site), six, days, epochs, embed)
        places.append(place)
    return places


def _dated_embeddings(
    site: str, six: NDArray[np.float32], days: NDArray[np.int64], epochs: NDArray[np.int64], embed: Embedder
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Versions of one tower's embeddings (V, E, 64) from differently thinned observations."""
    rng = np.random.default_rng(list(site.encode()))
    embeddings, seen = [], []
    for _ in range(VERSIONS):
        keep = rng.random(len(days)) < rng.uniform(*KEPT_SHARE)
        keep &= np.isfinite(six).any(axis=1)
        bands = np.full((1, int(keep.sum()), len(S2_BANDS)), np.nan, dtype=np.float32)
        bands[0][:, list(SIX_BAND_INDEX)] = six[keep]
        z, known = embed(bands, days[None, keep], epochs[None])
        gap = np.abs(epochs[:, None] - days[keep][None]).min(axis=1) if keep.any() else np.full(len(epochs), 999)
        embeddings.append(z[0])
        seen.append(known[0] & (gap <= OBSERVATION_DAYS))
    return np.stack(embeddings).astype(np.float32), np.stack(seen)


def _imagery_embeddings(cache: Path, embed: Embedder) -> NDArray[np.float32]:
    """Embeddings (N, 64) of single pixels of the imagery cubes, if the imagery cache is there: the image
    tokenizer must know what Sentinel-2 looks like, not MODIS alone."""
    if not cache.is_file():
        return np.zeros((0, 64), np.float32)
    from .places import load_places

    rng = np.random.default_rng(5)
    out = []
    for place in load_places(cache):
        if place.held_out or place.name.startswith("tower/") or not len(place.s2_days):
            continue
        values = place.reflectance()
        height, width = values.shape[2:]
        rows, cols = rng.integers(0, height, PIXELS_PER_CUBE), rng.integers(0, width, PIXELS_PER_CUBE)
        bands = values[:, :, rows, cols].transpose(2, 0, 1)
        days = np.broadcast_to(place.s2_days, (PIXELS_PER_CUBE, len(place.s2_days)))
        epochs = np.arange(place.s2_days.min() // EPOCH_DAYS * EPOCH_DAYS, place.s2_days.max(), EPOCH_DAYS)
        z, known = embed(bands, days, np.broadcast_to(epochs, (PIXELS_PER_CUBE, len(epochs))))
        out.append(z[known])
    return np.concatenate(out).astype(np.float32) if out else np.zeros((0, 64), np.float32)


def _save(
    path: Path, climatology: Climatology, places: list[Place], extra: NDArray[np.float32], embedded_by: str
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = np.array([[p.lat, p.lon, p.elevation, p.relief, p.unexplained] for p in places])
    arrays: dict[str, np.ndarray] = {
        "names": np.array([[p.name, p.cluster, p.role] for p in places]),
        "numbers": numbers,
        "coefficients": np.stack([p.coefficients for p in places]),
        "first": np.array([p.first for p in places]),
        "lengths": np.array([len(p.tmean) for p in places]),
        "tmean": np.concatenate([p.tmean for p in places]),
        "shapes": np.array([p.seen.shape for p in places]),
        "embeddings": np.concatenate([p.embeddings.reshape(-1, 64) for p in places]).astype(np.float16),
        "seen": np.concatenate([p.seen.reshape(-1) for p in places]),
        "extra": extra.astype(np.float16),
        "embedded_by": np.array(embedded_by),
    }
    arrays.update({f"climatology/{name}": tensor.numpy() for name, tensor in climatology.tensors().items()})
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def load_cache(path: Path) -> tuple[Climatology, list[Place], NDArray[np.float32], str]:
    """What :func:`prepare` wrote: climatology, places, embeddings (N, 64) of other imagery, and what
    embedded all of them."""
    with np.load(path, allow_pickle=False) as file:
        data = {name: file[name] for name in file.files}
    prefix = "climatology/"
    climatology = Climatology.from_tensors(
        {name[len(prefix) :]: torch.as_tensor(array) for name, array in data.items() if name.startswith(prefix)}
    )
    series = np.split(data["tmean"], np.cumsum(data["lengths"])[:-1])
    sizes = np.cumsum(data["shapes"].prod(axis=1))[:-1]
    embeddings, seen = np.split(data["embeddings"].astype(np.float32), sizes), np.split(data["seen"], sizes)
    places = []
    for i, (name, cluster, role) in enumerate(data["names"]):
        lat, lon, elevation, relief, unexplained = (float(v) for v in data["numbers"][i])
        shape = tuple(int(v) for v in data["shapes"][i])
        places.append(
            Place(
                str(name),
                str(cluster),
                str(role),
                lat,
                lon,
                elevation,
                relief,
                data["coefficients"][i],
                unexplained,
                int(data["first"][i]),
                series[i],
                embeddings[i].reshape(*shape, 64),
                seen[i].reshape(shape),
            )
        )
    return climatology, places, data["extra"].astype(np.float32), str(data["embedded_by"])

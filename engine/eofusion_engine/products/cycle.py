"""The mean course of GPP over the year by kind of land cover, which the run itself finds by its NDVI curves."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from ..bands import S2_BANDS
from ..errors import OutputError, RequestError
from ..runfolder import RunFolder

#: Pixels that are looked at: a regular sample of larger areas says the same.
SAMPLE = 20_000
_ROUNDS = 50
_RED, _NIR = S2_BANDS.index("B04"), S2_BANDS.index("B08")


@dataclass(frozen=True)
class Cluster:
    """One kind of cover, the most productive first: ``share`` of the area; ``ndvi`` by date; ``months`` the mean
    annual cycle [{month, p10, p50, p90, dates}] in g C m-2 d-1 (bounds are means of pixels' bounds)."""

    number: int
    share: float
    ndvi: dict[str, float]
    months: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def mean_cycles(run_folder: Path | str, clusters: int = 5, seed: int = 0) -> list[Cluster]:
    """Clusters of a finished run with reflectance and GPP on the same dates.

    Raises:
        RequestError: fewer than 2 or more than 12 clusters.
        OutputError: no run folder, a product is missing or cannot be read, or nothing was seen.
    """
    if not 2 <= clusters <= 12:
        raise RequestError(f"{clusters} kinds of land cover cannot be told apart.", "Give 2 to 12.")
    run = RunFolder.open(run_folder)
    kinds = {product["kind"] for product in run.products}
    if not {"reflectance", "gpp"} <= kinds:
        raise OutputError("This run has not both reflectance and GPP.", "Run again with both chosen.")
    stride = max(1, int(np.ceil((run.grid.width * run.grid.height / SAMPLE) ** 0.5)))
    dates, ndvi = _ndvi(run, stride)
    gpp = _gpp(run, stride)
    seen = np.isfinite(ndvi).all(axis=0)
    if not seen.any():
        raise OutputError("No pixel of this run has reflectance on all dates.", "Run again with other dates.")
    curves = ndvi[:, seen].T
    label = k_means(curves, min(clusters, len(np.unique(curves, axis=0))), seed)
    found = []
    for number in np.unique(label):
        mine = label == number
        values = {name: np.nanmean(layers[:, seen][:, mine], axis=1) for name, (_, layers) in gpp.items()}
        found.append(
            Cluster(
                number=0,
                share=round(float(mine.mean()), 4),
                ndvi=dict(zip(dates, curves[mine].mean(axis=0).round(4).tolist(), strict=True)),
                months=_by_month(gpp["p50"][0], values),
            )
        )
    found.sort(key=lambda cluster: -np.mean([row["p50"] for row in cluster.months]))
    return [Cluster(place, c.share, c.ndvi, c.months) for place, c in enumerate(found, 1)]


def as_csv(clusters: list[Cluster]) -> str:
    """A row a cluster and month."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = ("p10", "p50", "p90")
    writer.writerow(["cluster", "share", "month", *(f"gpp_{name}_g_c_m2_d" for name in names), "dates"])
    for cluster in clusters:
        for row in cluster.months:
            writer.writerow([cluster.number, cluster.share, row["month"], *(row[n] for n in names), row["dates"]])
    return text.getvalue()


def k_means(rows: np.ndarray, clusters: int, seed: int = 0) -> np.ndarray:
    """Cluster (N,) of rows (N, F): Lloyd's algorithm from k-means++ starts (Arthur and Vassilvitskii 2007)."""
    generator = np.random.default_rng(seed)
    centres = rows[[int(generator.integers(len(rows)))]]
    for _ in range(clusters - 1):
        near = ((rows[:, None] - centres[None]) ** 2).sum(-1).min(axis=1)
        chosen = int(generator.choice(len(rows), p=near / near.sum()))
        centres = np.concatenate([centres, rows[[chosen]]])
    label = np.full(len(rows), -1)
    for _ in range(_ROUNDS):
        distance = (rows**2).sum(1)[:, None] - 2 * rows @ centres.T + (centres**2).sum(1)
        nearest = distance.argmin(axis=1)
        if (nearest == label).all():
            break
        label = nearest
        for number in np.unique(label):
            centres[number] = rows[label == number].mean(axis=0)
    return label


def _by_month(dates: list[str], values: dict[str, np.ndarray]) -> tuple[dict[str, Any], ...]:
    month = np.array([int(day[5:7]) for day in dates])
    rows = []
    for number in np.unique(month):
        mine = month == number
        means = {name: round(float(np.nanmean(series[mine])), 4) for name, series in values.items()}
        rows.append({"month": int(number), **means, "dates": int(mine.sum())})
    return tuple(rows)


def _ndvi(run: RunFolder, stride: int) -> tuple[list[str], np.ndarray]:
    dates, layers = [], []
    for product in sorted((p for p in run.products if p["kind"] == "reflectance"), key=lambda p: str(p["dates"])):
        bands = _read(run.path / product["path"], stride, [_RED + 1, _NIR + 1])
        red, infrared = bands
        dates.append(str(product["dates"][0]))
        layers.append(((infrared - red) / np.maximum(infrared + red, 1e-3)).ravel())
    return dates, np.stack(layers)


def _gpp(run: RunFolder, stride: int) -> dict[str, tuple[list[str], np.ndarray]]:
    found = {}
    for product in run.products:
        if product["kind"] == "gpp":
            layers = _read(run.path / product["path"], stride)
            found[product["statistic"]] = ([str(day) for day in product["dates"]], layers.reshape(len(layers), -1))
    return {name: found[name] for name in ("p10", "p50", "p90") if name in found}


def _read(path: Path, stride: int, bands: list[int] | None = None) -> np.ndarray:
    """Every ``stride``-th pixel of bands (B, h, w) in the file's unit, NaN where unknown."""
    try:
        with rasterio.open(path) as dataset:
            chosen = bands or list(dataset.indexes)
            stored = dataset.read(chosen)[:, ::stride, ::stride].astype(float)
            scale, offset = (np.array([v[b - 1] for b in chosen]) for v in (dataset.scales, dataset.offsets))
            nodata = dataset.nodata
    except RasterioError as error:
        raise OutputError(f"The product {path.name} cannot be read ({error}).", "Run it again.") from None
    return np.where(stored == nodata, np.nan, stored * scale[:, None, None] + offset[:, None, None])

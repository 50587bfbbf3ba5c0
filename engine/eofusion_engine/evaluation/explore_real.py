"""Learned maps on real folders: Landsat surface temperature, judged in spatial blocks, beside raw bands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from ..events import Quiet
from ..explore.classify import validated
from ..explore.learners import Kind
from ..explore.places import Pixels
from ..explore.runs import FinishedRun
from ..explore.training_samples import Samples
from ..explore.validate import Validation, r2, rmse
from ..explore.vectors import chosen_dates, pixel_vectors
from ..inference.runner import run as make_run
from ..request import parse_request
from .explore_worlds import raw_bands
from .rows import OURS, Row, Seen, make_row
from .seen import TrainingPlaces

KINDS: tuple[Kind, ...] = ("linear", "knn", "forest")
#: A place is 640 m wide: blocks of four by four hold out what lies beside a sample.
BLOCK_PX, FOLDS = 16, 5
#: Landsat's own pixels are of 30 m: between them there is nothing to learn.
STEP_PX = 3
_PERIOD_DAYS = 395
_LEAST_SCENES = 4


@dataclass(frozen=True)
class Surface:
    """Mean difference (H, W) of a pixel's surface temperature to its scene's, K; ``x`` (W,), ``y`` (H,) in m."""

    kelvin: np.ndarray
    x: np.ndarray
    y: np.ndarray
    scenes: int


def learned_maps(data_dir: Path, weights: Path | None, folder: Path) -> list[Row]:
    """R2 and RMSE (K) of each learner on each place of ``data_dir`` with Landsat surface temperature.

    Runs are written to ``folder``.
    """
    rows = []
    known = TrainingPlaces.of(("encoder_s1", "encoder_s2", "fusion"), weights)
    for place in sorted((data_dir / "imagery" / "worldcereal_training").glob("*/")):
        surface = _surface(place)
        if surface is not None:
            rows += _place_rows(place, surface, known, weights, folder / place.name)
    return rows


def _surface(place: Path) -> Surface | None:
    import h5py

    for path in sorted(place.glob("L8_L2-ST_10m_*.nc")):
        with h5py.File(path) as file:
            kelvin, quality = file["ST-B10"][:].astype(float), file["QA-PIXEL"][:].astype(np.int64)
            x, y = file["x"][:].astype(float), file["y"][:].astype(float)
        # Bit 6 of QA_PIXEL: clear (Landsat 8-9 Collection 2 Level 2 product guide).
        clear = np.where((kelvin > 0) & (quality & 64 > 0), kelvin, np.nan)
        clear = clear[np.isfinite(clear).mean(axis=(1, 2)) > 0.9]
        if len(clear) >= _LEAST_SCENES:
            return Surface(
                np.nanmean(clear - np.nanmedian(clear, axis=(1, 2), keepdims=True), axis=0), x, y, len(clear)
            )
    return None


def _place_rows(place: Path, surface: Surface, known: TrainingPlaces, weights: Path | None, folder: Path) -> list[Row]:
    start, end = _period(place)
    asked = {
        "source": str(place), "start": start.isoformat(), "end": end.isoformat(), "out": str(folder), "threads": 1,
        "products": ["embeddings", "reflectance"], "device": "cpu", **({"weights": str(weights)} if weights else {}),
    }  # fmt: skip
    request = parse_request(asked)
    make_run(request, Quiet())
    with FinishedRun.open(folder) as run:
        days = chosen_dates(run, None)
        rows, cols, target = [], [], []
        for i in range(0, len(surface.y), STEP_PX):
            for j in range(0, len(surface.x), STEP_PX):
                at = run.grid.pixel(surface.x[j], surface.y[i])
                if at is not None and np.isfinite(surface.kelvin[i, j]):
                    rows.append(at[0])
                    cols.append(at[1])
                    target.append(surface.kelvin[i, j])
        pixels = Pixels(np.array(rows), np.array(cols))
        vectors = pixel_vectors(run, days, pixels)
        frame = run.grid.transform
        middle = (frame.c + frame.a * run.grid.width / 2, frame.f + frame.e * run.grid.height / 2)
        crs = run.grid.crs
    raw = raw_bands(request, days)[pixels.rows, pixels.cols]
    keep = np.isfinite(vectors).all(axis=1)
    block = pixels.rows // BLOCK_PX * 1000 + pixels.cols // BLOCK_PX
    samples = Samples(pixels, np.array(target), (), block, 10.0 * BLOCK_PX, 0).chosen(keep)
    label = _seen(known, crs, middle)
    found: list[Row] = []
    for kind in KINDS:
        for name, features in ((OURS, vectors), ("raw bands", raw)):
            judged = validated(features[keep], samples, kind, FOLDS, 0, Quiet())
            assert judged is not None  # nosec B101 - for the type checker
            found.append(_row(place.name, name, kind, judged, surface.scenes, label))
    return found


def _row(place: str, name: str, kind: Kind, judged: Validation, scenes: int, seen: Seen) -> Row:
    metrics: dict[str, float | tuple[float, float] | None] = {
        "r2": r2(judged.truth, judged.predicted), "r2_95": judged.interval(r2),
        "rmse": rmse(judged.truth, judged.predicted), "rmse_95": judged.interval(rmse),
    }  # fmt: skip
    data = f"worldcereal/{place}: Landsat surface temperature, mean of {scenes} scenes, in blocks of 160 m"
    return make_row("explore", data, name, len(judged.truth), seen, metrics, part=kind, unit="K")


def _period(place: Path) -> tuple[date, date]:
    """The last 13 months that the place's Sentinel-2 file has, by its name."""
    name = next(place.glob("S2_L2A_20m_*.nc")).stem
    start, end = (date.fromisoformat(part) for part in name.split("_")[-2:])
    return max(start, date.fromordinal(end.toordinal() - _PERIOD_DAYS)), end


def _seen(known: TrainingPlaces, crs: str, middle: tuple[float, float]) -> Seen:
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*middle)
    return "seen" if bool(known.near(np.array([lat]), np.array([lon]))[0]) else "unseen"

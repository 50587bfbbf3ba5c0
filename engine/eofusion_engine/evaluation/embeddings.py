"""What the embeddings hold: linear probes of land cover and of GPP, beside raw bands of the same dates.

A probe is a logistic or a ridge regression. The embeddings' nested prefixes of 8, 16, 32 and 64 numbers stand beside
the bands of the date, the bands with the mean and standard deviation of the whole series (what the fusion saw, too),
principal components of those, and the embeddings from either sensor alone. Probes are fitted on training cells and
towers, and ship; what is scored here was held out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..model.fusion import PREFIXES
from ..model.stack import FusionStack
from .bundle import bundle_folder, load_bundle
from .monthly import MonthlySeries, available, training_rows
from .pixel_series import embed_series
from .probes import Probe, Projection, fit_logistic, fit_ridge
from .resampling import class_metrics, confusion, error_metrics, error_sums, with_intervals
from .rows import OURS, Row, make_row
from .seen import SEEN_LABELS, TrainingPlaces, label_places
from .splits import LINK_KM, distance_between_km, fold_numbers, is_held_out
from .tower_series import TITLES, available_towers

TASK = "embeddings"
BUNDLE = "probes"
#: The weights files behind an embedding.
PARTS = ("encoder_s1", "encoder_s2", "fusion")
RAW, RAW_DATES, PCA = "bands of the date", "bands, same dates", "PCA of bands, same dates"
#: Classes with fewer training rows than this are left out: a probe of three examples is a draw of lots.
MIN_ROWS = 30
_CV_FOLDS = 5


@dataclass(frozen=True)
class ProbeData:
    """One table to probe: ``features`` by (model, part) (N, F), ``target`` (N,), classes where ``classifies``,
    ``groups`` (N,) that are never split, ``lat`` and ``lon`` (N,), ``trains`` (N,) what a shipped probe may fit."""

    title: str
    classifies: bool
    features: dict[tuple[str, str], np.ndarray]
    #: PCA is fitted with its probe: number of components by part.
    components: dict[str, int]
    target: np.ndarray
    groups: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    trains: np.ndarray
    unit: str = ""

    def names(self) -> list[tuple[str, str]]:
        """All (model, part), the reference first."""
        return [*self.features, *((PCA, part) for part in self.components)]


def probe_data(data: Path, stack: FusionStack) -> Iterator[ProbeData]:
    """Every table of ``data`` that can be probed.

    Raises:
        FileNotFoundError: there is neither a monthly table nor a tower table.
    """
    missing: list[FileNotFoundError] = []
    readers = (_covers, _towers)
    for reader in readers:
        try:
            yield from reader(data, stack)
        except FileNotFoundError as error:
            missing.append(error)
    if len(missing) == len(readers):
        raise missing[0]


def _prefixes(name: str, embedding: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    return {(name, f"{size} numbers"): embedding[:, :size] for size in PREFIXES}


def _band_sets(date: np.ndarray, context: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    both = np.hstack([date, context])
    return {(RAW_DATES, f"{both.shape[1]} numbers"): both, (RAW, f"{date.shape[1]} numbers"): date}


def _covers(data: Path, stack: FusionStack) -> Iterator[ProbeData]:
    for title, series in available(data):
        yield cover_data(title, series, stack)


def cover_data(title: str, series: MonthlySeries, stack: FusionStack) -> ProbeData:
    """Land cover of every month of every pixel."""
    months = series.cover.shape[1]

    def spread(per_pixel: np.ndarray) -> np.ndarray:
        return np.repeat(per_pixel, months, axis=0)

    bands = np.concatenate([series.s2, series.s1], axis=-1)
    known = np.isfinite(bands)
    count = np.maximum(known.sum(axis=1), 1)
    filled = np.where(known, bands, 0.0)
    mean = filled.sum(axis=1) / count
    deviation = np.sqrt((np.where(known, bands - mean[:, None], 0.0) ** 2).sum(axis=1) / count)
    features = _band_sets(bands.reshape(-1, bands.shape[-1]), spread(np.hstack([mean, deviation])))
    dated = embed_series(stack, series.s2, series.s1, series.days, l1c=True)
    features |= _prefixes(OURS, dated.reshape(-1, dated.shape[-1]))
    features |= _prefixes(f"{OURS}, mean over the dates", spread(dated.mean(axis=1)))
    for sensor in ("S2", "S1"):
        alone = embed_series(stack, series.s2, series.s1, series.days, l1c=True, sensors=(sensor,))
        features[f"{OURS}, {sensor} alone", f"{PREFIXES[-1]} numbers"] = alone.reshape(-1, alone.shape[-1])
    return ProbeData(
        title=f"land cover, {title}", classifies=True, features=features,
        components={f"{size} numbers": size for size in PREFIXES[:3]},
        target=series.cover.reshape(-1), groups=spread(series.cell), lat=spread(series.lat), lon=spread(series.lon),
        trains=spread(training_rows(series)),
    )  # fmt: skip


def _towers(data: Path, stack: FusionStack) -> Iterator[ProbeData]:
    for table, rows in available_towers(data):
        radar = np.full((*rows.bands.shape[:2], 2), np.nan, np.float32)
        dated = embed_series(stack, rows.bands, radar, rows.days)[rows.where]
        yield ProbeData(
            title=f"GPP, {TITLES[table]}", classifies=False,
            features=_band_sets(rows.six, rows.context) | _prefixes(OURS, dated),
            components={"8 numbers": 8, "16 numbers": 16}, target=rows.gpp, groups=rows.cluster,
            lat=rows.lat, lon=rows.lon, trains=np.array([not is_held_out(c) for c in rows.cluster]),
            unit="g C m-2 d-1",
        )  # fmt: skip


Fitted = dict[str, Probe | Projection]


def _key(item: ProbeData, name: tuple[str, str]) -> str:
    return "/".join((item.title, *name))


def fit(item: ProbeData, use: np.ndarray) -> Fitted:
    """Probes of every feature set, fitted to the rows (N,) of ``use``; their strength is chosen inside them."""
    use = use & _usable(item, use)
    train: Any = fit_logistic if item.classifies else fit_ridge
    target, groups = item.target[use], item.groups[use]
    fitted: Fitted = {}
    for name in item.names():
        features, projection = _features(item, name, use)
        if projection is not None:
            fitted[f"{_key(item, name)}/axes"] = projection
        fitted[_key(item, name)] = train(features[use], target, groups)
    return fitted


def _usable(item: ProbeData, train: np.ndarray) -> np.ndarray:
    if not item.classifies:
        return np.isfinite(item.target)
    codes, counts = np.unique(item.target[train], return_counts=True)
    return np.isin(item.target, codes[counts >= MIN_ROWS])


def _features(
    item: ProbeData, name: tuple[str, str], use: np.ndarray | None, fitted: Fitted | None = None
) -> tuple[np.ndarray, Projection | None]:
    model, part = name
    if model != PCA:
        return item.features[name], None
    bands = next(values for (label, _), values in item.features.items() if label == RAW_DATES)
    if fitted is not None:
        projection = fitted[f"{_key(item, name)}/axes"]
        assert isinstance(projection, Projection)  # nosec B101 - for the type checker
    else:
        assert use is not None  # nosec B101 - for the type checker
        projection = Projection.fit(bands[use], item.components[part])
    return projection.apply(bands), projection


def predict(item: ProbeData, fitted: Fitted, rows: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """Predictions of the rows (N,) of every feature set."""
    out = {}
    for name in item.names():
        probe = fitted[_key(item, name)]
        assert isinstance(probe, Probe)  # nosec B101 - for the type checker
        out[name] = probe.predict(_features(item, name, None, fitted)[0][rows])
    return out


def rows_of(
    item: ProbeData, predicted: dict[tuple[str, str], np.ndarray], rows: np.ndarray, seen: Any, known: np.ndarray
) -> list[Row]:
    """Scores of predictions of the rows (N,), among those whose class the probe can know (N,)."""
    keep = known[rows]
    if keep.sum() == 0:
        return []
    truth, groups = item.target[rows][keep], item.groups[rows][keep]
    reference = item.names()[0]
    classes = np.unique(np.concatenate([truth, *(p[keep] for p in predicted.values())])) if item.classifies else truth

    def sums(values: np.ndarray) -> np.ndarray:
        if item.classifies:
            return confusion(truth, values, groups, classes)
        return error_sums(truth, values, groups)

    metric, compare = (
        (class_metrics, ("balanced_accuracy", "accuracy")) if item.classifies else (error_metrics, ("rmse",))
    )
    base = sums(predicted[reference][keep])
    out = []
    for name, values in predicted.items():
        own = name == reference
        metrics = with_intervals(sums(values[keep]), metric, None if own else base, compare)
        kept = {k: v for k, v in metrics.items() if k.removesuffix("_95") not in ("mae", "bias")}
        texts = {"part": name[1], "unit": item.unit, "reference": "" if own else RAW_DATES}
        out.append(make_row(TASK, item.title, name[0], int(keep.sum()), seen, kept, **texts))
    return out


def evaluate(data_dir: Path, weights_dir: Path | None = None, cv: bool = False) -> list[Row]:
    """Probes of every table: the shipped ones on places by whether they were seen; with ``cv`` refitted, too."""
    stack = FusionStack.from_weights(weights_dir)
    bundle = load_bundle(BUNDLE, weights_dir)
    places = TrainingPlaces.of(PARTS, weights_dir, [bundle_folder(weights_dir) / f"{BUNDLE}.safetensors"])
    out: list[Row] = []
    for item in probe_data(data_dir, stack):
        fitted: Fitted = {k: v for k, v in bundle.models.items() if isinstance(v, Probe | Projection)}
        if _key(item, item.names()[0]) in fitted:
            probe = fitted[_key(item, item.names()[0])]
            assert isinstance(probe, Probe)  # nosec B101 - for the type checker
            known = np.isin(item.target, probe.classes) if item.classifies else np.isfinite(item.target)
            held = np.array([is_held_out(str(group)) for group in item.groups])
            labels = label_places(places, item.lat, item.lon, held)
            for label in SEEN_LABELS:
                chosen = np.flatnonzero(labels == label)
                if len(chosen):
                    out += rows_of(item, predict(item, fitted, chosen), chosen, label, known)
        if cv:
            out += _crossed(item)
    return out


def _crossed(item: ProbeData) -> list[Row]:
    """Every row by probes that were fitted without its fold, and without what is within 25 km of it."""
    known = _usable(item, np.ones(len(item.target), bool))
    fold = fold_numbers(item.groups, _CV_FOLDS)
    if len(np.unique(fold)) < 2:
        return []
    collected: dict[tuple[str, str], np.ndarray] = {}
    for number in np.unique(fold):
        out = np.flatnonzero(fold == number)
        train = (fold != number) & known & ~_near(item, out)
        for name, values in predict(item, fit(item, train), out).items():
            collected.setdefault(name, np.zeros(len(item.target), values.dtype))[out] = values
    return rows_of(item, collected, np.arange(len(item.target)), "cv", known)


def _near(item: ProbeData, out: np.ndarray) -> np.ndarray:
    """(N,) rows within 25 km of the rows ``out``; only cells need it, towers are grouped by distance already."""
    spots, index = np.unique(np.stack([item.lat, item.lon], axis=1), axis=0, return_inverse=True)
    test = np.unique(index[out])
    with np.errstate(invalid="ignore"):
        nearest = np.min(distance_between_km(*spots.T, *spots[test].T), axis=1)
    return (nearest <= LINK_KM)[index]


def training_places(item: ProbeData) -> list[list[Any]]:
    """[group, lat, lon] of every position that the shipped probes are fitted on, for the bundle's header."""
    rows = np.flatnonzero(item.trains)
    spots = {(str(item.groups[i]), round(float(item.lat[i]), 4), round(float(item.lon[i]), 4)) for i in rows}
    return [[name, *(None if not np.isfinite(v) else v for v in spot)] for name, *spot in sorted(spots)]

"""Fits the mean head and the image tokenizer; both see training places alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..evaluation.splits import fold_numbers
from ..evaluation.trees import Trees, export
from ..model.temperature.climatology import Climatology
from ..model.temperature.image_tokens import LST_TOKENS, SENSORS, ImageTokenizer, SensorTokenizer
from ..model.temperature.mean_head import (
    CORRECTED,
    MeanHead,
    corrected,
    epochs_of,
    image_features,
    is_long,
    place_features,
)
from ..model.temperature.sequence import EPOCH_DAYS, IMAGE_MARGIN, IMAGES
from .temperature_batches import Shifts, usable_starts
from .temperature_data import Place

FOLDS = 5
#: Trees of the two ensembles, their rows' least leaf as a share, and how slowly they learn.
PLACE_TREES, IMAGE_TREES, RATE = 150, 100, 0.05
#: Leaves of a tree, and the least share of the rows in each: what images add is little, and must not be a place's luck.
PLACE_LEAVES, IMAGE_LEAVES, PLACE_LEAF_SHARE, IMAGE_LEAF_SHARE = 12, 6, 1 / 250, 1 / 300
#: Every so many of a daily place's windows: they overlap by seven eighths.
DAILY_WINDOWS = 2
#: Weights of sources: the tables of AgERA5 are of one year and region each, whose weather would be learned.
SOURCE_WEIGHT = {"agera5": 0.2}
#: Days between the days of a daily series that the trees are fitted on: neighbours say the same.
DAILY_STEP = 4
IMAGE_STEPS, IMAGE_BATCH = 3000, 384


def fit_mean_head(
    climatology: Climatology, places: list[Place], images: ImageTokenizer
) -> tuple[MeanHead, Shifts, dict[tuple[int, int, int], bool]]:
    """The head of all training places; what it would say of each of their windows had it not seen its cluster; and
    whether the window's series of images is long."""
    folds = cluster_folds([place.cluster for place in places])
    nothing = _constant(0.0)
    head = MeanHead(fit_place(climatology, places), nothing)
    # Each place's correction by trees that did not see it: what images add is measured against that.
    blind = [
        fit_place(climatology, [p for p, f in zip(places, folds, strict=True) if f != fold]) for fold in range(FOLDS)
    ]
    rows = ImageRows.of(climatology, places, images, [MeanHead(blind[fold], nothing) for fold in folds])
    if not rows.targets:
        return head, {}, {}
    image = fit_image(rows, np.ones(len(rows.target), bool))
    shifts: Shifts = {}
    for fold in range(FOLDS):
        inside = rows.fold(folds) == fold
        windows = np.flatnonzero(folds[rows.window_place] == fold)
        if not len(windows) or inside.all():
            continue
        trees = fit_image(rows, ~inside)
        said = trees.predict(rows.window_features[windows].reshape(-1, rows.window_features.shape[-1]))
        for window, values in zip(windows, said.reshape(len(windows), -1), strict=True):
            shifts[rows.keys[window]] = values.astype(np.float32)
    return replace(head, image=image), shifts, dict(zip(rows.keys, rows.window_long, strict=True))


def cluster_folds(clusters: list[str]) -> NDArray[np.int64]:
    """Fold (N,) of each place, whole clusters together."""
    return np.asarray(fold_numbers(clusters, FOLDS), dtype=np.int64)


def _constant(value: float) -> Trees:
    one = np.zeros(1)
    leaf = np.array([-1], np.int32)
    return Trees(leaf, one, leaf, leaf, np.zeros(1, bool), one, np.zeros(1, np.int32), np.array([value]))


def _boost(
    features: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64], trees: int, leaves: int,
    share: float,
) -> Trees:  # fmt: skip
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=trees, learning_rate=RATE, max_leaf_nodes=leaves, min_samples_leaf=max(20, int(len(target) * share)),
        l2_regularization=5.0, early_stopping=False, random_state=0,
    )  # fmt: skip
    # A sensor that nobody has: no split can be made on it, and scikit-learn wants some value.
    usable = np.where(np.isfinite(features).any(axis=0), features, 0.0)
    return export(model.fit(usable, target, weight))


def fit_place(climatology: Climatology, places: list[Place]) -> dict[str, Trees]:
    """Each source's habits: what its temperature departs from the climatology by, without looking.

    An ensemble a source: they have little in common, and the many days of one would outvote the months of another.
    """
    rows: dict[str, list[tuple[NDArray[np.float64], NDArray[np.float64]]]] = {}
    for place in places:
        if place.source not in CORRECTED:
            continue
        normal = place.normal(climatology, place.days)
        mine = place_features(place.static(True), place.source, normal, place.days)
        known = np.flatnonzero(np.isfinite(place.tmean))[::DAILY_STEP]
        features, values = [mine[known]], [place.tmean[known] - normal.mean[known]]
        for first, end, mean in place.months:
            days = slice(int(first), int(end))
            features.append(mine[days].mean(axis=0, keepdims=True))
            values.append(np.array([mean - normal.mean[days].mean()]))
        target = np.concatenate(values)
        if len(target):
            rows.setdefault(place.source, []).append((np.concatenate(features), target))
    return {
        source: _boost(
            np.concatenate([features for features, _ in own]), np.concatenate([target for _, target in own]),
            balanced([np.full(len(target), 1.0 / len(target)) for _, target in own]),
            PLACE_TREES, PLACE_LEAVES, PLACE_LEAF_SHARE,
        )
        for source, own in rows.items()
    }  # fmt: skip


def balanced(weight: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Places weigh by the root of what they hold, and all weights have mean 1."""
    flat = np.concatenate([one * len(one) ** 0.5 for one in weight])
    return np.asarray(flat / flat.mean())


class ImageRows:
    """What the image ensemble is fitted on: features of epochs with the anomaly about them, in spreads."""

    def __init__(self) -> None:
        self.features: list[NDArray[np.float64]] = []
        self.targets: list[float] = []
        self.owners: list[int] = []
        self.keys: list[tuple[int, int, int]] = []
        self.windows: list[NDArray[np.float64]] = []
        self.weights: list[float] = []
        self.long: list[bool] = []
        self.window_long: list[bool] = []

    @classmethod
    def of(
        cls, climatology: Climatology, places: list[Place], images: ImageTokenizer, heads: list[MeanHead]
    ) -> ImageRows:
        """Rows of all places with imagery; a place's correction is that of its own of ``heads``."""
        rows = cls()
        rows.weights = [SOURCE_WEIGHT.get(place.source, 1.0) for place in places]
        rng = np.random.default_rng(3)
        for number, place in enumerate(places):
            if not place.has_cells:
                continue
            normal = place.normal(climatology, place.days)
            normal = corrected(normal, heads[number].correction(place.static(True), place.source, normal, place.days))
            score = (place.tmean - normal.mean) / normal.spread
            seen = images.decode(images.tokenize(place.cells, place.l1c), place.l1c)
            for version in range(len(seen)):
                for start in usable_starts(place)[:: 1 if len(place.months) else DAILY_WINDOWS]:
                    cells = window_cells(seen[version], int(start))
                    if rng.random() < 0.5:
                        cells[:, LST_TOKENS.bands] = np.nan
                    rows._add(place, number, version, int(start), cells, score, normal)
        return rows

    def _add(
        self, place: Place, number: int, version: int, start: int, cells: NDArray[np.float32],
        score: NDArray[np.float64], normal: object,
    ) -> None:  # fmt: skip
        if not np.isfinite(cells).any():
            return
        mine = image_features(place.static(True), place.source, cells, place.first + start, place.l1c)
        self.keys.append((number, version, start))
        self.windows.append(mine)
        self.window_long.append(is_long(cells))
        mean, spread = normal.mean, normal.spread  # type: ignore[attr-defined]
        for slot, epoch in enumerate(epochs_of(start)):
            days = slice(max(int(epoch) - EPOCH_DAYS // 2, 0), int(epoch) + EPOCH_DAYS // 2)
            part = score[days]
            if np.isfinite(part).sum() >= 4:
                value = float(np.nanmean(part))
            else:
                month = [m for m in place.months if m[0] <= epoch < m[1] and m[0] >= start]
                if not month:
                    continue
                first, end, degc = month[0]
                days = slice(int(first), int(end))
                value = float((degc - mean[days].mean()) / spread[days].mean())
            self.features.append(mine[slot])
            self.targets.append(value)
            self.owners.append(number)
            self.long.append(self.window_long[-1])

    @property
    def target(self) -> NDArray[np.float64]:
        return np.clip(np.array(self.targets), -3.0, 3.0)

    @property
    def window_place(self) -> NDArray[np.int64]:
        return np.array([key[0] for key in self.keys], dtype=np.int64)

    @property
    def window_features(self) -> NDArray[np.float64]:
        return np.stack(self.windows)

    def fold(self, folds: NDArray[np.int64]) -> NDArray[np.int64]:
        """The fold of each row's place."""
        return np.asarray(folds[np.array(self.owners)])


def fit_image(rows: ImageRows, keep: NDArray[np.bool_]) -> Trees:
    """What images add, fitted on the rows ``keep``; every place weighs by the root of its rows."""
    owners = np.array(rows.owners)[keep]
    count = np.bincount(owners, minlength=owners.max() + 1)
    weight = np.array([rows.weights[owner] for owner in owners]) / np.sqrt(count[owners])
    features = np.stack([row for row, kept in zip(rows.features, keep, strict=True) if kept])
    return _boost(features, rows.target[keep], weight / weight.mean(), IMAGE_TREES, IMAGE_LEAVES, IMAGE_LEAF_SHARE)


def window_cells(cells: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """Epochs (E, CELL_BANDS) of a place in the slots of its window from day ``start`` on: (IMAGES, CELL_BANDS)."""
    out = np.full((IMAGES, cells.shape[1]), np.nan, np.float32)
    slots = start // EPOCH_DAYS - IMAGE_MARGIN + np.arange(IMAGES)
    inside = (slots >= 0) & (slots < len(cells))
    out[inside] = cells[slots[inside]]
    return out


def train_image_tokenizer(
    places: list[Place], seed: int, steps: int = IMAGE_STEPS, hidden: int = 48
) -> tuple[ImageTokenizer, dict[str, float]]:
    """Autoencoders with FSQ bottleneck on all cells; and the mean absolute error of each sensor's bands."""
    torch.manual_seed(seed)
    images = ImageTokenizer(hidden)
    errors = {}
    parts = [part for part in images.sensors if isinstance(part, SensorTokenizer)]
    for part, sensor in zip(parts, SENSORS, strict=True):
        pools, flags = [], []
        for place in places:
            values = place.cells[..., sensor.bands].reshape(-1, sensor.size)
            values = values[np.isfinite(values).any(axis=1)]
            if len(values):
                pools.append(values)
                flags.append(np.full(len(values), place.l1c, np.float32))
        if not pools:
            continue
        whole, level = torch.as_tensor(np.concatenate(pools)), torch.as_tensor(np.concatenate(flags))
        # Sources and places are uneven: a place counts by the root of its cells, and simulation little.
        weights = torch.as_tensor(np.concatenate([np.full(len(p), len(p) ** -0.5) for p in pools]))
        spread = part.normalise(whole)
        part.mean.copy_(torch.nanmean(spread, 0))
        part.std.copy_(torch.sqrt(torch.nanmean((spread - part.mean) ** 2, 0)).clamp(min=1e-3))
        optimiser = torch.optim.AdamW(part.parameters(), lr=3e-3, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=steps)
        for _ in range(steps):
            rows = torch.multinomial(weights, IMAGE_BATCH, replacement=True)
            shown = torch.rand(IMAGE_BATCH, sensor.size) < torch.where(torch.rand(IMAGE_BATCH, 1) < 0.7, 1.0, 0.6)
            shown[:, 0] |= ~shown.any(dim=1)
            loss = part.loss(whole[rows], level[rows], shown)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        with torch.inference_mode():
            quantised, _ = part.encode(whole, level)
            errors[sensor.name] = float(torch.nanmean((part.physical(part.decode(quantised, level)) - whole).abs()))
    return images.eval(), errors


def window_shifts(head: MeanHead, places: list[Place], images: ImageTokenizer) -> Shifts:
    """What the head says of each window of places that it has not seen."""
    shifts: Shifts = {}
    for number, place in enumerate(places):
        if not place.has_cells:
            continue
        seen = images.decode(images.tokenize(place.cells, place.l1c), place.l1c)
        for version in range(len(seen)):
            for start in usable_starts(place):
                cells = window_cells(seen[version], int(start))
                if np.isfinite(cells).any():
                    found = image_features(place.static(True), place.source, cells, place.first + int(start), place.l1c)
                    shifts[number, version, int(start)] = (
                        head.share(place.source, cells) * head.image.predict(found)
                    ).astype(np.float32)
    return shifts

"""Fits the mean head's trees and the image tokenizer."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..evaluation.splits import fold_numbers
from ..model.temperature.image_tokens import SENSORS, ImageTokenizer, SensorTokenizer
from ..model.temperature.mean_head import SHARED, SNOW_NOW
from ..model.trees import Trees, export
from .temperature_data import Place
from .temperature_rows import ImageRows, PlaceRows

#: Trees of the ensembles, and how slowly they learn.
SHARED_TREES, PLACE_TREES, IMAGE_TREES, RATE = 100, 100, 100, 0.05
#: Leaves of a tree, and the least share of the rows in each: what images add is little, and must not be a place's luck.
PLACE_LEAVES, IMAGE_LEAVES = 12, 6
SHARED_LEAF_SHARE, PLACE_LEAF_SHARE, IMAGE_LEAF_SHARE = 1 / 400, 1 / 250, 1 / 300
IMAGE_STEPS, IMAGE_BATCH = 3000, 384


def cluster_folds(clusters: list[str], folds: int) -> NDArray[np.int64]:
    """Fold (N,) of each place, whole clusters together."""
    return np.asarray(fold_numbers(clusters, folds), dtype=np.int64)


def nothing() -> Trees:
    """An ensemble that says 0."""
    one = np.zeros(1)
    leaf = np.array([-1], np.int32)
    return Trees(leaf, one, leaf, leaf, np.zeros(1, bool), one, np.zeros(1, np.int32), one)


def _boost(
    features: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64], trees: int, leaves: int,
    share: float, falling: tuple[int, ...] = (),
) -> Trees:  # fmt: skip
    """Boosted trees whose value falls, if anything, with the features ``falling``."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=trees, learning_rate=RATE, max_leaf_nodes=leaves, min_samples_leaf=max(20, int(len(target) * share)),
        l2_regularization=5.0, early_stopping=False, random_state=0,
        monotonic_cst=-np.isin(np.arange(features.shape[1]), falling).astype(int),
    )  # fmt: skip
    # A sensor that nobody has: no split can be made on it, and scikit-learn wants some value.
    usable = np.where(np.isfinite(features).any(axis=0), features, 0.0)
    return export(model.fit(usable, target, weight))


def fit_place(rows: PlaceRows, keep: NDArray[np.bool_]) -> dict[str, Trees]:
    """Each source's habits, of the places ``keep`` (P,): what its temperature departs from the climatology by, without
    looking.

    A stage of all sources learns where the climatology errs; upon it each source has its own, as their seasons and
    heights differ. Places left out preferred both to either alone (docs/temperature.md).
    """
    inside = keep[rows.owner]
    if not inside.any():
        return {}
    features, target, source = rows.features[inside], rows.target[inside], rows.source[inside]
    weight = rows.weight[inside] / rows.weight[inside].mean()
    shared = _boost(features, target, weight, SHARED_TREES, PLACE_LEAVES, SHARED_LEAF_SHARE)
    rest = target - shared.predict(features)
    return {SHARED: shared} | {
        str(name): _boost(
            features[source == name], rest[source == name], weight[source == name], PLACE_TREES, PLACE_LEAVES,
            PLACE_LEAF_SHARE,
        )
        for name in np.unique(source)
    }  # fmt: skip


def fit_image(rows: ImageRows, target: NDArray[np.float64], keep: NDArray[np.bool_]) -> Trees:
    """What images add to ``target`` (N,), fitted on the rows ``keep`` (N,); a place weighs by the root of its rows.

    More snow at an epoch never makes it warmer: within a place and season that holds in real and in simulated data,
    but between places it does not, and the trees see few snowy ones.
    """
    owners = rows.owner[keep]
    weight = rows.weight[owners] / np.sqrt(np.bincount(owners)[owners])
    return _boost(
        rows.features[keep], target[keep], weight / weight.mean(), IMAGE_TREES, IMAGE_LEAVES, IMAGE_LEAF_SHARE,
        (SNOW_NOW,),
    )  # fmt: skip


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

"""The fitted baseline of ``reconstruction``: boosted trees on a pixel's four nearest clear dates and the season."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..model.trees import Trees, export
from ..model.weights import load_tensors, save_tensors
from ..training.places import Place
from .gaps import GAPS, Hidden, Series, choose_pixels, hide, linear, neighbours, pixel_series

#: The file's stem in the evaluation's folder.
NAME = "gap_tree"
DATES = 4
#: Targets of each training place; more do not help the trees.
ROWS_A_PLACE = 2000


@dataclass(frozen=True)
class GapTree:
    """One tree ensemble a band, of the difference to linear interpolation."""

    bands: list[Trees]

    def predict(self, series: Series, hidden: Hidden) -> np.ndarray:
        """Reflectance (N, B)."""
        table, start = features(series, hidden), linear(series, hidden)
        return start + np.stack([tree.predict(table) for tree in self.bands], axis=1)


def features(series: Series, hidden: Hidden) -> np.ndarray:
    """(N, 4 B + 4 + B + 2): the four nearest clear dates outside the gap, on whichever side, by distance, with their
    signed gaps in days, linear interpolation, and the season."""
    near = neighbours(series, hidden, DATES).reshape(len(hidden), -1)
    here = series.days[hidden.date]
    gap = np.where(near >= 0, series.days[near] - here[:, None], np.nan)
    order = np.argsort(np.where(np.isnan(gap), np.inf, np.abs(gap)), axis=1, kind="stable")[:, :DATES]
    picked, gap = np.take_along_axis(near, order, 1), np.take_along_axis(gap, order, 1)
    bands = np.where((picked >= 0)[..., None], series.bands[hidden.pixel[:, None], picked], np.nan)
    angle = here * (2 * np.pi / 365.2425)
    return np.concatenate(
        (
            bands.reshape(len(hidden), -1),
            gap,
            linear(series, hidden),
            np.sin(angle)[:, None],
            np.cos(angle)[:, None],
        ),
        axis=1,
    )


def fit_tree(places: list[Place], seed: int = 0) -> GapTree:
    """Fit on hidden gaps of real training places, each weighing the same."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    rng = np.random.default_rng(seed)
    tables, residuals = [], []
    for place in places:
        series = pixel_series(place, choose_pixels(place, 128, seed))
        hidden = hide(series, GAPS)
        kept = rng.permutation(len(hidden))[:ROWS_A_PLACE]
        hidden = Hidden(hidden.pixel[kept], hidden.date[kept], hidden.gap[kept])
        if len(hidden):
            tables.append(features(series, hidden))
            residuals.append(series.truth[hidden.pixel, hidden.date] - linear(series, hidden))
    table, residual = np.concatenate(tables), np.concatenate(residuals)
    trees = []
    for band in range(residual.shape[1]):
        known = np.isfinite(residual[:, band])
        tree = HistGradientBoostingRegressor(
            loss="absolute_error", max_iter=60, learning_rate=0.12, max_leaf_nodes=31, min_samples_leaf=60,
            l2_regularization=1.0, random_state=seed,
        )  # fmt: skip
        trees.append(export(tree.fit(table[known], residual[known, band])))
    return GapTree(trees)


def save_tree(tree: GapTree, places: list[list[str | float]], folder: Path) -> Path:
    """Write the fitted trees beside the evaluation's other fitted models; ``places`` are ids and positions."""
    arrays = {}
    for band, trees in enumerate(tree.bands):
        for name, values in trees.arrays().items():
            small = values.dtype == np.float64 and name != "threshold"  # thresholds decide sides and stay whole
            arrays[f"{band}/{name}"] = torch.from_numpy(
                np.ascontiguousarray(values.astype(np.float32) if small else values)
            )
    return save_tensors(NAME, arrays, {"bands": len(tree.bands), "training_places": places}, folder)


def load_tree(folder: Path) -> GapTree:
    """What :func:`save_tree` wrote.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    tensors, config = load_tensors(NAME, folder)
    return GapTree(
        [
            Trees(**{name: tensors[f"{band}/{name}"].numpy() for name in Trees.__dataclass_fields__})
            for band in range(config["bands"])
        ]
    )

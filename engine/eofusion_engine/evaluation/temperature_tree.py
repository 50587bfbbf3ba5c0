"""The fitted baseline of ``temperature``: boosted trees on place, month and imagery, one ensemble a monthly table.

They ship beside the evaluation's other fitted models, so that a folder of places that nobody has seen is scored
without a refit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..model.temperature.climatology import Climatology, Normal
from ..model.temperature.mean_head import image_features, place_features
from ..model.temperature.tokens import UniformTokenizer
from ..model.trees import Trees, fit_trees
from ..model.weights import load_tensors, save_tensors
from ..training.temperature_data import Place
from ..training.temperature_rows import window_cells
from .bundle import BundleError
from .seen import HEADER_KEY
from .splits import fold_numbers
from .temperature_scores import Forecast, fitting_factor

#: The file's stem in the evaluation's folder.
NAME = "temperature_tree"
FOLDS, LEAST_PLACES = 5, 50
_EPOCH = 16


@dataclass(frozen=True)
class MonthlyTree:
    """``trees`` of a month's temperature in degC; ``spread`` of its errors at cells left out in K, and the ``factor``
    on it that makes p10 to p90 hold four months in five."""

    trees: Trees
    spread: float
    factor: float

    def forecasts(self, climatology: Climatology, places: Sequence[Place]) -> list[Forecast]:
        """Of each place its months."""
        features, truth, owner = tree_table(climatology, places)
        normal = Normal(self.trees.predict(features), np.full(len(truth), self.spread))
        own = [np.flatnonzero(owner == k) for k in range(len(places))]
        return [
            Forecast(place.cluster, truth[rows], Normal(normal.mean[rows], normal.spread[rows]))
            for place, rows in zip(places, own, strict=True)
        ]


def table_of(place: Place) -> str:
    """The folder of the monthly table that a place is of."""
    return place.name.split("/")[0]


def fit_tree(climatology: Climatology, places: Sequence[Place]) -> MonthlyTree | None:
    """The baseline of one table's places, its width from folds over clusters; None of too few places."""
    if len(places) < LEAST_PLACES:
        return None
    features, target, owner = tree_table(climatology, places)
    fold = fold_numbers(np.array([place.cluster for place in places]), FOLDS)[owner]
    errors = np.concatenate(
        [
            target[fold == k] - fit_trees(features[fold != k], target[fold != k]).predict(features[fold == k])
            for k in np.unique(fold)
        ]
    )
    spread = float(np.std(errors))
    check = Forecast("", errors, Normal(np.zeros(len(errors)), np.full(len(errors), spread)))
    return MonthlyTree(fit_trees(features, target), spread, fitting_factor([check], UniformTokenizer()))


def tree_table(
    climatology: Climatology, places: Iterable[Place]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Features (N, F), temperatures (N,) in degC and the place (N,) of each month of ``places``: position, height,
    month, climatology, and the images of the month and of the series."""
    features, target, owner = [], [], []
    for k, place in enumerate(places):
        normal = place.normal(climatology, place.days)
        static = place.static(True)
        fixed = place_features(static, place.source, normal, place.days)
        for first, end, degc in place.months:
            days = slice(int(first), int(end))
            # A window that begins with the month's epoch, so that its third slot is the month's own view.
            start = int(np.ceil(first / _EPOCH)) * _EPOCH
            cells = window_cells(place.cells[0], start)
            seen = image_features(static, place.source, cells, place.first + start, place.l1c)[0]
            features.append(np.concatenate((fixed[days].mean(axis=0), seen)))
            target.append(degc)
            owner.append(k)
    table = np.stack(features)
    # A sensor that nobody has says nothing.
    return np.where(np.isfinite(table).any(axis=0), table, 0.0), np.array(target), np.array(owner)


def climatology_sum(climatology: Climatology) -> str:
    """SHA-256 of the climatology, whose values are among the trees' features."""
    digest = hashlib.sha256()
    for name, tensor in sorted(climatology.tensors().items()):
        digest.update(name.encode() + tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def save_trees(
    trees: Mapping[str, MonthlyTree], climatology: Climatology, places: list[list[Any]], folder: Path
) -> Path:
    """Write the fitted trees by table; ``places`` are [id, latitude, longitude] of what they were fitted on."""
    arrays, numbers = {}, {}
    for table, tree in trees.items():
        numbers[table] = [tree.spread, tree.factor]
        for name, values in tree.trees.arrays().items():
            small = values.dtype == np.float64 and name != "threshold"  # thresholds decide sides and stay whole
            arrays[f"{table}/{name}"] = torch.from_numpy(
                np.ascontiguousarray(values.astype(np.float32) if small else values)
            )
    config = {"tables": numbers, "climatology": climatology_sum(climatology), HEADER_KEY: places}
    return save_tensors(NAME, arrays, config, folder)


def load_trees(climatology: Climatology, folder: Path) -> dict[str, MonthlyTree]:
    """What :func:`save_trees` wrote, by table.

    Raises:
        BundleError: the file is missing or belongs to another climatology.
        WeightsError: it is damaged.
    """
    if not (folder / f"{NAME}.safetensors").is_file():
        raise BundleError(
            "The evaluation's tree on place, month and imagery is missing.",
            "It comes with the source (resources/evaluation); python -m eofusion_engine.training temperature-tree.",
        )
    tensors, config = load_tensors(NAME, folder)
    if config["climatology"] != climatology_sum(climatology):
        raise BundleError(
            "The evaluation's tree on place, month and imagery belongs to other temperature weights than those in use.",
            "Fit it again with python -m eofusion_engine.training temperature-tree (docs/training.md).",
        )
    return {
        table: MonthlyTree(
            Trees(**{name: tensors[f"{table}/{name}"].numpy() for name in Trees.__dataclass_fields__}), spread, factor
        )
        for table, (spread, factor) in config["tables"].items()
    }

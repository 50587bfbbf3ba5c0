"""Learn classes or an amount from a user's points or polygons, judge it in spatial blocks, and map it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal

import numpy as np
from pydantic import Field

from ..events import Listener, stop_if_cancelled
from . import learners, validate
from .arguments import GeoJson, RunArguments
from .mapping import paint
from .model_file import LearnedMap
from .places import read_places
from .result import ExploreResult, series
from .runs import FinishedRun
from .training_samples import Samples, Task, gather, require_enough
from .validate import Validation, cross_validate
from .vectors import chosen_dates, pixel_vectors

_TITLES = {"linear": "linear model", "knn": "nearest neighbours", "forest": "random forest"}
#: Points of a scatter plot.
_SHOWN = 1000


class Arguments(RunArguments):
    """``samples``: points or polygons whose property ``field`` is the class or the amount to learn.

    ``model``: linear, knn or forest. ``task``: class or number; auto tells by the values (text, or few whole numbers,
    are classes). ``dates``: embedding dates; without them up to 12 of all. ``folds`` of the validation, 0 for none;
    ``block``: side in metres of the squares that it holds back, without it a tenth of the samples' extent.
    """

    samples: GeoJson
    field: str = Field(min_length=1)
    model: Literal["linear", "knn", "forest"] = "linear"
    task: Task = "auto"
    dates: list[date] | None = None
    folds: int = Field(default=5, ge=0, le=20)
    block: float | None = Field(default=None, ge=10, le=1_000_000)
    seed: int = Field(default=0, ge=0)


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """The map, its scores, and the learned map as a file for ``apply``.

    Raises ``PlaceError`` (no such field, outside), ``TooFewSamples``, ``ExploreError`` (no embeddings).
    """
    with FinishedRun.open(arguments.run) as run:
        days = chosen_dates(run, arguments.dates)
        places = read_places(arguments.samples, "the samples")
        samples = gather(places, arguments.field, run.grid, arguments.task, arguments.block, arguments.seed)
        vectors = pixel_vectors(run, days, samples.pixels, listener, "Reading the samples")
        seen = np.isfinite(vectors).all(axis=1)
        samples, vectors = samples.chosen(seen), vectors[seen]
        require_enough(samples)
        found = validated(vectors, samples, arguments.model, arguments.folds, arguments.seed, listener)
        learner = learners.fit(arguments.model, vectors, _target(samples), len(samples.classes), arguments.seed)
        low, high = (0.0, 1.0) if samples.classes else (float(v) for v in np.percentile(samples.target, [2, 98]))
        learned = LearnedMap(
            learner,
            arguments.field,
            samples.classes,
            days,
            run.embedding_weights,
            (low, high if high > low else low + 1),
        )
        title = f"{arguments.field} by {_TITLES[arguments.model]}"
        with ExploreResult("classify", title, arguments, [run]) as result:
            learned.save(result.folder)
            paint(result, run, learned, days, listener)
            if found is not None:
                report(result, samples, found)
            result.score("Samples", len(samples.target), unit="pixels")
            if samples.left_out:
                result.note(f"{samples.left_out} samples lie outside, have no value, were not seen or were too many.")
            return result


def validated(
    vectors: np.ndarray, samples: Samples, kind: learners.Kind, folds: int, seed: int, listener: Listener
) -> Validation | None:
    """Predictions in spatial blocks, or None for no folds. Raises ``TooFewSamples`` (one block)."""
    if not folds:
        return None
    target, classes = _target(samples), len(samples.classes)

    def learn(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        stop_if_cancelled(listener)
        learner = learners.fit(kind, vectors[rows], target[rows], classes, seed)

        def predict(others: np.ndarray) -> np.ndarray:
            found, _ = learner.predict(vectors[others], not classes)
            return found.argmax(axis=1).astype(float) if classes else found[:, 0].astype(float)

        return predict

    def told(done: int, total: int) -> None:
        listener.progress("explore", done, total, f"Validation, fold {done + 1} of {total}")

    return cross_validate(learn, target.astype(float), samples.block, folds, told)


def report(result: ExploreResult, samples: Samples, found: Validation) -> None:
    """Scores with intervals over blocks, and the confusion matrix or the scatter."""
    truth, predicted = found.truth, found.predicted
    if samples.classes:
        _score(result, "Accuracy", validate.accuracy, found)
        _score(result, "Balanced accuracy", validate.balanced_accuracy, found)
        result.score(
            "Accuracy of naming only the largest class", float(np.bincount(truth.astype(int)).max() / len(truth))
        )
        matrix = found.matrix(len(samples.classes))
        rows = [series(name, matrix[k]) for k, name in enumerate(samples.classes)]
        result.chart("Confusion matrix", "Predicted", "True", "matrix", list(samples.classes), rows)
        with np.errstate(invalid="ignore"):
            recall, precision = (np.diag(matrix) / matrix.sum(axis=axis) for axis in (1, 0))
        table = [(n, *matrix[k], recall[k], precision[k]) for k, n in enumerate(samples.classes)]
        result.table(
            "confusion", "Confusion matrix (rows: true)", ("class", *samples.classes, "recall", "precision"), table
        )
    else:
        _score(result, "R2", validate.r2, found)
        _score(result, "RMSE", validate.rmse, found)
        _score(result, "Bias", validate.bias, found)
        result.score("RMSE of the mean of the samples", float(truth.std()))
        shown = np.random.default_rng(0).permutation(len(truth))[:_SHOWN]
        result.chart("Validation", "True", "Predicted", "scatter", truth[shown], [series("samples", predicted[shown])])
    blocks = len(np.unique(found.block))
    result.note(
        f"Scores are of samples in squares of {samples.block_m:.0f} m that the learner did not see "
        f"({found.folds} folds over {blocks} squares); intervals are of 95 %, over squares."
    )


def _score(
    result: ExploreResult, name: str, metric: Callable[[np.ndarray, np.ndarray], float], found: Validation
) -> None:
    result.score(name, metric(found.truth, found.predicted), *found.interval(metric))


def _target(samples: Samples) -> np.ndarray:
    return samples.target.astype(np.int64) if samples.classes else samples.target.astype(np.float64)

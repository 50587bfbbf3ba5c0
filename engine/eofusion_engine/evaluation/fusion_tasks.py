"""The paper's experiment: a frozen fusion for all tasks against the same network trained for each task alone.

docs/fusion-experiment.md declares tasks, models and measures. What is fitted ships in the evaluation bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..model.stack import FusionStack
from ..model.trees import Trees
from .bundle import Bundle, bundle_folder, load_bundle
from .probes import Probe
from .resampling import bounds, class_metrics, confusion, draws_of, error_metrics, error_sums, with_intervals
from .rows import OURS, Row, make_row
from .seen import SEEN_LABELS, SeenLabel, TrainingPlaces, label_places
from .task_data import TaskData, read_tasks
from .task_models import Head, embed_all, restored

TASK = "fusion"
BUNDLE = "fusion_tasks"
PARTS = ("encoder_s1", "encoder_s2", "fusion")
SPECIFIC = "task-specific, same network"
#: Heads on the frozen fusion, by the sensors it is given.
FROZEN: dict[str, tuple[str, ...]] = {
    OURS: ("S1", "S2"), f"{OURS}, S2 alone": ("S2",), f"{OURS}, S1 alone": ("S1",),
}  # fmt: skip
LINEAR, TREES, SEASON, PERSISTENCE = "bands, linear", "bands, trees", "season alone", "last month's NDVI"
SUMMARY = "mean over the regression tasks, relative to "
Predictions = dict[str, np.ndarray]


def evaluate(data_dir: Path, weights_dir: Path | None = None) -> list[Row]:
    """Rows of every task that the folder supports, and the mean relative difference over them."""
    stack = FusionStack.from_weights(weights_dir)
    bundle = load_bundle(BUNDLE, weights_dir)
    places = TrainingPlaces.of(PARTS, weights_dir, [bundle_folder(weights_dir) / f"{BUNDLE}.safetensors"])
    rows: list[Row] = []
    scored: dict[SeenLabel, list[Scored]] = {}
    for task in read_tasks(data_dir):
        labels = label_places(places, task.lat, task.lon, ~task.trains)
        for label in SEEN_LABELS:
            chosen = np.flatnonzero((labels == label) & _known(task, bundle))
            if not len(chosen):
                continue
            made, sums = score_task(task, predictions(task, stack, bundle, chosen), chosen, label)
            rows += made
            if not task.classifies:
                scored.setdefault(label, []).append(sums)
    for label, tasks in scored.items():
        rows += summary(tasks, label)
    return rows


def _known(task: TaskData, bundle: Bundle) -> np.ndarray:
    if not task.classifies:
        return np.isfinite(task.target)
    return np.isin(task.target, bundle.tensors[f"{task.name}/classes"].numpy())


def predictions(task: TaskData, stack: FusionStack, bundle: Bundle, rows: np.ndarray) -> Predictions:
    """Values or codes of the rows (N,) by every model that the bundle holds for the task."""
    out: Predictions = {}
    season = torch.from_numpy(task.season.astype(np.float32))
    for name, sensors in FROZEN.items():
        head = _head(bundle, f"{task.name}/{name}/")
        if head is not None:
            out[name] = _apply(task, bundle, head, embed_all(stack, task, rows, sensors)[rows], season[rows])
    prefix = f"{task.name}/net/"
    own = {k.removeprefix(prefix): v for k, v in bundle.tensors.items() if k.startswith(prefix)}
    head = _head(bundle, f"{task.name}/net head/")
    if own and head is not None:
        z = embed_all(restored(stack, own), task, rows)
        out[SPECIFIC] = _apply(task, bundle, head, z[rows], season[rows])
    for name, key, features in ((LINEAR, "linear", task.baseline), (SEASON, "season", task.season)):
        model = bundle.models.get(f"{task.name}/{key}")
        if isinstance(model, Probe):
            out[name] = model.predict(features[rows])
    trees = _trees(task, bundle, rows)
    if trees is not None:
        out[TREES] = trees
    if task.persistence is not None:
        out[PERSISTENCE] = task.persistence[rows]
    return out


def _head(bundle: Bundle, prefix: str) -> Head | None:
    state = {k.removeprefix(prefix): v.float() for k, v in bundle.tensors.items() if k.startswith(prefix)}
    if not state:
        return None
    head = Head(len(state["mean"]), len(state["net.2.bias"]))
    head.load_state_dict(state)
    return head.eval()


@torch.inference_mode()
def _apply(task: TaskData, bundle: Bundle, head: Head, embedding: torch.Tensor, season: torch.Tensor) -> np.ndarray:
    output = head(embedding, season)
    if task.classifies:
        return bundle.tensors[f"{task.name}/classes"][output.argmax(-1)].numpy()
    mean, spread = bundle.tensors[f"{task.name}/units"].tolist()
    return (output[:, 0].double() * spread + mean).numpy()


def _trees(task: TaskData, bundle: Bundle, rows: np.ndarray) -> np.ndarray | None:
    features = task.baseline[rows]
    if not task.classifies:
        model = bundle.models.get(f"{task.name}/trees")
        return model.predict(features) if isinstance(model, Trees) else None
    codes = bundle.tensors[f"{task.name}/classes"].numpy()
    ensembles = [bundle.models.get(f"{task.name}/trees/{code}") for code in codes]
    shares = np.stack([m.predict(features) for m in ensembles if isinstance(m, Trees)], axis=1)
    return codes[shares.argmax(axis=1)]


@dataclass(frozen=True)
class Scored:
    """Sums by group of every model of one regression task."""

    sums: dict[str, np.ndarray]


def score_task(task: TaskData, predicted: Predictions, rows: np.ndarray, seen: SeenLabel) -> tuple[list[Row], Scored]:
    """Rows of one task, differences to the task-specific network."""
    truth, groups = task.target[rows], task.groups[rows]
    classes = np.unique(np.concatenate([truth, *predicted.values()])) if task.classifies else truth

    def sums(values: np.ndarray) -> np.ndarray:
        return confusion(truth, values, groups, classes) if task.classifies else error_sums(truth, values, groups)

    all_sums = {name: sums(values) for name, values in predicted.items()}
    metric, compare = (class_metrics, ("balanced_accuracy",)) if task.classifies else (error_metrics, ("r2", "rmse"))
    base = all_sums.get(SPECIFIC)
    out = []
    for name, own in all_sums.items():
        reference = None if name == SPECIFIC else base
        metrics = {k: v for k, v in with_intervals(own, metric, reference, compare).items() if not k.startswith("mae")}
        texts = {"unit": task.unit, "reference": "" if reference is None else SPECIFIC}
        out.append(make_row(TASK, task.title, name, len(rows), seen, metrics, **texts))
    return out, Scored(all_sums)


def summary(tasks: list[Scored], seen: SeenLabel) -> list[Row]:
    """Mean relative differences of R2 and RMSE over tasks, our frozen fusion to the same network trained for each
    task, and to the better of the two band baselines of each task."""
    found = {}
    for against, names in ((SPECIFIC, (SPECIFIC,)), ("the better band baseline", (LINEAR, TREES))):
        parts = []
        for number, task in enumerate(tasks):
            others = [name for name in names if name in task.sums]
            if OURS not in task.sums or not others:
                continue
            best = min(others, key=lambda name: float(error_metrics(task.sums[name].sum(axis=0))["rmse"]))
            picks = draws_of(len(task.sums[OURS]), seed=number)
            parts.append([_relative(task.sums[OURS], task.sums[best], p) for p in (None, picks)])
        if parts:
            found[against] = parts
    rows = []
    for against, parts in found.items():
        metrics: dict[str, float | tuple[float, float] | None] = {}
        for name in ("relative_r2", "relative_rmse"):
            point = np.mean([part[0][name] for part in parts])
            drawn = np.mean([part[1][name] for part in parts], axis=0)
            metrics |= {name: float(point), f"{name}_95": bounds(drawn)}
        note = (
            "share of the other's value; the mark is +0.06 in R2"
            if against == SPECIFIC
            else "share of the other's value"
        )
        rows.append(make_row(TASK, SUMMARY + against, OURS, len(parts), seen, metrics, note=note))
    return rows


def _relative(own: np.ndarray, other: np.ndarray, picks: np.ndarray | None) -> dict[str, np.ndarray]:
    mine, theirs = (error_metrics(s.sum(axis=0) if picks is None else picks @ s) for s in (own, other))
    return {
        # An R2 at or below 0 has no meaningful share: a floor of .05 keeps such a draw from deciding the mean.
        "relative_r2": (mine["r2"] - theirs["r2"]) / np.maximum(theirs["r2"], 0.05),
        "relative_rmse": (mine["rmse"] - theirs["rmse"]) / theirs["rmse"],
    }

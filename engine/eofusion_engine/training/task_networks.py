"""Heads on the frozen fusion, the same network trained for each task alone, and baselines.

docs/fusion-experiment.md declares what is compared.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..evaluation.bundle import Model, save_bundle
from ..evaluation.fusion_tasks import BUNDLE, FROZEN
from ..evaluation.probes import fit_logistic, fit_ridge
from ..evaluation.splits import fold_numbers
from ..evaluation.task_data import TaskData, read_tasks
from ..evaluation.task_models import Head, blank_stack, embed_all, embed_targets, used_parameters
from ..model.stack import FusionStack
from ..model.trees import fit_trees

LEARNING_RATES = (2e-3, 6e-4)
#: Checks of the early-stopping places without improvement before training stops.
PATIENCE, CHECK_EVERY = 6, 50
SERIES_A_STEP = 32
_HEAD_STEPS, _HEAD_BATCH = 1500, 1024
_COVER_TREES = 50


class Target:
    """Standardised values or class numbers of a task, its loss and its training and early-stopping rows."""

    def __init__(self, task: TaskData) -> None:
        rows = np.flatnonzero(task.trains & np.isfinite(task.target.astype(float)))
        # The last fold: the first ones hold the largest groups, each nearly alone.
        stop = fold_numbers(task.groups[rows], 6) == 5
        self.train, self.stop = rows[~stop], rows[stop]
        if task.classifies:
            self.classes = np.unique(task.target[rows]).astype(np.int64)
            codes = np.searchsorted(self.classes, task.target).clip(0, len(self.classes) - 1)
            counts = np.bincount(codes[rows], minlength=len(self.classes))
            self.weight = torch.tensor(len(rows) / (len(counts) * np.maximum(counts, 1)), dtype=torch.float32)
            self.values = torch.from_numpy(codes.astype(np.int64))
            self.mean, self.spread, self.outputs = 0.0, 1.0, len(self.classes)
        else:
            self.classes = np.zeros(0, np.int64)
            self.mean, self.spread = float(task.target[rows].mean()), float(task.target[rows].std())
            self.values = torch.from_numpy(((task.target - self.mean) / self.spread).astype(np.float32))
            self.outputs = 1

    def loss(self, output: Tensor, rows: Tensor) -> Tensor:
        """Cross-entropy with classes alike, or squared error."""
        if len(self.classes):
            return F.cross_entropy(output, self.values[rows], self.weight)
        return F.mse_loss(output[:, 0], self.values[rows])

    def tensors(self) -> dict[str, Tensor]:
        """What turns outputs into predictions."""
        return {"classes": torch.from_numpy(self.classes), "units": torch.tensor([self.mean, self.spread])}


def fit_fusion_tasks(data: Path, weights: Path | None, out: Path, steps: int, seed: int) -> Path:
    """Fit every model of every task on training places and write them as one bundle."""
    torch.set_num_threads(1)
    stack = FusionStack.from_weights(weights)
    models: dict[str, Model] = {}
    tensors: dict[str, Tensor] = {}
    places: set[tuple[str, float, float]] = set()
    report: dict[str, Any] = {}
    for task in read_tasks(data):
        began = time.monotonic()
        target = Target(task)
        tensors |= {f"{task.name}/{name}": value for name, value in target.tensors().items()}
        for model, sensors in FROZEN.items():
            if len(sensors) == 1 and not np.isfinite(task.s1).any():
                continue  # towers have no radar: there is only one modality
            head = fit_head(task, target, embed_all(stack, task, np.r_[target.train, target.stop], sensors), seed)
            tensors |= {f"{task.name}/{model}/{k}": v.half() for k, v in head.state_dict().items()}
        models |= baselines(task)
        network, head, rate, taken = fit_network(stack, task, target, steps, seed)
        tensors |= {f"{task.name}/net/{k}": v for k, v in used_parameters(network).items()}
        tensors |= {f"{task.name}/net head/{k}": v.half() for k, v in head.state_dict().items()}
        report[task.name] = {"learning_rate": rate, "steps": taken, "rows": len(target.train)}
        spots = np.flatnonzero(task.trains)
        places |= {(str(task.groups[i]), round(float(task.lat[i]), 4), round(float(task.lon[i]), 4)) for i in spots}
        print(f"{task.title}: {report[task.name]}, {time.monotonic() - began:.0f} s", flush=True)
    listed = [[name, *(v if np.isfinite(v) else None for v in spot)] for name, *spot in sorted(places)]
    return save_bundle(BUNDLE, models, listed, weights, tensors, {"training": report, "seed": seed}, out)


def fit_head(task: TaskData, target: Target, embedding: Tensor, seed: int) -> Head:
    """A head on frozen embeddings (N, D), stopped where the early-stopping groups are best."""
    torch.manual_seed(seed)
    head = Head(embedding.shape[-1], target.outputs)
    head.standardise(embedding[target.train])
    season = torch.from_numpy(task.season.astype(np.float32))
    generator = torch.Generator().manual_seed(seed)
    train = torch.from_numpy(target.train)

    def step() -> Tensor:
        rows = train[torch.randint(len(train), (_HEAD_BATCH,), generator=generator)]
        return target.loss(head(embedding[rows], season[rows]), rows)

    def check() -> float:
        rows = torch.from_numpy(target.stop)
        return float(target.loss(head(embedding[rows], season[rows]), rows))

    _descend(head, step, check, 2e-3, _HEAD_STEPS)
    return head


def fit_network(
    stack: FusionStack, task: TaskData, target: Target, steps: int, seed: int
) -> tuple[FusionStack, Head, float, int]:
    """The whole network from random values on this task alone, with the better of two learning rates, and the steps
    it took."""
    tries = [(*_from_random(stack, task, target, rate, steps, seed), rate) for rate in LEARNING_RATES]
    _, network, head, taken, rate = min(tries, key=lambda result: result[0])
    return network, head, rate, taken


def _from_random(
    stack: FusionStack, task: TaskData, target: Target, rate: float, steps: int, seed: int
) -> tuple[float, FusionStack, Head, int]:
    network = blank_stack(stack, seed)
    head = Head(stack.fusion.config.embedding, target.outputs)
    with torch.no_grad():
        head.scale.fill_(head.scale.numel() ** -0.5)  # unit-norm embeddings have components of this size
    season = torch.from_numpy(task.season.astype(np.float32))
    rng = np.random.default_rng(seed)
    owned, stopping = (np.unique(task.series[rows]) for rows in (target.train, target.stop))
    # The same few series at every check.
    watched = np.array_split(rng.permutation(stopping)[:400], 4)
    trains, stops = (np.isin(np.arange(len(task.target)), rows) for rows in (target.train, target.stop))

    def loss(series: np.ndarray, keep: float, allowed: np.ndarray) -> Tensor:
        z, rows = embed_targets(network, task, series, keep=keep)
        use = torch.from_numpy(allowed[rows.numpy()])
        return target.loss(head(z[use], season[rows[use]]), rows[use])

    def step() -> Tensor:
        return loss(rng.permutation(owned)[:SERIES_A_STEP], 0.8, trains)

    def check() -> float:
        return float(np.mean([float(loss(part, 1.0, stops)) for part in watched if len(part)]))

    best, taken = _descend(torch.nn.ModuleList([network, head]).train(), step, check, rate, steps)
    return best, network.eval(), head.eval(), taken


def _descend(
    module: torch.nn.Module, step: Callable[[], Tensor], check: Callable[[], float], rate: float, steps: int
) -> tuple[float, int]:
    """AdamW until the check stops improving; leaves the best parameters, gradients kept to tell what was trained."""
    optimiser = torch.optim.AdamW(module.parameters(), lr=rate, weight_decay=1e-2)
    best, kept, patience, taken = float("inf"), copy.deepcopy(module.state_dict()), PATIENCE, 0
    for number in range(1, steps + 1):
        loss = step()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimiser.step()
        if number % CHECK_EVERY == 0:
            module.eval()
            with torch.no_grad():
                now = check()
            module.train()
            if now < best - 1e-4:
                best, kept, patience, taken = now, copy.deepcopy(module.state_dict()), PATIENCE, number
            else:
                patience -= 1
            if not patience:
                break
    module.load_state_dict(kept)
    module.eval()
    return best, taken


def baselines(task: TaskData) -> dict[str, Model]:
    """Ridge or logistic regression and trees on bands of the same dates, and on the season alone."""
    rows = np.flatnonzero(task.trains & np.isfinite(task.target.astype(float)))
    bands, season, truth, groups = task.baseline[rows], task.season[rows], task.target[rows], task.groups[rows]
    linear = fit_logistic if task.classifies else fit_ridge
    out: dict[str, Model] = {
        f"{task.name}/linear": linear(bands, truth, groups),
        f"{task.name}/season": linear(season, truth, groups),
    }
    if not task.classifies:
        return out | {f"{task.name}/trees": fit_trees(bands, truth)}
    # One ensemble a class, on whether it is it; rows weigh so that classes are alike.
    codes, counts = np.unique(truth, return_counts=True)
    weight = (1 / counts)[np.searchsorted(codes, truth)] * len(truth) / len(codes)
    for code in codes:
        out[f"{task.name}/trees/{code}"] = fit_trees(bands, (truth == code).astype(float), _COVER_TREES, weight)
    return out

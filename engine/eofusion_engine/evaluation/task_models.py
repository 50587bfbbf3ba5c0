"""Heads on embeddings, and the whole network with its head, for the tasks of docs/fusion-experiment.md."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from ..model.stack import SENSORS, FusionStack
from .pixel_series import embed_at, observe
from .task_data import TaskData

HIDDEN = 64
#: Series embedded together.
_BATCH = 256


class Head(nn.Module):
    """An embedding (N, D) and its season (N, 2) to K outputs: standardised, one hidden layer."""

    mean: Tensor
    scale: Tensor

    def __init__(self, embedding: int, outputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(embedding))
        self.register_buffer("scale", torch.ones(embedding))
        self.net = nn.Sequential(nn.Linear(embedding + 2, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, outputs))

    def standardise(self, embedding: Tensor) -> None:
        """Take the mean and spread of training embeddings (N, D)."""
        self.mean.copy_(embedding.mean(0))
        self.scale.copy_(embedding.std(0).clamp_min(1e-6))

    def forward(self, embedding: Tensor, season: Tensor) -> Tensor:
        """(N, K), in standardised units of the target or as logits."""
        return self.net(torch.cat(((embedding - self.mean) / self.scale, season), dim=-1))


def blank_stack(stack: FusionStack, seed: int) -> FusionStack:
    """The same network with random parameters; the sensors' normalisation constants, which are no knowledge of any
    task, stay."""
    torch.manual_seed(seed)
    fresh = copy.deepcopy(stack)
    own = {id(p) for m in fresh.modules() if hasattr(m, "reset_parameters") for p in m.parameters(recurse=False)}
    for module in fresh.modules():
        if callable(reset := getattr(module, "reset_parameters", None)):
            reset()
    for parameter in fresh.parameters():
        parameter.requires_grad_(True)
        if id(parameter) not in own:
            nn.init.normal_(parameter, std=0.02)
    return fresh


def embed_targets(
    stack: FusionStack, task: TaskData, series: np.ndarray, sensors: tuple[str, ...] = SENSORS, keep: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Embeddings (N, D) of all targets of ``series`` (numbers into P), and the targets' numbers (N,).

    ``keep`` below 1 leaves views out at random, from torch's global generator (training).
    """
    column = {int(number): i for i, number in enumerate(series)}
    rows = np.flatnonzero(np.isin(task.series, series))
    owner = np.array([column[int(s)] for s in task.series[rows]])
    asked = np.zeros((len(series), int(np.bincount(owner).max())), np.int64)
    order = np.argsort(owner, kind="stable")
    rows, owner = rows[order], owner[order]
    place = np.arange(len(owner)) - np.searchsorted(owner, owner)
    asked[:] = task.asked[rows][np.searchsorted(owner, np.arange(len(series)))][:, None]
    asked[owner, place] = task.asked[rows]
    s2, s1 = (torch.from_numpy(np.ascontiguousarray(v[series])) for v in (task.s2, task.s1))
    if keep < 1:
        s2 = s2.masked_fill(torch.rand(s2.shape[:2])[..., None] > keep, float("nan"))
        s1 = s1.masked_fill(torch.rand(s1.shape[:2])[..., None] > keep, float("nan"))
    days = torch.from_numpy(np.ascontiguousarray(task.days[series]))
    z = embed_at(stack, observe(stack, s2, s1, days, task.l1c, sensors), torch.from_numpy(asked))
    return z[torch.from_numpy(owner), torch.from_numpy(place)], torch.from_numpy(rows)


@torch.inference_mode()
def embed_all(stack: FusionStack, task: TaskData, wanted: np.ndarray, sensors: tuple[str, ...] = SENSORS) -> Tensor:
    """Embeddings (N, D) of the targets; those that no ``wanted`` (N,) names may stay 0."""
    series = np.unique(task.series[wanted])
    out: Tensor | None = None
    for first in range(0, len(series), _BATCH):
        z, rows = embed_targets(stack, task, series[first : first + _BATCH], sensors)
        out = torch.zeros(len(task.target), z.shape[-1]) if out is None else out
        out[rows] = z
    assert out is not None  # nosec B101 - for the type checker
    return out


def used_parameters(stack: FusionStack) -> dict[str, Tensor]:
    """Parameters that training moved (those with a gradient), in half precision: what a task's network ships as."""
    return {name: p.detach().half() for name, p in stack.named_parameters() if p.grad is not None}


def restored(stack: FusionStack, parameters: Mapping[str, Tensor]) -> FusionStack:
    """The shipped network with a task's own ``parameters``."""
    own = copy.deepcopy(stack)
    named = dict(own.named_parameters())
    with torch.no_grad():
        for name, value in parameters.items():
            named[name].copy_(value.float())
    return own.eval()

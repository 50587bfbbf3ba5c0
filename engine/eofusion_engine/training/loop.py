"""The training loop of the imagery stages: seeded, resumable, distributed, with its metrics in a file.

What a step draws depends on the seed, the process and the step's number alone, so that a run that was killed and
resumed gives the weights of one that was not. Started by ``torchrun``, every process draws its own share of the batch
and gradients are averaged. bf16 is used on CUDA only: on CPUs without it, it is slower than float32.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import tomllib
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, distributed, nn

from ..errors import RequestError

#: How much of the averaged weights is kept at each step once the average has settled.
EMA = 0.998
CHECKPOINT_EVERY = 500


@dataclass(frozen=True)
class Settings:
    """How long and how a stage trains; ``batch`` is that of one process."""

    steps: int
    batch: int
    rate: float
    decay: float
    log_every: int = 100
    checkpoint_every: int = CHECKPOINT_EVERY


def read_profile(profile: str, stage: str, **overrides: Any) -> Settings:
    """Settings of a stage from a named profile (``two-core``, ``gpu``) or from a TOML file of the same form.

    Overrides that are None leave the profile's value.

    Raises:
        RequestError: there is no such profile, or it does not fit.
    """
    own = Path(profile)
    text = own.read_text() if own.suffix == ".toml" else (files(__package__) / "profiles.toml").read_text()
    table = tomllib.loads(text)
    values = table.get(stage) if own.suffix == ".toml" else table.get(profile, {}).get(stage)
    if values is None:
        raise RequestError(f"There is no training profile {profile} with a part {stage}.", "Use two-core or gpu.")
    try:
        return Settings(**(values | {key: value for key, value in overrides.items() if value is not None}))
    except TypeError as error:
        raise RequestError(f"The training profile {profile} does not fit: {error}.", "See profiles.toml.") from None


@dataclass(frozen=True)
class Process:
    """One of ``count`` training processes on its ``device``."""

    rank: int
    count: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process writes files."""
        return self.rank == 0


def start_process(device: str) -> Process:
    """Join the other processes when ``torchrun`` started this one, else be alone."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        return Process(0, 1, torch.device(device))
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    local = f"cuda:{os.environ['LOCAL_RANK']}" if device == "cuda" else device
    return Process(distributed.get_rank(), count, torch.device(local))


#: Given the step's own generator, the loss and the figures to log.
Step = Callable[[np.random.Generator], tuple[Tensor, dict[str, float]]]


class Loop:
    """Trains ``module`` in place and leaves the averaged weights in it."""

    def __init__(self, name: str, module: nn.Module, settings: Settings, process: Process, work: Path, seed: int):
        self.name, self.module, self.settings, self.process, self.seed = name, module, settings, process, seed
        self.checkpoint = work / f"{name}-checkpoint.safetensors"
        self.metrics = work / f"{name}.jsonl"
        self.parameters = [p for p in module.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(self._groups(), lr=settings.rate, betas=(0.9, 0.98))
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, settings.rate, total_steps=settings.steps, pct_start=0.08
        )
        self.average = {key: value.detach().clone() for key, value in module.state_dict().items()}
        self.seconds = 0.0

    def _groups(self) -> list[dict[str, Any]]:
        """Weight decay on matrices only: biases and norms keep their size."""
        matrices = [p for p in self.parameters if p.dim() > 1]
        others = [p for p in self.parameters if p.dim() <= 1]
        decay = self.settings.decay
        return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]

    def run(self, step: Step) -> None:
        """All steps from the last checkpoint on."""
        self.metrics.parent.mkdir(parents=True, exist_ok=True)
        for number in range(self._resume(), self.settings.steps):
            started = time.perf_counter()
            parts = self._one(number, step)
            self.seconds += time.perf_counter() - started
            done = number + 1
            if number % self.settings.log_every == 0 or done == self.settings.steps:
                self._log({"step": number, "seconds": round(self.seconds, 1), **parts})
            if done % self.settings.checkpoint_every == 0 and done < self.settings.steps:
                self._save(done)
        self.module.load_state_dict(self.average)

    def _one(self, number: int, step: Step) -> dict[str, float]:
        key = [self.seed, self.process.rank, number]
        torch.manual_seed(int(np.random.SeedSequence(key).generate_state(1)[0]))
        with self._autocast():
            loss, parts = step(np.random.default_rng(key))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if self.process.count > 1:
            self._share_gradients()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.schedule.step()
        keep = min(EMA, (1 + number) / (10 + number))
        for name, value in self.module.state_dict().items():
            self.average[name].lerp_(value, 1 - keep) if value.is_floating_point() else self.average[name].copy_(value)
        return parts

    def _autocast(self) -> AbstractContextManager[Any]:
        if self.process.device.type == "cuda":
            return torch.autocast("cuda", torch.bfloat16)
        return nullcontext()

    def _share_gradients(self) -> None:
        """Average over the processes; a parameter that one process did not use counts as zero there."""
        for parameter in self.parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            distributed.all_reduce(parameter.grad)
            parameter.grad /= self.process.count

    def _log(self, row: dict[str, float]) -> None:
        if not self.process.first:
            return
        row = {key: round(value, 5) for key, value in row.items()}
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print("  ".join(f"{key} {value:g}" for key, value in row.items()), flush=True)

    def _save(self, done: int) -> None:
        if not self.process.first:
            return
        optimiser = self.optimiser.state_dict()
        tensors = {f"module/{name}": value for name, value in self.module.state_dict().items()}
        tensors |= {f"average/{name}": value for name, value in self.average.items()}
        tensors |= {
            f"optimiser/{number}/{name}": value
            for number, own in optimiser["state"].items()
            for name, value in own.items()
        }
        rest = {
            "done": done,
            "seconds": self.seconds,
            "plan": self._plan(),
            "groups": optimiser["param_groups"],
            "schedule": self.schedule.state_dict(),
        }
        aside = self.checkpoint.with_suffix(".part")
        # Copies: a file may not hold one piece of memory under two names.
        save_file({name: value.detach().clone() for name, value in tensors.items()}, aside, {"rest": json.dumps(rest)})
        os.replace(aside, self.checkpoint)

    def _plan(self) -> list[float]:
        """What must be the same for a checkpoint to be this run's."""
        chosen = self.settings
        return [self.seed, self.process.count, chosen.steps, chosen.batch, chosen.rate, chosen.decay]

    def _resume(self) -> int:
        """Steps already done: a checkpoint of another plan is left alone, and the run starts anew."""
        if self.checkpoint.is_file():
            with safe_open(self.checkpoint, "pt", device=str(self.process.device)) as file:
                rest = json.loads(file.metadata()["rest"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            if rest["plan"] == self._plan():
                parts: dict[str, dict[str, Tensor]] = {"module": {}, "average": {}}
                steps: dict[int, dict[str, Tensor]] = {}
                for name, value in tensors.items():
                    part, key = name.split("/", 1)
                    if part == "optimiser":
                        number, key = key.split("/", 1)
                        steps.setdefault(int(number), {})[key] = value
                    else:
                        parts[part][key] = value
                self.module.load_state_dict(parts["module"])
                self.average = parts["average"]
                self.optimiser.load_state_dict({"state": steps, "param_groups": rest["groups"]})
                self.schedule.load_state_dict(rest["schedule"])
                self.seconds = rest["seconds"]
                return int(rest["done"])
        if self.process.first:
            self.metrics.unlink(missing_ok=True)
        return 0


def plot(metrics: Path, names: tuple[str, ...]) -> Path:
    """Draw figures of a metrics file over the steps, beside it as .png; each in its own frame."""
    from matplotlib.figure import Figure

    rows = [json.loads(line) for line in metrics.read_text(encoding="utf-8").splitlines()]
    shown = [name for name in names if any(name in row for row in rows)]
    figure = Figure(figsize=(4 * max(1, len(shown)), 3), layout="constrained")
    for axis, name in zip(np.atleast_1d(figure.subplots(1, max(1, len(shown)))), shown, strict=False):
        points = [(row["step"], row[name]) for row in rows if name in row]
        axis.plot(*zip(*points, strict=True))
        axis.set(title=name.replace("_", " "), xlabel="step")
    path = metrics.with_suffix(".png")
    figure.savefig(path, dpi=100)
    return path

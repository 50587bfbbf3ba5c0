"""Sample paths of windows by masked, confidence-ordered decoding (MaskGIT, arXiv 2202.04200)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from .correlation import CorrelationModel, Inputs
from .day_network import DayNetwork
from .sequence import WINDOW

#: Decoding steps.
STEPS = 8
_LOG2E = math.log2(math.e)


@dataclass(frozen=True)
class Luck:
    """The random numbers of one condition: ``uniform`` (STEPS, S, WINDOW) draws a day's value, ``gumbel``
    (STEPS, S, WINDOW) is the noise in the order of the days."""

    uniform: Tensor
    gumbel: Tensor


# Conditions of one place and window have the same seed and come one after the other.
@lru_cache(maxsize=8)
def luck(seed: int, samples: int) -> Luck:
    """The numbers that a seed gives on every machine; not to be written to."""
    generator = torch.Generator().manual_seed(seed)
    shape = (STEPS, samples, WINDOW)
    uniform = torch.rand(shape, generator=generator)
    return Luck(uniform, -torch.log(-torch.log(torch.rand(shape, generator=generator) + 1e-9) + 1e-9))


def kept_hidden(step: int) -> int:
    """How many days of a window are still hidden after a step."""
    return round(WINDOW * math.cos(math.pi / 2 * (step + 1) / STEPS))


class PathSampler:
    """Draws sample paths with a trained model, whose weights must not change afterwards."""

    def __init__(self, model: CorrelationModel) -> None:
        self.model, self.network = model, DayNetwork(model)
        self.bins = model.config.bins

    @torch.inference_mode()
    def draw(self, seen: Inputs, numbers: Sequence[Luck], trust: tuple[float, float]) -> tuple[Tensor, Tensor]:
        """Paths of C windows whose days are all hidden.

        Args:
            seen: C windows. numbers: each one's, of S paths.
            trust: the transformer's share of the logits in the first step and in the later ones.

        Returns:
            Probabilities (C, WINDOW, bins), the mean over paths of those that each day was drawn from, and ids
            (C, S, WINDOW) of the paths.
        """
        samples, device = numbers[0].uniform.shape[1], seen.days.device
        rows = len(numbers) * samples
        uniform, gumbel = (
            torch.stack([getattr(one, name) for one in numbers], dim=1).flatten(1).to(device)
            for name in ("uniform", "gumbel")
        )
        context = self.network.context(seen)
        days = torch.full((rows, WINDOW), self.bins, device=device)
        drawn_from = torch.empty((rows * WINDOW, self.bins), device=device)
        # The hidden days of each path, in their order: of all paths equally many.
        left = torch.arange(WINDOW, device=device).expand(rows, -1)
        row = torch.arange(rows, device=device)[:, None]
        for step in range(STEPS):
            where = (row * WINDOW + left).flatten()
            if step:
                weight, mass, order = _distributions(self.network.bits(context, days, where, trust[1]))
            else:
                # Nothing is committed yet: one path stands for all of its condition.
                every = torch.arange(len(numbers) * WINDOW, device=device)
                bits = self.network.bits(context, days[: len(numbers)], every, trust[0])
                weight, mass, order = (
                    part.unflatten(0, (-1, WINDOW)).repeat_interleave(samples, dim=0).flatten(0, 1)
                    for part in _distributions(bits)
                )
            hidden = left.shape[1]
            order = order.view(rows, hidden) + gumbel[step][where].view(rows, hidden) * (1 - (step + 1) / STEPS)
            best = order.topk(hidden - kept_hidden(step), dim=1).indices
            chosen = (row * hidden + best).flatten()
            weight, mass, where = weight.index_select(0, chosen), mass[chosen], where[chosen]
            drawn = torch.searchsorted(weight.cumsum(-1), (uniform[step][where] * mass)[:, None])
            days.view(-1)[where] = drawn[:, 0].clamp_(max=self.bins - 1)
            drawn_from.index_copy_(0, where, weight.div_(mass[:, None]))
            stays = torch.ones(left.shape, dtype=torch.bool, device=device).scatter_(1, best, False)
            left = left[stays].view(rows, -1)
        return drawn_from.view(-1, samples, WINDOW, self.bins).mean(1), days.view(-1, samples, WINDOW)


def _distributions(bits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Logits (N, bins) in bits, which are lost, to weights (N, bins), their sums (N,) and negative entropies (N,) in
    nats. Powers of two are several times as fast as exponentials."""
    bits.sub_(bits.amax(dim=-1, keepdim=True))
    weight = bits.exp2()
    mass = weight.sum(dim=-1)
    return weight, mass, (bits.mul_(weight).sum(dim=-1) / mass - mass.log2()) / _LOG2E

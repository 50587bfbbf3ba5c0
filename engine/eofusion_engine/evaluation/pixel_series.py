"""Embeddings of series of single pixels, with either or both sensors, at any date: what probes read."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import torch
from torch import Tensor

from ..model.encoders import s1_conditions, s2_conditions
from ..model.fusion import Observations
from ..model.stack import SENSORS, FusionStack

BOTH = SENSORS


def observe(
    stack: FusionStack, s2: Tensor, s1: Tensor, days: Tensor, l1c: bool, sensors: Collection[str] = BOTH
) -> dict[str, Observations]:
    """Encoded series of P pixels: ``s2`` (P, T, 10) reflectance and ``s1`` (P, T, 2) dB of the same ``days`` (P, T).

    A sensor that is not among ``sensors`` was not there. Orbits are not known: ascending is taken.
    """
    given = {
        "S2": (s2, s2_conditions(days, l1c)),
        "S1": (s1, s1_conditions(days, torch.ones_like(days, dtype=torch.bool))),
    }
    # A sensor without a single value costs nothing, where another one is left.
    there = [name for name in SENSORS if name in sensors and bool(torch.isfinite(given[name][0]).any())] or [*sensors]
    return {name: stack.observe(name, *given[name], days) for name in there}


def embed_at(stack: FusionStack, seen: dict[str, Observations], asked: Tensor) -> Tensor:
    """Embeddings (P, Q, D) at ``asked`` (P, Q)."""
    return stack.fusion.embed(seen, asked).embedding


@torch.inference_mode()
def embed_series(
    stack: FusionStack,
    s2: np.ndarray,
    s1: np.ndarray,
    days: np.ndarray,
    asked: np.ndarray | None = None,
    l1c: bool = False,
    sensors: Collection[str] = BOTH,
    batch: int = 256,
) -> np.ndarray:
    """Dated embeddings (N, Q, D) float32 of N pixels.

    Args:
        stack: the trained stages.
        s2: (N, T, 10) reflectance, NaN where missing.
        s1: (N, T, 2) dB, NaN where missing.
        days: (N, T) ordinals of both.
        asked: (N, Q) ordinals; ``days`` where None.
        l1c: whether ``s2`` is top-of-atmosphere.
        sensors: the sensors to use.
        batch: pixels at a time.
    """
    asked = days if asked is None else asked
    out = []
    for first in range(0, len(s2), batch):
        part = slice(first, first + batch)
        when = torch.as_tensor(np.ascontiguousarray(days[part]))
        values, radar = (torch.as_tensor(np.ascontiguousarray(a[part], np.float32)) for a in (s2, s1))
        seen = observe(stack, values, radar, when, l1c, sensors)
        z = embed_at(stack, seen, torch.as_tensor(np.ascontiguousarray(asked[part])))
        out.append(z.numpy())
    return np.concatenate(out)

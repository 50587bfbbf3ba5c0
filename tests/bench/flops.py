"""Floating point operations, counted while work runs: torch's own counter, and the operators that it does not know."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

Shape = Sequence[int]


def _linear(values: Shape, *_: Any, out_shape: Shape, **__: Any) -> int:
    """(..., in) to (..., out)."""
    return 2 * math.prod(values) * out_shape[-1]


def _batched(_: Shape, left: Shape, right: Shape, *__: Any, **___: Any) -> int:
    """(B, n, k) by (B, k, m), added to something."""
    return 2 * math.prod(left) * right[-1]


def _unknown() -> dict[Any, Callable[..., int]]:
    found: dict[Any, Callable[..., int]] = {torch.ops.aten.baddbmm_: _batched}
    # oneDNN's packed matrix product, where torch was built with it.
    if hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        found[torch.ops.mkldnn._linear_pointwise] = _linear
    return found


def operations(work: Callable[[], object]) -> float:
    """Operations of the matrix products and convolutions that ``work`` runs in this thread; an addition and a
    multiplication are two."""
    with FlopCounterMode(display=False, custom_mapping=_unknown()) as counter:
        work()
    return float(counter.get_total_flops())

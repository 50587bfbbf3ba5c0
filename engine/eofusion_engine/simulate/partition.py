"""Land divided as people divide it: blocks between roads, and parcels side by side within a block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Partition:
    """Per pixel (H, W): ``label`` of the parcel; ``across`` and ``along`` -1..1 the place within it, ``along`` being
    the direction of work; ``metres`` (L,) the parcel's width across; ``border`` metres to the line that divides it
    from its neighbour of the same block; ``road`` metres to the block's edge, both large inside."""

    label: np.ndarray
    across: np.ndarray
    along: np.ndarray
    metres: np.ndarray
    border: np.ndarray
    road: np.ndarray


def divide(
    rng: np.random.Generator,
    x: np.ndarray,
    y: np.ndarray,
    metres: float,
    parcel_m: float,
    ratio: float,
    block_m: float,
    turn_deg: float = 26.0,
) -> Partition:
    """Divide the pixels at ``x``, ``y`` (H, W), which are ``metres`` wide each.

    Positions are in metres, bent by the caller where borders are to bend.

    Halves are split again, across the longer side, until a piece is about ``parcel_m`` squared in area and ``ratio``
    times as long as wide. Pieces above ``block_m`` squared are blocks: each division turns the direction a little.
    """
    shape = x.shape
    x, y = x.ravel().astype(np.float32), y.ravel().astype(np.float32)
    label = np.zeros(x.size, np.int32)
    across, along = np.zeros(x.size, np.float32), np.zeros(x.size, np.float32)
    border, road = np.full(x.size, 1e4, np.float32), np.full(x.size, 1e4, np.float32)
    step = metres
    widths: list[float] = []
    waiting = [(np.arange(x.size), float(rng.uniform(0, np.pi)))]
    while waiting:
        index, angle = waiting.pop()
        area = index.size * step**2
        is_block = area > block_m**2 * rng.uniform(0.6, 1.6)
        # Always drawn, so that one piece's fate does not shift the numbers of the next.
        stop, cut, turn = rng.uniform(0.55, 1.7), rng.uniform(0.36, 0.64), rng.normal(0, turn_deg)
        u = x[index] * np.cos(angle) + y[index] * np.sin(angle)
        v = y[index] * np.cos(angle) - x[index] * np.sin(angle)
        (u0, u1), (v0, v1) = (np.quantile(w[:: max(1, w.size // 400)], (0.02, 0.98)) for w in (u, v))
        wide, long = max(u1 - u0, step), max(v1 - v0, step)
        if area < parcel_m**2 * stop or index.size < 8:
            label[index] = len(widths)
            across[index], along[index] = 2 * (u - u0) / wide - 1, 2 * (v - v0) / long - 1
            widths.append(float(wide))
            continue
        side = u if wide * (1.0 if is_block else ratio) > long else v
        first, last = (u0, u1) if side is u else (v0, v1)
        at = first + cut * (last - first)
        away = np.abs(side - at)
        lines = road if is_block else border
        lines[index] = np.minimum(lines[index], away)
        low = side < at
        if low.all() or not low.any():
            label[index] = len(widths)
            widths.append(float(wide))
            continue
        turned = angle + np.radians(turn if is_block else turn * 0.08)
        waiting.append((index[low], turned))
        waiting.append((index[~low], angle + np.radians(-turn * 0.5 if is_block else 0.0)))
    return Partition(
        label=label.reshape(shape),
        across=across.reshape(shape),
        along=along.reshape(shape),
        metres=np.array(widths),
        border=border.reshape(shape),
        road=road.reshape(shape),
    )

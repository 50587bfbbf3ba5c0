"""Pass 1 of a tile: its cube window to dated embeddings, cloud-free reflectance and conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import torch
from torch import Tensor

from ..cube import CubeWindow
from ..model.encoders import s1_conditions, s2_conditions
from ..model.fusion import Observations
from ..model.stack import FusionStack

#: Pixels that are fused together; halved when a device runs out of memory.
CHUNK = 512
#: Dates that are encoded together.
DATES_AT_ONCE = 4


@dataclass(frozen=True)
class Encoded:
    """What pass 1 knows of a window: embeddings (Q, 64, H, W), reflectance and its standard deviation
    (Q, 10, H, W) at the asked dates, embeddings (C, 64, H, W) at the condition dates; NaN where no clear
    observation was in reach. float32."""

    embedding: np.ndarray
    reflectance: np.ndarray
    reflectance_sd: np.ndarray
    condition: np.ndarray


@torch.inference_mode()
def encode_window(
    stack: FusionStack,
    window: CubeWindow,
    halo: int,
    asked: Sequence[date],
    conditions: Sequence[date],
    chunk: int = CHUNK,
) -> Encoded:
    """Encode each date once, then fuse at the asked and at the condition dates.

    ``window`` includes ``halo`` pixels on each side, which the result does not. A pixel's result
    depends on its own 15 x 15 neighbourhood alone.

    Raises:
        torch.cuda.OutOfMemoryError: the device cannot hold even one pixel.
    """
    device = next(stack.parameters()).device
    height, width = (size - 2 * halo for size in window.s2.shape[-2:])
    s2_days = torch.tensor([d.toordinal() for d in window.s2_dates], dtype=torch.int64)
    s1_days = torch.tensor([d.toordinal() for d in window.s1_dates], dtype=torch.int64)
    s2 = _encode_dates(stack, "S2", window.s2, s2_conditions(s2_days), s2_days, halo, device)
    s1_flags = torch.as_tensor(np.asarray(window.s1_ascending, dtype=bool))
    s1 = _encode_dates(stack, "S1", window.s1, s1_conditions(s1_days, s1_flags), s1_days, halo, device)
    asked_days = torch.tensor([d.toordinal() for d in asked], dtype=torch.int64, device=device)
    condition_days = torch.tensor([d.toordinal() for d in conditions], dtype=torch.int64, device=device)

    pixels = height * width
    out = Encoded(
        *(
            np.full((n, b, pixels), np.nan, np.float32)
            for n, b in ((len(asked), 64), (len(asked), 10), (len(asked), 10), (len(conditions), 64))
        )
    )
    first = 0
    while first < pixels:
        part = slice(first, min(first + chunk, pixels))
        try:
            sensors = {"S2": _take(s2, part), "S1": _take(s1, part)}
            if len(asked):
                fused = stack.fusion.embed(sensors, asked_days)
                value, sd = stack.reflectance(fused, asked_days)
                results = ((out.embedding, fused.embedding), (out.reflectance, value), (out.reflectance_sd, sd))
                for array, result in results:
                    array[:, :, part] = _to_numpy(result, fused.known)
            if len(conditions):
                fused = stack.fusion.embed(sensors, condition_days)
                out.condition[:, :, part] = _to_numpy(fused.embedding, fused.known)
        except torch.cuda.OutOfMemoryError:
            if chunk == 1:
                raise
            chunk = max(1, chunk // 2)
            torch.cuda.empty_cache()
            continue
        first = part.stop
    shape = (height, width)
    return Encoded(
        *(a.reshape(*a.shape[:2], *shape) for a in (out.embedding, out.reflectance, out.reflectance_sd, out.condition))
    )


def _encode_dates(
    stack: FusionStack, sensor: str, cube: np.ndarray, conditions: Tensor, days: Tensor, halo: int, device: torch.device
) -> Observations:
    """Features (T, P, C) and bands (T, P, B) of the dates that show anything, without the halo; T leads until the
    pixels are cut."""
    inner = (slice(None), slice(halo, cube.shape[-2] - halo), slice(halo, cube.shape[-1] - halo))
    seen_at_all = np.flatnonzero(np.isfinite(cube).any(axis=1)[inner].any(axis=(1, 2)))
    encoder = stack.encoder(sensor)
    pixels = (cube.shape[-2] - 2 * halo) * (cube.shape[-1] - 2 * halo)
    features = torch.empty(len(seen_at_all), pixels, encoder.config.width, device=device)
    seen = torch.empty(len(seen_at_all), pixels, dtype=torch.bool, device=device)
    bands = torch.empty(len(seen_at_all), pixels, len(encoder.config.bands), device=device)
    for first in range(0, len(seen_at_all), DATES_AT_ONCE):
        part = slice(first, first + DATES_AT_ONCE)
        dates = seen_at_all[part]
        values = torch.from_numpy(np.ascontiguousarray(cube[dates], dtype=np.float32)).to(device)
        encoded, view = encoder(values, conditions[dates].to(device))
        features[part] = encoded[inner].flatten(1, 2)
        seen[part] = view[inner].flatten(1, 2)
        bands[part] = encoder.normalise(values).permute(0, 2, 3, 1)[inner].flatten(1, 2)
    return Observations(features, seen, days[seen_at_all].to(device), bands)


def _take(observations: Observations, part: slice) -> Observations:
    """Pixels ``part`` of time-first observations, as (P, T, C)."""
    return Observations(
        observations.features[:, part].transpose(0, 1).contiguous(),
        observations.seen[:, part].transpose(0, 1).contiguous(),
        observations.days,
        observations.bands[:, part].transpose(0, 1).contiguous(),
    )


def _to_numpy(values: Tensor, known: Tensor) -> np.ndarray:
    """(P, Q, B) with what is not known as NaN, turned into (Q, B, P)."""
    hidden = torch.where(known[..., None], values, torch.full((), float("nan"), device=values.device))
    return hidden.permute(1, 2, 0).cpu().numpy()

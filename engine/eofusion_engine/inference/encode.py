"""Pass 1 of a tile: its cube window to dated embeddings and cloud-free reflectance."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import torch
from torch import Tensor

from ..cube import CubeWindow
from ..model.encoders import s1_conditions, s2_conditions
from ..model.fusion import Observations
from ..model.stack import FusionStack

#: Pixels times asked dates that are fused together: on a CPU as much as its caches hold, on a GPU as much as keeps it
#: busy.
PIXEL_DATES = {"cpu": 4608, "cuda": 1 << 20}
#: The least and the most pixels that are fused together on a CPU, however many dates are asked.
CPU_PIXELS = (32, 512)
#: Asked dates that are fused together, with the observations in reach of any of them: so cost grows with the length of
#: the period and not with its square.
DATES_TOGETHER = 24
#: Dates that are encoded together. One at a time is quickest on a CPU, whose caches hold no more.
DATES_AT_ONCE = {"cpu": 1, "cuda": 16}


@dataclass(frozen=True)
class Encoded:
    """What pass 1 knows of a window: embeddings (Q, 64, H, W), reflectance and its standard deviation
    (Q, 10, H, W) at the asked dates; NaN where no clear observation was in reach. float32. Without decoding,
    reflectance has no bands: (Q, 0, H, W)."""

    embedding: np.ndarray
    reflectance: np.ndarray
    reflectance_sd: np.ndarray


def encode_window(
    stack: FusionStack,
    window: CubeWindow,
    halo: int,
    asked: Sequence[date],
    *,
    decode: bool = True,
    chunk: int | None = None,
) -> Encoded:
    """Encode each date once, then fuse at the asked dates and, if ``decode``, give back the reflectance.

    ``window`` includes ``halo`` pixels on each side, which the result does not. A pixel's result
    depends on its own 15 x 15 neighbourhood alone. On a GPU that has bfloat16 the networks run in it, and what is
    copied from the measured bands does not; where a GPU's memory does not hold the window, its halves are done one
    after the other. ``chunk``: pixels that are fused together.

    Raises:
        torch.OutOfMemoryError: the device cannot hold even one pixel.
    """
    with contextlib.suppress(torch.OutOfMemoryError):
        return _whole(stack, window, halo, asked, decode, chunk)
    # Only here is all that the failed try held given free.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if min(size - 2 * halo for size in window.s2.shape[-2:]) <= 1:
        raise torch.OutOfMemoryError("The device cannot hold even one row of pixels.")
    halves = [encode_window(stack, half, halo, asked, decode=decode, chunk=chunk) for half in _halves(window, halo)]
    axis = _longer_axis(window)
    names = ("embedding", "reflectance", "reflectance_sd")
    return Encoded(*(np.concatenate([getattr(half, name) for half in halves], axis=axis) for name in names))


@torch.inference_mode()
def _whole(
    stack: FusionStack, window: CubeWindow, halo: int, asked: Sequence[date], decode: bool, chunk: int | None
) -> Encoded:
    device = _device(stack)
    height, width = (size - 2 * halo for size in window.s2.shape[-2:])
    days = torch.tensor([d.toordinal() for d in asked], dtype=torch.int64, device=device)
    pixels = height * width
    sizes = (64, 10, 10) if decode else (64, 0, 0)
    out = tuple(np.full((len(asked), size, pixels), np.nan, np.float32) for size in sizes)
    if len(asked):
        with _precision(device):
            seen = encode_sensors(stack, window, halo)
            for some in _parts(len(asked), DATES_TOGETHER):
                near = {name: _in_reach(stack, name, one, days[some]) for name, one in seen.items()}
                for part in _parts(pixels, chunk or _chunk(device, len(days[some]))):
                    fused = stack.fusion.embed({name: _take(one, part) for name, one in near.items()}, days[some])
                    results = (fused.embedding, *(stack.reflectance(fused, days[some]) if decode else ()))
                    for array, result in zip(out, results, strict=False):
                        array[some, :, part] = _to_numpy(result, fused.known)
    return Encoded(*(array.reshape(*array.shape[:2], height, width) for array in out))


@torch.inference_mode()
def encode_sensors(stack: FusionStack, window: CubeWindow, halo: int) -> dict[str, Observations]:
    """Each sensor's dates that show anything, encoded: features (T, P, C) and bands (T, P, B) without the halo; unlike
    elsewhere T leads."""
    s2_days = torch.tensor([d.toordinal() for d in window.s2_dates], dtype=torch.int64)
    s1_days = torch.tensor([d.toordinal() for d in window.s1_dates], dtype=torch.int64)
    s1_flags = torch.as_tensor(np.asarray(window.s1_ascending, dtype=bool))
    return {
        "S2": _encode_dates(stack, "S2", window.s2, s2_conditions(s2_days), s2_days, halo),
        "S1": _encode_dates(stack, "S1", window.s1, s1_conditions(s1_days, s1_flags), s1_days, halo),
    }


def _device(stack: FusionStack) -> torch.device:
    return next(stack.parameters()).device


def _precision(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """bfloat16 where it is quick: most CPUs compute it at a tenth of the speed of float32."""
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.autocast("cuda", torch.bfloat16)
    return contextlib.nullcontext()


def _chunk(device: torch.device, dates: int) -> int:
    least, most = CPU_PIXELS
    pixels = PIXEL_DATES[device.type] // max(dates, 1)
    return max(least, min(pixels, most)) if device.type == "cpu" else max(1, pixels)


def _parts(count: int, chunk: int) -> Iterator[slice]:
    for first in range(0, count, chunk):
        yield slice(first, min(first + chunk, count))


def _in_reach(stack: FusionStack, sensor: str, seen: Observations, days: Tensor) -> Observations:
    """The observations (T, P, C) near enough to any of ``days``; never none where there is any, for "all too far" and
    "no such sensor" are not the same to the fusion."""
    window = stack.fusion.reader(sensor).window
    near = torch.nonzero((seen.days >= days.min() - window) & (seen.days <= days.max() + window)).flatten()
    if not len(seen.days) or len(near) == len(seen.days):
        return seen
    # Dates are in order: a slice, which copies nothing.
    first, last = (int(near[0]), int(near[-1]) + 1) if len(near) else (0, 1)
    return Observations(*(part[first:last] for part in (seen.features, seen.seen, seen.days, seen.bands)))


def _longer_axis(window: CubeWindow) -> int:
    return -2 if window.s2.shape[-2] >= window.s2.shape[-1] else -1


def _halves(window: CubeWindow, halo: int) -> Iterator[CubeWindow]:
    """The window in two parts along its longer side, each with its halo."""
    axis = _longer_axis(window)
    size = window.s2.shape[axis]
    middle = size // 2
    for cut in (slice(0, middle + halo), slice(middle - halo, size)):
        inside = (..., cut, slice(None)) if axis == -2 else (..., cut)
        names = ("s2", "s2_clear", "s2_snow", "s1")
        yield replace(window, **{name: getattr(window, name)[inside] for name in names})


def _encode_dates(
    stack: FusionStack, sensor: str, cube: np.ndarray, conditions: Tensor, days: Tensor, halo: int
) -> Observations:
    device = _device(stack)
    inner = (slice(None), slice(halo, cube.shape[-2] - halo), slice(halo, cube.shape[-1] - halo))
    seen_at_all = np.flatnonzero(np.isfinite(cube).any(axis=1)[inner].any(axis=(1, 2)))
    encoder = stack.encoder(sensor)
    pixels = (cube.shape[-2] - 2 * halo) * (cube.shape[-1] - 2 * halo)
    features = torch.empty(len(seen_at_all), pixels, encoder.config.width, device=device)
    seen = torch.empty(len(seen_at_all), pixels, dtype=torch.bool, device=device)
    bands = torch.empty(len(seen_at_all), pixels, len(encoder.config.bands), device=device)
    at_once = DATES_AT_ONCE[device.type]
    for first in range(0, len(seen_at_all), at_once):
        part = slice(first, first + at_once)
        dates = seen_at_all[part]
        values = _to_device(np.ascontiguousarray(cube[dates], dtype=np.float32), device)
        encoded, view = encoder(values, conditions[dates].to(device))
        features[part] = encoded[inner].flatten(1, 2)
        seen[part] = view[inner].flatten(1, 2)
        bands[part] = encoder.normalise(values).permute(0, 2, 3, 1)[inner].flatten(1, 2)
    return Observations(features, seen, days[seen_at_all].to(device), bands)


def _to_device(values: np.ndarray, device: torch.device) -> Tensor:
    """Pinned memory is copied to a GPU at full speed, and while it computes."""
    host = torch.from_numpy(values)
    return host if device.type == "cpu" else host.pin_memory().to(device, non_blocking=True)


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
    hidden = values.float().masked_fill(~known[..., None], float("nan"))
    return hidden.permute(1, 2, 0).cpu().numpy()

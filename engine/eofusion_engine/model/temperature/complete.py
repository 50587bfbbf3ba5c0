"""The other directions: images from temperature, Sentinel-2 from Sentinel-1, whatever is missing from what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import torch
from numpy.typing import NDArray

from ...errors import RequestError
from .climatology import ordinals
from .condition import Condition
from .correlation import Inputs
from .generate import TemperatureGenerator
from .image_tokens import ABSENT, CODE_COLUMNS, LEVELS, SENSORS
from .sequence import EPOCH_DAYS, IMAGE_MARGIN, WINDOW, window_start, windows_of

#: Decoding steps of images: a window has few of them.
IMAGE_STEPS = 4


@dataclass(frozen=True)
class Images:
    """Completed images at Q epochs. ``cells`` (Q, CELL_BANDS) are means over the sample paths in physical units,
    ``low`` and ``high`` their 10 and 90 % points, ``ids`` (S, Q, d) the paths' codes."""

    cells: NDArray[np.float32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    ids: NDArray[np.uint8]


def complete_images(
    generator: TemperatureGenerator,
    ids: NDArray[np.uint8],
    dates: Sequence[date],
    sensors: Sequence[str],
    lat: float,
    lon: float,
    elevation: float | None,
    temperature: tuple[Sequence[date], NDArray[np.float64]] | None,
    seed: int,
    samples: int = 16,
    source: str = "station",
    l1c: bool = False,
) -> Images:
    """Fill in the missing tokens of ``sensors`` at epochs, from all other tokens and the temperature.

    Args:
        ids: (Q, d) codes at ``dates``, ABSENT where a sensor saw nothing or is to be made anew.
        dates: Q epochs (see :func:`.sequence.image_epochs`). sensors: names of SENSORS to fill in.
        lat, lon, elevation: degrees and metres, None where not known.
        temperature: dates and degC that are known, None where none is.
        seed: the same seed gives the same images. samples: sample paths.
        source: one of SOURCES, of the temperature. l1c: reflectance is top-of-atmosphere.

    Raises:
        RequestError: a sensor is not known.
        ValueError: a date is no epoch.
    """
    known = {sensor.name: k for k, sensor in enumerate(SENSORS)}
    if not set(sensors) <= set(known):
        raise RequestError(
            f"There is no sensor among {', '.join(sensors)} like that.", f"Choose from {', '.join(known)}."
        )
    asked = [CODE_COLUMNS[known[name]] for name in sensors]
    days = ordinals(dates)
    out = np.repeat(np.asarray(ids, np.uint8)[None], samples, axis=0)
    for window in np.unique(windows_of(days)):
        every = np.ones((1, len(days)), bool)
        condition = generator.conditions(ids[None], dates, every, lat, lon, elevation, int(window), source, l1c)[0]
        slots = (days - window_start(int(window))) // EPOCH_DAYS + IMAGE_MARGIN
        mine = windows_of(days) == window
        filled = fill_window(generator, condition, temperature, asked, slots[mine], seed, samples)
        out[:, mine] = filled[:, slots[mine]]
    cells = generator.image_tokenizer.decode(out, l1c)
    with np.errstate(invalid="ignore"):
        seen = np.isfinite(cells).all(axis=0)
        low, high = np.quantile(np.where(seen, cells, 0.0), (0.1, 0.9), axis=0)
    mean = np.where(seen, np.where(seen, cells, 0.0).mean(axis=0), np.nan)
    known_only = [np.where(seen, value, np.nan).astype(np.float32) for value in (mean, low, high)]
    return Images(known_only[0], known_only[1], known_only[2], out)


def temperature_inputs(
    generator: TemperatureGenerator,
    condition: Condition,
    temperature: tuple[Sequence[date], NDArray[np.float64]] | None,
    rows: int,
) -> Inputs:
    """A condition's windows with the known temperatures in it; the mean head is silent, as images are asked."""
    seen = generator.inputs(condition, rows, images=False)
    if temperature is not None:
        start = window_start(condition.window)
        when = ordinals(temperature[0])
        values = np.asarray(temperature[1], dtype=np.float64)
        inside = (when >= start) & (when < start + WINDOW) & np.isfinite(values)
        if inside.any():
            normal = generator.normal(condition, when[inside])
            days = np.full(WINDOW, generator.tokenizer.bins, dtype=np.int64)
            days[when[inside] - start] = generator.tokenizer.encode(values[inside], normal)
            seen.days = torch.as_tensor(days, device=generator.device)[None].expand(rows, -1)
    return seen


def fill_window(
    generator: TemperatureGenerator,
    condition: Condition,
    temperature: tuple[Sequence[date], NDArray[np.float64]] | None,
    asked: Sequence[slice],
    slots: NDArray[np.int64],
    seed: int,
    samples: int,
) -> NDArray[np.uint8]:
    """Codes (samples, IMAGES, d) of a window, the missing ones of the ``asked`` columns drawn at ``slots``.

    The surest tokens first, as days are; the factors of a token are drawn together.
    """
    draws = torch.Generator().manual_seed(condition.seed(seed) ^ 0x1A6E5)
    seen = temperature_inputs(generator, condition, temperature, samples)
    codes = seen.codes.clone()
    levels = torch.tensor(LEVELS, device=codes.device)
    for columns in asked:
        hidden = torch.zeros(codes.shape[:2], dtype=torch.bool, device=codes.device)
        hidden[:, slots] = codes[:, slots, columns.start] == levels[columns.start]
        total = int(hidden[0].sum())
        for step in range(IMAGE_STEPS if total else 0):
            seen.codes = codes
            with torch.inference_mode():
                tokens, _ = generator.model(seen)
                logits = list(generator.model.code_heads)[columns]
                log_p = [torch.log_softmax(head(tokens).float(), dim=-1) for head in logits]
            drawn = torch.stack([_draw(one.exp(), draws) for one in log_p], dim=-1)
            surety = sum((one.exp() * one).sum(-1) for one in log_p) + _gumbel(codes.shape[:2], draws, codes.device) * (
                1 - (step + 1) / IMAGE_STEPS
            )
            left = round(total * np.cos(np.pi / 2 * (step + 1) / IMAGE_STEPS))
            count = int(hidden[0].sum()) - left
            best = surety.masked_fill(~hidden, float("-inf")).topk(count, dim=1).indices
            chosen = torch.zeros_like(hidden).scatter_(1, best, True)
            part = codes[..., columns]
            codes = codes.clone()
            codes[..., columns] = torch.where(chosen[..., None], drawn, part)
            hidden &= ~chosen
    found = codes.cpu().numpy()
    return np.where(found == np.array(LEVELS), ABSENT, found).astype(np.uint8)


def _draw(p: torch.Tensor, draws: torch.Generator) -> torch.Tensor:
    uniform = torch.rand(p.shape[:-1], generator=draws).to(p.device)
    return (p.cumsum(-1) < uniform[..., None]).sum(-1).clamp(max=p.shape[-1] - 1)


def _gumbel(shape: torch.Size, draws: torch.Generator, device: torch.device) -> torch.Tensor:
    return -torch.log(-torch.log(torch.rand(shape, generator=draws) + 1e-9) + 1e-9).to(device)

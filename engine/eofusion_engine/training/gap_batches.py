"""Batches of the fusion stage: pixels with hidden gaps, missed clouds, lost bands, dates and sensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..model.fusion import Observations
from .encoded import VARIANTS, EncodedPlace
from .sensors import TRAINING

QUERIES = 6
PIXELS_A_PLACE = 24
#: Longest hidden gap in days.
LONGEST_GAP = 70.0


@dataclass
class Batch:
    """Padded series of P pixels, the Q ``asked`` dates of each with what must not be seen there (``blind``), and
    ``targets`` (P, Q, B) by sensor, NaN where unknown; ``series`` (P, 2, B): mean and spread of each pixel's
    targets over all its dates, NaN where there are fewer than three."""

    sensors: dict[str, Observations]
    asked: Tensor
    blind: dict[str, Tensor]
    targets: dict[str, Tensor]
    series: dict[str, Tensor]


def draw(places: list[EncodedPlace], rng: np.random.Generator, device: torch.device) -> Batch:
    """PIXELS_A_PLACE random pixels of each of ``places``, with QUERIES asked dates each."""
    rows = [torch.from_numpy(rng.integers(0, len(p.targets["S2"]), PIXELS_A_PLACE)).to(device) for p in places]
    sensors, targets = dict[str, Observations](), dict[str, Tensor]()
    for sensor in places[0].targets:
        sensors[sensor], targets[sensor] = _padded(places, rows, sensor, rng, device)
    asked = _ask(sensors, targets, device)
    blind = _blind(asked, tuple(sensors), device)
    wanted = {
        sensor: _at(asked, observed.days, targets[sensor], TRAINING[sensor].tolerance_days)
        for sensor, observed in sensors.items()
    }
    _lose(sensors, asked, device)
    return Batch(sensors, asked, blind, wanted, {sensor: _series(values) for sensor, values in targets.items()})


def _series(values: Tensor) -> Tensor:
    """Mean and spread (P, 2, B) over the known dates of (P, T, B)."""
    known = torch.isfinite(values)
    count = known.sum(1)
    filled = torch.where(known, values, torch.zeros_like(values))
    mean = filled.sum(1) / count.clamp_min(1)
    spread = (((filled - mean[:, None]) ** 2 * known).sum(1) / count.clamp_min(1)).sqrt()
    both = torch.stack((mean, spread), dim=1)
    return torch.where((count >= 3)[:, None], both, torch.full_like(both, float("nan")))


def _padded(
    places: list[EncodedPlace], rows: list[Tensor], sensor: str, rng: np.random.Generator, device: torch.device
) -> tuple[Observations, Tensor]:
    """Observations and targets of all pixels, filled up to the longest series."""
    length = max(1, *(len(p.days[sensor]) for p in places))
    features, bands, seen, days, targets = [], [], [], [], []
    for place, row in zip(places, rows, strict=True):
        missing = length - len(place.days[sensor])
        # Half of the pixels are clean, a quarter lacks bands, a quarter has missed clouds.
        variant = torch.from_numpy(rng.choice(len(VARIANTS), len(row), p=(0.5, 0.2, 0.3))).to(device)
        features.append(F.pad(place.features[sensor][variant, row], (0, 0, 0, missing)))
        bands.append(F.pad(place.bands[sensor][variant, row], (0, 0, 0, missing), value=float("nan")))
        seen.append(F.pad(place.seen[sensor][variant, row], (0, missing)))
        days.append(F.pad(place.days[sensor], (0, missing), value=-1).expand(len(row), -1))
        targets.append(F.pad(place.targets[sensor][row], (0, 0, 0, missing), value=float("nan")))
    observed = Observations(torch.cat(features), torch.cat(seen), torch.cat(days), torch.cat(bands))
    return observed, torch.cat(targets)


def _ask(sensors: dict[str, Observations], targets: dict[str, Tensor], device: torch.device) -> Tensor:
    """Asked dates (P, Q): dates with a Sentinel-2 target, the last one often a Sentinel-1 date."""
    s2, s1 = sensors["S2"], sensors["S1"]
    known = torch.isfinite(targets["S2"]).any(-1)
    index = (torch.rand(known.shape, device=device) + known).topk(min(QUERIES, known.shape[1]), dim=1).indices
    asked = torch.gather(s2.days, 1, index)
    other = (torch.rand(s1.seen.shape, device=device) + s1.seen).argmax(1, keepdim=True)
    use = torch.gather(s1.seen, 1, other)[:, 0] & (torch.rand(len(asked), device=device) < 0.5)
    asked[:, -1] = torch.where(use, torch.gather(s1.days, 1, other)[:, 0], asked[:, -1])
    return asked


def _blind(asked: Tensor, names: tuple[str, ...], device: torch.device) -> dict[str, Tensor]:
    """What is hidden around each asked date.

    Of most sensors nothing for a quarter, that date alone for a tenth, else a gap that holds it somewhere. Of a
    speckled one some days, for half of them: its noise cannot be known.
    """
    nothing = torch.tensor((1.0, -1.0), device=device)
    out = {}
    for sensor in names:
        how = TRAINING[sensor]
        kind = torch.rand(asked.shape, device=device)
        if how.speckled:
            days = 1 + 11 * torch.rand(asked.shape, device=device)
            gap, shown = torch.stack((-days, days), dim=-1), kind < 0.5
        else:
            length = torch.where(kind < 0.35, 1.0, 5 + (LONGEST_GAP - 5) * torch.rand(asked.shape, device=device))
            centred = torch.rand(asked.shape, device=device) < 0.5
            middle = torch.where(centred, 0.5, torch.rand(asked.shape, device=device))
            gap, shown = torch.stack((-length * middle, length * (1 - middle)), dim=-1), kind < 0.25
        out[sensor] = torch.where(shown[..., None], nothing, gap)
    return out


def _at(asked: Tensor, days: Tensor, values: Tensor, tolerance: int) -> Tensor:
    """Values (P, Q, B) observed within ``tolerance`` days of the asked dates, NaN where there are none."""
    gap = (days[:, None, :] - asked[:, :, None]).abs()
    nearest = gap.argmin(-1)
    picked = torch.gather(values, 1, nearest[..., None].expand(-1, -1, values.shape[-1]))
    near = torch.gather(gap, 2, nearest[..., None]) <= tolerance
    return torch.where(near, picked, torch.full_like(picked, float("nan")))


def _lose(sensors: dict[str, Observations], asked: Tensor, device: torch.device) -> None:
    """Leave out dates of half of the pixels, and one whole sensor of some, never two; a tenth keep the first asked date
    and nothing else, as rows of a table that are no series."""
    pixels = len(next(iter(sensors.values())).seen)
    lost, before = torch.rand(pixels, 1, device=device), 0.0
    for sensor, observed in sensors.items():
        share = torch.rand(pixels, 1, device=device) * 0.8 * (torch.rand(pixels, 1, device=device) < 0.5)
        kept = torch.rand(observed.seen.shape, device=device) >= share
        after = before + TRAINING[sensor].lost
        observed.seen = observed.seen & kept & ~((lost >= before) & (lost < after))
        before = after
    single = torch.rand(pixels, 1, device=device) < 0.1
    for observed in sensors.values():
        observed.seen = observed.seen & (~single | (observed.days == asked[:, :1]))

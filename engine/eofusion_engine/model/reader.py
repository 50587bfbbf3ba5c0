"""How the fusion reads one sensor: attention over its dates, and its bands as candidates to copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from .fusion import FusionConfig

GAP_FEATURES = 14
#: How a distance in days is told to the networks: exp(-distance / scale).
_DECAYS = (3.0, 10.0, 30.0, 90.0)


@dataclass
class Observations:
    """One sensor's encoded dates at P pixels.

    ``features`` (P, T, C) and ``seen`` (P, T) bool of the encoder; ``bands`` (P, T, B) as measured, normalised, NaN
    where missing; ``days`` (T,) or (P, T) proleptic ordinals, in any order.
    """

    features: Tensor
    seen: Tensor
    days: Tensor
    bands: Tensor


class Candidates(NamedTuple):
    """Values to copy: ``values`` (P, Q, C, B), zero where not ``present`` (P, Q, C, B)."""

    values: Tensor
    present: Tensor


@dataclass
class Reading:
    """What was read of a sensor at (P, Q): attended ``features`` (P, Q, width), ``candidates`` and ``notes``
    (P, Q, N), how far away and whether the candidates are."""

    features: Tensor
    candidates: Candidates
    notes: Tensor


class Shape(NamedTuple):
    """Sizes of a reading: candidates, notes, and both together as numbers a pixel and date."""

    candidates: int
    notes: int
    width: int


@dataclass
class Reach:
    """Which dates may be used: ``gap`` (Q, T) or (P, Q, T) days from the asked date to each observation, and
    ``usable`` (P, Q, T) bool."""

    gap: Tensor
    usable: Tensor

    def at(self, gap: Tensor | int) -> Tensor:
        """(P, Q, T) 1 for the usable observations at this distance in days, 0 for the others."""
        return ((self.gap == gap) & self.usable).to(torch.float32)


def gap_features(gap: Tensor) -> Tensor:
    """Fourier and decay features of a time gap in days, (...,) to (..., 14)."""
    gap = gap.to(torch.float32)
    periods = torch.tensor((16.0, 32.0, 64.0, 128.0, 365.0), device=gap.device)
    angle = gap[..., None] * (2 * torch.pi / periods)
    return torch.cat((torch.sin(angle), torch.cos(angle), _decays(gap)), dim=-1)


def _decays(gap: Tensor) -> Tensor:
    return torch.exp(-gap.abs()[..., None] / torch.tensor(_DECAYS, device=gap.device))


class SensorReader(nn.Module):
    """Attention of a single query over one sensor's dates, in two rounds. Softmax is per pixel: nothing leaks
    between pixels. All sums are over dates: their order, and the same observation twice, change nothing."""

    def __init__(self, config: FusionConfig, sensor: str) -> None:
        super().__init__()
        width, bands = config.width, config.bands[sensor]
        self.width, self.heads, self.bands = width, config.heads, bands
        self.window, self.nearest = config.window_days[sensor], config.nearest[sensor]
        # Squares of the bands make |band - what was found before|^2 a scalar product of key and query.
        self.key_value = nn.Linear(config.widths[sensor] + 3 * bands, 3 * width)
        # A learned "nothing seen" observation keeps the softmax defined when all dates are cloudy.
        self.nothing = nn.Parameter(torch.zeros(3 * width))
        self.gap_bias = nn.Linear(GAP_FEATURES, 2 * config.heads)
        self.gap_value = nn.Linear(config.heads * GAP_FEATURES, width)
        self.again = nn.Linear(2 * width + (config.heads + 1) * bands, width)
        self.again_norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, width)

    @staticmethod
    def shape(config: FusionConfig, sensor: str) -> Shape:
        """Sizes of this sensor's reading."""
        slots = 2 * config.nearest[sensor]
        candidates = config.heads + 2 + slots  # interpolation, heads, the own view, the nearest dates
        notes = 1 + slots * (1 + len(_DECAYS))
        return Shape(candidates, notes, candidates * config.bands[sensor] + notes)

    def reach(self, observed: Observations, days: Tensor, blind: Tensor | None) -> Reach:
        """Distances to the asked ``days``, and which observations may be used."""
        gap = (observed.days.unsqueeze(-2) - days.unsqueeze(-1)).to(torch.float32)
        near = gap.abs() <= self.window
        if blind is not None:
            near = near & ~((gap >= blind[..., :1]) & (gap <= blind[..., 1:]))
        return Reach(gap, observed.seen.unsqueeze(-2) & near)

    def nothing_there(self, query: Tensor) -> Reading:
        """The reading of a sensor without any observation."""
        count = self.heads + 2 + 2 * self.nearest
        empty = query.new_zeros(*query.shape[:2], count, self.bands)
        notes = query.new_zeros(*query.shape[:2], 1 + 2 * self.nearest * (1 + len(_DECAYS)))
        return Reading(torch.zeros_like(query), Candidates(empty, empty > 0), notes)

    def forward(self, query: Tensor, observed: Observations, reach: Reach) -> Reading:
        """Attend with ``query`` (P, Q, width) and gather the candidates."""
        known = torch.isfinite(observed.bands)
        bands = torch.where(known, observed.bands, torch.zeros((), device=query.device))
        mask, clipped = known.to(query.dtype), bands.clamp(-8, 8)
        raw = torch.cat((bands, mask), dim=-1)
        slots, notes, distance = self._slots(reach)
        near = _weighted(slots, raw)
        start, has = self._interpolated(near, distance)

        inputs = torch.cat((observed.features, clipped, clipped**2 / 4, mask), dim=-1)
        # "Nothing seen" is one more date, always usable, whose bands are not known.
        nothing = self.nothing.to(inputs.dtype).expand(len(inputs), 1, -1)
        keys = torch.cat((self.key_value(inputs), nothing), dim=1)
        first_key, second_key, value = keys.unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        raw = F.pad(raw, (0, 0, 0, 1))
        closed = ~F.pad(reach.usable, (0, 1), value=True)[:, None]
        # Gaps are whole days: features come from a table of all that are in reach, and a row of zeros for nothing.
        table = gap_features(torch.arange(-self.window, self.window + 1, device=query.device))
        index = reach.gap.clamp(-self.window, self.window).to(torch.int64) + self.window
        index = F.pad(index, (0, 1), value=len(table))
        bias = F.pad(self.gap_bias(table).T, (0, 1))[:, index]  # (2h, Q, T + 1) or (2h, P, Q, T + 1)
        if bias.dim() == 4:
            bias = bias.transpose(0, 1)
        repeated = _repeats(observed)
        if repeated is not None:
            bias = bias - F.pad(torch.log(repeated), (0, 1))[:, None, None, :]
        first_bias, second_bias = bias.split(self.heads, dim=-3)

        weight = self._attend(query, first_key, first_bias, closed)
        found = (weight @ value).transpose(1, 2).flatten(-2)
        mixed = _weighted(weight, raw).values.transpose(1, 2)
        again = torch.cat((query, found, mixed.clamp(-8, 8).flatten(-2), start.clamp(-8, 8)), dim=-1)
        query = self.again_norm(query + self.again(again))
        weight = self._attend(query, second_key, second_bias, closed)
        found = (weight @ value).transpose(1, 2).flatten(-2)
        heads = _weighted(weight, raw)
        # How old or how new the attended observations are.
        features = F.pad(table, (0, 0, 0, 1))[index]
        equation = "phqt,qtf->pqhf" if features.dim() == 3 else "phqt,pqtf->pqhf"
        age = torch.einsum(equation, weight, features).flatten(-2)
        mixed, there = (part.transpose(1, 2) for part in heads)
        candidates = Candidates(
            torch.cat((start[..., None, :], mixed, near.values.transpose(1, 2)), dim=-2),
            torch.cat((has[..., None, :], there, near.present.transpose(1, 2)), dim=-2),
        )
        return Reading(self.out(found) + self.gap_value(age), candidates, notes)

    def _attend(self, query: Tensor, key: Tensor, bias: Tensor, closed: Tensor) -> Tensor:
        """Weights (P, heads, Q, T + 1) of the dates, which sum to 1; the last one is of nothing seen."""
        heads = query.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        score = torch.matmul(heads * heads.shape[-1] ** -0.5, key.transpose(-1, -2)) + bias
        return torch.softmax(score.masked_fill(closed, float("-inf")), dim=-1)

    def _slots(self, reach: Reach) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Weights (P, 1 + 2 N, Q, T) of the own view and of the N nearest dates before and after (nearest before,
        nearest after, the next ones), the notes about them, and their distances in days (P, Q, 1), inf for none."""
        gap, usable = reach.gap.expand_as(reach.usable), reach.usable
        own = reach.at(0)
        rows, notes = [own], [own.any(-1, keepdim=True).to(own.dtype)]
        distances = list[Tensor]()
        for place in range(2 * self.nearest):
            ahead = -gap if place % 2 == 0 else gap
            beyond = usable & (ahead > (distances[place - 2] if place > 1 else 0))
            nearest = torch.where(beyond, ahead, torch.inf).amin(-1, keepdim=True)
            rows.append((beyond & (ahead == nearest)).to(own.dtype))
            distances.append(nearest)
            there = torch.isfinite(nearest).to(own.dtype)
            notes.append(torch.cat((there, _decays(nearest.squeeze(-1)) * there), dim=-1))
        return torch.stack(rows, dim=1), torch.cat(notes, dim=-1), distances

    def _interpolated(self, near: Candidates, distances: list[Tensor]) -> tuple[Tensor, Tensor]:
        """The own view or, without it, linear interpolation in time between the nearest dates, else the only one."""
        own, there = near.values[:, 0], near.present[:, 0]
        if not self.nearest:
            return own, there
        distance = torch.cat(distances[:2], dim=-1).clamp_max(1e4)
        share = (distance.flip(-1) / distance.sum(-1, keepdim=True)).movedim(-1, 1)
        weight = share[..., None] * near.present[:, 1:3]
        total = weight.sum(1)
        between = (weight * near.values[:, 1:3]).sum(1) / total.clamp_min(1e-6)
        return torch.where(there, own, between), there | (total > 0)


def _weighted(weight: Tensor, raw: Tensor) -> Candidates:
    """Band means (P, C, Q, B) of dates weighted by (P, C, Q, T); ``raw`` (P, T, 2 B) is bands and where known."""
    with torch.autocast(weight.device.type, enabled=False):  # what is copied keeps all its digits
        sums = weight.float().flatten(1, 2) @ raw.float()
    values, total = sums.unflatten(1, weight.shape[1:3]).chunk(2, dim=-1)
    present = total > 1e-6
    return Candidates(torch.where(present, values / total.clamp_min(1e-6), torch.zeros_like(values)), present)


def _repeats(observed: Observations) -> Tensor | None:
    """How often (P, T) each observation's day was seen, so that twice the same weighs as once; None if never twice."""
    days = observed.days
    if days.dim() == 1 and days.unique().numel() == days.numel():
        return None
    same = (days.unsqueeze(-1) == days.unsqueeze(-2)).to(observed.features.dtype)
    seen = observed.seen.to(same.dtype)
    return (same @ seen.unsqueeze(-1)).squeeze(-1).clamp_min(1)

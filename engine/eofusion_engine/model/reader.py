"""How the fusion reads one sensor: attention over its dates, and its bands as candidates to copy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .packed import state_of

if TYPE_CHECKING:
    from .fusion import FusionConfig

GAP_FEATURES = 14
#: How a distance in days is told to the networks: exp(-distance / scale).
_DECAYS = (3.0, 10.0, 30.0, 90.0)
#: More than there ever are dates; with a distance in days before it, a place is still exact in float32.
_PLACES = 8192.0
#: Added to what must not be found, or taken from what must not weigh: sums are quicker than masks of truth values.
_NEVER = 1e12
#: Dates are filled up to a multiple of this: products and softmax of odd sizes take up to half as long again.
_DATES_STEP = 8
_LOG2E = math.log2(math.e)
#: Powers of two of this size, summed, stay within float32 with room to spare.
_SAFE_BITS = 100.0


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
        self._of_last: tuple[tuple[object, ...], Tensor, tuple[Tensor, Tensor, Tensor]] | None = None

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
        bands = torch.nan_to_num(observed.bands, 0.0, 0.0, 0.0)
        mask, clipped = known.to(query.dtype), bands.clamp(-8, 8)
        # "Nothing seen" is one more date, always usable, whose bands are not known; closed ones fill up the rest.
        count = bands.shape[1]
        rest = 1 + -(1 + count) % _DATES_STEP
        raw = F.pad(torch.cat((bands, mask), dim=-1), (0, 0, 0, rest))
        repeated = _repeats(observed)
        slots, notes, distance = self._slots(reach)
        near = _picked(slots, raw if repeated is None else _merged(raw, observed))
        start, has = self._interpolated(near, distance)

        inputs = torch.cat((observed.features, clipped, clipped**2 / 4, mask), dim=-1)
        nothing = self.nothing.to(inputs.dtype).expand(len(inputs), rest, -1)
        first_key, second_key, value = torch.cat((self.key_value(inputs), nothing), dim=1).chunk(3, dim=-1)
        # What a head's weights are taken to, its values and all bands, in one product.
        contents = [torch.cat((part, raw), dim=-1) for part in value.chunk(self.heads, dim=-1)]
        first_bias, second_bias, features = self._of_gaps(reach.gap, rest)
        usable = F.pad(F.pad(reach.usable.float(), (0, 1), value=1.0), (0, rest - 1))
        closed = (usable - 1.0) * _NEVER
        if repeated is not None:
            less = torch.log(repeated) if torch.is_grad_enabled() else torch.log2(repeated)
            closed = closed - F.pad(less, (0, rest)).unsqueeze(-2)

        weight = self._attend(query, first_key, first_bias, closed, count)
        found, mixed = self._taken(weight, contents)
        again = torch.cat((query, *found, mixed.values.clamp(-8, 8).flatten(-2), start.clamp(-8, 8)), dim=-1)
        query = self.again_norm(query + self.again(again))
        weight = self._attend(query, second_key, second_bias, closed, count)
        found, heads = self._taken(weight, contents)
        candidates = Candidates(
            torch.cat((start[..., None, :], heads.values, near.values), dim=-2),
            torch.cat((has[..., None, :], heads.present, near.present), dim=-2),
        )
        age = _mean_age(weight, features)
        return Reading(self.out(torch.cat(found, dim=-1)) + self.gap_value(age), candidates, notes)

    def _of_gaps(self, gap: Tensor, rest: int) -> tuple[Tensor, Tensor, Tensor]:
        """Biases of both rounds (heads, Q, T') or (heads, P, Q, T'), and the features of the gaps (Q, T', F) or
        (P, Q, T', F); T' is T and ``rest`` dates without any gap."""
        # One chunk of pixels after the other asks for the same dates.
        key = (rest, gap.shape, gap.device, *state_of(*self.gap_bias.parameters()))
        kept = self._of_last  # looked at once: another thread may put its own there
        if kept is not None and not torch.is_grad_enabled() and kept[0] == key and torch.equal(kept[1], gap):
            return kept[2]
        # Gaps are whole days: features come from a table of all that are in reach, and a row of zeros for nothing.
        table = gap_features(torch.arange(-self.window, self.window + 1, device=gap.device))
        index = gap.clamp(-self.window, self.window).to(torch.int64) + self.window
        index = F.pad(index, (0, rest), value=len(table))
        first, second = F.pad(self.gap_bias(table).T, (0, 1)).float().split(self.heads)
        found = first[:, index], second[:, index], F.pad(table, (0, 0, 0, 1))[index]
        if gap.dim() == 2:
            self._of_last = None if torch.is_grad_enabled() else (key, gap, found)
        return found

    def _attend(self, query: Tensor, key: Tensor, bias: Tensor, offset: Tensor, place: int) -> Tensor:
        """Weights (heads, P, Q, T') of the dates, which sum to 1. ``offset`` (P, Q, T') is added for all heads: far
        below all others for a date that must not be used; it never is at ``place``, where nothing was seen."""
        size = key.shape[-1] // self.heads
        bits = 1.0 if torch.is_grad_enabled() else _LOG2E
        scores = offset + (bias if bias.dim() == 4 else bias.unsqueeze(1)) * bits
        with torch.autocast(query.device.type, enabled=False):
            # Heads lead: each is a product of matrices that are slices, and no operand is copied.
            pairs = zip((query.float() * (size**-0.5 * bits)).split(size, -1), key.float().split(size, -1), strict=True)
            for head, (q, k) in enumerate(pairs):
                scores[head].baddbmm_(q, k.transpose(1, 2))
        return torch.softmax(scores, dim=-1) if bits == 1 else _softmax_of_bits(scores, place)

    def _taken(self, weight: Tensor, contents: Sequence[Tensor]) -> tuple[list[Tensor], Candidates]:
        """Each head's mean of its own values (P, Q, size), and of the bands (P, Q, heads, B)."""
        with torch.autocast(weight.device.type, enabled=False):  # what is copied keeps all its digits
            sums = [torch.bmm(w, content.float()) for w, content in zip(weight, contents, strict=True)]
        size = sums[0].shape[-1] - 2 * self.bands
        return [part[..., :size] for part in sums], _divided(torch.stack([part[..., size:] for part in sums], dim=2))

    def _slots(self, reach: Reach) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Which dates are the own view and the N nearest before and after (nearest before, nearest after, the next
        ones): their places (P, Q, 1 + 2 N) among T, T itself for none; the notes about them; and their distances in
        days (P, Q, 1), inf for none."""
        none = reach.usable.shape[-1]
        # One number for distance and place, so that one search finds both; dates lead, so that it is a quick one.
        far = (1.0 - reach.usable.movedim(-1, 0).contiguous().float()) * _NEVER
        gap = reach.gap.movedim(-1, 0)
        gap = gap if gap.dim() == 3 else gap.unsqueeze(1)
        order = torch.arange(none, device=gap.device)[:, None, None]
        key = gap.abs() * _PLACES + order
        places, distances = list[Tensor](), list[Tensor]()

        def take(left: Tensor) -> None:
            first = left.amin(0)
            there = first < _NEVER
            distance = torch.floor(first / _PLACES)
            places.append(torch.where(there, first - distance * _PLACES, float(none)).long())
            distances.append(torch.where(there, distance, torch.inf))

        take(key + (gap != 0) * _NEVER + far)
        if self.nearest:
            left = [key + wrong * _NEVER + far for wrong in (gap >= 0, gap <= 0)]
        for number in range(2 * self.nearest):
            side = left[number % 2]
            take(side)
            # Views of one day are one view: the next one is further away.
            side += (side < (distances[-1] + 1) * _PLACES) * _NEVER
        away = torch.stack(distances, dim=-1)
        there = torch.isfinite(away).float()
        notes = [there[..., :1]]
        if self.nearest:
            decays = _decays(away[..., 1:]) * there[..., 1:, None]
            notes.append(torch.cat((there[..., 1:, None], decays), dim=-1).flatten(-2))
        return torch.stack(places, dim=-1), torch.cat(notes, dim=-1), list(away[..., 1:].split(1, dim=-1))

    def _interpolated(self, near: Candidates, distances: list[Tensor]) -> tuple[Tensor, Tensor]:
        """The own view or, without it, linear interpolation in time between the nearest dates, else the only one."""
        own, there = near.values[:, :, 0], near.present[:, :, 0]
        if not self.nearest:
            return own, there
        distance = torch.cat(distances[:2], dim=-1).clamp_max(1e4)
        share = distance.flip(-1) / distance.sum(-1, keepdim=True)
        weight = share[..., None] * near.present[:, :, 1:3]
        total = weight.sum(2)
        between = (weight * near.values[:, :, 1:3]).sum(2) / total.clamp_min(1e-6)
        return torch.where(there, own, between), there | (total > 0)


def _picked(places: Tensor, raw: Tensor) -> Candidates:
    """Bands (P, Q, C, B) of the dates at ``places`` (P, Q, C); ``raw`` (P, T', 2 B) is bands and where known."""
    pixels, count, width = raw.shape
    rows = places + torch.arange(pixels, device=raw.device)[:, None, None] * count
    values, known = raw.reshape(-1, width).index_select(0, rows.flatten()).view(*places.shape, width).chunk(2, dim=-1)
    return Candidates(values, known > 0)


def _merged(raw: Tensor, observed: Observations) -> Tensor:
    """``raw`` (P, T', 2 B) with the mean of all views of its day in the place of each."""
    count = observed.days.shape[-1]
    same = _same_day(observed.days).to(raw.dtype) * observed.seen.unsqueeze(-2)
    mean = _divided(same @ raw[:, :count])
    return F.pad(torch.cat((mean.values, mean.present.to(raw.dtype)), dim=-1), (0, 0, 0, raw.shape[1] - count))


def _softmax_of_bits(scores: Tensor, place: int) -> Tensor:
    """Softmax to the base of two over the last axis, in place; ``place`` has a finite score in every row.

    Where powers of two can neither overflow nor all vanish, no row's largest score is looked for: as exact, and
    several times as fast.
    """
    if float(scores.amax()) < _SAFE_BITS and float(scores[..., place].amin()) > -_SAFE_BITS:
        weight = scores.exp2_()
        return weight.div_(weight.sum(dim=-1, keepdim=True))
    return torch.softmax(scores / _LOG2E, dim=-1)


def _divided(sums: Tensor) -> Candidates:
    """Weighted sums of bands and of where they are known (..., 2 B), as means."""
    values, total = sums.chunk(2, dim=-1)
    present = total > 1e-6
    return Candidates((values / total.clamp_min(1e-6)).mul_(present), present)


def _mean_age(weight: Tensor, features: Tensor) -> Tensor:
    """How old or how new the attended dates are: (heads, P, Q, T) and (Q, T, F) or (P, Q, T, F) to (P, Q, heads F)."""
    heads, pixels, dates, _ = weight.shape
    if features.dim() == 4:
        return torch.einsum("hpqt,pqtf->pqhf", weight, features).flatten(-2)
    # One product a date, of all pixels and heads, without a copy of the weights.
    count = features.shape[-1]
    features = F.pad(features, (0, -count % 8))  # half the time of an odd size
    age = torch.bmm(weight.flatten(0, 1).transpose(0, 1), features)
    return age.view(dates, heads, pixels, -1)[..., :count].permute(2, 0, 1, 3).flatten(-2)


def _repeats(observed: Observations) -> Tensor | None:
    """How often (P, T) each observation's day was seen, so that twice the same weighs as once; None if never twice."""
    days = observed.days
    if days.dim() == 1 and days.unique().numel() == days.numel():
        return None
    same = _same_day(days).to(observed.features.dtype)
    seen = observed.seen.to(same.dtype)
    return (same @ seen.unsqueeze(-1)).squeeze(-1).clamp_min(1)


def _same_day(days: Tensor) -> Tensor:
    return days.unsqueeze(-1) == days.unsqueeze(-2)

"""Stage 2: fusion over frozen sensor encoders, at any asked date, and the decoders.

Per pixel one query (that date's Sentinel-2 features or, where it was cloudy or there was no
overpass, a learned one) attends to every clear observation of each sensor within a window of
days. The result is a dated embedding of unit norm with nested prefixes (Matryoshka, arXiv
2205.13147), from which the decoders give the date's surface reflectance and backscatter back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .encoders import season

PREFIXES = (8, 16, 32, 64)


@dataclass(frozen=True)
class FusionConfig:
    """Sizes of the fusion. ``widths`` maps a sensor to its encoder's width; ``window_days`` is how far it looks."""

    widths: dict[str, int]
    bands: dict[str, int]
    width: int = 64
    heads: int = 4
    embedding: int = 64
    window_days: int = 120

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the weights file's header."""
        return asdict(self)


@dataclass
class Observations:
    """One sensor's encoded dates at P pixels: ``features`` (P, T, C), ``seen`` (P, T) bool, ``days`` (T,) or
    (P, T) proleptic ordinals."""

    features: Tensor
    seen: Tensor
    days: Tensor


def gap_features(gap: Tensor) -> Tensor:
    """Fourier and decay features of a time gap in days, (...,) to (..., 14)."""
    gap = gap.to(torch.float32)
    periods = torch.tensor((16.0, 32.0, 64.0, 128.0, 365.0), device=gap.device)
    angle = gap[..., None] * (2 * torch.pi / periods)
    scales = torch.tensor((3.0, 10.0, 30.0, 90.0), device=gap.device)
    decay = torch.exp(-gap.abs()[..., None] / scales)
    return torch.cat((torch.sin(angle), torch.cos(angle), decay), dim=-1)


GAP_FEATURES = 14


class SensorAttention(nn.Module):
    """A single query's attention over one sensor's dates. Softmax is per pixel: nothing leaks between pixels."""

    def __init__(self, config: FusionConfig, sensor: str) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.key_value = nn.Linear(config.widths[sensor], 2 * width)
        # A learned "nothing seen" observation keeps the softmax defined when all dates are cloudy.
        self.nothing = nn.Parameter(torch.zeros(2 * width))
        self.gap_bias = nn.Sequential(nn.Linear(GAP_FEATURES, 32), nn.GELU(), nn.Linear(32, config.heads))
        self.gap_value = nn.Linear(config.heads * GAP_FEATURES, width)
        self.out = nn.Linear(width, width)

    def forward(self, query: Tensor, seen_by: Observations, gap: Tensor, reachable: Tensor) -> Tensor:
        """Attend.

        Args:
            query: (P, Q, width).
            seen_by: the sensor's dates.
            gap: (Q, T) or (P, Q, T) days from the query to each date.
            reachable: the same shape or (P, Q, T), False where a date may not be used.

        Returns:
            (P, Q, width).
        """
        pixels, queries, width = query.shape
        size = width // self.heads
        key, value = self.key_value(seen_by.features).chunk(2, dim=-1)
        dates = key.shape[1]
        key = key.view(pixels, dates, self.heads, size).permute(0, 2, 3, 1)
        value = value.view(pixels, dates, self.heads, size).transpose(1, 2)
        none_key, none_value = (part.view(self.heads, size) for part in self.nothing.chunk(2))
        heads = query.view(pixels, queries, self.heads, size).transpose(1, 2)

        features = gap_features(gap)
        bias = self.gap_bias(features).movedim(-1, -3)  # (h, Q, T) or (P, h, Q, T)
        score = heads @ key * size**-0.5 + bias
        usable = (reachable if reachable.dim() == 3 else reachable[None]) & seen_by.seen[:, None, :]
        score = score.masked_fill(~usable[:, None], float("-inf"))
        none_score = (heads * none_key[:, None, :]).sum(-1, keepdim=True) * size**-0.5
        weight = torch.softmax(torch.cat((score, none_score), dim=-1), dim=-1)
        seen_weight, none_weight = weight[..., :-1], weight[..., -1:]
        mixed = seen_weight @ value + none_weight * none_value[:, None, :]
        # How old or how new the attended observations are.
        if features.dim() == 3:
            age = torch.einsum("phqt,qtf->pqhf", seen_weight, features)
        else:
            age = torch.einsum("phqt,pqtf->pqhf", seen_weight, features)
        mixed = mixed.transpose(1, 2).reshape(pixels, queries, width)
        return self.out(mixed) + self.gap_value(age.reshape(pixels, queries, -1))


class Decoder(nn.Module):
    """An embedding and its season back to normalised bands with a Laplace scale each."""

    def __init__(self, embedding: int, bands: int) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(embedding + 2, 128), nn.GELU(), nn.Linear(128, 128), nn.GELU())
        self.value = nn.Linear(128, bands)
        self.log_scale = nn.Linear(128, bands)

    def forward(self, embedding: Tensor, when: Tensor) -> tuple[Tensor, Tensor]:
        """(..., D) and season (..., 2) to the bands' median (..., B) and log Laplace scale (..., B)."""
        # Unit-norm components are about 1/8: brought to unit size for the network.
        hidden = self.net(torch.cat((embedding * embedding.shape[-1] ** 0.5, when), dim=-1))
        return self.value(hidden), self.log_scale(hidden).clamp(-6, 3)


class FusionModel(nn.Module):
    """Dated embeddings from encoded observations of any subset of the sensors."""

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.query = nn.Linear(config.widths["S2"], width)
        self.no_view = nn.Parameter(torch.zeros(width))
        self.when = nn.Linear(2, width)
        self.query_norm = nn.LayerNorm(width)
        self.sensors = nn.ModuleDict({name: SensorAttention(config, name) for name in sorted(config.widths)})
        inputs = width * (1 + len(config.widths)) + 1
        self.mix = nn.Sequential(
            nn.Linear(inputs, 192), nn.GELU(), nn.Linear(192, 128), nn.GELU(), nn.Linear(128, config.embedding)
        )
        self.decoders = nn.ModuleDict(
            {name: Decoder(config.embedding, config.bands[name]) for name in sorted(config.widths)}
        )

    def embed(
        self,
        sensors: dict[str, Observations],
        days: Tensor,
        view: Tensor | None = None,
        viewed: Tensor | None = None,
        hidden: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Embeddings of P pixels at Q dates.

        Args:
            sensors: observations by sensor name; a sensor that is left out was not there.
            days: (Q,) or (P, Q) proleptic ordinals of the asked dates.
            view: (P, Q, C) Sentinel-2 features of the asked dates, zero where there are none.
            viewed: (P, Q) True where ``view`` is an observation.
            hidden: (Q,) or (P, Q) True where the asked date's own Sentinel-2 view must not be used (training).

        Returns:
            embeddings (P, Q, D) of unit norm, and ``known`` (P, Q): whether any observation was in reach.
        """
        s2 = sensors["S2"]
        pixels, queries = s2.features.shape[0], days.shape[-1]
        when = season(days)
        if view is None or viewed is None:
            content = self.no_view.expand(pixels, queries, -1)
            viewed = torch.zeros(pixels, queries, dtype=torch.bool, device=days.device)
        else:
            if hidden is not None:
                viewed = viewed & ~hidden
            content = torch.where(viewed[..., None], self.query(view), self.no_view)
        query = self.query_norm(content + self.when(when))
        parts = [query]
        known = viewed.clone()
        for name, attention in self.sensors.items():
            seen_by = sensors.get(name)
            if seen_by is None or seen_by.features.shape[1] == 0:
                parts.append(query.new_zeros(query.shape))
                continue
            gap = (seen_by.days.unsqueeze(-2) - days.unsqueeze(-1)).to(torch.float32)
            reachable = gap.abs() <= self.config.window_days
            if name == "S2" and hidden is not None:
                reachable = reachable & ~(hidden.unsqueeze(-1) & (gap == 0))
            parts.append(attention(query, seen_by, gap, reachable))
            known = known | (reachable & seen_by.seen.unsqueeze(-2)).any(-1)
        flag = viewed.to(query.dtype)[..., None]
        return F.normalize(self.mix(torch.cat((*parts, flag), dim=-1)), dim=-1), known

    def decode(self, sensor: str, embedding: Tensor, days: Tensor) -> tuple[Tensor, Tensor]:
        """Normalised bands and log Laplace scale of one sensor at the embeddings' dates (..., B)."""
        when = season(days)
        return self.decoders[sensor](embedding, when.expand(*embedding.shape[:-1], 2))

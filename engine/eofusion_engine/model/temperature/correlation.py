"""Stage 3: masked correlation learning over one sequence of static, image and temperature tokens.

After the method described in the abstract of "Task-Agnostic Fusion of Time Series and Imagery for Earth
Observation" (arXiv 2510.23118), as one bidirectional transformer: whatever is masked, of any modality, is predicted
from whatever is visible. A sequence is a window of :data:`WINDOW` days on an absolute calendar grid with the image
epochs in and around it; an epoch's place holds the codes of all its sensors, each masked for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..encoders import season
from .image_tokens import LEVELS
from .sequence import (
    EPOCH_DAYS,
    IMAGE_MARGIN,
    IMAGES,
    MOST_UNEXPLAINED,
    SOURCES,
    STATIC_FEATURES,
    UNEXPLAINED_COLUMN,
    WINDOW,
)


@dataclass(frozen=True)
class CorrelationConfig:
    """Sizes of the model. ``patch`` days share one hidden token; bins lie within ``limit`` spreads."""

    bins: int = 128
    limit: float = 6.4
    levels: tuple[int, ...] = LEVELS
    width: int = 64
    layers: int = 3
    heads: int = 4
    patch: int = 4
    day_width: int = 16
    head_width: int = 48
    dropout: float = 0.15

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the weights file's header."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CorrelationConfig:
        """The configuration of a weights file's header."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**values)


@dataclass
class Inputs:
    """What B windows show.

    ``static`` (B, STATIC_FEATURES); ``source`` (B,) index into SOURCES and ``l1c`` (B,) bool; ``codes`` (B, IMAGES, d)
    image codes, the number of levels where masked or absent; ``days`` (B, WINDOW) temperature ids, ``bins`` where
    masked; ``shift`` (B, WINDOW), by how many spreads the mean head moves each day; ``start`` (B,) ordinal of the
    first day; ``keep_place`` (B,) False where the position is hidden (it always is far from all stations).
    """

    static: Tensor
    source: Tensor
    l1c: Tensor
    codes: Tensor
    days: Tensor
    shift: Tensor
    start: Tensor
    keep_place: Tensor

    def to(self, device: torch.device) -> Inputs:
        """All of it on a device."""
        return Inputs(**{name: value.to(device) for name, value in vars(self).items()})

    @classmethod
    def joined(cls, some: Sequence[Inputs]) -> Inputs:
        """The windows of several, one after the other."""
        return cls(**{name: torch.cat([vars(one)[name] for one in some]) for name in vars(some[0])})

    def take(self, rows: Tensor | slice) -> Inputs:
        """Some of the windows."""
        return Inputs(**{name: value[rows] for name, value in vars(self).items()})


def _smooth_features(centres: Tensor, count: int, limit: float) -> Tensor:
    """Value, square and waves of ever shorter length, (bins,) to (bins, count)."""
    order = torch.arange(count - 2) // 2 + 1
    angle = centres[:, None] * (torch.pi / limit) * order
    waves = torch.where(torch.arange(count - 2) % 2 == 0, torch.cos(angle), torch.sin(angle)) / order
    return torch.cat((centres[:, None] / 2, centres[:, None] ** 2 / 8, waves), dim=1)


class CorrelationModel(nn.Module):
    """Tokens in, for every place of the sequence a distribution over its tokens out."""

    centres: Tensor

    def __init__(self, config: CorrelationConfig) -> None:
        super().__init__()
        self.config = config
        width, patches = config.width, WINDOW // config.patch
        self.place = nn.Sequential(nn.Linear(3, width), nn.GELU(), nn.Linear(width, width))
        self.climate = nn.Sequential(nn.Linear(STATIC_FEATURES - 3, width), nn.GELU(), nn.Linear(width, width))
        self.no_place = nn.Parameter(torch.zeros(width))
        self.source = nn.Embedding(len(SOURCES), width)
        self.level = nn.Embedding(2, width)
        # One more entry than levels: the masked or absent code.
        self.codes = nn.ModuleList(nn.Embedding(level + 1, width) for level in config.levels)
        self.image_slot = nn.Parameter(torch.randn(IMAGES, width) * 0.02)
        self.day = nn.Embedding(config.bins + 1, config.day_width)
        self.patchify = nn.Conv1d(config.day_width, width, 2 * config.patch, config.patch, config.patch // 2)
        self.moved = nn.Linear(config.patch, width)
        self.patch_slot = nn.Parameter(torch.randn(patches, width) * 0.02)
        self.when = nn.Linear(2, width)
        layer = nn.TransformerEncoderLayer(
            width, config.heads, 4 * width, config.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, config.layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.day_hidden = nn.Linear(width, config.patch * config.head_width)
        self.day_head = nn.Linear(config.head_width, config.bins)
        self.log_sd = nn.Parameter(torch.zeros(len(SOURCES)))
        self.code_heads = nn.ModuleList(nn.Linear(width, level) for level in config.levels)
        for embedding in (*self.codes, self.day, self.source, self.level):
            nn.init.normal_(embedding.weight, std=0.1)
        centres = (torch.arange(config.bins) + 0.5) * (2 * config.limit / config.bins) - config.limit
        self.register_buffer("centres", centres, persistent=False)
        # Bins begin as smooth functions of the value that they stand for, so that neighbours are alike and a
        # normal distribution of any mean and width is one step away (its log is linear in z and z squared).
        with torch.no_grad():
            self.day.weight[: config.bins].copy_(0.5 * _smooth_features(centres, config.day_width, config.limit))
            self.day_head.weight.copy_(_smooth_features(centres, config.head_width, config.limit))
            self.day_head.bias.zero_()
            self.day_hidden.weight.mul_(0.2)

    def forward(self, seen: Inputs, trust: float = 1.0) -> tuple[Tensor, Tensor]:
        """Hidden image tokens (B, IMAGES, width) for :meth:`image_logits` and day logits (B, WINDOW, bins).

        The logits are those of a normal about the mean head's shift, so that before it has learnt anything the model
        believes the climatology, plus ``trust`` times what the transformer makes of the tokens.
        """
        patches = self.patchify(self.day(seen.days).transpose(1, 2)).transpose(1, 2)
        for term in self.patch_terms(seen):
            patches = patches + term
        out = self.blocks(torch.cat((self.fixed_tokens(seen), patches), dim=1))
        hidden = self.day_hidden(out[:, 2 + IMAGES :]).reshape(len(seen.days), WINDOW, self.config.head_width)
        logits = self.base_logits(seen) + trust * self.day_head(nn.functional.gelu(hidden))
        return out[:, 2 : 2 + IMAGES], logits

    def fixed_tokens(self, seen: Inputs) -> Tensor:
        """Tokens of place, climate and images, which hang on no day: (B, 2 + IMAGES, width)."""
        counts = (seen.static[:, UNEXPLAINED_COLUMN] < MOST_UNEXPLAINED) & seen.keep_place
        place = torch.where(counts[:, None], self.place(seen.static[:, :3]), self.no_place)
        climate = self.climate(seen.static[:, 3:]) + self.source(seen.source)
        image = sum((table(seen.codes[..., k]) for k, table in enumerate(self.codes)), start=self.image_slot)
        epochs = (torch.arange(IMAGES, device=seen.start.device) - IMAGE_MARGIN) * EPOCH_DAYS
        image = image + self.when(season(seen.start[:, None] + epochs)) + self.level(seen.l1c.long())[:, None]
        return torch.cat((torch.stack((place, climate), dim=1), image), dim=1)

    def patch_terms(self, seen: Inputs) -> tuple[Tensor, Tensor, Tensor]:
        """What the days' tokens have added that hangs on no day: place in the window, season, the mean head's shift."""
        middles = torch.arange(0, WINDOW, self.config.patch, device=seen.start.device) + self.config.patch // 2
        season_of = self.when(season(seen.start[:, None] + middles))
        return self.patch_slot, season_of, self.moved(seen.shift.unflatten(1, (-1, self.config.patch)))

    def base_logits(self, seen: Inputs) -> Tensor:
        """Log densities (B, WINDOW, bins), up to a constant, of the normal about the mean head's shift."""
        sd = self.log_sd[seen.source].exp()[:, None, None]
        return (-0.5 * ((self.centres - seen.shift[..., None]) / sd) ** 2).clamp(min=-25.0)

    def image_logits(self, hidden: Tensor) -> list[Tensor]:
        """Hidden image tokens to the logits of each factor of their codes, d times (..., level)."""
        return [head(hidden) for head in self.code_heads]

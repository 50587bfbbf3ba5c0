"""Stage 3: masked correlation learning over one sequence of static, image and temperature tokens.

After the method described in the abstract of "Task-Agnostic Fusion of Time Series and Imagery for Earth
Observation" (arXiv 2510.23118), as one bidirectional transformer: whatever is masked, of either modality,
is predicted from whatever is visible. A sequence is a window of :data:`WINDOW` days on an absolute calendar
grid with the image epochs in and around it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..encoders import season
from .climatology import Climatology, unit_sphere

#: Days between image epochs; windows begin at epochs, counted from 2015-01-01 (ordinal 735599).
EPOCH_DAYS, EPOCH_ORIGIN = 16, 735599
#: Days of a window, and image epochs that it sees before its first and after its last day.
WINDOW, IMAGE_MARGIN = 128, 2
IMAGES = WINDOW // EPOCH_DAYS + 2 * IMAGE_MARGIN
#: An image token wants a clear view within this many days of its epoch: so in training, so in use.
OBSERVATION_DAYS = 24
#: Position (3), climatology (8 coefficients), unexplained share, elevation and whether it is known.
STATIC_FEATURES = 14
#: Share of the climatology's residual variance beyond which a place is far from all stations.
MOST_UNEXPLAINED = 0.25
#: Brings the climatology's coefficients to about unit size.
_CLIMATE_SCALE = np.array([15.0, 10.0, 10.0, 2.0, 2.0, 1.0, 0.5, 0.5])


@dataclass(frozen=True)
class CorrelationConfig:
    """Sizes of the model. ``patch`` days share one hidden token."""

    bins: int = 128
    levels: tuple[int, ...] = (8, 5, 5, 5)
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


def static_features(climatology: Climatology, lat: float, lon: float, elevation: float | None) -> NDArray[np.float32]:
    """What is known of a place without looking: (STATIC_FEATURES,)."""
    coefficients, unexplained = climatology.coefficients(lat, lon)
    known = elevation is not None and bool(np.isfinite(elevation))
    height = float(climatology.height(np.atleast_1d(lat), np.atleast_1d(lon), elevation)[0])
    return assemble_static(unit_sphere(lat, lon), coefficients[0], float(unexplained[0]), height, known)


def assemble_static(
    position: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    unexplained: float,
    height: float,
    known: bool,
) -> NDArray[np.float32]:
    """Unit vector (3,), climatology coefficients (8,), unexplained share, height in m and whether it is the
    place's own (not the coarse relief's) to one vector."""
    # Beyond this share the training places are too few: further out is no different from there.
    rest = [min(unexplained, MOST_UNEXPLAINED), height / 1000.0, float(known)]
    return np.concatenate((position, coefficients / _CLIMATE_SCALE, rest)).astype(np.float32)


def position_counts(static: Tensor) -> Tensor:
    """Whether positions (B,) lie among the stations, where alone the model may make something of them."""
    return static[:, 11] < MOST_UNEXPLAINED


def _smooth_features(centres: Tensor, count: int) -> Tensor:
    """Value, square and waves of ever shorter length, (bins,) to (bins, count)."""
    order = torch.arange(count - 2) // 2 + 1
    angle = centres[:, None] * (torch.pi / 6.4) * order
    waves = torch.where(torch.arange(count - 2) % 2 == 0, torch.cos(angle), torch.sin(angle)) / order
    return torch.cat((centres[:, None] / 2, centres[:, None] ** 2 / 8, waves), dim=1)


class CorrelationModel(nn.Module):
    """Tokens in, for every place of the sequence a distribution over its tokens out."""

    def __init__(self, config: CorrelationConfig) -> None:
        super().__init__()
        self.config = config
        width, patches = config.width, WINDOW // config.patch
        self.place = nn.Sequential(nn.Linear(3, width), nn.GELU(), nn.Linear(width, width))
        self.climate = nn.Sequential(nn.Linear(STATIC_FEATURES - 3, width), nn.GELU(), nn.Linear(width, width))
        self.no_place = nn.Parameter(torch.zeros(width))
        # One more entry than levels: the masked or absent code.
        self.codes = nn.ModuleList(nn.Embedding(level + 1, width) for level in config.levels)
        self.image_slot = nn.Parameter(torch.randn(IMAGES, width) * 0.02)
        self.day = nn.Embedding(config.bins + 1, config.day_width)
        self.patchify = nn.Conv1d(config.day_width, width, 2 * config.patch, config.patch, config.patch // 2)
        self.patch_slot = nn.Parameter(torch.randn(patches, width) * 0.02)
        self.when = nn.Linear(2, width)
        layer = nn.TransformerEncoderLayer(
            width, config.heads, 4 * width, config.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, config.layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.day_hidden = nn.Linear(width, config.patch * config.head_width)
        self.day_head = nn.Linear(config.head_width, config.bins)
        self.code_heads = nn.ModuleList(nn.Linear(width, level) for level in config.levels)
        for embedding in (*self.codes, self.day):
            nn.init.normal_(embedding.weight, std=0.1)
        # Bins begin as smooth functions of the value that they stand for, so that neighbours are alike and a
        # normal distribution of any mean and width is one step away (its log is linear in z and z squared);
        # before it has learnt anything the model believes the climatology, a standard normal.
        with torch.no_grad():
            centres = (torch.arange(config.bins) + 0.5) * (12.8 / config.bins) - 6.4
            self.day.weight[: config.bins].copy_(0.5 * _smooth_features(centres, config.day_width))
            self.day_head.weight.copy_(_smooth_features(centres, config.head_width))
            self.day_head.bias.copy_((-0.5 * centres**2).clamp(min=-9.0))
            self.day_hidden.weight.mul_(0.2)

    def forward(
        self, static: Tensor, codes: Tensor, days: Tensor, start: Tensor, keep_place: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Run the transformer.

        Args:
            static: (B, STATIC_FEATURES) of :func:`static_features`.
            codes: (B, IMAGES, d) image codes, the number of levels where masked or absent.
            days: (B, WINDOW) temperature ids, ``bins`` where masked or absent.
            start: (B,) ordinal of each window's first day.
            keep_place: (B,) False where the position is hidden; it always is far from all stations.

        Returns:
            hidden image tokens (B, IMAGES, width) for :meth:`image_logits` and day logits (B, WINDOW, bins).
        """
        place = self.place(static[:, :3])
        counts = position_counts(static) if keep_place is None else position_counts(static) & keep_place
        place = torch.where(counts[:, None], place, self.no_place)
        statics = torch.stack((place, self.climate(static[:, 3:])), dim=1)
        image = sum((table(codes[..., level]) for level, table in enumerate(self.codes)), start=self.image_slot)
        epochs = (torch.arange(IMAGES, device=start.device) - IMAGE_MARGIN) * EPOCH_DAYS
        image = image + self.when(season(start[:, None] + epochs))
        patches = self.patchify(self.day(days).transpose(1, 2)).transpose(1, 2)
        middles = torch.arange(0, WINDOW, self.config.patch, device=start.device) + self.config.patch // 2
        patches = patches + self.patch_slot + self.when(season(start[:, None] + middles))
        out = self.blocks(torch.cat((statics, image, patches), dim=1))
        hidden = self.day_hidden(out[:, 2 + IMAGES :]).reshape(len(days), WINDOW, self.config.head_width)
        return out[:, 2 : 2 + IMAGES], self.day_head(torch.nn.functional.gelu(hidden))

    def image_logits(self, hidden: Tensor) -> list[Tensor]:
        """Hidden image tokens to the logits of each factor of their codes, d times (B, IMAGES, level)."""
        return [head(hidden) for head in self.code_heads]

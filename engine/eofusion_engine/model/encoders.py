"""Stage 1: one dense convolutional encoder per sensor, trained alone and then frozen.

After the method described in the abstract of "Context-Aware Multimodal Representation Learning
for Spatio-Temporally Explicit Environmental Modelling" (arXiv 2511.11706): the architecture here
is our own. A pixel sees its 15 x 15 neighbourhood (depthwise 7, 5 and 5) of one date.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

#: Pixels that the encoder looks around itself: the smallest halo of a tile.
RECEPTIVE_RADIUS = 7
KERNELS = (7, 5, 5)


@dataclass(frozen=True)
class SensorConfig:
    """What an encoder must know of its sensor. ``conditions`` counts the numbers that describe a whole
    acquisition (season, orbit, processing level); ``mean`` and ``std`` normalise the bands, never an image."""

    sensor: str
    bands: tuple[str, ...]
    conditions: int
    width: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the weights file's header."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SensorConfig:
        """The configuration of a weights file's header."""
        fields: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
        return cls(**fields)


class _Block(nn.Module):
    """Depthwise convolution and a pointwise network, on (N, H, W, C); all norms are per pixel, so that no
    pixel depends on its batch or its tile."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 2 * width)
        self.project = nn.Linear(2 * width, width)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        # Unseen pixels are zero before every convolution, exactly as the padding is: a lone pixel,
        # a pixel at a tile's edge and one among clouds are the same input.
        x = x * seen
        y = self.depthwise(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return x + self.project(F.gelu(self.expand(self.norm(y))))


class SensorEncoder(nn.Module):
    """Bands of single dates to features: (N, B, H, W) to (N, H, W, width)."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: SensorConfig) -> None:
        super().__init__()
        self.config = config
        bands, width = len(config.bands), config.width
        self.register_buffer("mean", torch.tensor(config.mean, dtype=torch.float32))
        self.register_buffer("std", torch.tensor(config.std, dtype=torch.float32))
        self.stem = nn.Linear(2 * bands, width)
        self.condition = nn.Linear(config.conditions, width)
        self.blocks = nn.ModuleList(_Block(width, kernel) for kernel in KERNELS)
        self.norm = nn.LayerNorm(width)

    def normalise(self, values: Tensor) -> Tensor:
        """Bands (N, B, H, W) in physical units to zero mean and unit variance; NaN stays NaN."""
        return (values - self.mean[:, None, None]) / self.std[:, None, None]

    def forward(self, values: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """Features and where there are any.

        Args:
            values: (N, B, H, W) in physical units (reflectance, dB), NaN where missing.
            conditions: (N, conditions), what holds for the whole acquisition.

        Returns:
            features (N, H, W, width), zero where no band was seen; and ``seen`` (N, H, W) bool.
        """
        known = torch.isfinite(values)
        clean = torch.nan_to_num(self.normalise(values), 0.0, 0.0, 0.0)
        planes = torch.cat((clean.clamp(-8, 8), known.to(values.dtype)), dim=1).permute(0, 2, 3, 1)
        seen = known.any(dim=1)
        gate = seen[..., None].to(values.dtype)
        x = self.stem(planes) + self.condition(conditions)[:, None, None, :]
        for block in self.blocks:
            x = block(x, gate)
        return self.norm(x) * gate, seen


class BandDecoder(nn.Module):
    """The stage-1 pretext head: features back to normalised bands, (N, H, W, width) to (N, B, H, W)."""

    def __init__(self, config: SensorConfig) -> None:
        super().__init__()
        self.hidden = nn.Linear(config.width, 2 * config.width)
        self.bands = nn.Linear(2 * config.width, len(config.bands))

    def forward(self, features: Tensor) -> Tensor:
        """Normalised bands of every pixel."""
        return self.bands(F.gelu(self.hidden(features))).permute(0, 3, 1, 2)


def season(ordinals: Tensor) -> Tensor:
    """Sine and cosine of the day of year: (...,) proleptic ordinals to (..., 2). Never the absolute year."""
    # 719163 is 1970-01-01; the phase of the tropical year drifts by under a day over the missions' life.
    angle = (ordinals.to(torch.float64) - 719163.0) * (2 * torch.pi / 365.2425)
    return torch.stack((torch.sin(angle), torch.cos(angle)), dim=-1).to(torch.float32)


def s2_conditions(ordinals: Tensor, level_l1c: Tensor | bool = False) -> Tensor:
    """Conditions of Sentinel-2 acquisitions (N, 3): season, and 1 for top-of-atmosphere L1C."""
    level = torch.as_tensor(level_l1c, device=ordinals.device).expand(ordinals.shape).to(torch.float32)
    return torch.cat((season(ordinals), level[..., None]), dim=-1)


def s1_conditions(ordinals: Tensor, ascending: Tensor) -> Tensor:
    """Conditions of Sentinel-1 acquisitions (N, 3): season, and 1 for ascending or -1 for descending."""
    orbit = ascending.to(torch.float32) * 2 - 1
    return torch.cat((season(ordinals), orbit[..., None]), dim=-1)


def lst_conditions(ordinals: Tensor) -> Tensor:
    """Conditions of land surface temperature (N, 2): season."""
    return season(ordinals)

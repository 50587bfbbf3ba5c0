"""Image tokens: finite scalar quantisation (FSQ, arXiv 2309.15505) of a cell's dated embedding."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

LEVELS = (8, 5, 5, 5)
#: Code of a date that was not seen, in every level.
ABSENT = 255


class FiniteScalarQuantizer(nn.Module):
    """Rounds each of d bounded numbers to one of its levels. Always in float32 or wider: in bf16 a code can
    come out equal to its number of levels."""

    reach: Tensor
    offset: Tensor
    shift: Tensor

    def __init__(self, levels: tuple[int, ...]) -> None:
        super().__init__()
        self.levels = levels
        reach = torch.tensor([(level - 1) * (1 - 1e-3) / 2 for level in levels], dtype=torch.float64)
        offset = torch.tensor([0.0 if level % 2 else 0.5 for level in levels], dtype=torch.float64)
        for name, value in (("reach", reach), ("offset", offset), ("shift", torch.tan(offset / reach))):
            self.register_buffer(name, value.to(torch.float32), persistent=False)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """(..., d) to the quantised numbers in -1..1 (gradients pass straight through) and codes (..., d) int64."""
        z = z if z.dtype == torch.float64 else z.to(torch.float32)
        bounded = torch.tanh(z + self.shift) * self.reach - self.offset
        rounded = bounded + (torch.round(bounded) - bounded).detach()
        centre = torch.tensor([level // 2 for level in self.levels], device=z.device)
        codes = torch.round(bounded.detach()).to(torch.int64) + centre
        for place, level in enumerate(self.levels):
            low, high = torch.aminmax(codes[..., place]) if codes.numel() else (torch.tensor(0), torch.tensor(0))
            if int(low) < 0 or int(high) >= level:
                raise ValueError(f"FSQ code out of range 0..{level - 1}: the embeddings are not finite.")
        return rounded / centre, codes

    def values(self, codes: Tensor) -> Tensor:
        """Codes (..., d) back to the quantised numbers in -1..1."""
        centre = torch.tensor([level // 2 for level in self.levels], device=codes.device)
        return (codes - centre).to(torch.float32) / centre


class ImageTokenizer(nn.Module):
    """A small autoencoder of 64-d unit-norm embeddings with an FSQ bottleneck."""

    def __init__(self, levels: tuple[int, ...] = LEVELS, embedding: int = 64, hidden: int = 64) -> None:
        super().__init__()
        self.levels = tuple(levels)
        self.embedding = embedding
        self.quantizer = FiniteScalarQuantizer(self.levels)
        self.encoder = nn.Sequential(nn.Linear(embedding, hidden), nn.GELU(), nn.Linear(hidden, len(levels)))
        self.decoder = nn.Sequential(nn.Linear(len(levels), hidden), nn.GELU(), nn.Linear(hidden, embedding))

    @property
    def ids(self) -> int:
        """How many different tokens there are."""
        return math.prod(self.levels)

    def forward(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """(..., 64) to its reconstruction of unit norm (..., 64) and codes (..., d)."""
        # Unit-norm components are about 1/8: brought to unit size for the network.
        quantised, codes = self.quantizer(self.encoder(embedding * self.embedding**0.5))
        return F.normalize(self.decoder(quantised), dim=-1), codes

    def reconstruct(self, codes: Tensor) -> Tensor:
        """Codes (..., d) to embeddings of unit norm (..., 64)."""
        return F.normalize(self.decoder(self.quantizer.values(codes)), dim=-1)

    @torch.inference_mode()
    def tokenize(self, embeddings: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Embeddings (G, Q, 64) and whether they are observations (G, Q) to codes (G, Q, d).

        Runs in float64, so that a code does not hang on the last bit that the batch's size decides.
        Dates that are not valid get :data:`ABSENT` in every level.
        """
        known = np.asarray(valid, dtype=bool) & np.isfinite(embeddings).all(axis=-1)
        codes = np.full((*known.shape, len(self.levels)), ABSENT, dtype=np.uint8)
        if known.any():
            device = next(self.encoder.parameters()).device
            z = torch.as_tensor(np.asarray(embeddings)[known], dtype=torch.float64, device=device)
            z = z * self.embedding**0.5
            for layer in self.encoder:
                if isinstance(layer, nn.Linear):
                    z = F.linear(z, layer.weight.double(), layer.bias.double())
                else:
                    z = layer(z)
            codes[known] = self.quantizer(z)[1].to(torch.uint8).cpu().numpy()
        return codes

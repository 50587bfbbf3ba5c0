"""Learned tokens of a temperature series: residual finite scalar quantisation (FSQ) in two stages.

The series' departures from the climatology, in spreads, are cut into patches of eight days. Stage A's
convolutional encoder maps them to a few numbers a patch, each is rounded to one of L levels (FSQ, Mentzer et al.
2023, arXiv 2309.15505), and its decoder maps them back; stage B does the same with what stage A left over, and
its decoder sees stage A's numbers too. Encoders and decoders start as the Karhunen-Loeve transform of a patch,
the best linear one, and learn what neighbouring patches add. The levels are rounded along a trellis
(:mod:`.trellis`), and their values are learned.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .trellis import best_path, grids_of

#: The logarithm of a common spread (log K): brings the spread's logarithm near zero.
LOG_SPREAD_CENTRE = 1.3


@dataclass(frozen=True)
class FsqConfig:
    """Days of a patch, levels of the numbers of both stages, and the size of the networks."""

    patch: int = 8
    levels_a: tuple[int, ...] = (30, 15, 11, 9)
    levels_b: tuple[int, ...] = (6, 5, 4, 3)
    width: int = 64
    depth: int = 2

    @property
    def sizes(self) -> tuple[int, int]:
        """Ids of each stage."""
        return math.prod(self.levels_a), math.prod(self.levels_b)

    @property
    def bits_per_day(self) -> float:
        """Of a fixed code: the logarithm of the codebook over the days it covers."""
        return sum(math.log2(size) for size in self.sizes) / self.patch

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a weights file's header."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FsqConfig:
        """What :meth:`to_dict` wrote."""
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**plain)


def gaussian_levels(count: int) -> Tensor:
    """Values (2 count,) of both grids of a number of ``count`` levels, for a standard normal.

    Panter and Dite (1951): the best density of points is the source's to the power of 1/3, a normal of
    standard deviation sqrt(3).
    """
    share = (torch.arange(2 * count, dtype=torch.float64) + 0.5) / (2 * count)
    return (math.sqrt(3) * torch.special.ndtri(share)).float()


class TrellisQuantizer(nn.Module):
    """Rounds numbers (B, C, T) along the trellis: patch by patch, number by number."""

    def __init__(self, levels: tuple[int, ...]) -> None:
        super().__init__()
        if min(levels) < 2:
            raise ValueError("Every number needs two levels at least.")
        self.levels = levels
        self.values = nn.ParameterList([nn.Parameter(gaussian_levels(count)) for count in levels])

    def forward(self, x: Tensor, weight: Tensor) -> tuple[Tensor, NDArray[np.int64]]:
        """Rounded numbers (gradients pass inside the range) and codes (B, T, C), in float32 whatever comes in.

        Args:
            x: (B, C, T), finite. weight: (C,) how much a squared error of each number costs.
        """
        x = x.float()
        if not bool(torch.isfinite(x).all()):
            raise ValueError("Numbers to be rounded are not finite.")
        with torch.no_grad():
            points = self._nearest(x.detach(), weight.detach())
        codes, grids = points
        rounded = self._lookup(codes, grids)
        low = torch.stack([value[0] for value in self.values]).detach()[None, :, None]
        high = torch.stack([value[-1] for value in self.values]).detach()[None, :, None]
        inside = torch.minimum(torch.maximum(x, low), high)
        return rounded + (inside - inside.detach()), codes

    def dequantize(self, codes: NDArray[np.int64]) -> Tensor:
        """Numbers (B, C, T) of codes (B, T, C).

        Raises:
            ValueError: a code is outside its number's levels.
        """
        if codes.shape[-1] != len(self.levels) or (codes < 0).any() or (codes >= np.array(self.levels)).any():
            raise ValueError("A code is outside its levels.")
        return self._lookup(codes, grids_of(codes.reshape(len(codes), -1)).reshape(codes.shape))

    def _lookup(self, codes: NDArray[np.int64], grids: NDArray[np.int64]) -> Tensor:
        index = torch.from_numpy(2 * codes + grids)
        return torch.stack([value[index[..., c]] for c, value in enumerate(self.values)], dim=1)

    def _nearest(self, x: Tensor, weight: Tensor) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Codes and grids (B, T, C) of the best path."""
        batch, count, length = x.shape
        cost = np.empty((batch, length, count, 2, 2), dtype=np.float32)
        best = np.empty((batch, length, count, 2, 2), dtype=np.int64)
        for c, value in enumerate(self.values):
            number = x[:, c].contiguous()
            for grid in (0, 1):
                for parity in (0, 1):
                    allowed = torch.arange(parity, self.levels[c], 2)
                    points = value.detach()[2 * allowed + grid]
                    index = torch.bucketize(number, (points[1:] + points[:-1]) / 2)
                    cost[:, :, c, grid, parity] = (weight[c] * (number - points[index]) ** 2).numpy()
                    best[:, :, c, grid, parity] = allowed[index].numpy()
        steps = length * count
        grids, parities = best_path(cost.reshape(batch, steps, 2, 2))
        taken = (2 * grids + parities)[..., None]
        codes = np.take_along_axis(best.reshape(batch, steps, 4), taken, axis=-1)[..., 0]
        return codes.reshape(batch, length, count), grids.reshape(batch, length, count)


class _Residual(nn.Module):
    """Adds what a patch's neighbours say."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.SiLU(), nn.Conv1d(width, width, 3, padding=1), nn.SiLU(), nn.Conv1d(width, width, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)  # type: ignore[no-any-return]


def _network(inputs: int, outputs: int, width: int, depth: int) -> nn.Sequential:
    """A convolutional network over patches that starts as zero."""
    last = nn.Conv1d(width, outputs, 1)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)  # type: ignore[arg-type]
    blocks = [_Residual(width) for _ in range(depth)]
    return nn.Sequential(nn.Conv1d(inputs, width, 3, padding=1), *blocks, last)


class Stage(nn.Module):
    """Encoder, quantiser and decoder of one stage; a linear transform and a network each way."""

    def __init__(self, patch: int, levels: tuple[int, ...], width: int, depth: int, context: int = 0) -> None:
        super().__init__()
        count = len(levels)
        self.quantizer = TrellisQuantizer(levels)
        self.to_numbers = nn.Conv1d(patch, count, 1, bias=False)
        self.to_days = nn.Conv1d(count, patch, 1, bias=False)
        self.encoder = _network(patch + 1, count, width, depth)
        self.decoder = _network(count + context + 1, patch, width, depth)

    def start_linear(self, vectors: NDArray[np.float64], deviations: NDArray[np.float64]) -> None:
        """Begin as a transform: ``vectors`` (patch, C) orthonormal, ``deviations`` (C,) of the numbers."""
        with torch.no_grad():
            self.to_numbers.weight.copy_(torch.from_numpy((vectors / deviations).T[..., None]))
            self.to_days.weight.copy_(torch.from_numpy((vectors * deviations)[..., None]))

    def encode(self, patches: Tensor, spread: Tensor) -> tuple[Tensor, NDArray[np.int64], Tensor]:
        """Rounded numbers (B, C, T), codes (B, T, C) and how far rounding moved them (mean square)."""
        numbers = self.to_numbers(patches) + self.encoder(torch.cat((patches, spread), 1))
        rounded, codes = self.quantizer(numbers, (self.to_days.weight[..., 0] ** 2).sum(0))
        return rounded, codes, ((numbers - rounded.detach()) ** 2).mean()

    def decode(self, numbers: Tensor, spread: Tensor, context: Tensor | None = None) -> Tensor:
        """Patches (B, patch, T) of numbers, given the other stage's as context."""
        inputs = [numbers, spread] if context is None else [numbers, spread, context]
        return self.to_days(numbers) + self.decoder(torch.cat(inputs, 1))  # type: ignore[no-any-return]


@dataclass(frozen=True)
class RoundTrip:
    """Patches (B, patch, T) there and back: after stage A alone, after both; codes (B, T, C) of each stage."""

    coarse: Tensor
    fine: Tensor
    codes_a: NDArray[np.int64]
    codes_b: NDArray[np.int64]
    moved: Tensor


class ResidualFsq(nn.Module):
    """The networks of both stages, over patches (B, patch, T) of scores and log spreads (B, 1, T)."""

    def __init__(self, config: FsqConfig) -> None:
        super().__init__()
        self.config = config
        size = config.width, config.depth
        self.stage_a = Stage(config.patch, config.levels_a, *size)
        self.stage_b = Stage(config.patch, config.levels_b, *size, context=len(config.levels_a))

    def forward(self, patches: Tensor, spread: Tensor) -> RoundTrip:
        """There and back, in float32."""
        with torch.autocast(patches.device.type, enabled=False):
            patches, spread = patches.float(), spread.float()
            numbers_a, codes_a, moved_a = self.stage_a.encode(patches, spread)
            coarse = self.stage_a.decode(numbers_a, spread)
            numbers_b, codes_b, moved_b = self.stage_b.encode(patches - coarse, spread)
            fine = coarse + self.stage_b.decode(numbers_b, spread, numbers_a)
        return RoundTrip(coarse, fine, codes_a, codes_b, moved_a + moved_b)

    def decode(self, codes_a: NDArray[np.int64], codes_b: NDArray[np.int64], spread: Tensor) -> Tensor:
        """Patches of scores (B, patch, T) of the codes (B, T, C) of both stages."""
        numbers_a, numbers_b = self.stage_a.quantizer.dequantize(codes_a), self.stage_b.quantizer.dequantize(codes_b)
        with torch.autocast(spread.device.type, enabled=False):
            coarse = self.stage_a.decode(numbers_a, spread.float())
            return coarse + self.stage_b.decode(numbers_b, spread.float(), numbers_a)


def pack(codes: NDArray[np.int64], levels: tuple[int, ...]) -> NDArray[np.int64]:
    """Codes (..., C) to one id (...): mixed radix, the first number the most significant."""
    ids = np.zeros(codes.shape[:-1], dtype=np.int64)
    for c, count in enumerate(levels):
        ids = ids * count + codes[..., c]
    return ids


def unpack(ids: NDArray[np.int64], levels: tuple[int, ...]) -> NDArray[np.int64]:
    """Ids (...) to codes (..., C)."""
    codes = np.empty((*ids.shape, len(levels)), dtype=np.int64)
    for c in range(len(levels) - 1, -1, -1):
        ids, codes[..., c] = np.divmod(ids, levels[c])
    return codes

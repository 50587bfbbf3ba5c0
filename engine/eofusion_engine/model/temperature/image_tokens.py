"""Image tokens: finite scalar quantisation (FSQ, arXiv 2309.15505) of what a cell showed about one epoch.

A cell of 160 m has a token a sensor: the mean of its clear reflectance, of its backscatter, and, where a thermal
sensor is there, of its surface temperature above the air's climatology. It hangs on no encoder, so that the
temperature weights stay what they are when the encoders are trained anew, and each token can be looked at:
:meth:`ImageTokenizer.decode` gives reflectance and backscatter back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from ...bands import S1_BANDS, S2_BANDS

#: Code of a date that was not seen, in every level.
ABSENT = 255


@dataclass(frozen=True)
class SensorTokens:
    """One sensor's tokens: its bands' place among a cell's values, and the levels of its code."""

    name: str
    bands: slice
    levels: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many bands."""
        return int(self.bands.stop - self.bands.start)


#: A cell's values: Sentinel-2 surface (or top-of-atmosphere) reflectance, Sentinel-1 backscatter in dB, and land
#: surface temperature minus the climatology's air temperature of the day in K.
CELL_BANDS = len(S2_BANDS) + len(S1_BANDS) + 1
S2_TOKENS = SensorTokens("S2", slice(0, len(S2_BANDS)), (8, 8, 6, 5))
S1_TOKENS = SensorTokens("S1", slice(len(S2_BANDS), CELL_BANDS - 1), (8, 6))
LST_TOKENS = SensorTokens("LST", slice(CELL_BANDS - 1, CELL_BANDS), (16,))
SENSORS = (S2_TOKENS, S1_TOKENS, LST_TOKENS)
#: All levels of a cell's codes, sensor after sensor.
LEVELS = tuple(level for sensor in SENSORS for level in sensor.levels)


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
                raise ValueError(f"FSQ code out of range 0..{level - 1}: the values are not finite.")
        return rounded / centre, codes

    def values(self, codes: Tensor) -> Tensor:
        """Codes (..., d) back to the quantised numbers in -1..1."""
        centre = torch.tensor([level // 2 for level in self.levels], device=codes.device)
        return (codes - centre).to(torch.float32) / centre


def stretch(values: Tensor) -> Tensor:
    """Reflectance to its square root, which spreads the dark values that vegetation indices hang on."""
    return torch.sqrt(values.clamp(0.0, 2.0) + 0.01)


class SensorTokenizer(nn.Module):
    """A small autoencoder of one sensor's bands with their validity, with an FSQ bottleneck."""

    mean: Tensor
    std: Tensor

    def __init__(self, sensor: SensorTokens, hidden: int = 48) -> None:
        super().__init__()
        self.sensor = sensor
        self.quantizer = FiniteScalarQuantizer(sensor.levels)
        # One more input: 1 for top-of-atmosphere reflectance (L1C), which the decoder gives back as it was.
        self.encoder = nn.Sequential(
            nn.Linear(2 * sensor.size + 1, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(),
            nn.Linear(hidden, len(sensor.levels)),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Linear(len(sensor.levels) + 1, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(),
            nn.Linear(hidden, sensor.size),
        )  # fmt: skip
        self.register_buffer("mean", torch.zeros(sensor.size))
        self.register_buffer("std", torch.ones(sensor.size))

    def normalise(self, values: Tensor) -> Tensor:
        """Bands (..., B) in physical units to about unit size; NaN stays."""
        spread = stretch(values) if self.sensor is S2_TOKENS else values
        return (spread - self.mean.to(values.dtype)) / self.std.to(values.dtype)

    def physical(self, normal: Tensor) -> Tensor:
        """The inverse of :meth:`normalise`."""
        values = normal * self.std + self.mean
        return values.clamp(min=0.1) ** 2 - 0.01 if self.sensor is S2_TOKENS else values

    def encode(self, values: Tensor, l1c: Tensor) -> tuple[Tensor, Tensor]:
        """Bands (N, B), NaN where missing, and the level flag (N,): quantised numbers and codes (N, d).

        In the precision of ``values``.
        """
        known = torch.isfinite(values)
        clean = torch.where(known, self.normalise(values), 0.0).clamp(-6, 6)
        x = torch.cat((clean, known.to(values.dtype), l1c[:, None].to(values.dtype)), dim=1)
        for layer in self.encoder:
            if isinstance(layer, nn.Linear):
                x = F.linear(x, layer.weight.to(x.dtype), layer.bias.to(x.dtype))
            else:
                x = layer(x)
        return self.quantizer(x)

    def decode(self, quantised: Tensor, l1c: Tensor) -> Tensor:
        """Quantised numbers (N, d) to normalised bands (N, B)."""
        return self.decoder(torch.cat((quantised, l1c[:, None].to(quantised.dtype)), dim=1))

    def loss(self, values: Tensor, l1c: Tensor, shown: Tensor) -> Tensor:
        """Mean Huber loss of the known bands, from those ``shown`` (N, B)."""
        quantised, _ = self.encode(torch.where(shown, values, torch.nan), l1c)
        known = torch.isfinite(values)
        truth = torch.where(known, self.normalise(values), 0.0).clamp(-6, 6)
        error = F.smooth_l1_loss(self.decode(quantised, l1c), truth, reduction="none", beta=0.5)
        return (error * known).sum() / known.sum().clamp(min=1)


class ImageTokenizer(nn.Module):
    """All sensors' tokenizers, on cells of :data:`CELL_BANDS` values."""

    def __init__(self, hidden: int = 48) -> None:
        super().__init__()
        self.sensors = nn.ModuleList(SensorTokenizer(sensor, hidden) for sensor in SENSORS)
        self.levels = LEVELS

    @property
    def ids(self) -> tuple[int, ...]:
        """How many different tokens each sensor has."""
        return tuple(math.prod(sensor.levels) for sensor in SENSORS)

    @torch.inference_mode()
    def tokenize(self, cells: NDArray[np.float32], l1c: ArrayLike = False) -> NDArray[np.uint8]:
        """Cells (..., CELL_BANDS), NaN where missing, to codes (..., d).

        ``l1c`` broadcasts against the cells' leading shape. A sensor of which no band is known gets
        :data:`ABSENT` in all of its levels. Runs in float64, so that a code does not hang on the last bit that the
        batch's size decides.
        """
        flat = np.asarray(cells, dtype=np.float64).reshape(-1, CELL_BANDS)
        flags = np.broadcast_to(np.asarray(l1c, dtype=np.float64), np.shape(cells)[:-1]).reshape(-1)
        codes = np.full((len(flat), len(LEVELS)), ABSENT, dtype=np.uint8)
        for part, columns in self._parts():
            known = np.isfinite(flat[:, part.sensor.bands]).any(axis=1)
            if known.any():
                device = part.mean.device
                values = torch.as_tensor(flat[known][:, part.sensor.bands], device=device)
                _, found = part.encode(values, torch.as_tensor(flags[known], device=device))
                codes[known, columns] = found.to(torch.uint8).cpu().numpy()
        return codes.reshape(*np.shape(cells)[:-1], len(LEVELS))

    @torch.inference_mode()
    def decode(self, codes: NDArray[np.uint8], l1c: ArrayLike = False) -> NDArray[np.float32]:
        """Codes (..., d) to cells (..., CELL_BANDS), NaN where a sensor is absent."""
        flat = np.asarray(codes).reshape(-1, len(LEVELS))
        flags = np.broadcast_to(np.asarray(l1c, dtype=np.float32), np.shape(codes)[:-1]).reshape(-1)
        cells = np.full((len(flat), CELL_BANDS), np.nan, dtype=np.float32)
        for part, columns in self._parts():
            known = flat[:, columns.start] != ABSENT
            if known.any():
                own = torch.as_tensor(flat[known][:, columns].astype(np.int64), device=part.mean.device)
                flag = torch.as_tensor(flags[known], device=part.mean.device)
                bands = part.physical(part.decode(part.quantizer.values(own), flag))
                cells[np.ix_(known, np.arange(part.sensor.bands.start, part.sensor.bands.stop))] = bands.cpu().numpy()
        return cells.reshape(*np.shape(codes)[:-1], CELL_BANDS)

    def _parts(self) -> list[tuple[SensorTokenizer, slice]]:
        """Each sensor's tokenizer and the columns of its codes."""
        return [
            (part, columns)
            for part, columns in zip(self.sensors, CODE_COLUMNS, strict=True)
            if isinstance(part, SensorTokenizer)
        ]


class CodeBook:
    """What every code of a trained :class:`ImageTokenizer` stands for, looked up instead of computed."""

    def __init__(self, tokenizer: ImageTokenizer, l1c: bool = False) -> None:
        self._tables: list[tuple[SensorTokens, slice, NDArray[np.int64], NDArray[np.float32]]] = []
        for sensor, columns in zip(SENSORS, CODE_COLUMNS, strict=True):
            every = np.indices(sensor.levels).reshape(len(sensor.levels), -1).T
            codes = np.full((len(every), len(LEVELS)), ABSENT, dtype=np.uint8)
            codes[:, columns] = every
            weights = np.cumprod((1, *sensor.levels[:0:-1]))[::-1].astype(np.int64)
            self._tables.append((sensor, columns, weights, tokenizer.decode(codes, l1c)[:, sensor.bands]))

    def decode(self, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Codes (N, d) to cells (N, CELL_BANDS), NaN where a sensor is absent."""
        cells = np.full((len(codes), CELL_BANDS), np.nan, dtype=np.float32)
        for sensor, columns, weights, table in self._tables:
            known = codes[:, columns.start] != ABSENT
            cells[known, sensor.bands] = table[codes[known, columns] @ weights]
        return cells


def _columns() -> tuple[slice, ...]:
    first, out = 0, []
    for sensor in SENSORS:
        out.append(slice(first, first + len(sensor.levels)))
        first += len(sensor.levels)
    return tuple(out)


#: Where each sensor's levels stand among a cell's codes.
CODE_COLUMNS = _columns()


def composite(
    values: NDArray[np.float32], days: NDArray[np.int64], epochs: NDArray[np.int64], reach: int, decibel: bool = False
) -> NDArray[np.float32]:
    """Means of the observations within ``reach`` days of each epoch, the nearer the heavier.

    Args:
        values: (T, B, ...) observations, NaN where missing. days, epochs: ordinals (T,), (E,).
        decibel: the values are dB: averaged in linear power.

    Returns:
        (E, B, ...), NaN where nothing was seen.
    """
    linear = 10.0 ** (values / 10.0) if decibel else values
    known = np.isfinite(linear)
    clean = np.where(known, linear, 0.0)
    weight = np.clip(1.0 - np.abs(epochs[:, None] - days[None]) / (reach + 1.0), 0.0, None)
    total = np.tensordot(weight, known.astype(np.float64), axes=(1, 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(total > 0, np.tensordot(weight, clean, axes=(1, 0)) / total, np.nan)
        return np.asarray(10.0 * np.log10(mean) if decibel else mean, dtype=np.float32)

"""The learned tokenizer of series, and the weights file of the learned tokenizers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ...errors import WeightsError
from ..weights import load_into, load_tensors
from .climatology import Normal
from .residual_fsq import LOG_SPREAD_CENTRE, FsqConfig, ResidualFsq, pack, unpack
from .tokens import QuantileTokenizer, checked_series

#: The weights file.
TOKENIZERS = "tokenizers"
#: Scores are clipped to this many spreads: nothing measured lies outside.
SCORE_LIMIT = 12.0
#: What is left, a day on, of the departure of the last known day: fills the ends of patches.
PERSISTENCE = 0.8


@dataclass(frozen=True)
class FsqTokenizer:
    """Two ids per patch of eight days, one of each stage: (..., ceil(D / patch), 2).

    The last patch may be cut short; its missing days, like gaps within a patch, are filled before encoding
    and are decoded to something plausible: the caller knows which days there were. A patch without any known
    day has the ids ``mask_ids`` and is decoded to NaN. Networks and trellis begin anew after such a patch, so that
    a series' ids depend on nothing beyond its gaps.
    """

    network: ResidualFsq

    @property
    def config(self) -> FsqConfig:
        """Patch length and levels."""
        return self.network.config

    @property
    def bits_per_day(self) -> float:
        """The logarithm (base 2) of both codebooks over the days of a patch."""
        return self.config.bits_per_day

    @property
    def mask_ids(self) -> tuple[int, int]:
        """The ids of a patch that is not known."""
        return self.config.sizes

    @property
    def levels(self) -> tuple[int, ...]:
        """Levels of the numbers of both stages."""
        return self.config.levels_a + self.config.levels_b

    def numbers(self, ids: ArrayLike) -> NDArray[np.int64]:
        """The numbers (N, 8) of the known patches."""
        tokens = np.asarray(ids, dtype=np.int64).reshape(-1, 2)
        known = tokens[tokens[:, 0] != self.mask_ids[0]]
        parts = unpack(known[:, 0], self.config.levels_a), unpack(known[:, 1], self.config.levels_b)
        return np.concatenate(parts, axis=1)

    def encode(self, series: ArrayLike, climatology: Normal, allow_missing: bool = False) -> NDArray[np.int32]:
        """Temperatures in degC (..., D) to ids (..., P, 2).

        Raises:
            ValueError: a value is infinite, or is NaN and ``allow_missing`` is not set.
        """
        values, missing = checked_series(series, allow_missing)
        mean, spread = (np.broadcast_to(part, values.shape) for part in (climatology.mean, climatology.spread))
        score = np.where(missing, np.nan, np.clip((values - mean) / spread, -SCORE_LIMIT, SCORE_LIMIT))
        shape = values.shape[:-1]
        rows = [
            self._encode_one(row, own)
            for row, own in zip(score.reshape(-1, values.shape[-1]), spread.reshape(-1, values.shape[-1]), strict=True)
        ]
        length = -(-values.shape[-1] // self.config.patch)
        ids = np.stack(rows) if rows else np.zeros((0, length, 2), np.int64)
        sizes = np.array(self.mask_ids)
        if (ids < 0).any() or (ids > sizes).any():
            raise AssertionError("A temperature id is outside its codebook.")
        return ids.reshape(*shape, length, 2).astype(np.int32)

    def decode(self, ids: ArrayLike, climatology: Normal) -> NDArray[np.float32]:
        """Ids (..., P, 2) to temperatures (..., D) in degC; D is the climatology's.

        Raises:
            ValueError: an id is outside 0..mask_ids, or the number of patches does not fit the climatology's days.
        """
        tokens = np.asarray(ids).astype(np.int64)
        days = climatology.mean.shape[-1]
        length = -(-days // self.config.patch)
        if tokens.shape[-2:] != (length, 2):
            raise ValueError(f"{days} days have {length} patches of two ids each.")
        masked = tokens == np.array(self.mask_ids)
        if (tokens < 0).any() or (tokens > np.array(self.mask_ids)).any() or (masked[..., 0] != masked[..., 1]).any():
            raise ValueError(f"Temperature ids must lie within 0..{self.mask_ids}, and be masked in pairs.")
        shape = (*tokens.shape[:-2], days)
        mean, spread = (np.broadcast_to(part, shape) for part in (climatology.mean, climatology.spread))
        score = np.full((int(np.prod(shape[:-1])), length * self.config.patch), np.nan)
        for row, (own, width) in enumerate(zip(tokens.reshape(-1, length, 2), spread.reshape(-1, days), strict=True)):
            log_spread = self._log_spread(width)
            for start, stop in _runs(~(own[:, 0] == self.mask_ids[0])):
                part = slice(start * self.config.patch, stop * self.config.patch)
                score[row, part] = self._decode_run(own[start:stop], log_spread[..., start:stop])
        return np.asarray(mean + score[:, :days].reshape(shape) * spread, dtype=np.float32)

    @classmethod
    def from_weights(cls, folder: Path | None = None) -> FsqTokenizer:
        """The published tokenizer. Raises WeightsError where the file is missing, damaged or of another version."""
        return load_tokenizers(folder)[1]

    def _log_spread(self, spread: NDArray[np.float64]) -> Tensor:
        """Log spread (1, 1, P) of the patches of one series' spreads (D,), the last one repeated to a full patch."""
        padded = np.pad(spread, (0, -len(spread) % self.config.patch), mode="edge")
        means = padded.reshape(-1, self.config.patch).mean(axis=1)
        return torch.from_numpy(np.log(means) - LOG_SPREAD_CENTRE).float()[None, None]

    def _encode_one(self, score: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.int64]:
        patch = self.config.patch
        padded = np.pad(score, (0, -len(score) % patch), constant_values=np.nan)
        known: NDArray[np.bool_] = np.any(np.isfinite(padded).reshape(-1, patch), axis=1)
        ids = np.tile(np.array(self.mask_ids, dtype=np.int64), (len(known), 1))
        log_spread = self._log_spread(spread)
        for start, stop in _runs(known):
            filled = fill(padded[start * patch : stop * patch]).astype(np.float32)
            patches = torch.from_numpy(filled.reshape(1, -1, patch)).transpose(1, 2)
            with torch.inference_mode():
                trip = self.network(patches, log_spread[..., start:stop])
            ids[start:stop, 0] = pack(trip.codes_a[0], self.config.levels_a)
            ids[start:stop, 1] = pack(trip.codes_b[0], self.config.levels_b)
        return ids

    def _decode_run(self, ids: NDArray[np.int64], log_spread: Tensor) -> NDArray[np.float32]:
        codes = (unpack(ids[None, :, 0], self.config.levels_a), unpack(ids[None, :, 1], self.config.levels_b))
        with torch.inference_mode():
            patches = self.network.decode(*codes, log_spread)
        return patches[0].T.reshape(-1).numpy()


def fill(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores (D,) with gaps filled linearly in time; at the ends the departure fades towards the climatology."""
    known = np.flatnonzero(np.isfinite(score))
    days = np.arange(len(score))
    filled = np.interp(days, known, score[known])
    beyond = np.maximum(known[0] - days, 0) + np.maximum(days - known[-1], 0)
    return np.asarray(filled * PERSISTENCE**beyond)


def _runs(known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end of each unbroken run."""
    change = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
    return list(zip(change[::2].tolist(), change[1::2].tolist(), strict=True))


def tokenizer_tensors(quantile: QuantileTokenizer, network: ResidualFsq) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and configuration of the weights file."""
    tensors = {f"fsq.{name}": tensor for name, tensor in network.state_dict().items()}
    tensors["quantile.edges"] = torch.from_numpy(quantile.edges)
    tensors["quantile.centres"] = torch.from_numpy(quantile.centres)
    return tensors, {"fsq": network.config.to_dict()}


def load_tokenizers(folder: Path | None = None) -> tuple[QuantileTokenizer, FsqTokenizer]:
    """The published quantile and FSQ tokenizers.

    Raises:
        WeightsError: the file is missing, damaged, or of another version of the model.
    """
    tensors, config = load_tensors(TOKENIZERS, folder)
    try:
        fsq = FsqConfig.from_dict(config["fsq"])
        quantile = QuantileTokenizer(tensors.pop("quantile.edges").numpy(), tensors.pop("quantile.centres").numpy())
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(
            f"The weights {TOKENIZERS} do not fit this version of the model ({error}).", "Update EO Fusion."
        ) from None
    network = ResidualFsq(fsq)
    load_into(network, {name.removeprefix("fsq."): tensor for name, tensor in tensors.items()}, TOKENIZERS)
    return quantile, FsqTokenizer(network.eval())

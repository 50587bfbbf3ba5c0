"""``tokenizers``: learns the quantile bins and the residual FSQ of daily temperature series.

On the places that may train; the calibration places say when, and which sizes, were good. The network starts as the
Karhunen-Loeve transform of a patch of scores weighted by their spread, so that it can only gain on it.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..evaluation.transform_coder import TransformCoder, save_coder
from ..model.temperature.climatology import Climatology
from ..model.temperature.fsq_tokens import TOKENIZERS, fill, tokenizer_tensors
from ..model.temperature.residual_fsq import LOG_SPREAD_CENTRE, FsqConfig, ResidualFsq
from ..model.temperature.tokens import QuantileTokenizer
from ..model.weights import save_tensors
from .loop import Loop, plot, read_profile, start_process
from .temperature_series import PlaceSeries, read_series

#: Days of a training window, and longest gap in it that is filled as in encoding.
WINDOW, LONGEST_GAP = 128, 3
#: Weight of stage A's own error, and of how far rounding moves the numbers, beside the whole's error.
COARSE_LOSS, MOVED_LOSS = 0.02, 0.01
#: Squared Kelvin that bring the loss near one.
ERROR_SCALE = 16.0
#: Windows are scaled by factors of this standard deviation (log) and half of them turned upside down: departures of
#: a place are much like those of another one, warmer or colder.
SCALE_SD = 0.1
QUANTILE_BINS = 128
CACHE = "tokenizers.npz"


@dataclass(frozen=True)
class Scores:
    """Unbroken stretches of one role's departures in spreads, joined: (N,), spreads (N,) in K, begins and ends (S,)."""

    score: NDArray[np.float32]
    spread: NDArray[np.float32]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training tokenizers``."""
    parser.add_argument("--data", type=Path, required=True, help="the folder of real data")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="where cache and checkpoints go")
    parser.add_argument("--out", type=Path, default=Path("resources/weights"), help="the weights folder")
    parser.add_argument("--bundle", type=Path, default=Path("resources/evaluation"), help="where baselines go")
    parser.add_argument("--profile", default="two-core", help="two-core, gpu or a TOML file")
    parser.add_argument("--steps", type=int, help="steps instead of the profile's")
    parser.add_argument("--seed", type=int, default=11)


def run(args: argparse.Namespace) -> None:
    """Read the series (or the cache), train, write tokenizers.safetensors."""
    args.work.mkdir(parents=True, exist_ok=True)
    cache = args.work / CACHE
    if not cache.is_file():
        prepare(args.data, cache)
    scores, places = load(cache)
    process = start_process("cpu")
    torch.manual_seed(args.seed)
    network = ResidualFsq(FsqConfig())
    start_as_transform(network, scores["train"])
    settings = read_profile(args.profile, "tokenizers", steps=args.steps)
    loop = Loop(TOKENIZERS, network, settings, process, args.work, args.seed)

    def step(rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        return losses(network, *draw(scores["train"], rng, settings.batch, network.config.patch))

    loop.run(step)
    if not process.first:
        return
    network.eval()
    with torch.inference_mode():
        left_out = round_trip_rmse(network, scores["calibration"])
    patches, weight = training_patches(scores["train"], network.config.patch)
    coder = TransformCoder.fit(patches, weight, network.config.bits_per_day * network.config.patch)
    save_coder(coder, places, args.bundle)
    quantile = QuantileTokenizer.fit(scores["train"].score, QUANTILE_BINS)
    tensors, config = tokenizer_tensors(quantile, network)
    config |= {"training_places": places, "seconds": round(loop.seconds), "steps": settings.steps,
               "calibration_rmse": round(left_out, 4)}  # fmt: skip
    print(f"calibration places: {left_out:.3f} degC at {network.config.bits_per_day:.2f} bit/day")
    path = save_tensors(TOKENIZERS, tensors, config, args.out)
    print(f"wrote {path}; metrics: {plot(loop.metrics, ('loss', 'rmse', 'coarse_rmse'))}")


def prepare(data: Path, cache: Path) -> None:
    """Fit the climatology on the training places and write the departures from it to ``cache``."""
    from .temperature_prepare import climatologies
    from .temperature_relief import known_heights

    series = read_series(data)
    climatology, _ = climatologies(series, known_heights(data))
    arrays: dict[str, Any] = {}
    for role in ("train", "calibration"):
        found = departures([item for item in series if item.role == role], climatology)
        arrays |= {f"{role}_{name}": getattr(found, name) for name in ("score", "spread", "begin", "end")}
    trained = [item for item in series if item.role in ("train", "calibration")]
    arrays["names"] = np.array([item.name for item in trained])
    arrays["positions"] = np.array([[item.lat, item.lon] for item in trained])
    np.savez_compressed(cache, **arrays)


def load(cache: Path) -> tuple[dict[str, Scores], list[list[Any]]]:
    """Scores by role, and the places [name, latitude, longitude] that they are of."""
    with np.load(cache, allow_pickle=False) as file:
        scores = {
            role: Scores(*(file[f"{role}_{name}"] for name in ("score", "spread", "begin", "end")))
            for role in ("train", "calibration")
        }
        places = [[str(n), float(a), float(b)] for n, (a, b) in zip(file["names"], file["positions"], strict=True)]
    return scores, places


def departures(series: list[PlaceSeries], climatology: Climatology) -> Scores:
    """Stretches of half a window or more without a long gap; short gaps are filled as the tokenizer fills them."""
    parts: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    for item in series:
        for stretch in np.split(np.arange(len(item.days)), np.flatnonzero(np.diff(item.days) > LONGEST_GAP + 1) + 1):
            if item.days[stretch[-1]] - item.days[stretch[0]] + 1 < WINDOW // 2:
                continue
            first = item.days[stretch[0]]
            days = np.arange(first, item.days[stretch[-1]] + 1)
            normal = climatology.normal(item.lat, item.lon, days)
            score = np.full(len(days), np.nan)
            at = item.days[stretch] - first
            score[at] = (item.tmean[stretch] - normal.mean[at]) / normal.spread[at]
            parts.append((fill(score).astype(np.float32), normal.spread.astype(np.float32)))
    end = np.cumsum([len(score) for score, _ in parts])
    begin = end - np.array([len(score) for score, _ in parts])
    return Scores(np.concatenate([s for s, _ in parts]), np.concatenate([w for _, w in parts]), begin, end)


def training_patches(scores: Scores, patch: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Patches (N, patch) of scores, and what a squared score costs in each (N,), in squared K."""
    rows = np.concatenate([np.arange(b, e - patch + 1, patch) for b, e in zip(scores.begin, scores.end, strict=True)])
    days = rows[:, None] + np.arange(patch)
    return scores.score[days].astype(np.float64), (scores.spread[days].astype(np.float64) ** 2).mean(axis=1)


def start_as_transform(network: ResidualFsq, scores: Scores) -> None:
    """Set the linear parts to the Karhunen-Loeve transform of the training patches."""
    patches, weight = training_patches(scores, network.config.patch)
    values, vectors = np.linalg.eigh((patches * weight[:, None]).T @ patches / weight.sum())
    vectors, deviations = vectors[:, ::-1].copy(), np.sqrt(values[::-1])
    split = len(network.config.levels_a)
    network.stage_a.start_linear(vectors[:, :split], deviations[:split])
    network.stage_b.start_linear(vectors[:, split:], deviations[split:])


def draw(scores: Scores, rng: np.random.Generator, batch: int, patch: int) -> tuple[Tensor, Tensor]:
    """Windows of scores and of spreads as patches (batch, patch, T), stretches in proportion to their length."""
    length = scores.end - scores.begin
    chosen = rng.choice(len(length), batch, p=length / length.sum())
    start = scores.begin[chosen] + np.floor(rng.random(batch) * np.maximum(length[chosen] - WINDOW + 1, 1)).astype(int)
    # A stretch shorter than the window is gone through to and fro.
    day = start[:, None] + np.arange(WINDOW) - scores.begin[chosen, None]
    period = np.maximum(2 * length[chosen] - 2, 1)[:, None]
    day = np.minimum(day % period, period - day % period) + scores.begin[chosen, None]
    factor = np.exp(rng.normal(0, SCALE_SD, (batch, 1))) * rng.choice((-1.0, 1.0), (batch, 1))
    score, spread = (scores.score[day] * factor).astype(np.float32), scores.spread[day]
    return as_patches(score, patch), as_patches(spread, patch)


def as_patches(series: NDArray[np.float32], patch: int) -> Tensor:
    """Series (B, D) to patches (B, patch, D / patch)."""
    return torch.from_numpy(series.reshape(len(series), -1, patch)).transpose(1, 2).contiguous()


def log_spread(spread: Tensor) -> Tensor:
    """The networks' view (B, 1, T) of patches of spreads."""
    return spread.mean(dim=1, keepdim=True).log() - LOG_SPREAD_CENTRE


def losses(network: ResidualFsq, score: Tensor, spread: Tensor) -> tuple[Tensor, dict[str, float]]:
    """The loss and what it is made of: mean squares in K."""
    trip = network(score, log_spread(spread))
    error = (((trip.fine - score) * spread) ** 2).mean()
    coarse = (((trip.coarse - score) * spread) ** 2).mean()
    loss = (error + COARSE_LOSS * coarse) / ERROR_SCALE + MOVED_LOSS * trip.moved
    return loss, {"loss": loss.item(), "rmse": math.sqrt(error.item()), "coarse_rmse": math.sqrt(coarse.item())}


def round_trip_rmse(network: ResidualFsq, scores: Scores) -> float:
    """RMSE in K over whole patches of all stretches."""
    patch, total, count = network.config.patch, 0.0, 0
    for begin, end in zip(scores.begin, scores.end, strict=True):
        part = slice(begin, begin + (end - begin) // patch * patch)
        score, spread = as_patches(scores.score[None, part], patch), as_patches(scores.spread[None, part], patch)
        trip = network(score, log_spread(spread))
        total += float((((trip.fine.detach() - score) * spread) ** 2).sum())
        count += score.numel()
    return math.sqrt(total / count)

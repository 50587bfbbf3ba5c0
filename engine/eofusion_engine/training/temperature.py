"""``temperature``: fits the climatology, then trains the image tokenizer and the correlation model.

With ``--cache FILE`` it trains from a prepared cache alone (numpy, torch, safetensors).
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..model.temperature.climatology import Climatology
from ..model.temperature.correlation import CorrelationConfig, CorrelationModel
from ..model.temperature.generate import TemperatureGenerator, fusion_digest
from ..model.temperature.image_tokens import LEVELS, ImageTokenizer
from ..model.temperature.tokens import UniformTokenizer
from ..model.weights import save_tensors
from .temperature_batches import Batch, WindowSampler
from .temperature_data import Embedder, Place, load_cache, prepare

BATCH = 192
LEARNING_RATE = 2e-3
#: Standard deviation, in bins, of the soft targets: a near miss is nearly right.
SOFT_BINS = 1.0
IMAGE_LOSS = 0.1
#: Times that the held-out loss is looked at, on so many windows of each kind; the best weights are kept.
CHECKS, CHECK_ROWS = 12, 512
#: Weight of the second kind beside the first: what is begun wrongly does not end well.
GO_ON_WEIGHT = 0.25
#: Decay of the running average of the weights, which is what is checked and kept.
AVERAGING = 0.995
#: Steps of the image tokenizer's training.
IMAGE_STEPS = 1500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training temperature``."""
    parser.add_argument("--data", type=Path, help="the folder of real data; not needed with --cache")
    parser.add_argument("--cache", type=Path, help="a cache that was prepared before")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="where the cache goes")
    parser.add_argument("--out", type=Path, default=Path("resources/weights"), help="the weights folder")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--minutes", type=float, default=12.0, help="time for the correlation model")
    parser.add_argument("--prepare-only", action="store_true", help="write the cache and stop")
    parser.add_argument("--seed", type=int, default=7)


def run(args: argparse.Namespace) -> None:
    """Prepare (unless a cache is given), train, calibrate, write temperature.safetensors."""
    cache = args.cache
    if cache is None:
        if args.data is None:
            raise SystemExit("Name the folder of real data with --data, or a prepared cache with --cache.")
        cache = prepare(args.data, args.work, embedder(args.out), fusion_digest(args.out))
        print(f"prepared {cache}")
    if args.prepare_only:
        return
    climatology, places, extra, embedded_by = load_cache(cache)
    train(climatology, places, extra, args.out, args.minutes, args.device, args.seed, embedded_by=embedded_by)


def embedder(weights: Path) -> Embedder:
    """The trained encoders and fusion of a weights folder as a function."""
    from ..model.pixels import embed_pixel_series
    from ..model.stack import FusionStack

    stack = FusionStack.from_weights(weights)

    def embed(
        bands: NDArray[np.float32], days: NDArray[np.int64], asked: NDArray[np.int64]
    ) -> tuple[np.ndarray, np.ndarray]:
        return embed_pixel_series(stack, bands, days, asked)

    return embed


def train(
    climatology: Climatology,
    places: list[Place],
    extra: NDArray[np.float32],
    out: Path,
    minutes: float,
    device: str,
    seed: int,
    image_steps: int = IMAGE_STEPS,
    embedded_by: str = "",
) -> Path:
    """Train on the training places, stop and calibrate on the calibration places, write the weights."""
    from ..evaluation.temperature import calibrate

    torch.manual_seed(seed)
    tokenizer = UniformTokenizer()
    training = [place for place in places if place.role == "train"]
    held = [place for place in places if place.role == "calibration"]
    images, cosine = train_image_tokenizer(training, extra, seed, image_steps)
    print(f"image tokenizer: {images.ids} tokens, cosine of the reconstruction {cosine:.3f}")
    model, losses = train_model(
        WindowSampler(training, climatology, tokenizer, images, seed),
        WindowSampler(held, climatology, tokenizer, images, seed + 1, swap=False),
        minutes,
        torch.device(device),
    )
    generator = TemperatureGenerator(climatology, tokenizer, images, model.cpu())
    factors = calibrate(generator, held)
    print(f"interval factors: without images {factors[0]:.3f}, with images {factors[1]:.3f}")
    tensors = {f"climatology.{name}": tensor for name, tensor in climatology.tensors().items()}
    tensors |= {f"image_tokens.{name}": tensor for name, tensor in images.state_dict().items()}
    tensors |= {f"correlation.{name}": tensor for name, tensor in model.state_dict().items()}
    config = {
        "tokenizer": {"bins": tokenizer.bins, "limit": tokenizer.limit},
        "image_tokens": {"levels": list(images.levels)},
        "correlation": model.config.as_dict(),
        "width_factors": {"without_images": factors[0], "with_images": factors[1]},
        "embedded_by": embedded_by,
        "training": {
            "places": len(training),
            "towers_with_imagery": sum(len(place.seen) > 0 for place in training),
            "stations_of_the_climatology": len(climatology.position),
            "image_cosine": cosine,
            "losses": losses,
            "seed": seed,
        },
    }
    return save_tensors("temperature", tensors, config, out)


def train_image_tokenizer(
    places: list[Place], extra: NDArray[np.float32], seed: int, steps: int = IMAGE_STEPS
) -> tuple[ImageTokenizer, float]:
    """Autoencoder with FSQ bottleneck on the towers' and the cubes' embeddings; and its mean cosine."""
    towers = [place.embeddings[place.seen] for place in places if len(place.seen)]
    rng = np.random.default_rng(seed)
    pools = [torch.as_tensor(np.concatenate(towers)), torch.as_tensor(extra)]
    pools = [F.normalize(pool.float(), dim=-1) for pool in pools if len(pool)]
    images = ImageTokenizer(LEVELS)
    optimiser = torch.optim.AdamW(images.parameters(), lr=3e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=steps)
    for _ in range(steps):
        batch = torch.cat([pool[torch.as_tensor(rng.integers(0, len(pool), 512))] for pool in pools])
        reconstruction, _ = images(batch)
        loss = 1 - (reconstruction * batch).sum(-1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    with torch.inference_mode():
        cosine = float(np.mean([float((images(pool)[0] * pool).sum(-1).mean()) for pool in pools]))
    return images.eval(), cosine


def train_model(
    training: WindowSampler, held: WindowSampler, minutes: float, device: torch.device
) -> tuple[CorrelationModel, list[float]]:
    """Train for ``minutes``; the weights with the least loss on held-out places win."""
    model = CorrelationModel(CorrelationConfig(bins=training.tokenizer.bins, levels=tuple(training.levels.tolist())))
    model.to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.1)
    # Half as generation begins, half as it goes on.
    checks = [held.draw(CHECK_ROWS, hide_all=first).to(device) for first in (True, False)]
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(AVERAGING))
    averaged = cast(CorrelationModel, average.module)
    began, budget = time.monotonic(), minutes * 60
    losses: list[float] = []
    best = copy.deepcopy(model.state_dict())
    step = 0
    while (spent := (time.monotonic() - began) / budget) < 1:
        if spent >= len(losses) / CHECKS:
            parts = _held_losses(averaged, checks)
            losses.append(parts[0] + GO_ON_WEIGHT * parts[1])
            print(f"step {step:6d}  held-out places: begin {parts[0]:.4f}, go on {parts[1]:.4f}", flush=True)
            if losses[-1] <= min(losses):
                best = copy.deepcopy(averaged.state_dict())
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / 200) * (0.02 + 0.98 * np.cos(np.pi / 2 * spent) ** 2)
        model.train()
        loss = loss_of(model, training.draw(BATCH).to(device))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        average.update_parameters(model)
    parts = _held_losses(averaged, checks)
    losses.append(parts[0] + GO_ON_WEIGHT * parts[1])
    print(f"step {step:6d}  held-out places: begin {parts[0]:.4f}, go on {parts[1]:.4f}", flush=True)
    model.load_state_dict(best if losses[-1] > min(losses) else averaged.state_dict())
    return model.eval(), losses


def _held_losses(model: CorrelationModel, checks: list[Batch]) -> list[float]:
    model.eval()
    with torch.no_grad():
        return [float(loss_of(model, batch, images=False)) for batch in checks]


def loss_of(model: CorrelationModel, batch: Batch, images: bool = True) -> Tensor:
    """Cross-entropy of the hidden days with ordinal soft targets, plus that of the hidden image codes."""
    hidden, logits = model(batch.static, batch.codes, batch.days, batch.start, batch.keep_place)
    asked = batch.target_days >= 0
    soft = soft_targets(batch.target_days[asked], logits.shape[-1])
    loss = (soft * -F.log_softmax(logits[asked], dim=-1)).sum(-1).mean()
    wanted = batch.target_codes[..., 0] >= 0
    if images and bool(wanted.any()):
        heads = model.image_logits(hidden[wanted])
        codes = batch.target_codes[wanted]
        loss = loss + IMAGE_LOSS * sum(
            (F.cross_entropy(head, codes[:, level]) for level, head in enumerate(heads)), start=loss.new_zeros(())
        )
    return loss


def soft_targets(ids: Tensor, bins: int) -> Tensor:
    """A narrow normal about each id over all bins: (N,) to (N, bins)."""
    distance = torch.arange(bins, device=ids.device)[None] - ids[:, None]
    return torch.softmax(-0.5 * (distance / SOFT_BINS) ** 2, dim=-1)

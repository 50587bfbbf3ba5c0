"""``temperature``: fits the climatology and the mean head, then trains image tokens and the correlation model.

With ``--cache FILE`` it trains from a prepared cache alone.
"""

from __future__ import annotations

import argparse
import copy
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from ..model.temperature.climatology import Climatology
from ..model.temperature.correlation import CorrelationConfig, CorrelationModel
from ..model.temperature.generate import TemperatureGenerator
from ..model.temperature.image_tokens import ABSENT, CODE_COLUMNS, LEVELS, ImageTokenizer
from ..model.temperature.tokens import UniformTokenizer
from ..model.weights import save_tensors
from .loop import Loop, read_profile, start_process
from .temperature_batches import Batch, WindowSampler
from .temperature_calibrate import choose_trust, interval_factors
from .temperature_data import Place, load_cache
from .temperature_folds import fit_mean_head, window_shifts
from .temperature_heads import IMAGE_STEPS, train_image_tokenizer
from .temperature_prepare import prepare

#: Standard deviation, in bins, of the soft targets: a near miss is nearly right.
SOFT_BINS = 1.0
#: Weights of the image codes' and the monthly means' losses beside that of the days.
IMAGE_LOSS, MONTH_LOSS = 0.15, 0.3
#: Kelvin beyond which a monthly mean's error counts linearly.
MONTH_HUBER_K = 2.0
CHECK_ROWS, CHECKS = 384, 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training temperature``."""
    parser.add_argument("--data", type=Path, help="the folder of real data; not needed with --cache")
    parser.add_argument("--cache", type=Path, help="a cache that was prepared before")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="where cache and checkpoints go")
    parser.add_argument("--out", type=Path, default=Path("resources/weights"), help="the weights folder")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--profile", default="two-core", help="two-core, gpu or a TOML file")
    parser.add_argument("--steps", type=int, help="steps of the correlation model instead of the profile's")
    parser.add_argument("--prepare-only", action="store_true", help="write the cache and stop")
    parser.add_argument("--seed", type=int, default=7)


def run(args: argparse.Namespace) -> None:
    """Prepare (unless a cache is given), train, calibrate, write temperature.safetensors."""
    cache = args.cache
    if cache is None:
        if args.data is None:
            raise SystemExit("Name the folder of real data with --data, or a prepared cache with --cache.")
        cache = prepare(args.data, args.work)
        print(f"prepared {cache}")
    if args.prepare_only:
        return
    climatology, places = load_cache(cache)
    train(climatology, places, args.out, args.work, args.profile, args.steps, args.device, args.seed)


def train(
    climatology: Climatology,
    places: list[Place],
    out: Path,
    work: Path,
    profile: str = "two-core",
    steps: int | None = None,
    device: str = "cpu",
    seed: int = 7,
    image_steps: int = IMAGE_STEPS,
) -> Path:
    """Train on the training places, stop and calibrate on the calibration places, write the weights.

    The mean head is fitted on both, and judged on each place by a fit without its cluster.
    """
    tokenizer = UniformTokenizer()
    training = [place for place in places if place.role == "train"]
    held = [place for place in places if place.role == "calibration"]
    images, errors = train_image_tokenizer(training, seed, image_steps)
    print(f"image tokens {images.ids}, mean absolute errors {errors}", flush=True)
    folded = fit_mean_head(climatology, [*training, *held], images)
    head = folded.head
    print(f"mean head: {sorted(head.place)} + {len(head.image.roots)} trees, kept {head.shrink}", flush=True)
    model, losses = train_model(
        WindowSampler(training, climatology, tokenizer, images, folded, window_shifts(folded, training, images)),
        WindowSampler(held, climatology, tokenizer, images, folded, window_shifts(folded, held, images), swap=False),
        work, profile, steps, device, seed,
    )  # fmt: skip
    generator = TemperatureGenerator(climatology, tokenizer, images, model, head)
    generator.trust = choose_trust(generator, folded, held)
    generator.factors = interval_factors(generator, folded, training, held)
    print(f"trust {generator.trust}, interval factors {generator.factors}", flush=True)
    tensors: dict[str, Tensor] = {}
    for name, part in (("climatology", climatology.tensors()), ("image_tokens", images.state_dict()),
                       ("mean_head", head.tensors()), ("correlation", model.state_dict())):  # fmt: skip
        tensors |= {f"{name}.{key}": tensor for key, tensor in part.items()}
    config = {
        "tokenizer": {"bins": tokenizer.bins, "limit": tokenizer.limit},
        "image_tokens": {"hidden": 48},
        "correlation": model.config.as_dict(),
        "trust": list(generator.trust),
        "interval_factors": generator.factors,
        "code_frequencies": code_frequencies(training, images),
        "training_places": [
            [place.name, round(place.lat, 4), round(place.lon, 4)]
            for place in places
            if place.role in ("train", "calibration") and place.source != "simulated"
        ],
        "training": {
            "places": len(training),
            "with_imagery": sum(place.has_cells for place in training),
            "stations_of_the_climatology": len(climatology.position),
            "image_errors": errors,
            "left_out_loss": losses,
            "seed": seed,
        },
    }
    return save_tensors("temperature", tensors, config, out)


def train_model(
    training: WindowSampler, held: WindowSampler, work: Path, profile: str, steps: int | None, device: str, seed: int
) -> tuple[CorrelationModel, float]:
    """Train the correlation model; of the checks on left-out places the best one's weights win.

    A run that was stopped goes on from its last checkpoint and gives the weights of one that was not.
    """
    settings = read_profile(profile, "temperature", steps=steps)
    process = start_process(device)
    torch.manual_seed(seed)
    model = CorrelationModel(CorrelationConfig(bins=training.tokenizer.bins, limit=training.tokenizer.limit))
    model.to(process.device)
    rng = np.random.default_rng([seed, 1])
    # Half as generation begins, half as it goes on.
    checks = [held.draw(rng, CHECK_ROWS, begin).to(process.device) for begin in (True, False)]
    best = work / "temperature-best.safetensors"

    loop = Loop("temperature", model, settings, process, work, seed)
    every = max(1, settings.steps // CHECKS)
    if not loop.checkpoint.is_file():
        best.unlink(missing_ok=True)

    def check(done: int) -> None:
        if not process.first:
            return
        averaged = copy.deepcopy(model)
        averaged.load_state_dict(loop.average)
        averaged.eval()
        with torch.no_grad():
            begin, going = (loss_of(averaged, batch)[1] for batch in checks)
        total = begin["days"] + 0.25 * going["days"] + MONTH_LOSS * begin["months"] + IMAGE_LOSS * going["images"]
        print(f"left out, step {done}: {total:.4f}, begin {begin}, going on {going}", flush=True)
        if total < _best_loss(best):
            save_file(averaged.state_dict(), best, {"loss": repr(float(total))})

    def step(rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        done = loop.schedule.last_epoch
        if done and done % every == 0:
            check(done)
        return loss_of(model, training.draw(rng, settings.batch).to(process.device))

    model.train()
    loop.run(step)
    check(settings.steps)
    model.to("cpu").load_state_dict(load_file(best))
    return model.eval(), _best_loss(best)


def code_frequencies(places: list[Place], images: ImageTokenizer) -> list[list[float]]:
    """How often each code of each level is, places weighing by the root of their tokens; none is 0."""
    counts = [np.ones(level) for level in LEVELS]
    for place in places:
        codes = images.tokenize(place.cells, place.l1c).reshape(-1, len(LEVELS))
        for k, level in enumerate(LEVELS):
            own = codes[codes[:, k] != ABSENT, k]
            if len(own):
                counts[k] = counts[k] + np.bincount(own, minlength=level) / len(own) ** 0.5
    return [[round(float(value), 6) for value in count / count.sum()] for count in counts]


def _best_loss(path: Path) -> float:
    if not path.is_file():
        return float("inf")
    with safe_open(path, "pt") as file:
        return float(file.metadata()["loss"])


def loss_of(model: CorrelationModel, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """Cross-entropy of the hidden days with ordinal soft targets, that of the hidden image codes averaged over the
    sensors, and the error of the monthly means of the expected days; and the three apart."""
    hidden, logits = model(batch.seen)
    zero = logits.new_zeros(())
    asked = batch.days >= 0
    log_p = F.log_softmax(logits, dim=-1)
    days = zero
    if bool(asked.any()):
        days = (soft_targets(batch.days[asked], logits.shape[-1]) * -log_p[asked]).sum(-1).mean()
    images = code_losses(model, hidden, batch.codes)
    image = torch.stack(list(images.values())).mean() if images else zero
    known = torch.isfinite(batch.month_target)
    months = zero
    if bool(known.any()):
        expected = torch.einsum("bmd,bd->bm", batch.month_weights, log_p.exp() @ model.centres)
        months = F.huber_loss(expected[known], batch.month_target[known], delta=MONTH_HUBER_K) / MONTH_HUBER_K
    total = days + IMAGE_LOSS * image + MONTH_LOSS * months
    return total, {"days": float(days.detach()), "images": float(image.detach()), "months": float(months.detach())}


def code_losses(model: CorrelationModel, hidden: Tensor, codes: Tensor) -> dict[int, Tensor]:
    """Cross-entropy in nats of a token of each sensor of which one is asked, summed over its factors."""
    out = {}
    for sensor, columns in enumerate(CODE_COLUMNS):
        wanted = codes[..., columns.start] >= 0
        if bool(wanted.any()):
            heads = list(model.code_heads)[columns]
            out[sensor] = sum(
                (F.cross_entropy(head(hidden[wanted]), codes[..., columns.start + k][wanted])
                 for k, head in enumerate(heads)), start=hidden.new_zeros(())
            )  # fmt: skip
    return out


def soft_targets(ids: Tensor, bins: int) -> Tensor:
    """A narrow normal about each id over all bins: (N,) to (N, bins)."""
    distance = torch.arange(bins, device=ids.device)[None] - ids[:, None]
    return torch.softmax(-0.5 * (distance / SOFT_BINS) ** 2, dim=-1)

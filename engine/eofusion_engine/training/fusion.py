"""Stage 2: train the fusion and its decoders over the frozen encoders.

Each sample is one pixel's series. Half of the asked dates have their own Sentinel-2 view hidden, a
quarter of the samples lose a whole sensor, and a random share of the dates is left out. The
decoders must give back what was hidden; nested prefixes of the embedding are trained together.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..model.encoders import SensorEncoder, s1_conditions, s2_conditions
from ..model.fusion import PREFIXES, FusionConfig, FusionModel, Observations
from ..model.stack import SENSORS, FusionStack, encoder_file
from ..model.weights import load_into, load_tensors, save_tensors, sha256
from .places import Place, load_places
from .prepare import CACHE

QUERIES = 4
PIXELS_A_PLACE = 32
MAX_PIXELS = 900
MAX_DATES = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training fusion``."""
    parser.add_argument("--work", type=Path, default=Path("build/training"))
    parser.add_argument("--out", type=Path, default=Path("resources/weights"))
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--places", type=int, default=8, help="places a step, each with 32 pixels")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)


@dataclass
class EncodedPlace:
    """Pixels of one place, encoded: features (P, T, C) with ``seen`` (P, T), and the targets they came from."""

    features: dict[str, list[Tensor]]
    seen: dict[str, list[Tensor]]
    values: dict[str, Tensor]
    days: dict[str, Tensor]


def run(args: argparse.Namespace) -> None:
    """Train and write the weights; ``eofusion evaluate`` scores them."""
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    encoders = {sensor: _frozen(sensor, args.out).to(args.device) for sensor in SENSORS}
    training = [p for p in load_places(args.work / CACHE) if not p.held_out and len(p.s2) >= 8]
    encoded = [_encode(encoders, place, rng, args.device) for place in training]
    chance = _chances(training)

    widths = {sensor: encoders[sensor].config.width for sensor in SENSORS}
    bands = {sensor: len(encoders[sensor].config.bands) for sensor in SENSORS}
    config = FusionConfig(widths=widths, bands=bands)
    stack = FusionStack(encoders, FusionModel(config)).to(args.device)
    parameters = list(stack.fusion.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=1.5e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1.5e-3, total_steps=args.steps, pct_start=0.08)
    started = time.monotonic()
    for step in range(args.steps):
        chosen = rng.choice(len(encoded), args.places, p=chance)
        batch = _batch([encoded[i] for i in chosen], rng, args.device)
        loss, parts = _loss(stack, batch, rng)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        if step % 100 == 0 or step + 1 == args.steps:
            text = "  ".join(f"{name} {value:.3f}" for name, value in parts.items())
            print(f"step {step:5d}  {text}  {time.monotonic() - started:.0f} s", flush=True)
    about = {
        "fusion": config.as_dict(),
        "prefixes": list(PREFIXES),
        "training": {"steps": args.steps, "places": len(training), "seed": args.seed},
        "encoders": {sensor: sha256(args.out / f"{encoder_file(sensor)}.safetensors") for sensor in SENSORS},
    }
    save_tensors("fusion", stack.fusion.state_dict(), about, args.out)


def _chances(places: list[Place]) -> np.ndarray:
    """How often each place is drawn: shares by kind; real pairs of the two sensors, which are few, five times."""
    shares = {"imagery": 0.6, "simulated": 0.25, "tower": 0.15}
    kinds = np.array([p.kind for p in places])
    weight = np.array([5.0 if len(p.s1) and p.kind == "imagery" else 1.0 for p in places])
    chance = np.zeros(len(places))
    for kind, share in shares.items():
        of_kind = kinds == kind
        if of_kind.any():
            chance[of_kind] = share * weight[of_kind] / weight[of_kind].sum()
    return chance / chance.sum()


def _frozen(sensor: str, folder: Path) -> SensorEncoder:
    from ..model.encoders import SensorConfig

    tensors, config = load_tensors(encoder_file(sensor), folder)
    encoder = SensorEncoder(SensorConfig.from_dict(config["encoder"]))
    load_into(encoder, tensors, encoder_file(sensor))
    return encoder.eval().requires_grad_(False)


@torch.inference_mode()
def _encode(encoders: dict[str, SensorEncoder], place: Place, rng: np.random.Generator, device: str) -> EncodedPlace:
    """Encode a place twice: as it is, and with bands missing at random, so that the fusion meets both."""
    pixels = place.s2.shape[2] * place.s2.shape[3]
    chosen = rng.permutation(pixels)[:MAX_PIXELS]
    out = EncodedPlace({}, {}, {}, {})
    series = {"S2": (place.reflectance(), place.s2_days), "S1": (place.backscatter(), place.s1_days)}
    for sensor, (cube, days) in series.items():
        # A place with more acquisitions than fit keeps a random share of them.
        dates = np.sort(rng.permutation(len(cube))[:MAX_DATES])
        values, when = torch.from_numpy(cube[dates]), torch.as_tensor(days[dates])
        if sensor == "S2":
            conditions = s2_conditions(when)
        else:
            conditions = s1_conditions(when, torch.as_tensor(place.s1_ascending[dates]))
        width, count = encoders[sensor].config.width, len(encoders[sensor].config.bands)
        out.features[sensor], out.seen[sensor] = [], []
        for damaged in (False, True):
            shown = values.clone()
            if damaged:
                for i in range(len(shown)):
                    lost = np.flatnonzero(rng.random(count) < rng.uniform(0, 0.7))
                    shown[i, torch.from_numpy(lost[: count - 1])] = float("nan")
            if len(shown):
                parts = [
                    encoders[sensor](v.to(device), c.to(device))
                    for v, c in zip(shown.split(16), conditions.split(16), strict=True)
                ]
                features = torch.cat([f for f, _ in parts]).flatten(1, 2)[:, chosen].transpose(0, 1)
                seen = torch.cat([s for _, s in parts]).flatten(1, 2)[:, chosen].transpose(0, 1)
            else:
                features = torch.zeros(len(chosen), 0, width, device=device)
                seen = torch.zeros(len(chosen), 0, dtype=torch.bool, device=device)
            out.features[sensor].append(features.contiguous())
            out.seen[sensor].append(seen.contiguous())
        normal = encoders[sensor].normalise(values.to(device))
        out.values[sensor] = normal.flatten(2)[..., chosen].permute(2, 0, 1).contiguous()
        out.days[sensor] = when.to(device)
    return out


@dataclass
class Batch:
    """Padded series of P pixels and the Q asked dates of each, with targets (P, Q, B), NaN where unknown."""

    sensors: dict[str, Observations]
    asked: Tensor
    view: Tensor
    viewed: Tensor
    hidden: Tensor
    radar_hidden: Tensor
    targets: dict[str, Tensor]


def _batch(places: list[EncodedPlace], rng: np.random.Generator, device: str) -> Batch:
    sensors: dict[str, Observations] = {}
    rows = [torch.from_numpy(rng.integers(0, p.values["S2"].shape[0], PIXELS_A_PLACE)).to(device) for p in places]
    variant = [int(rng.random() < 0.35) for _ in places]
    padded_values = {}
    for sensor in SENSORS:
        length = max(1, *(p.days[sensor].shape[0] for p in places))
        features, seen, days, values = [], [], [], []
        for place, row, v in zip(places, rows, variant, strict=True):
            missing = length - place.days[sensor].shape[0]
            features.append(F.pad(place.features[sensor][v][row], (0, 0, 0, missing)))
            seen.append(F.pad(place.seen[sensor][v][row], (0, missing)))
            days.append(F.pad(place.days[sensor], (0, missing), value=-1).expand(len(row), -1))
            values.append(F.pad(place.values[sensor][row], (0, 0, 0, missing), value=float("nan")))
        sensors[sensor] = Observations(torch.cat(features), torch.cat(seen), torch.cat(days))
        padded_values[sensor] = torch.cat(values)

    # The asked dates: mostly clear Sentinel-2 dates, sometimes a Sentinel-1 one.
    s2, s1 = sensors["S2"], sensors["S1"]
    pixels = s2.seen.shape[0]
    noise = torch.rand(s2.seen.shape, device=device) + s2.seen
    index = noise.topk(QUERIES, dim=1).indices
    asked = torch.gather(s2.days, 1, index)
    if s1.features.shape[1] >= 1:
        other = (torch.rand(s1.seen.shape, device=device) + s1.seen).argmax(1)
        has = torch.gather(s1.seen, 1, other[:, None])[:, 0] & (torch.rand(pixels, device=device) < 0.5)
        asked[:, -1] = torch.where(has, torch.gather(s1.days, 1, other[:, None])[:, 0], asked[:, -1])
    targets = {
        sensor: _at(asked, sensors[sensor].days, padded_values[sensor], tolerance=0 if sensor == "S2" else 1)
        for sensor in SENSORS
    }
    same = (s2.days[:, None, :] == asked[:, :, None]) & s2.seen[:, None, :]
    viewed = same.any(-1)
    view = torch.gather(s2.features, 1, same.to(torch.int8).argmax(-1)[..., None].expand(-1, -1, s2.features.shape[-1]))
    view = view * viewed[..., None]
    hidden = torch.rand(asked.shape, device=device) < 0.5
    # A visible acquisition would teach the embedding its speckle: backscatter is learned where it is hidden.
    radar_hidden = torch.rand(pixels, device=device) < 0.5
    near = ((s1.days[:, None, :] - asked[:, :, None]).abs() <= 1).any(1)
    s1.seen = s1.seen & ~(near & radar_hidden[:, None])

    # Leave out dates at random, and whole sensors for a quarter of the pixels.
    for sensor in SENSORS:
        share = torch.rand(pixels, 1, device=device) * 0.8
        kept = torch.rand(sensors[sensor].seen.shape, device=device) >= share
        sensors[sensor].seen = sensors[sensor].seen & kept
    lost = torch.rand(pixels, device=device)
    sensors["S1"].seen &= (lost >= 0.125)[:, None]
    no_s2 = (lost >= 0.125) & (lost < 0.25)
    sensors["S2"].seen &= ~no_s2[:, None]
    hidden |= no_s2[:, None]
    return Batch(sensors, asked, view, viewed, hidden, radar_hidden, targets)


def _at(asked: Tensor, days: Tensor, values: Tensor, tolerance: int) -> Tensor:
    """Values (P, Q, B) observed within ``tolerance`` days of the asked dates, NaN where there are none."""
    gap = (days[:, None, :] - asked[:, :, None]).abs()
    nearest = gap.argmin(-1)
    picked = torch.gather(values, 1, nearest[..., None].expand(-1, -1, values.shape[-1]))
    near = torch.gather(gap, 2, nearest[..., None]) <= tolerance
    return torch.where(near, picked, torch.full_like(picked, float("nan")))


def _loss(stack: FusionStack, batch: Batch, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
    fusion = stack.fusion
    embedding, known = fusion.embed(batch.sensors, batch.asked, batch.view, batch.viewed, batch.hidden)
    prefix = int(rng.choice(PREFIXES, p=(0.1, 0.1, 0.2, 0.6)))
    keep = (torch.arange(embedding.shape[-1], device=embedding.device) < prefix).to(embedding.dtype)
    parts, total = {}, embedding.new_zeros(())
    for sensor, weight in (("S2", 1.0), ("S1", 0.5)):
        target = batch.targets[sensor]
        # A date without any view in reach tells nothing; it is nodata in the products.
        wanted = torch.isfinite(target) & known[..., None]
        if sensor == "S1":
            wanted = wanted & batch.radar_hidden[:, None, None]
        value, log_scale = fusion.decode(sensor, embedding * keep, batch.asked)
        error = (value - torch.nan_to_num(target)).abs()
        share = wanted.sum().clamp_min(1)
        likelihood = ((error * torch.exp(-log_scale) + log_scale) * wanted).sum() / share
        absolute = (error * wanted).sum() / share
        total = total + weight * (likelihood + absolute)
        parts[sensor] = absolute.item()
        if sensor == "S2":
            encoder = stack.encoder("S2")
            whole = wanted.all(-1)
            angle = _spectral_angle(value * encoder.std + encoder.mean, target * encoder.std + encoder.mean, whole)
            total = total + 0.5 * angle
            parts["angle"] = angle.item()
    agreement, spread = _agreement(stack, batch)
    parts |= {"agree": agreement.item(), "spread": spread.item()}
    return total + 0.2 * agreement + 0.2 * spread, parts


def _spectral_angle(value: Tensor, target: Tensor, whole: Tensor) -> Tensor:
    """Mean spectral angle (radians, through 1 - cosine) of the pixels whose ten bands are all known."""
    cosine = F.cosine_similarity(value, torch.nan_to_num(target), dim=-1)
    return ((1 - cosine) * whole).sum() / whole.sum().clamp_min(1)


def _agreement(stack: FusionStack, batch: Batch) -> tuple[Tensor, Tensor]:
    """Two disjoint halves of the dates should give one embedding, and embeddings must not collapse.

    Variance hinge after VICReg (arXiv 2105.04906), on unit vectors whose components have size 1/8.
    """
    halves = []
    coin = {s: torch.rand(o.seen.shape, device=o.seen.device) < 0.5 for s, o in batch.sensors.items()}
    everything_hidden = torch.ones_like(batch.hidden)
    for side in (True, False):
        sensors = {s: Observations(o.features, o.seen & (coin[s] == side), o.days) for s, o in batch.sensors.items()}
        halves.append(stack.fusion.embed(sensors, batch.asked[:, :1], None, None, everything_hidden[:, :1]))
    (first, known_first), (second, known_second) = halves
    both = (known_first & known_second).to(first.dtype)
    agreement = ((1 - F.cosine_similarity(first, second, dim=-1)) * both).sum() / both.sum().clamp_min(1)
    std = first.flatten(0, 1).std(0) * first.shape[-1] ** 0.5
    return agreement, F.relu(0.6 - std).mean()

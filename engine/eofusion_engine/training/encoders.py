"""Stage 1: train one sensor's encoder alone, by reconstructing bands and pixels that were hidden from it."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..bands import S1_BANDS, S2_BANDS, SIX_BAND_INDEX
from ..model.encoders import BandDecoder, SensorConfig, SensorEncoder, s1_conditions, s2_conditions
from ..model.stack import encoder_file
from ..model.weights import save_tensors
from .places import Place, load_places
from .prepare import CACHE

CROP = 24
WIDTHS = {"S2": 48, "S1": 24}
BANDS = {"S2": S2_BANDS, "S1": S1_BANDS}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training encoder``."""
    parser.add_argument("--sensor", choices=sorted(WIDTHS), required=True)
    parser.add_argument("--work", type=Path, default=Path("build/training"))
    parser.add_argument("--out", type=Path, default=Path("resources/weights"))
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--batch", type=int, default=32, help="crops of one date")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> None:
    """Train, print the score on the held-out places, write the weights."""
    places = load_places(args.work / CACHE)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    training = [p for p in places if not p.held_out and len(_values(p, args.sensor))]
    held_out = [p for p in places if p.held_out and len(_values(p, args.sensor))]
    config = _config(args.sensor, training)
    encoder, decoder = SensorEncoder(config).to(args.device), BandDecoder(config).to(args.device)
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=args.steps, pct_start=0.1)
    cubes = {id(p): _values(p, args.sensor) for p in places}
    started = time.monotonic()
    for step in range(args.steps):
        batch = [_crop(p, cubes[id(p)], args.sensor, rng) for p in _pick(training, args.batch, rng)]
        values, conditions = (torch.stack(part).to(args.device) for part in zip(*batch, strict=True))
        shown = _hide(values, rng)
        loss = _loss(encoder, decoder, values, shown, conditions)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        if step % 100 == 0 or step + 1 == args.steps:
            print(f"step {step:5d}  loss {loss.item():.4f}  {time.monotonic() - started:.0f} s", flush=True)
    score = _score(encoder, decoder, held_out, cubes, args.sensor, args.device)
    print("held-out places, hidden bands and pixels, mean absolute error:", score)
    about = {
        "encoder": config.as_dict(),
        "training": {"steps": args.steps, "batch": args.batch, "seed": args.seed, "places": len(training)},
        "held_out_mae": score,
    }
    save_tensors(encoder_file(args.sensor), encoder.state_dict(), about, args.out)


def _values(place: Place, sensor: str) -> np.ndarray:
    return place.reflectance() if sensor == "S2" else place.backscatter()


def _config(sensor: str, places: list[Place]) -> SensorConfig:
    """Normalisation from the real training imagery alone, each place weighing the same."""
    means, squares = [], []
    for place in places:
        values = _values(place, sensor).astype(np.float64)
        if place.kind != "imagery":
            continue
        bands = np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)
        with np.errstate(invalid="ignore"):
            count = np.isfinite(bands).sum(1)
            means.append(np.where(count > 0, np.nansum(bands, 1) / np.maximum(count, 1), np.nan))
            squares.append(np.where(count > 0, np.nansum(bands**2, 1) / np.maximum(count, 1), np.nan))
    mean = np.nanmean(means, axis=0)
    std = np.sqrt(np.nanmean(squares, axis=0) - mean**2)
    return SensorConfig(
        sensor, BANDS[sensor], 3, WIDTHS[sensor], tuple(mean.round(6).tolist()), tuple(std.round(6).tolist())
    )


def _pick(places: list[Place], count: int, rng: np.random.Generator) -> list[Place]:
    """Places drawn by kind: a tenth lone tower pixels, a fifth simulated, however many of them there are."""
    towers, simulated, real = ([p for p in places if p.kind == kind] for kind in ("tower", "simulated", "imagery"))
    picked = []
    for _ in range(count):
        chance = rng.random()
        pool = towers if towers and chance < 0.1 else simulated if simulated and chance < 0.3 else real
        picked.append(pool[rng.integers(len(pool))])
    return picked


def _crop(place: Place, values: np.ndarray, sensor: str, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """One date's random CROP x CROP window, turned and mirrored; smaller places are padded with missing."""
    index = int(rng.integers(len(values)))
    image = values[index]
    top = int(rng.integers(max(1, image.shape[1] - CROP + 1)))
    left = int(rng.integers(max(1, image.shape[2] - CROP + 1)))
    part = image[:, top : top + CROP, left : left + CROP]
    part = np.rot90(part, int(rng.integers(4)), axes=(1, 2))
    if rng.random() < 0.5:
        part = part[:, :, ::-1]
    out = np.full((image.shape[0], CROP, CROP), np.nan, np.float32)
    out[:, : part.shape[1], : part.shape[2]] = part
    return torch.from_numpy(out), _condition(place, sensor, index)


def _condition(place: Place, sensor: str, index: int | slice) -> Tensor:
    if sensor == "S2":
        return s2_conditions(torch.as_tensor(place.s2_days[index]))
    return s1_conditions(torch.as_tensor(place.s1_days[index]), torch.as_tensor(place.s1_ascending[index]))


def _hide(values: Tensor, rng: np.random.Generator) -> Tensor:
    """Hide bands, blocks of pixels, everything but lone pixels, or the bands that HLS and MODIS lack."""
    shown = values.clone()
    count, bands, height, width = values.shape
    for i in range(count):
        if bands == len(S2_BANDS) and rng.random() < 0.15:
            lacking = [b for b in range(bands) if b not in SIX_BAND_INDEX]
            shown[i, lacking] = float("nan")
        hidden = rng.random(bands) < rng.uniform(0, 0.6)
        hidden[rng.integers(bands)] = False
        shown[i, torch.from_numpy(np.flatnonzero(hidden)).to(values.device)] = float("nan")
        if rng.random() < 0.15:
            lonely = torch.from_numpy(rng.random((height, width)) < 0.97).to(values.device)
            shown[i][:, lonely] = float("nan")
        elif rng.random() < 0.6:
            for _ in range(int(rng.integers(1, 4))):
                size = int(rng.integers(2, 9))
                top, left = int(rng.integers(height - size)), int(rng.integers(width - size))
                shown[i, :, top : top + size, left : left + size] = float("nan")
    return shown


def _loss(encoder: SensorEncoder, decoder: BandDecoder, values: Tensor, shown: Tensor, conditions: Tensor) -> Tensor:
    """Mean absolute error in normalised bands, hidden values weighing four times as much as shown ones."""
    features, seen = encoder(shown, conditions)
    # What a gated encoder cannot know (a pixel without any band) is the fusion's task, not this stage's.
    known = torch.isfinite(values) & seen[:, None]
    weight = known * (1.0 + 3.0 * torch.isnan(shown))
    error = (decoder(features) - torch.nan_to_num(encoder.normalise(values))).abs()
    return (error * weight).sum() / weight.sum().clamp_min(1)


@torch.inference_mode()
def _score(
    encoder: SensorEncoder,
    decoder: BandDecoder,
    places: list[Place],
    cubes: dict[int, np.ndarray],
    sensor: str,
    device: str,
) -> dict[str, float]:
    """Error per band in physical units, when that band alone is hidden everywhere."""
    totals: dict[str, list[float]] = {band: [] for band in encoder.config.bands}
    for place in places:
        if place.kind != "imagery":
            continue
        values = torch.from_numpy(cubes[id(place)]).to(device)
        conditions = _condition(place, sensor, slice(None)).to(device)
        for b, band in enumerate(encoder.config.bands):
            known = torch.isfinite(values[:, b])
            shown = values.clone()
            shown[:, b] = float("nan")
            features, seen = encoder(shown, conditions)
            known &= seen
            if known.any():
                predicted = decoder(features)[:, b] * encoder.std[b] + encoder.mean[b]
                totals[band].append(float((predicted - values[:, b]).abs()[known].mean()))
    return {band: round(float(np.mean(errors)), 5) for band, errors in totals.items() if errors}

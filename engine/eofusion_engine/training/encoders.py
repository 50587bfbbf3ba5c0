"""Stage 1: train one sensor's encoder alone, by reconstructing bands and pixels that were hidden from it."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..bands import LST_BANDS, S1_BANDS, S2_BANDS, SIX_BAND_INDEX
from ..model.encoders import (
    RECEPTIVE_RADIUS,
    BandDecoder,
    SensorConfig,
    SensorEncoder,
    lst_conditions,
    s1_conditions,
    s2_conditions,
)
from ..model.stack import encoder_file
from ..model.weights import save_tensors
from .loop import Loop, plot, read_profile, start_process
from .places import Place, load_places, lone_validation_places, positions, validation_places
from .prepare import CACHE, monthly_ids

CROP = 24
#: Lone pixels of a table are laid out this far apart in a crop, so that none sees another.
APART = RECEPTIVE_RADIUS + 1
#: How often places of each kind are drawn.
SHARES = {"imagery": 0.6, "simulated": 0.2, "monthly": 0.12, "tower": 0.08}
WIDTHS = {"S2": 48, "S1": 24, "LST": 8}
BANDS = {"S2": S2_BANDS, "S1": S1_BANDS, "LST": LST_BANDS}
#: Kinds of places that the normalisation comes from: real imagery, and towers where there is little of it.
NORMALISED_BY = {"S2": ("imagery",), "S1": ("imagery",), "LST": ("imagery", "tower")}
#: Central wavelengths of S2_BANDS in nm.
_WAVELENGTHS = (490.0, 560.0, 665.0, 705.0, 740.0, 783.0, 842.0, 865.0, 1610.0, 2190.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training encoder``."""
    parser.add_argument("--sensor", choices=sorted(WIDTHS), required=True)
    parser.add_argument("--work", type=Path, default=Path("build/training"))
    parser.add_argument("--out", type=Path, default=Path("resources/weights"))
    parser.add_argument("--profile", default="two-core", help="two-core, gpu, or a TOML file")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--batch", type=int, help="crops of one date")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)


class _Pretext(nn.Module):
    """The encoder with its stage-1 head, which is thrown away afterwards."""

    def __init__(self, config: SensorConfig) -> None:
        super().__init__()
        self.encoder, self.decoder = SensorEncoder(config), BandDecoder(config)


def run(args: argparse.Namespace) -> None:
    """Train, score on training places that were left out, and write the weights.

    The left-out places (``validation_places``) stay out of the shipped encoder, so that the fusion over it can be
    validated on them, too. What ``held_out`` means is left to the evaluation.
    """
    name = f"encoder_{args.sensor}"
    settings = read_profile(args.profile, name, steps=args.steps, batch=args.batch)
    process = start_process(args.device)
    places = [p for p in load_places(args.work / CACHE) if not p.held_out and len(_values(p, args.sensor))]
    lone = "tower" in NORMALISED_BY[args.sensor]
    left_out = lone_validation_places(places) if lone else validation_places(places)
    training, validation = [p for p in places if p.name not in left_out], [p for p in places if p.name in left_out]
    torch.manual_seed(args.seed)
    config = _config(args.sensor, training)
    model = _Pretext(config).to(process.device)
    cubes = {p.name: _values(p, args.sensor) for p in places}

    def step(rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        batch = [_crop(p, cubes[p.name], args.sensor, rng) for p in _pick(training, settings.batch, rng)]
        values, conditions = (torch.stack(part).to(process.device) for part in zip(*batch, strict=True))
        loss = _loss(model, values, _hide(values, rng), conditions)
        return loss, {"loss": loss.item()}

    loop = Loop(name, model, settings, process, args.work, args.seed)
    loop.run(step)
    if not process.first:
        return
    with torch.inference_mode():
        scores = score(model.eval().cpu(), validation, training, args.sensor)
    shown = "the band shown" if len(config.bands) == 1 else "one band hidden"
    print(f"left-out training places, {shown}, mean absolute error:", json.dumps(scores, indent=1))
    with loop.metrics.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"step": settings.steps, "left_out": scores}) + "\n")
    plot(loop.metrics, ("loss",))
    about = {
        "encoder": config.as_dict(),
        "training": {"steps": settings.steps, "batch": settings.batch, "seed": args.seed, "places": len(training)},
        "training_seconds": round(loop.seconds),
        "training_places": positions(training) + monthly_ids(args.work),
        "left_out": scores,
    }
    save_tensors(encoder_file(args.sensor), model.encoder.state_dict(), about, args.out)


def _values(place: Place, sensor: str) -> np.ndarray:
    values = {"S2": place.reflectance, "S1": place.backscatter, "LST": place.surface_temperature}
    return values[sensor]()


def _config(sensor: str, places: list[Place]) -> SensorConfig:
    """Normalisation from real training places alone (NORMALISED_BY), each weighing the same."""
    means, squares = [], []
    for place in places:
        if place.kind not in NORMALISED_BY[sensor]:
            continue
        values = _values(place, sensor).astype(np.float64)
        bands = np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)
        count = np.isfinite(bands).sum(1)
        means.append(np.where(count > 0, np.nansum(bands, 1) / np.maximum(count, 1), np.nan))
        squares.append(np.where(count > 0, np.nansum(bands**2, 1) / np.maximum(count, 1), np.nan))
    mean = np.nanmean(means, axis=0)
    std = np.sqrt(np.nanmean(squares, axis=0) - mean**2)
    conditions = _condition(places[0], sensor, slice(None)).shape[-1]
    return SensorConfig(
        sensor, BANDS[sensor], conditions, WIDTHS[sensor], tuple(mean.round(6).tolist()), tuple(std.round(6).tolist())
    )


def _pick(places: list[Place], count: int, rng: np.random.Generator) -> list[Place]:
    """Places drawn by kind in the proportion of SHARES, however many of them there are."""
    pools = {kind: [p for p in places if p.kind == kind] for kind in SHARES}
    kinds = [kind for kind in SHARES if pools[kind]]
    chance = np.array([SHARES[kind] for kind in kinds])
    chosen = rng.choice(len(kinds), count, p=chance / chance.sum())
    return [pools[kinds[k]][rng.integers(len(pools[kinds[k]]))] for k in chosen]


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
    if place.lone:
        side = CROP // APART
        picked = image.reshape(len(image), -1)[:, rng.integers(0, image[0].size, (side, side))]
        out[:] = np.nan
        out[:, ::APART, ::APART] = picked
    return torch.from_numpy(out), _condition(place, sensor, index)


def _condition(place: Place, sensor: str, index: int | slice) -> Tensor:
    if sensor == "S2":
        return s2_conditions(torch.as_tensor(place.s2_days[index]), place.l1c)
    if sensor == "LST":
        return lst_conditions(torch.as_tensor(place.lst_days[index]))
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


def _loss(model: _Pretext, values: Tensor, shown: Tensor, conditions: Tensor) -> Tensor:
    """Mean absolute error in normalised bands, hidden values weighing four times as much as shown ones."""
    features, seen = model.encoder(shown, conditions)
    # What a gated encoder cannot know (a pixel without any band) is the fusion's task, not this stage's.
    known = torch.isfinite(values) & seen[:, None]
    weight = known * (1.0 + 3.0 * torch.isnan(shown))
    if values.shape[1] == 1:  # mostly lone pixels, which must not drown in the few images: each crop weighs the same
        weight = weight / weight.sum((1, 2, 3), keepdim=True).clamp_min(1)
    error = (model.decoder(features) - torch.nan_to_num(model.encoder.normalise(values))).abs()
    return (error * weight).sum() / weight.sum().clamp_min(1)


def score(model: nn.Module, places: list[Place], training: list[Place], sensor: str) -> dict[str, dict[str, float]]:
    """Mean absolute error per band, in physical units, when that band alone is hidden everywhere.

    Of the encoder, and of two baselines fitted on ``training``: the band's mean, and a linear regression on the band
    nearest in wavelength (for the radar, the other polarisation). Each of ``places`` weighs the same.

    An encoder of one band knows nothing where that band is hidden: it is scored with the band shown, by how well its
    features keep the value, beside the band's mean.
    """
    assert isinstance(model, _Pretext)  # nosec B101 - for the type checker
    config = model.encoder.config
    if len(config.bands) == 1:
        return _kept(model, places, training, sensor)
    fitted = [_pixels(p, sensor) for p in training if not p.lone]
    pooled = np.concatenate([rows[:: max(1, len(rows) // 4000)] for rows in fitted])
    errors: dict[str, dict[str, list[float]]] = {
        name: {band: [] for band in config.bands} for name in ("encoder", "nearest band", "mean")
    }
    for place in places:
        if place.lone:
            continue
        predicted = partial(_without, model, place, sensor)
        for b, band in enumerate(config.bands):
            neighbour = _neighbour(b, len(config.bands))
            truth, ours, other = predicted(b, neighbour)
            both = np.isfinite(pooled[:, [b, neighbour]]).all(1)
            slope, intercept = np.polyfit(pooled[both, neighbour], pooled[both, b], 1)
            if len(truth):
                errors["encoder"][band].append(float(np.abs(ours - truth).mean()))
                errors["nearest band"][band].append(float(np.abs(intercept + slope * other - truth).mean()))
                errors["mean"][band].append(float(np.abs(np.nanmean(pooled[:, b]) - truth).mean()))
    return {
        name: {band: round(float(np.mean(values)), 5) for band, values in bands.items() if values}
        for name, bands in errors.items()
    }


def _kept(model: _Pretext, places: list[Place], training: list[Place], sensor: str) -> dict[str, dict[str, float]]:
    band = BANDS[sensor][0]
    mean = float(np.mean([np.nanmean(_values(p, sensor)) for p in training]))
    errors: dict[str, list[float]] = {"encoder": [], "mean": []}
    for place in places:
        values = torch.from_numpy(_values(place, sensor))
        flags = _condition(place, sensor, slice(None))
        features, seen = model.encoder(values, flags)
        told = model.decoder(features) * model.encoder.std[:, None, None] + model.encoder.mean[:, None, None]
        errors["encoder"].append(float((told - values)[:, 0][seen].abs().mean()))
        errors["mean"].append(float((values - mean)[:, 0][seen].abs().mean()))
    return {name: {band: round(float(np.mean(each)), 5)} for name, each in errors.items() if each}


def _neighbour(band: int, bands: int) -> int:
    """The band nearest in wavelength; the other polarisation."""
    if bands != len(S2_BANDS):
        return bands - 1 - band
    distance = np.abs(np.array(_WAVELENGTHS) - _WAVELENGTHS[band])
    distance[band] = np.inf
    return int(distance.argmin())


def _pixels(place: Place, sensor: str) -> np.ndarray:
    values = _values(place, sensor)
    return np.moveaxis(values, 1, -1).reshape(-1, values.shape[1])


def _without(
    model: _Pretext, place: Place, sensor: str, band: int, neighbour: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth, prediction and the neighbouring band (N,) of a place's pixels that show both, with ``band`` hidden."""
    values = torch.from_numpy(_values(place, sensor))
    shown = values.clone()
    shown[:, band] = float("nan")
    features, seen = model.encoder(shown, _condition(place, sensor, slice(None)))
    known = torch.isfinite(values[:, band]) & torch.isfinite(values[:, neighbour]) & seen
    predicted = model.decoder(features)[:, band] * model.encoder.std[band] + model.encoder.mean[band]
    return values[:, band][known].numpy(), predicted[known].numpy(), values[:, neighbour][known].numpy()

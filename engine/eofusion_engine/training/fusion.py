"""Stage 2: train the fusion and its decoders over the frozen encoders.

Each sample is one pixel's series. Around most asked dates all Sentinel-2 views are hidden, for up to 70 days, as
lasting cloud would; the decoders must give the date back. Some views carry clouds that no mask knows of, an eighth of
the samples lose a whole sensor, and dates are left out at random. Nested prefixes of the embedding must tell, alone,
the bands of the asked and of other dates.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..model.encoders import SensorConfig, SensorEncoder
from ..model.fusion import PREFIXES, FusionConfig, FusionModel
from ..model.stack import FusionStack, encoder_file
from ..model.weights import load_into, load_tensors, save_tensors, sha256
from .encoded import EncodedPlace, encode_place, simulated_pixels
from .fusion_folds import FOLDS, fold_file, fold_places, gap_errors, summary
from .fusion_growth import grow
from .fusion_loss import loss
from .gap_batches import draw
from .loop import Loop, plot, read_profile, start_process
from .places import Place, clusters, load_places, positions
from .prepare import CACHE, monthly_ids
from .sensors import DEFAULT, TRAINING

#: How often places of each kind are drawn.
SHARES = {"imagery": 0.55, "simulated": 0.2, "monthly": 0.15, "tower": 0.1}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training fusion``."""
    parser.add_argument("--work", type=Path, default=Path("build/training"))
    parser.add_argument("--out", type=Path, default=Path("resources/weights"))
    parser.add_argument("--profile", default="two-core", help="two-core, gpu, or a TOML file")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--batch", type=int, help="places a step, with 24 pixels each")
    parser.add_argument("--sensors", nargs="+", choices=TRAINING, default=list(DEFAULT), help="S2 and others")
    parser.add_argument("--start-from", type=Path, help="weights folder of a fusion over fewer sensors to start from")
    parser.add_argument("--shards", type=Path, help="simulated pixel-years (stage shards) to train on, too")
    parser.add_argument("--worlds", type=int, default=64, help="how many worlds of them")
    parser.add_argument(
        "--fold", type=int, choices=range(FOLDS), help="train without this fold's places and score on them, no weights"
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> None:
    """Train and write the weights; ``eofusion evaluate`` scores them on the held-out places."""
    settings = read_profile(args.profile, "fusion", steps=args.steps, batch=args.batch)
    process = start_process(args.device)
    names = [sensor for sensor in TRAINING if sensor in args.sensors]
    encoders = {sensor: frozen_encoder(sensor, args.out).to(process.device) for sensor in names}
    places = [p for p in load_places(args.work / CACHE) if not p.held_out and len(p.s2) >= 3]
    left_out = frozenset[str]() if args.fold is None else fold_places(places, args.fold)
    training = [p for p in places if p.name not in left_out]

    rng = np.random.default_rng([args.seed, 1])
    encoded = [encode_place(encoders, place, rng, process.device) for place in training]
    chance = with_shares(chances(training), encoded)
    if args.shards is not None:
        worlds = list(simulated_pixels(encoders, args.shards, rng, process.device, args.worlds))
        encoded += worlds
        chance = with_worlds(chance, [p.kind for p in training], len(worlds))

    torch.manual_seed(args.seed)
    config = FusionConfig(
        widths={sensor: encoders[sensor].config.width for sensor in names},
        bands={sensor: len(encoders[sensor].config.bands) for sensor in names},
        window_days={sensor: TRAINING[sensor].window_days for sensor in names},
        nearest={sensor: TRAINING[sensor].nearest for sensor in names},
    )
    fusion = FusionModel(config)
    if args.start_from is not None:
        tensors, about = load_tensors("fusion", args.start_from)
        grow(fusion, tensors, FusionConfig(**about["fusion"]))
    stack = FusionStack(encoders, fusion).to(process.device)

    def step(rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        chosen: list[EncodedPlace] = [encoded[i] for i in rng.choice(len(encoded), settings.batch, p=chance)]
        return loss(stack, draw(chosen, rng, process.device), rng)

    name = "fusion" if args.fold is None else f"fusion_fold{args.fold}"
    loop = Loop(name, stack.fusion, settings, process, args.work, args.seed)
    loop.run(step)
    if not process.first:
        return
    plot(loop.metrics, (*names, "read_out", "agree"))
    if args.fold is not None:
        with torch.inference_mode():
            errors = gap_errors(stack.to("cpu"), [p for p in places if p.name in left_out and len(p.s2) >= 8])
        fold_file(args.work, args.fold).write_text(json.dumps(errors), encoding="utf-8")
        print("left-out places:", {key: round(value, 4) for key, value in summary(errors).items()}, flush=True)
        return
    about = {
        "fusion": config.as_dict(),
        "prefixes": list(PREFIXES),
        "training": {
            "steps": settings.steps,
            "places": len(training),
            "seed": args.seed,
            "worlds": len(encoded) - len(training),
        },
        "training_seconds": round(loop.seconds),
        "training_places": positions(training) + monthly_ids(args.work),
        "encoders": {sensor: sha256(args.out / f"{encoder_file(sensor)}.safetensors") for sensor in names},
    }
    save_tensors("fusion", stack.fusion.state_dict(), about, args.out)


def frozen_encoder(sensor: str, folder: Path) -> SensorEncoder:
    """A trained encoder whose weights no later stage changes."""
    tensors, config = load_tensors(encoder_file(sensor), folder)
    encoder = SensorEncoder(SensorConfig.from_dict(config["encoder"]))
    load_into(encoder, tensors, encoder_file(sensor))
    return encoder.eval().requires_grad_(False)


def chances(places: list[Place]) -> np.ndarray:
    """How often each place is drawn: shares by kind; a cluster of N places as often as the root of N places; real
    pairs of the two sensors, which are few, three times as often."""
    kinds = np.array([p.kind for p in places])
    names = np.array(clusters(places))
    _, inverse, counts = np.unique(names, return_inverse=True, return_counts=True)
    weight = counts[inverse] ** -0.5
    weight = weight * np.array([3.0 if len(p.s1) and p.kind == "imagery" else 1.0 for p in places])
    chance = np.zeros(len(places))
    for kind, share in SHARES.items():
        of_kind = kinds == kind
        if of_kind.any():
            chance[of_kind] = share * weight[of_kind] / weight[of_kind].sum()
    return chance / chance.sum()


def with_shares(chance: np.ndarray, encoded: list[EncodedPlace]) -> np.ndarray:
    """Chances in which sensors that few places have get the share that TRAINING sets aside for them."""
    for sensor in encoded[0].targets:
        share, there = TRAINING[sensor].share, np.array([len(p.days[sensor]) > 0 for p in encoded])
        if share is not None and there.any():
            chance = (1 - share) * chance + share * there * chance / chance[there].sum()
    return chance


def with_worlds(chance: np.ndarray, kinds: list[str], worlds: int) -> np.ndarray:
    """Chances with simulated worlds added: they share the simulated part equally with the landscapes."""
    landscapes = np.array(kinds) == "simulated"
    share = SHARES["simulated"]
    chance = np.concatenate((chance, np.zeros(worlds)))
    simulated = np.concatenate((landscapes, np.ones(worlds, bool)))
    chance[~simulated] *= (1 - share) / chance[~simulated].sum()
    chance[simulated] = share / simulated.sum()
    return chance

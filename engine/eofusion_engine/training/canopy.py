"""The canopy emulator's making: the full model on random canopies, and the network that stands in for it.

Needs torchrtm and pyrsr, which nothing else needs.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from ..physics.emulator import DATA, LAYERS, RANGES, TRAITS

_BANDS = ("2", "3", "4", "5", "6", "7", "8", "8A", "11", "12")
_WAVELENGTHS = np.arange(400, 2501)
#: Inclination classes of the leaf angle distribution, degrees (4SAIL).
_LEAF_ANGLES = (5, 15, 25, 35, 45, 55, 65, 75, 81, 83, 85, 87, 89)
#: Drawn towards small values, where reflectance changes most.
_SKEWED = ("lai", "cw", "cm", "hspot", "anth", "cbrown")
_HIDDEN, _BATCH, _TEST = 160, 1024, 6000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training canopy``."""
    parser.add_argument("--count", type=int, default=480_000, help="canopies that the full model computes")
    parser.add_argument("--minutes", type=float, default=11.0, help="how long the network is trained")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=DATA)


def run(args: argparse.Namespace) -> None:
    """Make the network."""
    train(args.count, args.minutes, args.seed, args.out)


def responses(platform: str) -> np.ndarray:
    """Weights (10, 2101) of 400 to 2500 nm for the bands of ``Sentinel-2A`` or ``Sentinel-2B``; each sums to 1."""
    from pyrsr import RSR

    known = RSR(satellite=platform, sensor="MSI")
    wavelengths = np.asarray(known.rsrs_wvl, float)
    rows = [np.interp(_WAVELENGTHS, wavelengths, np.nan_to_num(known.rsrs[band]), 0, 0) for band in _BANDS]
    return np.stack([row / row.sum() for row in rows])


def full_model(traits: np.ndarray) -> np.ndarray:
    """Reflectance (N, 2101), 400 to 2500 nm, of ``traits`` (N, 15): PROSPECT-D and 4SAIL of torchrtm."""
    from torchrtm.canopy.sail import foursail_main
    from torchrtm.data_loader import load_soil_spectra
    from torchrtm.leaf.prospect import prospectd

    t = {name: torch.tensor(traits[:, i], dtype=torch.float32) for i, name in enumerate(TRAITS)}
    leaf = torch.stack([t[name] for name in ("cab", "car", "cbrown", "cw", "cm", "anth")], 1)
    dry, wet = (torch.as_tensor(soil, dtype=torch.float32)[:, None] for soil in load_soil_spectra())
    angles, pi = torch.tensor(_LEAF_ANGLES, dtype=torch.float32), torch.tensor(torch.pi)
    with torch.no_grad():
        rho, tau = prospectd(leaf, t["N"], alpha=torch.full_like(t["N"], 40.0))
        soil = t["soil_brightness"] * (dry * (1 - t["soil_moisture"]) + wet * t["soil_moisture"])
        out = foursail_main(
            rho, tau, torch.tensor(1.0), t["lidfa"], torch.zeros_like(t["N"]), t["lai"].clamp(min=1e-4), t["hspot"],
            t["sza"], t["vza"], t["raa"], pi / 180, pi, angles, soil, torch.zeros_like(soil), lidtype=2,
        )[3]  # fmt: skip
    return np.asarray(out if out.shape[-1] == len(_WAVELENGTHS) else out.T)


def draw(rng: np.random.Generator, count: int) -> np.ndarray:
    """Random traits (count, 15) within the emulator's ranges."""
    columns = []
    for name in TRAITS:
        low, high = RANGES[name]
        share = rng.random(count)
        columns.append(low + (share**1.7 if name in _SKEWED else share) * (high - low))
    return np.stack(columns, axis=1).astype(np.float32)


def train(count: int, minutes: float, seed: int, out: Path) -> None:
    """Make the network and print its error on canopies that it was not trained on."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    bands = np.concatenate([responses("Sentinel-2A"), responses("Sentinel-2B")]).T.astype(np.float32)
    traits = draw(rng, count)
    seen = np.concatenate([full_model(traits[i : i + 500]) @ bands for i in range(0, count, 500)])
    limits = np.array([RANGES[name] for name in TRAITS], np.float32)
    x = torch.from_numpy((traits - limits[:, 0]) / (limits[:, 1] - limits[:, 0]) * 2 - 1)
    y = torch.from_numpy(np.sqrt(np.clip(seen, 0, None)).astype(np.float32))
    kept = count - min(_TEST, count // 5)
    mean, sd = y[:kept].mean(0), y[:kept].std(0)
    sizes = [len(TRAITS), *[_HIDDEN] * (LAYERS - 1), y.shape[1]]
    layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:], strict=False)]
    parts = [part for layer in layers[:-1] for part in (layer, nn.SiLU())]
    network = nn.Sequential(*parts, layers[-1])
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    started = time.monotonic()
    while (passed := (time.monotonic() - started) / (minutes * 60)) < 1:
        optimizer.param_groups[0]["lr"] = 1e-3 * (1 + np.cos(np.pi * passed)) + 1e-6
        rows = torch.randint(0, kept, (_BATCH,))
        root = network(x[rows]) * sd + mean
        loss = ((root - y[rows]) ** 2).mean() + 0.5 * ((root**2 - y[rows] ** 2) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        error = ((network(x[kept:]) * sd + mean) ** 2 - y[kept:] ** 2).abs()
    for name, quantile in (("95 % of canopies within", error.quantile(0.95, 0)), ("largest", error.max(0).values)):
        print(f"{name}:", " ".join(f"{value:.4f}" for value in quantile[:10].tolist()))
    tensors = {"mean": mean, "sd": sd}
    for number, layer in enumerate(layers):
        tensors |= {f"{number}.weight": layer.weight.detach(), f"{number}.bias": layer.bias.detach()}
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, out)

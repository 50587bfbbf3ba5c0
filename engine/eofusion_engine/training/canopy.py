"""``canopy``: at which wavelengths, and with which weights, the canopy model stands for Sentinel-2's bands.

Greedy choice of the wavelengths, least squares without negative weights (Moncet et al. 2008, J. Atmos. Sci. 65, 3917).
Takes a minute of one core; needs scipy. ``--check`` only measures what is there.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import get_args

import numpy as np
from safetensors.numpy import save_file
from scipy.optimize import nnls

from ..bands import S2_BANDS
from ..physics.canopy import TRAITS, canopy_spectra
from ..physics.canopy_bands import DATA, RANGES, canopy_reflectance, sampling
from ..physics.tables import Platform, responses, seen_by_sentinel2

PLATFORMS: tuple[Platform, ...] = get_args(Platform)
#: Drawn towards small values, where reflectance changes most.
_SKEWED = ("lai", "cw", "cm", "hspot", "anth", "cbrown")
#: No wavelength is added to a band of which no fitted canopy is further off than this, and none beyond so many.
TOLERANCE, MOST = 1e-4, 6
_BATCH = 250


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training canopy``."""
    parser.add_argument("--count", type=int, default=2000, help="canopies that the weights are fitted to")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=DATA)
    parser.add_argument("--check", action="store_true", help="only measure the file's error and speed")


def run(args: argparse.Namespace) -> None:
    """Choose the wavelengths, write them, and print error and speed."""
    if not args.check:
        fit(args.count, args.seed, args.out)
    # A seed of its own: canopies that nothing was fitted to.
    print(report(args.out, seed=args.seed + 1000))


def draw(rng: np.random.Generator, count: int, hot_spot: bool = False) -> np.ndarray:
    """Random traits (count, 15) within RANGES; in the ``hot_spot``, the sun stands within 3 degrees behind the eye."""
    columns = {}
    for name in TRAITS:
        low, high = RANGES[name]
        share = rng.random(count)
        columns[name] = low + (share**1.7 if name in _SKEWED else share) * (high - low)
    if hot_spot:
        columns["sza"] = np.abs(columns["vza"] + rng.uniform(-3, 3, count))
        columns["raa"] = rng.uniform(0, 10, count)
    return np.stack([columns[name] for name in TRAITS], axis=1)


def full_model(traits: np.ndarray) -> dict[Platform, np.ndarray]:
    """Reflectance (N, 10) of each satellite by the model at every wavelength: some 2,000 canopies a second."""
    at = seen_by_sentinel2()
    parts = [canopy_spectra(traits[i : i + _BATCH], at) for i in range(0, len(traits), _BATCH)]
    spectra = np.concatenate(parts)
    return {platform: spectra @ responses(platform)[:, at].T for platform in PLATFORMS}


def choose(spectra: np.ndarray, wanted: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Columns of ``spectra`` (N, W) and their weights whose sum comes closest to ``wanted`` (N,)."""
    products, aims = spectra.T @ spectra, spectra.T @ wanted
    square = float(wanted @ wanted)
    chosen: list[int] = []
    weights = np.zeros(0)
    while len(chosen) < MOST:
        best = np.inf
        found = (-1, weights)
        for column in set(range(spectra.shape[1])) - set(chosen):
            tried = [*chosen, column]
            part, aim = products[np.ix_(tried, tried)], aims[tried]
            share = nnls(part, aim)[0]
            loss = share @ part @ share - 2 * share @ aim + square
            if loss < best:
                best, found = loss, (column, share)
        chosen, weights = [*chosen, found[0]], found[1]
        if np.abs(spectra[:, chosen] @ weights - wanted).max() < TOLERANCE:
            break
    return chosen, weights


def fit(count: int, seed: int, out: Path) -> None:
    """Choose wavelengths and weights for both satellites on random canopies, and write them."""
    at = seen_by_sentinel2()
    traits = draw(np.random.default_rng(seed), count)
    # Yellow leaves have the steepest spectra: every second canopy is paler than drawn.
    traits[::2, TRAITS.index("cab")] *= np.linspace(0, 1, len(traits[::2])) ** 2
    spectra = np.concatenate([canopy_spectra(traits[i : i + _BATCH], at) for i in range(0, count, _BATCH)])
    arrays = {}
    for platform in PLATFORMS:
        weights = np.zeros((len(at), len(S2_BANDS)))
        for band, response in enumerate(responses(platform)[:, at]):
            inside = np.flatnonzero(response > 0)
            chosen, share = choose(spectra[:, inside], spectra @ response)
            weights[inside[chosen], band] = share
        used = np.flatnonzero(weights.any(axis=1))
        arrays[f"{platform}.at"] = at[used].astype(np.int32)
        arrays[f"{platform}.weights"] = np.ascontiguousarray(weights[used], np.float32)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(arrays, out)
    sampling.cache_clear()


def report(path: Path, count: int = 4000, seed: int = 1000) -> str:
    """A Markdown table of the error against the full model on random canopies and in the hot spot, and the speed."""
    rng = np.random.default_rng(seed)
    lines = ["| satellite, canopies | RMSE | 95 % within | largest | worst band |", "|---|---|---|---|---|"]
    for title, traits in (("random", draw(rng, count)), ("hot spot", draw(rng, count, hot_spot=True))):
        for platform, truth in full_model(traits).items():
            error = np.abs(canopy_reflectance(traits, platform, path) - truth)
            worst = S2_BANDS[int(error.max(axis=0).argmax())]
            rmse, most = np.sqrt((error**2).mean()), np.quantile(error, 0.95)
            lines.append(f"| {platform}, {title} | {rmse:.5f} | {most:.5f} | {error.max():.5f} | {worst} |")
    used = " and ".join(f"{len(sampling(platform, path)[0])} ({platform})" for platform in PLATFORMS)
    began = time.process_time()
    canopy_reflectance(draw(rng, 20_000), "S2A", path)
    rate = 20_000 / (time.process_time() - began)
    return "\n".join([*lines, "", f"Wavelengths: {used}. {rate:,.0f} canopies a second of one core."])

"""Encoded places for the fusion: frozen features, the bands as measured, and the targets that they came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..model.encoders import SensorEncoder, lst_conditions, s1_conditions, s2_conditions
from .places import Place
from .shard_loader import ShardLoader

MAX_PIXELS = 600
MAX_DATES = 64
#: Ways in which a place is encoded: as it is, with bands missing, with clouds that the mask missed.
VARIANTS = ("clean", "lacking", "cloudy")


@dataclass
class EncodedPlace:
    """Pixels of one place. By sensor: ``features`` and ``bands`` (normalised, NaN where missing) for each variant
    (V, P, T, C), ``seen`` (V, P, T), ``targets`` (P, T, B) normalised, ``days`` (T,)."""

    name: str
    kind: str
    features: dict[str, Tensor]
    bands: dict[str, Tensor]
    seen: dict[str, Tensor]
    targets: dict[str, Tensor]
    days: dict[str, Tensor]


def encode_place(
    encoders: dict[str, SensorEncoder], place: Place, rng: np.random.Generator, device: torch.device
) -> EncodedPlace:
    """Encode a place with those of its sensors that ``encoders`` names, always in one order, with the neighbourhood of
    every pixel where it has one."""
    pixels = place.s2.shape[2] * place.s2.shape[3]
    chosen = torch.from_numpy(rng.permutation(pixels)[:MAX_PIXELS])
    ascending = torch.as_tensor(place.s1_ascending)
    s2_days, s1_days = torch.as_tensor(place.s2_days), torch.as_tensor(place.s1_days)
    lst_days = torch.as_tensor(place.lst_days)
    out = EncodedPlace(place.name, place.kind, {}, {}, {}, {}, {})
    for sensor, cube, days, conditions in (
        ("S2", place.reflectance(), s2_days, s2_conditions(s2_days, place.l1c)),
        ("S1", place.backscatter(), s1_days, s1_conditions(s1_days, ascending)),
        ("LST", place.surface_temperature(), lst_days, lst_conditions(lst_days)),
    ):
        if sensor not in encoders:
            continue
        _encode(
            out,
            encoders[sensor],
            sensor,
            torch.from_numpy(cube),
            None,
            days,
            conditions,
            chosen,
            rng,
            device,
            place.lone,
        )
    return out


def simulated_pixels(
    encoders: dict[str, SensorEncoder], folder: Path, rng: np.random.Generator, device: torch.device, worlds: int
) -> Iterator[EncodedPlace]:
    """Up to ``worlds`` worlds of a folder of shards, each a place of lone pixels whose target is the truth without
    sky and noise, also on cloudy dates."""
    batches: dict[int, list[tuple[np.ndarray, ...]]] = {}
    for batch in ShardLoader(folder, batch=4096, mix=2, seed=int(rng.integers(2**31))):
        s2 = np.where(batch.clear[..., None], batch.s2, np.nan)
        for seed in np.unique(batch.seed):
            rows = np.flatnonzero(batch.seed == seed)[:128]
            batches.setdefault(int(seed), []).append(
                (s2[rows], batch.s2_truth[rows], batch.s2_days[rows[0]], batch.s1[rows], batch.s1_days[rows[0]],
                 batch.s1_ascending[rows[0]])
            )  # fmt: skip
        if len(batches) > worlds:
            break
    for seed, parts in list(batches.items())[:worlds]:
        s2, truth, s2_days, s1, s1_days, ascending = parts[0]
        out = EncodedPlace(f"simulated/{seed}", "simulated", {}, {}, {}, {}, {})
        real, seen = s2_days > 0, s1_days > 0  # days of the filling are 0
        every = torch.arange(len(s2))
        shown, wanted = _as_images(s2[:, real]), _as_images(truth[:, real])
        days = torch.as_tensor(s2_days[real].astype(np.int64))
        _encode(out, encoders["S2"], "S2", shown, wanted, days, s2_conditions(days), every, rng, device, lone=True)
        days = torch.as_tensor(s1_days[seen].astype(np.int64))
        flags = s1_conditions(days, torch.as_tensor(ascending[seen]))
        _encode(out, encoders["S1"], "S1", _as_images(s1[:, seen]), None, days, flags, every, rng, device, lone=True)
        for sensor in sorted(set(encoders) - {"S2", "S1"}):  # the simulator has no other
            config, none = encoders[sensor].config, torch.zeros(0, dtype=torch.int64)
            empty = torch.zeros(0, len(config.bands), len(s2), 1)
            flags = torch.zeros(0, config.conditions)
            _encode(out, encoders[sensor], sensor, empty, None, none, flags, every, rng, device, lone=True)
        yield out


def _as_images(series: np.ndarray) -> Tensor:
    """(P, T, B) to (T, B, P, 1)."""
    return torch.from_numpy(np.ascontiguousarray(series.transpose(1, 2, 0)[..., None], np.float32))


@torch.inference_mode()
def _encode(
    out: EncodedPlace, encoder: SensorEncoder, sensor: str, cube: Tensor, truth: Tensor | None, days: Tensor,
    conditions: Tensor, chosen: Tensor, rng: np.random.Generator, device: torch.device, lone: bool = False,
) -> None:  # fmt: skip
    """Fill in one sensor from (T, B, H, W); ``lone`` pixels see no neighbours."""
    kept = torch.from_numpy(np.sort(rng.permutation(len(cube))[:MAX_DATES]))
    cube, days, conditions = cube[kept], days[kept], conditions[kept]
    truth = cube if truth is None else truth[kept]
    features, bands, seen = [], [], []
    for variant in VARIANTS:
        shown = cube
        if variant == "lacking":
            shown = _lacking(cube, rng)
        elif variant == "cloudy" and sensor == "S2":
            shown = _cloudy(cube, rng)
        f, s = _features(encoder, shown.to(device), conditions.to(device), lone)
        features.append(f.flatten(1, 2)[:, chosen].transpose(0, 1))
        seen.append(s.flatten(1, 2)[:, chosen].transpose(0, 1))
        bands.append(_normal(encoder, shown.to(device), chosen))
    out.features[sensor], out.bands[sensor], out.seen[sensor] = (torch.stack(x) for x in (features, bands, seen))
    out.targets[sensor] = _normal(encoder, truth.to(device), chosen)
    out.days[sensor] = days.to(device)


def _normal(encoder: SensorEncoder, cube: Tensor, chosen: Tensor) -> Tensor:
    return encoder.normalise(cube).flatten(2)[..., chosen].permute(2, 0, 1).contiguous()


def _features(encoder: SensorEncoder, cube: Tensor, conditions: Tensor, lone: bool) -> tuple[Tensor, Tensor]:
    dates, bands, height, width = cube.shape
    if not dates:
        empty = torch.zeros(0, height, width, encoder.config.width, device=cube.device)
        return empty, torch.zeros(0, height, width, dtype=torch.bool, device=cube.device)
    parts = []
    for values, flags in zip(cube.split(8), conditions.split(8), strict=True):
        if lone:
            flat = values.permute(0, 2, 3, 1).reshape(-1, bands, 1, 1)
            f, s = encoder(flat, flags.repeat_interleave(height * width, 0))
            parts.append((f.view(-1, height, width, f.shape[-1]), s.view(-1, height, width)))
        else:
            parts.append(encoder(values, flags))
    return torch.cat([f for f, _ in parts]), torch.cat([s for _, s in parts])


def _lacking(cube: Tensor, rng: np.random.Generator) -> Tensor:
    """Bands missing at random from each date, never all."""
    shown, bands = cube.clone(), cube.shape[1]
    for i in range(len(shown)):
        lost = np.flatnonzero(rng.random(bands) < rng.uniform(0, 0.7))
        shown[i, torch.from_numpy(lost[: bands - 1])] = float("nan")
    return shown


def _cloudy(cube: Tensor, rng: np.random.Generator) -> Tensor:
    """A third of the dates under thin cloud, haze, or cloud shadow in soft patches that no mask knows of."""
    shown = cube.clone()
    dates, bands, height, width = cube.shape
    slope = torch.linspace(1.0, 0.6, bands)  # clouds are a little darker in the short-wave infrared
    for i in np.flatnonzero(rng.random(dates) < 0.33):
        coarse = torch.from_numpy(rng.normal(size=(1, 1, 4, 4)).astype(np.float32))
        field = F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)[0, 0]
        share = torch.sigmoid(3 * (field + float(rng.normal()))) * float(rng.uniform(0.1, 0.9))
        if rng.random() < 0.3:
            shown[i] *= 1 - 0.7 * share
        else:
            cloud = float(rng.uniform(0.35, 0.9)) * slope[:, None, None]
            shown[i] += share * (cloud - shown[i])
    return shown

"""What the fusion is trained for, as one number."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..model.fusion import PREFIXES, Fused, Observations
from ..model.stack import FusionStack
from .gap_batches import Batch
from .sensors import TRAINING

#: Pixels whose agreement between halves of their dates is asked for at each step.
AGREEING = 64
#: What the embedding's own readouts weigh beside the decoders.
READ_OUT = 0.5
#: A Laplace distribution's central 80 % is this many scales wide on each side.
HALF_80 = float(np.log(5))


def loss(stack: FusionStack, batch: Batch, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
    """The whole loss and its parts: errors of hidden bands (mean absolute error, spectral angle), their intervals,
    what prefixes of the embedding tell alone, and agreement without collapse."""
    fused = stack.fusion.embed(batch.sensors, batch.asked, batch.blind)
    total, parts = fused.embedding.new_zeros(()), dict[str, float]()
    for sensor in batch.sensors:
        how = TRAINING[sensor]
        target = batch.targets[sensor]
        # A date without any view in reach tells nothing; it is nodata in the products.
        wanted = torch.isfinite(target) & fused.known[..., None]
        if how.speckled:  # a visible view would teach its speckle
            wanted = wanted & (batch.blind[sensor][..., :1] < batch.blind[sensor][..., 1:])
        value, log_scale = stack.fusion.decode(sensor, fused, batch.asked)
        error = (value - torch.nan_to_num(target)).abs()
        absolute = _mean(error, wanted)
        total = total + how.weight * (absolute + 0.2 * _interval(error.detach(), log_scale, wanted))
        parts[sensor] = absolute.item()
        if sensor == "S2":
            encoder = stack.encoder("S2")
            whole = wanted.all(-1)
            angle = _spectral_angle(value * encoder.std + encoder.mean, target * encoder.std + encoder.mean, whole)
            total = total + 0.2 * angle
    told = _read_out(stack, fused, batch, rng)
    agreement, spread = _agreement(stack, batch)
    parts |= {"read_out": told.item(), "agree": agreement.item(), "spread": spread.item()}
    return total + READ_OUT * told + 0.1 * agreement + 0.2 * spread, parts


def _mean(values: Tensor, wanted: Tensor) -> Tensor:
    return (values * wanted).sum() / wanted.sum().clamp_min(1)


def _interval(error: Tensor, log_scale: Tensor, wanted: Tensor) -> Tensor:
    """Pinball loss at .8 of the absolute error against the half width of the 80 % interval: errors of clouds that no
    mask knows of then widen it no more than their share asks for."""
    excess = error - HALF_80 * torch.exp(log_scale)
    return _mean(torch.maximum(0.8 * excess, -0.2 * excess), wanted)


def _spectral_angle(value: Tensor, target: Tensor, whole: Tensor) -> Tensor:
    """Mean spectral angle (through 1 - cosine) of the pixels whose bands are all known."""
    cosine = F.cosine_similarity(value, torch.nan_to_num(target), dim=-1)
    return _mean(1 - cosine, whole)


def _read_out(stack: FusionStack, fused: Fused, batch: Batch, rng: np.random.Generator) -> Tensor:
    """Error of the bands of the asked date, of another date of the pixel, and of its whole series' mean and spread,
    told by a prefix of the embedding."""
    total = fused.embedding.new_zeros(())
    prefix = int(rng.choice(PREFIXES, p=(0.2, 0.3, 0.25, 0.25)))
    keep = (torch.arange(fused.embedding.shape[-1], device=total.device) < prefix).to(total.dtype)
    series = stack.fusion.series(fused.embedding * keep)
    turned = torch.roll(batch.asked, 1, dims=1)
    near = (turned - batch.asked).abs() <= 90
    for sensor in batch.sensors:
        how = TRAINING[sensor]
        share, target = how.weight, batch.targets[sensor]
        now = stack.fusion.read_out(sensor, fused.embedding * keep, batch.asked, batch.asked)
        then = stack.fusion.read_out(sensor, fused.embedding * keep, turned, batch.asked)
        wanted = torch.isfinite(target) & fused.known[..., None]
        total = total + share * _mean((now - torch.nan_to_num(target)).abs(), wanted)
        whole = batch.series[sensor][:, None]
        wanted = torch.isfinite(whole) & fused.known[..., None, None]
        total = total + share * _mean((series[sensor] - torch.nan_to_num(whole)).abs(), wanted)
        target = torch.roll(target, 1, dims=1)
        wanted = torch.isfinite(target) & (fused.known & near)[..., None]
        total = total + 0.5 * share * _mean((then - torch.nan_to_num(target)).abs(), wanted)
    return total


def _agreement(stack: FusionStack, batch: Batch) -> tuple[Tensor, Tensor]:
    """Two disjoint halves of the dates, of which one may hold the asked date's own view, should give one embedding,
    and embeddings must not collapse.

    Variance hinge after VICReg (arXiv 2105.04906), on unit vectors whose components have size 1/8.
    """
    chosen = torch.randperm(len(batch.asked), device=batch.asked.device)[:AGREEING]
    coin = {s: torch.rand(o.seen[chosen].shape, device=o.seen.device) < 0.5 for s, o in batch.sensors.items()}
    halves = []
    for side in (True, False):
        sensors = {
            s: Observations(o.features[chosen], o.seen[chosen] & (coin[s] == side), o.days[chosen], o.bands[chosen])
            for s, o in batch.sensors.items()
        }
        halves.append(stack.fusion.embed(sensors, batch.asked[chosen][:, :2]))
    first, second = halves
    agreement = _mean(1 - F.cosine_similarity(first.embedding, second.embedding, dim=-1), first.known & second.known)
    std = first.embedding.flatten(0, 1).std(0) * first.embedding.shape[-1] ** 0.5
    return agreement, F.relu(0.6 - std).mean()

"""What GPP hangs on: gradient x input and occlusion through encoders, fusion, decoder and light-use model.

Every step from the images to GPP is differentiable, so the gradient is the network's own. Memory is bounded: the
fusion's gradient is taken for some pixels at a time, the encoders' date by date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..bands import S2_BANDS, SIX_BAND_INDEX
from ..cube import CubeWindow
from ..model.encoders import s1_conditions, s2_conditions
from ..model.fusion import Observations
from ..model.gpp import GppHead
from ..model.stack import FusionStack
from .attribution import GPP_GROUPS, PLACE, S1, SEASON, WEATHER, Attribution

Floats = NDArray[np.float64]
#: Pixels whose fusion is differentiated together.
CHUNK = 256
#: The first of an encoder's conditions tell the season.
_SEASON_COLUMNS = 2
#: Names of the drivers, in the order of the light-use model, but ``change``: the last 30 days minus today.
DRIVERS = ("top", "tair", "ssrd", "vpd", "change")
SCALED = (SEASON, PLACE, WEATHER)


@dataclass(frozen=True)
class DriverParts:
    """Each driver as a reference and what place, season and the day's weather add to it.

    ``reference``: driver to its number (NaN: not known, the model then goes without); ``parts``: driver to group to
    (D,), by asked date.
    """

    reference: Mapping[str, float]
    parts: Mapping[str, Mapping[str, Floats]]

    def values(self, scale: Mapping[str, Tensor]) -> list[Tensor]:
        """Drivers (P, D) with the groups' parts times ``scale`` (P, 1): top, tair, ssrd, vpd, recent."""
        made: dict[str, Tensor] = {}
        for name in DRIVERS:
            total: Tensor = torch.tensor(self.reference[name], dtype=torch.float32)
            for group, part in self.parts[name].items():
                total = total + scale[group] * torch.as_tensor(part, dtype=torch.float32)
            made[name] = total.expand(*torch.broadcast_shapes(total.shape, next(iter(scale.values())).shape))
        return [made["top"], made["tair"], made["ssrd"], made["vpd"], made["tair"] + made["change"]]


@dataclass(frozen=True)
class Views:
    """One sensor's dates that show anything in the window: ``values`` (T, B, H, W) with the halo, ``conditions``
    (T, c), ``days`` (T,) ordinals."""

    sensor: str
    values: Tensor
    conditions: Tensor
    days: Tensor

    def at_baseline(self, stack: FusionStack, bands: Any = slice(None)) -> Views:
        """Bands at their means over the training places, where anything was seen; clouds stay clouds."""
        values = self.values.clone()
        mean = stack.encoder(self.sensor).mean[bands, None, None]
        values[:, bands] = torch.where(torch.isfinite(values[:, bands]), mean, values[:, bands])
        return replace(self, values=values)


def views_of(window: CubeWindow, halo: int, device: torch.device) -> dict[str, Views]:
    """The window's views by sensor; dates that show nothing inside the halo are left out, as in a run."""
    inner = (slice(None), slice(None), slice(halo, -halo), slice(halo, -halo))
    found = {}
    for sensor, cube, dates in (("S2", window.s2, window.s2_dates), ("S1", window.s1, window.s1_dates)):
        kept = np.flatnonzero(np.isfinite(cube[inner]).any(axis=(1, 2, 3)))
        days = torch.tensor([dates[i].toordinal() for i in kept], dtype=torch.int64)
        if sensor == "S2":
            conditions = s2_conditions(days)
        else:
            conditions = s1_conditions(days, torch.as_tensor(np.asarray(window.s1_ascending, bool)[kept]))
        values = torch.from_numpy(np.ascontiguousarray(cube[kept], np.float32))
        found[sensor] = Views(sensor, values.to(device), conditions.to(device), days.to(device))
    return found


@dataclass
class Encoded:
    """Encoded dates of a sensor without the halo: ``features`` (T, P, C), ``seen`` (T, P), ``bands`` (T, P, B)."""

    features: Tensor
    seen: Tensor
    bands: Tensor
    days: Tensor

    def take(self, pixels: Tensor | slice) -> Observations:
        """Some pixels as observations (P, T, ...)."""
        parts = [part[:, pixels].transpose(0, 1).contiguous() for part in (self.features, self.seen, self.bands)]
        return Observations(parts[0], parts[1], self.days, parts[2])


class GppModel:
    """GPP in g C m-2 d-1 of a window's core pixels (P,), as mean over the asked dates, as a function of its inputs."""

    def __init__(
        self, stack: FusionStack, head: GppHead, views: dict[str, Views], halo: int, days: Tensor, drivers: DriverParts
    ) -> None:
        self.stack, self.head, self.views, self.halo = stack, head, views, halo
        self.days, self.drivers = days, drivers
        height, width = (size - 2 * halo for size in next(iter(views.values())).values.shape[-2:])
        self.shape = (height, width)
        self.device = days.device

    def _core(self, values: Tensor) -> Tensor:
        """(N, H, W, C) of the window to (N, P, C) of its core."""
        cut = slice(self.halo, -self.halo)
        return values[:, cut, cut].flatten(1, 2)

    @torch.no_grad()
    def encode(self, views: Views, season: float = 1.0) -> Encoded:
        """All dates of a sensor, one by one."""
        encoder = self.stack.encoder(views.sensor)
        parts: list[list[Tensor]] = [[], [], []]
        for t in range(len(views.values)):
            one = views.values[t : t + 1]
            features, seen = encoder(one, _seasoned(views.conditions[t : t + 1], season))
            bands = encoder.normalise(one).permute(0, 2, 3, 1)
            for kept, value in zip(parts, (features, seen[..., None], bands), strict=True):
                kept.append(self._core(value))
        if not parts[0]:
            pixels = self.shape[0] * self.shape[1]
            width, count = encoder.config.width, len(encoder.config.bands)
            empty = [torch.zeros(0, pixels, size, device=views.values.device) for size in (width, 1, count)]
            return Encoded(empty[0], empty[1][..., 0] > 0, empty[2], views.days)
        features, seen, bands = (torch.cat(kept) for kept in parts)
        return Encoded(features, seen[..., 0], bands, views.days)

    def gpp(self, sensors: Mapping[str, Observations], scale: Mapping[str, Tensor], alpha: Tensor) -> Tensor:
        """(P,) of encoded pixels; ``scale`` (P, 1) of the drivers' parts, ``alpha`` (P, 1, 1) of the season told."""
        with _told_season(self.stack, alpha):
            fused = self.stack.fusion.embed(sensors, self.days)
            spectrum, _ = self.stack.reflectance(fused, self.days)
        # The light-use model is small: it stays on the CPU.
        value = self.head.core(spectrum[..., list(SIX_BAND_INDEX)].cpu(), *self.drivers.values(scale))
        known = fused.known.cpu().to(value.dtype)
        return (value * known).sum(-1) / known.sum(-1).clamp_min(1)

    @torch.no_grad()
    def value(self, encoded: Mapping[str, Encoded], pixels: Tensor, without: frozenset[str] = frozenset()) -> Tensor:
        """GPP (N,) of some pixels, without some of the groups season, place and weather."""
        out = []
        for part in pixels.split(CHUNK):
            count = len(part)
            scale = {g: torch.full((count, 1), float(g not in without)) for g in SCALED}
            alpha = torch.full((count, 1, 1), float(SEASON not in without), device=self.device)
            out.append(self.gpp({name: e.take(part) for name, e in encoded.items()}, scale, alpha))
        return torch.cat(out)


def gradient_times_input(model: GppModel, check: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Gradient x (input - baseline) of the core's summed GPP.

    An image's attribution lies where the pixel lies that was seen, its effect on neighbours with it.

    Returns:
        ``bands`` (G, P) by group of GPP_GROUPS; ``dates`` by sensor (T, B), means over the core of the absolute
        attributions of a date's bands; ``days`` by sensor, ordinals (T,).
    """
    encoded = {name: model.encode(views) for name, views in model.views.items()}
    pixels = model.shape[0] * model.shape[1]
    slopes = {
        name: (torch.zeros_like(e.features), torch.zeros_like(torch.nan_to_num(e.bands))) for name, e in encoded.items()
    }
    found = {group: np.zeros(pixels) for group in GPP_GROUPS}
    for start in range(0, pixels, CHUNK):
        check()
        part = slice(start, min(start + CHUNK, pixels))
        count = part.stop - part.start
        scale = {g: torch.ones(count, 1, requires_grad=True) for g in SCALED}
        alpha = torch.ones(count, 1, 1, device=model.device, requires_grad=True)
        sensors = {name: e.take(part) for name, e in encoded.items()}
        for observed in sensors.values():
            observed.features.requires_grad_(True)
            observed.bands.requires_grad_(True)
        model.gpp(sensors, scale, alpha).sum().backward()  # type: ignore[no-untyped-call]
        for name, observed in sensors.items():
            for kept, leaf in zip(slopes[name], (observed.features, observed.bands), strict=True):
                if leaf.grad is not None:
                    kept[:, part] = torch.nan_to_num(leaf.grad).transpose(0, 1)
        for group in SCALED:
            slope = scale[group].grad
            found[group][part] += 0.0 if slope is None else slope[:, 0].cpu().numpy()
        if alpha.grad is not None:
            found[SEASON][part] += alpha.grad[:, 0, 0].cpu().numpy()
    dates: dict[str, Floats] = {}
    for name, views in model.views.items():
        by_date = np.zeros((len(views.values), len(model.stack.encoder(name).config.bands)))
        for t in range(len(views.values)):
            check()
            bands, season = _encoder_slopes(model, views, t, slopes[name][0][t], slopes[name][1][t])
            found[SEASON] += season / pixels
            if name == "S2":
                for band, values in zip(S2_BANDS, bands, strict=True):
                    found[band] += values
            else:
                found[S1] += bands.sum(axis=0)
            by_date[t] = np.abs(bands).mean(axis=1)
        dates[name] = by_date
    days = {name: views.days.cpu().numpy() for name, views in model.views.items()}
    return {"bands": np.stack([found[group] for group in GPP_GROUPS]), "dates": dates, "days": days}


def _encoder_slopes(model: GppModel, views: Views, t: int, features: Tensor, bands: Tensor) -> tuple[Floats, float]:
    """Gradient x input of one date: (B, P) of its bands, and of the season that its encoder was told."""
    encoder = model.stack.encoder(views.sensor)
    values = views.values[t : t + 1].clone().requires_grad_(True)
    conditions = views.conditions[t : t + 1].clone().requires_grad_(True)
    encoded, _ = encoder(values, conditions)
    (model._core(encoded)[0] * features).sum().backward()  # type: ignore[no-untyped-call]
    assert values.grad is not None  # nosec B101 - for the type checker
    cut = slice(model.halo, -model.halo)
    slope = torch.nan_to_num(values.grad)[0, :, cut, cut].flatten(1)
    # What the decoder copies of the measured bands does not pass the encoder.
    slope = slope + (bands / encoder.std).T
    away = torch.nan_to_num(views.values[t, :, cut, cut].flatten(1) - encoder.mean[:, None])
    season = 0.0
    if conditions.grad is not None:
        told = conditions.grad[0, :_SEASON_COLUMNS] * views.conditions[t, :_SEASON_COLUMNS]
        season = float(told.sum())
    return (slope * away).cpu().numpy().astype(float), season


def occlusion(model: GppModel, pixels: Tensor, check: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """By how much GPP falls (N,) at some pixels when an input goes to its baseline: ``bands`` (G, N), ``dates``."""
    encoded = {name: model.encode(views) for name, views in model.views.items()}
    whole = model.value(encoded, pixels)
    found: dict[str, Tensor] = {}
    for group in GPP_GROUPS:
        check()
        if group == S1:
            other = {**encoded, "S1": model.encode(model.views["S1"].at_baseline(model.stack))}
        elif group in S2_BANDS:
            band = S2_BANDS.index(group)
            other = {**encoded, "S2": model.encode(model.views["S2"].at_baseline(model.stack, slice(band, band + 1)))}
        elif group == SEASON:
            other = {name: model.encode(views, 0.0) for name, views in model.views.items()}
        else:
            other = encoded
        found[group] = whole - model.value(other, pixels, frozenset({group}))
    dates = {}
    for name, views in model.views.items():
        flat = model.encode(views.at_baseline(model.stack))
        size = np.zeros(len(views.days))
        for t in range(len(views.days)):
            check()
            kept = encoded[name]
            swapped = Encoded(kept.features.clone(), kept.seen, kept.bands.clone(), kept.days)
            swapped.features[t], swapped.bands[t] = flat.features[t], flat.bands[t]
            changed = whole - model.value({**encoded, name: swapped}, pixels)
            size[t] = float(changed.abs().mean())
        dates[name] = size
    return {"bands": np.stack([found[g].cpu().numpy() for g in GPP_GROUPS]).astype(float), "dates": dates}


def attribute(
    model: GppModel, every: int = 4, check: Callable[[], None] = lambda: None
) -> tuple[Attribution, Any, Any]:
    """Both methods on a window: the attributions of blocks of ``every`` x ``every`` pixels, with the dates' sizes of
    gradient and of occlusion, which is measured at one pixel of each block."""
    slope = gradient_times_input(model, check)
    height, width = model.shape
    grid = np.arange(height * width).reshape(height, width)
    sample = grid[every // 2 :: every, every // 2 :: every]
    hidden = occlusion(model, torch.as_tensor(sample.ravel(), device=model.device), check)
    rows, cols = height // every, width // every
    blocks = slope["bands"].reshape(-1, rows, every, cols, every).mean(axis=(2, 4)).reshape(len(GPP_GROUPS), -1)
    return Attribution(GPP_GROUPS, blocks, hidden["bands"]), slope, hidden


def _seasoned(conditions: Tensor, season: float) -> Tensor:
    if season == 1.0:
        return conditions
    out = conditions.clone()
    out[:, :_SEASON_COLUMNS] *= season
    return out


@contextmanager
def _told_season(stack: FusionStack, alpha: Tensor) -> Iterator[None]:
    """Within, fusion and decoders are told ``alpha`` (P, 1, 1) times the season."""

    def first(_: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return (args[0] * alpha, *args[1:])

    def second(_: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return (args[0], args[1] * alpha, *args[2:])

    fusion = stack.fusion
    handles = [decoder.register_forward_pre_hook(second) for decoder in fusion.decoders.values()]
    told = getattr(fusion, "when", None)
    if told is not None:
        handles.append(told.register_forward_pre_hook(first))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()

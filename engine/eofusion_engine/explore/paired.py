"""The same model on two arms, as it was and as edited, with the same draws: differences and how sure they are.

Pure functions of cube windows and the model. Where nothing changed within reach the arms are one computation, so that
the difference is exactly zero there and not merely small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import numpy as np
import torch
from numpy.typing import NDArray

from ..bands import S2_BANDS, SIX_BAND_INDEX
from ..cube import CubeWindow
from ..inference.encode import encode_window
from ..inference.tiles import HALO
from ..model.gpp import GppHead
from ..model.light_use import ground_gate
from ..model.stack import FusionStack
from ..model.temperature.condition import Condition
from ..model.temperature.generate import TemperatureGenerator
from ..model.temperature.image_tokens import ABSENT
from ..model.temperature.sequence import window_start, windows_of
from ..physics.sun import extraterrestrial_radiation
from ..products.reflectance import spec as reflectance_spec
from .edits import changed, reach

Floats = NDArray[np.float32]
#: The normal distribution's 90th percentile: p10 to p90 is this many standard deviations to each side.
_P90 = 1.2816
_RED, _NIR = S2_BANDS.index("B04"), S2_BANDS.index("B08")


@dataclass(frozen=True)
class Arms:
    """Reflectance (D, 10, H, W) of both arms and its standard deviation, for a window without its halo.

    ``within`` (H, W): where the edit can be seen from; elsewhere both arms are the same array's values.
    """

    before: Floats
    after: Floats
    before_sd: Floats
    after_sd: Floats
    within: NDArray[np.bool_]


def paired_reflectance(
    stack: FusionStack, before: CubeWindow, after: CubeWindow, dates: Sequence[date], halo: int = HALO
) -> Arms:
    """Cloud-free reflectance of both arms, with the rounding of a run's products.

    The edited arm's own values are taken where any change lies within the encoders' reach, the first arm's elsewhere.
    """
    within = reach(changed(before, after))[halo:-halo, halo:-halo]
    form = reflectance_spec(dates[0])

    def stored(values: Floats, sd: Floats) -> tuple[Floats, Floats]:
        return form.unpack(form.pack(values)), sd

    one = encode_window(stack, before, halo, dates)
    value, sd = stored(one.reflectance, one.reflectance_sd)
    if not within.any():
        return Arms(value, value, sd, sd, within)
    two = encode_window(stack, after, halo, dates)
    edited, edited_sd = stored(two.reflectance, two.reflectance_sd)
    return Arms(value, np.where(within, edited, value), sd, np.where(within, edited_sd, sd), within)


def ndvi(reflectance: Floats) -> Floats:
    """NDVI (D, H, W) of (D, 10, H, W), NaN where a band is."""
    red, near = reflectance[:, _RED], reflectance[:, _NIR]
    total = red + near
    return np.divide(near - red, total, out=np.full_like(total, np.nan), where=total > 0)


@dataclass(frozen=True)
class Draws:
    """What both arms are given alike, S draws of each: ``spectrum`` (S, D, 10) errors of the reflectance and ``gpp``
    (S,) of GPP, in standard deviations. A draw holds for all pixels: errors of neighbours are alike."""

    spectrum: Floats
    gpp: Floats

    @classmethod
    def of(cls, seed: int, samples: int, dates: Sequence[date]) -> Draws:
        """The same seed gives the same draws, for each date and whatever the others are."""
        spectrum = np.empty((samples, len(dates), len(S2_BANDS)), np.float32)
        for index, day in enumerate(dates):
            # The decoders' errors are Laplace; over its scale's square root of two this has a deviation of 1.
            rng = np.random.default_rng([seed, 71, day.toordinal()])
            spectrum[:, index] = rng.laplace(0, 0.5**0.5, (samples, len(S2_BANDS)))
        return cls(spectrum, np.random.default_rng([seed, 73]).standard_normal(samples).astype(np.float32))

    def on(self, values: Floats, sd: Floats, sample: int) -> Floats:
        """Reflectance (D, 10, H, W) of one draw."""
        return np.asarray(values + self.spectrum[sample][:, :, None, None] * sd, np.float32)


def ndvi_draws(arms: Arms, draws: Draws, sample: int) -> Floats:
    """NDVI after minus before (D, H, W) of one draw."""
    after, before = draws.on(arms.after, arms.after_sd, sample), draws.on(arms.before, arms.before_sd, sample)
    return ndvi(np.clip(after, 1e-4, None)) - ndvi(np.clip(before, 1e-4, None))


# -- temperature -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class PairedSeries:
    """Daily temperature of G cells in degC: ``before`` and ``after`` (G, N) expected, ``paths_before`` and
    ``paths_after`` (S, G, N) drawn alike, ``differs`` (G,) whether the two arms show different images."""

    before: Floats
    after: Floats
    paths_before: Floats
    paths_after: Floats
    differs: NDArray[np.bool_]

    @property
    def spread(self) -> Floats:
        """Paired differences (S, G, N) about their own mean: what the draws leave unsure."""
        apart = self.paths_after - self.paths_before
        return np.asarray(apart - apart.mean(axis=0), np.float32)


def paired_temperature(
    generator: TemperatureGenerator,
    before: Floats,
    after: Floats,
    epochs: Sequence[date],
    lat: NDArray[np.float64],
    lon: NDArray[np.float64],
    heights: NDArray[np.float64],
    days: Sequence[date],
    seed: int,
    samples: int,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PairedSeries:
    """Temperature of cells whose images (G, E, bands) ``before`` and ``after`` are told in two arms.

    A condition's draws hang on seed, window and place and not on its images (:meth:`Condition.seed`), so that both
    arms get the same. A window whose image tokens did not change is made once and differs by exactly zero.
    """
    ordinals = np.array([day.toordinal() for day in days], np.int64)
    windows = windows_of(ordinals)
    ids = [generator.tokenize(np.asarray(cells, np.float32)) for cells in (before, after)]
    shape = (len(before), len(days))
    means = np.zeros((2, *shape), np.float32)
    paths = np.zeros((2, samples, *shape), np.float32)
    jobs = [(arm, int(window)) for window in np.unique(windows) for arm in (0, 1)]
    each = {
        (arm, window): generator.conditions(
            ids[arm], epochs, (ids[arm] != ABSENT).any(axis=-1), lat, lon, heights, window
        )
        for arm, window in jobs
    }
    differs = np.array(
        [any(each[0, w][cell] != each[1, w][cell] for w in {w for _, w in jobs}) for cell in range(len(before))], bool
    )
    unique = list(dict.fromkeys(condition for conditions in each.values() for condition in conditions))
    drawn: dict[Condition, tuple[Floats, NDArray[np.float64]]] = {}
    with closing(generator.each_drawn(unique, seed, samples, workers)) as made:
        for condition, found in zip(unique, made, strict=True):
            drawn[condition] = found
            progress(len(drawn), len(unique))
    for (arm, window), conditions in each.items():
        inside = windows == window
        for cell, condition in enumerate(conditions):
            mean, draws = _in_degrees(generator, condition, float(heights[cell]), ordinals[inside], *drawn[condition])
            means[arm, cell, inside] = mean
            paths[arm, :, cell, inside] = draws.T
    return PairedSeries(means[0], means[1], paths[0], paths[1], differs)


def _in_degrees(
    generator: TemperatureGenerator,
    condition: Condition,
    height: float,
    days: NDArray[np.int64],
    pmf: Floats,
    z: NDArray[np.float64],
) -> tuple[Floats, Floats]:
    """Expected temperature (n,) and sample paths (S, n) of one condition on ``days`` of its window."""
    within = days - window_start(condition.window)
    normal = generator.normal(condition, days, None if np.isnan(height) else height)
    mean = generator.summary(condition, pmf[within])[0]
    return tuple(  # type: ignore[return-value]
        np.asarray(normal.mean + normal.spread * values, np.float32) for values in (mean, z[:, within])
    )


# -- GPP -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weather:
    """Drivers of D dates: ``tair`` and ``recent`` (D, H, W) or (D, 1, 1) in degC, ``ssrd`` (D,) in W m-2, ``vpd`` (D,)
    in kPa or None."""

    tair: Floats
    recent: Floats
    ssrd: Floats
    vpd: Floats | None


@torch.inference_mode()
def gpp(head: GppHead, reflectance: Floats, weather: Weather, lat: float, dates: Sequence[date]) -> Floats:
    """Central estimate of GPP (D, H, W) in g C m-2 d-1; NaN where a band is not known."""
    top = extraterrestrial_radiation(lat, np.array(dates, "datetime64[D]")).astype(np.float32)
    shape = reflectance.shape[-2:]
    out = np.empty((len(dates), *shape), np.float32)
    for index in range(len(dates)):
        six = torch.from_numpy(np.ascontiguousarray(np.moveaxis(reflectance[index, list(SIX_BAND_INDEX)], 0, -1)))
        drivers = [
            torch.from_numpy(np.array(np.broadcast_to(values, shape), np.float32))
            for values in (
                weather.tair[index],
                weather.ssrd[index],
                np.nan if weather.vpd is None else weather.vpd[index],
                weather.recent[index],
            )
        ]
        out[index] = head.core(six, torch.tensor(top[index]), *drivers).numpy()
    return out


@torch.inference_mode()
def erred(head: GppHead, value: Floats, reflectance: Floats, z: float, measured: bool) -> Floats:
    """GPP (D, H, W) as it would be if the estimate erred by ``z`` standard deviations of the head's interval.

    The same ``z`` for both arms: a place that is more productive than most stays so when it is edited.
    """
    six = torch.from_numpy(np.ascontiguousarray(np.moveaxis(reflectance[:, list(SIX_BAND_INDEX)], 1, -1)))
    low, high = head.intervals[measured].apply(torch.from_numpy(value), ground_gate(six))
    away = high - torch.from_numpy(value) if z > 0 else torch.from_numpy(value) - low
    return np.asarray((torch.from_numpy(value) + z / _P90 * away).clamp(min=0.0).numpy())


def interval(draws: Floats, centre: Floats | float) -> tuple[Floats, Floats]:
    """p10 and p90 of a difference from its draws (S, ...), about the ``centre`` that the tool reports."""
    low, high = np.quantile(draws - draws.mean(axis=0), (0.1, 0.9), axis=0)
    return np.asarray(centre + low, np.float32), np.asarray(centre + high, np.float32)

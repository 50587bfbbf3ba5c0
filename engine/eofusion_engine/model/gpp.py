"""The GPP head: daily gross primary production and its interval, from reflectance and weather.

:class:`GppHead` wraps the light-use-efficiency core (light_use.py) for arrays (date, band, row,
column). Its interval is a recalibrated error model: the errors at towers that the fit did not
see grow with GPP itself, so p10 = p50 - a - b p50 (never below 0) and p90 = p50 + c + d p50, one
set for measured weather and one, never narrower, for weather from a climatology or generated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..bands import SIX_BAND_INDEX
from ..physics.place_season import PlaceSeason
from ..physics.radiation import RadiationClimatology
from ..physics.sun import day_length
from .light_use import LightUse, ground_gate
from .weights import load_into, load_tensors

NAME = "gpp"
#: A driver: one value for all, one a date (D,), or anything that broadcasts to (D, H, W).
Driver = np.ndarray | float
#: Rows of one pass: bounds the temporary arrays to some tens of MB.
_CHUNK = 1 << 16
_RADIATION = "radiation."
#: Errors closer in time than this go together (weather, canopy state).
ERROR_DAYS = 7.0


@dataclass(frozen=True)
class IntervalModel:
    """Offsets and slopes of p10 and p90 around the central estimate, all >= 0 (g C m-2 d-1, share).

    ``lasting`` is the share of the daily error's spread that stays with a place all season, while the rest
    cancels over some days: see :meth:`period_width`.
    """

    low_offset: float
    low_slope: float
    high_offset: float
    high_slope: float
    lasting: float

    def period_width(self, days: np.ndarray | float) -> np.ndarray | float:
        """Width of the interval of a sum over ``days`` as a share of the summed daily intervals: 1 for one day,
        towards ``lasting`` for a long season (errors of one week count as one)."""
        return (self.lasting**2 + (1 - self.lasting**2) / np.maximum(np.asarray(days) / ERROR_DAYS, 1.0)) ** 0.5

    def apply(self, gpp: Tensor, gate: Tensor) -> tuple[Tensor, Tensor]:
        """p10 and p90 of central estimates; ``gate`` takes the offsets away where GPP is 0 for certain."""
        alive = gate * (gpp > 0)
        low = gpp - alive * (self.low_offset + self.low_slope * gpp)
        return low.clamp(min=0.0), gpp + alive * (self.high_offset + self.high_slope * gpp)

    def at_least(self, other: IntervalModel) -> IntervalModel:
        """The wider of both in every number."""
        return IntervalModel.from_tensor(torch.maximum(self.as_tensor(), other.as_tensor()))

    def as_tensor(self) -> Tensor:
        """The five numbers as stored in the weights file."""
        return torch.tensor([self.low_offset, self.low_slope, self.high_offset, self.high_slope, self.lasting])

    @classmethod
    def from_tensor(cls, tensor: Tensor) -> IntervalModel:
        """Inverse of :meth:`as_tensor`."""
        return cls(*(float(value) for value in tensor))


class GppHead:
    """GPP of reflectance and weather. Made with :meth:`from_weights`."""

    def __init__(self, core: LightUse, measured: IntervalModel, climatological: IntervalModel) -> None:
        self.core = core.eval().requires_grad_(False)
        self.intervals = {True: measured, False: climatological}

    @classmethod
    def from_weights(cls, weights_dir: Path | None = None) -> GppHead:
        """Load the shipped (or the given folder's) gpp.safetensors; raises ``WeightsError``."""
        tensors, config = load_tensors(NAME, weights_dir)
        core = LightUse(**config["light_use"])
        load_into(core, {k.removeprefix("core."): v for k, v in tensors.items() if k.startswith("core.")}, NAME)
        return cls(
            core,
            IntervalModel.from_tensor(tensors["interval.measured"]),
            IntervalModel.from_tensor(tensors["interval.climatological"]),
        )

    @torch.inference_mode()
    def predict(
        self,
        reflectance: np.ndarray,
        tair: Driver,
        ssrd: Driver,
        vpd: Driver | None = None,
        *,
        lat: float | None = None,
        dates: Sequence[date] | None = None,
        weather_measured: bool = True,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """p10, p50, p90 of daily GPP, each (D, H, W) float32 in g C m-2 d-1.

        Args:
            reflectance: (D, 10, H, W) surface reflectance 0-1 in the order of ``bands.S2_BANDS``;
                NaN where not known (in any of the six bands used): NaN comes out.
            tair: daily mean air temperature in degC. ssrd: downwelling radiation, daily mean, W m-2.
            vpd: vapour pressure deficit in kPa; None, or NaN on a day, where not known.
            lat, dates: degrees and the D dates, for the length of the day; without either the head
                takes a middling day and is a little less exact.
            weather_measured: False when temperature or radiation is generated or a climatology: the
                interval is then the one fitted to errors with such weather.
        """
        count, _, height, width = reflectance.shape
        shape = (count, height, width)
        drivers = [_per_date(d, shape) for d in (tair, ssrd, np.nan if vpd is None else vpd)]
        hours = _day_hours(lat, dates, count)
        interval = self.intervals[weather_measured]
        out = np.empty((3, *shape), np.float32)
        for index in range(count):
            six = _six(reflectance[index])
            flat = [np.broadcast_to(d[index], (height, width)).reshape(-1) for d in drivers]
            result = out[:, index].reshape(3, -1)
            for start in range(0, len(six), _CHUNK):
                part = slice(start, start + _CHUNK)
                bands = torch.from_numpy(six[part])
                today = [torch.from_numpy(np.array(f[part], np.float32)) for f in flat]
                gpp = self.core(bands, torch.tensor(hours[index]), *today)
                low, high = interval.apply(gpp, ground_gate(bands))
                result[:, part] = torch.stack([low, gpp, high]).numpy()
        return out[0], out[1], out[2]

    @torch.inference_mode()
    def canopy(
        self, reflectance: np.ndarray, lat: float | None = None, dates: Sequence[date] | None = None
    ) -> np.ndarray:
        """The canopy factor (D, H, W) of reflectance (D, 10, H, W): GPP over what the weather allows."""
        count, _, height, width = reflectance.shape
        hours = _day_hours(lat, dates, count)
        out = np.empty((count, height * width), np.float32)
        for index in range(count):
            six = _six(reflectance[index])
            for start in range(0, len(six), _CHUNK):
                part = slice(start, start + _CHUNK)
                out[index, part] = self.core.canopy(torch.from_numpy(six[part]), torch.tensor(hours[index])).numpy()
        return out.reshape(count, height, width)

    @torch.inference_mode()
    def weather(self, tair: np.ndarray, ssrd: np.ndarray, vpd: np.ndarray | None) -> np.ndarray:
        """The weather factor of drivers of one shape: GPP is canopy times this."""
        dry = np.full_like(tair, np.nan) if vpd is None else vpd
        return self.core.weather(*(torch.from_numpy(np.asarray(d, np.float32)) for d in (tair, ssrd, dry))).numpy()


def daily_gpp_sum(
    head: GppHead,
    reflectance: np.ndarray,
    dates: Sequence[date],
    days: Sequence[date],
    tair_by_day: np.ndarray,
    ssrd_by_day: np.ndarray,
    vpd_by_day: np.ndarray | None = None,
    *,
    lat: float | None = None,
    weather_measured: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """p10, p50, p90 of the sum of GPP over ``days``, each (H, W) float32 in g C m-2.

    Weather counts day by day: (N,) or (N, H, W) for the N ``days``. Between ``dates`` (ascending) the canopy
    factor of ``reflectance`` (D, 10, H, W), which is what reflectance acts through, is interpolated
    linearly in time, per pixel over the dates it has; before the first and after the last it is
    held. A pixel without any date is NaN.

    The interval: errors of a place persist (a forest that is more efficient than most stays so). So daily
    errors are first taken as fully correlated, that is, the daily bounds are added; then the sum's bounds are
    drawn in by ``IntervalModel.period_width``, fitted so that they hold four of five seasons (site and year)
    at towers that the fit did not see. It speaks of one pixel's sum; the errors of pixels of one
    area are alike, so an area's mean is hardly surer.
    """
    interval = head.intervals[weather_measured]
    canopy = head.canopy(reflectance, lat, dates)
    _fill_in_time(canopy, np.array([d.toordinal() for d in dates], float))
    height, width = canopy.shape[1:]
    total = np.zeros((3, height, width), np.float32)
    ordinals = np.array([d.toordinal() for d in dates], float)
    position = np.interp([d.toordinal() for d in days], ordinals, np.arange(len(dates), dtype=float))
    for index, where in enumerate(position):
        before = int(where)
        after = min(before + 1, len(dates) - 1)
        share = np.float32(where - before)
        today = canopy[before] * (1 - share) + canopy[after] * share
        vpd = None if vpd_by_day is None else np.atleast_1d(vpd_by_day[index])
        factor = head.weather(np.atleast_1d(tair_by_day[index]), np.atleast_1d(ssrd_by_day[index]), vpd)
        gpp = torch.from_numpy(today * factor)
        low, high = interval.apply(gpp, torch.ones(()))
        for row, value in enumerate((low, gpp, high)):
            total[row] += value.numpy()
    width = np.float32(interval.period_width(len(days)))
    return total[1] - width * (total[1] - total[0]), total[1], total[1] + width * (total[2] - total[1])


def _fill_in_time(canopy: np.ndarray, ordinals: np.ndarray) -> None:
    """Fill NaN of (D, H, W) in place: linear in time between a pixel's own dates, held at the ends."""
    flat = canopy.reshape(len(canopy), -1)
    for pixel in np.flatnonzero(np.isnan(flat).any(axis=0)):
        known = np.isfinite(flat[:, pixel])
        if known.any():
            flat[:, pixel] = np.interp(ordinals, ordinals[known], flat[known, pixel])


def _six(reflectance: np.ndarray) -> np.ndarray:
    """Reflectance (10, H, W) as rows of six bands (H*W, 6) float32."""
    six = reflectance[list(SIX_BAND_INDEX)].reshape(len(SIX_BAND_INDEX), -1)
    return np.ascontiguousarray(six.T, np.float32)


def _per_date(driver: Driver, shape: tuple[int, int, int]) -> np.ndarray:
    """A driver as an array whose first axis is the date; (D,) means one value a date."""
    values = np.asarray(driver, np.float32)
    if values.ndim == 1 and values.shape[0] == shape[0]:
        values = values[:, None, None]
    return np.broadcast_to(values, shape)


def _day_hours(lat: float | None, dates: Sequence[date] | None, count: int) -> np.ndarray:
    """Day length (D,) in hours, NaN where place or dates are not known."""
    if lat is None or dates is None:
        return np.full(count, np.nan, np.float32)
    return day_length(lat, np.array(dates, "datetime64[D]")).astype(np.float32)


def radiation_tensors(climatology: RadiationClimatology) -> dict[str, Tensor]:
    """The climatology of radiation as tensors of the weights file."""
    fields = {"place": climatology.of_place, "latitude": climatology.of_latitude}
    return {_RADIATION + key: torch.from_numpy(field.coefficients).float() for key, field in fields.items()}


@lru_cache(maxsize=4)
def load_radiation_climatology(weights_dir: Path | None = None) -> RadiationClimatology:
    """The climatology of radiation that ships in gpp.safetensors; raises ``WeightsError``."""
    tensors, _ = load_tensors(NAME, weights_dir)
    place, latitude = (PlaceSeason(tensors[_RADIATION + key].double().numpy()) for key in ("place", "latitude"))
    return RadiationClimatology(place, latitude)

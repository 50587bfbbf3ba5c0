"""The GPP head: daily gross primary production and its interval, from reflectance and weather.

:class:`GppHead` wraps the light-use-efficiency core (light_use.py) for arrays (date, band, row, column), with its
interval (gpp_interval.py): one for measured weather and one, never narrower, for a climatology or generated weather.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..bands import SIX_BAND_INDEX
from ..physics.place_season import PlaceSeason
from ..physics.radiation import RadiationClimatology
from ..physics.sun import extraterrestrial_radiation
from .calibration import Calibration, calibrated
from .gpp_interval import IntervalModel
from .light_use import LightUse, ground_gate
from .weights import load_into, load_tensors

NAME = "gpp"
#: A driver: one value for all, one a date (D,), or anything that broadcasts to (D, H, W).
Driver = np.ndarray | float
#: Rows of one pass: bounds the temporary arrays to some tens of MB.
_CHUNK = 1 << 16
_RADIATION = "radiation."
_WEATHER = {True: "measured", False: "climatological"}
#: The past that temperature acclimation looks at: so many days, of which so many must be known.
RECENT_DAYS, RECENT_LEAST = 30, 8


class GppHead:
    """GPP of reflectance and weather. Made with :meth:`from_weights`."""

    def __init__(
        self, core: LightUse, fine: Mapping[bool, IntervalModel], coarse: Mapping[bool, IntervalModel]
    ) -> None:
        self.core = core.eval().requires_grad_(False)
        #: By whether the weather is measured: of pixels of 10 to 30 m, and of 500 m (towers' MODIS tables).
        self.intervals, self.coarse_intervals = dict(fine), dict(coarse)

    @classmethod
    def from_weights(cls, weights_dir: Path | None = None, calibration: Calibration | None = None) -> GppHead:
        """Load the shipped (or the given folder's) gpp.safetensors; raises ``WeightsError``."""
        tensors, config = load_tensors(NAME, weights_dir)
        core = LightUse(**config["light_use"])
        load_into(core, {k.removeprefix("core."): v for k, v in tensors.items() if k.startswith("core.")}, NAME)
        if calibration is not None:
            core = calibrated(core, calibration.scale, calibration.temperature_shift)
        fine, coarse = (
            {known: IntervalModel.from_tensor(tensors[f"{kind}.{name}"]) for known, name in _WEATHER.items()}
            for kind in ("interval", "interval_coarse")
        )
        return cls(core, fine, coarse)

    @torch.inference_mode()
    def predict(
        self,
        reflectance: np.ndarray,
        tair: Driver,
        ssrd: Driver,
        vpd: Driver | None = None,
        *,
        recent: Driver | None = None,
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
            recent: mean temperature of the last 30 days (:func:`trailing_mean`); None or NaN where not known.
            lat, dates: degrees and the D dates, which tell how clear the sky was; without either the head
                takes an average sky and is a little less exact.
            weather_measured: False when temperature or radiation is generated or a climatology: the
                interval is then the one fitted to errors with such weather.
        """
        count, _, height, width = reflectance.shape
        top = sun_top(lat, dates, count)
        drivers = [_per_date(np.nan if d is None else d, (count, height, width)) for d in (tair, ssrd, vpd, recent)]
        out = np.empty((3, count, height, width), np.float32)
        for index in range(count):
            today = [np.broadcast_to(d[index], (height, width)) for d in drivers]
            out[:, index] = self._day(reflectance[index][list(SIX_BAND_INDEX)], top[index], today, weather_measured)
        return out[0], out[1], out[2]

    @torch.inference_mode()
    def within_training(
        self,
        reflectance: np.ndarray,
        tair: Driver,
        ssrd: Driver,
        *,
        recent: Driver | None = None,
        lat: float | None = None,
        dates: Sequence[date] | None = None,
    ) -> np.ndarray:
        """Percent (2, H, W) of the D dates on which cover and climate are such as the training towers had.

        Arguments as for :meth:`predict`; NaN where no date is known. Cover is judged by band ratios, climate by
        temperature, radiation, clearness and the change of temperature within a month.
        """
        count, _, height, width = reflectance.shape
        top = sun_top(lat, dates, count)
        drivers = [_per_date(np.nan if d is None else d, (count, height, width)) for d in (tair, ssrd, recent)]
        inside, known = np.zeros((2, height, width)), np.zeros((height, width))
        for index in range(count):
            six = np.ascontiguousarray(np.moveaxis(reflectance[index][list(SIX_BAND_INDEX)], 0, -1), np.float32)
            today = [torch.from_numpy(np.array(d[index], np.float32)) for d in drivers]
            features = self.core.features(torch.from_numpy(six), torch.tensor(top[index]), *today)
            there = np.isfinite(six).all(axis=-1)
            for row, part in enumerate(self.core.within(features)):
                inside[row] += part.numpy() & there
            known += there
        return np.where(known > 0, 100.0 * inside / np.maximum(known, 1), np.nan).astype(np.float32)

    def _day(self, six: np.ndarray, top: float, drivers: Sequence[np.ndarray], measured: bool) -> np.ndarray:
        """p10, p50, p90 (3, H, W) of one day: ``six`` (6, H, W), drivers each (H, W) or a single value."""
        interval = self.intervals[measured]
        shape = six.shape[1:]
        rows = np.ascontiguousarray(six.reshape(len(six), -1).T, np.float32)
        single = all(d.size == 1 or not any(d.strides) for d in drivers)
        flat = [d.reshape(-1)[:1] if single else np.broadcast_to(d, shape).reshape(-1) for d in drivers]
        out = np.empty((3, len(rows)), np.float32)
        for start in range(0, len(rows), _CHUNK):
            part = slice(start, start + _CHUNK)
            bands = torch.from_numpy(rows[part])
            weather = [torch.from_numpy(np.array(d if single else d[part], np.float32)) for d in flat]
            gpp = self.core(bands, torch.tensor(top), *weather)
            low, high = interval.apply(gpp, ground_gate(bands))
            out[:, part] = torch.stack([low, gpp, high]).numpy()
        return out.reshape(3, *shape)


def trailing_mean(tair: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
    """Mean temperature (N, ...) of each day and the 29 before it, from daily ``tair`` (N, ...) and ``before`` (M, ...).

    ``before`` are the days that precede, for the period's beginning; NaN is not known. NaN comes out where fewer than
    8 days are.
    """
    series = np.asarray(tair, float)
    lead = 0
    if before is not None and len(before):
        history = np.asarray(before, float).reshape(len(before), *[1] * (series.ndim - 1))
        lead = len(before)
        series = np.concatenate([np.broadcast_to(history, (lead, *series.shape[1:])), series])
    known = np.isfinite(series)
    nothing = np.zeros((1, *series.shape[1:]))
    total = np.concatenate([nothing, np.cumsum(np.where(known, series, 0.0), axis=0)])
    count = np.concatenate([nothing, np.cumsum(known, axis=0)])
    last = np.arange(1, len(series) + 1)
    first = np.maximum(last - RECENT_DAYS, 0)
    days = count[last] - count[first]
    mean = (total[last] - total[first]) / np.maximum(days, 1)
    return np.where(days >= RECENT_LEAST, mean, np.nan)[lead:].astype(np.float32)


def _per_date(driver: Driver, shape: tuple[int, int, int]) -> np.ndarray:
    """A driver as an array whose first axis is the date; (D,) means one value a date."""
    values = np.asarray(driver, np.float32)
    if values.ndim == 1 and values.shape[0] == shape[0]:
        values = values[:, None, None]
    return np.broadcast_to(values, shape)


def sun_top(lat: float | None, dates: Sequence[date] | None, count: int) -> np.ndarray:
    """Radiation above the atmosphere (D,) in W m-2, NaN where place or dates are not known."""
    if lat is None or dates is None:
        return np.full(count, np.nan, np.float32)
    return extraterrestrial_radiation(lat, np.array(dates, "datetime64[D]")).astype(np.float32)


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

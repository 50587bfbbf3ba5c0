"""Gross primary production from reflectance and weather: light use efficiency with a bounded learned modulation.

    GPP = greenness x moisture x light(radiation) x warmth(temperature) x dryness(VPD) x modulation

The modulation, from 1/2 to 2, sees band ratios, temperature, radiation, how clear the sky is (radiation over what
would arrive without an atmosphere: cloudy light is used better, and it tells the season) and how much warmer or colder
than today the last 30 days were (acclimation). The temperature response moves with those days, too. Written after
the light-use-efficiency models of Monteith (1972) and Running et al. (2004, MOD17), acclimation after Maekelae
et al. (2008, Glob. Change Biol. 14, 92); every constant is fitted to flux towers (training/gpp.py). One set of
parameters serves with and without VPD, place and past: training hides them at random.

GPP is a daily sum in g C m-2 d-1; radiation a daily mean in W m-2, temperature the daily mean in
degC, VPD in kPa.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

#: EVI of bare ground: no light is used below it. Held fixed, for the towers have no bare ground to fit it to.
_BARE_EVI = 0.06
#: Photosynthesis ceases in frost: no GPP at a mean temperature below the first, no brake above the second
#: (the first is TMIN_min of MOD17, Running et al. 2004).
_FROST_DEGC = (-8.0, -3.0)
#: Snow index (NDSI) between snow in patches and a closed snow cover.
_SNOW_NDSI = (0.45, 0.75)
_REFERENCE_SSRD = 200.0
#: Clearness where the place is not known: an average sky's.
_MEAN_CLEARNESS = 0.5
#: The logarithm of what the modulation can do: from half to double.
BOUND = math.log(2.0)
#: The first so many features are of the ground, the rest of the weather.
GROUND_FEATURES = 6


def _ramp(value: Tensor, low: float, high: float) -> Tensor:
    return ((value - low) / (high - low)).clamp(0.0, 1.0)


def _ratio(first: Tensor, second: Tensor) -> Tensor:
    return (first - second) / (first + second).clamp(min=1e-3)


def enhanced_vegetation_index(six: Tensor) -> Tensor:
    """EVI (...,) of reflectance (..., 6), from 0 to 1.

    EVI's denominator can vanish over cloud remnants, snow and water: where blue is bright or EVI
    leaves its range, EVI2 (Jiang et al. 2008, no blue) takes its place.
    """
    blue, _, red, nir, _, _ = six.unbind(-1)
    denominator = nir + 6 * red - 7.5 * blue + 1
    evi = 2.5 * (nir - red) / denominator.clamp(min=0.1)
    evi2 = 2.5 * (nir - red) / (nir + 2.4 * red + 1)
    unsound = ((blue > 0.2) | (evi > 1) | (evi < 0) | (denominator < 0.1)).to(evi.dtype)
    return (unsound * evi2 + (1 - unsound) * evi).clamp(0.0, 1.0)  # quicker than a selection


def ground_gate(six: Tensor) -> Tensor:
    """Share (...,) of the ground that is neither under snow nor open water, of reflectance (..., 6)."""
    _, green, red, nir, swir1, _ = six.unbind(-1)
    snow_index = _ratio(green, swir1)
    snow = _ramp(snow_index, *_SNOW_NDSI) * (green > 0.1)
    water = (snow_index > 0) & (_ratio(nir, red) < 0.15) & (nir < 0.15)
    return (1 - snow) * (~water)


def ground_columns(six: Tensor) -> tuple[Tensor, ...]:
    """The features of the ground, :data:`GROUND_FEATURES` times (...,), of reflectance (..., 6)."""
    _, green, red, nir, swir1, swir2 = six.unbind(-1)
    return (
        _ratio(nir, red),
        2.5 * (nir - red) / (nir + 2.4 * red + 1),
        _ratio(nir, swir1),
        _ratio(nir, swir2),
        _ratio(green, red),
        _ratio(green, nir),
    )


def weather_columns(top: Tensor, tair: Tensor, ssrd: Tensor, recent: Tensor) -> tuple[Tensor, ...]:
    """The features of the weather, four times (...,); the arguments are those of :meth:`LightUse.forward`."""
    clearness = torch.nan_to_num(ssrd / top.clamp(min=1.0), nan=_MEAN_CLEARNESS).clamp(0.0, 1.0)
    return tair, ssrd, clearness, torch.nan_to_num(recent - tair)


class LightUse(nn.Module):
    """The light-use-efficiency core. All tensors float32; leading axes broadcast."""

    #: Input of the modulation: five band ratios, EVI2, temperature, radiation, clearness, warmth of the last days.
    inputs = 10

    log_efficiency: Tensor
    log_saturation: Tensor
    cold_degc: Tensor
    log_cold_width: Tensor
    hot_degc: Tensor
    log_hot_width: Tensor
    acclimation: Tensor
    log_moist_gain: Tensor
    log_dry_vpd: Tensor
    moisture: Tensor
    log_moisture_width: Tensor

    def __init__(self, nets: int = 3, hidden: int = 8) -> None:
        super().__init__()
        self.nets, self.hidden = nets, hidden
        for name, start in (
            ("log_efficiency", 3.0),
            ("log_saturation", -0.5),
            ("cold_degc", 4.0),
            ("log_cold_width", 1.0),
            ("hot_degc", 36.0),
            ("log_hot_width", 1.0),
            ("acclimation", 0.0),
            ("log_moist_gain", 0.2),
            ("log_dry_vpd", 1.0),
            ("moisture", 0.0),
            ("log_moisture_width", -1.7),
        ):
            self.register_parameter(name, nn.Parameter(torch.tensor(start)))
        self.first = nn.Linear(self.inputs, nets * hidden)
        self.last = nn.Parameter(torch.zeros(nets, hidden))
        self.register_buffer("mean", torch.zeros(self.inputs))
        self.register_buffer("sd", torch.ones(self.inputs))
        self.register_buffer("low", torch.full((self.inputs,), -math.inf))
        self.register_buffer("high", torch.full((self.inputs,), math.inf))

    def features(self, six: Tensor, top: Tensor, tair: Tensor, ssrd: Tensor, recent: Tensor) -> Tensor:
        """Features (..., 10) of the modulation; the arguments are those of :meth:`forward`."""
        columns = torch.broadcast_tensors(*ground_columns(six), *weather_columns(top, tair, ssrd, recent))
        return (torch.stack(columns, dim=-1) - self.get_buffer("mean")) / self.get_buffer("sd")

    def within(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Whether ground and weather (...,) each lie in the range that the training towers had."""
        inside = (features >= self.get_buffer("low")) & (features <= self.get_buffer("high"))
        return inside[..., :GROUND_FEATURES].all(-1), inside[..., GROUND_FEATURES:].all(-1)

    def modulation(self, features: Tensor) -> Tensor:
        """Logarithm (...,) of the learned factor, within :data:`BOUND` either way."""
        hidden = torch.tanh(self.first(features)).unflatten(-1, (self.nets, self.hidden))
        pushed = (hidden * self.last).sum(-1)
        return (BOUND * torch.tanh(pushed / BOUND)).mean(-1)

    def canopy(self, six: Tensor, gate: Tensor | None = None) -> Tensor:
        """What the ground allows (...,) by reflectance (..., 6): 0 over snow, water and without green. ``gate`` is that
        of :func:`ground_gate`, where it is known already."""
        gate = ground_gate(six) if gate is None else gate
        green = nn.functional.softplus((enhanced_vegetation_index(six) - _BARE_EVI) * 20) / 20
        moist = torch.sigmoid((_ratio(six[..., 3], six[..., 4]) - self.moisture) / torch.exp(self.log_moisture_width))
        return torch.exp(self.log_efficiency) * green * moist * gate

    def weather(self, tair: Tensor, ssrd: Tensor, vpd: Tensor, recent: Tensor) -> Tensor:
        """What the weather allows (...,): 0 in darkness and frost."""
        light = ssrd.clamp(min=0.0) / _REFERENCE_SSRD
        light = light / (1 + light * torch.exp(self.log_saturation))
        cold = self.cold_degc + self.acclimation * torch.nan_to_num(recent - tair)
        warmth = torch.sigmoid((tair - cold) / torch.exp(self.log_cold_width)) * torch.sigmoid(
            (self.hot_degc - tair) / torch.exp(self.log_hot_width)
        )
        known = torch.isfinite(vpd)
        dry = torch.exp(self.log_moist_gain) / (1 + torch.nan_to_num(vpd).clamp(min=0.0) / torch.exp(self.log_dry_vpd))
        return light * warmth * _ramp(tair, *_FROST_DEGC) * torch.where(known, dry, torch.ones_like(dry))

    def forward(self, six: Tensor, top: Tensor, tair: Tensor, ssrd: Tensor, vpd: Tensor, recent: Tensor) -> Tensor:
        """GPP (...,) in g C m-2 d-1.

        Args:
            six: (..., 6) reflectance of ``bands.SIX_BANDS``. top: radiation above the atmosphere, daily mean W m-2
                (NaN: place or day not known). tair: degC. ssrd: W m-2. vpd: kPa (NaN: not known). recent: mean
                temperature of the last 30 days in degC (NaN: not known).
        """
        modulation = self.modulation(self.features(six, top, tair, ssrd, recent))
        return self.canopy(six) * self.weather(tair, ssrd, vpd, recent) * torch.exp(modulation)

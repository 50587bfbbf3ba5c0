"""Gross primary production from reflectance and weather: light use efficiency with a learned canopy.

    GPP = canopy(reflectance, day length) x light(radiation) x warmth(temperature) x dryness(VPD)

The canopy factor is a vegetation index times a moisture index times a bounded learned modulation
(at most :attr:`LightUse.bound` either way in logarithm) of band ratios and day length. It holds all
that varies from pixel to pixel, the rest is weather. Written after the light-use-efficiency models
of Monteith (1972) and Running et al. (2004, MOD17); every constant is fitted to flux towers
(training/gpp.py). One set of parameters serves with and without VPD and with and without day
length: training hides them at random.

GPP is a daily sum in g C m-2 d-1; radiation a daily mean in W m-2, temperature the daily mean in
degC, VPD in kPa, day length in hours.
"""

from __future__ import annotations

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
_MEAN_DAY_LENGTH = 14.0


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
    evi = 2.5 * (nir - red) / torch.where(denominator.abs() < 0.1, 0.1, denominator)
    evi2 = 2.5 * (nir - red) / (nir + 2.4 * red + 1)
    unsound = (blue > 0.2) | (evi > 1) | (evi < 0) | (denominator < 0.1)
    return torch.where(unsound, evi2, evi).clamp(0.0, 1.0)


def ground_gate(six: Tensor) -> Tensor:
    """Share (...,) of the ground that is neither under snow nor open water, of reflectance (..., 6)."""
    _, green, red, nir, swir1, _ = six.unbind(-1)
    snow_index = _ratio(green, swir1)
    snow = _ramp(snow_index, *_SNOW_NDSI) * (green > 0.1)
    water = (snow_index > 0) & (_ratio(nir, red) < 0.15) & (nir < 0.15)
    return (1 - snow) * (~water)


class LightUse(nn.Module):
    """The light-use-efficiency core. All tensors float32; leading axes broadcast."""

    #: Input of the modulation: five band ratios, EVI2 and day length.
    inputs = 7

    log_efficiency: Tensor
    log_saturation: Tensor
    cold_degc: Tensor
    log_cold_width: Tensor
    hot_degc: Tensor
    log_hot_width: Tensor
    log_moist_gain: Tensor
    log_dry_vpd: Tensor
    moisture: Tensor
    log_moisture_width: Tensor

    def __init__(self, nets: int = 3, hidden: int = 8, bound: float = 0.7) -> None:
        super().__init__()
        self.nets, self.hidden, self.bound = nets, hidden, bound
        for name, start in (
            ("log_efficiency", 3.0),
            ("log_saturation", -0.5),
            ("cold_degc", 4.0),
            ("log_cold_width", 1.0),
            ("hot_degc", 36.0),
            ("log_hot_width", 1.0),
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

    def features(self, six: Tensor, hours: Tensor) -> Tensor:
        """Features (..., 7) of reflectance (..., 6) and day length (...,) in hours, NaN where not known."""
        _, green, red, nir, swir1, swir2 = six.unbind(-1)
        evi2 = 2.5 * (nir - red) / (nir + 2.4 * red + 1)
        bands = torch.stack(
            [
                _ratio(nir, red),
                evi2,
                _ratio(nir, swir1),
                _ratio(nir, swir2),
                _ratio(green, red),
                _ratio(green, nir),
                torch.nan_to_num(hours, nan=_MEAN_DAY_LENGTH).expand(nir.shape),
            ],
            dim=-1,
        )
        return (bands - self.get_buffer("mean")) / self.get_buffer("sd")

    def canopy(self, six: Tensor, hours: Tensor) -> Tensor:
        """The canopy factor (...,) of reflectance (..., 6) and day length (...,): 0 over snow and water."""
        features = self.features(six, hours)
        hidden = torch.tanh(self.first(features)).unflatten(-1, (self.nets, self.hidden))
        pushed = (hidden * self.last).sum(-1)
        modulation = (self.bound * torch.tanh(pushed / self.bound)).mean(-1)
        green = nn.functional.softplus((enhanced_vegetation_index(six) - _BARE_EVI) * 20) / 20
        moist = torch.sigmoid((_ratio(six[..., 3], six[..., 4]) - self.moisture) / torch.exp(self.log_moisture_width))
        return torch.exp(self.log_efficiency + modulation) * green * moist * ground_gate(six)

    def weather(self, tair: Tensor, ssrd: Tensor, vpd: Tensor) -> Tensor:
        """The weather factor (...,) of temperature, radiation and VPD (NaN: not known): 0 in darkness and frost."""
        light = ssrd.clamp(min=0.0) / _REFERENCE_SSRD
        light = light / (1 + light * torch.exp(self.log_saturation))
        warmth = torch.sigmoid((tair - self.cold_degc) / torch.exp(self.log_cold_width)) * torch.sigmoid(
            (self.hot_degc - tair) / torch.exp(self.log_hot_width)
        )
        known = torch.isfinite(vpd)
        dry = torch.exp(self.log_moist_gain) / (1 + torch.nan_to_num(vpd).clamp(min=0.0) / torch.exp(self.log_dry_vpd))
        return light * warmth * _ramp(tair, *_FROST_DEGC) * torch.where(known, dry, torch.ones_like(dry))

    def forward(self, six: Tensor, hours: Tensor, tair: Tensor, ssrd: Tensor, vpd: Tensor) -> Tensor:
        """GPP (...,) in g C m-2 d-1."""
        return self.canopy(six, hours) * self.weather(tair, ssrd, vpd)

"""The two simple models of GPP that the head must beat, with the numbers that were fitted on the same towers.

``NIRv`` is a straight line of the near-infrared reflectance of vegetation (Badgley et al. 2017, Sci. Adv. 3, e1602244).
``LUE`` is light-use efficiency with five numbers: EVI x radiation x f(temperature) x f(vapour pressure deficit), after
Monteith (1972) and Running et al. (2004).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .light_use import enhanced_vegetation_index
from .weights import load_tensors

_FILE = "gpp"
_PREFIX = "baseline."
#: Radiation at which LUE's first number is the GPP of a full canopy (W m-2).
_REFERENCE_SSRD = 200.0


def near_infrared_of_vegetation(six: np.ndarray) -> np.ndarray:
    """NIRv (...,) of reflectance (..., 6): NDVI times near-infrared."""
    red, nir = six[..., 2], six[..., 3]
    return np.asarray((nir - red) / np.maximum(nir + red, 1e-3) * nir)


@dataclass(frozen=True)
class SimpleModels:
    """``line`` (2,): slope and offset of NIRv. ``lue`` (5,): log efficiency, temperature of half efficiency (degC),
    log of its width, log of the VPD of half efficiency (kPa), log of light saturation."""

    line: np.ndarray
    lue: np.ndarray

    def nirv(self, six: np.ndarray) -> np.ndarray:
        """GPP (N,) of reflectance (N, 6)."""
        return np.asarray(np.polyval(self.line, near_infrared_of_vegetation(np.asarray(six, float))))

    def light_use(self, six: np.ndarray, tair: np.ndarray, ssrd: np.ndarray, vpd: np.ndarray) -> np.ndarray:
        """GPP (N,); degC, W m-2, kPa (NaN: no brake by dry air)."""
        columns = (torch.as_tensor(np.asarray(c, np.float64)) for c in (six, tair, ssrd, vpd))
        return light_use(torch.as_tensor(self.lue), *columns).numpy()

    def as_tensors(self) -> dict[str, Tensor]:
        """As stored in gpp.safetensors."""
        return {f"{_PREFIX}{name}": torch.tensor(getattr(self, name), dtype=torch.float64) for name in ("line", "lue")}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> SimpleModels:
        """Inverse of :meth:`as_tensors`."""
        return cls(*(tensors[f"{_PREFIX}{name}"].double().numpy() for name in ("line", "lue")))


def light_use(numbers: Tensor, six: Tensor, tair: Tensor, ssrd: Tensor, vpd: Tensor) -> Tensor:
    """The LUE baseline (N,) with ``numbers`` (5,), see :class:`SimpleModels`; differentiable."""
    efficiency, half_degc, width, half_vpd, saturation = numbers
    light = ssrd.clamp(min=0) / _REFERENCE_SSRD
    light = light / (1 + light * torch.exp(saturation))
    dry = 1 / (1 + torch.nan_to_num(vpd).clamp(min=0) / torch.exp(half_vpd))
    warmth = torch.sigmoid((tair - half_degc) / torch.exp(width))
    return torch.exp(efficiency) * enhanced_vegetation_index(six) * light * warmth * dry


def load_simple_models(weights_dir: Path | None = None) -> SimpleModels:
    """The shipped baselines. Raises ``WeightsError``."""
    return SimpleModels.from_tensors(load_tensors(_FILE, weights_dir)[0])

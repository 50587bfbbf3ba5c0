"""Canopy reflectance in Sentinel-2's bands by a small network trained on a radiative transfer model.

The full model is PROSPECT-D (Feret et al. 2017, Remote Sens. Environ. 193, 204) with 4SAIL (Verhoef et al. 2007, IEEE
TGRS 45, 1808) over a soil between a dry and a wet spectrum, in the package torchrtm, convolved with the spectral
responses of Sentinel-2A and 2B. ``python -m eofusion_engine.training canopy`` makes the network and states its error.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from safetensors.numpy import load_file

#: Columns of the traits: leaf layers; chlorophyll, carotenoids, anthocyanins (ug cm-2); brown pigment (-); water and
#: dry matter (g cm-2); leaf area index (m2 m-2); mean leaf angle (degrees); hot spot (-); soil brightness (-) and
#: moisture (0 dry to 1 wet); sun and view zenith, relative azimuth (degrees).
TRAITS = (
    "N", "cab", "car", "anth", "cbrown", "cw", "cm", "lai", "lidfa", "hspot", "soil_brightness", "soil_moisture",
    "sza", "vza", "raa",
)  # fmt: skip
#: Within these the network was trained; outside, traits are cut off at the limits.
RANGES: dict[str, tuple[float, float]] = {
    "N": (1.0, 3.0), "cab": (0.0, 100.0), "car": (0.0, 25.0), "anth": (0.0, 20.0), "cbrown": (0.0, 1.5),
    "cw": (0.001, 0.06), "cm": (0.001, 0.03), "lai": (0.0, 8.0), "lidfa": (20.0, 80.0), "hspot": (0.01, 0.5),
    "soil_brightness": (0.1, 1.5), "soil_moisture": (0.0, 1.0), "sza": (0.0, 75.0), "vza": (0.0, 15.0),
    "raa": (0.0, 180.0),
}  # fmt: skip
LAYERS = 4
DATA = Path(__file__).with_name("data") / "canopy_emulator.safetensors"
#: Spectra that are computed together: fits a core's cache.
_BATCH = 2048


@dataclass(frozen=True)
class CanopyEmulator:
    """The network: ``weights`` and ``biases`` of its layers; it gives the square root of 20 reflectances, scaled by
    ``sd`` and ``mean`` (20,): ten bands of Sentinel-2A, then of 2B.
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    mean: np.ndarray
    sd: np.ndarray

    @classmethod
    def load(cls, path: Path = DATA) -> CanopyEmulator:
        """The shipped network."""
        arrays = load_file(path)
        layers = range(LAYERS)
        weights = tuple(np.ascontiguousarray(arrays[f"{layer}.weight"].T) for layer in layers)
        return cls(weights, tuple(arrays[f"{layer}.bias"] for layer in layers), arrays["mean"], arrays["sd"])

    def reflectance(self, traits: np.ndarray, platform: Literal["S2A", "S2B"] = "S2A") -> np.ndarray:
        """Reflectance (N, 10) float32 in the order of :data:`~eofusion_engine.bands.S2_BANDS`.

        ``traits`` (N, 15) in the order of :data:`TRAITS`. The direct reflectance of a canopy in sunlight.
        """
        limits = np.array([RANGES[name] for name in TRAITS], np.float32)
        low, high = limits[:, 0], limits[:, 1]
        bands = slice(0, 10) if platform == "S2A" else slice(10, 20)
        out = np.empty((len(traits), 10), np.float32)
        for first in range(0, len(traits), _BATCH):
            part = np.clip(np.asarray(traits[first : first + _BATCH], np.float32), low, high)
            hidden = (part - low) / (high - low) * 2 - 1
            for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
                hidden = hidden @ weight + bias
                hidden /= 1 + np.exp(-hidden)  # SiLU
            root = (hidden @ self.weights[-1][:, bands] + self.biases[-1][bands]) * self.sd[bands] + self.mean[bands]
            out[first : first + _BATCH] = np.square(np.maximum(root, 0))
        return out

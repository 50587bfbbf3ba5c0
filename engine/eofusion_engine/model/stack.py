"""The trained stages together: encoders, fusion and decoders, as the runner uses them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ..errors import WeightsError
from ..resources import weights_folder
from .encoders import SensorConfig, SensorEncoder
from .fusion import Fused, FusionConfig, FusionModel, Observations
from .packed import freeze
from .weights import load_into, load_tensors, read_sums

#: The sensors that every fusion has; its weights may name more.
SENSORS = ("S1", "S2")


def encoder_file(sensor: str) -> str:
    """Name of a sensor encoder's weights file."""
    return f"encoder_{sensor.lower()}"


class FusionStack(nn.Module):
    """Frozen sensor encoders and the fusion over them."""

    def __init__(self, encoders: dict[str, SensorEncoder], fusion: FusionModel) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict(encoders)
        self.fusion = fusion

    @classmethod
    def from_weights(cls, folder: Path | None = None, device: str | torch.device = "cpu") -> FusionStack:
        """Load all stages; raises :class:`WeightsError` when a file is missing, damaged or does not fit."""
        tensors, config = load_tensors("fusion", folder)
        sums = read_sums(weights_folder() if folder is None else folder)
        trained_over: dict[str, str] = config["encoders"]
        encoders = {}
        for sensor in sorted({*SENSORS, *trained_over}):
            parts, about = load_tensors(encoder_file(sensor), folder)
            if sums.get(f"{encoder_file(sensor)}.safetensors") != trained_over.get(sensor):
                raise WeightsError(
                    "The fusion weights were trained over other encoders than those beside them.",
                    "Install EO Fusion again, or train the fusion anew (docs/training.md).",
                )
            encoders[sensor] = SensorEncoder(SensorConfig.from_dict(about["encoder"]))
            load_into(encoders[sensor], parts, encoder_file(sensor))
        fusion = FusionModel(FusionConfig(**config["fusion"]))
        load_into(fusion, tensors, "fusion")
        stack = cls(encoders, fusion).eval().requires_grad_(False).to(device)
        freeze(stack)
        return stack

    def encoder(self, sensor: str) -> SensorEncoder:
        """The frozen encoder of a sensor."""
        module = self.encoders[sensor]
        assert isinstance(module, SensorEncoder)  # nosec B101 - for the type checker
        return module

    def reflectance(self, fused: Fused, days: Tensor) -> tuple[Tensor, Tensor]:
        """Cloud-free surface reflectance (P, Q, 10) and its standard deviation (P, Q, 10) at the asked dates."""
        return self.physical("S2", fused, days)

    def backscatter(self, fused: Fused, days: Tensor) -> tuple[Tensor, Tensor]:
        """VV and VH in dB (P, Q, 2) and their standard deviation (P, Q, 2) at the asked dates."""
        return self.physical("S1", fused, days)

    def physical(self, sensor: str, fused: Fused, days: Tensor) -> tuple[Tensor, Tensor]:
        """Any sensor's bands (P, Q, B) and their standard deviation, in the units of its encoder's normalisation."""
        encoder = self.encoder(sensor)
        value, log_scale = self.fusion.decode(sensor, fused, days)
        # A Laplace distribution's standard deviation is sqrt(2) times its scale.
        return value * encoder.std + encoder.mean, torch.exp(log_scale) * encoder.std * 2**0.5

    def observe(self, sensor: str, values: Tensor, conditions: Tensor, days: Tensor) -> Observations:
        """Encode lone pixels' series (P, T, B), each without neighbours, as observations."""
        pixels, dates, bands = values.shape
        flat = values.reshape(pixels * dates, bands, 1, 1)
        encoder = self.encoder(sensor)
        features, seen = encoder(flat, conditions.reshape(pixels * dates, -1))
        normal = (values - encoder.mean) / encoder.std
        return Observations(features.view(pixels, dates, -1), seen.view(pixels, dates), days, normal)

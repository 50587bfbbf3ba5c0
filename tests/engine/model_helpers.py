"""A stack with random weights: what is tested with it holds for any."""

from __future__ import annotations

import torch
from eofusion_engine.bands import S2_BANDS
from eofusion_engine.model.encoders import SensorConfig, SensorEncoder
from eofusion_engine.model.fusion import FusionConfig, FusionModel
from eofusion_engine.model.stack import FusionStack


def random_stack(seed: int = 1) -> FusionStack:
    """Encoders and fusion of the shipped sizes."""
    torch.manual_seed(seed)
    encoders = {
        "S2": SensorEncoder(SensorConfig("S2", S2_BANDS, 3, 48, (0.2,) * 10, (0.15,) * 10)),
        "S1": SensorEncoder(SensorConfig("S1", ("VV", "VH"), 3, 24, (-10.0, -16.0), (3.0, 3.0))),
    }
    fusion = FusionModel(
        FusionConfig(
            widths={"S1": 24, "S2": 48},
            bands={"S1": 2, "S2": 10},
            window_days={"S1": 90, "S2": 180},
            nearest={"S1": 0, "S2": 2},
        )
    )
    return FusionStack(encoders, fusion).eval().requires_grad_(False)

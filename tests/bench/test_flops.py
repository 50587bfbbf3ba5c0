"""Counted operations against those that the layers' sizes tell."""

from __future__ import annotations

import pytest
import torch
from eofusion_engine.inference.encode import encode_sensors
from eofusion_engine.inference.tiles import HALO
from eofusion_engine.model.stack import FusionStack
from flops import operations
from year import year

SIDE, S2, S1 = 16, 3, 2


def test_a_linear_layer_and_a_batched_product_are_counted() -> None:
    layer, values = torch.nn.Linear(20, 48), torch.ones(7, 5, 20)
    with torch.inference_mode():
        assert operations(lambda: layer(values)) == 2 * 7 * 5 * 20 * 48
        out, a, b = torch.zeros(3, 4, 6), torch.ones(3, 4, 5), torch.ones(3, 5, 6)
        assert operations(lambda: out.baddbmm_(a, b)) == 2 * 3 * 4 * 5 * 6


def test_the_encoders_operations_are_those_of_their_layers() -> None:
    stack, window = FusionStack.from_weights(), year(SIDE, S2, S1)
    pixels, expected = (SIDE + 2 * HALO) ** 2, 0
    for name, dates in (("S2", S2), ("S1", S1)):
        for layer in stack.encoder(name).modules():
            if isinstance(layer, torch.nn.Linear):
                on = 1 if layer.in_features == stack.encoder(name).config.conditions else pixels
                expected += 2 * dates * on * layer.in_features * layer.out_features
            elif isinstance(layer, torch.nn.Conv2d):
                expected += 2 * dates * pixels * layer.out_channels * layer.kernel_size[0] * layer.kernel_size[1]
    assert operations(lambda: encode_sensors(stack, window, HALO)) == pytest.approx(expected, rel=1e-3)

"""Packed linear layers: the same numbers, whatever happens to the model."""

from __future__ import annotations

import copy
from itertools import pairwise

import pytest
import torch
from eofusion_engine.model import packed
from eofusion_engine.model.packed import PackedLinear, freeze
from torch import nn
from torch.nn import functional as F


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(21, 40), nn.GELU(), nn.Linear(40, 30), nn.LayerNorm(30), nn.Linear(30, 7), nn.GELU())


@pytest.mark.parametrize("has_onednn", [True, False])
@pytest.mark.parametrize("gelu", [True, False])
def test_a_packed_layer_gives_what_pytorch_gives(has_onednn: bool, gelu: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_onednn:
        monkeypatch.setattr(packed, "available", lambda: False)
    x, layer = torch.randn(50, 21), nn.Linear(21, 40)
    with torch.no_grad():
        expected = F.gelu(layer(x)) if gelu else layer(x)
        found = PackedLinear(layer.weight, layer.bias, gelu)(x)
    torch.testing.assert_close(found, expected, atol=2e-6, rtol=2e-6)


def test_a_frozen_network_gives_the_same_with_and_without_gradients() -> None:
    plain, frozen = network(), network()
    freeze(frozen)
    assert not any(type(part) is nn.Linear for part in frozen.modules())
    assert not any(isinstance(part, nn.GELU) for part in frozen.modules())
    x = torch.randn(33, 5, 21)
    with torch.no_grad():
        torch.testing.assert_close(frozen(x), plain(x), atol=1e-5, rtol=1e-5)
    grads = []
    for net in (plain, frozen):
        seen = x.clone().requires_grad_()
        net(seen).square().sum().backward()
        grads.append(seen.grad)
    for one, other in pairwise(grads):
        assert one is not None and other is not None
        torch.testing.assert_close(one, other)


def test_changed_weights_count_and_a_copy_is_a_network_of_its_own() -> None:
    frozen, x = network(), torch.randn(9, 21)
    freeze(frozen)
    with torch.no_grad():
        before = frozen(x)
        other = copy.deepcopy(frozen)
        other[0].weight.mul_(2)
        assert torch.equal(frozen(x), before) and not torch.allclose(other(x), before)
        frozen.load_state_dict(other.state_dict())
        torch.testing.assert_close(frozen(x), other(x))


def test_a_row_does_not_hang_on_the_others() -> None:
    layer, x = nn.Linear(78, 192), torch.randn(4608, 78)
    with torch.no_grad():
        fast = PackedLinear(layer.weight, layer.bias)
        whole = fast(x)
        for rows in (slice(0, 1), slice(100, 133), slice(4000, 4608)):
            torch.testing.assert_close(fast(x[rows]), whole[rows], atol=1e-6, rtol=0)

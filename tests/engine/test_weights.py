"""Weights are loaded strictly, and only when their hash is the published one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from eofusion_engine.errors import WeightsError
from eofusion_engine.model.stack import FusionStack
from eofusion_engine.model.weights import load_into, load_tensors, read_sums, save_tensors
from eofusion_engine.resources import weights_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_tensors("part", {"weight": torch.arange(6.0).view(2, 3), "bias": torch.ones(2)}, {"size": 3}, tmp_path)
    return tmp_path


def test_round_trip(folder: Path) -> None:
    tensors, config = load_tensors("part", folder)
    assert config == {"size": 3}
    layer = torch.nn.Linear(3, 2)
    load_into(layer, tensors, "part")
    assert torch.equal(layer.weight, torch.arange(6.0).view(2, 3))
    assert set(read_sums(folder)) == {"part.safetensors"}


def test_a_changed_byte_is_refused(folder: Path) -> None:
    path = folder / "part.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match="damaged or not the published"):
        load_tensors("part", folder)


def test_a_missing_file_and_an_unlisted_one_are_refused(folder: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        load_tensors("other", folder)
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(WeightsError, match="not the published"):
        load_tensors("part", folder)


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    tensors, _ = load_tensors("part", folder)
    with pytest.raises(WeightsError, match="do not fit"):
        load_into(torch.nn.Linear(4, 2), tensors, "part")
    with pytest.raises(WeightsError, match="do not fit"):
        load_into(torch.nn.Linear(3, 2, bias=False), tensors, "part")


def test_a_fusion_over_other_encoders_is_refused(tmp_path: Path) -> None:
    for file in weights_folder().glob("*"):
        shutil.copy(file, tmp_path)
    FusionStack.from_weights(tmp_path)
    tensors, config = load_tensors("encoder_s1", tmp_path)
    save_tensors("encoder_s1", {name: tensor + 1 for name, tensor in tensors.items()}, config, tmp_path)
    with pytest.raises(WeightsError, match="other encoders"):
        FusionStack.from_weights(tmp_path)

"""What of the GPU's benchmark needs no GPU."""

from __future__ import annotations

import sys
from pathlib import Path

import gpu_bench
import numpy as np
import pytest
import torch
from eofusion_engine.inference.encode import Encoded


def encoded(seed: int) -> Encoded:
    rng = np.random.default_rng(seed)
    field = rng.normal(size=(2, 64, 5, 5)).astype(np.float32)
    field /= np.linalg.norm(field, axis=1, keepdims=True)
    bands = rng.uniform(0, 0.5, (2, 10, 5, 5)).astype(np.float32)
    field[0, :, 1, 1] = bands[0, :, 1, 1] = np.nan
    return Encoded(field, bands, bands * 0.1)


def test_a_result_agrees_with_itself_and_not_with_another() -> None:
    same = gpu_bench.differences(encoded(0), encoded(0))
    assert same["least cosine"] == pytest.approx(1, abs=1e-6) and same["largest reflectance difference"] == 0
    assert all(gpu_bench.within(name, value) in (True, None) for name, value in same.items())
    other = gpu_bench.differences(encoded(0), encoded(1))
    assert other["mean cosine"] == pytest.approx(0, abs=0.1)
    assert [gpu_bench.within(name, other[name]) for name in gpu_bench.TOLERANCE] == [False, False, False]


def test_results_that_know_other_pixels_are_no_match() -> None:
    holes = encoded(0)
    holes.embedding[1, :, 0, 0] = np.nan
    with pytest.raises(ValueError, match="same pixels"):
        gpu_bench.differences(encoded(0), holes)


def test_full_float32_is_what_the_engine_takes_without_bfloat16_and_is_put_back() -> None:
    real = torch.cuda.is_bf16_supported
    with gpu_bench.precision("float32"):
        assert not torch.cuda.is_bf16_supported(including_emulation=False)
        assert not torch.backends.cuda.matmul.allow_tf32 and not torch.backends.cudnn.allow_tf32
    assert torch.cuda.is_bf16_supported is real


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so_and_makes_no_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu_bench.py", "--out", str(tmp_path / "rows.json")])
    assert gpu_bench.main() == 0
    assert "no CUDA GPU" in capsys.readouterr().out
    assert not (tmp_path / "rows.json").exists()

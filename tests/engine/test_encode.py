"""The hot path on other devices and sizes: too little memory, bfloat16, tiles by dates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.cube import CubeWindow
from eofusion_engine.events import Quiet
from eofusion_engine.inference import encode
from eofusion_engine.inference.encode import encode_window
from eofusion_engine.inference.plan import make_plan
from eofusion_engine.inference.tiles import HALO, TILE_BYTES, TILE_PIXELS, Tile, tile_bytes, tile_side, tiles
from eofusion_engine.model.fusion import Fused, Observations
from eofusion_engine.model.stack import FusionStack
from eofusion_engine.request import RunRequest
from model_helpers import random_stack
from test_model import ASKED, make_window

#: What docs/architecture.md states for bfloat16: the least cosine of embeddings, the mean and the largest difference of
#: reflectance.
LEAST_COSINE, MEAN_REFLECTANCE, MOST_REFLECTANCE = 0.99, 5e-4, 5e-3


def test_a_window_that_a_device_cannot_hold_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    stack, window = random_stack(), make_window(24 + 2 * HALO)
    whole = encode_window(stack, window, HALO, ASKED)
    real, tried = encode._whole, list[tuple[int, ...]]()

    def small_device(stack: FusionStack, window: CubeWindow, *rest: object) -> encode.Encoded:
        tried.append(window.s2.shape[-2:])
        if window.s2[0, 0].size > (24 + 2 * HALO) * (9 + 2 * HALO):
            raise torch.OutOfMemoryError("too large")
        return real(stack, window, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(encode, "_whole", small_device)
    halved = encode_window(stack, window, HALO, ASKED)
    assert len(tried) == 7 and tried[0] == (24 + 2 * HALO,) * 2  # one, two halves, four quarters
    for name in ("embedding", "reflectance", "reflectance_sd"):
        np.testing.assert_allclose(getattr(halved, name), getattr(whole, name), atol=1e-5)


def test_a_device_that_holds_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> encode.Encoded:
        raise torch.OutOfMemoryError("too large")

    monkeypatch.setattr(encode, "_whole", full)
    with pytest.raises(torch.OutOfMemoryError, match="cannot hold even one row"):
        encode_window(random_stack(), make_window(8 + 2 * HALO), HALO, ASKED)


def test_without_decoding_embeddings_are_the_same_and_reflectance_has_no_bands() -> None:
    stack, window = random_stack(), make_window(6 + 2 * HALO)
    with_bands, without = (encode_window(stack, window, HALO, ASKED, decode=d) for d in (True, False))
    np.testing.assert_array_equal(without.embedding, with_bands.embedding)
    assert without.reflectance.shape == (len(ASKED), 0, 6, 6) and with_bands.reflectance.shape[1] == 10


def test_dates_of_a_long_period_are_fused_by_what_is_in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    stack, window = random_stack(), make_window(5 + 2 * HALO, s2_dates=60, s1_dates=50)
    asked = [window.s2_dates[0] + timedelta(days=13 * i) for i in range(60)]  # beyond the last observation, too
    together, real = list[int](), stack.fusion.embed

    def counted(sensors: dict[str, Observations], days: torch.Tensor) -> Fused:
        together.append(max(one.features.shape[1] for one in sensors.values()))
        return real(sensors, days)

    monkeypatch.setattr(stack.fusion, "embed", counted)
    parts = encode_window(stack, window, HALO, asked)
    in_parts, together[:] = max(together), []
    monkeypatch.setattr(encode, "DATES_TOGETHER", 10**6)
    whole = encode_window(stack, window, HALO, asked)
    assert in_parts < max(together) == 60
    for name in ("embedding", "reflectance", "reflectance_sd"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), atol=1e-5)


def test_what_is_kept_of_the_dates_follows_the_weights() -> None:
    stack, window = random_stack(), make_window(4 + 2 * HALO)
    before = encode_window(stack, window, HALO, ASKED)
    with torch.no_grad():
        stack.fusion.reader("S2").gap_bias.weight.mul_(-3)
    changed = encode_window(stack, window, HALO, ASKED)
    fresh = random_stack()
    with torch.no_grad():
        fresh.fusion.reader("S2").gap_bias.weight.mul_(-3)
    np.testing.assert_array_equal(changed.embedding, encode_window(fresh, window, HALO, ASKED).embedding)
    assert np.nanmax(np.abs(changed.embedding - before.embedding)) > 1e-4


def test_bfloat16_stays_within_the_stated_tolerance(
    sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = RunRequest.model_validate(
        {
            "source": sample,
            "start": "2021-03-01",
            "end": "2021-10-31",
            "products": ["embeddings"],
            "out": tmp_path / "r",
        }
    )
    with make_plan(request, Quiet()) as plan:
        window, dates = plan.cube.read(60, 60, 24 + 2 * HALO, 24 + 2 * HALO), plan.dates[:4]
    stack = FusionStack.from_weights()
    full = encode_window(stack, window, HALO, dates)
    monkeypatch.setattr(encode, "_precision", lambda device: torch.autocast("cpu", torch.bfloat16))
    half = encode_window(stack, window, HALO, dates)
    cosine = (full.embedding * half.embedding).sum(axis=1)
    assert np.nanmin(cosine) > LEAST_COSINE and not np.array_equal(full.embedding, half.embedding, equal_nan=True)
    np.testing.assert_allclose(np.sqrt((half.embedding**2).sum(axis=1)), np.ones_like(cosine), atol=1e-5)
    off = np.abs(full.reflectance - half.reflectance)
    assert np.nanmean(off) < MEAN_REFLECTANCE and np.nanmax(off) < MOST_REFLECTANCE


@pytest.mark.parametrize("dates", [(24, 30, 24), (72, 90, 72), (150, 180, 20)])
def test_tiles_of_many_dates_are_smaller(dates: tuple[int, int, int]) -> None:
    side = tile_side(*dates)
    assert side % 16 == 0 and tile_bytes(side, *dates) <= TILE_BYTES
    assert side == TILE_PIXELS or tile_bytes(side + 16, *dates) > TILE_BYTES


@pytest.mark.parametrize("shape", [(192, 192), (208, 160), (16, 16), (1600, 1616)])
def test_tiles_cover_the_grid_once_and_evenly(shape: tuple[int, int]) -> None:
    made = list(tiles(*shape))
    seen = np.zeros(shape, int)
    for tile in made:
        seen[tile.row : tile.row + tile.height, tile.col : tile.col + tile.width] += 1
        assert isinstance(tile, Tile) and max(tile.height, tile.width) <= TILE_PIXELS
    assert (seen == 1).all()
    for lengths in ({t.height for t in made}, {t.width for t in made}):
        assert max(lengths) - min(lengths) <= 16 and not any(length % 16 for length in lengths)

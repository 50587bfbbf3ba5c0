"""The encoders and the fusion: exactness, missing input, and that nothing leaks between pixels."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
import torch
from eofusion_engine.bands import S2_BANDS, SIX_BAND_INDEX
from eofusion_engine.cube import CubeWindow
from eofusion_engine.inference.encode import encode_window
from eofusion_engine.model.encoders import RECEPTIVE_RADIUS, SensorConfig, SensorEncoder
from eofusion_engine.model.fusion import FusionConfig, FusionModel
from eofusion_engine.model.pixels import embed_pixel_series
from eofusion_engine.model.stack import FusionStack

HALO = RECEPTIVE_RADIUS + 1
START = date(2019, 4, 1)


@pytest.fixture(scope="module")
def stack() -> FusionStack:
    """A stack with random weights: what is tested here holds for any."""
    torch.manual_seed(1)
    encoders = {
        "S2": SensorEncoder(SensorConfig("S2", S2_BANDS, 3, 48, (0.2,) * 10, (0.15,) * 10)),
        "S1": SensorEncoder(SensorConfig("S1", ("VV", "VH"), 3, 24, (-10.0, -16.0), (3.0, 3.0))),
    }
    fusion = FusionModel(FusionConfig(widths={"S1": 24, "S2": 48}, bands={"S1": 2, "S2": 10}))
    return FusionStack(encoders, fusion).eval().requires_grad_(False)


def make_window(size: int, seed: int = 0, s2_dates: int = 6, s1_dates: int = 4) -> CubeWindow:
    rng = np.random.default_rng(seed)
    s2 = rng.uniform(0, 0.5, (s2_dates, 10, size, size)).astype(np.float32)
    clear = rng.random((s2_dates, size, size)) < 0.7
    s2[~np.broadcast_to(clear[:, None], s2.shape)] = np.nan
    s1 = rng.uniform(-20, -5, (s1_dates, 2, size, size)).astype(np.float32)
    return CubeWindow(
        s2,
        clear,
        np.zeros_like(clear),
        tuple(START + timedelta(days=9 * i) for i in range(s2_dates)),
        s1,
        tuple(START + timedelta(days=12 * i + 1) for i in range(s1_dates)),
        np.arange(s1_dates) % 2 == 0,
        ("RTC",) * s1_dates,
    )


def cut(window: CubeWindow, row: int, col: int, height: int, width: int) -> CubeWindow:
    part = (..., slice(row, row + height), slice(col, col + width))
    arrays = {name: getattr(window, name)[part] for name in ("s2", "s2_clear", "s2_snow", "s1")}
    return replace(window, **arrays)


ASKED = [START, START + timedelta(days=18), START + timedelta(days=20)]


def test_a_pixel_is_the_same_alone_in_a_batch_and_across_a_seam(stack: FusionStack) -> None:
    window = make_window(40 + 2 * HALO)
    whole = encode_window(stack, window, HALO, ASKED, [])
    left = encode_window(stack, cut(window, 0, 0, 40 + 2 * HALO, 20 + 2 * HALO), HALO, ASKED, [])
    right = encode_window(stack, cut(window, 0, 20, 40 + 2 * HALO, 20 + 2 * HALO), HALO, ASKED, [], chunk=77)
    joined = np.concatenate((left.embedding, right.embedding), axis=-1)
    assert np.isfinite(whole.embedding).any()
    np.testing.assert_allclose(joined, whole.embedding, atol=1e-5)
    row, col = 11, 23
    alone = encode_window(stack, cut(window, row, col, 1 + 2 * HALO, 1 + 2 * HALO), HALO, ASKED, [])
    np.testing.assert_allclose(alone.embedding[..., 0, 0], whole.embedding[..., row, col], atol=1e-5)


def test_only_the_neighbourhood_counts(stack: FusionStack) -> None:
    """What lies beyond 7 pixels, or is not seen, changes nothing at all."""
    encoder = stack.encoders["S2"]
    values = torch.rand(2, 10, 31, 31)
    conditions = torch.zeros(2, 3)
    near = torch.full_like(values, float("nan"))
    near[:, :, 8:23, 8:23] = values[:, :, 8:23, 8:23]
    there, _ = encoder(values, conditions)
    here, seen = encoder(near, conditions)
    assert torch.equal(there[:, 15, 15], here[:, 15, 15])
    assert not seen[:, 0, 0].any() and not here[:, 0, 0].any()


def test_embeddings_have_unit_norm_and_nothing_seen_is_nan(stack: FusionStack) -> None:
    window = make_window(8 + 2 * HALO)
    window.s2[..., HALO, HALO] = np.nan
    window.s1[..., HALO, HALO] = np.nan
    encoded = encode_window(stack, window, HALO, ASKED, ASKED[:1])
    assert np.isnan(encoded.embedding[..., 0, 0]).all() and np.isnan(encoded.condition[..., 0, 0]).all()
    norm = np.sqrt((encoded.embedding[:, :, 1:] ** 2).sum(axis=1))
    np.testing.assert_allclose(norm[np.isfinite(norm)], 1, atol=1e-5)
    assert np.isfinite(norm).mean() > 0.9


def test_dates_out_of_reach_are_unknown(stack: FusionStack) -> None:
    far = START + timedelta(days=400)
    encoded = encode_window(stack, make_window(4 + 2 * HALO), HALO, [far], [])
    assert np.isnan(encoded.embedding).all()


def test_missing_sensors_and_bands_are_normal_input(stack: FusionStack) -> None:
    window = make_window(4 + 2 * HALO)
    no_s1 = make_window(4 + 2 * HALO, s1_dates=0)
    six = window.s2.copy()
    six[:, [b for b in range(10) if b not in SIX_BAND_INDEX]] = np.nan
    few = replace(window, s2=six)
    no_s2 = make_window(4 + 2 * HALO, s2_dates=0)
    full = encode_window(stack, window, HALO, ASKED, [])
    for other in (no_s1, few, no_s2):
        encoded = encode_window(stack, other, HALO, ASKED, [])
        assert np.isfinite(encoded.reflectance).all() and (encoded.reflectance_sd > 0).all()
        assert not np.allclose(encoded.embedding, full.embedding, atol=1e-3)


def test_tower_series_are_lone_pixels(stack: FusionStack) -> None:
    """The table's path and the raster's path are one model: a pixel among clouds gives the same embedding."""
    window = make_window(1 + 2 * HALO, s1_dates=0)
    centre = window.s2[:, :, HALO, HALO].copy()
    window.s2[:] = np.nan
    window.s2[:, :, HALO, HALO] = centre
    raster = encode_window(stack, window, HALO, ASKED, []).embedding[..., 0, 0]
    days = np.array([[d.toordinal() for d in window.s2_dates]])
    asked = np.array([[d.toordinal() for d in ASKED]])
    table, known = embed_pixel_series(stack, centre[None], days, asked)
    assert known.all()
    np.testing.assert_allclose(table[0], raster, atol=1e-5)


def test_a_hidden_view_is_not_used(stack: FusionStack) -> None:
    """Training hides the asked date's own view: then its values must not matter."""
    torch.manual_seed(0)
    values = torch.rand(3, 5, 10)
    days = torch.arange(5)[None].expand(3, -1) * 10 + 737000
    changed = values.clone()
    changed[:, 2] += 0.3
    results = []
    for series in (values, changed):
        seen = stack.observe("S2", series, torch.zeros(3, 5, 3), days)
        view = seen.features[:, 2:3]
        asked = days[:, 2:3]
        viewed, hidden = torch.ones(3, 1, dtype=torch.bool), torch.ones(3, 1, dtype=torch.bool)
        results.append(stack.fusion.embed({"S2": seen}, asked, view, viewed, hidden)[0])
        results.append(stack.fusion.embed({"S2": seen}, asked, view, viewed)[0])
    assert torch.equal(results[0], results[2])
    assert not torch.allclose(results[1], results[3], atol=1e-4)

"""The encoders and the fusion: exactness, missing input, and that nothing leaks between pixels."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
import torch
from eofusion_engine.bands import SIX_BAND_INDEX
from eofusion_engine.cube import CubeWindow
from eofusion_engine.inference.encode import encode_window
from eofusion_engine.model.encoders import (
    RECEPTIVE_RADIUS,
    SensorConfig,
    SensorEncoder,
    s1_conditions,
    s2_conditions,
    season,
)
from eofusion_engine.model.fusion import PREFIXES, Decoder, FusionConfig, FusionModel, Observations
from eofusion_engine.model.pixels import embed_pixel_series
from eofusion_engine.model.stack import FusionStack
from model_helpers import random_stack

HALO = RECEPTIVE_RADIUS + 1
START = date(2019, 4, 1)


@pytest.fixture(scope="module")
def stack() -> FusionStack:
    return random_stack()


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
    whole = encode_window(stack, window, HALO, ASKED)
    left = encode_window(stack, cut(window, 0, 0, 40 + 2 * HALO, 20 + 2 * HALO), HALO, ASKED)
    right = encode_window(stack, cut(window, 0, 20, 40 + 2 * HALO, 20 + 2 * HALO), HALO, ASKED, chunk=77)
    joined = np.concatenate((left.embedding, right.embedding), axis=-1)
    assert np.isfinite(whole.embedding).any()
    np.testing.assert_allclose(joined, whole.embedding, atol=1e-5)
    row, col = 11, 23
    alone = encode_window(stack, cut(window, row, col, 1 + 2 * HALO, 1 + 2 * HALO), HALO, ASKED)
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
    encoded = encode_window(stack, window, HALO, ASKED)
    assert np.isnan(encoded.embedding[..., 0, 0]).all()
    norm = np.sqrt((encoded.embedding[:, :, 1:] ** 2).sum(axis=1))
    np.testing.assert_allclose(norm[np.isfinite(norm)], 1, atol=1e-5)
    assert np.isfinite(norm).mean() > 0.9


def test_dates_out_of_reach_are_unknown(stack: FusionStack) -> None:
    far = START + timedelta(days=400)
    encoded = encode_window(stack, make_window(4 + 2 * HALO), HALO, [far])
    assert np.isnan(encoded.embedding).all()


def test_missing_sensors_and_bands_are_normal_input(stack: FusionStack) -> None:
    window = make_window(4 + 2 * HALO)
    no_s1 = make_window(4 + 2 * HALO, s1_dates=0)
    six = window.s2.copy()
    six[:, [b for b in range(10) if b not in SIX_BAND_INDEX]] = np.nan
    few = replace(window, s2=six)
    no_s2 = make_window(4 + 2 * HALO, s2_dates=0)
    full = encode_window(stack, window, HALO, ASKED)
    for other in (no_s1, few, no_s2):
        encoded = encode_window(stack, other, HALO, ASKED)
        assert np.isfinite(encoded.reflectance).all() and (encoded.reflectance_sd > 0).all()
        assert not np.allclose(encoded.embedding, full.embedding, atol=1e-3)


def test_tower_series_are_lone_pixels(stack: FusionStack) -> None:
    """The table's path and the raster's path are one model: a pixel among clouds gives the same embedding."""
    window = make_window(1 + 2 * HALO, s1_dates=0)
    centre = window.s2[:, :, HALO, HALO].copy()
    window.s2[:] = np.nan
    window.s2[:, :, HALO, HALO] = centre
    raster = encode_window(stack, window, HALO, ASKED).embedding[..., 0, 0]
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
        asked = days[:, 2:3]
        own = torch.zeros(1, 2)
        results.append(stack.fusion.embed({"S2": seen}, asked, {"S2": own}).embedding)
        results.append(stack.fusion.embed({"S2": seen}, asked).embedding)
    assert torch.equal(results[0], results[2])
    assert not torch.allclose(results[1], results[3], atol=1e-4)


def lone_series(stack: FusionStack, dates: int = 7) -> tuple[dict[str, Observations], torch.Tensor]:
    """Both sensors at five lone pixels, and two asked dates, one of them with a view of its own."""
    generator = torch.Generator().manual_seed(4)
    days = 737000 + torch.arange(dates) * 11
    s2 = torch.rand(5, dates, 10, generator=generator)
    s1 = -15 + torch.rand(5, dates, 2, generator=generator)
    every = days.expand(5, -1)
    seen = {
        "S2": stack.observe("S2", s2, s2_conditions(every), days),
        "S1": stack.observe("S1", s1, s1_conditions(every, torch.ones_like(every)), days),
    }
    return seen, torch.stack((days[3], days[3] + 4))


def picked(observed: Observations, order: list[int]) -> Observations:
    days = observed.days[order]
    return Observations(observed.features[:, order], observed.seen[:, order], days, observed.bands[:, order])


def test_order_of_dates_and_duplicates_are_harmless(stack: FusionStack) -> None:
    seen, asked = lone_series(stack)
    plain = stack.fusion.embed(seen, asked)
    for order in ([6, 5, 4, 3, 2, 1, 0], [2, 0, 6, 1, 3, 5, 4], [0, 1, 1, 2, 3, 3, 3, 4, 5, 6]):
        other = stack.fusion.embed({name: picked(o, order) for name, o in seen.items()}, asked)
        torch.testing.assert_close(other.embedding, plain.embedding, atol=1e-5, rtol=0)
        for got, expected in zip(
            stack.fusion.decode("S2", other, asked), stack.fusion.decode("S2", plain, asked), strict=True
        ):
            torch.testing.assert_close(got, expected, atol=1e-4, rtol=0)


def test_the_absolute_year_is_never_an_input(stack: FusionStack) -> None:
    """400 Gregorian years are a whole number of the season's periods."""
    seen, asked = lone_series(stack)
    moved = {n: Observations(o.features, o.seen, o.days + 146097, o.bands) for n, o in seen.items()}
    now, then = stack.fusion.embed(seen, asked), stack.fusion.embed(moved, asked + 146097)
    torch.testing.assert_close(now.embedding, then.embedding, atol=1e-4, rtol=0)


def test_a_decoder_at_its_start_copies(stack: FusionStack) -> None:
    """Without a correction, and with all weight on the first candidate, a line in time comes back exactly."""
    decoder = Decoder(stack.fusion.config, "S2")
    with torch.no_grad():
        decoder.choice.weight.zero_()
        decoder.choice.bias.mul_(100)
    days = 737000 + torch.tensor([0, 10, 20, 30])
    line = (days - days[0]).to(torch.float32)[None, :, None] / 30 * torch.linspace(0.1, 0.5, 10)
    seen = {"S2": stack.observe("S2", line, s2_conditions(days[None]), days)}
    asked = torch.tensor([737010, 737014])
    blind = {"S2": torch.tensor([[-5.0, 5.0], [1.0, -1.0]])}  # the own view of the first is hidden
    fused = stack.fusion.embed(seen, asked, blind)
    value, _ = decoder(fused.embedding, season(asked).expand(1, 2, 2), fused.readings["S2"])
    encoder = stack.encoder("S2")
    expected = torch.stack((line[0, 3] * 10 / 30, line[0, 3] * 14 / 30))
    torch.testing.assert_close((value * encoder.std + encoder.mean)[0], expected, atol=1e-5, rtol=0)


def test_candidates_are_of_what_may_be_seen(stack: FusionStack) -> None:
    seen, asked = lone_series(stack)
    gap = {"S2": torch.tensor([[-30.0, 30.0], [1.0, -1.0]])}
    candidates = stack.fusion.embed(seen, asked, gap).readings["S2"].candidates
    heads = stack.fusion.config.heads
    own, before, after = 1 + heads, 2 + heads, 3 + heads
    bands, days = seen["S2"].bands, seen["S2"].days
    assert not candidates.present[:, 0, own].any()
    torch.testing.assert_close(candidates.values[:, 0, before], bands[:, 0])  # 33 days before: the first outside
    torch.testing.assert_close(candidates.values[:, 0, after], bands[:, 6])
    assert int(days[3] - days[0]) == 33 and int(days[6] - days[3]) == 33
    torch.testing.assert_close(candidates.values[:, 1, before], bands[:, 3])
    torch.testing.assert_close(candidates.values[:, 1, after], bands[:, 4])


def test_prefixes_of_the_embedding_can_be_read_alone(stack: FusionStack) -> None:
    seen, asked = lone_series(stack)
    fused = stack.fusion.embed(seen, asked)
    for prefix in PREFIXES:
        part = fused.embedding * (torch.arange(64) < prefix)
        told = stack.fusion.read_out("S2", part, asked + 20, asked)
        assert told.shape == (5, 2, 10) and torch.isfinite(told).all()
        series = stack.fusion.series(part)
        assert {name: tuple(x.shape) for name, x in series.items()} == {"S1": (5, 2, 2, 2), "S2": (5, 2, 2, 10)}


def test_a_third_sensor_of_one_band_joins_without_touching_the_others() -> None:
    """Its own reach and number of nearest dates; the encoders that are there stay as they are."""
    two = random_stack()
    thermal = SensorEncoder(SensorConfig("LST", ("LST",), 3, 8, (290.0,), (10.0,)))
    config = FusionConfig(
        widths={"S1": 24, "S2": 48, "LST": 8},
        bands={"S1": 2, "S2": 10, "LST": 1},
        window_days={"S1": 90, "S2": 180, "LST": 16},
        nearest={"S1": 0, "S2": 2, "LST": 1},
    )
    encoders = {"S1": two.encoder("S1"), "S2": two.encoder("S2"), "LST": thermal}
    three = FusionStack(encoders, FusionModel(config)).eval().requires_grad_(False)
    seen, asked = lone_series(three)
    days = seen["S2"].days
    kelvin = 280 + 20 * torch.rand(5, len(days), 1)
    lst = three.observe("LST", kelvin, s2_conditions(days.expand(5, -1)), days)
    without = three.fusion.embed(seen, asked)
    fused = three.fusion.embed({**seen, "LST": lst}, asked)
    assert not torch.allclose(fused.embedding, without.embedding, atol=1e-3)
    value, sd = three.physical("LST", fused, asked)
    assert value.shape == (5, 2, 1) and (sd > 0).all() and torch.isfinite(value).all()
    assert torch.isfinite(three.physical("LST", without, asked)[0]).all()
    far = Observations(lst.features, lst.seen, lst.days + 200, lst.bands)  # beyond its 16 days
    again = three.fusion.embed({**seen, "LST": far}, asked)
    nobody = three.fusion.embed(
        {**seen, "LST": Observations(far.features, far.seen & False, far.days, far.bands)}, asked
    )
    assert torch.equal(again.embedding, nobody.embedding)


def test_copies_keep_their_digits_under_autocast(stack: FusionStack) -> None:
    """GPU training runs in bf16, which has three digits: the bands to copy must not."""
    seen, asked = lone_series(stack)
    with torch.autocast("cpu", torch.bfloat16):
        candidates = stack.fusion.embed(seen, asked).readings["S2"].candidates
    own = 1 + stack.fusion.config.heads
    torch.testing.assert_close(candidates.values[:, 0, own], seen["S2"].bands[:, 3], atol=1e-6, rtol=0)

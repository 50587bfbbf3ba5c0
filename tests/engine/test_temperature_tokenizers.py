"""All tokenizers of series: one interface, round trips, gaps, extremes, ids in range, strict weights."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.errors import WeightsError
from eofusion_engine.evaluation.tokenizers import Sample, score, use
from eofusion_engine.evaluation.transform_coder import TransformCoder, lloyd_max, load_coder, save_coder
from eofusion_engine.model.temperature import Normal, UniformTokenizer
from eofusion_engine.model.temperature.fsq_tokens import FsqTokenizer, fill, load_tokenizers, tokenizer_tensors
from eofusion_engine.model.temperature.residual_fsq import FsqConfig, ResidualFsq, TrellisQuantizer, pack, unpack
from eofusion_engine.model.temperature.tokens import FixedRangeTokenizer, QuantileTokenizer, SeriesTokenizer
from eofusion_engine.model.temperature.trellis import GRID, NEXT_STATE, STATES, best_path, grids_of
from eofusion_engine.model.weights import save_tensors
from eofusion_engine.training.tokenizers import Scores, draw, losses, round_trip_rmse, start_as_transform

torch.set_num_threads(1)
DAYS = 365


def weather(count: int, days: int = DAYS, seed: int = 0) -> np.ndarray:
    """Departures in spreads that persist from day to day as weather does: (count, days)."""
    rng = np.random.default_rng(seed)
    out = rng.normal(size=(count, days))
    for day in range(1, days):
        out[:, day] = 0.8 * out[:, day - 1] + 0.6 * out[:, day]
    return out


def climate(days: int = DAYS) -> Normal:
    angle = 2 * np.pi * np.arange(days) / 365
    return Normal(10 - 12 * np.cos(angle), 3.5 + np.cos(angle))


def training_scores(count: int = 40) -> Scores:
    score, spread = weather(count, 256, seed=1).astype(np.float32).ravel(), np.tile(climate(256).spread, count)
    begin = np.arange(count) * 256
    return Scores(score, spread.astype(np.float32), begin, begin + 256)


@pytest.fixture(scope="module")
def fsq() -> FsqTokenizer:
    """The transform that training starts from, with networks that are not zero."""
    torch.manual_seed(0)
    network = ResidualFsq(FsqConfig(width=16, depth=1))
    start_as_transform(network, training_scores())
    with torch.no_grad():
        for stage in (network.stage_a, network.stage_b):
            for last in (stage.encoder[-1], stage.decoder[-1]):
                last.weight.normal_(0, 0.01)
    return FsqTokenizer(network.eval())


@pytest.fixture(scope="module")
def tokenizers(fsq: FsqTokenizer) -> dict[str, SeriesTokenizer]:
    quantile = QuantileTokenizer.fit(weather(50, seed=2), 64)
    return {"uniform": UniformTokenizer(), "fixed": FixedRangeTokenizer(), "quantile": quantile, "fsq": fsq}


NAMES = ("uniform", "fixed", "quantile", "fsq")
#: What a round trip of weather may cost (degC).
WORST_RMSE = {"uniform": 0.13, "fixed": 0.13, "quantile": 0.25, "fsq": 0.75}


@pytest.mark.parametrize("name", NAMES)
def test_round_trip(tokenizers: dict[str, SeriesTokenizer], name: str) -> None:
    tokenizer, normal = tokenizers[name], climate()
    series = normal.mean + weather(5) * normal.spread
    ids = tokenizer.encode(series, normal)
    back = tokenizer.decode(ids, normal)
    assert back.shape == series.shape and back.dtype == np.float32
    assert 0.01 < np.sqrt(np.mean((back - series) ** 2)) < WORST_RMSE[name]
    numbers = tokenizer.numbers(ids)
    assert (numbers >= 0).all() and (numbers < np.array(tokenizer.levels)).all()


@pytest.mark.parametrize(("name", "extreme"), product(NAMES, (-89.2, 56.7, -1e6, 1e6)))
def test_extremes_stay_in_range(tokenizers: dict[str, SeriesTokenizer], name: str, extreme: float) -> None:
    tokenizer, normal = tokenizers[name], climate()
    series = normal.mean.copy()
    series[100:140] = extreme
    back = tokenizer.decode(tokenizer.encode(series, normal), normal)
    assert np.isfinite(back).all()
    warmer = np.median((back - normal.mean)[105:135])
    assert np.sign(warmer) == np.sign(extreme - normal.mean[120])
    assert 3 < abs(warmer) < 80


@pytest.mark.parametrize("name", NAMES)
def test_gaps_are_refused_or_masked(tokenizers: dict[str, SeriesTokenizer], name: str) -> None:
    tokenizer, normal = tokenizers[name], climate()
    series = normal.mean + weather(1)[0] * normal.spread
    series[40:80] = np.nan
    with pytest.raises(ValueError, match="missing"):
        tokenizer.encode(series, normal)
    back = tokenizer.decode(tokenizer.encode(series, normal, allow_missing=True), normal)
    assert np.isnan(back[40:80]).all() and np.isfinite(back[:40]).all() and np.isfinite(back[80:]).all()
    everything = np.full(DAYS, np.nan)
    assert np.isnan(tokenizer.decode(tokenizer.encode(everything, normal, allow_missing=True), normal)).all()
    series[40:80] = np.inf
    with pytest.raises(ValueError, match="infinite"):
        tokenizer.encode(series, normal, allow_missing=True)


@pytest.mark.parametrize("name", NAMES)
def test_foreign_ids_are_refused(tokenizers: dict[str, SeriesTokenizer], name: str) -> None:
    tokenizer, normal = tokenizers[name], climate()
    ids = tokenizer.encode(normal.mean, normal).astype(np.int64)
    for bad in (-1, 10**6):
        ids.flat[3] = bad
        with pytest.raises(ValueError, match="within"):
            tokenizer.decode(ids, normal)


def test_bits_are_those_of_a_fixed_code(tokenizers: dict[str, SeriesTokenizer]) -> None:
    assert tokenizers["uniform"].bits_per_day == 7 and tokenizers["fixed"].bits_per_day == 8
    levels = tokenizers["fsq"].levels
    assert tokenizers["fsq"].bits_per_day == pytest.approx(math.log2(math.prod(levels)) / 8)
    assert tokenizers["fsq"].bits_per_day <= 3.0


def test_fsq_ids_do_not_depend_on_company_or_on_what_lies_beyond_a_gap(fsq: FsqTokenizer) -> None:
    normal = climate()
    series = normal.mean + weather(4) * normal.spread
    series[2, 80:96] = np.nan  # two whole patches
    together = fsq.encode(series, normal, allow_missing=True)
    alone = np.stack([fsq.encode(row, normal, allow_missing=True) for row in series])
    assert np.array_equal(together, alone)
    changed = series[2].copy()
    changed[:80] += 5
    assert np.array_equal(fsq.encode(changed, normal, allow_missing=True)[12:], together[2, 12:])
    assert (together[2, 10:12] == np.array(fsq.mask_ids)).all()


def test_fsq_cuts_the_last_patch_and_fills_short_gaps(fsq: FsqTokenizer) -> None:
    normal = climate(21)
    series = normal.mean + weather(1, 21)[0] * normal.spread
    ids = fsq.encode(series, normal)
    assert ids.shape == (3, 2) and ids.dtype == np.int32
    assert fsq.decode(ids, normal).shape == (21,)
    series[3] = np.nan
    assert np.isfinite(fsq.decode(fsq.encode(series, normal, allow_missing=True), normal)).all()
    with pytest.raises(ValueError, match="patches"):
        fsq.decode(ids[:2], normal)
    filled = fill(np.array([np.nan, 2.0, np.nan, 4.0, np.nan, np.nan]))
    assert np.allclose(filled, [1.6, 2, 3, 4, 3.2, 2.56])


def test_fsq_computes_in_float32_within_bf16_autocast(fsq: FsqTokenizer) -> None:
    normal = climate()
    series = normal.mean + weather(2, seed=5) * normal.spread
    plain = fsq.encode(series, normal)
    with torch.autocast("cpu", torch.bfloat16):
        assert np.array_equal(fsq.encode(series, normal), plain)
        assert np.array_equal(fsq.decode(plain, normal), fsq.decode(plain, normal))


def test_the_decoder_finds_the_encoders_numbers() -> None:
    quantizer = TrellisQuantizer((7, 4, 3))
    x = torch.from_numpy(np.random.default_rng(3).normal(size=(5, 3, 20))).float().requires_grad_()
    rounded, codes = quantizer(x, torch.tensor([3.0, 1.0, 0.5]))
    assert torch.equal(quantizer.dequantize(codes), rounded)
    rounded.sum().backward()
    assert x.grad is not None and bool((x.grad > 0).any())
    with pytest.raises(ValueError, match="not finite"):
        quantizer(torch.full((1, 3, 2), float("nan")), torch.ones(3))
    with pytest.raises(ValueError, match="levels"):
        quantizer.dequantize(codes + 7)


def test_the_trellis_path_is_the_cheapest_one() -> None:
    cost = np.random.default_rng(4).random((3, 6, 2, 2)).astype(np.float32)
    grids, parities = best_path(cost)
    for row in range(3):
        every = []
        for path in product((0, 1), repeat=6):
            state, total = 0, 0.0
            for step, parity in enumerate(path):
                total += cost[row, step, GRID[state], parity]
                state = NEXT_STATE[state, parity]
            every.append(total)
        taken = sum(cost[row, n, grids[row, n], parities[row, n]] for n in range(6))
        assert taken == pytest.approx(min(every))
    assert np.array_equal(grids_of(parities), grids)


def test_the_trellis_gains_on_plain_rounding() -> None:
    """Of uniform numbers, 16 levels each: 0.8 dB or more (1.1 are known for eight states and no boundary)."""
    assert sorted(NEXT_STATE.ravel().tolist()) == sorted(list(range(STATES)) * 2)
    quantizer = TrellisQuantizer((16,))
    with torch.no_grad():
        quantizer.values[0].copy_((torch.arange(32) + 0.5) / 16 - 1)
    x = torch.rand((20, 1, 1000), generator=torch.Generator().manual_seed(0)) * 2 - 1
    rounded, _ = quantizer(x, torch.ones(1))
    plain = (2 / 16) ** 2 / 12
    assert 10 * math.log10(plain / float(((rounded.detach() - x) ** 2).mean())) > 0.8


def test_packed_codes_unpack_to_themselves() -> None:
    levels = (30, 15, 11, 9)
    codes = np.random.default_rng(0).integers(0, levels, (100, 4))
    ids = pack(codes, levels)
    assert np.array_equal(unpack(ids, levels), codes) and ids.max() < math.prod(levels)
    assert pack(np.array([[29, 14, 10, 8]]), levels)[0] == math.prod(levels) - 1


def test_quantile_bins_hold_equal_shares() -> None:
    scores = weather(60, seed=6)
    tokenizer = QuantileTokenizer.fit(scores, 32)
    ids = tokenizer.encode(scores, Normal(np.zeros(DAYS), np.ones(DAYS)))
    assert np.bincount(ids.ravel(), minlength=32) == pytest.approx(np.full(32, scores.size / 32), rel=0.01)
    with pytest.raises(ValueError, match="too few"):
        QuantileTokenizer.fit([1.0, 1.0, 2.0], 32)
    with pytest.raises(ValueError, match="increase"):
        QuantileTokenizer(np.array([1.0, 0.0], np.float32), np.zeros(3, np.float32))


def test_training_steps_gain_on_the_transform() -> None:
    torch.manual_seed(0)
    scores, network = training_scores(), ResidualFsq(FsqConfig(width=16, depth=1))
    start_as_transform(network, scores)
    before = round_trip_rmse(network, scores)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    rng = np.random.default_rng(0)
    for _ in range(15):
        loss, parts = losses(network, *draw(scores, rng, 8, 8))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert round_trip_rmse(network, scores) < before
    assert parts["coarse_rmse"] > parts["rmse"] > 0


def test_weights_are_loaded_strictly(fsq: FsqTokenizer, tokenizers: dict[str, SeriesTokenizer], tmp_path: Path) -> None:
    quantile = tokenizers["quantile"]
    assert isinstance(quantile, QuantileTokenizer)
    tensors, config = tokenizer_tensors(quantile, fsq.network)
    save_tensors("tokenizers", tensors, config, tmp_path)
    again, learned = load_tokenizers(tmp_path)
    normal = climate()
    series = normal.mean + weather(1)[0] * normal.spread
    assert np.array_equal(learned.encode(series, normal), fsq.encode(series, normal))
    assert np.array_equal(again.encode(series, normal), quantile.encode(series, normal))
    tensors.pop("fsq.stage_b.to_days.weight")
    save_tensors("tokenizers", tensors, config, tmp_path)
    with pytest.raises(WeightsError):
        load_tokenizers(tmp_path)


def test_scores_know_a_perfect_tokenizer_and_a_biased_one(fsq: FsqTokenizer) -> None:
    normal = climate()
    series = normal.mean + weather(3, seed=8) * normal.spread
    samples = [Sample(f"c{i}", row, normal) for i, row in enumerate(series)]

    class Warmer(UniformTokenizer):
        def decode(self, ids: np.ndarray, climatology: Normal) -> np.ndarray:
            return super().decode(ids, climatology) + np.float32(1.0)

    rows = score(
        "made up", samples, {"fine": UniformTokenizer(4096, 8.0), "warmer": Warmer(4096, 8.0), "fsq": fsq}, "unseen"
    )
    fine, warmer, learned = rows
    assert fine.metrics["rmse"] < 0.01 and fine.n == 3 * DAYS and fine.metrics["bits_per_day"] == 12
    assert warmer.metrics["bias"] == pytest.approx(1.0, abs=0.01) and warmer.metrics["rmse"] > 0.99
    assert learned.metrics["rmse_low"] <= learned.metrics["rmse"] <= learned.metrics["rmse_high"]
    assert 0 < learned.metrics["code_use"] <= 1
    assert use(np.zeros((10, 1), np.int64), (4,)) == {"code_use": 0.25, "perplexity_share": 0.25}


def test_the_reference_coder_is_the_best_scalar_one(tmp_path: Path) -> None:
    _, error = lloyd_max(np.random.default_rng(0).normal(size=100_000), np.ones(100_000), 8)
    assert error == pytest.approx(0.03454, rel=0.03)  # Max 1960, table I
    patches = weather(40, 256, seed=1).reshape(-1, 8)
    coder = TransformCoder.fit(patches, np.ones(len(patches)), 24.0)
    assert 2.9 < coder.bits_per_day <= 3.0
    save_coder(coder, [["a", 1.0, 2.0]], tmp_path)
    normal = climate(100)
    series = normal.mean + weather(1, 100)[0] * normal.spread
    series[8:16] = np.nan
    ids = load_coder(tmp_path).encode(series, normal, allow_missing=True)
    back = coder.decode(ids, normal)
    assert np.isnan(back[8:16]).all() and np.sqrt(np.nanmean((back - series) ** 2)) < 0.8
    assert len(coder.numbers(ids)) == 12

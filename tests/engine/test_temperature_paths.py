"""Sample paths: the fast network is the model, the decoding is the plain algorithm, and company changes nothing."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import numpy as np
import pytest
import torch
from eofusion_engine.model import packed
from eofusion_engine.model.packed import PackedLinear
from eofusion_engine.model.temperature import Condition, TemperatureGenerator, image_epochs
from eofusion_engine.model.temperature.correlation import CorrelationConfig, CorrelationModel, Inputs
from eofusion_engine.model.temperature.day_network import DayNetwork
from eofusion_engine.model.temperature.generate import AT_ONCE
from eofusion_engine.model.temperature.image_tokens import ABSENT, CodeBook
from eofusion_engine.model.temperature.paths import STEPS, PathSampler, kept_hidden, luck
from eofusion_engine.model.temperature.sequence import WINDOW
from temperature_helpers import made_up_cells, made_up_generator
from torch.nn import functional as F

DATES = [date(2021, 4, 1) + timedelta(days=i) for i in range(60)]
EPOCHS = image_epochs(DATES[0], DATES[-1])
CELLS = 2 * AT_ONCE + 3
LAT, LON = np.linspace(51.0, 51.3, CELLS), np.linspace(10.4, 10.6, CELLS)
HEIGHT = np.linspace(90.0, 730.0, CELLS)


@pytest.fixture(scope="module")
def generator() -> TemperatureGenerator:
    made = made_up_generator()
    made.trust = (0.0, 0.5)  # as in the shipped weights
    return made


@pytest.fixture(scope="module")
def ids(generator: TemperatureGenerator) -> np.ndarray:
    cells = made_up_cells(8, CELLS, len(EPOCHS))
    cells[np.random.default_rng(8).random(cells.shape[:2]) < 0.2] = np.nan
    return generator.tokenize(cells)


@pytest.fixture(scope="module")
def conditions(generator: TemperatureGenerator, ids: np.ndarray) -> list[Condition]:
    return generator.conditions(ids, EPOCHS, (ids != ABSENT).any(axis=-1), LAT, LON, HEIGHT, 18)


def series(generator: TemperatureGenerator, ids: np.ndarray, which: slice, **options) -> np.ndarray:
    options = {"dates": DATES, "samples": 2} | options
    some = ids[which]
    valid = (some != ABSENT).any(axis=-1)
    out = generator.generate(some, EPOCHS, valid, LAT[which], LON[which], HEIGHT[which], seed=1, **options)
    return np.stack((out.mean, out.p10, out.p90))


def rows_of(inputs: list[Inputs], days: torch.Tensor) -> Inputs:
    """All paths of some windows, as the model takes them."""
    out = Inputs.joined([one for one in inputs for _ in range(len(days) // len(inputs))])
    out.days = days
    return out


def some_days(rows: int, bins: int) -> torch.Tensor:
    draws = torch.Generator().manual_seed(3)
    days = torch.randint(0, bins, (rows, WINDOW), generator=draws)
    return days.masked_fill(torch.rand(days.shape, generator=draws) < 0.6, bins)


@pytest.mark.parametrize("sharp", [False, True])
def test_the_fast_network_is_the_model(generator, conditions, sharp: bool) -> None:
    """Also where attention scores are too large for powers of two, and softmax takes their place."""
    torch.manual_seed(4)
    model = CorrelationModel(CorrelationConfig()).eval()
    if sharp:
        with torch.no_grad():
            for block in model.blocks.layers:
                block.self_attn.in_proj_weight.mul_(12)
    network = DayNetwork(model)
    assert [layer.bounded for layer in network.layers] == [not sharp] * 3
    inputs = [generator.inputs(condition) for condition in conditions[:2]]
    days = some_days(6, model.config.bins)
    where = (days == model.config.bins).flatten().nonzero()[:, 0]
    with torch.inference_mode():
        _, expected = model(rows_of(inputs, days), 0.7)
        context = network.context(Inputs.joined(inputs))
        found = network.bits(context, days, where, 0.7) * np.log(2)
        plain = network.bits(context, days, where, 0.0).clone() * np.log(2)
        expected_plain = model(rows_of(inputs, days), 0.0)[1]
    bins = model.config.bins
    torch.testing.assert_close(found, expected.reshape(-1, bins)[where], rtol=1e-4, atol=1e-3 if sharp else 5e-5)
    torch.testing.assert_close(plain, expected_plain.reshape(-1, bins)[where], rtol=1e-5, atol=1e-5)


def test_no_score_leaves_its_bound(generator, conditions) -> None:
    from eofusion_engine.model.temperature import day_network

    block = generator.model.blocks.layers[0]
    attention, heads = block.self_attn, 4
    bound = day_network._score_bound(block.norm1, attention.in_proj_weight, attention.in_proj_bias, heads)
    with torch.inference_mode():
        # The tokens that the bound's ellipsoid is reached by, and random ones.
        x = F.layer_norm(torch.randn(2000, 64) ** 3, (64,), block.norm1.weight, block.norm1.bias)
        q, k = (attention.in_proj_weight @ x.T + attention.in_proj_bias[:, None]).unflatten(0, (3, heads, -1))[:2]
        largest = float((q.transpose(1, 2) @ k).abs().max()) / 4 * np.log2(np.e)
    assert 0.05 * bound < largest <= bound


def test_the_shipped_weights_take_the_fast_way() -> None:
    shipped = TemperatureGenerator.from_weights()
    assert all(layer.bounded for layer in shipped.sampler.network.layers)


def plain_paths(model: CorrelationModel, seen: Inputs, numbers, trust) -> tuple[torch.Tensor, torch.Tensor]:
    """The algorithm as it is written down: every logit of every day of every path at every step."""
    bins, samples = model.config.bins, numbers.uniform.shape[1]
    days = torch.full((samples, WINDOW), bins)
    total = torch.zeros(WINDOW, bins)
    for step in range(STEPS):
        _, logits = model(rows_of([seen], days), trust[int(step > 0)])
        log_p = torch.log_softmax(logits, dim=-1)
        p = log_p.exp()
        drawn = (p.cumsum(-1) < numbers.uniform[step][..., None]).sum(-1).clamp(max=bins - 1)
        surety = (p * log_p).sum(-1) + numbers.gumbel[step] * (1 - (step + 1) / STEPS)
        hidden = days == bins
        count = int(hidden[0].sum()) - kept_hidden(step)
        best = surety.masked_fill(~hidden, float("-inf")).topk(count, dim=1).indices
        chosen = torch.zeros_like(hidden).scatter_(1, best, True)
        total += (p * chosen[..., None]).sum(0)
        days = torch.where(chosen, drawn, days)
    return total / samples, days


@pytest.mark.parametrize("trust", [(0.0, 0.5), (1.0, 1.0)])
def test_paths_are_those_of_the_plain_algorithm(generator, conditions, trust) -> None:
    sampler = PathSampler(generator.model)
    some = conditions[:3]
    inputs, numbers = [generator.inputs(one) for one in some], [luck(one.seed(5), 3) for one in some]
    pmf, ids = sampler.draw(Inputs.joined(inputs), numbers, trust)
    for index, (seen, number) in enumerate(zip(inputs, numbers, strict=True)):
        with torch.inference_mode():
            expected, paths = plain_paths(generator.model, seen, number, trust)
        # A draw on the very edge of two bins may fall to the other side by rounding.
        assert (ids[index] != paths).float().mean() < 0.01
        assert (pmf[index] - expected).abs().sum(-1).median() < 1e-5
    assert (ids < generator.model.config.bins).all() and torch.allclose(pmf.sum(-1), torch.ones(3, WINDOW), atol=1e-5)


def test_company_and_order_change_no_bit(generator, conditions) -> None:
    def drawn(order: tuple[int, ...]) -> list[bytes]:
        with closing(generator.each_drawn([conditions[place] for place in order], 7, 3)) as made:
            return [pmf.tobytes() + paths.tobytes() for pmf, paths in made]

    alone = [drawn((place,))[0] for place in range(AT_ONCE)]
    assert len(set(alone)) == AT_ONCE
    for order in ((0, 1, 2, 3), (3, 1, 0, 2), (2, 2, 2, 2), (1, 3), (0, 3, 3, 1, 2, 0)):
        assert drawn(order) == [alone[place] for place in order]
    # One by one, for the evaluation: the same to rounding.
    with closing(generator.each_drawn(conditions[:1], 7, 3)) as made:
        assert np.abs(next(made)[0] - generator.window_pmf(conditions[0], 7, 3)).max() < 1e-5


def test_overlapping_areas_and_any_number_of_workers_give_the_same_series(generator, ids) -> None:
    whole = series(generator, ids, slice(0, CELLS))
    first, second = series(generator, ids, slice(0, 7)), series(generator, ids, slice(4, CELLS), workers=3)
    assert np.array_equal(first, whole[:, :7]) and np.array_equal(second, whole[:, 4:])
    assert np.array_equal(first[:, 4:], second[:, :3])
    assert len({row.tobytes() for row in whole[0]}) == CELLS  # or it would say nothing
    one = np.concatenate([series(generator, ids, slice(i, i + 1)) for i in range(CELLS)], axis=1)
    assert np.array_equal(one, whole)


def test_grouped_cells_have_the_series_that_each_would_have_alone(generator, ids) -> None:
    """Cells that share a condition but not a height: the climatology still takes each one's own."""
    same = np.repeat(ids[:1], 3, axis=0)
    valid = (same != ABSENT).any(axis=-1)
    heights = np.array([390.0, 410.0, 410.0])  # one step of the model's elevations
    calls: list[int] = []
    together = generator.generate(
        same, EPOCHS, valid, 51.1, 10.4, heights, DATES, 1, 2, progress=lambda done, total: calls.append(total)
    )
    windows = 2
    assert set(calls) == {windows} and len(calls) == windows  # once for the three of them
    for cell in range(3):
        alone = generator.generate(
            same[:1], EPOCHS, valid[:1], 51.1, 10.4, heights[cell : cell + 1], DATES, 1, 2
        )  # fmt: skip
        assert alone.mean.tobytes() == together.mean[cell].tobytes()
    assert together.mean[0] - together.mean[1] == pytest.approx(0.13, abs=1e-3)


class _Counting:
    """Wraps a generator's drawing: how often it was asked, and how many of its results were held at most."""

    def __init__(self, generator: TemperatureGenerator) -> None:
        self.drawn, self.calls, self.most = generator._drawn, 0, 0
        self.held = weakref.WeakValueDictionary[int, np.ndarray]()

    def __call__(self, *arguments) -> tuple[np.ndarray, np.ndarray]:
        self.calls += 1
        pmf, ids = self.drawn(*arguments)
        self.held[self.calls] = pmf = pmf.copy()  # an array of its own, that can be watched
        self.most = max(self.most, len(self.held))
        return pmf, ids


@pytest.fixture
def counting(generator, monkeypatch) -> Iterator[_Counting]:
    counter = _Counting(generator)
    monkeypatch.setattr(generator, "_drawn", counter)
    yield counter


def test_memory_does_not_grow_with_the_conditions(generator, ids, counting: _Counting) -> None:
    series(generator, ids, slice(0, CELLS), samples=1, workers=2)
    assert counting.calls >= 5
    assert 0 < counting.most <= 2  # those of two threads at work
    kept = generator.sampler.network._kept
    for samples in (1, 2, 3):
        generator.window_pmf(Condition(18, bytes([ABSENT]) * 12 * 7, 51.1, 10.4, None), 1, samples)
        assert len(kept.by_rows) <= 2


def test_a_stop_is_heard_at_once(generator, ids, counting: _Counting) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    for workers in (1, 2):
        counting.calls = 0
        with pytest.raises(Stopped):
            series(generator, ids, slice(0, CELLS), samples=1, workers=workers, progress=stop)
        assert counting.calls <= 1 if workers == 1 else counting.calls <= 4


def test_one_day_hidden_less_from_step_to_step() -> None:
    left = [WINDOW, *(kept_hidden(step) for step in range(STEPS))]
    assert left[-1] == 0 and all(after < before for before, after in zip(left, left[1:], strict=False))


def test_luck_is_the_seeds_own_and_the_same_again() -> None:
    one, other = luck(11, 4), luck.__wrapped__(11, 4)
    assert torch.equal(one.uniform, other.uniform) and torch.equal(one.gumbel, other.gumbel)
    assert not torch.equal(one.uniform, luck(12, 4).uniform)
    assert one.uniform.shape == (STEPS, 4, WINDOW) and abs(float(one.gumbel.mean()) - 0.577) < 0.1


@pytest.mark.parametrize("gelu", [False, True])
def test_a_packed_layer_is_the_layer_with_and_without_onednn(gelu: bool, monkeypatch) -> None:
    torch.manual_seed(1)
    layer, x = torch.nn.Linear(48, 20), torch.randn(300, 48)
    with torch.inference_mode():
        exact = F.linear(x.double(), layer.weight.double(), layer.bias.double())
        exact = F.gelu(exact) if gelu else exact
        fast = PackedLinear(layer.weight, layer.bias, gelu)
        assert (fast.packed is not None) == packed.available()
        monkeypatch.setattr(packed, "available", lambda: False)
        plain = PackedLinear(layer.weight, layer.bias, gelu)
        assert plain.packed is None
        for found in (fast(x), plain(x)):
            torch.testing.assert_close(found.double(), exact, rtol=1e-5, atol=1e-5)
        # A row's result does not hang on how many there are.
        assert all(torch.equal(fast(x[:rows]), fast(x)[:rows]) for rows in (1, 7, 64))


def test_the_code_book_holds_what_the_tokenizer_decodes(generator, ids) -> None:
    codes = ids.reshape(-1, ids.shape[-1]).copy()
    codes[::3, 4:6] = ABSENT
    codes[1::5, 6] = 3
    for l1c in (False, True):
        found, expected = (
            CodeBook(generator.image_tokenizer, l1c).decode(codes),
            generator.image_tokenizer.decode(codes, l1c),
        )
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)  # NaN in the same places
        assert np.isnan(found).any() and np.isfinite(found).any()

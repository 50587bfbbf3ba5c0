"""Tokens of series and of images: round trips, extremes, gaps, ids in range."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from eofusion_engine.model.temperature import ImageTokenizer, Normal, UniformTokenizer
from eofusion_engine.model.temperature.image_tokens import ABSENT, CODE_COLUMNS, LEVELS, FiniteScalarQuantizer
from temperature_helpers import made_up_cells

TOKENS = UniformTokenizer()


@pytest.fixture
def year() -> Normal:
    day = np.arange(365)
    return Normal(10 - 12 * np.cos(2 * np.pi * day / 365), 3.0 + np.cos(2 * np.pi * day / 365))


def test_round_trip_is_off_by_half_a_bin_at_most(year: Normal) -> None:
    score = np.random.default_rng(0).uniform(-TOKENS.limit, TOKENS.limit - 1e-9, (20, 365))
    series = year.mean + score * year.spread
    back = TOKENS.decode(TOKENS.encode(series, year), year)
    bound = year.spread * TOKENS.limit / TOKENS.bins
    assert np.all(np.abs(back - series) <= bound + 1e-4)
    assert np.abs(back - series).max() > 0.5 * bound.max()  # the bound is not a loose one


@pytest.mark.parametrize("extreme", [-89.2, 56.7, -1e6, 1e6])
def test_extremes_are_clipped_to_the_outermost_bin(year: Normal, extreme: float) -> None:
    ids = TOKENS.encode(np.full(365, extreme), year)
    assert ids.min() >= 0 and ids.max() < TOKENS.bins
    back = TOKENS.decode(ids, year)
    assert np.isfinite(back).all()
    assert np.all(np.abs(back - year.mean) <= TOKENS.limit * year.spread)


def test_missing_days_are_refused_or_masked(year: Normal) -> None:
    series = year.mean.copy()
    series[7] = np.nan
    with pytest.raises(ValueError, match="missing"):
        TOKENS.encode(series, year)
    ids = TOKENS.encode(series, year, allow_missing=True)
    assert ids[7] == TOKENS.mask_id and (ids == TOKENS.mask_id).sum() == 1
    assert np.isnan(TOKENS.decode(ids, year)[7])
    series[7] = np.inf
    with pytest.raises(ValueError, match="infinite"):
        TOKENS.encode(series, year, allow_missing=True)


@pytest.mark.parametrize("bad", [-1, 129])
def test_ids_out_of_range_are_refused(year: Normal, bad: int) -> None:
    with pytest.raises(ValueError, match="within"):
        TOKENS.decode(np.full(365, bad), year)


@pytest.mark.parametrize("levels", [(8, 5, 5, 5), (2,), (7, 6)])
def test_fsq_reaches_every_level_and_no_other(levels: tuple[int, ...]) -> None:
    quantizer = FiniteScalarQuantizer(levels)
    z = torch.linspace(-60, 60, 20001)[:, None].expand(-1, len(levels))
    _, codes = quantizer(z)
    for place, level in enumerate(levels):
        assert sorted(set(codes[:, place].tolist())) == list(range(level))


def test_fsq_is_float32_even_for_bf16_input_and_extremes() -> None:
    quantizer = FiniteScalarQuantizer((8, 5, 5, 5))
    for value in (-1e30, 1e30, float("inf"), float("-inf")):
        quantised, codes = quantizer(torch.full((3, 4), value, dtype=torch.bfloat16))
        assert quantised.dtype == torch.float32
        assert bool((codes >= 0).all()) and bool((codes < torch.tensor([8, 5, 5, 5])).all())
    with pytest.raises(ValueError, match="not finite"):
        quantizer(torch.full((1, 4), float("nan")))


def test_fsq_codes_name_their_values_and_gradients_pass() -> None:
    quantizer = FiniteScalarQuantizer((8, 5))
    z = torch.randn(50, 2, requires_grad=True)
    quantised, codes = quantizer(z)
    assert torch.allclose(quantizer.values(codes), quantised.detach(), atol=1e-6)
    quantised.sum().backward()
    assert z.grad is not None and bool((z.grad > 0).all())


def test_image_codes_do_not_depend_on_the_batch_and_gaps_are_absent() -> None:
    torch.manual_seed(1)
    images = ImageTokenizer().eval()
    cells = made_up_cells(2, 40, 6)
    s2, s1, lst = CODE_COLUMNS
    cells[np.random.default_rng(3).random((40, 6)) < 0.3] = np.nan
    cells[3, 2], cells[4, 2] = np.nan, 0.2
    cells[4, 2, 10:], cells[5, 1, 0] = np.nan, np.inf  # no radar; an infinite band is one not seen
    codes = images.tokenize(cells)
    assert codes.dtype == np.uint8 and codes.shape == (40, 6, len(LEVELS))
    for columns, bands in ((s2, slice(0, 10)), (s1, slice(10, 12)), (lst, slice(12, 13))):
        seen = np.isfinite(cells[..., bands]).any(-1)
        assert np.all((codes[..., columns] == ABSENT).all(-1) == ~seen)
        assert np.all(codes[..., columns][seen] < np.array(LEVELS)[columns])
    alone = np.concatenate([images.tokenize(cells[i : i + 1]) for i in range(40)])
    assert np.array_equal(alone, codes)
    top = images.tokenize(cells, l1c=True)
    assert (top != codes).any() and np.array_equal(top == ABSENT, codes == ABSENT)

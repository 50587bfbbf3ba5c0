"""What the cells of a window showed: the same in any tile, means of what was clear, radar in power; and what the
shipped model knows of a sensor's tokens."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from eofusion_engine.cube import CubeWindow
from eofusion_engine.evaluation.counterfactuals import _own
from eofusion_engine.evaluation.cross_modal import token_bits
from eofusion_engine.evaluation.profiles import year_of
from eofusion_engine.inference.conditions import cell_conditions
from eofusion_engine.model.temperature import TemperatureGenerator, image_epochs
from eofusion_engine.training.temperature_prepare import as_place
from eofusion_engine.training.temperature_sources import simulated
from temperature_helpers import made_up_generator
from test_temperature_training import made_up_places

EPOCHS = image_epochs(date(2021, 6, 1), date(2021, 6, 20))


def window(size: int = 48) -> CubeWindow:
    rng = np.random.default_rng(2)
    s2 = rng.uniform(0.02, 0.5, (3, 10, size, size)).astype(np.float32)
    clear = rng.random((3, size, size)) < 0.7
    clear[:, 16:32, 16:32] = False
    s2[np.broadcast_to(~clear[:, None], s2.shape)] = np.nan
    s1 = rng.uniform(-20, -5, (2, 2, size, size)).astype(np.float32)
    days = tuple(EPOCHS[2] + timedelta(days=5 * i) for i in range(3))
    return CubeWindow(s2, clear, clear & False, days, s1, days[:2], np.array([True, False]), ("RTC", "RTC"))


def cut(whole: CubeWindow, row: int, col: int, size: int) -> CubeWindow:
    part = (..., slice(row, row + size), slice(col, col + size))
    return CubeWindow(
        whole.s2[part], whole.s2_clear[part], whole.s2_snow[part], whole.s2_dates, whole.s1[part], whole.s1_dates,
        whole.s1_ascending, whole.s1_levels,
    )  # fmt: skip


def test_a_cell_is_the_same_in_any_tile() -> None:
    whole = cell_conditions(window(), 0, EPOCHS)
    assert whole.shape == (len(EPOCHS), 13, 3, 3)
    np.testing.assert_array_equal(cell_conditions(cut(window(), 16, 0, 32), 0, EPOCHS), whole[:, :, 1:, :2])
    np.testing.assert_array_equal(cell_conditions(cut(window(), 8, 8, 32), 8, EPOCHS), whole[:, :, 1:2, 1:2])


def test_cells_are_means_of_the_clear_pixels_near_the_epoch() -> None:
    seen = window()
    found = cell_conditions(seen, 0, EPOCHS)
    assert np.isnan(found[:, :10, 1, 1]).all()  # under cloud on every date
    assert np.isnan(found[:, 12]).all()  # no thermal sensor
    weights = np.array([1 - abs((day - EPOCHS[2]).days) / 25 for day in seen.s2_dates])
    means = np.nanmean(seen.s2[:, 3, :16, :16], axis=(1, 2))
    assert found[2, 3, 0, 0] == pytest.approx((weights * means).sum() / weights.sum(), rel=1e-5)
    power = (10 ** (seen.s1[:, 0, :16, :16] / 10)).mean(axis=(1, 2))
    near = np.array([1 - abs((day - EPOCHS[2]).days) / 13 for day in seen.s1_dates])
    assert found[2, 10, 0, 0] == pytest.approx(10 * np.log10((near * power).sum() / near.sum()), abs=1e-3)
    far = cell_conditions(seen, 0, [EPOCHS[2] + timedelta(days=160)])
    assert np.isnan(far).all()


def test_the_shipped_model_tells_backscatter_better_than_its_frequencies_do() -> None:
    """On simulated places of seeds that no training drew: bits of Sentinel-1 tokens, Sentinel-2 shown. What the images
    add to place and season is a matter of the evaluation's tables."""
    generator = TemperatureGenerator.from_weights()
    totals = np.zeros(4)
    for raw in simulated(6, 95_000):
        place = as_place(raw, generator.climatology, _own)
        place.cells = place.cells[:1]
        totals += np.sum(token_bits(generator, place, "S1", ("S2",)), axis=0)
    tokens, knowing, blind, frequency = totals
    assert tokens > 50 and knowing != blind
    assert knowing < 0.95 * frequency


def test_a_years_profile_holds_its_days() -> None:
    place = made_up_places()[0]
    days, truth, mean, low, high, climate = year_of(made_up_generator(samples_matter=False), place)
    assert days.tolist() == sorted(days) and len(days) > 300
    assert (low < mean).all() and (mean < high).all() and np.isnan(truth).sum() == 4
    assert np.abs(mean - climate).mean() < 3

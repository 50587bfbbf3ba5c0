"""Generation: reproducible, independent of company and period, grouped by condition."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from eofusion_engine.model.temperature import TemperatureGenerator, UniformTokenizer, group_conditions, image_epochs
from eofusion_engine.model.temperature.generate import quantile
from temperature_helpers import made_up_generator

START, END = date(2021, 3, 1), date(2021, 5, 31)
DATES = [START + timedelta(days=i) for i in range((END - START).days + 1)]
EPOCHS = image_epochs(START, END)


@pytest.fixture(scope="module")
def generator() -> TemperatureGenerator:
    return made_up_generator()


@pytest.fixture(scope="module")
def images(generator: TemperatureGenerator) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    z = rng.normal(size=(3, len(EPOCHS), 64)).astype(np.float32)
    valid = rng.random((3, len(EPOCHS))) < 0.8
    return generator.tokenize(z / np.linalg.norm(z, axis=-1, keepdims=True), valid), valid


def series(generator: TemperatureGenerator, ids, valid, dates=None, seed=1, **options):
    options = {"lat": 51.1, "lon": 10.4, "elevation": None, "samples": 4} | options
    out = generator.generate(ids, EPOCHS, valid, dates=DATES if dates is None else dates, seed=seed, **options)
    return np.stack((out.mean, out.p10, out.p90))


def test_epochs_are_absolute_and_reach_beyond_the_period() -> None:
    ordinals = np.array([day.toordinal() for day in EPOCHS])
    assert np.all((ordinals - date(2015, 1, 1).toordinal()) % 16 == 0)
    assert EPOCHS[0] <= START - timedelta(days=16) and EPOCHS[-1] >= END + timedelta(days=16)


def test_same_inputs_give_the_same_bytes_and_another_seed_other_ones(generator, images) -> None:
    first = series(generator, *images)
    assert np.isfinite(first).all() and np.all(first[1] < first[0]) and np.all(first[0] < first[2])
    assert first.tobytes() == series(generator, *images, workers=2).tobytes()
    assert np.abs(first - series(generator, *images, seed=2)).max() > 1e-3


def test_a_group_is_the_same_alone_and_in_company(generator, images) -> None:
    ids, valid = images
    together = series(generator, ids, valid)
    alone = np.concatenate([series(generator, ids[i : i + 1], valid[i : i + 1]) for i in range(3)], axis=1)
    assert np.array_equal(together, alone)
    assert np.abs(together[:, 0] - together[:, 1]).max() > 1e-3  # images matter


def test_a_day_does_not_depend_on_the_asked_period_or_the_exact_position(generator, images) -> None:
    whole = series(generator, *images)
    part = series(generator, *images, dates=DATES[40:60], lat=51.12, lon=np.array([10.38, 10.4, 10.41]))
    assert np.array_equal(part, whole[:, :, 40:60])


def test_equal_conditions_are_grouped_and_generated_once(generator, images) -> None:
    ids, valid = images
    cells = np.array([0, 1, 1, 0, 2])
    noisy = ids[cells].copy()
    noisy[~valid[cells]] = 3  # what is not valid must not tell cells apart
    first, group = group_conditions(noisy, valid[cells])
    assert len(first) == 3 and np.array_equal(group[[0, 1]], group[[3, 2]])
    scattered = series(generator, noisy[first], valid[cells][first])[:, group]
    assert np.array_equal(scattered, series(generator, noisy, valid[cells]))
    calls: list[tuple[int, int]] = []
    series(generator, noisy, valid[cells], progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (len(calls), len(calls)) and len(calls) <= 3 * 2


def test_no_images_and_no_groups_work(generator) -> None:
    nothing = np.zeros((1, 0, 4), np.uint8), np.zeros((1, 0), bool)
    out = generator.generate(nothing[0], [], nothing[1], 51.1, 10.4, 300.0, DATES[:5], 1, samples=2)
    assert out.mean.shape == (1, 5) and np.isfinite(out.mean).all()
    none = generator.generate(nothing[0][:0], [], nothing[1][:0], 51.1, 10.4, None, DATES[:5], 1, samples=2)
    assert none.mean.shape == (0, 5)


def test_dates_that_are_no_epochs_are_refused(generator, images) -> None:
    with pytest.raises(ValueError, match="epochs"):
        generator.generate(images[0], [e + timedelta(days=1) for e in EPOCHS], images[1], 51.1, 10.4, None, DATES, 1)


def test_quantiles_of_binned_distributions() -> None:
    tokens = UniformTokenizer(bins=4, limit=2.0)
    pmf = np.array([[0.25, 0.25, 0.25, 0.25], [0, 1, 0, 0]], dtype=np.float32)
    assert quantile(pmf, tokens, 0.5) == pytest.approx([0.0, -0.5])
    assert quantile(pmf, tokens, 0.1) == pytest.approx([-1.6, -0.9])

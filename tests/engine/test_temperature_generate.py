"""Generation: reproducible, independent of company and period, grouped by condition."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import torch
from eofusion_engine.errors import RequestError
from eofusion_engine.model.temperature import TemperatureGenerator, UniformTokenizer, group_conditions, image_epochs
from eofusion_engine.model.temperature.complete import complete_images
from eofusion_engine.model.temperature.condition import Condition
from eofusion_engine.model.temperature.generate import quantile
from eofusion_engine.model.temperature.image_tokens import ABSENT, CELL_BANDS, CODE_COLUMNS, LEVELS
from eofusion_engine.model.temperature.sequence import IMAGES
from temperature_helpers import made_up_cells, made_up_generator

START, END = date(2021, 3, 1), date(2021, 5, 31)
DATES = [START + timedelta(days=i) for i in range((END - START).days + 1)]
EPOCHS = image_epochs(START, END)


@pytest.fixture(scope="module")
def generator() -> TemperatureGenerator:
    return made_up_generator()


@pytest.fixture(scope="module")
def images(generator: TemperatureGenerator) -> tuple[np.ndarray, np.ndarray]:
    cells = made_up_cells(4, 3, len(EPOCHS))
    cells[np.random.default_rng(4).random(cells.shape[:2]) < 0.2] = np.nan
    ids = generator.tokenize(cells)
    return ids, (ids != ABSENT).any(axis=-1)


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
    nothing = np.zeros((1, 0, len(LEVELS)), np.uint8), np.zeros((1, 0), bool)
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


def test_draws_hang_on_seed_window_and_place_but_not_on_what_is_seen() -> None:
    seen = Condition(3, bytes([1]) * IMAGES * len(LEVELS), 51.1, 10.4, 200.0)
    other = Condition(3, bytes([ABSENT]) * IMAGES * len(LEVELS), 51.1, 10.4, None, "era5")
    assert seen.seed(1) == other.seed(1)
    assert len({seen.seed(1), seen.seed(2), Condition(4, seen.codes, 51.1, 10.4, 200.0).seed(1)}) == 3
    assert seen.has_images and not other.has_images


def test_greener_images_warm_the_series_by_the_head_and_unchanged_ones_by_nothing(monkeypatch) -> None:
    generator = made_up_generator(samples_matter=False)
    generator.trust = (0.0, 0.0)
    shown = np.zeros((3, 1, len(EPOCHS), len(LEVELS)), np.uint8)
    shown[1, ..., 0] = 1

    def decode(codes: np.ndarray, l1c: bool = False) -> np.ndarray:
        # The made-up tokenizer is untrained: in its place, the first code tells green from bare.
        cells = np.full((*codes.shape[:-1], CELL_BANDS), np.nan, np.float32)
        cells[codes[..., 0] == 0] = np.r_[[0.03] * 6, [0.45] * 2, [0.1] * 5]
        cells[codes[..., 0] == 1] = np.r_[[0.30] * 6, [0.32] * 2, [0.1] * 5]
        return cells

    monkeypatch.setattr(generator.image_tokenizer, "decode", decode)
    valid = np.ones((1, len(EPOCHS)), bool)
    warm, cold, again = (series(generator, ids, valid, samples=2)[0] for ids in shown)
    normal = generator.climatology.normal(51.1, 10.4, np.array([day.toordinal() for day in DATES]))
    assert np.array_equal(warm, again)
    assert warm - cold == pytest.approx(0.8 * normal.spread[None], rel=0.1)


def test_a_source_has_its_habits(generator, images) -> None:
    high = {"elevation": 1600.0, "lat": 47.0, "lon": 11.0}
    station = series(generator, *images, **high)
    era5 = series(generator, *images, **high, source="era5")
    assert np.median(era5 - station) > 0.5  # the made-up ERA5 is 1.5 K warmer above 1,000 m


def test_images_are_completed_from_the_rest_the_same_way_each_time(generator, images) -> None:
    ids = images[0][0].copy()
    s2, s1, _ = CODE_COLUMNS
    ids[3:6, s2] = ABSENT
    degc = np.linspace(5, 18, len(DATES))

    def fill(seed: int = 1, temperature=(DATES, degc), codes=ids):
        return complete_images(generator, codes, EPOCHS, ["S2"], 51.1, 10.4, 200.0, temperature, seed, samples=3)

    found = fill()
    assert found.ids.tobytes() == fill().ids.tobytes() and found.ids.tobytes() != fill(2).ids.tobytes()
    assert (found.ids[:, :, s2] != ABSENT).all()  # every gap is filled
    kept = ids[:, s2.start] != ABSENT
    assert (found.ids[:, kept][:, :, s2] == ids[kept][None][:, :, s2]).all()  # what was seen stays
    assert (found.ids[:, :, s1] == ids[None, :, s1]).all()  # only the asked sensor is drawn
    assert (found.ids[..., s2] < np.array(LEVELS)[s2]).all()
    assert np.isfinite(found.cells[:, :10]).all() and (found.low[:, :10] <= found.high[:, :10]).all()
    with pytest.raises(RequestError, match="no sensor"):
        complete_images(generator, ids, EPOCHS, ["S3"], 51.1, 10.4, None, None, 1)


def test_temperature_and_radar_reach_the_completed_images(generator, images) -> None:
    ids = images[0][1].copy()
    s2, s1, _ = CODE_COLUMNS
    ids[:, s2] = ABSENT
    blind = ids.copy()
    blind[:, s1] = ABSENT
    cold, hot = np.full(len(DATES), -5.0), np.full(len(DATES), 30.0)
    with torch.no_grad():
        for head in generator.model.code_heads:
            head.weight.mul_(20)  # untrained heads hardly differ
    made = [
        complete_images(generator, codes, EPOCHS, ["S2"], 51.1, 10.4, 200.0, (DATES, degc), 1, samples=4).ids[..., s2]
        for codes, degc in ((ids, cold), (ids, hot), (blind, cold))
    ]
    with torch.no_grad():
        for head in generator.model.code_heads:
            head.weight.div_(20)
    assert (made[0] != made[1]).any() and (made[0] != made[2]).any()

"""Hidden gaps and the simple ways to fill them; the table of reconstruction on made-up places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.evaluation import gaps
from eofusion_engine.evaluation.gap_tree import features, fit_tree, load_tree, save_tree
from eofusion_engine.evaluation.gaps import GAPS, Series, hide, linear, nearest, neighbours, repeats, whittaker
from eofusion_engine.evaluation.reconstruction import LINEAR, LONG, TREE, WITHOUT_S1, score
from eofusion_engine.evaluation.rows import OURS
from eofusion_engine.training.places import Place
from model_helpers import random_stack

DAY = 737000


def straight(clear: np.ndarray | None = None, dates: int = 30, step: int = 7) -> Series:
    """Three pixels whose bands rise linearly in time."""
    days = DAY + step * np.arange(dates)
    bands = (days - DAY)[None, :, None] * np.linspace(1e-3, 2e-3, 10) + np.arange(3)[:, None, None] * 0.05
    if clear is not None:
        bands = np.where(clear[..., None], bands, np.nan)
    return Series(bands, bands, days)


def made_up_place(name: str, seed: int, radar: bool = False, dates: int = 40) -> Place:
    """A season of green and noise, a third of it clouded, four by five pixels."""
    rng = np.random.default_rng(seed)
    days = DAY + 6 * np.arange(dates)
    wave = np.sin(2 * np.pi * (days - DAY) / 365)[:, None, None, None] * rng.uniform(0.02, 0.2, (1, 10, 1, 1))
    s2 = 0.3 + wave + rng.normal(0, 0.01, (dates, 10, 4, 5))
    count = 20 if radar else 0
    s1 = rng.normal(-12, 1, (count, 2, 4, 5))
    clear = rng.random((dates, 4, 5)) < 0.7
    days1 = DAY + 12 * np.arange(count)
    packed = (np.round(s2 * 1e4).astype(np.int16), clear, days, np.round(s1 * 100).astype(np.int16), days1)
    return Place(name, 47.0 + seed, 14.0, *packed, np.ones(count, bool))


def test_gaps_hide_their_dates_on_both_sides_and_leave_one_beyond() -> None:
    series = straight()
    hidden = hide(series)
    near = neighbours(series, hidden, 2)
    here = series.days[hidden.date]
    assert len(hidden) and set(hidden.gap) == set(GAPS)
    for side, sign in enumerate((-1, 1)):
        distance = sign * (series.days[near[:, side, 0]] - here)
        assert (distance > hidden.gap / 2).all()
        assert (distance - 7 <= hidden.gap / 2).all()  # the very next date was inside the gap
        there = near[:, side, 1] >= 0
        assert (np.abs(near[there, side, 1] - near[there, side, 0]) == 1).all()


def test_clouded_dates_are_no_neighbours_and_no_targets() -> None:
    clear = np.random.default_rng(0).random((3, 30)) < 0.5
    series = straight(clear)
    hidden = hide(series)
    near = neighbours(series, hidden, 1)[..., 0]
    assert clear[hidden.pixel, hidden.date].all()
    assert clear[hidden.pixel[:, None], near].all()


@pytest.mark.parametrize("fill", [linear, whittaker])
def test_a_straight_line_comes_back(fill: object) -> None:
    series = straight(np.random.default_rng(1).random((3, 30)) < 0.6)
    hidden = hide(series)
    filled = fill(series, hidden)  # type: ignore[operator]
    np.testing.assert_allclose(filled, series.truth[hidden.pixel, hidden.date], atol=1e-6)


def test_the_nearest_date_is_off_by_the_distance() -> None:
    series = straight()
    hidden = hide(series)
    error = np.abs(nearest(series, hidden) - series.truth[hidden.pixel, hidden.date])[:, 0] / 1e-3
    assert (error > hidden.gap / 2).all() and (error <= hidden.gap / 2 + 7).all()


def test_what_is_hidden_changes_no_filling() -> None:
    series = straight()
    hidden = hide(series, (30,))
    one = gaps.Hidden(hidden.pixel[:1], hidden.date[:1], hidden.gap[:1])
    changed = series.bands.copy()
    inside = np.abs(series.days - series.days[one.date[0]]) <= 15
    changed[:, inside] += 0.5
    other = Series(changed, changed, series.days)
    for fill in (linear, nearest, whittaker, features):
        np.testing.assert_array_equal(fill(series, one), fill(other, one))


def test_repeats_are_consecutive_clear_views() -> None:
    clear = np.zeros((3, 30), bool)
    clear[0, [2, 3, 9]] = clear[1, 5] = True
    first, second = repeats(straight(clear, step=5), days_apart=5)
    assert len(first) == len(second) == 1
    np.testing.assert_allclose(second - first, 5 * np.linspace(1e-3, 2e-3, 10)[None])


def test_trees_learn_and_come_back_from_their_file(tmp_path: Path) -> None:
    places = [made_up_place(f"p{i}", i) for i in range(3)]
    tree = fit_tree(places)
    save_tree(tree, [["p0", 47.0, 14.0]], tmp_path)
    series = gaps.pixel_series(places[0], np.arange(20))
    hidden = hide(series)
    truth = series.truth[hidden.pixel, hidden.date]
    again = load_tree(tmp_path).predict(series, hidden)
    np.testing.assert_allclose(again, tree.predict(series, hidden), atol=1e-6)
    assert np.nanmean(np.abs(again - truth)) < np.nanmean(np.abs(linear(series, hidden) - truth))


def test_the_table_has_every_model_with_its_interval() -> None:
    places = [made_up_place("a", 0), made_up_place("b", 1, radar=True), made_up_place("c", 2)]
    rows = score(places, random_stack(), fit_tree(places), "unseen")
    long = [row for row in rows if row.part == LONG and row.data == "real places"]
    assert [row.model for row in long] == [LINEAR, "nearest clear date", "Whittaker smoother", TREE, OURS]
    assert len({row.n for row in long}) == 1 and all(row.metrics["places"] == 3 for row in long)
    for row in long:
        assert row.metrics["mae_low"] <= row.metrics["mae"] <= row.metrics["mae_high"]
        assert {"mae_B02", "mae_B12"} <= row.metrics.keys()
    base, ours = long[0].metrics["mae"], long[-1].metrics
    assert ours["mae_vs_linear"] == pytest.approx(100 * (ours["mae"] / base - 1))
    assert ours["diff_mae"] == pytest.approx(ours["mae"] - base) and long[-1].reference == LINEAR
    assert 0 <= ours["coverage80"] <= 1 and "coverage80" not in long[0].metrics
    floor = [row for row in rows if row.part.startswith("no gap")]
    assert not floor  # its views are six days apart
    radar = [row.model for row in rows if row.data.startswith("real pairs")]
    assert radar == [LINEAR, WITHOUT_S1, OURS]


def test_every_length_of_gap_stands_alone() -> None:
    places = [made_up_place("a", 0), made_up_place("b", 1)]
    rows = score(places, random_stack(), None, "unseen")
    parts = {row.part for row in rows}
    assert {f"gap of {gap} days" for gap in GAPS} <= parts
    assert all(row.model != TREE for row in rows)

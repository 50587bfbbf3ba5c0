"""Simulated pairs with known truth, and the pages that are written from what they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.evaluation import counterfactual_scenes as scenes
from eofusion_engine.evaluation.counterfactual_truth import Effect, rows_of
from eofusion_engine.evaluation.explore_pages import MARK, between_marks, effect_chart, rank_verdict, size_verdict
from eofusion_engine.evaluation.run import EVALUATIONS
from eofusion_engine.evaluation.sensitivity_truth import Judged
from eofusion_engine.evaluation.sensitivity_truth import rows_of as rank_rows
from eofusion_engine.explore.attribution import GPP_GROUPS, TEMPERATURE_GROUPS, Attribution


def test_a_pair_differs_by_the_change_alone() -> None:
    snow = scenes.pair(3, "snow", "farmland", cells=1)
    (ndvi0, gpp0), (ndvi1, gpp1) = snow.truth(snow.simulation), snow.truth(snow.other)
    assert ndvi0.shape == gpp1.shape == (len(snow.dates), 16, 16)
    assert (ndvi1 - ndvi0).mean() < -0.2 and (gpp1 <= gpp0 + 1e-6).all() and 0.3 < snow.amount <= 1
    here, other = snow.simulation, snow.other
    assert np.array_equal(here.weather.tair_degc, other.weather.tair_degc)
    assert np.array_equal(here.land.cover, other.land.cover)
    window = snow.window
    assert window.s2.shape[1:] == (10, 32, 32) and np.isfinite(window.s2).any() and window.s1.shape[1] == 2
    assert np.array_equal(np.isfinite(window.s2).all(axis=1), window.s2_clear)


def test_rows_give_size_and_sign() -> None:
    found = {("snow", "NDVI"): [Effect(-0.4, -0.3), Effect(-0.6, -0.5), Effect(-0.5, 0.05)]}
    simulator, ours = rows_of(found)
    assert simulator.model == "simulator" and simulator.metrics["right_sign"] == 1
    assert ours.metrics["size"] == pytest.approx(0.5) and ours.metrics["right_sign"] == pytest.approx(2 / 3)
    assert ours.metrics["size_low"] <= 0.5 <= ours.metrics["size_high"]
    assert ">simulator<" in effect_chart(found, "NDVI", "")
    assert "snow: NDVI: 50 % of the simulator's size: met." in size_verdict([simulator, ours])
    weak = rows_of({("snow", "NDVI"): [Effect(-0.4, -0.1)] * 3})
    assert "25 % of the simulator's size: **not met**." in size_verdict(weak)
    assert {"counterfactual", "sensitivity"} <= set(EVALUATIONS)


def test_rank_rows_leave_out_images_that_say_nothing() -> None:
    rng = np.random.default_rng(0)
    gpp = [Attribution(GPP_GROUPS, v := rng.normal(size=(len(GPP_GROUPS), 9)), 2 * v) for _ in range(4)]
    silent = np.zeros((len(TEMPERATURE_GROUPS), 2))
    silent[-2:] = 3.0
    rows = rank_rows(Judged(gpp, [Attribution(TEMPERATURE_GROUPS, silent, silent)] * 4, [0.9] * 4))
    assert [row.metrics["spearman"] for row in rows] == pytest.approx([1, 1])
    assert rows[0].metrics["date_spearman"] == pytest.approx(0.9)
    assert not any("images alone" in row.data for row in rows)
    assert rank_verdict(rows).count(": met.") == 2


def test_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{MARK[0]}\nold\n{MARK[1]}\nafter\n")
    between_marks(page, "new")
    assert page.read_text() == f"before\n{MARK[0]}\nnew\n{MARK[1]}\nafter\n"
    page.write_text("no marks")
    with pytest.raises(ValueError, match="no marks"):
        between_marks(page, "new")

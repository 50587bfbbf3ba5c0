"""The figures of docs/explore.md: scores with known answers, and the page that is written from rows."""

from __future__ import annotations

from pathlib import Path

import explore_helpers as helpers
import numpy as np
import pytest
from eofusion_engine.errors import OutputError
from eofusion_engine.evaluation import explore, explore_page
from eofusion_engine.evaluation.explore_worlds import World, filled
from eofusion_engine.evaluation.rows import OURS, make_row
from sklearn.metrics import average_precision_score


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    run = helpers.make_run(tmp_path_factory.mktemp("evaluate") / "run")
    kind = helpers.kinds()
    struck = np.full(kind.shape, np.nan)
    struck[helpers.FELLED] = helpers.FELLED_ON.toordinal() - 1
    cover = np.where(kind == 1, 2, 4)
    raw = np.random.default_rng(0).normal(size=(*kind.shape, 8))
    return World("small", run, helpers.DATES[:3], kind, cover, struck, raw)


def test_average_precision_is_scikit_learns() -> None:
    noise = np.random.default_rng(0)
    scores, hits = noise.normal(size=300), noise.random(300) < 0.2
    assert explore.average_precision(scores, hits) == pytest.approx(average_precision_score(hits, scores))
    assert explore.average_precision(hits * 1.0, hits) == 1 and np.isnan(
        explore.average_precision(scores, hits & False)
    )


def test_kinds_are_found_by_what_tells_them_apart_and_not_by_noise(world: World) -> None:
    good = np.eye(3)[world.kind]
    found, chance = explore.similarity_scores(world, good)
    assert found == pytest.approx(1) and 0.2 < chance < 0.45
    assert explore.similarity_scores(world, world.raw)[0] == pytest.approx(chance, abs=0.05)
    assert explore.cluster_score(world, good + 1e-3 * world.raw[..., :3]) == pytest.approx(1)
    assert explore.cluster_score(world, world.raw) == pytest.approx(0, abs=0.05)


def test_rows_say_the_difference_to_raw_bands(world: World) -> None:
    rows = explore._similarity([world, world])
    by_model = {row.model: row.metrics for row in rows}
    ours, raw = (by_model[name]["average_precision"] for name in (OURS, explore.RAW))
    assert by_model[OURS]["diff_average_precision"] == pytest.approx(ours - raw) and ours > raw
    assert {row.seen for row in rows} == {"unseen"} and {row.n for row in rows} == {2}


def test_felled_forest_is_found_and_dated(world: World) -> None:
    found = explore.break_scores(world, "ndvi")
    felled = (helpers.FELLED[0].stop - helpers.FELLED[0].start) * (helpers.FELLED[1].stop - helpers.FELLED[1].start)
    assert 0.95 * felled < found["n"] <= felled and found["standing"] == (world.cover == 2).sum() - felled
    assert found["found"] > 0.9 and found["within_one"] > 0.9 and found["false_alarms"] < 0.02
    drop = explore.break_scores(world, explore.DROP)
    assert drop["found"] > 0.9 and drop["within_one"] > 0.9


def test_gaps_are_filled_in_time() -> None:
    values = np.array([0.0, np.nan, 4.0, 8.0])[:, None, None, None].repeat(2, axis=1)
    found = filled(values, np.array([0.0, 1.0, 2.0, 4.0]), np.array([-1.0, 1.0, 3.0]))
    assert found[:, 0, 0, 0].tolist() == [0, 2, 6] and found.shape == (3, 2, 1, 1)


def test_a_folder_without_imagery_is_left_out(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        explore.evaluate(tmp_path)


def test_the_page_gets_its_tables_between_its_marks(tmp_path: Path) -> None:
    row = make_row("explore", "simulated places", OURS, 4, "unseen", {"found": 0.5, "found_95": (0.25, 0.75)})
    page = tmp_path / "explore.md"
    page.write_text(f"before\n{explore_page.BEGIN}\nold\n{explore_page.END}\nafter\n")
    explore_page.write_tables([row], tmp_path)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "| **eofusion** | 4 | 0.500 (0.250 to 0.750) |" in text
    page.write_text(explore_page.BEGIN)
    with pytest.raises(OutputError, match="lost one of the two marks"):
        explore_page.write_tables([row], tmp_path)

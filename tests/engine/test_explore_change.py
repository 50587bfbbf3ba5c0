"""Change and breaks: a felled corner stands out of the season, and is dated."""

from __future__ import annotations

from pathlib import Path

import explore_helpers as helpers
import numpy as np
import pytest
import rasterio
from eofusion_engine.errors import RequestError
from eofusion_engine.explore.breaks import EPOCH
from eofusion_engine.explore.errors import ExploreError
from eofusion_engine.explore.nochange import fit_no_change
from eofusion_engine.explore.registry import explore
from eofusion_engine.explore.runs import FinishedRun
from eofusion_engine.explore.steps import find_steps, without_spikes


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("change")
    return helpers.make_run(folder / "first"), helpers.make_run(folder / "second", year=2022, seed=1)


def layer(found: dict, number: int = 0) -> np.ndarray:
    with rasterio.open(Path(found["folder"]) / found["layers"][number]["path"]) as file:
        stored = file.read(1)
        return np.where(stored == file.nodata, np.nan, stored)


def elsewhere() -> np.ndarray:
    rest = np.ones((helpers.SIZE, helpers.SIZE), bool)
    rest[helpers.FELLED] = rest[helpers.BLIND] = False
    return rest


def test_no_change_is_one_unit_whatever_the_season_does_and_change_is_many() -> None:
    """Half of the later date is a linear function of the earlier one; five per cent of the rows went elsewhere."""
    noise = np.random.default_rng(0)
    a = noise.normal(size=(4000, 16))
    b = a @ noise.normal(size=(16, 16)) * 0.5 + 3 + noise.normal(0, 0.1, (4000, 16))
    b[:200] += noise.normal(0, 1, (200, 16))
    units = fit_no_change(a, b).units(a, b)
    assert np.median(units[200:]) == pytest.approx(1, abs=0.05)
    assert np.percentile(units[200:], 99) < 2 and np.percentile(units[:200], 5) > 3
    assert (np.abs(b - a).mean(axis=1)[200:] > 1).mean() > 0.9  # the plain difference would have told nothing


def test_the_felled_corner_is_the_change_between_two_dates(runs: tuple[Path, Path]) -> None:
    dates = {"before": [str(helpers.DATES[1])], "after": [str(helpers.DATES[6])]}
    found = explore("change", {"run": str(runs[0]), **dates})
    units = layer(found)
    assert (units[helpers.FELLED] > 3).mean() > 0.95 and (units[elsewhere()] > 3).mean() < 0.01
    assert np.nanmedian(units[elsewhere()]) == pytest.approx(1, abs=0.1)
    assert np.isnan(units[helpers.BLIND]).all() and found["layers"][1]["kind"] == "distance"
    share = next(score["value"] for score in found["scores"] if score["unit"] == "%")
    assert share == pytest.approx(100 * (units > 3).sum() / np.isfinite(units).sum(), abs=0.01)


def test_two_years_are_compared_season_by_season(runs: tuple[Path, Path]) -> None:
    """Both years fell the same corner: nothing changed from one to the other."""
    years = {"run": str(runs[0]), "after_run": str(runs[1]), "before_year": 2021}
    units = layer(explore("change", {**years, "after_year": 2022}))
    assert (units[elsewhere()] > 3).mean() < 0.01 and (units[helpers.FELLED] > 3).mean() < 0.2
    with pytest.raises(ExploreError, match="no embedding of 2019"):
        explore("change", {**years, "after_year": 2019})


def test_dates_that_make_no_pair_are_refused(runs: tuple[Path, Path]) -> None:
    same = [str(helpers.DATES[0])]
    with pytest.raises(RequestError, match="the same dates"):
        explore("change", {"run": str(runs[0]), "before": same, "after": same})
    with pytest.raises(RequestError, match="give before and after, or before_year and after_year"):
        explore("change", {"run": str(runs[0]), "before": same})


@pytest.mark.parametrize("signal", ["ndvi", "embeddings"])
def test_the_felling_is_dated_to_the_next_view(runs: tuple[Path, Path], signal: str) -> None:
    found = explore("breaks", {"run": str(runs[0]), "signal": signal, "kinds": 3, "threshold": 4})
    day, size = layer(found), layer(found, 1)
    dates = helpers.VIEWS if signal == "ndvi" else helpers.DATES
    with FinishedRun.open(runs[0]) as run:
        views = run.observed_ndvi() if signal == "ndvi" else run.embeddings(dates[0])[:1].repeat(len(dates), axis=0)
    ordinals = np.array([(one - EPOCH).days for one in dates])
    later = np.isfinite(views) & np.array([one >= helpers.FELLED_ON for one in dates])[:, None, None]
    truth = ordinals[later.argmax(axis=0)][helpers.FELLED]  # of each pixel: its next view may lie under a cloud
    inside = day[helpers.FELLED]
    assert (inside == truth).mean() > 0.9
    forest = elsewhere() & (helpers.kinds() == 1)
    assert np.isfinite(day[forest]).mean() < 0.02
    assert (np.nanmedian(size[helpers.FELLED]) < 0) == (signal == "ndvi")  # a loss has a sign where the signal has one
    counted = sum(row[1] for row in found["tables"][0]["rows"])
    assert counted == pytest.approx(np.isfinite(day).sum() * 0.01, rel=1e-4)


def test_steps_are_found_by_the_course_that_fits() -> None:
    """Three dates after the step a gap; the other course would put the step elsewhere."""
    noise = np.random.default_rng(0)
    time = np.linspace(0, 1, 30)
    courses = np.stack([0.8 + 0 * time, np.sin(np.pi * time)])[:, None]
    values = courses[np.array([0, 1, 0, 1])][:, 0].T[None] + noise.normal(0, 0.02, (1, 30, 4))
    values[0, 17:, 0] -= 0.4
    values[0, 17:20, 0] = np.nan
    values[0, 9:, 1] += 0.3
    found = find_steps(values, courses, np.array([0.02]))
    assert found.after[:2].tolist() == [20, 9]
    assert found.size[0, 0] == pytest.approx(-20, abs=2) and found.size[1, 0] == pytest.approx(15, abs=2)
    assert (np.abs(found.size[2:, 0]) < 4).all() and (found.gain[:2] > 0.9).all()
    nothing = find_steps(np.full((1, 30, 2), np.nan), courses, np.array([0.02]))
    assert (nothing.after == -1).all() and (nothing.size == 0).all()


def test_a_single_cloud_is_no_step() -> None:
    values = np.full((9, 2), 0.8)
    values[4, 0], values[4:, 1] = 0.1, 0.1
    clean = without_spikes(values, 0.02)
    assert clean[4, 0] == pytest.approx(0.8) and (clean[4:, 1] == 0.1).all()

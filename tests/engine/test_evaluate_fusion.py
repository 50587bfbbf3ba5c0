"""The paper's experiment from fitting to rows, on a small made-up data set with a regression and a classification."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.evaluation import fusion_tasks, task_data
from eofusion_engine.evaluation.bundle import load_bundle
from eofusion_engine.evaluation.rows import OURS
from eofusion_engine.training import task_networks


def made_up(pixels: int = 60, dates: int = 4) -> task_data.TaskData:
    """Pixels on a meridian, a degree apart; the target is the near infrared of the date. Every third is held out."""
    rng = np.random.default_rng(0)
    s2 = (rng.uniform(0.03, 0.1, (pixels, dates, 10)) + rng.uniform(0, 0.4, (pixels, dates, 1))).astype(np.float32)
    s1 = rng.uniform(-20, -8, (pixels, dates, 2)).astype(np.float32)
    days = np.broadcast_to(737_000 + 30 * np.arange(dates), (pixels, dates)).copy()
    series, date = (index.ravel() for index in np.meshgrid(np.arange(pixels), np.arange(dates), indexing="ij"))
    asked = days[series, date]
    return task_data.TaskData(
        name="nir", title="near infrared", unit="reflectance", classifies=False, l1c=False, s2=s2, s1=s1, days=days,
        series=series, asked=asked, target=s2[series, date, 6].astype(float),
        baseline=task_data.band_features(s2[series], s1[series], date), season=task_data.season_of(asked),
        groups=np.array([f"cell:{p // 2},0" for p in series]), lat=series.astype(float), lon=np.zeros(len(series)),
        trains=series % 3 > 0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def tasks() -> list[task_data.TaskData]:
    regression = made_up()
    bright = (regression.target > np.median(regression.target)).astype(int) * 4
    return [regression, replace(regression, name="bright", title="bright or dark", classifies=True, target=bright)]


@pytest.fixture(scope="module")
def folder(tasks: list[task_data.TaskData], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("evaluation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task_networks, "read_tasks", lambda data: iter(tasks))
        patch.setattr(task_networks, "CHECK_EVERY", 10)
        patch.setattr(task_networks, "_HEAD_STEPS", 150)
        patch.setattr(task_networks, "LEARNING_RATES", (2e-3,))
        task_networks.fit_fusion_tasks(Path("nowhere"), None, out, steps=20, seed=0)
    return out


def test_what_is_fitted_ships_small_and_knows_its_training_places(folder: Path) -> None:
    bundle = load_bundle(fusion_tasks.BUNDLE, folder=folder)
    assert bundle.about["training"].keys() == {"nir", "bright"}
    path = folder / f"{fusion_tasks.BUNDLE}.safetensors"
    assert path.stat().st_size < 6e6
    known = fusion_tasks.TrainingPlaces.of((), more=[path])
    assert set(known.lat) == {float(p) for p in range(60) if p % 3}


def test_rows_of_held_out_places_and_their_mean(
    tasks: list[task_data.TaskData], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fusion_tasks, "read_tasks", lambda data: iter(tasks))
    monkeypatch.setattr(fusion_tasks, "bundle_folder", lambda weights: folder)
    monkeypatch.setattr(fusion_tasks, "load_bundle", lambda name, weights: load_bundle(name, folder=folder))
    # Only what the bundle was fitted on counts here: the shipped weights were not trained on this meridian.
    monkeypatch.setattr(fusion_tasks, "PARTS", ())
    rows = fusion_tasks.evaluate(Path("nowhere"))
    held_out = [row for row in rows if row.seen == "unseen"]
    by_model = {row.model: row for row in held_out if row.data == "near infrared"}
    assert set(by_model) == {
        *fusion_tasks.FROZEN, fusion_tasks.SPECIFIC, fusion_tasks.LINEAR, fusion_tasks.TREES, fusion_tasks.SEASON,
    }  # fmt: skip
    assert {row.n for row in by_model.values()} == {80}
    # The bands hold the answer itself, the embedding of Sentinel-2 most of it, radar and season nothing.
    assert by_model[fusion_tasks.LINEAR].metrics["r2"] > 0.99
    assert by_model[OURS].metrics["r2"] > 0.4
    assert by_model[f"{OURS}, S1 alone"].metrics["r2"] < 0.2
    assert by_model[fusion_tasks.SEASON].metrics["r2"] < 0.2
    assert by_model[OURS].reference == fusion_tasks.SPECIFIC
    accuracies = {row.model: row.metrics["accuracy"] for row in held_out if row.data == "bright or dark"}
    assert accuracies[fusion_tasks.LINEAR] > 0.9
    assert accuracies[fusion_tasks.TREES] > 0.9
    assert accuracies[fusion_tasks.SEASON] < 0.75
    summaries = [row for row in held_out if row.data.startswith(fusion_tasks.SUMMARY)]
    assert [row.n for row in summaries] == [1, 1]  # a class has no R2
    assert summaries[0].metrics["relative_rmse"] == pytest.approx(
        by_model[OURS].metrics["rmse"] / by_model[fusion_tasks.SPECIFIC].metrics["rmse"] - 1
    )

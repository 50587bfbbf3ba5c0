"""Probes, trees, stability and the task data: on data whose answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.evaluation import embeddings, fusion_tasks, stability, task_data
from eofusion_engine.evaluation.bundle import Bundle
from eofusion_engine.evaluation.monthly import read_monthly, training_rows
from eofusion_engine.evaluation.pixel_series import embed_series
from eofusion_engine.evaluation.probes import Projection, balanced_accuracy, fit_logistic, fit_ridge
from eofusion_engine.evaluation.resampling import error_sums
from eofusion_engine.evaluation.rows import OURS
from eofusion_engine.evaluation.splits import distance_between_km, is_held_out
from eofusion_engine.evaluation.task_models import (
    Head,
    blank_stack,
    embed_all,
    embed_targets,
    restored,
    used_parameters,
)
from eofusion_engine.model.stack import FusionStack
from eofusion_engine.model.trees import fit_trees


def test_exported_trees_are_scikit_learns() -> None:
    from eofusion_engine.model.trees import export
    from sklearn.ensemble import HistGradientBoostingRegressor

    rng = np.random.default_rng(0)
    x = rng.normal(size=(900, 6))
    x[rng.random(x.shape) < 0.15] = np.nan
    y = np.nansum(x[:, :2], axis=1) ** 2 + np.isnan(x[:, 3])
    model = HistGradientBoostingRegressor(max_iter=15, random_state=0).fit(x, y)
    asked = np.vstack([x, rng.normal(size=(300, 6)), np.full((1, 6), np.nan)])
    trees = export(model)
    assert np.abs(trees.predict(asked) - model.predict(asked)).max() < 1e-6
    assert all(array.dtype.kind in "fib" for array in trees.arrays().values())


def test_weighted_trees_follow_the_weights() -> None:
    x = np.repeat([[0.0], [1.0]], 200, axis=0)
    y = np.tile([0.0, 1.0], 200)
    heavy = fit_trees(x, y, 60, np.where(y == 1, 3.0, 1.0))
    np.testing.assert_allclose(heavy.predict(np.array([[0.0], [1.0]])), 0.75, atol=1e-6)


def test_a_ridge_probe_finds_the_line_and_bears_missing_features() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(3, [1, 10, 0.1], size=(400, 3))
    y = x @ [2.0, -0.3, 5.0] + 7
    probe = fit_ridge(x, y, np.arange(400) // 20)
    assert np.abs(probe.predict(x) - y).max() < 0.05
    missing = x.copy()
    missing[:, 1] = np.nan
    filled = np.where(np.isnan(missing), probe.mean, missing)
    np.testing.assert_allclose(probe.predict(missing), probe.predict(filled))


@pytest.mark.parametrize("classes", [2, 3])
def test_a_logistic_probe_tells_classes_apart(classes: int) -> None:
    rng = np.random.default_rng(0)
    codes = np.array([4, 0, 7])[:classes]
    y = rng.choice(codes, 300, p=[0.8, 0.2] if classes == 2 else [0.7, 0.2, 0.1])
    x = rng.normal(size=(300, 4))
    x[:, 0] += y
    x[:, 1] += 6 * (y == codes[0])
    probe = fit_logistic(x, y, np.arange(300) % 30)
    assert sorted(probe.classes) == sorted(codes)
    assert balanced_accuracy(y, probe.predict(x)) > 0.95
    shuffled = fit_logistic(x, rng.permutation(y), np.arange(300) % 30)
    assert balanced_accuracy(y, shuffled.predict(x)) < 0.75


def test_a_projection_keeps_what_varies() -> None:
    rng = np.random.default_rng(0)
    source = rng.normal(size=(200, 2))
    x = source @ rng.normal(size=(2, 7)) + 5
    axes = Projection.fit(x, 2)
    projected = axes.apply(x)
    assert projected.shape == (200, 2)
    design = np.hstack([projected, np.ones((200, 1))])
    back, *_ = np.linalg.lstsq(design, x, rcond=None)
    np.testing.assert_allclose(design @ back, x, atol=1e-8)
    assert (axes.axes[np.abs(axes.axes).argmax(axis=0), [0, 1]] > 0).all()


def test_auc_counts_ties_half() -> None:
    assert stability.auc(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 1
    assert stability.auc(np.array([1.0, 1.0]), np.array([1.0])) == 0.5
    assert stability.auc(np.array([0.0, 2.0]), np.array([1.0])) == 0.5


def test_a_representation_that_moves_only_with_change_is_more_stable() -> None:
    rng = np.random.default_rng(0)
    good = f"{OURS}/64 numbers"
    places = [
        stability.Pairs(
            near={stability.BANDS: rng.random(50) + 0.5, good: rng.random(50) * 0.1},
            far={stability.BANDS: rng.random(50) + 0.5, good: rng.random(50) + 0.5},
        )
        for _ in range(6)
    ]
    bands, own = stability.table("made up", "unseen", places)
    assert bands.metrics["auc"] == pytest.approx(0.5, abs=0.1)
    assert own.metrics["auc"] == 1
    assert own.metrics["diff_auc_low"] > 0.3
    assert own.metrics["ratio"] > 10
    assert own.n == 600


def simple_item(rng: np.random.Generator) -> embeddings.ProbeData:
    """30 cells on a line, 1 degree apart; the class follows from the embedding, which the bands do not show."""
    cell = np.repeat(np.arange(30), 10)
    target = rng.integers(0, 3, 300)
    own = rng.normal(size=(300, 4))
    own[:, 0] += 4 * (target == 1)
    own[:, 1] += 4 * (target == 2)
    noise = rng.normal(size=(300, 5))
    features = {(embeddings.RAW_DATES, "5 numbers"): noise, (OURS, "4 numbers"): own}
    return embeddings.ProbeData(
        title="land cover", classifies=True, features=features, components={"2 numbers": 2}, target=target,
        groups=np.array([f"cell:{c},0" for c in cell]), lat=cell.astype(float), lon=np.zeros(300), trains=cell < 20,
    )  # fmt: skip


def test_probes_rank_what_holds_the_answer_above_noise() -> None:
    item = simple_item(np.random.default_rng(0))
    fitted = embeddings.fit(item, item.trains)
    test = np.flatnonzero(~item.trains)
    rows = embeddings.rows_of(item, embeddings.predict(item, fitted, test), test, "unseen", np.ones(300, bool))
    by_model = {row.model: row for row in rows}
    assert by_model[OURS].metrics["balanced_accuracy"] > 0.9
    assert by_model[OURS].metrics["diff_balanced_accuracy_low"] > 0.3
    assert by_model[embeddings.PCA].metrics["balanced_accuracy"] < 0.5
    assert by_model[embeddings.RAW_DATES].reference == ""
    crossed = {row.model: row for row in embeddings._crossed(item)}
    assert crossed[OURS].seen == "cv"
    assert crossed[OURS].n == 300
    assert crossed[OURS].metrics["accuracy"] > 0.9
    spots = embeddings.training_places(item)
    assert len(spots) == 20
    assert ["cell:3,0", 3.0, 0.0] in spots


@pytest.fixture(scope="module")
def stack() -> FusionStack:
    return FusionStack.from_weights()


def some_series(pixels: int, dates: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    s2 = rng.uniform(0.02, 0.4, (pixels, dates, 10)).astype(np.float32)
    s2[0, 1] = np.nan
    s1 = rng.uniform(-20, -8, (pixels, dates, 2)).astype(np.float32)
    days = np.sort(rng.integers(737_000, 737_300, (pixels, dates)), axis=1)
    return s2, s1, days


def test_embeddings_of_series_do_not_depend_on_the_batch_and_tell_sensors_apart(stack: FusionStack) -> None:
    s2, s1, days = some_series(5, 7)
    whole = embed_series(stack, s2, s1, days)
    assert whole.shape == (5, 7, 64)
    np.testing.assert_allclose(embed_series(stack, s2, s1, days, batch=2), whole, atol=1e-5)
    alone = embed_series(stack, s2, s1, days, sensors=("S2",))
    np.testing.assert_allclose(alone, embed_series(stack, s2, np.full_like(s1, np.nan), days), atol=1e-5)
    assert np.abs(alone - whole).max() > 1e-3
    np.testing.assert_allclose(np.linalg.norm(whole, axis=-1), 1, atol=1e-5)


def a_task(pixels: int = 6, dates: int = 5) -> task_data.TaskData:
    s2, s1, days = some_series(pixels, dates)
    series, date = (index.ravel() for index in np.meshgrid(np.arange(pixels), [0, 2, 4], indexing="ij"))
    asked = days[series, date]
    target = np.nan_to_num(s2[series, date, 6], nan=0.2).astype(float)
    n = len(series)
    return task_data.TaskData(
        name="t", title="made up", unit="", classifies=False, l1c=False, s2=s2, s1=s1, days=days, series=series,
        asked=asked, target=target, baseline=task_data.band_features(s2[series], s1[series], date),
        season=task_data.season_of(asked), groups=series.astype(str), lat=series.astype(float), lon=np.zeros(n),
        trains=np.ones(n, bool),
    )  # fmt: skip


def test_targets_get_the_embedding_of_their_own_date(stack: FusionStack) -> None:
    task = a_task()
    wanted = np.flatnonzero(np.isin(task.series, [1, 4]))
    with torch.inference_mode():
        z, rows = embed_targets(stack, task, np.array([4, 1]))
    np.testing.assert_array_equal(np.sort(rows), wanted)
    dated = embed_series(stack, task.s2, task.s1, task.days)
    for vector, row in zip(z, rows.tolist(), strict=True):
        where = np.flatnonzero(task.days[task.series[row]] == task.asked[row])[0]
        np.testing.assert_allclose(vector, dated[task.series[row], where], atol=1e-5)
    everything = embed_all(stack, task, np.arange(len(task.target)))
    np.testing.assert_allclose(everything[rows], z, atol=1e-5)


def test_a_task_network_starts_blank_and_comes_back_from_the_bundle(stack: FusionStack) -> None:
    task, series = a_task(), np.arange(6)
    blank = blank_stack(stack, 0)
    same = blank_stack(stack, 0)
    trained, fresh = dict(stack.named_parameters()), dict(blank.named_parameters())
    matrices = [name for name, p in trained.items() if p.dim() == 2]
    assert matrices
    assert all(not torch.equal(trained[name], fresh[name]) for name in matrices)
    assert all(torch.equal(p, dict(same.named_parameters())[name]) for name, p in fresh.items())
    assert all(torch.equal(b, dict(blank.named_buffers())[name]) for name, b in stack.named_buffers())
    z, _ = embed_targets(blank, task, series)
    (z[:, :3] ** 2).sum().backward()
    kept = used_parameters(blank)
    assert kept
    assert not any("decoder" in name or "readout" in name for name in kept)  # no part of the embedding
    with torch.inference_mode():
        back, _ = embed_targets(restored(stack, kept), task, series)
    np.testing.assert_allclose(back, z.detach(), atol=5e-3)  # half precision


def test_the_summary_is_the_mean_relative_difference() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), 40)
    scored = []
    for spread in (1.0, 3.0):
        truth = rng.normal(0, spread, 480)
        error = rng.normal(0, spread, 480)
        sums = {OURS: 0.5 * error, fusion_tasks.SPECIFIC: 0.6 * error, fusion_tasks.TREES: 0.55 * error}
        scored.append(fusion_tasks.Scored({k: error_sums(truth, truth + v, groups) for k, v in sums.items()}))
    specific, bands = fusion_tasks.summary(scored, "unseen")
    assert specific.metrics["relative_rmse"] == pytest.approx(0.5 / 0.6 - 1)
    assert specific.metrics["relative_rmse_low"] == pytest.approx(0.5 / 0.6 - 1)
    assert (
        0.05
        < specific.metrics["relative_r2_low"]
        < specific.metrics["relative_r2"]
        < specific.metrics["relative_r2_high"]
    )
    assert bands.metrics["relative_rmse"] == pytest.approx(0.5 / 0.55 - 1)
    assert specific.n == 2


def test_predictions_come_from_whatever_the_bundle_holds(stack: FusionStack) -> None:
    task = a_task()
    head = Head(64, 1)
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.zero_()
    linear = fit_ridge(task.baseline, task.target, task.groups)
    tensors = {f"t/{OURS}/{k}": v for k, v in head.state_dict().items()} | {"t/units": torch.tensor([3.0, 2.0])}
    rows = np.array([0, 5, 7])
    found = fusion_tasks.predictions(task, stack, Bundle({"t/linear": linear}, tensors, {}), rows)
    assert set(found) == {OURS, fusion_tasks.LINEAR}
    np.testing.assert_allclose(found[OURS], 3.0)
    np.testing.assert_allclose(found[fusion_tasks.LINEAR], linear.predict(task.baseline[rows]))


@pytest.mark.parametrize("name", ["fuel_moisture", "algae_blooms"])
def test_training_pixels_are_far_from_held_out_cells(shared_data: Path, name: str) -> None:
    series = read_monthly(shared_data, name)
    trains = training_rows(series)
    held = np.array([is_held_out(cell) for cell in series.cell])
    assert held.any()
    assert not (trains & held).any()
    far = distance_between_km(series.lat[trains], series.lon[trains], series.lat[held], series.lon[held])
    assert far.min() > 25
    assert 0.5 < np.nanmedian(series.s2) * 5 < 5  # reflectance, not digital numbers
    assert -40 < series.tair.min() < series.tair.max() < 45
    months = np.diff(series.days, axis=1)
    assert ((months >= 0) & (months <= 62)).all()

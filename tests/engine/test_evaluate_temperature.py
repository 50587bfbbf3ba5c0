"""The temperature evaluations: who counts as seen, the shipped tree, refits in folds, and trees that know of snow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.evaluation import temperature_tree
from eofusion_engine.evaluation.bundle import BundleError
from eofusion_engine.evaluation.rows import OURS
from eofusion_engine.evaluation.seen import TrainingPlaces
from eofusion_engine.evaluation.temperature import TREE, refitted_rows
from eofusion_engine.evaluation.temperature_places import labels, scored, shipped_view, split_by_period
from eofusion_engine.evaluation.temperature_tree import fit_tree, load_trees, save_trees
from eofusion_engine.model.temperature.mean_head import SNOW_NOW, image_features, indices
from eofusion_engine.model.temperature.sequence import EPOCH_DAYS, IMAGES
from eofusion_engine.training import temperature_heads
from eofusion_engine.training.temperature_data import Place
from eofusion_engine.training.temperature_folds import fit_mean_head
from eofusion_engine.training.temperature_heads import fit_image
from eofusion_engine.training.temperature_rows import ImageRows
from temperature_helpers import made_up_cells, made_up_climatology, made_up_generator


@pytest.fixture
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested of the folds does not hang on how many trees there are."""
    for name, count in (("SHARED_TREES", 30), ("PLACE_TREES", 10), ("IMAGE_TREES", 5)):
        monkeypatch.setattr(temperature_heads, name, count)


def monthly_places(count: int, table: str = "fuel_moisture") -> list[Place]:
    """Places of a monthly table, each a cluster of its own, of an odd temperature of its region."""
    climatology = made_up_climatology()
    places = []
    for number in range(count):
        lat = 38.0 + number / 4
        coefficients, unexplained = shipped_view(climatology)("", lat, 0.0)
        place = Place(
            f"{table}/{number}", f"cell:{number}", "train", "era5", lat, 0.0, 100.0, 0.0, coefficients, unexplained,
            735599, np.full(12 * 31, np.nan, np.float32), cells=made_up_cells(number, 1, 24), l1c=True,
        )  # fmt: skip
        mean = place.normal(climatology, place.days).mean
        noise = np.random.default_rng(number).normal(0, 0.5, 12)
        place.months = np.array([[31 * k, 31 * k + 31, mean[31 * k :][:31].mean() + 1 + noise[k]] for k in range(12)])
        places.append(place)
    return places


def test_who_is_seen_is_told_by_position_in_any_folder() -> None:
    near, far = monthly_places(2)
    near.role, far.role, far.lat = "test", "train", 10.0
    known = TrainingPlaces(("a",), np.array([near.lat + 0.1]), np.array([0.0]))
    assert labels([near, far], known).tolist() == ["seen", "unseen"]
    assert scored([near, far], known) == ([far], "unseen")
    assert scored([near], known) == ([near], "seen")
    nameless = replace(known, unnamed=("temperature",), lat=np.array([-80.0]))
    assert labels([near, far], nameless).tolist() == ["unseen", "seen"]  # only the fixed split vouches for them
    near.name = "worldcereal/0000280849BAC91C:test"
    assert split_by_period(near) and not split_by_period(far)


def test_the_shipped_tree_is_read_back_and_belongs_to_its_climatology(tmp_path: Path) -> None:
    climatology, places = made_up_climatology(), monthly_places(50)
    tree = fit_tree(climatology, places)
    assert tree is not None and fit_tree(climatology, places[:10]) is None
    save_trees({"fuel_moisture": tree}, climatology, [["p", 1.0, 2.0]], tmp_path)
    back = load_trees(climatology, tmp_path)["fuel_moisture"]
    asked = monthly_places(8)[3:]
    for a, b in zip(tree.forecasts(climatology, asked), back.forecasts(climatology, asked), strict=True):
        assert b.normal.mean == pytest.approx(a.normal.mean, abs=1e-3) and len(b.truth) == 12
        assert np.abs(b.normal.mean - b.truth).mean() < 1.0  # it has seen that all are a degree warmer
    assert (back.spread, back.factor) == (tree.spread, tree.factor)
    with pytest.raises(BundleError, match="other temperature weights"):
        load_trees(replace(climatology, length_km=climatology.length_km * 2), tmp_path)
    with pytest.raises(BundleError, match="missing"):
        load_trees(climatology, tmp_path / "nowhere")


@pytest.mark.usefixtures("few_trees")
def test_refits_in_folds_score_every_place_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temperature_tree, "LEAST_PLACES", 10)
    generator, places = made_up_generator(samples_matter=False), monthly_places(20)
    generator.factors = {"era5 year": {"images": 0.3, "blind": 0.3, "corrected": 0.3, "place": 0.3, "latitude": 0.3}}
    rows = {row.model: row for row in refitted_rows(generator, {"fuel_moisture": places}) if not row.part}
    assert rows[OURS].n == 12 * 20 and rows[OURS].metrics["groups"] == 20
    assert {row.seen for row in rows.values()} == {"cv"}
    # The source is a degree warmer than the climatology: places left out show it.
    assert rows[OURS].metrics["rmse"] < 0.8 < rows["climatology of the place"].metrics["rmse"]
    assert TREE in rows and rows[TREE].metrics["coverage80"] > 0.5


@pytest.mark.usefixtures("few_trees")
def test_a_fold_knows_nothing_of_its_places() -> None:
    generator, places = made_up_generator(), monthly_places(15)
    odd = places[7]
    folds = [fit_mean_head(generator.climatology, places, generator.image_tokenizer)]
    odd.months[:, 2] += 40.0
    folds.append(fit_mean_head(generator.climatology, places, generator.image_tokenizer))
    normal = odd.normal(generator.climatology, odd.days)
    ask = (odd.static(True), odd.source, normal, odd.days)
    cells = odd.cells[0, :IMAGES]
    before, after = (folded.unseen_by(odd) for folded in folds)
    assert np.array_equal(before.correction(*ask), after.correction(*ask))
    features = image_features(odd.static(True), odd.source, cells, odd.first, odd.l1c)
    assert np.array_equal(before.image.predict(features), after.image.predict(features))
    assert not np.array_equal(folds[0].head.correction(*ask), folds[1].head.correction(*ask))


def test_more_snow_never_makes_an_epoch_warmer() -> None:
    generator, places = made_up_generator(), monthly_places(20)
    rows = ImageRows.of(generator.climatology, places, generator.image_tokenizer)
    assert rows is not None
    features = rows.features.copy()
    snow = np.random.default_rng(0).uniform(-1, 1, len(features))
    features[:, SNOW_NOW] = snow
    rows, known = replace(rows, features=features), np.ones(len(features), bool)
    trees = fit_image(rows, -snow, known)
    low, high = features.copy(), features.copy()
    low[:, SNOW_NOW], high[:, SNOW_NOW] = -0.8, 0.8
    assert (trees.predict(high) < trees.predict(low)).any()
    warm = fit_image(rows, snow, known)
    assert (warm.predict(high) <= warm.predict(low) + 1e-12).all()


def test_the_snow_column_is_the_epochs_own_snow_index() -> None:
    place = monthly_places(1)[0]
    cells = place.cells[0, :IMAGES].copy()
    table = image_features(place.static(True), place.source, cells, place.first, True)
    assert table[:, SNOW_NOW] == pytest.approx(indices(cells)[2:11, 1])
    assert EPOCH_DAYS == 16 and len(table) == 9

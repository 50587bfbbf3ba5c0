"""Similar places, clusters, colours and learned maps on a run whose land is known."""

from __future__ import annotations

import json
from pathlib import Path

import explore_helpers as helpers
import numpy as np
import pytest
import rasterio
from eofusion_engine.errors import RequestError
from eofusion_engine.explore.errors import ExploreError, TooFewSamples
from eofusion_engine.explore.places import PlaceError
from eofusion_engine.explore.registry import explore

CLEAR = helpers.kinds().copy()
CLEAR[helpers.FELLED] = -1
CLEAR[helpers.BLIND] = -1
NAMES = ("field", "forest", "town")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A run, the same place a year later, and one by other weights."""
    folder = tmp_path_factory.mktemp("maps")
    other = {**helpers.WEIGHTS, "fusion": "d" * 64}
    return (
        helpers.make_run(folder / "first"),
        helpers.make_run(folder / "second", year=2022, seed=1),
        helpers.make_run(folder / "other", weights=other),
    )


def layer(found: dict, kind: str) -> np.ndarray:
    path = next(entry["path"] for entry in found["layers"] if entry["kind"] == kind)
    with rasterio.open(Path(found["folder"]) / path) as file:
        return np.where(file.read() == file.nodata, np.nan, file.read().astype(float)).squeeze()


def scores(found: dict) -> dict[str, dict]:
    return {score["name"]: score for score in found["scores"]}


def samples(count: int = 12, value: bool = False) -> dict:
    """Points of every kind, spread over the run; ``value`` 10 times the kind."""
    generator = np.random.default_rng(0)
    features = []
    for kind, name in enumerate(NAMES):
        rows, cols = np.nonzero(kind == CLEAR)
        for i in generator.permutation(len(rows))[:count]:
            properties = {"cover": name} if not value else {"amount": 10.0 * kind + 0.5}
            features.append(helpers.point(int(rows[i]), int(cols[i]), **properties))
    return helpers.collection(features)


def test_the_similar_places_are_the_picked_kind(runs: tuple[Path, ...]) -> None:
    picks = helpers.collection([helpers.point(75, 20), helpers.box(80, 40, 84, 44)])
    found = explore("similar", {"run": str(runs[0]), "picks": picks, "matches": 20})
    likeness = layer(found, "similarity")
    assert np.nanmin(likeness[CLEAR == 1]) > np.nanmax(likeness[(CLEAR == 0) | (CLEAR == 2)])
    assert np.isnan(likeness[helpers.BLIND]).all()
    matches = json.loads((Path(found["folder"]) / "matches.geojson").read_text())["features"]
    assert [match["properties"]["rank"] for match in matches] == list(range(1, 21))
    values = [match["properties"]["similarity"] for match in matches]
    assert values == sorted(values, reverse=True)


def test_the_best_of_several_picks_differs_from_their_mean(runs: tuple[Path, ...]) -> None:
    picks = helpers.collection([helpers.point(20, 60), helpers.point(75, 60)])
    best, mean = (
        layer(explore("similar", {"run": str(runs[0]), "picks": picks, "combine": how}), "similarity")
        for how in ("best", "mean")
    )
    assert np.nanmean(best[CLEAR == 0]) > np.nanmean(mean[CLEAR == 0]) + 0.1


def test_picks_of_another_year_find_the_same_land(runs: tuple[Path, ...]) -> None:
    picks = helpers.point(125, 100)
    found = explore("similar", {"run": str(runs[1]), "picks_run": str(runs[0]), "picks": picks})
    likeness = layer(found, "similarity")
    assert np.nanmean(likeness[CLEAR == 2]) > np.nanmean(likeness[CLEAR == 0]) + 0.3
    assert len(found["runs"]) == 2 and any("first" in note for note in found["notes"])


def test_embeddings_of_other_weights_are_never_compared(runs: tuple[Path, ...]) -> None:
    with pytest.raises(ExploreError, match="made by other weights"):
        explore("similar", {"run": str(runs[2]), "picks_run": str(runs[0]), "picks": helpers.point(125, 100)})
    with pytest.raises(ExploreError, match="made by other weights"):
        explore("pca", {"runs": [str(runs[0]), str(runs[2])]})


def test_unseen_picks_say_so(runs: tuple[Path, ...]) -> None:
    with pytest.raises(ExploreError, match="Nothing was seen at the picked places"):
        explore("similar", {"run": str(runs[0]), "picks": helpers.point(3, 3)})


def test_clusters_are_the_kinds_in_order_of_ndvi_with_their_seasons(runs: tuple[Path, ...]) -> None:
    dates = [str(day) for day in helpers.DATES[:4]]
    found = explore("clusters", {"run": str(runs[0]), "clusters": 3, "sample": 3000, "dates": dates})
    label = layer(found, "clusters")
    for kind, expected in ((1, 1), (0, 2), (2, 3)):  # forest, field, town by their NDVI
        assert (label[kind == CLEAR] == expected).mean() > 0.999
    assert np.isnan(label[helpers.BLIND]).all()
    charts = {chart["title"]: chart for chart in found["charts"]}
    assert set(charts) == {"NDVI by class", "GPP by class", "Temperature by class"}
    forest, field, town = charts["NDVI by class"]["series"]
    assert forest["y"][4] == pytest.approx(0.8, abs=0.03) and town["y"][4] == pytest.approx(0.1, abs=0.03)
    assert max(field["y"]) - min(field["y"]) > 0.3 and forest["low"][0] < forest["y"][0] < forest["high"][0]
    colours = [entry["color"] for entry in found["layers"][0]["style"]["classes"]]
    assert len(set(colours)) == 3 and all(len(colour) == 7 for colour in colours)


def test_the_suggested_number_is_that_of_the_kinds(runs: tuple[Path, ...]) -> None:
    dates = [str(day) for day in helpers.DATES[:3]]
    found = explore("clusters", {"run": str(runs[0]), "sample": 2000, "dates": dates})
    assert len(found["layers"][0]["style"]["classes"]) == 3
    assert scores(found)["Silhouette of the suggested number"]["value"] > 0.5


def test_colours_are_the_same_with_a_saved_basis(runs: tuple[Path, ...]) -> None:
    day = str(helpers.DATES[2])
    both = explore("pca", {"runs": [str(runs[0]), str(runs[1])], "dates": [day]})
    assert len(both["layers"]) == 2 and all(entry["style"]["type"] == "rgb" for entry in both["layers"])
    basis = Path(both["folder"]) / "basis.json"
    again = explore("pca", {"runs": [str(runs[0])], "dates": [day], "basis": str(basis)})
    assert np.array_equal(layer(both, "pca"), layer(again, "pca"), equal_nan=True)
    alone = explore("pca", {"runs": [str(runs[0])], "dates": [day]})
    assert not np.array_equal(layer(alone, "pca"), layer(again, "pca"), equal_nan=True)
    basis.write_text("{}")
    with pytest.raises(RequestError, match="is not a basis"):
        explore("pca", {"runs": [str(runs[0])], "basis": str(basis)})


@pytest.mark.parametrize("model", ["linear", "knn", "forest"])
def test_learned_classes_are_right_judged_in_blocks_and_applied_elsewhere(runs: tuple[Path, ...], model: str) -> None:
    dates = [str(helpers.DATES[1]), str(helpers.DATES[4])]
    asked = {"run": str(runs[0]), "samples": samples(), "field": "cover", "model": model, "dates": dates}
    found = explore("classify", asked)
    label = layer(found, "classes")
    assert [entry["label"] for entry in found["layers"][0]["style"]["classes"]] == list(NAMES)
    for kind in range(3):
        assert (label[kind == CLEAR] == kind + 1).mean() > 0.99
    confidence = layer(found, "confidence")
    assert np.nanmin(confidence) > 1 / 3 and np.nanmax(confidence) <= 1 and np.isnan(confidence[helpers.BLIND]).all()
    judged = scores(found)["Accuracy"]
    assert judged["value"] > 0.95 and judged["low"] <= judged["value"] <= judged["high"]
    matrix = next(chart for chart in found["charts"] if chart["kind"] == "matrix")
    assert sum(sum(row["y"]) for row in matrix["series"]) == 36 and matrix["x"] == list(NAMES)
    applied = explore("apply", {"run": str(runs[1]), "model": found["folder"]})
    assert (layer(applied, "classes")[CLEAR == 2] == 3).mean() > 0.99
    again = explore("apply", {"run": str(runs[0]), "model": found["folder"] + "/model.safetensors"})
    assert np.array_equal(layer(again, "classes"), label, equal_nan=True)
    with pytest.raises(ExploreError, match="made by other weights"):
        explore("apply", {"run": str(runs[2]), "model": found["folder"]})


@pytest.mark.parametrize("model", ["linear", "knn", "forest"])
def test_a_learned_amount_is_near_the_truth(runs: tuple[Path, ...], model: str) -> None:
    asked = {"run": str(runs[0]), "samples": samples(value=True), "field": "amount", "model": model}
    found = explore("classify", {**asked, "task": "number", "dates": [str(helpers.DATES[0])]})
    values = layer(found, "values")
    for kind in range(3):
        assert np.nanmedian(values[kind == CLEAR]) == pytest.approx(10 * kind + 0.5, abs=1.5)
    assert scores(found)["R2"]["value"] > 0.9
    assert {entry["kind"] for entry in found["layers"]} == ({"values"} if model == "linear" else {"values", "spread"})


def test_too_few_or_useless_samples_are_a_sentence(runs: tuple[Path, ...]) -> None:
    base = {"run": str(runs[0]), "field": "cover", "dates": [str(helpers.DATES[0])]}
    one = helpers.collection([helpers.point(20, c, cover="field") for c in range(30, 60)])
    few = helpers.collection([helpers.point(20, 40, cover="field"), helpers.point(75, 40, cover="forest")])
    lone = helpers.collection([*one["features"], helpers.point(75, 40, cover="forest")])
    near = helpers.collection([helpers.point(42 + r, 40 + c, cover=NAMES[r >= 6]) for r in range(12) for c in range(3)])
    for given, sentence in ((one, "of one class"), (few, "2 pixels with a value are too few"), (lone, "has 1 pixel")):
        with pytest.raises(TooFewSamples, match=sentence):
            explore("classify", {**base, "samples": given})
    with pytest.raises(TooFewSamples, match="All samples lie in one block"):
        explore("classify", {**base, "samples": near, "block": 100_000})
    assert explore("classify", {**base, "samples": near, "block": 100_000, "folds": 0})["scores"]
    with pytest.raises(PlaceError, match="fields are: cover"):
        explore("classify", {**base, "samples": one, "field": "kind"})
    with pytest.raises(PlaceError, match="No sample lies in the run's area"):
        explore("classify", {**base, "samples": {"type": "Feature", "geometry": {"type": "Point",
                             "coordinates": [0, 0]}, "properties": {"cover": "a"}}})  # fmt: skip


def test_a_damaged_or_hostile_model_is_refused(runs: tuple[Path, ...], tmp_path: Path) -> None:
    from eofusion_engine.explore.learners import Forest
    from eofusion_engine.explore.model_file import LearnedMap

    day = helpers.DATES[0]
    forest = Forest(
        feature=np.array([0, -1, -1], np.int32), threshold=np.zeros(3), left=np.array([0, 0, 0], np.int32),
        right=np.array([2, 0, 0], np.int32), value=np.ones((3, 1), np.float32), roots=np.array([0], np.int32),
    )  # fmt: skip
    endless = LearnedMap(forest, "amount", (), (day,), helpers.WEIGHTS, (0, 1)).save(tmp_path)
    with pytest.raises(RequestError, match="no learned map, or damaged"):  # its walk would never end
        explore("apply", {"run": str(runs[0]), "model": str(endless)})
    endless.write_bytes(endless.read_bytes()[:200])
    with pytest.raises(RequestError, match="no learned map, or damaged"):
        explore("apply", {"run": str(runs[0]), "model": str(endless)})
    with pytest.raises(RequestError, match="There is no file"):
        explore("apply", {"run": str(runs[0]), "model": str(tmp_path / "none")})

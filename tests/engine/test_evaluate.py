"""The frame of the evaluation: rows, seen and unseen places, folders that lack data, the pages written from rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.cli import main
from eofusion_engine.errors import OutputError, RequestError
from eofusion_engine.evaluation import run, scores_page
from eofusion_engine.evaluation.bundle import BundleError, load_bundle, save_bundle
from eofusion_engine.evaluation.probes import fit_ridge
from eofusion_engine.evaluation.resampling import class_metrics, confusion, error_metrics, error_sums, with_intervals
from eofusion_engine.evaluation.rows import OURS, Row, checked, make_row, published
from eofusion_engine.evaluation.seen import TrainingPlaces, label_places
from eofusion_engine.evaluation.splits import degree_cell, site_positions
from eofusion_engine.evaluation.tables import format_rows, markdown_block
from eofusion_engine.model.weights import save_tensors


def a_row(**changes) -> Row:
    fields = {"task": "gpp", "data": "towers", "model": OURS, "n": 4, "seen": "unseen", "rmse": 2.0, **changes}
    return checked(fields)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"seen": "maybe"}, "seen"),
        ({"n": -1}, "greater than or equal"),
        ({"model": ""}, "at least 1"),
        ({"rmse": -0.1}, "rmse is negative"),
        ({"r2": 1.2}, "r2 is above 1"),
        ({"accuracy": float("nan")}, "accuracy is not a finite number"),
        ({"verdict": "good"}, "verdict is not a finite number"),
        ({"coverage80": 80.0}, "above 1"),
        ({"rmse_low": 1.0}, "without its value or its other bound"),
        ({"rmse_low": 3.0, "rmse_high": 1.0}, "upside down"),
        ({"diff_rmse": -0.2}, "not to what it is a difference"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(changes: dict, why: str) -> None:
    with pytest.raises(OutputError, match=why):
        a_row(**changes)


def test_a_row_keeps_its_metrics_flat_and_leaves_out_what_is_not_known() -> None:
    metrics = {"rmse": 2.0, "rmse_95": (1.5, 2.5), "r2": float("nan"), "r2_95": (0.0, 1.0), "crps": None, "auc": 0.5,
               "auc_95": (float("nan"), 1.0)}  # fmt: skip
    row = make_row("gpp", "towers", OURS, 7, "cv", metrics, unit="g C m-2 d-1")
    assert row.as_dict() == {
        "task": "gpp", "data": "towers", "model": OURS, "n": 7, "seen": "cv", "unit": "g C m-2 d-1",
        "rmse": 2.0, "rmse_low": 1.5, "rmse_high": 2.5, "auc": 0.5,
    }  # fmt: skip
    assert checked(row.as_dict()) == row
    assert published([row, a_row(seen="seen")]) == [row]


def weights_with_places(folder: Path, places: list | None) -> Path:
    config = {} if places is None else {"training_places": places}
    save_tensors("fusion", {"a": torch.zeros(1)}, config, folder)
    return folder


def test_a_place_within_25_km_of_a_training_place_is_seen(tmp_path: Path) -> None:
    known = TrainingPlaces.of(
        ("fusion", "absent"), weights_with_places(tmp_path, [["a", 50.0, 10.0], ["b", None, 3.0]])
    )
    assert known.ids == ("a", "b")
    assert known.unnamed == ()
    # A degree of latitude is 111.2 km: .22 is 24.5 km, .23 is 25.6 km.
    lat, lon = np.array([50.0, 50.22, 50.23, 50.0, np.nan]), np.array([10.0, 10.0, 10.0, 3.0, 10.0])
    np.testing.assert_array_equal(known.label(lat, lon), ["seen", "seen", "unseen", "unseen", "seen"])


def test_weights_that_name_no_places_are_taken_at_the_fixed_split_and_a_list_names_them(tmp_path: Path) -> None:
    folder = weights_with_places(tmp_path, None)
    known = TrainingPlaces.of(("fusion",), folder)
    assert known.unnamed == ("fusion",)
    labels = label_places(known, np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([True, False]))
    np.testing.assert_array_equal(labels, ["unseen", "seen"])
    (folder / "training_places.json").write_text(json.dumps({"fusion": [["x", 1.0, 3.0]]}))
    known = TrainingPlaces.of(("fusion",), folder)
    assert known.unnamed == ()
    np.testing.assert_array_equal(known.label(np.array([1.0, 2.0]), np.array([3.0, 4.0])), ["seen", "unseen"])


def test_degree_cells_are_named_by_their_south_west_corner() -> None:
    assert degree_cell(38.9, -99.8) == degree_cell(38.0, -99.01) == "cell:38,-100"
    assert degree_cell(-0.1, 0.1) == "cell:-1,0"


def test_positions_come_from_whichever_table_is_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        site_positions(tmp_path)
    assert str(caught.value.filename).endswith("sites.csv")
    (tmp_path / "gpp").mkdir()
    (tmp_path / "gpp" / "sites.csv").write_text("site,lat,lon,position\nA,1,2,exact\nB,3,4,tile centre within 80 km\n")
    assert site_positions(tmp_path)[["site", "slack_km"]].to_numpy().tolist() == [["A", 0.0], ["B", 80.0]]


@pytest.fixture
def two_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """``first`` can score any folder, ``second`` needs a file; their modules are made up."""

    def first(data: Path, weights: Path | None, cv: bool = False) -> list:
        return [a_row(task="first"), a_row(task="first", seen="cv").as_dict()] if cv else [a_row(task="first")]

    def second(data: Path, weights: Path | None) -> list:
        path = data / "gpp" / "towers.csv"
        path.read_text()
        return [a_row(task="second")]

    monkeypatch.setattr(run, "_function", {"first": first, "second": second}.__getitem__)
    tasks = {"first": run.Task("First", ("first",)), "second": run.Task("Second", ("second",))}
    monkeypatch.setattr(run, "EVALUATIONS", tasks)


@pytest.mark.usefixtures("two_tasks")
class TestFolders:
    def test_a_task_without_data_is_skipped_with_a_sentence(self, tmp_path: Path, capsys) -> None:
        results = run.run([], tmp_path, json_file=str(tmp_path / "out" / "rows.json"))
        assert list(results.rows) == ["first"]
        assert "lacks gpp/towers.csv" in results.skipped["second"]
        out, err = capsys.readouterr()
        assert "First" in out
        assert "skipped second: It lacks gpp/towers.csv" in err
        assert json.loads((tmp_path / "out" / "rows.json").read_text()) == [a_row(task="first").as_dict()]

    def test_a_task_asked_for_by_name_must_run(self, tmp_path: Path, capsys) -> None:
        with pytest.raises(RequestError, match=r"second cannot run .* lacks gpp/towers.csv"):
            run.run(["first", "second"], tmp_path)
        assert main(["evaluate", "second", "--data", str(tmp_path)]) == 2
        assert "lacks gpp/towers.csv" in capsys.readouterr().err

    def test_all_and_folds_and_json_on_stdout(self, tmp_path: Path, capsys) -> None:
        (tmp_path / "gpp").mkdir()
        (tmp_path / "gpp" / "towers.csv").write_text("a")
        assert main(["evaluate", "all", "--cv", "--data", str(tmp_path), "--json", "-"]) == 0
        rows = json.loads(capsys.readouterr().out)
        assert [(row["task"], row["seen"]) for row in rows] == [
            ("first", "unseen"),
            ("first", "cv"),
            ("second", "unseen"),
        ]

    def test_requests_that_cannot_be_met(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(RequestError, match="no evaluation called 'third'"):
            run.run(["third"], tmp_path)
        with pytest.raises(RequestError, match="There is no folder"):
            run.run([], tmp_path / "absent")
        monkeypatch.delitem(run.EVALUATIONS, "first")
        with pytest.raises(RequestError, match="no data that any evaluation reads"):
            run.run([], tmp_path)


def test_intervals_are_paired_over_groups() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(20), 30)
    shift = rng.normal(0, 1, 20)[groups]
    truth = rng.normal(0, 1, 600)
    near, far = truth + shift, truth + 1.2 * shift
    found = with_intervals(error_sums(truth, near, groups), error_metrics, error_sums(truth, far, groups), ("rmse",))
    np.testing.assert_allclose(found["rmse"], np.sqrt(np.mean(shift**2)))
    low, high = found["diff_rmse_95"]
    np.testing.assert_allclose(
        [found["diff_rmse"], low, high], [-0.2 * v for v in (found["rmse"], *found["rmse_95"][::-1])]
    )


def test_balanced_accuracy_counts_classes_alike() -> None:
    truth, predicted = np.array([0, 0, 0, 0, 3]), np.array([0, 0, 0, 3, 3])
    counts = confusion(truth, predicted, np.array(["a", "a", "b", "b", "b"]), np.array([0, 3, 5]))
    assert counts.shape == (2, 3, 3)
    found = class_metrics(counts.sum(axis=0))
    assert float(found["balanced_accuracy"]) == pytest.approx((0.75 + 1) / 2)
    assert float(found["accuracy"]) == pytest.approx(0.8)


def test_a_bundle_of_other_weights_is_refused(tmp_path: Path) -> None:
    weights = weights_with_places(tmp_path / "weights", None)
    for name in ("encoder_s1", "encoder_s2"):
        save_tensors(name, {"a": torch.zeros(1)}, {}, weights)
    x = np.random.default_rng(0).normal(size=(40, 3))
    probe = fit_ridge(x, x @ [1.0, 2.0, 3.0], np.arange(40) % 5)
    save_bundle("probes", {"a/b": probe}, [["cell", 1.0, 2.0]], weights, folder=tmp_path / "evaluation")
    back = load_bundle("probes", weights)
    np.testing.assert_allclose(back.models["a/b"].predict(x), probe.predict(x), rtol=1e-5, atol=1e-5)
    path = tmp_path / "evaluation" / "probes.safetensors"
    assert TrainingPlaces.of((), weights, [path]).ids == ("cell",)
    # Another header or decoder makes no other embedding.
    save_tensors("fusion", {"a": torch.zeros(1), "decoders.S2.b": torch.ones(1)}, {"widening": 2}, weights)
    assert load_bundle("probes", weights).models.keys() == {"a/b"}
    save_tensors("fusion", {"a": torch.ones(1)}, {}, weights)
    with pytest.raises(BundleError, match="other fusion weights"):
        load_bundle("probes", weights)
    with pytest.raises(BundleError, match="missing"):
        load_bundle("absent", weights)


ROWS = [
    a_row(rmse_low=1.5, rmse_high=2.5, diff_rmse=-0.5, diff_rmse_low=-0.9, diff_rmse_high=0.0004, reference="trees"),
    a_row(model="trees", rmse=2.5),
    a_row(model="mean", rmse=3.5),
    a_row(seen="seen", rmse=0.123),
    a_row(data="simulated: pixels", rmse=1.125),
    a_row(seen="cv", rmse=2.25),
]


def test_tables_show_intervals_and_signs() -> None:
    text = format_rows(ROWS)
    assert "2.000 (1.500 to 2.500)  -0.500 (-0.900 to +0.000)  trees" in text
    assert text.index("towers: unseen") < text.index("towers: seen") < text.index("simulated: pixels: unseen")
    assert "| **eofusion** | 4 | 2.000 (1.500 to 2.500) | -0.500" in markdown_block(ROWS[:2])


def test_the_page_has_no_seen_rows_and_keeps_simulated_ones_apart(tmp_path: Path) -> None:
    text = scores_page.page(ROWS, {"fusion": "It lacks imagery."})
    assert text == scores_page.page(ROWS, {"fusion": "It lacks imagery."})
    assert "0.123" not in text
    assert text.index("2.250") < text.index("### On simulated places") < text.index("1.125")
    assert "Not run: It lacks imagery." in text
    assert "| gpp | towers | unseen | 4 | rmse | 2.000 (1.500 to 2.500) | 2.500 | trees |" in scores_page.card_table(
        ROWS
    )

    results = run.Results({"gpp": ROWS}, {name: "none" for name in run.EVALUATIONS if name != "gpp"})
    card = tmp_path / "model-card.md"
    card.write_text(f"before\n{scores_page.BEGIN}\nold\n{scores_page.END}\nafter\n")
    scores_page.write_scores(results, tmp_path)
    assert (tmp_path / "scores.md").read_text() == scores_page.page(ROWS, results.skipped)
    lines = card.read_text().splitlines()
    assert lines[0] == "before"
    assert lines[-2:] == [scores_page.END, "after"]
    assert "old" not in lines
    first = card.read_text()
    scores_page.write_scores(results, tmp_path)
    assert card.read_text() == first
    card.write_text(scores_page.BEGIN)
    with pytest.raises(OutputError, match="lost one of the two marks"):
        scores_page.write_scores(results, tmp_path)
    with pytest.raises(RequestError, match="needs every task"):
        scores_page.write_scores(run.Results({"gpp": ROWS}), tmp_path)

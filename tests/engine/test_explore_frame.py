"""The frame of Explore: runs, answers, arguments, the worker's message and the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import explore_helpers as helpers
import numpy as np
import pytest
import rasterio
from conftest import ROOT
from eofusion_engine.cli import main
from eofusion_engine.errors import Cancelled, OutputError, RequestError
from eofusion_engine.explore.command import tool_parser
from eofusion_engine.explore.errors import ExploreError
from eofusion_engine.explore.places import PlaceError, all_pixels, random_pixels, read_places, sample
from eofusion_engine.explore.registry import TOOLS, explore
from eofusion_engine.explore.result import ExploreResult
from eofusion_engine.explore.runs import FinishedRun
from eofusion_engine.explore.vectors import chosen_dates
from eofusion_engine.protocol import encode
from eofusion_engine.runfolder import RunFolder
from pydantic import BaseModel

PICK = helpers.point(20, 50)


class EmptyArguments(BaseModel):
    """Of a tool that needs nothing but a run."""

    run: Path
    out: Path | None = None


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return helpers.make_run(tmp_path_factory.mktemp("frame") / "run")


def test_a_run_gives_what_was_written_in_whole_and_in_tiles(run: Path) -> None:
    with FinishedRun.open(run) as opened:
        assert opened.embedding_dates == helpers.DATES and opened.grid == helpers.GRID
        whole = opened.embeddings(helpers.DATES[0])
        assert whole.shape == (64, helpers.SIZE, helpers.SIZE) and np.isnan(whole[(slice(None), *helpers.BLIND)]).all()
        assert np.allclose(np.nansum(whole[:, 20:] ** 2, axis=0), 1, atol=0.02)
        again = np.full_like(whole, 7)
        for tile in opened.tiles(side=64):
            part = np.s_[:, tile.row : tile.row + tile.height, tile.col : tile.col + tile.width]
            again[part] = opened.embeddings(helpers.DATES[0], tile)
        assert np.array_equal(again, whole, equal_nan=True)
        assert np.nanmean(opened.ndvi()[:, 100:]) == pytest.approx(0.1, abs=0.02)
        warm = opened.temperature()
        assert warm.shape == (9, helpers.SIZE, helpers.SIZE) and warm[0, 0, -1] - warm[0, 0, 0] == pytest.approx(2)
        tile = list(opened.tiles(side=64))[-1]
        assert np.array_equal(opened.temperature(tile), warm[:, tile.row :, tile.col :])


def test_of_many_dates_the_clearest_of_each_part_are_taken(run: Path) -> None:
    with FinishedRun.open(run) as opened:
        assert chosen_dates(opened, None, most=3) == tuple(helpers.DATES[i] for i in helpers.CLEAREST)
        assert chosen_dates(opened, None) == helpers.DATES
        near = helpers.DATES[2] + timedelta(days=3)
        assert chosen_dates(opened, [near, near], most=1) == (helpers.DATES[2],)


def test_a_run_that_is_not_finished_or_lacks_a_product_says_so(tmp_path: Path, run: Path) -> None:
    from eofusion_engine.request import parse_request

    request = parse_request(
        {"source": "sample", "start": "2021-04-01", "end": "2021-05-01", "out": str(tmp_path / "r")}
    )
    folder = RunFolder.create(request)
    folder.close()
    with pytest.raises(ExploreError, match="not finished"):
        FinishedRun.open(tmp_path / "r")
    with FinishedRun.open(run) as opened, pytest.raises(ExploreError, match="has no quality"):
        opened.quality()


def test_samples_are_the_pixels_of_their_places(run: Path) -> None:
    with FinishedRun.open(run) as opened:
        pixels = random_pixels(opened.grid, 300, seed=3)
        day = helpers.DATES[1]
        whole = opened.embeddings(day)
        found = sample(opened, pixels, lambda tile: opened.embeddings(day, tile), side=64)
        assert np.array_equal(found, whole[:, pixels.rows, pixels.cols].T, equal_nan=True)
        places = read_places(helpers.collection([helpers.point(5, 7), helpers.box(20, 30, 24, 35)]))
        one, many = all_pixels(places, opened.grid)
        assert (one.rows.tolist(), one.cols.tolist()) == ([5], [7])
        assert set(zip(many.rows.tolist(), many.cols.tolist(), strict=True)) == {
            (r, c) for r in range(20, 24) for c in range(30, 35)
        }


@pytest.mark.parametrize(
    ("geojson", "sentence"),
    [
        ({"type": "FeatureCollection", "features": []}, "nothing in"),
        ({"type": "Point", "coordinates": [600000.0, 5600000.0]}, "not in degrees"),
        ({"type": "LineString", "coordinates": [[9, 50], [9, 51]]}, "neither a point nor a polygon"),
        ({"type": "Polygon", "coordinates": [[[9, 50], [10, 51], [10, 50], [9, 51], [9, 50]]]}, "crosses itself"),
        ({"type": "Nonsense"}, "no geometry"),
    ],
)
def test_places_that_are_none_are_refused(geojson: dict, sentence: str) -> None:
    with pytest.raises(PlaceError, match=sentence):
        read_places(geojson)


def test_an_answer_is_whole_described_and_numbered(run: Path) -> None:
    first = explore("similar", {"run": str(run), "picks": PICK})
    second = explore("similar", {"run": str(run), "picks": PICK})
    number = [int(Path(found["folder"]).name.split("-")[1]) for found in (first, second)]
    assert number[1] == number[0] + 1
    written = json.loads((Path(first["folder"]) / "explore.json").read_text())
    assert written == {key: value for key, value in first.items() if key != "folder"}
    assert {"format", "tool", "title", "arguments", "runs", "made", "layers", "vectors", "tables", "charts", "scores",
            "notes"} == set(written)  # fmt: skip
    with rasterio.open(Path(first["folder"]) / written["layers"][0]["path"]) as layer:
        assert layer.crs.to_epsg() == 32632 and layer.shape == (helpers.SIZE, helpers.SIZE)
        assert layer.tags()["EOFUSION_TOOL"] == "similar" and layer.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    # the run itself is as it was: it still opens, and goes on with the same request
    assert RunFolder.open(run).state == "done"


def test_a_cancelled_answer_leaves_nothing(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "answer"
    with pytest.raises(Cancelled):
        explore("similar", {"run": str(run), "picks": PICK, "out": str(out)}, helpers.Listener(patience=2))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_files_is_not_overwritten(run: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(OutputError, match="not an empty folder"):
        explore("similar", {"run": str(run), "picks": PICK, "out": str(tmp_path)})
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("dance", {}, "no tool called 'dance'"),
        ("similar", {"run": "x"}, "picks: it is missing"),
        ("similar", {"run": "x", "picks": {}, "colour": 1}, "colour: there is no such field"),
        ("similar", {"run": "x", "picks": "no-such-file.geojson"}, "there is no file"),
        ("clusters", {"run": "x", "clusters": 1}, "clusters: "),
        ("similar", [], "not an object"),
    ],
)
def test_wrong_arguments_are_told_in_a_sentence(tool: str, arguments: dict, sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence):
        explore(tool, arguments)


def test_every_tool_has_a_model_and_a_summary() -> None:
    for tool in TOOLS.values():
        fields = tool.arguments().model_fields
        assert tool.summary and "out" in fields and {"run", "runs"} & set(fields), tool.name
        shown = tool_parser(tool.name, tool.arguments()).format_help()
        options = {"--run" if name == "runs" else "--" + name.replace("_", "-") for name in fields}
        assert all(option in shown for option in options), tool.name


def test_the_command_takes_every_argument_and_prints_the_answer(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picks = tmp_path / "picks.geojson"
    picks.write_text(json.dumps(PICK))
    command = ["explore", "similar", "--run", str(run), "--picks", str(picks), "--dates", "2021-04-01,2021-06-20"]
    assert main([*command, "--matches", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["arguments"]["dates"] == ["2021-04-01", "2021-06-20"] and found["arguments"]["matches"] == 2
    assert main([*command, "--out", str(tmp_path / "out")]) == 0
    assert str(tmp_path / "out") in capsys.readouterr().out
    assert main(["explore", "similar", "--run", str(run), "--picks", '{"type": "Point", "coordinates": [0, 0]}']) == 2
    assert "None of the picks lies in the run's area" in capsys.readouterr().err
    assert main(["explore", "clusters", "--run", str(tmp_path / "nowhere")]) == 1
    assert "no run folder" in capsys.readouterr().err


def test_the_worker_answers_explore(run: Path) -> None:
    lines = [
        encode("explore", "1", tool="similar", arguments={"run": str(run), "picks": PICK}),
        encode("explore", "2", tool="dance", arguments={}),
        encode("shutdown", "3"),
    ]
    command = [sys.executable, "-I", str(ROOT / "engine/worker_main.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdin is not None and worker.stdout is not None
        print(*lines[:2], sep="\n", file=worker.stdin, flush=True)
        answers = []
        while sum(answer["type"] == "done" for answer in answers) < 2:
            answers.append(json.loads(worker.stdout.readline()))
        print(lines[2], file=worker.stdin, flush=True)
    by_task = {key: [a for a in answers if a["id"] == key] for key in ("1", "2")}
    kinds = [answer["type"] for answer in by_task["1"]]
    assert "progress" in kinds and kinds[-2:] == ["result", "done"]
    result = by_task["1"][-2]["result"]
    assert result["tool"] == "similar" and (Path(result["folder"]) / "similarity.tif").is_file()
    assert [answer["type"] for answer in by_task["2"]] == ["error", "done"] and by_task["2"][0]["code"] == "bad-request"


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_makes_is_not(run: Path) -> None:
    arguments = EmptyArguments(run=run)
    with ExploreResult("sweep", "T", arguments, [FinishedRun.open(run)]) as living:
        dead, fresh = (living.folder.parent / f"similar-{number}.unfinished" for number in (7, 8))
        for folder in (dead, fresh):
            folder.mkdir()
            (folder / "half.tif").write_text("half")
        for path in (dead / "half.tif", dead, *living.folder.iterdir(), living.folder):
            os.utime(path, (1, 1))
        with ExploreResult("sweep", "T", arguments, [FinishedRun.open(run)]) as other:
            assert not dead.exists(), "nobody holds it, and nobody wrote to it for an hour"
            assert fresh.is_dir() and living.folder.is_dir() and other.folder.name == "sweep-2.unfinished"
        shutil.rmtree(fresh)
    assert sorted(path.name for path in living.folder.iterdir()) == ["explore.json"], "the lock is gone"


def test_a_folder_that_another_process_fills_is_not_taken(run: Path, tmp_path: Path) -> None:
    arguments = EmptyArguments(run=run, out=tmp_path / "answer")
    with (
        ExploreResult("a", "T", arguments, [FinishedRun.open(run)]),
        pytest.raises(OutputError, match=r"Another run .* is writing into"),
    ):
        ExploreResult("a", "T", arguments, [FinishedRun.open(run)]).__enter__()
    (tmp_path / "later.unfinished").mkdir()
    later = EmptyArguments(run=run, out=tmp_path / "later")
    with ExploreResult("a", "T", later, [FinishedRun.open(run)]) as result:
        pass
    assert result.folder == tmp_path / "later", "what a killed process left is no hindrance"

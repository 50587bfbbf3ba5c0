"""The run folder: creation, refusal, resume, locking, damaged tiles, state, and secrets kept out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from eofusion_engine.errors import Cancelled, OutputError
from eofusion_engine.redact import redact
from eofusion_engine.runfolder import RunFolder
from eofusion_engine.runkey import request_key
from run_example import GRID, example_request


def run_json(folder: Path) -> dict[str, object]:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_new_run_has_its_parts_and_ends_done(tmp_path: Path) -> None:
    with RunFolder.create(example_request(tmp_path / "a" / "run")) as run:
        assert not run.resumed
        assert run_json(run.path)["state"] == "running"
        run.set_grid(GRID)
        run.set_drivers(temperature="a file")
        run.set_drivers(radiation="a climatology")
    info = run_json(run.path)
    assert info["format"] == 1
    assert info["state"] == "done"
    assert info["finished"] >= info["started"]
    assert info["grid"] == {
        "crs": "EPSG:32632",
        "transform": [10, 0, 600000, 0, -10, 5660000],
        "width": 192,
        "height": 192,
    }
    assert info["drivers"] == {"temperature": "a file", "radiation": "a climatology"}
    assert json.loads((run.path / "request.json").read_text())["start"] == "2021-05-01"
    assert sorted(p.name for p in run.path.iterdir()) == [
        *("products", "quicklooks", "request.json", "run.json", "tiles"),
    ]
    assert RunFolder.open(run.path).grid == GRID


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Cancelled(), "cancelled"),
        (KeyboardInterrupt(), "cancelled"),
        (OutputError("full"), "failed"),
        (KeyError(), "failed"),
    ],
)
def test_state_tells_how_the_run_ended(tmp_path: Path, error: BaseException, state: str) -> None:
    with pytest.raises(type(error)), RunFolder.create(example_request(tmp_path / "run")) as run:
        raise error
    assert RunFolder.open(run.path).state == state
    assert (run.path / "log.txt").is_file()


def test_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        RunFolder.create(example_request(tmp_path / "run"))
    with pytest.raises(OutputError, match="cannot be written to"):
        RunFolder.create(example_request(tmp_path / "run" / "below"))


def test_unwritable_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", read_only)
    with pytest.raises(OutputError, match=r"cannot be written to \(Permission denied\)"):
        RunFolder.create(example_request(tmp_path / "run"))


def test_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("precious")
    with pytest.raises(OutputError, match=r"already holds other files, such as thesis\.doc"):
        RunFolder.create(example_request(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.doc"]


def test_desktop_files_do_not_count(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_text("")
    with RunFolder.create(example_request(tmp_path)) as run:
        assert not run.resumed


def test_same_request_resumes_another_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with RunFolder.create(example_request(folder)) as run:
        run.use_key("k")
        run.tiles.save("t_0_0", {"a": np.arange(3)})
    with RunFolder.create(example_request(folder, device="cpu", threads=2)) as run:
        assert run.resumed
        assert run.use_key("k")
        loaded = run.tiles.load("t_0_0")
        assert loaded is not None
        assert loaded["a"].tolist() == [0, 1, 2]
    with pytest.raises(OutputError, match="holds another run") as caught:
        RunFolder.create(example_request(folder, seed=4))
    assert caught.value.code == "other-run"
    assert RunFolder.open(folder).info["seed"] == 3


def test_other_scenes_discard_tiles_and_products(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with RunFolder.create(example_request(folder)) as run:
        run.use_key("before")
        run.tiles.save("t", {"a": np.zeros(1)})
        old = folder / "products" / "gpp" / "gpp_p50.tif"
        old.parent.mkdir()
        old.write_bytes(b"old")
    with RunFolder.create(example_request(folder)) as run:
        assert not run.use_key("after")
        assert run.tiles.names() == []
        assert not old.exists()


def test_request_key_follows_what_decides_the_result(tmp_path: Path) -> None:
    base = example_request(tmp_path)
    weather = tmp_path / "weather.csv"
    weather.write_text("date,tair_degC\n")
    key = request_key(base, ["a", "b"], {"gpp": "1"})
    assert key == request_key(base, [SimpleNamespace(id="b"), SimpleNamespace(id="a")], {"gpp": "1"})
    assert key == request_key(example_request(tmp_path / "x", device="cpu", threads=1), ["a", "b"], {"gpp": "1"})
    with_weather = example_request(tmp_path, weather=weather)
    first = request_key(with_weather, ["a", "b"], {"gpp": "1"})
    weather.write_text("date,tair_degC\n2021-05-01,3\n")
    others = {
        first,
        request_key(with_weather, ["a", "b"], {"gpp": "1"}),
        request_key(base, ["a"], {"gpp": "1"}),
        request_key(base, ["a", "b"], {"gpp": "2"}),
        request_key(example_request(tmp_path, seed=4), ["a", "b"], {"gpp": "1"}),
        request_key(example_request(tmp_path, samples=8), ["a", "b"], {"gpp": "1"}),
    }
    assert len(others | {key}) == 7
    with pytest.raises(OutputError, match="cannot be read"):
        request_key(example_request(tmp_path, weather=tmp_path / "gone.csv"))


@pytest.mark.parametrize(
    "text", ['{"format": 99, "state": "done", "products": []}', "[]", "{not json", '{"format": 1}']
)
def test_unknown_or_damaged_run_json_is_refused(tmp_path: Path, text: str) -> None:
    with RunFolder.create(example_request(tmp_path / "run")) as run:
        pass
    (run.path / "run.json").write_text(text)
    with pytest.raises(OutputError, match=r"format 99|damaged"):
        RunFolder.open(run.path)
    with pytest.raises(OutputError, match=r"format 99|damaged"):
        RunFolder.create(example_request(tmp_path / "run"))


def test_opening_what_is_no_run_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="There is no run folder"):
        RunFolder.open(tmp_path / "gone")
    with pytest.raises(OutputError, match="not a run folder"):
        RunFolder.open(tmp_path)


def test_second_run_in_one_folder_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    with RunFolder.create(example_request(tmp_path / "run")):
        with pytest.raises(OutputError, match=rf"Another run \(process {os.getpid()}\) is writing") as caught:
            RunFolder.create(example_request(tmp_path / "run"))
        assert caught.value.code == "run-in-progress"
    with RunFolder.create(example_request(tmp_path / "run")) as run:
        assert run.resumed


def test_killed_run_leaves_no_lock_behind(tmp_path: Path) -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path; from run_example import example_request\n"
        "from eofusion_engine.runfolder import RunFolder\n"
        "run = RunFolder.create(example_request(Path(sys.argv[1]))); run.use_key('k')\n"
        "(run.path / 'tiles' / 'half.1.part').write_bytes(b'x'); os.kill(os.getpid(), 9)"
    )
    folder = tmp_path / "run"
    subprocess.run([sys.executable, "-c", code, str(folder), str(Path(__file__).parent)], check=False)
    assert (folder / "run.lock").is_file()
    assert RunFolder.open(folder).state == "running"
    with RunFolder.create(example_request(folder)) as run:
        assert run.resumed
        assert run.use_key("k")
        assert list(folder.rglob("*.part")) == []


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "foreign"])
def test_damaged_tile_is_computed_again(tmp_path: Path, damage: str) -> None:
    with RunFolder.create(example_request(tmp_path / "run")) as run:
        run.use_key("k")
        path = run.tiles.save("t_0_0", {"a": np.arange(5000, dtype=np.float32)})
        good = path.read_bytes()
        assert run.tiles.load("t_0_0") is not None
        middle = len(good) // 2
        path.write_bytes(
            {
                "cut": good[:middle],
                "flip": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
                "empty": b"",
                "foreign": b"PK is not all of it",
            }[damage]
        )
        assert run.tiles.load("t_0_0") is None
        assert not path.exists()
        assert run.tiles.load("never") is None


def test_tile_of_another_key_and_objects_are_not_taken(tmp_path: Path) -> None:
    with RunFolder.create(example_request(tmp_path / "run")) as run:
        run.use_key("k")
        run.tiles.save("t", {"a": np.zeros(1)})
        run.tiles.key = "other"
        assert run.tiles.load("t") is None
        with pytest.raises(ValueError, match="Object arrays"):
            run.tiles.save("u", {"a": np.array([{}], dtype=object)})
        assert list(run.tiles.folder.iterdir()) == []
        with pytest.raises(ValueError, match="not a tile name"):
            run.tiles.save("../up", {})


def test_product_is_recorded_once_and_only_when_it_is_there(tmp_path: Path) -> None:
    product = {"kind": "gpp", "path": "products/gpp/gpp_p50.tif", "title": "one"}
    with RunFolder.create(example_request(tmp_path / "run")) as run:
        with pytest.raises(OutputError, match="was not written"):
            run.add_product(product)
        file = run.path / product["path"]
        file.parent.mkdir(parents=True)
        file.write_bytes(b"")
        run.add_product(product)
        run.add_product(product | {"title": "two"})
    assert [p["title"] for p in RunFolder.open(run.path).products] == ["two"]


def test_notes_and_log_hold_no_secret(tmp_path: Path) -> None:
    with RunFolder.create(example_request(tmp_path / "run", source="https://me:hunter2@host/x?sig=abc%2Bd&v=1")) as run:
        for _ in range(2):
            run.add_note("Scene https://host/B02.tif?st=1&sig=Zm9v%3D&x=2 was left out.")
        run.log("Authorization: Bearer abcdefgh12345678")
        run.log(f"reading {Path.home()}/data/a.tif")
    text = "".join((run.path / name).read_text() for name in ("run.json", "log.txt"))
    for secret in ("hunter2", "abc%2Bd", "Zm9v", "abcdefgh12345678"):
        assert secret not in text
    assert "~/data/a.tif" in text
    assert "v=1" in text
    assert len(RunFolder.open(run.path).info["notes"]) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://h/a?X-Amz-Signature=0a1b&b=2", "https://h/a?X-Amz-Signature=[removed]&b=2"),
        ('{"token": "abc", "n": 1}', '{"token": "[removed]", "n": 1}'),
        ("AWS_SECRET_ACCESS_KEY=abc/def", "AWS_SECRET_ACCESS_KEY=[removed]"),
        ("password: x1 user: bob", "password: [removed] user: bob"),
        ("s3://key:secret@bucket/a", "s3://[removed]@bucket/a"),
        ("C:\\Users\\eva\\data and C:\\\\Users\\\\eva\\\\x", "~\\data and ~\\\\x"),
        ("the token model, 2 tokens a cell", "the token model, 2 tokens a cell"),
        ("C:\\Users\\evangeline", "C:\\Users\\evangeline"),
    ],
)
def test_redaction(text: str, expected: str) -> None:
    from pathlib import PureWindowsPath

    assert redact(text, PureWindowsPath("C:\\Users\\eva")) == expected
    assert redact(redact(text, PureWindowsPath("C:\\Users\\eva")), PureWindowsPath("C:\\Users\\eva")) == expected

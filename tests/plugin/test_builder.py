"""Setting up: done and tried, or nothing left behind, with a sentence that says why."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest
from plugin_helpers import FAKE_WORKER

from eofusion_plugin.engine.builder import Builder, SetupCancelled
from eofusion_plugin.engine.environment import PARTIAL_FILE, READY_FILE
from eofusion_plugin.engine.failures import classify, scrub
from eofusion_plugin.engine.recipes import Recipe, Step
from eofusion_plugin.errors import PluginError


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))


def make_recipe(folder: Path, *more: str) -> Recipe:
    """A real, bare environment, then ``more`` lines of Python."""
    steps = [Step("Making", (sys.executable, "-I", "-m", "venv", "--without-pip", str(folder)))]
    steps += [Step("Installing", (sys.executable, "-I", "-c", line)) for line in more]
    return Recipe(folder, Path(sys.executable), tuple(steps))


def test_an_environment_is_made_tried_and_marked(tmp_path: Path) -> None:
    lines, stages = [], []
    folder = tmp_path / "environments" / "py"
    builder = Builder(
        make_recipe(folder, "print('Collecting torch')"),
        lines.append,
        lambda number, total, title: stages.append((number, total)),
        worker=FAKE_WORKER,
    )
    ready = builder.build()
    assert ready["engine"] == "0.0.1" and (folder / READY_FILE).is_file()
    assert "Collecting torch" in lines and stages == [(1, 3), (2, 3), (3, 3)]
    assert "Collecting torch" in builder.log_file.read_text()


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("OSError: [Errno 28] No space left on device", "disk"),
        ("ssl.SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "tls"),
        ("NewConnectionError: Failed ... No matching distribution found for torch", "network"),
        ("This program is blocked by group policy", "policy"),
        ("The virtual environment was not created successfully because ensurepip is not available", "venv"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no-wheel"),
        ("[WinError 206] The filename or extension is too long", "path"),
        ("[WinError 32] The process cannot access the file", "locked"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "hash"),
        ("something never seen before", "unknown"),
    ],
)
def test_each_class_of_failure_has_its_sentence_and_its_next_step(printed: str, code: str, tmp_path: Path) -> None:
    folder = tmp_path / "py"
    builder = Builder(make_recipe(folder, f"print({printed!r}); raise SystemExit(1)"), lambda line: None)
    with pytest.raises(PluginError) as caught:
        builder.build()
    assert caught.value.code == code == classify(printed).code
    assert caught.value.message.endswith(".") and caught.value.hint
    # What can be mended outside keeps the environment that was made before; all else leaves nothing.
    assert (
        folder.exists() == (code in ("disk", "tls", "network", "locked", "hash")) and not (folder / READY_FILE).exists()
    )
    assert printed in builder.log_file.read_text()


def test_an_environment_that_does_not_work_is_removed(tmp_path: Path) -> None:
    broken = tmp_path / "worker.py"
    broken.write_text("raise SystemExit('No module named torch')")
    with pytest.raises(PluginError, match="stopped unexpectedly"):
        Builder(make_recipe(tmp_path / "py"), lambda line: None, worker=broken).build()
    assert not (tmp_path / "py").exists()


def test_cancel_stops_the_command_and_the_next_try_goes_on(tmp_path: Path) -> None:
    stop = threading.Event()
    recipe = make_recipe(tmp_path / "py", "import time; print('downloading', flush=True); time.sleep(60)")
    lines: list[str] = []

    def line(text: str) -> None:
        lines.append(text)
        if text == "downloading":
            stop.set()

    begun = time.monotonic()
    with pytest.raises(SetupCancelled):
        Builder(recipe, line, cancelled=stop.is_set).build()
    assert time.monotonic() - begun < 30
    folder = tmp_path / "py"
    assert (folder / PARTIAL_FILE).is_file() and not (folder / READY_FILE).exists()
    mark = folder / "made-by-the-first-try"
    mark.touch()
    stopped = Builder(recipe, lambda line: None, cancelled=lambda: True)
    with pytest.raises(SetupCancelled):
        stopped.build()
    assert mark.is_file()
    other = make_recipe(folder, "print('something else')")
    lines.clear()
    Builder(other, lines.append, worker=FAKE_WORKER).build()
    assert mark.is_file() and any("Going on after step 1" in line for line in lines), "making it is the same step"
    assert (folder / READY_FILE).is_file() and not (folder / PARTIAL_FILE).exists()


def test_cancelled_before_anything_was_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SetupCancelled):
        Builder(make_recipe(tmp_path / "py"), lambda line: None, cancelled=lambda: True).build()
    assert not (tmp_path / "py").exists()


def test_a_damaged_first_try_is_made_again_from_the_beginning(tmp_path: Path) -> None:
    """A killed pip may leave half a library: the second try does not work and starts anew by itself."""
    folder = tmp_path / "py"
    picky = tmp_path / "worker.py"
    picky.write_text(
        f"import pathlib, runpy, sys\n"
        f"if pathlib.Path({str(folder / 'broken')!r}).exists(): raise SystemExit('half a library')\n"
        f"sys.argv[1:] = ['ok']\nrunpy.run_path({str(FAKE_WORKER)!r}, run_name='__main__')\n"
    )
    with pytest.raises(PluginError):
        failing = make_recipe(folder, "print('Network is unreachable'); raise SystemExit(1)")
        Builder(failing, lambda line: None, worker=picky).build()
    (folder / "broken").touch()
    lines: list[str] = []
    Builder(make_recipe(folder), lines.append, worker=picky).build()
    assert any("Once more from the beginning" in line for line in lines) and not (folder / "broken").exists()


def test_no_room_is_told_before_anything_is_downloaded(tmp_path: Path) -> None:
    plan = Recipe(tmp_path / "py", Path(sys.executable), make_recipe(tmp_path / "py").steps, bytes=10**15)
    with pytest.raises(PluginError, match=r"The disk has only") as caught:
        Builder(plan, lambda line: None).build()
    assert caught.value.code == "disk" and not (tmp_path / "py").exists()


def test_a_leftover_of_a_crash_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "py"
    folder.mkdir()
    (folder / "half").touch()
    Builder(make_recipe(folder), lambda line: None, worker=FAKE_WORKER).build()
    assert not (folder / "half").exists() and (folder / READY_FILE).is_file()


def test_reports_hold_no_password_and_no_home() -> None:
    text = f"Looking in https://me:secret@index.example/simple token=abc {Path.home()}/x"
    assert scrub(text) == "Looking in https://***@index.example/simple token=*** ~/x"

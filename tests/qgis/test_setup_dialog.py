"""Setting the engine up from QGIS: shown first, done on a click, told in plain words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from eofusion_plugin import settings
from eofusion_plugin.engine import environment, recipes
from eofusion_plugin.gui import setup_dialog as module
from eofusion_plugin.gui.setup_dialog import SetupDialog

FAKE_WORKER = Path(__file__).resolve().parents[1] / "plugin" / "fake_worker.py"


@pytest.fixture
def dialog(context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    plugin = tmp_path / "plugin"
    plugin.mkdir()
    monkeypatch.setattr(environment, "PLUGIN_FOLDER", plugin)
    opened = SetupDialog(context())
    opened.show()
    yield opened
    opened.remove()


def test_nothing_is_done_before_the_commands_were_shown(dialog, wait) -> None:
    assert dialog.check_button.isVisible() and not dialog.go_button.isVisible()
    assert "not set up yet" in dialog.state.text()
    dialog.check_button.click()
    wait(dialog.go_button.isVisible)
    text = dialog.output.toPlainText().replace("\u00a0", " ")
    assert "-m venv" in text and "--require-hashes" in text and "GB on disk" in text and "Nothing was done yet" in text
    assert not environment.data_folder().joinpath("environments").exists()
    dialog.ways.index.setText("https://elsewhere.example/whl/cpu")
    assert not dialog.go_button.isVisible(), "another recipe must be shown again"


def test_agreeing_makes_the_environment_and_tries_it(dialog, wait, monkeypatch) -> None:
    real = module.Builder

    def bare(recipe, line, stage, cancelled, **more):
        steps = (recipes.Step("Making", (sys.executable, "-m", "venv", "--without-pip", str(recipe.folder))),)
        plan = recipes.Recipe(recipe.folder, recipe.base, steps)
        return real(plan, line, stage, cancelled, FAKE_WORKER, **more)

    monkeypatch.setattr(module, "Builder", bare)
    told = []
    dialog.engine_changed.connect(lambda: told.append(1))
    dialog.check_button.click()
    wait(dialog.go_button.isVisible)
    dialog.go_button.click()
    wait(lambda: dialog._task is None)
    assert dialog.stage.text() == "The engine works." and told
    assert "made by this plugin" in dialog.state.text()
    assert environment.find_python(settings.python()).origin == "own"


def test_a_failure_is_told_and_leaves_nothing(dialog, wait, monkeypatch) -> None:
    real, folder = module.Builder, []

    def failing(recipe, line, stage, cancelled, **more):
        code = "print('NewConnectionError: no route'); raise SystemExit(1)"
        steps = (recipes.Step("Installing", (sys.executable, "-c", code)),)
        folder.append(recipe.folder)
        return real(recipes.Recipe(recipe.folder, recipe.base, steps), line, stage, cancelled, FAKE_WORKER, **more)

    monkeypatch.setattr(module, "Builder", failing)
    dialog.check_button.click()
    wait(dialog.go_button.isVisible)
    dialog.go_button.click()
    wait(lambda: dialog._task is None)
    assert dialog.stage.text() == "The package index cannot be reached."
    assert "Log: " in dialog.output.toPlainText() and not folder[0].exists()


def test_check_runs_the_chosen_python_before_it_is_used(dialog, wait, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no torch here >&2\nexit 1\n")
    python.chmod(0o755)
    dialog.ways.choose("existing")
    dialog.ways.existing.setFilePath(str(python))
    dialog.check_button.click()
    wait(lambda: dialog._task is None)
    assert "stopped unexpectedly" in dialog.stage.text() and "no torch here" in dialog.output.toPlainText()
    assert not dialog.go_button.isVisible() and settings.python() == ""
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{FAKE_WORKER}" ok\n')
    dialog.check_button.click()
    wait(dialog.go_button.isVisible)
    assert dialog.stage.text() == "This Python works." and dialog.go_button.text() == "Use this Python"
    dialog.go_button.click()
    assert settings.python() == str(python) and "chosen here" in dialog.state.text()
    python.write_text("#!/bin/sh\nexit 1\n")
    dialog.try_button.click()
    wait(lambda: dialog._task is None)
    assert "stopped unexpectedly" in dialog.stage.text()


def test_a_folder_of_wheels_is_checked_by_name(dialog, wait, tmp_path: Path) -> None:
    dialog.ways.choose("wheels")
    dialog.check_button.click()
    wait(lambda: dialog._task is None)
    assert "Choose the folder" in dialog.stage.text()
    dialog.ways.wheels.setFilePath(str(tmp_path))
    dialog.check_button.click()
    wait(lambda: dialog._task is None)
    assert "lacks wheels" in dialog.stage.text() and "torch==" in dialog.stage.text()
    assert "pip download" in dialog.output.toPlainText() and not dialog.go_button.isVisible()


def test_what_was_made_can_be_removed_and_an_update_is_told(dialog, wait, monkeypatch) -> None:
    folder = environment.environment_folder((3, 12))
    environment.venv_python(folder).parent.mkdir(parents=True)
    environment.venv_python(folder).touch()
    dialog._tell_state()
    assert "stopped half-way" in dialog.state.text() and dialog.made.isVisible() and dialog.made.repair.isEnabled()
    old = folder.with_name("py3.12-000000000000")
    folder.rename(old)
    dialog._tell_state()
    assert "was updated" in dialog.state.text() and not dialog.made.repair.isEnabled()
    buttons = module.QMessageBox.StandardButton
    monkeypatch.setattr(module.QMessageBox, "question", lambda *_: buttons.No)
    dialog.made.remove.click()
    assert old.is_dir()
    monkeypatch.setattr(module.QMessageBox, "question", lambda *_: buttons.Yes)
    dialog.made.remove.click()
    wait(lambda: dialog._task is None)
    assert not old.exists() and "not set up yet" in dialog.state.text() and not dialog.made.isVisible()


def test_repair_makes_the_environment_again(dialog, wait, monkeypatch) -> None:
    real = module.Builder

    def bare(recipe, line, stage, cancelled, **more):
        steps = (recipes.Step("Making", (sys.executable, "-m", "venv", "--without-pip", str(recipe.folder))),)
        plan = recipes.Recipe(recipe.folder, recipe.base, steps)
        return real(plan, line, stage, cancelled, FAKE_WORKER, **more)

    monkeypatch.setattr(module, "Builder", bare)
    _base, version = environment.suitable_base()
    folder = environment.environment_folder(version)
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "damaged").touch()
    environment.mark_ready(folder, {})
    dialog._tell_state()
    dialog.made.repair.click()
    wait(lambda: dialog._task is None and dialog.stage.text() == "The engine works.")
    assert not (folder / "bin" / "damaged").exists() and (folder / environment.READY_FILE).is_file()


@pytest.mark.parametrize(("card", "words"), [("NVIDIA RTX A2000", "NVIDIA RTX A2000"), ("", "No NVIDIA graphics card")])
def test_the_build_is_chosen_with_a_reason(dialog, card: str, words: str) -> None:
    dialog.ways.build.setCurrentIndex(1)
    dialog.ways.tell_gpu(card)
    assert words in dialog.ways.reason.text() or sys.platform == "darwin"
    assert dialog.ways.build.currentData() == ("gpu" if card else "cpu"), "a card leaves the choice to the person"


def test_in_a_low_dialog_the_fields_keep_their_height(dialog, wait) -> None:
    dialog.resize(640, 300)
    wait(lambda: dialog.ways.height() > 0)
    assert dialog.ways.index.height() >= dialog.ways.index.sizeHint().height()
    assert dialog.ways.build.height() >= dialog.ways.build.sizeHint().height()


def test_a_long_fault_does_not_widen_the_dialog(dialog, wait) -> None:
    dialog.resize(640, 600)
    dialog.stage.setText("The engine does not work (libraries: " + "x/" * 300 + ").")
    wait(dialog.stage.isVisible)
    assert dialog.width() == 640 and dialog.made.repair.mapTo(dialog, dialog.made.repair.rect().topRight()).x() < 640


def test_the_size_is_the_true_one_where_the_index_is_left_empty(dialog, wait, monkeypatch) -> None:
    """PyPI's PyTorch for Linux is the GPU build."""
    monkeypatch.setattr(sys, "platform", "linux")
    ways = dialog.ways
    ways.index.setText("https://mirror.example/whl/cpu")
    assert recipes.CPU.size_text in ways.build.currentText() and "PyPI" not in ways.reason.text()
    ways.index.clear()
    assert recipes.GPU.size_text in ways.build.currentText() and "from PyPI that is the GPU build" in ways.reason.text()
    dialog.check_button.click()
    wait(dialog.go_button.isVisible)
    shown = dialog.output.toPlainText().replace("\u00a0", " ")
    assert f"about {recipes.GPU.size_text} on disk" in shown and "only where this PyTorch asks for it" in shown

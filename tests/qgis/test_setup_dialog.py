"""Setting the engine up from QGIS: shown first, done on a click, told in plain words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from eofusion_plugin import settings
from eofusion_plugin.engine import environment
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
    assert dialog.show_button.isVisible() and not dialog.go_button.isVisible()
    assert "not set up yet" in dialog.state.text()
    dialog.show_button.click()
    wait(dialog.go_button.isVisible)
    text = dialog.output.toPlainText()
    assert "-m venv" in text and "requirements.txt" in text and "GB on disk" in text and "Nothing was done yet" in text
    assert not environment.data_folder().joinpath("environments").exists()
    dialog.index.setText("https://elsewhere.example/whl/cpu")
    assert not dialog.go_button.isVisible(), "another recipe must be shown again"


def test_agreeing_makes_the_environment_and_tries_it(dialog, wait, monkeypatch) -> None:
    real = module.Builder

    def bare(recipe, line, stage, cancelled):
        steps = (environment.Step("Making", (sys.executable, "-m", "venv", "--without-pip", str(recipe.folder))),)
        return real(environment.Recipe(recipe.folder, recipe.base, steps), line, stage, cancelled, FAKE_WORKER)

    monkeypatch.setattr(module, "Builder", bare)
    told = []
    dialog.engine_changed.connect(lambda: told.append(1))
    dialog.show_button.click()
    wait(dialog.go_button.isVisible)
    dialog.go_button.click()
    wait(lambda: dialog._task is None)
    assert dialog.stage.text() == "The engine works." and told
    assert "made by this plugin" in dialog.state.text()
    assert environment.find_python(settings.python()).origin == "own"


def test_a_failure_is_told_and_leaves_nothing(dialog, wait, monkeypatch) -> None:
    real = module.Builder

    def failing(recipe, line, stage, cancelled):
        code = "print('NewConnectionError: no route'); raise SystemExit(1)"
        steps = (environment.Step("Installing", (sys.executable, "-c", code)),)
        return real(environment.Recipe(recipe.folder, recipe.base, steps), line, stage, cancelled, FAKE_WORKER)

    monkeypatch.setattr(module, "Builder", failing)
    dialog.show_button.click()
    wait(dialog.go_button.isVisible)
    dialog.go_button.click()
    wait(lambda: dialog._task is None)
    assert dialog.stage.text() == "The package index cannot be reached."
    assert "Log: " in dialog.output.toPlainText() and not dialog._recipe.folder.exists()


def test_check_runs_the_chosen_python(dialog, wait, monkeypatch, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{FAKE_WORKER}" ok\n')
    python.chmod(0o755)
    dialog.existing_choice.setChecked(True)
    dialog.existing.setFilePath(str(python))
    dialog.go_button.click()
    wait(lambda: dialog._task is None)
    assert dialog.stage.text() == "The engine works." and settings.python() == str(python)
    python.write_text("#!/bin/sh\necho no torch here >&2\nexit 1\n")
    dialog.check_button.click()
    wait(lambda: dialog._task is None)
    assert "stopped unexpectedly" in dialog.stage.text() and "no torch here" in dialog.output.toPlainText()

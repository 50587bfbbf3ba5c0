"""The options page and the first-run tour."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.PyQt.QtWidgets import QLabel

from eofusion_plugin import settings
from eofusion_plugin.engine.environment import data_folder, set_data_folder
from eofusion_plugin.gui.context import default_runs_folder
from eofusion_plugin.gui.options_factory import OptionsFactory
from eofusion_plugin.gui.run_form import RunForm
from eofusion_plugin.gui.tour import Stop, Tour


@pytest.fixture(autouse=True)
def usual_folder(monkeypatch):
    monkeypatch.delenv("EOFUSION_DATA", raising=False)
    yield
    set_data_folder("")


def test_what_is_set_holds_for_runs_and_environments(context, tmp_path: Path) -> None:
    asked = []
    page = OptionsFactory(lambda: asked.append("setup"), lambda: asked.append("auth")).createWidget(None)
    page.runs.setFilePath(str(tmp_path / "runs"))
    page.data.setFilePath(str(tmp_path / "big-disk"))
    page.threads.setValue(3)
    assert data_folder() != tmp_path / "big-disk", "nothing holds before OK"
    page.apply()
    assert data_folder() == tmp_path / "big-disk" and default_runs_folder() == tmp_path / "runs"
    form = RunForm(context())
    assert form.request("/out").as_dict()["threads"] == 3
    form.area.remove()
    again = OptionsFactory(lambda: None, lambda: None).createWidget(None)
    assert again.threads.value() == 3 and again.runs.filePath() == str(tmp_path / "runs")


def test_a_folder_named_by_the_environment_comes_first(monkeypatch, tmp_path: Path) -> None:
    set_data_folder(str(tmp_path / "chosen"))
    monkeypatch.setenv("EOFUSION_DATA", str(tmp_path / "named"))
    assert data_folder() == tmp_path / "named"


def test_the_tour_has_its_steps_and_stays_away_once_closed(qgis_app) -> None:
    shown: list[int] = []
    widgets = [QLabel(str(i)) for i in range(3)]
    tour = Tour([Stop(f"step {i}", widgets[i], lambda i=i: shown.append(i)) for i in range(3)])
    tour.start()
    assert tour.isVisible() and tour.label.text() == "<b>1/3</b> step 0"
    tour.next_button.click()
    tour.next_button.click()
    assert shown == [0, 1, 2] and tour.next_button.text() == "Done"
    tour.next_button.click()
    assert not tour.isVisible()
    tour.start()
    assert not tour.isVisible(), "it was seen to its end"
    page = OptionsFactory(lambda: None, lambda: None).createWidget(None)
    page.tour.click()
    tour.start()
    assert tour.isVisible()
    tour.close_button.click()
    assert settings.text("tour") == "done"

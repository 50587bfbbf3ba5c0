"""Runs that wait, runs that were: listed, opened, resumed, run again with changes, deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from qgis.PyQt.QtGui import QImage
from small_run import write_small_run

from eofusion_plugin.gui import run_panel as module
from eofusion_plugin.gui.run_panel import RunPanel

REQUEST = {"source": "/data/scenes", "start": "2021-05-01", "end": "2021-06-14", "products": ["gpp"], "seed": 3}


@pytest.fixture
def panel(context, tmp_path: Path):
    made = []

    def make(mode: str = "ok") -> RunPanel:
        opened = RunPanel(context(mode))
        opened.form.out.setFilePath(str(tmp_path / "runs"))
        opened.resize(360, 900)
        opened.show()
        opened.refresh_runs()
        made.append(opened)
        return opened

    yield make
    for opened in made:
        opened.remove()
        opened.deleteLater()


def put_run(folder: Path, state: str, started: str) -> Path:
    write_small_run(folder)
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**info, "state": state, "started": started}))
    (folder / "request.json").write_text(json.dumps(REQUEST))
    (folder / "quicklooks").mkdir()
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(0x00AA00)
    picture.save(str(folder / "quicklooks" / "gpp_sum.png"))
    return folder


def texts(panel: RunPanel) -> list[str]:
    return [panel.runs.list.item(i).text() for i in range(panel.runs.list.count())]


def test_past_runs_are_listed_newest_first_with_a_picture(panel, tmp_path: Path) -> None:
    put_run(tmp_path / "runs" / "a", "done", "2026-05-01T10:00:00+00:00")
    put_run(tmp_path / "runs" / "b", "failed", "2026-05-02T10:00:00+00:00")
    opened = panel()
    assert [text.split(" · ")[-1] for text in texts(opened)] == ["failed", "done"]
    icon = opened.runs.list.item(1).icon().pixmap(72, 48).toImage()
    assert icon.pixelColor(icon.width() // 2, icon.height() // 2).green() > 150
    wanted = []
    opened.run_finished.connect(wanted.append)
    opened.runs.list.setCurrentRow(1)
    assert opened.runs.open_button.isEnabled() and not opened.runs.resume_button.isEnabled()
    opened.runs.open_button.click()
    assert wanted == [str(tmp_path / "runs" / "a")]
    opened.runs.list.setCurrentRow(0)
    assert not opened.runs.open_button.isEnabled() and opened.runs.resume_button.isEnabled()


def test_change_fills_the_form_in_and_runs_into_a_folder_of_its_own(panel, tmp_path: Path) -> None:
    folder = put_run(tmp_path / "runs" / "a", "done", "2026-05-01T10:00:00+00:00")
    opened = panel()
    opened.runs.list.setCurrentRow(0)
    opened.runs.change_button.click()
    request = opened.form.request("/out")
    assert request.source == "/data/scenes" and request.seed == 3 and request.products == ("gpp",)
    assert str(request.start) == "2021-05-01" and opened._new_folder() != folder


def test_resume_goes_on_in_the_same_folder(panel, wait, tmp_path: Path) -> None:
    folder = put_run(tmp_path / "runs" / "a", "cancelled", "2026-05-01T10:00:00+00:00")
    opened = panel()
    opened.runs.list.setCurrentRow(0)
    finished = []
    opened.run_finished.connect(finished.append)
    opened.runs.resume_button.click()
    assert opened.running and Path(opened._unfinished.out) == folder
    wait(lambda: not opened.running)
    assert finished == [str(folder)]


def test_runs_queue_and_follow_each_other(panel, wait, tmp_path: Path) -> None:
    opened = panel()
    finished: list[str] = []
    opened.run_finished.connect(finished.append)
    opened.run_button.click()
    assert opened.run_button.text() == "Add to queue" and opened.form.isEnabled()
    opened.form.seed.setValue(1)
    opened.run_button.click()
    opened.form.seed.setValue(2)
    opened.run_button.click()
    assert [text.split("\n")[-1] for text in texts(opened)[:2]] == ["waits", "waits"]
    opened.runs.list.setCurrentRow(1)
    opened.runs.delete_button.click()
    assert sum("waits" in text for text in texts(opened)) == 1
    wait(lambda: len(finished) == 2 and not opened.running, 60)
    assert len(set(finished)) == 2 and opened.run_button.text() == "Run"
    asked = [json.loads((Path(folder) / "request.json").read_text()).get("seed", 0) for folder in finished]
    assert asked == [0, 1], "the second one waiting was taken out of the queue"


def test_delete_asks_and_spares_folders_with_other_things(panel, monkeypatch, tmp_path: Path, qgis_iface) -> None:
    folder = put_run(tmp_path / "runs" / "a", "done", "2026-05-01T10:00:00+00:00")
    opened = panel()
    buttons = module.QMessageBox.StandardButton
    opened.runs.list.setCurrentRow(0)
    monkeypatch.setattr(module.QMessageBox, "question", lambda *_: buttons.No)
    opened.runs.delete_button.click()
    assert folder.is_dir()
    monkeypatch.setattr(module.QMessageBox, "question", lambda *_: buttons.Yes)
    (folder / "thesis.docx").touch()
    opened.runs.list.setCurrentRow(0)
    opened.runs.delete_button.click()
    assert folder.is_dir() and (folder / "thesis.docx").exists()
    (folder / "thesis.docx").unlink()
    opened.runs.list.setCurrentRow(0)
    opened.runs.delete_button.click()
    assert not folder.exists() and not texts(opened)

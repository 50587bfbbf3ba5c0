"""Where a run is computed: the choice in the dock and in Processing, and what the engine is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingParameterDefinition

from eofusion_plugin.gui.dock import Dock
from eofusion_plugin.gui.run_form import RunForm
from eofusion_plugin.processing.provider import EOFusionProvider
from eofusion_plugin.run_request import RunRequest

ASKED = RunRequest(start=date(2020, 3, 1), end=date(2020, 8, 31), out="", scheduler="tls://cluster.example.org:8786")


@pytest.fixture
def form(context) -> RunForm:
    opened = Dock(context())
    opened.show()
    yield opened.run_panel.form
    opened.remove()
    opened.deleteLater()


def test_this_computer_is_what_a_new_form_takes(form: RunForm) -> None:
    form._options_box.setCollapsed(False)
    assert form.scheduler.combo.currentText() == "This computer"
    assert not form.scheduler.address.isVisible()
    assert "scheduler" not in form.request("/out").as_dict()


def test_a_scheduler_is_asked_for_its_address_which_is_remembered(form: RunForm, context) -> None:
    heard: list[bool] = []
    form._options_box.setCollapsed(False)
    form.changed.connect(lambda: heard.append(True))
    form.scheduler.combo.setCurrentIndex(1)
    assert form.scheduler.address.isVisible() and heard
    # No address yet is for the engine to complain of, not a run on this computer.
    assert form.request("/out").as_dict()["scheduler"] == "tls://"
    form.scheduler.address.setText("  tls://cluster.example.org:8786 ")
    form.scheduler.address.editingFinished.emit()
    assert form.request("/out").as_dict()["scheduler"] == "tls://cluster.example.org:8786" and len(heard) == 2
    form.remember()
    again = Dock(context())
    assert again.run_panel.form.scheduler.text() == "tls://cluster.example.org:8786"
    again.run_panel.form.scheduler.combo.setCurrentIndex(0)
    assert again.run_panel.form.scheduler.text() == ""
    again.run_panel.form.scheduler.combo.setCurrentIndex(1)
    assert again.run_panel.form.scheduler.text() == "tls://cluster.example.org:8786"
    again.remove()


def test_where_a_run_is_computed_does_not_change_what_it_is(form: RunForm) -> None:
    form.fill(ASKED)
    assert form.request("").scheduler == ASKED.scheduler
    here = replace(ASKED, scheduler="")
    assert here.same_work(ASKED) and here.same_scenes(ASKED) and here != ASKED
    form.fill(here)
    assert form.scheduler.text() == ""


def test_processing_hands_the_address_on(qgis_processing, tmp_path: Path) -> None:
    provider = EOFusionProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    try:
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("eofusion:run")
        parameter = algorithm.parameterDefinition("SCHEDULER")
        assert parameter.flags() & QgsProcessingParameterDefinition.Flag.FlagAdvanced
        given = {"SCHEDULER": " tcp://127.0.0.1:8786 ", "START": "2021-05-01", "END": "2021-06-01", "PRODUCTS": [2]}
        made = algorithm.request(given, QgsProcessingContext(), str(tmp_path))
        assert made.as_dict()["scheduler"] == "tcp://127.0.0.1:8786"
        made = algorithm.request({**given, "SCHEDULER": None}, QgsProcessingContext(), str(tmp_path))
        assert "scheduler" not in made.as_dict()
    finally:
        QgsApplication.processingRegistry().removeProvider(provider)

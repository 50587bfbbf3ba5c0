"""Settings that an earlier version left open as they are; what cannot be read is as if it had never been set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eofusion_plugin import settings
from eofusion_plugin.engine.environment import data_folder, set_data_folder
from eofusion_plugin.gui.context import default_runs_folder
from eofusion_plugin.gui.options_factory import OptionsFactory
from eofusion_plugin.gui.run_form import RunForm
from eofusion_plugin.gui.setup_ways import CREATE, SetupWays

STORED = Path(__file__).resolve().parents[1] / "data" / "settings"


@pytest.fixture(params=sorted(STORED.glob("*.json")), ids=lambda path: path.stem)
def stored(request, monkeypatch):
    """The settings of a version, put where QGIS keeps them."""
    monkeypatch.delenv("EOFUSION_DATA", raising=False)
    values = json.loads(request.param.read_text(encoding="utf-8"))
    for name, value in values.items():
        settings.put(name, value)
    yield values
    set_data_folder("")


def test_every_setting_holds(stored, context) -> None:
    settings.apply()
    assert data_folder() == Path(stored["data_folder"]) and default_runs_folder() == Path(stored["runs_folder"])
    page = OptionsFactory(lambda: None, lambda: None).createWidget(None)
    assert page.threads.value() == int(stored["threads"]) and page.data.filePath() == stored["data_folder"]
    ways = SetupWays()
    assert ways.way == CREATE and ways.chosen_build().index == stored["torch_index_cpu"]
    kept = json.loads(stored["form"])
    for name in ("area", "skip_s2_dates"):  # of one place: the next run begins without them
        kept.pop(name)
    form = RunForm(context())
    asked = form.request(kept["out"]).as_dict()
    assert {name: asked.get(name) for name in kept} == kept, "the form asks for what it asked for then"
    form.area.remove()


@pytest.mark.parametrize("form", ["", "{", "[]", '{"start": "soon"}', '{"version": 99}', '{"seed": "x", "area": 3}'])
def test_a_form_that_cannot_be_read_is_the_usual_one(form: str, context) -> None:
    settings.put("form", form)
    settings.put("threads", "many")
    made = RunForm(context())
    request = made.request("/out")
    assert request.source and request.products and request.threads == 0
    made.area.remove()

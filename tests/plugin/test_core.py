"""Run request, run folder, series and axes: plain Python."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest
from plugin_helpers import ENGINE_PYTHON
from small_run import write_small_run

from eofusion_plugin.errors import PluginError
from eofusion_plugin.gui.axes import date_ticks, nice_ticks, number_text, padded
from eofusion_plugin.run_folder import read_run, run_folder_of
from eofusion_plugin.run_request import PRODUCTS, RunRequest, new_run_folder
from eofusion_plugin.series import Place, Series, to_csv

RING = [[10.40, 51.10], [10.42, 51.10], [10.42, 51.12], [10.40, 51.12], [10.40, 51.10]]


def a_request(**more: object) -> RunRequest:
    return RunRequest(start=date(2021, 4, 1), end=date(2021, 9, 30), out="/tmp/out", **more)


def test_the_engine_accepts_what_qgis_fills_in() -> None:
    if not ENGINE_PYTHON.exists():
        pytest.skip("the engine's environment (.venv) is not there: make setup")
    request = a_request(area={"type": "Polygon", "coordinates": [RING]}, weather="/w.csv", dates="every:10", seed=4)
    script = "import sys, json; from eofusion_engine.request import parse_request as p;"
    script += "print(p(json.loads(sys.argv[1])).as_json())"
    command = [str(ENGINE_PYTHON), "-I", "-c", script, json.dumps(request.as_dict())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    understood = json.loads(done.stdout)
    assert {k: understood[k] for k in request.as_dict() if k != "area"} == {
        k: v for k, v in request.as_dict().items() if k != "area"
    }


def test_what_is_left_open_is_left_out() -> None:
    fields = a_request().as_dict()
    assert "area" not in fields and "weather" not in fields and fields["products"] == list(PRODUCTS)


def test_the_same_work_is_told_from_other_work() -> None:
    assert a_request().same_work(a_request(device="cpu"))
    assert not a_request().same_work(a_request(seed=1))


def test_each_run_has_a_folder_of_its_own(tmp_path: Path) -> None:
    first = new_run_folder(tmp_path)
    first.mkdir()
    assert new_run_folder(tmp_path) != first


def test_a_run_folder_is_read_and_found_from_a_layers_source(tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    run = read_run(tmp_path / "run")
    assert run.title == "Sample 2021-05-01 to 2021-06-14"
    product = run.find("gpp", "p50")
    assert product.dates == (date(2021, 5, 1), date(2021, 6, 10)) and product.range == (0, 18)
    assert run.find("gpp", "mean") is None
    assert run_folder_of(str(product.path)) == run.folder
    assert run_folder_of("/elsewhere/file.tif") is None


@pytest.mark.parametrize("name", ["../../outside.tif", "/etc/passwd"])
def test_a_product_outside_the_run_folder_is_refused(name: str, tmp_path: Path) -> None:
    write_small_run(tmp_path / "run")
    info = json.loads((tmp_path / "run/run.json").read_text())
    info["products"][0]["path"] = name
    (tmp_path / "run/run.json").write_text(json.dumps(info))
    with pytest.raises(PluginError, match="not a run folder, or is damaged"):
        read_run(tmp_path / "run")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1, "products": []}'])
def test_a_damaged_run_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(PluginError, match="damaged"):
        read_run(tmp_path)


def test_a_run_of_a_later_format_is_told(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"format": 9}')
    with pytest.raises(PluginError, match="format 9"):
        read_run(tmp_path)


def test_csv_has_the_columns_of_the_command_line() -> None:
    days = (date(2021, 5, 1), date(2021, 5, 2))
    series = Series("GPP", "gpp", "g C m-2 d-1", days, (1.0, None), (0.5, None), (1.5, None), "p50")
    assert to_csv([Place("1", 10.4, 51.1, (series,))]).splitlines() == [
        "lon,lat,date,variable,statistic,value,unit,place",
        "10.400000,51.100000,2021-05-01,gpp,p50,1,g C m-2 d-1,1",
        "10.400000,51.100000,2021-05-01,gpp,p10,0.5,g C m-2 d-1,1",
        "10.400000,51.100000,2021-05-01,gpp,p90,1.5,g C m-2 d-1,1",
    ]
    assert series.nearest(date(2021, 5, 2)) == 0 and series.extremes() == (0.5, 1.5)


def test_a_series_with_missing_values_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="1 values for 2 dates"):
        Series("x", "x", "", (date(2021, 5, 1), date(2021, 5, 2)), (1.0,))


@pytest.mark.parametrize(("low", "high"), [(0, 17.7), (-4.2, 23.9), (3.0, 3.0), (0, 0.004), (-2000, 5)])
def test_ticks_are_round_few_and_within_the_axis(low: float, high: float) -> None:
    limits = padded(low, high)
    ticks = nice_ticks(*limits)
    assert 2 <= len(ticks) <= 7 and limits[0] <= low <= high <= limits[1]
    step = ticks[1] - ticks[0]
    assert len({number_text(tick, step) for tick in ticks}) == len(ticks)


def test_numbers_have_a_real_minus_and_the_decimals_they_need() -> None:
    assert number_text(-5.0, 5.0) == "\u22125" and number_text(0.25, 0.05) == "0.25"


def test_months_are_labelled_when_there_are_many_days() -> None:
    ticks = date_ticks(date(2021, 4, 1), date(2021, 9, 30), 4)
    assert len(ticks) <= 4 and all(day.day == 1 and is_month for day, is_month in ticks)
    short = date_ticks(date(2021, 5, 1), date(2021, 5, 20), 5)
    assert len(short) <= 6 and not short[0][1]

"""A person's first day in a real QGIS on a virtual screen; its pictures stay in build/session/ to be looked at."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from datetime import date
from pathlib import Path

import pytest
from osgeo import gdal, osr

gdal.UseExceptions()
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OUT = ROOT / "build" / "session"
#: The session lasts for one and a half minutes on two free cores.
LIMIT_S = int(os.environ.get("EOFUSION_SESSION_LIMIT", "900"))
PICTURES = (
    *("1-first-look", "2-scenes", "3-area", "4-running", "5-done", "6-playing", "7-inspect", "8-save", "9-saved"),
    *("10-picked", "11-explored"),
)
pytestmark = pytest.mark.skipif(
    not (ROOT / ".venv/bin/python").exists() or not (ROOT / "resources/weights/fusion.safetensors").exists(),
    reason="the engine's environment (.venv) or the weights are not there: make setup",
)


@pytest.fixture(scope="module")
def facts() -> dict:
    """What the session wrote down, once it has ended well."""
    subprocess.run(["bash", HERE / "start.sh", OUT, HERE / "drive.py", str(LIMIT_S)], check=False, cwd=ROOT)
    status = (OUT / "status").read_text().strip() if (OUT / "status").exists() else ""
    assert status == "ok", status or (OUT / "qgis.log").read_text(errors="replace")[-3000:]
    return json.loads((OUT / "facts.json").read_text())


@pytest.fixture(scope="module")
def rows(facts: dict) -> list[dict[str, str]]:
    """The table that was saved through the dialog."""
    assert facts["run"]
    with (OUT / "series.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_area_that_was_drawn_is_the_run_s(facts: dict) -> None:
    request = json.loads((Path(facts["run"]) / "request.json").read_text())
    assert request["area"] == facts["area"] and request["source"] == "sample"
    assert (request["start"], request["end"]) == ("2021-05-01", "2021-07-15"), "the dates that were typed"
    (ring,) = facts["area"]["coordinates"]
    west, east = min(x for x, _ in ring), max(x for x, _ in ring)
    assert 0.004 < east - west < 0.008, "as wide as it was dragged"


def test_playing_shows_another_map_every_few_days(facts: dict) -> None:
    assert facts["frames"] >= 4
    days = [date.fromisoformat(day) for day in facts["played"]]
    steps = {(after - before).days for before, after in zip(days, days[1:])}
    assert min(steps) >= 1, "a step is of days, not of hours"


def test_a_click_is_answered_at_once(facts: dict) -> None:
    """With all that QGIS does beside it, on a machine that may be busy: the design's 300 ms are kept by tests/qgis."""
    assert len(facts["click_s"]) == 2 and min(facts["click_s"]) < 3


def test_the_saved_table_holds_the_clicked_pixels_values(facts: dict, rows: list[dict[str, str]]) -> None:
    run = json.loads((Path(facts["run"]) / "run.json").read_text())
    product = next(p for p in run["products"] if p["kind"] == "gpp" and p["statistic"] == "p50")
    dataset = gdal.Open(str(Path(facts["run"]) / product["path"]))
    left, width, _, top, _, height = dataset.GetGeoTransform()
    crs = osr.SpatialReference()
    crs.ImportFromWkt(dataset.GetProjection())
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    for number, (lon, lat) in enumerate(facts["pins"], start=1):
        x, y, _ = _from_degrees(crs).TransformPoint(lon, lat)
        column, row = int((x - left) / width), int((y - top) / height)
        wanted = dataset.ReadAsArray(column, row, 1, 1).ravel()
        mine = [r for r in rows if r["place"].startswith(str(number)) and r["variable"] == "gpp"]
        found = {r["date"]: float(r["value"]) for r in mine if r["statistic"] in ("p50", "median")}
        assert sorted(found) == product["dates"]
        assert list(found.values()) == pytest.approx(list(wanted), rel=1e-3), "the file has four digits"


def test_the_saved_table_has_every_series_with_its_unit(rows: list[dict[str, str]]) -> None:
    units = {row["variable"]: row["unit"] for row in rows}
    assert {"gpp", "temperature", "ndvi", "ndvi_observed", "vv", "vh"} <= set(units)
    assert (units["gpp"], units["temperature"], units["vv"]) == ("g C m-2 d-1", "degC", "dB")


def test_the_picked_place_is_the_most_like_itself(facts: dict) -> None:
    answer = Path(facts["answer"])
    about = json.loads((answer / "explore.json").read_text())
    assert about["tool"] == "similar" and answer.parent == Path(facts["run"]) / "explore"
    (feature,) = about["arguments"]["picks"]["features"]
    assert feature["geometry"]["coordinates"] == pytest.approx(facts["picked"], abs=1e-6)
    assert facts["explored"] == about["layers"][0]["title"], "on top of the tree"
    dataset = gdal.Open(str(answer / about["layers"][0]["path"]))
    values = dataset.ReadAsArray()
    left, width, _, top, _, height = dataset.GetGeoTransform()
    crs = osr.SpatialReference()
    crs.ImportFromWkt(dataset.GetProjection())
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    x, y, _ = _from_degrees(crs).TransformPoint(*facts["picked"])
    there = values[int((y - top) / height), int((x - left) / width)]
    assert there == values.max() == pytest.approx(1, abs=1e-3) and values[values > -9999].min() < 0.9


@pytest.mark.parametrize("name", PICTURES)
def test_its_pictures_were_kept(facts: dict, name: str) -> None:
    del facts
    band = gdal.Open(str(OUT / f"{name}.png")).ReadAsArray()
    assert band.shape[1:] == (1000, 1400) and band.std() > 10, "a blank screen"


def test_the_pictures_differ_as_the_session_goes_on(facts: dict) -> None:
    del facts
    assert len({(OUT / f"{name}.png").read_bytes() for name in PICTURES}) == len(PICTURES)


def _from_degrees(crs: osr.SpatialReference) -> osr.CoordinateTransformation:
    degrees = osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return osr.CoordinateTransformation(degrees, crs)

"""Tower, budget and cycle as tools: explore.json holds what the engine's functions found, and files are whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from eofusion_engine.errors import EOFusionError, RequestError
from eofusion_engine.explore.cycle_tool import nearest_curve
from eofusion_engine.explore.registry import explore
from eofusion_engine.inspect_point import OutsideError
from eofusion_engine.products.budget import make_budget
from eofusion_engine.products.cycle import mean_cycles
from eofusion_engine.products.polygons import PolygonError, parse_polygons
from pyproj import Transformer
from run_example import DATES, DAYS, GRID, gpp_values, write_example
from shapely.geometry import box, mapping
from shapely.ops import transform

TO_DEGREES = Transformer.from_crs("EPSG:32632", "EPSG:4326", always_xy=True).transform
ROW, COLUMN = 40, 60


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example(tmp_path_factory.mktemp("field") / "run")


@pytest.fixture
def tower(tmp_path: Path) -> Path:
    """A tower of 2021 that measured 2.0 and 7.0 on the run's dates and 4.0 between."""
    path = tmp_path / "FLX_XX-Tow_FLUXNET2015_SUBSET_DD_2021.csv"
    values = dict.fromkeys(DAYS, 4.0) | dict(zip(DATES, (2.0, 7.0), strict=True))
    lines = ["TIMESTAMP,TA_F,SW_IN_F,VPD_F,NEE_VUT_REF_QC,GPP_NT_VUT_REF,GPP_DT_VUT_REF"]
    lines += [f"{day:%Y%m%d},15,210,9,1,{gpp},{gpp + 0.5}" for day, gpp in values.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def position() -> dict[str, float]:
    lon, lat = TO_DEGREES(600000 + 10 * (COLUMN + 0.5), 5660000 - 10 * (ROW + 0.5))
    return {"lat": lat, "lon": lon}


def polygons() -> dict[str, Any]:
    shapes = {"field": box(600105, 5659500, 600325, 5659800), "meadow": box(601000, 5659000, 601200, 5659200)}
    features = [
        {"type": "Feature", "properties": {"crop": name, "id": number},
         "geometry": mapping(transform(TO_DEGREES, shape))}
        for number, (name, shape) in enumerate(shapes.items())
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def document(found: dict[str, Any]) -> dict[str, Any]:
    """explore.json as it lies on disk; every file that it names is there."""
    folder = Path(found["folder"])
    stored: dict[str, Any] = json.loads((folder / "explore.json").read_text(encoding="utf-8"))
    named = {entry["path"] for key in ("layers", "vectors", "tables") for entry in stored[key]}
    assert named | {"explore.json"} == {path.name for path in folder.iterdir()}
    for chart in stored["charts"]:
        assert all(len(one["y"]) == len(chart["x"]) for one in chart["series"])
    return stored


def chart_of(found: dict[str, Any], title: str) -> dict[str, Any]:
    (chart,) = (chart for chart in found["charts"] if chart["title"] == title)
    return dict(chart)


def test_tower_has_what_it_measured_and_what_the_run_says(example: Path, tower: Path) -> None:
    found = document(explore("tower", {"run": str(example), "file": str(tower), **position()}))
    assert found["title"] == "GPP at XX-Tow"
    at = [float(gpp_values(2 + 4 * i)[ROW, COLUMN]) for i in range(2)]
    over_time = chart_of(found, "Over time")
    assert over_time["kind"] == "band"
    assert over_time["x"] == [day.isoformat() for day in DATES]
    measured, run = over_time["series"]
    assert measured["y"] == [2.0, 7.0]
    assert run["y"] == pytest.approx(at, abs=1e-3)
    assert all(low <= middle <= high for low, middle, high in zip(run["low"], run["y"], run["high"], strict=True))
    scatter = chart_of(found, "Run against tower")
    assert scatter["x"][:2] == [2.0, 7.0]
    bisector = scatter["series"][-1]
    assert [y for y in bisector["y"] if y is not None] == scatter["x"][2:]
    seasons = chart_of(found, "Run minus tower by season")
    assert seasons["x"] == ["March to May", "June to August"]
    assert seasons["series"][0]["y"] == pytest.approx([at[0] - 2, at[1] - 7], abs=1e-3)
    scores = {score["name"]: score["value"] for score in found["scores"]}
    assert scores["RMSE"] == pytest.approx(np.sqrt(np.mean((np.array(at) - [2, 7]) ** 2)), abs=1e-3)
    assert "R2" not in scores  # two days
    tables = {table["path"]: table for table in found["tables"]}
    assert [row[0] for row in tables["scores.csv"]["rows"]].count("linear NIRv") == 1
    assert tables["sums.csv"]["rows"][0][2] == pytest.approx(4.0 * (len(DAYS) - 2) + 9.0)
    assert any("Only 2 days" in note for note in found["notes"])
    assert any(note.startswith("Drivers of the run") for note in found["notes"])


def test_tower_that_carries_no_calibration_says_why(example: Path, tower: Path) -> None:
    asked = {"runs": [str(example)], "file": str(tower), "calibrate": True, "radius_m": 60, **position()}
    found = explore("tower", asked)
    assert any(note.startswith("No calibration: ") and "too few" in note for note in found["notes"])
    assert not (Path(found["folder"]) / "calibration.json").exists()


def test_tower_refusals_leave_no_folder(example: Path, tower: Path, tmp_path: Path) -> None:
    out = tmp_path / "answer"
    good = {"run": str(example), "file": str(tower), "out": str(out), **position()}
    wrong: list[tuple[dict[str, Any], type[EOFusionError], str]] = [
        ({**good, "lat": position()["lat"] + 1}, OutsideError, "outside"),
        ({**good, "radius_m": -5}, RequestError, "radius_m"),
        ({**good, "footprint": polygons()}, RequestError, "2 polygons"),
        ({**good, "file": str(tmp_path / "none.csv")}, RequestError, "no file"),
    ]
    for arguments, kind, sentence in wrong:
        with pytest.raises(kind, match=sentence):
            explore("tower", arguments)
    assert not list(tmp_path.glob("answer*"))


def test_budget_is_that_of_make_budget(example: Path) -> None:
    found = document(explore("budget", {"run": str(example), "polygons": polygons(), "name_field": "crop"}))
    expected = make_budget(example, parse_polygons(polygons())).polygons
    rows = found["tables"][0]["rows"]
    assert [row[0] for row in rows] == ["field", "meadow"]
    assert [row[5] for row in rows] == [one.mean_p50 for one in expected]
    bars = chart_of(found, "GPP of the whole polygon")
    assert bars["kind"] == "bar"
    assert bars["series"][0]["high"] == [one.total_p90 for one in expected]
    over_time = chart_of(found, "GPP over time")
    assert over_time["x"] == [day.isoformat() for day in DATES]
    assert len(over_time["series"]) == 2
    stored = json.loads((Path(explore("budget", {"run": str(example), "polygons": polygons()})["folder"])
                         / "budget.geojson").read_text(encoding="utf-8"))  # fmt: skip
    assert [f["properties"]["gpp_p50_t_c"] for f in stored["features"]] == [one.total_p50 for one in expected]
    assert any("fully alike" in note for note in found["notes"])


def test_budget_refusals(example: Path) -> None:
    with pytest.raises(PolygonError, match="'kind'"):
        explore("budget", {"run": str(example), "polygons": polygons(), "name_field": "kind"})
    far = {"type": "Polygon", "coordinates": [[[0, 0], [0.1, 0], [0.1, 0.1], [0, 0]]]}
    with pytest.raises(PolygonError, match="No polygon lies"):
        explore("budget", {"run": str(example), "polygons": far})


def test_cycle_has_curves_and_a_map_of_the_kinds(tmp_path: Path) -> None:
    run = write_example(tmp_path / "run")
    for path in (run / "products/reflectance").glob("*.tif"):
        with rasterio.open(path, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as dataset:
            for band, value in ((3, 300), (7, 4500)):  # B04 and B08 of the right half
                layer = dataset.read(band)
                layer[:, 96:] = value
                dataset.write(layer, band)
    found = document(explore("cycle", {"run": str(run), "clusters": 2}))
    expected = mean_cycles(run, 2)
    by_month = chart_of(found, "GPP by month")
    assert by_month["x"] == [day.month for day in DATES]
    assert by_month["series"][1]["y"] == [row["p50"] for row in expected[1].months]
    assert found["layers"][0]["style"]["type"] == "classes"
    with rasterio.open(run / "explore" / "cycle-1" / "cover.tif") as dataset:
        kind = dataset.read(1)
    assert kind.shape == (GRID.height, GRID.width)
    green = max(expected, key=lambda cluster: max(cluster.ndvi.values())).number
    assert (kind[:, 96:] == green).all()
    assert (kind[:, :96] != green).all()


def test_the_nearest_curve_uses_what_is_known() -> None:
    ndvi = np.array([[[0.1, np.nan, np.nan]], [[0.2, 0.9, np.nan]]])
    curves = np.array([[0.1, 0.1], [0.8, 0.8]])
    assert nearest_curve(ndvi, curves).tolist() == [[1, 2, 0]]

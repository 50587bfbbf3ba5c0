"""Compare: points and rasters of known values against the run's layers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import explore_helpers as helpers
import numpy as np
import pytest
import rasterio
from eofusion_engine.errors import RequestError
from eofusion_engine.explore.errors import TooFewSamples
from eofusion_engine.explore.places import PlaceError
from eofusion_engine.explore.registry import explore
from eofusion_engine.explore.runs import FinishedRun
from rasterio import Affine


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return helpers.make_run(tmp_path_factory.mktemp("compare") / "run")


def scores(found: dict) -> dict[str, float]:
    return {score["name"]: score["value"] for score in found["scores"]}


def write_csv(path: Path, rows: list[tuple]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("lon", "lat", "tair", "date", "kind"), *rows])
    return path


def test_points_with_dates_meet_the_day_and_its_bias_is_told(run: Path, tmp_path: Path) -> None:
    with FinishedRun.open(run) as opened:
        warm = opened.temperature()
        days = opened.dates("temperature")
    rows = []
    for number, (row, col) in enumerate([(10, 20), (75, 30), (125, 140), (30, 100)] * 3):
        which = number % len(days)
        value = float(warm[which, row, col]) - 1.5
        rows.append((*helpers.lon_lat(row + 0.5, col + 0.5), value, days[which], "station"))
    rows.append((*helpers.lon_lat(10.5, 20.5), 3.0, "2019-01-01", "station"))
    rows.append((0.0, 0.0, 3.0, days[0], "station"))
    points = write_csv(tmp_path / "stations.csv", rows)
    asked = {"run": str(run), "layer": "temperature", "points": str(points), "value": "tair", "date_field": "date"}
    found = explore("compare", {**asked, "class_field": "kind"})
    assert scores(found)["Pairs"] == 12
    assert scores(found)["Bias"] == pytest.approx(1.5, abs=0.01) and scores(found)["RMSE"] == pytest.approx(
        1.5, abs=0.01
    )
    assert scores(found)["Correlation"] == pytest.approx(1, abs=1e-4)
    assert {
        "1 measurements lie outside the run's area.",
        "1 measurements have no date of the layer within 5 days.",
    } <= set(found["notes"])
    assert [table["title"] for table in found["tables"]] == ["By class", "Pairs"]
    assert found["tables"][0]["rows"][0][:2] == ["station", 12]


def test_points_without_dates_meet_the_mean_over_the_dates(run: Path, tmp_path: Path) -> None:
    with FinishedRun.open(run) as opened:
        mean = opened.ndvi().mean(axis=0)
    places = [(5, 50), (30, 60), (75, 100), (100, 20), (140, 100)]
    features = [helpers.point(r, c, ndvi=float(mean[r, c])) for r, c in places]
    path = tmp_path / "points.geojson"
    path.write_text(json.dumps(helpers.collection(features)))
    found = explore("compare", {"run": str(run), "layer": "ndvi", "points": str(path), "value": "ndvi"})
    assert scores(found)["RMSE"] == pytest.approx(0, abs=1e-3) and scores(found)["R2"] > 0.999


def test_a_coarse_raster_meets_the_mean_of_our_pixels_by_class(run: Path, tmp_path: Path) -> None:
    """A raster of 60 m whose every pixel is our mean there, plus 1; the class raster is a kind of land."""
    with FinishedRun.open(run) as opened:
        growth = opened.gpp()[4]
    side = helpers.SIZE // 6
    coarse = growth.reshape(side, 6, side, 6).mean(axis=(1, 3)) + 1
    path = tmp_path / "other.tif"
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32", "crs": helpers.CRS}
    with rasterio.open(path, "w", transform=Affine(60, 0, helpers.LEFT, 0, -60, helpers.TOP), **profile) as file:
        file.write(coarse.astype(np.float32), 1)
    kinds = tmp_path / "kinds.tif"
    profile |= {"width": helpers.SIZE, "height": helpers.SIZE, "dtype": "uint8", "nodata": 0}
    with rasterio.open(kinds, "w", transform=helpers.GRID.transform, **profile) as file:
        file.write((helpers.kinds() + 1).astype(np.uint8), 1)
    asked = {"run": str(run), "layer": "gpp", "raster": str(path), "date": str(helpers.DATES[4])}
    found = explore("compare", {**asked, "class_raster": str(kinds)})
    assert scores(found)["Pairs"] == side * side
    assert scores(found)["Bias"] == pytest.approx(-1, abs=1e-3) and scores(found)["RMSE"] == pytest.approx(1, abs=1e-3)
    assert [row[0] for row in found["tables"][0]["rows"]] == ["1", "2", "3"]
    assert any("60 m" in note for note in found["notes"])


def test_a_fine_raster_of_another_projection_is_averaged(run: Path, tmp_path: Path) -> None:
    with FinishedRun.open(run) as opened:
        index = opened.ndvi(days=[helpers.DATES[0]])[0]
    fine = index.repeat(4, axis=0).repeat(4, axis=1)
    path = tmp_path / "fine.tif"
    profile = {"driver": "GTiff", "width": fine.shape[1], "height": fine.shape[0], "count": 1, "dtype": "float32"}
    transform = Affine(2.5, 0, helpers.LEFT, 0, -2.5, helpers.TOP)
    with rasterio.open(path, "w", crs=helpers.CRS, transform=transform, **profile) as file:
        file.write(fine, 1)
    found = explore("compare", {"run": str(run), "layer": "ndvi", "raster": str(path), "date": str(helpers.DATES[0])})
    assert scores(found)["RMSE"] == pytest.approx(0, abs=1e-3) and scores(found)["Pairs"] > 10_000


def test_what_cannot_be_compared_is_told(run: Path, tmp_path: Path) -> None:
    base = {"run": str(run), "layer": "gpp"}
    far = write_csv(tmp_path / "far.csv", [(0.0, 0.0, 1.0, "2021-05-01", "a")])
    late = write_csv(tmp_path / "late.csv", [(*helpers.lon_lat(5, 5), 1.0, "2001-05-01", "a")] * 4)
    wrong = write_csv(tmp_path / "wrong.csv", [(*helpers.lon_lat(5, 5), 1.0, "spring", "a")])
    with pytest.raises(PlaceError, match=r"No measurement of far\.csv lies"):
        explore("compare", {**base, "points": str(far), "value": "tair"})
    with pytest.raises(PlaceError, match=r"no field 'gpp'.*It has"):
        explore("compare", {**base, "points": str(far), "value": "gpp"})
    with pytest.raises(TooFewSamples, match="Only 0 measurements"):
        explore("compare", {**base, "points": str(late), "value": "tair", "date_field": "date"})
    with pytest.raises(PlaceError, match="'spring' that is none"):
        explore("compare", {**base, "points": str(wrong), "value": "tair", "date_field": "date"})
    with pytest.raises(RequestError, match="points or raster, one of them"):
        explore("compare", base)
    with pytest.raises(RequestError, match="no raster that can be read"):
        explore("compare", {**base, "raster": str(far)})

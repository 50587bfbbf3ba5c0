"""Series of a point: the right pixel, the right units, and clear refusals."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.errors import OutputError
from eofusion_engine.inspect_point import CSV_HEADER, OutsideError, series_at, to_csv
from eofusion_engine.products.grid import RasterGrid
from eofusion_engine.runfolder import RunFolder
from pyproj import Transformer
from run_example import (
    DATES,
    DAYS,
    GRID,
    example_request,
    gpp_values,
    temperature_values,
    unit_embeddings,
    write_example,
)

TO_DEGREES = Transformer.from_crs("EPSG:32632", "EPSG:4326", always_xy=True)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example(tmp_path_factory.mktemp("inspect") / "run")


def place(row: float, column: float) -> tuple[float, float]:
    """Longitude and latitude of a place counted in pixels from the upper left corner."""
    return TO_DEGREES.transform(600000 + 10 * column, 5660000 - 10 * row)


@pytest.mark.parametrize(
    ("row", "column"),
    [(0.5, 1.5), (17.001, 33.001), (17.999, 33.999), (191.99, 191.99), (16.01, 15.99), (100.5, 64.001)],
)
def test_the_pixel_under_the_click(example: Path, row: float, column: float) -> None:
    found = series_at(example, *place(row, column))
    r, c = int(row), int(column)
    assert found["pixel"] == [r, c]
    assert found["gpp"] == [
        {
            "date": day.isoformat(),
            **{
                name: round(float(gpp_values(shift + 4 * i)[r, c]), 3)
                for name, shift in (("p10", 1), ("p50", 2), ("p90", 3))
            },
        }
        for i, day in enumerate(DATES)
    ]
    daily = temperature_values()[:, r // 16, c // 16]
    assert [entry["date"] for entry in found["temperature"]] == [day.isoformat() for day in DAYS]
    np.testing.assert_allclose([entry["mean"] for entry in found["temperature"]], daily, atol=0.0051)
    np.testing.assert_allclose([entry["p90"] for entry in found["temperature"]], daily + 2, atol=0.0051)
    embedding = found["embedding"][0]["values"]
    np.testing.assert_allclose(embedding, unit_embeddings(0)[:, r, c], atol=0.5 / 127 + 1e-4)
    assert found["units"]["gpp"] == "g C m-2 d-1"
    assert found["units"]["temperature"] == "degC"
    assert found["crs"] == "EPSG:32632"
    json.dumps(found, allow_nan=False)


def test_a_border_belongs_to_the_pixel_right_and_below() -> None:
    assert GRID.pixel(600010.0, 5659990.0) == (1, 1)
    assert GRID.pixel(600010.0 - 1e-6, 5659990.0 + 1e-6) == (0, 0)
    assert GRID.pixel(600000.0, 5660000.0) == (0, 0)
    assert GRID.pixel(601920.0, 5659000.0) is None
    assert GRID.pixel(600000.0, 5658080.0) is None
    assert GRID.pixel(599999.999, 5659000.0) is None


def test_coarse_grid_keeps_the_corner_and_covers_all() -> None:
    cells = RasterGrid(GRID.crs, GRID.transform, 200, 192).coarsened()
    assert (cells.width, cells.height) == (13, 12)
    assert list(cells.transform)[:6] == [160, 0, 600000, 0, -160, 5660000]


def test_monthly_sum_quality_and_index(example: Path) -> None:
    found = series_at(example, *place(100.5, 50.5))
    assert [(entry["date"], entry["days"]) for entry in found["temperature_monthly"]] == [
        *(("2021-05-01", 31), ("2021-06-01", 14)),
    ]
    assert found["gpp_sum"] == {"start": "2021-05-01", "end": "2021-06-14", "p10": 20.1, "p50": 30.1, "p90": 40.1}
    assert found["quality"] == {"clear_observations": 2, "days_to_clear": 0, "snow_observations": 0}
    red, infrared = found["reflectance"][0]["B04"], found["reflectance"][0]["B08"]
    assert found["ndvi"][0]["ndvi"] == pytest.approx((infrared - red) / (infrared + red), abs=2e-4)
    assert found["reflectance"][0]["uncertainty"] == pytest.approx(0.4)


def test_unseen_pixel_has_none_not_nodata_numbers(example: Path) -> None:
    found = series_at(example, *place(0.5, 0.5))
    assert found["gpp"][0] == {"date": "2021-05-01", "p10": None, "p50": None, "p90": None}
    assert found["embedding"][0]["values"] is None
    assert found["ndvi"][0]["ndvi"] is None
    assert found["quality"] == {"clear_observations": 0, "days_to_clear": None, "snow_observations": 0}
    assert "-9999" not in json.dumps(found, allow_nan=False)
    assert not any("Nothing was seen" in note for note in found["notes"])  # temperature is known there
    only = series_at(example, *place(0.5, 0.5), what=["gpp"])
    assert any("Nothing was seen" in note for note in only["notes"])


def test_outside_is_one_sentence(example: Path) -> None:
    for row, column in ((-0.01, 5), (192.01, 5), (5, -0.01), (5, 192.01)):
        with pytest.raises(OutsideError, match="outside the area"):
            series_at(example, *place(row, column))
    with pytest.raises(OutsideError, match="not a longitude and latitude"):
        series_at(example, 10.4, float("nan"))
    with pytest.raises(OutsideError, match="not a longitude and latitude"):
        series_at(example, 600000, 5660000)


def test_product_that_was_not_made_is_one_sentence(tmp_path: Path) -> None:
    with RunFolder.create(example_request(tmp_path / "run")) as run:
        run.set_grid(GRID)
    with pytest.raises(OutputError, match="no finished product"):
        series_at(run.path, *place(1, 1))
    with pytest.raises(OutputError, match="made no gpp"):
        series_at(run.path, *place(1, 1), what=["gpp"])
    with pytest.raises(OutputError, match="no series 'rain'"):
        series_at(run.path, *place(1, 1), what=["rain"])


def test_missing_file_and_path_outside_the_run_are_refused(tmp_path: Path) -> None:
    folder = write_example(tmp_path / "run")
    (folder / "products/quality/quality.tif").unlink()
    with pytest.raises(OutputError, match=r"quality\.tif cannot be read"):
        series_at(folder, *place(5, 5), what=["quality"])
    info = json.loads((folder / "run.json").read_text())
    for product in info["products"]:
        product["path"] = "../elsewhere.tif"
    (folder / "run.json").write_text(json.dumps(info))
    with pytest.raises(OutputError, match="outside the run folder"):
        series_at(folder, *place(5, 5))


def test_csv_is_tidy_and_has_units(example: Path) -> None:
    found = series_at(example, *place(5.5, 6.5))
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert tuple(rows[0]) == CSV_HEADER
    gpp = [row for row in rows if row["variable"] == "gpp" and row["statistic"] == "p50"]
    assert [(row["date"], row["unit"]) for row in gpp] == [(day.isoformat(), "g C m-2 d-1") for day in DATES]
    assert float(gpp[0]["value"]) == found["gpp"][0]["p50"]
    assert len([row for row in rows if row["variable"] == "temperature"]) == 3 * len(DAYS)
    assert {row["unit"] for row in rows if row["variable"] == "temperature"} == {"degC"}
    assert {row["variable"] for row in rows} == {
        *("gpp", "gpp_sum", "temperature", "temperature_monthly", "ndvi", "reflectance", "embedding", "quality"),
    }
    assert all(row["lon"] == f"{found['lon']:.7f}" for row in rows)
    unseen = list(csv.DictReader(io.StringIO(to_csv(series_at(example, *place(0.5, 0.5))))))
    assert {row["value"] for row in unseen if row["variable"] == "gpp"} == {""}

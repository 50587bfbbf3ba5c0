"""Polygon budgets: cover by hand, totals by hand, and clear refusals."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from eofusion_engine import cli
from eofusion_engine.errors import OutputError
from eofusion_engine.products.budget import make_budget
from eofusion_engine.products.cover import cover
from eofusion_engine.products.grid import RasterGrid
from eofusion_engine.products.polygons import NamedPolygon, PolygonError, parse_polygons, read_polygons
from eofusion_engine.runfolder import RunFolder
from pyproj import Transformer
from rasterio import Affine
from rasterio.windows import Window
from run_example import DATES, DAYS, GRID, example_request, gpp_values, write_example
from shapely import Polygon
from shapely.geometry import box, mapping
from shapely.ops import transform

TO_DEGREES = Transformer.from_crs("EPSG:32632", "EPSG:4326", always_xy=True)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example run, with a pixel unknown in the sum."""
    run = write_example(tmp_path_factory.mktemp("budget") / "run")
    with rasterio.open(run / "products/gpp/gpp_sum.tif", "r+", IGNORE_COG_LAYOUT_BREAK="YES") as dataset:
        dataset.write(np.full((3, 1, 1), dataset.nodata), window=Window(0, 0, 1, 1))
    return run


def named(name: str, utm: Polygon) -> NamedPolygon:
    return NamedPolygon(name, transform(TO_DEGREES.transform, utm))


def test_cover_is_the_area_inside_each_pixel() -> None:
    grid = RasterGrid("EPSG:32632", Affine(10, 0, 0, 0, -10, 30), 3, 3)
    part = cover(box(5, 12.5, 22, 40), grid)  # above the grid's top, too
    assert part is not None
    assert (part.window.col_off, part.window.row_off) == (0, 0)
    np.testing.assert_allclose(part.share, [[0.5, 1.0, 0.2], [0.375, 0.75, 0.15]], atol=1e-12)
    assert cover(box(100, 100, 110, 110), grid) is None


def test_cover_of_any_polygon_adds_up_to_its_area() -> None:
    rng = np.random.default_rng(0)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 300))
    radius = rng.uniform(500, 900, 300)
    star = Polygon(np.stack([600960 + radius * np.cos(angle), 5659040 + radius * np.sin(angle)], axis=1))
    ring = Polygon(star.exterior, [box(600900, 5659000, 601000, 5659100).exterior])
    part = cover(ring, GRID)
    assert part is not None
    assert part.share.min() >= 0
    assert part.share.max() <= 1 + 1e-9
    assert part.share.sum() * 100 == pytest.approx(ring.area, rel=1e-9)


def test_a_budget_by_hand(example: Path) -> None:
    # Two whole pixels and half of a third in row 5: columns 10, 11 and the left half of 12.
    field = named("field", box(600100, 5659940, 600125, 5659950))
    budget = make_budget(example, [field])
    (one,) = budget.polygons
    with rasterio.open(example / "products/gpp/gpp_sum.tif") as dataset:
        pixels = dataset.read()[:, 5, 10:13]
    by_hand = (pixels[:, 0] + pixels[:, 1] + 0.5 * pixels[:, 2]) / 2.5
    assert [one.mean_p10, one.mean_p50, one.mean_p90] == pytest.approx(list(by_hand), abs=0.01)
    # 250 m2: grams to tonnes of carbon. The interval is that of fully alike errors, not narrowed by pixels.
    assert one.total_p50 == pytest.approx(by_hand[1] * 250 / 1e6, abs=1e-4)
    assert one.total_p90 - one.total_p10 == pytest.approx((by_hand[2] - by_hand[0]) * 250 / 1e6, abs=2e-4)
    assert one.area_ha == pytest.approx(0.025, rel=1e-3)
    assert (one.inside, one.known) == (1.0, 1.0)
    daily = gpp_values(2)[5, 10:13]
    assert budget.series["field"][0]["p50"] == pytest.approx((daily[0] + daily[1] + daily[2] / 2) / 2.5, abs=1e-3)
    assert [row["date"] for row in budget.series["field"]] == [day.isoformat() for day in DATES]
    assert budget.plot("field").startswith("<svg")


def test_outside_and_unknown_are_said(example: Path) -> None:
    half = named("half", box(599900, 5659000, 600100, 5659100))  # left half outside the run
    corner = named("corner", box(600000, 5659990, 600012, 5660000))  # pixel 0, 0 has no value
    away = named("away", box(700000, 5659000, 700100, 5659100))
    budget = make_budget(example, [half, corner, away])
    inside = {one.name: one.inside for one in budget.polygons}
    assert inside["half"] == pytest.approx(0.5, abs=0.01)
    assert inside["away"] == 0
    known = {one.name: one for one in budget.polygons}
    assert known["corner"].known == pytest.approx(1 / 6, abs=0.05)
    assert known["corner"].total_p50 is None
    assert any("half" in note for note in budget.notes)
    assert any("Too little" in note for note in budget.notes)
    rows = list(csv.DictReader(io.StringIO(budget.as_csv())))
    assert [row["name"] for row in rows] == ["half", "corner", "away"]
    assert rows[1]["gpp_p50_t_c"] == ""
    assert json.loads(budget.as_json())["units"]["total"] == "t C"
    with pytest.raises(PolygonError, match="No polygon lies"):
        make_budget(example, [away])


def test_same_names_are_told_apart(example: Path) -> None:
    one = named("field", box(600100, 5659900, 600200, 5659950))
    assert list(make_budget(example, [one, one]).series) == ["field", "field (2)"]


def test_a_run_without_gpp_says_so(tmp_path: Path) -> None:
    with RunFolder.create(example_request(tmp_path / "run", start=DAYS[0])) as run:
        run.set_grid(GRID)
    with pytest.raises(OutputError, match="made no GPP"):
        make_budget(tmp_path / "run", [named("a", box(600100, 5659900, 600200, 5659950))])


def test_the_command(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    field = named("field", box(600100, 5659940, 600125, 5659950))
    path = tmp_path / "field.geojson"
    path.write_text(json.dumps(mapping(field.geometry)), encoding="utf-8")
    assert cli.main(["budget", str(example), "--polygons", str(path)]) == 0
    assert capsys.readouterr().out == make_budget(example, [NamedPolygon("1", field.geometry)]).as_csv()
    out = tmp_path / "table.json"
    assert cli.main(["budget", str(example), "--polygons", str(path), "--out", str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["polygons"][0]["name"] == "1"
    assert cli.main(["budget", str(example), "--clusters", "2", "--json"]) == 0
    assert {row["month"] for row in json.loads(capsys.readouterr().out)[0]["months"]} == {5, 6}
    assert cli.main(["budget", str(example), "--polygons", str(tmp_path / "none")]) == 2


SQUARE = mapping(box(9.0, 50.0, 9.1, 50.1))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"type": "FeatureCollection", "features": []}, "has no polygon"),
        ({"type": "Point", "coordinates": [9, 50]}, "is no polygon but Point"),
        (mapping(box(600000, 5650000, 601000, 5651000)), "not in degrees"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "not valid"),
        ([1, 2], "not GeoJSON"),
        ({"type": "Polygon"}, "is no geometry"),
    ],
)
def test_polygons_that_cannot_be_used(data: object, sentence: str) -> None:
    with pytest.raises(PolygonError, match=sentence):
        parse_polygons(data)


def test_polygons_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "fields.geojson"
    features = [
        {"type": "Feature", "properties": {"name": "north"}, "geometry": SQUARE},
        {"type": "Feature", "properties": None, "geometry": SQUARE},
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert [p.name for p in read_polygons(path)] == ["north", "2"]
    path.write_text("no json", encoding="utf-8")
    with pytest.raises(PolygonError, match="not a GeoJSON"):
        read_polygons(path)
    with pytest.raises(PolygonError, match="no file"):
        read_polygons(tmp_path / "none.geojson")

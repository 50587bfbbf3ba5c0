"""Export: dates, statistic, coordinates, cut, both forms, tables, and files that explain themselves. No engine."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from small_run import DATES, LEFT, TOP, gpp_value, ndvi_value, reconstructed_ndvi, temperature_value

from eofusion_plugin.errors import PluginError
from eofusion_plugin.processing.export_algorithm import ExportAlgorithm, clip_json, product_of
from eofusion_plugin.processing.export_work import ExportJob, bands_between, export
from eofusion_plugin.processing.points_algorithm import SeriesAlgorithm
from eofusion_plugin.run_folder import read_run

gdal.UseExceptions()


def polygons(*boxes: tuple[int, int, int, int]) -> QgsVectorLayer:
    """Rectangles of pixels: (row, column, row after the last, column after the last)."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:32632&field=name:string", "zones", "memory")
    features = []
    for number, (row, column, last_row, last_column) in enumerate(boxes):
        feature = QgsFeature(layer.fields())
        box = QgsRectangle(LEFT + column * 10, TOP - last_row * 10, LEFT + last_column * 10, TOP - row * 10)
        feature.setGeometry(QgsGeometry.fromRect(box))
        feature["name"] = f"field {number}"
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def run_algorithm(algorithm, parameters: dict) -> dict:
    algorithm = algorithm.create()
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    results, done = algorithm.run(parameters, context, feedback)
    assert done, feedback.textLog()
    for name, identifier in results.items():
        layer = context.takeResultLayer(identifier) if isinstance(identifier, str) else None
        results[name] = layer or identifier
    return results


def rows(layer: QgsVectorLayer) -> list[dict]:
    names = layer.fields().names()
    return [dict(zip(names, feature.attributes())) for feature in layer.getFeatures()]


def test_a_cog_of_one_date_has_the_values_unit_and_name(run_folder: Path, tmp_path: Path) -> None:
    run = read_run(run_folder)
    product = run.find("gpp", "p50")
    job = ExportJob(run, product, tmp_path / "out" / "gpp.tif", bands_between(product, date(2021, 6, 1), None))
    files = export(job)
    assert [path.name for path in files] == ["gpp.tif", "gpp.json", "gpp.txt"]
    dataset = gdal.Open(str(files[0]))
    assert dataset.GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE") == "COG" and dataset.RasterCount == 1
    assert dataset.ReadAsArray(22, 37, 1, 1)[0, 0] == pytest.approx(gpp_value(37, 22, 2))
    assert dataset.GetRasterBand(1).GetNoDataValue() == -9999
    assert [p.name for p in (tmp_path / "out").iterdir() if p.name.startswith(".")] == []


def test_scale_and_dates_survive_in_netcdf(run_folder: Path, tmp_path: Path) -> None:
    run = read_run(run_folder)
    export(ExportJob(run, run.find("temperature", "mean"), tmp_path / "t.nc", (3, 4)))
    dataset = gdal.Open(str(tmp_path / "t.nc"))
    assert dataset.RasterCount == 2
    band = dataset.GetRasterBand(2)
    stored = band.ReadAsArray(2, 1, 1, 1)[0, 0]
    assert stored * band.GetScale() == pytest.approx(temperature_value(1, 2, 3), abs=0.006)
    metadata = dataset.GetMetadata()
    assert metadata["time#units"] == "days since 1970-01-01" and metadata["temperature_mean#units"] == "degC"
    assert metadata["NETCDF_DIM_time_VALUES"] == "{18750,18751}"  # 2021-05-03 and -04
    assert any(value.startswith("CF-") for value in metadata.values())


def test_several_quantities_are_variables_of_their_own(run_folder: Path, tmp_path: Path) -> None:
    run = read_run(run_folder)
    export(ExportJob(run, run.find("quality"), tmp_path / "q.nc"))
    assert len(gdal.Open(str(tmp_path / "q.nc")).GetSubDatasets()) == 3


def test_a_cut_keeps_the_pixels_where_they_were(run_folder: Path, tmp_path: Path) -> None:
    run = read_run(run_folder)
    zone = polygons((10, 20, 14, 26))
    clip = clip_json([f.geometry() for f in zone.getFeatures()], zone.crs())
    export(ExportJob(run, run.find("gpp", "p50"), tmp_path / "cut.tif", clip=clip))
    dataset = gdal.Open(str(tmp_path / "cut.tif"))
    left, _, _, top, _, _ = dataset.GetGeoTransform()
    column, row = round((LEFT + 220 - left) / 10), round((top - (TOP - 120)) / 10)
    assert (left - LEFT) % 10 == 0 and (TOP - top) % 10 == 0
    assert dataset.GetRasterBand(1).ReadAsArray(column, row, 1, 1)[0, 0] == pytest.approx(gpp_value(12, 22, 1))
    known = dataset.GetRasterBand(1).ReadAsArray() != -9999
    assert known.sum() == 4 * 6


def test_another_coordinate_system_keeps_the_values(run_folder: Path, tmp_path: Path) -> None:
    run = read_run(run_folder)
    export(ExportJob(run, run.find("gpp", "p50"), tmp_path / "deg.tif", (2,), crs="EPSG:4326"))
    dataset = gdal.Open(str(tmp_path / "deg.tif"))
    assert dataset.GetSpatialRef().GetAuthorityCode(None) == "4326"
    values = dataset.ReadAsArray()
    source = gdal.Open(str(run.find("gpp", "p50").path))  # a band dies with its dataset
    original = source.GetRasterBand(2).ReadAsArray()
    assert set(values[values != -9999].tolist()) <= set(original.ravel().tolist()), "values are not mixed"


def test_the_files_beside_it_explain_it(run_folder: Path, tmp_path: Path) -> None:
    run = read_run(run_folder)
    export(ExportJob(run, run.find("gpp", "p50"), tmp_path / "gpp.tif"))
    found = json.loads((tmp_path / "gpp.json").read_text())
    assert found["unit"] == "g C m-2 d-1" and found["dates"] == list(DATES)
    assert found["legend"][0] == {"value": 0, "colour": "#440154"} and found["legend"][-1]["value"] == 18
    assert found["provenance"]["seed"] == 3 and found["provenance"]["weights"]
    assert found["attribution"] == ["Contains modified Copernicus Sentinel data 2021"]
    text = (tmp_path / "gpp.txt").read_text()
    assert "Citation: EO Fusion 0.0.1 (2021): GPP, 2021-05-01 to 2021-06-10." in text
    assert "Contains modified Copernicus Sentinel data 2021" in text and "flux towers" in text


def test_mistakes_are_told_and_leave_nothing(run_folder: Path, tmp_path: Path) -> None:
    run = read_run(run_folder)
    product = run.find("gpp", "p50")
    with pytest.raises(PluginError, match="ending that is not known"):
        export(ExportJob(run, product, tmp_path / "gpp.jpg"))
    with pytest.raises(PluginError, match="own run folder"):
        export(ExportJob(run, product, run_folder / "products" / "new.tif"))
    with pytest.raises(PluginError, match="no date in that period"):
        bands_between(product, date(2022, 1, 1), None)
    with pytest.raises(PluginError, match="cancelled"):
        export(ExportJob(run, product, tmp_path / "stop.tif"), stop=lambda: True)
    (tmp_path / "file").write_text("")
    with pytest.raises(PluginError, match="could not be written"):
        export(ExportJob(run, product, tmp_path / "file" / "gpp.tif"))
    assert not list(tmp_path.glob("*.tif")) and not list(tmp_path.glob(".*"))


def test_the_algorithm_writes_raster_and_table(run_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "low.tif"
    results = run_algorithm(
        ExportAlgorithm(),
        {
            "INPUT": str(run_folder / "products/gpp/gpp_p50.tif"),
            "STATISTIC": 3,
            "START": "2021-05-01",
            "END": "2021-05-31",
            "ZONES": polygons((10, 20, 12, 22), (60, 60, 80, 80)),
            "ZONE_NAME": "name",
            "OUTPUT": str(out),
            "TABLE": "memory:",
        },
    )
    assert gdal.Open(str(out)).RasterCount == 1
    assert json.loads(out.with_suffix(".json").read_text())["statistic"] == "p10"
    first, second = rows(results["TABLE"])
    values = [gpp_value(row, column, 1) - 0.5 for row in (10, 11) for column in (20, 21)]
    assert first["zone"] == "field 0" and first["date"] == "2021-05-01" and first["pixels"] == 4
    assert first["mean"] == pytest.approx(sum(values) / 4, abs=1e-5)
    assert first["sd"] == pytest.approx((sum((v - sum(values) / 4) ** 2 for v in values) / 4) ** 0.5, abs=1e-4)
    assert second["pixels"] == 16, "the part of the zone that the run has"


def test_a_layer_of_no_run_and_a_missing_statistic_are_told(run_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="of no run"):
        product_of(str(tmp_path / "elsewhere.tif"))
    with pytest.raises(PluginError, match="no statistic p50"):
        product_of(str(run_folder / "products/temperature/temperature_mean.tif"), "p50")


def test_series_at_points_are_those_of_their_pixels(run_folder: Path) -> None:
    points = QgsVectorLayer("Point?crs=EPSG:32632&field=site:string", "sites", "memory")
    features = []
    for name, row, column in (("oak", 37, 22), ("far", -500, 0)):
        feature = QgsFeature(points.fields())
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(LEFT + column * 10 + 5, TOP - row * 10 - 5)))
        feature["site"] = name
        features.append(feature)
    points.dataProvider().addFeatures(features)
    results = run_algorithm(
        SeriesAlgorithm(), {"RUN": str(run_folder), "POINTS": points, "POINT_NAME": "site", "OUTPUT": "memory:"}
    )
    found = rows(results["OUTPUT"])
    assert results["OUTSIDE"] == 1 and {row["point"] for row in found} == {"oak"}

    def value(variable: str, statistic: str, day: str) -> float:
        (row,) = [r for r in found if (r["variable"], r["statistic"], r["date"]) == (variable, statistic, day)]
        return row["value"]

    assert value("gpp", "p50", DATES[1]) == pytest.approx(gpp_value(37, 22, 2), abs=1e-4)
    assert value("temperature", "p90", "2021-05-03") == pytest.approx(temperature_value(2, 1, 2) + 3, abs=0.01)
    assert value("ndvi", "value", DATES[0]) == pytest.approx(reconstructed_ndvi(37, 22), abs=1e-4)
    assert value("ndvi_observed", "value", "2021-05-13") == pytest.approx(ndvi_value(37, 22, 1), abs=1e-4)
    assert value("temperature_given", "value", "2021-05-03") == 9.25
    assert {row["unit"] for row in found if row["variable"] == "vv"} == {"dB"}


@pytest.mark.parametrize("name", ["export", "series"])
def test_the_algorithms_are_in_the_toolbox(name: str, qgis_app) -> None:
    from eofusion_plugin.processing.provider import EOFusionProvider

    provider = EOFusionProvider()
    assert QgsApplication.processingRegistry().addProvider(provider)
    try:
        algorithm = QgsApplication.processingRegistry().algorithmById(f"eofusion:{name}")
        assert algorithm is not None and len(algorithm.shortHelpString()) > 100
    finally:
        QgsApplication.processingRegistry().removeProvider(provider)

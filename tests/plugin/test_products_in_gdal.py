"""The engine's products as QGIS' own GDAL reads them: an older GDAL than the one that wrote them.

The engine's environment writes a small run in a process of its own, as in production.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from osgeo import gdal

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
WRITE = """
import sys
sys.path.insert(0, sys.argv[1])
from run_example import Path, write_example
write_example(Path(sys.argv[2]))
"""

gdal.UseExceptions()


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not ENGINE_PYTHON.exists():
        pytest.skip("the engine's environment (.venv) is not there: make setup")
    folder = tmp_path_factory.mktemp("gdal") / "run"
    command = [str(ENGINE_PYTHON), "-I", "-c", WRITE, str(ROOT / "tests" / "engine"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def opened(folder: Path, name: str) -> gdal.Dataset:
    return gdal.OpenEx(str(folder / "products" / name), gdal.OF_RASTER)


def test_every_product_opens_with_its_description(run_folder: Path) -> None:
    products = json.loads((run_folder / "run.json").read_text())["products"]
    for product in products:
        dataset = gdal.OpenEx(str(run_folder / product["path"]), gdal.OF_RASTER)
        assert dataset.RasterCount == len(product["bands"])
        assert dataset.GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE") == "COG"
        assert dataset.GetMetadataItem("TIFFTAG_SOFTWARE").startswith("EO Fusion")
        assert dataset.GetSpatialRef().GetAuthorityCode(None) == "32632"
        for number, description in enumerate(product["bands"], start=1):
            band = dataset.GetRasterBand(number)
            assert band.GetDescription() == description
            assert band.GetUnitType() == product["unit"]
            assert band.GetNoDataValue() == product["nodata"]
            assert band.GetMetadataItem("DATE")
            assert band.GetStatistics(False, False) == pytest.approx(band.ComputeStatistics(False), rel=1e-6)


def test_values_are_those_that_were_written(run_folder: Path) -> None:
    gpp = opened(run_folder, "gpp/gpp_p50.tif")
    assert gpp.GetRasterBand(1).ReadAsArray(33, 17, 1, 1)[0, 0] == pytest.approx(0.17 + 0.0033 + 2)
    assert gpp.GetRasterBand(1).ReadAsArray(0, 0, 1, 1)[0, 0] == -9999
    temperature = opened(run_folder, "temperature/temperature_mean.tif")  # a band dies with its dataset
    band = temperature.GetRasterBand(10)
    stored = band.ReadAsArray(3, 7, 1, 1)[0, 0]
    assert stored * band.GetScale() + band.GetOffset() == pytest.approx(9 + 0.7 + 0.03 - 5)


def test_embeddings_are_unit_vectors_for_this_gdal(run_folder: Path) -> None:
    dataset = opened(run_folder, "embeddings/embedding_20210501.tif")
    band = dataset.GetRasterBand(1)
    assert gdal.GetDataTypeName(band.DataType) == "Byte"
    vector = dataset.ReadAsArray(50, 60, 1, 1)[:, 0, 0] * band.GetScale() + band.GetOffset()
    assert (vector**2).sum() == pytest.approx(1.0, abs=0.02)


def test_preview_is_a_colour_picture(run_folder: Path) -> None:
    dataset = opened(run_folder, "embeddings/preview_20210501.tif")
    colours = [dataset.GetRasterBand(band).GetColorInterpretation() for band in (1, 2, 3)]
    assert colours == [gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand]
    assert dataset.ReadAsArray(0, 0, 1, 1).ravel().tolist() == [0, 0, 0]

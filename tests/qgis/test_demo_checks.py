"""The demo fails by itself: what it calls broken, blank or without a legend."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsProject
from qgis.PyQt.QtGui import QColor, QImage

from eofusion_plugin.layers.group import add_run
from eofusion_plugin.run_folder import read_run

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from demo_checks import DemoError, check_layer, check_picture, check_project
from demo_pictures import LEGEND_PART, MAP_PART, map_picture


@pytest.fixture
def layers(run_folder: Path):
    return add_run(read_run(run_folder)).layers


def test_a_good_run_passes_and_its_picture_shows_map_and_legend(layers, tmp_path: Path) -> None:
    for layer in layers:
        check_layer(layer)
    map_picture(layers[0], "GPP", tmp_path / "map.png")
    check_picture(tmp_path / "map.png", MAP_PART, painted=0.8)
    check_picture(tmp_path / "map.png", LEGEND_PART)


def test_a_blank_layer_is_found(run_folder: Path) -> None:
    dataset = gdal.Open(str(run_folder / "products/gpp/gpp_sum.tif"), gdal.GA_Update)
    dataset.GetRasterBand(2).Fill(7.0)
    del dataset
    layer = add_run(read_run(run_folder)).of("gpp_sum")[0]
    with pytest.raises(DemoError, match="draws blank: 1 colours"):
        check_layer(layer)


def test_an_empty_layer_is_found(run_folder: Path) -> None:
    dataset = gdal.Open(str(run_folder / "products/gpp/gpp_sum.tif"), gdal.GA_Update)
    dataset.GetRasterBand(2).Fill(-9999)
    del dataset
    layer = add_run(read_run(run_folder)).of("gpp_sum")[0]
    with pytest.raises(DemoError, match="drawn on only 0% of its area"):
        check_layer(layer)


def test_a_layer_that_names_nobody_is_found(layers) -> None:
    metadata = layers[0].metadata()
    metadata.setRights([])
    layers[0].setMetadata(metadata)
    with pytest.raises(DemoError, match="whom to name"):
        check_layer(layers[0])


def test_white_and_missing_pictures_are_found(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="was not made"):
        check_picture(tmp_path / "none.png")
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    image.save(str(tmp_path / "white.png"))
    with pytest.raises(DemoError, match="is blank"):
        check_picture(tmp_path / "white.png")


def test_a_project_that_lost_a_layer_is_found(layers, run_folder: Path, tmp_path: Path) -> None:
    assert QgsProject.instance().write(str(tmp_path / "project.qgz"))
    check_project(tmp_path / "project.qgz", len(layers))
    (run_folder / "products/quality/quality.tif").unlink()
    with pytest.raises(DemoError, match="valid layers of"):
        check_project(tmp_path / "project.qgz", len(layers))

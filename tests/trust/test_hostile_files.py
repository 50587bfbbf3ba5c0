"""Scenes and run folders from somebody else: nothing outside their folder is read, nothing absurd is allocated."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from eofusion_engine.errors import EOFusionError, OutputError, SourceError
from eofusion_engine.inspect_point import series_at
from eofusion_engine.runfolder import RunFolder
from eofusion_engine.sources import open_source
from run_example import write_example
from scene_files import LEFT, TOP, write_s2
from shapely.geometry import box

from eofusion_plugin.errors import PluginError
from eofusion_plugin.run_folder import read_run

SECRET = "planted-content-of-another-file"


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A good scene beside a file that nobody may read."""
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    with rasterio.open(
        tmp_path / "outside.tif", "w", driver="GTiff", count=1, height=32, width=32, dtype="uint16", crs="EPSG:32632",
        transform=rasterio.Affine(10, 0, LEFT, 0, -10, TOP),
    ) as file:  # fmt: skip
        file.write(np.full((1, 32, 32), 4321, np.uint16))
    write_s2(tmp_path / "scenes" / "a", size=32)
    return tmp_path / "scenes" / "a"


def vrt(source: str) -> str:
    """A VRT that shows another raster as if it were this file."""
    band = f'<VRTRasterBand dataType="UInt16" band="1"><SimpleSource><SourceFilename>{source}</SourceFilename>'
    band += "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
    where = f"<SRS>EPSG:32632</SRS><GeoTransform>{LEFT},10,0,{TOP},0,-10</GeoTransform>"
    return f'<VRTDataset rasterXSize="32" rasterYSize="32">{where}{band}</VRTDataset>'


def _disguised(scene: Path) -> None:
    (scene / "B08.tif").write_text(vrt(str(scene.parents[1] / "outside.tif")), encoding="utf-8")


def _over_the_network(scene: Path) -> None:
    (scene / "B08.tif").write_text(vrt("/vsicurl/http://127.0.0.1:9/x.tif"), encoding="utf-8")


def _link(scene: Path) -> None:
    (scene / "B08.tif").unlink()
    (scene / "B08.tif").symlink_to(scene.parents[1] / "outside.tif")


def _named(name: str) -> Callable[[Path], None]:
    def spoil(scene: Path) -> None:
        about = json.loads((scene / "scene.json").read_text(encoding="utf-8"))
        about["bands"]["B08"] = name
        (scene / "scene.json").write_text(json.dumps(about), encoding="utf-8")

    return spoil


def _huge(scene: Path) -> None:
    """A sparse GeoTIFF of a kilobyte that claims 40 000 000 000 000 pixels."""
    (scene / "B08.tif").unlink()
    with rasterio.open(
        scene / "B08.tif", "w", driver="GTiff", count=1, height=20_000_000, width=2_000_000, dtype="uint16",
        crs="EPSG:32632", transform=rasterio.Affine(10, 0, LEFT, 0, -10, TOP), tiled=True, blockxsize=65536,
        blockysize=65536, SPARSE_OK=True, BIGTIFF="YES",
    ):  # fmt: skip
        pass


@pytest.mark.parametrize(
    "spoil",
    [
        _disguised, _over_the_network, _link, _huge, _named("../../outside.tif"), _named("../../secret.txt"),
        _named("/etc/passwd"), _named("/vsicurl/http://127.0.0.1:9/x.tif"), _named("vsizip/a.zip/x.tif"),
        _named("C:\\x.tif"), _named("http://127.0.0.1:9/x.tif"), _named("\\\\server\\share\\x.tif"),
    ],
)  # fmt: skip
def test_a_scene_reaches_nothing_outside_its_folder(spoil: Callable[[Path], None], scene: Path) -> None:
    spoil(scene)
    told: list[str] = []
    try:
        source = open_source(str(scene.parent))
        told += source.notes
        from datetime import date

        from eofusion_engine.cube import CubeReader, Grid

        scenes = source.scenes(box(-180, -80, 180, 80), date(2021, 1, 1), date(2021, 12, 31))
        grid = Grid.for_area(source.extent(), scenes[0].crs)
        with CubeReader(scenes, grid, 20.0, told.append) as reader:
            cube = reader.read(0, 0, 32, 32)
        assert np.isnan(cube.s2[:, 6]).all(), "the hostile band was read"
    except SourceError as error:
        told.append(str(error))
    assert told and not any(SECRET in text or "root:" in text for text in told)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run folder of somebody else's."""
    return write_example(tmp_path / "run")


def _alter(run: Path, path: str) -> None:
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    next(p for p in info["products"] if p["kind"] == "gpp")["path"] = path
    (run / "run.json").write_text(json.dumps(info), encoding="utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "../outside.tif",
        "/etc/passwd",
        "/vsicurl/http://127.0.0.1:9/x.tif",
        "products/../../outside.tif",
        "\\\\server\\x.tif",
    ],
)
def test_a_run_folder_names_its_own_files_only(path: str, run: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.tif").write_bytes((run / "products/gpp/gpp_p50.tif").read_bytes())
    _alter(run, path)
    if "\\" not in path or re.match(r"^[/\\]", path):
        with pytest.raises(OutputError) as caught:
            RunFolder.open(run)
        assert caught.value.code == "run-altered" and caught.value.hint
    with pytest.raises((PluginError, EOFusionError)):
        read_run(run)
        series_at(run, 10.41, 51.09)


def test_a_vrt_among_a_runs_products_is_refused(run: Path, tmp_path: Path) -> None:
    (run / "products/gpp/gpp_p50.tif").write_text(vrt("/vsicurl/http://127.0.0.1:9/x.tif"), encoding="utf-8")
    with pytest.raises(OutputError, match="no raster but a text"):
        RunFolder.open(run)
    with pytest.raises(PluginError):
        read_run(run)


def test_a_link_out_of_a_run_folder_is_refused(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "outside.tif"
    (run / "products/gpp/gpp_p50.tif").rename(target)
    (run / "products/gpp/gpp_p50.tif").symlink_to(target)
    with pytest.raises(OutputError, match="outside the run folder"):
        RunFolder.open(run)


def test_a_good_run_folder_still_opens(run: Path) -> None:
    assert len(RunFolder.open(run).products) == len(read_run(run).products) > 5

"""Heights of the token cells: right, from the best there is, said in words, and used by each cell's temperature."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import rasterio
from eofusion_engine.elevation import cell_heights, elevation_band, read_relief
from eofusion_engine.errors import RequestError, SourceError
from eofusion_engine.events import Quiet
from eofusion_engine.grid import Grid
from eofusion_engine.inference.runner import run
from eofusion_engine.inference.temperature_pass import make_temperature, temperature_jobs
from eofusion_engine.inference.tiles import tiles
from eofusion_engine.inference.workplace import Control
from eofusion_engine.model.temperature import image_epochs
from eofusion_engine.model.temperature.climatology import LAPSE_K_PER_M
from eofusion_engine.model.temperature.image_tokens import CELL_BANDS
from eofusion_engine.request import parse_request
from eofusion_engine.tilestore import TileStore
from pyproj import Transformer
from rasterio import Affine
from scene_files import LEFT, TOP, write_tif
from shapely.geometry import box
from temperature_helpers import made_up_generator

GRID = Grid(32632, LEFT, TOP, 64, 48)
AREA = box(10, 51, 10.1, 51.1)


class Place:
    """A source with nothing but elevation."""

    name = "somewhere"

    def __init__(self, *bands, fails: bool = False) -> None:
        self._bands, self._fails = bands, fails

    def elevation(self, area):
        if self._fails:
            raise SourceError("The service does not answer.")
        return self._bands


def slope(rows: int, cols: int, metres: float, left: float = LEFT, top: float = TOP) -> np.ndarray:
    """Heights that rise by 1 m every 10 m to the east and 2 m to the south, of square pixels."""
    x = left - LEFT + (np.arange(cols) + 0.5) * metres
    y = TOP - top + (np.arange(rows) + 0.5) * metres
    return (100 + x[None] / 10 + 2 * y[:, None] / 10).astype(np.float32)


def expected(rows: int = 3, cols: int = 4) -> np.ndarray:
    return slope(rows, cols, 160.0)


def test_the_users_raster_gives_each_cell_its_mean(tmp_path: Path) -> None:
    write_tif(tmp_path / "dem.tif", slope(60, 80, 20.0, LEFT - 320, TOP + 320), 20.0, left=LEFT - 320, top=TOP + 320)
    relief = read_relief(tmp_path / "dem.tif", Place(), AREA, GRID, pytest.fail)
    assert relief.heights.shape == (3, 4) and relief.heights.dtype == np.float32
    np.testing.assert_allclose(relief.heights, expected(), atol=1e-3)
    assert relief.words == "the raster dem.tif" and relief.known == 1


def test_heights_in_degrees_and_whole_metres_are_read_where_they_are(tmp_path: Path) -> None:
    """As the Copernicus DEM comes: degrees, about 30 m, a nodata that the file names."""
    west, north = Transformer.from_crs(32632, 4326, always_xy=True).transform(LEFT - 500, TOP + 500)
    step = 1 / 3600
    lon, lat = np.meshgrid(west + (np.arange(120) + 0.5) * step, north - (np.arange(80) + 0.5) * step)
    x, y = Transformer.from_crs(4326, 32632, always_xy=True).transform(lon, lat)
    values = (100 + (x - LEFT) / 10 + 2 * (TOP - y) / 10).astype(np.float32)
    values[:, 60:] = -32767
    with rasterio.open(
        tmp_path / "dem.tif", "w", driver="GTiff", width=120, height=80, count=1, dtype="float32", crs="EPSG:4326",
        transform=Affine(step, 0, west, 0, -step, north), nodata=-32767,
    ) as file:  # fmt: skip
        file.write(values, 1)
    relief = read_relief(None, Place(elevation_band(tmp_path / "dem.tif")), AREA, GRID, pytest.fail)
    assert np.isfinite(relief.heights[:, :3]).all()
    np.testing.assert_allclose(relief.heights[:, :3], expected()[:, :3], atol=4)
    assert "elevation of somewhere" in relief.words


def test_a_cells_height_does_not_depend_on_the_grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    write_tif(tmp_path / "dem.tif", rng.uniform(0, 900, (200, 200)).astype(np.float32), 9.7)
    bands = [elevation_band(tmp_path / "dem.tif")]
    whole = cell_heights(bands, Grid(32632, LEFT, TOP, 160, 160), None)
    part = cell_heights(bands, Grid(32632, LEFT + 480, TOP - 320, 96, 64), None)
    np.testing.assert_array_equal(part, whole[2:6, 3:9])
    monkeypatch.setattr("eofusion_engine.elevation._CELLS_AT_ONCE", 3)
    np.testing.assert_array_equal(cell_heights(bands, Grid(32632, LEFT, TOP, 160, 160), None), whole)


def test_of_several_rasters_the_first_that_knows_gives_the_height_and_gaps_are_named(tmp_path: Path) -> None:
    write_tif(tmp_path / "west.tif", np.full((48, 32), 200.0, np.float32), 10.0)
    write_tif(tmp_path / "all.tif", np.full((32, 64), 300.0, np.float32), 10.0)
    bands = [elevation_band(tmp_path / name) for name in ("west.tif", "all.tif")]
    relief = read_relief(None, Place(*bands), AREA, GRID, pytest.fail)
    np.testing.assert_allclose(relief.heights[:2], [[200, 200, 300, 300]] * 2)
    np.testing.assert_allclose(relief.heights[2, :2], 200)
    assert np.isnan(relief.heights[2, 2:]).all() and "83% of the area" in relief.words


def test_without_any_the_coarse_relief_is_named(tmp_path: Path) -> None:
    relief = read_relief(None, Place(), AREA, GRID, pytest.fail)
    assert np.isnan(relief.heights).all() and relief.words.startswith("a coarse relief") and relief.known == 0


@pytest.mark.parametrize("content", [b"", b"not a raster"])
def test_a_raster_that_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "dem.tif").write_bytes(content)
    with pytest.raises(RequestError, match=r"dem\.tif cannot be read over the area"):
        read_relief(tmp_path / "dem.tif", Place(), AREA, GRID, pytest.fail)


def test_a_raster_of_elsewhere_or_of_nonsense_is_refused(tmp_path: Path) -> None:
    write_tif(tmp_path / "far.tif", np.full((8, 8), 10.0, np.float32), 10.0, left=LEFT + 50_000)
    write_tif(tmp_path / "sea.tif", np.full((48, 64), -9999.0, np.float32), 10.0)
    for name in ("far.tif", "sea.tif"):
        with pytest.raises(RequestError, match="covers the area") as refused:
            read_relief(tmp_path / name, Place(), AREA, GRID, pytest.fail)
        assert name in refused.value.message


def test_a_source_whose_elevation_fails_is_a_warning(tmp_path: Path) -> None:
    told: list[str] = []
    relief = read_relief(None, Place(fails=True), AREA, GRID, told.append)
    assert np.isnan(relief.heights).all() and "coarse relief" in relief.words
    assert len(told) == 1 and "does not answer" in told[0]
    write_tif(tmp_path / "torn.tif", np.full((48, 64), 10.0, np.float32), 10.0)
    band = elevation_band(tmp_path / "torn.tif")
    (tmp_path / "torn.tif").unlink()
    large = Grid(32632, LEFT, TOP, 640, 640)
    assert np.isnan(read_relief(None, Place(band), AREA, large, told.append).heights).all()
    assert len(told) == 2 and "torn.tif" in told[1]


def test_real_heights_of_flanders_are_the_means_of_their_pixels(shared_data: Path) -> None:
    path = shared_data / "imagery" / "worldcereal_training" / "dem" / "dem_31UDS.tif"
    with rasterio.open(path) as file:
        assert file.bounds == (501360, 5629040, 502000, 5629680) and file.res == (20, 20)
        values = file.read(1)
    # The file begins half a cell beside the grid; three cells of 8 x 8 pixels fit in either way.
    heights = cell_heights([elevation_band(path)], Grid(32631, 501440.0, 5629600.0, 48, 48), None)
    means = values[4:28, 4:28].reshape(3, 8, 3, 8).mean(axis=(1, 3))
    assert np.ptp(means) > 0.5
    np.testing.assert_allclose(heights, means, atol=1e-4)


# --- temperature by cell -----------------------------------------------------------------------------------

DAYS = [date(2021, 5, 1) + timedelta(days=i) for i in range(20)]
EPOCHS = image_epochs(DAYS[0], DAYS[-1])


def generated(
    folder: Path, heights: np.ndarray, side: int, grid: Grid = GRID, row: int = 0, col: int = 0
) -> np.ndarray:
    """(D, h, w) mean temperature of cells that all look the same from above."""
    store, made = TileStore(folder, "key"), list(tiles(grid.height, grid.width, side))
    for tile in made:
        cells = tile.cells[2:]
        condition = np.full((len(EPOCHS), CELL_BANDS, *cells), 0.125, np.float32)
        store.save(f"{tile.name}_imagery", {"condition": condition})
    place = SimpleNamespace(
        generator=made_up_generator(), store=store, grid=grid, epochs=EPOCHS, days=DAYS, heights=heights,
        request=SimpleNamespace(seed=1, samples=4), on_device=nullcontext,
    )  # fmt: skip
    for job in temperature_jobs(made):
        make_temperature(place, job, Control())
    out = np.empty((len(DAYS), grid.height // 16, grid.width // 16), np.float32)
    for tile in made:
        r, c, h, w = tile.cells
        out[:, r : r + h, c : c + w] = store.load(f"{tile.name}_temperature")["mean"]
    return out


def test_each_cell_has_its_own_height_and_neighbours_share_a_series(tmp_path: Path) -> None:
    heights = np.linspace(310, 480, 12).reshape(3, 4).astype(np.float32)
    found = generated(tmp_path, heights, 64)
    # All within one step of the model: they differ by the lapse rate alone, to the metre.
    np.testing.assert_allclose(
        found - found[:, :1, :1], (heights - heights[0, 0]) * LAPSE_K_PER_M + 0 * found, atol=1e-4
    )
    heights[2, 3] = np.nan
    unknown = generated(tmp_path / "gap", heights, 64)
    np.testing.assert_array_equal(unknown[:, :2], found[:, :2])
    assert np.isfinite(unknown).all()


def test_a_step_of_the_model_makes_no_jump_of_other_weather(tmp_path: Path) -> None:
    heights = np.tile(np.array([299.0, 301.0, 499.0, 501.0], np.float32), (3, 1))
    found = generated(tmp_path, heights, 64)
    level = found - heights * LAPSE_K_PER_M
    assert np.abs(np.diff(level, axis=2)).mean() < 0.15


def test_tiles_and_a_smaller_area_give_the_same_series(tmp_path: Path) -> None:
    heights = np.random.default_rng(1).uniform(0, 1500, (3, 4)).astype(np.float32)
    whole = generated(tmp_path / "whole", heights, 64)
    np.testing.assert_array_equal(generated(tmp_path / "tiled", heights, 16), whole)
    part = generated(tmp_path / "part", heights[1:, 1:3], 64, Grid(32632, LEFT + 160, TOP - 160, 32, 32))
    np.testing.assert_array_equal(part, whole[:, 1:, 1:3])


def test_a_run_says_where_its_heights_come_from(shared_data: Path, tmp_path: Path) -> None:
    training = shared_data / "imagery" / "worldcereal_training"
    fields: dict[str, Any] = {
        "source": str(training / "0000280849BAC91C"), "start": "2019-06-20", "end": "2019-06-30", "seed": 1,
        "products": ["temperature"], "elevation": str(training / "dem" / "dem_31UES.tif"), "samples": 4,
    }  # fmt: skip
    run(parse_request({**fields, "out": str(tmp_path / "run")}), Quiet())
    info = json.loads((tmp_path / "run" / "run.json").read_text())
    assert info["elevation"] == "the raster dem_31UES.tif"
    assert any("each 160 m cell" in note and "dem_31UES" in note for note in info["notes"])
    assert info["resampling"]["backscatter"] == "bilinear in linear power"
    (tmp_path / "bad.tif").write_text("no raster")
    with pytest.raises(RequestError, match=r"bad\.tif"):
        run(parse_request({**fields, "elevation": str(tmp_path / "bad.tif"), "out": str(tmp_path / "other")}), Quiet())
    assert not list((tmp_path / "other").rglob("*.npz"))

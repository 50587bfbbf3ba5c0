"""Tiles to products: dates are read alone, threads change no byte, a fault in one raster ends all."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import rasterio
from eofusion_engine.cube import Grid
from eofusion_engine.errors import Cancelled, OutputError
from eofusion_engine.events import Quiet
from eofusion_engine.inference.assemble import Assembler, Part
from eofusion_engine.inference.tiles import Tile, tiles
from eofusion_engine.products import embeddings, gpp, quality
from eofusion_engine.products.cog import CogWriter
from eofusion_engine.products.provenance import Provenance
from eofusion_engine.runfolder import RunFolder
from eofusion_engine.tilestore import TileStore
from run_example import example_request

SIDE, DATES = 320, tuple(date(2021, 5, 1) + timedelta(days=10 * i) for i in range(4))
PROVENANCE = Provenance("k", {}, ())


def unit(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return values / np.linalg.norm(values, axis=-3, keepdims=True)


def test_store_gives_one_date_without_the_others(tmp_path: Path) -> None:
    store = TileStore(tmp_path, "k")
    big = np.arange(4 * 8 * 256 * 256, dtype=np.uint8).reshape(4, 8, 256, 256)
    store.save("t", {"big": big, "small": np.eye(3)})
    loaded = store.require("t")
    assert sorted(loaded) == ["big", "small"]
    np.testing.assert_array_equal(loaded["big"], big)
    with store.reading("t") as file:
        assert file.names() == {"big", "small"}
        np.testing.assert_array_equal(file.at("big", 2), big[2])
        np.testing.assert_array_equal(file.at("small", 1), np.eye(3)[1])
        with pytest.raises(KeyError):
            file["other"]
    # A flipped byte in one date is found by who reads that date, and by who reads all.
    path = store.path("t")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with store.reading("t") as file:
        np.testing.assert_array_equal(file.at("big", 0), big[0])
    with pytest.raises(OutputError, match="damaged or removed"), store.reading("t") as file:
        for index in range(4):
            file.at("big", index)
    assert not path.exists()
    with pytest.raises(OutputError, match="damaged or removed"), store.reading("t"):
        pass


def test_error_of_the_reader_leaves_a_sound_tile_alone(tmp_path: Path) -> None:
    """What goes wrong while a tile is open need not be the tile's fault."""
    store = TileStore(tmp_path, "k")
    store.save("t", {"a": np.zeros(3)})
    with pytest.raises(ValueError, match="mine"), store.reading("t"):
        raise ValueError("mine")
    assert store.load("t") is not None


def run_with_tiles(folder: Path, threads: int, listener: Any = None) -> tuple[RunFolder, Assembler, list[Tile]]:
    run = RunFolder.create(example_request(folder))
    run.use_key("k")
    run.tiles = TileStore(folder / "tiles", "k")
    grid = Grid(32632, 600000.0, 5700000.0, SIDE, SIDE)
    made = list(tiles(SIDE, SIDE, 160))
    for index, tile in enumerate(made):
        shape = (tile.height, tile.width)
        arrays = {
            "embedding": np.stack([embeddings.quantise(unit(9 * index + i, (64, *shape))) for i in range(len(DATES))]),
            "quality": np.full((3, *shape), index, np.int16),
        }
        run.tiles.save(f"{tile.name}_imagery", arrays)
    plan: Any = SimpleNamespace(grid=grid, request=SimpleNamespace(threads=threads))
    return run, Assembler(run, plan, made, PROVENANCE, listener or Quiet()), made


def parts() -> list[Part]:
    pca = embeddings.fit_pca(unit(1, (64, 40, 40)).reshape(64, -1).T)
    found = [Part(quality.spec(DATES[0], DATES[-1]), "imagery", lambda tile: tile["quality"], "quality")]
    for i, day in enumerate(DATES):
        spec, seen = embeddings.spec(day), embeddings.preview_spec(day)
        found.append(
            Part(seen, "imagery", lambda tile, i=i: embeddings.preview(tile.at("embedding", i), pca), f"embedding {i}")
        )
        found.append(Part(spec, "imagery", lambda tile, i=i: tile.at("embedding", i), f"embedding {i}"))
    return found


def test_threads_change_no_byte_and_no_order(tmp_path: Path) -> None:
    written = []
    for threads in (1, 3):
        run, assembler, made = run_with_tiles(tmp_path / str(threads), threads)
        with run:
            assembler.write(parts(), "Maps")
            order = [product["path"] for product in run.products]
            assert order == [part.spec.path for part in parts()]
            written.append({path: (run.path / path).read_bytes() for path in order})
            with rasterio.open(run.path / embeddings.spec(DATES[2]).path) as file:
                tile = made[1]
                got = file.read(window=((tile.row, tile.row + tile.height), (tile.col, tile.col + tile.width)))
            np.testing.assert_array_equal(got, run.tiles.require(f"{tile.name}_imagery")["embedding"][2])
            assert not list(run.path.rglob("*.part*"))
    assert written[0] == written[1]


def test_one_raster_that_fails_ends_the_others_and_is_told(tmp_path: Path) -> None:
    run, assembler, made = run_with_tiles(tmp_path / "run", 2)
    with run:
        run.tiles.path(f"{made[-1].name}_imagery").unlink()
        with pytest.raises(OutputError, match="damaged or removed"):
            assembler.write(parts(), "Maps")
        assert not list(run.path.rglob("*.part*"))
        assert not list((run.path / "products").rglob("*.tif"))


def test_cancel_while_products_are_written(tmp_path: Path) -> None:
    class Stopping(Quiet):
        def cancelled(self) -> bool:
            return True

    run, assembler, _ = run_with_tiles(tmp_path / "run", 2, Stopping())
    with run:
        with pytest.raises(Cancelled):
            assembler.write(parts(), "Maps")
        assert run.products == []
        assert not list(run.path.rglob("*.part*"))


def test_overviews_are_means_of_the_full_picture(tmp_path: Path) -> None:
    """Also beside gaps, where a mean of means would weigh a lone pixel as much as four."""
    grid = Grid(32632, 600000.0, 5700000.0, 1024, 1024)
    rng = np.random.default_rng(0)
    values = rng.uniform(0, 10, (1, 1024, 1024)).astype(np.float32)
    values[:, rng.random((1024, 1024)) < 0.3] = np.nan
    spec = gpp.spec("p50", DATES[:1])
    with CogWriter(tmp_path, spec, grid, PROVENANCE) as writer:
        writer.write(values)
    for level, factor in enumerate((2, 4)):
        blocks = values[0].reshape(1024 // factor, factor, 1024 // factor, factor)
        with np.errstate(invalid="ignore"):
            known = np.isfinite(blocks).sum(axis=(1, 3))
            want = np.where(known > 0, np.nansum(blocks, axis=(1, 3)) / known, spec.nodata)
        with rasterio.open(tmp_path / spec.path, overview_level=level) as file:
            np.testing.assert_allclose(file.read(1), want, rtol=1e-5)


def test_preview_is_to_rgb_of_what_is_stored() -> None:
    stored = embeddings.quantise(unit(4, (64, 50, 60)))
    stored[:, 3:5] = embeddings.NODATA
    pca = embeddings.fit_pca(unit(5, (64, 40, 40)).reshape(64, -1).T)
    fast = embeddings.preview(stored, pca).astype(int)
    slow = embeddings.to_rgb(embeddings.dequantise(stored), pca).astype(int)
    assert (fast[:, 3:5] == 0).all()
    assert np.abs(fast - slow).max() <= 1
    assert (fast != slow).mean() < 0.03
    np.testing.assert_array_equal(embeddings.preview(stored[:, 7:20, 11:30], pca), fast[:, 7:20, 11:30])

"""Decoded pieces that memory has no room for: given back as they were, bounded on disk, never in the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.cube import CubeReader, Grid
from eofusion_engine.inference.tiles import HALO, tiles
from eofusion_engine.sources import open_source
from eofusion_engine.sources.spill import Spill
from eofusion_engine.sources.store import ReadCache
from scene_files import LEFT, TOP, write_s1, write_s2


def piece(number: int, rows: int = 10) -> np.ndarray:
    return np.full((rows, 10), number, np.uint16) + np.arange(10, dtype=np.uint16)


def test_what_left_memory_is_not_loaded_again(tmp_path: Path) -> None:
    """A scan over more than memory holds, again and again: a cache without a spill would load everything each time."""
    cache = ReadCache(limit_bytes=3 * piece(0).nbytes, spill=Spill(tmp_path))
    for _ in range(3):
        for number in range(8):
            got = cache.array(number, lambda number=number: piece(number))
            assert (got == piece(number)).all()
            assert not got.flags.writeable
    assert cache.loads == 8
    cache.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ring_gives_back_what_was_written_or_nothing(tmp_path: Path, seed: int) -> None:
    """Pieces of many sizes through a ring that holds few of them: an overwritten one must never be given back."""
    rng = np.random.default_rng(seed)
    spill = Spill(tmp_path, limit_bytes=2000)
    latest: dict[int, np.ndarray] = {}
    found = 0
    for number in range(400):
        latest[number] = piece(number, int(rng.integers(1, 40)))
        spill.put(number, latest[number])
        assert (spill.get(number) == latest[number]).all()
        for other in rng.integers(0, number + 1, 5):
            got = spill.get(int(other))
            found += got is not None and other != number
            assert got is None or (got == latest[int(other)]).all()
    assert found > 20, "the ring keeps nothing"
    spill.put("too large", np.zeros(3000, np.uint8))
    assert spill.get("too large") is None
    spill.close()


def test_folder_that_takes_nothing_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    cache = ReadCache(limit_bytes=1, spill=Spill(blocked / "below"))
    for _ in range(2):
        for number in range(3):
            assert (cache.array(number, lambda number=number: piece(number)) == piece(number)).all()
    assert cache.loads == 6


def test_disk_that_fills_up_gets_its_room_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spill = Spill(tmp_path, limit_bytes=10_000)
    spill.put(1, piece(1))
    assert spill.get(1) is not None

    class Full:
        closed = False

        def seek(self, offset: int) -> int:
            return offset

        def write(self, data: memoryview) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            self.closed = True

    full = Full()
    monkeypatch.setattr(spill, "_file", full)
    spill.put(2, piece(2))
    assert full.closed
    assert spill.get(1) is None
    assert spill.get(2) is None
    spill.put(3, piece(3))
    assert spill.get(3) is None


def test_shapes_and_types_come_back(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    arrays = [np.array(5.5), np.zeros((3, 0)), np.eye(3, dtype=bool), np.asfortranarray(np.arange(6.0).reshape(2, 3))]
    for number, array in enumerate(arrays):
        spill.put(number, array)
    for number, array in enumerate(arrays):
        got = spill.get(number)
        if array.size:
            np.testing.assert_array_equal(got, array)
            assert got is not None and got.dtype == array.dtype
        else:
            assert got is None
    spill.close()
    assert spill.get(0) is None


def test_each_block_is_decoded_once_whatever_memory_allows(tmp_path: Path) -> None:
    """Tiles that cross the files' blocks, in two threads, with memory for hardly anything: values and loads stay."""
    write_s2(tmp_path / "s2", size=640)
    write_s1(tmp_path / "s1", np.random.default_rng(0).uniform(-20, -5, (2, 640, 640)))
    source = open_source(str(tmp_path))
    found = source.scenes(source.extent(), date(2021, 1, 1), date(2021, 12, 31))
    grid = Grid(32632, LEFT, TOP, 640, 640)
    jobs = [(t.row - HALO, t.col - HALO, t.height + 2 * HALO, t.width + 2 * HALO) for t in tiles(640, 640, 160)]
    results, loads = [], []
    for limit in (1 << 30, 1 << 20):
        with CubeReader(found, grid, cache_bytes=limit) as cube, ThreadPoolExecutor(2) as pool:
            results.append([window.s2 for window in pool.map(lambda job, cube=cube: cube.read(*job), jobs)])
            loads.append(cube._cache.loads)
    for first, second in zip(*results, strict=True):
        np.testing.assert_array_equal(first, second)
    assert loads[0] == loads[1]

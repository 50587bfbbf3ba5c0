"""The training set of simulated pixel-years: made again byte for byte, gone on with, read back whole."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.bands import SCL_UNCLEAR
from eofusion_engine.errors import OutputError, RequestError
from eofusion_engine.training import shards
from eofusion_engine.training.shard_loader import Batch, ShardLoader
from eofusion_engine.training.shards import Recipe, differing, simulate_world, write_shards

RECIPE = Recipe(worlds=2, pixels=6, first_seed=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("shards")
    assert [name for name, _, _ in write_shards(out, 3, RECIPE)] == [f"shard-00000{i}.safetensors" for i in range(3)]
    return out


def everything(loader: ShardLoader) -> list[Batch]:
    return list(loader)


def test_the_index_tells_what_a_shard_is_made_of(folder: Path) -> None:
    index = json.loads((folder / "index.json").read_text())
    assert index["recipe"] == {"worlds": 2, "pixels": 6, "first_seed": 40}
    assert [e["first_seed"] for e in index["shards"]] == [40, 42, 44]
    assert [e["bytes"] for e in index["shards"]] == [(folder / e["name"]).stat().st_size for e in index["shards"]]


def test_a_shard_is_made_again_byte_for_byte(folder: Path) -> None:
    assert differing(folder, [0, 2]) == []


def test_a_changed_byte_is_found(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "shard-000001.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    assert differing(tmp_path, range(3)) == ["shard-000001.safetensors"]


def test_a_stopped_writer_goes_on_and_keeps_what_is_finished(folder: Path, tmp_path: Path) -> None:
    writer = write_shards(tmp_path, 3, RECIPE)
    next(writer)
    writer.close()  # stopped behind the first shard
    (tmp_path / "shard-000001.safetensors").write_bytes(b"half a shard")  # as a crash of the disk may leave it
    before = (tmp_path / "shard-000000.safetensors").stat().st_mtime_ns
    assert [name for name, _, _ in write_shards(tmp_path, 3, RECIPE)] == [
        "shard-000001.safetensors",
        "shard-000002.safetensors",
    ]
    assert (tmp_path / "shard-000000.safetensors").stat().st_mtime_ns == before
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    assert list(write_shards(tmp_path, 3, RECIPE)) == []


def test_two_processes_make_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert len(list(write_shards(tmp_path, 3, RECIPE, jobs=2))) == 3
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_another_recipe_or_simulator_does_not_mix_in(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutputError, match="made otherwise"):
        list(write_shards(folder, 3, Recipe(worlds=2, pixels=7, first_seed=40)))
    monkeypatch.setattr(shards, "simulator_version", lambda: "another")
    with pytest.raises(OutputError, match="made otherwise"):
        list(write_shards(folder, 4, RECIPE))
    with pytest.raises(RequestError):
        Recipe(worlds=0)


def test_values_come_back_as_they_were_simulated(folder: Path) -> None:
    batches = everything(ShardLoader(folder, batch=5, mix=2))
    assert sum(len(b.cover) for b in batches) == len(ShardLoader(folder)) == 36
    world = simulate_world(43, 6)
    dates = np.array([d.toordinal() for d in world.s2_dates])
    found = 0
    for batch in batches:
        for i in np.flatnonzero(batch.seed == 43):
            near = [j for j in range(6) if np.abs(batch.lai[i] - world.lai[j]).max() < 6e-4]
            pixel = next(j for j in near if np.abs(batch.s2_truth[i, : len(dates)] - world.s2_truth[j]).max() < 6e-5)
            found += 1
            np.testing.assert_array_equal(batch.s2_days[i, : len(dates)], dates)
            assert (batch.s2_days[i, len(dates) :] == 0).all() and not batch.clear[i, len(dates) :].any()
            assert np.isnan(batch.s2[i, len(dates) :]).all()
            np.testing.assert_allclose(batch.s2[i, : len(dates)], world.s2[pixel], atol=6e-5)
            np.testing.assert_array_equal(batch.clear[i, : len(dates)], ~np.isin(world.scl[pixel], SCL_UNCLEAR))
            np.testing.assert_allclose(batch.s1[i, : len(world.s1_dates)], world.s1[pixel], atol=6e-3)
            np.testing.assert_allclose(batch.gpp[i], world.gpp[pixel], atol=6e-4)
            np.testing.assert_allclose(batch.tair[i], world.tair_degc, atol=6e-3)
            np.testing.assert_allclose(batch.ssrd[i], world.ssrd_w_m2, atol=2e-2)
            assert (batch.cover[i], batch.kind[i]) == (world.cover[pixel], world.kind[pixel])
            assert (batch.lat[i], batch.lon[i]) == (world.lat, world.lon)
            assert batch.first_day[i] == world.dates[0].toordinal()
    assert found == 6


def test_every_pixel_comes_once_in_another_order_each_epoch(folder: Path) -> None:
    def keys(loader: ShardLoader) -> list[tuple[int, bytes]]:
        return [(int(s), lai.tobytes()) for b in loader for s, lai in zip(b.seed, b.lai, strict=True)]

    loader = ShardLoader(folder, batch=4, mix=3)
    first, second, again = keys(loader), keys(loader), keys(ShardLoader(folder, batch=4, mix=3))
    assert first == again and first != second and sorted(first) == sorted(second)
    assert len({seed for seed, _ in first[:8]}) > 2  # mixed across worlds, not world after world
    shares = [keys(ShardLoader(folder, mix=1, worker=i, workers=2)) for i in range(2)]
    assert sorted(shares[0] + shares[1]) == sorted(first) and shares[0] and shares[1]


def test_what_is_missing_or_damaged_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no training set"):
        ShardLoader(tmp_path)
    (tmp_path / "index.json").write_bytes((folder / "index.json").read_bytes())
    with pytest.raises(OutputError, match=r"shard-00000\d\.safetensors is missing or damaged"):
        everything(ShardLoader(tmp_path))
    (tmp_path / "index.json").write_text("{")
    with pytest.raises(OutputError, match="damaged"):
        ShardLoader(tmp_path)


def test_reading_is_quick(tmp_path: Path) -> None:
    """The floor of 2,000 pixel-years a second and core, on a set that is large enough to time."""
    import time

    list(write_shards(tmp_path, 1, Recipe(worlds=2, pixels=1000)))
    began = time.process_time()
    read = sum(len(b.cover) for b in ShardLoader(tmp_path))
    assert read / (time.process_time() - began) > 2000

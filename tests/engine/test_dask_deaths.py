"""Workers in processes of their own: killed, poisoned by a tile, and behind TLS."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dask_place import Ear, product_sums, strip_request, write_strip
from eofusion_engine.errors import SchedulerError
from eofusion_engine.inference.executors import dask_party
from eofusion_engine.inference.runner import run
from eofusion_engine.inference.tiles import TILE_PIXELS
from eofusion_engine.request import parse_request
from eofusion_engine.sources.credentials import SECRETS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
TILES = 3
SECOND, THIRD = (f"r000000_c{number * TILE_PIXELS:06d}" for number in (1, 2))


@pytest.fixture(scope="module")
def strip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_strip(tmp_path_factory.mktemp("strip") / "scenes", TILES, ("2021-05-01",))


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deaths")


@pytest.fixture(scope="module")
def address(deaths: Path) -> Iterator[str]:
    """Two worker processes; Dask gives a task up that ended one: the second try, alone, is ours."""
    import dask
    from distributed import LocalCluster

    preload = str(Path(__file__).with_name("dask_deaths.py"))
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", preload=[preload],
            env={"EOFUSION_TEST_DEATHS": str(deaths), "OMP_NUM_THREADS": "1"}, silence_logs=50,
        ) as made,
    ):  # fmt: skip
        yield str(made.scheduler_address)


def fields(strip: Path, out: Path, **more: Any) -> dict[str, Any]:
    return strip_request(strip, out, TILES, products=["reflectance"], **more)


def test_a_killed_worker_costs_no_tile_and_a_poisoned_tile_is_named(
    strip: Path, deaths: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_party, "FIRST_WORKER_S", 90.0)  # dead workers are slow to come back on a busy machine
    run(parse_request(fields(strip, tmp_path / "local")), Ear())
    (deaths / f"{SECOND}-1").touch()
    run(parse_request(fields(strip, tmp_path / "killed", scheduler=address)), Ear())
    assert (deaths / f"{SECOND}-0").exists()  # it did die
    wanted = product_sums(tmp_path / "local")
    assert len(wanted) > 3 and product_sums(tmp_path / "killed") == wanted

    (deaths / f"{THIRD}-99").touch()
    # With credentials a worker waits until it was told them: those that came in place of the dead were.
    SECRETS.put("authcfg:abc1234", json.dumps({"username": "me", "password": "planted"}))
    poisoned = fields(strip, tmp_path / "poisoned", scheduler=address, authcfg="abc1234")
    with pytest.raises(SchedulerError, match=f"The tile {THIRD} ended every worker that tried to make it") as told:
        run(parse_request(poisoned), Ear())
    assert told.value.code == "scheduler-tile" and "All others are done" in told.value.hint
    tiles = sorted((tmp_path / "poisoned" / "tiles").glob("*_imagery.npz"))
    assert len(tiles) == TILES - 1 and not any(THIRD in path.name for path in tiles)
    kept = {path: path.stat().st_mtime_ns for path in tiles}
    for flag in deaths.iterdir():
        flag.unlink()
    run(parse_request(poisoned), Ear())
    assert {path: path.stat().st_mtime_ns for path in tiles} == kept
    assert product_sums(tmp_path / "poisoned") == wanted
    SECRETS.put("authcfg:abc1234", "")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_tls_with_dasks_own_settings(strip: Path, tmp_path: Path) -> None:
    import dask
    from distributed import LocalCluster
    from distributed.security import Security

    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*make, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    settings = {"distributed.comm.tls.ca-file": str(certificate)}
    for role in ("client", "scheduler", "worker"):
        settings |= {
            f"distributed.comm.tls.{role}.cert": str(certificate),
            f"distributed.comm.tls.{role}.key": str(key),
        }
    with dask.config.set(settings):
        security = Security(require_encryption=True)
        cluster = LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, protocol="tls", host="127.0.0.1",
            dashboard_address="127.0.0.1:0", security=security, silence_logs=50,
        )  # fmt: skip
    with cluster:
        address = str(cluster.scheduler_address)
        assert address.startswith("tls://127.0.0.1:")
        request = fields(strip, tmp_path / "run", scheduler=address)
        with pytest.raises(SchedulerError, match=f"TLS connection to {address} could not be made: the certificates"):
            run(parse_request(request), Ear())
        with dask.config.set(settings):
            run(parse_request(request), Ear())
    assert len(product_sums(tmp_path / "run")) > 3

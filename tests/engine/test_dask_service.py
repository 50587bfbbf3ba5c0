"""A run on a cluster whose scenes come from a service: each worker searches and reads it for itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dask_place import Ear, product_sums
from eofusion_engine.inference.runner import run
from eofusion_engine.request import parse_request
from loopback.faults import Fault
from loopback.place import Place
from loopback.services import Service
from shapely.geometry import mapping

#: A scene one of whose bands is gone.
GONE = "S2A_MSIL2A_20220418T101031_R022_T32UQU_N0400"


@pytest.fixture(autouse=True)
def _no_pauses(waits: list[float]) -> None:
    """Nothing waits between two tries."""


def test_workers_read_a_service_and_what_they_read_is_counted(
    service: Service, own_cache: Path, loopback_place: Place, tmp_path: Path
) -> None:
    from distributed import LocalCluster

    service.faults.always[f"/files/{GONE}/B11.tif"] = Fault(status=404)
    fields: dict[str, Any] = {
        "source": service.url, "area": mapping(loopback_place.area), "start": "2022-04-01", "end": "2022-05-15",
        "products": ["reflectance"], "threads": 1, "device": "cpu", "cache_gb": 0,
    }  # fmt: skip
    run(parse_request(fields | {"out": str(tmp_path / "local")}), Ear())
    with LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", host="127.0.0.1",
        dashboard_address="127.0.0.1:0", silence_logs=50,
    ) as cluster:  # fmt: skip
        heard = Ear()
        out = tmp_path / "run"
        run(parse_request(fields | {"out": str(out), "scheduler": str(cluster.scheduler_address)}), heard)
    sums = product_sums(out)
    assert len(sums) > 3 and sums == product_sums(tmp_path / "local")
    assert len([text for text in heard.warnings if GONE in text and "B11" in text]) == 1
    info, here = (json.loads((folder / "run.json").read_text()) for folder in (out, tmp_path / "local"))
    # Planning reads in the driver, tiles in the worker: together no less than one process reads.
    assert info["reading"]["bytes"] >= here["reading"]["bytes"] > 0
    used = {a.id for a in loopback_place.current() if a.time.date() <= date(2022, 5, 15)}
    assert {scene["id"] for scene in info["scenes"]} == used
    assert all(scene["bytes"] > 1000 for scene in info["scenes"])

"""The main job over the service: whole runs, with faults, without a network after the first, killed and taken up."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from eofusion_engine.cli import main
from eofusion_engine.errors import SourceError
from eofusion_engine.events import Quiet
from eofusion_engine.inference.runner import run
from eofusion_engine.request import parse_request
from loopback.faults import Fault
from loopback.place import Place
from loopback.services import Service
from shapely.geometry import mapping

SEASON = {"start": "2022-04-01", "end": "2022-05-15"}
GONE = "S2A_MSIL2A_20220418T101031_R022_T32UQU_N0400"


class Heard(Quiet):
    """Remembers the warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warning(self, message: str) -> None:
        self.warnings.append(message)


@pytest.fixture(autouse=True)
def _no_pauses(waits: list[float]) -> None:
    """Nothing waits between two tries."""


def make(source: str, place: Place, out: Path, **fields: Any) -> tuple[dict[str, Any], list[str], dict[str, str]]:
    """run.json, warnings, and the products' checksums of a run of reflectance and embeddings with one thread."""
    heard = Heard()
    request = {
        "source": source, "area": mapping(place.area), **SEASON, "products": ["reflectance"], "threads": 1,
        "out": str(out), **fields,
    }  # fmt: skip
    run(parse_request(request), heard)
    info = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert info["state"] == "done" and info["products"]
    sums = {p["path"]: hashlib.sha256((out / p["path"]).read_bytes()).hexdigest() for p in info["products"]}
    return info, heard.warnings, sums


def unexpected(warnings: list[str]) -> list[str]:
    """Warnings but for what planning always notes of this place: it has a scene in two processings."""
    return [text for text in warnings if "older processings" not in text]


def pixels(out: Path, info: dict[str, Any]) -> dict[str, Any]:
    """The products' values: files of two sources differ in what they say of their origin."""
    import rasterio

    found = {}
    for product in info["products"]:
        with rasterio.open(out / product["path"]) as dataset:
            found[product["path"]] = hashlib.sha256(dataset.read().tobytes()).hexdigest()
    return found


def test_a_run_over_a_failing_service_makes_what_the_folder_makes(
    service: Service, own_cache: Path, loopback_place: Place, cog_folder: Path, tmp_path: Path
) -> None:
    service.faults.rate = 0.2
    info, warnings, _ = make(service.url, loopback_place, tmp_path / "stac")
    assert sum(bool(fault.kind) for _, fault in service.requests) > 10
    assert not unexpected(warnings)
    folder_info, _, _ = make(str(cog_folder), loopback_place, tmp_path / "folder")
    assert pixels(tmp_path / "stac", info) == pixels(tmp_path / "folder", folder_info)
    assert info["source"]["kind"] == "stac"
    used = {a.id for a in loopback_place.current() if a.time.date() <= date(2022, 5, 15)}
    assert {scene["id"] for scene in info["scenes"]} == used
    for scene in info["scenes"]:
        assert scene["bytes"] > 1000 and scene["seconds"] > 0, scene


def test_one_asset_gone_for_good_the_run_completes_and_names_the_scene(
    service: Service, own_cache: Path, loopback_place: Place, tmp_path: Path
) -> None:
    service.faults.always[f"/files/{GONE}/B11.tif"] = Fault(status=404)
    info, warnings, _ = make(service.url, loopback_place, tmp_path / "run")
    assert any(GONE in warning and "B11" in warning for warning in warnings)
    # Who opens the run next year is told, too.
    assert any(GONE in note and "B11" in note for note in info["notes"])


def test_without_a_network_after_the_first_run(
    serve: Callable[[Place], Service], own_cache: Path, loopback_place: Place, tmp_path: Path
) -> None:
    service = serve(loopback_place.until(date(2022, 4, 30)))
    fields = {"products": ["reflectance", "temperature"], "samples": 4}
    first, _, sums = make(service.url, loopback_place, tmp_path / "first", **fields)
    assert service.url in first["elevation"] and "coarse" not in first["elevation"]
    service.stop()
    second, _, again = make(service.url, loopback_place, tmp_path / "second", **fields)
    assert again == sums
    assert any("cannot be reached" in note and "earlier run" in note for note in second["notes"])
    # Another period was never asked for: nothing is made up.
    other = {"start": "2022-06-01", "end": "2022-06-30"}
    with pytest.raises(Exception, match="cannot be reached"):
        make(service.url, loopback_place, tmp_path / "third", **other)


def test_killed_and_taken_up(
    serve: Callable[[Place], Service], own_cache: Path, loopback_place: Place, tmp_path: Path
) -> None:
    """SIGKILL after the first tile: the next run reads only what is missing and gives the same bytes."""
    place = loopback_place.until(date(2022, 4, 30))
    service = serve(place)
    area = tmp_path / "area.geojson"
    area.write_text(json.dumps(mapping(place.area)), encoding="utf-8")
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "eofusion_engine.cli", "run", "--source", service.url, "--area", str(area)]
    command += ["--start", SEASON["start"], "--end", SEASON["end"], "--products", "reflectance", "--threads", "1"]
    process = subprocess.Popen(
        [*command, "--out", str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and not finished_tiles(out):
        time.sleep(0.005)
    assert process.poll() is None and finished_tiles(out)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    done = finished_tiles(out)
    assert done and json.loads((out / "run.json").read_text())["state"] == "running"
    kept = {path: path.stat().st_mtime_ns for path in done}
    before = service.bytes_sent
    _, warnings, sums = make(service.url, place, out)
    assert not unexpected(warnings) and {path: path.stat().st_mtime_ns for path in kept} == kept
    after_kill = service.bytes_sent - before
    _, _, fresh = make(service.url, place, tmp_path / "fresh")
    assert fresh == sums
    assert after_kill < 0.5 * before  # what the killed run had read lies whole in the cache
    assert not list(out.rglob("*.part"))


def finished_tiles(out: Path) -> list[Path]:
    return [path for path in (out / "tiles").rglob("*") if path.is_file() and ".part" not in path.name]


def test_the_command_line_plans_over_the_service(
    service: Service, own_cache: Path, loopback_place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    area = tmp_path / "area.geojson"
    area.write_text(json.dumps(mapping(loopback_place.area)), encoding="utf-8")
    arguments = ["plan", "--source", service.url, "--start", SEASON["start"], "--end", SEASON["end"]]
    assert main([*arguments, "--area", str(area), "--out", str(tmp_path / "run")]) == 0
    said = capsys.readouterr().out
    assert "6 Sentinel-2 and 4 Sentinel-1 scenes" in said and "2022-05-08" in said
    assert main([*arguments, "--out", str(tmp_path / "run")]) == 1
    assert "needs an area" in capsys.readouterr().err


def test_a_network_that_goes_away_ends_the_run_which_then_goes_on(
    service: Service, own_cache: Path, loopback_place: Place, tmp_path: Path
) -> None:
    class Unplug(Heard):
        def progress(self, stage: str, done: int, total: int, text: str) -> None:
            if stage == "plan" and done == total:
                service.faults.always["/files/*"] = Fault(cut=True)

    request = parse_request(
        {
            "source": service.url, "area": mapping(loopback_place.area), **SEASON, "products": ["reflectance"],
            "out": str(tmp_path / "run"), "threads": 1,
        }
    )  # fmt: skip
    with pytest.raises(SourceError, match="cannot be reached any more") as caught:
        run(request, Unplug())
    assert "finished tiles" in caught.value.hint
    assert json.loads((tmp_path / "run" / "run.json").read_text())["state"] == "failed"
    assert not list((tmp_path / "run" / "products").iterdir())
    service.faults.clear()
    _, _, sums = make(service.url, loopback_place, tmp_path / "run")
    _, _, undisturbed = make(service.url, loopback_place, tmp_path / "other")
    assert sums == undisturbed

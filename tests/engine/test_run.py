"""The main job on real input: every product, its georeference, its dates and values; resume, cancel, faults."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from conftest import ROOT
from eofusion_engine.cli import main
from eofusion_engine.cube import CubeReader, Grid
from eofusion_engine.errors import Cancelled
from eofusion_engine.events import Quiet
from eofusion_engine.inference.encode import encode_window
from eofusion_engine.inference.runner import run
from eofusion_engine.inference.tiles import HALO
from eofusion_engine.model.stack import FusionStack
from eofusion_engine.products import embeddings
from eofusion_engine.request import parse_request
from eofusion_engine.sources import open_source
from rio_cogeo import cog_validate

PLACE = "imagery/worldcereal_training/0000280849BAC91C"
SEASON = {"start": "2019-05-01", "end": "2019-07-15"}


@pytest.fixture(scope="module")
def flanders(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of all products on the Flemish place that no training saw."""
    out = tmp_path_factory.mktemp("flanders") / "run"
    arguments = ["run", "--source", str(shared_data / PLACE), "--start", SEASON["start"], "--end", SEASON["end"]]
    assert main([*arguments, "--out", str(out), "--seed", "3"]) == 0
    return out


def products(folder: Path, kind: str) -> list[dict[str, Any]]:
    info = json.loads((folder / "run.json").read_text())
    assert info["state"] == "done"
    return [p for p in info["products"] if p["kind"] == kind]


def test_every_product_is_a_valid_cog_with_its_facts(flanders: Path) -> None:
    info = json.loads((flanders / "run.json").read_text())
    kinds = {p["kind"] for p in info["products"]}
    pictures = {"embeddings", "embedding_preview", "reflectance", "quality", "ndvi_observed", "backscatter"}
    assert kinds == pictures | {"gpp", "gpp_sum", "gpp_quality", "temperature", "temperature_monthly"}
    listed = {p["path"] for p in info["products"]}
    assert listed == {f.relative_to(flanders).as_posix() for f in (flanders / "products").rglob("*.*")}
    for product in info["products"]:
        path = flanders / product["path"]
        valid, errors, _ = cog_validate(path, strict=True, quiet=True)
        assert valid, (product["path"], errors)
        with rasterio.open(path) as dataset:
            assert dataset.crs.to_epsg() == 32631
            step = 160 if product["kind"].startswith("temperature") else 10
            assert dataset.res == (step, step)
            # The file's upper left corner is (574680, 5622440); the grid holds it, on whole token cells.
            assert dataset.bounds.left <= 574680 and dataset.bounds.top >= 5622440
            assert dataset.bounds.left % 160 == 0 and dataset.bounds.top % 160 == 0
            assert dataset.nodata == product["nodata"]
            assert list(dataset.descriptions) == product["bands"]
            assert set(dataset.units) == {product["unit"]}
            assert dataset.tags()["TIFFTAG_SOFTWARE"].startswith("EO Fusion")
            assert "Copernicus Sentinel data 2019" in dataset.tags()["EOFUSION_ATTRIBUTION"]
            dates = product["dates"] if len(product["dates"]) == dataset.count else product["dates"] * dataset.count
            assert [dataset.tags(i)["DATE"] for i in dataset.indexes] == dates
    assert (flanders / "report.html").stat().st_size > 10_000


def test_values_are_in_range_and_nodata_lies_outside_the_imagery(flanders: Path) -> None:
    days = (date.fromisoformat(SEASON["end"]) - date.fromisoformat(SEASON["start"])).days + 1
    gpp = {p["statistic"]: read(flanders, p) for p in products(flanders, "gpp")}
    assert (gpp["p10"] <= gpp["p50"] + 1e-5)[np.isfinite(gpp["p50"])].all()
    assert (gpp["p50"] <= gpp["p90"] + 1e-5)[np.isfinite(gpp["p50"])].all()
    inside = np.isfinite(gpp["p50"])
    assert 0.5 < inside.mean() < 1  # 64 x 64 pixels in a grid of whole token cells
    assert gpp["p50"][inside].min() >= 0 and 1 < gpp["p50"][inside].mean() < 20
    temperature = {p["statistic"]: read(flanders, p) for p in products(flanders, "temperature")}
    assert temperature["mean"].shape[0] == days
    known = np.isfinite(temperature["mean"])
    assert known.all()
    assert (temperature["p10"] < temperature["p90"]).all()
    assert 8 < temperature["mean"].mean() < 24  # Flanders from May to July: about 15 degC
    for product in products(flanders, "reflectance"):
        bands = read(flanders, product)
        assert bands.shape[0] == 11
        seen = bands[:10][:, np.isfinite(bands[0])]
        assert seen.min() > -0.05 and seen.max() < 1.5 and 0.05 < np.median(seen) < 0.5
    total = read(flanders, products(flanders, "gpp_sum")[0])
    assert 50 < np.nanmean(total[1]) < 20 * days and (total[0] <= total[2])[np.isfinite(total[0])].all()


def read(folder: Path, product: dict[str, Any]) -> np.ndarray:
    with rasterio.open(folder / product["path"]) as dataset:
        values = dataset.read(masked=True).astype(np.float64)
        scaled = values * np.array(dataset.scales)[:, None, None] + np.array(dataset.offsets)[:, None, None]
        return np.asarray(scaled.filled(np.nan))


def test_dates_are_the_clear_ones(flanders: Path, shared_data: Path) -> None:
    source = open_source(str(shared_data / PLACE))
    start, end = (date.fromisoformat(SEASON[k]) for k in ("start", "end"))
    scenes = source.scenes(source.extent(), start, end)
    reader = CubeReader(scenes, Grid.for_area(source.extent(), scenes[0].crs), 20.0, warn=pytest.fail)
    clear = [d.isoformat() for d, share in sorted(reader.coverage(source.extent()).items()) if share >= 0.2]
    assert clear == [p["dates"][0] for p in products(flanders, "embeddings")]
    assert len(clear) >= 5


def test_a_pixel_of_real_data_is_the_same_alone_in_a_batch_and_across_a_seam(shared_data: Path) -> None:
    source = open_source(str(shared_data / PLACE))
    start, end = (date.fromisoformat(SEASON[k]) for k in ("start", "end"))
    scenes = source.scenes(source.extent(), start, end)
    grid = Grid.for_area(source.extent(), scenes[0].crs)
    reader = CubeReader(scenes, grid, 20.0, warn=pytest.fail)
    asked = sorted(reader.coverage(source.extent()))[:4]
    stack = FusionStack.from_weights()

    def embed(row: int, col: int, height: int, width: int) -> np.ndarray:
        window = reader.read(row - HALO, col - HALO, height + 2 * HALO, width + 2 * HALO)
        return encode_window(stack, window, HALO, asked).embedding

    whole = embed(20, 20, 32, 32)
    assert np.isfinite(whole).mean() > 0.5
    left, right = embed(20, 20, 32, 16), embed(20, 36, 32, 16)
    np.testing.assert_allclose(np.concatenate((left, right), axis=-1), whole, atol=1e-5)
    np.testing.assert_allclose(embed(31, 36, 1, 1)[..., 0, 0], whole[..., 11, 16], atol=1e-5)


def test_stored_embeddings_keep_their_direction(flanders: Path) -> None:
    with rasterio.open(flanders / products(flanders, "embeddings")[0]["path"]) as dataset:
        values = embeddings.dequantise(dataset.read())
    norm = np.sqrt((values**2).sum(axis=0))
    assert np.isfinite(norm).any()
    np.testing.assert_allclose(norm[np.isfinite(norm)], 1, atol=0.03)


def test_the_same_request_gives_the_same_bytes(flanders: Path, shared_data: Path, tmp_path: Path) -> None:
    fields = {"source": str(shared_data / PLACE), **SEASON, "seed": 3, "out": str(tmp_path / "again"), "threads": 1}
    run(parse_request(fields), Quiet())
    for product in json.loads((flanders / "run.json").read_text())["products"]:
        assert (tmp_path / "again" / product["path"]).read_bytes() == (flanders / product["path"]).read_bytes(), (
            product["path"]
        )


class StopAfter(Quiet):
    """Cancels when a stage has made so many steps."""

    def __init__(self, stage: str, steps: int) -> None:
        self._stage, self._steps, self._stop = stage, steps, False

    def progress(self, stage: str, done: int, total: int, text: str) -> None:
        self._stop |= stage == self._stage and done >= self._steps

    def cancelled(self) -> bool:
        return self._stop


def test_a_cancelled_run_goes_on_where_it_stopped(sample: str, tmp_path: Path) -> None:
    fields = {"source": sample, "start": "2021-06-01", "end": "2021-06-30", "products": ["reflectance"]}
    request = parse_request({**fields, "out": str(tmp_path / "run")})
    with pytest.raises(Cancelled):
        run(request, StopAfter("encode", 1))
    assert json.loads((tmp_path / "run" / "run.json").read_text())["state"] == "cancelled"
    assert not list((tmp_path / "run" / "products").rglob("*.tif"))
    made = {f.name: f.stat().st_mtime_ns for f in (tmp_path / "run" / "tiles").glob("*.npz")}
    assert made
    result = run(request, Quiet())
    again = {f.name: f.stat().st_mtime_ns for f in (tmp_path / "run" / "tiles").glob("*.npz")}
    assert len(result["products"]) > 1 and len(again) > len(made)
    assert {name: again[name] for name in made} == made  # finished tiles were not made again


def test_a_killed_worker_leaves_nothing_half_written(sample: str, tmp_path: Path) -> None:
    """SIGKILL while products are being written: what stands under a final name is whole."""
    out = tmp_path / "run"
    command = [sys.executable, "-m", "eofusion_engine.cli", "run", "--source", sample, "--start", "2021-05-01"]
    command += ["--end", "2021-06-30", "--products", "embeddings,reflectance", "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < deadline and not list(out.glob("products/**/*.part")):
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    for path in (out / "products").rglob("*.tif"):
        with rasterio.open(path) as dataset:
            dataset.read()
    request = {"source": sample, "start": "2021-05-01", "end": "2021-06-30", "products": ["embeddings", "reflectance"]}
    result = run(parse_request({**request, "out": str(out)}), Quiet())
    assert not list(out.rglob("*.part"))
    assert all((out / p["path"]).is_file() for p in result["products"])


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--source", "nowhere", "--start", "2021-04-01", "--end", "2021-05-01"], 1, "nowhere"),
        (["--source", "nowhere"], 2, "start: it is missing"),
        (["--source", "sample", "--area", "100,10,100.1,10.1"], 1, "outside the source's imagery"),
        (["--source", "sample", "--start", "2021-09-30", "--end", "2021-04-01"], 2, "before the start"),
        (["--source", "sample", "--products", "gold"], 2, "products"),
        (["--source", "sample", "--scheduler", "tcp://x:1"], 2, "without TLS"),
        (["--source", "sample", "--weather", "missing.csv"], 2, "missing.csv"),
        (["--source", "sample", "--device", "cuda:7"], 1, "GPU"),
        (["--source", "sample", "--start", "2019-01-01", "--end", "2019-02-01"], 1, "2021"),
    ],
)
def test_bad_input_gets_one_sentence_and_a_status(
    arguments: list[str], status: int, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], sample: str
) -> None:
    assert main(["run", *arguments, "--out", str(tmp_path / "run")]) == status
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("eofusion: ") and sentence in said
    assert "Traceback" not in said


def test_plan_as_json(sample: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--source", "sample", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert abs(plan["km2"] - 3.69) < 0.05 and plan["dates"] == plan["clear_dates"] and plan["seconds"] > 0


def test_doctor_runs_the_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["checks"] == dict.fromkeys(("libraries", "weights", "model", "projection"), "ok")
    assert found["devices"][0]["id"] == "cpu"
    assert str(ROOT) not in found["engine"]

"""Runs and requests as an earlier version left them open as they are, or are refused with a sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
from eofusion_engine.errors import OutputError, RequestError
from eofusion_engine.inspect_point import series_at
from eofusion_engine.request import parse_request
from eofusion_engine.runfolder import FORMAT, RunFolder

from eofusion_plugin.errors import PluginError
from eofusion_plugin.run_folder import read_run

STORED = Path(__file__).resolve().parents[1] / "data" / "runs"


@pytest.mark.parametrize("folder", sorted(STORED.iterdir()), ids=lambda f: f.name)
def test_a_stored_run_opens(folder: Path) -> None:
    run = RunFolder.open(folder)
    assert run.info["format"] <= FORMAT and run.state == "done" and (run.grid.width, run.grid.height) == (32, 32)
    kinds = {product["kind"] for product in run.products}
    assert kinds >= {"embeddings", "embedding_preview", "reflectance", "gpp", "gpp_sum", "temperature", "quality"}
    for product in run.products:
        with rasterio.open(folder / product["path"]) as dataset:
            assert list(dataset.descriptions) == product["bands"] and dataset.read().size
    shown = read_run(folder)
    assert len(shown.products) == len(run.products) and shown.find("gpp", "p50") is not None


@pytest.mark.parametrize("folder", sorted(STORED.iterdir()), ids=lambda f: f.name)
def test_its_values_are_those_that_were_written(folder: Path) -> None:
    run = RunFolder.open(folder)
    x, y = run.grid.transform.c + 85, run.grid.transform.f - 45  # the middle of row 4, column 8
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(run.grid.crs, 4326, always_xy=True).transform(x, y)
    series = series_at(folder, lon, lat)
    # GPP's value tells its pixel: row / 100 + column / 10000 + band.
    by_date = {entry["date"]: entry for entry in series["gpp"]}
    assert by_date["2021-05-01"]["p50"] == pytest.approx(4 / 100 + 8 / 10000 + 2, abs=0.002)
    assert by_date["2021-06-10"]["p90"] == pytest.approx(4 / 100 + 8 / 10000 + 7, abs=0.002)
    assert series["temperature"][0]["date"] == "2021-05-01" and len(series["temperature"]) == 45
    assert series["temperature"][10]["mean"] == pytest.approx(10 - 5, abs=0.02)
    assert np.linalg.norm(series["embedding"][0]["values"]) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("folder", sorted(STORED.iterdir()), ids=lambda f: f.name)
def test_its_request_can_be_run_again(folder: Path, tmp_path: Path) -> None:
    stored = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    request = parse_request({**stored, "out": str(tmp_path / "run")})
    assert request.seed == 3 and request.version == 1
    copy = Path(shutil.copytree(folder, tmp_path / "again"))
    with RunFolder.create(request, copy) as run:
        assert run.resumed


def test_a_request_with_the_fields_of_the_first_version_only(tmp_path: Path) -> None:
    """What came later has a default that does what the first version did."""
    first = {"version": 1, "source": "sample", "start": "2021-05-01", "end": "2021-06-01", "out": "run", "seed": 3}
    assert parse_request(first).dates == "clear" and parse_request(first).orbit == "both"


@pytest.mark.parametrize("number", [0, FORMAT + 1, "1", None])
def test_another_format_is_refused_with_a_sentence(number: object, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(STORED / f"format-{FORMAT}", tmp_path / "run"))
    info = json.loads((folder / "run.json").read_text(encoding="utf-8")) | {"format": number}
    (folder / "run.json").write_text(json.dumps(info), encoding="utf-8")
    with pytest.raises(OutputError, match="this version of EO Fusion knows format") as caught:
        RunFolder.open(folder)
    assert caught.value.code == "run-format" and "Update" in caught.value.hint
    with pytest.raises(PluginError, match="knows format"):
        read_run(folder)


def test_a_request_of_a_later_version_is_refused_with_a_sentence() -> None:
    with pytest.raises(RequestError, match="has version 2; this engine understands version 1") as caught:
        parse_request({"version": 2, "start": "2021-05-01", "end": "2021-06-01", "out": "run"})
    assert caught.value.code == "request-version" and caught.value.hint

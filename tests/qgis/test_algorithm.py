"""``eofusion:run`` in Processing, from a test and from ``qgis_process``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)

from eofusion_plugin.gui import context as context_module
from eofusion_plugin.processing.provider import EOFusionProvider

ROOT = Path(__file__).resolve().parents[2]
FAKE_WORKER = ROOT / "tests/plugin/fake_worker.py"


@pytest.fixture
def algorithm(monkeypatch: pytest.MonkeyPatch, qgis_processing):
    provider = EOFusionProvider()
    QgsApplication.processingRegistry().addProvider(provider)

    def make(mode: str = "ok", name: str = "run"):
        command = [sys.executable, "-I", str(FAKE_WORKER), mode]
        monkeypatch.setattr(context_module, "engine_command", lambda: command)
        return QgsApplication.processingRegistry().createAlgorithmById(f"eofusion:{name}")

    yield make
    QgsApplication.processingRegistry().removeProvider(provider)


def run(algorithm, feedback=None, **parameters):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return algorithm.run(parameters, context, feedback or QgsProcessingFeedback(), catchExceptions=False)


def request_of(folder: Path) -> dict:
    return json.loads((folder / "request.json").read_text())


def test_it_makes_a_run_and_names_its_rasters(algorithm, tmp_path: Path) -> None:
    feedback = QgsProcessingFeedback()
    out = tmp_path / "run"
    found, ok = run(
        algorithm(), feedback, OUTPUT=str(out), START="2021-05-01", END="2021-06-14", PRODUCTS=[2, 3], SEED=3
    )
    assert ok and Path(found["OUTPUT"]) == out
    for name in ("GPP", "GPP_SUM", "TEMPERATURE", "QUALITY"):
        assert Path(found[name]).is_file()
    request = request_of(out)
    assert (request["start"], request["end"], request["seed"]) == ("2021-05-01", "2021-06-14", 3)
    assert request["products"] == ["gpp", "temperature"] and request["source"] == "sample" and "area" not in request
    assert "left out" in feedback.textLog() and "No weather file" in feedback.textLog()


@pytest.mark.parametrize(
    ("name", "product", "stacks", "lists"),
    [
        ("gpp", "gpp", ("GPP", "GPP_P10", "GPP_P90", "GPP_SUM", "QUALITY"), ()),
        ("temperature", "temperature", ("TEMPERATURE", "TEMPERATURE_P10", "TEMPERATURE_MONTHLY", "QUALITY"), ()),
        ("embeddings", "embeddings", ("QUALITY",), ("EMBEDDINGS", "PREVIEWS")),
        ("reflectance", "reflectance", ("QUALITY",), ("REFLECTANCE",)),
    ],
)
def test_each_product_has_an_algorithm_of_its_own(
    algorithm, tmp_path: Path, name: str, product: str, stacks: tuple, lists: tuple
) -> None:
    made = algorithm(name=name)
    assert made.parameterDefinition("PRODUCTS") is None and made.shortHelpString()
    declared = {output.name() for output in made.outputDefinitions()}
    assert {*stacks, *lists, "OUTPUT"} <= declared
    found, ok = run(made, OUTPUT=str(tmp_path / "run"), START="2021-05-01", END="2021-06-14", THREADS=1)
    assert ok and request_of(tmp_path / "run")["products"] == [product] and request_of(tmp_path / "run")["threads"] == 1
    assert all(Path(found[output]).is_file() for output in stacks)
    assert all(isinstance(found[output], list) for output in lists)
    if name == "embeddings":
        assert len(found["PREVIEWS"]) == 2 and all(Path(path).is_file() for path in found["PREVIEWS"])


def test_an_extent_in_another_projection_becomes_degrees(algorithm, tmp_path: Path) -> None:
    run(
        algorithm(),
        OUTPUT=str(tmp_path / "run"),
        AREA="600000,602000,5658000,5660000 [EPSG:32632]",
        FOLDER=str(tmp_path),
    )
    request = request_of(tmp_path / "run")
    xs = [x for x, _ in request["area"]["coordinates"][0]]
    assert 10.42 < min(xs) < max(xs) < 10.47 and request["source"] == str(tmp_path)


def test_polygons_are_joined_to_one_area(algorithm, tmp_path: Path) -> None:
    layer = QgsVectorLayer("Polygon?crs=EPSG:32632", "fields", "memory")
    for left in (600_000, 601_000):
        feature = QgsFeature()
        ring = f"{left} 5658000, {left + 500} 5658000, {left + 500} 5658500, {left} 5658500, {left} 5658000"
        feature.setGeometry(QgsGeometry.fromWkt(f"Polygon (({ring}))"))
        layer.dataProvider().addFeature(feature)
    run(algorithm(), OUTPUT=str(tmp_path / "run"), POLYGONS=layer)
    area = request_of(tmp_path / "run")["area"]
    assert area["type"] == "MultiPolygon" and len(area["coordinates"]) == 2


def test_an_error_is_the_engines_sentence(algorithm, tmp_path: Path) -> None:
    with pytest.raises(QgsProcessingException, match=r"cloudy over this area\. Choose a longer period\."):
        run(algorithm("fails"), OUTPUT=str(tmp_path / "run"))


def test_a_killed_engine_is_an_error_not_a_crash(algorithm, tmp_path: Path) -> None:
    with pytest.raises(QgsProcessingException, match="stopped unexpectedly"):
        run(algorithm("dies"), OUTPUT=str(tmp_path / "run"))


def test_cancel_is_heard(algorithm, tmp_path: Path) -> None:
    feedback = QgsProcessingFeedback()
    feedback.progressChanged.connect(lambda percent: feedback.cancel() if percent > 9 else None)
    found, _ = run(algorithm("slow"), feedback, OUTPUT=str(tmp_path / "run"))
    assert "GPP" not in found and not (tmp_path / "run").exists()


def test_the_help_says_what_each_source_is(algorithm) -> None:
    made = algorithm()
    assert "simulated" in made.shortHelpString() and "not measured" in made.shortHelpString()
    names = {parameter.name() for parameter in made.parameterDefinitions()}
    assert names >= {
        "SOURCE",
        "FOLDER",
        "AREA",
        "START",
        "END",
        "PRODUCTS",
        "DATES",
        "AUTHCFG",
        "WEATHER",
        "DEVICE",
        "SEED",
        "OUTPUT",
    }


def test_every_option_of_the_dock_is_a_parameter(algorithm, tmp_path: Path) -> None:
    run(
        algorithm(),
        OUTPUT=str(tmp_path / "run"),
        SOURCE="earth-search",
        MAX_CLOUD=40,
        ORBIT=2,
        SKIP_S2="2021-05-01, 2021-05-11",
        SKIP_S1="2021-05-02",
        SCL_DROP="0 1 8 9",
        CLOUD_TEST=True,
        WEATHER_METHOD=1,
        CACHE_GB=2.5,
        FILE_PATTERN="{date}_{band}.tif",
    )
    request = request_of(tmp_path / "run")
    assert (request["source"], request["max_cloud"], request["orbit"]) == ("earth-search", 40.0, "descending")
    assert request["skip_s2_dates"] == ["2021-05-01", "2021-05-11"] and request["skip_s1_dates"] == ["2021-05-02"]
    assert request["scl_drop"] == ["0", "1", "8", "9"] and request["cloud_test"] is True
    assert (request["weather_method"], request["cache_gb"]) == ("interpolate", 2.5)
    assert request["file_pattern"] == "{date}_{band}.tif" and "authcfg" not in request


def test_scenes_are_found_as_a_table_with_an_estimate(algorithm) -> None:
    algorithm()
    finder = QgsApplication.processingRegistry().createAlgorithmById("eofusion:findscenes")
    context = QgsProcessingContext()
    feedback = QgsProcessingFeedback()
    values = {"OUTPUT": "memory:", "SKIP_S2": "2021-05-11", "START": "2021-05-01", "END": "2021-06-30"}
    found, ok = finder.run(values, context, feedback, catchExceptions=False)
    assert ok and (found["KM2"], found["SECONDS"], found["READ_MB"]) == (3.7, 40.0, 25.2)
    table = context.getMapLayer(found["OUTPUT"])
    rows = [dict(zip(table.fields().names(), feature.attributes())) for feature in table.getFeatures()]
    assert [row["date"] for row in rows if row["sensor"] == "S2"] == ["2021-05-01", "2021-05-11", "2021-06-10"]
    assert rows[0]["cloud_cover"] == 12.0 and rows[0]["clear_fraction"] == 0.93
    assert [row["skipped"] for row in rows] == [False, True, False, False, False, False]
    assert [row["orbit"] for row in rows if row["sensor"] == "S1"] == ["ascending", "descending", "descending"]


def test_credentials_reach_the_engine_and_nothing_else(algorithm, store_credentials) -> None:
    authcfg = store_credentials(username="access-key-1", password="very-secret-key")
    algorithm()
    finder = QgsApplication.processingRegistry().createAlgorithmById("eofusion:findscenes")
    feedback = QgsProcessingFeedback()
    values = {"OUTPUT": "memory:", "SOURCE": "cdse", "AUTHCFG": authcfg}
    _, ok = finder.run(values, QgsProcessingContext(), feedback, catchExceptions=False)
    assert ok and f"secrets: authcfg:{authcfg} password=15 username=12" in feedback.textLog()
    assert "very-secret-key" not in feedback.textLog() and "access-key-1" not in feedback.textLog()


def test_credentials_that_are_gone_stop_an_algorithm_with_a_sentence(algorithm, store_credentials, tmp_path) -> None:
    store_credentials(username="someone", password="something")
    feedback = QgsProcessingFeedback()
    _, ok = run(algorithm(), feedback, OUTPUT=str(tmp_path / "run"), SOURCE="cdse", AUTHCFG="gone123")
    assert not ok and "cannot be opened" in feedback.textLog() and not (tmp_path / "run").exists()


def test_it_runs_from_qgis_process(tmp_path: Path) -> None:
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        pytest.skip("qgis_process is not installed")
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "eofusion").symlink_to(ROOT, target_is_directory=True)
    # A "Python" that starts the stand-in whatever worker it is asked to run.
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{FAKE_WORKER}" ok\n')
    python.chmod(0o755)
    environment = {
        **os.environ,
        "QGIS_PLUGINPATH": str(plugins),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path / "profile"),
        "EOFUSION_PYTHON": str(python),
        "QT_QPA_PLATFORM": "offscreen",
    }

    def call(*words: str) -> str:
        done = subprocess.run(
            [program, *words], capture_output=True, text=True, check=False, env=environment, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    call("plugins", "enable", "eofusion")
    call("run", "eofusion:run", "--", f"OUTPUT={tmp_path / 'run'}", "START=2021-05-01", "END=2021-06-14", "SEED=9")
    assert request_of(tmp_path / "run")["seed"] == 9
    assert (tmp_path / "run/products/gpp/gpp_p50.tif").is_file()

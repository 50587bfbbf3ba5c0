"""The exploring tools in Processing, and the one table that they and the dock are made from, against the engine's."""

from __future__ import annotations

import json
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
    QgsProcessingParameterDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from eofusion_plugin.errors import PluginError
from eofusion_plugin.explore.asks import KINDS
from eofusion_plugin.explore.tools import find_tool, tools
from eofusion_plugin.gui import context as context_module
from eofusion_plugin.processing.provider import EOFusionProvider

ROOT = Path(__file__).resolve().parents[2]
FAKE_WORKER = ROOT / "tests/plugin/fake_worker.py"
ENGINE_PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
NAMES = [
    *("similar", "clusters", "pca", "classify", "apply", "change", "breaks"),
    *("counterfactual", "sensitivity", "compare", "tower", "budget", "cycle"),
]


@pytest.fixture
def algorithm(monkeypatch: pytest.MonkeyPatch, qgis_processing):
    provider = EOFusionProvider()
    QgsApplication.processingRegistry().addProvider(provider)

    def make(name: str, mode: str = "ok"):
        command = [sys.executable, "-I", str(FAKE_WORKER), mode]
        monkeypatch.setattr(context_module, "engine_command", lambda: command)
        return QgsApplication.processingRegistry().createAlgorithmById(f"eofusion:{name}")

    yield make
    QgsApplication.processingRegistry().removeProvider(provider)


def run(algorithm, feedback=None, **parameters):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return algorithm.run(parameters, context, feedback or QgsProcessingFeedback(), catchExceptions=False)


def sent(found: dict) -> dict:
    return json.loads(Path(found["ANSWER"]).read_text())["arguments"]


def layer_of(kind: str, *wkts: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{kind}?crs=EPSG:4326&field=class:string&field=height:double", "mine", "memory")
    for number, wkt in enumerate(wkts):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttributes([f"class {number}", number / 2])
        layer.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(layer)
    return layer


def test_there_is_one_algorithm_for_each_tool_with_help_and_typed_outputs(algorithm) -> None:
    assert [tool.name for tool in tools()] == NAMES
    for name in NAMES:
        made = algorithm(name)
        assert made.groupId() == "explore" and made.displayName() == find_tool(name).title
        assert find_tool(name).help in made.shortHelpString()
        assert made.parameterDefinitions()[0].name() == "RUN"
        assert [output.name() for output in made.outputDefinitions()] == [
            *("OUTPUT", "MAP", "MAPS", "FEATURES", "TABLE", "ANSWER")
        ]


def test_what_is_folded_away_in_the_dock_is_advanced_here(algorithm) -> None:
    made = algorithm("clusters")
    flags = {p.name(): p.flags() for p in made.parameterDefinitions()}
    advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    assert flags["DATES"] & advanced and flags["LOAD"] & advanced and not flags["CLUSTERS"] & advanced


def test_a_model_can_go_on_from_the_first_map(algorithm, run_folder: Path, tmp_path: Path) -> None:
    layer = layer_of("Point", "POINT(10.43 51.08)", "POINT(10.431 51.081)")
    out = tmp_path / "answer"
    found, ok = run(algorithm("similar"), RUN=str(run_folder), PICKS=layer, MATCHES=7, COMBINE=1, OUTPUT=str(out))
    assert ok and Path(found["OUTPUT"]) == out and QgsRasterLayer(found["MAP"]).isValid()
    assert len(found["MAPS"]) == 5 and QgsVectorLayer(found["FEATURES"]).featureCount() == 1
    assert Path(found["TABLE"]).name == "samples.csv"
    arguments = sent(found)
    assert arguments["matches"] == 7 and arguments["combine"] == "best" and arguments["out"] == str(out)
    assert [f["geometry"]["coordinates"] for f in arguments["picks"]["features"]] == [[10.43, 51.08], [10.431, 51.081]]


def test_without_a_folder_the_answer_is_kept_with_the_run(algorithm, run_folder: Path) -> None:
    feedback = QgsProcessingFeedback()
    found, ok = run(algorithm("clusters"), feedback, RUN=str(run_folder), DATES="2021-05-01, 2021-06-10")
    assert ok and Path(found["OUTPUT"]) == run_folder / "explore/clusters-1"
    assert sent(found) == {"run": str(run_folder), "dates": ["2021-05-01", "2021-06-10"]}
    assert "A sentence that must be read." in feedback.textLog() and "R2: 0.74" in feedback.textLog()


def test_samples_polygons_positions_and_rasters_arrive(algorithm, run_folder: Path) -> None:
    points = layer_of("Point", "POINT(10.43 51.08)", "POINT(10.431 51.081)")
    found, _ = run(algorithm("classify"), RUN=str(run_folder), SAMPLES=points, FIELD="height", TASK=2, MODEL=1)
    arguments = sent(found)
    assert [f["properties"] for f in arguments["samples"]["features"]] == [{"height": 0.0}, {"height": 0.5}]
    assert (arguments["field"], arguments["task"], arguments["model"]) == ("height", "number", "knn")

    area = layer_of("Polygon", "POLYGON((10.43 51, 10.44 51, 10.44 51.01, 10.43 51))")
    found, _ = run(
        algorithm("counterfactual"), RUN=str(run_folder), POLYGON=area, EDIT=2, AMOUNT=0.5, START="2021-05-01"
    )
    arguments = sent(found)
    assert arguments["polygon"]["type"] == "Polygon" and arguments["edit"] == "snow"
    assert (arguments["amount"], arguments["start"]) == (0.5, "2021-05-01") and "donor" not in arguments

    table = run_folder / "tower.csv"
    table.write_text("TIMESTAMP,GPP\n")
    found, _ = run(
        algorithm("tower"), RUN=str(run_folder), FILE=str(table), POSITION="1160000,6630000 [EPSG:3857]", RUNS="/a;/b"
    )
    arguments = sent(found)
    assert arguments["lon"] == pytest.approx(10.42, abs=0.01) and arguments["runs"] == [str(run_folder), "/a", "/b"]

    raster = QgsRasterLayer(str(run_folder / "products/quality/quality.tif"), "mine")
    QgsProject.instance().addMapLayer(raster)
    found, _ = run(algorithm("compare"), RUN=str(run_folder), WITH=1, RASTER=raster)
    assert sent(found)["raster"].endswith("quality.tif")


def test_what_is_missing_and_what_fails_is_said_in_a_sentence(algorithm, run_folder: Path) -> None:
    with pytest.raises(QgsProcessingException, match="Cover taken from is missing"):
        area = layer_of("Polygon", "POLYGON((10.43 51, 10.44 51, 10.44 51.01, 10.43 51))")
        run(algorithm("counterfactual"), RUN=str(run_folder), POLYGON=area, EDIT=0)
    with pytest.raises(QgsProcessingException, match=r"The picks lie outside\. Pick inside the run\."):
        run(algorithm("clusters", "fails"), RUN=str(run_folder))


def test_a_cancelled_one_gives_nothing(algorithm, run_folder: Path) -> None:
    feedback = QgsProcessingFeedback()
    feedback.progressChanged.connect(lambda percent: feedback.cancel() if percent > 0 else None)
    found, _ = run(algorithm("clusters", "slow"), feedback, RUN=str(run_folder))
    assert "MAP" not in found and not (run_folder / "explore").exists()


# -- the table -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_table_is_sound(name: str, qgis_app) -> None:
    tool = find_tool(name)
    asked = [ask.name for ask in tool.asks]
    assert len(asked) == len(set(asked)) and tool.title and tool.help.endswith(".")
    for ask in tool.asks:
        assert ask.kind in KINDS or ask.kind == "runs"
        if ask.when is not None:
            other = tool.ask(ask.when[0])
            assert set(ask.when[1]) <= {value for value, _ in other.options}, "the answer that it hangs on exists"
            assert asked.index(other.name) < asked.index(ask.name)
        if ask.kind == "choice":
            assert ask.default in [value for value, _ in ask.options]
        assert not ask.of or tool.ask(ask.of).kind == "run"


def test_what_must_be_answered_is_told_by_its_title(qgis_app) -> None:
    tool = find_tool("tower")
    with pytest.raises(PluginError, match="Tower file is missing"):
        tool.arguments("run", {})


@pytest.fixture(scope="module")
def engine_arguments() -> dict:
    """The fields of every tool's arguments as the engine declares them."""
    if not ENGINE_PYTHON.exists():
        pytest.skip("the engine's environment (.venv) is not there: make setup")
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); from eofusion_engine.explore.registry import TOOLS\n"
        "print(json.dumps({n: t.arguments().model_json_schema() for n, t in TOOLS.items()}))"
    )
    command = [str(ENGINE_PYTHON), "-c", code, str(ROOT / "engine")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_every_question_is_an_argument_of_the_engine_and_every_obligatory_one_is_asked(
    name: str, engine_arguments: dict, qgis_app
) -> None:
    tool, known = find_tool(name), engine_arguments[name]
    asked = {"runs" if tool.runs else "run"}
    for ask in tool.asks:
        if ask.name.startswith("_"):
            continue
        asked |= {"lon", "lat"} if ask.kind == "position" else {ask.name}
        asked |= {field.name for field in ask.fields}
        field = known["properties"].get(ask.name, {})
        if ask.kind == "choice":
            assert [value for value, _ in ask.options if value] == field["enum"], ask.name
        if ask.kind in ("whole", "real"):
            parts = [field, *field.get("anyOf", ())]
            low = next((part["minimum"] for part in parts if "minimum" in part), None)
            high = next((part["maximum"] for part in parts if "maximum" in part), None)
            lowest_sent = ask.minimum + (1 if ask.lowest and ask.kind == "whole" else 0)
            assert low is None or ask.lowest or lowest_sent >= low, ask.name
            assert high is None or ask.maximum <= high, ask.name
    assert asked <= set(known["properties"]), "no such argument"
    assert set(known.get("required", ())) <= asked, "an obligatory argument is not asked for"

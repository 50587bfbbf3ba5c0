"""Planted secrets are nowhere after a whole conversation; shipped code runs nothing that it did not bring."""

from __future__ import annotations

import ast
import base64
import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from loopback.faults import Fault
from loopback.place import Place, make_place
from loopback.services import Service
from loopback.writers import write_catalogue
from shapely.geometry import mapping

from eofusion_plugin.engine.client import EngineClient, worker_command

ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / "engine" / "worker_main.py"
USER, PASSWORD, SIGNATURE = "ada-planted-user", "planted-pass/word+1", "planted-signature-77"
SHIPPED = sorted([*ROOT.glob("engine/eofusion_engine/**/*.py"), *ROOT.glob("eofusion_plugin/**/*.py")])


@pytest.fixture
def place() -> Place:
    return make_place(width_m=300.0, height_m=200.0).until(date(2022, 4, 10))


@pytest.fixture
def service(place: Place, tmp_path: Path) -> Iterator[Service]:
    """A service whose every file has a signature in its address."""
    root = tmp_path / "stac"
    root.mkdir()
    with Service(root) as running:
        files = write_catalogue(place, root, running.files_url)
        text = files[-1].read_text(encoding="utf-8")
        files[-1].write_text(re.sub(r'(\.tif)"', rf'\1?sig={SIGNATURE}"', text), encoding="utf-8")
        yield running.start_api(files)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="the list of processes is read from /proc")
def test_planted_secrets_are_nowhere(
    service: Service, place: Place, own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    scene = next(a.id for a in place.current("S2"))
    service.faults.always[f"/files/{scene}/B12.tif*"] = Fault(status=403)  # a warning that names the address's file
    log: list[str] = []
    client = EngineClient(worker_command(sys.executable, WORKER), log.append)
    try:
        client.secret("authcfg:abc1234", json.dumps({"username": USER, "password": PASSWORD}))
        fields = {
            "source": service.url, "area": mapping(place.area), "start": "2022-04-01", "end": "2022-04-10",
            "products": ["reflectance"], "authcfg": "abc1234", "threads": 1, "out": str(tmp_path / "run"),
        }  # fmt: skip
        talk = client.request("run", request=fields)
        process = Path(f"/proc/{client.pid}")
        listed = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        messages = list(talk)
        assert messages[-1]["state"] == "ok", messages[-3:]
    finally:
        client.close()
    assert any(scene in json.dumps(message) for message in messages if message["type"] == "warning")
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    planted = [PASSWORD, pair, SIGNATURE, "planted-pass%2Fword%2B1"]
    places = {
        "messages": json.dumps(messages),
        "log": "\n".join(log),
        "process list": listed.decode("utf-8", "replace"),
    }
    for path in [*(tmp_path / "run").rglob("*"), *own_cache.rglob("*")]:
        if path.is_file():
            places[str(path)] = path.read_bytes().decode("latin-1")
    assert len(places) > 10
    found = [(where, secret) for where, text in places.items() for secret in planted if secret in text]
    assert found == []


def test_credentials_in_an_address_are_refused_before_a_folder_is_made(tmp_path: Path) -> None:
    from eofusion_engine.errors import EOFusionError
    from eofusion_engine.events import Quiet
    from eofusion_engine.inference.runner import run
    from eofusion_engine.request import parse_request

    source = "https://ada:planted-password@stac.example.org/v1"
    fields = {"source": source, "start": "2022-04-01", "end": "2022-04-10", "out": str(tmp_path / "run")}
    with pytest.raises(EOFusionError) as caught:
        run(parse_request(fields), Quiet())
    assert "planted-password" not in str(caught.value) and not (tmp_path / "run").exists()


def test_shipped_code_runs_nothing_that_it_did_not_bring() -> None:
    """No eval, no pickle, no shell: a project, a catalogue or a file can hand nothing to execute."""
    offences = []
    for path in SHIPPED:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        name = path.relative_to(ROOT).as_posix()
        offences += [f"{name}:{getattr(node, 'lineno', 0)} {why}" for node in nodes if (why := _offence(node))]
    assert len(SHIPPED) > 200 and offences == []


_IMPORTS = {"pickle", "shelve", "marshal", "dill", "joblib", "code", "runpy", "pty"}
_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load"}


def _offence(node: ast.AST) -> str:
    """What is wrong with a node; empty for nothing."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [str(node.module)]
        return " ".join(sorted({name.partition(".")[0] for name in names} & _IMPORTS))
    if not isinstance(node, ast.Call):
        return ""
    name = ast.unparse(node.func)
    constants = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
    given = {k.arg for k in node.keywords}
    if name in _CALLS or name.startswith(("os.exec", "os.spawn")) or "shell" in given:
        return name
    if name in ("torch.load", "torch.save"):
        return "a pickle: tensors are kept as safetensors"
    if "allow_pickle" in given and constants.get("allow_pickle") is not False:
        return "allow_pickle"
    return "TLS that is not checked" if constants.get("verify", True) is False else ""


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "eval(x)",
        "run(a, shell=True)",
        "torch.load(f)",
        "np.load(f, allow_pickle=True)",
        "get(u, verify=False)",
    ],
)
def test_the_search_above_finds_what_it_looks_for(line: str) -> None:
    assert any(_offence(node) for node in ast.walk(ast.parse(line)))

"""The worker's client: every conversation ends with ``done``, whatever the process does."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest
from plugin_helpers import ROOT, fake_command

from eofusion_plugin.engine.client import EngineClient, scrubbed_environment
from eofusion_plugin.engine.session import EngineSession
from eofusion_plugin.engine.stages import overall_percent
from eofusion_plugin.errors import PluginError

EXAMPLES = [json.loads(line) for line in (ROOT / "tests/data/protocol.jsonl").read_text().splitlines()]
RECORDER = """
import sys
with open(sys.argv[1], "w") as file:
    for line in sys.stdin:
        file.write(line)
        file.flush()
"""
PLAYER = """
import sys
for line in sys.stdin:
    for answer in open(sys.argv[1]):
        print(answer, end="", flush=True)
"""


def request(out: Path) -> dict:
    return {"source": "sample", "start": "2021-05-01", "end": "2021-06-14", "out": str(out)}


@pytest.fixture
def start(log: list[str]):
    clients = []

    def make(mode: str = "ok") -> EngineClient:
        clients.append(EngineClient(fake_command(mode), log.append))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
        assert not client.alive


def answers(conversation, seconds: float = 20.0) -> list[dict]:
    messages, end = [], time.monotonic() + seconds
    while not messages or messages[-1]["type"] != "done":
        assert time.monotonic() < end, f"no end after {messages[-3:]}"
        message = conversation.get(0.2)
        if message is not None:
            messages.append(message)
    return messages


def test_hello_is_answered(start) -> None:
    messages = answers(start().request("hello"))
    assert [m["type"] for m in messages] == ["ready", "done"]
    assert messages[0]["devices"][0]["id"] == "cpu"


def test_a_run_goes_from_progress_to_result(start, tmp_path: Path) -> None:
    messages = answers(start().request("run", request=request(tmp_path / "run")))
    kinds = [m["type"] for m in messages]
    assert kinds[0] == "progress" and kinds[-2:] == ["result", "done"] and "warning" in kinds
    percents = [overall_percent(m) for m in messages if m["type"] == "progress"]
    assert percents == sorted(percents) and 0 < percents[0] < percents[-1] <= 100
    assert all((tmp_path / "run" / p["path"]).is_file() for p in messages[-2]["result"]["products"])


def test_what_is_sent_is_what_the_protocol_file_says(tmp_path: Path) -> None:
    """Both sides are held to one file of example messages."""
    record = tmp_path / "sent.jsonl"
    client = EngineClient([sys.executable, "-I", "-c", RECORDER, str(record)])
    wanted = [e["message"] for e in EXAMPLES if e["to"] == "engine"]
    conversations = {}
    for message in wanted:
        fields = {k: v for k, v in message.items() if k not in ("v", "id", "type", "target")}
        if message["type"] == "cancel":
            client.cancel(conversations[message["target"]])
        elif message["type"] == "secret":
            client.secret(message["name"], message["value"])
        elif message["type"] == "shutdown":
            client.close()
        else:
            conversations[message["id"]] = client.request(message["type"], **fields)
    assert [json.loads(line) for line in record.read_text().splitlines()] == wanted


def test_every_example_answer_is_understood(tmp_path: Path) -> None:
    for example in (e["message"] for e in EXAMPLES if e["to"] == "qgis"):
        played = tmp_path / "answers.jsonl"
        lines = [{**example, "id": "1", "unknown": 1}, {"v": 1, "id": "1", "type": "done", "state": "ok"}]
        played.write_text("".join(json.dumps(line) + "\n" for line in lines))
        client = EngineClient([sys.executable, "-I", "-c", PLAYER, str(played)])
        messages = answers(client.request("run", request={}))
        client.close()
        assert messages[0] == lines[0]


def test_a_killed_engine_is_told_in_a_sentence_and_the_session_goes_on(tmp_path: Path, log: list[str]) -> None:
    modes = iter(["dies", "ok"])
    session = EngineSession(lambda: fake_command(next(modes)), log.append)
    client = session.client()
    messages = answers(client.request("run", request=request(tmp_path / "run")))
    error, done = messages[-2:]
    assert error["code"] == "engine-stopped"
    assert error["message"].startswith("The engine stopped unexpectedly (signal 9")
    assert "Segmentation fault" in error["details"] and done["state"] == "error"
    assert not client.alive
    assert session.hello()["engine"] == "0.0.1"
    assert session.client().pid != client.pid
    session.close()


def test_a_request_to_a_dead_engine_ends_too(start) -> None:
    client = start("broken")
    answers(client.request("hello"))
    assert answers(client.request("hello"))[-1]["state"] == "error"


def test_cancel_is_heard_and_the_engine_stays(start, tmp_path: Path) -> None:
    client = start("slow")
    conversation = client.request("run", request=request(tmp_path / "run"))
    assert conversation.get(5)["type"] == "progress"
    begun = time.monotonic()
    client.cancel(conversation)
    assert answers(conversation)[-1]["state"] == "cancelled"
    assert time.monotonic() - begun < 1.5
    assert client.alive and answers(client.request("hello"))[-1]["state"] == "ok"


def test_an_engine_deaf_to_cancel_is_ended(start, tmp_path: Path) -> None:
    client = start("deaf")
    conversation = client.request("run", request=request(tmp_path / "run"))
    conversation.get(5)
    begun = time.monotonic()
    client.cancel(conversation)
    messages = answers(conversation)
    assert messages[-1]["state"] == "cancelled" and not any(m["type"] == "error" for m in messages)
    assert 1.5 < time.monotonic() - begun < 6
    assert not client.alive


def test_prints_of_libraries_do_no_harm(start, log: list[str]) -> None:
    messages = answers(start("babbles").request("hello"))
    assert [m["type"] for m in messages] == ["ready", "done"]
    end = time.monotonic() + 5
    while "engine says hello" not in log and time.monotonic() < end:
        time.sleep(0.02)  # the log is read by a thread of its own
    assert "engine says hello" in log and any("a library prints this" in line for line in log)


def test_an_endless_line_ends_the_engine_not_qgis(start) -> None:
    messages = answers(start("floods").request("hello"))
    assert "too long" in messages[-2]["message"] and messages[-1]["state"] == "error"


def test_another_protocol_version_is_refused_plainly(start) -> None:
    messages = answers(start("future").request("hello"))
    assert "version 2 of the protocol" in messages[-2]["message"] and "Update" in messages[-2]["hint"]


def test_an_engine_that_cannot_load_says_why(log: list[str]) -> None:
    session = EngineSession(lambda: fake_command("broken"), log.append)
    with pytest.raises(PluginError, match=r"stopped unexpectedly \(exit code 3"):
        session.hello()
    assert any("No module named 'torch'" in line for line in log)


def test_a_missing_python_is_a_plain_error() -> None:
    with pytest.raises(PluginError, match="could not be started"):
        EngineClient(["/no/such/python", "-I", "worker.py"])


def test_what_belongs_to_qgis_is_not_passed_on(monkeypatch: pytest.MonkeyPatch, log: list[str]) -> None:
    for name in ("PYTHONHOME", "PROJ_DATA", "GDAL_DATA", "LD_LIBRARY_PATH", "PIP_TARGET"):
        monkeypatch.setenv(name, "/qgis")
    monkeypatch.setenv("DYLD_INSERT_LIBRARIES", "/qgis")
    monkeypatch.setenv("EOFUSION_CACHE", "/cache")
    script = "import os, sys; print(sorted(os.environ), file=sys.stderr)"
    client = EngineClient([sys.executable, "-I", "-c", script], log.append)
    answers(client.request("hello"))
    seen = " ".join(log)
    assert "EOFUSION_CACHE" in seen
    for name in ("PYTHONHOME", "PROJ_DATA", "GDAL_DATA", "LD_LIBRARY_PATH", "PIP_TARGET", "DYLD_INSERT_LIBRARIES"):
        assert f"'{name}'" not in seen
    assert scrubbed_environment({"proj_lib": "x", "HOME": "y"}) == {"HOME": "y"}


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a process by its number")
def test_nothing_runs_on_after_close(start) -> None:
    client = start("slow")
    answers(client.request("hello"))
    pid = client.pid
    client.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

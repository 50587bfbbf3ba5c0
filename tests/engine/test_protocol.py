"""Both sides of the protocol are held to one file of example messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from eofusion_engine.protocol import MAX_LINE, ProtocolError, decode, encode

EXAMPLES = [json.loads(line) for line in (ROOT / "tests/data/protocol.jsonl").read_text().splitlines()]


def test_every_example_for_the_engine_is_understood() -> None:
    requests = [example["message"] for example in EXAMPLES if example["to"] == "engine"]
    assert len(requests) >= 8
    for message in requests:
        assert decode(json.dumps(message)) == message


def test_every_example_for_qgis_is_what_we_write() -> None:
    for example in EXAMPLES:
        if example["to"] == "qgis":
            message = dict(example["message"])
            kind, key = message.pop("type"), message.pop("id")
            message.pop("v")
            assert json.loads(encode(kind, key, **message)) == example["message"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("not json", "not JSON"),
        ("[1]", "not an object"),
        ('{"v": 2, "id": "1", "type": "hello"}', "protocol version 2"),
        ('{"v": 1, "type": "hello"}', "no id"),
        ('{"v": 1, "id": "1", "type": "dance"}', "no message of type"),
        ('{"v": 1, "id": "1", "type": "run"}', "lacks request"),
        ("x" * (MAX_LINE + 1), "longer"),
    ],
)
def test_bad_lines_are_refused_with_a_sentence(line: str, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        decode(line)


def test_unknown_fields_are_ignored() -> None:
    assert decode('{"v": 1, "id": "1", "type": "hello", "extra": 1}')["type"] == "hello"


def test_the_worker_answers_as_qgis_starts_it(tmp_path: Path) -> None:
    """Isolated, from its own folder, with prints of libraries kept out of the protocol."""
    bad = {"source": "sample", "start": "2021-09-30", "end": "2021-04-01", "out": str(tmp_path)}
    good = {**bad, "start": "2021-04-01", "end": "2021-09-30"}
    lines = [
        encode("hello", "1"),
        "garbage",
        encode("check", "2", request=bad),
        encode("check", "3", request=good),
        encode("secret", "4", name="token", value="planted-secret"),
    ]
    process = subprocess.Popen(
        [sys.executable, "-I", str(ROOT / "engine" / "worker_main.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("\n".join(lines) + "\n")
    process.stdin.flush()
    answers: list[dict[str, object]] = []
    while not (answers and answers[-1]["type"] == "done" and answers[-1]["id"] == "3"):
        answers.append(json.loads(process.stdout.readline()))
    rest, errors = process.communicate(encode("shutdown", "5") + "\n", timeout=60)
    assert process.returncode == 0
    by_type = {(a["id"], a["type"]): a for a in answers}
    assert by_type["1", "ready"]["protocol"] == 1
    assert by_type["", "error"]["code"] == "protocol"
    assert "lies before the start" in str(by_type["2", "error"]["message"])
    assert by_type["2", "done"]["state"] == "error" and by_type["3", "done"]["state"] == "ok"
    assert "planted-secret" not in rest + errors + json.dumps(answers)

"""Runs on a Dask scheduler give what local threads give; what cannot work is told in a sentence."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dask_place import Ear, product_sums, strip_request, write_strip
from eofusion_engine.errors import Cancelled, EOFusionError, RequestError, SchedulerError
from eofusion_engine.inference.executors import dask_driver, dask_party, dask_worker
from eofusion_engine.inference.executors.dask_party import Party, connect
from eofusion_engine.inference.runner import run
from eofusion_engine.inference.stages import STAGES, StageOf
from eofusion_engine.inference.tiles import TILE_PIXELS
from eofusion_engine.redact import redact
from eofusion_engine.request import parse_request
from eofusion_engine.scheduler_address import checked_address, is_safe
from eofusion_engine.sources.credentials import SecretStore

TILES = 4
#: The second tile's name.
SECOND = f"r000000_c{TILE_PIXELS:06d}"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers of two threads, in this process but over TCP, so that tests can reach into them."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=2,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as made:
        yield made


@pytest.fixture(scope="module")
def address(cluster: Any) -> str:
    return str(cluster.scheduler_address)


@pytest.fixture(scope="module")
def strip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_strip(tmp_path_factory.mktemp("strip") / "scenes", TILES)


@pytest.fixture(scope="module")
def local(strip: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The products of the same run by local threads."""
    out = tmp_path_factory.mktemp("local") / "run"
    run(parse_request(strip_request(strip, out, TILES)), Ear())
    return product_sums(out)


# --- what it gives ------------------------------------------------------------------------------------------


def test_the_same_bytes_as_local_threads(strip: Path, local: dict[str, str], address: str, tmp_path: Path) -> None:
    heard = Ear()
    run(parse_request(strip_request(strip, tmp_path / "run", TILES, scheduler=address)), heard)
    assert len(local) > 15 and product_sums(tmp_path / "run") == local
    for stage in ("encode", "temperature", "gpp"):
        steps = [(done, total) for name, done, total in heard.steps if name == stage]
        assert steps[-1] == (TILES, TILES) and steps == sorted(steps)
    info = json.loads((tmp_path / "run" / "run.json").read_text())
    assert info["made_by"] == "2 workers of a Dask scheduler" and info["threads"] == 4 and info["device"] == "cpu"
    assert not (tmp_path / "run" / "cluster").exists()


def test_a_cancelled_run_stops_at_once_and_goes_on_where_it_was(
    strip: Path, local: dict[str, str], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, begun = STAGES["encode"].make, list[str]()

    def slow(place: Any, job: Any, control: Any) -> None:
        begun.append(job[0].name)
        if len(begun) > 1:  # all but the first tile take half a minute, unless they are told to stop
            until = time.monotonic() + 30
            while time.monotonic() < until and not control.stopped():
                time.sleep(0.05)
        encode(place, job, control)

    monkeypatch.setitem(STAGES, "encode", StageOf(slow))
    fields = strip_request(strip, tmp_path / "run", TILES, scheduler=address)
    started = time.monotonic()
    with pytest.raises(Cancelled):
        run(parse_request(fields), Ear(until=lambda stage, done: stage == "encode"))
    assert time.monotonic() - started < 15
    first = tmp_path / "run" / "tiles" / f"{begun[0]}_imagery.npz"
    made = first.stat().st_mtime_ns
    time.sleep(0.5)  # what was under way ends now, without writing
    assert len(list(first.parent.glob("*_imagery.npz"))) == 1
    monkeypatch.setitem(STAGES, "encode", StageOf(encode))
    run(parse_request(fields), Ear())
    assert first.stat().st_mtime_ns == made
    assert product_sums(tmp_path / "run") == local


def test_workers_warnings_are_heard_once(strip: Path, address: str, tmp_path: Path) -> None:
    import shutil

    scenes = tmp_path / "scenes"
    shutil.copytree(strip, scenes)
    broken = scenes / "s2_2021-05-11" / "B08.tif"
    broken.write_bytes(broken.read_bytes()[:2000])
    heard = Ear()
    run(
        parse_request(strip_request(scenes, tmp_path / "run", TILES, scheduler=address, products=["embeddings"])), heard
    )
    assert len([text for text in heard.warnings if "B08.tif" in text]) == 1


def test_few_jobs_are_with_the_scheduler_at_a_time(
    strip: Path, address: str, cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_driver, "_JOBS_A_THREAD", 0.5)  # 2 of 4 threads
    encode, most = STAGES["encode"].make, list[int]()

    def watched(place: Any, job: Any, control: Any) -> None:
        most.append(sum(str(key).startswith("encode-") for key in list(cluster.scheduler.tasks)))
        encode(place, job, control)

    monkeypatch.setitem(STAGES, "encode", StageOf(watched))
    fields = strip_request(strip, tmp_path / "run", TILES, scheduler=address, products=["embeddings"])
    run(parse_request(fields), Ear())
    assert len(most) == TILES and 1 <= max(most) <= 3  # the one that was just finished may still be known


# --- tiles that cannot be made ------------------------------------------------------------------------------


def test_a_tile_that_fails_is_named_and_the_others_are_kept(
    strip: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, tries = STAGES["encode"].make, list[str]()

    def fails(place: Any, job: Any, control: Any) -> None:
        if job[0].col == TILE_PIXELS:
            tries.append(job[0].name)
            raise ValueError("no such thing, token=abcdef123456")
        encode(place, job, control)

    monkeypatch.setitem(STAGES, "encode", StageOf(fails))
    fields = strip_request(strip, tmp_path / "run", TILES, scheduler=address)
    with pytest.raises(SchedulerError, match=f"The tile {SECOND} could not be made") as told:
        run(parse_request(fields), Ear())
    assert "no such thing" in told.value.message and "abcdef123456" not in str(told.value)
    assert tries == [SECOND] * 3
    assert len(list((tmp_path / "run" / "tiles").glob("*_imagery.npz"))) == TILES - 1


def test_an_error_with_a_sentence_ends_the_run_with_it(
    strip: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(place: Any, job: Any, control: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(STAGES, "encode", StageOf(full))
    with pytest.raises(EOFusionError, match="The disk is full"):
        run(parse_request(strip_request(strip, tmp_path / "run", TILES, scheduler=address)), Ear())


def test_a_run_without_a_scheduler_does_not_load_dask() -> None:
    code = "import sys, eofusion_engine.worker, eofusion_engine.cli, eofusion_engine.inference.runner; "
    code += "print([name for name in ('dask', 'distributed', 'tornado') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# --- whom it works with -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("local", None),
        ("", None),
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("tcp://localhost:8786/", "tcp://localhost:8786"),
        ("tcp://[::1]:8786", "tcp://[::1]:8786"),
        ("tls://cluster.example.org:8786", "tls://cluster.example.org:8786"),
    ],
)
def test_addresses(text: str, kept: str | None) -> None:
    assert checked_address(text) == kept


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tcp://10.0.0.5:8786", "without TLS"),
        ("tcp://localhost.example.org:8786", "without TLS"),
        ("tcp://0.0.0.0:8786", "without TLS"),
        ("127.0.0.1:8786", "no address"),
        ("tcp://127.0.0.1", "no address"),
        ("tcp://127.0.0.1:99999", "no address"),
        ("tls://user:word@host:8786", "no address"),
        ("http://127.0.0.1:8786", "no address"),
        ("tls://a b:1", "no address"),
    ],
)
def test_other_addresses_are_refused(text: str, sentence: str, tmp_path: Path) -> None:
    fields = {"start": "2021-05-01", "end": "2021-05-02", "out": str(tmp_path), "scheduler": text}
    with pytest.raises(RequestError, match=f"scheduler: .*{sentence}") as told:
        parse_request(fields)
    assert "word" not in str(told.value)


def test_nobody_there_is_told_within_seconds_and_leaves_no_folder(
    strip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_party, "CONNECT_S", 1.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.monotonic()
    with pytest.raises(SchedulerError, match=f"No Dask scheduler answers at tcp://127.0.0.1:{port}"):
        run(parse_request(strip_request(strip, tmp_path / "run", TILES, scheduler=f"tcp://127.0.0.1:{port}")), Ear())
    assert time.monotonic() - started < 8 and not (tmp_path / "run").exists()


def test_a_scheduler_without_workers_or_gpus(
    address: str, strip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SchedulerError, match="No worker of the Dask scheduler offers a GPU"):
        run(parse_request(strip_request(strip, tmp_path / "a", TILES, scheduler=address, device="cuda")), Ear())
    monkeypatch.setattr(dask_party, "FIRST_WORKER_S", 0.5)
    client = connect(address)
    try:
        monkeypatch.setattr(client, "scheduler_info", lambda: {"workers": {}})
        with pytest.raises(SchedulerError, match="has no worker"):
            Party(client, address)
        open_one = {"tcp://10.0.0.5:4444": {"nthreads": 1}}
        monkeypatch.setattr(client, "scheduler_info", lambda: {"workers": open_one})
        with pytest.raises(SchedulerError, match=r"tcp://10\.0\.0\.5:4444 talks over the network without TLS"):
            Party(client, address)
    finally:
        client.close()
    assert is_safe("tls://10.0.0.5:4444") and not is_safe("ucx://127.0.0.1:1") and not is_safe("tcp://host:1")


@pytest.mark.parametrize(("part", "sentence"), [("versions", "has torch 1.0"), ("weights", "has other weights")])
def test_a_worker_of_another_engine_is_refused(
    part: str, sentence: str, strip: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(weights: Path | None) -> dict[str, Any]:
        mine = about(weights)
        return mine | {"host": "node7", part: {**mine["versions"], "torch": "1.0"} if part == "versions" else "00"}

    about = dask_worker.about_this_process
    monkeypatch.setattr(dask_worker, "about_this_process", other)
    with pytest.raises(SchedulerError, match=f"worker on node7 {sentence}"):
        run(parse_request(strip_request(strip, tmp_path / "run", TILES, scheduler=address)), Ear())


def test_a_worker_that_does_not_see_the_run_folder_is_named(
    strip: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_party, "_STORAGE_S", 0.3)
    place, unseen = dask_worker.Path, tmp_path / "elsewhere"

    class OtherDisk:  # what the worker's disk has under the folder's path: nothing
        def __new__(cls, path: str) -> Any:
            return place(str(path).replace(str(tmp_path / "run"), str(unseen)))

    monkeypatch.setattr(dask_worker, "Path", OtherDisk)
    fields = strip_request(strip, tmp_path / "run", TILES, scheduler=address)
    with pytest.raises(SchedulerError, match=f"worker on {socket.gethostname()} cannot read and write the run folder"):
        run(parse_request(fields), Ear())
    # It reads, but what it writes arrives elsewhere.
    monkeypatch.setattr(dask_worker, "Path", place)
    write = Path.write_text
    monkeypatch.setattr(
        Path, "write_text", lambda path, *a, **k: 0 if path.name.startswith("seen-") else write(path, *a, **k)
    )
    with pytest.raises(SchedulerError, match="cannot read and write the run folder"):
        run(parse_request(fields), Ear())


# --- secrets ------------------------------------------------------------------------------------------------


def test_secrets_reach_the_workers_memory_and_nothing_else(
    strip: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mine, theirs = SecretStore(), SecretStore()
    monkeypatch.setattr(dask_party, "SECRETS", mine)
    monkeypatch.setattr(dask_worker, "SECRETS", theirs)
    mine.put("authcfg:abc1234", json.dumps({"username": "me", "password": "planted-secret-1"}))
    monkeypatch.setenv("EOFUSION_TEST_TOKEN", "planted-secret-2")
    mine.find(None, {"token": "EOFUSION_TEST_TOKEN"})  # as the catalogue's source asked
    monkeypatch.delenv("EOFUSION_TEST_TOKEN", raising=True)
    monkeypatch.setattr(mine, "_variable", lambda name: "planted-secret-2")
    encode, found, texts = STAGES["encode"].make, list[Any](), list[str]()

    def asks(place: Any, job: Any, control: Any) -> None:
        found.append((theirs.find("abc1234", {}), theirs.find(None, {"token": "EOFUSION_TEST_TOKEN"})))
        run_folder = place.store.folder.parent
        texts.extend(path.read_text(errors="replace") for path in run_folder.rglob("*") if path.is_file())
        encode(place, job, control)

    monkeypatch.setitem(STAGES, "encode", StageOf(asks))
    fields = strip_request(strip, tmp_path / "run", TILES, scheduler=address, authcfg="abc1234")
    with caplog.at_level(logging.DEBUG):
        run(parse_request(fields | {"products": ["embeddings"]}), Ear())
    assert {(a.password, b.token) for a, b in found} == {("planted-secret-1", "planted-secret-2")}
    assert theirs.find("abc1234", {}) is None and theirs.find(None, {"token": "EOFUSION_TEST_TOKEN"}) is None
    texts += [caplog.text] + [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert any('"secrets": true' in text for text in texts)  # the brief was among them
    assert not any("planted-secret" in text for text in texts)


def test_a_join_that_fails_logs_no_secret(address: str, caplog: pytest.LogCaptureFixture) -> None:
    """Dask writes a failed call's arguments to the worker's log."""
    client = connect(address)
    logging.getLogger("distributed").setLevel(logging.WARNING)
    try:
        with caplog.at_level(logging.DEBUG):
            sealed = dask_worker.Sealed({"authcfg:abc1234": "planted-secret-3"})
            answers = Party(client, address).ask(dask_worker.join, 1, "token", None, sealed, patience=20)
    finally:
        client.close()
    assert len(answers) == 2 and all(isinstance(answer, TypeError) for answer in answers.values())
    assert "Run Failed" in caplog.text and "Sealed(...)" in caplog.text and "planted-secret" not in caplog.text
    assert "planted-secret" not in redact(repr(sealed))

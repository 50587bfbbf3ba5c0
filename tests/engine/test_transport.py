"""Range requests: exact, patient with what passes, short with what does not, and counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from eofusion_engine.errors import SourceError
from eofusion_engine.sources.transport import DiskCache, FetchError, Transport
from eofusion_engine.sources.transport.patience import Patience
from eofusion_engine.sources.transport.remotefile import HEAD_BYTES, identity
from transport_server import Answer, FileServer, Request, file_server

CONTENT = np.random.default_rng(0).bytes(100_000)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def server() -> Iterator[FileServer]:
    with file_server() as running:
        running.put("/file", CONTENT)
        yield running


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def make(server: FileServer, waits: list[float]) -> Callable[..., Transport]:
    def transport(**options: Any) -> Transport:
        return Transport(**{"cache": None, "trusted_hosts": {server.host}, "sleep": waits.append, **options})

    return transport


def failing(times: int, answer: Answer) -> Callable[[Request, int], Answer | None]:
    return lambda request, nth: answer if nth <= times else None


def test_exactly_what_is_asked_for(server: FileServer, make: Callable[..., Transport]) -> None:
    transport = make()
    for start, length in ((0, 1), (0, 100_000), (77, 5000), (99_999, 1)):
        assert transport.read(server.url("/file"), start, length) == CONTENT[start : start + length]
        assert server.requests[-1].span == (start, length)
    assert transport.read(server.url("/file"), 99_990, 50) == CONTENT[99_990:]
    assert server.sent == 1 + 100_000 + 5000 + 1 + 10


def test_what_was_done_is_counted(server: FileServer, make: Callable[..., Transport], waits: list[float]) -> None:
    transport = make()
    server.answer = failing(2, Answer(500, body=b"oops"))
    transport.read(server.url("/file"), 0, 1000, scene="A")
    transport.read(server.url("/file"), 5, 10, scene="A")
    transport.read(server.url("/file"), 5, 30, scene="B")
    stats = transport.stats()
    assert (stats["requests"], stats["retries"], stats["bytes"]) == (5, 2, 1048)
    assert {name: scene["bytes"] for name, scene in stats["scenes"].items()} == {"A": 1010, "B": 30}
    assert 0 < stats["scenes"]["A"]["seconds"] <= stats["seconds"] < 5 and stats["cached_bytes"] == 0
    assert len(waits) == 2


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again_after_longer_and_longer_waits(
    server: FileServer, make: Callable[..., Transport], waits: list[float], status: int
) -> None:
    server.answer = failing(5, Answer(status))
    assert make().read(server.url("/file"), 3, 4) == CONTENT[3:7]
    assert len(server.requests) == 6 and len(waits) == 5
    assert all(0.3 < wait < 21 for wait in waits) and all(a < b for a, b in zip(waits, waits[1:], strict=False))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Answer(503), "service"),
        (Answer(429), "service"),
        (Answer(cut=50), "network"),
        (Answer(cut=0), "network"),
    ],
)
def test_what_does_not_pass_ends(
    server: FileServer, make: Callable[..., Transport], waits: list[float], fault: Answer, code: str
) -> None:
    server.answer = lambda request, nth: fault
    with pytest.raises(FetchError) as caught:
        make().read(server.url("/file"), 0, 100)
    assert caught.value.code == code and caught.value.hint and "cannot be read" in caught.value.message
    assert len(server.requests) == 6 and len(waits) == 5


@pytest.mark.parametrize(("status", "code"), [(401, "credentials"), (403, "credentials"), (404, "missing"),
                                              (410, "missing"), (416, "damaged"), (400, "service")])  # fmt: skip
def test_what_stays_is_asked_once(
    server: FileServer, make: Callable[..., Transport], waits: list[float], status: int, code: str
) -> None:
    server.answer = lambda request, nth: Answer(status)
    with pytest.raises(FetchError, match=str(status) if status != 416 else "shorter") as caught:
        make().read(server.url("/file"), 0, 100)
    assert caught.value.code == code and len(server.requests) == 1 and waits == []


def test_a_broken_body_is_read_again(server: FileServer, make: Callable[..., Transport]) -> None:
    server.answer = failing(1, Answer(cut=400))
    transport = make()
    assert transport.read(server.url("/file"), 10, 1000) == CONTENT[10:1010]
    assert transport.stats()["retries"] == 1


def test_a_server_that_is_silent_is_asked_again(server: FileServer, make: Callable[..., Transport]) -> None:
    server.answer = failing(1, Answer(before=lambda: time.sleep(0.6)))
    assert make(timeout_s=0.2).read(server.url("/file"), 10, 10) == CONTENT[10:20]
    assert len(server.requests) == 2


def test_nobody_at_the_address(server: FileServer, make: Callable[..., Transport], waits: list[float]) -> None:
    transport = make()
    server.stop()
    with pytest.raises(FetchError, match="cannot be reached") as caught:
        transport.read(server.url("/file"), 0, 1)
    assert caught.value.code == "network" and len(waits) == 5
    with pytest.raises(FetchError):
        transport.read(server.url("/file"), 0, 1)
    assert len(waits) == 5  # not waited for a second time


def test_retry_after_in_seconds_and_as_a_date(
    server: FileServer, make: Callable[..., Transport], waits: list[float]
) -> None:
    server.answer = failing(1, Answer(429, {"Retry-After": "7"}))
    assert make().read(server.url("/file"), 0, 1) == CONTENT[:1]
    assert 7 <= waits[0] < 9
    waits.clear()
    server.forget()
    when = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=40), usegmt=True)
    server.answer = failing(1, Answer(503, {"Retry-After": when}))
    assert make().read(server.url("/file"), 0, 1) == CONTENT[:1]
    assert 38 <= waits[0] <= 40


def test_a_pause_that_the_service_asks_for_is_kept_by_all_threads() -> None:
    now = [100.0]
    slept: list[float] = []
    patience = Patience(5, slept.append, lambda: now[0])
    assert patience.pause(0, 0.0, "host", "30") == 30
    patience.queue("host")
    patience.queue("other")
    now[0] = 131.0
    patience.queue("host")
    assert slept == [30.0]


@pytest.mark.parametrize("said", ["soon", "-5", "Mon, 99 Foo 2020", ""])
def test_a_strange_retry_after_is_ignored(said: str) -> None:
    pause = Patience(5, lambda seconds: None).pause(0, 0.0, "host", said)
    assert pause is not None and 0.3 < pause < 0.7


def test_the_waiting_for_one_request_is_bounded(
    server: FileServer, make: Callable[..., Transport], waits: list[float]
) -> None:
    server.answer = lambda request, nth: Answer(429, {"Retry-After": "80"})
    with pytest.raises(FetchError, match="asked too often"):
        make(clock=lambda: 0.0).read(server.url("/file"), 0, 1)
    assert sum(waits) < 500 and len(server.requests) == 3
    waits.clear()
    server.answer = lambda request, nth: Answer(503, {"Retry-After": "86400"})
    with pytest.raises(FetchError):
        make().read(server.url("/file"), 0, 1)
    assert waits == []


def test_closing_ends_the_waiting(server: FileServer) -> None:
    transport = Transport(cache=None, trusted_hosts={server.host})
    server.answer = lambda request, nth: Answer(429, {"Retry-After": "60"})
    threading.Timer(0.3, transport.close).start()
    began = time.monotonic()
    with pytest.raises(FetchError) as caught:
        transport.read(server.url("/file"), 0, 1)
    assert time.monotonic() - began < 5 and caught.value.code == "network"
    with pytest.raises(FetchError):
        transport.read(server.url("/file"), 0, 1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(206, {"Content-Range": "bytes 5-14/100000"}, CONTENT[5:15]),
        Answer(206, {"Content-Range": "bytes 0-4/100000"}, CONTENT[:5]),
        Answer(206, {"Content-Range": "bytes 0-9/100000"}, CONTENT[:5]),
        Answer(206, {"Content-Range": "nonsense"}, CONTENT[:10]),
        Answer(206, {}, CONTENT[:10]),
    ],
)
def test_an_answer_must_be_the_part_that_was_asked_for(
    server: FileServer, make: Callable[..., Transport], answer: Answer
) -> None:
    server.answer = lambda request, nth: answer
    with pytest.raises(FetchError) as caught:
        make().read(server.url("/file"), 0, 10)
    assert caught.value.code == "damaged"


def test_a_server_without_parts_is_used_for_small_files_only(
    server: FileServer, make: Callable[..., Transport]
) -> None:
    server.answer = lambda request, nth: Answer(200, body=CONTENT)
    transport = make()
    file = transport.open(server.url("/file"))
    assert file.read(50, 7) == CONTENT[50:57] and file.read(99_000, 1000) == CONTENT[99_000:]
    assert len(server.requests) == 1
    assert transport.read(server.url("/file"), 50, 7) == CONTENT[50:57]
    large = bytes(5 << 20)
    server.answer = lambda request, nth: Answer(200, body=large)
    with pytest.raises(FetchError, match="whole files only") as caught:
        make().read(server.url("/file"), 0, 10)
    assert caught.value.code == "no-ranges" and "folder" in caught.value.hint


def test_an_endless_answer_is_not_taken(server: FileServer, make: Callable[..., Transport]) -> None:
    from eofusion_engine.sources.transport.session import MAX_ANSWER_BYTES

    server.answer = lambda request, nth: Answer(200, {"Content-Length": str(MAX_ANSWER_BYTES + 1)}, b"x")
    began = time.monotonic()
    with pytest.raises(requests.RequestException):
        make().session.get(server.url("/file"))
    assert time.monotonic() - began < 5


def test_the_session_is_as_patient(server: FileServer, make: Callable[..., Transport], waits: list[float]) -> None:
    server.put("/search", b'{"a": 1}')
    server.answer = lambda request, nth: [Answer(503), Answer(cut=3), None][min(nth, 3) - 1]
    transport = make()
    answer = transport.session.get(server.url("/search"), stream=True)
    assert b"".join(answer.iter_content(3)) == b'{"a": 1}'
    assert len(server.requests) == 3 and len(waits) == 2 and transport.stats()["retries"] == 2


def test_an_address_is_signed_for_every_request_and_again_when_it_expired(
    server: FileServer, make: Callable[..., Transport]
) -> None:
    count = iter(range(1, 10))

    def expired(request: Request, nth: int) -> Answer | None:
        return Answer(403) if request.path.endswith("=1") else None

    server.answer = expired
    read = make().read
    assert read(server.url("/file"), 0, 5, sign=lambda href: f"{href}?sig={next(count)}") == CONTENT[:5]
    assert [request.path for request in server.requests] == ["/file?sig=1", "/file?sig=2"]


def test_without_a_signature_there_is_a_sentence(server: FileServer, make: Callable[..., Transport]) -> None:
    def sign(href: str) -> str:
        raise SourceError("The service gives no permission.", "Try later.", code="service")

    with pytest.raises(FetchError, match="the service gives no permission") as caught:
        make().read(server.url("/file"), 0, 5, sign=sign)
    assert caught.value.code == "service" and server.requests == []


def test_many_threads_open_a_file_with_one_request(server: FileServer, make: Callable[..., Transport]) -> None:
    transport = make()
    server.answer = lambda request, nth: Answer(before=lambda: time.sleep(0.1))
    with ThreadPoolExecutor(8) as pool:
        files = list(pool.map(lambda _: transport.open(server.url("/file")), range(8)))
    assert len(server.requests) == 1 and len(set(map(id, files))) == 1
    assert files[0].meta.size == len(CONTENT) and server.requests[0].span == (0, HEAD_BYTES)
    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(lambda n: files[0].read(n * 10_000, 10_000), range(10)))
    assert b"".join(parts) == CONTENT


def test_a_file_that_is_replaced_under_way_is_noticed(server: FileServer, make: Callable[..., Transport]) -> None:
    file = make().open(server.url("/file"))
    server.put("/file", CONTENT[::-1], '"new"')
    with pytest.raises(FetchError) as caught:
        file.read(50_000, 10)
    assert caught.value.code == "changed"


def test_etags_that_differ_between_servers_of_one_file_do_not_matter(
    server: FileServer, make: Callable[..., Transport]
) -> None:
    dated = {"Last-Modified": "Mon, 01 Jun 2020 10:00:00 GMT"}
    server.answer = lambda request, nth: Answer(headers={**dated, "ETag": f'"{nth}"'})
    file = make().open(server.url("/file"))
    assert file.read(50_000, 10) == CONTENT[50_000:50_010]


def test_a_second_run_asks_only_whether_the_file_is_still_the_same(
    server: FileServer, make: Callable[..., Transport], tmp_path: Path
) -> None:
    def run() -> tuple[bytes, dict[str, Any]]:
        transport = make(cache=DiskCache(tmp_path, 1 << 20))
        file = transport.open(server.url("/file"), scene="A")
        return file.read(100, 9000, keep=True), transport.stats()

    first, stats = run()
    assert first == CONTENT[100:9100] and stats["cached_bytes"] == 0
    server.forget()
    again, stats = run()
    assert again == first and server.sent == 0 and len(server.requests) == 1
    assert stats["bytes"] == 0 and stats["cached_bytes"] > 9000
    server.put("/file", CONTENT[::-1], '"new"')
    assert run()[0] == CONTENT[::-1][100:9100]


def test_a_second_run_without_the_network(
    server: FileServer, make: Callable[..., Transport], tmp_path: Path, waits: list[float]
) -> None:
    server.put("/other", CONTENT)
    for path in ("/file", "/other"):
        make(cache=DiskCache(tmp_path, 1 << 20)).open(server.url(path)).read(20_000, 50, keep=True)
    server.stop()
    told: list[str] = []
    transport = make(cache=DiskCache(tmp_path, 1 << 20), warn=told.append)
    assert not transport.offline
    for path in ("/file", "/other"):
        assert transport.open(server.url(path)).read(20_000, 50, keep=True) == CONTENT[20_000:20_050]
    assert transport.offline and len(told) == 1 and "earlier run" in told[0] and server.host in told[0]
    assert len(waits) == 5
    with pytest.raises(FetchError, match="cannot be reached"):
        transport.open(server.url("/file")).read(90_000, 10, keep=True)


def test_a_signature_is_not_part_of_a_files_name() -> None:
    plain = "https://host.example/a/b.tif"
    assert identity(f"{plain}?sig=abc&se=2026&sp=r&X-Amz-Signature=1") == identity("HTTPS://HOST.example/a/b.tif")
    assert identity(f"{plain}?file=1") != identity(f"{plain}?file=2") != identity(plain)
    assert "abc" not in identity(f"{plain}?file=1&sig=abc")

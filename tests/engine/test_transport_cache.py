"""The disk cache: bounded, checked, and whole whatever happens to the processes that use it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.sources.transport import DiskCache

MB = 1 << 20


def noise(seed: int, size: int = 50_000) -> bytes:
    """Bytes that no compression makes smaller."""
    return np.random.default_rng(seed).bytes(size)


def entries(cache: DiskCache) -> list[Path]:
    return [path for path in cache.folder.rglob("*") if path.is_file()]


def test_what_was_put_is_there_for_the_next_process(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "a" / "b", MB)
    assert cache.get("x") is None
    for payload in (b"", b"\0" * 100_000, noise(0)):
        cache.put("x", payload)
        assert cache.get("x") == payload
    assert DiskCache(tmp_path / "a" / "b", MB).get("x") == noise(0)
    code = "import sys; from pathlib import Path; from eofusion_engine.sources.transport import DiskCache; "
    code += "sys.stdout.buffer.write(DiskCache(Path(sys.argv[1]), 1 << 20).get('x'))"
    run = subprocess.run([sys.executable, "-c", code, str(cache.folder)], capture_output=True, check=True)
    assert run.stdout == noise(0)


def test_names_of_entries_say_nothing_and_stay_inside(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache", MB)
    cache.put("../../evil https://example.org/?sig=secret \ud800", b"1")
    (found,) = entries(cache)
    assert len(found.name) == 64 and int(found.name, 16) >= 0
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_the_least_recently_used_go_first_and_the_size_holds(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, MB)
    for number in range(15):
        cache.put(f"{number}", noise(number))
    for age, path in enumerate(sorted(entries(cache), key=lambda path: path.stat().st_mtime_ns, reverse=True)):
        os.utime(path, (time.time() - 100 - age,) * 2)
    assert cache.get("0") == noise(0)  # used now: the oldest becomes the newest
    for number in range(15, 25):
        cache.put(f"{number}", noise(number))
        assert sum(path.stat().st_size for path in entries(cache)) <= MB
    assert cache.get("0") == noise(0)
    assert cache.get("1") is None and cache.get("2") is None
    assert cache.get("24") == noise(24)


def test_an_entry_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 10_000)
    cache.put("small", noise(0, 500))
    cache.put("large", noise(1))
    assert cache.get("large") is None and cache.get("small") == noise(0, 500)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:20],
        lambda content: content[: len(content) // 2],
        lambda content: content[:1000] + bytes([content[1000] ^ 1]) + content[1001:],
        lambda content: b"\0" * len(content),
        lambda content: content + b"more",
        lambda content: b"something else entirely",
    ],
)
def test_a_damaged_entry_is_a_miss_and_goes(tmp_path: Path, damage: object) -> None:
    cache = DiskCache(tmp_path, MB)
    cache.put("x", noise(0))
    (path,) = entries(cache)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert cache.get("x") is None
    assert entries(cache) == []
    cache.put("x", b"anew")
    assert cache.get("x") == b"anew"


def test_an_entry_that_unpacks_without_end_is_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from eofusion_engine.sources.transport import diskcache

    cache = DiskCache(tmp_path, MB)
    cache.put("x", bytes(MB))
    assert len(entries(cache)[0].read_bytes()) < MB // 100
    monkeypatch.setattr(diskcache, "_MAX_ENTRY_BYTES", MB // 2)
    assert cache.get("x") is None


def test_a_disk_that_takes_nothing_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = DiskCache(tmp_path / "file" / "cache", MB)
    cache.put("x", b"1")
    assert cache.get("x") is None
    cache.drop("x")


def test_nothing_half_written_is_left_or_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from eofusion_engine.sources.transport import diskcache

    cache = DiskCache(tmp_path, MB)
    cache.put("x", b"old")

    def fail(aside: Path, path: Path) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(diskcache, "replace", fail)
        cache.put("x", b"new")
    assert cache.get("x") == b"old" and len(entries(cache)) == 1


_WRITER = """
import sys, zlib
from pathlib import Path
import numpy as np
from eofusion_engine.sources.transport import DiskCache
cache, first = DiskCache(Path(sys.argv[1]), int(sys.argv[3])), int(sys.argv[2])
print("ready", flush=True)
for number in range(first, 1_000_000):
    payload = np.random.default_rng(number % 40).bytes(30_000)
    cache.put(f"{number % 40}", payload)
    found = cache.get(f"{(number * 7) % 40}")
    if found is not None and found != np.random.default_rng(number * 7 % 40).bytes(30_000):
        sys.exit("a wrong entry")
"""


def test_processes_that_are_killed_while_writing_leave_only_whole_entries(tmp_path: Path) -> None:
    limit = 700_000  # room for half of the forty entries: they push each other out all the time
    command = [sys.executable, "-c", _WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(n), str(limit)], stdout=subprocess.PIPE) for n in (0, 13)]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline().strip() == b"ready"
    time.sleep(1.0)
    for writer in writers:
        assert writer.poll() is None, "a writer stopped by itself"
        writer.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        writer.wait()
        assert writer.stdout is not None
        writer.stdout.close()
    cache = DiskCache(tmp_path, limit)
    found = 0
    for number in range(40):
        payload = cache.get(f"{number}")
        found += payload is not None
        assert payload in (None, noise(number, 30_000))
    assert found > 5
    for path in tmp_path.rglob("*.part"):
        os.utime(path, (1, 1))
    (tmp_path / "00").mkdir(exist_ok=True)
    (tmp_path / "00" / f"{'0' * 64}.1-1.part").write_bytes(b"left by a dead process")
    os.utime(tmp_path / "00" / f"{'0' * 64}.1-1.part", (1, 1))
    for number in range(40):
        cache.put(f"{number}", noise(number, 30_000))
    assert not list(tmp_path.rglob("*.part"))
    assert sum(path.stat().st_size for path in entries(cache)) <= limit


def test_many_threads_on_the_same_keys(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 200_000)

    def work(number: int) -> bool:
        key = f"{number % 7}"
        cache.put(key, noise(number % 7, 20_000))
        found = cache.get(key)
        return found is None or zlib.crc32(found) == zlib.crc32(noise(number % 7, 20_000))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(300)))
    assert len(entries(cache)) == 7 and not list(tmp_path.rglob("*.part"))

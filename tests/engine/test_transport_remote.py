"""Bands of remote files: the same numbers as a local read, exactly the bytes that they need, and honest failures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from eofusion_engine.errors import SourceError
from eofusion_engine.sources.base import Frame
from eofusion_engine.sources.blocks import open_layout
from eofusion_engine.sources.remote import RemoteBand, _pack, _unpack
from eofusion_engine.sources.store import ReadCache
from eofusion_engine.sources.transport import DiskCache, Transport
from rasterio import Affine
from transport_forms import CHUNKS, FORMS, HEIGHT, PLACE, WIDTH, corrupt, image, needed, tiff_with, vrt, write_forms
from transport_server import Answer, FileServer, file_server

SCENE = "S2A_MSIL2A_20220508T101031"
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The same image in every form."""
    return write_forms(tmp_path_factory.mktemp("forms"))


@pytest.fixture
def server(written: dict[str, bytes]) -> Iterator[FileServer]:
    with file_server() as running:
        for name, content in written.items():
            running.put(f"/{name}", content)
        yield running


@pytest.fixture
def made() -> Iterator[list[Transport]]:
    transports: list[Transport] = []
    yield transports
    for transport in transports:
        transport.close()


@pytest.fixture
def band(server: FileServer, made: list[Transport]) -> Callable[..., RemoteBand]:
    def make(name: str, cache: DiskCache | None = None, **options: Any) -> RemoteBand:
        made.append(Transport(cache=cache, trusted_hosts={server.host}, sleep=lambda seconds: None))
        given = {"unit": "reflectance", "index": 1, "place": PLACE, "name": "B04", "driver": FORMS[name][0]}
        return RemoteBand(href=server.url(f"/{name}"), transport=made[-1], scene_id=SCENE, **{**given, **options})

    return make


@pytest.mark.parametrize("name", FORMS)
def test_every_form_reads_as_gdal_reads_it(
    band: Callable[..., RemoteBand], written: dict[str, bytes], name: str
) -> None:
    bands = FORMS[name][1]
    with rasterio.io.MemoryFile(written[name]) as memory, memory.open() as file:
        expected = file.read()
    np.testing.assert_array_equal(expected, image(bands))
    remote = band(name, place=PLACE if name == "codestream" else None, index=bands)
    cache = ReadCache()
    assert remote.frame(cache) == PLACE
    assert remote.chunk_shape(cache) == CHUNKS[name]
    for rows, cols in ((slice(0, 10), slice(0, 10)), (slice(500, 1300), slice(1000, 1700)),
                       (slice(2600, 2700), slice(2250, 2300))):  # fmt: skip
        values = remote.native(cache, (rows.start, rows.stop, cols.start, cols.stop), None)
        np.testing.assert_array_equal(values, expected[bands - 1, rows, cols].astype(np.float32))
    outside = remote.native(cache, (-5, 5, WIDTH - 5, WIDTH + 5), None)
    assert np.isnan(outside[:5]).all() and np.isnan(outside[:, 5:]).all()
    np.testing.assert_array_equal(outside[5:, :5], expected[bands - 1, :5, -5:])


@pytest.mark.parametrize(("name", "requests"), [("cog512", 1 + 4), ("cog1024", 1 + 1), ("jp2-indexed", 1 + 1)])
def test_only_the_blocks_of_the_window_are_fetched(
    band: Callable[..., RemoteBand], server: FileServer, written: dict[str, bytes], name: str, requests: int
) -> None:
    remote, cache = band(name), ReadCache()
    bounds = (1030, 1700, 1030, 1700)
    remote.native(cache, bounds, None)
    assert len(server.requests) == requests
    assert needed(written[name], remote, bounds) <= server.sent <= needed(written[name], remote, bounds) + (8 << 10)
    remote.native(cache, bounds, None)
    assert len(server.requests) == requests


def test_neighbouring_small_blocks_come_together(
    band: Callable[..., RemoteBand], server: FileServer, written: dict[str, bytes]
) -> None:
    remote = band("cog256")
    remote.native(ReadCache(), (0, 512, 512, 1024), None)
    assert len(server.requests) == 1 + 2  # the head, and two rows of two blocks
    assert server.sent <= 1.05 * needed(written["cog256"], remote, (0, 512, 512, 1024)) + (8 << 10)


def test_of_a_jpeg_2000_without_index_only_the_headers_of_tiles_before_are_read(
    band: Callable[..., RemoteBand], server: FileServer, written: dict[str, bytes], tmp_path: Path
) -> None:
    disk = DiskCache(tmp_path, 50 << 20)
    bounds = (1300, 1400, 1300, 1400)  # the tile in row 2, column 2 of 4
    remote = band("jp2", disk)
    remote.native(ReadCache(), bounds, None)
    assert server.sent <= needed(written["jp2"], remote, bounds) + (8 << 10) + 11 * 12
    server.forget()
    band("jp2", disk).native(ReadCache(), (0, 1400, 0, 1400), None)
    assert not any(request.span[1] == 12 for request in server.requests)  # the way is known


def test_planning_opens_no_file(band: Callable[..., RemoteBand], server: FileServer) -> None:
    assert band("cog512").frame(ReadCache()) == PLACE
    assert server.requests == []


def test_a_block_that_was_never_written_is_nodata(
    band: Callable[..., RemoteBand], server: FileServer, tmp_path: Path
) -> None:
    with rasterio.open(tmp_path / "sparse.tif", "w", driver="GTiff", height=HEIGHT, width=WIDTH, count=1,
                       dtype="uint16", crs=PLACE.crs, transform=PLACE.transform, nodata=7, tiled=True, blockxsize=512,
                       blockysize=512, compress="deflate", sparse_ok=True) as file:  # fmt: skip
        file.write(image()[0, :512, :512], 1, window=((0, 512), (0, 512)))
    server.put("/cog512", (tmp_path / "sparse.tif").read_bytes())
    values = band("cog512", nodata=7).native(ReadCache(), (0, 600, 0, 600), None)
    np.testing.assert_array_equal(values[:512, :512], image()[0, :512, :512])
    assert np.isnan(values[512:]).all() and np.isnan(values[:, 512:]).all()


def test_threads_that_want_the_same_blocks_fetch_them_once(
    band: Callable[..., RemoteBand], server: FileServer, written: dict[str, bytes]
) -> None:
    server.answer = lambda request, nth: Answer(before=lambda: time.sleep(0.02))
    remote, cache = band("cog512"), ReadCache()
    bounds = (0, 1500, 0, 1500)
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda _: remote.native(cache, bounds, None), range(8)))
    expected = image()[0, :1500, :1500].astype(np.float32)
    assert all(np.array_equal(values, expected) for values in read)
    assert server.sent <= needed(written["cog512"], remote, bounds) + (8 << 10)


def test_many_files_in_many_threads(band: Callable[..., RemoteBand]) -> None:
    expected = image()[0, 900:1200, 900:1200].astype(np.float32)
    jobs = [band(name) for name in ("cog256", "cog512", "cog1024", "strips", "jp2") for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda remote: remote.native(ReadCache(), (900, 1200, 900, 1200), None), jobs))
    assert all(np.array_equal(values, expected) for values in read)


@pytest.mark.parametrize("name", ["cog512", "jp2", "strips"])
def test_the_second_run_reads_no_imagery_and_a_run_without_network_either(
    band: Callable[..., RemoteBand], server: FileServer, tmp_path: Path, name: str
) -> None:
    bounds = (500, 1300, 1000, 1700)
    first = band(name, DiskCache(tmp_path, 50 << 20), place=None).native(ReadCache(), bounds, None)
    server.forget()
    again = band(name, DiskCache(tmp_path, 50 << 20), place=None)
    np.testing.assert_array_equal(again.native(ReadCache(), bounds, None), first)
    assert len(server.requests) == 1 and server.sent == 0
    assert again.transport.stats()["cached_bytes"] > first.size * 2
    server.stop()
    offline = band(name, DiskCache(tmp_path, 50 << 20), place=None)
    np.testing.assert_array_equal(offline.native(ReadCache(), bounds, None), first)
    assert offline.transport.offline
    told: list[str] = []
    missing = offline.native(ReadCache(), (2000, 2600, 0, 500), told.append)
    assert np.isnan(missing).all() and told and f"B04 of {SCENE} cannot be read: the service cannot be" in told[0]


@pytest.mark.parametrize("name", ["cog512", "jp2"])
def test_a_damaged_disk_cache_changes_nothing(
    band: Callable[..., RemoteBand], server: FileServer, tmp_path: Path, name: str
) -> None:
    bounds = (500, 1300, 1000, 1700)
    first = band(name, DiskCache(tmp_path, 50 << 20)).native(ReadCache(), bounds, None)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) > 4
    for number, path in enumerate(kept):
        content = path.read_bytes()
        path.write_bytes([b"", content[:-10], content[:40] + b"\0\0" + content[42:], b"x" * len(content)][number % 4])
    again = band(name, DiskCache(tmp_path, 50 << 20)).native(ReadCache(), bounds, None)
    np.testing.assert_array_equal(again, first)


def test_strange_entries_in_the_disk_cache_are_misses() -> None:
    stored = image()[0, :512, :300]
    np.testing.assert_array_equal(_unpack(_pack(stored), (512, 300)), stored)
    floats = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    np.testing.assert_array_equal(_unpack(_pack(floats), (7, 5)), floats)
    for content in (None, b"", b"nonsense", _pack(stored)[:-1], _pack(stored) + b"x", _pack(stored.astype("S2"))):
        assert _unpack(content, (512, 300)) is None
    assert _unpack(_pack(stored), (300, 512)) is None


@pytest.mark.parametrize("name", ["cog512", "strips", "pixels", "planes"])  # with a checksum
@pytest.mark.parametrize("which", [1, 2, 3])
def test_wrong_bytes_are_read_again_past_every_cache(
    band: Callable[..., RemoteBand],
    server: FileServer,
    written: dict[str, bytes],
    tmp_path: Path,
    name: str,
    which: int,
) -> None:
    def answer(request: Any, nth: int) -> Answer | None:
        first, length = request.span
        return Answer(body=corrupt(written[name][first : first + length])) if nth == which else None

    server.answer = answer
    remote = band(name, DiskCache(tmp_path, 50 << 20))
    values = remote.native(ReadCache(), (100, 150, 100, 150), None)
    np.testing.assert_array_equal(values, image()[0, 100:150, 100:150])
    server.answer = lambda request, nth: None
    server.forget()
    again = band(name, DiskCache(tmp_path, 50 << 20)).native(ReadCache(), (100, 150, 100, 150), None)
    np.testing.assert_array_equal(again, values)


def test_wrong_bytes_for_good_are_a_sentence_with_scene_and_asset(
    band: Callable[..., RemoteBand], server: FileServer, written: dict[str, bytes], tmp_path: Path
) -> None:
    def answer(request: Any, nth: int) -> Answer | None:
        first, length = request.span
        return Answer(body=corrupt(written["cog512"][first : first + length])) if first == damaged.start else None

    remote, cache = band("cog512", DiskCache(tmp_path, 50 << 20)), ReadCache()
    content = written["cog512"]
    layout = open_layout("GTiff", lambda start, length: content[start : start + length], len(content))
    (damaged,) = layout.spans(1, 2, 2, lambda start, length: b"")
    server.answer = answer
    with pytest.raises(SourceError, match=f"B04 of {SCENE} cannot be read: its pixels cannot be decoded") as caught:
        remote.native(cache, (1100, 1200, 1100, 1200), None)
    assert caught.value.code == "damaged"
    asked = len(server.requests)
    with pytest.raises(SourceError):
        remote.native(cache, (1100, 1200, 1100, 1200), None)
    assert len(server.requests) == asked  # known to be damaged
    told: list[str] = []
    values = remote.native(cache, (1000, 1100, 1000, 1100), told.append)
    assert len(told) == 1 and np.isnan(values[24:, 24:]).all()
    np.testing.assert_array_equal(values[:24], image()[0, 1000:1024, 1000:1100])
    np.testing.assert_array_equal(values[:, :24], image()[0, 1000:1100, 1000:1024])


def test_a_service_that_comes_back_is_read_by_the_next_window(
    band: Callable[..., RemoteBand], server: FileServer
) -> None:
    remote, cache, told = band("cog512"), ReadCache(), list[str]()
    remote.native(cache, (0, 10, 0, 10), None)
    server.answer = lambda request, nth: Answer(503)
    assert np.isnan(remote.native(cache, (600, 610, 600, 610), told.append)).all()
    assert told == [f"B04 of {SCENE} cannot be read: the service cannot answer now (status 503). "
                    "Run it again later: what was read is kept."]  # fmt: skip
    server.answer = lambda request, nth: None
    values = remote.native(cache, (600, 610, 600, 610), told.append)
    np.testing.assert_array_equal(values, image()[0, 600:610, 600:610])


def test_a_file_that_is_replaced_under_way_is_begun_anew(
    band: Callable[..., RemoteBand], server: FileServer, written: dict[str, bytes]
) -> None:
    remote, cache = band("cog512"), ReadCache()
    remote.native(cache, (0, 10, 0, 10), None)
    server.put("/cog512", written["lerc"], '"another"')
    values = remote.native(cache, (1100, 1200, 1100, 1200), None)
    np.testing.assert_array_equal(values, image()[0, 1100:1200, 1100:1200])
    server.put("/cog512", written["cog1024"], '"a third"')
    with pytest.raises(SourceError, match="replaced while it was read"):
        remote.native(cache, (1700, 1710, 1100, 1200), None)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Frame("EPSG:32633", PLACE.transform, HEIGHT, WIDTH), "not where the catalogue says"),
        (Frame(PLACE.crs, PLACE.transform @ Affine.translation(1, 0), HEIGHT, WIDTH), "not where the catalogue says"),
        (Frame(PLACE.crs, PLACE.transform, HEIGHT, WIDTH - 1), "not as many pixels"),
    ],
)
def test_the_catalogue_must_agree_with_the_file(band: Callable[..., RemoteBand], place: Frame, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        band("cog512", place=place).native(ReadCache(), (0, 10, 0, 10), None)


def test_the_other_band_of_a_file_must_be_there(band: Callable[..., RemoteBand]) -> None:
    with pytest.raises(SourceError, match="it has 1 bands and number 2 is asked for"):
        band("cog512", index=2).native(ReadCache(), (0, 10, 0, 10), None)


@pytest.mark.parametrize("driver", ["GTiff", "JP2OpenJPEG"])
def test_nothing_but_the_named_format_is_opened(
    band: Callable[..., RemoteBand], server: FileServer, written: dict[str, bytes], driver: str
) -> None:
    server.put("/secret", b"secret")
    others = [
        vrt(server.url("/secret")),
        b"",
        b"II",
        b"<html>",
        bytes(9000),
        written["jp2" if driver == "GTiff" else "cog512"],
    ]
    for content in others:
        server.put("/cog512", content)
        with pytest.raises(SourceError, match=f"B04 of {SCENE} cannot be read"):
            band("cog512", driver=driver).native(ReadCache(), (0, 10, 0, 10), None)
    assert not any(request.path == "/secret" for request in server.requests)


def test_a_raster_without_a_place_on_the_map(
    band: Callable[..., RemoteBand], server: FileServer, tmp_path: Path
) -> None:
    for name, driver in (("cog512", "GTiff"), ("jp2", "JP2OpenJPEG")):
        with rasterio.open(tmp_path / name, "w", driver=driver, height=600, width=600, count=1, dtype="uint16") as file:
            file.write(image()[:, :600, :600])
        server.put(f"/{name}", (tmp_path / name).read_bytes())
        with pytest.raises(SourceError, match="no map projection") as caught:
            band(name, place=None).frame(ReadCache())
        assert caught.value.code == "no-projection"


@pytest.mark.parametrize(
    ("tag", "value", "words"),
    [
        (256, 0, "damaged"),
        (256, 65_535, "damaged"),
        (257, 65_535, "damaged"),
        (322, 65_520, "damaged|too large"),
        (322, 0, "damaged"),
        (277, 60_000, "too large|damaged"),
        (324, 4_000_000_000, "damaged"),
        (325, 4_000_000_000, "damaged"),
        (259, 60_001, "cannot be decoded|damaged"),
    ],
)
def test_a_directory_that_lies_is_found_out(
    band: Callable[..., RemoteBand], server: FileServer, written: dict[str, bytes], tag: int, value: int, words: str
) -> None:
    server.put("/cog512", tiff_with(written["cog512"], tag, value))
    with pytest.raises(SourceError, match=words):
        band("cog512").native(ReadCache(), (0, 10, 0, 10), None)


@pytest.mark.parametrize("name", ["cog512", "jp2", "codestream", "big-endian"])
def test_noise_in_the_header_is_never_more_than_a_sentence(
    band: Callable[..., RemoteBand], server: FileServer, written: dict[str, bytes], name: str
) -> None:
    rng = np.random.default_rng(5)
    failed = 0
    for _ in range(60):
        content = bytearray(written[name])
        for place in rng.integers(0, 600, 3):
            content[place] = int(rng.integers(0, 256))
        server.put(f"/{name}", bytes(content))
        try:
            band(name).native(ReadCache(), (0, 20, 0, 20), None)
        except SourceError as error:
            failed += 1
            assert error.message.startswith(f"B04 of {SCENE} cannot be read: ")
    assert failed > 5


def test_the_label_and_the_text_show_no_signature(band: Callable[..., RemoteBand]) -> None:
    remote = band("cog512", sign=lambda href: f"{href}?sig=secret", auth=("me", "secret"))
    assert remote.label == f"B04 of {SCENE}" and "secret" not in repr(remote)
    assert replace(remote, name="", href=f"{remote.href}?sig=secret").label == f"cog512 of {SCENE}"

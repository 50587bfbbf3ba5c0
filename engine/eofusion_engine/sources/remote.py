"""A band of a file that a service holds: its blocks are fetched, decoded once and kept on disk."""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from ..errors import SourceError
from .base import CHUNK, BandRef, Frame
from .blocks import Layout, NotReadable, Span, open_layout
from .blocks.jp2 import Jp2Layout
from .blocks.opening import Driver
from .store import ReadCache
from .transport import FetchError, RemoteFile, Transport

#: Blocks that lie this near to each other are fetched together: less than what a request costs.
_NEAR_BYTES = 4 << 10
#: Failures that other bytes may mend: once more, past every cache.
_MENDABLE = ("damaged", "changed")
_GO_ON = "The run goes on without it."
#: Raised whenever decoded chunks on disk would not be what they are now.
_CHUNK_FORM = 1

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class RemoteBand(BandRef):
    """Band ``index`` (from 1) of the file at ``href``, the asset ``name`` of the scene ``scene_id``.

    ``place``: where the pixels are, by the catalogue; the file must agree when it is read. Without it the file is
    asked. ``driver``: the only format that is accepted. ``sign`` makes the address that is asked from ``href``,
    ``auth`` is a ``requests`` one for it.

    A chunk is one block of the file, or as many small ones as fill 512 pixels: exactly their bytes are fetched.
    """

    href: str
    index: int
    transport: Transport = field(repr=False)
    scene_id: str
    name: str = ""
    place: Frame | None = None
    driver: Driver = "GTiff"
    sign: Callable[[str], str] | None = field(default=None, repr=False)
    auth: Any = field(default=None, repr=False)

    @property
    def label(self) -> str:
        what = self.name or self.href.partition("?")[0].rpartition("/")[2]
        return f"{what} of {self.scene_id}"

    def frame(self, cache: ReadCache) -> Frame:
        return self.place or self._opened(cache).frame

    def chunk_shape(self, cache: ReadCache) -> tuple[int, int]:
        return self._opened(cache).chunk

    def chunk(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        return cache.array((self._key, self.index, row, col), lambda: self._load(cache, row, col))

    @property
    def _key(self) -> Hashable:
        return ("remote", self.href)

    def _opened(self, cache: ReadCache) -> _Opened:
        """The file, its directory checked. Raises :class:`SourceError` naming scene and asset."""
        return cache.fact(("open", self._key), lambda: self._twice(self._open, self._open))

    def _load(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        opened = self._opened(cache)

        def again() -> np.ndarray:
            opened.renew(self._open())
            return self._read(opened, row, col)

        return self._twice(lambda: self._read(opened, row, col), again)

    def _twice(self, attempt: Callable[[], T], again: Callable[[], T]) -> T:
        """``attempt``, and where bytes were wrong ``again``, past every cache."""
        try:
            return attempt()
        except (FetchError, NotReadable) as error:
            mendable = error.passing if isinstance(error, NotReadable) else error.code in _MENDABLE
            if not mendable:
                raise self._sentence(error) from None
        try:
            self._file().forget()
            return again()
        except (FetchError, NotReadable) as error:
            raise self._sentence(error) from None

    def _file(self) -> RemoteFile:
        return self.transport.open(self.href, scene=self.scene_id, auth=self.auth, sign=self.sign)

    def _open(self) -> _Opened:
        file = self._file()
        layout = open_layout(self.driver, lambda start, length: file.read(start, length, keep=True), file.meta.size)
        if isinstance(layout, Jp2Layout):
            layout.load(file.recall("tiles"))
        if self.index > layout.count:
            raise NotReadable(f"it has {layout.count} bands and number {self.index} is asked for", passing=False)
        found = layout.frame()
        frame = self.place or found
        if frame is None:
            raise SourceError(f"{self.label} cannot be read: it has no map projection.", _GO_ON, code="no-projection")
        if (layout.height, layout.width) != (frame.height, frame.width):
            raise NotReadable("it has not as many pixels as the catalogue says")
        if found is not None and not _same_place(found, frame):
            raise NotReadable("its pixels are not where the catalogue says")
        return _Opened(file, layout, frame)

    def _read(self, opened: _Opened, row: int, col: int) -> np.ndarray:
        file, layout = opened.now
        high, wide = layout.block
        shape = min(opened.chunk[0], layout.height - row), min(opened.chunk[1], layout.width - col)
        what = f"chunk {_CHUNK_FORM} {self.index} {row} {col} {shape}"
        kept = _unpack(file.recall(what), shape)
        if kept is not None:
            return kept
        rows = range(row // high, -(-(row + shape[0]) // high))
        cols = range(col // wide, -(-(col + shape[1]) // wide))
        walked = layout.walked if isinstance(layout, Jp2Layout) else 0
        # Looking for a tile takes single headers: what they say is kept, not they themselves.
        spans = [span for r in rows for c in cols for span in layout.spans(self.index, r, c, file.read)]
        if isinstance(layout, Jp2Layout) and layout.walked > walked:
            file.store("tiles", layout.dump())
        stored = layout.decode(self.index, rows, cols, _fetch(file, spans))
        file.store(what, _pack(stored))
        return stored

    def _sentence(self, error: FetchError | NotReadable) -> SourceError:
        if isinstance(error, FetchError):
            return SourceError(f"{self.label} cannot be read: {error.reason}.", error.hint, code=error.code)
        return SourceError(f"{self.label} cannot be read: {error.reason}.", _GO_ON, code="damaged")


class _Opened:
    """A file whose directory was read: where its pixels are, and the (rows, columns) of a chunk."""

    def __init__(self, file: RemoteFile, layout: Layout, frame: Frame) -> None:
        self.now, self.frame = (file, layout), frame
        high, wide = layout.block
        if isinstance(layout, Jp2Layout):  # a tile is decoded as a whole, and by itself
            self.chunk = high, wide
        else:  # whole blocks: about CHUNK x CHUNK pixels of small ones, one large one, some rows of strips
            across = wide * max(1, -(-CHUNK // wide))
            self.chunk = high * max(1, CHUNK * CHUNK // (across * high)), across

    def renew(self, other: _Opened) -> None:
        """Go on with what was read anew. Raises :class:`NotReadable` when it is not the same raster."""
        if (other.frame, other.chunk) != (self.frame, self.chunk):
            raise NotReadable("it was replaced while it was read")
        self.now = other.now


def _same_place(found: Frame, said: Frame) -> bool:
    """Whether two frames lie within a hundredth of a pixel. Coordinate systems compare where both have a number."""
    if found.crs != said.crs and found.crs.startswith("EPSG:") and said.crs.startswith("EPSG:"):
        return False
    near = 0.01 * min(found.pixel_m, said.pixel_m)
    return all(abs(a - b) <= near for a, b in zip(found.bounds, said.bounds, strict=True))


def _fetch(file: RemoteFile, spans: list[Span]) -> list[bytes]:
    """The bytes of each span, neighbours with one request. Raises :class:`NotReadable` for spans outside the file."""
    for span in spans:
        if span.length and not 0 < span.start <= file.meta.size - span.length:
            raise NotReadable("its directory is damaged, or the file is cut off")
    pieces = [b""] * len(spans)
    group: list[int] = []
    for number in [*sorted((n for n, s in enumerate(spans) if s.length), key=lambda n: spans[n].start), None]:
        end = spans[group[-1]].start + spans[group[-1]].length if group else 0
        if group and (number is None or not 0 <= spans[number].start - end <= _NEAR_BYTES):
            start = spans[group[0]].start
            data = file.read(start, end - start)
            for n in group:
                pieces[n] = data[spans[n].start - start :][: spans[n].length]
            group = []
        if number is not None:
            group.append(number)
    return pieces


def _pack(stored: np.ndarray) -> bytes:
    """An array for the disk cache: its bytes ordered by significance, which packs a fifth smaller and twice as fast."""
    plain = np.ascontiguousarray(stored).reshape(-1)
    planes = plain.view(np.uint8).reshape(-1, stored.itemsize).T
    head, about = io.BytesIO(), {"descr": stored.dtype.str, "fortran_order": False, "shape": stored.shape}
    np.lib.format.write_array_header_1_0(head, about)
    return head.getvalue() + planes.tobytes()


def _unpack(content: bytes | None, shape: tuple[int, int]) -> np.ndarray | None:
    """What :func:`_pack` took; None for anything that is not an array of numbers of ``shape``."""
    if content is None:
        return None
    head = io.BytesIO(content)
    try:
        if np.lib.format.read_magic(head) != (1, 0):
            return None
        found, _, dtype = np.lib.format.read_array_header_1_0(head)
    except ValueError:
        return None
    body = memoryview(content)[head.tell() :]
    if found != shape or dtype.kind not in "iuf" or body.nbytes != dtype.itemsize * shape[0] * shape[1]:
        return None
    planes = np.frombuffer(body, np.uint8).reshape(dtype.itemsize, -1)
    return np.ascontiguousarray(planes.T).view(dtype).reshape(shape)

"""TIFF and BigTIFF: the directory of the full-resolution image, and blocks as small files of their own.

TIFF 6.0 (Adobe, 1992) and the BigTIFF design (Aware Systems). Only the first directory is read: overviews and masks
are never touched.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np

from ..resample import Frame
from .layout import NotReadable, Read, Span, check_size, decoded, placed

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_WHOLE = {1: "u1", 3: "u2", 4: "u4", 16: "u8"}
_LONG8, _SHORT, _LONG = 16, 3, 4
_WIDTH, _LENGTH, _BITS, _SAMPLES, _ROWS, _PLANAR, _FORMAT = 256, 257, 258, 277, 278, 284, 339
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_STRIP_OFFSETS, _STRIP_SIZES, _TILE_OFFSETS, _TILE_SIZES = 273, 279, 324, 325
#: How samples are stored: compression, colours, fill order, predictor, alpha, chroma, JPEG and LERC tables, nodata.
_STORAGE = frozenset((_BITS, 259, 262, 266, _SAMPLES, _PLANAR, 317, 338, _FORMAT, 347, 530, 42113, 50674))
#: Where the image lies (GeoTIFF): pixel size and a tie point, or a matrix; keys of the coordinate system.
_AFFINE = frozenset((33550, 33922, 34264))
_PLACE = _AFFINE | frozenset((34735, 34736, 34737))
_SHAPE = frozenset((_WIDTH, _LENGTH, _ROWS, _TILE_WIDTH, _TILE_LENGTH))
_ARRAYS = frozenset((_STRIP_OFFSETS, _STRIP_SIZES, _TILE_OFFSETS, _TILE_SIZES))
_MAX_ENTRIES, _MAX_VALUE_BYTES, _MAX_BLOCKS = 512, 1 << 20, 2_000_000


@dataclass(frozen=True)
class Entry:
    """A field of a directory: its type, how many values, and their bytes in the file's order."""

    kind: int
    count: int
    value: bytes


class TiffLayout:
    """A :class:`~.layout.Layout` of a TIFF. Raises :class:`NotReadable` for what is not one."""

    def __init__(self, read: Read) -> None:
        self._order, entries = _directory(read)
        self._fields = {tag: entry for tag, entry in entries.items() if tag in _STORAGE | _PLACE}
        self.height, self.width = self._number(entries, _LENGTH), self._number(entries, _WIDTH)
        self.count = self._number(entries, _SAMPLES, 1)
        self._tiled = _TILE_OFFSETS in entries
        if self._tiled:
            self.block = self._number(entries, _TILE_LENGTH), self._number(entries, _TILE_WIDTH)
        else:
            self.block = min(self._number(entries, _ROWS, self.height), self.height), self.width
        self._separate = self._number(entries, _PLANAR, 1) == 2 and self.count > 1
        check_size(self.height, self.width, self.block, 1 if self._separate else self.count)
        self._down, self._across = -(-self.height // self.block[0]), -(-self.width // self.block[1])
        blocks = self._down * self._across * (self.count if self._separate else 1)
        offsets, sizes = (_TILE_OFFSETS, _TILE_SIZES) if self._tiled else (_STRIP_OFFSETS, _STRIP_SIZES)
        self._offsets = self._numbers(entries, offsets, blocks, read)
        self._lengths = self._numbers(entries, sizes, blocks, read)

    def frame(self) -> Frame | None:
        """Where the pixels are, as GDAL understands the directory."""
        blank = np.zeros(len(self._offsets) if not self._separate else self._down * self._across, np.uint64)
        fields = self._storage() | {tag: e for tag, e in self._fields.items() if tag in _PLACE}
        content = self._file(fields, self.height, self.width, blank, blank)
        return placed(content, "GTiff", ".tif", self.height, self.width)

    def spans(self, index: int, row: int, col: int, read: Read) -> list[Span]:
        """One span: a block is in one piece."""
        number = row * self._across + col
        if self._separate:
            number += (index - 1) * self._down * self._across
        return [Span(int(self._offsets[number]), int(self._lengths[number]))]

    def decode(self, index: int, rows: range, cols: range, pieces: list[bytes]) -> np.ndarray:
        """Stored numbers of the blocks, by GDAL."""
        height, width = len(rows) * self.block[0], len(cols) * self.block[1]
        top, left = rows.start * self.block[0], cols.start * self.block[1]
        inside = min(height, self.height - top), min(width, self.width - left)
        if not self._tiled:
            height, width = inside
        sizes = np.array([len(piece) for piece in pieces], np.uint64)
        content = self._file(self._storage(), height, width, np.zeros_like(sizes), sizes)
        starts = len(content) + np.concatenate(([0], np.cumsum(sizes[:-1]))).astype(np.uint64)
        content = self._file(self._storage(), height, width, np.where(sizes > 0, starts, 0), sizes)
        band = 1 if self._separate else index
        values = decoded(b"".join((content, *pieces)), "GTiff", ".tif", band, (height, width))
        return np.ascontiguousarray(values[: inside[0], : inside[1]])

    def _storage(self) -> dict[int, Entry]:
        """The fields that say how samples are stored; of separate planes those of one.

        With any affine transformation at all rasterio does not warn of a raster without a place.
        """
        fields = {tag: entry for tag, entry in self._fields.items() if tag in _STORAGE | _AFFINE}
        if self._separate:
            for tag in (_BITS, _FORMAT):
                if (entry := fields.get(tag)) is not None:
                    fields[tag] = Entry(entry.kind, 1, entry.value[: _SIZES[entry.kind]])
            fields[_SAMPLES] = self._entry(_SHORT, 1)
            fields[_PLANAR] = self._entry(_SHORT, 1)
            fields.pop(338, None)
        return fields

    def _file(self, fields: dict[int, Entry], height: int, width: int, offsets: np.ndarray, sizes: np.ndarray) -> bytes:
        """A BigTIFF's header and directory; the blocks follow it at ``offsets``."""
        fields = fields | {_LENGTH: self._entry(_LONG, height), _WIDTH: self._entry(_LONG, width)}
        if self._tiled:
            fields |= {_TILE_LENGTH: self._entry(_LONG, self.block[0]), _TILE_WIDTH: self._entry(_LONG, self.block[1])}
        else:
            fields[_ROWS] = self._entry(_LONG, self.block[0])
        where, how_long = (_TILE_OFFSETS, _TILE_SIZES) if self._tiled else (_STRIP_OFFSETS, _STRIP_SIZES)
        for tag, values in ((where, offsets), (how_long, sizes)):
            fields[tag] = Entry(_LONG8, len(values), values.astype(f"{self._order}u8").tobytes())
        mark = b"II" if self._order == "<" else b"MM"
        head = mark + struct.pack(f"{self._order}HHHQ", 43, 8, 0, 16)
        table, rest = [struct.pack(f"{self._order}Q", len(fields))], []
        place = len(head) + 8 + 20 * len(fields) + 8
        for tag, entry in sorted(fields.items()):
            value = entry.value
            if len(value) > 8:
                rest.append(value + bytes(-len(value) % 8))
                value = struct.pack(f"{self._order}Q", place)
                place += len(rest[-1])
            table.append(struct.pack(f"{self._order}HHQ8s", tag, entry.kind, entry.count, value))
        return b"".join(chain((head,), table, (bytes(8),), rest))

    def _entry(self, kind: int, value: int) -> Entry:
        return Entry(kind, 1, struct.pack(f"{self._order}{'H' if kind == _SHORT else 'I'}", value))

    def _number(self, entries: dict[int, Entry], tag: int, default: int | None = None) -> int:
        entry = entries.get(tag)
        if entry is None and default is not None:
            return default
        if entry is None or entry.kind not in _WHOLE or entry.count < 1:
            raise NotReadable("its directory is damaged")
        return int(np.frombuffer(entry.value, f"{self._order}{_WHOLE[entry.kind]}", 1)[0])

    def _numbers(self, entries: dict[int, Entry], tag: int, count: int, read: Read) -> np.ndarray:
        """The values of an array of ``count``, which may lie anywhere in the file."""
        entry = entries.get(tag)
        if entry is None or entry.kind not in _WHOLE or entry.count != count or count > _MAX_BLOCKS:
            raise NotReadable("its directory is damaged")
        kind = np.dtype(f"{self._order}{_WHOLE[entry.kind]}")
        value = entry.value
        if len(value) < kind.itemsize * count:  # the position of the values
            value = read(int.from_bytes(value, _names(self._order)), kind.itemsize * count)
        if len(value) < kind.itemsize * count:
            raise NotReadable("its directory is damaged")
        return np.frombuffer(value, kind, count).astype(np.uint64)


def _names(order: str) -> Literal["little", "big"]:
    return "little" if order == "<" else "big"


def _directory(read: Read) -> tuple[str, dict[int, Entry]]:
    """Byte order and fields of the first directory. Of the blocks' arrays only the position is taken."""
    head = read(0, 16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 16:
        raise NotReadable("it is not a GeoTIFF")
    version = struct.unpack(f"{order}H", head[2:4])[0]
    if version == 43:
        start, form, inline, number = struct.unpack(f"{order}Q", head[8:16])[0], f"{order}HHQ8s", 8, "Q"
    elif version == 42:
        start, form, inline, number = struct.unpack(f"{order}I", head[4:8])[0], f"{order}HHI4s", 4, "H"
    else:
        raise NotReadable("it is not a GeoTIFF")
    width = struct.calcsize(f"{order}{number}")
    count = _unpack(f"{order}{number}", read(start, width))[0]
    if not 0 < count <= _MAX_ENTRIES:
        raise NotReadable("its directory is damaged")
    each = struct.calcsize(form)
    table = read(start + width, each * count)
    if len(table) < each * count:
        raise NotReadable("its directory is damaged")
    entries: dict[int, Entry] = {}
    for tag, kind, values, value in struct.iter_unpack(form, table):
        size = _SIZES.get(kind, 0) * values
        if tag in _ARRAYS:
            entries[tag] = Entry(kind, values, value[:size] if 0 < size <= inline else value)
        elif tag in _STORAGE | _PLACE | _SHAPE and size > 0:
            if size > inline:
                if size > _MAX_VALUE_BYTES:
                    raise NotReadable("its directory is damaged")
                value = read(int.from_bytes(value, _names(order)), size)  # noqa: PLW2901
            if len(value) < size:
                raise NotReadable("its directory is damaged")
            entries[tag] = Entry(kind, values, value[:size])
    return order, entries


def _unpack(form: str, content: bytes) -> tuple[int, ...]:
    if len(content) < struct.calcsize(form):
        raise NotReadable("its directory is damaged")
    return struct.unpack(form, content)

"""JPEG 2000: where the tiles' bytes are, and one tile as a codestream of its own.

ISO/IEC 15444-1, annexes A (codestream) and I (boxes). A tile is decoded from the main header and its own tile-parts;
the reference grid stays as it is, so that wavelets and precincts fall where they were made.
"""

from __future__ import annotations

import json
import struct
import threading
from itertools import chain

import numpy as np

from ..resample import Frame
from .layout import NotReadable, Read, Span, check_size, decoded, placed

_SOC, _SIZ, _SOT, _EOC = b"\xff\x4f", 0xFF51, 0xFF90, b"\xff\xd9"
#: Markers that index or hold packets of all tiles: wrong (or missing their tiles) in a codestream of one.
_TLM, _PLM, _PPM = 0xFF55, 0xFF57, 0xFF60
_MAX_HEADER_BYTES, _MAX_BOXES, _MAX_PARTS, _STEP = 4 << 20, 64, 200_000, 8 << 10
_SOT_BYTES = 12
_DAMAGED = "its directory is damaged"


class Jp2Layout:
    """A :class:`~.layout.Layout` of a JP2 file or a bare codestream; a tile is a block.

    Without an index in the header (TLM) the tiles can only be found one after the other: each says how long it is.
    """

    def __init__(self, read: Read, size: int) -> None:
        self._size = size
        self._start = _codestream(read, size)
        self._boxes = read(0, self._start)
        header, first, lengths = _main_header(read, self._start)
        self._header = header
        x1, y1, x0, y0, tile_x, tile_y, tile_x0, tile_y0, self.count = struct.unpack(">8IH", header[8:42])
        self.height, self.width = y1 - y0, x1 - x0
        if (x0, y0, tile_x0, tile_y0) != (0, 0, 0, 0):
            raise NotReadable("its image does not begin at its corner, which is not supported", passing=False)
        if any(step != b"\x01\x01" for step in (header[43 + 3 * n : 45 + 3 * n] for n in range(self.count))):
            raise NotReadable("its bands have different pixel sizes, which is not supported", passing=False)
        self.block = min(tile_y, self.height), min(tile_x, self.width)
        check_size(self.height, self.width, self.block, self.count)
        self._across = -(-self.width // tile_x)
        self._tiles = self._across * -(-self.height // tile_y)
        self._lock = threading.Lock()
        #: Tile -> spans of its parts; where the next part begins; how many parts a tile has, where it says so.
        self._parts: dict[int, list[Span]] = {}
        self._expected: dict[int, int] = {}
        self._next = first
        for tile, length in lengths:
            self._add(tile, Span(self._next, length))
        self._complete = bool(lengths)

    def frame(self) -> Frame | None:
        """Where the pixels are, by the boxes before the codestream, as GDAL understands them."""
        if not self._boxes:
            return None
        boxes = bytearray(self._boxes)  # whose last one is the codestream: as long as it now is
        boxes[-8:] = struct.pack(">I4s", 0, b"jp2c") if boxes[-4:] == b"jp2c" else boxes[-8:]
        content = b"".join((boxes, self._header, _tile_start(0, 14), b"\xff\x93", _EOC))
        return placed(content, "JP2OpenJPEG", ".jp2", self.height, self.width)

    def spans(self, index: int, row: int, col: int, read: Read) -> list[Span]:
        """The tile's parts in their order."""
        tile = row * self._across + col
        with self._lock:
            while not self._found(tile):
                self._walk(read)
            return list(self._parts.get(tile, ()))

    def decode(self, index: int, rows: range, cols: range, pieces: list[bytes]) -> np.ndarray:
        """Stored numbers of one tile, by OpenJPEG."""
        if len(rows) != 1 or len(cols) != 1:
            raise ValueError("a JPEG 2000 file is decoded tile by tile")
        tile = rows.start * self._across + cols.start
        if not pieces or any(piece[:6] != struct.pack(">HHH", _SOT, 10, tile) for piece in pieces):
            raise NotReadable("a tile of it is missing or damaged")
        top, left = rows.start * self.block[0], cols.start * self.block[1]
        height, width = min(self.block[0], self.height - top), min(self.block[1], self.width - left)
        header = bytearray(self._header)
        # The image is this tile: its area and the tiles' origin on the reference grid (SIZ), and the tile's number.
        struct.pack_into(">8I", header, 8, left + width, top + height, left, top, *self.block[::-1], left, top)
        parts = chain.from_iterable((piece[:4], b"\0\0", piece[6:]) for piece in pieces)
        content = b"".join((header, *parts, _EOC))
        return decoded(content, "JP2OpenJPEG", ".j2k", index, (height, width))

    def dump(self) -> bytes:
        """What was found out by walking, for :meth:`load`."""
        with self._lock:
            parts = [[tile, *span] for tile, spans in self._parts.items() for span in spans]
            return json.dumps({"next": self._next, "complete": self._complete, "parts": parts,
                               "expected": list(self._expected.items())}).encode()  # fmt: skip

    def load(self, content: bytes | None) -> None:
        """Take over what :meth:`dump` gave; anything else is ignored."""
        try:
            fields = json.loads(content or b"null")
            parts = [(int(tile), Span(int(start), int(length))) for tile, start, length in fields["parts"]]
            expected = {int(tile): int(count) for tile, count in fields["expected"]}
            following, complete = int(fields["next"]), bool(fields["complete"])
        except (ValueError, KeyError, TypeError):
            return
        with self._lock:
            if following <= self._next:
                return
            self._parts, self._expected = {}, expected
            for tile, span in parts:
                self._parts.setdefault(tile, []).append(span)
            self._next, self._complete = following, complete

    @property
    def walked(self) -> int:
        """How far the tiles are known: grows by walking."""
        return self._next

    def _found(self, tile: int) -> bool:
        if self._complete:
            return True
        parts = self._parts.get(tile, ())
        return bool(parts) and len(parts) == self._expected.get(tile, 0)

    def _add(self, tile: int, span: Span) -> None:
        if not 0 <= tile < self._tiles or span.length < _SOT_BYTES + 2 or span.start + span.length > self._size:
            raise NotReadable(_DAMAGED)
        self._parts.setdefault(tile, []).append(span)
        self._next = span.start + span.length

    def _walk(self, read: Read) -> None:
        """Look at the next tile-part's own header."""
        head = read(self._next, _SOT_BYTES)
        if len(head) < _SOT_BYTES or not head.startswith(b"\xff\x90"):
            if head[:2] == _EOC or not head:
                self._complete = True
                return
            raise NotReadable(_DAMAGED)
        tile, length, _, count = struct.unpack(">HIBB", head[4:12])
        if not length:  # the last part may leave its length open: it ends with the file
            length = self._size - self._next - 2
        if sum(map(len, self._parts.values())) > _MAX_PARTS:
            raise NotReadable(_DAMAGED)
        self._add(tile, Span(self._next, length))
        if count:
            self._expected[tile] = count


def _tile_start(tile: int, length: int) -> bytes:
    return struct.pack(">HHHIBB", _SOT, 10, tile, length, 0, 1)


def _codestream(read: Read, size: int) -> int:
    """Where the codestream begins."""
    if read(0, 2) == _SOC:
        return 0
    place = 0
    for _ in range(_MAX_BOXES):
        head = read(place, 16)
        if len(head) < 8 or (place == 0 and head[4:8] != b"jP  "):
            break
        length, skip = struct.unpack(">I", head[:4])[0], 8
        if length == 1 and len(head) == 16:
            length, skip = struct.unpack(">Q", head[8:16])[0], 16
        if head[4:8] == b"jp2c":
            if place > _MAX_HEADER_BYTES:
                break
            return place + skip
        if length < skip or place + length > size:
            break
        place += length
    raise NotReadable("it is not a JPEG 2000 file")


def _main_header(read: Read, start: int) -> tuple[bytes, int, list[tuple[int, int]]]:
    """The main header without indexes, where the first tile-part begins, and the tile-parts' lengths by TLM."""
    window = bytearray()

    def need(size: int) -> None:
        while len(window) < size:
            step = _STEP - start % _STEP if not window else _STEP  # the first bytes are at hand already
            more = read(start + len(window), max(step, size - len(window)))
            if not more or len(window) > _MAX_HEADER_BYTES:
                raise NotReadable(_DAMAGED)
            window.extend(more)

    need(4)
    if window[:4] != _SOC + struct.pack(">H", _SIZ):
        raise NotReadable("it is not a JPEG 2000 file")
    place, kept, lengths = 2, [_SOC], list[tuple[int, int]]()
    while True:
        need(place + 4)
        marker, length = struct.unpack_from(">HH", window, place)
        if marker == _SOT:
            break
        if length < 2 or marker < 0xFF00:
            raise NotReadable(_DAMAGED)
        need(place + 2 + length)
        segment = bytes(window[place : place + 2 + length])
        if marker == _PPM:
            raise NotReadable("it is packed in a way that is not supported", passing=False)
        if marker == _TLM:
            lengths += _tile_lengths(segment, len(lengths))
        elif marker != _PLM:
            kept.append(segment)
        place += 2 + length
    header = b"".join(kept)
    if len(header) < 45 or len(header) < 42 + 3 * struct.unpack(">H", header[40:42])[0]:
        raise NotReadable(_DAMAGED)
    return header, start + place, lengths


def _tile_lengths(segment: bytes, before: int) -> list[tuple[int, int]]:
    """(tile, length) of every tile-part that a TLM segment lists; ``before`` it others were."""
    style = segment[5]
    tile_bytes, wide = (style >> 4) & 3, bool(style & 0x40)
    form = ">" + {0: "", 1: "B", 2: "H"}.get(tile_bytes, "") + ("I" if wide else "H")
    size = struct.calcsize(form)
    body = segment[6 : 6 + (len(segment) - 6) // size * size]
    found = list(struct.iter_unpack(form, body))
    return [pair if tile_bytes else (before + number, pair[0]) for number, pair in enumerate(found)]  # type: ignore[misc]

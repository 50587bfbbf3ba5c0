"""Tiles of the run's grid: fixed in size, whole token cells, each read with a halo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

from ..model.encoders import RECEPTIVE_RADIUS
from ..products.grid import TOKEN_PIXELS

#: The usual and the least side of a tile in 10 m pixels. Memory grows with it, work at the halo shrinks with it.
TILE_PIXELS, LEAST_PIXELS = 8 * TOKEN_PIXELS, 3 * TOKEN_PIXELS
#: What a tile of many dates may take of memory, in bytes: beyond it tiles are smaller.
TILE_BYTES = 700e6
#: Tiles a side that are visited together: about as large as the pieces of 512 px in which files are read.
BLOCK_TILES = 4
#: Pixels read around a tile: what the encoders see beyond its edge, so that tiles join without a seam.
HALO = RECEPTIVE_RADIUS + 1


@dataclass(frozen=True)
class Tile:
    """A window of the grid in pixels."""

    row: int
    col: int
    height: int
    width: int

    @property
    def name(self) -> str:
        """The tile's file name in the run folder, without its ending."""
        return f"r{self.row:06d}_c{self.col:06d}"

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """Row, column, height and width in token cells."""
        return tuple(v // TOKEN_PIXELS for v in (self.row, self.col, self.height, self.width))  # type: ignore[return-value]


def tile_bytes(side: int, s2: int, s1: int, asked: int) -> float:
    """Memory that a tile of ``side`` pixels takes while it is made, by numbers of dates: the window, the encoded
    dates, and what is made of them, all float32."""
    window = (side + 2 * HALO) ** 2 * (s2 * 11 + s1 * 2)
    return 4.0 * (window + side**2 * (s2 * 58 + s1 * 26 + asked * 150))


def tile_side(s2: int, s1: int, asked: int) -> int:
    """The side of a tile for so many dates. It hangs on nothing else, so that a run goes on with its tiles on any
    machine."""
    side = TILE_PIXELS
    while side > LEAST_PIXELS and tile_bytes(side, s2, s1, asked) > TILE_BYTES:
        side -= TOKEN_PIXELS
    return side


def tiles(height: int, width: int, side: int = TILE_PIXELS) -> Iterator[Tile]:
    """Tiles of a grid whose sides are whole token cells, neighbours together: pieces of files are then read once.

    ``side`` is the most: a grid is cut evenly, so that no thread waits for the one large tile of a small area.
    """
    if height % TOKEN_PIXELS or width % TOKEN_PIXELS or side % TOKEN_PIXELS:
        raise ValueError(
            f"the grid ({height} x {width}) and the tile ({side}) must be whole cells of {TOKEN_PIXELS} pixels"
        )
    rows, cols = (list(pairwise(_edges(length, side))) for length in (height, width))
    for top, left in product(range(0, len(rows), BLOCK_TILES), range(0, len(cols), BLOCK_TILES)):
        for (row, below), (col, right) in product(rows[top : top + BLOCK_TILES], cols[left : left + BLOCK_TILES]):
            yield Tile(row, col, below - row, right - col)


def _edges(length: int, side: int) -> list[int]:
    """Where tiles begin and end along an axis: whole token cells, as even as can be."""
    count = -(-length // side)
    return [length // TOKEN_PIXELS * i // count * TOKEN_PIXELS for i in range(count + 1)]

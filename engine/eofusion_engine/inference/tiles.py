"""Tiles of the run's grid: fixed in size, whole token cells, each read with a halo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from ..model.encoders import RECEPTIVE_RADIUS
from ..products.grid import TOKEN_PIXELS

#: Side of a tile in 10 m pixels. Memory grows with it, work at the halo shrinks with it.
TILE_PIXELS = 6 * TOKEN_PIXELS
#: Tiles a side that are visited together: about as large as the pieces of 512 px in which files are read.
BLOCK_TILES = 5
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


def tiles(height: int, width: int, side: int = TILE_PIXELS) -> Iterator[Tile]:
    """Tiles of a grid whose sides are whole token cells, neighbours together: pieces of files are then read once."""
    if height % TOKEN_PIXELS or width % TOKEN_PIXELS or side % TOKEN_PIXELS:
        raise ValueError(
            f"the grid ({height} x {width}) and the tile ({side}) must be whole cells of {TOKEN_PIXELS} pixels"
        )
    block = BLOCK_TILES * side
    for top, left in product(range(0, height, block), range(0, width, block)):
        rows, cols = range(top, min(top + block, height), side), range(left, min(left + block, width), side)
        for row, col in product(rows, cols):
            yield Tile(row, col, min(side, height - row), min(side, width - col))

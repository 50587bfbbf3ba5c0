"""What the readers know of a blocked raster, whatever its format."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile

from ..resample import Frame

# A block by itself has no place on the map, and rasterio says so each time. Set once: warning filters are not
# safe to change while other threads read.
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning, module=r"rasterio\.io")

#: ``read(start, length)``: bytes of the file's directory, fewer at its end.
Read = Callable[[int, int], bytes]
#: A raster that claims more pixels than this is not opened (a Sentinel-2 tile has 1.2e8).
MAX_PIXELS = 4_000_000_000
#: Of one block: it is decoded as a whole.
MAX_BLOCK_PIXELS = 1 << 25


class NotReadable(Exception):
    """Why a file's directory or a block cannot be used; ``passing``: other bytes might do."""

    def __init__(self, reason: str, passing: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.passing = reason, passing


class Span(NamedTuple):
    """Bytes of a file; ``length`` 0 where a block was never written."""

    start: int
    length: int


class Layout(Protocol):
    """A raster in blocks of ``block`` (rows, columns) pixels."""

    height: int
    width: int
    count: int
    block: tuple[int, int]

    def frame(self) -> Frame | None:
        """Where the pixels are; None when the file does not say it."""

    def spans(self, index: int, row: int, col: int, read: Read) -> list[Span]:
        """The bytes of band ``index`` (from 1) in the block at (``row``, ``col``), counted in blocks."""

    def decode(self, index: int, rows: range, cols: range, pieces: list[bytes]) -> np.ndarray:
        """Stored numbers of the blocks ``rows`` x ``cols``, cut off at the raster's edge.

        ``pieces``: the bytes of every span of every block, row by row. Raises :class:`NotReadable`.
        """


def decoded(content: bytes, driver: str, extension: str, index: int, shape: tuple[int, int]) -> np.ndarray:
    """Band ``index`` of the raster file ``content``, which must have ``shape``. Raises :class:`NotReadable`."""
    try:
        with (
            rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_NUM_THREADS="1"),
            MemoryFile(content, ext=extension) as memory,
            memory.open(driver=driver) as file,
        ):
            if file.shape != shape or index > file.count:
                raise NotReadable("its blocks are not of the size that its directory says")
            return np.asarray(file.read(index))
    except (RasterioError, OSError, MemoryError) as error:
        raise NotReadable("its pixels cannot be decoded") from error


def placed(content: bytes, driver: str, extension: str, height: int, width: int) -> Frame | None:
    """Where a file's pixels are, by the directory ``content`` alone. Raises :class:`NotReadable`."""
    try:
        with (
            rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"),
            MemoryFile(content, ext=extension) as memory,
            memory.open(driver=driver) as file,
        ):
            crs, transform = file.crs, file.transform
    except (RasterioError, OSError) as error:
        raise NotReadable("it is damaged or of another format than the catalogue says") from error
    if crs is None or transform.is_identity:
        return None
    number = crs.to_epsg()
    return Frame(f"EPSG:{number}" if number else crs.to_wkt(), transform, height, width)


def check_size(height: int, width: int, block: tuple[int, int], samples: int) -> None:
    """Raises :class:`NotReadable` for a raster that is too large to be a scene, or to be read in parts.

    ``samples``: values of a pixel that are stored together.
    """
    if min(height, width, samples, *block) < 1:
        raise NotReadable("its directory is damaged")
    if height * width > MAX_PIXELS:
        raise NotReadable("it claims more pixels than a scene can have", passing=False)
    if block[0] * block[1] * samples > MAX_BLOCK_PIXELS:
        raise NotReadable("its blocks are too large to read a part of it", passing=False)

"""How the process holds memory."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from itertools import count

#: Names of the C library's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: Arrays up to the largest size that the C library allows come from memory that the process keeps; so much of it is
#: kept free at most.
_LARGEST, _KEPT = 32 << 20, 256 << 20
_TILES_BETWEEN = 12
_tiles = count(1)


def keep_freed_memory() -> bool:
    """Let arrays of some megabytes use freed memory again, instead of fresh pages of the system each time.

    The model makes many such arrays in turn; clearing their pages took 12 to 20 % of its time. Returns whether this
    could be set: with Linux's usual C library (glibc); elsewhere nothing changes.
    """
    mallopt = _of_c_library("mallopt")
    return (
        mallopt is not None and bool(mallopt(_M_MMAP_THRESHOLD, _LARGEST)) and bool(mallopt(_M_TRIM_THRESHOLD, _KEPT))
    )


def count_tile() -> bool:
    """To be called after each tile: now and then what is free goes back to the system, True if it did.

    In memory that is kept, arrays that live longer leave holes: without this it would grow with the number of tiles.
    Clearing the pages anew costs some percent of a tile's time, so it is not done after every one.
    """
    trim = _of_c_library("malloc_trim")
    return next(_tiles) % _TILES_BETWEEN == 0 and trim is not None and bool(trim(0))


def _of_c_library(name: str) -> Callable[..., int] | None:
    """A function of Linux's usual C library."""
    if not sys.platform.startswith("linux"):
        return None
    function: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return function
